//! Rules that leave documents out, or only count them: `exclude_log_patterns.csv` and JMESPath conditions, in the forms of SIEM on
//! OpenSearch.
//!
//! Takes the texts of rule files, gives what tests one section's documents. Does not read files, and does not know requests.

mod csv;
mod patterns;
mod conditions;
mod matcher;
mod value;
mod own;
mod tally;

use crate::config::diagnostic::{Diagnostic, File, Place, Severity};

pub(crate) use self::matcher::{Hits, Matcher, Target};
pub(crate) use self::own::own_rule;
pub use self::tally::{Exclusions, RuleHits};

use self::conditions::Condition;
use self::patterns::Pattern;

/// What a rule does with a document that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Leaves it out.
    Exclude,
    /// Counts it, to see what the rule would do.
    Count,
}

/// The rules of all files, each with the name of its section.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    patterns: Vec<Pattern>,
    conditions: Vec<Condition>,
    findings: Vec<Diagnostic>,
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
                conditions::read(file, sections, &mut rules.conditions, &mut rules.findings);
            } else {
                patterns::read(file, sections, &mut rules.patterns, &mut rules.findings);
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

fn error(place: Place, message: impl Into<String>, help: Option<String>) -> Diagnostic {
    Diagnostic { severity: Severity::Error, place, message: message.into(), help }
}

/// A section that no rule of the user's can mean unless it is a typing error.
fn near_miss(section: &str, sections: &[&str], place: Place) -> Option<Diagnostic> {
    let meant = crate::config::did_you_mean(section, sections.iter().copied())?;
    let message = format!("there is no section [{section}], so this rule is passed over");
    Some(Diagnostic { severity: Severity::Warning, place, message, help: Some(meant) })
}
