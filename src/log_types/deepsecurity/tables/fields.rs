//! The fields that only Deep Security's documents have, by name: `fields.csv`.

use super::files::FIELDS;
use crate::bytes::table::{FactRow, TableError};
use crate::document::field_list::{FieldId, ListedField, base_fields, name_fields};

name_fields! { FIELDS, FieldId::FIRST_OWN;
    DS_ACT "%.act"; DS_DISPOSITION "%.disposition"; DS_PACKET_DATA "%.TrendMicroDsPacketData"; DS_ICMP_TYPE "%.icmp_type";
    DS_ICMP_CODE "%.icmp_code"; DS_CONTAINER "%.container"; DS_RESULT "%.result"; DS_MALWARE_TARGET "%.TrendMicroDsMalwareTarget";
    DS_MALWARE_TARGET_TYPE "%.TrendMicroDsMalwareTargetType"; DS_RESOURCE_TYPE_NAME "%.resource_type_name";
    DS_INFECTED_RESOURCE "%.infected_resource"; DS_UNVERIFIED "%.unverified_forwarded_for"; DS_PERFORMED_BY "%.performed_by"; DS_CHANGED_ATTRIBUTES "%.changed_attributes";
}

/// The names that other tables call fields by: those of every document, and Deep Security's own.
pub(super) struct FieldNames(Vec<&'static str>);

impl FieldNames {
    pub(super) fn new(own: &[ListedField]) -> Self {
        Self(base_fields().iter().chain(own).map(|field| field.name).collect())
    }

    /// The field that a cell names.
    pub(super) fn find(&self, row: &FactRow<'_>, column: &str) -> Result<FieldId, TableError> {
        let name = row.cell(column)?;
        let number = self.0.iter().position(|known| *known == name).and_then(|at| u16::try_from(at).ok());
        number.map(FieldId).ok_or_else(|| {
            row.error(format_args!("the field '{name}' is neither in fields.csv nor in config/fields.csv"))
        })
    }
}
