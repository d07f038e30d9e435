//! What a rule does, and the warning for a rule whose section is misspelt.

use crate::config::diagnostic::{Diagnostic, Position};

/// What a rule does with a document that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleAction {
    /// The document is left out.
    Exclude,
    /// The document is counted, which shows what the rule would leave out.
    Count,
}

/// The warning for a rule of the unknown section `section`, if that is nearly one of `sections`. Other rules of unknown sections are
/// meant for other loaders.
pub(crate) fn near_miss(section: &str, sections: &[&str], position: &Position) -> Option<Diagnostic> {
    let meant = crate::config::did_you_mean(section, sections.iter().copied())?;
    let message = format!("there is no section [{section}], so this rule is passed over");
    Some(Diagnostic::warning(position, message).help(meant))
}
