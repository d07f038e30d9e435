//! System events about somebody who signs in to the Manager, or tries to: `sign_ins.csv`.

use super::tables;
use crate::bytes::table::{Row, TableError};

/// What became of somebody's way into the console.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignIn {
    id: &'static str,
    name: &'static str,
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

    /// By signature id, else by the name of the event.
    pub(crate) fn of(signature_id: &str, name: &str) -> Option<&'static Self> {
        let by_id =
            || tables().sign_ins.iter().find(|sign_in| !sign_in.id.is_empty() && sign_in.id == signature_id);
        let by_name =
            || tables().sign_ins.iter().find(|sign_in| !sign_in.name.is_empty() && sign_in.name == name);
        by_id().or_else(by_name)
    }
}
