//! Decoded S3 keys.

use std::fmt;

/// An S3 key, always decoded: `+` and `%XX` of a notification are undone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
        let mut decoded = Vec::with_capacity(key.len());
        let mut rest = key.as_bytes();
        while let [first, behind @ ..] = rest {
            let (byte, later) = match (first, behind) {
                (b'+', _) => (b' ', behind),
                (b'%', [high, low, later @ ..]) => match (hex_digit(*high), hex_digit(*low)) {
                    (Some(high), Some(low)) => (high << 4 | low, later),
                    _ => (b'%', behind),
                },
                (byte, _) => (*byte, behind),
            };
            decoded.push(byte);
            rest = later;
        }
        Self(String::from_utf8_lossy(&decoded).into_owned())
    }

    /// The key as S3 notifications write it: everything but letters, digits and `-._*/` as `%XX`, a blank as `+`.
    pub fn to_form_encoded(&self) -> String {
        let mut encoded = String::with_capacity(self.0.len());
        for byte in self.0.bytes() {
            match byte {
                b' ' => encoded.push('+'),
                b'-' | b'.' | b'_' | b'*' | b'/' => encoded.push(char::from(byte)),
                byte if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
                byte => {
                    encoded.push('%');
                    for digit in [byte >> 4, byte & 15] {
                        let digit = char::from_digit(u32::from(digit), 16).unwrap_or_default();
                        encoded.push(digit.to_ascii_uppercase());
                    }
                }
            }
        }
        encoded
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

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
