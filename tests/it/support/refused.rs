//! Documents that OpenSearch refuses: lines, and an index that takes none of them.

use serde_json::json;

use super::site::Site;

/// A line of fluentd with an event of the agent, which has this text in it.
pub(crate) fn line(text: &str) -> String {
    let event = "CEF:0|Trend Micro|Deep Security Agent|20.0|21|Deny|0|src=203.0.113.2 act=Deny msg=";
    let message = format!("Nov 22 15:00:02 h {event}{text}");
    json!({"message": message, "timestamp": "2026-11-22T22:26:05+00:00"}).to_string()
}

/// An index that takes no document at all, in either form.
pub(crate) fn strict(site: &Site) {
    let mapping = json!({"mappings": {"dynamic": "strict", "properties": {"@timestamp": {"type": "date"}}}});
    site.node.put(&format!("{}-2026-11", site.index), &mapping).good();
}
