//! Ways around an index that does not take documents: another one where it is closed, and the first one behind an alias.

use std::time::{Duration, Instant};

use super::{Completed, RetryQueue};
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::{ClosedIndices, index_and_id};
use crate::edge::delivery::attempt::Attempt;
use crate::edge::delivery::held::{Held, held};
use crate::edge::opensearch::write_alias::WriteAlias;

/// The longest time for finding a way: without an answer about closed indices, they are tried one by one.
const LONGEST_DETOUR: Duration = Duration::from_secs(10);

impl RetryQueue<'_> {
    /// Makes the first index behind the alias that the documents go to.
    pub(super) fn make_alias(&mut self, attempt: Attempt, fault: &Fault) {
        let name = index_and_id(attempt.batch.action(0)).filter(|_| !self.is_stopped());
        let Some((name, _)) = name else {
            return self.give_up(&attempt, fault);
        };
        let client = self.client.clone();
        let end = self.end_of_detour();
        self.in_flight.spawn(async move {
            let made = tokio::time::timeout_at(end.into(), client.make_write_alias(&name)).await;
            let unanswered = || {
                let reason = format!("no answer to the question for the first index of the alias {name}");
                WriteAlias::Unanswered(Fault::new(0, Fault::TIME_OUT, &reason))
            };
            let made = made.unwrap_or_else(|_| unanswered());
            Completed::WriteAlias(attempt, name, made)
        });
    }

    fn end_of_detour(&self) -> Instant {
        let latest = Instant::now() + LONGEST_DETOUR;
        self.request_end().map_or(latest, |end| end.min(latest))
    }

    /// Sends the documents again, once it is known what the name of their alias stands for.
    pub(super) fn go_on(&mut self, mut attempt: Attempt, alias: String, made: WriteAlias) {
        match made {
            WriteAlias::Made | WriteAlias::IndexIsThere => {
                attempt.alias_made = true;
                self.requeue(attempt);
            }
            WriteAlias::NoAlias => {
                self.client.target().note(|ways| ways.no_aliases.insert(alias));
                self.requeue(attempt);
            }
            WriteAlias::Refused(fault) => self.deny(&attempt, &fault),
            WriteAlias::Unanswered(fault) => self.requeue_later(attempt, &fault, None),
        }
    }

    /// Asks the cluster which indices are closed beside those of `news`, so that not each of them has to be tried, and which
    /// documents they hold: an object that is loaded again must not double them. Where the cluster does not answer, `news` has to do.
    pub(super) fn check_closed(&mut self, attempt: Attempt, fault: Fault, news: ClosedIndices) {
        if self.is_stopped() {
            return self.give_up(&attempt, &fault);
        }
        let is_news = !news.is_empty();
        let mut closed = news;
        closed.merge(self.closed_indices.clone());
        let client = self.client.clone();
        let end = self.end_of_detour();
        self.in_flight.spawn(async move {
            let held = tokio::time::timeout_at(end.into(), async {
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
    pub(super) fn redirect(&mut self, attempt: Attempt, fault: &Fault, closed: ClosedIndices, held: &Held) {
        self.closed_indices.merge(closed);
        self.delivery.may_be_double += held.untold.len() as u64;
        let mut attempt = attempt.without(&held.there, &mut self.delivery);
        if !held.there.is_empty() {
            self.note_settled();
        }
        match self.closed_indices.redirect(&attempt.batch) {
            _ if attempt.batch.is_empty() => {}
            Some(batch) if batch != attempt.batch => {
                let (index, _) = index_and_id(batch.action(0)).unwrap_or_default();
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
}
