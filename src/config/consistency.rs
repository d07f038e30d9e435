//! What is odd about a section although each of its values can be read.

use super::diagnostic::{Diagnostic, Findings, quoted};
use super::keys;
use super::log_type::{FileFormat, LogType, SourceName};
use super::resolved::{QUOTES, ResolvedSection, WITHOUT_QUOTES};
use super::source;
use super::suggestion::did_you_mean;
use super::value;

/// Upstream's keys that are no settings here.
pub(super) fn report_upstream_keys(section: &ResolvedSection<'_>, findings: &mut Findings) {
    for entry in section.entries.values() {
        if let Some((severity, message, way_out)) = keys::upstream_fault(entry.key, entry.text()) {
            findings.push(Diagnostic { severity, ..entry.error(message).help(way_out) });
        }
    }
}

/// Settings of this section that say something which nothing asks for.
pub(super) fn warn_without_effect(section: &ResolvedSection<'_>, findings: &mut Findings) {
    const CSV: &str = "'file_format = csv'";
    const RECORDS: &str = "records: 'file_format' is json, csv or text";
    const A_DATE: &str = "a date in the index name: 'index_rotation' is auto";
    let format = section.text("file_format");
    let has_key = !section.text("timestamp_key").is_empty() || !section.text("timestamp_key_list").is_empty();
    let has_event_texts = matches!(format, "" | "json" | "cef" | "leef");
    let is_auto = section.text("index_rotation") == "auto";
    for (key, needs, is_met) in [
        ("timestamp_format", "'timestamp_key'", has_key),
        ("timestamp_format_list", "'timestamp_key'", has_key),
        ("log_pattern", "'file_format = text'", matches!(format, "text" | "multiline")),
        ("multiline_firstline", "'file_format = multiline'", format == "multiline"),
        ("csv_columns", CSV, format == "csv"),
        ("csv_delimiter", CSV, format == "csv"),
        ("json_delimiter", "'file_format = json'", matches!(format, "" | "json")),
        ("json_to_text", RECORDS, !matches!(format, "cef" | "leef")),
        ("renamed_newfields", RECORDS, !matches!(format, "cef" | "leef")),
        ("products", "events of CEF or LEEF: 'file_format' is json, cef or leef", has_event_texts),
        ("log_types", "[DEFAULT] above it: a section switches on no other", false),
        ("index_time", A_DATE, !is_auto),
        ("index_tz", A_DATE, !is_auto),
        ("index_suffix", A_DATE, !is_auto),
    ] {
        let own = section.get(key).filter(|entry| !is_met && !entry.inherited && !entry.text().is_empty());
        findings.extend(own.map(|entry| {
            Diagnostic::warning(entry.position(), format!("key '{key}' has no effect without {needs}"))
        }));
    }
}

/// Names the built-in names that a list of the user's leaves out, of what is redacted: whoever adds a name may not know of them.
pub(super) fn warn_of_names_left_out(section: &ResolvedSection<'_>, key: &str, findings: &mut Findings) {
    let Some(entry) = section.get(key).filter(|entry| !entry.is_built_in()) else { return };
    let dropped = value::left_out(entry.text(), keys::built_in_default(key));
    if !dropped.is_empty() {
        let message =
            format!("'{key}' leaves out {} of the built-in names: {}", dropped.len(), dropped.join(", "));
        let help = "write '+name' to add to them, and '-name' to leave one out";
        findings.push(Diagnostic::warning(entry.position(), message).help(help));
    }
}

/// Settings and constants that take any text, and so quotes too, which nobody means, and commas where blanks part the words.
pub(super) fn warn_of_quotes(section: &ResolvedSection<'_>, findings: &mut Findings) {
    const OF_NAMES: [&str; 8] = [
        "collector_time_key",
        "doc_id",
        "doc_id_suffix",
        "json_delimiter",
        "json_to_text",
        "message_key",
        "timestamp_key",
        "timestamp_key_list",
    ];
    const OF_ANY_TEXT: [&str; 2] = ["cloud_provider", "products"];
    let constants = value::words(section.text("static_ecs")).map(|(_, name)| name);
    let keys = OF_NAMES.into_iter().chain(OF_ANY_TEXT).chain(constants);
    for entry in keys.filter_map(|key| section.get(key)).filter(|entry| !entry.is_built_in()) {
        let text = entry.text();
        let is_quoted = |word: &str| word.starts_with(QUOTES) || word.ends_with(QUOTES);
        let mut words = value::pieces(text, |c| c.is_whitespace() || ",[]".contains(c));
        let mut warn = |offset, what: &str, help: &str| {
            let message = format!("{}: {what} of its value {}", entry.key, quoted(text));
            findings.push(Diagnostic::warning(&entry.position_at(offset), message).help(help));
        };
        let takes_brackets = entry.key.starts_with("timestamp_key") || entry.key.starts_with("doc_id");
        // A list of sources may stand in brackets.
        let comma = text.find([',', '[']).filter(|_| !(takes_brackets && text.starts_with('[')));
        if let Some((offset, _)) = words.find(|(_, word)| is_quoted(word)) {
            warn(offset, "the quotes are part", WITHOUT_QUOTES);
        } else if let Some(offset) = comma.filter(|_| OF_NAMES.contains(&entry.key)) {
            warn(offset, "a comma or a bracket is part", "part names by blanks");
        } else if let Some(offset) = text.find('.').filter(|_| entry.key == "json_delimiter") {
            warn(offset, "the dot is part", "name the one member that holds the events: no path is followed");
        }
    }
}

/// Sources that are no group of the pattern that takes lines apart: no line can have them.
pub(super) fn warn_of_missing_groups(log_type: &LogType, findings: &mut Findings) {
    let FileFormat::Text(pattern) = &log_type.file_format else { return };
    // The envelopes of CloudWatch and FireLens stand around the text, and have names of their own.
    let is_of_line =
        |source: &SourceName| log_type.firelens.is_none() && !source::is_of_cloudwatch(source.name());
    for (source, _, position) in log_type.sources().filter(|(source, ..)| is_of_line(source)) {
        if let SourceName::Key(key) = source
            && !pattern.names().any(|group| group == key)
        {
            let message = format!("source {} is no group of 'log_pattern'", quoted(key));
            let help = did_you_mean(key, pattern.names());
            findings.push(Diagnostic { help, ..Diagnostic::warning(position, message) });
        }
    }
}

/// Warns where an `earlier` section (with whether it is built in) takes the keys that are meant for this one. A key meant for a
/// section looks like its own `s3_key`: the section whose `s3_key` matches that text takes them all.
pub(super) fn warn_of_shadow(
    section: &ResolvedSection<'_>,
    log_type: &LogType,
    earlier: &[(bool, LogType)],
    findings: &mut Findings,
) {
    let pattern = log_type.s3_key.as_str();
    let takes = |earlier: &LogType| earlier.s3_key.as_str() == pattern || earlier.s3_key.is_match(pattern);
    let Some((built_in, first)) = earlier.iter().find(|(_, earlier)| takes(earlier)) else { return };
    let Some(entry) = section.get("s3_key") else { return };
    let message = format!(
        "keys for [{}] go to [{}], which comes first and has the s3_key {}",
        log_type.name,
        first.name,
        quoted(first.s3_key.as_str())
    );
    let switch = if *built_in { ", or switch it off by an empty one" } else { "" };
    let help = format!("narrow the s3_key of [{}]{switch}", first.name);
    findings.push(Diagnostic::warning(&entry.position_at(0), message).help(help));
}
