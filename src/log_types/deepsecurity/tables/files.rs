//! The tables of `config/log_types/deepsecurity/`. Each tells at its top what its columns mean.

use crate::bytes::table::FactTable;

/// A table of `config/log_types/deepsecurity/`.
macro_rules! file {
    ($name:literal) => {
        FactTable {
            file: concat!("config/log_types/deepsecurity/", $name),
            text: include_str!(concat!("../../../../config/log_types/deepsecurity/", $name)),
        }
    };
}

pub(super) const FIELDS: FactTable = file!("fields.csv");
pub(super) const KEYS: FactTable = file!("keys.csv");

/// The tables that are compiled in.
pub const SHIPPED: [FactTable; 13] = [
    FIELDS,
    KEYS,
    file!("modules.csv"),
    file!("labels.csv"),
    file!("actions.csv"),
    file!("detect_only.csv"),
    file!("codes.csv"),
    file!("system_events.csv"),
    file!("vendors.csv"),
    file!("products.csv"),
    file!("examples.csv"),
    file!("json_keys.csv"),
    file!("json_words.csv"),
];
