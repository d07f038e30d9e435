//! Where in an event, its record and their headers a value stands: values are slices of what they were read from, and where they
//! stand in memory tells.
//!
//! Does not know fields.

use std::ops::Range;

use super::explanation::Source;
use crate::document::origin::{Origin, RecordField};
use crate::document::trace::{Read, Reason};
use crate::document::value::{Address, Leftover, Value};
use crate::map::finished::FinishedEvent;
use crate::parse::header::HeaderField;
use crate::parse::pairs::event_keys::PairIndex;
use crate::parse::pairs::pair::Pair;
use crate::parse::syslog::SyslogField;

/// Everything that a value of one event can have been read from.
pub(super) struct Places<'w, 'd> {
    message: &'w str,
    parts: Vec<Part<'w, 'd>>,
}

struct Part<'w, 'd> {
    kind: &'static str,
    name: &'w str,
    /// The value.
    text: &'w str,
    /// The value as it is written.
    raw: &'w str,
    pair: Option<(PairIndex, Pair<'d>)>,
}

impl<'w, 'd> Places<'w, 'd> {
    pub(super) fn new(work: &'w FinishedEvent<'w, 'd>) -> Self {
        let record = work.mapped.read.event.record;
        let mut parts: Vec<Part<'w, 'd>> = Vec::new();
        for (at, pair, text) in work.mapped.read.keyed.all() {
            parts.push(Part { kind: "key", name: pair.key, text, raw: pair.raw, pair: Some((at, pair)) });
        }
        let mut add = |kind, name, text: Option<&'w str>| {
            let text = text.unwrap_or_default();
            parts.push(Part { kind, name, text, raw: text, pair: None });
        };
        let header = &work.mapped.read.header;
        for (field, text) in [
            (HeaderField::Version, header.version),
            (HeaderField::DeviceVendor, header.vendor),
            (HeaderField::DeviceProduct, header.product),
            (HeaderField::DeviceVersion, header.device_version),
            (HeaderField::DeviceEventClassId, header.signature_id),
            (HeaderField::Name, header.name),
            (HeaderField::Severity, header.severity),
        ] {
            add("header", field.name(), Some(text));
        }
        add("syslog", SyslogField::Hostname.name(), work.mapped.read.syslog.hostname);
        add("syslog", SyslogField::Appname.name(), work.mapped.read.syslog.appname);
        add("syslog", SyslogField::Priority.name(), None);
        add("record", record_name(RecordField::Hostname), record.hostname.as_deref());
        add("record", record_name(RecordField::Timestamp), record.timestamp.as_deref());
        add("record", record_name(RecordField::Tag), record.tag.as_deref());
        for other in &record.others {
            add("record", &other.name, Some(&other.value));
        }
        Self { message: &record.message, parts }
    }

    /// What a value was read from: what its step says, or else where it stands.
    pub(super) fn of(&self, reason: &Reason<'_>, value: &Value<'_>) -> Found<'_, 'w, 'd> {
        let told = match reason.read {
            Read::Untold => None,
            Read::Pair(at) | Read::Origin(_, Some(at)) => self.pair(at),
            Read::Origin(Origin::Key(_, name), None) => self.named("record", name),
            Read::Origin(Origin::Record(field), None) => self.named("record", record_name(*field)),
            Read::Record(field) => self.named("record", record_name(field)),
            Read::Origin(Origin::Header(field), None) => self.named("header", field.name()),
            Read::Origin(Origin::Syslog(field), None) => self.named("syslog", field.name()),
            Read::Header(field) => self.named("header", field.name()),
            Read::Syslog(field) => self.named("syslog", field.name()),
        };
        match told {
            Some(part) => Found { places: self, parts: vec![part] },
            None => self.standing(value),
        }
    }

    /// What a value was read from, by where it stands.
    pub(super) fn standing(&self, value: &Value<'_>) -> Found<'_, 'w, 'd> {
        let mut parts: Vec<&Part<'w, 'd>> = Vec::new();
        for text in texts(value) {
            if let Some(part) = self.around(text)
                && !parts.iter().any(|other| std::ptr::eq(*other, part))
            {
                parts.push(part);
            }
        }
        Found { places: self, parts }
    }

    fn pair(&self, at: PairIndex) -> Option<&Part<'w, 'd>> {
        self.parts.iter().find(|part| part.pair.is_some_and(|(other, _)| other == at))
    }

    fn named(&self, kind: &str, name: &str) -> Option<&Part<'w, 'd>> {
        self.parts.iter().find(|part| part.kind == kind && part.name == name)
    }

    fn around(&self, text: &str) -> Option<&Part<'w, 'd>> {
        self.parts.iter().find(|part| within(part.text, text).or_else(|| within(part.raw, text)).is_some())
    }
}

/// The parts that a value was read from.
pub(super) struct Found<'p, 'w, 'd> {
    places: &'p Places<'w, 'd>,
    parts: Vec<&'p Part<'w, 'd>>,
}

impl Found<'_, '_, '_> {
    pub(super) fn sources(&self) -> Vec<Source> {
        let sources = self.parts.iter().map(|part| {
            let bytes = within(self.places.message, part.raw);
            Source { kind: part.kind, name: part.name.to_owned(), bytes: bytes.map(|at| (at.start, at.end)) }
        });
        sources.collect()
    }

    /// The text that the value was read from, and the pair that it is the value of, if it was one.
    pub(super) fn only(&self) -> Option<(&str, Option<&Pair<'_>>)> {
        match self.parts.as_slice() {
            [part] => Some((part.text, part.pair.as_ref().map(|(_, pair)| pair))),
            _ => None,
        }
    }

    /// Whether both were read from the same pair.
    pub(super) fn shares_pair(&self, other: &Self) -> bool {
        let shared = |part: &Part<'_, '_>| other.parts.iter().any(|other| std::ptr::eq(*other, part));
        self.parts.iter().any(|part| part.pair.is_some() && shared(part))
    }
}

fn record_name(field: RecordField) -> &'static str {
    match field {
        RecordField::Hostname => "hostname",
        RecordField::Timestamp => "timestamp",
        RecordField::Tag => "tag",
    }
}

/// The texts of a value that may be slices of something else.
fn texts<'v>(value: &'v Value<'_>) -> Vec<&'v str> {
    match value {
        Value::Text(text) | Value::Word(text) | Value::Json(text) => vec![text],
        Value::Texts(texts) | Value::Words(texts) => texts.to_vec(),
        Value::Ip(Address { text, .. }) => text.iter().copied().collect(),
        Value::Ips(addresses) => addresses.iter().filter_map(|address| address.text).collect(),
        Value::Object(entries) => entries.iter().flat_map(|Leftover { value, .. }| texts(value)).collect(),
        Value::Absent | Value::Long(_) | Value::Float(_) | Value::Time(_) => Vec::new(),
    }
}

/// The bytes of `text` that `part` is, if it is a slice of it.
fn within(text: &str, part: &str) -> Option<Range<usize>> {
    if part.is_empty() {
        return None;
    }
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let end = start.checked_add(part.len())?;
    (end <= text.len()).then_some(start..end)
}
