//! What an event says was done, and whether it was done at all: `actions.csv` and `detect_only.csv`.
//!
//! `IDS:` in front of an action means that the rule only detects: the console says "Detect Only" and nothing was blocked or
//! reset.

use super::modules::{Module, PerModule};
use crate::bytes::table::{FactRow, FactTable, TableError};

/// Whether what was found could go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It was stopped.
    Blocked,
    /// It was seen, and went on.
    Allowed,
    /// A rule permits it.
    Permitted,
    /// The event is not about something to be stopped, or does not say.
    Unknown,
}

/// An action, judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// `DetectOnly:NotReset` and kin, where the agent's word reads as something that never happened.
    pub renamed: Option<&'static str>,
    /// What became of it.
    pub disposition: Disposition,
}

/// The tables.
#[derive(Debug, Default)]
pub(crate) struct Actions {
    /// Words of `act`, with `event.type` where they tell it.
    pub(super) by_act: PerModule<Vec<(&'static str, Disposition, &'static [&'static str])>>,
    pub(super) by_id: PerModule<Vec<(&'static str, Disposition)>>,
    /// Actions that were not done, and what they are called.
    pub(super) detect_only: Vec<(&'static str, &'static str)>,
}

impl Actions {
    pub(super) fn read(table: FactTable, detect_only: FactTable) -> Result<Self, TableError> {
        let mut actions = Self::default();
        table.read(|row| actions.add(&row))?;
        actions.detect_only = detect_only.read(|row| Ok((row.cell("act")?, row.cell("event.action")?)))?;
        Ok(actions)
    }

    fn add(&mut self, row: &FactRow<'_>) -> Result<(), TableError> {
        const DISPOSITIONS: [(&str, Disposition); 4] = [
            ("", Disposition::Unknown),
            ("blocked", Disposition::Blocked),
            ("detected", Disposition::Allowed),
            ("allowed", Disposition::Permitted),
        ];
        let (act, id) = (row.cell("act")?, row.cell("id")?);
        let disposition = row.one_of("disposition", row.cell("disposition")?, &DISPOSITIONS)?;
        let types = row.list("type")?;
        for module in row.list("modules")? {
            let module = Module::read(row, module)?;
            if let Some(acts) = self.by_act.get_mut(module).filter(|_| !act.is_empty()) {
                acts.push((act, disposition, types));
            }
            if let Some(ids) = self.by_id.get_mut(module).filter(|_| !id.is_empty()) {
                ids.push((id, disposition));
            }
        }
        Ok(())
    }
}
