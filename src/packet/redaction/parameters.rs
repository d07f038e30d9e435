//! `name=value` in queries and forms, and the parts of `multipart/form-data`.

use std::sync::LazyLock;

use memchr::memmem;
use memchr::memmem::Finder;

use super::{Names, RedactedValue, Searched, may_be_secret};
use crate::bytes::slice;

/// Appends the values of the parameters in `bytes` whose names are among `names`.
pub(super) fn find(bytes: &[u8], searched: Searched, names: &Names, found: &mut Vec<RedactedValue>) {
    for equals in memchr::memchr_iter(b'=', bytes) {
        found.extend(parameter(bytes, equals, searched, names));
    }
    for percent in memchr::memchr_iter(b'%', bytes) {
        found.extend(coded_parameter(bytes, percent, names));
    }
}

/// A parameter of a URL that is the value of another one, coded with percent signs: `next=http%3A%2F%2Fa%2F%3Ftoken%3Dvalue`.
fn coded_parameter(bytes: &[u8], equals: usize, names: &Names) -> Option<RedactedValue> {
    const BEFORE: [&[u8]; 4] = [b"%3f", b"%26", b"%23", b"%3b"];
    let (before, rest) = bytes.split_at_checked(equals)?;
    let rest = rest.get(..3).filter(|code| code.eq_ignore_ascii_case(b"%3d")).and_then(|_| rest.get(3..))?;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.[]~".contains(byte);
    // The code before the name ends with characters that a name can have.
    let code = memchr::memrchr(b'%', before)?;
    let (code, name) = before.get(code..)?.split_at_checked(3)?;
    let is_coded = BEFORE.iter().any(|known| code.eq_ignore_ascii_case(known));
    if !is_coded || !name.iter().all(is_name) || !names.has(name) {
        return None;
    }
    let is_end = |at: usize, byte: u8| match byte {
        b'%' => rest
            .get(at..at + 3)
            .is_some_and(|code| BEFORE.iter().any(|known| code.eq_ignore_ascii_case(known))),
        byte => {
            matches!(byte, b'&' | b'#' | b'"' | b'<' | b'>')
                || byte.is_ascii_whitespace()
                || byte.is_ascii_control()
        }
    };
    let length = rest.iter().enumerate().position(|(at, byte)| is_end(at, *byte)).unwrap_or(rest.len());
    let start = equals + 3;
    may_be_secret(&decoded(rest.get(..length)?))
        .then_some(RedactedValue { value: start..start + length, quoted: false })
}

fn parameter(bytes: &[u8], equals: usize, searched: Searched, names: &Names) -> Option<RedactedValue> {
    // CEF writes `\=` for an equals sign.
    let before = bytes.get(..equals)?;
    let before = before.strip_suffix(b"\\").unwrap_or(before);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.%[]~".contains(byte);
    let start = before.iter().rposition(|byte| !is_name(byte)).map_or(0, |at| at + 1);
    if !names.has(before.get(start..)?) {
        return None;
    }
    let front = before.get(..start)?;
    let is_parameter = match (front.last(), searched) {
        (Some(b'?'), _) => true,
        // A string may be a query as a whole.
        (Some(b'"'), Searched::Json) => true,
        (Some(b'&'), Searched::Text) => token(front).iter().any(|byte| matches!(byte, b'?' | b'#')),
        // A fragment, or a parameter of the path.
        (Some(b'#'), Searched::Http) => true,
        (Some(b'#' | b';'), Searched::Text | Searched::Json) => token(front).contains(&b'/'),
        (Some(b'&' | b';'), _) | (None, Searched::Http | Searched::Query) => true,
        (Some(byte), Searched::Http) => {
            byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'{' | b',') || !byte.is_ascii()
        }
        _ => false,
    };
    if !is_parameter {
        return None;
    }
    let start = equals + 1;
    let rest = bytes.get(start..)?;
    // A URL in quotes ends with them; elsewhere a quote may be the attack.
    let is_quoted = token(front).contains(&b'"') || matches!(front.last(), Some(b'"'));
    let is_in_path = front.last() == Some(&b';') && !token(front).contains(&b'?');
    let ends = |byte: &u8| {
        matches!(byte, b'&' | b'#' | b'<' | b'>')
            || (is_in_path && *byte == b'?')
            || byte.is_ascii_whitespace()
            || byte.is_ascii_control()
            || (is_quoted && *byte == b'"')
    };
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    let written = rest.get(..length)?;
    // What quotes a URL may escape the quote behind it.
    let written = if is_quoted { written.strip_suffix(b"\\").unwrap_or(written) } else { written };
    may_be_secret(&decoded(written))
        .then(|| RedactedValue { value: start..start + written.len(), quoted: false })
}

/// The text without blanks that ends here: a URL, as far as it goes.
fn token(front: &[u8]) -> &[u8] {
    let start = front.iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1);
    slice::bytes(front, start..)
}

/// A value with its percent signs decoded as often as it takes, and CEF's escapes undone.
pub(super) fn decoded(written: &[u8]) -> Vec<u8> {
    const DEEPEST: usize = 4;
    let mut value: Vec<u8> = Vec::new();
    let mut bytes = written.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' || !matches!(bytes.peek(), Some(b'=')) {
            value.push(byte);
        }
    }
    for _ in 0..DEEPEST {
        let once: Vec<u8> = percent_encoding::percent_decode(&value).collect();
        if once == value {
            break;
        }
        value = once;
    }
    value
}

/// Appends the values of those parts of a form that have one of `names`: `Content-Disposition: form-data; name="password"`, other
/// headers, an empty line, and the value up to the next part.
pub(super) fn find_in_parts(bytes: &[u8], names: &Names, found: &mut Vec<RedactedValue>) {
    /// To prepare the search takes longer than to search most payloads.
    static NAME: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("name=\""));
    for at in NAME.find_iter(bytes) {
        let Some(rest) = bytes.get(at + 6..) else { continue };
        let Some(end) = rest.iter().position(|byte| matches!(byte, b'"' | b'\n')) else { continue };
        if !names.has(slice::bytes(rest, ..end)) {
            continue;
        }
        let behind = slice::bytes(rest, end..);
        let head = [&b"\r\n\r\n"[..], b"\n\n"]
            .iter()
            .filter_map(|gap| Some((memmem::find(behind, gap)?, gap.len())))
            .min();
        let Some((gap, length)) = head else { continue };
        let start = gap + length;
        let value = slice::bytes(behind, start..);
        let length = value.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(value.len());
        if may_be_secret(slice::bytes(value, ..length)) {
            let start = at + 6 + end + start;
            found.push(RedactedValue { value: start..start + length, quoted: false });
        }
    }
}
