//! Asks which documents closed indices hold already: an object that is loaded again must not double them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::deliver::bulk::{ClosedIndices, index_and_id};
use crate::edge::opensearch::client::{OpenSearch, in_path};
use crate::load::batch::Batch;

/// The documents of a batch that closed indices hold, as far as the cluster tells: their positions in the batch.
pub(super) async fn held(
    client: &OpenSearch,
    batch: &Batch,
    closed_indices: &ClosedIndices,
) -> BTreeSet<usize> {
    let (mut asked, mut documents) = (Vec::new(), Vec::new());
    for at in 0..batch.len() {
        let Some((index, id)) = batch.pair(at).and_then(|(action, _)| index_and_id(action)) else { continue };
        for closed in closed_indices.closed_of(&index) {
            asked.push(at);
            documents.push(json!({"_index": closed, "_id": id, "_source": false}));
        }
    }
    if asked.is_empty() {
        return BTreeSet::new();
    }
    let answer = if client.target().ways().index_in_path() {
        one_by_one(client, &documents).await
    } else {
        client.ask("_mget", &json!({"docs": documents})).await.unwrap_or_default()
    };
    let found = answer.get("docs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    // An answer to something else tells nothing.
    let found = if found.len() == asked.len() { found } else { &[] };
    let is_held = |document: &Value| document.get("found").and_then(Value::as_bool) == Some(true);
    asked.into_iter().zip(found).filter(|(_, document)| is_held(document)).map(|(at, _)| at).collect()
}

/// Asks for documents with a request for each index, and gives the answers as if it were one.
async fn one_by_one(client: &OpenSearch, documents: &[Value]) -> Value {
    let text = |document: &Value, key: &str| {
        document.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let mut held: BTreeSet<(String, String)> = BTreeSet::new();
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for document in documents {
        ids.entry(text(document, "_index")).or_default().push(text(document, "_id"));
    }
    for (index, ids) in ids {
        let path = format!("{}/_mget?_source=false", in_path(&index));
        let answer = client.ask(&path, &json!({"ids": ids})).await.unwrap_or_default();
        let found = answer.get("docs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let found =
            found.iter().filter(|document| document.get("found").and_then(Value::as_bool) == Some(true));
        held.extend(found.map(|document| (index.clone(), text(document, "_id"))));
    }
    let is_held = |document: &Value| held.contains(&(text(document, "_index"), text(document, "_id")));
    json!({"docs": documents.iter().map(|document| json!({"found": is_held(document)})).collect::<Vec<_>>()})
}
