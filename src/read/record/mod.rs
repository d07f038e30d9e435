//! One line as records: fluentd's JSON, JSON behind `time<TAB>tag<TAB>`, several JSON values on a line, or a line
//! that is itself the event.
//!
//! Takes the bytes of a line, gives records. Never fails: a line that is nothing else is text. Does not know
//! syslog, CEF or LEEF.

mod columns;
mod json;
mod records;
mod repair;
mod spare;

use std::borrow::Cow;

pub use self::records::{Records, records};
pub use self::spare::Spare;

/// A field of a record that is none of fluentd's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Other<'a> {
    /// The field's name.
    pub name: Cow<'a, str>,
    /// Text as it is, numbers and booleans as their JSON, objects and arrays as one JSON text.
    pub value: Cow<'a, str>,
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
    /// A JSON record without a `message` field: `message` holds the whole JSON text.
    pub message_missing: bool,
}

/// Reads a line as UTF-8. Gives the text and how many sequences of it were none: each became one U+FFFD, as the
/// Unicode standard (chapter 3, "U+FFFD Substitution of Maximal Subparts") says.
///
/// Agents write file names and users in the code page of their machine, so such bytes are ordinary.
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, usize) {
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return (Cow::Borrowed(text), 0);
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    let mut replaced = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            replaced += 1;
        }
    }
    (Cow::Owned(text), replaced)
}
