//! The rules of all files.

use super::conditions::{self, Condition};
use super::patterns::{self, Pattern};
use crate::config::diagnostic::{Diagnostic, File, Position, has_errors};
use crate::config::log_type::SourceName;

/// The rules of all files, each with the name of its section.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(super) patterns: Vec<Pattern>,
    pub(super) conditions: Vec<Condition>,
    pub(crate) findings: Vec<Diagnostic>,
}

impl Rules {
    /// Reads rule files: JSON where the text begins with a brace, CSV otherwise. Rules for sections that are not in `sections` are
    /// passed over, as the file may serve other loaders too.
    ///
    /// # Errors
    ///
    /// Returns all findings, at least one of them an error.
    pub(crate) fn read(files: &[File], sections: &[&str]) -> Result<Self, Vec<Diagnostic>> {
        let mut rules = Self::default();
        for file in files {
            if file.text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
                conditions::read(file, sections, &mut rules.conditions, &mut rules.findings);
            } else {
                patterns::read(file, sections, &mut rules.patterns, &mut rules.findings);
            }
        }
        if has_errors(&rules.findings) { Err(rules.findings) } else { Ok(rules) }
    }

    /// The fields and keys that patterns for a section look at, each with its place.
    pub(crate) fn fields(&self, section: &str) -> impl Iterator<Item = (&str, &Position)> {
        let is_key = |pattern: &&Pattern| matches!(pattern.source, SourceName::Key(_));
        let patterns = self.patterns.iter().filter(move |pattern| pattern.log_type == section).filter(is_key);
        patterns.map(|pattern| (pattern.field.as_str(), &pattern.position))
    }
}
