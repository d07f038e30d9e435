//! Delivery: batches come in through a channel, go out as bulk requests, and every document is accounted for.
//!
//! Sends what has to be sent again, and only that, with growing pauses, until a deadline. Does not know what a
//! document says, where it came from, or what its rejection means for the object.

use std::collections::VecDeque;
use std::future;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Receiver;
use tokio::task::{JoinError, JoinSet};

use super::opensearch::{Answer, OpenSearch, SendError};
use super::parcel::Parcel;
use crate::bulk::{Batch, Fault, Judgement, Tally, judge};
use crate::object::LineNumber;

/// Requests without complaint before one more may be in flight, after the cluster had asked for a slower pace.
const CALM: u32 = 4;

/// How to deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Requests in flight at most, and with them batches in memory beside those in the channel.
    pub in_flight: usize,
    /// Upper bound of the first pause before documents are sent again; it doubles with each further one.
    pub pause: Duration,
    /// Upper bound of all pauses.
    pub longest_pause: Duration,
    /// Without a deadline: how long documents are sent again before they count as unsent.
    pub patience: Duration,
}

impl Default for Options {
    /// Two in flight, pauses from 200 ms to 20 s, five minutes of patience.
    fn default() -> Self {
        Self {
            in_flight: 2,
            pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(20),
            patience: Duration::from_secs(300),
        }
    }
}

/// Why a delivery ended before all was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The deadline came first.
    Deadline,
    /// The endpoint, or our settings for it, forbid it: someone has to change something.
    Denied(String),
    /// Nothing went through for as long as patience lasts.
    Stalled(String),
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stop::Deadline => f.write_str("the deadline came first"),
            Stop::Denied(text) | Stop::Stalled(text) => f.write_str(text),
        }
    }
}

/// What became of the documents: `documents` = `indexed` + `rejected` + `unsent`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Documents that came in through the channel.
    pub documents: u64,
    /// Documents that the cluster holds.
    pub indexed: u64,
    /// Of the indexed: the cluster held them before, and said so (409).
    pub duplicates: u64,
    /// Of the indexed: in their raw form, with the reason why their own form was refused.
    pub raw: Tally,
    /// Documents that the cluster refused in both forms.
    pub rejected: Tally,
    /// Documents of which nothing is known: sent without a final answer, or not at all. Ids make it safe to send
    /// them again.
    pub unsent: Tally,
    /// Why it ended early, if it did.
    pub stop: Option<Stop>,
    /// Requests made.
    pub requests: u64,
    /// Documents that were put off and sent again, counted each time.
    pub sent_again: u64,
    /// Bytes of the answered requests' bodies as they went over the wire.
    pub bytes_sent: u64,
    /// How long the cluster worked, by its own account.
    pub cluster_time: Duration,
}

impl Delivery {
    /// The lowest line that gave an unsent document: where the next try has to start.
    pub fn first_unsent(&self) -> Option<LineNumber> {
        self.unsent.groups().map(|group| group.first_line).min()
    }
}

/// Delivers all batches that come through the channel, and returns when it is closed and empty.
///
/// Stops at `deadline`, where there is one, or when nothing can go through: then the channel is closed from this
/// side, so that its sender sees an error, and what is left in it counts as unsent.
pub async fn deliver(
    client: &OpenSearch,
    mut batches: Receiver<Batch>,
    options: &Options,
    deadline: Option<Instant>,
) -> Delivery {
    let mut dispatch = Dispatch::new(client, options, deadline);
    let mut open = true;
    loop {
        if dispatch.stopped() {
            batches.close();
        }
        dispatch.launch();
        if !open && dispatch.is_idle() {
            break;
        }
        let alarm = dispatch.alarm();
        tokio::select! {
            Some(landed) = dispatch.flying.join_next() => dispatch.land(landed),
            batch = batches.recv(), if open && dispatch.has_room() => match batch {
                Some(batch) => dispatch.accept(batch),
                None => open = false,
            },
            () = until(alarm), if alarm.is_some() => dispatch.wake(),
            else => break,
        }
    }
    dispatch.delivery
}

async fn until(alarm: Option<Instant>) {
    match alarm {
        Some(alarm) => tokio::time::sleep_until(alarm.into()).await,
        None => future::pending().await,
    }
}

type Landed = (Parcel, Result<Answer, SendError>);

struct Dispatch<'a> {
    client: &'a OpenSearch,
    options: &'a Options,
    deadline: Option<Instant>,
    /// Ready to go.
    waiting: VecDeque<Parcel>,
    /// Put off until a time.
    resting: Vec<(Instant, Parcel)>,
    /// On their way.
    flying: JoinSet<Landed>,
    /// How many may be on their way.
    window: usize,
    /// Requests since the last complaint.
    calm: u32,
    /// A batch of more bytes is halved before it is sent.
    ceiling: usize,
    /// When a document was last settled.
    progress: Option<Instant>,
    delivery: Delivery,
}

impl<'a> Dispatch<'a> {
    fn new(client: &'a OpenSearch, options: &'a Options, deadline: Option<Instant>) -> Self {
        Self {
            client,
            options,
            deadline,
            waiting: VecDeque::new(),
            resting: Vec::new(),
            flying: JoinSet::new(),
            window: options.in_flight.max(1),
            calm: 0,
            ceiling: usize::MAX,
            progress: None,
            delivery: Delivery::default(),
        }
    }

    fn stopped(&self) -> bool {
        self.delivery.stop.is_some()
    }

    /// A stopped delivery takes everything, to count it.
    fn has_room(&self) -> bool {
        self.stopped() || self.waiting.len() + self.resting.len() + self.flying.len() < self.window
    }

    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.resting.is_empty() && self.flying.is_empty()
    }

    /// The next time at which something has to be done without being told.
    fn alarm(&self) -> Option<Instant> {
        let wake = self.resting.iter().map(|(wake, _)| *wake).min();
        let deadline = self.deadline.filter(|_| !self.stopped());
        wake.into_iter().chain(deadline).min()
    }

    fn accept(&mut self, batch: Batch) {
        self.delivery.documents += batch.len() as u64;
        match &self.delivery.stop {
            None if batch.is_empty() => {}
            None => self.waiting.push_back(Parcel::new(batch, Instant::now())),
            Some(stop) => {
                let fault = Fault::new(0, "", &stop.to_string());
                batch.items.iter().for_each(|item| self.delivery.unsent.add(&fault, item.line));
            }
        }
    }

    fn launch(&mut self) {
        if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            self.stop(Stop::Deadline);
        }
        while self.flying.len() < self.window
            && let Some(parcel) = self.waiting.pop_front()
        {
            if parcel.batch.body.len() > self.ceiling && parcel.batch.len() > 1 {
                parcel.halves().into_iter().rev().for_each(|half| self.waiting.push_front(half));
                continue;
            }
            self.delivery.requests += 1;
            let client = self.client.clone();
            let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            self.flying.spawn(async move {
                let answer = client.bulk(&parcel.batch.body, left.unwrap_or(Duration::MAX)).await;
                (parcel, answer)
            });
        }
    }

    fn wake(&mut self) {
        let now = Instant::now();
        let (due, resting) =
            std::mem::take(&mut self.resting).into_iter().partition(|(wake, _)| *wake <= now);
        self.resting = resting;
        let due: Vec<(Instant, Parcel)> = due;
        self.waiting.extend(due.into_iter().map(|(_, parcel)| parcel));
    }

    fn land(&mut self, landed: Result<Landed, JoinError>) {
        let (parcel, answer) = match landed {
            Ok(landed) => landed,
            // Tasks are never aborted, so it panicked, and its documents went with it: no count would be true.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        let judgement = match answer {
            Ok(answer) => {
                self.delivery.bytes_sent += answer.sent;
                judge(&parcel.batch, answer.status, &answer.body)
            }
            Err(error) if error.can_pass() => Judgement::Again(Fault::new(0, "", &error.to_string())),
            Err(error) => {
                self.give_up(&parcel, &Fault::new(0, "", &error.to_string()));
                return self.stop(Stop::Denied(error.to_string()));
            }
        };

        let size = parcel.batch.body.len();
        let settled = self.delivery.indexed + self.delivery.rejected.total();
        let next = parcel.settle(judgement, &mut self.delivery);
        if self.delivery.indexed + self.delivery.rejected.total() > settled {
            self.progress = Some(Instant::now());
        }
        if next.too_large {
            // Halves of this one pass beneath it; further ones of its size need not be tried.
            self.ceiling = self.ceiling.min(size / 4 * 3);
        }
        self.adapt(next.pressure, next.later.is_none());
        for parcel in next.at_once {
            self.hold(parcel);
        }
        if let Some((parcel, fault)) = next.later {
            self.put_off(parcel, &fault);
        }
        if let Some((parcel, fault)) = next.denied {
            self.give_up(&parcel, &fault);
            self.stop(Stop::Denied(denial(self.client, &fault)));
        }
    }

    fn adapt(&mut self, pressure: bool, clean: bool) {
        if pressure {
            self.window = 1;
        }
        self.calm = if clean { self.calm + 1 } else { 0 };
        if self.calm >= CALM && self.window < self.options.in_flight {
            self.window += 1;
            self.calm = 0;
        }
    }

    fn hold(&mut self, parcel: Parcel) {
        match &self.delivery.stop {
            None => self.waiting.push_back(parcel),
            Some(stop) => {
                let fault = Fault::new(0, "", &stop.to_string());
                self.give_up(&parcel, &fault);
            }
        }
    }

    fn put_off(&mut self, mut parcel: Parcel, fault: &Fault) {
        let now = Instant::now();
        let end = self.deadline.or_else(|| parcel.since.checked_add(self.options.patience));
        let left = end.map_or(Duration::MAX, |end| end.saturating_duration_since(now));
        if self.stopped() || left < self.options.pause {
            self.give_up(&parcel, fault);
            if self.deadline.is_some() {
                self.stop(Stop::Deadline);
            } else if self.progress.is_none_or(|progress| progress < parcel.since) {
                let patience = self.options.patience.as_secs();
                self.stop(Stop::Stalled(format!("nothing went through for {patience} seconds: {fault}")));
            }
            return;
        }

        let bound =
            self.options.pause.saturating_mul(1 << parcel.put_off.min(20)).min(self.options.longest_pause);
        let pause = bound.mul_f64(random_fraction()).min(left / 2);
        // One line a delivery is enough to tell why it takes so long; the reason may quote a document.
        let documents = parcel.batch.len();
        if self.delivery.sent_again == 0 {
            tracing::warn!(fault.status, fault.error_type, documents, ?pause, "documents are sent again");
        } else {
            tracing::debug!(fault.status, fault.error_type, documents, ?pause, "documents are sent again");
        }
        self.delivery.sent_again += documents as u64;
        parcel.put_off += 1;
        self.resting.push((now + pause, parcel));
    }

    fn give_up(&mut self, parcel: &Parcel, fault: &Fault) {
        parcel.lines().for_each(|line| self.delivery.unsent.add(fault, line));
    }

    fn stop(&mut self, stop: Stop) {
        if self.stopped() {
            return;
        }
        tracing::warn!(%stop, "delivery ends early");
        let fault = Fault::new(0, "", &stop.to_string());
        self.delivery.stop = Some(stop);
        let resting = std::mem::take(&mut self.resting).into_iter().map(|(_, parcel)| parcel);
        for parcel in std::mem::take(&mut self.waiting).into_iter().chain(resting) {
            self.give_up(&parcel, &fault);
        }
    }
}

/// Why the endpoint does not take our requests, and what to do about it.
fn denial(client: &OpenSearch, fault: &Fault) -> String {
    let way_out = match fault.status {
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
