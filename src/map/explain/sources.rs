//! What the values of a document were read from. A text is a slice of what it was read from, so its address tells.

use std::ops::Range;

use super::explanation::Source;
use crate::bytes::slice::start_in;
use crate::document::origin::RecordField;
use crate::document::trace::Read;
use crate::document::value::{Address, Leftover, Value};
use crate::map::read::ReadEvent;
use crate::parse::header::HeaderField;
use crate::parse::pairs::event_keys::PairIndex;
use crate::parse::pairs::pair::Pair;
use crate::parse::syslog::SyslogField;

/// All texts that values of one event can have been read from.
pub(super) struct SourceTexts<'e>(Vec<SourceText<'e>>);

/// One of them.
pub(super) struct SourceText<'e> {
    pub(super) source: Source,
    /// The value, its escapes undone.
    pub(super) value: &'e str,
    /// The value as written.
    raw: &'e str,
    pub(super) pair: Option<(PairIndex, Pair<'e>)>,
}

impl<'e> SourceTexts<'e> {
    pub(super) fn new(read: &'e ReadEvent<'_>) -> Self {
        let (header, syslog, record) = (&read.header, &read.syslog, read.event.record);
        let message: &str = &record.message;
        let mut texts = Vec::new();
        let mut add = |kind, name: &str, value, raw, pair| {
            let bytes = within(message, raw).map(|bytes| (bytes.start, bytes.end));
            let source = Source { kind, name: name.to_owned(), bytes };
            texts.push(SourceText { source, value, raw, pair });
        };
        for (at, pair, value) in read.keyed.all() {
            add("key", pair.key, value, pair.raw, Some((at, pair)));
        }
        for field in HeaderField::ALL {
            let text = header.field(field);
            add("header", field.name(), text, text, None);
        }
        for (field, text) in [
            (SyslogField::Hostname, syslog.hostname),
            (SyslogField::Appname, syslog.appname),
            // It is not kept as it is written.
            (SyslogField::Priority, None),
        ] {
            let text = text.unwrap_or_default();
            add("syslog", field.name(), text, text, None);
        }
        for (field, text) in [
            (RecordField::Hostname, &record.hostname),
            (RecordField::Timestamp, &record.timestamp),
            (RecordField::Tag, &record.tag),
        ] {
            let text = text.as_deref().unwrap_or_default();
            add("record", field.name(), text, text, None);
        }
        for other in &record.others {
            add("record", &other.name, &other.value, &other.value, None);
        }
        Self(texts)
    }

    /// What a value was read from: what its step says, or else what its texts are slices of.
    pub(super) fn of(&self, read: &Read<'_>, value: &Value<'_>) -> Vec<&SourceText<'e>> {
        let stated = match *read {
            Read::Unstated => None,
            Read::Pair(at) => self.0.iter().find(|text| text.pair.is_some_and(|(other, _)| other == at)),
            Read::Header(field) => self.named("header", field.name()),
            Read::Syslog(field) => self.named("syslog", field.name()),
            Read::Record(name) => self.named("record", name),
        };
        stated.map_or_else(|| self.around(value), |text| vec![text])
    }

    /// What the texts of a value are slices of.
    pub(super) fn around(&self, value: &Value<'_>) -> Vec<&SourceText<'e>> {
        let mut found: Vec<&SourceText<'e>> = Vec::new();
        for part in texts(value) {
            let holds =
                |text: &&SourceText<'_>| [text.value, text.raw].iter().any(|all| within(all, part).is_some());
            if let Some(text) = self.0.iter().find(holds)
                && !found.iter().any(|other| std::ptr::eq(*other, text))
            {
                found.push(text);
            }
        }
        found
    }

    fn named(&self, kind: &str, name: &str) -> Option<&SourceText<'e>> {
        self.0.iter().find(|text| text.source.kind == kind && text.source.name == name)
    }
}

/// The sources as an explanation shows them.
pub(super) fn shown(texts: &[&SourceText<'_>]) -> Vec<Source> {
    texts.iter().map(|text| text.source.clone()).collect()
}

/// Whether two values were read from the same pair.
pub(super) fn share_pair(one: &[&SourceText<'_>], other: &[&SourceText<'_>]) -> bool {
    let pair = |text: &SourceText<'_>| text.pair.map(|(at, _)| at);
    one.iter().filter_map(|text| pair(text)).any(|at| other.iter().any(|text| pair(text) == Some(at)))
}

/// The texts of a value that may be slices of what it was read from.
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
    let start = start_in(part, text);
    let end = start.checked_add(part.len())?;
    (end <= text.len()).then_some(start..end)
}
