//! `user:password@host` in URLs (RFC 3986, section 3.2.1).

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memrchr};

use super::layer::Layer;
use super::parameters::decoded;
use super::{RedactedValue, Searched, may_be_secret};
use crate::bytes::find::each_found;

/// What stands before a URL's user: the end of its scheme, as it is and in the source of JSON, or what names a host without a scheme.
static STARTS: LazyLock<[Finder<'static>; 6]> =
    LazyLock::new(|| ["://", ":\\/\\/", " //", "CONNECT ", "request=", "url="].map(Finder::new));

/// Schemes of names with an `@` in them: `mailto:joe@example.com`.
const SCHEMES_OF_NAMES: [&[u8]; 7] = [b"acct", b"cid", b"mailto", b"mid", b"sip", b"sips", b"xmpp"];

/// Appends the passwords that stand before the hosts of URLs.
pub(super) fn find(layer: &Layer<'_>, searched: Searched, found: &mut Vec<RedactedValue>) {
    let bytes = &*layer.bytes;
    if memchr(b'@', bytes).is_none() {
        return;
    }
    // A text may begin behind the scheme: `//user:password@host`.
    if !layer.is_undone() && (searched == Searched::Url || bytes.starts_with(b"//")) {
        found.extend(password(layer, 0));
    }
    for start in STARTS.iter() {
        let new = each_found(start, bytes).filter(|at| layer.is_new(*at));
        found.extend(new.filter_map(|at| password(layer, at + start.needle().len())));
    }
}

/// The password of a URL whose scheme ends at `start`.
fn password(layer: &Layer<'_>, start: usize) -> Option<RedactedValue> {
    /// More than a user, a password and a host take.
    const LONGEST: usize = 2048;
    let ends = |byte: &u8| {
        matches!(byte, b'/' | b'?' | b'#' | b'&' | b'"' | b'\'' | b'<' | b'>')
            || byte.is_ascii_whitespace()
            || byte.is_ascii_control()
    };
    let rest = layer.bytes.get(start..)?;
    let slashes = if rest.starts_with(b"//") { 2 } else { 0 };
    let rest = rest.get(slashes..)?;
    let authority =
        rest.get(..rest.iter().take(LONGEST).position(ends).unwrap_or(rest.len().min(LONGEST)))?;
    let user_info = authority.get(..memrchr(b'@', authority)?)?;
    let from = memchr(b':', user_info)? + 1;
    // Behind a scheme without slashes the colon is the scheme's own.
    let is_scheme = |name: &[u8]| SCHEMES_OF_NAMES.iter().any(|scheme| name.eq_ignore_ascii_case(scheme));
    if slashes == 0 && user_info.get(..from - 1).is_some_and(is_scheme) {
        return None;
    }
    let password = user_info.get(from..)?;
    let start = start + slashes + from;
    may_be_secret(&decoded(password)).then(|| layer.value(start..start + password.len()))
}
