//! The record that a collector writes for a line.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use crate::bytes::table::fact_table;

/// A field of a record that is none of fluentd's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Other<'a> {
    /// The field's name.
    pub name: Cow<'a, str>,
    /// Text as it is, numbers and booleans as their JSON, objects and arrays as one JSON text.
    pub value: Cow<'a, str>,
}

/// The fields in which other collectors write when they read a line, beside fluentd's own `timestamp`, the first one first.
pub(crate) fn time_fields() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&str>> =
        LazyLock::new(|| fact_table!("config/collector_times.csv").column("field"));
    &NAMES
}

/// What an envelope says of all its records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope {
    /// The log group of CloudWatch Logs.
    pub log_group: Option<Box<str>>,
    /// The log stream of CloudWatch Logs.
    pub log_stream: Option<Box<str>>,
    /// The account that wrote the records.
    pub account: Option<Box<str>>,
    /// The region in which they were written.
    pub region: Option<Box<str>>,
    /// When the envelope was written: a record without a time of its own has this one.
    pub time: Option<Box<str>>,
    /// The container that wrote them.
    pub container: Option<Container>,
    /// What is left of the record in which a collector wrote an event.
    pub collector: Option<Box<Record<'static>>>,
}

/// A container of ECS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    /// Its id.
    pub id: Option<Box<str>>,
    /// Its name.
    pub name: Option<Box<str>>,
    /// The EC2 instance on which it runs.
    pub instance: Option<Box<str>>,
}

/// One record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record<'a> {
    /// The log line: `message`, or the whole line where it is not JSON.
    pub message: Cow<'a, str>,
    /// So many bytes of `message`, from the first on, are known to stand in JSON as they are.
    pub plain: usize,
    /// `hostname`, as the article's record_transformer adds it.
    pub hostname: Option<Cow<'a, str>>,
    /// `timestamp`: when fluentd read the line. From the `time` column where there is one and the record has none.
    pub timestamp: Option<Cow<'a, str>>,
    /// `tag`, or the tag column.
    pub tag: Option<Cow<'a, str>>,
    /// All other fields, in order.
    pub others: Vec<Other<'a>>,
    /// The record was JSON.
    pub json: bool,
    /// The text of the JSON; empty where there is none.
    pub raw: Cow<'a, str>,
    /// A JSON record without a `message` field: `message` holds the whole JSON text.
    pub message_missing: bool,
    /// The path of the field that `message` was taken from, where that is another one: `log`, `event.original`.
    pub message_field: Option<Box<str>>,
    /// What stood around the record.
    pub envelope: Option<Arc<Envelope>>,
    /// Why the record is left out, where it is no record of the log.
    pub left_out: Option<&'static str>,
    /// Two of its members have one name: the first is meant.
    pub repeated: bool,
    /// Half a surrogate pair, which is no text, has become U+FFFD.
    pub replaced: bool,
}

impl<'a> Record<'a> {
    /// The record that a line holds as values with names; the line itself where none is its message. Of several equal names the first is meant.
    pub(super) fn of_values(
        values: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>,
        line: Cow<'a, str>,
    ) -> Self {
        let mut record = Self { json: true, message_missing: true, ..Self::default() };
        for (name, value) in values {
            match &*name {
                "message" if record.message_missing => {
                    record.message = value;
                    record.message_missing = false;
                }
                "hostname" if record.hostname.is_none() => record.hostname = Some(value),
                "timestamp" | "time" if record.timestamp.is_none() => record.timestamp = Some(value),
                "tag" if record.tag.is_none() => record.tag = Some(value),
                _ => record.others.push(Other { name, value }),
            }
        }
        if record.message_missing {
            record.message = line;
        }
        record
    }
}

impl Record<'_> {
    /// The value of the field that has this name, among those that are none of fluentd's own.
    pub(crate) fn other(&self, name: &str) -> Option<&str> {
        self.others.iter().find(|other| other.name == name).map(|other| &*other.value)
    }

    /// What is left of the record in which a collector wrote the event.
    pub(crate) fn collector(&self) -> Option<&Record<'static>> {
        self.envelope.as_ref()?.collector.as_deref()
    }

    /// Makes the object of JSON that the message is the event itself, if it is one. The time by which the collector took it becomes a
    /// field of its own, so that it does not pass for one of the event's.
    pub(crate) fn become_event(&mut self) {
        if !self.message.trim_start().starts_with('{') || self.message_missing {
            return;
        }
        self.raw = std::mem::take(&mut self.message);
        (self.json, self.message_missing, self.plain) = (true, true, 0);
        if self.envelope.as_ref().is_some_and(|envelope| envelope.log_group.is_some()) {
            let time = self.timestamp.take().map(|value| Other { name: "cwl_timestamp".into(), value });
            self.others = time.into_iter().collect();
        }
    }

    /// Makes `message` a field like others: CEF's dictionary names a key so, in records whose fields are the event.
    pub(crate) fn message_to_fields(&mut self) {
        if !self.message_missing {
            self.others.push(Other { name: "message".into(), value: std::mem::take(&mut self.message) });
        }
        self.message_missing = false;
    }

    /// Makes the text of the event the whole record, and the record of the collector its envelope. The times of that stay beside the event.
    pub(crate) fn part_from_collector(&mut self) {
        let mut collector = std::mem::take(self);
        // A collector may keep the end of a line.
        self.message = match std::mem::take(&mut collector.message) {
            Cow::Borrowed(text) => text.trim_end().into(),
            Cow::Owned(mut text) => {
                text.truncate(text.trim_end().len());
                text.into()
            }
        };
        self.timestamp = collector.timestamp.take();
        let is_time = |other: &mut Other<'_>| time_fields().contains(&&*other.name);
        self.others = collector.others.extract_if(.., is_time).collect();
        let outer = collector.envelope.take().unwrap_or_default();
        collector.raw = Cow::default();
        let collector = Some(Box::new(collector.into_owned()));
        self.envelope = Some(Arc::new(Envelope { collector, ..Envelope::default() }.within(&outer)));
    }

    /// The same with text of its own.
    pub(crate) fn into_owned<'b>(self) -> Record<'b> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let others = self.others.into_iter();
        Record {
            message: own(self.message),
            plain: self.plain,
            hostname: self.hostname.map(own),
            timestamp: self.timestamp.map(own),
            tag: self.tag.map(own),
            others: others
                .map(|Other { name, value }| Other { name: own(name), value: own(value) })
                .collect(),
            json: self.json,
            raw: own(self.raw),
            message_missing: self.message_missing,
            message_field: self.message_field,
            envelope: self.envelope,
            left_out: self.left_out,
            repeated: self.repeated,
            replaced: self.replaced,
        }
    }
}

impl Envelope {
    /// Fills in what this envelope does not say with what the one around it says.
    pub(super) fn within(self, outer: &Self) -> Self {
        let or = |inner: Option<Box<str>>, outer: &Option<Box<str>>| inner.or_else(|| outer.clone());
        Self {
            log_group: or(self.log_group, &outer.log_group),
            log_stream: or(self.log_stream, &outer.log_stream),
            account: or(self.account, &outer.account),
            region: or(self.region, &outer.region),
            container: self.container.or_else(|| outer.container.clone()),
            collector: self.collector.or_else(|| outer.collector.clone()),
            time: or(self.time, &outer.time),
        }
    }
}
