//! What the keys of events in JSON are in CEF: `json_keys.csv` and `json_words.csv`.

use super::modules::{Module, PerModule};
use crate::bytes::table::{FactRow, FactTable, TableError};
use crate::parse::header::HeaderField;

/// The tables.
#[derive(Debug, Default)]
pub(crate) struct Json {
    /// The keys of each module's events, in order.
    by_module: PerModule<Vec<JsonKey>>,
    words: Vec<Word>,
}

/// A line of `json_keys.csv`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JsonKey {
    /// The keys that are read together.
    pub(crate) names: &'static [&'static str],
    pub(crate) target: Target,
    pub(crate) way: Way,
    /// The key of a custom key's label, and the label.
    pub(crate) label: Option<(&'static str, &'static str)>,
}

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The time of the header.
    Time,
    /// A field of the event's header.
    Header(HeaderField),
    /// A key of CEF.
    Key(&'static str),
}

/// How a value goes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Plain,
    Words,
    OnlyWords,
    Rule,
    Status,
    Size,
    Flags,
    Hex,
    Path,
    Container,
}

/// A line of `json_words.csv`.
#[derive(Debug)]
struct Word {
    names: &'static str,
    value: &'static str,
    target: Target,
    word: &'static str,
}

impl Json {
    pub(super) fn read(keys: FactTable, words: FactTable) -> Result<Self, TableError> {
        let mut json = Self { words: words.read(Word::read)?, ..Self::default() };
        keys.read(|row| json.add(&row))?;
        Ok(json)
    }

    fn add(&mut self, row: &FactRow<'_>) -> Result<(), TableError> {
        let key = JsonKey::read(row)?;
        for name in row.list("modules")? {
            let modules = if *name == "*" { Module::all() } else { vec![Module::read(row, name)?] };
            for module in modules {
                if let Some(keys) = self.by_module.get_mut(module) {
                    keys.push(key);
                }
            }
        }
        Ok(())
    }

    /// The keys of a module's events, in order.
    pub(crate) fn keys(&self, module: Module) -> &[JsonKey] {
        self.by_module.get(module).map_or(&[], Vec::as_slice)
    }

    /// The word of CEF for a value of the keys.
    pub(crate) fn word(&self, key: &JsonKey, value: &str) -> Option<&'static str> {
        let is_it = |word: &&Word| {
            word.target == key.target
                && word.value.eq_ignore_ascii_case(value)
                && word.names.split(' ').eq(key.names.iter().copied())
        };
        self.words.iter().find(is_it).map(|word| word.word)
    }
}

impl JsonKey {
    fn read(row: &FactRow<'_>) -> Result<Self, TableError> {
        const WAYS: [(&str, Way); 10] = [
            ("", Way::Plain),
            ("words", Way::Words),
            ("only words", Way::OnlyWords),
            ("rule", Way::Rule),
            ("status", Way::Status),
            ("size", Way::Size),
            ("flags", Way::Flags),
            ("hex", Way::Hex),
            ("path", Way::Path),
            ("container", Way::Container),
        ];
        let (cef, label) = (row.cell("cef")?, row.cell("label")?);
        let label_key = || &*format!("{cef}Label").leak();
        Ok(Self {
            names: row.cell("json")?.split_whitespace().collect::<Vec<_>>().leak(),
            target: Target::read(row)?,
            way: row.one_of("as", row.cell("as")?, &WAYS)?,
            label: (!label.is_empty()).then(|| (label_key(), label)),
        })
    }
}

impl Target {
    fn read(row: &FactRow<'_>) -> Result<Self, TableError> {
        const OF_HEADER: [(&str, Target); 5] = [
            ("time", Target::Time),
            ("version", Target::Header(HeaderField::DeviceVersion)),
            ("id", Target::Header(HeaderField::DeviceEventClassId)),
            ("name", Target::Header(HeaderField::Name)),
            ("severity", Target::Header(HeaderField::Severity)),
        ];
        let cell = row.cell("cef")?;
        cell.strip_prefix("header ").map_or(Ok(Self::Key(cell)), |word| row.one_of("cef", word, &OF_HEADER))
    }
}

impl Word {
    fn read(row: FactRow<'_>) -> Result<Self, TableError> {
        Ok(Self {
            names: row.cell("json")?,
            value: row.cell("value")?,
            target: Target::read(&row)?,
            word: row.cell("word")?,
        })
    }
}
