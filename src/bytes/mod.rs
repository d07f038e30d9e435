//! Helpers for text and bytes that know nothing of logs: searches, slices, JSON strings, trimming, keys as numbers, text that is safe to
//! print.

pub(crate) mod hex;
pub mod safe;
pub(crate) mod slice;
pub(crate) mod find;
pub(crate) mod trim;
pub(crate) mod word;
pub(crate) mod json;
