//! One JSON object as a record, borrowed from the line where no escape stands in the way.
//!
//! serde_json reads it. Each value stays JSON text ([`RawValue`]) until it is known what it is for, because numbers are kept as they are
//! written, and because deeply nested values must not cost stack.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fluentd::{Other, Record};
use super::repair;

/// Reads the object that `text` starts with. Returns the record and the number of bytes that the object takes, or `None` where strict
/// JSON finds no object.
pub(super) fn object(text: &str) -> Option<(Record<'_>, usize)> {
    let (Fields { mut record, has_message }, length) = leading(text)?;
    record.json = true;
    if !has_message {
        record.message_missing = true;
        record.message = Cow::Borrowed(text.get(..length)?);
    }
    Some((record, length))
}

/// The length in bytes of the JSON value that `text` starts with.
pub(super) fn value_length(text: &str) -> Option<usize> {
    leading::<&RawValue>(text).map(|(_, length)| length)
}

/// Reads the value that `text` starts with, and returns it with its length in bytes.
fn leading<'a, T: Deserialize<'a>>(text: &'a str) -> Option<(T, usize)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    let value = values.next()?.ok()?;
    Some((value, values.byte_offset()))
}

/// The fields of an object, sorted into a record in the order in which they stand there.
#[derive(Default)]
struct Fields<'a> {
    record: Record<'a>,
    has_message: bool,
}

/// The name of a field, borrowed if it has no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Fields::default();
                while let Some((Name(name), value)) = map.next_entry()? {
                    fields.add(name, value);
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}

impl<'a> Fields<'a> {
    fn add(&mut self, name: Cow<'a, str>, value: &'a RawValue) {
        let record = &mut self.record;
        let own = match &*name {
            "message" if !self.has_message => {
                self.has_message = true;
                record.message = text_of(value);
                return;
            }
            "hostname" if record.hostname.is_none() => &mut record.hostname,
            "timestamp" if record.timestamp.is_none() => &mut record.timestamp,
            "tag" if record.tag.is_none() => &mut record.tag,
            _ => return record.others.push(Other { name, value: text_of(value) }),
        };
        // Null says no more than a missing field.
        *own = (value.get() != "null").then(|| text_of(value));
    }
}

/// The text of a string, or the JSON of any other value.
fn text_of(value: &RawValue) -> Cow<'_, str> {
    let json = value.get();
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
