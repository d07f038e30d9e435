//! A section's values with what it inherits, references resolved.

use std::collections::HashMap;

use super::diagnostic::Findings;
use super::diagnostic::{Diagnostic, Position};
use super::ini::{DEFAULT, Entry};
use super::interpolation;
use super::interpolation::Used;
use super::layers::{Layers, Section};
use super::value::Problem;

/// One key of a section.
#[derive(Debug)]
pub(super) struct Row<'l> {
    /// Its new name.
    pub(super) key: &'l str,
    pub(super) entry: &'l Entry,
    /// The value; nothing where a reference cannot be resolved.
    pub(super) text: Option<String>,
    /// Why it cannot. Not an error as such: in another section that inherits the row, nobody may ask for it.
    pub(super) fault: Option<Box<Diagnostic>>,
    /// It stands in `[DEFAULT]`.
    pub(super) inherited: bool,
}

impl Row<'_> {
    /// The value without blanks around it; empty where it could not be resolved.
    pub(super) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default().trim()
    }

    /// Where the byte `offset` of the text stands; behind a reference nobody knows, so there it is the value's start.
    pub(super) fn position_at(&self, offset: usize) -> Position {
        if self.text() == self.entry.raw {
            self.entry.position_at(offset)
        } else {
            self.entry.value_position()
        }
    }

    /// The error for a problem with the value.
    pub(super) fn problem(&self, problem: Problem) -> Diagnostic {
        let message = format!("{}: {}", self.entry.written, problem.message);
        Diagnostic { help: problem.help, ..Diagnostic::error(&self.position_at(problem.offset), message) }
    }
}

/// A section with all its values.
#[derive(Debug)]
pub(super) struct Table<'l> {
    pub(super) section: &'l Section,
    /// Its own rows in the order of the file, then those it inherits.
    pub(super) rows: Vec<Row<'l>>,
    index: HashMap<&'l str, usize>,
}

impl<'l> Table<'l> {
    pub(super) fn new(layers: &'l Layers, section: &'l Section, used: &mut Used) -> Self {
        let own = section.iter().map(|(key, entry)| (key, entry, false));
        let inherited = layers.defaults().iter().filter(|(key, _)| section.get(key).is_none());
        let rows: Vec<Row<'l>> = own
            .chain(inherited.map(|(key, entry)| (key, entry, true)))
            .map(|(key, entry, inherited)| {
                let (text, fault) = match interpolation::resolve(layers, section, entry, used) {
                    Ok(text) => (Some(text), None),
                    Err(fault) => (None, Some(fault)),
                };
                Row { key, entry, text, fault, inherited }
            })
            .collect();
        let index = rows.iter().enumerate().map(|(at, row)| (row.key, at)).collect();
        Self { section, rows, index }
    }

    pub(super) fn row(&self, key: &str) -> Option<&Row<'l>> {
        self.index.get(key).and_then(|at| self.rows.get(*at))
    }

    /// The value of a setting; empty if there is none.
    pub(super) fn text(&self, key: &str) -> &str {
        self.row(key).map(Row::text).unwrap_or_default()
    }

    /// What `read` makes of a setting's value; nothing, and a finding, if it cannot read it.
    pub(super) fn read<T>(
        &self,
        key: &str,
        findings: &mut Findings,
        read: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Option<T> {
        let row = self.row(key)?;
        row.text.as_ref()?;
        read(row.text()).map_err(|problem| findings.push(row.problem(problem))).ok()
    }

    /// Whether some value refers to the row's key.
    pub(super) fn refers_to(&self, row: &Row<'_>, used: &Used) -> bool {
        let home = if row.inherited { DEFAULT } else { self.section.name.as_str() };
        used.contains(&(home.to_owned(), row.key.to_owned()))
    }
}
