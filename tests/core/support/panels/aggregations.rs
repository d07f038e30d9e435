//! The aggregations of panels, as Dashboards saves them.

use serde_json::{Value, json};

use super::{EVENTS, Text, text};

pub(super) const LATEST: Text = text("Latest event", "最終イベント");

pub(super) fn count(language: usize) -> Value {
    let label = EVENTS.all()[language];
    json!({"id": "1", "enabled": true, "type": "count", "schema": "metric", "params": {"customLabel": label}})
}

pub(super) fn metric(id: &str, kind: &str, field: &str, label: Text, language: usize) -> Value {
    let params = json!({"field": field, "customLabel": label.all()[language]});
    json!({"id": id, "enabled": true, "type": kind, "schema": "metric", "params": params})
}

/// The value of the latest event.
pub(super) fn latest(id: &str, field: &str, label: Text, language: usize) -> Value {
    let params = json!({
        "field": field, "customLabel": label.all()[language], "aggregate": "concat", "size": 1,
        "sortField": "@timestamp", "sortOrder": "desc",
    });
    json!({"id": id, "enabled": true, "type": "top_hits", "schema": "metric", "params": params})
}

pub(super) fn terms(id: &str, schema: &str, field: &str, size: u64, label: Text, language: usize) -> Value {
    let params = json!({
        "field": field, "customLabel": label.all()[language], "size": size, "orderBy": "1", "order": "desc",
        "otherBucket": false, "otherBucketLabel": "Other", "missingBucket": false, "missingBucketLabel": "Missing",
    });
    json!({"id": id, "enabled": true, "type": "terms", "schema": schema, "params": params})
}

/// Events in spans of time, as long as fits the time that is shown.
pub(super) fn over_time(id: &str) -> Value {
    let params = json!({
        "field": "@timestamp", "interval": "auto", "min_doc_count": 1, "extended_bounds": {},
        "drop_partials": false, "scaleMetricValues": false, "useNormalizedOpenSearchInterval": true,
    });
    json!({"id": id, "enabled": true, "type": "date_histogram", "schema": "segment", "params": params})
}

/// A bucket for each of some queries in Lucene's language.
pub(super) fn filters(id: &str, schema: &str, queries: &[(Text, String)], language: usize) -> Value {
    let filter = |(label, query): &(Text, String)| json!({"label": label.all()[language], "input": {"language": "lucene", "query": query}});
    let params = json!({"filters": queries.iter().map(filter).collect::<Vec<_>>()});
    json!({"id": id, "enabled": true, "type": "filters", "schema": schema, "params": params})
}
