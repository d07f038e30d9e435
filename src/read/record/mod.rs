//! One line becomes records: fluentd's JSON, JSON behind `time<TAB>tag<TAB>`, several JSON values in a line, or a line that is the event
//! itself. This never fails: a line that is nothing else is text.
//!
//! ```
//! use es_loader::read::record::{decode, records};
//!
//! let line = br#"{"message":"CEF:0|Trend Micro|\u2026","hostname":"vm","level":3}{"message":"next"}"#;
//! let (text, replaced) = decode(line);
//! assert_eq!(replaced, 0);
//!
//! let all: Vec<_> = records(&text).collect();
//! assert_eq!(all[0].message, "CEF:0|Trend Micro|…");
//! assert_eq!(all[0].hostname.as_deref(), Some("vm"));
//! assert_eq!((&*all[0].others[0].name, &*all[0].others[0].value), ("level", "3"));
//! assert_eq!(all[1].message, "next");
//! ```

pub mod fluentd;
mod columns;
mod json;
mod records;
mod repair;

use std::borrow::Cow;

pub use self::fluentd::{Other, Record};
pub use self::records::{Records, records};

/// Reads a line as UTF-8. Returns the text and the number of sequences in it that were no UTF-8: each became one U+FFFD, as the Unicode
/// standard says (chapter 3, "U+FFFD Substitution of Maximal Subparts").
///
/// Such bytes are ordinary, because agents write file names and users in the code page of their machine.
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
