//! The fields in which other collectors write when they read a line: `config/collector_times.csv` names them.

use std::sync::LazyLock;

use crate::bytes::table;
use crate::bytes::table::FactTable;

/// Their names, beside fluentd's own `timestamp`, the first one first.
pub(crate) fn names() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
        const FILE: FactTable = FactTable {
            file: "config/collector_times.csv",
            text: include_str!("../../../config/collector_times.csv"),
        };
        table::compiled_in(FILE.read(|row| row.cell("field")))
    });
    &NAMES
}
