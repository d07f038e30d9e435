//! The mapping table of a section: which field takes which source, and which is a constant.
//! [`field`](super::field) says which names a field can have.

use std::collections::{HashMap, HashSet};

use super::diagnostic::{Diagnostic, Findings, Position, quoted};
use super::interpolation::Used;
use super::log_type::{Mapping, Static};
use super::resolved::{ResolvedEntry, ResolvedSection};
use super::value::{ValueError, words};
use super::{field, keys, source, suggestion};

/// The lists of field names.
const LISTS: [&str; 3] = ["ecs", "script_ecs", "static_ecs"];

/// The fields that a section writes.
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
    let constant: HashSet<&str> = words(section.text("static_ecs")).map(|(_, word)| word).collect();
    let mut lines = FieldLines::default();
    let mut dropped = Vec::new();
    for entry in &section.entries {
        if keys::is_known(entry.key) {
            continue;
        }
        let in_list = listed.contains(entry.key);
        if !in_list && !entry.key.contains('.') {
            if !section.refers_to(entry, used) {
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
            lines.statics.extend(constant_line(entry, findings));
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
            if keys::is_known(name) {
                let problem = ValueError::new(offset, format!("'{name}' is a setting, not a field"));
                findings.push(entry.value_error(problem));
            } else if section.get(name).is_none() {
                let lines = section.entries.iter().map(|entry| entry.key).filter(|key| !keys::is_known(key));
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
    match source::list(entry.text()) {
        Ok(sources) => Some(Mapping {
            field: entry.key.to_owned(),
            built_in: entry.is_built_in(),
            sources,
            position: entry.position().clone(),
        }),
        Err(problem) => {
            findings.push(entry.value_error(problem));
            None
        }
    }
}

fn constant_line(entry: &ResolvedEntry<'_>, findings: &mut Findings) -> Option<Static> {
    let text = entry.text();
    let value = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map_or(text, str::trim);
    let is_list = value.len() < text.len() && value.contains(',');
    if is_list || matches!(entry.key, "event.category" | "event.type") && value.contains(char::is_whitespace)
    {
        let problem = ValueError::new(0, "a list of constants is not supported: one field takes one value");
        findings.push(entry.value_error(problem.help("keep one of them")));
        return None;
    }
    Some(Static { field: entry.key.to_owned(), value: value.to_owned(), position: entry.position().clone() })
}

/// Fields that would be a value and an object at once: OpenSearch refuses every document with both.
fn clashes(lines: &FieldLines, findings: &mut Findings) {
    let fields = lines.mappings.iter().map(|line| (line.field.as_str(), &line.position));
    let fields: Vec<(&str, &Position)> =
        fields.chain(lines.statics.iter().map(|line| (line.field.as_str(), &line.position))).collect();
    let places: HashMap<&str, &Position> = fields.iter().copied().collect();
    for (name, position) in fields {
        let objects = name.match_indices('.').filter_map(|(dot, _)| name.get(..dot));
        for (object, value_position) in objects.filter_map(|object| Some((object, places.get(object)?))) {
            let message = format!("'{object}' is an object here and a value at {value_position}");
            findings.push(Diagnostic::error(position, message).help("take one of the two lines out"));
        }
    }
}
