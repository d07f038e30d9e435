//! `TrendMicroDsPacketData`: the payload of a packet, base64, often cut.
//!
//! Takes the value with its escapes undone, gives the payload as text with secrets taken out, or as base64 where it is
//! binary. Does not know what it means.

use std::cell::LazyCell;

use base64_simd::{Out, STANDARD, STANDARD_NO_PAD, forgiving_decode};
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::http::starts_like_http;
use super::redaction::{Redactor, Searched};
use crate::bytes::find;
use crate::bytes::slice;
use crate::bytes::trim::trim;
use crate::document::row::CUT_MARK;

/// What stands in place of a secret.
const REDACTED: &[u8] = b" [redacted]";

/// A shorter run of base64 digits is a word.
const SHORTEST_PAYLOAD: usize = 16;

/// A payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// Text: HTTP, or whatever has no control characters.
    Text(&'a str),
    /// Bytes, as base64 without escapes.
    Binary(&'a str),
    /// The value is no base64: what of it can be shown.
    Damaged(&'a str),
}

/// Whether secrets were taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redaction {
    /// There were none.
    None,
    /// At least one header or parameter.
    Done,
}

/// What is taken out of a payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Redact<'r> {
    /// The values of these headers (lower case).
    pub(crate) headers: &'r [String],
    /// Parameters and members of JSON.
    pub(crate) others: &'r Redactor,
}

/// A payload, decoded.
#[derive(Clone, Copy, Debug)]
pub struct Decoded<'a> {
    /// What can be shown of it.
    pub packet: Packet<'a>,
    /// Whether secrets were taken out.
    pub redaction: Redaction,
    /// Its bytes, as far as they could be decoded, secrets taken out.
    pub bytes: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Decodes a payload; the values of the headers named in `redact` (lower case) are taken out.
    ///
    /// A value that is no base64 is shown up to its first wrong character and no further, because what follows could not
    /// be redacted; words without a long run of base64 digits are shown as they are.
    pub fn decode(value: &'a str, redact: &[String], arena: &'a Bump) -> Decoded<'a> {
        Self::decode_redacted(value, &Redact { headers: redact, others: &Redactor::default() }, arena)
    }

    /// The same, with other values than those of headers taken out as well.
    pub(crate) fn decode_redacted(value: &'a str, redact: &Redact<'_>, arena: &'a Bump) -> Decoded<'a> {
        let digits = without_padding(value);
        if let Some(bytes) = decode_base64(digits, arena) {
            return show(bytes, Some(trim(value).trim_end_matches('\\')), redact, arena);
        }
        let runs = || digits.split(|c: char| !is_digit(c));
        if runs().all(|run| run.len() < SHORTEST_PAYLOAD) {
            return Decoded { packet: Self::Damaged(value), redaction: Redaction::None, bytes: &[] };
        }
        let front = runs().next().and_then(|run| decode_base64(run, arena)).unwrap_or_default();
        let decoded = show(front, None, redact, arena);
        let (Self::Text(shown) | Self::Binary(shown) | Self::Damaged(shown)) = decoded.packet;
        let mut marked = bumpalo::collections::String::from_str_in(shown, arena);
        marked.push_str(CUT_MARK);
        Decoded { packet: Self::Damaged(marked.into_bump_str()), ..decoded }
    }
}

/// What a packet inside of a packet carries, if it is text: it may begin inside of a header, which cannot be seen from
/// outside.
pub(crate) fn carried_text<'a>(bytes: &'a [u8], redact: &Redact<'_>, arena: &'a Bump) -> Option<&'a str> {
    match show(bytes, Some(""), redact, arena).packet {
        Packet::Text(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// Payload bytes as text, or as base64 where they are binary: `base64`, if that is known and nothing was taken out.
fn show<'a>(bytes: &'a [u8], base64: Option<&'a str>, redact: &Redact<'_>, arena: &'a Bump) -> Decoded<'a> {
    let headless = take_secrets_out(bytes, redact.headers, arena);
    let clean = redact.others.clean(headless.unwrap_or(bytes), Searched::Http, arena).or(headless);
    let redaction = if clean.is_some() { Redaction::Done } else { Redaction::None };
    let bytes = clean.unwrap_or(bytes);
    let packet = match (as_text(bytes, arena), base64) {
        (Some(text), _) => Packet::Text(text),
        (None, Some(base64)) if redaction == Redaction::None => Packet::Binary(base64),
        (None, _) => Packet::Binary(arena.alloc_str(&STANDARD.encode_to_string(bytes))),
    };
    Decoded { packet, redaction, bytes }
}

/// A value cut inside an escaped padding ends in a backslash.
fn without_padding(value: &str) -> &str {
    trim(value).trim_end_matches('\\').trim_end_matches('=')
}

fn is_digit(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/')
}

fn decode_base64<'a>(digits: &str, arena: &'a Bump) -> Option<&'a [u8]> {
    let digits = digits.as_bytes();
    // One digit alone holds no whole byte; behind padding it is none of the base64.
    let digits = match digits.split_last() {
        Some((last, whole))
            if digits.len() % 4 == 1
                && is_digit(char::from(*last))
                && !whole.trim_ascii_end().ends_with(b"=") =>
        {
            whole
        }
        _ => digits,
    };
    let buffer = arena.alloc_slice_fill_copy(digits.len(), 0_u8);
    let length = match decode_without_blanks(digits, buffer) {
        Some(length) => length,
        None => forgiving_decode(digits, Out::from_slice(buffer)).ok()?.len(),
    };
    buffer.get(..length)
}

/// Decodes what nearly every payload is, without looking for blanks first; gives the length. Nothing if that does not do.
fn decode_without_blanks(digits: &[u8], buffer: &mut [u8]) -> Option<usize> {
    let groups = digits.len() / 4;
    let (whole, last) = digits.split_at_checked(groups * 4)?;
    let (front, behind) = buffer.split_at_mut_checked(groups * 3)?;
    STANDARD_NO_PAD.decode(whole, Out::from_slice(front)).ok()?;
    // The spare bits of a cut last group may be anything: the forgiving decoder does not look at them.
    Some(groups * 3 + forgiving_decode(last, Out::from_slice(behind)).ok()?.len())
}

/// The same bytes without the values of secret headers; nothing where there are none. Goes line by line, whatever
/// the bytes are, because a payload may begin in the middle of a request.
fn take_secrets_out<'a>(bytes: &'a [u8], redact: &[String], arena: &'a Bump) -> Option<&'a [u8]> {
    let mut clean = ArenaVec::new_in(arena);
    let mut kept = 0;
    let mut start = 0;
    let mut in_secret = false;
    let is_http = LazyCell::new(|| starts_like_http(bytes));
    let is_binary = LazyCell::new(|| !bytes.iter().all(is_text_byte));
    let last_letters = redact.iter().fold(0, |letters, header| letters | last_letter(header.as_bytes()));
    let (first, behind) = bytes.split_at_checked(line_length(bytes))?;
    let is_rest = is_rest_of_header(first, behind, redact);
    let redact = (redact, last_letters);
    let is_secret = |colon| ends_with_secret_name(slice::bytes(bytes, ..colon), redact, |_| true);
    if !is_rest && !find::each(b':', bytes).any(is_secret) {
        return None;
    }
    while start < bytes.len() {
        let rest = bytes.get(start..)?;
        let length = line_length(rest);
        let line = rest.get(..length)?;
        let is_continuation = matches!(line.first(), Some(b' ' | b'\t'));
        // Bytes of another protocol (a frame's length, the end of a record) may stand before a header's name: at the start of
        // the payload, and anywhere in a binary one. Elsewhere they make another header: `X-My-Cookie`.
        let may_be_framed = || (start == 0 && !*is_http) || *is_binary;
        // All of a continuation is the value's, though it may look like a header too.
        let value_start = if in_secret && is_continuation {
            Some(start)
        } else if let Some(colon) = secret_header(line, redact, may_be_framed) {
            Some(start + colon + 1)
        } else {
            (start == 0 && is_rest).then_some(0)
        };
        in_secret = value_start.is_some();
        if let Some(value_start) = value_start {
            clean.extend_from_slice_copy(bytes.get(kept..value_start)?);
            clean.extend_from_slice_copy(REDACTED);
            kept = start + line_without_end(line).len();
        }
        start += length;
    }
    if kept == 0 {
        return None;
    }
    clean.extend_from_slice_copy(bytes.get(kept..)?);
    Some(clean.into_bump_slice())
}

/// The length of the first line with its end: LF, CR LF, or a CR alone, which some servers take for one.
fn line_length(bytes: &[u8]) -> usize {
    match find::first_of([b'\n', b'\r'], bytes) {
        Some(at) if bytes.get(at..at + 2) == Some(b"\r\n") => at + 2,
        Some(at) => at + 1,
        None => bytes.len(),
    }
}

fn line_without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn is_text_byte(byte: &u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}

/// A bit for the last letter of a name, in any case; all bits for none.
fn last_letter(name: &[u8]) -> u32 {
    name.last().map_or(u32::MAX, |byte| 1 << (byte & 31))
}

/// Where the colon of a secret header is.
fn secret_header(line: &[u8], redact: (&[String], u32), may_be_framed: impl Fn() -> bool) -> Option<usize> {
    let blanks = line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let stands_alone = |front: &[u8]| {
        front.len() <= blanks || front.last().is_some_and(|byte| !is_text_byte(byte)) || may_be_framed()
    };
    find::each(b':', line)
        .find(|colon| ends_with_secret_name(slice::bytes(line, ..*colon), redact, stands_alone))
}

/// Whether a text ends with the name of a secret header behind a front that `accepts` takes. `last_letters` are those of all headers to
/// redact: nearly every other ends otherwise.
fn ends_with_secret_name(
    text: &[u8],
    (redact, last_letters): (&[String], u32),
    accepts: impl Fn(&[u8]) -> bool,
) -> bool {
    let text = text.trim_ascii_end();
    last_letter(text) & last_letters != 0
        && redact.iter().any(|header| {
            let Some(start) = text.len().checked_sub(header.len()) else { return false };
            let (front, name) = text.split_at_checked(start).unwrap_or_default();
            is_header(name, header) && accepts(front)
        })
}

/// Whether a name is that of a header, in any case, and with underscores, as gateways name them, for its hyphens.
fn is_header(name: &[u8], header: &str) -> bool {
    let same =
        |(byte, known): (&u8, u8)| byte.eq_ignore_ascii_case(&known) || (*byte == b'_' && known == b'-');
    name.len() == header.len() && name.iter().zip(header.bytes()).all(same)
}

/// Whether the first line of a payload is the end of a header whose start was in the packet before: its name is the end of
/// a secret one, or it has none and a header follows.
fn is_rest_of_header(line: &[u8], behind: &[u8], redact: &[String]) -> bool {
    let line = line_without_end(line);
    if let Some(name) = header_name(line) {
        let is_end =
            |header: &String| header.len() > name.len() && ends_with_ignoring_case(header.as_bytes(), name);
        return redact.iter().any(is_end);
    }
    // No header's value that is a secret has these; attacks have.
    let is_attack = line.iter().any(|byte| matches!(byte, b'<' | b'>' | b'\''));
    let is_start = starts_like_http(line) || ends_with_version(line) || is_attack;
    if line.is_empty() || behind.is_empty() || is_start || !line.iter().all(is_text_byte) {
        return false;
    }
    let next = line_without_end(slice::bytes(behind, ..line_length(behind)));
    header_name(next).is_some() || (next.is_empty() && line.iter().all(|byte| is_cookie_byte(*byte)))
}

/// Whether a line ends as a request's first line does: `http/1.1`, `SIP/2.0`.
fn ends_with_version(line: &[u8]) -> bool {
    let mut words = line.rsplitn(2, |byte| *byte == b' ');
    let last = words.next().unwrap_or_default();
    let slash = find::first(b'/', last).and_then(|at| last.split_at_checked(at));
    words.next().is_some()
        && slash.is_some_and(|(name, version)| {
            !name.is_empty()
                && name.iter().all(u8::is_ascii_alphabetic)
                && version.len() > 1
                && version.iter().skip(1).all(|byte| byte.is_ascii_digit() || *byte == b'.')
        })
}

/// The name of a header as browsers and servers write it: letters and hyphens, a colon and a blank behind it.
fn header_name(line: &[u8]) -> Option<&[u8]> {
    let colon = find::first(b':', line)?;
    let name = line.get(..colon)?;
    let is_name = name.len() > 1 && name.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-');
    (is_name && matches!(line.get(colon + 1), None | Some(b' '))).then_some(name)
}

fn ends_with_ignoring_case(text: &[u8], end: &[u8]) -> bool {
    let tail = text.len().checked_sub(end.len()).and_then(|at| text.get(at..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// What `name=value; name=value`, or a token, is made of.
fn is_cookie_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"=; -_.+/%~:|!*&".contains(&byte)
}

fn as_text<'a>(bytes: &'a [u8], arena: &'a Bump) -> Option<&'a str> {
    let is_http = starts_like_http(bytes);
    let (valid, rest) = match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => (text, &[][..]),
        Err(error) => {
            let (valid, rest) = bytes.split_at_checked(error.valid_up_to())?;
            let cut_character = error.error_len().is_none();
            if !is_http && !cut_character {
                return None;
            }
            (std::str::from_utf8(valid).ok()?, rest)
        }
    };
    let is_control = |byte: u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r' | b'\n');
    if !is_http && valid.bytes().any(is_control) {
        return None;
    }
    if rest.is_empty() {
        return Some(valid);
    }
    Some(arena.alloc_str(&String::from_utf8_lossy(bytes)))
}
