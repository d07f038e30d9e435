//! The bulk attempts of one delivery: those that wait, those that pause before they are sent again, and those in flight.
//!
//! Every document is in exactly one attempt until it is settled. The queue does not wait: it says when it has to be woken.

use std::collections::{BTreeSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::{JoinError, JoinSet};

use super::attempt::Attempt;
use super::deadline::Deadline;
use super::outcome::{Delivery, Options, Stop};
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::{ClosedIndices, Judgement, Pace, index_and_id, judge};
use crate::deliver::dead_letter::letter::Refused;
use crate::edge::opensearch::client::{Answer, OpenSearch, SendError};
use crate::load::batch::Batch;
use crate::local::progress::Progress;

/// The longest time for asking which indices are closed: without an answer they are tried one by one.
const LONGEST_CHECK: Duration = Duration::from_secs(10);

/// A request of the delivery that is completed.
pub(crate) enum Completed {
    /// A bulk request.
    Bulk(Attempt, Result<Answer, SendError>),
    /// The question which indices are closed, asked because of a fault, and which documents of the attempt they hold.
    ClosedIndices(Attempt, Fault, ClosedIndices, BTreeSet<usize>),
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
    /// No request begins before this time: the endpoint asked for a pause.
    not_before: Option<Instant>,
    /// Requests without an answer yet.
    pub(crate) in_flight: JoinSet<Completed>,
    pace: Pace,
    closed_indices: ClosedIndices,
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
        progress: Arc<Progress>,
    ) -> Self {
        Self {
            client,
            options,
            deadline,
            waiting: VecDeque::new(),
            pausing: Vec::new(),
            not_before: None,
            in_flight: JoinSet::new(),
            pace: Pace::new(options.in_flight),
            closed_indices: ClosedIndices::default(),
            settled: None,
            progress,
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

    /// The next time at which [`Self::wake`] and [`Self::send`] have something to do.
    pub(crate) fn alarm(&self) -> Option<Instant> {
        let wake = self.pausing.iter().map(|(wake, _)| *wake).min();
        let deadline = self.last_call().filter(|_| !self.is_stopped());
        wake.into_iter().chain(self.not_before).chain(deadline).min()
    }

    /// The last moment to begin a request.
    fn last_call(&self) -> Option<Instant> {
        self.deadline.map(|deadline| deadline.last_call(self.delivery.requests == 0))
    }

    /// The time in which a request has to have its answer.
    fn time_left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.end.saturating_duration_since(Instant::now()))
    }

    /// Takes a batch. A stopped queue counts its documents as unsent.
    pub(crate) fn accept(&mut self, batch: Batch) {
        self.delivery.documents += batch.len() as u64;
        if !batch.is_empty() {
            self.requeue(Attempt::new(batch, Instant::now()));
        }
    }

    /// Sends the attempts that wait, as many and as large as the pace allows.
    pub(crate) fn send(&mut self) {
        if self.last_call().is_some_and(|last_call| last_call <= Instant::now()) {
            self.stop(Stop::Deadline);
        }
        if self.not_before.is_some_and(|not_before| not_before > Instant::now()) {
            return;
        }
        while self.in_flight.len() < self.pace.in_flight()
            && let Some(attempt) = self.waiting.pop_front()
        {
            if self.closed_indices.concerns(&attempt.batch) {
                let fault = Fault::new(403, "", "the index is closed for writing");
                self.check_closed(attempt, fault, ClosedIndices::default());
                continue;
            }
            if attempt.batch.body.len() > self.pace.bytes() && attempt.batch.len() > 1 {
                attempt.halves().into_iter().rev().for_each(|half| self.waiting.push_front(half));
                continue;
            }
            self.delivery.requests += 1;
            let client = self.client.clone();
            let limit = self.time_left().unwrap_or(Duration::MAX);
            self.in_flight.spawn(async move {
                let answer = client.bulk(&attempt.batch.body, limit).await;
                Completed::Bulk(attempt, answer)
            });
        }
    }

    /// Ends the pauses that are over.
    pub(crate) fn wake(&mut self) {
        let now = Instant::now();
        self.not_before = self.not_before.filter(|not_before| *not_before > now);
        let over = self.pausing.extract_if(.., |(wake, _)| *wake <= now);
        self.waiting.extend(over.map(|(_, attempt)| attempt));
    }

    /// Settles a request that is completed, and queues what follows from it.
    pub(crate) fn complete(&mut self, completed: Result<Completed, JoinError>) {
        match completed {
            Ok(Completed::Bulk(attempt, answer)) => self.complete_bulk(attempt, answer),
            Ok(Completed::ClosedIndices(attempt, fault, closed, held)) => {
                self.redirect(attempt, &fault, closed, &held);
            }
            // Tasks are never aborted, so this one panicked, and its documents are lost with it: no count would be true.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    fn complete_bulk(&mut self, attempt: Attempt, answer: Result<Answer, SendError>) {
        let asked = answer.as_ref().ok().and_then(|answer| answer.retry_after);
        let judgement = match answer {
            Ok(answer) => {
                self.delivery.bytes_sent += answer.sent;
                judge(&attempt.batch, answer.status, &answer.body)
            }
            Err(error) if error.can_pass() => {
                Judgement::Again(Fault::new(0, error.kind(), &error.to_string()))
            }
            Err(error) => {
                self.give_up(&attempt, &Fault::new(0, error.kind(), &error.to_string()));
                return self.stop(Stop::Denied(error.to_string()));
            }
        };

        let size = attempt.batch.body.len();
        let settled = self.delivery.indexed + self.delivery.rejected.total();
        let next = attempt.settle(judgement, &mut self.delivery);
        if self.delivery.indexed + self.delivery.rejected.total() > settled {
            self.note_settled();
        }
        self.refused.extend(next.refused);
        self.spent = next.spent;
        if next.too_large {
            self.pace.too_large(size);
        }
        match (next.pressure, next.later.is_some()) {
            (true, _) => self.pace.complained(size),
            (false, true) => self.pace.went_wrong(),
            (false, false) => self.pace.went_well(),
        }
        for attempt in next.at_once {
            self.requeue(attempt);
        }
        if let Some((attempt, fault)) = next.closed {
            let actions = (0..attempt.batch.len()).filter_map(|index| Some(attempt.batch.pair(index)?.0));
            let mut closed = ClosedIndices::default();
            actions.filter_map(index_and_id).for_each(|(index, _)| closed.close(index));
            self.check_closed(attempt, fault, closed);
        }
        if let Some((attempt, fault)) = next.later {
            self.requeue_later(attempt, &fault, asked);
        }
        if let Some((attempt, fault)) = next.denied {
            self.give_up(&attempt, &fault);
            self.stop(Stop::Denied(denial(self.client, &fault)));
        }
    }

    fn note_settled(&mut self) {
        self.settled = Some(Instant::now());
        self.progress.end_delay();
    }

    /// Asks the cluster which indices are closed beside those of `news`, so that not each of them has to be tried, and which
    /// documents they hold: an object that is loaded again must not double them. Where the cluster does not answer, `news` has to do.
    fn check_closed(&mut self, attempt: Attempt, fault: Fault, news: ClosedIndices) {
        if self.is_stopped() {
            return self.give_up(&attempt, &fault);
        }
        let is_news = !news.is_empty();
        let mut closed = news;
        closed.merge(self.closed_indices.clone());
        let client = self.client.clone();
        let limit = self.time_left().unwrap_or(LONGEST_CHECK).min(LONGEST_CHECK);
        self.in_flight.spawn(async move {
            let held = tokio::time::timeout(limit, async {
                if is_news && let Ok(state) = client.get("_cluster/state/blocks").await {
                    closed.close_blocked(&state);
                }
                if is_news && let Ok(listing) = client.get("_cold/indices/_search?page_size=2000").await {
                    closed.close_cold(&listing);
                }
                held(&client, &attempt.batch, &closed).await
            });
            let held = held.await.unwrap_or_default();
            Completed::ClosedIndices(attempt, fault, closed, held)
        });
    }

    /// Sends documents of closed indices to open ones, without those that closed indices hold already.
    fn redirect(&mut self, attempt: Attempt, fault: &Fault, closed: ClosedIndices, held: &BTreeSet<usize>) {
        self.closed_indices.merge(closed);
        let mut attempt = attempt.without(held, &mut self.delivery);
        if !held.is_empty() {
            self.note_settled();
        }
        match self.closed_indices.redirect(&attempt.batch) {
            _ if attempt.batch.is_empty() => {}
            Some(batch) if batch != attempt.batch => {
                let index = batch.pair(0).and_then(|(action, _)| index_and_id(action)).unwrap_or_default().0;
                tracing::warn!(
                    fault.status,
                    index,
                    "an index is closed for writing; its documents go to this one"
                );
                attempt.batch = batch;
                self.requeue(attempt);
            }
            // Ninety-nine of them are closed.
            _ => self.requeue_later(attempt, fault, None),
        }
    }

    /// Queues an attempt to be sent at once.
    fn requeue(&mut self, attempt: Attempt) {
        match &self.delivery.stop {
            None => self.waiting.push_back(attempt),
            Some(stop) => {
                let fault = Fault::new(0, "", &stop.to_string());
                self.give_up(&attempt, &fault);
            }
        }
    }

    /// Queues an attempt to be sent after a pause. A pause that the endpoint has `asked` for holds for all attempts, but for no more
    /// than half of the time that is left: otherwise the endpoint could ask for a pause that outlasts the delivery.
    fn requeue_later(&mut self, mut attempt: Attempt, fault: &Fault, asked: Option<Duration>) {
        let now = Instant::now();
        let end = self
            .deadline
            .map(|deadline| deadline.stop)
            .or_else(|| attempt.since.checked_add(self.options.patience));
        let left = end.map_or(Duration::MAX, |end| end.saturating_duration_since(now));
        if self.is_stopped() || left < self.options.pause {
            self.give_up(&attempt, fault);
            if self.deadline.is_some() {
                self.stop(Stop::Deadline);
            } else if self.settled.is_none_or(|settled| settled < attempt.since) {
                let patience = self.options.patience.as_secs();
                self.stop(Stop::Stalled(format!("nothing went through for {patience} seconds: {fault}")));
            }
            return;
        }

        let bound =
            self.options.pause.saturating_mul(1 << attempt.retries.min(20)).min(self.options.longest_pause);
        let pause = bound.mul_f64(random_fraction()).max(asked.unwrap_or_default()).min(left / 2);
        let wake = now.checked_add(pause).unwrap_or(now);
        if asked.is_some() {
            self.not_before = self.not_before.max(Some(wake));
        }
        // One warning a delivery is enough to tell why it takes so long. The fault's reason is left out: it may quote a document.
        let documents = attempt.batch.len();
        if self.delivery.sent_again == 0 {
            tracing::warn!(fault.status, fault.error_type, documents, ?pause, "documents are sent again");
        } else {
            tracing::debug!(fault.status, fault.error_type, documents, ?pause, "documents are sent again");
        }
        self.delivery.sent_again += documents as u64;
        attempt.retries += 1;
        self.pausing.push((wake, attempt));
        let pausing = self.pausing.iter().map(|(_, attempt)| attempt.batch.len() as u64).sum();
        self.progress.set_delay(pausing, fault);
    }

    fn give_up(&mut self, attempt: &Attempt, fault: &Fault) {
        attempt.lines().for_each(|line| self.delivery.unsent.add(fault, line));
    }

    fn stop(&mut self, stop: Stop) {
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

/// The documents of a batch that closed indices hold, as far as the cluster tells: their positions in the batch.
async fn held(client: &OpenSearch, batch: &Batch, closed_indices: &ClosedIndices) -> BTreeSet<usize> {
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
    let answer = client.ask("_mget", &json!({"docs": documents})).await.unwrap_or_default();
    let found = answer.get("docs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    // An answer to something else tells nothing.
    let found = if found.len() == asked.len() { found } else { &[] };
    let is_held = |document: &Value| document.get("found").and_then(Value::as_bool) == Some(true);
    asked.into_iter().zip(found).filter(|(_, document)| is_held(document)).map(|(at, _)| at).collect()
}

/// Why the endpoint does not take our requests, and what to do about it.
fn denial(client: &OpenSearch, fault: &Fault) -> String {
    let way_out = match fault.status {
        404 if fault.error_type == "index_not_found_exception" => {
            "create the index or its alias, or let OpenSearch create it (action.auto_create_index)"
        }
        400 if fault.refuses_ids() => {
            "leave ids out with ES_LOADER_DOCUMENT_IDS=off (what is sent again is there twice then), or use a collection of type SEARCH"
        }
        400 if !fault.error_type.is_empty() => {
            "check index_name and index_rotation, and what the alias stands for"
        }
        401 => "check user and password, or the credentials that requests are signed with",
        403 => {
            "let the function's role or the user write: access policy, and role mapping in fine-grained access control"
        }
        _ => "check that the endpoint is that of OpenSearch itself",
    };
    format!("{}: {fault}; {way_out}", client.endpoint())
}

/// A number from 0 to 1. Pauses need to differ, not to be unpredictable.
fn random_fraction() -> f64 {
    f64::from(RandomState::new().hash_one(0) as u32) / f64::from(u32::MAX)
}
