//! What is wrong with the sources of a table, each of which could be read: errors for what can be no key of any event, warnings for
//! keys that are not known.

use std::collections::HashSet;

use super::exclude::rules::Rules;
use crate::config::diagnostic::Diagnostic;
use crate::config::log_type::{FileFormat, LogType, SourceName};
use crate::config::{did_you_mean, is_of_cloudwatch, quoted};
use crate::document::fields::Fields;
use crate::log_types::{self, Profile};
use crate::parse::pairs::time_keys::is_time_key;
use crate::read::record::fluentd::time_fields;

/// Sources of the user's that are hardly what is meant: they hold a quote or a comma, or begin like a comment. Errors where they can be
/// no keys, those of CEF and LEEF; members of JSON and columns may have such names.
pub(super) fn faults(log_type: &LogType) -> Vec<Diagnostic> {
    if matches!(log_type.file_format, FileFormat::Text(_)) {
        return Vec::new();
    }
    let has_keys = has_cef_or_leef(log_type);
    let own = log_type.mappings.iter().filter(|mapping| !mapping.position.is_built_in());
    let faults = own.filter_map(|mapping| {
        let mut names = mapping.sources.iter().map(SourceName::name);
        let of_path = |name: &str| fault_of_path(name).filter(|_| !has_keys);
        let (name, (what, help)) =
            names.find_map(|name| Some((name, fault(name).or_else(|| of_path(name))?)))?;
        let message = format!("source {} of {} {what}", quoted(name), mapping.field);
        let finding = if has_keys { Diagnostic::error } else { Diagnostic::warning };
        Some(finding(&mapping.position, message).help(help))
    });
    faults.collect()
}

fn fault_of_path(name: &str) -> Option<(&'static str, &'static str)> {
    name.contains('[').then_some(("has a bracket", "write the place of an element behind a dot: 'items.0'"))
}

fn fault(name: &str) -> Option<(&'static str, &'static str)> {
    if name.starts_with(['#', ';']) {
        Some(("begins like a comment", "give the comment a line of its own"))
    } else if name.contains(['"', '\'']) {
        Some(("has a quote", "write it without quotes"))
    } else if name.contains(',') {
        Some(("has a comma", "part sources by blanks"))
    } else {
        None
    }
}

/// Keys that the log type does not know, each with a warning: a key may be the user's own, and may be a typing error.
pub(super) fn unknown_keys(log_type: &LogType, profile: &dyn Profile) -> Vec<(String, Diagnostic)> {
    let known = profile.known_keys();
    let all: HashSet<&str> = known.spellings().chain(OF_RECORD).collect();
    let has_known_keys = has_cef_or_leef(log_type);
    let has_event_texts = log_types::has_event_texts(&log_type.name);
    let mut warnings = Vec::new();
    for (source, user, position) in log_type.sources() {
        let SourceName::Key(name) = source else { continue };
        let is_time = || user.starts_with("timestamp_key") && is_name_of_time(name);
        if all.contains(name.as_str()) || fault(name).is_some() || is_of_cloudwatch(name) || is_time() {
            continue;
        }
        let is_label = user.starts_with("labels.");
        let meant = has_known_keys.then(|| did_you_mean(name, known.spellings())).flatten();
        // The keys of another product are not known here: only a typing error in a long one is told.
        let warns = has_event_texts
            || (meant.is_some() && is_one_slip(name, known.spellings()))
            || is_label && !matches!(log_type.file_format, FileFormat::Text(_) | FileFormat::Csv(_));
        if !warns {
            continue;
        }
        let message = format!("source {} of {user} is no known key", quoted(name));
        let help = if is_label {
            let constant = format!("if {} is its value, list '{user}' in 'static_ecs'", quoted(name));
            // A short word is near to some key by chance.
            match meant.filter(|_| name.len() >= SHORTEST_KEY) {
                Some(meant) => format!("{meant} {constant}"),
                None => constant,
            }
        } else {
            meant.unwrap_or_else(|| IN_A_SAMPLE.to_owned())
        };
        warnings.push((name.clone(), Diagnostic::warning(position, message).help(help)));
    }
    warnings
}

/// Fields of a rule that leaves documents out which no document of the section has, each with a warning.
pub(super) fn unknown_fields(
    log_type: &LogType,
    fields: &Fields,
    profile: &dyn Profile,
    rules: &Rules,
) -> Vec<(String, Diagnostic)> {
    let known = profile.known_keys();
    let has_event_texts = log_types::has_event_texts(&log_type.name);
    let mut warnings = Vec::new();
    for (name, position) in rules.fields(&log_type.name) {
        let behind_prefix = name.strip_prefix(fields.prefix()).and_then(|name| name.strip_prefix('.'));
        let key = behind_prefix.unwrap_or(name);
        let is_known = fields.id(name).is_some()
            || known.spellings().any(|known| known == key)
            || OF_RECORD.contains(&key);
        let meant = match key.contains(['.', '@']) {
            true => did_you_mean(name, fields.iter().map(|(_, field)| field.name.as_str())),
            false => did_you_mean(key, known.spellings()),
        };
        // Other records than Deep Security's have fields of their own.
        if is_known || !(has_event_texts || meant.is_some() && key.contains('.')) {
            continue;
        }
        let message = format!("field {} is none of [{}]", quoted(name), log_type.name);
        let help = meant.unwrap_or_else(|| IN_A_SAMPLE.to_owned());
        warnings.push((key.to_owned(), Diagnostic::warning(position, message).help(help)));
    }
    warnings
}

/// Whether a key is one that CEF or LEEF has for times, or one in which collectors write theirs.
fn is_name_of_time(name: &str) -> bool {
    is_time_key(name) || time_fields().contains(&name)
}

/// What a record has beside its event.
const OF_RECORD: [&str; 3] = ["hostname", "timestamp", "tag"];

const IN_A_SAMPLE: &str = "events of your own may have it: 'check --sample FILE' looks into lines of yours";

/// Letters of a key from which on a word that is near to it is meant as it.
const SHORTEST_KEY: usize = 5;

/// Whether `name` is one slip away from a known name of five letters or more, and not another number of it.
fn is_one_slip<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> bool {
    let letters = |name: &str| name.replace(|c: char| c.is_ascii_digit(), "");
    let mut names = names.filter(|known| known.len() >= SHORTEST_KEY && letters(known) != letters(name));
    names.any(|known| strsim::osa_distance(known, name) == 1)
}

/// Whether the section's events are CEF or LEEF for sure.
fn has_cef_or_leef(log_type: &LogType) -> bool {
    matches!(log_type.file_format, FileFormat::Cef | FileFormat::Leef)
        || (log_types::has_event_texts(&log_type.name) && matches!(log_type.file_format, FileFormat::Json))
}
