//! What logs mean: the door to the log types that have more to say than a table can.
//!
//! Each log type is a folder here, and a line in [`ALL`]. The engine knows none of them by name: it asks the [`Profile`] of a
//! section. A new log type implements as much of the profile as it needs.

pub mod event;
mod maker;
mod derived;
mod principal;
pub mod deepsecurity;
mod apex_one;
pub(crate) mod record_view;
pub(crate) mod record_fields;
mod waf;
mod web;
mod network;
mod linux;
mod cloudtrail;
mod vpcflowlogs;
mod guardduty;
mod s3accesslog;

use std::fmt::Debug;

use bumpalo::Bump;

use self::event::{
    Dashboard, DeviceKind, EventView, HeaderKeys, KnownKeys, Maker, PairsView, RecordEvent, SourceCondition,
};
use self::record_view::RecordView;
use crate::document::field_list::{ListedField, Type};
use crate::packet::quoted::PayloadKey;
use crate::parse::header::EventHeader;
use crate::parse::pairs::event_keys::KeyId;
use crate::parse::pairs::pair::Pair;
use crate::read::record::{Other, Record};

/// The section that is meant where none is named.
pub const DEFAULT_SECTION: &str = "deepsecurity";

/// The log types, by the name of the section that is theirs.
static ALL: [(&str, &dyn Profile); 20] = [
    (DEFAULT_SECTION, &deepsecurity::DeepSecurity),
    ("apex_one", &apex_one::ApexOne),
    ("waf", &waf::Waf),
    ("alb", &web::LoadBalancer),
    ("clb", &web::LoadBalancer),
    ("nginx-access", &web::WebServer),
    ("apache-access", &web::WebServer),
    ("nginx-error", &web::ErrorLog),
    ("apache-error", &web::ErrorLog),
    ("cloudfront-standard", &web::CloudFront),
    ("cloudfront-realtime", &web::CloudFront),
    ("nlb", &network::NetworkLoadBalancer),
    ("networkfirewall", &network::NetworkFirewall),
    ("route53resolver", &network::Resolver),
    ("linux-secure", &linux::Linux),
    ("linux-os-syslog", &linux::Linux),
    ("cloudtrail", &cloudtrail::CloudTrail),
    ("vpcflowlogs", &vpcflowlogs::VpcFlowLogs),
    ("guardduty", &guardduty::GuardDuty),
    ("s3accesslog", &s3accesslog::S3AccessLog),
];

/// What a section has to say of its events.
///
/// The methods stand in the order in which an event passes them. Any may be left out: those of events belong to log types whose events
/// are texts, those of records to the others.
pub(crate) trait Profile: Debug + Sync {
    /// Whether the fields of a JSON record are an event of the product.
    fn is_event(&self, _fields: &[Other<'_>]) -> bool {
        false
    }

    /// Reads the fields of a JSON record as an event, of which `pairs` takes the pairs.
    fn read_fields<'a>(
        &self,
        _fields: &'a [Other<'a>],
        _arena: &'a Bump,
        _pairs: &mut Vec<Pair<'a>>,
    ) -> Option<RecordEvent<'a>> {
        None
    }

    /// Who wrote an event, as far as the vendor and the product of its header tell. `added` are the products that user.ini adds. Events
    /// of another product are neither repaired nor enriched.
    fn maker(&self, _vendor: &str, _product: &str, _added: &[String]) -> Maker {
        Maker::Other
    }

    /// The kind of device that wrote an event whose maker only its pairs tell.
    fn device_by_pairs(
        &self,
        _header: &EventHeader<'_>,
        _pairs: &[Pair<'_>],
        _added: &[String],
    ) -> Option<DeviceKind> {
        None
    }

    /// What the built-in line `field = key` of the table asks of an event.
    fn condition(&self, _field: &str, _key: KeyId) -> Option<SourceCondition> {
        None
    }

    /// Whether records are the events themselves, and none holds the text of one.
    fn takes_records(&self) -> bool {
        true
    }

    /// Whether its objects are in the W3C Extended Log File Format: lines that begin with `#` are directives, of which `#Fields:` names the
    /// values of the lines behind it. A line may be an object of JSON with the same names, too.
    fn is_w3c(&self) -> bool {
        false
    }

    /// Whether the parts of a line count before a text of their record that looks like a line: that is a message without its header.
    fn parts_count_first(&self) -> bool {
        false
    }

    /// The line of a record whose collector has read the line, or its header, apart.
    fn line_of(&self, _record: &Record<'_>) -> Option<String> {
        None
    }

    /// The paths of a record that it reads.
    fn paths(&self) -> &'static [&'static str] {
        &[]
    }

    /// The record's own fields that its documents do not have, because others say all of them.
    fn dropped(&self) -> &'static [&'static str] {
        &[]
    }

    /// Columns of its rows that hold headers of a request: the name of the header, or none where a column has all of them.
    fn header_columns(&self) -> &'static [(&'static str, Option<&'static str>)] {
        &[]
    }

    /// Names among the built-in ones of `redact_keys` that are no secrets in its records, but say who did what.
    fn identifiers(&self) -> &'static [&'static str] {
        &[]
    }

    /// Fields that it fills beside those of every document.
    fn added_fields(&self) -> &'static [&'static str] {
        &[]
    }

    /// Adds what no table can say to the row of a record that is the event itself.
    fn enrich_record(&self, _record: RecordView<'_, '_>) {}

    /// Adds what no table can say to the rows of several events, of which each was written by a device of the product. Fields
    /// that have a value keep it, unless it would mislead.
    fn enrich(&self, _events: Vec<EventView<'_, '_>>) {}

    /// The fields that its documents have beside those of every document, in document order. Their numbers begin at
    /// [`FieldId::FIRST_OWN`](crate::document::field_list::FieldId::FIRST_OWN).
    fn own_fields(&self) -> &'static [ListedField] {
        &[]
    }

    /// The keys that have a meaning here. They go under the prefix by their own names where no field takes them.
    fn known_keys(&self) -> KnownKeys {
        KnownKeys::default()
    }

    /// The known keys in each spelling, with the type of what stands under the prefix by that name because it does not fit its field.
    fn left_over_keys(&self) -> Vec<(&'static str, Type)> {
        let KnownKeys { names, aliases } = self.known_keys();
        names
            .iter()
            .chain(aliases.iter().map(|(alias, _)| alias))
            .map(|name| (*name, Type::Keyword))
            .collect()
    }

    /// The key whose value is the payload of a packet, which only its own field shows.
    fn payload_key(&self) -> Option<&'static PayloadKey> {
        None
    }

    /// Repairs attributes of LEEF that the product separates or escapes in its own way, before their keys are looked up.
    fn repair_attributes(&self, _attributes: &mut Vec<Pair<'_>>) {}

    /// Repairs pairs that are none, or whose values are escaped in the product's own way, before values are read.
    fn repair_pairs(&self, _event: &mut PairsView<'_, '_>) {}

    /// The attributes of LEEF that say what CEF says in its header.
    fn header_keys(&self) -> HeaderKeys {
        HeaderKeys::default()
    }

    /// How much larger a signature id is than the number of its rule.
    fn rule_id_offset(&self, _device: DeviceKind, _signature_id: &str) -> u64 {
        0
    }

    /// The dashboard for its documents.
    fn dashboard(&self) -> Option<Dashboard> {
        None
    }

    /// Takes secrets out of an event that no device of the product is known to have written: its header may have lost its name.
    fn redact(&self, _event: EventView<'_, '_>) {}
}

/// The log type that has the name of a section. One whose records are the events themselves is meant only where the section asks for
/// more than its table can say (`script_ecs`), as it is in upstream.
pub(crate) fn named(section: &str, is_scripted: bool) -> Option<&'static dyn Profile> {
    let (_, profile) = ALL.iter().find(|(name, _)| *name == section)?;
    (is_scripted || !profile.takes_records()).then_some(*profile)
}

/// The log type of sections that have no other: the one that this loader is made for.
pub(crate) fn default_profile() -> &'static dyn Profile {
    &deepsecurity::DeepSecurity
}

/// Whether a section of this name is of a log type whose events are texts of CEF or LEEF.
pub(crate) fn has_event_texts(section: &str) -> bool {
    named(section, true).is_some_and(|profile| !profile.takes_records())
}
