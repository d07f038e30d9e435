//! The probe: a constant document that tells whether an index takes any document at all.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::OpenSearch;
use super::target::Probe;
use crate::deliver::bulk::{Consequence, Fault, Judgement, Verdict, Ways, judge, raw_form};
use crate::load::batch::Batch;
use crate::read::object::line::LineNumber;

/// The id of the probe document.
pub(crate) const PROBE_ID: &str = "es-loader-probe";

/// The longest time for a probe.
const LONGEST_PROBE: Duration = Duration::from_secs(10);

impl OpenSearch {
    /// Whether an index takes a document that nothing is wrong with. The document is deleted by the same request. An index is asked
    /// once; only what it does not answer is asked again.
    pub(crate) async fn probe(&self, index: &str, end: Option<Instant>) -> Probe {
        let latest = Instant::now() + LONGEST_PROBE;
        let end = end.map_or(latest, |end| end.min(latest));
        let asked = self.target().cell(index);
        let answer = asked
            .get_or_try_init(async || match self.ask_by_probe(index, end).await {
                Probe::Unanswered(fault) => Err(fault),
                answer => {
                    tracing::info!(
                        index,
                        taken = answer == Probe::Taken,
                        "an index was asked by a probe document"
                    );
                    Ok(answer)
                }
            })
            .await;
        answer.cloned().unwrap_or_else(Probe::Unanswered)
    }

    async fn ask_by_probe(&self, index: &str, end: Instant) -> Probe {
        let ways = self.target().ways();
        let operation = if ways.data_streams.contains(index) { "create" } else { "index" };
        let (write, delete) = (action(operation, index, &ways), action("delete", index, &ways));
        let body = format!("{write}\n{}\n{delete}\n", probe_document());
        let path = ways.index_in_path.then_some(index);
        let answer = match self.bulk_in_full(path, body.as_bytes(), end).await {
            Ok(answer) => answer,
            Err(error) => return Probe::Unanswered(error.fault()),
        };
        let whole = answer.json();
        let first = json!({"took": 0, "items": whole.get("items").and_then(|items| items.get(0)).into_iter().collect::<Vec<_>>()});
        let body = if whole.get("items").is_some() { first.to_string().into_bytes() } else { answer.body };
        let probe = match judge(&one(), answer.status, &body) {
            Judgement::Items { verdicts, .. } => match verdicts.into_iter().next() {
                Some(Verdict::Indexed | Verdict::Duplicate | Verdict::Dropped(_)) => Probe::Taken,
                Some(Verdict::Refused(fault) | Verdict::Denied(fault)) => Probe::Refused(fault),
                Some(Verdict::Again(fault))
                    if fault.consequence() == Some(Consequence::Create) && operation == "create" =>
                {
                    Probe::Refused(fault)
                }
                Some(Verdict::Again(fault) | Verdict::Closed(fault)) => {
                    if fault.consequence() == Some(Consequence::Create) {
                        self.target().note(|ways| ways.data_streams.insert(index.to_owned()));
                    }
                    Probe::Unanswered(fault)
                }
                None => Probe::Unanswered(Fault::new(answer.status, "", "an answer without items")),
            },
            Judgement::Malformed(fault) | Judgement::Denied(fault) | Judgement::TooLarge(fault) => {
                Probe::Refused(fault)
            }
            Judgement::Again(fault) | Judgement::IndexInPath(fault) => Probe::Unanswered(fault),
        };
        if probe == Probe::Taken {
            self.delete_probe(index, &whole, end).await;
        }
        probe
    }

    /// Deletes the probe document where the request that wrote it could not: a data stream takes no `delete`, the index behind it does.
    async fn delete_probe(&self, index: &str, answer: &Value, end: Instant) {
        let status = answer.pointer("/items/1/delete/status").and_then(Value::as_u64).unwrap_or_default();
        if matches!(status, 200..=299 | 404) {
            return;
        }
        let written = answer.pointer("/items/0/create/_index").or(answer.pointer("/items/0/index/_index"));
        let written = written.and_then(Value::as_str).unwrap_or(index);
        let ways = self.target().ways();
        let body = format!("{}\n", action("delete", written, &ways));
        let answer = self.bulk_in_full(ways.index_in_path.then_some(written), body.as_bytes(), end).await;
        let is_gone = answer.is_ok_and(|answer| {
            let answer = answer.json();
            let status = answer.pointer("/items/0/delete/status").and_then(Value::as_u64).unwrap_or_default();
            matches!(status, 200..=299 | 404)
        });
        if !is_gone {
            tracing::warn!(index = written, id = PROBE_ID, "the probe document could not be deleted");
        }
    }
}

/// An action line for the probe document.
fn action(operation: &str, index: &str, ways: &Ways) -> Value {
    let names =
        if ways.index_in_path { json!({"_id": PROBE_ID}) } else { json!({"_index": index, "_id": PROBE_ID}) };
    json!({operation: names})
}

/// The raw form of a document that says nothing: the fields that every document can be reduced to, with values that cannot be wrong.
fn probe_document() -> String {
    let document = json!({
        "@timestamp": "2000-01-01T00:00:00.000Z",
        "@id": PROBE_ID,
        "@log_type": PROBE_ID,
        "@log_s3bucket": PROBE_ID,
        "@log_s3key": PROBE_ID,
        "@message": "es-loader asks whether this index takes documents, and deletes this one",
        "ecs": {"version": "8.11.0"},
        "cloud": {"provider": "aws", "region": "us-east-1", "account": {"id": "000000000000"}},
        "event": {"module": PROBE_ID, "ingested": "2000-01-01T00:00:00.000Z"},
    });
    let raw = raw_form(document.to_string().as_bytes(), &Fault::new(0, "probe", "a probe"));
    String::from_utf8(raw.unwrap_or_default()).unwrap_or_default()
}

/// A batch of one document, to judge an answer by.
fn one() -> Batch {
    let mut batch = Batch::default();
    batch.push(b"{}", b"{}", LineNumber(1));
    batch
}
