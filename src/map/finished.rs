//! The third stage: an event is finished. Its row has the time, the id and what every document has.

use bumpalo::Bump;

use super::base::{Created, base_fields};
use super::compiled::CompiledSection;
use super::event::ObjectFacts;
use super::event_time::EventTimes;
use super::left_over::field_name;
use super::mapped::MappedEvent;
use super::read::ReadEvent;
use super::table::Sources;
use crate::document::field_list::FieldId;
use crate::document::origin::RecordField;
use crate::document::problem::Problem;
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
    /// fluentd's `timestamp`, read.
    pub(super) created: &'d Created,
    /// `@timestamp`.
    pub(super) time: ZonedTime,
    pub(super) time_origin: time::Origin,
    pub(super) id: ChosenId<'d>,
}

/// The `_id` of a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChosenId<'d> {
    /// The id without what `doc_id_suffix` adds.
    pub(super) text: &'d str,
    /// The text is what `doc_id` names; or else it is made of the line.
    pub(super) is_named: bool,
    /// What `doc_id_suffix` adds.
    pub(super) suffix: Option<&'d str>,
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
        base_fields(section, facts, mapped.read.event.record, ingested, &mut mapped.row);
        let id = set_id(mapped, section, arena);
        Self { mapped, created, time, time_origin, id }
    }

    /// The times that `@timestamp` was chosen from.
    pub(super) fn times<'e>(
        &'e self,
        section: &'e CompiledSection,
        facts: &ObjectFacts,
        arena: &'d Bump,
    ) -> EventTimes<'e, 'd> {
        let read = &self.mapped.read;
        EventTimes::new(section, read.sources(arena), &read.keyed, self.created.time, &facts.around)
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
    let sources = read.sources(arena);
    let (time, origin) = EventTimes::new(section, sources, &read.keyed, created.time, &facts.around).choose();
    if !matches!(origin, time::Origin::Syslog | time::Origin::Field) {
        read.problems.add(Problem::TimeFallback);
    }
    row.trace.step(Step::Time);
    row.set(FieldId::TIMESTAMP, Value::Time(arena.alloc(time)));
    row.set(FieldId::TIMESTAMP_SOURCE, Value::Word(origin.word()));
    row.trace.reason(Step::Created, || Read::Record(RecordField::Timestamp.name()));
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

/// Gives the document its id.
fn set_id<'d>(
    mapped: &mut MappedEvent<'_, 'd>,
    section: &'d CompiledSection,
    arena: &'d Bump,
) -> ChosenId<'d> {
    let MappedEvent { read, row, .. } = mapped;
    let ReadEvent { event, syslog, header, keyed, problems, device_kind, .. } = &mut **read;
    let sources = Sources { record: event.record, syslog, header, device: *device_kind, arena };
    let content_id = event.identity.document(event.part).text_in(arena);
    let suffix = section.doc_id_suffix.as_ref().and_then(|origin| sources.first(origin, keyed));
    // An id that had to be cut could be another document's.
    let longest = MAX_ID - suffix.map_or(0, |suffix| suffix.len() + 1).min(MAX_ID);
    let named_id = section.doc_id.as_ref().and_then(|origin| sources.first(origin, keyed));
    match (&section.doc_id, named_id) {
        (Some(_), None) => problems.add(Problem::DocIdMissing),
        (Some(_), Some(id)) if id.len() > longest => problems.add(Problem::DocIdTooLong),
        _ => {}
    }
    let named_id = named_id.filter(|id| id.len() <= longest);
    row.trace.step(Step::Id);
    row.set(FieldId::ID, named_id.map_or(Value::Word(content_id), Value::Text));
    ChosenId {
        text: named_id.unwrap_or(content_id),
        is_named: named_id.is_some(),
        suffix: suffix.filter(|_| longest >= content_id.len()),
    }
}
