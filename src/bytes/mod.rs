//! Text and bytes: searches, JSON text, trimming, words of keys, text that is safe to print.
//!
//! Knows nothing of logs.

pub(crate) mod hex;
pub mod safe;
pub(crate) mod slice;
pub(crate) mod find;
pub(crate) mod trim;
pub(crate) mod word;
pub(crate) mod json;
