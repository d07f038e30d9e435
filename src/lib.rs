//! Loads Trend Micro Deep Security logs from S3 into OpenSearch.
//!
//! The modules stand in the order in which data flows:
//!
//! ```text
//! S3 event → object reference → byte stream → decompressed lines → fluentd record → syslog header + CEF|LEEF event
//!         → ECS document (user.ini table, then the Deep Security profile) → bulk operations → verdicts → report
//! ```
//!
//! Everything above `edge` is the core: synchronous functions over bytes that know no network, no clock and
//! no environment. With `--no-default-features` the core is the whole library.

pub mod config;
pub mod event;
pub mod object;
pub mod record;
pub mod pair;
pub mod marker;
pub mod syslog;
pub mod cef;
pub mod leef;

pub mod bulk;

#[cfg(feature = "edge")]
pub mod edge;
