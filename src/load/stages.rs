//! Takes lines through the stages: text, records, events, documents.

use std::mem;
use std::ops::ControlFlow;

use super::line_records::{Known, LineRecords};
use super::output::{Note, Output};
use super::reading::{EVENTS_TOGETHER, NumberedLine, Text};
use crate::config::log_type::FireLens;
use crate::document::problem::Problem;
use crate::map::Documents;
use crate::map::compiled::CompiledSection;
use crate::map::event::Event;
use crate::map::event_text;
use crate::map::event_text::FoundEvent;
use crate::map::exclude::Exclusions;
use crate::parse::joined;
use crate::parse::joined::EventText;
use crate::parse::marker::{self, EventStart};
use crate::read::object::line::{Line, LineNumber};
use crate::read::record::Spare;
use crate::read::record::firelens;
use crate::read::record::fluentd::Record;
use crate::read::record::raw::{Delimiter, events_within};
use crate::read::record::several;

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

/// The stages of one object, or of the chunks that one worker takes.
pub(super) struct Stages<'l> {
    section: &'l CompiledSection,
    documents: Documents<'l>,
    /// The array of an object that holds them.
    delimiter: Option<Delimiter<'l>>,
    /// The line at hand, and how many documents it has given so far.
    part: (LineNumber, usize),
    spare: Spare,
}

impl<'l> Stages<'l> {
    pub(super) fn new(section: &'l CompiledSection, documents: Documents<'l>) -> Self {
        let delimiter = section.log_type().json_delimiter.as_deref().filter(|_| section.holds_events());
        Self {
            section,
            documents,
            delimiter: delimiter.map(Delimiter::new),
            part: (LineNumber(0), 0),
            spare: Spare::default(),
        }
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
        let mut records = Vec::with_capacity(EVENTS_TOGETHER + 1);
        let mut spare = mem::take(&mut self.spare);
        for (text, NumberedLine { csv, .. }) in texts.iter().zip(lines) {
            if text.identity.is_none() {
                continue;
            }
            let delimiter = self.delimiter.as_ref();
            let mut rest = LineRecords::new(text, csv.as_ref(), self.section, delimiter, &mut spare);
            let mut has_events = false;
            loop {
                let read = match records.last_mut() {
                    Some(last) => last,
                    None => records.push_mut(ReadRecord::empty(text)),
                };
                read.text = text;
                let Some(known) = rest.next(&mut read.record) else { break };
                if let Some((inner, known)) = self.find_event(read, known) {
                    rest.go_on_with(inner, known);
                    continue;
                }
                has_events = true;
                if records.len() > EVENTS_TOGETHER {
                    self.records(&records, &texts, output)?;
                    records.clear();
                }
                records.push(ReadRecord::empty(text));
            }
            if !has_events {
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

    /// Finds the event in a record. Gives the records in it where it holds several, or is an envelope's and its events are objects of their own.
    fn find_event<'t>(
        &self,
        read: &mut ReadRecord<'t, '_>,
        known: Known,
    ) -> Option<(Vec<Record<'t>>, Known)> {
        let ReadRecord { record, found, .. } = read;
        if let Some(FireLens { ignores_stderr }) = self.section.log_type.firelens {
            firelens::unwrap(record, ignores_stderr);
        }
        let own_rule = || own_rule(record, self.section.own_log_group.as_deref());
        record.left_out = record.left_out.or_else(own_rule);
        match known {
            Known::Torn => found.start = EventStart::WithinOtherText,
            Known::Record if record.left_out.is_none() => *found = event_text::find(record, self.section),
            Known::Record | Known::Event => return None,
        }
        let is_without = matches!(found.start, EventStart::Nowhere | EventStart::WithinOtherText);
        if is_without
            && record.json
            && !self.section.takes_json()
            && let Some(inner) = several::records_within(record, &|text| marker::find(text).is_some())
        {
            *found = FoundEvent::default();
            return Some((inner, Known::Record));
        }
        let is_text = found.start.marker().is_some() || !self.section.takes_json();
        if record.envelope.is_none() || is_text {
            return None;
        }
        let is_object = record.message_missing;
        record.become_event();
        if !self.section.holds_events() || !record.message_missing {
            return None;
        }
        if is_object {
            // They are the event's, and no collector's.
            record.others.clear();
        }
        *found = FoundEvent::default();
        Some((events_within(record, self.delimiter.as_ref()), Known::Event))
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
            if record.replaced {
                output.note(*line, Note::Problem(Problem::NotUtf8, 1));
            }
            // Who reads a record that is the event itself counts its keys.
            if record.repeated && self.section.paths_for(record, found.start).is_none() {
                output.note(*line, Note::Problem(Problem::RepeatedKey, 1));
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

/// The name of the rule by which a record is left out that the loader itself wrote, so that it never loads its own noise in a circle: a
/// dead letter, or a line of its log, which CloudWatch Logs can send to S3. Other records with a `message` are not looked at, as those of
/// fluentd are. `log_group` is that of the process.
fn own_rule(record: &Record<'_>, log_group: Option<&str>) -> Option<&'static str> {
    /// Fields that a dead letter has, all of them.
    const DEAD_LETTER: [&str; 6] = ["format", "loader", "config", "line", "index", "reason"];
    if let Some(envelope) = &record.envelope {
        let group = envelope.log_group.as_deref();
        return (group.is_some() && group == log_group).then_some("the loader's own log");
    }
    let is_letter =
        record.message_missing && DEAD_LETTER.into_iter().all(|name| record.other(name).is_some());
    is_letter.then_some("the loader's own dead letter")
}
