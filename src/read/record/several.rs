//! Several records in one field of a record: one behind the other, or in an array, as objects or as the texts of events. Collectors that
//! put lines together write them so.

use std::borrow::Cow;
use std::collections::HashSet;

use foldhash::fast::FixedState;
use serde_json::Value;

use super::envelope::LISTS;
use super::event_fields::is_name;
use super::fluentd::{Other, Record};
use super::raw::joined_objects;
use super::records::records;
use super::spare::Spare;

/// What all records of a field may have of the fields around it, in bytes: the product of both would cost any memory.
const MOST_AROUND: usize = 1 << 24;

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
        let mut inner = if holds_event(value) { records_in(value, holds_event)? } else { return None };
        let beside = || record.others.iter().filter(|other| other.name != name);
        let bytes: usize = beside().map(|other| other.name.len() + other.value.len()).sum();
        if bytes.saturating_mul(inner.len()) > MOST_AROUND {
            return None;
        }
        for inner in &mut inner {
            add_around(inner, record, beside());
        }
        Some(inner)
    })
}

/// The records in a value. A text among them is an event or JSON again: any other may be a part of what somebody wrote.
fn records_in(text: &str, holds_event: &dyn Fn(&str) -> bool) -> Option<Vec<Record<'static>>> {
    let text = text.trim();
    if text.starts_with('[') {
        let items: Vec<Value> = serde_json::from_str(text).ok()?;
        let is_record = |item: &Value| match item {
            Value::String(text) => text.starts_with('{') || holds_event(text),
            item => item.is_object(),
        };
        return items.iter().all(is_record).then(|| items.iter().flat_map(record_of).collect());
    }
    let objects = if text.starts_with('{') { joined_objects(text) } else { return None };
    (objects.len() > 1).then(|| objects.into_iter().flat_map(read).collect())
}

fn record_of(item: &Value) -> Vec<Record<'static>> {
    match item {
        Value::String(text) if text.starts_with('{') => read(text),
        Value::String(text) => vec![Record { message: text.clone().into(), ..Record::default() }],
        object => read(&object.to_string()),
    }
}

/// The records of a line of JSON.
pub(crate) fn read(text: &str) -> Vec<Record<'static>> {
    records(text, &mut Spare::default()).map(Record::into_owned).collect()
}

/// Adds what the record around it says, where it says nothing of that itself.
fn add_around<'o>(
    inner: &mut Record<'static>,
    around: &Record<'_>,
    beside: impl Iterator<Item = &'o Other<'o>>,
) {
    let own: HashSet<&str, FixedState> = inner.others.iter().map(|own| &*own.name).collect();
    let owned = |text: &Cow<'_, str>| Cow::Owned(text.clone().into_owned());
    let new = beside.filter(|other| !own.contains(&*other.name));
    let new: Vec<_> =
        new.map(|Other { name, value }| Other { name: owned(name), value: owned(value) }).collect();
    inner.others.extend(new);
    inner.timestamp = inner.timestamp.take().or_else(|| around.timestamp.as_ref().map(owned));
    inner.hostname = inner.hostname.take().or_else(|| around.hostname.as_ref().map(owned));
    inner.tag = inner.tag.take().or_else(|| around.tag.as_ref().map(owned));
    inner.envelope = inner.envelope.take().or_else(|| around.envelope.clone());
    inner.json = true;
}
