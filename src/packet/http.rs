//! HTTP/1 messages (RFC 9112) as payloads show them: their start, cut anywhere.
//!
//! Reads what an analyst searches for. Takes no secrets out.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::url::{split_first, split_last};
use crate::bytes::find;
use crate::bytes::slice;
use crate::bytes::trim::trim;
use crate::document::convert::address;
use crate::document::value::Address;

/// Addresses of X-Forwarded-For that are looked at: more than this is no proxy chain.
const MAX_FORWARDED: usize = 32;

/// What an HTTP request says.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) version: Option<&'a str>,
    pub(crate) host: Option<&'a str>,
    pub(crate) user_agent: Option<&'a str>,
    pub(crate) referrer: Option<&'a str>,
    /// The addresses of X-Forwarded-For from left to right, up to the first from the right that is none.
    pub(crate) forwarded: ArenaVec<'a, Address<'a>>,
}

/// Whether bytes begin as a request or a response does.
pub(crate) fn starts_like_http(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"HTTP/1.") {
        return true;
    }
    // So does every method begin, and hardly anything else.
    if !bytes.first_chunk::<3>().is_some_and(|front| front.iter().all(u8::is_ascii_uppercase)) {
        return false;
    }
    let line = slice::bytes(bytes, ..memchr::memchr(b'\n', bytes).unwrap_or(bytes.len()));
    // Most requests need no closer look.
    if (line.starts_with(b"GET /") || line.starts_with(b"POST /")) && line.is_ascii() {
        return true;
    }
    // What attackers ask for need not be text.
    request_line(&String::from_utf8_lossy(line)).is_some()
}

fn is_known_method(word: &str) -> bool {
    matches!(
        word,
        "GET"
            | "POST"
            | "HEAD"
            | "PUT"
            | "DELETE"
            | "OPTIONS"
            | "PATCH"
            | "TRACE"
            | "CONNECT"
            | "PROPFIND"
            | "PROPPATCH"
            | "MKCOL"
            | "COPY"
            | "MOVE"
            | "LOCK"
            | "UNLOCK"
            | "SEARCH"
            | "REPORT"
            | "TRACK"
            | "DEBUG"
    )
}

/// Method, target and version of `GET /path HTTP/1.1`; the end may be cut.
fn request_line(line: &str) -> Option<(&str, &str, Option<&str>)> {
    let (method, rest) = split_first(line.trim_end(), b' ')?;
    let (target, version) = split_last(rest, b' ').unwrap_or((rest, ""));
    let (target, is_http) = if version.starts_with("HTTP/") { (target, true) } else { (rest, false) };
    let is_method = is_known_method(method)
        || (is_http
            && (3..=20).contains(&method.len())
            && method.bytes().all(|byte| byte.is_ascii_uppercase()));
    let is_target =
        target.starts_with(['/', '*']) || target.contains("://") || method == "CONNECT" || is_http;
    let version = version.strip_prefix("HTTP/").filter(|version| !version.is_empty());
    (is_method && is_target && !target.is_empty()).then_some((method, target, version))
}

/// Version and status of the response that a payload begins with.
pub(crate) fn response(text: &str) -> Option<(&str, i64)> {
    let (version, rest) = split_first(text.strip_prefix("HTTP/")?, b' ')?;
    let status = rest.get(..3)?;
    let is_version = version.len() <= 3 && version.starts_with(|c: char| c.is_ascii_digit());
    let is_status = status.bytes().all(|byte| byte.is_ascii_digit());
    (is_version && is_status).then(|| Some((version, status.parse().ok()?)))?
}

/// Reads the request that a payload begins with. A last line without its end may be cut: half a host or an address is
/// another one, so these are left out.
pub(crate) fn request<'a>(text: &'a str, arena: &'a Bump) -> Option<Request<'a>> {
    let (first, mut rest) = first_line(text);
    let (method, target, version) = request_line(first)?;
    let forwarded = ArenaVec::new_in(arena);
    let mut request =
        Request { method, target, version, host: None, user_agent: None, referrer: None, forwarded };
    while !rest.is_empty() {
        let (line, behind) = first_line(rest);
        rest = behind;
        // Most headers are none of these, and one look tells.
        let letter = line.bytes().next().unwrap_or_default();
        if letter.is_ascii_alphabetic() && !matches!(letter | 0x20, b'h' | b'u' | b'r' | b'x') {
            continue;
        }
        let is_whole = line.ends_with('\n');
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = split_first(line, b':') else { continue };
        let (name, value) = (trim(name), trim(value));
        if value.is_empty() {
            continue;
        }
        if name.eq_ignore_ascii_case("host") && is_whole {
            request.host.get_or_insert(value);
        } else if name.eq_ignore_ascii_case("user-agent") {
            request.user_agent.get_or_insert(value);
        } else if name.eq_ignore_ascii_case("referer") {
            request.referrer.get_or_insert(value);
        } else if name.eq_ignore_ascii_case("x-forwarded-for") && is_whole {
            forwarded_addresses(value, &mut request.forwarded);
        }
    }
    Some(request)
}

/// The first line with its end, and what follows.
fn first_line(text: &str) -> (&str, &str) {
    let end = find::first(b'\n', text.as_bytes()).map_or(text.len(), |at| at + 1);
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Appends the addresses of one X-Forwarded-For line. What stands left of something that is no address cannot be believed:
/// the list starts anew there. The right-most addresses are kept, because those are not the client's to choose.
fn forwarded_addresses<'a>(value: &'a str, addresses: &mut ArenaVec<'a, Address<'a>>) {
    for part in value.split(',') {
        match forwarded_address(part.trim().trim_matches('"')) {
            Some(address) => {
                if addresses.len() == MAX_FORWARDED {
                    addresses.remove(0);
                }
                addresses.push(address);
            }
            None => addresses.clear(),
        }
    }
}

/// An address of X-Forwarded-For, with or without a port (RFC 7239, section 6).
pub(crate) fn forwarded_address(text: &str) -> Option<Address<'_>> {
    if let Some(address) = address(text) {
        return Some(address);
    }
    match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']').and_then(|(inner, _)| address(inner)),
        None => text.split_once(':').and_then(|(host, _)| address(host)),
    }
}
