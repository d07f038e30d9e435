//! Labeled Tab-separated Values (ltsv.org), as fluentd's formatter of that name writes a record: `label:value`, tabs between them.

use super::fluentd::Record;
use crate::bytes::find::is_of_name;

/// The longest line that is read as LTSV, in bytes.
const LONGEST: usize = 1 << 20;

/// The most values of a line.
const MOST_VALUES: usize = 1000;

/// Reads a line as LTSV. Its labels make that certain: each value has one, and there are two at least. A value holds no tab.
pub(crate) fn record(line: &str) -> Option<Record<'_>> {
    if line.len() > LONGEST
        || memchr::memchr_iter(b'\t', line.as_bytes()).take(MOST_VALUES).count() == MOST_VALUES
    {
        return None;
    }
    let values: Vec<_> = line.split('\t').map(labeled).collect::<Option<_>>()?;
    let values = (values.len() >= 2).then(|| values.into_iter())?;
    Some(Record::of_values(values.map(|(label, value)| (label.into(), value.into())), line.into()))
}

/// A label and its value. Labels are of letters, digits, `_`, `.` and `-` (ltsv.org); `@` is fluentd's and Logstash's.
fn labeled(piece: &str) -> Option<(&str, &str)> {
    let (label, value) = piece.split_once(':')?;
    (!label.is_empty() && label.bytes().all(is_of_name)).then_some((label, value))
}
