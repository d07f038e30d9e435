//! Codes of Deep Security and the words that they stand for: `codes.csv`.

use super::fields::FieldNames;
use super::modules::{Module, PerModule};
use crate::bytes::table::{FactRow, FactTable, TableError};
use crate::document::field_list::FieldId;

/// The words of one kind of code.
#[derive(Debug)]
pub(crate) struct CodeList {
    /// The field that holds the code; none where it is the signature id.
    pub(crate) code_of: Option<FieldId>,
    /// The field that takes the word.
    pub(crate) field: FieldId,
    words: Vec<(&'static str, &'static str)>,
}

impl CodeList {
    /// The word of a code.
    pub(crate) fn word(&self, code: &str) -> Option<&'static str> {
        let found = self.words.iter().find(|(known, _)| *known == code || *known == "*");
        found.map(|(_, word)| *word)
    }
}

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Codes(PerModule<Vec<CodeList>>);

impl Codes {
    pub(super) fn read(table: FactTable, fields: &FieldNames) -> Result<Self, TableError> {
        let mut codes = Self::default();
        table.read(|row| codes.add(&row, fields))?;
        Ok(codes)
    }

    fn add(&mut self, row: &FactRow<'_>, fields: &FieldNames) -> Result<(), TableError> {
        let module = Module::read(row, row.cell("module")?)?;
        let code_of = match row.cell("code of")? {
            "id" => None,
            _ => Some(fields.find(row, "code of")?),
        };
        let (field, code) = (fields.find(row, "field")?, row.cell("code")?);
        let Some(lists) = self.0.get_mut(module) else { return Ok(()) };
        let position = lists.iter().position(|list| (list.code_of, list.field) == (code_of, field));
        let list = match position.and_then(|at| lists.get_mut(at)) {
            Some(list) => list,
            None => lists.push_mut(CodeList { code_of, field, words: Vec::new() }),
        };
        list.words.push((code, row.cell("word")?));
        Ok(())
    }

    /// The codes of a module's events.
    pub(crate) fn of(&self, module: Module) -> &[CodeList] {
        self.0.get(module).map_or(&[], Vec::as_slice)
    }
}
