//! Logs of connections and of names: Network Load Balancer, Network Firewall, Route 53 Resolver.

use bumpalo::collections::Vec as ArenaVec;
use serde::Deserialize;

use crate::document::convert::address;
use crate::document::field_list::FieldId;
use crate::document::value::{Address, Value};
use crate::log_types::record_view::RecordView;
use crate::log_types::{Profile, derived};

/// The profile of Network Load Balancer.
#[derive(Debug)]
pub(crate) struct NetworkLoadBalancer;

/// The profile of AWS Network Firewall.
#[derive(Debug)]
pub(crate) struct NetworkFirewall;

/// The profile of Route 53 Resolver.
#[derive(Debug)]
pub(crate) struct Resolver;

impl Profile for NetworkLoadBalancer {
    fn takes_records(&self) -> bool {
        true
    }

    fn enrich_record(&self, record: RecordView<'_, '_>) {
        record.row.set_if_absent(FieldId::NETWORK_TRANSPORT, Value::Word("tcp"));
        derived::derive(record.row, record.arena);
    }
}

impl Profile for NetworkFirewall {
    fn takes_records(&self) -> bool {
        true
    }

    fn paths(&self) -> &'static [&'static str] {
        &["event.alert.action", "event.event_type", "event.proto"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        if let Some(protocol) = record.text("event.proto") {
            record.set("network.transport", record.arena.alloc_str(&protocol.to_lowercase()));
        }
        if record.text("event.event_type") == Some("alert") {
            record.set("event.kind", "alert");
            record.set("event.category", "intrusion_detection");
        }
        match record.text("event.alert.action") {
            Some("allowed") => {
                record.set("event.outcome", "success");
                record.set("event.type", "allowed");
            }
            Some("blocked") => {
                record.set("event.outcome", "failure");
                record.set("event.type", "denied");
            }
            _ => {}
        }
        derived::derive(record.row, record.arena);
    }
}

/// An answer to a question.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Rdata")]
    data: Option<String>,
}

/// More answers to one question are left as the log has them.
const MAX_ANSWERS: usize = 100;

impl Profile for Resolver {
    fn takes_records(&self) -> bool {
        true
    }

    fn paths(&self) -> &'static [&'static str] {
        &["answers", "rcode", "transport"]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["dns.resolved_ip"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        for name in ["dns.question.name", "dns.answers.data"] {
            let text = record.fields.id(name).and_then(|field| record.row.text(field));
            if let Some(name_without_root) = text.and_then(|text| text.strip_suffix('.')) {
                record.set(name, name_without_root);
            }
        }
        let answers = record.source.json("answers").and_then(|json| serde_json::from_str(json).ok());
        let answers: Vec<Answer> = answers.unwrap_or_default();
        let mut addresses: ArenaVec<'_, Address<'_>> = ArenaVec::new_in(record.arena);
        for data in answers.iter().take(MAX_ANSWERS).filter_map(|answer| answer.data.as_deref()) {
            addresses.extend(address(record.arena.alloc_str(data)));
        }
        let addresses = addresses.into_bump_slice();
        if let (Some(field), false) = (record.fields.id("dns.resolved_ip"), addresses.is_empty()) {
            record.row.set(field, Value::Ips(addresses));
            record.relate(addresses);
        }
        if let Some(transport) = record.text("transport") {
            record.set("network.transport", record.arena.alloc_str(&transport.to_lowercase()));
        }
        let outcome = match record.text("rcode") {
            Some("NOERROR") => "success",
            Some(_) => "failure",
            None => "unknown",
        };
        record.row.set_if_absent(FieldId::EVENT_OUTCOME, Value::Word(outcome));
        derived::derive(record.row, record.arena);
    }
}
