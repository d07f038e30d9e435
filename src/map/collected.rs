//! When a collector read the line of an event: which field of the record says so.

use super::compiled::CompiledSection;
use crate::bytes::slice::same;
use crate::config::log_type::EventTime;
use crate::parse::pairs::event_keys::is_empty_value;
use crate::parse::time::{CollectorTime, Said, Surroundings, ZonedTime, read_collector};
use crate::read::record::fluentd::{Record, time_fields};

/// A text in which a record says when its line was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Collected {
    text: String,
    /// The same, read.
    pub(super) said: Option<CollectorTime>,
    /// The time, where its zone is known or it needs none.
    pub(super) time: Option<ZonedTime>,
    /// The time as it stands in documents.
    pub(super) written: String,
}

/// Where the time stands in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CollectorField {
    /// The record has none, or a text that is none.
    Nowhere,
    /// In fluentd's own field.
    Timestamp,
    /// In one of the other fields, the one of this number.
    Other(usize),
}

impl Collected {
    /// The number of what the record says among those that are remembered, and where the time stands in the record.
    pub(super) fn remember(
        remembered: &mut Vec<Self>,
        record: &Record<'_>,
        section: &CompiledSection,
        around: &Surroundings,
    ) -> (usize, CollectorField) {
        let settings = &section.log_type.event_time;
        // What a clock showed in a zone that nobody knows counts only where nothing else does.
        let mut clock = None;
        for (place, text) in texts(record, settings) {
            let number = Self::number(remembered, text, settings, around);
            match remembered.get(number) {
                Some(Self { time: Some(_), .. }) => return (number, place),
                Some(Self { said: Some(_), .. }) => _ = clock.get_or_insert(number),
                _ => {}
            }
        }
        (clock.unwrap_or_else(|| Self::number(remembered, "", settings, around)), CollectorField::Nowhere)
    }

    /// Whether nothing was read of a record, as [`Self::remember`] says by this number, not even what a clock showed.
    pub(super) fn is_nothing(remembered: &[Self], number: usize) -> bool {
        remembered.get(number).is_none_or(|collected| collected.said.is_none())
    }

    /// The first field in which a record of which nothing was read has a text for a time all the same.
    pub(super) fn unread_field<'r>(record: &'r Record<'_>, section: &'r CompiledSection) -> Option<&'r str> {
        // What is shorter in a field of so common a name as time is something else.
        let shortest = |place| if place == CollectorField::Timestamp { 1 } else { "07:08:00".len() };
        let is_told = |place, text: &str| text.len() >= shortest(place) && !is_empty_value(text);
        let mut texts = texts(record, &section.log_type.event_time);
        let (place, _) = texts.find(|(place, text)| is_told(*place, text.trim()))?;
        match place {
            CollectorField::Other(at) => record.others.get(at).map(|other| &*other.name),
            CollectorField::Timestamp | CollectorField::Nowhere => Some("timestamp"),
        }
    }

    fn number(remembered: &mut Vec<Self>, text: &str, settings: &EventTime, around: &Surroundings) -> usize {
        remembered.iter().rposition(|collected| same(&collected.text, text)).unwrap_or_else(|| {
            let said = read_collector(text, around, settings.tz.as_ref());
            let time = Said { header: None, collector: said }.collected_time(settings.tz.as_ref());
            let written = time.map(ZonedTime::to_text).unwrap_or_default();
            remembered.push(Self { text: text.to_owned(), said, time, written });
            remembered.len() - 1
        })
    }
}

/// The texts in which a record may say when it was read, the one that user.ini names first.
fn texts<'r>(
    record: &'r Record<'_>,
    settings: &'r EventTime,
) -> impl Iterator<Item = (CollectorField, &'r str)> {
    let other = |name: &str| {
        let at = record.others.iter().position(|other| other.name == name)?;
        Some((CollectorField::Other(at), record.others.get(at)?.value.as_ref()))
    };
    let own = || Some((CollectorField::Timestamp, record.timestamp.as_deref()?));
    let named =
        settings.collector.as_deref().map(move |name| if name == "timestamp" { own() } else { other(name) });
    let listed = time_fields().iter().map(move |name| other(name));
    named.into_iter().chain(std::iter::once_with(own)).chain(listed).flatten()
}
