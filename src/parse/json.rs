//! The grammar of JSON (RFC 8259), one token at a time, for readers that take a text apart in one pass.
//!
//! Nothing here makes a tree, and nothing recurses. A position is a byte of the text; each function gives the position behind what it
//! read. Text with a string that no reader takes (a raw control character, half a surrogate pair) is refused.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use crate::bytes;
use crate::bytes::find::first;
use crate::bytes::json::plain_length;
use crate::bytes::slice;

/// Why a text is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// A string: where it ends, and whether it has escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StringEnd {
    /// Behind the closing quote.
    pub(crate) end: usize,
    /// There is a backslash in it.
    pub(crate) escaped: bool,
}

/// The byte at a position; 0 behind the end.
#[inline]
pub(crate) fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes().get(at).copied().unwrap_or_default()
}

/// Behind the blanks (section 2) at `at`.
#[inline]
pub(crate) fn behind_blanks(text: &str, mut at: usize) -> usize {
    while matches!(byte(text, at), b' ' | b'\t' | b'\n' | b'\r') {
        at += 1;
    }
    at
}

/// Reads the string whose opening quote stands at `at` (section 7).
pub(crate) fn string(text: &str, at: usize) -> Result<StringEnd, Malformed> {
    let mut at = at + 1;
    let mut escaped = false;
    loop {
        let rest = text.as_bytes().get(at..).ok_or(Malformed)?;
        at += plain_length(rest);
        match byte(text, at) {
            b'"' => return Ok(StringEnd { end: at + 1, escaped }),
            b'\\' => {
                escaped = true;
                at += escape(text, at)?;
            }
            _ => return Err(Malformed),
        }
    }
}

/// The length of the escape at `at`; a surrogate pair counts as one.
fn escape(text: &str, at: usize) -> Result<usize, Malformed> {
    match byte(text, at + 1) {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(2),
        b'u' => match code_unit(text, at)? {
            0xd800..=0xdbff => match code_unit(text, at + 6)? {
                0xdc00..=0xdfff => Ok(12),
                _ => Err(Malformed),
            },
            0xdc00..=0xdfff => Err(Malformed),
            _ => Ok(6),
        },
        _ => Err(Malformed),
    }
}

/// The UTF-16 code unit of the `\uXXXX` at `at`.
fn code_unit(text: &str, at: usize) -> Result<u16, Malformed> {
    text.get(at..).and_then(bytes::json::code_unit).ok_or(Malformed)
}

/// Reads the number at `at` (section 6).
pub(crate) fn number(text: &str, at: usize) -> Result<usize, Malformed> {
    let digits = |mut at: usize| {
        let start = at;
        while byte(text, at).is_ascii_digit() {
            at += 1;
        }
        if at > start { Ok(at) } else { Err(Malformed) }
    };
    let start = at + usize::from(byte(text, at) == b'-');
    let mut end = digits(start)?;
    if byte(text, start) == b'0' && end > start + 1 {
        return Err(Malformed);
    }
    if byte(text, end) == b'.' {
        end = digits(end + 1)?;
    }
    if matches!(byte(text, end), b'e' | b'E') {
        let sign = usize::from(matches!(byte(text, end + 1), b'+' | b'-'));
        end = digits(end + 1 + sign)?;
    }
    Ok(end)
}

/// Reads `true`, `false` or `null` at `at`.
pub(crate) fn literal(text: &str, at: usize) -> Result<usize, Malformed> {
    let rest = text.as_bytes().get(at..).ok_or(Malformed)?;
    let word = ["true", "false", "null"].into_iter().find(|word| rest.starts_with(word.as_bytes()));
    word.map(|word| at + word.len()).ok_or(Malformed)
}

/// Reads any value at `at`, however deep it is: what is open is kept in a list, not on the stack.
pub(crate) fn value(text: &str, mut at: usize) -> Result<usize, Malformed> {
    let mut open: Vec<u8> = Vec::new();
    loop {
        // A value begins here.
        at = behind_blanks(text, at);
        match byte(text, at) {
            opening @ (b'{' | b'[') => {
                let is_object = opening == b'{';
                let closing = if is_object { b'}' } else { b']' };
                let inner = behind_blanks(text, at + 1);
                if byte(text, inner) == closing {
                    at = inner + 1;
                } else {
                    open.push(closing);
                    at = if is_object { name(text, inner)? } else { inner };
                    continue;
                }
            }
            b'"' => at = string(text, at)?.end,
            b'-' | b'0'..=b'9' => at = number(text, at)?,
            _ => at = literal(text, at)?,
        }
        // A value has ended here.
        loop {
            let Some(end) = open.last() else { return Ok(at) };
            at = behind_blanks(text, at);
            match (byte(text, at), end) {
                (b',', b']') => {
                    at += 1;
                    break;
                }
                (b',', _) => {
                    at = name(text, behind_blanks(text, at + 1))?;
                    break;
                }
                (found, end) if found == *end => {
                    open.pop();
                    at += 1;
                }
                _ => return Err(Malformed),
            }
        }
    }
}

/// Reads a member's name and its colon.
fn name(text: &str, at: usize) -> Result<usize, Malformed> {
    if byte(text, at) != b'"' {
        return Err(Malformed);
    }
    let colon = behind_blanks(text, string(text, at)?.end);
    if byte(text, colon) == b':' { Ok(colon + 1) } else { Err(Malformed) }
}

/// The text of the inside of a string that [`string`] has read, escapes undone.
pub(crate) fn unescaped<'a>(inner: &'a str, arena: &'a Bump) -> &'a str {
    if first(b'\\', inner.as_bytes()).is_none() {
        return inner;
    }
    let mut text = ArenaString::with_capacity_in(inner.len(), arena);
    let mut at = 0;
    while at < inner.len() {
        let next = memchr::memchr(b'\\', slice::bytes(inner.as_bytes(), at..));
        let end = next.map_or(inner.len(), |offset| at + offset);
        text.push_str(slice::part(inner, at..end));
        if end == inner.len() {
            break;
        }
        let length = escape(inner, end).unwrap_or(2);
        text.push(meant(inner, end));
        at = end + length;
    }
    text.into_bump_str()
}

/// The character that the escape at `at` stands for.
fn meant(text: &str, at: usize) -> char {
    match byte(text, at + 1) {
        b'u' => {
            let units = [code_unit(text, at), code_unit(text, at + 6)];
            let units = units.into_iter().map_while(Result::ok);
            let first = char::decode_utf16(units).next();
            first.and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        other => bytes::json::meant(other).unwrap_or(char::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_they_end() {
        for text in [
            r#"{"a":[1,{"b":null}],"c":"\"}"}"#,
            "-0.5e+10",
            r#""\ud83d\ude00""#,
            "[]",
            "{ }",
            "[[ ],[ 1 , 2]]",
        ] {
            assert_eq!(value(&format!("{text} x"), 0), Ok(text.len()), "{text}");
        }
        for text in [
            "{",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            "tru",
            r#""\ud83d""#,
            "\"a\nb\"",
            "[1}",
            "{1:2}",
            "\"\\x\"",
            "",
        ] {
            assert_eq!(value(text, 0), Err(Malformed), "{text}");
        }
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(value(&deep, 0), Ok(200_000));
    }

    #[test]
    fn escapes_are_undone() {
        let arena = Bump::new();
        assert_eq!(unescaped(r"a\n\u00e9\ud83d\ude00\/\\", &arena), "a\né😀/\\");
        assert_eq!(unescaped("plain", &arena), "plain");
    }
}
