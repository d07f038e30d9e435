//! The types that a section of user.ini becomes.

use super::cidr::Cidr;
use super::diagnostic::Position;
use crate::parse::header::HeaderField;
use crate::parse::syslog::SyslogField;
use crate::parse::time::TimeFormat;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceName {
    /// A key of CEF's extension or LEEF's attributes; when the event has none of that name, the record's field
    /// of that name. This is what a plain name in user.ini means.
    Key(String),
    /// `cef.name`, `cef.severity`, …: a header field of the event, whichever format it is in.
    Header(HeaderField),
    /// `syslog.hostname` and kin.
    Syslog(SyslogField),
}

/// One line of the mapping table: an ECS field and its sources, the first present wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The field, dotted: `source.ip`.
    pub field: String,
    /// The sources in order.
    pub sources: Vec<SourceName>,
    /// Where the line stands.
    pub position: Position,
}

/// A field with a constant value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Static {
    /// The field, dotted.
    pub field: String,
    /// Its value.
    pub value: String,
    /// Where the line stands.
    pub position: Position,
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
    Text(regex::Regex),
}

/// When the index name changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Never: an alias with ISM behind it.
    Auto,
    /// `-%Y-%m-%d`
    Daily,
    /// `-%Y-w%W`
    Weekly,
    /// `-%Y-%m`
    Monthly,
    /// `-%Y`
    Yearly,
}

/// Which time names the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexTime {
    /// `@timestamp`
    Event,
    /// `event_ingested`
    Ingested,
}

/// Index name settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexSettings {
    /// Prefix: `log-deepsecurity`.
    pub name: String,
    /// Rotation.
    pub rotation: Rotation,
    /// Time that counts.
    pub time: IndexTime,
    /// Zone of the date in the name.
    pub tz: jiff::tz::Offset,
    /// Added behind the date, with a hyphen.
    pub suffix: String,
}

/// Event time settings. Without keys, the default rule for fluentd records holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventTime {
    /// `timestamp_key` and `timestamp_key_list`, in order.
    pub keys: Vec<SourceName>,
    /// `timestamp_format` and `timestamp_format_list`, in order; the first that fits wins.
    pub formats: Vec<TimeFormat>,
    /// Zone of a time that names none.
    pub tz: Option<jiff::tz::Offset>,
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

/// One section: one type of log.
#[derive(Clone, Debug)]
pub struct LogType {
    /// The section's name: `@log_type`, `event.module`.
    pub name: String,
    /// Index name.
    pub index: IndexSettings,
    /// Keys that this section takes.
    pub s3_key: regex::Regex,
    /// Keys that it leaves out all the same.
    pub s3_key_ignored: Option<regex::Regex>,
    /// What a line is.
    pub file_format: FileFormat,
    /// The mapping table, in the order of the file.
    pub mappings: Vec<Mapping>,
    /// Constants.
    pub statics: Vec<Static>,
    /// Event time.
    pub event_time: EventTime,
    /// `_id` from a field; nothing means from the content.
    pub doc_id: Option<SourceName>,
    /// Added to the id with an underscore.
    pub doc_id_suffix: Option<SourceName>,
    /// Object that takes what the table leaves over.
    pub field_prefix: String,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<Cidr>,
    /// What `@message` holds.
    pub raw_message: RawMessage,
    /// HTTP headers of a packet whose values are redacted, lower case.
    pub redact_headers: Vec<String>,
    /// `ecs.version`.
    pub ecs_version: String,
    /// `cloud.provider`; empty means none.
    pub cloud_provider: String,
}
