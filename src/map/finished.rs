//! The third stage: a document is finished. It has its time, its id and what every document has, and is written as its bulk
//! operation, or explained.

use bumpalo::Bump;

use super::base::{Created, base_fields, event_time};
use super::compiled::CompiledSection;
use super::event::{Event, ObjectFacts, Written};
use super::exclude::Hits;
use super::explain::explain;
use super::explain::explanation::Explanation;
use super::index_name::IndexNames;
use super::left_over::field_name;
use super::mapped::MappedEvent;
use super::read::ReadEvent;
use super::table::Sources;
use crate::bytes::json;
use crate::bytes::json::EventText;
use crate::document::field_list::FieldId;
use crate::document::fields::Fields;
use crate::document::origin::RecordField;
use crate::document::problem::{Problem, Problems};
use crate::document::row::Row;
use crate::document::trace::{Read, Step};
use crate::document::value::Value;
use crate::parse::pairs::event_keys::is_empty_value;
use crate::parse::time;
use crate::parse::time::ZonedTime;

/// The longest `_id` that OpenSearch takes, in bytes.
pub(super) const MAX_ID: usize = 512;

/// An event whose row is a whole document.
pub(super) struct FinishedEvent<'m, 'd> {
    pub(super) mapped: &'m MappedEvent<'m, 'd>,
    /// `@timestamp`.
    pub(super) time: ZonedTime,
    pub(super) time_origin: time::Origin,
    /// What `doc_id_suffix` adds to the id.
    pub(super) id_suffix: Option<&'d str>,
}

impl<'m, 'd> FinishedEvent<'m, 'd> {
    /// Fills the times, the id and what is the same for all documents.
    pub(super) fn finish(
        mapped: &'m mut MappedEvent<'_, 'd>,
        section: &'d CompiledSection,
        created: &'d Created,
        facts: &'d ObjectFacts,
        ingested: &'d str,
        arena: &'d Bump,
    ) -> Self {
        let (time, time_origin) = set_times(mapped, section, created, facts, arena);
        base_fields(section, facts, ingested, &mut mapped.row);
        let id_suffix = set_id(mapped, section, arena);
        Self { mapped, time, time_origin, id_suffix }
    }
}

fn set_times<'d>(
    mapped: &mut MappedEvent<'_, 'd>,
    section: &'d CompiledSection,
    created: &'d Created,
    facts: &ObjectFacts,
    arena: &'d Bump,
) -> (ZonedTime, time::Origin) {
    let MappedEvent { read, row, .. } = mapped;
    let (time, origin) = event_time(section, &read.sources(arena), &read.keyed, created.time, &facts.around);
    if !matches!(origin, time::Origin::Syslog | time::Origin::Field) {
        read.problems.add(Problem::TimeFallback);
    }
    row.step(Step::Time);
    row.set(FieldId::TIMESTAMP, Value::Time(arena.alloc(time)));
    row.set(FieldId::DS_TIMESTAMP_SOURCE, Value::Word(origin.word()));
    row.because(Step::Created, || Read::Record(RecordField::Timestamp));
    match created.time {
        Some(_) => row.set_if_absent(FieldId::EVENT_CREATED, Value::Word(&created.written)),
        None => {
            let text = read.event.record.timestamp.as_deref();
            if let Some(text) = text.filter(|text| !is_empty_value(text)) {
                row.leave_over(field_name("timestamp", section, row, arena), Value::Text(text));
            }
        }
    }
    (time, origin)
}

/// Gives the document its id, and what stands behind it.
fn set_id<'d>(
    mapped: &mut MappedEvent<'_, 'd>,
    section: &'d CompiledSection,
    arena: &'d Bump,
) -> Option<&'d str> {
    let MappedEvent { read, row, .. } = mapped;
    let ReadEvent { event, syslog, header, keyed, problems, .. } = &mut **read;
    let sources = Sources { record: event.record, syslog, header, arena };
    let content_id = event.identity.document(event.part).text_in(arena);
    let suffix = section.doc_id_suffix.as_ref().and_then(|origin| sources.first(origin, keyed));
    // An id that had to be cut could be another document's.
    let longest = MAX_ID - suffix.map_or(0, |suffix| suffix.len() + 1).min(MAX_ID);
    let named_id = section.doc_id.as_ref().and_then(|origin| sources.first(origin, keyed));
    let named_id = named_id.filter(|id| id.len() <= longest);
    if section.doc_id.is_some() && named_id.is_none() {
        problems.add(Problem::DocIdMissing);
    }
    let id = match named_id {
        Some(id) => Value::Text(id),
        None => Value::Word(content_id),
    };
    row.step(Step::Id);
    row.set(FieldId::ID, id);
    suffix.filter(|_| longest >= content_id.len())
}

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

    /// Where each value comes from, for documents that [`crate::load::visit`] shows.
    pub fn explain(&self) -> Explanation {
        explain(self.event, self.section, self.facts, &self.event.mapped.read.sources(self.arena))
    }

    /// Writes the bulk operation: the action line and the document, each with its line end. Writes and counts nothing if a rule
    /// leaves the document out.
    pub fn write(&mut self, out: &mut Vec<u8>, problems: &mut Problems) -> Written {
        let excluded = self.is_excluded();
        if !excluded {
            self.write_operation(out, problems);
        }
        let FinishedEvent { mapped, time, .. } = self.event;
        Written { time: time.instant, pipeline_error: mapped.pipeline_error, excluded }
    }

    /// Whether a rule leaves the document out; counts what the rules did.
    fn is_excluded(&mut self) -> bool {
        let Self { event: FinishedEvent { mapped, .. }, section, hits, arena, .. } = self;
        let Some(rules) = &section.exclusion else { return false };
        let sources = mapped.read.sources(arena);
        let source = |origin: &_| sources.first(origin, &mapped.read.keyed);
        let json = || {
            let mut json = Vec::new();
            mapped.row.write_json(&section.fields, "".into(), &mut json);
            json
        };
        rules.excludes(source, &mapped.row, json, hits)
    }

    fn write_operation(&mut self, out: &mut Vec<u8>, problems: &mut Problems) {
        let Self {
            event: FinishedEvent { mapped, time, id_suffix, .. }, section, facts, index_names, ..
        } = self;
        let index = index_names.name(time.instant, facts.around.load);
        let id = section.ids.then(|| (mapped.row.text(FieldId::ID).unwrap_or_default(), *id_suffix));
        write_action(index, id, out);
        let Event { record, text, .. } = mapped.read.event;
        let text = EventText::within(&record.message, record.plain, text);
        let cut = mapped.row.write_json(&section.fields, text, out);
        out.push(b'\n');
        problems.merge(&mapped.read.problems);
        problems.add_many(Problem::StringCut, u64::from(cut));
    }
}

fn write_action(index: &str, id: Option<(&str, Option<&str>)>, out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"index":{"_index":"#);
    json::string(index, out);
    if let Some((id, suffix)) = id {
        out.extend_from_slice(br#","_id":"#);
        match suffix {
            Some(suffix) => json::string(&[id, "_", suffix].concat(), out),
            None => json::string(id, out),
        }
    }
    out.extend_from_slice(b"}}\n");
}
