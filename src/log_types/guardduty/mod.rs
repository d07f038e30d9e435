//! Findings of Amazon GuardDuty.

use serde::Deserialize;
use serde_json::Value as Json;

use crate::document::convert::address;
use crate::document::field_list::FieldId;
use crate::document::value::Value;
use crate::log_types::record_view::RecordView;
use crate::log_types::{Profile, derived};

/// The profile of GuardDuty.
#[derive(Debug)]
pub(crate) struct GuardDuty;

impl Profile for GuardDuty {
    fn paths(&self) -> &'static [&'static str] {
        &[
            "resource.accessKeyDetails.principalId",
            "resource.accessKeyDetails.userName",
            "resource.accessKeyDetails.userType",
            "service",
            "service.action.actionType",
            "service.action.dnsRequestAction.protocol",
            "service.action.networkConnectionAction.connectionDirection",
            "service.action.networkConnectionAction.protocol",
            "service.action.portProbeAction.portProbeDetails",
            "service.detection.sequence.actors",
            "service.detection.sequence.endpoints",
            "severity",
            "type",
        ]
    }

    /// The directory in which a process works.
    fn identifiers(&self) -> &'static [&'static str] {
        &["pwd"]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &[
            "source.nat.ip",
            "destination.geo.location",
            "destination.geo.city_name",
            "destination.geo.country_name",
        ]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        if let Some(name) = record.row.text(FieldId::RULE_NAME) {
            record.row.set(FieldId::RULE_NAME, Value::Text(name.trim().trim_end_matches('.')));
        }
        let finding = FindingType::of(record.text("type").unwrap_or_default());
        let is_file = matches!(finding.family, "SuspiciousFile" | "MaliciousFile");
        let direction = match record.text("service.action.actionType") {
            Some("NETWORK_CONNECTION") => {
                record.text("service.action.networkConnectionAction.connectionDirection")
            }
            Some("DNS_REQUEST") => Some("outbound"),
            Some("AWS_API_CALL" | "KUBERNETES_API_CALL" | "PORT_PROBE" | "RDS_LOGIN_ATTEMPT") => {
                Some("inbound")
            }
            // What processes, files and sequences of events show is no connection.
            _ => None,
        };
        if let Some(direction) = direction.filter(|direction| !direction.eq_ignore_ascii_case("unknown")) {
            record.set("network.direction", record.arena.alloc_str(&direction.to_lowercase()));
            if direction.eq_ignore_ascii_case("outbound") {
                swap_ends(&mut record);
            }
        }
        let protocol =
            ["service.action.networkConnectionAction.protocol", "service.action.dnsRequestAction.protocol"];
        if let Some(protocol) = protocol.iter().find_map(|path| record.text(path)) {
            record.set("network.transport", protocol);
            derived::flow(record.row, record.arena);
        }
        if is_file || matches!(finding.purpose, "Backdoor" | "CryptoCurrency" | "Trojan") {
            record.row.set(FieldId::EVENT_CATEGORY, Value::Word("malware"));
        }
        let label = record.text("severity").and_then(|severity| severity.parse::<f64>().ok()).map(label);
        // The field takes whole numbers, and severities have a decimal.
        if let Some((whole, _)) = record.text("severity").and_then(|severity| severity.split_once('.')) {
            record.fill("event.severity", whole);
        }
        finding.tell(label, &mut record);
        user(&mut record);
        several(&mut record);
        digests(&mut record);
        derived::derive(record.row, record.arena);
    }
}

/// The root user's name is `root`: `userName` may be the alias of his account, as in CloudTrail. That of a session is a role, which stands
/// before the session's own name as in CloudTrail's documents.
fn user(record: &mut RecordView<'_, '_>) {
    let alias = record.text("resource.accessKeyDetails.userName");
    match (record.text("resource.accessKeyDetails.userType"), alias) {
        (Some("Root"), _) => {}
        (Some("AssumedRole"), Some(role)) => {
            let id = record.text("resource.accessKeyDetails.principalId");
            let Some((_, session)) = id.and_then(|id| id.rsplit_once(':')) else { return };
            let name = &*record.arena.alloc_str(&[role, "/", session].concat());
            record.row.set(FieldId::USER_NAME, Value::Text(name));
            return record.relate_users(&[name, session]);
        }
        _ => return,
    }
    let related = record.row.get(FieldId::RELATED_USER);
    let others = related.texts().iter().copied().filter(|user| Some(*user) != alias);
    let users: Vec<_> = ["root"].into_iter().chain(others).collect();
    let users = record.arena.alloc_slice_copy(&users);
    record.row.set(FieldId::USER_NAME, Value::Word("root"));
    record.row.set(FieldId::RELATED_USER, Value::Texts(users));
}

/// One who looked for open ports.
#[derive(Deserialize)]
struct Probe {
    #[serde(rename = "remoteIpDetails", default)]
    remote: Remote,
}

#[derive(Default, Deserialize)]
struct Remote {
    #[serde(rename = "ipAddressV4")]
    v4: Option<String>,
    #[serde(rename = "ipAddressV6")]
    v6: Option<String>,
}

/// One of those between whom a sequence of events happened.
#[derive(Deserialize)]
struct Endpoint {
    ip: Option<String>,
}

/// Who took part in a sequence of events.
#[derive(Deserialize)]
struct Actor {
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    name: Option<String>,
}

/// More of them in one finding are left as it has them.
const MAX_PROBES: usize = 100;

/// Adds all who looked for open ports to `related.ip`: the first of them alone is the source. So it does with all ends of a sequence of
/// events, of which none is known to be the source, and with the users who took part in it.
fn several(record: &mut RecordView<'_, '_>) {
    let probes: Vec<Probe> = record.list("service.action.portProbeAction.portProbeDetails");
    let ends: Vec<Endpoint> = record.list("service.detection.sequence.endpoints");
    let texts = probes.iter().take(MAX_PROBES).flat_map(|probe| [&probe.remote.v4, &probe.remote.v6]);
    let texts = texts.chain(ends.iter().take(MAX_PROBES).map(|end| &end.ip));
    let texts = texts.flatten().filter(|text| !text.is_empty());
    let addresses: Vec<_> = texts.filter_map(|text| address(record.arena.alloc_str(text))).collect();
    if !addresses.is_empty() {
        record.relate(&addresses);
    }
    let actors: Vec<Actor> = record.list("service.detection.sequence.actors");
    let names = actors.iter().take(MAX_PROBES).filter_map(|actor| actor.user.as_ref()?.name.as_deref());
    let names: Vec<&str> = names.map(|name| &*record.arena.alloc_str(name)).collect();
    record.relate_users(&names);
}

/// Adds the digests of all files and processes to `related.hash`: of what a scan has found, what ran, and who took part in a sequence. API
/// reference, `ScanFilePath`, `ItemPath`, `ProcessDetails`, `ActorProcess`.
fn digests(record: &mut RecordView<'_, '_>) {
    let service = record.source.json("service").and_then(|json| serde_json::from_str(json).ok());
    let mut found = Vec::new();
    find_digests(&service.unwrap_or_default(), &mut found);
    if !found.is_empty() {
        let texts = found.iter().map(|text| &*record.arena.alloc_str(text));
        let texts = record.arena.alloc_slice_fill_iter(texts.collect::<Vec<_>>());
        record.row.set(FieldId::RELATED_HASH, Value::Texts(texts));
    }
}

fn find_digests(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::Object(members) => {
            for (name, value) in members {
                let is_digest = name == "hash" || name.to_ascii_lowercase().ends_with("sha256");
                match value.as_str().filter(|text| is_digest && found.len() < MAX_PROBES && !text.is_empty())
                {
                    Some(text) if !found.iter().any(|other| other == text) => found.push(text.to_owned()),
                    Some(_) => {}
                    None => find_digests(value, found),
                }
            }
        }
        Json::Array(values) => values.iter().for_each(|value| find_digests(value, found)),
        _ => {}
    }
}

/// The words of a finding's type: `Purpose:Resource/Family.Mechanism!Artifact`.
#[derive(Default)]
struct FindingType<'a> {
    purpose: &'a str,
    resource: &'a str,
    family: &'a str,
    mechanism: &'a str,
    artifact: &'a str,
}

impl<'a> FindingType<'a> {
    fn of(text: &'a str) -> Self {
        let Some((purpose, rest)) = text.split_once(':') else { return Self::default() };
        let Some((resource, rest)) = rest.split_once('/') else { return Self::default() };
        let (rest, artifact) = rest.split_once('!').unwrap_or((rest, ""));
        let (family, mechanism) = rest.split_once('.').unwrap_or((rest, ""));
        Self { purpose, resource, family, mechanism, artifact }
    }

    /// Adds the words under upstream's names.
    fn tell(&self, label: Option<&str>, record: &mut RecordView<'_, '_>) {
        let words = [
            ("severitylabel", label.unwrap_or_default()),
            ("ThreatPurpose", self.purpose),
            ("ResourceTypeAffected", self.resource),
            ("ThreatFamilyName", self.family),
            ("DetectionMechanism", self.mechanism),
            ("Artifact", self.artifact),
        ];
        record.add("", words.into_iter().filter(|(_, word)| !word.is_empty()));
    }
}

/// GuardDuty's own bounds of its severities.
fn label(severity: f64) -> &'static str {
    match severity {
        severity if severity < 4.0 => "low",
        severity if severity < 7.0 => "medium",
        severity if severity < 9.0 => "high",
        _ => "critical",
    }
}

/// A finding about the instance's own connection: the instance is the source.
fn swap_ends(record: &mut RecordView<'_, '_>) {
    let pairs = [
        ("source.ip", "destination.ip"),
        ("source.port", "destination.port"),
        ("source.address", "destination.address"),
        ("source.nat.ip", "destination.nat.ip"),
        ("source.geo.location", "destination.geo.location"),
        ("source.geo.city_name", "destination.geo.city_name"),
        ("source.geo.country_name", "destination.geo.country_name"),
    ];
    for (source, destination) in pairs {
        if let (Some(source), Some(destination)) = (record.fields.id(source), record.fields.id(destination)) {
            let (one, other) = (record.row.get(source), record.row.get(destination));
            record.row.set(source, other);
            record.row.set(destination, one);
        }
    }
}
