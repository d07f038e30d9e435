//! A fault that OpenSearch, or something before it, names in an answer.

use std::fmt::{self, Write as _};

use super::refusals::{Consequence, KnownCause};

/// Bytes of a reason that are kept.
pub(crate) const REASON_LIMIT: usize = 500;

/// Bytes of an error's type that are kept.
pub(crate) const TYPE_LIMIT: usize = 100;

/// What OpenSearch, or whatever stands before it, complains of. Its texts are limited in length, and control
/// characters in them are escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// HTTP status of the item or of the whole answer; 0 where there was no answer.
    pub status: u16,
    /// The error's type, as `mapper_parsing_exception`; empty where the answer names none. Without an answer it is the kind of
    /// trouble. It never holds log text.
    pub error_type: String,
    /// The reason, with its innermost cause. It may quote a value of the document, so it may hold log text.
    pub reason: String,
    /// The row of the table of refusals that names its cause.
    cause: Option<&'static KnownCause>,
}

impl Fault {
    /// The error's type where no answer came in time.
    pub const TIME_OUT: &'static str = "time_out";

    /// A fault with these texts, cut to their limits and made safe.
    pub fn new(status: u16, error_type: &str, reason: &str) -> Self {
        Self {
            status,
            error_type: clean(error_type, TYPE_LIMIT),
            reason: clean(reason, REASON_LIMIT),
            cause: None,
        }
    }

    /// The same with its known cause.
    pub(super) fn with_cause(self, cause: Option<&'static KnownCause>) -> Self {
        Self { cause, ..self }
    }

    /// The same with the cause of another.
    pub fn with_cause_of(self, other: &Fault) -> Self {
        self.with_cause(other.cause)
    }

    /// What follows from its cause, where the table of refusals names it.
    pub fn consequence(&self) -> Option<Consequence> {
        self.cause.map(|cause| cause.consequence)
    }

    /// What someone can do about its cause; empty where neither the table of refusals nor the status names it.
    pub fn way_out(&self) -> &'static str {
        match (self.cause, self.status) {
            (Some(cause), _) => cause.way_out,
            (None, 401) => {
                "check user and password (--user or OPENSEARCH_USER, OPENSEARCH_PASSWORD), or the credentials that requests are signed with"
            }
            (None, _) => "",
        }
    }

    /// Whether its reason may quote a document: one of OpenSearch's may, unless the table of refusals says that its type never does.
    pub fn may_quote(&self) -> bool {
        self.status != 0
            && !self.error_type.is_empty()
            && !self.cause.is_some_and(|cause| cause.quotes_nothing() && cause.error_type == self.error_type)
    }

    /// The fault, and what someone can do about it.
    pub fn with_way_out(&self) -> String {
        match self.way_out() {
            "" => self.to_string(),
            // OpenSearch ends lists of reasons with a semicolon.
            way_out => format!("{}; {way_out}", self.to_string().trim_end_matches(';')),
        }
    }

    /// Whether the cluster, or something before it, cannot keep up: it needs fewer and smaller requests then.
    pub fn is_pressure(&self) -> bool {
        matches!(self.status, 402 | 408 | 429 | 503 | 504) || self.error_type == Fault::TIME_OUT
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.status == 0 {
            return f.write_str(if self.reason.is_empty() { "no reason given" } else { &self.reason });
        }
        write!(f, "status {}: ", self.status)?;
        match (self.error_type.as_str(), self.reason.as_str()) {
            ("", "") => f.write_str("no reason given"),
            ("", reason) => f.write_str(reason),
            (error_type, "") => f.write_str(error_type),
            (error_type, reason) => write!(f, "{error_type}: {reason}"),
        }
    }
}

/// `text` with control characters escaped, cut to `limit` bytes: fit for a terminal, a log and an error message.
pub(crate) fn clean(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    for c in text.chars() {
        let before = out.len();
        if c.is_control() || changes_direction(c) {
            // Writing to a string cannot fail.
            let _ = write!(out, "{}", c.escape_default());
        } else {
            out.push(c);
        }
        if out.len() > limit {
            out.truncate(before);
            out.push('…');
            break;
        }
    }
    out
}

/// Whether a character ends a line, or changes the direction in which text is shown.
fn changes_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
