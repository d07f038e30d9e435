//! Asks which documents closed indices hold already: an object that is loaded again must not double them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::deliver::bulk::{ClosedIndices, index_and_id};
use crate::edge::opensearch::client::{OpenSearch, in_path};
use crate::load::batch::Batch;

/// What the cluster tells of documents that may be in closed indices.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// Those that are there: their positions in the batch.
    pub(super) there: BTreeSet<usize>,
    /// Those of which it tells nothing, because an index is not only read-only, or because we may not look.
    pub(super) untold: BTreeSet<usize>,
}

/// Which documents of a batch closed indices hold.
pub(super) async fn held(client: &OpenSearch, batch: &Batch, closed_indices: &ClosedIndices) -> Held {
    let (mut asked, mut documents) = (Vec::new(), Vec::new());
    for at in 0..batch.len() {
        let Some((index, id)) = index_and_id(batch.action(at)) else { continue };
        for closed in closed_indices.closed_of(&index) {
            asked.push((at, id.clone()));
            documents.push(json!({"_index": closed, "_id": id, "_source": false}));
        }
    }
    if asked.is_empty() {
        return Held::default();
    }
    let answer = if client.target().ways().index_in_path {
        one_by_one(client, &documents).await
    } else {
        client.ask("_mget", &json!({"docs": documents})).await.unwrap_or_default()
    };
    let found = answer.get("docs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    // An answer to something else tells nothing, nor one about another document.
    let found = if found.len() == asked.len() { found } else { &[] };
    let mut held = Held::default();
    for (number, (at, id)) in asked.into_iter().enumerate() {
        let is_of_it = |document: &&Value| document.get("_id").is_none_or(|other| *other == id);
        let document = found.get(number).filter(is_of_it);
        match document.and_then(|document| document.get("found")).and_then(Value::as_bool) {
            Some(true) => {
                held.there.insert(at);
            }
            Some(false) => {}
            None => {
                held.untold.insert(at);
            }
        }
    }
    held.untold.retain(|at| !held.there.contains(at));
    held
}

/// Asks for documents with a request for each index, and gives the answers as if it were one.
async fn one_by_one(client: &OpenSearch, documents: &[Value]) -> Value {
    let text = |document: &Value, key: &str| {
        document.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let mut told: BTreeMap<(String, String), Value> = BTreeMap::new();
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for document in documents {
        ids.entry(text(document, "_index")).or_default().push(text(document, "_id"));
    }
    for (index, ids) in ids {
        let path = format!("{}/_mget?_source=false", in_path(&index));
        let answer = client.ask(&path, &json!({"ids": ids})).await.unwrap_or_default();
        let found = answer.get("docs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        told.extend(found.iter().map(|document| ((index.clone(), text(document, "_id")), document.clone())));
    }
    let answer = |document: &Value| {
        told.get(&(text(document, "_index"), text(document, "_id"))).cloned().unwrap_or_default()
    };
    json!({"docs": documents.iter().map(answer).collect::<Vec<_>>()})
}
