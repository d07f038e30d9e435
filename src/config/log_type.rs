//! The types that a section of user.ini becomes.

use std::net::IpAddr;

use ipnet::IpNet;

use super::diagnostic::Position;
use crate::bytes::line_pattern::LinePattern;
use crate::parse::header::HeaderField;
use crate::parse::syslog::SyslogField;
use crate::parse::time::{TimeFormat, Zone};

/// The source of a value, as user.ini names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceName {
    /// A key of CEF's extension or LEEF's attributes; when the event has none of that name, the record's field
    /// of that name. This is what a plain name in user.ini means.
    Key(String),
    /// `cef.name`, `cef.severity`, …: a header field of the event, whichever format it is in.
    Header(HeaderField),
    /// `syslog.hostname`, `syslog.priority`, `syslog.appname`: a field of the syslog header.
    Syslog(SyslogField),
}

/// One line of the mapping table: an ECS field and its sources, the first present wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The field, dotted: `source.ip`.
    pub field: String,
    /// It is one of the loader's own lines.
    pub built_in: bool,
    /// The sources, in the order in which they are tried.
    pub sources: Vec<SourceName>,
    /// The field takes the values of all sources, not of the first that has one.
    pub is_list: bool,
    /// Where the line stands.
    pub position: Position,
}

impl Mapping {
    /// The sources as they stand on the line.
    pub(crate) fn source_names(&self) -> String {
        let names: Vec<&str> = self.sources.iter().map(SourceName::name).collect();
        names.join(" ")
    }
}

/// A field with a constant value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Static {
    /// The field, dotted.
    pub field: String,
    /// The value, before it is converted to the type of the field.
    pub value: String,
    /// Further values, where the field has several.
    pub more: Vec<String>,
    /// Where the line stands.
    pub position: Position,
}

impl Static {
    /// All values of the field.
    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.value).chain(&self.more).map(String::as_str)
    }
}

/// A source that a setting names, such as `doc_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedSource {
    pub(crate) setting: &'static str,
    pub(crate) source: SourceName,
    pub(crate) position: Position,
}

/// What an object's lines are.
#[derive(Clone, Debug)]
pub enum FileFormat {
    /// fluentd's JSON lines.
    Json,
    /// The line itself is a CEF event.
    Cef,
    /// The line itself is a LEEF event.
    Leef,
    /// The line itself is text; the pattern's named groups are its keys.
    Text(LinePattern),
    /// Rows of values, whose names stand in the first line; between them stands this character, or blanks.
    Csv(Option<u8>),
}

/// When the index name changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Never: documents go to an alias, whose indices Index State Management (ISM) makes.
    Auto,
    /// `-%Y-%m-%d`
    Daily,
    /// `-%Y-w%W`
    Weekly,
    /// `-%Y-%m`
    Monthly,
    /// `-%Y`
    Yearly,
    /// Never, in a collection of OpenSearch Serverless: `-001`, or the suffix.
    Serverless,
}

/// Which time names the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexTime {
    /// `@timestamp`, the time of the event.
    Event,
    /// `event_ingested`, the time of loading.
    Ingested,
}

/// What the index name is made of: `<name>[-<suffix>][-<date>]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexSettings {
    /// First part of the index name: `log-deepsecurity`.
    pub name: String,
    /// How often the date in the name changes.
    pub rotation: Rotation,
    /// The time that the date is taken from.
    pub time: IndexTime,
    /// Zone of the date.
    pub tz: Zone,
    /// Stands before the date, with a hyphen; empty means none. An alias, by [`Rotation::Auto`], has none.
    pub suffix: String,
}

/// Where the time of an event is found. Without keys, the default rule for fluentd records holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventTime {
    /// `timestamp_key` and `timestamp_key_list`, in order.
    pub keys: Vec<SourceName>,
    /// `timestamp_format` and `timestamp_format_list`, in order; the first that fits wins.
    pub formats: Vec<TimeFormat>,
    /// Zone of a time that names none.
    pub tz: Option<Zone>,
    /// The field of the record in which the collector says when it read the line, where it is none of the usual ones.
    pub collector: Option<String>,
}

/// What is done with the records of FireLens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FireLens {
    /// Lines of a container's standard error are left out.
    pub ignores_stderr: bool,
}

/// What `@message` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawMessage {
    /// The whole syslog line.
    Full,
    /// The line with its packet payload cut out.
    WithoutPacket,
    /// Nothing.
    Never,
}

/// Values of HTTP and URLs that are not written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redaction {
    /// Names of parameters of URLs and of fields of forms.
    pub params: Vec<String>,
    /// Names of members of JSON.
    pub keys: Vec<String>,
    /// Numbers of payment cards too.
    pub cards: bool,
    /// Equal values stay comparable.
    pub hash: bool,
}

/// One section of user.ini: one type of log.
#[derive(Clone, Debug)]
pub struct LogType {
    /// The loader has a section of this name itself.
    pub built_in: bool,
    /// The section's name: `@log_type`, `event.module`.
    pub name: String,
    /// What the names of its indices are made of.
    pub index: IndexSettings,
    /// Matches the keys of the S3 objects that belong to this section.
    pub s3_key: regex::Regex,
    /// Matches those of these keys that are not loaded.
    pub s3_key_ignored: Option<regex::Regex>,
    /// What a line of an object is.
    pub file_format: FileFormat,
    /// Matches the first line of an event that has several.
    pub first_line: Option<regex::bytes::Regex>,
    /// The encoding of lines that are not UTF-8.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// The path of the record's field that holds the event's text, dotted, where it is not `message`.
    pub message_key: Option<String>,
    /// Objects come from CloudWatch Logs, in its envelopes.
    pub via_cwl: bool,
    /// Objects come from FireLens, each line in a record of a container.
    pub firelens: Option<FireLens>,
    /// The mapping table, in the order of the file.
    pub mappings: Vec<Mapping>,
    /// The fields with constant values, in the order of the file.
    pub statics: Vec<Static>,
    /// The fields that no document has, because their line is empty.
    pub switched_off: Vec<String>,
    /// Where the time of an event is found.
    pub event_time: EventTime,
    /// Finds the time of the object in its key, by groups with the names of its parts.
    pub file_time: Option<regex::Regex>,
    /// The source of `_id`; without one, `_id` is made of the content of the line.
    pub doc_id: Option<SourceName>,
    /// The source of what is added to `_id`, with an underscore.
    pub doc_id_suffix: Option<SourceName>,
    /// The sources that settings name, such as `doc_id`, each with its place.
    pub(crate) named_sources: Vec<NamedSource>,
    /// The object that takes what the table leaves over.
    pub field_prefix: String,
    /// The configuration names that object: a record that is the event itself goes there as a whole.
    pub is_prefix_set: bool,
    /// The section asks for more than its table can say (`script_ecs`), or is built in.
    pub is_scripted: bool,
    /// Lines at the front of an object that are no events.
    pub header_lines: u64,
    /// The names of the values of rows, in objects without a line of names, for each form of rows.
    pub csv_columns: Vec<Vec<String>>,
    /// The array inside of an object that holds the events.
    pub json_delimiter: Option<String>,
    /// Paths whose values become text, because they have several types.
    pub json_to_text: Vec<String>,
    /// The record's own fields that get other names: the new one and the old.
    pub renamed: Vec<(String, String)>,
    /// Names of products beside those that the log type knows.
    pub products: Vec<String>,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What `@message` holds.
    pub raw_message: RawMessage,
    /// HTTP headers of a packet whose values are redacted, lower case.
    pub redact_headers: Vec<String>,
    /// What else is redacted.
    pub redaction: Redaction,
    /// `ecs.version`.
    pub ecs_version: String,
    /// `cloud.provider`; empty means none.
    pub cloud_provider: String,
}

impl LogType {
    /// The sources of the table and of the settings, each with the field or the setting that it is for, and its place.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&SourceName, &str, &Position)> {
        let of_table = self.mappings.iter().flat_map(|Mapping { field, sources, position, .. }| {
            sources.iter().map(move |source| (source, field.as_str(), position))
        });
        of_table.chain(self.named_sources.iter().map(|named| (&named.source, named.setting, &named.position)))
    }

    /// Whether a proxy's address is trusted. IPv4-mapped IPv6 addresses (RFC 4291, 2.5.5.2) count as IPv4.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|block| block.contains(&address.to_canonical()))
    }

    /// Whether an object of this key, which belongs to the section, is not to be loaded.
    pub(crate) fn ignores(&self, key: &str) -> bool {
        self.s3_key_ignored.as_ref().is_some_and(|ignored| ignored.is_match(key))
    }
}
