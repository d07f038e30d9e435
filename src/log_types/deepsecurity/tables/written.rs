//! Which keys each module writes: `examples.csv`.

use super::keys::Keys;
use super::modules::{Module, PerModule};
use crate::bytes::table::{FactRow, FactTable, TableError};
use crate::parse::pairs::event_keys::KeyId;

/// The table.
#[derive(Debug, Default)]
pub(crate) struct WrittenKeys {
    of_all: Vec<KeyId>,
    of_module: PerModule<Vec<KeyId>>,
}

impl WrittenKeys {
    pub(super) fn read(table: FactTable, keys: &Keys) -> Result<Self, TableError> {
        let mut written = Self::default();
        table.read(|row| written.add(&row, keys))?;
        Ok(written)
    }

    fn add(&mut self, row: &FactRow<'_>, keys: &Keys) -> Result<(), TableError> {
        let module = row.cell("module")?;
        // Spellings of LEEF, and keys that only other parsers know.
        if matches!(module, "LEEF" | "") {
            return Ok(());
        }
        let name = row.cell("key")?;
        let key = keys.number(name).ok_or_else(|| row.error(format_args!("keys.csv has no key '{name}'")))?;
        let label = keys.custom.iter().find(|(custom, _)| *custom == key).map(|(_, label)| *label);
        if module == "*" {
            self.of_all.extend([key].into_iter().chain(label));
        } else if let Some(own) = self.of_module.get_mut(Module::read(row, module)?) {
            own.extend([key].into_iter().chain(label));
        }
        Ok(())
    }

    /// Whether events of a module have this key.
    pub(crate) fn has(&self, module: Module, key: KeyId) -> bool {
        self.of_all.contains(&key) || self.of_module.get(module).is_some_and(|own| own.contains(&key))
    }
}
