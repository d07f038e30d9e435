//! When attempts are sent again.

use std::time::{Duration, Instant};

use super::RetryQueue;
use super::blame::masked;
use crate::deliver::bulk::fault::Fault;
use crate::edge::back_off::random_fraction;
use crate::edge::delivery::attempt::Attempt;
use crate::edge::delivery::outcome::Stop;
use crate::load::account::Limits;

/// The number of failures in a row after which all attempts pause, and one goes at a time.
const SEVERAL: u32 = 3;

impl RetryQueue<'_> {
    /// The next time at which [`Self::wake`] and [`Self::send`] have something to do.
    pub(crate) fn alarm(&self) -> Option<Instant> {
        let wake = self.pausing.iter().map(|(wake, _)| *wake).min();
        let deadline = self.last_call().filter(|_| !self.is_stopped());
        wake.into_iter().chain(self.not_before).chain(deadline).min()
    }

    /// Ends the pauses that are over.
    pub(crate) fn wake(&mut self) {
        let now = Instant::now();
        self.not_before = self.not_before.filter(|not_before| *not_before > now);
        let over = self.pausing.extract_if(.., |(wake, _)| *wake <= now);
        over.for_each(|(_, attempt)| self.waiting.push_front(attempt));
    }

    /// Whether the endpoint seems to be down or full: it said nothing about documents for several requests in a row.
    pub(super) fn nothing_goes_through(&self) -> bool {
        self.failures >= SEVERAL
    }

    /// Queues an attempt to be sent at once, before the others: what comes first in the object is settled first, so that the load that
    /// goes on behind a cut has little to do again.
    pub(super) fn requeue(&mut self, attempt: Attempt) {
        if let Some(attempt) = self.unless_stopped(attempt) {
            self.waiting.push_front(attempt);
        }
    }

    /// Queues an attempt to be sent after a pause. A pause that the endpoint has `asked` for holds for all attempts, and so does one
    /// after several failures in a row: an endpoint that is down or full is tried by one request at a time, however many attempts wait.
    /// No pause is longer than half of the time that is left: otherwise the endpoint could ask for one that outlasts the delivery.
    pub(super) fn requeue_later(&mut self, mut attempt: Attempt, fault: &Fault, asked: Option<Duration>) {
        let now = Instant::now();
        let end = self
            .deadline
            .map(|deadline| deadline.stop)
            .or_else(|| attempt.since.checked_add(self.options.patience));
        let left = end.map_or(Duration::MAX, |end| end.saturating_duration_since(now));
        if self.is_stopped() || left < self.options.pause {
            self.give_up(&attempt, fault);
            let patience = self.options.patience.as_secs();
            let fault = masked(fault).with_way_out();
            if self.deadline.is_some() {
                self.stop(Stop::Deadline);
            } else if self.settled.is_none_or(|settled| settled < attempt.since) {
                self.stop(Stop::Stalled(format!("nothing went through for {patience} seconds: {fault}")));
            } else if !self.is_stopped() {
                self.leave(Stop::Stalled(format!(
                    "some documents did not go through for {patience} seconds: {fault}"
                )));
            }
            return;
        }

        let own = self.pause(attempt.retries).max(asked.unwrap_or_default()).min(left / 2);
        let wake = now.checked_add(own).unwrap_or(now);
        if asked.is_some() {
            self.not_before = self.not_before.max(Some(wake));
        }
        if self.nothing_goes_through() {
            let shared = self.pause(self.failures - SEVERAL).min(left / 2);
            self.not_before = self.not_before.max(now.checked_add(shared));
        }
        // One warning a delivery is enough to tell why it takes so long. The fault's reason is left out: it may quote a document.
        let documents = attempt.batch.len();
        if self.delivery.sent_again == 0 {
            tracing::warn!(fault.status, fault.error_type, documents, pause = ?own, "documents are sent again");
        } else {
            tracing::debug!(fault.status, fault.error_type, documents, pause = ?own, "documents are sent again");
        }
        self.delivery.sent_again += documents as u64;
        attempt.retries += 1;
        self.pause_until(wake, attempt);
        let pausing = self.pausing.iter().map(|(_, attempt)| attempt.batch.len() as u64).sum();
        self.progress.set_delay(pausing, &masked(fault));
    }

    /// Lets an attempt pause, together with others that pause as far as one request can hold them.
    fn pause_until(&mut self, mut wake: Instant, mut attempt: Attempt) {
        let most = self.pace.bytes().min(Limits::default().batch_bytes);
        while let Some(at) = self.pausing.iter().position(|(_, other)| attempt.can_unite(other, most)) {
            let (later, other) = self.pausing.swap_remove(at);
            wake = wake.max(later);
            attempt.unite(other);
        }
        self.pausing.push((wake, attempt));
    }

    /// A pause after so many others, each twice as long at most as the one before.
    fn pause(&self, before: u32) -> Duration {
        let bound = self.options.pause.saturating_mul(1 << before.min(20)).min(self.options.longest_pause);
        bound.mul_f64(random_fraction())
    }
}
