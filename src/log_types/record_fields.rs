//! The fields that the records of log types are known to have: `config/log_types/record_fields.csv`.

use std::sync::LazyLock;

use crate::bytes::table::fact_table;
use crate::document::field_list::Type;

/// A field of a log type's records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordField {
    log_type: &'static str,
    /// Its path.
    pub(crate) name: &'static str,
    /// What stands there.
    pub(crate) kind: Type,
}

static ALL: LazyLock<Vec<RecordField>> = LazyLock::new(|| {
    fact_table!("config/log_types/record_fields.csv").rows(|row| {
        let kind = row.cell("type")?;
        let kind = Type::NAMES.iter().find(|(known, _)| *known == kind);
        let (_, kind) = kind.ok_or_else(|| row.error("the type is none of config/fields.csv"))?;
        Ok(RecordField { log_type: row.cell("log_type")?, name: row.cell("field")?, kind: *kind })
    })
});

/// The fields of the log type that has this name.
pub(crate) fn of(log_type: &str) -> impl Iterator<Item = &'static RecordField> {
    ALL.iter().filter(move |field| field.log_type == log_type)
}
