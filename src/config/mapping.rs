//! The mapping table of a section: which field takes which source, and which is a constant.
//! [`field`](super::field) says which names a field can have.

use std::collections::{HashMap, HashSet};

use super::diagnostic::{Diagnostic, Findings, Position, quoted};
use super::interpolation::Used;
use super::log_type::{Mapping, Static};
use super::resolved::{ResolvedEntry, ResolvedSection};
use super::value::{ValueError, words};
use super::{field, keys, layers, source, suggestion};
use crate::document::field_list::objects_around;

/// The fields of ECS that hold several values, one a line.
const LIST_FIELDS: &str = include_str!("../../config/list_fields.csv");

/// The lists of field names.
const LISTS: [&str; 3] = ["ecs", "script_ecs", "static_ecs"];

#[derive(Debug, Default)]
pub(super) struct FieldLines {
    pub(super) mappings: Vec<Mapping>,
    pub(super) statics: Vec<Static>,
    /// The fields whose line is empty.
    pub(super) switched_off: Vec<String>,
}

/// What the section's lists and lines say. Keys that are neither settings nor fields are reported here.
pub(super) fn lines(
    section: &ResolvedSection<'_>,
    prefix: Option<&str>,
    used: &Used,
    findings: &mut Findings,
) -> FieldLines {
    let listed = listed(section, findings);
    let renamed: HashSet<&str> = words(section.text("renamed_newfields")).map(|(_, word)| word).collect();
    let constant: HashSet<&str> = words(section.text("static_ecs")).map(|(_, word)| word).collect();
    let mut lines = FieldLines::default();
    let mut dropped = Vec::new();
    for entry in section.entries.values() {
        if keys::is_known(entry.key) || renamed.contains(entry.key) {
            continue;
        }
        let in_list = listed.contains(entry.key);
        if !in_list && !entry.key.contains('.') {
            // Whoever writes a pattern of their own refers to no part of the built-in one.
            if !entry.is_built_in() && !section.refers_to(entry, used) {
                findings.push(unknown_key(entry));
            }
            continue;
        }
        // The user's list decides about the built-in table, as it does in upstream.
        if !in_list && entry.is_built_in() {
            dropped.push(entry.key);
            continue;
        }
        if let Some((message, help)) = objection(entry.key, in_list, prefix) {
            findings.push(Diagnostic { help, ..entry.error(message) });
        } else if let Some(fault) = entry.fault() {
            findings.push(fault.clone());
        } else if entry.text().is_empty() {
            lines.switched_off.push(entry.key.to_owned());
        } else if constant.contains(entry.key) {
            lines.statics.extend(constant_line(entry));
        } else {
            lines.mappings.extend(mapping_line(entry, findings));
        }
    }
    clashes(&lines, findings);
    warn_of_dropped(section, &dropped, findings);
    lines
}

/// Names the built-in lines that a list of the user's leaves out: whoever writes a list may not know of them.
fn warn_of_dropped(section: &ResolvedSection<'_>, dropped: &[&str], findings: &mut Findings) {
    let list = LISTS.iter().filter_map(|list| section.get(list)).find(|entry| !entry.is_built_in());
    let Some(list) = list.filter(|_| !dropped.is_empty()) else { return };
    let message =
        format!("'{}' leaves out {} of the built-in lines: {}", list.key, dropped.len(), dropped.join(", "));
    let help = "add the fields that documents should have to the list";
    findings.push(Diagnostic::warning(list.position(), message).help(help));
}

/// The names in the lists. Each must have a line of its own.
fn listed<'t>(section: &'t ResolvedSection<'_>, findings: &mut Findings) -> HashSet<&'t str> {
    let mut names = HashSet::new();
    for list in LISTS {
        let Some(entry) = section.get(list) else { continue };
        for (offset, name) in words(entry.text()) {
            if !names.insert(name) && section.get(name).is_some() {
                continue;
            }
            let is_scripted = list == "script_ecs" && keys::is_upstreams_section(section.name());
            if is_scripted && name == "index_name" {
                let message = "the name of the index is chosen by a script of upstream's, which is not run";
                let finding = Diagnostic::warning(&entry.position_at(offset), message);
                findings.push(finding.help("'index_name' holds for all events of the section"));
            } else if keys::is_known(name) {
                let problem = ValueError::new(offset, format!("'{name}' is a setting, not a field"));
                findings.push(entry.value_error(problem));
            } else if section.get(name).is_none()
                && (is_scripted || (list == "script_ecs" && is_left_to_script(section, name)))
            {
                // What its script fills, a log type of that name fills here.
                if !layers::is_log_type(section.name()) {
                    let message =
                        format!("{} is filled by a script of upstream's, which is not run", quoted(name));
                    let help =
                        format!("map it: '{name} = <source>', or make it a constant with 'static_ecs'");
                    findings.push(Diagnostic::warning(&entry.position_at(offset), message).help(help));
                }
            } else if section.get(name).is_none() {
                let lines = field_lines(section);
                let value = if list == "static_ecs" { "constant" } else { "source" };
                let message = format!("{} is listed in '{list}' but has no line of its own", quoted(name));
                findings.push(
                    Diagnostic::error(&entry.position_at(offset), message)
                        .help(field::missing_line(name, value, lines)),
                );
            }
        }
    }
    names
}

/// Whether a name in `script_ecs` without a line is meant for the script that upstream would run for a section of the user's, and is no
/// typing error.
fn is_left_to_script(section: &ResolvedSection<'_>, name: &str) -> bool {
    !section.is_built_in() && suggestion::did_you_mean(name, field_lines(section)).is_none()
}

/// The keys of a section that are no settings.
fn field_lines<'s>(section: &'s ResolvedSection<'_>) -> impl Iterator<Item = &'s str> {
    section.entries.keys().copied().filter(|key| !keys::is_known(key))
}

fn unknown_key(entry: &ResolvedEntry<'_>) -> Diagnostic {
    let finding = Diagnostic::error(entry.position(), format!("unknown key {}", quoted(entry.key)));
    let meant = suggestion::did_you_mean(entry.key, keys::names());
    finding.help(meant.unwrap_or_else(|| {
        format!(
            "take it out; a field of that name must be listed: 'ecs = {}'",
            entry.key.chars().take(40).collect::<String>()
        )
    }))
}

fn objection(name: &str, in_list: bool, prefix: Option<&str>) -> Option<field::Objection> {
    if let Some(objection) = field::objection(name) {
        return Some(objection);
    }
    if prefix == Some(name) {
        return Some((format!("'{name}' is the object that takes what the table leaves over"), None));
    }
    if in_list { None } else { field::typing_error(name) }
}

fn mapping_line(entry: &ResolvedEntry<'_>, findings: &mut Findings) -> Option<Mapping> {
    if entry.key == "@log_type" {
        let finding = Diagnostic::error(entry.position(), "'@log_type' cannot come from the log");
        findings.push(finding.help("name it in 'static_ecs' to make it a constant"));
        return None;
    }
    let is_bracketed = entry.text().starts_with('[');
    match source::list(entry.text()) {
        Ok(sources) => {
            let is_list = is_bracketed || (sources.len() > 1 && holds_several(entry.key));
            let (field, position) = (entry.key.to_owned(), entry.position().clone());
            Some(Mapping { field, built_in: entry.is_built_in(), sources, is_list, position })
        }
        Err(problem) => {
            findings.push(entry.value_error(problem));
            None
        }
    }
}

/// A constant, or several of them: `[a, b]`, and `a b` for a field that holds several values.
fn constant_line(entry: &ResolvedEntry<'_>) -> Option<Static> {
    let text = entry.text();
    let values: Vec<&str> = match source::bracketed(text).filter(|_| text.ends_with(']')) {
        Some(inner) => inner.split(',').map(str::trim).filter(|value| !value.is_empty()).collect(),
        None if holds_several(entry.key) => words(text).map(|(_, word)| word).collect(),
        None => vec![text],
    };
    let mut values = values.into_iter().map(ToOwned::to_owned);
    let (value, more) = (values.next().unwrap_or_default(), values.collect());
    Some(Static { field: entry.key.to_owned(), value, more, position: entry.position().clone() })
}

/// Whether a field of ECS holds several values.
fn holds_several(field: &str) -> bool {
    LIST_FIELDS.lines().any(|name| name == field)
}

/// The record's own fields that get other names (`renamed_newfields`): each new name has a line with the old one.
pub(super) fn renamed(section: &ResolvedSection<'_>, findings: &mut Findings) -> Vec<(String, String)> {
    let mut renamed = Vec::new();
    let Some(entry) = section.get("renamed_newfields") else { return renamed };
    for (offset, new) in words(entry.text()) {
        match section.text(new) {
            "" => {
                let message =
                    format!("{} is listed in 'renamed_newfields' but has no line of its own", quoted(new));
                let help = format!("add '{new} = <field of the record>', or take it out of the list");
                findings.push(Diagnostic::error(&entry.position_at(offset), message).help(help));
            }
            old => renamed.push((new.to_owned(), old.to_owned())),
        }
    }
    renamed
}

/// Fields that would be a value and an object at once: OpenSearch refuses every document with both.
fn clashes(lines: &FieldLines, findings: &mut Findings) {
    let fields = lines.mappings.iter().map(|line| (line.field.as_str(), &line.position));
    let fields: Vec<(&str, &Position)> =
        fields.chain(lines.statics.iter().map(|line| (line.field.as_str(), &line.position))).collect();
    let places: HashMap<&str, &Position> = fields.iter().copied().collect();
    for (name, position) in fields {
        let objects = objects_around(name);
        for (object, value_position) in objects.filter_map(|object| Some((object, places.get(object)?))) {
            let message = format!("'{object}' is an object here and a value at {value_position}");
            findings.push(Diagnostic::error(position, message).help("take one of the two lines out"));
        }
    }
}
