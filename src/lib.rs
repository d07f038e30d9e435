//! Loads Trend Micro Deep Security logs from S3 into OpenSearch.
//!
//! ```text
//! S3 event → object reference → byte stream → decompressed lines → fluentd record → syslog header + CEF|LEEF event
//!         → ECS document (user.ini table, then what the log type means) → bulk operations → verdicts → report
//! ```
//!
//! # Layout
//!
//! The rooms stand in the order in which data flows, and each imports only from those above it:
//!
//! * [`bytes`]: helpers for text and bytes that know nothing of logs.
//! * [`trigger`]: S3, SNS, SQS and EventBridge events become object references.
//! * [`read`]: objects become lines, and lines become records.
//! * [`parse`]: the grammars of syslog, CEF, LEEF and of the times in them.
//! * [`document`]: what a document is: ECS fields, values, rows of values, ids.
//! * [`config`]: user.ini becomes types, or a list of what is wrong with it.
//! * [`packet`]: what the payload of a packet says, in any log type: HTTP, TLS, DNS, URLs.
//! * [`log_types`]: what a log means: one folder for each log type.
//! * [`map`]: an event becomes a document: the table, base fields, left-over keys, exclusions, explanations.
//! * [`load`]: one object, from its bytes to bulk bodies and its account.
//! * [`deliver`]: what answers to bulk requests mean, and dead letters.
//! * [`report`]: counts, coverage and metrics of a load.
//! * [`setup`]: the index template and the dashboards.
//! * `generate`: made-up objects of Deep Security and of a web service's logs, for tests and benchmarks.
//! * [`local`]: settings, files and cores of this machine, and loads that need no network.
//! * `edge`: S3, SQS, OpenSearch and the Lambda function.
//! * `cli`: the command line.
//!
//! Everything above `local` is the core: synchronous functions over bytes that know no network, no clock and
//! no environment. The last four rooms are layers: see `[features]` in `Cargo.toml`.

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
#[cfg(feature = "generate")]
pub mod generate;
pub mod local;
#[cfg(feature = "edge")]
pub mod edge;
#[cfg(feature = "cli")]
pub mod cli;
