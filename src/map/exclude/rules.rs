//! The rules of all files.

use crate::config::diagnostic::Diagnostic;
use crate::config::diagnostic::File;
use crate::config::diagnostic::Severity;
use crate::map::exclude::conditions::Condition;
use crate::map::exclude::patterns::Pattern;

/// The rules of all files, each with the name of its section.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(super) patterns: Vec<Pattern>,
    pub(super) conditions: Vec<Condition>,
    pub(super) findings: Vec<Diagnostic>,
}

impl Rules {
    /// Reads rule files: JSON where the text begins with a brace, CSV otherwise. Rules for sections that are not in `sections` are
    /// passed over, as the file may serve other loaders too.
    ///
    /// # Errors
    ///
    /// All that is wrong, with its places.
    pub(crate) fn read(files: &[File], sections: &[&str]) -> Result<Self, Vec<Diagnostic>> {
        let mut rules = Self::default();
        for file in files {
            if file.text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
                super::conditions::read(file, sections, &mut rules.conditions, &mut rules.findings);
            } else {
                super::patterns::read(file, sections, &mut rules.patterns, &mut rules.findings);
            }
        }
        if rules.findings.iter().any(|finding| finding.severity == Severity::Error) {
            return Err(rules.findings);
        }
        Ok(rules)
    }

    /// What is odd about the files.
    pub(crate) fn into_warnings(self) -> Vec<Diagnostic> {
        self.findings
    }
}
