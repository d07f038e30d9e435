//! One JSON object as a record, borrowed from the line where no escape stands in the way.
//!
//! Two readings with one visitor. The quick one takes fluentd's own fields to be strings, in one pass. Where one
//! is not, the careful one takes every value as JSON text first. Neither recurses, so nesting costs no stack.
//! Does not know what stands before and behind the object.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Other, Record, repair};

/// Reads the object that `text` starts with, and gives how many bytes it takes.
pub(crate) fn object(text: &str) -> Option<(Record<'_>, usize)> {
    let (mut record, has_message, length) = match leading::<Fields<'_, Quick>>(text) {
        Some((fields, length)) => (fields.record, fields.has_message, length),
        None => {
            let (fields, length) = leading::<Fields<'_, Careful>>(text)?;
            (fields.record, fields.has_message, length)
        }
    };
    record.json = true;
    if !has_message {
        record.message_missing = true;
        record.message = Cow::Borrowed(text.get(..length)?);
    }
    Some((record, length))
}

/// The length of the JSON value that `text` starts with.
pub(crate) fn value_length(text: &str) -> Option<usize> {
    leading::<&RawValue>(text).map(|(_, length)| length)
}

/// Reads the value that `text` starts with, and gives where it ends.
fn leading<'a, T: Deserialize<'a>>(text: &'a str) -> Option<(T, usize)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<T>();
    let value = values.next()?.ok()?;
    Some((value, values.byte_offset()))
}

/// Fluentd's own fields are strings; anything else is an error.
struct Quick;

/// Every value is looked at.
struct Careful;

/// How the values of fluentd's own fields are read.
trait Reading<'a> {
    type Value: Deserialize<'a>;

    /// The text of a value; nothing for null, which says no more than a missing field.
    fn text(value: Self::Value) -> Option<Cow<'a, str>>;

    /// The text of `message`, which no value can leave out.
    fn message(value: Self::Value) -> Cow<'a, str>;
}

impl<'a> Reading<'a> for Quick {
    type Value = Text<'a>;

    fn text(value: Text<'a>) -> Option<Cow<'a, str>> {
        Some(value.0)
    }

    fn message(value: Text<'a>) -> Cow<'a, str> {
        value.0
    }
}

impl<'a> Reading<'a> for Careful {
    type Value = &'a RawValue;

    fn text(value: &'a RawValue) -> Option<Cow<'a, str>> {
        (value.get() != "null").then(|| text_of(value))
    }

    fn message(value: &'a RawValue) -> Cow<'a, str> {
        text_of(value)
    }
}

/// The fields of a record in the making.
struct Fields<'a, R> {
    record: Record<'a>,
    has_message: bool,
    reading: PhantomData<R>,
}

impl<'de, R: Reading<'de>> Deserialize<'de> for Fields<'de, R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor(PhantomData))
    }
}

struct FieldsVisitor<R>(PhantomData<R>);

impl<'de, R: Reading<'de>> Visitor<'de> for FieldsVisitor<R> {
    type Value = Fields<'de, R>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut record = Record::default();
        let mut has_message = false;
        while let Some(Text(name)) = map.next_key()? {
            match &*name {
                "message" if !has_message => {
                    record.message = R::message(map.next_value()?);
                    has_message = true;
                }
                "hostname" if record.hostname.is_none() => record.hostname = R::text(map.next_value()?),
                "timestamp" if record.timestamp.is_none() => record.timestamp = R::text(map.next_value()?),
                "tag" if record.tag.is_none() => record.tag = R::text(map.next_value()?),
                _ => record.others.push(Other { name, value: text_of(map.next_value()?) }),
            }
        }
        Ok(Fields { record, has_message, reading: PhantomData })
    }
}

/// A JSON string, borrowed if it holds no escape. (serde's own `Cow<str>` never borrows.)
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

/// The text of a string, or the JSON of any other value.
fn text_of(value: &RawValue) -> Cow<'_, str> {
    let json = value.get();
    let Some(inner) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Cow::Borrowed(json);
    };
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    // RawValue lets lone surrogates pass, which no text can hold.
    let text = serde_json::from_str(json).ok();
    let text = text.or_else(|| serde_json::from_str(&repair::value(json)?.json).ok());
    text.map_or(Cow::Borrowed(json), Cow::Owned)
}
