//! What a delivery is given, and what became of its documents.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use super::joint::Joint;
use super::ledger::Ledger;
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::{Altered, Tally, Verdicts};
use crate::edge::dead_letters::write::DeadLetterWriter;
use crate::load::batch::Batch;
use crate::local::progress::{Counts, Progress};
use crate::map::compiled::CompiledSections;
use crate::read::object::line::LineNumber;
use crate::report::{ObjectReport, Outcome};

/// What became of the documents: `documents` = `verdicts` + `unsent`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Documents that came in through the channel.
    pub documents: u64,
    /// Documents that the cluster took, and those that it refused in all forms.
    pub verdicts: Verdicts,
    /// Of the indexed: those that were in their index before, as a data stream tells.
    pub(crate) duplicates: u64,
    /// Of the indexed: those that may be in an earlier index as well, if the object was loaded before.
    pub may_be_double: u64,
    /// Documents of which nothing is known: sent without a final answer, or not sent at all. Ids make it safe to send them again.
    pub unsent: Tally,
    /// Why the delivery ended early, if it did.
    pub stop: Option<Stop>,
    /// The number of bulk requests.
    pub requests: u64,
    /// Of the requests: those that travelled as a part of another object's.
    pub(crate) carried: u64,
    /// Documents that were sent again, counted each time.
    pub sent_again: u64,
    /// How long the cluster worked, by its own account.
    pub cluster_time: Duration,
    /// The lines that are settled.
    pub(crate) ledger: Ledger,
}

impl Delivery {
    /// What has become of documents so far.
    pub(super) fn counts(&self) -> Counts {
        let Verdicts { indexed, rejected, .. } = &self.verdicts;
        Counts { indexed: *indexed, rejected: rejected.total(), sent_again: self.sent_again }
    }

    /// Enters a batch that came in.
    pub(super) fn enter(&mut self, batch: &mut Batch) {
        self.documents += batch.len() as u64;
        self.ledger.enter(batch);
    }

    /// Books a document of a line that the cluster took: `altered` says what else became of it, and why.
    pub(super) fn book_indexed(&mut self, line: LineNumber, altered: Option<(Altered, &Fault)>) {
        self.verdicts.add_indexed(line, altered);
        self.ledger.settle(line, |verdicts| verdicts.add_indexed(line, altered));
    }

    /// Books a document of a line that the cluster refused for good.
    pub(super) fn book_rejected(&mut self, line: LineNumber, fault: &Fault) {
        self.verdicts.rejected.add(fault, line);
        self.ledger.settle(line, |verdicts| verdicts.rejected.add(fault, line));
    }

    /// Documents that were written, as far as is known.
    pub(super) fn written(&self) -> u64 {
        self.verdicts.indexed - self.duplicates - self.verdicts.dropped.total()
    }

    /// Enters the delivery into the report of the object. A delivery that ended early has failed.
    pub(crate) fn book(self, report: &mut ObjectReport) {
        (report.verdicts, report.unsent) = (self.verdicts, self.unsent);
        report.requests = self.requests - self.carried;
        (report.sent_again, report.cluster_time) = (self.sent_again, self.cluster_time);
        report.may_be_double = self.may_be_double;
        if let Some(stop) = self.stop {
            report.outcome = Outcome::Failed { reason: stop.to_string(), retry: true };
        }
    }
}

/// How to deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The most requests in flight. As many batches are in memory beside those in the channel.
    pub in_flight: usize,
    /// Upper bound of the first pause before documents are sent again; it doubles with each further pause.
    pub pause: Duration,
    /// Upper bound of all pauses.
    pub longest_pause: Duration,
    /// Without a deadline: how long documents are sent again before they count as unsent.
    pub patience: Duration,
}

impl Default for Options {
    /// Two requests in flight, pauses from 200 ms to 20 s, five minutes of patience.
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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The deadline came first.
    #[error("the deadline came first")]
    Deadline,
    /// The endpoint, or our settings for it, forbid the requests: someone has to change something.
    #[error("{0}")]
    Denied(String),
    /// Nothing, or not all, went through for as long as patience lasts.
    #[error("{0}")]
    Stalled(String),
}

/// What a delivery has to do with beside the cluster: what it writes to, and whom its documents come from.
#[derive(Debug, Default)]
pub struct DeliveryContext {
    /// Takes documents that the cluster refuses for good; without it they are only counted.
    pub dead_letters: Option<DeadLetterWriter>,
    /// Is told what delays the delivery.
    pub progress: Arc<Progress>,
    /// The sections that made the documents: they say where left-over keys are.
    pub sections: Option<Arc<CompiledSections>>,
    /// Joins its requests with those of other objects.
    pub(crate) joint: Option<Joint>,
    /// Takes back the memory of a batch that is settled, for the next one; what it does not take is freed.
    pub spent: Option<SyncSender<Batch>>,
}

impl DeliveryContext {
    /// Finishes the file of dead letters. A load whose dead letters cannot be kept has failed.
    pub(crate) async fn finish(self, report: &mut ObjectReport) {
        let Some(dead_letters) = self.dead_letters else { return };
        match dead_letters.finish().await {
            Ok(place) => report.dead_letters = place,
            Err(error) => {
                // What was rejected before the deadline is kept nowhere: it has to be rejected once more.
                report.resume = None;
                report.outcome = Outcome::Failed { reason: error.to_string(), retry: true };
            }
        }
    }
}
