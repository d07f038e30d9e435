//! What a rule does, and what is said of a rule that cannot be used.

use crate::config::diagnostic::Diagnostic;
use crate::config::diagnostic::Position;
use crate::config::diagnostic::Severity;

/// What a rule does with a document that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Leaves it out.
    Exclude,
    /// Counts it, to see what the rule would do.
    Count,
}

pub(crate) fn error(position: Position, message: impl Into<String>, help: Option<String>) -> Diagnostic {
    Diagnostic { severity: Severity::Error, position, message: message.into(), help }
}

/// A section that no rule of the user's can mean unless it is a typing error.
pub(crate) fn near_miss(section: &str, sections: &[&str], position: Position) -> Option<Diagnostic> {
    let meant = crate::config::did_you_mean(section, sections.iter().copied())?;
    let message = format!("there is no section [{section}], so this rule is passed over");
    Some(Diagnostic { severity: Severity::Warning, position, message, help: Some(meant) })
}
