//! A client of the OpenSearch node that asks what the tests want to know. It is not the client that is tested.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests: to fail is to panic"
)]

use std::collections::BTreeMap;

use opensearch::http::Method;
use opensearch::http::headers::HeaderMap;
use opensearch::http::transport::{SingleNodeConnectionPool, Transport, TransportBuilder};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::services;

/// A connection to the node.
pub(crate) struct Node {
    runtime: Runtime,
    transport: Transport,
}

/// An answer of the node.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of an answer that has to be a good one.
    #[track_caller]
    pub(crate) fn good(self) -> Value {
        assert!((200..=299).contains(&self.status), "{}: {}", self.status, self.body);
        self.body
    }

    /// The reason of an answer that has to be a refusal with this status.
    #[track_caller]
    pub(crate) fn refused(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        self.body["error"]["reason"].as_str().unwrap_or_default().to_owned()
    }
}

impl Node {
    pub(crate) fn new() -> Self {
        let url = services::opensearch().parse().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let transport =
            TransportBuilder::new(SingleNodeConnectionPool::new(url)).disable_proxy().build().unwrap();
        Self { runtime, transport }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call(Method::Get, path, None)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::Put, path, Some(body))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::Post, path, Some(body))
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.call(Method::Delete, path, None)
    }

    fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.runtime.block_on(async {
            let body = body.map(Value::to_string);
            let query = None::<&()>;
            let sent = self.transport.send(method, path, HeaderMap::new(), query, body, None).await.unwrap();
            let status = sent.status_code().as_u16();
            let text = sent.text().await.unwrap();
            Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
        })
    }

    /// What a search of an index gives; all that was indexed before can be found. No shard may fail.
    pub(crate) fn search(&self, index: &str, search: &Value) -> Value {
        self.post(&format!("{index}/_refresh"), &json!({})).good();
        let found = self.post(&format!("{index}/_search"), search).good();
        assert_eq!(found["_shards"]["failed"], 0, "{found}");
        found
    }

    /// The documents that a query finds, up to 1,000, in the order of their time.
    pub(crate) fn find(&self, index: &str, query: &Value) -> Vec<Value> {
        let search = json!({"query": query, "size": 1000, "sort": [{"@timestamp": {"order": "asc", "unmapped_type": "date"}}]});
        let mut found = self.search(index, &search);
        let hits = found["hits"]["hits"].as_array_mut().unwrap();
        hits.iter_mut().map(|hit| hit["_source"].take()).collect()
    }

    /// How many documents a query finds.
    pub(crate) fn count(&self, index: &str, query: &Value) -> u64 {
        let found = self.search(index, &json!({"query": query, "size": 0, "track_total_hits": true}));
        found["hits"]["total"]["value"].as_u64().unwrap()
    }

    /// How many documents there are.
    pub(crate) fn documents(&self, index: &str) -> u64 {
        self.count(index, &json!({"match_all": {}}))
    }

    /// The documents that a query finds, counted by the values of a field and, within them, of another.
    pub(crate) fn table(&self, index: &str, query: &Value, outer: &str, inner: &str) -> Table {
        let inner = json!({"terms": {"field": inner, "size": 1000}});
        let outer = json!({"terms": {"field": outer, "size": 1000}, "aggs": {"inner": inner}});
        let found = self.search(index, &json!({"query": query, "size": 0, "aggs": {"outer": outer}}));
        let rows = buckets(&found["aggregations"]["outer"]);
        rows.map(|(name, count, bucket)| {
            let cells = buckets(&bucket["inner"]).map(|(name, count, _)| (name, count)).collect();
            (name, (count, cells))
        })
        .collect()
    }
}

/// Counts by a value, and by another within each.
pub(crate) type Table = BTreeMap<String, (u64, BTreeMap<String, u64>)>;

fn buckets(aggregation: &Value) -> impl Iterator<Item = (String, u64, &Value)> {
    aggregation["buckets"].as_array().unwrap().iter().map(|bucket| {
        (bucket["key"].as_str().unwrap().to_owned(), bucket["doc_count"].as_u64().unwrap(), bucket)
    })
}
