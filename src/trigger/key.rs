//! Decoded S3 keys.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What notifications write as `%XX`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b'/');

/// An S3 key, always decoded: `+` and `%XX` of a notification are undone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// A key that is not encoded: from EventBridge, from a listing, from the command line.
    pub fn from_raw(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// A key as S3 notifications write it: `application/x-www-form-urlencoded` (WHATWG URL, section 5.1).
    ///
    /// A `%` that two hex digits do not follow stays; bytes that are no UTF-8 become U+FFFD.
    pub fn from_form_encoded(key: &str) -> Self {
        let blanks = key.replace('+', " ");
        Self(percent_decode_str(&blanks).decode_utf8_lossy().into_owned())
    }

    /// The key as S3 notifications write it: everything but letters, digits and `-._*/` as `%XX`, a blank as `+`.
    pub fn to_form_encoded(&self) -> String {
        utf8_percent_encode(&self.0, ENCODED).to_string().replace("%20", "+")
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
