//! The parts of a URL or request target, as they are written.
//!
//! Follows RFC 3986, appendix B, and takes what attackers send: nothing is decoded, nothing normalized, nothing refused.

use memchr::{memchr, memchr3, memrchr};

use crate::bytes::slice::part;

/// Slices of a URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Without its colon.
    pub scheme: Option<&'a str>,
    /// Host; an IPv6 address keeps its brackets.
    pub domain: Option<&'a str>,
    /// Port, if it is a number.
    pub port: Option<u16>,
    /// Path, from its slash on.
    pub path: Option<&'a str>,
    /// Query, without its question mark.
    pub query: Option<&'a str>,
    /// Fragment, without its hash.
    pub fragment: Option<&'a str>,
}

/// Splits a request target (RFC 9112, section 3.2) of a method: a whole URL, the host and port that CONNECT asks for, or else a path, even
/// one without a slash. What attackers write in place of a path names no host.
pub fn split_target<'a>(target: &'a str, method: Option<&str>) -> Parts<'a> {
    let asks_for_host = method == Some("CONNECT") && !target.starts_with('/');
    if asks_for_host || scheme_end(target).is_some() { split_url(target) } else { split_path(target) }
}

/// Where the scheme of a URL ends, if it has one.
fn scheme_end(url: &str) -> Option<usize> {
    url.find("://").filter(|end| {
        url.get(..*end).is_some_and(|scheme| {
            !scheme.is_empty()
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        })
    })
}

/// Splits a URL with or without a scheme: `example.com/a` has a domain too. What can be no host without a scheme is a path, as the URL in
/// `'https://example.com'` is, which a quotation mark keeps from being one.
pub fn split_url(url: &str) -> Parts<'_> {
    let (scheme, rest) = match scheme_end(url) {
        Some(end) => (url.get(..end), part(url, end + 3..)),
        None => (None, url),
    };
    let authority_end = memchr3(b'/', b'?', b'#', rest.as_bytes()).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(authority_end).unwrap_or((rest, ""));
    if scheme.is_none() && !can_be_authority(authority) {
        return split_path(url);
    }
    let (domain, port) = split_authority(authority);
    Parts { scheme, domain, port, ..split_path(path) }
}

/// Whether `user@host:port` may stand here: an end in a colon is that of a scheme that lacks a slash, as in `http:/example.com`.
fn can_be_authority(text: &str) -> bool {
    !text.ends_with(':') && text.chars().all(|c| c.is_alphanumeric() || "-._~*%:@[]".contains(c))
}

/// Splits `user@host:port` into host and port.
pub fn split_authority(authority: &str) -> (Option<&str>, Option<u16>) {
    let host = split_last(authority, b'@').map_or(authority, |(_, host)| host);
    let (domain, port) = match split_last(host, b':') {
        Some((domain, port)) if !port.contains(']') => (domain, port.parse().ok()),
        _ => (host, None),
    };
    (Some(domain).filter(|domain| !domain.is_empty()), port)
}

fn split_path(text: &str) -> Parts<'_> {
    let (text, fragment) =
        split_first(text, b'#').map_or((text, None), |(text, fragment)| (text, Some(fragment)));
    let (path, query) = split_first(text, b'?').map_or((text, None), |(path, query)| (path, Some(query)));
    let filled = |part: &&str| !part.is_empty();
    Parts {
        path: Some(path).filter(filled),
        query: query.filter(filled),
        fragment: fragment.filter(filled),
        ..Parts::default()
    }
}

/// Splits at the first of an ASCII character, as [`str::split_once`] does, which is slower.
pub(crate) fn split_first(text: &str, at: u8) -> Option<(&str, &str)> {
    split(text, memchr(at, text.as_bytes())?)
}

/// Splits at the last of an ASCII character.
pub(crate) fn split_last(text: &str, at: u8) -> Option<(&str, &str)> {
    split(text, memrchr(at, text.as_bytes())?)
}

fn split(text: &str, at: usize) -> Option<(&str, &str)> {
    Some((text.get(..at)?, text.get(at + 1..)?))
}
