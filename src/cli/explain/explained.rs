//! What there is to say of one line.

use serde::Serialize;

use crate::map::explain::explanation::Explanation;

#[derive(Debug, Serialize)]
pub(super) struct Explained {
    /// The line's place, as it was given.
    pub(super) line: String,
    pub(super) section: String,
    /// Its documents; a blank line has none.
    pub(super) documents: Vec<ExplainedDocument>,
    pub(super) more: bool,
    /// The fields that were asked for and that no document has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) missing: Vec<Missing>,
    /// Rules that have left documents out, and how many.
    pub(super) left_out_by: Vec<(String, u64)>,
}

/// What there is to say of a field that no document has, and no value was offered to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Missing {
    /// The field, as it was asked for.
    pub(super) field: String,
    /// Why no document has it, and what to do.
    pub(super) reason: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ExplainedDocument {
    /// A rule leaves the document out.
    pub(super) excluded: bool,
    /// The text that the bytes of its sources count in.
    #[serde(skip)]
    pub(super) message: String,
    #[serde(flatten)]
    pub(super) explanation: Explanation,
}
