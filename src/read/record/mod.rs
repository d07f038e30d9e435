//! One line as records: fluentd's JSON, JSON behind `time<TAB>tag<TAB>`, several JSON values on a line, or a line
//! that is itself the event.
//!
//! Takes the bytes of a line, gives records. Never fails: a line that is nothing else is text. Does not know
//! syslog, CEF or LEEF.

pub mod fluentd;
mod envelope;
pub(crate) mod firelens;
pub(crate) mod event_fields;
pub(crate) mod ltsv;
pub(crate) mod partial;
pub(crate) mod csv;
pub mod rows;
pub(crate) mod columns;
mod json;
pub(crate) mod raw;
pub(crate) mod several;
mod otlp;
mod records;
mod repair;
mod spare;

use std::borrow::Cow;
use std::sync::LazyLock;

use encoding_rs::Encoding;
use memchr::memmem::Finder;

use crate::bytes::slice;
use crate::bytes::slice::part;

pub use self::fluentd::{Other, Record};
pub use self::records::{Records, records};
pub use self::spare::Spare;

/// JSON with what strict readers refuse made fit for them; nothing if it does not end where `text` ends, or cannot be repaired.
pub(crate) fn repaired(text: &str) -> Option<String> {
    let repaired = repair::value(text)?;
    (repaired.length == text.trim_end().len()).then_some(repaired.json)
}

/// Reads a line as UTF-8. Gives the text and how many sequences of it were none: each became one U+FFFD, as the
/// Unicode standard (chapter 3, "U+FFFD Substitution of Maximal Subparts") says.
///
/// Agents write file names and users in the code page of their machine, so such bytes are ordinary.
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, usize) {
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return (without_escaped_bytes(text), 0);
    }
    decode_lossily(bytes)
}

/// Reads a line that is in `encoding` or in UTF-8, as agents of both kinds write into one file. Gives the same as [`decode`].
pub(crate) fn decode_as<'b>(bytes: &'b [u8], encoding: &'static Encoding) -> (Cow<'b, str>, usize) {
    if encoding.is_ascii_compatible()
        && let Ok(text) = simdutf8::basic::from_utf8(bytes)
    {
        return (without_escaped_bytes(text), 0);
    }
    let (text, is_damaged) = encoding.decode_without_bom_handling(bytes);
    (text, usize::from(is_damaged))
}

/// The text with the bytes of UTF-8 that rsyslog has escaped (`$Escape8BitCharactersOnReceive`): `#343#201#202` is `あ` (rule U2).
fn without_escaped_bytes(text: &str) -> Cow<'_, str> {
    /// The first byte of each sequence of several begins so. To prepare the search takes longer than to search a line.
    static FIRST: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("#3"));
    /// Bytes that an escape takes, and bytes of a character.
    const LENGTH: usize = 4;
    if FIRST.find(text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let escaped_byte = |at: usize| {
        let digits = text.get(at..)?.strip_prefix('#')?.get(..LENGTH - 1)?;
        u8::from_str_radix(digits, 8).ok().filter(|byte| !byte.is_ascii())
    };
    let (mut meant, mut kept, mut at) = (String::new(), 0, 0);
    while let Some(sign) = FIRST.find(slice::bytes(text.as_bytes(), at..)) {
        at += sign;
        let bytes: Vec<u8> = (at..).step_by(LENGTH).take(LENGTH).map_while(escaped_byte).collect();
        let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        if !valid.is_empty() {
            meant.push_str(part(text, kept..at));
            meant.push_str(valid);
            kept = at + valid.len() * LENGTH;
        }
        at = kept.max(at + 1);
    }
    meant.push_str(part(text, kept..));
    Cow::Owned(meant)
}

fn decode_lossily(bytes: &[u8]) -> (Cow<'_, str>, usize) {
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
