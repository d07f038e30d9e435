//! Members of JSON, also of JSON that is cut, or stands in a string of other JSON.
//!
//! Clever: [`start`] looks at names in blocks. Byte by byte that was 4 % of a load of WAF's events. The plain twin is in the tests.

use std::borrow::Cow;
use std::ops::Range;

use wide::u8x16;

use super::layer::Layer;
use super::parameters::{Token, may_be_secret_of_query};
use super::{Names, RedactedValue, ends, may_be_secret};
use crate::bytes::find::{each, first};
use crate::bytes::slice;

/// Which members are looked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'n> {
    pub(super) keys: &'n Names,
    /// Names of HTTP headers, where the JSON may be a record of a request: their values are taken out whatever they are, also from
    /// `{"name": "Cookie", "value": "a=b"}`.
    pub(super) headers: Option<&'n Names>,
    /// Only members in URLs count.
    pub(super) in_urls: bool,
}

/// The bytes by which a name may be another one than it looks like: those of escapes, codes and steps. So may any that is not ASCII.
const ODD: [u8; 6] = *b"\\%].:$";

/// The member of AWS WAF that holds parts of a request.
const MATCHED: &[u8] = b"matchedData";

/// Bytes that are looked at as one.
const BLOCK: usize = 16;

/// Strings in strings deeper than this are no JSON that somebody writes. Each level has a backslash more before its quotes, and some.
const MOST_BACKSLASHES: usize = 7;

/// Appends the values of the members in a layer that are wanted.
pub(super) fn find(layer: &Layer<'_>, wanted: Wanted<'_>, found: &mut Vec<RedactedValue>) {
    let bytes = &*layer.bytes;
    let mut token = Token::default();
    for colon in each(b':', bytes) {
        let before = slice::bytes(bytes, ..colon);
        let before = if before.ends_with(b"\"") { before } else { before.trim_ascii_end() };
        let Some((b'"', before)) = before.split_last() else { continue };
        let Some((start, is_odd)) = start(before) else { continue };
        let name = slice::bytes(before, start + 1..);
        if (is_odd || wanted.may_have(name)) && layer.is_new(before.len()) {
            let backslashes = name.iter().rev().take_while(|byte| **byte == b'\\').count();
            let name = plain_name(slice::bytes(name, ..name.len() - backslashes));
            let is_one = |names: &Names| if is_odd { names.has(&name) } else { names.has_word(&name) };
            let kind =
                MemberKind { is_header: wanted.headers.is_some_and(is_one), is_secret: is_one(wanted.keys) };
            let is_in_place = || !wanted.in_urls || token.read_to(start, bytes).has_query;
            member(layer, &name, (colon, backslashes), kind, wanted, is_in_place, found);
        }
    }
}

/// The quote at which a name begins that ends where `before` ends, and whether it has anything odd.
#[inline]
fn start(before: &[u8]) -> Option<(usize, bool)> {
    let mut is_odd = false;
    let mut rest = before;
    while let Some((front, block)) = rest.split_last_chunk::<BLOCK>() {
        let bytes = u8x16::new(*block);
        let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
        let odd = ODD.iter().fold(bytes, |odd, byte| odd | is(*byte)).to_bitmask();
        if let Some(quote) = is(b'"').to_bitmask().checked_ilog2() {
            return Some((front.len() + quote as usize, is_odd || odd >> (quote + 1) != 0));
        }
        is_odd |= odd != 0;
        rest = front;
    }
    let start = rest.iter().rposition(|byte| {
        is_odd |= !byte.is_ascii() || ODD.contains(byte);
        *byte == b'"'
    });
    Some((start?, is_odd))
}

impl Wanted<'_> {
    /// Whether a member of this name may be wanted, by a look at its ends. It has neither escapes nor codes, and one step.
    #[inline]
    fn may_have(&self, name: &[u8]) -> bool {
        let Some(ends) = ends(name) else { return false };
        let is_header = |headers: &Names| {
            headers.has_ends(ends)
                || name.eq_ignore_ascii_case(b"name")
                || name.eq_ignore_ascii_case(MATCHED)
                || name.eq_ignore_ascii_case(b"value")
        };
        self.keys.has_ends(ends) || self.headers.is_some_and(is_header)
    }
}

/// What the name of a member says of its value.
#[derive(Clone, Copy)]
struct MemberKind {
    is_header: bool,
    is_secret: bool,
}

/// Appends what a rule of AWS WAF has found in a header or a parameter that is wanted, which is named behind it:
/// `"matchedData": ["x", "OR"], "matchedFieldName": "password"`. Developer guide, "Log fields for web ACL traffic".
fn matched_data(
    layer: &Layer<'_>,
    (colon, backslashes): (usize, usize),
    wanted: Wanted<'_>,
    found: &mut Vec<RedactedValue>,
) -> Option<()> {
    let bytes = &*layer.bytes;
    let mut at = blanks(layer, colon + 1)?;
    let mut data = Vec::new();
    while matches!(bytes.get(at), Some(b'[' | b',')) {
        let (text, quoted, behind) = value(layer, blanks(layer, at + 1)?, backslashes)?;
        data.push(RedactedValue { quoted, ..layer.value(text) });
        at = blanks(layer, behind)?;
    }
    let comma = blanks(layer, at + 1)?;
    let (key, _, behind) = value(layer, blanks(layer, comma + 1)?, backslashes)?;
    let (field, _, _) = value(layer, blanks(layer, blanks(layer, behind)? + 1)?, backslashes)?;
    let is_named = bytes.get(key)?.eq_ignore_ascii_case(b"matchedFieldName");
    let field = bytes.get(field)?;
    if is_named && (wanted.keys.has(field) || wanted.headers.is_some_and(|headers| headers.has(field))) {
        found.append(&mut data);
    }
    Some(())
}

/// A quote, and the backslashes before it: JSON in a string has one before each of its quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Quote {
    /// Where it stands.
    at: usize,
    backslashes: usize,
}

/// Appends the value of the member `name` whose colon is at a place, with so many backslashes before its quotes.
fn member(
    layer: &Layer<'_>,
    name: &[u8],
    (colon, backslashes): (usize, usize),
    MemberKind { is_header, is_secret }: MemberKind,
    wanted: Wanted<'_>,
    is_in_place: impl FnOnce() -> bool,
    found: &mut Vec<RedactedValue>,
) -> Option<()> {
    let bytes = &*layer.bytes;
    if backslashes > MOST_BACKSLASHES {
        return None;
    }
    if !is_header && !is_secret {
        let headers = wanted.headers?;
        if name.eq_ignore_ascii_case(MATCHED) {
            return matched_data(layer, (colon, backslashes), wanted, found);
        }
        found.extend(header_value(layer, name, (colon, backslashes), headers));
        return None;
    }
    if !is_in_place() {
        return None;
    }
    let mut at = blanks(layer, colon + 1)?;
    let is_list = bytes.get(at) == Some(&b'[');
    if is_list {
        at = blanks(layer, at + 1)?;
    }
    loop {
        let (value, quoted, behind) = value(layer, at, backslashes)?;
        if is_header || may_be_secret_string(layer, value.clone()) {
            found.push(RedactedValue { quoted, ..layer.value(value) });
        }
        at = blanks(layer, behind)?;
        if !is_list || bytes.get(at) != Some(&b',') {
            return Some(());
        }
        at = blanks(layer, at + 1)?;
    }
}

/// Behind the blanks that begin at a place. A form writes a plus sign for a blank.
fn blanks(layer: &Layer<'_>, at: usize) -> Option<usize> {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || layer.is_undone() && *byte == b'+';
    Some(at + layer.bytes.get(at..)?.iter().take_while(|byte| is_blank(byte)).count())
}

/// Whether a string may be a secret. In a form, a plus sign that is written as it is stands for a blank.
fn may_be_secret_string(layer: &Layer<'_>, mut at: Range<usize>) -> bool {
    let Some(written) = layer.bytes.get(at.clone()) else { return false };
    let text = unescaped(written);
    if layer.is_undone() && at.any(|at| layer.bytes.get(at) == Some(&b'+') && layer.is_written(at)) {
        may_be_secret_of_query(written, &text)
    } else {
        may_be_secret(&text)
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

/// The value of one of `headers`, where `name` and what stands behind its colon are `"name": "Cookie", "value": "a=b"`, or the same
/// with the value first.
fn header_value(
    layer: &Layer<'_>,
    name: &[u8],
    (colon, backslashes): (usize, usize),
    headers: &Names,
) -> Option<RedactedValue> {
    let other: &[u8] = match name {
        _ if name.eq_ignore_ascii_case(b"name") => b"value",
        _ if name.eq_ignore_ascii_case(b"value") => b"name",
        _ => return None,
    };
    let bytes = &*layer.bytes;
    let (first, first_quoted, behind) = value(layer, blanks(layer, colon + 1)?, backslashes)?;
    let comma = blanks(layer, behind)?;
    let (key, _, behind) = value(layer, blanks(layer, comma + 1)?, backslashes)?;
    let second = blanks(layer, behind)?;
    let is_pair = bytes.get(comma) == Some(&b',')
        && bytes.get(second) == Some(&b':')
        && bytes.get(key)?.eq_ignore_ascii_case(other);
    let (last, last_quoted, _) = value(layer, blanks(layer, second + 1)?, backslashes)?;
    let (header, value, quoted) =
        if other == b"value" { (first, last, last_quoted) } else { (last, first, first_quoted) };
    (is_pair && headers.has(bytes.get(header)?)).then(|| RedactedValue { quoted, ..layer.value(value) })
}

/// The quote at a place, if there is one.
fn quote_at(bytes: &[u8], at: usize) -> Option<Quote> {
    let before = bytes.get(..at)?;
    let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
    (bytes.get(at) == Some(&b'"')).then_some(Quote { at, backslashes })
}

/// The string or number that begins at a place, whether its mask needs quotes, and what stands behind it. A string may be cut.
fn value(layer: &Layer<'_>, at: usize, backslashes: usize) -> Option<(Range<usize>, bool, usize)> {
    let bytes = &*layer.bytes;
    let rest = bytes.get(at..)?;
    let number = rest.iter().take_while(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte)).count();
    if number > 0 && rest.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-') {
        return Some((at..at + number, backslashes == 0 && !layer.is_undone(), at + number));
    }
    let opening = quote_at(bytes, at + rest.iter().take_while(|byte| **byte == b'\\').count())?;
    let start = opening.at + 1;
    let mut end = (bytes.len(), bytes.len());
    let mut from = start;
    while let Some(next) = first(b'"', bytes.get(from..)?) {
        let quote = quote_at(bytes, from + next)?;
        // Each level of strings doubles the backslashes, and has one before each quote.
        if quote.backslashes % (2 * (backslashes + 1)) == backslashes {
            end = (quote.at - backslashes, quote.at + 1);
            break;
        }
        from = quote.at + 1;
    }
    // Where a string in a form or a query is cut, it goes on to the end of its field.
    let parts = |at: &usize| {
        let byte = bytes.get(*at).copied().unwrap_or_default();
        (byte == b'&' || byte.is_ascii_whitespace()) && layer.is_written(*at)
    };
    let field = if layer.is_undone() { (start..end.0).find(parts) } else { None };
    let (end, behind) = field.map_or(end, |at| (at, at));
    Some((start..end, false, behind))
}

/// A string's text with its escapes undone; as it is written where it is cut.
fn unescaped(written: &[u8]) -> Vec<u8> {
    let quoted = [b"\"", written, b"\""].concat();
    let text = serde_json::from_slice::<String>(&quoted).map(String::into_bytes);
    percent_encoding::percent_decode(&text.unwrap_or_else(|_| written.to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert_eq, proptest};

    use super::{ODD, start};

    proptest! {
        #[test]
        fn a_name_starts_where_a_look_at_each_byte_says(text in "[ -~é]{0,40}|[a-z]{0,9}\"?[a-z%:é]{0,40}|\"[a-z]{0,40}") {
            let bytes = text.as_bytes();
            let quote = bytes.iter().rposition(|byte| *byte == b'"');
            let is_odd = |from: usize| bytes[from..].iter().any(|byte| !byte.is_ascii() || ODD.contains(byte));
            prop_assert_eq!(start(bytes), quote.map(|quote| (quote, is_odd(quote + 1))));
        }
    }
}
