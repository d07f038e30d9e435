//! One section's values as a [`LogType`].
//!
//! All settings are read before anything is given up, so that all errors are told at once.

use regex::Regex;

use super::consistency;
use super::diagnostic::{Diagnostic, Findings, has_errors, quoted};
use super::ini::DEFAULT;
use super::interpolation::Used;
use super::keys;
use super::layers::{self, Layers};
use super::log_type::{
    EventTime, FileFormat, FireLens, IndexSettings, LogType, NamedSource, Redaction, Rotation, SourceName,
};
use super::resolved::ResolvedSection;
use super::suggestion::is_near;
use super::value::{self, ValueError, unless_empty};
use super::{UnloadedSection, field, mapping, pattern, source, time_format};

/// The log types of all sections, in order. A section with an error is left out and reported: what is wrong with one that is not built in
/// goes to `faults`.
pub(super) fn log_types(
    layers: &Layers,
    findings: &mut Findings,
    faults: &mut Findings,
) -> (Vec<LogType>, Vec<UnloadedSection>, Vec<UnloadedSection>) {
    let mut used = Used::new();
    let sections: Vec<ResolvedSection<'_>> =
        layers.sections.values().map(|section| ResolvedSection::new(layers, section, &mut used)).collect();
    warn_of_near_names(&sections, findings);
    let mut log_types: Vec<(bool, LogType)> = Vec::new();
    let (mut faulty, mut passed) = (Vec::new(), Vec::new());
    for section in sections.iter().filter(|section| !section.is_switched_off()) {
        let mut own = Findings::default();
        if is_passed_over(section, findings) {
            passed.push(unloaded(section, log_types.len()));
            continue;
        }
        let log_type = log_type(section, &used, &mut own);
        let has_errors = has_errors(&own);
        if has_errors {
            faulty.push(unloaded(section, log_types.len()));
        }
        if let Some(log_type) = log_type {
            consistency::warn_of_shadow(section, &log_type, &log_types, &mut own);
            consistency::warn_of_missing_groups(&log_type, &mut own);
            if !has_errors {
                log_types.push((section.is_built_in(), log_type));
            }
        }
        if section.is_built_in() { &mut *findings } else { &mut *faults }.append(&mut own);
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
    for entry in section.entries.values().filter(|entry| keys::is_known(entry.key)) {
        entry.fault().into_iter().for_each(|fault| findings.push(fault.clone()));
    }
    consistency::report_upstream_keys(section, findings);
    let index = index(section, findings);
    let s3_key = section.read_required("s3_key", "<regex on the object's key>", findings, pattern::s3_key);
    ["s3_key", "s3_key_ignored"].iter().for_each(|key| warn_of_key_pattern(section, key, findings));
    let file_format = file_format(section, findings);
    let first_line = first_line(section, findings);
    let field_prefix = field_prefix(section, findings);
    let lines = mapping::lines(section, field_prefix.as_deref(), used, findings);
    let renamed = mapping::renamed(section, findings);
    let event_time = event_time(section, findings);
    let raw_message = section.read("raw_message", findings, value::raw_message);
    // Upstream's settings that change nothing here: fractions of a second are always kept, and the loader's own requests are not
    // recognised.
    for key in ["timestamp_nano", "ignore_own_logs"] {
        section.read(key, findings, value::boolean);
    }
    consistency::warn_without_effect(section, findings);
    consistency::warn_of_quotes(section, findings);
    let mut settings = Settings { section, findings, failed: false };
    let is_firelens = settings.get("via_firelens", value::boolean);
    let firelens = FireLens { ignores_stderr: settings.get("ignore_container_stderr", value::boolean) };
    let log_type = LogType {
        built_in: section.is_built_in(),
        name: section.name().to_owned(),
        s3_key_ignored: settings.optional("s3_key_ignored", pattern::search),
        encoding: settings.optional("encoding", value::encoding),
        message_key: settings.optional("message_key", value::record_path),
        via_cwl: settings.get("via_cwl", value::boolean),
        firelens: is_firelens.then_some(firelens),
        mappings: lines.mappings,
        statics: lines.statics,
        switched_off: lines.switched_off,
        file_time: settings.optional("file_timestamp_format", pattern::of_time),
        doc_id: settings.get("doc_id", source::at_most_one),
        doc_id_suffix: settings.get("doc_id_suffix", source::at_most_one),
        named_sources: named_sources(section),
        is_prefix_set: !section.text("field_prefix").is_empty(),
        is_scripted: section.is_built_in() || !section.text("script_ecs").is_empty(),
        header_lines: settings.get("text_header_line_number", value::number),
        csv_columns: settings.get("csv_columns", value::columns),
        json_delimiter: settings.optional("json_delimiter", value::word),
        json_to_text: settings.get("json_to_text", value::all_words),
        renamed,
        products: settings.get("products", value::added_names),
        trusted_proxies: settings.get("trusted_proxies", value::blocks),
        redact_headers: settings.names("redact_headers", value::headers),
        redaction: Redaction {
            params: settings.names("redact_params", value::parameters),
            keys: settings.names("redact_keys", value::parameters),
            cards: settings.get("redact_cards", value::boolean),
            hash: settings.get("redact", value::mask),
        },
        ecs_version: settings.get("ecs_version", value::version),
        cloud_provider: settings.get("cloud_provider", value::word),
        // By now all settings are read.
        index: index?,
        s3_key: s3_key?,
        file_format: file_format?,
        first_line: first_line?,
        event_time: event_time?,
        field_prefix: field_prefix?,
        raw_message: raw_message?,
    };
    (!settings.failed).then_some(log_type)
}

/// Reads the settings of a section that have a default in place of a value which cannot be read.
struct Settings<'s, 'l> {
    section: &'s ResolvedSection<'l>,
    findings: &'s mut Findings,
    /// A value could not be read.
    failed: bool,
}

impl Settings<'_, '_> {
    /// What `read` makes of a setting's value.
    fn get<T: Default>(&mut self, key: &str, read: impl FnOnce(&str) -> Result<T, ValueError>) -> T {
        let value = self.section.read(key, self.findings, read);
        self.failed |= value.is_none();
        value.unwrap_or_default()
    }

    /// The same for a setting that may be empty.
    fn optional<T>(&mut self, key: &str, read: impl FnOnce(&str) -> Result<T, ValueError>) -> Option<T> {
        self.get(key, |text| unless_empty(text, read))
    }

    /// Names that are built in, or added to those, or in place of them.
    fn names(&mut self, key: &str, read: fn(&str) -> Result<Vec<String>, ValueError>) -> Vec<String> {
        let failed = std::mem::take(&mut self.failed);
        let names = self.get(key, |text| value::extended(text, keys::built_in_default(key), read));
        if !self.failed {
            consistency::warn_of_names_left_out(self.section, key, self.findings);
        }
        self.failed |= failed;
        names
    }
}

/// What an event's first line begins with, where events have several lines.
fn first_line(section: &ResolvedSection<'_>, findings: &mut Findings) -> Option<Option<regex::bytes::Regex>> {
    let (key, example) = ("multiline_firstline", "<regex of an event's first line>");
    if section.text("file_format") == "multiline" {
        return section.read_required(key, example, findings, pattern::first_line).map(Some);
    }
    section.read(key, findings, |text| unless_empty(text, pattern::first_line)).map(|_| None)
}

/// The section as one that is not loaded. `before` is the number of log types that come before it.
fn unloaded(section: &ResolvedSection<'_>, before: usize) -> UnloadedSection {
    let s3_key = section.read("s3_key", &mut Findings::default(), pattern::search);
    UnloadedSection { name: section.name().to_owned(), s3_key, before }
}

/// A section whose objects are in a format that is not read yet is passed over with one warning.
fn is_passed_over(section: &ResolvedSection<'_>, findings: &mut Findings) -> bool {
    let format = section.text("file_format");
    let Some(entry) = section.get("file_format").filter(|_| LATER.contains(&format)) else { return false };
    let message =
        format!("section [{}] is passed over: objects in {format} format are not read yet", section.name());
    let help = "its objects are skipped, and counted as such";
    findings.push(Diagnostic::warning(&entry.position_at(0), message).help(help));
    true
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

/// A regex on keys (`s3_key`, `s3_key_ignored`) that is written as if it were something else, and so matches no key or hardly one; or
/// that matches all, where nobody means it.
fn warn_of_key_pattern(section: &ResolvedSection<'_>, key: &str, findings: &mut Findings) {
    let Some(entry) = section.get(key).filter(|entry| !entry.is_built_in()) else { return };
    let text = entry.text();
    let mut warn = |message: String, help: String| {
        findings.push(Diagnostic::warning(&entry.position_at(0), message).help(help));
    };
    let is_ignored = key == "s3_key_ignored";
    // A folder of upstream's sections stands behind others: 'AWSLogs/…/GuardDuty/…'.
    let is_inside = text.starts_with('/')
        && (is_ignored || !section.is_built_in() && keys::is_upstreams_section(section.name()));
    let mut misread = MISREAD.iter().filter(|(what, _)| !(is_inside && *what == SLASH));
    if let Some((what, meant)) = misread.find_map(|(what, meant)| Some((what, meant(text)?))) {
        let help = match meant.as_str() {
            "" => "write the folder in which the objects stand".to_owned(),
            meant => format!("write '{}'", meant.replace('$', "$$").replace("$${", "${")),
        };
        return warn(format!("{key} {} is not likely to match: {what}", quoted(text)), help);
    }
    let matches_all = |pattern: Regex| ["a", "0", "/"].iter().all(|key| pattern.is_match(key));
    let is_meant = !is_ignored && text.chars().all(|c| "^.*+$".contains(c));
    if !text.is_empty() && !is_meant && pattern::search(text).is_ok_and(matches_all) {
        let help = match is_ignored {
            true => "no object would be loaded: write what is to be left out",
            false => "write '.' if all are meant; an empty side of '|' matches any key",
        };
        warn(format!("{key} {} matches every key", quoted(text)), help.to_owned());
    }
}

/// What is wrong with an `s3_key` that was written as something else, and the regex that was meant.
type Misread = (&'static str, fn(&str) -> Option<String>);

const SLASH: &str = "a key does not begin with '/'";

/// The ways in which an `s3_key` is misread; the first that fits counts.
const MISREAD: [Misread; 11] = [
    ("the comment is part of it", |text| {
        let marks = [" #", " ;", "\t#", "\t;", "\n#", "\n;"];
        let (before, _) = text.split_at_checked(marks.iter().filter_map(|mark| text.find(mark)).min()?)?;
        Some(before.trim().trim_matches(['"', '\'']).to_owned())
    }),
    ("it is one regex, and no list of several", |text| {
        let list = text.strip_prefix('[')?.strip_suffix(']').filter(|list| list.contains(['"', '\'']))?;
        let folder = |word: &str| word.trim().trim_matches(['"', '\'']).trim_end_matches('/').to_owned();
        Some(joined(list.split(',').map(folder)))
    }),
    ("quotes are part of the regex, and hardly a key has any", |text| {
        let inner = bare(text);
        let inner = inner.strip_prefix("r\"").or(inner.strip_prefix("r'")).unwrap_or(inner);
        text.contains(['"', '\'']).then(|| inner.trim_matches(['"', '\'']).to_owned())
    }),
    ("such a reference is not replaced", |text| {
        // Python's `BasicInterpolation` has `%(name)s`.
        let (before, rest) = text.split_once("%(")?;
        let (name, behind) = rest.split_once(")s")?;
        Some(format!("{before}${{{name}}}{behind}"))
    }),
    ("the regex is looked for in the key, which has no bucket", |text| {
        let start = text.strip_prefix('^').unwrap_or(text);
        let lower = start.to_ascii_lowercase();
        let schemes = ["s3://", "s3a://", "arn:aws:s3:::", "https://", "http://"];
        let scheme = schemes.into_iter().find(|scheme| lower.starts_with(scheme))?;
        let (_, key) = start.get(scheme.len()..)?.split_once('/').unwrap_or_default();
        Some(key.trim_end_matches(['/', '*']).to_owned())
    }),
    ("it is one regex, and the line feed is part of it", |text| {
        let line = |line: &str| line.trim().trim_matches('|').to_owned();
        text.contains('\n').then(|| joined(text.split('\n').map(line)))
    }),
    ("a key does not begin with './'", |text| {
        let is_so = text.strip_prefix('^').unwrap_or(text).starts_with("./");
        is_so.then(|| bare(text).trim_start_matches("./").to_owned())
    }),
    (SLASH, |text| text.strip_prefix('^').unwrap_or(text).starts_with('/').then(|| bare(text).to_owned())),
    ("it is one regex, and no list of several", |text| {
        let is_plain =
            |word: &&str| !word.contains(['{', '}', '[', ']', '(', ')', '|']) && !word.ends_with('\\');
        let words: Vec<&str> = text.split([',', ' ']).filter(|word| !word.is_empty()).collect();
        (words.len() > 1 && words.iter().all(is_plain)).then(|| words.join("|"))
    }),
    ("a date is no pattern there", |text| {
        let has_year = ["%Y", "YYYY", "yyyy"].iter().any(|year| text.contains(year));
        has_year.then(|| text.split(['%', 'Y', 'y', '{']).next().unwrap_or_default().to_owned())
    }),
    ("a star repeats what stands before it", |text| {
        let any = [(".*", "*"), ("**/*", "*"), ("**/", "*"), ("**", "*"), ("*.", "*\\."), ("*", ".*")];
        let meant = || any.iter().fold(text.to_owned(), |text, (star, any)| text.replace(star, any));
        (text.contains("/*.") || text.contains("**")).then(meant)
    }),
];

/// One regex for all of these, the empty ones left out.
fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("|")
}

/// An `s3_key` without the quotes, slashes and anchors around it.
fn bare(text: &str) -> &str {
    let inner = text.strip_prefix('^').unwrap_or(text).trim_matches(['"', '\'', '/']);
    inner.strip_suffix("/$").or(inner.strip_suffix("\"$")).unwrap_or(inner)
}

/// A section that only changes settings of a log type which the other loader has built in, and this one has not.
fn is_of_another_loader(section: &ResolvedSection<'_>, findings: &mut Findings) -> bool {
    let has_own = |key: &str| section.get(key).is_some_and(|entry| !entry.inherited);
    let mut own = section.entries.values().filter(|entry| !entry.inherited);
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
