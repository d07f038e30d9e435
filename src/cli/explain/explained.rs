//! What there is to say of one line.

use serde::Serialize;

use crate::map::explain::explanation::Explanation;

/// The explanation of a line.
#[derive(Debug, Serialize)]
pub(super) struct Explained {
    /// The line's place, as it was given.
    pub(super) line: String,
    /// The section that takes the line.
    pub(super) section: String,
    /// Its documents; a blank line has none.
    pub(super) documents: Vec<ExplainedDocument>,
    /// There are more documents.
    pub(super) more: bool,
    /// Rules that have left documents out, and how many.
    pub(super) left_out_by: Vec<(String, u64)>,
}

/// The explanation of one document.
#[derive(Debug, Serialize)]
pub(super) struct ExplainedDocument {
    /// A rule leaves the document out.
    pub(super) excluded: bool,
    #[serde(flatten)]
    pub(super) explanation: Explanation,
}
