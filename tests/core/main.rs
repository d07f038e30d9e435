//! The stages without network, each through its public face.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

mod categories;
mod config;
mod config_kinds;
mod config_page;
mod redaction;
mod redaction_urls;
mod event;
mod object;
mod container;
#[cfg(feature = "zip")]
mod zip;
mod record;
mod collectors;
mod json_events;
mod marker;
mod marks;
mod syslog;
mod pair;
mod cef;
mod leef;
mod linux;
mod linux_lines;
mod rows;
mod web_logs;
mod cloud_logs;
mod rules;
mod rooms;
mod samples;
mod generate;
mod bulk;
mod closed_indices;
mod pace;
mod dead_letter;
mod redrive;
mod balance;
mod metrics;
mod support;
mod document;
mod json_records;
mod log_types;
mod arrays;
mod upstream_keys;
mod url;
mod convert;
mod row;
mod deepsecurity;
mod products;
mod foreign_lines;
mod system_events;
mod apex_one;
mod mapping;
mod time;
mod time_kinds;
mod twins;
mod index_name;
mod identity;
mod exclude;
mod load;
mod parallel;
mod partial;
mod explain;
mod coverage;
mod hostile;
mod properties;
mod forms;
mod fuzz;
mod report;
mod template;
mod dashboard;
mod differences;
mod fields_page;
mod tables;
mod plan;

use std::env;

use proptest::prelude::ProptestConfig;

/// How a property is tried: with so many inputs, or with `PROPTEST_CASES` of them for one who hunts; a finding leaves no file.
fn cases(cases: u32) -> ProptestConfig {
    let cases = if env::var_os("PROPTEST_CASES").is_some() { ProptestConfig::default().cases } else { cases };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}
