//! Comma-separated values (RFC 4180) behind a line of column names, which alone makes certain what the values are.
//!
//! A record is one line with as many values as the header has columns. A line inside of a value with line ends is no record: whoever can
//! write a value could write such a line.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use csv::StringRecord;

use super::event_fields;
use super::fluentd::Record;
use super::rows::{RowColumns, read_row};
use crate::bytes::find::is_of_name;

/// The longest line that is read as CSV, in bytes.
const LONGEST: usize = 1 << 20;

/// The most columns of a header.
const MOST_COLUMNS: usize = 1000;

/// What may stand between values.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// The names of the columns of an object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CsvHeader {
    delimiter: u8,
    columns: Vec<Box<str>>,
}

/// What a line of an object with a header, or of a section whose lines are no JSON, is.
#[derive(Clone, Debug)]
pub(crate) enum CsvLine {
    /// No event, by this rule.
    LeftOut(&'static str),
    /// Values.
    Values(Arc<CsvHeader>),
    /// Values of a section's rows, with their names.
    Row(Arc<RowColumns>),
    /// A part of a value with line ends.
    Torn,
}

impl CsvLine {
    /// A header, at the front or between joined files.
    pub(crate) const NAMES: Self = Self::LeftOut("a line of CSV with the names of columns");
    /// A line at the front of an object that user.ini calls none of the events.
    pub(crate) const FRONT: Self = Self::LeftOut("a line at the front, by text_header_line_number");
    /// A directive of the W3C Extended Log File Format.
    pub(crate) const DIRECTIVE: Self = Self::LeftOut("a line of comments or directives");
}

impl CsvHeader {
    /// Reads the first line of an object as a header: two distinct names at least, of which one is that of a field in which collectors
    /// write events, or `message_key`.
    pub(crate) fn read(line: &[u8], message_key: Option<&str>) -> Option<Self> {
        let line = std::str::from_utf8(line).ok().filter(|line| line.len() <= LONGEST)?;
        DELIMITERS.into_iter().find_map(|delimiter| {
            let names = values(line, delimiter)?;
            let is_event = |name: &str| message_key == Some(name) || event_fields::is_name(name);
            let is_header = (2..=MOST_COLUMNS).contains(&names.len())
                && names.iter().all(is_column)
                && names.iter().any(is_event)
                && names.iter().collect::<HashSet<_>>().len() == names.len();
            is_header.then(|| Self { delimiter, columns: names.iter().map(Into::into).collect() })
        })
    }

    /// Whether a line is the header once more.
    pub(crate) fn is_repeated_in(&self, line: &[u8]) -> bool {
        let values = std::str::from_utf8(line).ok().and_then(|line| values(line, self.delimiter));
        values.is_some_and(|values| values.iter().eq(self.columns.iter().map(AsRef::as_ref)))
    }

    /// Reads a line of values. Nothing if it has not one for each column.
    pub(crate) fn record(&self, line: &str) -> Option<Record<'static>> {
        let values = values(line, self.delimiter)?;
        if values.len() != self.columns.len() {
            return None;
        }
        let owned = |text: &str| Cow::Owned(text.to_owned());
        let values = self.columns.iter().zip(&values).map(|(column, value)| (owned(column), owned(value)));
        Some(Record::of_values(values, owned(line)))
    }
}

/// The values of a line.
fn values(line: &str, delimiter: u8) -> Option<StringRecord> {
    if line.len() > LONGEST {
        return None;
    }
    // A quote that is left open would swallow what follows it.
    read_row(line, delimiter).filter(|_| !is_torn(line.as_bytes()))
}

/// Whether a line ends within quotes, if it does not begin in any.
pub(crate) fn is_torn(line: &[u8]) -> bool {
    memchr::memchr_iter(b'"', line).count() % 2 == 1
}

/// The name of a column: a word.
fn is_column(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '_' | '@'))
        && name.bytes().all(|byte| is_of_name(byte) || byte == b' ')
}
