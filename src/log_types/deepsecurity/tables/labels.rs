//! What CEF's custom keys, `cs1` to `cs7` and `cn1` to `cn3`, hold: `labels.csv`.
//!
//! The label says what a value is; where there is none, the module does. A label is only ever compared with the labels known here: it
//! never becomes a name.

use super::fields::FieldNames;
use super::keys::{Destination, Keys};
use super::modules::Module;
use crate::bytes::table::{FactRow, FactTable, TableError};
use crate::parse::pairs::event_keys::{KeyId, KeyTable};

/// What a custom key holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) destination: Destination,
    pub(crate) is_path: bool,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Labels {
    /// The numbers of the labels.
    numbers: KeyTable,
    /// By the number of the label.
    by_label: Vec<Held>,
    /// Labels of values that the built-in lines of the table may take, each with its key.
    of_table: Vec<(&'static str, KeyId)>,
    /// By module, any where there is none, and key.
    by_key: Vec<(Option<Module>, KeyId, Held)>,
}

impl Labels {
    pub(super) fn read(table: FactTable, fields: &FieldNames, keys: &Keys) -> Result<Self, TableError> {
        let mut labels = Self {
            numbers: KeyTable::new(&[], &[]),
            by_label: Vec::new(),
            of_table: Vec::new(),
            by_key: Vec::new(),
        };
        table.read(|row| labels.add(&row, fields, keys))?;
        Ok(labels)
    }

    fn add(&mut self, row: &FactRow<'_>, fields: &FieldNames, keys: &Keys) -> Result<(), TableError> {
        let held = Held { destination: Destination::read(row, fields)?, is_path: row.flag("path")? };
        let labels = [row.cell("label")?, row.cell("other label")?];
        for label in labels.into_iter().filter(|label| !label.is_empty()) {
            self.numbers.add(label);
            self.by_label.push(held);
        }
        let name = row.cell("key")?;
        if row.flag("table")? {
            let key = keys.custom(name);
            let labels = labels.into_iter().filter(|label| !label.is_empty());
            self.of_table.extend(labels.filter_map(|label| Some((label, key?))));
        }
        for module in row.list("modules")? {
            let module = if *module == "*" { None } else { Some(Module::read(row, module)?) };
            let key = keys.custom(name);
            let key = key.ok_or_else(|| row.error(format_args!("'{name}' is no custom key of keys.csv")))?;
            self.by_key.push((module, key, held));
        }
        Ok(())
    }

    /// Whether a value of `custom` with this label is what the built-in lines of the table mean.
    pub(crate) fn is_of_table(&self, label: &str, custom: KeyId) -> bool {
        self.of_table.contains(&(label, custom))
    }

    /// What `custom` holds in an event of `module`.
    pub(crate) fn held(&self, custom: KeyId, label: Option<&str>, module: Module) -> Option<Held> {
        match label {
            Some(label) => self.by_label.get(usize::from(self.numbers.get(label)?.0)).copied(),
            None => {
                let is_it =
                    |of: &Option<Module>, key: KeyId| key == custom && of.is_none_or(|of| of == module);
                self.by_key.iter().find(|(of, key, _)| is_it(of, *key)).map(|(.., held)| *held)
            }
        }
    }
}
