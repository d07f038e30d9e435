//! `TrendMicroDsPacketData`: the payload of a packet, base64, often cut.
//!
//! Takes the value with its escapes undone, gives the payload as text with secrets taken out, or as base64 where it is
//! binary, and what an HTTP request in it says.

use std::net::IpAddr;

use base64_simd::{Out, STANDARD, forgiving_decode};
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

/// What stands in place of a secret.
const REDACTED: &[u8] = b" [redacted]";

/// Addresses of X-Forwarded-For that are looked at: more than this is no proxy chain.
const MAX_FORWARDED: usize = 32;

/// A payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// Text: HTTP, or whatever has no control characters.
    Text(&'a str),
    /// Bytes, as base64 without escapes.
    Binary(&'a str),
    /// The value is no base64.
    Undecodable,
}

/// Whether secrets were taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redaction {
    /// There were none.
    None,
    /// At least one header.
    Done,
}

/// What an HTTP request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) target: &'a str,
    pub(super) host: Option<&'a str>,
    pub(super) user_agent: Option<&'a str>,
    pub(super) referrer: Option<&'a str>,
    /// The addresses of X-Forwarded-For from left to right, up to the first from the right that is none.
    pub(super) forwarded: Vec<IpAddr>,
}

impl<'a> Packet<'a> {
    /// Decodes a payload; the values of the headers named in `redact` (lower case) are taken out.
    pub fn decode(value: &'a str, redact: &[String], arena: &'a Bump) -> (Self, Redaction) {
        let Some(bytes) = decode_base64(value, arena) else { return (Self::Undecodable, Redaction::None) };
        let (bytes, redaction) = match take_secrets_out(bytes, redact, arena) {
            Some(redacted) => (redacted, Redaction::Done),
            None => (bytes, Redaction::None),
        };
        let packet = match as_text(bytes, arena) {
            Some(text) => Self::Text(text),
            None if redaction == Redaction::None => Self::Binary(value.trim_end_matches('\\')),
            None => Self::Binary(arena.alloc_str(&STANDARD.encode_to_string(bytes))),
        };
        (packet, redaction)
    }
}

fn decode_base64<'a>(value: &str, arena: &'a Bump) -> Option<&'a [u8]> {
    // A value cut inside an escaped padding ends in a backslash.
    let digits = value.trim().trim_end_matches('\\').trim_end_matches('=').as_bytes();
    // One digit alone holds no whole byte.
    let whole = digits.len() - usize::from(digits.len() % 4 == 1);
    let digits = digits.get(..whole)?;
    let buffer = arena.alloc_slice_fill_copy(digits.len(), 0_u8);
    // The spare bits of a cut last group may be anything: the forgiving decoder does not look at them.
    let decoded = forgiving_decode(digits, Out::from_slice(buffer)).ok()?;
    Some(decoded)
}

/// The same bytes without the values of secret headers; nothing where there are none. Goes line by line, whatever
/// the bytes are, because a payload may begin in the middle of a request.
fn take_secrets_out<'a>(bytes: &'a [u8], redact: &[String], arena: &'a Bump) -> Option<&'a [u8]> {
    let mut clean = ArenaVec::new_in(arena);
    let mut kept = 0;
    let mut start = 0;
    let mut in_secret = false;
    while start < bytes.len() {
        let rest = bytes.get(start..)?;
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let line = rest.get(..length)?;
        let is_continuation = matches!(line.first(), Some(b' ' | b'\t'));
        let value_start = match secret_header(line, redact) {
            Some(colon) => Some(start + colon + 1),
            None if in_secret && is_continuation => Some(start),
            None => None,
        };
        in_secret = value_start.is_some();
        if let Some(value_start) = value_start {
            clean.extend_from_slice_copy(bytes.get(kept..value_start)?);
            clean.extend_from_slice_copy(REDACTED);
            let line_end = line.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            kept = start + length - line_end;
        }
        start += length;
    }
    if kept == 0 {
        return None;
    }
    clean.extend_from_slice_copy(bytes.get(kept..)?);
    Some(clean.into_bump_slice())
}

/// Where the colon of a secret header is. A name may be preceded by bytes of another protocol.
fn secret_header(line: &[u8], redact: &[String]) -> Option<usize> {
    let colon = memchr::memchr(b':', line)?;
    let before = line.get(..colon)?;
    let name = before.trim_ascii_end();
    redact
        .iter()
        .any(|header| {
            let Some(start) = name.len().checked_sub(header.len()) else { return false };
            let (front, tail) = name.split_at_checked(start).unwrap_or_default();
            tail.eq_ignore_ascii_case(header.as_bytes())
                && (front.trim_ascii().is_empty() || front.last().is_some_and(|byte| !(b' '..=b'~').contains(byte)))
        })
        .then_some(colon)
}

fn as_text<'a>(bytes: &'a [u8], arena: &'a Bump) -> Option<&'a str> {
    let is_http = starts_like_http(bytes);
    let (valid, rest) = match std::str::from_utf8(bytes) {
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

fn starts_like_http(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"HTTP/1.") {
        return true;
    }
    let line = bytes.get(..memchr::memchr(b'\n', bytes).unwrap_or(bytes.len())).unwrap_or_default();
    std::str::from_utf8(line).ok().and_then(request_line).is_some()
}

const METHODS: [&str; 20] = [
    "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PROPFIND", "PROPPATCH", "MKCOL",
    "COPY", "MOVE", "LOCK", "UNLOCK", "SEARCH", "REPORT", "TRACK", "DEBUG",
];

/// `GET /path HTTP/1.1`; the end may be cut.
fn request_line(line: &str) -> Option<(&str, &str)> {
    let (method, rest) = line.trim_end().split_once(' ')?;
    let (target, version) = rest.rsplit_once(' ').unwrap_or((rest, ""));
    let (target, is_http) = if version.starts_with("HTTP/") { (target, true) } else { (rest, false) };
    let is_method = METHODS.contains(&method)
        || (is_http && (3..=20).contains(&method.len()) && method.bytes().all(|byte| byte.is_ascii_uppercase()));
    let is_target = target.starts_with(['/', '*']) || target.contains("://") || method == "CONNECT" || is_http;
    (is_method && is_target && !target.is_empty()).then_some((method, target))
}

/// Reads the request that a payload begins with.
pub(super) fn request(text: &str) -> Option<Request<'_>> {
    let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let (method, target) = request_line(lines.next()?)?;
    let mut request =
        Request { method, target, host: None, user_agent: None, referrer: None, forwarded: Vec::new() };
    for line in lines.take_while(|line| !line.is_empty()) {
        if !matches!(line.as_bytes().first(), Some(b'h' | b'H' | b'u' | b'U' | b'r' | b'R' | b'x' | b'X')) {
            continue;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if value.is_empty() {
            continue;
        }
        if name.eq_ignore_ascii_case("host") {
            request.host.get_or_insert(value);
        } else if name.eq_ignore_ascii_case("user-agent") {
            request.user_agent.get_or_insert(value);
        } else if name.eq_ignore_ascii_case("referer") {
            request.referrer.get_or_insert(value);
        } else if name.eq_ignore_ascii_case("x-forwarded-for") {
            forwarded(value, &mut request.forwarded);
        }
    }
    Some(request)
}

/// Appends the addresses of one X-Forwarded-For line. What stands left of something that is no address cannot be believed:
/// the list starts anew there.
fn forwarded(value: &str, addresses: &mut Vec<IpAddr>) {
    for part in value.split(',') {
        match forwarded_address(part.trim().trim_matches('"')) {
            Some(address) if addresses.len() < MAX_FORWARDED => addresses.push(address),
            Some(_) => {}
            None => addresses.clear(),
        }
    }
}

/// An address, with or without a port.
fn forwarded_address(text: &str) -> Option<IpAddr> {
    if let Some(address) = crate::convert::ip(text) {
        return Some(address);
    }
    match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']').and_then(|(address, _)| address.parse().ok()),
        None => text.split_once(':').and_then(|(address, _)| address.parse().ok()),
    }
}
