//! What an HTTP answer to a bulk request says of each document.
//!
//! Takes the status and the body, gives a [`Judgement`]. Does not send, wait or count: what follows from a
//! judgement is the caller's business.

use super::fault::Fault;
use super::fault::REASON_LIMIT;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::load::batch::Batch;

/// What became of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The cluster holds it.
    Indexed,
    /// The cluster held it before: a `create` of an id that is there (409). As good as indexed.
    Duplicate,
    /// Another try can help: overload, a failing node, a block that a disk clean-up lifts.
    Again(Fault),
    /// The index is closed for writing, as old ones are that were moved to warm storage: the document goes to the next
    /// index name ([`super::ClosedIndices`]).
    Closed(Fault),
    /// The cluster will never take this document as it stands.
    Refused(Fault),
    /// We may not write to this document's index, or there is none: trying again does not help, nor does another form,
    /// until someone changes something.
    Denied(Fault),
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// One verdict for each document, in the order of the batch.
    Items {
        /// As many as the batch has documents.
        verdicts: Vec<Verdict>,
        /// How long the cluster worked, by its own account.
        took: Duration,
    },
    /// Nothing is known of any document: the whole request is sent again. Ids make that safe.
    Again(Fault),
    /// 413: the request is halved; a document that stands alone is refused.
    TooLarge(Fault),
    /// 400 for the whole request, in OpenSearch's own words: it is halved until the bad document stands alone.
    Malformed(Fault),
    /// The endpoint does not take bulk requests from us; only its owner can change that.
    Denied(Fault),
}

/// Judges the answer to `batch`, which was asked for with `filter_path=took,errors,items.*.status,items.*.error`.
///
/// Works on unfiltered answers too. An answer that cannot be one to this batch (no JSON, another number of items)
/// gives [`Judgement::Again`].
pub fn judge(batch: &Batch, status: u16, body: &[u8]) -> Judgement {
    match status {
        200..=299 => judge_items(batch.len(), status, body),
        // Words that are not OpenSearch's are no judgement of a document: who speaks so says the same of each.
        400 if is_its_own(body) => Judgement::Malformed(whole_fault(status, body)),
        413 => Judgement::TooLarge(whole_fault(status, body)),
        402 | 408 | 425 | 429 | 500.. => Judgement::Again(whole_fault(status, body)),
        _ => {
            let fault = whole_fault(status, body);
            if is_block(&fault) { Judgement::Again(fault) } else { Judgement::Denied(fault) }
        }
    }
}

/// Reads the complaint in an answer that is an error as a whole: OpenSearch's JSON, AWS's `{"message": …}`,
/// or, where it is neither, the beginning of the text.
pub fn whole_fault(status: u16, body: &[u8]) -> Fault {
    let answer = serde_json::from_slice::<Value>(body).unwrap_or_default();
    if let Some(error) = answer.get("error") {
        return fault(status, error);
    }
    if let Some(message) = ["message", "Message"].iter().find_map(|key| answer.get(key)?.as_str()) {
        return Fault::new(status, "", message);
    }
    let text = String::from_utf8_lossy(body.get(..2 * REASON_LIMIT).unwrap_or(body));
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Fault::new(status, "", if words.is_empty() { "an empty answer" } else { &words })
}

/// An error of OpenSearch, not of a proxy before it.
fn is_its_own(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|answer| answer.get("error").is_some())
}

/// The answer, as far as we look at it.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    took: u64,
    items: Vec<Operation>,
}

/// One item: an object with one key, the operation.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Operation {
    Index(Outcome),
    Create(Outcome),
    Update(Outcome),
    Delete(Outcome),
}

#[derive(Deserialize)]
struct Outcome {
    status: u16,
    error: Option<Value>,
}

fn judge_items(documents: usize, status: u16, body: &[u8]) -> Judgement {
    let answer = match serde_json::from_slice::<Answer>(body) {
        Ok(answer) => answer,
        Err(_) => {
            let reason = format!("not an answer to a bulk request: {}", whole_fault(status, body).reason);
            return Judgement::Again(Fault::new(status, "", &reason));
        }
    };
    if answer.items.len() != documents {
        let reason = format!("the answer has {} items for {documents} documents", answer.items.len());
        return Judgement::Again(Fault::new(status, "", &reason));
    }
    let verdicts = answer.items.into_iter().map(judge_item).collect();
    Judgement::Items { verdicts, took: Duration::from_millis(answer.took) }
}

fn judge_item(operation: Operation) -> Verdict {
    let (Operation::Index(outcome)
    | Operation::Create(outcome)
    | Operation::Update(outcome)
    | Operation::Delete(outcome)) = operation;
    let fault = || fault(outcome.status, outcome.error.as_ref().unwrap_or(&Value::Null));
    match outcome.status {
        200..=299 => Verdict::Indexed,
        409 => Verdict::Duplicate,
        400..=499 if !matches!(outcome.status, 402 | 408 | 425 | 429) => {
            let fault = fault();
            if is_closed(&fault) {
                Verdict::Closed(fault)
            } else if is_block(&fault) || is_shard_limit(&fault) {
                Verdict::Again(fault)
            } else if matches!(fault.status, 401 | 403 | 404) || is_setup(&fault) {
                Verdict::Denied(fault)
            } else {
                Verdict::Refused(fault)
            }
        }
        _ => Verdict::Again(fault()),
    }
}

/// This one index takes no documents any more: it is read-only (5), closed for writing (8), or closed (4), by the numbers of
/// OpenSearch's blocks. A full disk (12) closes indices too, but another index would fill it further.
fn is_closed(fault: &Fault) -> bool {
    let reason = fault.reason.as_str();
    match fault.error_type.as_str() {
        "index_closed_exception" => true,
        "cluster_block_exception" => {
            reason.starts_with("index [")
                && ["/4/", "/5/", "/8/"].iter().any(|block| reason.contains(block))
                && !reason.contains("/12/")
        }
        _ => false,
    }
}

/// The index name leads nowhere, for every document alike: an alias without an index behind it, or a name that cannot be. Or the
/// collection takes no ids, those of raw forms neither.
fn is_setup(fault: &Fault) -> bool {
    fault.error_type == "invalid_index_name_exception"
        || fault.reason.contains("no write index is defined")
        || fault.refuses_ids()
}

/// An index or the cluster is closed for writing, by disk space or by an operator: not this document's fault.
fn is_block(fault: &Fault) -> bool {
    matches!(fault.error_type.as_str(), "cluster_block_exception" | "index_create_block_exception")
}

/// The new index would be one too many. This comes as 400, but it is the cluster's state: taken for a refusal,
/// it would turn each document of a new day away.
fn is_shard_limit(fault: &Fault) -> bool {
    fault.reason.contains("maximum shards open") || fault.reason.contains("maximum normal shards open")
}

fn fault(status: u16, error: &Value) -> Fault {
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let outer = match error {
        Value::String(reason) => reason.clone(),
        _ => text(error, "reason"),
    };
    // What follows names the document's id and a preview of its value: the same fault would read differently
    // for each document.
    let outer = outer.split(" in document with id ").next().unwrap_or_default();

    let mut innermost = error;
    while let Some(cause) = innermost.get("caused_by") {
        innermost = cause;
    }
    let inner = text(innermost, "reason");
    let reason = match (outer, without_position(&inner)) {
        ("", inner) => inner.to_owned(),
        (outer, "") => outer.to_owned(),
        (outer, inner) if inner.starts_with(outer) => inner.to_owned(),
        (outer, inner) if std::ptr::eq(innermost, error) || outer.contains(inner) => outer.to_owned(),
        (outer, inner) => format!("{outer}: {inner}"),
    };
    Fault::new(status, &text(error, "type"), &reason)
}

/// A reason without the position in the document, `at 1:727`, which is another one in each.
fn without_position(reason: &str) -> &str {
    let Some((text, position)) = reason.rsplit_once(" at ") else { return reason };
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match position.split_once(':') {
        Some((line, column)) if is_number(line) && is_number(column) => text,
        _ => reason,
    }
}
