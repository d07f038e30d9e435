//! The records of a line, one after the other.
//!
//! Objects are records, and so are the objects of an array that starts with one. An object that is an envelope gives the records in
//! it. From the first thing on that is neither, the rest of the line is one record of text: what cannot be understood is kept whole.

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;
use std::vec;

use super::columns;
use super::columns::Columns;
use super::envelope;
use super::envelope::Opened;
use super::fluentd::{Envelope, Record, time_fields};
use super::spare::Spare;
use super::{json, repair};
use crate::bytes::slice::part;

/// Reads a line as records. A line of nothing but blanks has none.
///
/// * `{…}`: its fields; without `message` the JSON text is the message, and a `message` that is no string is its
///   JSON text. Of several equal keys the first is meant, the later ones go to `others`.
/// * `{…}{…}`, `{…} {…}`, `{…},{…},`, `[{…},{…}]`: each object is a record, each other element of such an array is text.
/// * `time<TAB>tag<TAB>{…}`: the columns fill what the record lacks.
/// * an envelope (see [`super::envelope`]): the records in it.
/// * anything else, and whatever follows the last whole object: text.
pub fn records<'a, 's>(line: &'a str, spare: &'s mut Spare) -> Records<'a, 's> {
    Records::at(Cursor::in_text(line, None), envelope::DEEPEST, spare)
}

/// The iterator of [`records`].
#[derive(Debug)]
pub struct Records<'a, 's> {
    at: Cursor<'a>,
    /// The places behind the envelopes that are open.
    around: Vec<Cursor<'a>>,
    /// Records of an envelope whose text is not the line's.
    ready: vec::IntoIter<Record<'a>>,
    /// How many more envelopes may be opened in each other.
    deepest: usize,
    spare: &'s mut Spare,
}

/// A place in the line, or in the text of an envelope.
#[derive(Debug)]
struct Cursor<'a> {
    rest: &'a str,
    columns: Columns<'a>,
    among: Among,
    /// What stands around the records here.
    envelope: Option<Arc<Envelope>>,
}

impl<'a> Cursor<'a> {
    fn in_text(text: &'a str, envelope: Option<Arc<Envelope>>) -> Self {
        Self { rest: text, columns: Columns::default(), among: Among::Start, envelope }
    }
}

/// What the rest of a text starts with.
#[derive(Clone, Copy, Debug)]
enum Among {
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

/// What may stand between values: blanks (RFC 8259 section 2), and what ends a message of GELF and begins a text of RFC 7464.
const BLANKS: [char; 6] = [' ', '\t', '\n', '\r', '\0', '\u{1e}'];

impl<'a, 's> Records<'a, 's> {
    fn at(at: Cursor<'a>, deepest: usize, spare: &'s mut Spare) -> Self {
        Self { at, around: Vec::new(), ready: Vec::new().into_iter(), deepest, spare }
    }

    /// Reads the next record into one that is empty: a record is large, and need not be handed on. Gives whether there was one.
    pub(crate) fn read_next(&mut self, record: &mut Record<'a>) -> Option<()> {
        loop {
            if let Some(ready) = self.ready.next() {
                *record = ready;
                return Some(());
            }
            if self.at.read_next(record, self.spare).is_none() {
                self.at = self.around.pop()?;
                continue;
            }
            let may_be_envelope = record.message_missing || record.message.starts_with(['{', '[']);
            if may_be_envelope && self.deepest > self.around.len() && self.open(record).is_some() {
                continue;
            }
            if let Some(envelope) = &self.at.envelope {
                record.timestamp =
                    record.timestamp.take().or_else(|| Some(envelope.time.clone()?.into_string().into()));
                record.envelope = Some(Arc::clone(envelope));
            }
            return Some(());
        }
    }

    /// Opens the envelope that the record is, if it is one. The record is empty then.
    fn open(&mut self, record: &mut Record<'a>) -> Option<()> {
        let Opened { envelope, records, empty } = envelope::open(record)?;
        let envelope = match &self.at.envelope {
            Some(outer) => envelope.within(outer),
            None => envelope,
        };
        *record = Record::default();
        let inner = match records {
            _ if empty.is_some() => {
                let nothing = Record { left_out: empty, json: true, ..Record::default() };
                self.ready = vec![nothing].into_iter();
                return Some(());
            }
            Cow::Borrowed(text) => Cursor::in_text(text, Some(Arc::new(envelope))),
            Cow::Owned(text) => {
                let at = Cursor::in_text(&text, Some(Arc::new(envelope)));
                let records = Records::at(at, self.deepest - self.around.len() - 1, self.spare);
                self.ready = records.map(Record::into_owned).collect::<Vec<_>>().into_iter();
                return Some(());
            }
        };
        self.around.push(mem::replace(&mut self.at, inner));
        Some(())
    }
}

impl<'a> Cursor<'a> {
    fn read_next(&mut self, record: &mut Record<'a>, spare: &mut Spare) -> Option<()> {
        let (mut before, mut rest) = self.pass_blanks()?;
        while let (Among::Array, Some(behind)) = (self.among, rest.strip_prefix(']')) {
            self.among = Among::Values;
            self.rest = behind;
            (before, rest) = self.pass_blanks()?;
        }
        let at_start = matches!(self.among, Among::Start);
        match self.among {
            Among::Start => {
                // Text that is the whole line keeps its leading blanks; what follows a record does not.
                self.among = Among::Values;
                self.open(rest);
                if let Some((columns, behind)) = columns::split(rest) {
                    self.columns = columns;
                    self.rest = behind;
                }
            }
            Among::Values => {
                before = rest;
                self.open(rest);
            }
            Among::Array => {
                before = rest;
                self.rest = rest;
            }
        }
        if self.value(record, spare).is_none() {
            // With no record behind them, what looked like columns was text too.
            if at_start {
                self.columns = Columns::default();
            }
            self.rest = "";
            // What stands before the damage was read, and its time is the collector's.
            let Record { timestamp, mut others, .. } = mem::take(record);
            others.retain(|other| time_fields().contains(&&*other.name));
            *record = Record { message: Cow::Borrowed(before), timestamp, others, ..Record::default() };
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
            self.among = Among::Array;
            self.rest = elements;
        }
    }

    /// Reads the value that the rest starts with: an object, or an array's element and the comma behind it.
    fn value(&mut self, record: &mut Record<'a>, spare: &mut Spare) -> Option<()> {
        let Among::Array = self.among else {
            self.object(record, spare)?;
            self.pass_comma();
            return Some(());
        };
        if self.object(record, spare).is_none() {
            *record = self.plain_element()?;
        }
        let behind = self.rest.trim_start_matches(BLANKS);
        self.rest = behind.strip_prefix(',').unwrap_or(behind);
        Some(())
    }

    /// Goes behind the comma between two records, or at the end of a line: an array may stand in lines of its elements.
    fn pass_comma(&mut self) {
        let Some(behind) = self.rest.trim_start_matches(BLANKS).strip_prefix(',') else { return };
        let next = behind.trim_start_matches(BLANKS);
        if next.is_empty() || next.starts_with('{') {
            self.rest = next;
        }
    }

    /// An element that is no object.
    fn plain_element(&mut self) -> Option<Record<'a>> {
        let (element, behind) = self.rest.split_at_checked(json::value_length(self.rest)?)?;
        self.rest = behind;
        Some(Record { message: Cow::Borrowed(element), ..Record::default() })
    }

    /// Reads the object that the rest starts with.
    fn object(&mut self, record: &mut Record<'a>, spare: &mut Spare) -> Option<()> {
        if !self.rest.starts_with('{') {
            return None;
        }
        let length = match json::object(self.rest, spare, record) {
            Some(length) => length,
            None => {
                let repaired = repaired_object(self.rest)?;
                *record = repaired.0;
                repaired.1
            }
        };
        record.raw = Cow::Borrowed(part(self.rest, ..length));
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
    let message = record.message_missing.then_some(text.get(..repaired.length)?);
    let record = record.into_owned();
    let message = message.map_or(record.message, Cow::Borrowed);
    let replaced = repaired.replaced;
    Some((Record { message, plain: 0, replaced, ..record }, repaired.length))
}
