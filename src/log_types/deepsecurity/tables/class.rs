//! What ECS calls an event: the columns `kind`, `category` and `type`, which several tables have.

use crate::bytes::table::{FactRow, TableError};

/// The categorization of an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventClass {
    /// `event.kind`.
    pub(crate) kind: &'static str,
    /// `event.category`.
    pub(crate) category: &'static [&'static str],
    /// `event.type` of an event that nothing was blocked or let through by.
    pub(crate) types: &'static [&'static str],
}

impl EventClass {
    pub(super) const UNKNOWN: Self = Self { kind: "event", category: &[], types: &["info"] };

    pub(super) fn read(row: &FactRow<'_>) -> Result<Self, TableError> {
        Ok(Self { kind: row.cell("kind")?, category: row.list("category")?, types: row.list("type")? })
    }
}
