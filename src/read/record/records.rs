//! The records of a line, one after the other.
//!
//! Objects are records, and so are the objects of an array that starts with one. From the first thing on that is
//! neither, the rest of the line is one record of text: what cannot be understood is kept whole.

use std::borrow::Cow;

use super::columns;
use super::columns::Columns;
use super::fluentd::{Other, Record};
use super::spare::Spare;
use super::{json, repair};

/// Reads a line as records. A line of nothing but blanks has none.
///
/// * `{…}`: its fields; without `message` the JSON text is the message, and a `message` that is no string is its
///   JSON text. Of several equal keys the first is meant, the later ones go to `others`.
/// * `{…}{…}`, `{…} {…}`, `[{…},{…}]`: each object is a record, each other element of such an array is text.
/// * `time<TAB>tag<TAB>{…}`: the columns fill what the record lacks.
/// * anything else, and whatever follows the last whole object: text.
pub fn records<'a, 's>(line: &'a str, spare: &'s mut Spare) -> Records<'a, 's> {
    Records { rest: line, columns: Columns::default(), place: Place::Start, spare }
}

/// The iterator of [`records`].
#[derive(Debug)]
pub struct Records<'a, 's> {
    rest: &'a str,
    columns: Columns<'a>,
    place: Place,
    spare: &'s mut Spare,
}

/// Where in the line the rest starts.
#[derive(Clone, Copy, Debug)]
enum Place {
    Start,
    Values,
    Array,
}

impl<'a> Iterator for Records<'a, '_> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let mut record = Record::default();
        self.read_next(&mut record).map(|()| record)
    }
}

/// RFC 8259 section 2.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

impl<'a> Records<'a, '_> {
    /// Reads the next record into one that is empty: a record is large, and need not be handed on. Gives whether there was one.
    pub(crate) fn read_next(&mut self, record: &mut Record<'a>) -> Option<()> {
        let (mut before, mut rest) = self.pass_blanks()?;
        while let (Place::Array, Some(behind)) = (self.place, rest.strip_prefix(']')) {
            self.place = Place::Values;
            self.rest = behind;
            (before, rest) = self.pass_blanks()?;
        }
        let at_start = matches!(self.place, Place::Start);
        match self.place {
            Place::Start => {
                // Text that is the whole line keeps its leading blanks; what follows a record does not.
                self.place = Place::Values;
                self.open(rest);
                if let Some((columns, behind)) = columns::split(rest) {
                    self.columns = columns;
                    self.rest = behind;
                }
            }
            Place::Values => {
                before = rest;
                self.open(rest);
            }
            Place::Array => {
                before = rest;
                self.rest = rest;
            }
        }
        if self.value(record).is_none() {
            // With no record behind them, what looked like columns was text too.
            if at_start {
                self.columns = Columns::default();
            }
            self.rest = "";
            *record = Record { message: Cow::Borrowed(before), ..Record::default() };
        }
        self.fill_in_columns(record);
        Some(())
    }

    /// The rest with and without leading blanks; nothing if it holds nothing else.
    fn pass_blanks(&self) -> Option<(&'a str, &'a str)> {
        let rest = self.rest.trim_start_matches(BLANKS);
        (!rest.is_empty()).then_some((self.rest, rest))
    }

    /// Goes into an array, if an object stands first in it: many a log line starts with a bracket.
    fn open(&mut self, rest: &'a str) {
        self.rest = rest;
        if let Some(elements) = rest.strip_prefix('[').map(|behind| behind.trim_start_matches(BLANKS))
            && elements.starts_with('{')
        {
            self.place = Place::Array;
            self.rest = elements;
        }
    }

    /// Reads the value that the rest starts with: an object, or an array's element and the comma behind it.
    fn value(&mut self, record: &mut Record<'a>) -> Option<()> {
        let Place::Array = self.place else { return self.object(record) };
        if self.object(record).is_none() {
            *record = self.plain_element()?;
        }
        let behind = self.rest.trim_start_matches(BLANKS);
        self.rest = behind.strip_prefix(',').unwrap_or(behind);
        Some(())
    }

    /// An element that is no object.
    fn plain_element(&mut self) -> Option<Record<'a>> {
        let (element, behind) = self.rest.split_at_checked(json::value_length(self.rest)?)?;
        self.rest = behind;
        Some(Record { message: Cow::Borrowed(element), ..Record::default() })
    }

    /// Reads the object that the rest starts with.
    fn object(&mut self, record: &mut Record<'a>) -> Option<()> {
        if !self.rest.starts_with('{') {
            return None;
        }
        let length = match json::object(self.rest, self.spare, record) {
            Some(length) => length,
            None => {
                let repaired = repaired_object(self.rest)?;
                *record = repaired.0;
                repaired.1
            }
        };
        self.rest = self.rest.get(length..)?;
        Some(())
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
    let mut record = Record::default();
    let length = json::object(&repaired.json, &mut Spare::default(), &mut record)?;
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
        plain: 0,
        hostname: record.hostname.map(own),
        timestamp: record.timestamp.map(own),
        tag: record.tag.map(own),
        others: others.collect(),
        json: record.json,
        message_missing: record.message_missing,
    };
    Some((record, repaired.length))
}
