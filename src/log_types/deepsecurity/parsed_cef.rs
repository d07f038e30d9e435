//! Events in CEF that a collector has taken apart, so that header and keys are fields of a record.

use super::tables::tables;
use crate::bytes::trim::trim;
use crate::log_types::event::RecordEvent;
use crate::parse::pairs::full_names;
use crate::parse::pairs::pair::{Escapes, Pair};
use crate::parse::syslog;
use crate::read::record::Other;

/// The names of the header's fields.
struct HeaderNames {
    vendor: &'static str,
    product: &'static str,
    device_version: &'static str,
    signature_id: &'static str,
    name: &'static str,
    severity: &'static str,
}

const HEADERS: [HeaderNames; 2] = [
    // As CEF's own documents name them: logstash-codec-cef without ECS, and others.
    HeaderNames {
        vendor: "deviceVendor",
        product: "deviceProduct",
        device_version: "deviceVersion",
        signature_id: "deviceEventClassId",
        name: "name",
        severity: "severity",
    },
    // fluent-plugin-parser-cef.
    HeaderNames {
        vendor: "cef_device_vendor",
        product: "cef_device_product",
        device_version: "cef_device_version",
        signature_id: "cef_device_event_class_id",
        name: "cef_name",
        severity: "cef_severity",
    },
];

/// The time of the syslog header, as fluent-plugin-parser-cef names it.
const TIME: &str = "syslog_timestamp";

/// Whether a record's fields are such an event: they name the vendor, the product and the kind of event.
pub(super) fn is_event(fields: &[Other<'_>]) -> bool {
    header_names(fields).is_some()
}

/// Reads a record's fields as an event. Those that are no keys stay the collector's.
pub(super) fn read<'a>(fields: &'a [Other<'a>], pairs: &mut Vec<Pair<'a>>) -> Option<RecordEvent<'a>> {
    let names = header_names(fields)?;
    let mut event = RecordEvent::default();
    for (at, Other { name, value }) in fields.iter().enumerate() {
        let header = &mut event.header;
        let slot = match &**name {
            name if name == names.vendor => &mut header.vendor,
            name if name == names.product => &mut header.product,
            name if name == names.device_version => &mut header.device_version,
            name if name == names.signature_id => &mut header.signature_id,
            name if name == names.name => &mut header.name,
            name if name == names.severity => &mut header.severity,
            TIME => {
                event.time = syslog::time_of_field(value).map(|(time, _)| time);
                continue;
            }
            name => {
                let known = tables().keys.names.iter().find(|key| **key == name).copied();
                if let Some(key) = full_names::key_of(name).or(known) {
                    if key == "TrendMicroDsPacketData" {
                        event.payload = Some(value);
                    }
                    pairs.push(Pair { key, raw: value, escapes: Escapes::None });
                    event.read.push(at);
                }
                continue;
            }
        };
        *slot = trim(value);
        event.read.push(at);
    }
    Some(event)
}

fn header_names(fields: &[Other<'_>]) -> Option<&'static HeaderNames> {
    let has = |name: &str| fields.iter().any(|field| field.name == name);
    HEADERS.iter().find(|names| has(names.vendor) && has(names.product) && has(names.signature_id))
}
