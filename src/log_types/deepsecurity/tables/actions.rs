//! What an event says was done, and whether it was done at all: `actions.csv` and `detect_only.csv`.
//!
//! `IDS:` in front of an action means that the rule only detects: the console says "Detect Only" and nothing was blocked or
//! reset.

use super::modules::{Module, PerModule};
use super::tables;
use crate::bytes::table::{Row, Table, TableError};
use crate::bytes::trim::trim;

/// Whether what was found could go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It was stopped.
    Blocked,
    /// It was seen, and went on.
    Allowed,
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
    by_act: PerModule<Vec<(&'static str, Disposition, &'static [&'static str])>>,
    by_id: PerModule<Vec<(&'static str, Disposition)>>,
    /// Actions that were not done, and what they are called.
    detect_only: Vec<(&'static str, &'static str)>,
}

impl Actions {
    pub(super) fn read(table: Table, detect_only: Table) -> Result<Self, TableError> {
        let mut actions = Self::default();
        table.read(|row| actions.add(&row))?;
        actions.detect_only = detect_only.read(|row| Ok((row.cell("act")?, row.cell("event.action")?)))?;
        Ok(actions)
    }

    fn add(&mut self, row: &Row<'_>) -> Result<(), TableError> {
        const DISPOSITIONS: [(&str, Disposition); 3] = [
            ("", Disposition::Unknown),
            ("blocked", Disposition::Blocked),
            ("detected", Disposition::Allowed),
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

impl Action {
    /// Judges `act` where there is one that the module's table has, else the signature id.
    pub fn judge(module: Module, act: Option<&str>, signature_id: &str) -> Self {
        let Actions { by_act, by_id, detect_only } = &tables().actions;
        if let Some(word) = act.and_then(detect_only_word) {
            let renamed = detect_only.iter().find(|(done, _)| word.eq_ignore_ascii_case(done));
            return Self {
                renamed: renamed.map(|(_, not_done)| *not_done),
                disposition: Disposition::Allowed,
            };
        }
        let told = act.and_then(|act| {
            let mut acts = by_act.get(module)?.iter();
            acts.find(|(word, ..)| act.eq_ignore_ascii_case(word)).map(|(_, disposition, _)| *disposition)
        });
        let disposition = told.or_else(|| {
            let mut ids = by_id.get(module)?.iter();
            ids.find(|(id, _)| *id == signature_id).map(|(_, disposition)| *disposition)
        });
        Self { renamed: None, disposition: disposition.unwrap_or(Disposition::Unknown) }
    }
}

/// `event.type` of an action that tells it.
pub(crate) fn types_of(module: Module, act: &str) -> &'static [&'static str] {
    let acts = tables().actions.by_act.get(module);
    let found = acts.and_then(|acts| acts.iter().find(|(word, ..)| act.eq_ignore_ascii_case(word)));
    found.map_or(&[], |(.., types)| *types)
}

/// The action that would have been taken: agents write `IDS:Reset`, the console shows `Detect Only: Reset`.
fn detect_only_word(act: &str) -> Option<&str> {
    let behind = |prefix: &str| {
        let (start, word) = act.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then(|| trim(word))
    };
    behind("IDS:").or_else(|| behind("Detect Only:"))
}
