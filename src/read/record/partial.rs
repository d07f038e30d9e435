//! Whether a record holds a line only in part, as the runtimes of containers cut long lines. Does not know where the rest is.

use std::sync::LazyLock;

use super::fluentd::Record;
use crate::bytes::table::fact_table;

/// A field that says so.
struct Sign {
    field: &'static str,
    value: &'static str,
    unless: &'static str,
}

static SIGNS: LazyLock<Vec<Sign>> = LazyLock::new(|| {
    fact_table!("config/partial_records.csv").rows(|row| {
        let (field, value, unless) = (row.cell("field")?, row.cell("value")?, row.cell("unless")?);
        Ok(Sign { field, value, unless })
    })
});

/// Whether the record's line goes on in another record.
pub(crate) fn is_partial(record: &Record<'_>) -> bool {
    if record.others.is_empty() {
        return false;
    }
    let is_said = |sign: &Sign| {
        let said = record.other(sign.field).is_some_and(|said| said.split(':').next() == Some(sign.value));
        said && record.other(sign.unless) != Some("true")
    };
    SIGNS.iter().any(is_said) || is_of_docker(record) && !record.message.ends_with('\n')
}

/// Whether the record is one of Docker's JSON files (`json-file`), which says only by a missing line end that its line goes on.
fn is_of_docker(record: &Record<'_>) -> bool {
    let is_own = |name: &str| matches!(name, "stream" | "time" | "attrs");
    record.message_field.as_deref() == Some("log")
        && record.other("stream").is_some()
        && record.other("time").is_some()
        && record.others.iter().all(|other| is_own(&other.name))
        && record.hostname.is_none()
        && record.timestamp.is_none()
        && record.tag.is_none()
}
