//! What stands in place of a redacted value.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::bytes::hex::hex;

/// How values are masked.
#[derive(Clone, Debug, Default)]
pub(super) struct Mask {
    /// Keyed SHA-256, which makes equal values comparable to nobody but those who have documents with them.
    keyed: Option<Hmac<Sha256>>,
}

/// Bytes of the keyed hash that are written: enough to compare values, too few to be sure of one.
const SHOWN: usize = 8;

/// Whether a value is what [`Mask::of`] gives.
pub(super) fn is_mask(value: &[u8]) -> bool {
    let inner = value.strip_prefix(b"[redacted:").and_then(|rest| rest.strip_suffix(b"]"));
    inner.is_some_and(|inner| inner.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b':'))
}

impl Mask {
    pub(super) fn new(hash: bool, key: Option<&[u8]>) -> Self {
        let key = key.filter(|key| hash && !key.is_empty());
        Self { keyed: key.and_then(|key| Hmac::new_from_slice(key).ok()) }
    }

    /// `[redacted:7]`, or with a key `[redacted:7:0123456789abcdef]`.
    pub(super) fn of(&self, value: &[u8]) -> String {
        let length = value.len();
        match &self.keyed {
            None => format!("[redacted:{length}]"),
            Some(keyed) => {
                let digest = keyed.clone().chain_update(value).finalize().into_bytes();
                format!("[redacted:{length}:{}]", hex(digest.get(..SHOWN).unwrap_or_default()))
            }
        }
    }
}
