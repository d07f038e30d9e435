//! Events in CEF that a collector has taken apart, so that header and keys are fields of a record.

use super::tables::tables;
use crate::bytes::trim::trim;
use crate::log_types::event::RecordEvent;
use crate::parse::header::HeaderField;
use crate::parse::pairs::full_names;
use crate::parse::pairs::pair::{Escapes, Pair};
use crate::parse::syslog;
use crate::parse::syslog::SyslogHeader;
use crate::read::record::Other;

/// The names of the header's fields, as a parser of CEF gives them.
type HeaderNames = [(&'static str, HeaderField); 6];

const HEADERS: [HeaderNames; 2] = [
    // As CEF's own documents name them: logstash-codec-cef without ECS, and others.
    [
        ("deviceVendor", HeaderField::DeviceVendor),
        ("deviceProduct", HeaderField::DeviceProduct),
        ("deviceEventClassId", HeaderField::DeviceEventClassId),
        ("deviceVersion", HeaderField::DeviceVersion),
        ("name", HeaderField::Name),
        ("severity", HeaderField::Severity),
    ],
    // fluent-plugin-parser-cef.
    [
        ("cef_device_vendor", HeaderField::DeviceVendor),
        ("cef_device_product", HeaderField::DeviceProduct),
        ("cef_device_event_class_id", HeaderField::DeviceEventClassId),
        ("cef_device_version", HeaderField::DeviceVersion),
        ("cef_name", HeaderField::Name),
        ("cef_severity", HeaderField::Severity),
    ],
];

/// The time of the syslog header, as fluent-plugin-parser-cef names it.
const TIME: &str = "syslog_timestamp";

/// The whole syslog header, as logstash-codec-cef names it.
const HEADER: &str = "syslog";

/// Whether a record's fields are such an event: they name the vendor, the product and the kind of event.
pub(super) fn is_event(fields: &[Other<'_>]) -> bool {
    header_names(fields).is_some()
}

/// Reads a record's fields as an event. Those that are no keys stay the collector's.
pub(super) fn read<'a>(fields: &'a [Other<'a>], pairs: &mut Vec<Pair<'a>>) -> Option<RecordEvent<'a>> {
    let names = header_names(fields)?;
    let mut event = RecordEvent::default();
    for (at, Other { name, value }) in fields.iter().enumerate() {
        let name = &**name;
        if name == TIME {
            event.syslog.time = syslog::time_of_field(value).map(|(time, _)| time);
        } else if name == HEADER
            && let header @ SyslogHeader { time: Some(_), .. } = syslog::parse(value)
        {
            event.syslog = header;
            event.read.push(at);
        } else if let Some((_, field)) = names.iter().find(|(known, _)| *known == name) {
            *event.header.field_mut(*field) = trim(value);
            event.read.push(at);
        } else if let Some(key) = key_of(name) {
            if key == "TrendMicroDsPacketData" {
                event.payload = Some(value);
            }
            pairs.push(Pair { key, raw: value, escapes: Escapes::None });
            event.read.push(at);
        }
    }
    Some(event)
}

/// The key that a field has the name or the full name of.
fn key_of(name: &str) -> Option<&'static str> {
    let known = || tables().keys.names.iter().find(|key| **key == name).copied();
    full_names::key_of(name).or_else(known)
}

/// Vendor, product and kind of event come first of the names.
fn header_names(fields: &[Other<'_>]) -> Option<&'static HeaderNames> {
    let has = |(name, _): &(&str, HeaderField)| fields.iter().any(|field| field.name == *name);
    HEADERS.iter().find(|names| names.iter().take(3).all(has))
}
