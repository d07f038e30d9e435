//! An event on its way to its document.

use crate::document::id::Identity;
use crate::parse::marker::EventStart;
use crate::parse::time::{HeaderClock, Surroundings};
use crate::read::object::line::LineNumber;
use crate::read::record::fluentd::Record;
use crate::read::record::rows::RowColumns;

/// What is the same for all documents of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Bucket, or nothing for a local file.
    pub bucket: Option<String>,
    /// Key, or the path of a local file.
    pub key: String,
    /// Region that the key names, or of the bucket.
    pub region: Option<String>,
    /// Account that the key or the event of the object names.
    pub account: Option<String>,
    /// Times.
    pub around: Surroundings,
}

/// One event on its way to its document.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The record that it came in.
    pub record: &'a Record<'a>,
    /// Its part of the record's message.
    pub text: &'a str,
    /// Where its marker stands in that part.
    pub start: EventStart,
    /// The line of the object that it stands in.
    pub line: LineNumber,
    /// Its line's identity.
    pub identity: &'a Identity<'a>,
    /// Its number among the documents of its line, counted from 0.
    pub part: usize,
    /// The names of its values, where it is a row of them.
    pub columns: Option<&'a RowColumns>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// `@timestamp`.
    pub time: jiff::Timestamp,
    /// What the line says of the clock of its header, where it names no zone and a collector's time stands beside it.
    pub clock: Option<HeaderClock>,
    /// The event could not be understood.
    pub pipeline_error: bool,
    /// A rule has left the document out: nothing was written.
    pub excluded: bool,
}
