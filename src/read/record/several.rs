//! Several records in one field of a record: one behind the other, or in an array, as objects or as the texts of events. Collectors that
//! put lines together write them so.

use serde_json::Value;

use super::envelope::LISTS;
use super::event_fields::is_name;
use super::fluentd::{Other, Record};
use super::raw::joined_objects;
use super::records::records;
use super::spare::Spare;

/// The records in the first field that holds several, and an event somewhere. Each has what the record around them says beside them.
#[cold]
pub(crate) fn records_within(
    record: &Record<'_>,
    holds_event: &dyn Fn(&str) -> bool,
) -> Option<Vec<Record<'static>>> {
    let message = Some(("message", &*record.message)).filter(|_| !record.message_missing);
    let others = record.others.iter().map(|other| (&*other.name, &*other.value));
    let is_alone = record.message_missing && record.others.len() == 1;
    let may_hold = |name: &str| is_name(name) || is_alone && LISTS.contains(&name);
    let mut fields = message.into_iter().chain(others.filter(|(name, _)| may_hold(name)));
    fields.find_map(|(name, value)| {
        let mut inner = if holds_event(value) { records_in(value)? } else { return None };
        for inner in &mut inner {
            add_around(inner, record, name);
        }
        Some(inner)
    })
}

fn records_in(text: &str) -> Option<Vec<Record<'static>>> {
    let text = text.trim();
    if text.starts_with('[') {
        let items: Vec<Value> = serde_json::from_str(text).ok()?;
        let is_record = |item: &Value| item.is_string() || item.is_object();
        return items.iter().all(is_record).then(|| items.iter().flat_map(record_of).collect());
    }
    let objects = if text.starts_with('{') { joined_objects(text) } else { return None };
    (objects.len() > 1).then(|| objects.into_iter().flat_map(read).collect())
}

fn record_of(item: &Value) -> Vec<Record<'static>> {
    match item {
        Value::String(text) if text.trim_start().starts_with('{') => read(text),
        Value::String(text) => vec![Record { message: text.clone().into(), ..Record::default() }],
        object => read(&object.to_string()),
    }
}

/// The records of a line of JSON.
pub(crate) fn read(text: &str) -> Vec<Record<'static>> {
    records(text, &mut Spare::default()).map(Record::into_owned).collect()
}

/// Adds what the record around it says, where it says nothing of that itself. `name` is the field that it stood in.
fn add_around(inner: &mut Record<'static>, around: &Record<'_>, name: &str) {
    let Record { others, timestamp, hostname, tag, envelope, .. } = around.clone().into_owned();
    let own: Vec<_> = inner.others.iter().map(|own| own.name.clone()).collect();
    let is_beside = |other: &Other<'_>| other.name != name && !own.contains(&other.name);
    inner.others.extend(others.into_iter().filter(is_beside));
    inner.timestamp = inner.timestamp.take().or(timestamp);
    inner.hostname = inner.hostname.take().or(hostname);
    inner.tag = inner.tag.take().or(tag);
    inner.envelope = inner.envelope.take().or(envelope);
    inner.json = true;
}
