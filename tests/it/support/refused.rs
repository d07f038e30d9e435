//! Documents that OpenSearch refuses: lines, an index that takes none of them, and one that takes no document at all.

use serde_json::json;

use super::site::Site;

/// A line of fluentd with an event of the agent, which has this text in it.
pub(crate) fn line(text: &str) -> String {
    let event = "CEF:0|Trend Micro|Deep Security Agent|20.0|21|Deny|0|src=203.0.113.2 act=Deny msg=";
    let message = format!("Nov 22 15:00:02 h {event}{text}");
    json!({"message": message, "timestamp": "2026-11-22T22:26:05+00:00"}).to_string()
}

/// An index that takes none of these lines in any form, because it knows no time with an offset: other documents are fine.
pub(crate) fn picky(site: &Site) {
    put(site, "", &time(false));
}

/// Lets it take them.
pub(crate) fn mend(site: &Site) {
    put(site, "/_mapping", &time(true));
}

/// An index that takes no document at all, in any form.
pub(crate) fn strict(site: &Site) {
    let mapping = json!({"mappings": {"dynamic": "strict", "properties": {"@timestamp": {"type": "date"}}}});
    put(site, "", &mapping);
}

fn time(ignore_malformed: bool) -> serde_json::Value {
    let format = "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'";
    json!({"properties": {"@timestamp": {"type": "date", "format": format, "ignore_malformed": ignore_malformed}}})
}

fn put(site: &Site, path: &str, body: &serde_json::Value) {
    let body = if path.is_empty() && body.get("mappings").is_none() {
        json!({"mappings": body})
    } else {
        body.clone()
    };
    site.node.put(&format!("{}-2026-11{path}", site.index), &body).good();
}
