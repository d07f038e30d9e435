//! What is wrong with the sources of a table, each of which could be read: errors for what can be no key of any event, warnings for
//! keys that are not known.

use std::collections::HashSet;

use crate::config::diagnostic::Diagnostic;
use crate::config::log_type::{FileFormat, LogType, Mapping, SourceName};
use crate::config::{did_you_mean, quoted};
use crate::log_types;
use crate::log_types::Profile;

/// Sources that cannot be keys of CEF or LEEF: they hold a quote or a comma, or begin like a comment.
pub(super) fn errors(log_type: &LogType) -> Vec<Diagnostic> {
    if !has_cef_or_leef(log_type) {
        return Vec::new();
    }
    let faults = log_type.mappings.iter().filter_map(|mapping| {
        let (name, what, help) = keys(mapping).find_map(|name| {
            let (what, help) = fault(name)?;
            Some((name, what, help))
        })?;
        let message = format!("source {} of {} {what}", quoted(name), mapping.field);
        Some(Diagnostic::error(&mapping.position, message).help(help))
    });
    faults.collect()
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
    let of_record = ["hostname", "timestamp", "tag"];
    let all: HashSet<&str> = known.names.iter().chain(&of_record).copied().collect();
    let is_known = |name: &str| all.contains(name) || known.aliases.iter().any(|(alias, _)| *alias == name);
    let has_known_keys = has_cef_or_leef(log_type);
    let has_event_texts = log_types::has_event_texts(&log_type.name);
    let names = || known.names.iter().chain(known.aliases.iter().map(|(alias, _)| alias)).copied();
    let mut warnings = Vec::new();
    for mapping in &log_type.mappings {
        for name in keys(mapping).filter(|name| !is_known(name) && fault(name).is_none()) {
            let is_label = mapping.field.starts_with("labels.");
            let meant = has_known_keys.then(|| did_you_mean(name, names())).flatten();
            // The keys of another product are not known here: only a typing error in a long one is told.
            let warns = has_event_texts
                || (meant.is_some() && is_one_slip(name, names()))
                || is_label && !matches!(log_type.file_format, FileFormat::Text(_) | FileFormat::Csv(_));
            if !warns {
                continue;
            }
            let message = format!("source {} of {} is no known key", quoted(name), mapping.field);
            let help = if is_label {
                let constant =
                    format!("if {} is its value, list '{}' in 'static_ecs'", quoted(name), mapping.field);
                // A short word is near to some key by chance.
                match meant.filter(|_| name.len() >= SHORTEST_KEY) {
                    Some(meant) => format!("{meant} {constant}"),
                    None => constant,
                }
            } else {
                meant.unwrap_or_else(|| {
                    "events of your own may have it: 'check --sample FILE' looks into lines of yours"
                        .to_owned()
                })
            };
            let warning = Diagnostic::warning(&mapping.position, message).help(help);
            warnings.push((name.to_owned(), warning));
        }
    }
    warnings
}

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

fn keys(mapping: &Mapping) -> impl Iterator<Item = &str> {
    mapping
        .sources
        .iter()
        .filter_map(|source| if let SourceName::Key(name) = source { Some(name.as_str()) } else { None })
}
