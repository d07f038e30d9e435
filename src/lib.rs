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
pub mod marker;
pub mod syslog;
pub mod pair;
pub mod cef;
pub mod leef;
pub mod ecs;
pub mod field;
pub mod time;
mod recycle;
mod json;
mod near;
pub mod row;
pub mod convert;
pub mod url;
mod keys;
pub mod plan;
pub mod exclude;
pub mod problem;
pub mod deepsecurity;
pub mod identity;
pub mod index_name;
pub mod explanation;
pub mod document;
pub mod load;
pub mod bulk;
pub mod dead_letter;
pub mod balance;
pub mod report;
pub mod metrics;
pub mod coverage;
pub mod template;
pub mod dashboard;
pub mod generate;
#[cfg(feature = "edge")]
pub mod edge;
#[cfg(feature = "edge")]
pub mod cli;
