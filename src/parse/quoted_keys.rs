//! Keys whose values quote what others wrote: `config/foreign_text_keys.csv`. What stands behind such a value may be a part of it.

use std::sync::LazyLock;

use crate::bytes::table::fact_table;

/// Whether the value of a key quotes what others wrote.
pub(crate) fn quotes_others(key: &str) -> bool {
    static ENDS: LazyLock<Vec<&str>> =
        LazyLock::new(|| fact_table!("config/foreign_text_keys.csv").column("key"));
    ENDS.iter().any(|end| key.ends_with(end))
}
