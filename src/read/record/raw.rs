//! Lines whose JSON is the events themselves: each object of a line is an event, and is left unread here.
//!
//! EventBridge puts the event into `detail` of an envelope; a delimiter (`Records`) names an array of events inside of an object.

use std::borrow::Cow;
use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, LazyLock};

use foldhash::fast::RandomState;
use memchr::memmem::Finder;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::envelope::NOTIFICATION;
use super::fluentd::{Envelope, Other, Record};
use super::{json, repair};
use crate::bytes::slice;

/// What EventBridge says around an event, and the source that the table knows it by.
const ENVELOPE: [(&str, &str); 5] = [
    ("id", "cwe_id"),
    ("source", "cwe_source"),
    ("account", "cwe_accountid"),
    ("region", "cwe_region"),
    ("time", "cwe_timestamp"),
];

/// The name of the array that holds the events of an object.
pub(crate) struct Delimiter<'n> {
    name: &'n str,
    /// To prepare the search takes longer than to search most events.
    finder: Finder<'n>,
}

impl<'n> Delimiter<'n> {
    pub(crate) fn new(name: &'n str) -> Self {
        Self { name, finder: Finder::new(name) }
    }
}

/// Reads the events of a line. `delimiter` names the array that holds them, if any. What is no JSON is a record of text.
pub(crate) fn raw_records<'a>(
    line: &'a str,
    delimiter: Option<&Delimiter<'_>>,
    records: &mut Vec<Record<'a>>,
) {
    let line = line.trim();
    if is_one_object(line) {
        return object(line, delimiter, records);
    }
    let mut rest = line;
    let mut in_array = false;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n', ',']);
        if in_array && let Some(behind) = rest.strip_prefix(']') {
            (rest, in_array) = (behind, false);
            continue;
        }
        if !in_array && let Some(behind) = rest.strip_prefix('[') {
            (rest, in_array) = (behind, true);
            continue;
        }
        if rest.is_empty() {
            return;
        }
        match object_length(rest).and_then(|length| rest.split_at_checked(length)) {
            Some((text, behind)) => {
                object(text, delimiter, records);
                rest = behind;
            }
            None => return records.push(Record { message: rest.into(), ..Record::default() }),
        }
    }
}

/// The events of a record that stood in an envelope: the record itself, or those in it. Each has what the record has beside its JSON.
pub(crate) fn events_within<'a>(
    record: &mut Record<'a>,
    delimiter: Option<&Delimiter<'_>>,
) -> Vec<Record<'a>> {
    let mut events = Vec::new();
    match mem::take(&mut record.raw) {
        Cow::Borrowed(text) => raw_records(text, delimiter, &mut events),
        Cow::Owned(text) => {
            let mut inner = Vec::new();
            raw_records(&text, delimiter, &mut inner);
            events.extend(inner.into_iter().map(Record::into_owned));
        }
    }
    let record = mem::take(record);
    for event in &mut events {
        event.others.extend_from_slice(&record.others);
        event.timestamp.clone_from(&record.timestamp);
        event.envelope = match (event.envelope.take(), &record.envelope) {
            (Some(inner), Some(outer)) => Some(Arc::new(Envelope::clone(&inner).within(outer))),
            (inner, outer) => inner.or_else(|| outer.clone()),
        };
    }
    events
}

/// Whether a line begins with a notification of SNS: the event is the text of its message.
pub(crate) fn is_notification(line: &str) -> bool {
    static NAME: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("\"TopicArn\""));
    if NAME.find(line.as_bytes()).is_none() {
        return false;
    }
    let line = line.trim_start();
    let members = object_length(line).and_then(|length| members(line.get(..length)?));
    members.is_some_and(|members| NOTIFICATION.iter().all(|name| members.contains_key(*name)))
}

/// Whether a line is one object, as far as a look at its braces tells. In JSON no brace closes right before one that opens.
fn is_one_object(line: &str) -> bool {
    let bytes = line.as_bytes();
    line.starts_with('{')
        && line.ends_with('}')
        && memchr::memchr_iter(b'}', bytes).all(|at| {
            let behind = slice::bytes(bytes, at + 1..);
            !matches!(behind.first(), Some(b'{' | b' ' | b'\t' | b'\r' | b'\n'))
                || !behind.trim_ascii_start().starts_with(b"{")
        })
}

/// The objects of JSON that stand one behind the other in a line: Firehose puts nothing between its records. The last one is with what
/// follows it.
pub(crate) fn joined_objects(line: &str) -> Vec<&str> {
    let mut rest = line.trim();
    let mut objects = Vec::new();
    while !is_one_object(rest)
        && let Some((object, behind)) = object_length(rest).and_then(|length| rest.split_at_checked(length))
        && behind.trim_start().starts_with('{')
    {
        objects.push(object);
        rest = behind.trim_start();
    }
    objects.push(rest);
    objects
}

fn object_length(text: &str) -> Option<usize> {
    if !text.starts_with('{') {
        return None;
    }
    json::value_length(text).or_else(|| repair::value(text).map(|repaired| repaired.length))
}

fn object<'a>(json: &'a str, delimiter: Option<&Delimiter<'_>>, records: &mut Vec<Record<'a>>) {
    let (event, around) = unwrapped(json).unwrap_or_else(|| (json, Vec::new()));
    let said =
        |source: &str| around.iter().find(|other| other.name == source).map(|other| (&*other.value).into());
    let envelope = (!around.is_empty()).then(|| {
        let (account, region) = (said("cwe_accountid"), said("cwe_region"));
        Arc::new(Envelope { account, region, ..Envelope::default() })
    });
    let events = delimiter.and_then(|delimiter| delimited(event, delimiter));
    for event in events.unwrap_or_else(|| vec![event]) {
        records.push(Record {
            raw: Cow::Borrowed(event),
            message: Cow::Borrowed(event),
            others: around.clone(),
            envelope: envelope.clone(),
            json: true,
            message_missing: true,
            ..Record::default()
        });
    }
}

/// The event in EventBridge's envelope, and what the envelope says.
fn unwrapped(json: &str) -> Option<(&str, Vec<Other<'_>>)> {
    /// To prepare the search takes longer than to search most events.
    static NAME: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("\"detail-type\""));
    NAME.find(json.as_bytes())?;
    let mut members = members(json)?;
    if !members.contains_key("detail-type") || !members.contains_key("resources") {
        return None;
    }
    let event = members.remove("detail").filter(|detail| detail.get().starts_with('{'))?;
    let around = ENVELOPE.iter().filter_map(|(name, source)| {
        let text = <Cow<'_, str>>::deserialize(*members.get(*name)?).ok()?;
        Some(Other { name: Cow::Borrowed(source), value: text })
    });
    Some((event.get(), around.collect()))
}

/// The elements of the array that `delimiter` names, if there is one.
fn delimited<'a>(json: &'a str, delimiter: &Delimiter<'_>) -> Option<Vec<&'a str>> {
    // Most objects are elements of that array, and have no member of its name: to read them all for that took a fifth of the time.
    let bytes = json.as_bytes();
    if delimiter.finder.find(bytes).is_none() && memchr::memchr(b'\\', bytes).is_none() {
        return None;
    }
    let array: Vec<&RawValue> = serde_json::from_str(members(json)?.get(delimiter.name)?.get()).ok()?;
    Some(array.into_iter().map(RawValue::get).collect())
}

/// The JSON of a field within others of a record, by its dotted path.
pub(crate) fn within<'r>(record: &'r Record<'_>, path: &str) -> Option<&'r str> {
    let (outer, names) = path.split_once('.')?;
    names.split('.').try_fold(record.other(outer)?, |json, name| Some(members(json)?.get(name)?.get()))
}

/// The members of an object of JSON; nothing where it is none.
pub(crate) fn members(json: &str) -> Option<HashMap<Cow<'_, str>, &RawValue, RandomState>> {
    serde_json::from_str(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str, delimiter: Option<&str>) -> Vec<String> {
        let mut records = Vec::new();
        raw_records(line, delimiter.map(Delimiter::new).as_ref(), &mut records);
        records
            .iter()
            .map(|record| format!("{}{}", if record.json { "" } else { "!" }, record.message))
            .collect()
    }

    #[test]
    fn each_object_is_an_event() {
        assert_eq!(read(r#" {"a":"}{"} "#, None), [r#"{"a":"}{"}"#]);
        assert_eq!(read(r#"{"a":1}{"b":2} {"c":3}"#, None), [r#"{"a":1}"#, r#"{"b":2}"#, r#"{"c":3}"#]);
        assert_eq!(read(r#"[{"a":1},{"b":2}]"#, None), [r#"{"a":1}"#, r#"{"b":2}"#]);
        assert_eq!(read("no json", None), ["!no json"]);
        assert_eq!(read(r#"{"a":1} and more"#, None), [r#"{"a":1}"#, "!and more"]);
    }

    #[test]
    fn a_delimiter_names_an_array_of_events() {
        assert_eq!(
            read(r#"{"Records":[{"a":1},{"b":2}],"x":1}"#, Some("Records")),
            [r#"{"a":1}"#, r#"{"b":2}"#]
        );
        assert_eq!(read(r#"{"a":1}"#, Some("Records")), [r#"{"a":1}"#]);
        assert_eq!(read(r#"{"Records":[]}"#, Some("Records")), [""; 0]);
    }

    #[test]
    fn eventbridge_wraps_events() {
        let line = r#"{"id":"1","detail-type":"x","source":"aws.y","account":"111122223333","time":"2026-01-02T03:04:05Z","region":"us-east-1","resources":[],"detail":{"findings":[{"Id":"f"}]}}"#;
        let mut records = Vec::new();
        raw_records(line, Some(&Delimiter::new("findings")), &mut records);
        assert_eq!(records[0].message, r#"{"Id":"f"}"#);
        assert_eq!(records[0].others[4].value, "2026-01-02T03:04:05Z");
    }
}
