//! The records of a line, one after the other.
//!
//! An object is a record, and so is each object of an array that starts with one. From the first thing on that is neither, the rest of
//! the line is one record of text, so that nothing is lost that cannot be understood.

use std::borrow::Cow;

use super::columns;
use super::columns::Columns;
use super::fluentd::{Other, Record};
use super::{json, repair};

/// Reads a line as records. A blank line has none.
///
/// * `{…}`: the record has the fields of the object. An object without `message` is its own message, as JSON text; so is a `message` that
///   is no string. Of several equal keys the first counts, and the later ones go to `others`.
/// * `{…}{…}`, `{…} {…}`, `[{…},{…}]`: each object is a record, each other element of such an array is text.
/// * `time<TAB>tag<TAB>{…}`: the columns fill what the record lacks.
/// * anything else, and whatever follows the last whole object, is text.
pub fn records(line: &str) -> Records<'_> {
    Records { rest: line, columns: Columns::default(), position: LinePosition::Start }
}

/// The iterator that [`records`] returns.
#[derive(Debug)]
pub struct Records<'a> {
    rest: &'a str,
    columns: Columns<'a>,
    position: LinePosition,
}

/// Where in the line the rest starts.
#[derive(Clone, Copy, Debug)]
enum LinePosition {
    Start,
    Values,
    Array,
}

/// RFC 8259 section 2.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (mut before, mut rest) = self.pass_blanks()?;
        while let (LinePosition::Array, Some(behind)) = (self.position, rest.strip_prefix(']')) {
            self.position = LinePosition::Values;
            self.rest = behind;
            (before, rest) = self.pass_blanks()?;
        }
        let at_start = matches!(self.position, LinePosition::Start);
        match self.position {
            LinePosition::Start => {
                // Text that is the whole line keeps its leading blanks; what follows a record does not.
                self.position = LinePosition::Values;
                self.open(rest);
                if let Some((columns, behind)) = columns::split(rest) {
                    self.columns = columns;
                    self.rest = behind;
                }
            }
            LinePosition::Values => {
                before = rest;
                self.open(rest);
            }
            LinePosition::Array => {
                before = rest;
                self.rest = rest;
            }
        }
        let mut record = self.value().unwrap_or_else(|| {
            // With no record behind them, what looked like columns was text too.
            if at_start {
                self.columns = Columns::default();
            }
            self.rest = "";
            Record { message: Cow::Borrowed(before), ..Record::default() }
        });
        self.fill_in_columns(&mut record);
        Some(record)
    }
}

impl<'a> Records<'a> {
    /// Returns the rest with and without leading blanks, or `None` if it is blank.
    fn pass_blanks(&self) -> Option<(&'a str, &'a str)> {
        let rest = self.rest.trim_start_matches(BLANKS);
        (!rest.is_empty()).then_some((self.rest, rest))
    }

    /// Goes into an array, if an object stands first in it: many log lines that are no JSON start with a bracket.
    fn open(&mut self, rest: &'a str) {
        self.rest = rest;
        if let Some(elements) = rest.strip_prefix('[').map(|behind| behind.trim_start_matches(BLANKS))
            && elements.starts_with('{')
        {
            self.position = LinePosition::Array;
            self.rest = elements;
        }
    }

    /// Reads the value that the rest starts with: an object, or an array's element and the comma behind it.
    fn value(&mut self) -> Option<Record<'a>> {
        let LinePosition::Array = self.position else { return self.object() };
        let record = self.object().or_else(|| self.plain_element())?;
        let behind = self.rest.trim_start_matches(BLANKS);
        self.rest = behind.strip_prefix(',').unwrap_or(behind);
        Some(record)
    }

    /// Reads an element that is no object.
    fn plain_element(&mut self) -> Option<Record<'a>> {
        let (element, behind) = self.rest.split_at_checked(json::value_length(self.rest)?)?;
        self.rest = behind;
        Some(Record { message: Cow::Borrowed(element), ..Record::default() })
    }

    /// Reads the object that the rest starts with.
    fn object(&mut self) -> Option<Record<'a>> {
        if !self.rest.starts_with('{') {
            return None;
        }
        let (record, length) = json::object(self.rest).or_else(|| repaired_object(self.rest))?;
        self.rest = self.rest.get(length..)?;
        Some(record)
    }

    fn fill_in_columns(&self, record: &mut Record<'a>) {
        if record.timestamp.is_none() {
            record.timestamp = self.columns.time.map(Cow::Borrowed);
        }
        if record.tag.is_none() {
            record.tag = self.columns.tag.map(Cow::Borrowed);
        }
    }
}

/// Reads an object that strict JSON refuses. The record owns its text, because it differs from the line.
fn repaired_object(text: &str) -> Option<(Record<'_>, usize)> {
    let repaired = repair::value(text)?;
    let (record, length) = json::object(&repaired.json)?;
    if length < repaired.json.len() {
        return None;
    }
    let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
    let message = if record.message_missing {
        Cow::Borrowed(text.get(..repaired.length)?)
    } else {
        own(record.message)
    };
    let others =
        record.others.into_iter().map(|Other { name, value }| Other { name: own(name), value: own(value) });
    let record = Record {
        message,
        hostname: record.hostname.map(own),
        timestamp: record.timestamp.map(own),
        tag: record.tag.map(own),
        others: others.collect(),
        json: record.json,
        message_missing: record.message_missing,
    };
    Some((record, repaired.length))
}
