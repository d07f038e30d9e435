//! Which attempts are sent, how large, and by which address.

use std::time::Instant;

use super::{Completed, RetryQueue};
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::{ClosedIndices, Ways, body_without_index, by_index, index_and_id, is_create};
use crate::edge::delivery::attempt::Attempt;
use crate::edge::delivery::joint::Part;
use crate::edge::delivery::outcome::Stop;

impl RetryQueue<'_> {
    /// Sends the attempts that wait, as many and as large as the pace allows.
    pub(crate) fn send(&mut self) {
        if self.last_call().is_some_and(|last_call| last_call <= Instant::now()) {
            self.stop(Stop::Deadline);
        }
        if self.not_before.is_some_and(|not_before| not_before > Instant::now()) {
            return;
        }
        let ways = self.client.target().ways();
        let most = if self.nothing_goes_through() { 1 } else { self.pace.in_flight() };
        while self.in_flight.len() < most
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
            if ways.index_in_path {
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
            let end = self.request_end();
            self.in_flight.spawn(async move {
                let Attempt { batch, .. } = &attempt;
                let alone = |answer| Part { answer, is_carried: false };
                let part = match (index.as_deref(), joint) {
                    (None, Some(joint)) if !require_alias => joint.bulk(&batch.body, batch.len(), end).await,
                    (None, _) => alone(client.bulk_by(None, require_alias, &batch.body, end).await),
                    (index, _) => {
                        alone(client.bulk_by(index, require_alias, &body_without_index(batch), end).await)
                    }
                };
                Completed::Bulk(attempt, part)
            });
        }
    }

    /// Whether the documents go to an alias, which must not become an index. All documents of an object go to one alias, or none does.
    pub(super) fn goes_to_alias(&self, attempt: &Attempt, ways: &Ways) -> bool {
        if self.aliases.is_empty() {
            return false;
        }
        let (index, _) = index_and_id(attempt.batch.action(0)).unwrap_or_default();
        self.aliases.contains(&index) && !ways.no_aliases.contains(&index)
    }

    /// Whether the documents go to an alias or a data stream, of whose indices only the last is written to: an earlier one may hold them.
    pub(super) fn rolls_over(&self, attempt: &Attempt) -> bool {
        is_create(attempt.batch.action(0)) || self.goes_to_alias(attempt, &self.client.target().ways())
    }

    /// The attempt without documents of indices that take none, which stay unsent. `None` means that nothing is left of it.
    pub(super) fn without_denied(&mut self, attempt: Attempt) -> Option<Attempt> {
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
}
