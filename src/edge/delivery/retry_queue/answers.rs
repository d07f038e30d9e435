//! What follows from the answer to a request.

use tokio::task::JoinError;

use super::blame::denial;
use super::{Completed, RetryQueue};
use crate::deliver::bulk::{ClosedIndices, Judgement, by_index, judge};
use crate::edge::delivery::attempt::Attempt;
use crate::edge::delivery::joint::Part;
use crate::edge::delivery::outcome::Stop;

impl RetryQueue<'_> {
    /// Settles a request that is completed, and queues what follows from it.
    pub(crate) fn complete(&mut self, completed: Result<Completed, JoinError>) {
        match completed {
            Ok(Completed::Bulk(attempt, part)) => self.complete_bulk(attempt, part),
            Ok(Completed::ClosedIndices(attempt, fault, closed, held)) => {
                self.redirect(attempt, &fault, closed, &held);
            }
            Ok(Completed::Probes(attempt, faults, probes)) => self.decide(&attempt, faults, &probes),
            Ok(Completed::WriteAlias(attempt, alias, made)) => self.go_on(attempt, alias, made),
            // Tasks are never aborted, so this one panicked, and its documents are lost with it: no count would be true.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// The judgement, or another try where the endpoint refuses what it took a moment ago: credentials that ran out are renewed, and a
    /// proxy that is being set up anew comes back.
    fn unless_taken_lately(&self, judgement: Judgement) -> Judgement {
        match judgement {
            Judgement::Denied(fault)
                if fault.consequence().is_none() && self.client.target().took_lately() =>
            {
                Judgement::Again(fault)
            }
            judgement => judgement,
        }
    }

    pub(super) fn complete_bulk(&mut self, attempt: Attempt, Part { answer, is_carried }: Part) {
        self.delivery.carried += u64::from(is_carried);
        let asked = answer.as_ref().ok().and_then(|answer| answer.retry_after);
        let judgement = match answer {
            Ok(answer) => self.unless_taken_lately(judge(&attempt.batch, answer.status, &answer.body)),
            Err(error) if error.can_pass() => Judgement::Again(error.fault()),
            Err(error) => {
                self.give_up(&attempt, &error.fault());
                return self.stop(Stop::Denied(error.to_string()));
            }
        };

        let is_whole = !matches!(judgement, Judgement::Items { .. });
        self.failures = if matches!(judgement, Judgement::Again(_)) { self.failures + 1 } else { 0 };
        let size = attempt.batch.body.len();
        let settled = self.delivery.verdicts.total();
        let (rolls_over, written) = (self.rolls_over(&attempt), self.delivery.written());
        let next = attempt.settle(judgement, self.sections.as_deref(), &mut self.delivery);
        if self.delivery.verdicts.total() > settled {
            self.note_settled();
        }
        if rolls_over {
            self.delivery.may_be_double += self.delivery.written() - written;
        }
        self.spent = next.spent;
        if !is_whole {
            self.client.target().note_taken();
            self.pace.took(size);
        }
        match (next.too_large, next.pressure, next.later.is_some()) {
            (true, ..) => self.pace.too_large(size),
            (false, true, _) => self.pace.complained(size),
            (false, false, true) => self.pace.went_wrong(),
            (false, false, false) => self.pace.went_well(),
        }
        for attempt in next.at_once.into_iter().rev() {
            self.requeue(attempt);
        }
        if let Some((attempt, fault)) = next.closed {
            let mut closed = ClosedIndices::default();
            by_index(&attempt.batch).into_keys().for_each(|index| closed.close(index));
            self.check_closed(attempt, fault, closed);
        }
        if let Some((attempt, fault)) = next.later {
            self.requeue_later(attempt, &fault, asked);
        }
        if let Some(attempt) = next.create {
            for index in by_index(&attempt.batch).into_keys() {
                self.client.target().note(|ways| ways.data_streams.insert(index));
            }
            self.requeue(attempt);
        }
        if let Some(attempt) = next.index_in_path {
            self.client.target().note(|ways| ways.index_in_path = true);
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
                self.stop(Stop::Denied(denial(self.client, None, &fault)));
            } else {
                self.deny(&attempt, &fault);
            }
        }
    }
}
