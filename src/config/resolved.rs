//! A section with what it inherits from `[DEFAULT]`, and with its references resolved.

use indexmap::IndexMap;

use super::diagnostic::{Diagnostic, Findings, Position};
use super::ini::{DEFAULT, Entry};
use super::interpolation::{self, Used};
use super::layers::{Layers, Section};
use super::value::ValueError;

/// One key of a section.
#[derive(Debug)]
pub(super) struct ResolvedEntry<'l> {
    /// Its new name.
    pub(super) key: &'l str,
    entry: &'l Entry,
    /// The value, or why a reference in it cannot be resolved. That is no error as such: in another section that inherits the entry,
    /// nothing may ask for it.
    value: Result<String, Box<Diagnostic>>,
    /// It stands in `[DEFAULT]`.
    pub(super) inherited: bool,
}

impl ResolvedEntry<'_> {
    /// The value without blanks around it; empty where it could not be resolved.
    pub(super) fn text(&self) -> &str {
        self.value.as_deref().map_or("", str::trim)
    }

    /// Why the value could not be resolved.
    pub(super) fn fault(&self) -> Option<&Diagnostic> {
        self.value.as_ref().err().map(Box::as_ref)
    }

    /// Where the key stands.
    pub(super) fn position(&self) -> &Position {
        &self.entry.position
    }

    pub(super) fn is_built_in(&self) -> bool {
        self.entry.position.is_built_in()
    }

    /// Where the byte `offset` of the text stands; what a reference has brought in stands where the value begins.
    pub(super) fn position_at(&self, offset: usize) -> Position {
        self.entry.position_at(if self.text() == self.entry.raw { offset } else { 0 })
    }

    pub(super) fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.position(), message)
    }

    /// The finding for a value that cannot be read.
    pub(super) fn value_error(&self, error: ValueError) -> Diagnostic {
        let message = format!("{}: {}", self.entry.written, error.message);
        let help = error.help.or_else(|| self.habit().map(str::to_owned));
        Diagnostic { help, ..Diagnostic::error(&self.position_at(error.offset), message) }
    }

    /// The way out where a value is written as other files have it.
    fn habit(&self) -> Option<&'static str> {
        let text = self.text();
        if text.split_once([';', '#']).is_some_and(|(value, _)| value.ends_with([' ', '\t'])) {
            return Some("put the comment on a line of its own");
        }
        text.starts_with(QUOTES).then_some(WITHOUT_QUOTES)
    }
}

/// Quotes at the ends of a value, typographic ones too, which come from documents that were copied.
pub(super) const QUOTES: [char; 7] = ['"', '\'', '“', '”', '„', '‘', '’'];

/// The way out where a value has them.
pub(super) const WITHOUT_QUOTES: &str = "write it without quotes";

/// A section with all its values.
#[derive(Debug)]
pub(super) struct ResolvedSection<'l> {
    section: &'l Section,
    /// Its own entries in the order of the file, then those it inherits.
    pub(super) entries: IndexMap<&'l str, ResolvedEntry<'l>>,
}

impl<'l> ResolvedSection<'l> {
    /// Resolves the values of `section`. What they refer to is added to `used`.
    pub(super) fn new(layers: &'l Layers, section: &'l Section, used: &mut Used) -> Self {
        let own = section.iter().map(|(key, entry)| (key, entry, false));
        let inherited = layers.defaults.iter().filter(|(key, _)| section.get(key).is_none());
        let entries = own
            .chain(inherited.map(|(key, entry)| (key, entry, true)))
            .map(|(key, entry, inherited)| {
                let value = interpolation::resolve(layers, section, entry, used);
                (key, ResolvedEntry { key, entry, value, inherited })
            })
            .collect();
        Self { section, entries }
    }

    pub(super) fn name(&self) -> &'l str {
        &self.section.name
    }

    /// Where its header stands.
    pub(super) fn position(&self) -> &'l Position {
        &self.section.position
    }

    /// It is one of the loader's own, whether or not a file overrides it.
    pub(super) fn is_built_in(&self) -> bool {
        self.section.built_in
    }

    /// A file has switched this built-in section off: `s3_key =`.
    pub(super) fn is_switched_off(&self) -> bool {
        self.is_built_in() && self.section.get("s3_key").is_some_and(|entry| entry.raw.is_empty())
    }

    pub(super) fn get(&self, key: &str) -> Option<&ResolvedEntry<'l>> {
        self.entries.get(key)
    }

    /// The value of a setting; empty if there is none.
    pub(super) fn text(&self, key: &str) -> &str {
        self.get(key).map_or("", ResolvedEntry::text)
    }

    /// What `read` makes of a setting's value; nothing, and a finding, if it cannot read it.
    pub(super) fn read<T>(
        &self,
        key: &str,
        findings: &mut Findings,
        read: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Option<T> {
        let entry = self.get(key).filter(|entry| entry.value.is_ok())?;
        read(entry.text()).map_err(|error| findings.push(entry.value_error(error))).ok()
    }

    /// The same for a setting that must have a value; without one, the finding shows the `example`.
    pub(super) fn read_required<T>(
        &self,
        key: &str,
        example: &str,
        findings: &mut Findings,
        read: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Option<T> {
        let missing = match self.get(key) {
            Some(entry) if entry.value.is_err() || !entry.text().is_empty() => {
                return self.read(key, findings, read);
            }
            Some(entry) if self.is_built_in() || !entry.is_built_in() => {
                entry.error(format!("{key} is empty"))
            }
            _ => {
                let message = format!("section [{}] has no '{key}'", self.name());
                Diagnostic::error(self.position(), message)
            }
        };
        findings.push(missing.help(format!("write '{key} = {example}'")));
        None
    }

    /// Whether some value refers to `entry`, which is one of this section.
    pub(super) fn refers_to(&self, entry: &ResolvedEntry<'_>, used: &Used) -> bool {
        let section = if entry.inherited { DEFAULT } else { self.name() };
        used.contains(&(section.to_owned(), entry.key.to_owned()))
    }
}
