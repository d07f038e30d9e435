//! The object that rsyslog and fluentd really wrote, and what is in it by a plain search of its text.
#![allow(clippy::unwrap_used, reason = "helpers of tests: to fail is to panic")]

use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::services::repository;
use super::site::Site;

/// Its events, one document each.
pub(crate) const DOCUMENTS: u64 = 415;

/// The object's file.
pub(crate) fn path() -> PathBuf {
    repository().join("fixtures/real-chain.gz")
}

pub(crate) fn bytes() -> Vec<u8> {
    std::fs::read(path()).unwrap()
}

fn lines_with(text: &str) -> u64 {
    let mut bytes = Vec::new();
    GzDecoder::new(self::bytes().as_slice()).read_to_end(&mut bytes).unwrap();
    let all = String::from_utf8_lossy(&bytes);
    let count = all.lines().filter(|line| line.contains(text)).count();
    u64::try_from(count).unwrap()
}

/// An analyst's searches have to find in the site's indices what stands in the text.
#[track_caller]
pub(crate) fn assert_searchable(site: &Site) {
    for (query, text) in [
        (json!({"term": {"source.ip": "203.0.113.80"}}), " src=203.0.113.80 "),
        (json!({"term": {"destination.ip": "10.0.0.5"}}), " dst=10.0.0.5 "),
        (json!({"term": {"destination.ip": "10.0.0.0/24"}}), " dst=10.0.0."),
        (
            json!({"range": {"@timestamp": {"gte": "2026-11-22T21:00:00Z", "lt": "2026-11-22T22:00:00Z"}}}),
            "\"Nov 22 21:",
        ),
        (
            json!({"range": {"@timestamp": {"gte": "2026-11-23T00:00:00+09:00", "lt": "2026-11-23T00:01:00+09:00"}}}),
            "\"Nov 22 15:00:",
        ),
        (json!({"match": {"@message": "OGNL"}}), "OGNL"),
        (json!({"match_phrase": {"@message": "cross site scripting"}}), "Cross Site Scripting"),
        (json!({"match_phrase": {"@message": "203.0.113.80"}}), "203.0.113.80 "),
        (json!({"query_string": {"query": "event.code:4000000"}}), "|4000000|"),
    ] {
        let expected = lines_with(text);
        assert!(expected > 0, "{text}");
        assert_eq!(site.node.count(&site.indices(), &query), expected, "{query}");
    }
    // The client stands in the packet's X-Forwarded-For, behind base64 in the text; the peer is a proxy of one's own.
    let behind_proxy: Vec<Value> = site.node.find(
        &site.indices(),
        &json!({"bool": {"filter": [
            {"term": {"source.ip": "203.0.113.181"}},
            {"term": {"source.address": "10.37.101.200"}},
            {"term": {"url.domain": "app.example.com"}}
        ]}}),
    );
    assert_eq!(behind_proxy.len(), 1, "{behind_proxy:#?}");
}
