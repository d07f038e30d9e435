//! The bulk attempts of one delivery: those that wait, those that pause before they are sent again, and those in flight.
//!
//! Every document is in exactly one attempt until it is settled. The queue does not wait: it says when it has to be woken.

mod sending;
mod answers;
mod blame;
mod detours;
mod pauses;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;

use super::attempt::Attempt;
use super::deadline::Deadline;
use super::held::Held;
use super::joint::{Joint, Part};
use super::outcome::{Delivery, DeliveryContext, Options, Stop};
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::{ClosedIndices, Pace};
use crate::deliver::dead_letter::letter::Refused;
use crate::edge::opensearch::client::OpenSearch;
use crate::edge::opensearch::target::Probe;
use crate::edge::opensearch::write_alias::WriteAlias;
use crate::load::batch::Batch;
use crate::local::progress::Progress;
use crate::map::compiled::CompiledSections;

/// A request of the delivery that is completed.
pub(crate) enum Completed {
    /// A bulk request, or a part of a joint one.
    Bulk(Attempt, Part),
    /// The question which indices are closed, asked because of a fault, and which documents of the attempt they hold.
    ClosedIndices(Attempt, Fault, ClosedIndices, Held),
    /// The question whether the indices of refused documents take any document, with the fault of each.
    Probes(Attempt, Vec<Fault>, BTreeMap<String, Probe>),
    /// The first index behind the alias of this name, which documents go to and which was missing.
    WriteAlias(Attempt, String, WriteAlias),
}

/// The attempts of one delivery.
pub(crate) struct RetryQueue<'a> {
    client: &'a OpenSearch,
    options: &'a Options,
    deadline: Option<Deadline>,
    /// Attempts that can be sent at once.
    waiting: VecDeque<Attempt>,
    /// Attempts that pause until a time.
    pausing: Vec<(Instant, Attempt)>,
    /// No request begins before this time: the endpoint asked for a pause, or nothing goes through.
    not_before: Option<Instant>,
    /// Requests without an answer yet.
    pub(crate) in_flight: JoinSet<Completed>,
    pace: Pace,
    /// How many requests in a row had no answer about their documents.
    failures: u32,
    closed_indices: ClosedIndices,
    /// Indices that take no document until someone changes something, and why.
    denied: BTreeMap<String, Fault>,
    /// The first reason why documents stay unsent although others go.
    left: Option<Stop>,
    sections: Option<Arc<CompiledSections>>,
    /// The names that have to be aliases.
    aliases: BTreeSet<String>,
    joint: Option<Joint>,
    /// When a document was last settled.
    settled: Option<Instant>,
    progress: Arc<Progress>,
    /// Documents that were refused for good. The caller takes them.
    pub(crate) refused: Vec<Refused>,
    /// A settled batch. The caller takes its memory.
    pub(crate) spent: Option<Batch>,
    pub(crate) delivery: Delivery,
}

impl<'a> RetryQueue<'a> {
    pub(crate) fn new(
        client: &'a OpenSearch,
        options: &'a Options,
        deadline: Option<Deadline>,
        context: &DeliveryContext,
    ) -> Self {
        // A collection has no rollover.
        let sections = context.sections.iter().filter(|_| !client.is_collection());
        let aliases = sections.flat_map(|sections| sections.aliases());
        Self {
            client,
            options,
            deadline,
            aliases: aliases.map(str::to_owned).collect(),
            waiting: VecDeque::new(),
            pausing: Vec::new(),
            not_before: None,
            in_flight: JoinSet::new(),
            pace: Pace::new(options.in_flight),
            failures: 0,
            closed_indices: ClosedIndices::default(),
            denied: BTreeMap::new(),
            left: None,
            sections: context.sections.clone(),
            joint: context.joint.clone(),
            settled: None,
            progress: Arc::clone(&context.progress),
            refused: Vec::new(),
            spent: None,
            delivery: Delivery::default(),
        }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.delivery.stop.is_some()
    }

    /// Whether the queue takes another batch. A stopped one takes everything, to count it.
    pub(crate) fn has_room(&self) -> bool {
        self.is_stopped()
            || self.waiting.len() + self.pausing.len() + self.in_flight.len() < self.pace.in_flight()
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.pausing.is_empty() && self.in_flight.is_empty()
    }

    /// The last moment to begin a request.
    pub(super) fn last_call(&self) -> Option<Instant> {
        self.deadline.map(|deadline| deadline.last_call(self.delivery.requests == 0))
    }

    /// When a request has to have its answer.
    pub(super) fn request_end(&self) -> Option<Instant> {
        self.deadline.map(|deadline| deadline.end)
    }

    /// Takes a batch. A stopped queue counts its documents as unsent.
    pub(crate) fn accept(&mut self, mut batch: Batch) {
        self.delivery.enter(&mut batch);
        if !batch.is_empty() {
            let attempt = self.unless_stopped(Attempt::new(batch, Instant::now()));
            self.waiting.extend(attempt);
        }
    }

    /// What became of all documents. A delivery that left some unsent has ended early.
    pub(crate) fn finish(self) -> Delivery {
        let mut delivery = self.delivery;
        delivery.stop = delivery.stop.or(self.left);
        delivery
    }

    pub(super) fn note_settled(&mut self) {
        self.settled = Some(Instant::now());
        self.progress.end_delay();
    }

    /// The attempt, or nothing where the delivery has ended: its documents are unsent then.
    pub(super) fn unless_stopped(&mut self, attempt: Attempt) -> Option<Attempt> {
        let Some(stop) = &self.delivery.stop else { return Some(attempt) };
        let fault = Fault::new(0, "", &stop.to_string());
        self.give_up(&attempt, &fault);
        None
    }

    pub(super) fn give_up(&mut self, attempt: &Attempt, fault: &Fault) {
        attempt.lines().for_each(|line| self.delivery.unsent.add(fault, line));
    }

    pub(super) fn stop(&mut self, stop: Stop) {
        if self.is_stopped() {
            return;
        }
        tracing::warn!(%stop, "delivery ends early");
        let fault = Fault::new(0, "", &stop.to_string());
        self.delivery.stop = Some(stop);
        let pausing = std::mem::take(&mut self.pausing).into_iter().map(|(_, attempt)| attempt);
        for attempt in std::mem::take(&mut self.waiting).into_iter().chain(pausing) {
            self.give_up(&attempt, &fault);
        }
    }
}
