//! What OpenSearch's complaints mean: the table `config/refusals.csv`.

use std::sync::LazyLock;

use serde_json::Value;

use crate::bytes::table::{FactRow, FactTable, TableError, fact_table};

const TABLE: FactTable = fact_table!("config/refusals.csv");

/// What follows from a complaint. The table tells more of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Another try can help.
    Again,
    /// The index takes no documents any more.
    Closed,
    /// The index is a data stream, which takes `create` only.
    Create,
    /// The index has to be an alias, and is none.
    Alias,
    /// The index may stand in the address only.
    Path,
    /// The index has no room for a field of the document.
    Fields,
    /// The document's fault.
    Document,
    /// The document is refused, and nobody knows yet whose fault it is.
    Doubt,
    /// The target's fault.
    Target,
}

/// A row of the table: a cause that is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct KnownCause {
    pub(super) error_type: &'static str,
    phrase: &'static str,
    /// What follows from it.
    pub(super) consequence: Consequence,
    /// What someone can do about it; empty where nobody has to.
    pub(super) way_out: &'static str,
}

/// The row of the table that fits an error of OpenSearch, or else one of its causes.
pub(super) fn find(error: &Value) -> Option<&'static KnownCause> {
    static ROWS: LazyLock<Vec<KnownCause>> = LazyLock::new(|| TABLE.rows(known_cause));
    let mut cause = Some(error);
    while let Some(error) = cause {
        let text = |key| error.get(key).and_then(Value::as_str).unwrap_or_default();
        if let Some(row) = ROWS.iter().find(|row| row.fits(text("type"), text("reason"))) {
            return Some(row);
        }
        cause = error.get("caused_by");
    }
    None
}

fn known_cause(row: FactRow<'_>) -> Result<KnownCause, TableError> {
    let words = [
        ("again", Consequence::Again),
        ("closed", Consequence::Closed),
        ("create", Consequence::Create),
        ("alias", Consequence::Alias),
        ("path", Consequence::Path),
        ("fields", Consequence::Fields),
        ("document", Consequence::Document),
        ("doubt", Consequence::Doubt),
        ("target", Consequence::Target),
    ];
    Ok(KnownCause {
        error_type: row.cell("type")?,
        phrase: row.cell("phrase")?,
        consequence: row.one_of("verdict", row.cell("verdict")?, &words)?,
        way_out: row.cell("way out")?,
    })
}

impl KnownCause {
    /// Whether reasons of its type never quote a document.
    pub(super) fn quotes_nothing(&self) -> bool {
        self.phrase.starts_with('*')
    }

    fn fits(&self, error_type: &str, reason: &str) -> bool {
        let is_type = self.error_type.is_empty() || self.error_type == error_type;
        is_type
            && match self.phrase.strip_prefix('*') {
                Some(phrase) => reason.contains(phrase),
                None => reason.starts_with(self.phrase),
            }
    }
}
