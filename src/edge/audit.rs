//! Compares the documents that an object has to give with those that the cluster holds.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::opensearch::client::{ApiError, OpenSearch};
use crate::deliver::expected::Expected;

/// Ids that are asked for in one request.
const IDS_AT_ONCE: usize = 1_000;

/// What the cluster says where there is no index of a name, or no single one: behind a data stream, and an alias that was rolled over.
const NO_SINGLE_INDEX: [&str; 2] = ["index_not_found_exception", "illegal_argument_exception"];

const TRIES: u32 = 4;

/// Pause before another try; it doubles with each.
const PAUSE: Duration = Duration::from_millis(500);

/// How an object compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// Every document is there, once.
    Fine,
    /// None is there.
    Missing,
    /// Some are not there.
    Short,
    /// There are more than there should be.
    Double,
    /// The cluster does not tell of all, because their index is closed, or a shard does not answer.
    Unknown,
}

/// What became of an object's documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) verdict: Verdict,
    /// Documents that it has to give.
    pub(crate) expected: u64,
    /// Documents that name it.
    pub(crate) counted: u64,
    /// Of the expected: are there by their ids, but not found by the object's key. They name another object, which held the same
    /// lines, or cannot be searched by it: not yet, or because the index has no mapping for it.
    pub(crate) by_id_only: u64,
    /// Of the expected: are not there.
    pub(crate) lost: u64,
}

/// Compares the documents of an object. `bucket` is nothing for a local file; `indices` is where they can be, as `log-deepsecurity*`.
///
/// # Errors
///
/// The cluster does not answer.
pub(crate) async fn compare(
    client: &OpenSearch,
    indices: &str,
    (bucket, key): (Option<&str>, &str),
    expected: &Expected,
) -> Result<Finding, ApiError> {
    let mut filter = vec![json!({"term": {"@log_s3key": key}})];
    filter.extend(bucket.map(|bucket| json!({"term": {"@log_s3bucket": bucket}})));
    let question = json!({"query": {"bool": {"filter": filter}}});
    let path = format!("{indices}/_count?ignore_unavailable=true&allow_no_indices=true");
    let answer = ask(client, &path, &question).await?;
    let counted = answer.get("count").and_then(Value::as_u64).unwrap_or_default();
    let is_counted = !is_partial(&answer);
    let all = expected.count();
    // A line that came in another object too is one document, which names the object that came last; and what names the object may be
    // left of an older one of its key. Without ids the count is all there is.
    let held = held(client, indices, &expected.ids).await?;
    let there = if expected.without_id > 0 { counted.min(all) } else { held.there };
    let lost = all.saturating_sub(there + held.unknown);
    let verdict = match lost {
        0 if counted > all => Verdict::Double,
        _ if held.unknown > 0 || !is_counted => Verdict::Unknown,
        0 => Verdict::Fine,
        lost if lost == all => Verdict::Missing,
        _ => Verdict::Short,
    };
    Ok(Finding { verdict, expected: all, counted, by_id_only: there.saturating_sub(counted), lost })
}

/// What the cluster says of ids.
#[derive(Default)]
struct FoundByIds {
    there: u64,
    unknown: u64,
}

async fn held(
    client: &OpenSearch,
    indices: &str,
    expected: &BTreeMap<String, BTreeSet<String>>,
) -> Result<FoundByIds, ApiError> {
    let all: Vec<(&String, &String)> =
        expected.iter().flat_map(|(index, ids)| ids.iter().map(move |id| (index, id))).collect();
    let mut held = FoundByIds::default();
    for some in all.chunks(IDS_AT_ONCE) {
        let documents: Vec<Value> =
            some.iter().map(|(index, id)| json!({"_index": index, "_id": id, "_source": false})).collect();
        let answer = ask(client, "_mget", &json!({"docs": documents})).await?;
        let found = answer.get("docs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut absent = BTreeSet::new();
        let mut closed = BTreeSet::new();
        for (at, (_, id)) in some.iter().enumerate() {
            let document = found.get(at).unwrap_or(&Value::Null);
            let kind = document.pointer("/error/type").and_then(Value::as_str);
            if document.get("found").and_then(Value::as_bool) == Some(true) {
                held.there += 1;
            } else if kind.is_some_and(|kind| !NO_SINGLE_INDEX.contains(&kind)) {
                // Its index is closed, or a shard does not answer: nobody knows.
                closed.insert(id.as_str());
            } else {
                absent.insert(id.as_str());
            }
        }
        if absent.is_empty() && closed.is_empty() {
            continue;
        }
        // Documents whose index was closed for writing went to its next name; another rotation sent them elsewhere.
        let asked: Vec<&&str> = absent.iter().chain(&closed).collect();
        let question =
            json!({"query": {"ids": {"values": asked}}, "_source": false, "size": 10 * IDS_AT_ONCE});
        let path = format!("{indices}/_search?ignore_unavailable=true&allow_no_indices=true");
        let answer = ask(client, &path, &question).await?;
        let hits =
            answer.pointer("/hits/hits").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let found: BTreeSet<&str> = hits.iter().filter_map(|hit| hit.get("_id")?.as_str()).collect();
        held.there += found.len() as u64;
        if is_partial(&answer) {
            closed.append(&mut absent);
        }
        held.unknown += closed.difference(&found).count() as u64;
    }
    Ok(held)
}

/// Whether some shards have not answered a search or a count.
fn is_partial(answer: &Value) -> bool {
    answer.get("timed_out").and_then(Value::as_bool) == Some(true)
        || answer.pointer("/_shards/failed").and_then(Value::as_u64).is_some_and(|failed| failed > 0)
}

/// Asks, and once more where that can help.
async fn ask(client: &OpenSearch, path: &str, question: &Value) -> Result<Value, ApiError> {
    let mut tries = 1;
    loop {
        let error = match client.ask(path, question).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let can_pass = match &error {
            ApiError::Send(error) => error.can_pass(),
            ApiError::Refused { fault, .. } => fault.is_pressure(),
        };
        if !can_pass || tries == TRIES {
            return Err(error);
        }
        tokio::time::sleep(PAUSE * 2_u32.pow(tries - 1)).await;
        tries += 1;
    }
}
