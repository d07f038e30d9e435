//! The text of a record's event: `message`, or the field that `message_key` names, or one in which other collectors write it.

use std::borrow::Cow;

use super::compiled::CompiledSection;
use crate::config::log_type::FileFormat;
use crate::log_types::Profile;
use crate::parse::marker::EventStart;
use crate::parse::{marker, syslog};
use crate::read::record::event_fields;
use crate::read::record::{Other, Record, ltsv};

/// What was found.
#[derive(Default)]
pub(crate) struct FoundEvent {
    /// Where the event starts in the record's message.
    pub(crate) start: EventStart,
    /// Further fields with an event, which stay text.
    pub(crate) further: u64,
}

/// Moves the text of the record's event into its message, wherever it stands. JSON's own source is no event.
pub(crate) fn find(record: &mut Record<'_>, section: &CompiledSection) -> FoundEvent {
    let log_type = &section.log_type;
    if part_from_collector(record, section) || section.is_flat {
        return FoundEvent { start: EventStart::Nowhere, further: 0 };
    }
    if let Some(path) = &log_type.message_key
        && record.json
        && event_fields::take_named(record, path, &|text| marker::start(text).marker().is_some())
    {
        return FoundEvent { start: marker::start(&record.message), further: further(record) };
    }
    match start(record) {
        start @ EventStart::At(_) => FoundEvent { start, further: further(record) },
        _ if section.profile.is_event(&record.others) => {
            record.message_to_fields();
            FoundEvent { start: EventStart::InFields, further: 0 }
        }
        start => match elsewhere(record, start) {
            FoundEvent { start: EventStart::Nowhere, .. }
                if event_fields::take_fields(record, &|fields| section.profile.is_event(fields)) =>
            {
                FoundEvent { start: EventStart::InFields, further: 0 }
            }
            found => found,
        },
    }
}

/// Whether a text is an event from its front on, or behind the header of a relay.
pub(crate) fn is_event(text: &str, section: &CompiledSection) -> bool {
    match &section.log_type.file_format {
        FileFormat::Text(pattern) => pattern.is_match(text),
        FileFormat::Csv(_) => false,
        FileFormat::Json | FileFormat::Cef | FileFormat::Leef => marker::is_event(text),
    }
}

/// Makes the event that the record of a collector holds the record itself, in a section whose events are whole lines or objects of JSON. Gives
/// whether there was one: a record that is the event itself holds none.
pub(crate) fn part_from_collector(record: &mut Record<'_>, section: &CompiledSection) -> bool {
    let CompiledSection { log_type, profile, .. } = section;
    let may_hold = record.json && (record.envelope.is_none() || record.message.starts_with('{'));
    let is_found = match &log_type.file_format {
        FileFormat::Text(pattern) => {
            let is_line = |text: &str| {
                !text.starts_with('{') && pattern.is_match(text)
                    || syslog::relayed_lines(text).any(|(_, line)| pattern.is_match(line))
            };
            let line_of = |record: &Record<'_>| profile.line_of(record).filter(|line| is_line(line));
            let line_in = |text: &str| line_in(text, *profile).filter(|line| is_line(line));
            let is_alone = may_hold && record.envelope.is_some() && pattern.is_match(&record.message);
            let holds_line = |text: &str| is_line(text.trim_end()) || line_in(text).is_some();
            let message_key = log_type.message_key.as_deref();
            if !may_hold {
                open_parts(record, line_in)
            } else if profile.parts_count_first() && become_line(record, line_of(record)) {
                true
            } else if !is_alone && event_fields::take_line(record, message_key, &holds_line) {
                open_parts(record, line_in);
                true
            } else {
                become_line(record, line_of(record))
            }
        }
        _ if !may_hold => false,
        _ => {
            section.knows_members()
                && !section.is_event(&record.raw)
                && !(record.envelope.is_some() && section.is_event(&record.message))
                && take_object(record, section)
        }
    };
    if is_found {
        record.part_from_collector();
    }
    is_found
}

/// The line of which a text holds the parts, as LTSV or in an object of JSON. That may stand behind the header of a relay, unless the header
/// of a line is a part itself: then the text is a message that anybody may have written.
fn line_in(text: &str, profile: &dyn Profile) -> Option<String> {
    let may_have = text.trim_end().ends_with('}') || text.contains('\t');
    let (before, fields) = if may_have { event_fields::fields_of(text)? } else { return None };
    let header = before.trim();
    let is_header = || !profile.parts_count_first() && syslog::parse(header).time.is_some();
    let line = profile.line_of(&fields).filter(|_| header.is_empty() || is_header())?;
    Some([header, " ", &line].concat().trim_start().to_owned())
}

/// Makes the line of which the record's message holds the parts the message. Gives whether there was one.
fn open_parts(record: &mut Record<'_>, line_in: impl Fn(&str) -> Option<String>) -> bool {
    let line = line_in(&record.message);
    if line.is_some() {
        event_fields::open_message(record);
    }
    become_line(record, line)
}

/// Makes a line the record's message, if there is one.
fn become_line(record: &mut Record<'_>, line: Option<String>) -> bool {
    let Some(line) = line else { return false };
    record.message = line.into();
    record.message_missing = false;
    true
}

/// Moves the JSON of an event into the record's message. Gives whether the record has one.
fn take_object(record: &mut Record<'_>, section: &CompiledSection) -> bool {
    let is_event = |text: &str| section.is_event(text);
    !record.message_missing && is_event(&record.message)
        || event_fields::take_first(record, &is_event).is_some()
}

/// How many other fields have an event of their own.
fn further(record: &Record<'_>) -> u64 {
    // Most records have no other fields.
    if record.others.is_empty() || !record.json {
        0
    } else {
        event_fields::further(record, &marker::is_event)
    }
}

fn start(record: &Record<'_>) -> EventStart {
    if record.message_missing { EventStart::Nowhere } else { marker::start(&record.message) }
}

/// The same for a record whose message has no event.
#[cold]
fn elsewhere(record: &mut Record<'_>, start: EventStart) -> FoundEvent {
    let nothing = FoundEvent { start, further: 0 };
    if record.json {
        let Some(further) = event_fields::take_first(record, &marker::is_event) else { return nothing };
        return FoundEvent { start: marker::start(&record.message), further };
    }
    // Text of labels and values, or one that ends in an object, as some relays put JSON behind a syslog header.
    let Cow::Borrowed(text) = record.message else { return nothing };
    // A relay may have taken the marker, but not the pipes (rule H8).
    if start == EventStart::Nowhere && !text.contains('|') {
        return nothing;
    }
    let (before, mut inner) = match (ltsv::record(text), event_fields::object_behind(text)) {
        (Some(record), _) => ("", record),
        (None, Some((before, record))) if marker::find(before).is_none() => (before, record),
        _ => return nothing,
    };
    let mut found = FoundEvent { start: self::start(&inner), further: 0 };
    if found.start.marker().is_none() {
        let Some(further) = event_fields::take_first(&mut inner, &marker::is_event) else { return nothing };
        found = FoundEvent { start: marker::start(&inner.message), further };
    }
    if found.start.marker().is_none() {
        return nothing;
    }
    inner.timestamp = inner.timestamp.take().or_else(|| record.timestamp.take());
    inner.tag = inner.tag.take().or_else(|| record.tag.take());
    inner.envelope = record.envelope.take();
    if !before.trim().is_empty() {
        inner.others.push(Other { name: "before".into(), value: before.trim().into() });
    }
    *record = inner;
    found
}
