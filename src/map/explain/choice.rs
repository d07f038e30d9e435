//! Why a document has its id and its time.

use super::explanation::{ExplainedName, ExplainedTime, UnusedTime};
use crate::map::compiled::CompiledSection;
use crate::map::event_time::{EventTimes, TimeField};
use crate::map::finished::{FinishedEvent, MAX_ID};
use crate::parse::time::{Doubts, TimeOrigin};

/// The `_id` of a document; `None` where OpenSearch gives it.
pub(super) fn id(event: &FinishedEvent<'_, '_>, section: &CompiledSection) -> Option<ExplainedName> {
    if !section.ids {
        return None;
    }
    let log_type = &section.log_type;
    let mut value = event.id.text.to_owned();
    let mut reason = match &log_type.doc_id {
        Some(source) if event.id.is_named => format!("doc_id = {}", source.name()),
        Some(source) => format!(
            "{}; doc_id = {} gives none: it is not there, or longer than {MAX_ID} bytes with its suffix",
            of_line(event),
            source.name()
        ),
        None => of_line(event),
    };
    if let (Some(suffix), Some(source)) = (event.id.suffix, &log_type.doc_id_suffix) {
        value.push_str(&format!("_{suffix}"));
        reason.push_str(&format!(", doc_id_suffix = {}", source.name()));
    }
    Some(ExplainedName { value, reason })
}

/// What an id is made of where the line gives it.
fn of_line(event: &FinishedEvent<'_, '_>) -> String {
    let event = &event.mapped.read.event;
    let mut reason = "SHA-256 of the line".to_owned();
    let number = event.identity.number();
    if number > 1 {
        reason.push_str(&format!(" and its number among its equals in the object, {number}"));
    }
    if event.part > 0 {
        reason.push_str(&format!(" and the event's number in it, {}", event.part + 1));
    }
    reason
}

/// The time of a document, and the other times that there were.
pub(super) fn time(event: &FinishedEvent<'_, '_>, times: &EventTimes<'_, '_>) -> ExplainedTime {
    let fields = times.fields().collect::<Vec<_>>();
    let taken = fields.iter().position(|field| field.time.is_some());
    let fields = fields.iter().enumerate().filter(|(at, _)| Some(*at) != taken);
    let mut others: Vec<_> = fields.map(|(_, field)| unused_field(field)).collect();
    let prefix = event.mapped.read.parsed.as_ref().map_or("", |parsed| parsed.prefix);
    let unused = times.others().filter(|(origin, _)| *origin != event.time.origin);
    others.extend(unused.map(|(origin, time)| {
        let (value, reason) = match time {
            Some(time) => (time.to_text(), "not needed"),
            None => (
                prefix.trim().to_owned(),
                "cannot be: over 5 minutes ahead of the collector's time or over 31 days older, or without that over 14 hours ahead of the load",
            ),
        };
        UnusedTime { source: origin.word(), value, reason: reason.to_owned() }
    }));
    ExplainedTime {
        value: event.time.time.to_text(),
        source: event.time.origin.word(),
        doubts: doubts(event),
        others,
    }
}

/// A field that `timestamp_key` names, but from which the time does not come.
fn unused_field(field: &TimeField<'_, '_>) -> UnusedTime {
    let name = field.name;
    let (value, reason) = match (field.time, field.text) {
        (Some(time), _) => (time.to_text(), format!("{name}: an earlier timestamp_key has one")),
        (None, Some(text)) => {
            (text.to_owned(), format!("{name} is in no timestamp_format, or a time that cannot be"))
        }
        (None, None) => (String::new(), format!("{name} is not there")),
    };
    UnusedTime { source: TimeOrigin::Field.word(), value, reason }
}

/// What about the time is assumed or odd, in words.
fn doubts(event: &FinishedEvent<'_, '_>) -> Vec<String> {
    let Doubts { zone_assumed, year_by_load } = event.time.doubts;
    let late = event.index_time.map(|(origin, time)| {
        let (origin, time) = (origin.word(), time.to_text());
        format!(
            "over 14 hours after the object's last change: the index is that of the {origin}'s time, {time}"
        )
    });
    let zone = "time zone assumed: nothing names it, so it was taken for UTC; timestamp_tz names it";
    let year = "only the time of the load says which year it is";
    let assumed = [(zone_assumed, zone), (year_by_load, year)];
    let assumed = assumed.into_iter().filter(|(is_met, _)| *is_met).map(|(_, text)| text.to_owned());
    assumed.chain(late).collect()
}
