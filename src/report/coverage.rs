//! What a configuration makes of a sample: keys that no field takes, fields that are never filled, modules and versions.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::screen::{row, wrong_clocks};
use crate::bytes::safe::Safe;
use crate::bytes::slice::cut;
use crate::config::log_type::{LogType, Mapping};
use crate::document::field_list::FieldId;
use crate::document::fields::Fields;
use crate::document::problem::Problems;
use crate::document::row::Row;
use crate::document::trace::{Note, Outcome, Step};
use crate::document::value::{Leftover, Value};
use crate::load::account::Account;
use crate::load::clocks::Clocks;
use crate::map::Document;

/// The most names of one kind that are kept: a forged sample must not take all memory.
const MAX_NAMES: usize = 1_000;

/// Characters of an example.
const MAX_EXAMPLE: usize = 200;

/// The number of keys and versions that are shown, beginning with the most frequent.
const SHOWN: usize = 20;

/// Characters of an example that are shown.
const SHOWN_EXAMPLE: usize = 60;

/// Columns of a screen.
const COLUMNS: usize = 100;

/// Counts over the documents of a sample.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Coverage {
    /// Documents that were counted: those that a rule leaves out are not.
    pub documents: u64,
    /// By `event.provider`.
    pub modules: Counts,
    /// By `observer.version`.
    pub versions: Counts,
    /// Keys of the events, and fields of the records, that no field takes, as they stand under the prefix.
    pub left_over: Counts,
    /// Documents for each field of the list but those under the prefix, those of no document too.
    pub fields: BTreeMap<String, u64>,
    /// What was odd, by kind.
    pub problems: BTreeMap<&'static str, u64>,
    /// What `timestamp_tz` should be, where the clocks of headers stand in another zone than they were read in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp_tz: Option<String>,
    /// Documents in which a line of the user's own configuration filled its field, by section and field.
    #[serde(skip)]
    by_own_lines: BTreeMap<(String, String), u64>,
    #[serde(skip)]
    odd: Problems,
    #[serde(skip)]
    clocks: Clocks,
}

/// Documents by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Each name.
    pub names: BTreeMap<String, Named>,
    /// Documents with names beyond the first thousand.
    pub others: u64,
}

/// How often a name was met.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Documents.
    pub documents: u64,
    /// The first value, its end left out where it is long; nothing where the name says it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

impl Coverage {
    /// Counts a document that [`crate::load::visit`] shows.
    pub fn add(&mut self, document: &Document<'_, '_, '_>) {
        let (row, fields) = (document.row(), document.fields());
        self.documents += 1;
        let log_type = document.log_type();
        for mapping in own_lines(log_type).filter(|mapping| is_filled_by_table(row, fields, &mapping.field)) {
            *self.by_own_lines.entry((log_type.name.clone(), mapping.field.clone())).or_default() += 1;
        }
        self.modules.add(row.text(FieldId::EVENT_PROVIDER).unwrap_or("unknown"), || None);
        if let Some(version) = row.text(FieldId::OBSERVER_VERSION) {
            self.versions.add(version, || None);
        }
        let inside = format!("{}.", fields.prefix());
        for (id, field) in fields.iter().filter(|(_, field)| !field.name.starts_with(&inside)) {
            *self.fields.entry(field.name.clone()).or_default() += u64::from(row.has(id));
        }
        for leftover in row.leftovers() {
            self.left_over.add(&format!("{inside}{}", leftover.key), || Some(example(leftover)));
        }
        if let Value::Object(entries) = row.get(FieldId::EXTRA) {
            let inside = fields.name(FieldId::EXTRA);
            for leftover in entries {
                self.left_over.add(&format!("{inside}.{}", leftover.key), || Some(example(leftover)));
            }
        }
    }

    /// Counts what was odd about an object.
    pub fn add_account(&mut self, account: &Account) {
        self.odd.merge(&account.problems);
        self.clocks.merge(&account.clocks);
        self.timestamp_tz = self.clocks.wrong_zone().map(|wrong| wrong.zone.to_string());
        self.problems = self.odd.iter().map(|(problem, count)| (problem.name(), count)).collect();
    }

    /// The lines of a section's table that are the user's own, each with the number of documents whose field it filled. A field that
    /// something else fills is none of them.
    pub fn own_lines<'s>(&self, log_type: &'s LogType) -> impl Iterator<Item = (&'s Mapping, u64)> {
        own_lines(log_type).map(|mapping| {
            let line = (log_type.name.clone(), mapping.field.clone());
            (mapping, self.by_own_lines.get(&line).copied().unwrap_or(0))
        })
    }

    /// Fields that no document has.
    pub fn never_filled(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|(_, count)| **count == 0).map(|(name, _)| name.as_str())
    }
}

impl Counts {
    fn add(&mut self, name: &str, example: impl FnOnce() -> Option<String>) {
        if let Some(named) = self.names.get_mut(name) {
            named.documents += 1;
        } else if self.names.len() < MAX_NAMES {
            self.names.insert(name.to_owned(), Named { documents: 1, example: example() });
        } else {
            self.others += 1;
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, title: &str) -> fmt::Result {
        if self.names.is_empty() {
            return Ok(());
        }
        writeln!(f, "\n{title}")?;
        let mut names: Vec<(&String, &Named)> = self.names.iter().collect();
        names.sort_by_key(|(_, named)| std::cmp::Reverse(named.documents));
        for (name, named) in names.iter().take(SHOWN) {
            let name = Safe(name).to_string();
            match &named.example {
                Some(example) => {
                    let example = cut(&Safe(example).to_string(), SHOWN_EXAMPLE);
                    row(f, named.documents, &format!("{name:<40} {example}"))?;
                }
                None => row(f, named.documents, &name)?,
            }
        }
        let unshown = names.len().saturating_sub(SHOWN);
        if unshown > 0 || self.others > 0 {
            let rest: u64 = names.iter().skip(SHOWN).map(|(_, named)| named.documents).sum();
            row(f, rest + self.others, "of other names (--json has them)")?;
        }
        Ok(())
    }
}

/// Whether a line of user.ini's table gave a value to this field.
fn is_filled_by_table(row: &Row<'_>, fields: &Fields, field: &str) -> bool {
    let is_set = |note: &&Note<'_>| note.reason.step == Step::Table && note.outcome == Outcome::Set;
    let mut set = row.trace.notes().iter().filter(is_set).filter_map(|note| note.field);
    set.any(|id| fields.name(id) == field)
}

fn own_lines(log_type: &LogType) -> impl Iterator<Item = &Mapping> {
    log_type.mappings.iter().filter(|mapping| !mapping.position.is_built_in())
}

/// The first value of a key, as JSON where it is not one text.
fn example(leftover: &Leftover<'_>) -> String {
    let text = match leftover.value {
        Value::Text(text) => text.to_owned(),
        other => {
            let mut json = Vec::new();
            Row::write_value(&other, &mut json);
            String::from_utf8_lossy(&json).into_owned()
        }
    };
    cut(&text, MAX_EXAMPLE)
}

/// For people, on one screen.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        row(f, self.documents, "documents")?;
        self.modules.write(f, "by module:")?;
        self.versions.write(f, "by version of the agent or Manager:")?;
        self.left_over.write(f, "keys that no field takes, with the first value of each:")?;
        let never: Vec<&str> = self.never_filled().collect();
        if !never.is_empty() && self.documents > 0 {
            writeln!(f, "\nnever filled, {} of {} fields:", never.len(), self.fields.len())?;
            paragraph(f, &never)?;
        }
        if !self.problems.is_empty() {
            writeln!(f, "\nwhat was odd, and kept:")?;
            for (problem, count) in self.odd.iter() {
                row(f, count, problem.meaning())?;
            }
        }
        if let Some(wrong) = self.clocks.wrong_zone() {
            writeln!(f, "\n{}", wrong_clocks(wrong))?;
        }
        Ok(())
    }
}

/// Names with commas between them, in lines of a screen.
fn paragraph(f: &mut fmt::Formatter<'_>, names: &[&str]) -> fmt::Result {
    let mut line = String::from(" ");
    for (number, name) in names.iter().enumerate() {
        let comma = if number + 1 < names.len() { "," } else { "" };
        if line.len() + name.len() + 2 > COLUMNS {
            writeln!(f, "{line}")?;
            line = String::from(" ");
        }
        line.push_str(&format!(" {}{comma}", Safe(name)));
    }
    writeln!(f, "{line}")
}
