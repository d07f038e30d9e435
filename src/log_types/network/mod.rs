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
    fn enrich_record(&self, record: RecordView<'_, '_>) {
        record.row.set_if_absent(FieldId::NETWORK_TRANSPORT, Value::Word("tcp"));
        derived::flow(record.row, record.arena);
        derived::derive(record.row, record.arena);
    }
}

impl Profile for NetworkFirewall {
    fn paths(&self) -> &'static [&'static str] {
        &[
            "event.alert.action",
            "event.event_type",
            "event.http.protocol",
            "event.proto",
            "event.revocation_check.action",
            "event.verdict.action",
        ]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["http.version"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        record.http_version("event.http.protocol");
        if let Some(protocol) = record.text("event.proto") {
            record.set("network.transport", protocol);
        }
        if record.text("event.event_type") == Some("alert") {
            record.set("event.kind", "alert");
            record.set("event.category", "intrusion_detection");
        }
        // The verdict is what became of the packet, after all rules; an alert is what one of them asked for. TLS inspection asks whether
        // certificates are revoked.
        let actions = ["event.verdict.action", "event.alert.action", "event.revocation_check.action"];
        let action = actions.iter().find_map(|action| record.text(action));
        if let Some(action) = action {
            record.set("event.action", action);
        }
        match action {
            Some("allowed" | "pass" | "alert" | "PASS") => {
                record.set("event.outcome", "success");
                record.set("event.type", "allowed");
            }
            Some("blocked" | "drop" | "reject" | "DROP" | "REJECT") => {
                record.set("event.outcome", "failure");
                record.set("event.type", "denied");
            }
            _ => {}
        }
        without_root(&mut record, "dns.question.name");
        derived::flow(record.row, record.arena);
        derived::derive_request(record.row, record.arena);
    }
}

/// Takes the dot of the root from the end of a name.
fn without_root(record: &mut RecordView<'_, '_>, field: &str) {
    let text = record.fields.id(field).and_then(|field| record.row.text(field));
    if let Some(name) = text.and_then(|text| text.strip_suffix('.')).filter(|name| !name.is_empty()) {
        record.set(field, name);
    }
}

/// An answer to a question.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    rdata: Option<String>,
    #[serde(rename = "Type")]
    kind: Option<String>,
    class: Option<String>,
}

/// More answers to one question are left as the log has them.
const MAX_ANSWERS: usize = 100;

impl Profile for Resolver {
    fn paths(&self) -> &'static [&'static str] {
        &["answers", "firewall_rule_action", "rcode", "transport"]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["dns.resolved_ip"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        without_root(&mut record, "dns.question.name");
        let answers: Vec<Answer> = record.list("answers");
        let mut addresses: ArenaVec<'_, Address<'_>> = ArenaVec::new_in(record.arena);
        let mut texts = [(); 3].map(|()| ArenaVec::with_capacity_in(answers.len(), record.arena));
        for Answer { rdata, kind, class } in answers.iter().take(MAX_ANSWERS) {
            // A list of OpenSearch has no gaps: an empty text keeps each answer's place.
            for (texts, text) in texts.iter_mut().zip([rdata, kind, class]) {
                let text = &*record.arena.alloc_str(text.as_deref().unwrap_or_default());
                texts.push(text.strip_suffix('.').filter(|name| !name.is_empty()).unwrap_or(text));
            }
            addresses.extend(rdata.as_deref().and_then(|data| address(record.arena.alloc_str(data))));
        }
        for (name, texts) in ["dns.answers.data", "dns.answers.type", "dns.answers.class"].iter().zip(texts) {
            if let Some(field) = record.fields.id(name).filter(|_| !texts.is_empty()) {
                record.row.set(field, Value::Texts(texts.into_bump_slice()));
            }
        }
        let addresses = addresses.into_bump_slice();
        if let (Some(field), false) = (record.fields.id("dns.resolved_ip"), addresses.is_empty()) {
            record.row.set(field, Value::Ips(addresses));
            record.relate(addresses);
        }
        if let Some(transport) = record.text("transport") {
            record.set("network.transport", transport);
        }
        match record.text("firewall_rule_action") {
            Some("BLOCK") => record.fill("event.type", "denied"),
            Some("ALLOW" | "ALERT") => record.fill("event.type", "allowed"),
            _ => {}
        }
        let outcome = match record.text("rcode") {
            _ if record.text("firewall_rule_action") == Some("BLOCK") => "failure",
            Some("NOERROR") => "success",
            Some(_) => "failure",
            None => "unknown",
        };
        record.row.set_if_absent(FieldId::EVENT_OUTCOME, Value::Word(outcome));
        derived::derive(record.row, record.arena);
    }
}
