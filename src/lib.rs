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

pub mod bytes;
pub mod trigger;
pub mod read;
pub mod parse;
pub mod document;
pub mod config;
pub mod packet;
pub mod log_types;
pub mod map;
pub mod load;
pub mod deliver;
pub mod report;
pub mod setup;
pub mod generate;
#[cfg(feature = "edge")]
pub mod edge;
#[cfg(feature = "edge")]
pub mod cli;
