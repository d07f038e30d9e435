//! Sources: where a value of an event comes from, as the table names it.

use super::diagnostic::quoted;
use super::log_type::SourceName;
use super::suggestion::did_you_mean;
use super::value::{ValueError, pieces, words};
use crate::parse::header::HeaderField;
use crate::parse::syslog::SyslogField;

const HEADER: [(&str, HeaderField); 7] = [
    ("cef.version", HeaderField::Version),
    ("cef.device_vendor", HeaderField::DeviceVendor),
    ("cef.device_product", HeaderField::DeviceProduct),
    ("cef.device_version", HeaderField::DeviceVersion),
    ("cef.device_event_class_id", HeaderField::DeviceEventClassId),
    ("cef.name", HeaderField::Name),
    ("cef.severity", HeaderField::Severity),
];

const SYSLOG: [(&str, SyslogField); 3] = [
    ("syslog.hostname", SyslogField::Hostname),
    ("syslog.priority", SyslogField::Priority),
    ("syslog.appname", SyslogField::Appname),
];

impl HeaderField {
    /// The name by which the table calls it.
    pub fn name(self) -> &'static str {
        HEADER.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }
}

impl SyslogField {
    /// The name by which the table calls it.
    pub fn name(self) -> &'static str {
        SYSLOG.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }
}

impl SourceName {
    /// The name by which the table calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Key(name) => name,
            Self::Header(field) => field.name(),
            Self::Syslog(field) => field.name(),
        }
    }
}

/// Whether an envelope of CloudWatch around the event gives the key of this name.
pub(crate) fn is_of_cloudwatch(name: &str) -> bool {
    name.starts_with("cwl_") || name.starts_with("cwe_")
}

/// The sources of one line, in order.
pub(super) fn list(text: &str) -> Result<Vec<SourceName>, ValueError> {
    let is_bracketed = bracketed(text).is_some();
    let separates: fn(char) -> bool =
        if is_bracketed { |c| c.is_whitespace() || "[],".contains(c) } else { char::is_whitespace };
    pieces(text, separates)
        .map(|(offset, word)| one(word).map_err(|problem| ValueError { offset, ..problem }))
        .collect()
}

/// The inside of a list in brackets.
pub(super) fn bracketed(text: &str) -> Option<&str> {
    text.strip_prefix('[').map(|rest| rest.strip_suffix(']').unwrap_or(rest))
}

/// At most one source.
pub(super) fn at_most_one(text: &str) -> Result<Option<SourceName>, ValueError> {
    let mut sources = list(text)?;
    match words(text).nth(1) {
        None => Ok(sources.pop()),
        Some((offset, _)) => Err(ValueError::of(offset, text, "is more than one source")),
    }
}

/// The source of a name, as the table writes it. What is wrong comes with its way out.
pub(crate) fn named(word: &str) -> Result<SourceName, (String, Option<String>)> {
    one(word).map_err(|ValueError { message, help, .. }| (message, help))
}

fn one(word: &str) -> Result<SourceName, ValueError> {
    if let Some((_, field)) = HEADER.iter().find(|(name, _)| *name == word) {
        return Ok(SourceName::Header(*field));
    }
    if let Some((_, field)) = SYSLOG.iter().find(|(name, _)| *name == word) {
        return Ok(SourceName::Syslog(*field));
    }
    let names: Vec<&str> = match word.split_once('.') {
        Some(("cef" | "leef", _)) => HEADER.iter().map(|(name, _)| *name).collect(),
        Some(("syslog", _)) => SYSLOG.iter().map(|(name, _)| *name).collect(),
        _ => return Ok(SourceName::Key(word.to_owned())),
    };
    let help = did_you_mean(word, names.iter().copied())
        .unwrap_or_else(|| format!("there are {}", names.join(", ")));
    Err(ValueError::new(0, format!("unknown source {}", quoted(word))).help(help))
}
