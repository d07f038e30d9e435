//! Takes a line apart into records.

use std::borrow::Cow;
use std::mem;
use std::vec;

use super::reading::{PADDING, Text};
use crate::bytes::slice::part;
use crate::config::log_type::{FileFormat, LogType};
use crate::map::compiled::CompiledSection;
use crate::map::event_text;
use crate::read::object::first_line;
use crate::read::record;
use crate::read::record::csv::CsvLine;
use crate::read::record::fluentd::Record;
use crate::read::record::raw::{Delimiter, is_notification, joined_objects, raw_records};
use crate::read::record::{Records, Spare, columns, event_fields, several};

/// What a line holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// Records of a collector, or an envelope.
    Records,
    /// Objects of JSON that are events themselves.
    Events,
    /// Objects of JSON, one behind the other, in a section whose lines are no JSON.
    Entries,
    /// One record: the line as a whole.
    Whole,
}

/// What is known of a record when it is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It is the event itself.
    Event,
    /// The event is still to be found in it.
    Record,
    /// It does not fit its header, so it may be a part of a value: nothing in it is an event.
    Torn,
}

/// The records of one line, in their order.
pub(super) struct LineRecords<'t, 's> {
    whole: Option<(Record<'t>, Known)>,
    events: vec::IntoIter<Record<'t>>,
    /// What is known of those events: the same of all, for a section's events are texts or objects.
    known: Known,
    rest: Records<'t, 's>,
}

impl<'t, 's> LineRecords<'t, 's> {
    /// `delimiter` names the array of an object that holds the events.
    pub(super) fn new(
        text: &'t Text<'_>,
        csv: Option<&CsvLine>,
        section: &CompiledSection,
        delimiter: Option<&Delimiter<'_>>,
        spare: &'s mut Spare,
    ) -> Self {
        let message = text.text.trim_start_matches(PADDING);
        let (mut whole, mut events, mut records) = (None, Vec::new(), "");
        let texts = if csv.is_none() { event_texts(message, section) } else { None };
        let known = if texts.is_some() { Known::Record } else { Known::Event };
        match content(message, csv, section) {
            _ if texts.is_some() => events.extend(texts.into_iter().flatten()),
            Content::Records => records = message,
            Content::Events => raw_records(message, delimiter, &mut events),
            Content::Entries if message.trim_start().starts_with('[') => {
                raw_records(message, None, &mut events);
                events.iter_mut().for_each(|entry| *entry = text_record(mem::take(&mut entry.message)));
            }
            Content::Entries => {
                events.extend(joined_objects(message).into_iter().map(|entry| text_record(entry.into())));
            }
            Content::Whole => whole = Some(whole_line(message, csv)),
        }
        Self { whole, events: events.into_iter(), known, rest: record::records(records, spare) }
    }

    /// Reads the next record, into the buffers of `record`.
    pub(super) fn next(&mut self, record: &mut Record<'t>) -> Option<Known> {
        if let Some((whole, known)) = self.whole.take() {
            *record = whole;
            return Some(known);
        }
        if let Some(event) = self.events.next() {
            *record = event;
            return Some(self.known);
        }
        self.rest.read_next(record).map(|()| Known::Record)
    }

    /// Goes on with the records that stood in one.
    pub(super) fn go_on_with(&mut self, records: Vec<Record<'t>>, known: Known) {
        self.known = known;
        self.events = records.into_iter().chain(self.events.by_ref()).collect::<Vec<_>>().into_iter();
    }
}

/// The records of the texts of the array that a line is, if each of them is an event: of the values of a row one may quote an event. Or those
/// of the one text that a line is, as Kafka Connect writes it, which may be JSON again.
fn event_texts(line: &str, section: &CompiledSection) -> Option<Vec<Record<'static>>> {
    let line = line.trim();
    let is_event = |text: &str| event_text::is_event(text, section);
    if line.starts_with('"') {
        let text: String = serde_json::from_str(line).ok()?;
        let is_json = matches!(section.log_type.file_format, FileFormat::Json) && text.starts_with('{');
        return if is_json {
            Some(several::read(&text))
        } else {
            is_event(&text).then(|| vec![text_record(text.into())])
        };
    }
    if !line.strip_prefix('[')?.trim_start().starts_with('"') {
        return None;
    }
    let texts: Vec<String> = serde_json::from_str(line).ok()?;
    let are_events = texts.iter().all(|text| is_event(text));
    are_events.then(|| texts.into_iter().map(|text| text_record(text.into())).collect())
}

fn content(line: &str, csv: Option<&CsvLine>, section: &CompiledSection) -> Content {
    let log_type = section.log_type();
    let line = line.trim_start();
    let is_object = line.starts_with('{');
    let first = line.strip_prefix('[').map_or(line, str::trim_start);
    let has_records = matches!(log_type.file_format, FileFormat::Json) || log_type.firelens.is_some();
    match csv {
        Some(CsvLine::Row(_)) if section.is_event(first) => Content::Entries,
        Some(CsvLine::Row(_)) if first.starts_with('{') => Content::Records,
        Some(_) => Content::Whole,
        None if is_collected(line, section) => Content::Records,
        None if section.holds_events() && !is_raw_enveloped(line, log_type) => Content::Events,
        None if has_records || is_enveloped(line) => Content::Records,
        None if is_object && section.profile.is_w3c() => Content::Entries,
        None => Content::Whole,
    }
}

/// Whether a line may be an envelope, in a section whose lines are no JSON. The records tell for certain.
fn is_enveloped(line: &str) -> bool {
    first_line::is_envelope(line.trim_start().as_bytes())
}

/// Whether a line of a section whose lines are the events themselves has them in an envelope all the same.
fn is_raw_enveloped(line: &str, log_type: &LogType) -> bool {
    log_type.firelens.is_some()
        || is_enveloped(line) && (log_type.via_cwl || line.contains("\"messageType\""))
        || is_notification(line)
}

/// Whether a line of a section whose lines are the events themselves is an envelope, a collector's record with such an event in it, or columns
/// of fluentd with one behind them.
fn is_collected(line: &str, section: &CompiledSection) -> bool {
    let line = line.trim_start();
    let is_object = line.strip_prefix('[').map_or(line, str::trim_start).starts_with('{');
    let is_json = match &section.log_type.file_format {
        FileFormat::Text(_) if section.profile.is_w3c() => false,
        FileFormat::Text(pattern) if is_object => !pattern.is_match(line),
        _ if is_object => section.knows_members() && holds_object(line),
        FileFormat::Text(_) => columns::split(line).is_some(),
        _ => section.knows_members() && columns::split(line).is_some(),
    };
    if !is_json {
        return false;
    }
    let mut first = record::records(line, &mut Spare::default()).next().unwrap_or_default();
    let is_behind_columns = !is_object && first.json && section.is_event(&first.raw);
    first.envelope.is_some() || is_behind_columns || event_text::part_from_collector(&mut first, section)
}

/// Whether an object of JSON stands in a text of the line's own, or in a field in which collectors write events.
fn holds_object(line: &str) -> bool {
    memchr::memchr_iter(b'{', line.as_bytes()).skip(1).any(|brace| {
        let before = part(line, ..brace).trim_end();
        if let Some(before) = before.strip_suffix(':') {
            let name = before.trim_end().strip_suffix('"').and_then(|before| before.rsplit_once('"'));
            return name.is_some_and(|(_, name)| event_fields::is_name(name));
        }
        before.ends_with('"')
    })
}

fn text_record(message: Cow<'_, str>) -> Record<'_> {
    Record { message, ..Record::default() }
}

/// The record that a line is as a whole: its text, or its values in an object of CSV.
fn whole_line<'t>(message: &'t str, csv: Option<&CsvLine>) -> (Record<'t>, Known) {
    let text = || text_record(message.into());
    match csv {
        Some(CsvLine::LeftOut(rule)) => {
            (Record { left_out: Some(rule), json: true, ..Record::default() }, Known::Record)
        }
        Some(CsvLine::Values(header)) => {
            header.record(message).map_or_else(|| (text(), Known::Torn), |record| (record, Known::Record))
        }
        Some(CsvLine::Torn) => (text(), Known::Torn),
        Some(CsvLine::Row(_)) | None => (text(), Known::Record),
    }
}
