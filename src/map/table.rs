//! The table of user.ini: which field gets the value of which source.
//!
//! Does not know what a field or a key means.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::compiled::{CompiledSection, Rule};
use super::record::JsonRecord;
use super::record::value::{joined, sorted, text_of, value_of};
use crate::bytes::trim::trim;
use crate::document::convert::{convert, convert_to};
use crate::document::field_list::FieldId;
use crate::document::origin::{Origin, RecordField};
use crate::document::problem::{Problem, Problems};
use crate::document::row::Row;
use crate::document::trace::{Outcome, Read, Step};
use crate::document::value::Value;
use crate::log_types::event::{DeviceKind, Questioned};
use crate::parse::header::EventHeader;
use crate::parse::pairs::event_keys::{EventKeys, KeyId, is_empty_value};
use crate::parse::syslog::{self, SyslogField};
use crate::read::record::fluentd::Record;

/// What a source can be read from.
pub(super) struct Sources<'e, 'a> {
    pub(super) record: &'a Record<'a>,
    pub(super) syslog: &'e syslog::SyslogHeader<'a>,
    pub(super) header: &'e EventHeader<'a>,
    pub(super) device: Option<DeviceKind>,
    /// The record, where it is the event itself.
    pub(super) json: Option<&'e JsonRecord<'a>>,
    pub(super) arena: &'a Bump,
}

/// Which of the record's own fields the table has taken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UsedFields {
    pub(super) hostname: bool,
    pub(super) tag: bool,
    /// A bit for each of the first 64 other fields.
    others: u64,
}

impl UsedFields {
    /// Marks the other field at this place as taken.
    pub(super) fn take_other(&mut self, at: usize) {
        self.others |= Self::bit(at);
    }

    /// Whether the table has taken the other field at this place.
    pub(super) fn has_other(self, at: usize) -> bool {
        self.others & Self::bit(at) != 0
    }

    fn bit(at: usize) -> u64 {
        u32::try_from(at).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or(0)
    }
}

impl<'a> Sources<'_, 'a> {
    /// The value of a source that has one.
    pub(super) fn first(&self, origin: &Origin, keyed: &EventKeys<'a>) -> Option<&'a str> {
        let value = match origin {
            Origin::Key { key, name, is_known } => {
                (keyed.value(*key)).or_else(|| self.raw(origin).map(|raw| text_of(raw, self.arena))).or_else(
                    || self.other(name).filter(|_| !is_known || keyed.len() == 0).map(|(_, value)| value),
                )
            }
            // What an event of JSON says itself comes before what stands around it.
            Origin::Record(field, _) => {
                self.raw(origin).map(|raw| text_of(raw, self.arena)).or(match field {
                    RecordField::Hostname => self.record.hostname.as_deref(),
                    RecordField::Timestamp => self.record.timestamp.as_deref(),
                    RecordField::Tag => self.record.tag.as_deref(),
                })
            }
            Origin::Header(field) => Some(self.header.field(*field)),
            Origin::Syslog(field) => match field {
                SyslogField::Hostname => self.syslog.hostname,
                SyslogField::Appname => self.syslog.appname,
                SyslogField::Priority => {
                    self.syslog.priority.map(|priority| &*self.arena.alloc_str(&priority.to_string()))
                }
            },
        };
        value.filter(|value| !is_empty_value(trim(value)))
    }

    /// The JSON of a source's value, where the record is the event itself.
    #[inline]
    pub(super) fn raw(&self, origin: &Origin) -> Option<&'a str> {
        let json = self.json?;
        match origin {
            Origin::Key { key, .. } | Origin::Record(_, Some(key)) => json.raw(*key),
            _ => None,
        }
    }

    pub(super) fn other(&self, name: &str) -> Option<(usize, &'a str)> {
        let mut others = self.record.others.iter().enumerate();
        others.find(|(_, other)| other.name == name).map(|(at, other)| (at, other.value.as_ref()))
    }
}

/// Fills the fields of the table. Gives whether any got a value of the event's.
pub(super) fn apply_table<'a>(
    section: &'a CompiledSection,
    sources: &Sources<'_, 'a>,
    keyed: &mut EventKeys<'a>,
    row: &mut Row<'a>,
    used: &mut UsedFields,
    problems: &mut Problems,
) -> bool {
    let mut table = TableOnEvent { sources, keyed, row, used, problems };
    section.rules.iter().fold(false, |any, rule| table.apply(rule) | any)
}

/// The table at work on one event.
struct TableOnEvent<'t, 'a> {
    sources: &'t Sources<'t, 'a>,
    keyed: &'t mut EventKeys<'a>,
    row: &'t mut Row<'a>,
    used: &'t mut UsedFields,
    problems: &'t mut Problems,
}

impl<'a> TableOnEvent<'_, 'a> {
    /// Gives a field the value of its first source that has one which fits. Returns whether that is a value of the event's.
    #[inline]
    fn apply(&mut self, rule: &'a Rule) -> bool {
        if rule.is_list {
            return self.gather(rule);
        }
        let mut origins = rule.origins.iter();
        let Some(taken) = origins.find(|origin| self.set(rule, origin)) else { return false };
        self.mark_used(taken);
        if self.row.trace.is_on() {
            self.note_later_sources(rule.field, origins);
        }
        // fluentd's own fields stand in every record: they say nothing about the event.
        !matches!(taken, Origin::Record(..))
    }

    /// Sets the field to the value of a source, if the source has one and it fits.
    #[inline]
    fn set(&mut self, rule: &Rule, origin: &'a Origin) -> bool {
        if let Some(raw) = self.sources.raw(origin) {
            return self.set_json(rule, origin, raw);
        }
        let Some(text) = self.value(origin) else { return false };
        let Self { sources, keyed, row, problems, .. } = self;
        if let Some(condition) = &rule.condition {
            let Sources { header, device, .. } = **sources;
            if !(condition.holds)(&Questioned { keyed, header, device }) {
                row.trace.reason(Step::Table, || read_for(origin, keyed));
                row.trace.note(Some(rule.field), Value::Text(text), Outcome::Unmet(condition.unmet));
                return false;
            }
        }
        row.trace.reason(Step::Table, || read_for(origin, keyed));
        let taken = row.set_with(rule.field, |slot| convert_to(slot, text, rule.kind, sources.arena));
        if taken.is_none() {
            row.trace.rejected(Some(rule.field), text);
            let pair = key_of(origin).and_then(|key| keyed.at(key));
            if pair.is_none_or(|pair| keyed.note_misfit(pair)) {
                problems.add(Problem::ValueDoesNotFit);
            }
        }
        taken.is_some()
    }

    /// The same for a value of a record's JSON.
    fn set_json(&mut self, rule: &Rule, origin: &'a Origin, raw: &'a str) -> bool {
        let Self { sources, row, keyed, problems, .. } = self;
        if is_empty_value(trim(text_of(raw, sources.arena))) {
            return false;
        }
        row.trace.reason(Step::Table, || read_for(origin, keyed));
        match value_of(raw, rule.kind, sources.arena) {
            Some(value) => row.set(rule.field, value),
            None => {
                row.trace.rejected(Some(rule.field), raw);
                problems.add(Problem::ValueDoesNotFit);
            }
        }
        row.has(rule.field)
    }

    /// Gives a field the values of all its sources that fit, in the order of their texts and each once.
    fn gather(&mut self, rule: &'a Rule) -> bool {
        let arena = self.sources.arena;
        let mut values = ArenaVec::new_in(arena);
        let mut is_told = false;
        for origin in &rule.origins {
            let value = match self.sources.raw(origin) {
                Some(raw) => value_of(raw, rule.kind, arena),
                None => self.value(origin).and_then(|text| convert(text, rule.kind, arena)),
            };
            let Some(value) = value else { continue };
            values.push(value);
            is_told |= !matches!(origin, Origin::Record(..));
            self.mark_used(origin);
            self.row.trace.reason(Step::Table, || read_for(origin, self.keyed));
        }
        if let Some(value) = joined(values, arena) {
            self.row.set(rule.field, sorted(value, arena));
        }
        is_told
    }

    #[inline]
    fn value(&self, origin: &Origin) -> Option<&'a str> {
        // Nearly every source is a key of the event.
        let of_key = key_of(origin).and_then(|key| self.keyed.value(key));
        of_key.or_else(|| self.sources.first(origin, self.keyed).map(trim))
    }

    /// Marks what a field has taken, so that it is not left over.
    #[inline]
    fn mark_used(&mut self, origin: &Origin) {
        match origin {
            Origin::Key { key, name, .. } => match self.keyed.at(*key) {
                Some(pair) => self.keyed.mark_used(pair),
                None => {
                    if let Some((at, _)) = self.sources.other(name) {
                        self.used.take_other(at);
                    }
                }
            },
            Origin::Record(RecordField::Hostname, _) => self.used.hostname = true,
            Origin::Record(RecordField::Tag, _) => self.used.tag = true,
            Origin::Record(RecordField::Timestamp, _) | Origin::Header(_) | Origin::Syslog(_) => {}
        }
    }

    /// Notes the values of the sources that stand behind the one that the field has taken.
    #[cold]
    fn note_later_sources(&mut self, field: FieldId, later: impl Iterator<Item = &'a Origin>) {
        for origin in later {
            let Some(text) = self.value(origin) else { continue };
            self.row.trace.reason(Step::Table, || read_for(origin, self.keyed));
            self.row.trace.note(Some(field), Value::Text(text), Outcome::LaterSource);
        }
    }
}

/// What a step reads that takes the value of a source.
fn read_for<'a>(origin: &'a Origin, keyed: &EventKeys<'_>) -> Read<'a> {
    match origin {
        Origin::Key { key, name, .. } => match keyed.value(*key).and(keyed.at(*key)) {
            Some(pair) => Read::Pair(pair),
            None => Read::Record(name),
        },
        Origin::Record(field, _) => Read::Record(field.name()),
        Origin::Header(field) => Read::Header(*field),
        Origin::Syslog(field) => Read::Syslog(*field),
    }
}

/// The key that a source is.
#[inline]
fn key_of(origin: &Origin) -> Option<KeyId> {
    if let Origin::Key { key, .. } = origin { Some(*key) } else { None }
}
