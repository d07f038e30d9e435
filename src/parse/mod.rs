//! The grammars of an event's text: syslog header, CEF, LEEF, and the times that are written in them.

pub mod severity;
pub(crate) mod event_header;
pub mod syslog;
pub mod marker;
pub mod header;
pub mod pairs;
pub mod cef;
pub mod leef;
pub mod time;
