//! ECS's categorization: whatever an event says, its kind, categories, types and outcome are of ECS's closed lists, and go
//! together as ECS expects.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Document, document, fluentd_line, load_bytes, plan};

/// The types that ECS expects of each category (ECS 9.4, allowed values of `event.category`).
const EXPECTED: [(&str, &str); 20] = [
    ("api", "access admin allowed change creation deletion denied end info start user"),
    ("authentication", "start end info"),
    ("configuration", "access change creation deletion info"),
    ("database", "access change info error"),
    ("driver", "change end info start"),
    ("email", "info"),
    ("file", "access change creation deletion info"),
    ("host", "access change end info start"),
    ("iam", "admin change creation deletion group info user"),
    ("intrusion_detection", "allowed denied info"),
    ("library", "start"),
    ("malware", "info"),
    ("network", "access allowed connection denied end info protocol start"),
    ("package", "access change deletion info installation start"),
    ("process", "access change end info start"),
    ("registry", "access change creation deletion"),
    ("session", "start end info"),
    ("threat", "indicator"),
    ("vulnerability", "info"),
    ("web", "access error info"),
];

/// Every id that a rule of ours names, one of each range, and one of none.
const IDS: [&str; 51] = [
    "10", "20", "21", "30", "40", "60", "100", "160", "200", "300", "397", "500", "600", "601", "602", "603",
    "850", "899", "900", "1000552", "2002779", "3002795", "4000000", "4000001", "4000002", "4000003",
    "4000010", "4000011", "4000012", "4000013", "4000020", "4000030", "5000000", "5000001", "5000002",
    "6001100", "6001200", "6002100", "6002200", "6000000", "7000000", "7000200", "7001000", "7001200",
    "7002000", "7002200", "7000001", "8000000", "", "x", "-1",
];

/// Every word that a module is known to write, as it writes it and in detect-only mode, and some that none does.
const ACTS: [&str; 34] = [
    "",
    "Log",
    "Deny",
    "Block",
    "Reset",
    "Insert",
    "Delete",
    "Replace",
    "IDS:Log",
    "IDS:Deny",
    "IDS:Block",
    "IDS:Reset",
    "IDS:Insert",
    "IDS:Delete",
    "IDS:Replace",
    "ids: reset",
    "Detect Only: Reset",
    "Quarantine",
    "Clean",
    "Deny Access",
    "DenyAccess",
    "Terminate",
    "Pass",
    "Passed",
    "Unspecified",
    "detectOnly",
    "blocked",
    "created",
    "updated",
    "deleted",
    "renamed",
    "Renamed",
    "unheard of",
    "N/A",
];

const NAMES: [&str; 6] = [
    "A rule",
    "User Signed In",
    "User Signed Out",
    "User Timed Out",
    "User Locked Out",
    "Authentication Failed",
];

const EXTENSIONS: [&str; 4] = [
    "",
    "filePath=/etc/passwd src=203.0.113.9 dst=10.0.0.5",
    "filePath=HKLM\\\\Run src=N/A dst=10.0.0.5",
    "result=Quarantine failed request=a.example src=203.0.113.9",
];

/// What an event is, as ECS sees it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Class {
    kind: String,
    categories: Vec<String>,
    types: Vec<String>,
    outcome: Option<String>,
}

impl Class {
    fn of(document: &Document) -> Self {
        let texts = |name: &str| match document.get(name) {
            Value::Null => Vec::new(),
            Value::Array(items) => items.iter().map(|item| item.as_str().unwrap().to_owned()).collect(),
            other => panic!("`{name}` is {other}, ECS wants a list"),
        };
        Self {
            kind: document.text("event.kind").to_owned(),
            categories: texts("event.category"),
            types: texts("event.type"),
            outcome: document.get("event.outcome").as_str().map(str::to_owned),
        }
    }

    fn check(&self, message: &str) {
        assert!(matches!(self.kind.as_str(), "alert" | "event"), "{self:?}: {message}");
        assert!(matches!(self.outcome.as_deref(), None | Some("success" | "failure")), "{self:?}: {message}");
        let expected: Vec<&str> = self
            .categories
            .iter()
            .flat_map(|category| {
                let types = EXPECTED.iter().find(|(name, _)| name == category);
                types.unwrap_or_else(|| panic!("{category} is no category: {message}")).1.split(' ')
            })
            .collect();
        for kind in &self.types {
            let fits =
                if self.categories.is_empty() { kind == "info" } else { expected.contains(&kind.as_str()) };
            assert!(fits, "{self:?} has no type {kind}: {message}");
        }
        let both = ["allowed", "denied"].iter().all(|verdict| self.types.iter().any(|kind| kind == verdict));
        assert!(!both, "{self:?}: {message}");
    }
}

#[test]
fn every_combination_that_an_event_can_give_is_one_that_ecs_expects() {
    let mut messages = Vec::new();
    for product in ["Agent", "Manager"] {
        for id in IDS {
            let names = if product == "Manager" { &NAMES[..] } else { &["A rule"] };
            let acts = if product == "Manager" { &["", "Deny"][..] } else { &ACTS };
            for (name, act) in names.iter().flat_map(|name| acts.iter().map(move |act| (name, act))) {
                let extension = EXTENSIONS.get((id.len() + act.len()) % EXTENSIONS.len()).unwrap();
                let extensions =
                    if id.len() < 3 || id.ends_with("779") { &EXTENSIONS[..] } else { &[*extension] };
                for extension in extensions {
                    let message = format!(
                        "CEF:0|Trend Micro|Deep Security {product}|20|{id}|{name}|6|act={act} {extension}"
                    );
                    messages.push(message);
                }
            }
        }
    }
    let lines: Vec<u8> = messages.iter().flat_map(|message| fluentd_line(message)).collect();
    let documents = load_bytes(plan(), &lines).documents;
    assert_eq!(documents.len(), messages.len());
    let mut classes = BTreeSet::new();
    for (message, document) in messages.iter().zip(&documents) {
        let class = Class::of(document);
        class.check(message);
        classes.insert(class);
    }
    assert!(classes.len() >= 20, "{classes:#?}");
}

#[test]
fn a_connection_has_two_ends() {
    let event = |extension: &str| {
        document(&format!("CEF:0|Trend Micro|Deep Security Agent|20|21|n|5|act=Deny {extension}"))
    };
    assert!(event("src=203.0.113.9 dst=10.0.0.5").get("event.type").to_string().contains("connection"));
    assert!(!event("src=203.0.113.9 dst=N/A").get("event.type").to_string().contains("connection"));
}

#[test]
fn a_registry_event_that_does_not_say_what_was_done_has_no_type() {
    let event =
        document("CEF:0|Trend Micro|Deep Security Agent|20|30|n|5|act=touched filePath=HKEY_USERS\\\\a");
    assert_eq!(event.get("event.category").to_string(), r#"["registry"]"#);
    assert!(!event.has("event.type"), "{}", event.json);
}
