//! The table of user.ini: which field gets the value of which source.
//!
//! Does not know what a field or a key means.

use bumpalo::Bump;

use super::compiled::CompiledSection;
use crate::bytes::trim::trim;
use crate::document::convert::convert_to;
use crate::document::origin::{Origin, RecordField};
use crate::document::problem::{Problem, Problems};
use crate::document::row::Row;
use crate::document::trace::{Read, Step};
use crate::parse::event_header::EventHeader;
use crate::parse::header::HeaderField;
use crate::parse::pairs::event_keys::{EventKeys, KeyId, is_empty_value};
use crate::parse::syslog;
use crate::parse::syslog::SyslogField;
use crate::read::record::fluentd::Record;

/// What a source can be read from.
pub(super) struct Sources<'e, 'a> {
    pub(super) record: &'a Record<'a>,
    pub(super) syslog: &'e syslog::Header<'a>,
    pub(super) header: &'e EventHeader<'a>,
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
    fn take_other(&mut self, at: usize) {
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
            Origin::Key(key, name) => keyed.value(*key).or_else(|| self.other(name).map(|(_, value)| value)),
            Origin::Record(field) => match field {
                RecordField::Hostname => self.record.hostname.as_deref(),
                RecordField::Timestamp => self.record.timestamp.as_deref(),
                RecordField::Tag => self.record.tag.as_deref(),
            },
            Origin::Header(field) => Some(match field {
                HeaderField::Version => self.header.version,
                HeaderField::DeviceVendor => self.header.vendor,
                HeaderField::DeviceProduct => self.header.product,
                HeaderField::DeviceVersion => self.header.device_version,
                HeaderField::DeviceEventClassId => self.header.signature_id,
                HeaderField::Name => self.header.name,
                HeaderField::Severity => self.header.severity,
            }),
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
    let mut any = false;
    for rule in &section.rules {
        for origin in &rule.origins {
            // Nearly every source is a key of the event.
            let own = if let Origin::Key(key, _) = origin { keyed.value(*key) } else { None };
            let Some(text) = own.or_else(|| sources.first(origin, keyed).map(trim)) else { continue };
            row.because(Step::Table, || {
                Read::Origin(origin, own.and(key_of(origin)).and_then(|key| keyed.at(key)))
            });
            let taken = row.set_with(rule.field, |slot| convert_to(slot, text, rule.kind, sources.arena));
            if taken.is_none() {
                row.refuse(Some(rule.field), text);
                let at = if let Origin::Key(key, _) = origin { keyed.at(*key) } else { None };
                if at.is_none_or(|at| keyed.note_misfit(at)) {
                    problems.add(Problem::ValueDoesNotFit);
                }
                continue;
            }
            // fluentd's own fields stand in every record: they say nothing about the event.
            any |= !matches!(origin, Origin::Record(_));
            match origin {
                Origin::Key(key, name) => match keyed.at(*key) {
                    Some(at) => keyed.mark_used(at),
                    None => {
                        if let Some((at, _)) = sources.other(name) {
                            used.take_other(at);
                        }
                    }
                },
                Origin::Record(RecordField::Hostname) => used.hostname = true,
                Origin::Record(RecordField::Tag) => used.tag = true,
                Origin::Record(RecordField::Timestamp) | Origin::Header(_) | Origin::Syslog(_) => {}
            }
            break;
        }
    }
    any
}

/// The key that a source is.
pub(super) fn key_of(origin: &Origin) -> Option<KeyId> {
    if let Origin::Key(key, _) = origin { Some(*key) } else { None }
}
