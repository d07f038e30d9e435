//! The bulk attempts of one delivery: those that wait, those that pause before they are sent again, and those in flight.
//!
//! Every document is in exactly one attempt until it is settled. The queue does not wait: it says when it has to be woken.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{JoinError, JoinSet};

use super::attempt::Attempt;
use super::deadline::Deadline;
use super::denial;
use super::held::{Held, held};
use super::joint::Joint;
use super::outcome::{Delivery, Options, SideOutputs, Stop};
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::{
    ClosedIndices, Consequence, Judgement, Pace, Ways, body_without_index, by_index, index_and_id, is_create,
    judge,
};
use crate::deliver::dead_letter::letter::Refused;
use crate::edge::opensearch::client::{Answer, BulkWay, OpenSearch, SendError};
use crate::edge::opensearch::target::Probe;
use crate::edge::opensearch::write_alias::WriteAlias;
use crate::load::batch::Batch;
use crate::local::progress::Progress;
use crate::map::compiled::CompiledSections;

/// The longest time for asking which indices are closed: without an answer they are tried one by one.
const LONGEST_CHECK: Duration = Duration::from_secs(10);

/// A request of the delivery that is completed.
pub(crate) enum Completed {
    /// A bulk request.
    Bulk(Attempt, Result<Answer, SendError>),
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
    /// No request begins before this time: the endpoint asked for a pause.
    not_before: Option<Instant>,
    /// Requests without an answer yet.
    pub(crate) in_flight: JoinSet<Completed>,
    pace: Pace,
    closed_indices: ClosedIndices,
    /// Indices that take no document until someone changes something, and why.
    denied: BTreeMap<String, Fault>,
    /// The first reason why documents stay unsent although others go.
    denial: Option<String>,
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
        side_outputs: &SideOutputs,
    ) -> Self {
        // A collection has no rollover.
        let sections = side_outputs.sections.iter().filter(|_| !client.is_collection());
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
            closed_indices: ClosedIndices::default(),
            denied: BTreeMap::new(),
            denial: None,
            sections: side_outputs.sections.clone(),
            joint: side_outputs.joint.clone(),
            settled: None,
            progress: Arc::clone(&side_outputs.progress),
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
    pub(crate) fn accept(&mut self, mut batch: Batch) {
        self.delivery.enter(&mut batch);
        if !batch.is_empty() {
            let attempt = self.unless_stopped(Attempt::new(batch, Instant::now()));
            self.waiting.extend(attempt);
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
        let ways = self.client.target().ways();
        while self.in_flight.len() < self.pace.in_flight()
            && let Some(attempt) = self.waiting.pop_front()
        {
            let Some(mut attempt) = self.without_denied(attempt) else { continue };
            if self.closed_indices.concerns(&attempt.batch) {
                let fault = Fault::new(403, "", "the index is closed for writing");
                self.check_closed(attempt, fault, ClosedIndices::default());
                continue;
            }
            if attempt.batch.body.len() > self.pace.bytes() && attempt.batch.len() > 1 {
                attempt.halves().into_iter().rev().for_each(|half| self.waiting.push_front(half));
                continue;
            }
            if let Some(batch) = ways.with_creates(&attempt.batch) {
                attempt.batch = batch;
            }
            let mut index = None;
            if ways.index_in_path() {
                let mut groups = by_index(&attempt.batch);
                if groups.len() > 1 {
                    groups.into_values().for_each(|group| self.waiting.push_front(attempt.select(group)));
                    continue;
                }
                index = groups.pop_first().map(|(index, _)| index);
                attempt.in_path = true;
            }
            self.delivery.requests += 1;
            let require_alias = self.goes_to_alias(&attempt, &ways);
            let (client, joint) = (self.client.clone(), self.joint.clone());
            let limit = self.time_left().unwrap_or(Duration::MAX);
            self.in_flight.spawn(async move {
                let way = BulkWay { index: index.as_deref(), require_alias };
                let answer = match (way, joint) {
                    (BulkWay { index: None, require_alias: false }, Some(joint)) => {
                        joint.bulk(&attempt.batch.body, attempt.batch.len(), limit).await
                    }
                    (BulkWay { index: None, .. }, _) => client.bulk_by(way, &attempt.batch.body, limit).await,
                    _ => client.bulk_by(way, &body_without_index(&attempt.batch), limit).await,
                };
                Completed::Bulk(attempt, answer)
            });
        }
    }

    /// Whether the documents go to an alias, which must not become an index. All documents of an object go to one alias, or none does.
    fn goes_to_alias(&self, attempt: &Attempt, ways: &Ways) -> bool {
        let Some((action, _)) = attempt.batch.pair(0).filter(|_| !self.aliases.is_empty()) else {
            return false;
        };
        let (index, _) = index_and_id(action).unwrap_or_default();
        self.aliases.contains(&index) && !ways.is_no_alias(&index)
    }

    /// Whether the documents go to an alias or a data stream, of whose indices only the last is written to: an earlier one may hold them.
    fn rolls_over(&self, attempt: &Attempt) -> bool {
        let ways = self.client.target().ways();
        let Some((action, _)) = attempt.batch.pair(0) else { return false };
        is_create(action) || self.goes_to_alias(attempt, &ways)
    }

    /// The attempt without documents of indices that take none, which stay unsent. `None` means that nothing is left of it.
    fn without_denied(&mut self, attempt: Attempt) -> Option<Attempt> {
        if self.denied.is_empty() {
            return Some(attempt);
        }
        let mut rest = Vec::new();
        for (index, group) in by_index(&attempt.batch) {
            match self.denied.get(&index).cloned() {
                Some(fault) => self.give_up(&attempt.select(group), &fault),
                None => rest.extend(group),
            }
        }
        rest.sort_unstable();
        match rest.len() {
            0 => None,
            all if all == attempt.batch.len() => Some(attempt),
            _ => Some(attempt.select(rest)),
        }
    }

    /// Ends the pauses that are over.
    pub(crate) fn wake(&mut self) {
        let now = Instant::now();
        self.not_before = self.not_before.filter(|not_before| *not_before > now);
        let over = self.pausing.extract_if(.., |(wake, _)| *wake <= now);
        over.for_each(|(_, attempt)| self.waiting.push_front(attempt));
    }

    /// Settles a request that is completed, and queues what follows from it.
    pub(crate) fn complete(&mut self, completed: Result<Completed, JoinError>) {
        match completed {
            Ok(Completed::Bulk(attempt, answer)) => self.complete_bulk(attempt, answer),
            Ok(Completed::ClosedIndices(attempt, fault, closed, held)) => {
                self.redirect(attempt, &fault, closed, &held);
            }
            Ok(Completed::Probes(attempt, faults, probes)) => self.decide(&attempt, faults, &probes),
            Ok(Completed::WriteAlias(attempt, alias, made)) => self.go_on(attempt, alias, made),
            // Tasks are never aborted, so this one panicked, and its documents are lost with it: no count would be true.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    fn complete_bulk(&mut self, attempt: Attempt, answer: Result<Answer, SendError>) {
        let asked = answer.as_ref().ok().and_then(|answer| answer.retry_after);
        let judgement = match answer {
            Ok(answer) => {
                self.delivery.bytes_sent += answer.sent;
                self.delivery.carried += u64::from(answer.is_carried);
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

        let is_whole = !matches!(judgement, Judgement::Items { .. });
        let size = attempt.batch.body.len();
        let settled = self.delivery.indexed + self.delivery.rejected.total();
        let (rolls_over, written) = (self.rolls_over(&attempt), self.delivery.written());
        let next = attempt.settle(judgement, self.sections.as_deref(), &mut self.delivery);
        if self.delivery.indexed + self.delivery.rejected.total() > settled {
            self.note_settled();
        }
        if rolls_over {
            self.delivery.may_be_double += self.delivery.written() - written;
        }
        self.spent = next.spent;
        if next.too_large {
            self.pace.too_large(size);
        }
        match (next.pressure, next.later.is_some()) {
            (true, _) => self.pace.complained(size),
            (false, true) => self.pace.went_wrong(),
            (false, false) => self.pace.went_well(),
        }
        for attempt in next.at_once.into_iter().rev() {
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
        if let Some(attempt) = next.create {
            for index in by_index(&attempt.batch).into_keys() {
                self.client.target().note(|ways| ways.note_data_stream(index));
            }
            self.requeue(attempt);
        }
        if let Some(attempt) = next.index_in_path {
            self.client.target().note(|ways| ways.note_index_in_path());
            self.requeue(attempt);
        }
        if let Some((attempt, fault)) = next.no_alias {
            self.make_alias(attempt, &fault);
        }
        if let Some((attempt, faults)) = next.in_doubt {
            self.doubt(attempt, faults);
        }
        if let Some((attempt, fault)) = next.denied {
            if is_whole {
                self.give_up(&attempt, &fault);
                self.stop(Stop::Denied(denial::of_endpoint(self.client, &fault)));
            } else {
                self.deny(&attempt, &fault);
            }
        }
    }

    /// Makes the first index behind the alias that the documents go to.
    fn make_alias(&mut self, attempt: Attempt, fault: &Fault) {
        let name = attempt.batch.pair(0).and_then(|(action, _)| index_and_id(action));
        let Some((name, _)) = name.filter(|_| !self.is_stopped()) else {
            return self.give_up(&attempt, fault);
        };
        let client = self.client.clone();
        self.in_flight.spawn(async move {
            let made = client.make_write_alias(&name).await;
            Completed::WriteAlias(attempt, name, made)
        });
    }

    /// Sends the documents again, once it is known what the name of their alias stands for.
    fn go_on(&mut self, mut attempt: Attempt, alias: String, made: WriteAlias) {
        match made {
            WriteAlias::Made | WriteAlias::IndexIsThere => {
                attempt.alias_made = true;
                self.requeue(attempt);
            }
            WriteAlias::NoAlias => {
                self.client.target().note(|ways| ways.note_no_alias(alias));
                self.requeue(attempt);
            }
            WriteAlias::Refused(fault) => self.deny(&attempt, &fault),
            WriteAlias::Unanswered(fault) => self.requeue_later(attempt, &fault, None),
        }
    }

    /// Notes that the indices of these documents take none, until someone changes something.
    fn deny(&mut self, attempt: &Attempt, fault: &Fault) {
        for index in by_index(&attempt.batch).into_keys() {
            self.note_denial(&index, fault);
            self.denied.insert(index, fault.clone());
        }
        self.give_up(attempt, fault);
    }

    /// Tells once for each index why its documents stay unsent.
    fn note_denial(&mut self, index: &str, fault: &Fault) {
        let text = denial::of_index(self.client, index, fault);
        if self.denial.as_ref() != Some(&text) {
            tracing::warn!(reason = text, "documents stay unsent");
        }
        self.denial.get_or_insert(text);
    }

    /// Finds out whose fault it is that these documents were refused in all forms. What the table of refusals does not tell, a probe
    /// document does; documents without an id would leave one behind.
    fn doubt(&mut self, attempt: Attempt, faults: Vec<Fault>) {
        let (mut rejected, mut unsent, mut asked) = (Vec::new(), Vec::new(), Vec::new());
        for (at, fault) in faults.iter().enumerate() {
            let (index, id) =
                attempt.batch.pair(at).and_then(|(action, _)| index_and_id(action)).unwrap_or_default();
            match fault.consequence() {
                Some(Consequence::Fields) => {
                    self.note_denial(&index, fault);
                    unsent.push(at);
                }
                Some(Consequence::Document) => rejected.push(at),
                _ if fault.status == 413 || id.is_empty() => rejected.push(at),
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
        let limit = self.time_left().unwrap_or(Duration::MAX);
        self.in_flight.spawn(async move {
            let mut probes = BTreeMap::new();
            for index in by_index(&attempt.batch).into_keys() {
                let probe = client.probe(&index, limit).await;
                probes.insert(index, probe);
            }
            Completed::Probes(attempt, faults, probes)
        });
    }

    /// Rejects the documents whose indices take a probe; the others stay unsent, or are sent again where nobody knows.
    fn decide(&mut self, attempt: &Attempt, faults: Vec<Fault>, probes: &BTreeMap<String, Probe>) {
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

    /// What became of all documents. A delivery of which some were denied has ended early.
    pub(crate) fn finish(self) -> Delivery {
        let mut delivery = self.delivery;
        delivery.stop = delivery.stop.or(self.denial.map(Stop::Denied));
        delivery
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
            let untold = || Held { untold: (0..attempt.batch.len()).collect(), ..Held::default() };
            let held = held.await.unwrap_or_else(|_| untold());
            Completed::ClosedIndices(attempt, fault, closed, held)
        });
    }

    /// Sends documents of closed indices to open ones, without those that closed indices hold already.
    fn redirect(&mut self, attempt: Attempt, fault: &Fault, closed: ClosedIndices, held: &Held) {
        self.closed_indices.merge(closed);
        self.delivery.may_be_double += held.untold.len() as u64;
        let mut attempt = attempt.without(&held.there, &mut self.delivery);
        if !held.there.is_empty() {
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

    /// Queues an attempt to be sent at once, before the others: what comes first in the object is settled first, so that the load that
    /// goes on behind a cut has little to do again.
    fn requeue(&mut self, attempt: Attempt) {
        if let Some(attempt) = self.unless_stopped(attempt) {
            self.waiting.push_front(attempt);
        }
    }

    /// The attempt, or nothing where the delivery has ended: its documents are unsent then.
    fn unless_stopped(&mut self, attempt: Attempt) -> Option<Attempt> {
        let Some(stop) = &self.delivery.stop else { return Some(attempt) };
        let fault = Fault::new(0, "", &stop.to_string());
        self.give_up(&attempt, &fault);
        None
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

/// A number from 0 to 1. Pauses need to differ, not to be unpredictable.
fn random_fraction() -> f64 {
    f64::from(RandomState::new().hash_one(0) as u32) / f64::from(u32::MAX)
}
