//! A document: written as its bulk operation, or explained.

use bumpalo::Bump;

use super::collected::Collected;
use super::compiled::CompiledSection;
use super::event::{Event, ObjectFacts, Written};
use super::exclude::{Exclusions, Hits};
use super::explain::explain;
use super::explain::explanation::Explanation;
use super::finished::{ChosenId, FinishedEvent};
use super::index_name::IndexNames;
use super::mapped::MappedEvent;
use crate::bytes::json::{self, EventText};
use crate::bytes::slice::cut;
use crate::config::log_type::LogType;
use crate::document::fields::Fields;
use crate::document::problem::{Problem, Problems};
use crate::document::row::Row;

/// A document that is ready to be written.
pub struct Document<'w, 'd, 'p> {
    pub(super) event: &'w FinishedEvent<'w, 'd>,
    pub(super) section: &'d CompiledSection,
    pub(super) facts: &'d ObjectFacts,
    pub(super) index_names: &'w mut IndexNames<'p>,
    pub(super) hits: &'w mut Hits,
    pub(super) arena: &'d Bump,
}

impl Document<'_, '_, '_> {
    /// The event that it was made of.
    pub fn event(&self) -> &Event<'_> {
        &self.event.mapped.read.event
    }

    /// Its values.
    pub fn row(&self) -> &Row<'_> {
        &self.event.mapped.row
    }

    /// The fields that it can have.
    pub fn fields(&self) -> &Fields {
        &self.section.fields
    }

    /// What is odd about its event.
    #[cfg(feature = "playground")]
    pub(crate) fn problems(&self) -> &Problems {
        &self.event.mapped.read.problems
    }

    /// Where each value comes from, for documents that [`crate::load::visit`] shows.
    pub fn explain(&self) -> Explanation {
        let Self { event, section, facts, index_names, arena, .. } = self;
        let kept = event.mapped.read.json.is_some().then(|| written_alone(event.mapped, &section.fields));
        let document = kept.and_then(|json| serde_json::from_slice(&json).ok());
        explain(event, section, facts, (*index_names).clone(), document, arena)
    }

    /// The section of user.ini that it was read by.
    pub(crate) fn log_type(&self) -> &LogType {
        &self.section.log_type
    }

    /// Whether the JSON objects of its section are events themselves.
    pub(crate) fn takes_json(&self) -> bool {
        self.section.takes_json()
    }

    /// The product that an event names which is none of the section's, as `products` takes it.
    pub(crate) fn unknown_product(&self) -> Option<String> {
        const LONGEST: usize = 200;
        let read = &self.event.mapped.read;
        if read.problems.count(Problem::UnknownProduct) == 0 {
            return None;
        }
        Some(cut(read.header.product, LONGEST))
    }

    /// The field in which a collector says when it read the line, in a form that is not read.
    pub(crate) fn unread_time(&self) -> Option<String> {
        let read = &self.event.mapped.read;
        if read.problems.count(Problem::CollectorTimeUnread) == 0 {
            return None;
        }
        Collected::unread_field(read.event.record, self.section).map(ToOwned::to_owned)
    }

    /// Writes the bulk operation: the action line and the document, each with its line end. Writes and counts nothing if a rule
    /// leaves the document out.
    pub fn write(&mut self, out: &mut Vec<u8>, problems: &mut Problems) -> Written {
        let excluded = self.is_excluded();
        if !excluded {
            self.write_operation(out, problems);
        }
        let FinishedEvent { mapped, time, clock, .. } = self.event;
        let pipeline_error = mapped.pipeline_error;
        Written { time: time.time.instant, clock: *clock, pipeline_error, excluded }
    }

    /// What the rules have done with the documents before this one since this was asked last.
    pub(crate) fn take_exclusions(&mut self) -> Exclusions {
        self.hits.take(self.section.exclusion.as_ref())
    }

    /// Whether a rule leaves the document out; counts what the rules did.
    fn is_excluded(&mut self) -> bool {
        let Self { event: FinishedEvent { mapped, .. }, section, hits, arena, .. } = self;
        let Some(rules) = &section.exclusion else { return false };
        let sources = mapped.read.sources(arena);
        let source = |origin: &_| sources.first(origin, &mapped.read.keyed);
        let json = || written_alone(mapped, &section.fields);
        rules.excludes(source, &mapped.row, json, hits)
    }

    fn write_operation(&mut self, out: &mut Vec<u8>, problems: &mut Problems) {
        let Self { event, section, facts, index_names, .. } = self;
        let FinishedEvent { mapped, id, .. } = event;
        let index = index_names.name(event.index_time(), facts.around.load);
        write_action(index, section.ids.then_some(*id), out);
        let Event { record, text, .. } = mapped.read.event;
        let text = EventText::within(&record.message, record.plain, text);
        let cut = write_document(mapped, &section.fields, text, out);
        out.push(b'\n');
        problems.merge(&mapped.read.problems);
        problems.add_many(Problem::StringCut, u64::from(cut));
    }
}

/// Writes a document. Gives the number of strings that were cut.
fn write_document(
    mapped: &MappedEvent<'_, '_>,
    fields: &Fields,
    text: EventText<'_>,
    out: &mut Vec<u8>,
) -> u32 {
    match &mapped.read.json {
        Some(json) => json.write(&mapped.row, fields, text, out),
        None => mapped.row.write_json(fields, text, out),
    }
}

/// The document without the line that it was made of.
fn written_alone(mapped: &MappedEvent<'_, '_>, fields: &Fields) -> Vec<u8> {
    let mut json = Vec::new();
    write_document(mapped, fields, "".into(), &mut json);
    json
}

fn write_action(index: &str, id: Option<ChosenId<'_>>, out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"index":{"_index":"#);
    json::string(index, out);
    if let Some(ChosenId { text, suffix, .. }) = id {
        out.extend_from_slice(br#","_id":"#);
        match suffix {
            Some(suffix) => json::string(&[text, "_", suffix].concat(), out),
            None => json::string(text, out),
        }
    }
    out.extend_from_slice(b"}}\n");
}
