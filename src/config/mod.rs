//! `user.ini` as types: made once at start-up, so that no ini text is looked at per event.
//!
//! Takes the texts of the configuration files, gives a [`Config`] or every error with its file, line, column and
//! way out. Does not read files or the environment, and does not know events.

mod diagnostic;
mod lines;
mod ini;
mod keys;
mod layers;
mod interpolation;
mod table;
mod section;
mod value;
mod time_format;
mod pattern;
mod source;
mod mapping;
mod field;
mod suggestion;

use diagnostic::Findings;
use layers::Layers;

pub(crate) use diagnostic::quoted;
pub(crate) use pattern::whole as whole_pattern;
pub(crate) use source::named as source_named;
pub(crate) use suggestion::did_you_mean;

/// What the built-in settings call their file.
const BUILT_IN: &str = "<built-in>";

/// Where a setting stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// File as the user named it; the built-in defaults call themselves `<built-in>`.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The configuration cannot be used.
    Error,
    /// It can be used, but something is old or odd.
    Warning,
}

/// One finding about the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is wrong: names the key or value.
    pub message: String,
    /// The way out, if there is one to name.
    pub help: Option<String>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A key of CEF's extension or LEEF's attributes; when the event has none of that name, the record's field
    /// of that name. This is what a plain name in user.ini means.
    Key(String),
    /// `cef.name`, `cef.severity`, …: a header field of the event, whichever format it is in.
    Header(HeaderField),
    /// `syslog.hostname` and kin.
    Syslog(SyslogField),
}

/// A header field of CEF, or its counterpart in LEEF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderField {
    /// `cef.version`
    Version,
    /// `cef.device_vendor`
    DeviceVendor,
    /// `cef.device_product`
    DeviceProduct,
    /// `cef.device_version`
    DeviceVersion,
    /// `cef.device_event_class_id`
    DeviceEventClassId,
    /// `cef.name`
    Name,
    /// `cef.severity`
    Severity,
}

/// A field of the syslog header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyslogField {
    /// `syslog.hostname`
    Hostname,
    /// `syslog.priority`
    Priority,
    /// `syslog.appname`
    Appname,
}

/// One line of the mapping table: an ECS field and its sources, the first present wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The field, dotted: `source.ip`.
    pub field: String,
    /// The sources in order.
    pub sources: Vec<Source>,
    /// Where the line stands.
    pub place: Place,
}

/// A field with a constant value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Static {
    /// The field, dotted.
    pub field: String,
    /// Its value.
    pub value: String,
    /// Where the line stands.
    pub place: Place,
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
pub struct Index {
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

/// How a time text is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// Seconds or milliseconds since 1970.
    Epoch,
    /// RFC 3164 without a year.
    Syslog,
    /// ISO 8601.
    Iso8601,
    /// strptime.
    Strptime(String),
}

/// Event time settings. Without keys, the default rule for fluentd records holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventTime {
    /// `timestamp_key` and `timestamp_key_list`, in order.
    pub keys: Vec<Source>,
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

/// A block of addresses, in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    /// First address.
    pub address: std::net::IpAddr,
    /// Length of the prefix in bits.
    pub prefix: u8,
}

/// One section: one type of log.
#[derive(Clone, Debug)]
pub struct LogType {
    /// The section's name: `@log_type`, `event.module`.
    pub name: String,
    /// Index name.
    pub index: Index,
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
    pub doc_id: Option<Source>,
    /// Added to the id with an underscore.
    pub doc_id_suffix: Option<Source>,
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

/// The whole configuration.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The sections in the order of the files; the first whose `s3_key` matches a key wins.
    pub log_types: Vec<LogType>,
    /// Warnings; errors are not here, they are the other way out.
    pub warnings: Vec<Diagnostic>,
    /// SHA-256 over all keys and values, those that are built in too.
    pub fingerprint: [u8; 32],
}

/// The text of one configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Name for messages.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Which section a key belongs to.
#[derive(Clone, Copy, Debug)]
pub enum Match<'c> {
    /// This one.
    LogType(&'c LogType),
    /// Its `s3_key` matches, and so does its `s3_key_ignored`.
    Ignored(&'c LogType),
    /// No section's `s3_key` matches.
    None,
}

impl Config {
    /// The built-in configuration with `files` over it, in order: a later file overrides an earlier one key by key.
    ///
    /// The built-in configuration is `[DEFAULT]` and the `[deepsecurity]` section that config/user.ini ships. Its
    /// sections come first. `s3_key =` without a value switches one off, and a list (`ecs`, `script_ecs`) of the
    /// user's leaves out the built-in lines of fields that are in no list any more.
    ///
    /// # Errors
    ///
    /// All findings, at least one of them an error, in the order of the files and their lines.
    pub fn load(files: &[File]) -> Result<Self, Vec<Diagnostic>> {
        let mut findings = Findings::default();
        let layers = Layers::read(files, &mut findings);
        let log_types = section::log_types(&layers, &mut findings);
        let fingerprint = layers.fingerprint();
        let failed = findings.has_errors();
        let names: Vec<&str> =
            std::iter::once(BUILT_IN).chain(files.iter().map(|file| file.name.as_str())).collect();
        let findings = findings.in_order(&names);
        if failed { Err(findings) } else { Ok(Self { log_types, warnings: findings, fingerprint }) }
    }

    /// The section for an S3 key, already decoded.
    pub fn log_type_for(&self, key: &str) -> Match<'_> {
        match self.log_types.iter().find(|log_type| log_type.s3_key.is_match(key)) {
            None => Match::None,
            Some(log_type) => match &log_type.s3_key_ignored {
                Some(ignored) if ignored.is_match(key) => Match::Ignored(log_type),
                _ => Match::LogType(log_type),
            },
        }
    }
}

/// Everything that there is to say about `files`: errors and warnings in the order of the files and their lines.
pub fn check(files: &[File]) -> Vec<Diagnostic> {
    match Config::load(files) {
        Ok(config) => config.warnings,
        Err(findings) => findings,
    }
}
