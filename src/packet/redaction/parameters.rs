//! `name=value` in queries and forms, and the parts of `multipart/form-data`.

use std::sync::LazyLock;

use memchr::memmem;
use memchr::memmem::Finder;
use memchr::{memchr, memchr2, memrchr2, memrchr3};

use super::layer::{Layer, code, without_codes};
use super::{LONGEST_NAME, Names, RedactedValue, Searched, is_of_secrets, may_be_secret};
use crate::bytes::find::{each_found, each_of};
use crate::bytes::slice;

/// What stands between the last blank and a place. It is read on from place to place, so that a line takes time by its length alone.
#[derive(Default)]
pub(super) struct Token {
    read: usize,
    has_quote: bool,
    has_slash: bool,
    has_ampersand: bool,
    /// A question mark or a number sign.
    pub(super) has_query: bool,
}

impl Token {
    /// Reads on to a place at which nothing before was asked for.
    pub(super) fn read_to(&mut self, at: usize, bytes: &[u8]) -> &Self {
        let mut behind = bytes.get(self.read..at).unwrap_or_default();
        if let Some(blank) = memrchr3(b' ', b'\t', b'\n', behind).max(memrchr2(b'\r', b'\x0c', behind)) {
            *self = Self::default();
            behind = slice::bytes(behind, blank + 1..);
        }
        self.has_quote |= memchr(b'"', behind).is_some();
        self.has_slash |= memchr(b'/', behind).is_some();
        self.has_ampersand |= memchr(b'&', behind).is_some();
        self.has_query |= memchr2(b'?', b'#', behind).is_some();
        self.read = self.read.max(at);
        self
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Around {
    searched: Searched,
    /// In a parameter of a path (RFC 3986, section 3.3), which ends with its segment.
    in_path: bool,
    /// In quotes, which end it; elsewhere a quote may be the attack.
    in_quotes: bool,
}

/// What has to stand before a name, further back in its token, for it to be a parameter's.
#[derive(Clone, Copy)]
enum Needs {
    Nothing,
    Query,
    Slash,
    SlashOrQuery,
}

/// Appends the values of the parameters in a layer whose names are among `names`.
pub(super) fn find(layer: &Layer<'_>, searched: Searched, names: &Names, found: &mut Vec<RedactedValue>) {
    let mut token = Token::default();
    for equals in memchr::memchr_iter(b'=', &layer.bytes) {
        found.extend(parameter(layer, equals, searched, names, &mut token));
    }
}

/// Whether a text as it is written has one of `names` where a parameter may begin: every parameter of a text has its name there.
pub(super) fn has_name(bytes: &[u8], names: &Names) -> bool {
    each_of([b'?', b'&', b'#', b';'], bytes).any(|front| {
        let rest = slice::bytes(bytes, front + 1..);
        // So rsyslog writes a tab, of which LEEF is full.
        if rest.starts_with(b"011") {
            return false;
        }
        let length = rest.iter().take_while(|byte| is_of_name(**byte)).count();
        let (name, behind) = rest.split_at_checked(length).unwrap_or_default();
        matches!(behind, [b'=', ..] | [b'\\', b'=', ..]) && names.has(name)
    })
}

/// Whether names of parameters have such a byte.
fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'_' | b'-' | b'.' | b':' | b'$' | b'%' | b'[' | b']' | b'~')
}

fn parameter(
    layer: &Layer<'_>,
    equals: usize,
    searched: Searched,
    names: &Names,
    token: &mut Token,
) -> Option<RedactedValue> {
    let bytes = &*layer.bytes;
    // CEF writes `\=` for an equals sign.
    let before = bytes.get(..equals)?;
    let before = before.strip_suffix(b"\\").unwrap_or(before);
    let start = before.iter().rposition(|byte| !is_of_name(*byte)).map_or(0, |at| at + 1);
    let front = before.get(..start)?.last();
    let is_in_text = matches!(searched, Searched::Text | Searched::Url);
    let needs = match (front, searched) {
        (Some(b'?'), _) => Needs::Nothing,
        (Some(b'&' | b'#' | b';'), _) if layer.is_undone() => Needs::Nothing,
        // A string may be a query as a whole.
        (Some(b'"'), Searched::Json) => Needs::Nothing,
        (Some(b'&'), _) if is_in_text => Needs::Query,
        // A fragment, or a parameter of the path.
        (Some(b'#'), Searched::Http | Searched::Query) => Needs::Nothing,
        (Some(b'#'), _) => Needs::Slash,
        (Some(b';'), _) if is_in_text || searched == Searched::Json => Needs::SlashOrQuery,
        (Some(b'&' | b';'), _) | (None, Searched::Http | Searched::Query) => Needs::Nothing,
        (Some(byte), Searched::Http)
            if !layer.is_undone()
                && (byte.is_ascii_whitespace()
                    || matches!(byte, b'"' | b'\'' | b'{' | b',')
                    || !byte.is_ascii()) =>
        {
            Needs::Nothing
        }
        // Nearly all equals signs of an event's text have a blank before their names.
        _ => return None,
    };
    let is_new = layer.is_new(equals) || start.checked_sub(1).is_some_and(|front| layer.is_new(front));
    if !is_new || !names.has(before.get(start..)?) {
        return None;
    }
    let token = token.read_to(start, bytes);
    let is_parameter = match needs {
        Needs::Nothing => true,
        Needs::Query => token.has_query,
        Needs::Slash => token.has_slash,
        Needs::SlashOrQuery => token.has_slash || token.has_query,
    };
    if !is_parameter {
        return None;
    }
    let around = Around {
        searched,
        in_path: front == Some(&b';') && token.has_slash && !token.has_query && !token.has_ampersand,
        in_quotes: token.has_quote || searched == Searched::Json,
    };
    let start = equals + 1;
    let end = end(layer, start, around)?;
    let written = bytes.get(start..end)?;
    let value = decoded(written);
    let is_secret =
        if around.in_path { may_be_secret(&value) } else { may_be_secret_of_query(written, &value) };
    is_secret.then(|| layer.value(start..end))
}

/// Where a value ends; nothing where it has a character that no secret has. No other parameter begins before.
fn end(layer: &Layer<'_>, start: usize, around: Around) -> Option<usize> {
    let bytes = &*layer.bytes;
    let parts =
        |byte: u8| matches!(byte, b'&' | b'#' | b';') || around.in_path && matches!(byte, b'/' | b'?');
    let mut at = start;
    while let Some(byte) = bytes.get(at).copied() {
        let is_blank = |byte: u8| byte.is_ascii_whitespace() || byte.is_ascii_control();
        if parts(byte) || byte == b'"' && around.in_quotes {
            return Some(at);
        }
        match (byte, code(bytes, at)) {
            (b'%', Some((b'/', _))) if around.in_path => return Some(at),
            (b'%', code) => at += code.map_or(1, |(_, length)| length),
            (_, Some((byte, _))) if parts(byte) => return Some(at),
            (_, Some((byte, length))) if is_of_secrets(byte) => at += length,
            (b'\\', None) => match bytes.get(at + 1) {
                Some(b'=' | b'/') => at += 2,
                Some(b'"' | b'n' | b'r' | b't') if around.in_quotes => return Some(at),
                _ => return None,
            },
            _ if is_of_secrets(byte) => at += 1,
            (b'<' | b'>', _) if layer.is_written(at) => return Some(at),
            _ if is_blank(byte) && layer.is_written(at) => return Some(at),
            // What stands around a URL in a sentence.
            (b'"' | b')' | b',', None) if around.searched == Searched::Text && layer.is_written(at) => {
                let rest = bytes.get(at..)?;
                let next = rest.iter().find(|byte| !matches!(byte, b'"' | b')' | b','));
                return next.is_none_or(u8::is_ascii_whitespace).then_some(at);
            }
            _ => return None,
        }
    }
    Some(at)
}

/// Whether a value of a query or a form may be a secret. A plus sign is written for a blank there, which no secret has; only base64, which
/// a sender forgot to code, has it too, and goes on without a word's end.
pub(super) fn may_be_secret_of_query(written: &[u8], value: &[u8]) -> bool {
    const SHORTEST_RUN: usize = 12;
    let is_base64 = || {
        let length = value.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
        let digits = slice::bytes(value, ..length);
        let is_random = |run: &[u8]| {
            run.len() >= SHORTEST_RUN
                && run.iter().any(u8::is_ascii_lowercase)
                && run.iter().any(u8::is_ascii_uppercase)
        };
        digits.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
            && digits.split(|byte| *byte == b'+').any(is_random)
    };
    may_be_secret(value) && (!written.contains(&b'+') || is_base64())
}

/// A value with its codes undone as often as it takes, and the backslashes of CEF and JSON.
pub(super) fn decoded(written: &[u8]) -> Vec<u8> {
    const DEEPEST: usize = 4;
    let mut value: Vec<u8> = Vec::new();
    let mut bytes = written.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' || !matches!(bytes.peek(), Some(b'=' | b'/')) {
            value.push(byte);
        }
    }
    for _ in 0..DEEPEST {
        if !value.iter().any(|byte| matches!(byte, b'%' | b'\\')) {
            break;
        }
        value = without_codes(&value);
    }
    value
}

/// Appends the values of those headers that have one of `names`. Each stands in a line, whose end is coded.
pub(super) fn find_in_headers(bytes: &[u8], names: &Names, found: &mut Vec<RedactedValue>) {
    let mut start = 0;
    while let Some(rest) = bytes.get(start..).filter(|rest| !rest.is_empty()) {
        let is_end = |at: usize| matches!(code(rest, at), Some((b'\n' | b'\r', _)));
        let length = memchr::memchr_iter(b'%', rest).find(|at| is_end(*at)).unwrap_or(rest.len());
        let line = slice::bytes(rest, ..length);
        if let Some(colon) = memchr::memchr(b':', line)
            && names.has(slice::bytes(line, ..colon).trim_ascii())
        {
            found.push(RedactedValue { value: start + colon + 1..start + length, quoted: false });
        }
        start += length + "%0A".len();
    }
}

/// Appends the values of those parts of a form that have one of `names`: `Content-Disposition: form-data; name="password"`, other
/// headers, an empty line, and the value up to the next part.
pub(super) fn find_in_parts(bytes: &[u8], names: &Names, found: &mut Vec<RedactedValue>) {
    /// To prepare the search takes longer than to search most payloads.
    static NAME: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("name="));
    for at in each_found(&NAME, bytes) {
        found.extend(part(bytes, at + NAME.needle().len(), names));
    }
}

/// The value of the part of a form whose name begins at `start`, with a quote or without.
fn part(bytes: &[u8], start: usize, names: &Names) -> Option<RedactedValue> {
    /// No part has more headers behind its name than fit in here.
    const LONGEST_HEAD: usize = 1024;
    const KIND: &[u8] = b"form-data";
    let rest = bytes.get(start..)?;
    let (name, is_quoted) = rest.strip_prefix(b"\"").map_or((rest, false), |name| (name, true));
    let is_end =
        |byte: &u8| matches!(byte, b'"' | b'\r' | b'\n') || (!is_quoted && matches!(byte, b';' | b' '));
    let length = name.iter().take(LONGEST_NAME + 1).position(is_end)?;
    if !names.has(name.get(..length)?) {
        return None;
    }
    // A name without quotes may be that of a parameter.
    let line = bytes.get(start.saturating_sub(64)..start)?;
    if !is_quoted && !line.windows(KIND.len()).any(|kind| kind.eq_ignore_ascii_case(KIND)) {
        return None;
    }
    let behind = name.get(length..)?;
    let head = slice::bytes(behind, ..behind.len().min(LONGEST_HEAD));
    let gap =
        [&b"\r\n\r\n"[..], b"\n\n"].into_iter().filter_map(|gap| Some(memmem::find(head, gap)? + gap.len()));
    let value = behind.get(gap.min()?..)?;
    let length = value.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(value.len());
    let start = bytes.len() - value.len();
    may_be_secret(value.get(..length)?)
        .then_some(RedactedValue { value: start..start + length, quoted: false })
}
