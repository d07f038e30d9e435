//! The fields of the event's header and of the syslog header, and those that every document has: the loader's own.
//!
//! Does not know pairs.

use bumpalo::Bump;
use jiff::Timestamp;

use super::compiled::{CONTAINER, CompiledSection};
use super::event::ObjectFacts;
use crate::bytes::slice::same;
use crate::bytes::trim::trim;
use crate::document::field_list::FieldId;
use crate::document::row::Row;
use crate::document::trace::{Read, Step};
use crate::document::value::Value;
use crate::log_types::Profile;
use crate::log_types::event::{DeviceKind, Maker};
use crate::parse::header::{EventHeader, HeaderField};
use crate::parse::pairs::event_keys::{is_empty_value, is_not_known};
use crate::parse::severity;
use crate::parse::syslog::{self, SyslogField};
use crate::parse::time::ZonedTime;
use crate::read::record::fluentd::{Container, Envelope, Record};

/// The device that wrote an event, by vendor, product and version of its header: ECS calls it the observer.
#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) vendor: String,
    pub(super) product: String,
    pub(super) version: String,
    /// `agent.name`
    pub(super) name: String,
    /// Who made it.
    maker: Maker,
}

impl Device {
    /// The number of the device that `header` names among those that are remembered, and whether it is one of the section's product.
    pub(super) fn remember(
        remembered: &mut Vec<Self>,
        header: &EventHeader<'_>,
        section: &CompiledSection,
    ) -> (usize, Maker) {
        let is_it = |device: &Self| {
            same(&device.version, header.device_version)
                && same(&device.product, header.product)
                && same(&device.vendor, header.vendor)
        };
        let number = remembered.iter().position(is_it).unwrap_or_else(|| {
            remembered.push(Self::of(header, section));
            remembered.len() - 1
        });
        (number, remembered.get(number).map_or(Maker::Other, |device| device.maker))
    }

    fn of(header: &EventHeader<'_>, section: &CompiledSection) -> Self {
        let EventHeader { vendor, product, device_version, .. } = *header;
        let parts = [vendor, product, device_version].map(trim);
        let name = parts.into_iter().filter(|part| is_told(part)).collect::<Vec<_>>().join(" ");
        Self {
            vendor: vendor.to_owned(),
            product: product.to_owned(),
            version: device_version.to_owned(),
            name,
            maker: section.profile.maker(vendor, product, &section.log_type.products),
        }
    }
}

/// Whether a part of the header says anything.
fn is_told(part: &str) -> bool {
    !part.is_empty() && !is_not_known(part)
}

pub(super) fn header_fields<'a>(
    header: &EventHeader<'a>,
    device: (&'a Device, Option<DeviceKind>),
    profile: &dyn Profile,
    row: &mut Row<'a>,
    arena: &'a Bump,
) {
    let (device, kind) = device;
    row.trace.step(Step::Header);
    for (field, text) in [
        (FieldId::OBSERVER_VENDOR, header.vendor),
        (FieldId::OBSERVER_PRODUCT, header.product),
        (FieldId::OBSERVER_VERSION, header.device_version),
        (FieldId::EVENT_CODE, header.signature_id),
        (FieldId::RULE_NAME, header.name),
    ] {
        let text = trim(text);
        if is_told(text) {
            row.set_if_absent(field, Value::Text(text));
        }
    }
    if let Some(severity) = severity::severity_number(header.severity) {
        row.trace.reason(Step::Header, || Read::Header(HeaderField::Severity));
        row.set_if_absent(FieldId::EVENT_SEVERITY, Value::Long(i64::from(severity)));
    }
    if !device.name.is_empty() {
        row.trace.step(Step::Header);
        row.set_if_absent(FieldId::AGENT_NAME, Value::Text(&device.name));
    }
    if is_told(header.signature_id) {
        let offset = kind.map_or(0, |kind| profile.rule_id_offset(kind, header.signature_id));
        let shifted = || header.signature_id.parse::<u64>().ok()?.checked_sub(offset);
        let id = match (offset > 0).then(shifted).flatten().filter(|id| *id >= 1_000_000) {
            Some(id) => arena.alloc_str(&id.to_string()),
            None => header.signature_id,
        };
        row.trace.reason(Step::Header, || Read::Header(HeaderField::DeviceEventClassId));
        row.set_if_absent(FieldId::RULE_ID, Value::Text(id));
    }
}

pub(super) fn syslog_fields<'a>(syslog: &syslog::SyslogHeader<'a>, row: &mut Row<'a>) {
    if let Some(priority) = syslog.priority {
        row.trace.reason(Step::SyslogHeader, || Read::Syslog(SyslogField::Priority));
        row.set_if_absent(FieldId::LOG_SYSLOG_PRIORITY, Value::Long(i64::from(priority)));
    }
    row.trace.step(Step::SyslogHeader);
    if let Some(repeated) = syslog.repeated {
        // Each of the equal messages tells of so many.
        let each = match row.get(FieldId::EVENT_COUNT) {
            Value::Long(count) => count,
            Value::Json(count) => count.parse().unwrap_or(1),
            _ => 1,
        };
        row.set(FieldId::EVENT_COUNT, Value::Long(each.saturating_mul(i64::from(repeated))));
    }
    tell(FieldId::LOG_SYSLOG_HOSTNAME, syslog.hostname, row);
    tell(FieldId::LOG_SYSLOG_APPNAME, syslog.appname, row);
}

/// Gives a field a text that says something, unless it has a value.
fn tell<'a>(field: FieldId, text: Option<&'a str>, row: &mut Row<'a>) {
    if let Some(text) = text.filter(|text| !is_empty_value(text)) {
        row.set_if_absent(field, Value::Text(text));
    }
}

fn envelope_fields<'a>(envelope: &'a Envelope, section: &'a CompiledSection, row: &mut Row<'a>) {
    if let Some(Container { id, name, instance }) = &envelope.container {
        for (field, text) in CONTAINER.iter().zip([id, name, instance]) {
            if let Some(field) = section.fields.id(field) {
                tell(field, text.as_deref(), row);
            }
        }
    }
    tell(FieldId::LOG_GROUP, envelope.log_group.as_deref(), row);
    tell(FieldId::LOG_STREAM, envelope.log_stream.as_deref(), row);
}

/// The load time, to the millisecond.
pub(super) fn ingested(load: Timestamp) -> String {
    let load = Timestamp::from_millisecond(load.as_millisecond()).unwrap_or(load);
    ZonedTime::utc(load).to_text()
}

pub(super) fn base_fields<'a>(
    section: &'a CompiledSection,
    facts: &'a ObjectFacts,
    record: &'a Record<'_>,
    ingested: &'a str,
    row: &mut Row<'a>,
) {
    let log_type = &section.log_type;
    row.trace.step(Step::Base);
    if let Some(envelope) = &record.envelope {
        envelope_fields(envelope, section, row);
    }
    row.set_if_absent(FieldId::LOG_TYPE, Value::Text(&log_type.name));
    row.set_if_absent(FieldId::EVENT_MODULE, Value::Text(&log_type.name));
    row.set_if_absent(FieldId::ECS_VERSION, Value::Text(&log_type.ecs_version));
    row.set(FieldId::EVENT_INGESTED, Value::Word(ingested));
    if let Some(bucket) = &facts.bucket {
        row.set(FieldId::LOG_S3BUCKET, Value::Text(bucket));
        if !log_type.cloud_provider.is_empty() {
            row.set_if_absent(FieldId::CLOUD_PROVIDER, Value::Text(&log_type.cloud_provider));
        }
    }
    row.set(FieldId::LOG_S3KEY, Value::Text(&facts.key));
    let sender = record.envelope.as_ref().and_then(|envelope| envelope.account.as_deref());
    let account = sender.filter(|account| !is_empty_value(account)).or(facts.account.as_deref());
    let region = record.envelope.as_ref().and_then(|envelope| envelope.region.as_deref());
    let region = region.or(facts.region.as_deref());
    for (field, fact) in [(FieldId::CLOUD_REGION, region), (FieldId::CLOUD_ACCOUNT_ID, account)] {
        // A constant is the user's word, and a value of the event's only what somebody wrote into it, unless the cloud writes the log.
        let is_constant = section.statics.iter().any(|(constant, _)| *constant == field);
        let is_told = section.profile.takes_records() && row.has(field);
        if let Some(fact) = fact
            && !is_constant
            && !is_told
        {
            row.set(field, Value::Text(fact));
        }
    }
}
