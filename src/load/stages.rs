//! Takes lines through the stages: text, records, events, documents.

use std::mem;
use std::ops::ControlFlow;

use super::output::{Note, Output};
use super::reading::{EVENTS_TOGETHER, NumberedLine, PADDING, Text};
use crate::bytes::slice::part;
use crate::config::log_type::{FileFormat, FireLens, LogType};
use crate::document::problem::Problem;
use crate::map::Documents;
use crate::map::compiled::CompiledSection;
use crate::map::event::Event;
use crate::map::event_text;
use crate::map::event_text::FoundEvent;
use crate::map::exclude;
use crate::map::exclude::Exclusions;
use crate::parse::joined;
use crate::parse::joined::EventText;
use crate::parse::marker::EventStart;
use crate::read::object::first_line;
use crate::read::object::line::{Line, LineNumber};
use crate::read::record;
use crate::read::record::Spare;
use crate::read::record::csv::CsvLine;
use crate::read::record::fluentd::Record;
use crate::read::record::raw::{Delimiter, events_within, is_notification, joined_objects, raw_records};
use crate::read::record::{columns, event_fields, firelens};

/// A record that was read, and what was found in it.
struct ReadRecord<'t, 'b> {
    text: &'t Text<'b>,
    record: Record<'t>,
    found: FoundEvent,
}

impl<'t, 'b> ReadRecord<'t, 'b> {
    /// A record that is still to be read.
    fn empty(text: &'t Text<'b>) -> Self {
        Self { text, record: Record::default(), found: FoundEvent::default() }
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

/// The record that a line is as a whole: its text, or its values in an object of CSV.
fn whole_line<'t>(message: &'t str, csv: Option<&CsvLine>) -> Record<'t> {
    match csv {
        Some(CsvLine::LeftOut(rule)) => Record { left_out: Some(rule), json: true, ..Record::default() },
        Some(CsvLine::Values(header)) => {
            header.record(message).unwrap_or_else(|| Record { message: message.into(), ..Record::default() })
        }
        Some(CsvLine::Row(_) | CsvLine::Torn) | None => {
            Record { message: message.into(), ..Record::default() }
        }
    }
}

/// The stages of one object, or of the chunks that one worker takes.
pub(super) struct Stages<'l> {
    section: &'l CompiledSection,
    documents: Documents<'l>,
    /// The line at hand, and how many documents it has given so far.
    part: (LineNumber, usize),
    spare: Spare,
}

impl<'l> Stages<'l> {
    pub(super) fn new(section: &'l CompiledSection, documents: Documents<'l>) -> Self {
        Self { section, documents, part: (LineNumber(0), 0), spare: Spare::default() }
    }

    /// Fresh stages for another worker.
    pub(super) fn another(&self) -> Self {
        Self::new(self.section, self.documents.another())
    }

    /// Takes what the rules have left out since the last call.
    pub(super) fn take_exclusions(&mut self) -> Exclusions {
        self.documents.take_exclusions()
    }

    pub(super) fn lines(&mut self, lines: &[NumberedLine<'_>], output: &mut Output<'_>) -> ControlFlow<()> {
        let texts: Vec<_> = lines.iter().map(|line| Text::of(line, self.section.log_type.encoding)).collect();
        let log_type = self.section.log_type();
        let is_json_section = matches!(log_type.file_format, FileFormat::Json);
        let holds_events = is_json_section && self.section.holds_events();
        let delimiter = log_type.json_delimiter.as_deref().filter(|_| holds_events).map(Delimiter::new);
        let mut records = Vec::with_capacity(EVENTS_TOGETHER + 1);
        let mut spare = mem::take(&mut self.spare);
        for (text, NumberedLine { csv, .. }) in texts.iter().zip(lines) {
            let message = text.text.trim_start_matches(PADDING);
            let is_collected = csv.is_none() && is_collected(message, self.section);
            let is_json = match csv {
                None => {
                    is_json_section || log_type.firelens.is_some() || is_enveloped(message) || is_collected
                }
                Some(CsvLine::Row(_)) => message.trim_start().starts_with('{'),
                Some(_) => false,
            };
            let is_raw = holds_events && !is_collected && !is_raw_enveloped(message, log_type);
            let mut raw = Vec::new();
            if is_raw {
                raw_records(message, delimiter.as_ref(), &mut raw);
            }
            let is_whole = !is_json && text.identity.is_some();
            let is_entry = is_whole
                && csv.is_none()
                && self.section.profile.is_w3c()
                && message.trim_start().starts_with('{');
            if is_entry {
                raw.extend(joined_objects(message).into_iter().map(|object| whole_line(object, None)));
            }
            let mut raw = raw.into_iter();
            let mut rest = record::records(if is_json && !is_raw { message } else { "" }, &mut spare);
            let mut whole = (is_whole && !is_entry).then(|| whole_line(message, csv.as_ref()));
            // A line that does not fit its header may be a part of a value: nothing in it is an event.
            let is_refused = matches!(csv, Some(CsvLine::Values(_) | CsvLine::Torn))
                && whole.as_ref().is_some_and(|record| !record.json);
            let mut has_events = false;
            loop {
                let read = match records.last_mut() {
                    Some(last) => last,
                    None => records.push_mut(ReadRecord::empty(text)),
                };
                read.text = text;
                let mut is_event = is_raw;
                match whole.take().or_else(|| raw.next().inspect(|_| is_event = true)) {
                    Some(record) => read.record = record,
                    None if !is_raw && rest.read_next(&mut read.record).is_some() => {}
                    None => break,
                }
                let record = &mut read.record;
                if let Some(FireLens { ignores_stderr }) = log_type.firelens {
                    firelens::unwrap(record, ignores_stderr);
                }
                let own_rule = || exclude::own_rule(record, self.section.own_log_group.as_deref());
                record.left_out = record.left_out.or_else(own_rule);
                if is_refused {
                    read.found.start = EventStart::WithinOtherText;
                } else if record.left_out.is_none() && !is_event {
                    read.found = event_text::find(record, self.section);
                    let is_text = read.found.start.marker().is_some() || !self.section.takes_json();
                    if record.envelope.is_some() && !is_text {
                        let is_read = record.message_missing;
                        record.become_event();
                        if holds_events && record.message_missing {
                            if is_read {
                                // They are the event's, and no collector's.
                                record.others.clear();
                            }
                            raw = events_within(record, delimiter.as_ref()).into_iter();
                            read.found = FoundEvent::default();
                            continue;
                        }
                    }
                }
                has_events = true;
                if records.len() > EVENTS_TOGETHER {
                    self.records(&records, &texts, output)?;
                    records.clear();
                }
                records.push(ReadRecord::empty(text));
            }
            if !has_events && text.identity.is_some() {
                output.note(text.line.number, Note::WithoutEvents);
            }
        }
        records.truncate(records.len().saturating_sub(1));
        self.records(&records, &texts, output)?;
        for read in &mut records {
            spare.give_back(&mut read.record.message);
        }
        self.spare = spare;
        output.count_all(&texts);
        ControlFlow::Continue(())
    }

    fn records(
        &mut self,
        records: &[ReadRecord<'_, '_>],
        texts: &[Text<'_>],
        output: &mut Output<'_>,
    ) -> ControlFlow<()> {
        let mut events = Vec::with_capacity(EVENTS_TOGETHER);
        for ReadRecord { text, record, found } in records {
            let Text { line: Line { number: line, .. }, identity: Some(identity), columns, .. } = text else {
                continue;
            };
            if let Some(rule) = record.left_out {
                self.events(&events, texts, output)?;
                events.clear();
                let part = self.next_part(*line);
                output.leave_out(rule, part, *line, texts);
                continue;
            }
            if record.message_missing && self.section.paths_for(record, found.start).is_none() {
                output.note(*line, Note::Problem(Problem::MessageMissing, 1));
            }
            if self.section.log_type.via_cwl && record.envelope.is_none() {
                output.note(*line, Note::Problem(Problem::NotInEnvelope, 1));
            }
            if found.further > 0 {
                output.note(*line, Note::Problem(Problem::FurtherEventField, found.further));
            }
            let whole = self.section.paths_for(record, found.start);
            let whole = whole.map(|_| EventText { text: &record.raw, start: EventStart::Nowhere, quoted: 0 });
            let parts = whole.is_none().then(|| joined::events(&record.message, found.start));
            for EventText { text, start, quoted } in whole.into_iter().chain(parts.into_iter().flatten()) {
                if quoted > 0 {
                    output.note(*line, Note::Problem(Problem::EventInValue, quoted));
                }
                let part = self.next_part(*line);
                // The source of an object of JSON is no row.
                let columns = columns.filter(|_| !(record.json && record.message_missing));
                events.push(Event { record, text, start, line: *line, identity, part, columns });
                if events.len() == EVENTS_TOGETHER {
                    self.events(&events, texts, output)?;
                    events.clear();
                }
            }
        }
        self.events(&events, texts, output)
    }

    fn events(
        &mut self,
        events: &[Event<'_>],
        texts: &[Text<'_>],
        output: &mut Output<'_>,
    ) -> ControlFlow<()> {
        self.documents.make(events, &mut |document| output.take(document, texts))
    }

    /// The number of a line's next document.
    fn next_part(&mut self, line: LineNumber) -> usize {
        let (of, next) = &mut self.part;
        if *of != line {
            (*of, *next) = (line, 0);
        }
        *next += 1;
        *next - 1
    }
}
