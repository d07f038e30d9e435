//! The third stage: an event is finished. Its row has the time, the id and what every document has.

use bumpalo::Bump;

use super::base::{Created, base_fields, event_time};
use super::compiled::CompiledSection;
use super::event::ObjectFacts;
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
    row.set(FieldId::TIMESTAMP_SOURCE, Value::Word(origin.word()));
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
