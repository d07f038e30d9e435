//! Dashboards, as saved objects of OpenSearch Dashboards 2.x and 3.x (NDJSON): that of a section, and "One address" over all logs.
//!
//! The former is the one that the section's log type ships, fitted to the section's index name and prefix.

use crate::log_types::event::Dashboard;
use crate::map::compiled::CompiledSection;

/// The language of titles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Language {
    /// English.
    #[cfg_attr(feature = "cli", value(name = "en"))]
    English,
    /// Japanese.
    #[cfg_attr(feature = "cli", value(name = "ja"))]
    Japanese,
}

/// The id of the dashboard "One address".
pub const ONE_ADDRESS: &str = "es-loader-address";

/// The saved objects of "One address", one a line. They are of no section: their index pattern is `log-*`.
pub fn one_address(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../../config/dashboard-address.ndjson"),
        Language::Japanese => include_str!("../../config/dashboard-address.ja.ndjson"),
    }
}

/// A section's saved objects, one a line, or `None` where its log type has no dashboard.
///
/// Their ids begin with the section's index name: the same section replaces its own objects, and no other's, whatever the language.
pub fn saved_objects(section: &CompiledSection, language: Language) -> Option<String> {
    let Dashboard { english, japanese, index, prefix } = section.profile.dashboard()?;
    let shipped = match language {
        Language::English => english,
        Language::Japanese => japanese,
    };
    let log_type = section.log_type();
    let (shipped_prefix, prefix) = (format!("{prefix}."), format!("{}.", log_type.field_prefix));
    // Neither name can hold a quote or a backslash, so that JSON stays JSON.
    let parts: Vec<String> =
        shipped.split(index).map(|part| part.replace(&shipped_prefix, &prefix)).collect();
    Some(parts.join(&log_type.index.name))
}
