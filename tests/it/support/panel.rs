//! What OpenSearch Dashboards asks the node for, out of the saved state of dashboards.

use serde_json::{Map, Value, json};

/// Saved objects.
pub(crate) struct Saved {
    objects: Vec<Value>,
}

impl Saved {
    /// Reads a file of saved objects.
    pub(crate) fn read(text: &str) -> Self {
        Self { objects: text.lines().map(|line| serde_json::from_str(line).unwrap()).collect() }
    }

    /// What the object with this id is.
    #[track_caller]
    pub(crate) fn attributes(&self, id: &str) -> &Value {
        &self.objects.iter().find(|object| object["id"] == *id).unwrap()["attributes"]
    }
}

/// The search of a panel, under filters that hold for all panels.
pub(crate) fn question(attributes: &Value, filters: &[Value]) -> Value {
    let state = inner(&attributes["visState"]);
    json!({
        "size": 0, "track_total_hits": true, "query": query(attributes, filters),
        "aggs": aggregations(state["aggs"].as_array().unwrap()),
    })
}

/// The search of a list of events, with the values of its columns.
pub(crate) fn list_question(attributes: &Value, size: u64, filters: &[Value]) -> Value {
    let [by, order] = [0, 1].map(|at| attributes["sort"][0][at].as_str().unwrap());
    json!({
        "size": size, "_source": false, "query": query(attributes, filters),
        "docvalue_fields": attributes["columns"], "sort": [{by: {"order": order}}],
    })
}

/// JSON inside of a string, as saved objects hold it.
pub(crate) fn inner(value: &Value) -> Value {
    serde_json::from_str(value.as_str().unwrap()).unwrap()
}

fn query(attributes: &Value, filters: &[Value]) -> Value {
    let own = lucene(&inner(&attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])["query"]);
    json!({"bool": {"must": [own], "filter": filters}})
}

fn lucene(query: &Value) -> Value {
    assert_eq!(query["language"], "lucene");
    match query["query"].as_str().unwrap() {
        "" => json!({"match_all": {}}),
        text => json!({"query_string": {"query": text, "analyze_wildcard": true}}),
    }
}

/// Buckets stand in one another in their order, metrics in the innermost.
fn aggregations(list: &[Value]) -> Value {
    let is_metric = |aggregation: &&Value| aggregation["schema"] == "metric";
    let mut level: Map<String, Value> = list
        .iter()
        .filter(is_metric)
        .filter(|metric| metric["type"] != "count")
        .map(|metric| (metric["id"].as_str().unwrap().to_owned(), aggregation(metric)))
        .collect();
    for bucket in list.iter().filter(|aggregation| !is_metric(aggregation)).rev() {
        let mut outer = aggregation(bucket);
        outer["aggs"] = Value::Object(level);
        level = Map::from_iter([(bucket["id"].as_str().unwrap().to_owned(), outer)]);
    }
    Value::Object(level)
}

fn aggregation(saved: &Value) -> Value {
    let params = &saved["params"];
    let field = &params["field"];
    match saved["type"].as_str().unwrap() {
        "terms" => {
            // The first metric is the number of documents.
            let by = match params["orderBy"].as_str().unwrap() {
                "1" => "_count",
                metric => metric,
            };
            json!({"terms": {"field": field, "size": params["size"], "order": {by: params["order"]}}})
        }
        "filters" => {
            let filters = params["filters"].as_array().unwrap().iter();
            let named: Map<String, Value> = filters
                .map(|filter| (filter["label"].as_str().unwrap().to_owned(), lucene(&filter["input"])))
                .collect();
            json!({"filters": {"filters": named}})
        }
        // Dashboards works an interval out of the time that is shown.
        "date_histogram" if params["interval"] == "auto" => {
            json!({"date_histogram": {"field": field, "fixed_interval": "1m", "min_doc_count": params["min_doc_count"]}})
        }
        "histogram" => {
            json!({"histogram": {"field": field, "interval": params["interval"], "min_doc_count": 1}})
        }
        "top_hits" => json!({"top_hits": {
            "size": params["size"], "docvalue_fields": [{"field": field}], "_source": false,
            "sort": [{params["sortField"].as_str().unwrap(): {"order": params["sortOrder"]}}],
        }}),
        kind @ ("cardinality" | "max") => json!({kind: {"field": field}}),
        other => panic!("{other}"),
    }
}

/// The buckets of an answer.
pub(crate) fn buckets(aggregation: &Value) -> &[Value] {
    aggregation["buckets"].as_array().unwrap()
}

/// The value that a bucket is of.
pub(crate) fn key(bucket: &Value) -> &str {
    bucket["key"].as_str().unwrap()
}

/// How many documents a bucket counts.
pub(crate) fn documents(bucket: &Value) -> u64 {
    bucket["doc_count"].as_u64().unwrap()
}
