//! The fields that only Deep Security's documents have: `fields.csv`.

use super::Texts;
use crate::bytes::table;
use crate::bytes::table::{Row, TableError};
use crate::document::field_list::{FieldId, ListedField, base_fields, name_fields};

name_fields! { Texts::SHIPPED.fields, FieldId::FIRST_OWN;
    DS_ACT "%.act"; DS_DISPOSITION "%.disposition"; DS_PACKET_DATA "%.TrendMicroDsPacketData"; DS_ICMP_TYPE "%.icmp_type";
    DS_ICMP_CODE "%.icmp_code"; DS_CONTAINER "%.container"; DS_RESULT "%.result"; DS_CHANGED_ATTRIBUTES "%.changed_attributes";
}

pub(super) fn read(text: &'static str) -> Result<Vec<ListedField>, TableError> {
    let mut names = Vec::new();
    table::read("config/log_types/deepsecurity/fields.csv", text, |row| {
        let field = ListedField::read(&row)?;
        if names.contains(&field.name) || base_fields().iter().any(|base| base.name == field.name) {
            return Err(row.error(format_args!("every document has the field '{}' already", field.name)));
        }
        names.push(field.name);
        Ok(field)
    })
}

/// The names that other tables call fields by: those of every document, and Deep Security's own.
pub(super) struct FieldNames(Vec<&'static str>);

impl FieldNames {
    pub(super) fn new(own: &[ListedField]) -> Self {
        Self(base_fields().iter().chain(own).map(|field| field.name).collect())
    }

    /// The field that a cell names.
    pub(super) fn find(&self, row: &Row<'_>, column: &str) -> Result<FieldId, TableError> {
        let name = row.cell(column)?;
        let number = self.0.iter().position(|known| *known == name).and_then(|at| u16::try_from(at).ok());
        number.map(FieldId).ok_or_else(|| {
            row.error(format_args!("the field '{name}' is neither in fields.csv nor in config/fields.csv"))
        })
    }
}
