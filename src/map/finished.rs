//! The third stage: an event is finished. Its row has the time, the id and what every document has.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use jiff::Timestamp;

use super::base::base_fields;
use super::collected::{Collected, CollectorField};
use super::compiled::CompiledSection;
use super::event::ObjectFacts;
use super::event_time::EventTimes;
use super::mapped::MappedEvent;
use super::names::field_name;
use crate::document::field_list::FieldId;
use crate::document::origin::{Origin, RecordField};
use crate::document::problem::Problem;
use crate::document::trace::{Read, Step};
use crate::document::value::Value;
use crate::parse::pairs::event_keys::is_empty_value;
use crate::parse::time::{self, Chosen, Doubts, HeaderClock, ZonedTime};
use crate::read::record::fluentd::Record;

/// The longest `_id` that OpenSearch takes, in bytes.
pub(super) const MAX_ID: usize = 512;

/// An event whose row is a whole document.
pub(super) struct FinishedEvent<'m, 'd> {
    pub(super) mapped: &'m MappedEvent<'m, 'd>,
    /// When a collector read the line.
    pub(super) collected: &'d Collected,
    /// `@timestamp`.
    pub(super) time: Chosen,
    /// What chooses the index in its place, if it is after the object's last change.
    pub(super) index_time: Option<(time::TimeOrigin, ZonedTime)>,
    /// What the line says of the clock of its header.
    pub(super) clock: Option<HeaderClock>,
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
        collected: &'d Collected,
        facts: &'d ObjectFacts,
        ingested: &'d str,
        arena: &'d Bump,
    ) -> Self {
        let (time, clock) = set_times(mapped, section, collected, facts, arena);
        let is_late = facts.around.is_after_object(time.time);
        let index_time = is_late.then(|| facts.around.of_object()).flatten();
        set_doubts(mapped, time.doubts, is_late, arena);
        base_fields(section, facts, mapped.read.event.record, ingested, &mut mapped.row);
        let id = set_id(mapped, section, arena);
        Self { mapped, collected, time, index_time, clock, id }
    }

    /// The time that the index is named after, where an event's time is.
    pub(super) fn index_time(&self) -> Timestamp {
        self.index_time.map_or(self.time.time, |(_, time)| time).instant
    }

    /// The times that `@timestamp` was chosen from.
    pub(super) fn times<'e>(
        &'e self,
        section: &'e CompiledSection,
        facts: &'e ObjectFacts,
        arena: &'d Bump,
    ) -> EventTimes<'e, 'd> {
        let read = &self.mapped.read;
        EventTimes::new(section, read.sources(arena), read, self.collected.said, &facts.around)
    }
}

fn set_times<'d>(
    mapped: &mut MappedEvent<'_, 'd>,
    section: &'d CompiledSection,
    collected: &'d Collected,
    facts: &ObjectFacts,
    arena: &'d Bump,
) -> (Chosen, Option<HeaderClock>) {
    let MappedEvent { read, row, .. } = mapped;
    let sources = read.sources(arena);
    let times = EventTimes::new(section, sources, read, collected.said, &facts.around);
    let (chosen, clock) = times.choose();
    if times.is_field_refused(chosen.origin) {
        read.problems.add(Problem::ValueDoesNotFit);
    }
    if !matches!(chosen.origin, time::TimeOrigin::Syslog | time::TimeOrigin::Field) {
        read.problems.add(Problem::TimeFallback);
    }
    row.trace.step(Step::Time);
    row.set(FieldId::TIMESTAMP, Value::Time(arena.alloc(chosen.time)));
    row.set(FieldId::TIMESTAMP_SOURCE, Value::Word(chosen.origin.word()));
    // The time of a record that is the event itself is not that of a collector.
    if read.json.is_some() && read.event.record.collector().is_none() {
        return (chosen, clock);
    }
    row.trace.reason(Step::Created, || Read::Record(created_from(read.collector_field, read.event.record)));
    if collected.time.is_some() {
        row.set_if_absent(FieldId::EVENT_CREATED, Value::Word(&collected.written));
    }
    let text =
        read.event.record.timestamp.as_deref().filter(|_| read.collector_field != CollectorField::Timestamp);
    if let Some(text) = text.filter(|text| !is_empty_value(text)) {
        row.leave_over(field_name("timestamp", section, row, arena), Value::Text(text));
    }
    (chosen, clock)
}

/// The field of the record that says when a collector read the line.
fn created_from<'r>(place: CollectorField, record: &'r Record<'_>) -> &'r str {
    match place {
        CollectorField::Other(at) => record.others.get(at).map_or("", |other| &other.name),
        CollectorField::Timestamp | CollectorField::Nowhere => RecordField::Timestamp.name(),
    }
}

/// Says what about the time is assumed, or odd.
fn set_doubts<'d>(mapped: &mut MappedEvent<'_, 'd>, doubts: Doubts, is_late: bool, arena: &'d Bump) {
    if doubts == Doubts::default() && !is_late {
        return;
    }
    let MappedEvent { read, row, .. } = mapped;
    let all = [
        (doubts.zone_assumed, Problem::ZoneAssumed, "zone_assumed"),
        (doubts.year_by_load, Problem::YearByLoad, "year_by_load"),
        (is_late, Problem::TimeAfterObject, "after_object"),
    ];
    let met = || all.iter().filter(|(is_met, ..)| *is_met);
    met().for_each(|(_, problem, _)| read.problems.add(*problem));
    let words = ArenaVec::from_iter_in(met().map(|(_, _, word)| *word), arena);
    row.trace.step(Step::Time);
    row.set(FieldId::TIMESTAMP_DOUBT, Value::Texts(words.into_bump_slice()));
}

/// Gives the document its id.
fn set_id<'d>(
    mapped: &mut MappedEvent<'_, 'd>,
    section: &'d CompiledSection,
    arena: &'d Bump,
) -> ChosenId<'d> {
    let MappedEvent { read, row, .. } = mapped;
    let sources = read.sources(arena);
    let content_id = read.event.identity.document(read.event.part).text_in(arena);
    let first = |origin: &Option<Origin>| sources.first(origin.as_ref()?, &read.keyed);
    let (suffix, named_id) = (first(&section.doc_id_suffix), first(&section.doc_id));
    // An id that had to be cut could be another document's.
    let longest = MAX_ID - suffix.map_or(0, |suffix| suffix.len() + 1).min(MAX_ID);
    match (&section.doc_id, named_id) {
        (Some(_), None) => read.problems.add(Problem::DocIdMissing),
        (Some(_), Some(id)) if id.len() > longest => read.problems.add(Problem::DocIdTooLong),
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
