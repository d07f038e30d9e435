//! One section's values as a [`LogType`], and what the sections together must keep to.

use super::diagnostic::Diagnostic;
use super::diagnostic::{Findings, quoted};
use super::ini::DEFAULT;
use super::interpolation::Used;
use super::keys;
use super::keys::Upstream;
use super::layers::BUILT_IN;
use super::layers::Layers;
use super::log_type::{EventTime, FileFormat, Index, LogType, Rotation, Source};
use super::suggestion::did_you_mean;
use super::table::{Row, Table};
use super::value;
use super::value::Problem;
use super::{field, mapping, pattern, source, time_format};

/// The log types of all sections, in order. A section with an error is left out and reported.
pub(super) fn log_types(layers: &Layers, findings: &mut Findings) -> Vec<LogType> {
    let mut used = Used::new();
    let tables: Vec<Table<'_>> =
        layers.sections().iter().map(|section| Table::new(layers, section, &mut used)).collect();
    let mut log_types: Vec<(bool, LogType)> = Vec::new();
    let mut live = 0;
    for table in &tables {
        if is_switched_off(table) {
            continue;
        }
        live += 1;
        if let Some(log_type) = log_type(table, &used, findings) {
            warn_of_shadow(table, &log_type, &log_types, findings);
            warn_of_missing_groups(&log_type, findings);
            log_types.push((table.section.built_in, log_type));
        }
    }
    if live == 0
        && let Some(row) = tables.first().and_then(|table| table.row("s3_key"))
    {
        let finding =
            Diagnostic::error(&row.entry.position, "no section takes any key: nothing would be loaded");
        findings.push(finding.help("add a section of your own, or take this line out"));
    }
    log_types.into_iter().map(|(_, log_type)| log_type).collect()
}

/// A built-in section can be switched off by a file that says `s3_key =`.
fn is_switched_off(table: &Table<'_>) -> bool {
    let row = table.row("s3_key").filter(|row| !row.inherited);
    table.section.built_in && row.is_some_and(|row| row.entry.raw.is_empty())
}

fn log_type(table: &Table<'_>, used: &Used, findings: &mut Findings) -> Option<LogType> {
    if is_meant_as_default(table, findings) {
        return None;
    }
    for row in table.rows.iter().filter(|row| keys::is_known(row.key)) {
        row.fault.iter().for_each(|fault| findings.push((**fault).clone()));
    }
    upstream_keys(table, findings);
    // Everything is read before anything is given up, so that all errors are told at once.
    let index = index(table, findings);
    let s3_key = required(table, "s3_key", "s3_key = <regex on the object's key>", findings)
        .and_then(|()| table.read("s3_key", findings, pattern::search));
    let s3_key_ignored = table.read("s3_key_ignored", findings, |text| unless_empty(text, pattern::search));
    let file_format = file_format(table, findings);
    let field_prefix = field_prefix(table, findings);
    let fields = mapping::fields(table, field_prefix.as_deref(), used, findings);
    let event_time = event_time(table, findings);
    let doc_id = table.read("doc_id", findings, source::at_most_one);
    let doc_id_suffix = table.read("doc_id_suffix", findings, source::at_most_one);
    let trusted_proxies = table.read("trusted_proxies", findings, value::blocks);
    let raw_message = table.read("raw_message", findings, value::raw_message);
    let redact_headers = table.read("redact_headers", findings, value::headers);
    let ecs_version = table.read("ecs_version", findings, value::version);
    let cloud_provider = table.read("cloud_provider", findings, value::word);
    for key in ["timestamp_nano", "ignore_own_logs", "ignore_container_stderr"] {
        // Both answers are fine: nanoseconds are always read, and neither own requests nor stderr can be in the logs.
        table.read(key, findings, value::boolean);
    }
    without_effect(table, findings);
    Some(LogType {
        name: table.section.name.clone(),
        index: index?,
        s3_key: s3_key?,
        s3_key_ignored: s3_key_ignored?,
        file_format: file_format?,
        mappings: fields.mappings,
        statics: fields.statics,
        event_time: event_time?,
        doc_id: doc_id?,
        doc_id_suffix: doc_id_suffix?,
        field_prefix: field_prefix?,
        trusted_proxies: trusted_proxies?,
        raw_message: raw_message?,
        redact_headers: redact_headers?,
        ecs_version: ecs_version?,
        cloud_provider: cloud_provider?,
    })
}

/// `[default]` is a log type to configparser, but nobody means it.
fn is_meant_as_default(table: &Table<'_>, findings: &mut Findings) -> bool {
    let name = &table.section.name;
    let meant = name.eq_ignore_ascii_case(DEFAULT);
    if meant {
        let finding =
            Diagnostic::error(&table.section.position, format!("section [{name}] is not [{DEFAULT}]"));
        findings.push(finding.help(format!("write '[{DEFAULT}]' in capital letters")));
    }
    meant
}

fn upstream_keys(table: &Table<'_>, findings: &mut Findings) {
    for row in &table.rows {
        match keys::upstream(row.key) {
            Some(Upstream::OnlyAt { values, reason, way_out })
                if row.text.is_some()
                    && !values.iter().any(|value| value.eq_ignore_ascii_case(row.text())) =>
            {
                let message = format!("key '{}' cannot be {}: {reason}", row.key, quoted(row.text()));
                findings.push(Diagnostic::error(&row.entry.position, message).help(way_out));
            }
            Some(Upstream::NoEffect { reason }) => {
                let message = format!("key '{}' has no effect: {reason}", row.key);
                findings.push(Diagnostic::warning(&row.entry.position, message).help("take the line out"));
            }
            _ => {}
        }
    }
}

/// A setting that must have a value.
fn required(table: &Table<'_>, key: &str, example: &str, findings: &mut Findings) -> Option<()> {
    let finding = match table.row(key) {
        Some(row) if row.text.is_none() || !row.text().is_empty() => return Some(()),
        Some(row) => Diagnostic::error(&row.entry.position, format!("{key} is empty")),
        None => {
            let name = &table.section.name;
            Diagnostic::error(&table.section.position, format!("section [{name}] has no '{key}'"))
        }
    };
    findings.push(finding.help(format!("write '{example}'")));
    None
}

fn unless_empty<T>(text: &str, read: impl FnOnce(&str) -> Result<T, Problem>) -> Result<Option<T>, Problem> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

fn index(table: &Table<'_>, findings: &mut Findings) -> Option<Index> {
    let name = required(table, "index_name", "index_name = log-<what it holds>", findings)
        .and_then(|()| table.read("index_name", findings, value::index_name));
    let rotation = table.read("index_rotation", findings, value::rotation);
    let time = table.read("index_time", findings, value::index_time);
    let tz = table.read("index_tz", findings, value::zone);
    let suffix = table.read("index_suffix", findings, value::part_of_index_name);
    let index = Index { name: name?, rotation: rotation?, time: time?, tz: tz?, suffix: suffix? };
    let length = longest_name(&index);
    if length > LONGEST_INDEX_NAME {
        let row = table.row("index_name")?;
        let message = format!("with its date and suffix it is {length} bytes long, OpenSearch allows 255");
        findings.push(row.problem(Problem::new(0, message).help("choose a shorter one")));
        return None;
    }
    Some(index)
}

const LONGEST_INDEX_NAME: usize = 255;

/// Bytes of the longest name that `index` can have.
fn longest_name(index: &Index) -> usize {
    let date = match index.rotation {
        // The alias stands for indices such as -000001.
        Rotation::Auto => "-000001",
        Rotation::Daily => "-2020-12-31",
        Rotation::Weekly => "-2020-w52",
        Rotation::Monthly => "-2020-12",
        Rotation::Yearly => "-2020",
    };
    let suffix = if index.suffix.is_empty() { 0 } else { 1 + index.suffix.len() };
    index.name.len() + date.len() + suffix
}

fn file_format(table: &Table<'_>, findings: &mut Findings) -> Option<FileFormat> {
    #[derive(Clone, Copy)]
    enum Word {
        Json,
        Cef,
        Leef,
        Text,
    }
    const WORDS: [(&str, Word); 4] =
        [("json", Word::Json), ("cef", Word::Cef), ("leef", Word::Leef), ("text", Word::Text)];
    let word = table.read("file_format", findings, |text| match text {
        "csv" | "xml" | "winevtxml" | "parquet" | "multiline" => {
            let problem = Problem::new(0, format!("objects in {text} format are not read"));
            Err(problem.help("write json, cef, leef or text, and let the sender write one event a line"))
        }
        _ => value::one_of(text, &WORDS),
    })?;
    match word {
        Word::Json => Some(FileFormat::Json),
        Word::Cef => Some(FileFormat::Cef),
        Word::Leef => Some(FileFormat::Leef),
        Word::Text => {
            required(table, "log_pattern", "log_pattern = <regex with named groups>", findings)?;
            table.read("log_pattern", findings, pattern::from_start).map(FileFormat::Text)
        }
    }
}

/// One lower-case name that ECS has not taken; by default the section's.
fn field_prefix(table: &Table<'_>, findings: &mut Findings) -> Option<String> {
    let row = table.row("field_prefix").filter(|row| !row.text().is_empty());
    let Some(row) = row else {
        let name: String = table.section.name.to_lowercase();
        let prefix = name.replace(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '_'), "_");
        let prefix = prefix.trim_start_matches('_');
        if prefix.is_empty() || field::is_ecs_top_level(prefix) {
            let name = &table.section.name;
            let message = format!(
                "section [{name}] cannot give its name to the object that takes what the table leaves over"
            );
            let finding = Diagnostic::error(&table.section.position, message);
            findings.push(finding.help("write 'field_prefix = <name>' with a name that ECS does not have"));
            return None;
        }
        return Some(prefix.to_owned());
    };
    row.text.as_ref()?;
    let text = row.text();
    let problem = if let Some((offset, c)) =
        text.char_indices().find(|(_, c)| !matches!(c, 'a'..='z' | '0'..='9' | '_'))
    {
        Problem::new(offset, format!("{} has the character {}", quoted(text), quoted(&c.to_string())))
            .help("write one name of lower-case letters, digits and '_'")
    } else if text.starts_with('_') {
        Problem::new(0, format!("'{text}' begins like OpenSearch's own fields"))
    } else if field::is_ecs_top_level(text) {
        Problem::new(0, format!("'{text}' is a name of ECS"))
            .help("write a name of your own, such as the product's")
    } else {
        return Some(text.to_owned());
    };
    findings.push(row.problem(problem));
    None
}

fn event_time(table: &Table<'_>, findings: &mut Findings) -> Option<EventTime> {
    let mut keys: Vec<Source> = Vec::new();
    let mut failed = false;
    for key in ["timestamp_key", "timestamp_key_list"] {
        let read = |text: &str| {
            let metadata = ["cwe_timestamp", "cwl_timestamp", "file_timestamp"];
            match value::words(text).find(|(_, word)| metadata.contains(word)) {
                Some((offset, word)) => Err(Problem::new(offset, format!("'{word}' is no source here"))
                    .help("take it out: the times around an event are used when it has none of its own")),
                None if key == "timestamp_key" => Ok(source::at_most_one(text)?.into_iter().collect()),
                None => source::list(text),
            }
        };
        if let Some(row) = table.row(key) {
            let sources: Option<Vec<Source>> = table.read(key, findings, read);
            failed |= sources.is_none() && row.text.is_some();
            for source in sources.unwrap_or_default() {
                if !keys.contains(&source) {
                    keys.push(source);
                }
            }
        }
    }
    let listed = table.read("timestamp_format_list", findings, time_format::list);
    let single = table.read("timestamp_format", findings, time_format::one);
    let tz = table.read("timestamp_tz", findings, |text| unless_empty(text, value::zone));
    let (mut formats, single, tz) = (listed?, single?, tz?);
    // The built-in format is for sections that name none: a list is whole in itself.
    let built_in = table.row("timestamp_format").is_some_and(|row| row.entry.position.file == BUILT_IN);
    if formats.is_empty() || !(built_in || formats.contains(&single)) {
        formats.insert(0, single);
    }
    let formats = formats.into_iter().flat_map(time_format::ways).collect();
    (!failed).then_some(EventTime { keys, formats, tz })
}

/// Settings of this section that say something which nothing asks for.
fn without_effect(table: &Table<'_>, findings: &mut Findings) {
    let own = |key: &str| table.row(key).filter(|row: &&Row<'_>| !row.inherited && !row.text().is_empty());
    let mut warn = |key: &str, needs: &str| {
        if let Some(row) = own(key) {
            let message = format!("key '{key}' has no effect without {needs}");
            findings.push(Diagnostic::warning(&row.entry.position, message));
        }
    };
    if table.text("timestamp_key").is_empty() && table.text("timestamp_key_list").is_empty() {
        warn("timestamp_format", "'timestamp_key'");
        warn("timestamp_format_list", "'timestamp_key'");
    }
    if table.text("file_format") != "text" {
        warn("log_pattern", "'file_format = text'");
    }
    if table.text("index_rotation") == "auto" {
        warn("index_time", "a date in the index name: 'index_rotation' is auto");
        warn("index_tz", "a date in the index name: 'index_rotation' is auto");
    }
}

/// Sources that are no group of the pattern that takes lines apart: no line can have them.
fn warn_of_missing_groups(log_type: &LogType, findings: &mut Findings) {
    let FileFormat::Text(pattern) = &log_type.file_format else { return };
    for mapping in &log_type.mappings {
        for source in &mapping.sources {
            if let Source::Key(key) = source
                && !pattern.capture_names().flatten().any(|group| group == key)
            {
                let message = format!("source {} is no group of 'log_pattern'", quoted(key));
                let meant = did_you_mean(key, pattern.capture_names().flatten());
                findings.push(Diagnostic { help: meant, ..Diagnostic::warning(&mapping.position, message) });
            }
        }
    }
}

/// A key meant for this section looks like its own `s3_key`: if an earlier section takes that, it takes them all.
fn warn_of_shadow(
    table: &Table<'_>,
    log_type: &LogType,
    earlier: &[(bool, LogType)],
    findings: &mut Findings,
) {
    let pattern = log_type.s3_key.as_str();
    let takes = |earlier: &LogType| earlier.s3_key.as_str() == pattern || earlier.s3_key.is_match(pattern);
    let Some((built_in, first)) = earlier.iter().find(|(_, earlier)| takes(earlier)) else { return };
    let Some(row) = table.row("s3_key") else { return };
    let message = format!(
        "keys for [{}] go to [{}], which comes first and has the s3_key {}",
        log_type.name,
        first.name,
        quoted(first.s3_key.as_str())
    );
    let switch = if *built_in { ", or switch it off by an empty one" } else { "" };
    let help = format!("narrow the s3_key of [{}]{switch}", first.name);
    findings.push(Diagnostic::warning(&row.position_at(0), message).help(help));
}
