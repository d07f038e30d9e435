//! What an HTTP answer to a bulk request says of each document.

use std::collections::HashSet;
use std::time::Duration;

use memchr::memmem;
use serde::Deserialize;
use serde_json::Value;

use super::closed_indices::index_and_id;
use super::fault::{Fault, REASON_LIMIT};
use super::refusals;
use super::refusals::Consequence;
use crate::load::batch::Batch;

/// The error's type of a `create` whose id the index holds.
const VERSION_CONFLICT: &str = "version_conflict_engine_exception";

/// What became of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The cluster holds it.
    Indexed,
    /// The cluster held it before: the request was a `create` of an existing id (409). It counts as indexed.
    Duplicate,
    /// An ingest pipeline of the cluster dropped it (processor `drop`): it is indexed nowhere, and is not to be.
    Dropped(Fault),
    /// Another try can help: the cluster is overloaded, a node fails, or a full disk blocks the index. Or the index is a data stream,
    /// and the next try has to be a `create`; or it should be an alias, and is none yet ([`Fault::consequence`]).
    Again(Fault),
    /// The index is closed for writing, as old indices in warm storage are: the document goes to the next index name
    /// ([`super::ClosedIndices`]).
    Closed(Fault),
    /// The cluster refuses this document, and will refuse it again.
    Refused(Fault),
    /// The document's index does not exist, or may not be written to: someone has to change that before another try can help.
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
    /// The answer says nothing about the documents: the whole request is sent again. Ids make that safe.
    Again(Fault),
    /// 413: the request is halved; a document that stands alone is refused.
    TooLarge(Fault),
    /// 400 for the whole request, in OpenSearch's own words: it is halved until the bad document stands alone.
    Malformed(Fault),
    /// The endpoint wants the index in the address, and in no line: one request for each index.
    IndexInPath(Fault),
    /// The endpoint takes no bulk requests from us: only its owner can change that.
    Denied(Fault),
}

/// Judges the answer to the bulk request of `batch`: its HTTP status and its body, which may be cut down by
/// `filter_path=took,items.*.status,items.*.result,items.*.error`.
///
/// An answer that cannot belong to this batch gives [`Judgement::Again`]: it is no JSON, or has another number of items, or has them in
/// another order.
///
/// ```
/// use es_loader::deliver::bulk::{Judgement, Verdict, judge};
/// use es_loader::load::batch::Batch;
/// use es_loader::read::object::line::LineNumber;
///
/// let mut batch = Batch::default();
/// for line in 1..=3 {
///     batch.push(br#"{"index":{"_index":"log-a"}}"#, br#"{"source":{"ip":"203.0.113.7"}}"#, LineNumber(line));
/// }
/// let answer = br#"{"took": 4, "errors": true, "items": [
///     {"index": {"status": 201}},
///     {"index": {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "queue is full"}}},
///     {"index": {"status": 400, "error": {"type": "mapper_parsing_exception", "reason": "failed to parse"}}}
/// ]}"#;
///
/// let Judgement::Items { verdicts, .. } = judge(&batch, 200, answer) else { panic!("the answer fits the batch") };
/// assert_eq!(verdicts[0], Verdict::Indexed);
/// assert!(matches!(&verdicts[1], Verdict::Again(fault) if fault.is_pressure()));
/// assert!(matches!(&verdicts[2], Verdict::Refused(fault) if fault.error_type == "mapper_parsing_exception"));
/// ```
pub fn judge(batch: &Batch, status: u16, body: &[u8]) -> Judgement {
    match status {
        200..=299 => judge_items(batch, status, body),
        // Only OpenSearch judges documents: a proxy gives the same answer for each of them.
        400 if is_its_own(body) => {
            let fault = whole_fault(status, body);
            match fault.consequence() {
                Some(Consequence::Path) => Judgement::IndexInPath(fault),
                Some(Consequence::Target) => Judgement::Denied(fault),
                Some(Consequence::Again) => Judgement::Again(fault),
                _ => Judgement::Malformed(fault),
            }
        }
        413 => Judgement::TooLarge(whole_fault(status, body)),
        402 | 408 | 425 | 429 | 500.. => Judgement::Again(whole_fault(status, body)),
        _ => {
            let fault = whole_fault(status, body);
            match fault.consequence() {
                Some(Consequence::Again) => Judgement::Again(fault),
                _ => Judgement::Denied(fault),
            }
        }
    }
}

/// The fault that an error answer names: in OpenSearch's JSON, in AWS's `{"message": …}`, or else the beginning of its text.
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

/// Whether the error comes from OpenSearch, and not from a proxy before it.
fn is_its_own(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|answer| answer.get("error").is_some())
}

/// The parts of the answer that are judged.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    took: u64,
    items: Vec<Judged>,
}

/// What an item says. Each is judged as it is read, so that the trees of all errors are never there together.
#[derive(Deserialize)]
#[serde(from = "Operation")]
struct Judged {
    verdict: Verdict,
    /// Empty where the answer is cut down.
    id: String,
}

impl From<Operation> for Judged {
    fn from(operation: Operation) -> Self {
        let (Operation::Index(item)
        | Operation::Create(item)
        | Operation::Update(item)
        | Operation::Delete(item)) = operation;
        let verdict = match (item.status, item.result) {
            // Only an update of a client's could else do nothing (OpenSearch, `TransportBulkAction.markItemAsDropped`).
            (200..=299, Some(ItemResult::Noop)) => Verdict::Dropped(Fault::new(
                item.status,
                "noop",
                "index.default_pipeline or index.final_pipeline",
            )),
            _ => judge_item(item.status, item.error.as_ref()),
        };
        Self { verdict, id: item.id.unwrap_or_default() }
    }
}

/// One item: an object with one key, the operation.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Operation {
    Index(BulkItem),
    Create(BulkItem),
    Update(BulkItem),
    Delete(BulkItem),
}

#[derive(Deserialize)]
struct BulkItem {
    status: u16,
    result: Option<ItemResult>,
    error: Option<Value>,
    #[serde(rename = "_id")]
    id: Option<String>,
}

/// What the operation did.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ItemResult {
    Noop,
    #[serde(other)]
    Other,
}

fn judge_items(batch: &Batch, status: u16, body: &[u8]) -> Judgement {
    let answer = match serde_json::from_slice::<Answer>(body) {
        Ok(answer) => answer,
        Err(_) => {
            let reason = format!("not an answer to a bulk request: {}", whole_fault(status, body).reason);
            return Judgement::Again(Fault::new(status, "", &reason));
        }
    };
    if answer.items.len() != batch.len() {
        let reason = format!("the answer has {} items for {} documents", answer.items.len(), batch.len());
        return Judgement::Again(Fault::new(status, "", &reason));
    }
    if is_in_another_order(&answer.items, (0..batch.len()).map(|at| batch.action(at))) {
        let reason = "the answer names the documents in another order than the request";
        return Judgement::Again(Fault::new(status, "", reason));
    }
    let verdicts = answer.items.into_iter().map(|item| item.verdict).collect();
    Judgement::Items { verdicts, took: Duration::from_millis(answer.took) }
}

/// Whether the answer names the documents in another order than the body of their request has them. An answer that is cut down names none.
pub fn is_misordered(answer: &[u8], body: &[u8]) -> bool {
    let actions = body.split(|byte| *byte == b'\n').step_by(2);
    memmem::find(answer, b"\"_id\"").is_some()
        && serde_json::from_slice::<Answer>(answer)
            .is_ok_and(|answer| is_in_another_order(&answer.items, actions))
}

/// Whether an item has the id of another document of the request than of the one at its place. Ids that the request does not have say
/// nothing: the cluster makes its own where it takes none.
fn is_in_another_order<'a>(items: &[Judged], actions: impl Iterator<Item = &'a [u8]>) -> bool {
    if items.iter().all(|item| item.id.is_empty()) {
        return false;
    }
    let sent: Vec<String> = actions.map(|action| index_and_id(action).unwrap_or_default().1).collect();
    let known: HashSet<&str> = sent.iter().map(String::as_str).collect();
    items.iter().zip(&sent).any(|(item, sent)| item.id != *sent && known.contains(item.id.as_str()))
}

fn judge_item(status: u16, error: Option<&Value>) -> Verdict {
    // An item that says both yes and no is asked for again.
    if (200..=299).contains(&status) && error.is_none() {
        return Verdict::Indexed;
    }
    let fault = fault(status, error.unwrap_or(&Value::Null));
    match (fault.consequence(), status) {
        (_, 409) if matches!(fault.error_type.as_str(), "" | VERSION_CONFLICT) => Verdict::Duplicate,
        (Some(Consequence::Doubt), _) => Verdict::Refused(fault),
        (_, 0..=399 | 402 | 408 | 409 | 425 | 429 | 500..) => Verdict::Again(fault),
        (Some(Consequence::Again | Consequence::Create | Consequence::Alias), _) => Verdict::Again(fault),
        (Some(Consequence::Closed), _) => Verdict::Closed(fault),
        (Some(Consequence::Path | Consequence::Target), _) => Verdict::Denied(fault),
        (Some(Consequence::Document | Consequence::Fields), _) => Verdict::Refused(fault),
        (None, 401 | 403 | 404) => Verdict::Denied(fault),
        (None, _) => Verdict::Refused(fault),
    }
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
    Fault::new(status, &text(error, "type"), &reason).with_cause(refusals::find(error))
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
