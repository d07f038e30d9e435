//! The log lines that the page offers: one example for each module and log type, out of the fixtures of the tests.

use serde::Serialize;

/// Log lines with a name.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Example {
    name: &'static str,
    lines: &'static str,
}

macro_rules! examples {
    ($($name:literal: $file:literal),+ $(,)?) => {
        &[$(Example { name: $name, lines: include_str!(concat!("../../../fixtures/", $file)) }),+]
    };
}

/// All examples, in the order of the page's list.
pub(super) const ALL: &[Example] = examples! {
    "Intrusion Prevention, behind a proxy": "lines/forwarded_for_behind_a_trusted_proxy.jsonl",
    "Intrusion Prevention": "lines/intrusion_prevention_cef.jsonl",
    "Firewall": "lines/firewall_cef.jsonl",
    "Anti-Malware": "lines/anti_malware_cef.jsonl",
    "Web Reputation": "lines/web_reputation_cef.jsonl",
    "Integrity Monitoring": "lines/integrity_monitoring_cef.jsonl",
    "Log Inspection": "lines/log_inspection_cef.jsonl",
    "Application Control": "lines/application_control_cef.jsonl",
    "Device Control": "lines/device_control_cef.jsonl",
    "Manager": "lines/system_cef.jsonl",
    "Intrusion Prevention in LEEF": "lines/intrusion_prevention_leef.jsonl",
    "Apex One": "apex_one/virus_malware.documented.jsonl",
};

/// The lines that the page begins with.
pub(super) fn first() -> &'static str {
    ALL.first().map_or("", |example| example.lines)
}
