//! Members of JSON, also of JSON that is cut, or stands in a string of other JSON.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::{Names, RedactedValue, ends, may_be_secret};
use crate::bytes::find::each;
use crate::bytes::slice;

/// Which members are looked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'n> {
    pub(super) keys: &'n Names,
    /// Names of HTTP headers, where the JSON may be a record of a request: their values are taken out whatever they are, also from
    /// `{"name": "Cookie", "value": "a=b"}`.
    pub(super) headers: Option<&'n Names>,
}

/// The bytes by which a name may be another one than it looks like. To ask a table is quicker than to compare each byte with all of them.
static CODED: LazyLock<[bool; 256]> = LazyLock::new(|| {
    std::array::from_fn(|byte| byte > 0x7f || [b'\\', b'%', b']'].map(usize::from).contains(&byte))
});

/// Appends the values of the members in `bytes` that are wanted.
pub(super) fn find(bytes: &[u8], wanted: Wanted<'_>, found: &mut Vec<RedactedValue>) {
    let coded = &*CODED;
    for colon in each(b':', bytes) {
        let before = slice::bytes(bytes, ..colon);
        let before = if before.ends_with(b"\"") { before } else { before.trim_ascii_end() };
        let Some((b'"', before)) = before.split_last() else { continue };
        let mut is_coded = false;
        let start = before.iter().rposition(|byte| {
            is_coded |= coded.get(usize::from(*byte)) == Some(&true);
            *byte == b'"'
        });
        let Some(start) = start else { continue };
        let name = slice::bytes(before, start + 1..);
        if is_coded || wanted.may_have(name) {
            let backslashes = name.iter().rev().take_while(|byte| **byte == b'\\').count();
            let name = plain_name(slice::bytes(name, ..name.len() - backslashes));
            member(bytes, &name, colon, backslashes, wanted, found);
        }
    }
}

impl Wanted<'_> {
    /// Whether a member of this name may be wanted, by a look at its ends. It has neither escapes nor codes.
    #[inline]
    fn may_have(&self, name: &[u8]) -> bool {
        let Some(ends) = ends(name) else { return false };
        let is_header = |headers: &Names| headers.has_ends(ends) || name.eq_ignore_ascii_case(b"name");
        self.keys.has_ends(ends) || self.headers.is_some_and(is_header)
    }
}

/// The same for members of JSON that a form or a query codes.
pub(super) fn find_coded(bytes: &[u8], keys: &Names, found: &mut Vec<RedactedValue>) {
    found.extend(memchr::memchr_iter(b'%', bytes).filter_map(|percent| coded_member(bytes, percent, keys)));
}

/// The value of a member of JSON that a form or a query codes with percent signs, whose colon begins at `colon`:
/// `%22name%22%3A%22value%22`.
fn coded_member(bytes: &[u8], colon: usize, keys: &Names) -> Option<RedactedValue> {
    const QUOTE: &[u8] = b"%22";
    const BLANKS: [&[u8]; 2] = [b"+", b"%20"];
    let (before, rest) = bytes.split_at_checked(colon)?;
    let mut behind =
        rest.get(..3).filter(|colon| colon.eq_ignore_ascii_case(b"%3a")).and_then(|_| rest.get(3..))?;
    let before = before.strip_suffix(QUOTE)?;
    let name = before.get(memchr::memmem::rfind(before, QUOTE)? + QUOTE.len()..)?;
    if !keys.has(name) {
        return None;
    }
    while let Some(next) = BLANKS.iter().find_map(|blank| behind.strip_prefix(*blank)) {
        behind = next;
    }
    let value = behind.strip_prefix(QUOTE)?;
    let start = bytes.len() - value.len();
    // Where it is cut, it goes on to the end of the form's field.
    let field =
        value.iter().position(|byte| *byte == b'&' || byte.is_ascii_whitespace()).unwrap_or(value.len());
    let field = value.get(..field)?;
    let length = memchr::memmem::find(field, QUOTE).unwrap_or(field.len());
    may_be_secret(&unescaped(field.get(..length)?))
        .then_some(RedactedValue { value: start..start + length, quoted: false })
}

/// A quote, and the backslashes before it: JSON in a string has one before each of its quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Quote {
    /// Where it stands.
    at: usize,
    backslashes: usize,
}

/// Appends the value of the member `name`, whose colon is at a place, and before whose quotes stand so many backslashes.
fn member(
    bytes: &[u8],
    name: &[u8],
    colon: usize,
    backslashes: usize,
    wanted: Wanted<'_>,
    found: &mut Vec<RedactedValue>,
) -> Option<()> {
    let is_header = wanted.headers.is_some_and(|headers| headers.has(name));
    if !is_header && !wanted.keys.has(name) {
        let headers = wanted.headers.filter(|_| name.eq_ignore_ascii_case(b"name"))?;
        found.extend(header_value(bytes, colon, backslashes, headers));
        return None;
    }
    let blanks =
        |at: usize| Some(at + bytes.get(at..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count());
    let mut at = blanks(colon + 1)?;
    let is_list = bytes.get(at) == Some(&b'[');
    if is_list {
        at = blanks(at + 1)?;
    }
    loop {
        let (value, quoted, behind) = value(bytes, at, backslashes)?;
        if is_header || may_be_secret(&unescaped(bytes.get(value.clone())?)) {
            found.push(RedactedValue { value, quoted });
        }
        at = blanks(behind)?;
        if !is_list || bytes.get(at) != Some(&b',') {
            return Some(());
        }
        at = blanks(at + 1)?;
    }
}

/// A member's name without its escapes, those of JSON in a string of JSON too: `pass\u0077ord`.
fn plain_name(written: &[u8]) -> Cow<'_, [u8]> {
    if !written.contains(&b'\\') {
        return Cow::Borrowed(written);
    }
    let once = unescaped(written);
    Cow::Owned(if once.contains(&b'\\') { unescaped(&once) } else { once })
}

/// The value of the header that is named behind the colon of `"name":`, if that is one of `headers` and its value follows.
fn header_value(bytes: &[u8], colon: usize, backslashes: usize, headers: &Names) -> Option<RedactedValue> {
    let blanks =
        |at: usize| Some(at + bytes.get(at..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count());
    let (name, _, behind) = value(bytes, blanks(colon + 1)?, backslashes)?;
    if !headers.has(bytes.get(name)?) {
        return None;
    }
    let comma = blanks(behind)?;
    let (key, _, behind) = value(bytes, blanks(comma + 1)?, backslashes)?;
    let second = blanks(behind)?;
    let is_pair = bytes.get(comma) == Some(&b',')
        && bytes.get(second) == Some(&b':')
        && bytes.get(key)?.eq_ignore_ascii_case(b"value");
    let (value, quoted, _) = value(bytes, blanks(second + 1)?, backslashes)?;
    is_pair.then_some(RedactedValue { value, quoted })
}

/// The quote at a place, if there is one.
fn quote_at(bytes: &[u8], at: usize) -> Option<Quote> {
    let before = bytes.get(..at)?;
    let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
    (bytes.get(at) == Some(&b'"')).then_some(Quote { at, backslashes })
}

/// The string or number that begins at a place, whether its mask needs quotes, and what stands behind it. A string may be cut.
fn value(bytes: &[u8], at: usize, backslashes: usize) -> Option<(std::ops::Range<usize>, bool, usize)> {
    let rest = bytes.get(at..)?;
    let number = rest.iter().take_while(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte)).count();
    if number > 0 && rest.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') {
        return Some((at..at + number, backslashes == 0, at + number));
    }
    let opening = quote_at(bytes, at + rest.iter().take_while(|byte| **byte == b'\\').count())?;
    let start = opening.at + 1;
    let mut from = start;
    while let Some(next) = memchr::memchr(b'"', bytes.get(from..)?) {
        let quote = quote_at(bytes, from + next)?;
        // Each level of strings doubles the backslashes, and has one before each quote.
        if quote.backslashes % (2 * (backslashes + 1)) == backslashes {
            return Some((start..quote.at - backslashes, false, quote.at + 1));
        }
        from = quote.at + 1;
    }
    Some((start..bytes.len(), false, bytes.len()))
}

/// A string's text with its escapes undone; as it is written where it is cut.
fn unescaped(written: &[u8]) -> Vec<u8> {
    let quoted = [b"\"", written, b"\""].concat();
    let text = serde_json::from_slice::<String>(&quoted).map(String::into_bytes);
    percent_encoding::percent_decode(&text.unwrap_or_else(|_| written.to_vec())).collect()
}
