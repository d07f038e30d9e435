//! The fields of a record in which collectors write when they read its line: `config/collector_times.csv`.

use std::sync::LazyLock;

use crate::bytes::table;
use crate::bytes::table::Table;

/// The fields that are looked at beside `timestamp`, the first one first.
pub(super) static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    const FILE: Table =
        Table { file: "config/collector_times.csv", text: include_str!("../../config/collector_times.csv") };
    table::compiled_in(FILE.read(|row| row.cell("field")))
});
