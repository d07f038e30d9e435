//! What a profile sees of an event, and what it says of keys.

use bumpalo::Bump;

use crate::config::log_type::LogType;
use crate::document::fields::Fields;
use crate::document::problem::Problems;
use crate::document::row::Row;
use crate::parse::event_header::EventHeader;
use crate::parse::header::Format;
use crate::parse::pairs::event_keys::{EventKeys, KeyId};

/// The kind of device that wrote an event, by a number of the profile's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeviceKind(pub(crate) u8);

/// The keys that a profile knows. The position of a name is its [`KeyId`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KnownKeys {
    /// Their names.
    pub(crate) names: &'static [&'static str],
    /// Other spellings.
    pub(crate) aliases: &'static [(&'static str, KeyId)],
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

/// An event whose row the table and the header have begun to fill.
pub(crate) struct EventView<'c, 'a> {
    /// Memory that lives as long as the event.
    pub(crate) arena: &'a Bump,
    /// The fields of its section.
    pub(crate) fields: &'c Fields,
    /// Its section.
    pub(crate) log_type: &'c LogType,
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
