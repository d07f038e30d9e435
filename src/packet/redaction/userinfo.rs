//! `user:password@host` in URLs (RFC 3986, section 3.2.1), as they are written, in the source of JSON and percent-encoded.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memchr2, memmem};

use super::parameters::decoded;
use super::{RedactedValue, may_be_secret};
use crate::bytes::find::each_found;
use crate::bytes::slice;

/// A spelling of a URL: what stands behind its scheme, before its password and behind it.
struct Spelling {
    /// To prepare a search takes longer than to search most texts.
    start: Finder<'static>,
    colon: &'static [u8],
    at: &'static [u8],
}

static SPELLINGS: LazyLock<[Spelling; 4]> = LazyLock::new(|| {
    let spelling = |start, colon, at| Spelling { start: Finder::new(start), colon, at };
    [
        spelling("://", b":", b"@"),
        spelling(":\\/\\/", b":", b"@"),
        spelling("%3A%2F%2F", b"%3A", b"%40"),
        spelling("%3a%2f%2f", b"%3a", b"%40"),
    ]
});

/// Appends the passwords that stand before the hosts of URLs.
pub(super) fn find(bytes: &[u8], found: &mut Vec<RedactedValue>) {
    // Most texts have neither of the signs that stand behind a password.
    let Some(sign) = memchr2(b'@', b'%', bytes) else { return };
    let signs = slice::bytes(bytes, sign..);
    // A text may begin behind the scheme: `//user:password@host`.
    if let [plain, ..] = &*SPELLINGS
        && bytes.starts_with(b"//")
    {
        found.extend(password(bytes, 2, plain));
    }
    for spelling in SPELLINGS.iter().filter(|spelling| may_hold(signs, spelling.at)) {
        for start in each_found(&spelling.start, bytes) {
            found.extend(password(bytes, start + spelling.start.needle().len(), spelling));
        }
    }
}

/// Whether the sign behind a password may stand in `bytes`.
fn may_hold(bytes: &[u8], at: &[u8]) -> bool {
    static ESCAPED: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("%40"));
    if at == b"@" { memchr(b'@', bytes).is_some() } else { ESCAPED.find(bytes).is_some() }
}

fn password(bytes: &[u8], start: usize, spelling: &Spelling) -> Option<RedactedValue> {
    let ends = |byte: &u8| {
        matches!(byte, b'/' | b'?' | b'#' | b'&' | b'"' | b'\'' | b'<' | b'>')
            || byte.is_ascii_whitespace()
            || byte.is_ascii_control()
    };
    let rest = bytes.get(start..)?;
    let authority = rest.get(..rest.iter().position(ends).unwrap_or(rest.len()))?;
    let user_info = authority.get(..memmem::rfind(authority, spelling.at)?)?;
    let from = memmem::find(user_info, spelling.colon)? + spelling.colon.len();
    let password = user_info.get(from..)?;
    may_be_secret(&decoded(password))
        .then(|| RedactedValue { value: start + from..start + from + password.len(), quoted: false })
}
