//! Text and bytes: JSON text, slices, trimming, text that is safe to print.
//!
//! Knows nothing of logs.

pub(crate) mod hex;
pub mod safe;
pub(crate) mod find;
pub(crate) mod slice;
pub(crate) mod trim;
pub(crate) mod blocks;
pub(crate) mod json;
pub mod line_pattern;
pub(crate) mod quotes;
pub(crate) mod recycle;
pub mod table;
