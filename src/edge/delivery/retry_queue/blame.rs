//! Whose fault it is that documents were refused: their own, or that of their index.

use std::collections::BTreeMap;

use super::{Completed, RetryQueue};
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::{Consequence, by_index, index_and_id};
use crate::deliver::dead_letter::general;
use crate::edge::delivery::attempt::Attempt;
use crate::edge::delivery::outcome::Stop;
use crate::edge::opensearch::client::OpenSearch;
use crate::edge::opensearch::target::Probe;

impl RetryQueue<'_> {
    /// Finds out whose fault it is that these documents were refused in all forms. What the table of refusals does not tell, a probe
    /// document does; documents without an id would leave one behind.
    pub(super) fn doubt(&mut self, attempt: Attempt, faults: Vec<Fault>) {
        let (mut rejected, mut unsent, mut asked) = (Vec::new(), Vec::new(), Vec::new());
        for (at, fault) in faults.iter().enumerate() {
            let (index, id) = index_and_id(attempt.batch.action(at)).unwrap_or_default();
            match fault.consequence() {
                Some(Consequence::Fields) => {
                    self.note_denial(&index, fault);
                    unsent.push(at);
                }
                Some(Consequence::Document) => rejected.push(at),
                _ if id.is_empty() => rejected.push(at),
                _ => asked.push(at),
            }
        }
        let fault_at = |at: &usize| faults.get(*at).cloned();
        let refused = attempt.select(rejected.clone());
        self.refused.extend(
            refused.reject(&rejected.iter().filter_map(fault_at).collect::<Vec<_>>(), &mut self.delivery),
        );
        if let Some(fault) = unsent.first().and_then(fault_at) {
            self.give_up(&attempt.select(unsent), &fault);
        }
        let Some(fault) = asked.first().and_then(fault_at) else { return };
        let faults: Vec<Fault> = asked.iter().filter_map(fault_at).collect();
        let attempt = attempt.select(asked);
        if self.is_stopped() {
            return self.give_up(&attempt, &fault);
        }
        let client = self.client.clone();
        let end = self.request_end();
        self.in_flight.spawn(async move {
            let mut probes = BTreeMap::new();
            for index in by_index(&attempt.batch).into_keys() {
                let probe = client.probe(&index, end).await;
                probes.insert(index, probe);
            }
            Completed::Probes(attempt, faults, probes)
        });
    }

    /// Rejects the documents whose indices take a probe; the others stay unsent, or are sent again where nobody knows.
    pub(super) fn decide(&mut self, attempt: &Attempt, faults: Vec<Fault>, probes: &BTreeMap<String, Probe>) {
        for (index, group) in by_index(&attempt.batch) {
            let faults: Vec<Fault> = group.iter().filter_map(|at| faults.get(*at).cloned()).collect();
            let part = attempt.select(group);
            match (probes.get(&index), faults.first()) {
                (Some(Probe::Taken), _) => {
                    let refused = part.reject(&faults, &mut self.delivery);
                    self.refused.extend(refused);
                    self.note_settled();
                }
                (Some(Probe::Refused(_)), Some(fault)) => self.deny(&part, fault),
                (Some(Probe::Unanswered(fault)), _) | (_, Some(fault)) => {
                    let fault = fault.clone();
                    self.requeue_later(part, &fault, None);
                }
                (_, None) => {}
            }
        }
    }

    /// Notes that the indices of these documents take none, until someone changes something.
    pub(super) fn deny(&mut self, attempt: &Attempt, fault: &Fault) {
        for index in by_index(&attempt.batch).into_keys() {
            self.note_denial(&index, fault);
            self.denied.insert(index, fault.clone());
        }
        self.give_up(attempt, fault);
    }

    /// Tells once for each index why its documents stay unsent.
    pub(super) fn note_denial(&mut self, index: &str, fault: &Fault) {
        self.leave(Stop::Denied(denial(self.client, Some(index), fault)));
    }

    /// Notes why documents stay unsent although others go.
    pub(super) fn leave(&mut self, why: Stop) {
        if self.left.as_ref() != Some(&why) {
            tracing::warn!(reason = %why, "documents stay unsent");
        }
        self.left.get_or_insert(why);
    }
}

/// What is said where the endpoint, or one of its indices, takes no documents until someone changes something. Of the documents that an
/// index refused it tells no values.
pub(super) fn denial(client: &OpenSearch, index: Option<&str>, fault: &Fault) -> String {
    let (index, fault) = match index {
        Some(index) => (format!("index {index}: "), &masked(fault)),
        None => (String::new(), fault),
    };
    let way_out = match fault.status {
        _ if !fault.way_out().is_empty() => fault.way_out(),
        400 if !fault.error_type.is_empty() => {
            "the index refuses a document that nothing is wrong with as well: compare its mapping and settings with the template (es-loader setup --print)"
        }
        403 => {
            "let the function's role or the user write: access policy, and role mapping in fine-grained access control"
        }
        413 => "let the endpoint, or the proxy before it, take requests of some megabytes",
        _ => "check that the endpoint is that of OpenSearch itself",
    };
    format!("{}: {index}{fault}; {way_out}", client.endpoint())
}

/// The fault without the values of documents.
pub(super) fn masked(fault: &Fault) -> Fault {
    if !fault.may_quote() {
        return fault.clone();
    }
    Fault::new(fault.status, &fault.error_type, &general(&fault.reason)).with_cause_of(fault)
}
