//! One section's values as a [`LogType`].
//!
//! All settings are read before anything is given up, so that all errors are told at once.

use super::consistency;
use super::diagnostic::{Diagnostic, Findings, quoted};
use super::ini::DEFAULT;
use super::interpolation::Used;
use super::keys;
use super::layers;
use super::layers::Layers;
use super::log_type::{
    EventTime, FileFormat, FireLens, IndexSettings, LogType, NamedSource, Redaction, Rotation, SourceName,
};
use super::resolved::ResolvedSection;
use super::suggestion::is_near;
use super::value;
use super::value::{ValueError, unless_empty};
use super::{FaultySection, PassedOverSection};
use super::{field, mapping, pattern, source, time_format};

/// The log types of all sections, in order. A section with an error is left out and reported: what is wrong with one that is not built in
/// goes to `faults`.
pub(super) fn log_types(
    layers: &Layers,
    findings: &mut Findings,
    faults: &mut Findings,
) -> (Vec<LogType>, Vec<FaultySection>, Vec<PassedOverSection>) {
    let mut used = Used::new();
    let sections: Vec<ResolvedSection<'_>> =
        layers.sections().iter().map(|section| ResolvedSection::new(layers, section, &mut used)).collect();
    warn_of_near_names(&sections, findings);
    let mut log_types: Vec<(bool, LogType)> = Vec::new();
    let (mut faulty, mut passed) = (Vec::new(), Vec::new());
    for section in sections.iter().filter(|section| !section.is_switched_off()) {
        let mut own = Findings::default();
        if let Some(section) = passed_over(section, log_types.len(), findings) {
            passed.push(section);
            continue;
        }
        let log_type = log_type(section, &used, &mut own);
        let has_errors = own.has_errors();
        if has_errors {
            let s3_key = section.read("s3_key", &mut Findings::default(), pattern::search);
            faulty.push(FaultySection { name: section.name().to_owned(), s3_key });
        }
        if let Some(log_type) = log_type {
            consistency::warn_of_shadow(section, &log_type, &log_types, &mut own);
            consistency::warn_of_missing_groups(&log_type, &mut own);
            if !has_errors {
                log_types.push((section.is_built_in(), log_type));
            }
        }
        if section.is_built_in() { findings.append(own) } else { faults.append(own) }
    }
    if sections.iter().all(ResolvedSection::is_switched_off)
        && let Some(s3_key) = sections.first().and_then(|section| section.get("s3_key"))
    {
        let finding = s3_key.error("no section takes any key: nothing would be loaded");
        findings.push(finding.help("add a section of your own, or take this line out"));
    }
    (log_types.into_iter().map(|(_, log_type)| log_type).collect(), faulty, passed)
}

fn log_type(section: &ResolvedSection<'_>, used: &Used, findings: &mut Findings) -> Option<LogType> {
    if is_meant_as_default(section, findings) || is_of_another_loader(section, findings) {
        return None;
    }
    for entry in section.entries.iter().filter(|entry| keys::is_known(entry.key)) {
        entry.fault().into_iter().for_each(|fault| findings.push(fault.clone()));
    }
    consistency::report_upstream_keys(section, findings);
    let index = index(section, findings);
    let s3_key = section.read_required("s3_key", "<regex on the object's key>", findings, pattern::s3_key);
    warn_of_s3_key(section, findings);
    let s3_key_ignored = section.read("s3_key_ignored", findings, |text| unless_empty(text, pattern::search));
    let file_format = file_format(section, findings);
    let is_multiline = section.text("file_format") == "multiline";
    let first_line = if is_multiline {
        let example = "<regex of an event's first line>";
        section.read_required("multiline_firstline", example, findings, pattern::first_line).map(Some)
    } else {
        section.read("multiline_firstline", findings, |text| unless_empty(text, pattern::first_line))
    };
    let encoding = section.read("encoding", findings, |text| unless_empty(text, value::encoding));
    let message_key = section.read("message_key", findings, |text| unless_empty(text, value::record_path));
    let via_cwl = section.read("via_cwl", findings, value::boolean);
    let via_firelens = section.read("via_firelens", findings, value::boolean);
    let ignores_stderr = section.read("ignore_container_stderr", findings, value::boolean);
    let field_prefix = field_prefix(section, findings);
    let is_prefix_set = section.get("field_prefix").is_some_and(|entry| !entry.text().is_empty());
    let words = |text: &str| Ok(value::words(text).map(|(_, word)| word.to_owned()).collect());
    let json_delimiter = section.read("json_delimiter", findings, |text| unless_empty(text, value::word));
    let json_to_text = section.read("json_to_text", findings, words);
    let renamed = mapping::renamed(section, findings);
    let is_scripted = section.is_built_in() || !section.text("script_ecs").is_empty();
    let header_lines = section.read("text_header_line_number", findings, value::number);
    let csv_columns = section.read("csv_columns", findings, |text| {
        Ok(value::words(text).map(|(_, word)| word.replace('-', "_")).collect())
    });
    let lines = mapping::lines(section, field_prefix.as_deref(), used, findings);
    let event_time = event_time(section, findings);
    let file_time =
        section.read("file_timestamp_format", findings, |text| unless_empty(text, pattern::of_time));
    let doc_id = section.read("doc_id", findings, source::at_most_one);
    let doc_id_suffix = section.read("doc_id_suffix", findings, source::at_most_one);
    let products = section.read("products", findings, value::added_names);
    let trusted_proxies = section.read("trusted_proxies", findings, value::blocks);
    let raw_message = section.read("raw_message", findings, value::raw_message);
    let mut names = |key, read| {
        let built_in = keys::built_in_default(key);
        let names = section.read(key, findings, |text| value::extended(text, built_in, read))?;
        consistency::warn_of_names_left_out(section, key, findings);
        Some(names)
    };
    let redact_headers = names("redact_headers", value::headers);
    let redact_params = names("redact_params", value::parameters);
    let redact_keys = names("redact_keys", value::parameters);
    let redact_cards = section.read("redact_cards", findings, value::boolean);
    let redact_hash = section.read("redact", findings, value::mask);
    let ecs_version = section.read("ecs_version", findings, value::version);
    let cloud_provider = section.read("cloud_provider", findings, value::word);
    // Upstream's settings that change nothing here: fractions of a second are always kept, and the loader's own requests are not
    // recognised.
    for key in ["timestamp_nano", "ignore_own_logs"] {
        section.read(key, findings, value::boolean);
    }
    consistency::warn_without_effect(section, findings);
    consistency::warn_of_quotes(section, findings);
    Some(LogType {
        built_in: section.is_built_in(),
        name: section.name().to_owned(),
        index: index?,
        s3_key: s3_key?,
        s3_key_ignored: s3_key_ignored?,
        file_format: file_format?,
        first_line: first_line?.filter(|_| is_multiline),
        encoding: encoding?,
        message_key: message_key?,
        via_cwl: via_cwl?,
        firelens: via_firelens?.then_some(FireLens { ignores_stderr: ignores_stderr? }),
        mappings: lines.mappings,
        statics: lines.statics,
        switched_off: lines.switched_off,
        event_time: event_time?,
        file_time: file_time?,
        doc_id: doc_id?,
        doc_id_suffix: doc_id_suffix?,
        named_sources: named_sources(section),
        field_prefix: field_prefix?,
        is_prefix_set,
        is_scripted,
        header_lines: header_lines?,
        csv_columns: csv_columns?,
        json_delimiter: json_delimiter?,
        json_to_text: json_to_text?,
        renamed,
        products: products?,
        trusted_proxies: trusted_proxies?,
        raw_message: raw_message?,
        redact_headers: redact_headers?,
        redaction: Redaction {
            params: redact_params?,
            keys: redact_keys?,
            cards: redact_cards?,
            hash: redact_hash?,
        },
        ecs_version: ecs_version?,
        cloud_provider: cloud_provider?,
    })
}

/// The section as one that is passed over with one warning, if its objects are in a format that is not read yet. `before` is the number
/// of log types that come before it.
fn passed_over(
    section: &ResolvedSection<'_>,
    before: usize,
    findings: &mut Findings,
) -> Option<PassedOverSection> {
    let format = section.text("file_format");
    let entry = section.get("file_format").filter(|_| LATER.contains(&format))?;
    let message =
        format!("section [{}] is passed over: objects in {format} format are not read yet", section.name());
    let help = "its objects are skipped, and counted as such";
    findings.push(Diagnostic::warning(&entry.position_at(0), message).help(help));
    let s3_key = section.read("s3_key", &mut Findings::default(), pattern::search);
    Some(PassedOverSection { name: section.name().to_owned(), s3_key, before })
}

/// Upstream's formats that are not read yet.
const LATER: [&str; 3] = ["parquet", "winevtxml", "xml"];

/// `[default]` is a log type to configparser, but nobody means it.
fn is_meant_as_default(section: &ResolvedSection<'_>, findings: &mut Findings) -> bool {
    let name = section.name();
    let meant = name.eq_ignore_ascii_case(DEFAULT);
    if meant {
        let finding = Diagnostic::error(section.position(), format!("section [{name}] is not [{DEFAULT}]"));
        findings.push(finding.help(format!("write '[{DEFAULT}]' in capital letters")));
    }
    meant
}

/// An `s3_key` that is written as if it were something else, and so matches no key or hardly one.
fn warn_of_s3_key(section: &ResolvedSection<'_>, findings: &mut Findings) {
    // A folder of upstream's sections stands behind others: 'AWSLogs/…/GuardDuty/…'.
    let is_meant = |text: &str| {
        text.starts_with('/') && !section.is_built_in() && keys::is_upstreams_section(section.name())
    };
    let Some(entry) = section.get("s3_key").filter(|entry| !entry.is_built_in()) else { return };
    if is_meant(entry.text()) {
        return;
    }
    let text = entry.text();
    let Some((what, meant)) = misread_key(text) else { return };
    let message = format!("s3_key {} is not likely to match: {what}", quoted(text));
    findings.push(Diagnostic::warning(&entry.position_at(0), message).help(format!("write '{meant}'")));
}

/// A reference as Python's `BasicInterpolation` has it, `%(name)s`: what stands before it, its name, and what stands behind it.
fn python_reference(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("%(")?;
    let (name, behind) = rest.split_once(")s")?;
    Some((before, name, behind))
}

/// What an `s3_key` was meant as, and the regex for that; nothing where it is one.
fn misread_key(text: &str) -> Option<(&'static str, String)> {
    let start = text.strip_prefix('^').unwrap_or(text);
    let lower = start.to_ascii_lowercase();
    let inner = start.trim_matches(['"', '\'', '/']);
    let inner = inner.strip_suffix("/$").or(inner.strip_suffix("\"$")).unwrap_or(inner);
    let plain = |word: &str| !word.contains(['{', '}', '[', ']', '(', ')', '|', '\\']);
    let words: Vec<&str> = text.split([',', ' ']).filter(|word| !word.is_empty()).collect();
    if let Some(list) = text
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'))
        .filter(|list| list.contains(['"', '\'']))
    {
        let folders = list.split(',').map(|word| word.trim().trim_matches(['"', '\'']).trim_end_matches('/'));
        return Some(("it is one regex, and no list of several", folders.collect::<Vec<_>>().join("|")));
    }
    if text.contains(['"', '\'']) {
        let inner = inner.strip_prefix("r\"").or(inner.strip_prefix("r'")).unwrap_or(inner);
        return Some((
            "quotes are part of the regex, and hardly a key has any",
            inner.trim_matches(['"', '\'']).to_owned(),
        ));
    }
    if let Some((before, name, behind)) = python_reference(text) {
        return Some(("such a reference is not replaced", format!("{before}${{{name}}}{behind}")));
    }
    let behind_bucket = ["s3://", "s3a://", "arn:aws:s3:::", "https://", "http://"]
        .iter()
        .find(|scheme| lower.starts_with(**scheme))
        .and_then(|scheme| start.get(scheme.len()..)?.split_once('/').or(Some(("", ""))));
    if let Some((_, key)) = behind_bucket {
        return Some((
            "the regex is looked for in the key, which has no bucket",
            key.trim_end_matches(['/', '*']).to_owned(),
        ));
    }
    if text.contains('\n') {
        let lines: Vec<&str> = text.split('\n').map(|line| line.trim().trim_matches('|')).collect();
        return Some(("it is one regex, and the line feed is part of it", lines.join("|")));
    }
    if start.starts_with("./") {
        return Some(("a key does not begin with './'", inner.trim_start_matches("./").to_owned()));
    }
    if start.starts_with('/') {
        return Some(("a key does not begin with '/'", inner.to_owned()));
    }
    if words.len() > 1 && words.iter().all(|word| plain(word)) {
        return Some(("it is one regex, and no list of several", words.join("|")));
    }
    if ["%Y", "YYYY", "yyyy"].iter().any(|year| text.contains(year)) {
        let before = text.find(['%', 'Y', 'y', '{']).and_then(|at| text.get(..at)).unwrap_or_default();
        return Some(("a date is no pattern there", before.to_owned()));
    }
    if text.contains("/*.") || text.contains("**") {
        let meant = text.replace("**/", "").replace("*.", ".*\\.").replace("**", ".*");
        return Some(("a star repeats what stands before it", meant));
    }
    None
}

/// A section that only changes settings of a log type which the other loader has built in, and this one has not.
fn is_of_another_loader(section: &ResolvedSection<'_>, findings: &mut Findings) -> bool {
    let has_own = |key: &str| section.get(key).is_some_and(|entry| !entry.inherited);
    let mut own = section.entries.iter().filter(|entry| !entry.inherited);
    // A typing error in one of the two is told as such.
    let is_sound = own.all(|entry| keys::is_known(entry.key) || entry.key.contains('.'));
    let is_of_another = is_sound && !section.is_built_in() && !has_own("index_name") && !has_own("s3_key");
    if is_of_another {
        let (built_in, help) = if layers::is_log_type(section.name()) {
            ("the built-in one is off", "to have its objects loaded, name it in 'log_types' of [DEFAULT]")
        } else {
            (
                "there is no built-in one of that name",
                "give it both to have its objects loaded, or take it out",
            )
        };
        let message = format!(
            "section [{}] is passed over: it has neither 'index_name' nor 's3_key', and {built_in}",
            section.name()
        );
        findings.push(Diagnostic::warning(section.position(), message).help(help));
    }
    is_of_another
}

/// Warns of a name that is nearly that of a built-in section: then it is a section of its own.
fn warn_of_near_names(sections: &[ResolvedSection<'_>], findings: &mut Findings) {
    for section in sections.iter().filter(|section| !section.is_built_in()) {
        let name = section.name().to_lowercase().replace(['-', '_', ' '], "");
        let meant = sections.iter().filter(|other| other.is_built_in()).find(|built_in| {
            let built_in = built_in.name().replace(['-', '_'], "");
            name == built_in || built_in.len() > 6 && is_near(&name, &built_in, 1)
        });
        if let Some(meant) = meant {
            let message =
                format!("section [{}] is another one than the built-in [{}]", section.name(), meant.name());
            let help = format!("write '[{}]' to change that one", meant.name());
            findings.push(Diagnostic::warning(section.position(), message).help(help));
        }
    }
}

fn index(section: &ResolvedSection<'_>, findings: &mut Findings) -> Option<IndexSettings> {
    let name = section.read_required("index_name", "log-<what it holds>", findings, value::index_name);
    let rotation = section.read("index_rotation", findings, value::rotation);
    let time = section.read("index_time", findings, value::index_time);
    let tz = section.read("index_tz", findings, value::zone);
    let suffix = section.read("index_suffix", findings, value::part_of_index_name);
    let index = IndexSettings { name: name?, rotation: rotation?, time: time?, tz: tz?, suffix: suffix? };
    let length = longest_name(&index);
    if length > LONGEST_INDEX_NAME {
        let message = format!(
            "with its date and suffix it is {length} bytes long, OpenSearch allows {LONGEST_INDEX_NAME}"
        );
        let error = ValueError::new(0, message).help("choose a shorter one");
        findings.push(section.get("index_name")?.value_error(error));
        return None;
    }
    Some(index)
}

const LONGEST_INDEX_NAME: usize = 255;

/// Bytes of the longest name that `index` can have.
fn longest_name(index: &IndexSettings) -> usize {
    let date = match index.rotation {
        // The alias stands for indices such as -000001.
        Rotation::Auto => "-000001",
        Rotation::Serverless => "-001",
        Rotation::Daily => "-2020-12-31",
        Rotation::Weekly => "-2020-w52",
        Rotation::Monthly => "-2020-12",
        Rotation::Yearly => "-2020",
    };
    let suffix = if index.suffix.is_empty() { 0 } else { 1 + index.suffix.len() };
    index.name.len() + date.len() + suffix
}

fn file_format(section: &ResolvedSection<'_>, findings: &mut Findings) -> Option<FileFormat> {
    let read = |text: &str| match text {
        // Upstream's [DEFAULT] has an empty one.
        "json" | "" => Ok(Some(FileFormat::Json)),
        "cef" => Ok(Some(FileFormat::Cef)),
        "leef" => Ok(Some(FileFormat::Leef)),
        "text" | "multiline" => Ok(None),
        "csv" => Ok(Some(FileFormat::Csv(None))),
        _ => Err(value::none_of(text, &["json", "cef", "leef", "text", "multiline", "csv"])),
    };
    match section.read("file_format", findings, read)? {
        Some(FileFormat::Csv(_)) => {
            section.read("csv_delimiter", findings, value::delimiter).map(FileFormat::Csv)
        }
        Some(format) => Some(format),
        None => {
            let example = "<regex with named groups>";
            section.read_required("log_pattern", example, findings, pattern::from_start).map(FileFormat::Text)
        }
    }
}

/// One lower-case name that ECS has not taken; by default the section's.
fn field_prefix(section: &ResolvedSection<'_>, findings: &mut Findings) -> Option<String> {
    let written = section.get("field_prefix").filter(|entry| !entry.text().is_empty());
    if written.is_some() {
        return section.read("field_prefix", findings, value::field_prefix);
    }
    let name = section.name().to_lowercase();
    let prefix = name.replace(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '_'), "_");
    let prefix = prefix.trim_start_matches('_');
    if prefix.is_empty() || field::is_ecs_top_level(prefix) {
        let message = format!(
            "section [{}] cannot give its name to the object that takes what the table leaves over",
            section.name()
        );
        let finding = Diagnostic::error(section.position(), message);
        findings.push(finding.help("write 'field_prefix = <name>' with a name that ECS does not have"));
        return None;
    }
    Some(prefix.to_owned())
}

/// The sources that the user's settings name outside of the table.
fn named_sources(section: &ResolvedSection<'_>) -> Vec<NamedSource> {
    let settings = ["timestamp_key", "timestamp_key_list", "doc_id", "doc_id_suffix"];
    let entries = settings.into_iter().filter_map(|setting| Some((setting, section.get(setting)?)));
    let own = entries.filter(|(_, entry)| !entry.is_built_in());
    let sources = own.flat_map(|(setting, entry)| {
        let sources = source::list(entry.text()).unwrap_or_default();
        sources.into_iter().map(move |source| NamedSource { setting, source, position: entry.position_at(0) })
    });
    sources.collect()
}

fn event_time(section: &ResolvedSection<'_>, findings: &mut Findings) -> Option<EventTime> {
    let first = section.read("timestamp_key", findings, source::at_most_one);
    let others = section.read("timestamp_key_list", findings, source::list);
    let listed = section.read("timestamp_format_list", findings, time_format::list);
    let single = section.read("timestamp_format", findings, time_format::one);
    let tz = section.read("timestamp_tz", findings, |text| unless_empty(text, value::zone));
    let collector = section.read("collector_time_key", findings, |text| unless_empty(text, value::word));
    let (mut formats, single) = (listed?, single?);
    // The built-in format is for sections that name none: a list is whole in itself.
    let built_in = section.get("timestamp_format").is_some_and(|entry| entry.is_built_in());
    if formats.is_empty() || !(built_in || formats.contains(&single)) {
        formats.insert(0, single);
    }
    let formats = formats.into_iter().flat_map(time_format::ways).collect();
    let mut keys: Vec<SourceName> = Vec::new();
    for source in first?.into_iter().chain(others?) {
        if !keys.contains(&source) {
            keys.push(source);
        }
    }
    Some(EventTime { keys, formats, tz: tz?, collector: collector? })
}
