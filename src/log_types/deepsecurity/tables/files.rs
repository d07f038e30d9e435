//! The tables of `config/log_types/deepsecurity/`. Each tells at its top what its columns mean.

use crate::bytes::table::{FactTable, fact_table};

pub(super) const FIELDS: FactTable = fact_table!("config/log_types/deepsecurity/fields.csv");
pub(super) const KEYS: FactTable = fact_table!("config/log_types/deepsecurity/keys.csv");

/// The tables that are compiled in.
pub const SHIPPED: [FactTable; 13] = [
    FIELDS,
    KEYS,
    fact_table!("config/log_types/deepsecurity/modules.csv"),
    fact_table!("config/log_types/deepsecurity/labels.csv"),
    fact_table!("config/log_types/deepsecurity/actions.csv"),
    fact_table!("config/log_types/deepsecurity/detect_only.csv"),
    fact_table!("config/log_types/deepsecurity/codes.csv"),
    fact_table!("config/log_types/deepsecurity/system_events.csv"),
    fact_table!("config/log_types/deepsecurity/vendors.csv"),
    fact_table!("config/log_types/deepsecurity/products.csv"),
    fact_table!("config/log_types/deepsecurity/examples.csv"),
    fact_table!("config/log_types/deepsecurity/json_keys.csv"),
    fact_table!("config/log_types/deepsecurity/json_words.csv"),
];
