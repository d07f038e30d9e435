//! The grammars of an event's text: syslog header, CEF, LEEF, and the times that are written in them.
//!
//! The rules that comments cite (`rule E9`) stand in `docs/cef-leef.md`, each with examples and its source.

pub(crate) mod json;
pub mod severity;
pub mod syslog;
pub(crate) mod pieces;
pub mod header;
pub mod pairs;
pub mod cef;
pub mod leef;
mod quoting;
pub mod marker;
pub(crate) mod quoted_keys;
pub mod joined;
pub mod time;
