//! The dashboard "Deep Security Summary" of a section, as saved objects of OpenSearch Dashboards 2.x and 3.x (NDJSON).
//!
//! Takes `config/dashboard.ndjson` or its Japanese twin, which are written for `log-deepsecurity` and the prefix `deepsecurity`, and
//! fits them to the section's index name and prefix. Does not know the server.

use crate::map::compiled::CompiledSection;

/// The shipped objects.
const ENGLISH: &str = include_str!("../../config/dashboard.ndjson");

/// The same with Japanese titles.
const JAPANESE: &str = include_str!("../../config/dashboard.ja.ndjson");

/// The index name and the prefix of fields in the shipped files.
const SHIPPED_INDEX: &str = "log-deepsecurity";
const SHIPPED_PREFIX: &str = "deepsecurity.";

/// The language of titles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Japanese.
    Japanese,
}

/// A section's saved objects, one a line. Their ids begin with its index name: the same section replaces its own objects, and
/// no other's, whatever the language.
pub fn saved_objects(plan: &CompiledSection, language: Language) -> String {
    let shipped = match language {
        Language::English => ENGLISH,
        Language::Japanese => JAPANESE,
    };
    let log_type = plan.log_type();
    let prefix = format!("{}.", log_type.field_prefix);
    // Neither name can hold a quote or a backslash, so that JSON stays JSON.
    let parts: Vec<String> =
        shipped.split(SHIPPED_INDEX).map(|part| part.replace(SHIPPED_PREFIX, &prefix)).collect();
    parts.join(&log_type.index.name)
}
