//! JSON that strict readers refuse although it is plain what was meant: raw control characters in strings
//! (RFC 8259 section 7 wants them escaped), bytes as `\x22` (nginx writes them so, if its `log_format` is not told `escape=json`), and
//! escapes of half a surrogate pair (section 8.2).
//!
//! Works on text. Does not know records.

use std::fmt::Write;

use crate::bytes::json::code_unit;

/// What stands for half a surrogate pair.
const REPLACEMENT: &str = "\\ufffd";

/// A value made fit for a strict reader.
pub(crate) struct Repaired {
    /// The value's JSON, with escapes in the place of what was wrong.
    pub(crate) json: String,
    /// Bytes that the value takes in the text it came from.
    pub(crate) length: usize,
    /// Half a surrogate pair was replaced.
    pub(crate) replaced: bool,
}

/// Repairs the object, array or string that `text` starts with. Nothing if it does not end, or if nothing was
/// wrong with it that can be repaired here.
pub(crate) fn value(text: &str) -> Option<Repaired> {
    let mut json = String::new();
    let mut copied = 0;
    let mut depth: u64 = 0;
    let mut in_string = false;
    let mut replaced = false;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        let mut next = at + 1;
        match (in_string, byte) {
            (true, b'\\') => {
                let (length, instead) = escape(text.get(at..)?);
                next = at + length;
                if let Some(instead) = instead {
                    json.push_str(text.get(copied..at)?);
                    json.push_str(instead);
                    replaced |= instead == REPLACEMENT;
                    copied = next;
                }
            }
            (true, 0..=0x1f) => {
                json.push_str(text.get(copied..at)?);
                write!(json, "\\u{byte:04x}").ok()?;
                copied = next;
            }
            (_, b'"') => in_string = !in_string,
            (false, b'{' | b'[') => depth += 1,
            (false, b'}' | b']') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at = next;
        if depth == 0 && !in_string {
            if copied == 0 {
                return None;
            }
            json.push_str(text.get(copied..at)?);
            return Some(Repaired { json, length: at, replaced });
        }
    }
    None
}

/// The length of the escape that `text` starts with, and what is to stand instead of it: half a surrogate pair stands for no text, and a
/// byte keeps its backslash, because nobody knows in which encoding it is. A pair counts as one escape.
fn escape(text: &str) -> (usize, Option<&'static str>) {
    let byte = text.strip_prefix("\\x").and_then(|digits| digits.get(..2));
    let is_byte = byte.is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    match code_unit(text) {
        Some(0xd800..=0xdbff) => match text.get(6..).and_then(code_unit) {
            Some(0xdc00..=0xdfff) => (12, None),
            _ => (6, Some(REPLACEMENT)),
        },
        Some(0xdc00..=0xdfff) => (6, Some(REPLACEMENT)),
        Some(_) => (6, None),
        None if is_byte => (2, Some("\\\\x")),
        // The escaped character may be longer than a byte; what is no escape the strict reader refuses.
        None => (1 + text.chars().nth(1).map_or(0, char::len_utf8), None),
    }
}
