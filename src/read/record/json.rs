//! One JSON object as a record, borrowed from the line where no escape stands in the way.
//!
//! Most of a line is one long string, so strings are searched for their end and not walked through; what is rare in
//! a log (numbers, nested values, `\u` escapes) is left to serde_json, one value at a time. Nothing recurses, so
//! nesting costs no stack. Does not know what stands before and behind the object.

use std::borrow::Cow;
use std::collections::HashSet;

use foldhash::fast::FixedState;
use memchr::{memchr, memchr2_iter};
use serde::de::Deserialize;
use serde_json::value::RawValue;
use wide::u8x16;

use super::fluentd::{Other, Record};
use super::repair;
use super::spare::Spare;
use crate::bytes::json::meant;

/// Bytes that are looked at as one: names and most values end in the first block.
const BLOCK: usize = 32;

/// How much longer than its first stretch without escapes a string is taken to be: most messages are no longer.
const USUAL_LENGTH: usize = 1024;

/// Reads the object that `text` starts with into an empty record, and gives how many bytes it takes. Where it is none, something of
/// it may be in the record. A text that had escapes goes into memory of `spare`.
pub(crate) fn object<'a>(text: &'a str, spare: &mut Spare, record: &mut Record<'a>) -> Option<usize> {
    record.json = true;
    let mut fields = Fields { record, has_message: false };
    let mut rest = behind_blanks(text.strip_prefix('{')?);
    let mut is_end = rest.starts_with('}');
    while !is_end {
        let (name, length) = name(rest, spare)?;
        rest = behind_blanks(behind_blanks(rest.get(length..)?).strip_prefix(':')?);
        let (value, length) = value(rest, spare)?;
        rest = behind_blanks(rest.get(length..)?);
        fields.add(name, value);
        match rest.strip_prefix(',') {
            Some(behind) => rest = behind_blanks(behind),
            None => is_end = true,
        }
    }
    let length = text.len() - rest.strip_prefix('}')?.len();
    fields.record.repeated = has_repeated(fields.record);
    if !fields.has_message {
        record.message_missing = true;
        record.message = Cow::Borrowed(text.get(..length)?);
    }
    Some(length)
}

/// Whether two members have one name. Of those that are the record's own, the first one is none of the others.
fn has_repeated(record: &Record<'_>) -> bool {
    let mut names: HashSet<&str, FixedState> = HashSet::default();
    record
        .others
        .iter()
        .any(|other| is_own(&other.name) || record.others.len() > 1 && !names.insert(&other.name))
}

fn is_own(name: &str) -> bool {
    matches!(name, "message" | "hostname" | "timestamp" | "tag")
}

/// The length of the JSON value that `text` starts with.
pub(crate) fn value_length(text: &str) -> Option<usize> {
    leading::<&RawValue>(text).map(|(_, length)| length)
}

/// The fields of a record in the making.
struct Fields<'r, 'a> {
    record: &'r mut Record<'a>,
    has_message: bool,
}

/// The text of a string, or the JSON of any other value.
struct Value<'a> {
    text: Cow<'a, str>,
    /// So many bytes of the text, from the first on, stand in JSON as they are.
    plain: usize,
    /// Null says no more than a missing field.
    is_null: bool,
    /// Something that is no text was replaced in it.
    is_replaced: bool,
}

/// A string of JSON.
struct Text<'a> {
    /// Its text, escapes undone.
    text: Cow<'a, str>,
    /// So many bytes of the text, from the first on, stand in JSON as they are.
    plain: usize,
    /// Bytes that it takes, with its quotes.
    length: usize,
}

impl<'a> Text<'a> {
    /// A string without escapes.
    fn plain(text: &'a str) -> Self {
        Self { text: Cow::Borrowed(text), plain: text.len(), length: text.len() + "\"\"".len() }
    }
}

impl<'a> Fields<'_, 'a> {
    fn add(&mut self, name: Cow<'a, str>, value: Value<'a>) {
        let record = &mut *self.record;
        record.replaced |= value.is_replaced;
        let own = match &*name {
            "message" if !self.has_message => {
                self.has_message = true;
                record.message = value.text;
                record.plain = value.plain;
                return;
            }
            "hostname" if record.hostname.is_none() => &mut record.hostname,
            "timestamp" if record.timestamp.is_none() => &mut record.timestamp,
            "tag" if record.tag.is_none() => &mut record.tag,
            _ => return record.others.push(Other { name, value: value.text }),
        };
        *own = (!value.is_null).then_some(value.text);
    }
}

/// Reads the value that `text` starts with as serde_json does, and gives where it ends.
fn leading<'a, T: Deserialize<'a>>(text: &'a str) -> Option<(T, usize)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<T>();
    let value = values.next()?.ok()?;
    Some((value, values.byte_offset()))
}

fn name<'a>(text: &'a str, spare: &mut Spare) -> Option<(Cow<'a, str>, usize)> {
    let plain = string(text, spare).map(|Text { text, length, .. }| (text, length));
    plain.or_else(|| leading::<String>(text).map(|(name, length)| (Cow::Owned(name), length)))
}

fn value<'a>(text: &'a str, spare: &mut Spare) -> Option<(Value<'a>, usize)> {
    if let Some(Text { text, plain, length }) = string(text, spare) {
        return Some((Value { text, plain, is_null: false, is_replaced: false }, length));
    }
    let (value, length) = leading::<&RawValue>(text)?;
    let (text, is_replaced) = text_of(value);
    Some((Value { text, plain: 0, is_null: value.get() == "null", is_replaced }, length))
}

/// Reads the string that `text` starts with, and gives where it ends. Nothing if it is no string, or one with
/// anything in it that takes more than a look: serde_json will tell.
fn string<'a>(text: &'a str, spare: &mut Spare) -> Option<Text<'a>> {
    let inner = text.strip_prefix('"')?;
    let near = inner.as_bytes().first_chunk().and_then(near_end);
    let Some(end) = near else { return long_string(inner, spare) };
    Some(Text::plain(inner.get(..end)?))
}

/// Where the quote stands that ends a string, if it is in this block and nothing before it takes more than a look.
fn near_end(block: &[u8; BLOCK]) -> Option<usize> {
    let (halves, _) = block.as_chunks();
    let found = halves.iter().rev().fold(0, |found, half| {
        let bytes = u8x16::new(*half);
        let is_control = bytes.simd_eq(bytes.min(u8x16::splat(b' ' - 1)));
        let is_quoting = bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\'));
        found << 16 | (is_control | is_quoting).to_bitmask()
    });
    let first = found.trailing_zeros() as usize;
    (block.get(first) == Some(&b'"')).then_some(first)
}

/// The same as [`string`] behind the opening quote.
fn long_string<'a>(inner: &'a str, spare: &mut Spare) -> Option<Text<'a>> {
    let bytes = inner.as_bytes();
    let mut unescaped = String::new();
    let mut is_lent = false;
    let mut first_escape = 0;
    let mut copied = 0;
    for at in memchr2_iter(b'"', b'\\', bytes) {
        if at < copied {
            continue;
        }
        let plain = inner.get(copied..at)?;
        if bytes.get(at) == Some(&b'\\') {
            if copied == 0 {
                first_escape = at;
                unescaped = spare.take();
                is_lent = unescaped.capacity() > 0;
                unescaped.reserve(inner.len().min(at + USUAL_LENGTH));
            }
            unescaped.push_str(plain);
            unescaped.push(meant(*bytes.get(at + 1)?)?);
            copied = at + 2;
            continue;
        }
        // Control characters must be escaped (RFC 8259 section 7). A search for the least byte is done many at a time.
        if bytes.get(..at)?.iter().copied().fold(u8::MAX, u8::min) < b' ' {
            return None;
        }
        if copied == 0 {
            return Some(Text::plain(plain));
        }
        unescaped.push_str(plain);
        if !is_lent && unescaped.len() < unescaped.capacity() / 4 {
            unescaped.shrink_to_fit();
        }
        let length = at + "\"\"".len();
        return Some(Text { text: Cow::Owned(unescaped), plain: first_escape, length });
    }
    None
}

/// What follows the blanks (RFC 8259 section 2) that `text` starts with.
fn behind_blanks(text: &str) -> &str {
    match text.as_bytes().first() {
        Some(b' ' | b'\t' | b'\n' | b'\r') => text.trim_start_matches([' ', '\t', '\n', '\r']),
        _ => text,
    }
}

/// The text of a string, or the JSON of any other value, and whether something that is no text was replaced in it.
fn text_of(value: &RawValue) -> (Cow<'_, str>, bool) {
    let json = value.get();
    let Some(inner) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return (Cow::Borrowed(json), false);
    };
    if memchr(b'\\', inner.as_bytes()).is_none() {
        return (Cow::Borrowed(inner), false);
    }
    if let Ok(text) = serde_json::from_str(json) {
        return (Cow::Owned(text), false);
    }
    // RawValue lets lone surrogates pass, which no text can hold.
    let repaired = repair::value(json);
    let text = repaired.as_ref().and_then(|repaired| serde_json::from_str(&repaired.json).ok());
    text.map_or((Cow::Borrowed(json), false), |text| (Cow::Owned(text), true))
}
