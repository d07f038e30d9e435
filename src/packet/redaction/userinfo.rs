//! `user:password@host` in URLs (RFC 3986, section 3.2.1), as they are written, in the source of JSON and percent-encoded.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memchr2, memmem};

use super::parameters::decoded;
use super::{RedactedValue, may_be_secret};

/// A spelling of a URL: what stands behind its scheme, before its password and behind it.
struct Spelling {
    start: &'static [u8],
    colon: &'static [u8],
    at: &'static [u8],
}

const SPELLINGS: [Spelling; 4] = [
    Spelling { start: b"://", colon: b":", at: b"@" },
    Spelling { start: b":\\/\\/", colon: b":", at: b"@" },
    Spelling { start: b"%3A%2F%2F", colon: b"%3A", at: b"%40" },
    Spelling { start: b"%3a%2f%2f", colon: b"%3a", at: b"%40" },
];

/// Appends the passwords that stand before the hosts of URLs.
pub(super) fn find(bytes: &[u8], found: &mut Vec<RedactedValue>) {
    if memchr2(b'@', b'%', bytes).is_none() {
        return;
    }
    // What follows the scheme of a URL may stand alone, as a path does that was taken for one.
    if let [plain, ..] = &SPELLINGS
        && bytes.starts_with(b"//")
    {
        found.extend(password(bytes, 2, plain));
    }
    for spelling in SPELLINGS.iter().filter(|spelling| may_hold(bytes, spelling.at)) {
        for start in memmem::find_iter(bytes, spelling.start) {
            found.extend(password(bytes, start + spelling.start.len(), spelling));
        }
    }
}

/// Whether the sign behind a password may stand in `bytes`. Most texts have none, and to prepare a search takes longer than to look.
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
