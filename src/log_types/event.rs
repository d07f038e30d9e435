//! What a profile sees of an event, and what it says of keys.

use bumpalo::Bump;

use crate::config::log_type::LogType;
use crate::document::convert::convert_to;
use crate::document::field_list::FieldId;
use crate::document::fields::Fields;
use crate::document::problem::{Problem, Problems};
use crate::document::row::Row;
use crate::document::value::Value;
use crate::packet::redaction::Redactor;
use crate::parse::header::{EventHeader, Format};
use crate::parse::pairs::event_keys::{EventKeys, KeyId, PairIndex};
use crate::parse::syslog::SyslogHeader;

/// `event.action` of an event whose own words tell none.
pub(crate) const UNTOLD_ACTION: &str = "event-reported";

/// The kind of device that wrote an event, by a number of the profile's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeviceKind(pub(crate) u8);

/// Who wrote an event, as far as the vendor and the product of its header tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maker {
    /// A device of the section's product.
    Device(DeviceKind),
    /// Perhaps such a device: the pairs of the event tell.
    AskPairs,
    /// Another product.
    Other,
}

/// An event that the fields of a record are, in the words of CEF. Its pairs are handed over apart from it.
#[derive(Debug, Default)]
pub(crate) struct RecordEvent<'a> {
    /// What CEF says in its header.
    pub(crate) header: EventHeader<'a>,
    /// What stands in the place of the syslog header.
    pub(crate) syslog: SyslogHeader<'a>,
    /// The payload of a packet, as it stands in the record.
    pub(crate) payload: Option<&'a str>,
    /// The places of the fields that were read.
    pub(crate) read: Vec<usize>,
}

/// The keys that a profile knows. The position of a name is its [`KeyId`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KnownKeys {
    /// Their names.
    pub(crate) names: &'static [&'static str],
    /// Other spellings.
    pub(crate) aliases: &'static [(&'static str, KeyId)],
}

impl KnownKeys {
    /// The names in all spellings.
    pub(crate) fn spellings(self) -> impl Iterator<Item = &'static str> {
        self.names.iter().copied().chain(self.aliases.iter().map(|(alias, _)| *alias))
    }
}

/// Keys of LEEF's attributes that say what CEF says in its header.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HeaderKeys {
    /// The name: the first of them that has a value.
    pub(crate) name: &'static [KeyId],
    /// The severity.
    pub(crate) severity: Option<KeyId>,
}

/// The dashboard that a log type ships, in two languages: saved objects of OpenSearch Dashboards (NDJSON).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dashboard {
    /// With English titles.
    pub(crate) english: &'static str,
    /// With Japanese titles.
    pub(crate) japanese: &'static str,
    /// The index name in them.
    pub(crate) index: &'static str,
    /// The prefix of left-over keys in them.
    pub(crate) prefix: &'static str,
}

/// The pairs of an event, before their values are read.
pub(crate) struct PairsView<'c, 'a> {
    /// The text of the event, of which keys and raw values are slices.
    pub(crate) text: &'a str,
    /// The format that the event is in.
    pub(crate) format: Format,
    /// The kind of device that wrote it.
    pub(crate) device: DeviceKind,
    /// The signature id of its header.
    pub(crate) signature_id: &'a str,
    /// Its pairs.
    pub(crate) keyed: &'c mut EventKeys<'a>,
    /// What is odd about it.
    pub(crate) problems: &'c mut Problems,
}

/// What a built-in line of the table asks of an event before it takes a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SourceCondition {
    /// Why the line does not take a value that does not meet it.
    pub(crate) unmet: &'static str,
    /// Whether the event meets it.
    pub(crate) holds: fn(&Questioned<'_, '_>) -> bool,
}

/// What a condition sees of an event.
pub(crate) struct Questioned<'c, 'a> {
    /// Its pairs.
    pub(crate) keyed: &'c EventKeys<'a>,
    /// Its header.
    pub(crate) header: &'c EventHeader<'a>,
    /// The kind of device that wrote it; `None` where the product is not recognised.
    pub(crate) device: Option<DeviceKind>,
}

/// An event whose row the table and the header have begun to fill.
pub(crate) struct EventView<'c, 'a> {
    /// Memory that lives as long as the event.
    pub(crate) arena: &'a Bump,
    /// The fields of its section.
    pub(crate) fields: &'c Fields,
    /// Its section.
    pub(crate) log_type: &'c LogType,
    /// What it redacts besides the headers of packets.
    pub(crate) redactor: &'c Redactor,
    /// The kind of device that wrote it; `None` where the product is not recognised.
    pub(crate) device: Option<DeviceKind>,
    /// Its header.
    pub(crate) header: &'c EventHeader<'a>,
    /// Its pairs.
    pub(crate) keyed: &'c mut EventKeys<'a>,
    /// The values of its fields.
    pub(crate) row: &'c mut Row<'a>,
    /// What is odd about it.
    pub(crate) problems: &'c mut Problems,
}

impl<'a> EventView<'_, 'a> {
    /// Gives a field the value of the pair at a place, as the field's type, unless the field has one. Gives whether it took it.
    pub(crate) fn fill(&mut self, field: FieldId, at: PairIndex, text: &'a str) -> bool {
        if self.row.is_off(field) {
            return false;
        }
        if self.row.has(field) {
            self.row.trace.overridden(field, Value::Text(text));
            return false;
        }
        let (kind, arena) = (self.fields.kind(field), self.arena);
        let taken = self.row.set_with(field, |slot| convert_to(slot, text, kind, arena)).is_some();
        taken || self.refuse(field, at, text)
    }

    /// Counts that the value of a pair does not fit its field. Gives `false`: the pair has found no home.
    pub(crate) fn refuse(&mut self, field: FieldId, at: PairIndex, text: &'a str) -> bool {
        self.row.trace.rejected(Some(field), text);
        if self.keyed.note_misfit(at) {
            self.problems.add(Problem::ValueDoesNotFit);
        }
        false
    }
}
