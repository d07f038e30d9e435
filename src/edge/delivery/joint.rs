//! Joins the small bulk requests of several objects to one.
//!
//! Each object keeps a delivery of its own, which gets its part of the answer and judges it: what is refused, sent again or given up
//! concerns its own documents alone.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use std::{iter, mem};

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;

use crate::deliver::bulk::is_misordered;
use crate::edge::opensearch::client::{Answer, OpenSearch};
use crate::edge::opensearch::send_error::SendError;
use crate::load::parallel::lock;

/// A request that is larger travels alone, in bytes.
const LARGEST_MEMBER: usize = 1 << 20;

/// A joint request that is as large is sent, in bytes: as large as a request of one object.
const FULL: usize = 5_000_000;

/// Joint requests in flight: with one of them more members gather meanwhile.
const IN_FLIGHT: usize = 2;

/// How long a member waits for others. Only an object that is slow makes it wait as long.
const PATIENCE: Duration = Duration::from_secs(1);

/// The joint requests of some objects. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Joint {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    client: OpenSearch,
    state: Mutex<State>,
    /// A member has come.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    gathered: Gathered,
    in_flight: usize,
    /// The members of requests in flight.
    members_in_flight: usize,
    /// An endpoint that has refused a joint request gets no other one.
    is_apart: bool,
}

/// Members that wait for the next request.
#[derive(Debug, Default)]
struct Gathered {
    body: Vec<u8>,
    members: Vec<Member>,
    since: Option<Instant>,
}

/// The request of one object, which travels as a member of a joint one.
#[derive(Debug)]
struct Member {
    /// How many bytes of the body, and documents, are its own.
    bytes: usize,
    documents: usize,
    end: Option<Instant>,
    part: oneshot::Sender<Part>,
}

/// What a member gets.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) answer: Result<Answer, SendError>,
    /// Another member counts the request.
    pub(crate) is_carried: bool,
}

impl Joint {
    pub(crate) fn new(client: OpenSearch) -> Self {
        let shared = Shared { client, state: Mutex::default(), changed: Notify::new() };
        Self { shared: Arc::new(shared) }
    }

    /// Sends a bulk request of so many documents together with those of others, and gives its part of the answer.
    pub(crate) async fn bulk(&self, body: &[u8], documents: usize, end: Option<Instant>) -> Part {
        let waiting = {
            let mut state = self.state();
            if state.is_apart || body.len() > LARGEST_MEMBER {
                None
            } else {
                let (part, waiting) = oneshot::channel();
                state.gathered.body.extend_from_slice(body);
                state.gathered.members.push(Member { bytes: body.len(), documents, end, part });
                state.gathered.since.get_or_insert_with(Instant::now);
                Some(waiting)
            }
        };
        self.shared.changed.notify_one();
        if let Some(waiting) = waiting
            && let Ok(part) = waiting.await
        {
            return part;
        }
        Part { answer: self.shared.client.bulk(body, end).await, is_carried: false }
    }

    /// Whether another object can begin: `running` have begun, and at most `busy` of them may do anything but wait for an answer.
    pub(crate) fn has_room(&self, running: usize, busy: usize) -> bool {
        let state = self.state();
        state.gathered.body.len() < FULL && running.saturating_sub(state.waiting()) < busy
    }

    /// The request of what has gathered, if it is enough, if it has waited for long, or if all of so many running objects wait and
    /// `no_more` can begin. Who drops it gives the members' documents up.
    pub(crate) fn request(
        &self,
        running: usize,
        no_more: bool,
    ) -> Option<impl Future<Output = ()> + Send + use<>> {
        let mut state = self.state();
        let waited = state.gathered.since.is_some_and(|since| since.elapsed() >= PATIENCE);
        let all_wait = no_more && state.waiting() >= running;
        let is_full = state.gathered.body.len() >= FULL;
        if state.gathered.members.is_empty()
            || state.in_flight == IN_FLIGHT
            || !(is_full || waited || all_wait)
        {
            return None;
        }
        let gathered = mem::take(&mut state.gathered);
        state.in_flight += 1;
        state.members_in_flight += gathered.members.len();
        drop(state);
        let joint = self.clone();
        Some(async move {
            let members = gathered.members.len();
            let is_apart = gathered.send(&joint.shared.client).await;
            let mut state = joint.state();
            state.in_flight -= 1;
            state.members_in_flight -= members;
            state.is_apart |= is_apart;
        })
    }

    /// Waits until [`Self::request`] and [`Self::has_room`] may say something else.
    pub(crate) async fn changed(&self) {
        let alarm = self.state().alarm();
        match alarm {
            Some(alarm) => {
                let _ = tokio::time::timeout_at(alarm.into(), self.shared.changed.notified()).await;
            }
            None => self.shared.changed.notified().await,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.shared.state)
    }
}

impl State {
    /// When the members that have gathered have waited for long enough. Where no other request may begin, only the end of one helps.
    fn alarm(&self) -> Option<Instant> {
        let since = self.gathered.since.filter(|_| self.in_flight < IN_FLIGHT);
        since.map(|since| since + PATIENCE)
    }

    /// The objects that wait for an answer.
    fn waiting(&self) -> usize {
        self.gathered.members.len() + self.members_in_flight
    }
}

impl Gathered {
    /// Sends the request, and gives each member its answer. Tells whether the endpoint refuses joint requests: then each member was sent
    /// alone.
    async fn send(self, client: &OpenSearch) -> bool {
        let end = self.members.iter().filter_map(|member| member.end).min();
        let answer = client.bulk(&self.body, end).await;
        if self.members.len() > 1
            && answer.as_ref().is_ok_and(|answer| matches!(answer.status, 400 | 403 | 413))
        {
            self.send_apart(client).await;
            return true;
        }
        let answers: Vec<_> = match answer {
            Ok(answer) if (200..=299).contains(&answer.status) => {
                split(answer, &self.body, &self.members).into_iter().map(Ok).collect()
            }
            answer => iter::repeat_n(answer, self.members.len()).collect(),
        };
        for (number, (member, answer)) in self.members.into_iter().zip(answers).enumerate() {
            // Who does not wait any more has given the documents up.
            let _ = member.part.send(Part { answer, is_carried: number > 0 });
        }
        false
    }

    async fn send_apart(self, client: &OpenSearch) {
        let mut rest = self.body.as_slice();
        let mut requests = JoinSet::new();
        for member in self.members {
            let Some((body, behind)) = rest.split_at_checked(member.bytes) else { return };
            rest = behind;
            let (client, body) = (client.clone(), body.to_vec());
            requests.spawn(async move {
                let answer = client.bulk(&body, member.end).await;
                let _ = member.part.send(Part { answer, is_carried: false });
            });
            if requests.len() == IN_FLIGHT {
                requests.join_next().await;
            }
        }
        while requests.join_next().await.is_some() {}
    }
}

/// The answer to a joint request, with the items cut for its members. Where they do not fit, each gets an answer that says so, and sends its
/// documents again: as many items as one of them has documents would be believed by that one.
fn split(answer: Answer, body: &[u8], members: &[Member]) -> Vec<Answer> {
    #[derive(Deserialize)]
    struct Items<'a> {
        #[serde(default)]
        took: u64,
        #[serde(borrow)]
        items: Vec<&'a RawValue>,
    }
    if members.len() == 1 {
        return vec![answer];
    }
    let documents = members.iter().map(|member| member.documents).sum::<usize>();
    let Ok(Items { took, items }) = serde_json::from_slice(&answer.body) else {
        return vec![answer; members.len()];
    };
    if items.len() != documents || is_misordered(&answer.body, body) {
        let body =
            format!("its {} items are not those of the {documents} documents that were sent", items.len());
        return vec![Answer { body: body.into_bytes(), ..answer }; members.len()];
    }
    let mut items = items.into_iter();
    let answers = members.iter().enumerate().map(|(number, member)| {
        // The first member stands for the request: what it took counts once.
        let took = if number == 0 { took } else { 0 };
        let own: Vec<&str> = items.by_ref().take(member.documents).map(RawValue::get).collect();
        let body = format!(r#"{{"took":{took},"items":[{}]}}"#, own.join(","));
        Answer { body: body.into_bytes(), ..answer }
    });
    answers.collect()
}

#[cfg(test)]
mod tests {
    use super::{Gathered, IN_FLIGHT, Member, State, split};
    use crate::edge::opensearch::client::Answer;
    use std::time::Instant;
    use tokio::sync::oneshot;

    fn answers(body: &str, members: usize) -> Vec<String> {
        let answer = Answer { status: 200, body: body.into(), retry_after: None };
        let member = || Member { bytes: 0, documents: 1, end: None, part: oneshot::channel().0 };
        let members: Vec<_> = std::iter::repeat_with(member).take(members).collect();
        let text = |answer: Answer| String::from_utf8_lossy(&answer.body).into_owned();
        split(answer, b"", &members).into_iter().map(text).collect()
    }

    #[test]
    fn an_answer_that_is_none_is_told_as_it_is() {
        for members in [1, 3] {
            assert_eq!(answers("<html>Sign in", members), vec!["<html>Sign in"; members]);
        }
        assert_eq!(
            answers(r#"{"items":[{}]}"#, 2),
            ["its 1 items are not those of the 2 documents that were sent"; 2]
        );
        let apart = [r#"{"took":5,"items":[{"a":1}]}"#, r#"{"took":0,"items":[{"b":2}]}"#];
        assert_eq!(answers(r#"{"took":5,"items":[{"a":1},{"b":2}]}"#, 2), apart);
    }

    #[test]
    fn while_all_requests_are_in_flight_no_time_wakes_the_members_that_wait() {
        let gathered = Gathered { since: Some(Instant::now()), ..Gathered::default() };
        let mut state = State { gathered, in_flight: IN_FLIGHT - 1, ..State::default() };
        assert!(state.alarm().is_some());
        state.in_flight = IN_FLIGHT;
        assert_eq!(state.alarm(), None);
    }
}
