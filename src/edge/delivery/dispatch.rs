//! The requests of one delivery: what is sent next, how much at a time, and what is sent again and when.
//!
//! Keeps every document in exactly one place until it is settled. Does not wait: it says when it wants to be woken.

use std::collections::{BTreeSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::{JoinError, JoinSet};

use super::deadline::Deadline;
use super::outcome::{Delivery, Options, Stop};
use super::parcel::Parcel;
use super::progress::Progress;
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::{Judgement, Moves, Pace, index_and_id, judge};
use crate::deliver::dead_letter::letter::Refused;
use crate::edge::opensearch::client::{Answer, OpenSearch, SendError};
use crate::load::batch::Batch;

/// The longest that a look at the closed indices may take: without it they are tried one by one.
const LONGEST_LOOK: Duration = Duration::from_secs(10);

/// What comes back.
pub(crate) enum Landed {
    /// A bulk request.
    Answer(Parcel, Result<Answer, SendError>),
    /// A look at which indices are closed, and which documents of a parcel they hold.
    Look(Parcel, Fault, Moves, BTreeSet<usize>),
}

/// A delivery's requests: those that wait, those that are put off, and those that are on their way.
pub(crate) struct Dispatch<'a> {
    client: &'a OpenSearch,
    options: &'a Options,
    deadline: Option<Deadline>,
    /// Ready to go.
    waiting: VecDeque<Parcel>,
    /// Put off until a time.
    resting: Vec<(Instant, Parcel)>,
    /// No request begins before: the endpoint asked for a pause.
    not_before: Option<Instant>,
    /// On their way.
    pub(crate) flying: JoinSet<Landed>,
    pace: Pace,
    moves: Moves,
    /// When a document was last settled.
    settled: Option<Instant>,
    progress: Arc<Progress>,
    /// Documents that were refused for good, to be taken.
    pub(crate) refused: Vec<Refused>,
    /// A batch that is settled, to be taken for its memory.
    pub(crate) spent: Option<Batch>,
    pub(crate) delivery: Delivery,
}

impl<'a> Dispatch<'a> {
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
            resting: Vec::new(),
            not_before: None,
            flying: JoinSet::new(),
            pace: Pace::new(options.in_flight),
            moves: Moves::default(),
            settled: None,
            progress,
            refused: Vec::new(),
            spent: None,
            delivery: Delivery::default(),
        }
    }

    pub(crate) fn stopped(&self) -> bool {
        self.delivery.stop.is_some()
    }

    /// A stopped delivery takes everything, to count it.
    pub(crate) fn has_room(&self) -> bool {
        self.stopped() || self.waiting.len() + self.resting.len() + self.flying.len() < self.pace.in_flight()
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.resting.is_empty() && self.flying.is_empty()
    }

    /// The next time at which something has to be done without being told.
    pub(crate) fn alarm(&self) -> Option<Instant> {
        let wake = self.resting.iter().map(|(wake, _)| *wake).min();
        let deadline = self.last_call().filter(|_| !self.stopped());
        wake.into_iter().chain(self.not_before).chain(deadline).min()
    }

    /// The last moment to begin a request.
    fn last_call(&self) -> Option<Instant> {
        self.deadline.map(|deadline| deadline.last_call(self.delivery.requests == 0))
    }

    pub(crate) fn accept(&mut self, batch: Batch) {
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

    pub(crate) fn launch(&mut self) {
        if self.last_call().is_some_and(|last_call| last_call <= Instant::now()) {
            self.stop(Stop::Deadline);
        }
        if self.not_before.is_some_and(|not_before| not_before > Instant::now()) {
            return;
        }
        while self.flying.len() < self.pace.in_flight()
            && let Some(parcel) = self.waiting.pop_front()
        {
            if self.moves.concerns(&parcel.batch) {
                self.look(parcel, Fault::new(403, "", "the index is closed for writing"), Moves::default());
                continue;
            }
            if parcel.batch.body.len() > self.pace.bytes() && parcel.batch.len() > 1 {
                parcel.halves().into_iter().rev().for_each(|half| self.waiting.push_front(half));
                continue;
            }
            self.delivery.requests += 1;
            let client = self.client.clone();
            let left = self.deadline.map(|deadline| deadline.end.saturating_duration_since(Instant::now()));
            self.flying.spawn(async move {
                let answer = client.bulk(&parcel.batch.body, left.unwrap_or(Duration::MAX)).await;
                Landed::Answer(parcel, answer)
            });
        }
    }

    pub(crate) fn wake(&mut self) {
        let now = Instant::now();
        self.not_before = self.not_before.filter(|not_before| *not_before > now);
        let (due, resting) =
            std::mem::take(&mut self.resting).into_iter().partition(|(wake, _)| *wake <= now);
        self.resting = resting;
        let due: Vec<(Instant, Parcel)> = due;
        self.waiting.extend(due.into_iter().map(|(_, parcel)| parcel));
    }

    pub(crate) fn land(&mut self, landed: Result<Landed, JoinError>) {
        match landed {
            Ok(Landed::Answer(parcel, answer)) => self.answered(parcel, answer),
            Ok(Landed::Look(parcel, fault, moves, held)) => self.looked(parcel, &fault, moves, &held),
            // Tasks are never aborted, so it panicked, and its documents went with it: no count would be true.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    fn answered(&mut self, parcel: Parcel, answer: Result<Answer, SendError>) {
        let asked = answer.as_ref().ok().and_then(|answer| answer.retry_after);
        let judgement = match answer {
            Ok(answer) => {
                self.delivery.bytes_sent += answer.sent;
                judge(&parcel.batch, answer.status, &answer.body)
            }
            Err(error) if error.can_pass() => {
                Judgement::Again(Fault::new(0, error.kind(), &error.to_string()))
            }
            Err(error) => {
                self.give_up(&parcel, &Fault::new(0, error.kind(), &error.to_string()));
                return self.stop(Stop::Denied(error.to_string()));
            }
        };

        let size = parcel.batch.body.len();
        let settled = self.delivery.indexed + self.delivery.rejected.total();
        let next = parcel.settle(judgement, &mut self.delivery);
        if self.delivery.indexed + self.delivery.rejected.total() > settled {
            self.settled = Some(Instant::now());
            self.progress.go_on();
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
        for parcel in next.at_once {
            self.hold(parcel);
        }
        if let Some((parcel, fault)) = next.closed {
            let actions = (0..parcel.batch.len()).filter_map(|index| Some(parcel.batch.pair(index)?.0));
            let mut closed = Moves::default();
            actions.filter_map(index_and_id).for_each(|(index, _)| closed.close(index));
            self.look(parcel, fault, closed);
        }
        if let Some((parcel, fault)) = next.later {
            self.put_off(parcel, &fault, asked);
        }
        if let Some((parcel, fault)) = next.denied {
            self.give_up(&parcel, &fault);
            self.stop(Stop::Denied(denial(self.client, &fault)));
        }
    }

    /// Asks the cluster which indices are closed beside those that it has just `told`, so that not every one of them has to be
    /// tried, and which documents they hold: an object that is loaded again must not double them. Where we may not ask, what it
    /// told has to do.
    fn look(&mut self, parcel: Parcel, fault: Fault, told: Moves) {
        if self.stopped() {
            return self.give_up(&parcel, &fault);
        }
        let is_news = !told.is_empty();
        let mut moves = told;
        moves.merge(self.moves.clone());
        let client = self.client.clone();
        let left = self.deadline.map(|deadline| deadline.end.saturating_duration_since(Instant::now()));
        let limit = left.unwrap_or(LONGEST_LOOK).min(LONGEST_LOOK);
        self.flying.spawn(async move {
            let held = tokio::time::timeout(limit, async {
                if is_news && let Ok(state) = client.get("_cluster/state/blocks").await {
                    moves.close_blocked(&state);
                }
                if is_news && let Ok(listing) = client.get("_cold/indices/_search?page_size=2000").await {
                    moves.close_cold(&listing);
                }
                held(&client, &parcel.batch, &moves).await
            });
            let held = held.await.unwrap_or_default();
            Landed::Look(parcel, fault, moves, held)
        });
    }

    fn looked(&mut self, parcel: Parcel, fault: &Fault, moves: Moves, held: &BTreeSet<usize>) {
        self.moves.merge(moves);
        let mut parcel = parcel.without(held, &mut self.delivery);
        if !held.is_empty() {
            self.settled = Some(Instant::now());
            self.progress.go_on();
        }
        match self.moves.redirect(&parcel.batch) {
            _ if parcel.batch.is_empty() => {}
            Some(batch) if batch != parcel.batch => {
                let index = batch.pair(0).and_then(|(action, _)| index_and_id(action)).unwrap_or_default().0;
                tracing::warn!(
                    fault.status,
                    index,
                    "an index is closed for writing; its documents go to this one"
                );
                parcel.batch = batch;
                self.hold(parcel);
            }
            // Ninety-nine of them are closed.
            _ => self.put_off(parcel, fault, None),
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

    /// Keeps a parcel for later. What the endpoint has `asked` for holds up all others too, but for no more than half of the time that is
    /// left: whoever asks for more would never be asked again.
    fn put_off(&mut self, mut parcel: Parcel, fault: &Fault, asked: Option<Duration>) {
        let now = Instant::now();
        let end = self
            .deadline
            .map(|deadline| deadline.stop)
            .or_else(|| parcel.since.checked_add(self.options.patience));
        let left = end.map_or(Duration::MAX, |end| end.saturating_duration_since(now));
        if self.stopped() || left < self.options.pause {
            self.give_up(&parcel, fault);
            if self.deadline.is_some() {
                self.stop(Stop::Deadline);
            } else if self.settled.is_none_or(|settled| settled < parcel.since) {
                let patience = self.options.patience.as_secs();
                self.stop(Stop::Stalled(format!("nothing went through for {patience} seconds: {fault}")));
            }
            return;
        }

        let bound =
            self.options.pause.saturating_mul(1 << parcel.put_off.min(20)).min(self.options.longest_pause);
        let pause = bound.mul_f64(random_fraction()).max(asked.unwrap_or_default()).min(left / 2);
        let wake = now.checked_add(pause).unwrap_or(now);
        if asked.is_some() {
            self.not_before = self.not_before.max(Some(wake));
        }
        // One line a delivery is enough to tell why it takes so long; the reason may quote a document.
        let documents = parcel.batch.len();
        if self.delivery.sent_again == 0 {
            tracing::warn!(fault.status, fault.error_type, documents, ?pause, "documents are sent again");
        } else {
            tracing::debug!(fault.status, fault.error_type, documents, ?pause, "documents are sent again");
        }
        self.delivery.sent_again += documents as u64;
        parcel.put_off += 1;
        self.resting.push((wake, parcel));
        let waiting = self.resting.iter().map(|(_, parcel)| parcel.batch.len() as u64).sum();
        self.progress.hold_up(waiting, fault);
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

/// The documents of a batch that closed indices hold, as far as the cluster tells.
async fn held(client: &OpenSearch, batch: &Batch, moves: &Moves) -> BTreeSet<usize> {
    let (mut asked, mut documents) = (Vec::new(), Vec::new());
    for at in 0..batch.len() {
        let Some((index, id)) = batch.pair(at).and_then(|(action, _)| index_and_id(action)) else { continue };
        for closed in moves.closed_of(&index) {
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
