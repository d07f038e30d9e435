//! System events about somebody who signs in to the Manager, or tries to: `sign_ins.csv`.

use crate::bytes::table::{Row, TableError};

/// What became of somebody's way into the console.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignIn {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// `event.type`.
    pub(crate) types: &'static [&'static str],
    /// `event.outcome`.
    pub(crate) outcome: Option<&'static str>,
}

impl SignIn {
    pub(super) fn read(row: Row<'_>) -> Result<Self, TableError> {
        Ok(Self {
            id: row.cell("id")?,
            name: row.cell("name")?,
            types: row.list("type")?,
            outcome: Some(row.cell("outcome")?).filter(|outcome| !outcome.is_empty()),
        })
    }
}
