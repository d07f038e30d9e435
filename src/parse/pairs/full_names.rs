//! The full names of CEF's keys: `config/cef_full_names.csv`. Some relays write them in place of the keys.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use crate::bytes::table::fact_table;

/// The key that has this full name (rule E12).
pub(crate) fn key_of(full_name: &str) -> Option<&'static str> {
    static KEYS: LazyLock<HashMap<&str, &str, RandomState>> = LazyLock::new(|| {
        fact_table!("config/cef_full_names.csv")
            .rows(|row| Ok((row.cell("full name")?, row.cell("key")?)))
            .into_iter()
            .collect()
    });
    KEYS.get(full_name).copied()
}
