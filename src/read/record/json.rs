//! One JSON object as a record, borrowed from the line where no escape stands in the way.
//!
//! serde_json reads it. Most records have strings only; where another value stands, the object is read once more, and each value stays
//! JSON text ([`RawValue`]): numbers are kept as they are written, and nested values must not cost stack.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use memchr::memchr;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fluentd::{Other, Record};
use super::repair;

/// Reads the object that `text` starts with. Returns the record and the number of bytes that the object takes, or `None` where strict
/// JSON finds no object.
pub(super) fn object(text: &str) -> Option<(Record<'_>, usize)> {
    let (mut record, length) = fields::<Text<'_>>(text).or_else(|| fields::<&RawValue>(text))?;
    record.json = true;
    if record.message_missing {
        record.message = Cow::Borrowed(text.get(..length)?);
    }
    Some((record, length))
}

/// Returns the length in bytes of the JSON value that `text` starts with.
pub(super) fn value_length(text: &str) -> Option<usize> {
    leading::<&RawValue>(text).map(|(_, length)| length)
}

fn fields<'a, V: FieldValue<'a>>(text: &'a str) -> Option<(Record<'a>, usize)> {
    leading(text).map(|(Fields::<V> { record, .. }, length)| (record, length))
}

/// Reads the value that `text` starts with, and returns it with its length in bytes.
fn leading<'a, T: Deserialize<'a>>(text: &'a str) -> Option<(T, usize)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    let value = values.next()?.ok()?;
    Some((value, values.byte_offset()))
}

/// The record of an object, all of whose values can be read as `V`.
struct Fields<'a, V> {
    record: Record<'a>,
    values: PhantomData<V>,
}

/// A string, borrowed if it has no escapes.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The value of a field.
trait FieldValue<'a>: Deserialize<'a> {
    /// Whether it is null, which says no more than a missing field.
    fn is_null(&self) -> bool;

    /// The text of a string, or the JSON of any other value.
    fn text(self) -> Cow<'a, str>;
}

impl<'a> FieldValue<'a> for Text<'a> {
    fn is_null(&self) -> bool {
        false
    }

    fn text(self) -> Cow<'a, str> {
        self.0
    }
}

impl<'a> FieldValue<'a> for &'a RawValue {
    fn is_null(&self) -> bool {
        self.get() == "null"
    }

    fn text(self) -> Cow<'a, str> {
        let json = self.get();
        let Some(inner) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
            return Cow::Borrowed(json);
        };
        if memchr(b'\\', inner.as_bytes()).is_none() {
            return Cow::Borrowed(inner);
        }
        // RawValue lets lone surrogates pass, which no text can hold.
        let text = serde_json::from_str(json).ok();
        let text = text.or_else(|| serde_json::from_str(&repair::value(json)?.json).ok());
        text.map_or(Cow::Borrowed(json), Cow::Owned)
    }
}

impl<'de, V: FieldValue<'de>> Deserialize<'de> for Fields<'de, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let record = Record { message_missing: true, ..Record::default() };
        deserializer.deserialize_map(Fields { record, values: PhantomData })
    }
}

impl<'de, V: FieldValue<'de>> Visitor<'de> for Fields<'de, V> {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        while let Some((Text(name), value)) = map.next_entry()? {
            self.add(name, value);
        }
        Ok(self)
    }
}

impl<'a, V: FieldValue<'a>> Fields<'a, V> {
    fn add(&mut self, name: Cow<'a, str>, value: V) {
        let record = &mut self.record;
        let own = match &*name {
            "message" if record.message_missing => {
                record.message_missing = false;
                record.message = value.text();
                return;
            }
            "hostname" if record.hostname.is_none() => &mut record.hostname,
            "timestamp" if record.timestamp.is_none() => &mut record.timestamp,
            "tag" if record.tag.is_none() => &mut record.tag,
            _ => return record.others.push(Other { name, value: value.text() }),
        };
        *own = (!value.is_null()).then(|| value.text());
    }
}
