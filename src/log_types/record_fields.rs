//! The fields that the records of log types are known to have: `config/log_types/record_fields.csv`; and those in which collectors write
//! the parts of a line that they have read apart.

use std::sync::LazyLock;

use serde_json::Value;

use crate::bytes::table::{FactTable, fact_table};
use crate::document::field_list::Type;
use crate::parse::pairs::event_keys::is_empty_value;
use crate::read::record::{Record, raw};

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

/// The parts of a line, and the fields in which collectors write each, the first one first.
pub(crate) struct Parts(Vec<(&'static str, &'static str)>);

impl Parts {
    /// The parts in a table with the columns `part` and `field`.
    pub(crate) fn of(table: FactTable) -> Self {
        Self(table.rows(|row| Ok((row.cell("part")?, row.cell("field")?))))
    }

    /// What the record has for a part; a hyphen where none of its fields for that says anything, and nothing where it has none.
    pub(crate) fn get<'r>(&self, record: &'r Record<'_>, part: &str) -> Option<&'r str> {
        let fields = self.0.iter().filter(|(known, _)| *known == part);
        let mut values = fields.filter_map(|(_, field)| match *field {
            "hostname" => record.hostname.as_deref(),
            "timestamp" => record.timestamp.as_deref(),
            "message" => Some(&*record.message).filter(|_| !record.message_missing),
            field => record.other(field),
        });
        let first = values.next()?;
        Some(std::iter::once(first).chain(values).find(|value| !is_empty_value(value)).unwrap_or("-"))
    }

    /// The same, where the field may stand within others: its name is a path then. A number is its text, and the first of several values
    /// counts.
    pub(crate) fn get_within(&self, record: &Record<'_>, part: &str) -> Option<String> {
        let own = self.get(record, part).filter(|own| !own.starts_with('{'));
        let paths = self.0.iter().filter(|(known, _)| own.is_none_or(|own| own == "-") && *known == part);
        let mut within = paths.filter_map(|(_, path)| {
            let json = raw::within(record, path)?;
            Some(first_text(json)).filter(|text| !is_empty_value(text))
        });
        within.next().or_else(|| own.map(first_text))
    }
}

/// A text of JSON as itself, the first of an array, and anything else as it is.
fn first_text(text: &str) -> String {
    let is_json = text.starts_with(['"', '[']);
    match is_json.then(|| serde_json::from_str(text)) {
        Some(Ok(Value::String(text))) => text,
        Some(Ok(Value::Array(values))) => match values.into_iter().next() {
            Some(Value::String(text)) => text,
            _ => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}
