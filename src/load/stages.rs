//! Takes lines through the stages: text, records, events, documents.

use std::mem;
use std::ops::ControlFlow;

use super::output::Output;
use super::reading::{EVENTS_TOGETHER, NumberedLine};
use super::text::Text;
use crate::config::log_type::FileFormat;
use crate::document::problem::Problem;
use crate::map::Documents;
use crate::map::compiled::CompiledSection;
use crate::map::event::Event;
use crate::map::exclude;
use crate::map::exclude::Exclusions;
use crate::parse::marker;
use crate::read::object::line::{Line, LineNumber};
use crate::read::record;
use crate::read::record::Spare;
use crate::read::record::fluentd::Record;

const BYTE_ORDER_MARK: char = '\u{feff}';

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
        let texts: Vec<_> = lines.iter().map(Text::of).collect();
        let is_json = matches!(self.section.log_type().file_format, FileFormat::Json);
        // The last record is empty: the next one is read into it.
        let mut records = Vec::with_capacity(EVENTS_TOGETHER + 1);
        let mut spare = mem::take(&mut self.spare);
        for text in &texts {
            let message = text.text.trim_start_matches(BYTE_ORDER_MARK);
            let mut rest = record::records(if is_json { message } else { "" }, &mut spare);
            let mut whole = (!is_json && text.identity.is_some()).then_some(message);
            loop {
                let (of, record) = match records.last_mut() {
                    Some(last) => last,
                    None => records.push_mut((text, Record::default())),
                };
                *of = text;
                match whole.take() {
                    Some(message) => record.message = message.into(),
                    None if rest.read_next(record).is_some() => {}
                    None => break,
                }
                if records.len() > EVENTS_TOGETHER {
                    self.records(&records, &texts, output)?;
                    records.clear();
                }
                records.push((text, Record::default()));
            }
        }
        records.truncate(records.len().saturating_sub(1));
        self.records(&records, &texts, output)?;
        for (_, record) in &mut records {
            spare.give_back(&mut record.message);
        }
        self.spare = spare;
        output.count_all(&texts);
        ControlFlow::Continue(())
    }

    fn records(
        &mut self,
        records: &[(&Text<'_>, Record<'_>)],
        texts: &[Text<'_>],
        output: &mut Output<'_>,
    ) -> ControlFlow<()> {
        let mut events = Vec::with_capacity(EVENTS_TOGETHER);
        for (text, record) in records {
            let Text { line: Line { number: line, .. }, identity: Some(identity), .. } = text else {
                continue;
            };
            if let Some(rule) = exclude::own_rule(record, self.section.own_log_group.as_deref()) {
                self.events(&events, texts, output)?;
                events.clear();
                let part = self.next_part(*line);
                output.leave_out(rule, part, *line, texts);
                continue;
            }
            if record.message_missing {
                output.note(Problem::MessageMissing);
            }
            for text in marker::split(&record.message) {
                let part = self.next_part(*line);
                events.push(Event { record, text, line: *line, identity, part });
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
