//! The record that fluentd writes for a line.

use std::borrow::Cow;

/// A field of a record that is none of fluentd's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Other<'a> {
    /// The field's name.
    pub name: Cow<'a, str>,
    /// Text as it is, numbers and booleans as their JSON, objects and arrays as one JSON text.
    pub value: Cow<'a, str>,
}

/// One record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record<'a> {
    /// The log line: `message`, or the whole line where it is not JSON.
    pub message: Cow<'a, str>,
    /// So many bytes of `message`, from the first on, are known to stand in JSON as they are.
    pub plain: usize,
    /// `hostname`, as the article's record_transformer adds it.
    pub hostname: Option<Cow<'a, str>>,
    /// `timestamp`: when fluentd read the line. From the `time` column where there is one and the record has none.
    pub timestamp: Option<Cow<'a, str>>,
    /// `tag`, or the tag column.
    pub tag: Option<Cow<'a, str>>,
    /// All other fields, in order.
    pub others: Vec<Other<'a>>,
    /// The record was JSON.
    pub json: bool,
    /// A JSON record without a `message` field: `message` holds the whole JSON text.
    pub message_missing: bool,
}
