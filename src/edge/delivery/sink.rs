//! Where the documents of an object go: to a cluster, or to a sink on this machine.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use tokio::runtime::Handle;
use tokio::task::JoinError;

use super::deadline::Deadline;
use super::deliver::deliver;
use super::ledger::Ledger;
use super::outcome::{DeliveryContext, Options, Stop};
use crate::edge::opensearch::client::OpenSearch;
use crate::load::account::{Account, Limits};
use crate::load::batch::Batch;
use crate::load::output::BatchSink;
use crate::local::sink::{LocalSink, Parsed, ParsingEnd};
use crate::read::object::line::LineNumber;
use crate::report::{ObjectReport, Outcome, Settled};

/// Batches that wait between the parsing thread and the requests in flight: the least that a channel can hold.
const WAITING_BATCHES: usize = 1;

/// Settled batches whose memory is kept for the next one: more would pile up, because a batch may be settled in many parts.
const SPARE_BATCHES: usize = 1;

/// Where documents go.
#[derive(Clone, Debug)]
pub enum Sink {
    /// To a cluster.
    OpenSearch(Box<OpenSearch>, Options),
    /// To standard output, or nowhere.
    Local(LocalSink),
}

impl Sink {
    /// The limits of a load into this sink.
    pub(crate) fn limits(&self, limits: Limits) -> Limits {
        match self {
            Self::OpenSearch(..) => limits,
            Self::Local(_) => LocalSink::limits(limits),
        }
    }
}

/// Runs `parse`, which begins at line `start` and hands batches to a sink, on a thread of its own, sends the batches to the cluster, and books in `report` what
/// became of their documents. Sets `is_over` when nothing more can be sent: the reader of `parse` has to end the object then.
pub(crate) async fn send(
    parse: impl FnOnce(&mut BatchSink<'_>) -> Account + Send + 'static,
    (client, options): (&OpenSearch, &Options),
    (start, deadline): (LineNumber, Option<Deadline>),
    is_over: &AtomicBool,
    context: &mut DeliveryContext,
    report: &mut ObjectReport,
) {
    let (batches, waiting) = tokio::sync::mpsc::channel(WAITING_BATCHES);
    let (spent, spare) = mpsc::sync_channel(SPARE_BATCHES);
    context.spent = Some(spent);
    let runtime = Handle::current();
    // Hands a batch over, and replaces it by an empty one; gives it back if the delivery has ended.
    let hand_over = move |batch: &mut Batch| {
        batches.blocking_send(std::mem::take(batch)).map_err(|refused| refused.0)?;
        // While all requests travel and one more is ready, another batch would only take memory. If the delivery has ended, the next
        // batch is given back.
        let _ = runtime.block_on(batches.reserve());
        *batch = spare.try_recv().unwrap_or_default();
        Ok(())
    };
    let parsing = tokio::task::spawn_blocking(move || Parsed::of(parse, hand_over));
    let mut delivery = deliver(client, waiting, options, deadline, context).await;
    is_over.store(true, Ordering::Relaxed);
    let parsed = parsing.await;
    let (stop, ledger) = (delivery.stop.clone(), std::mem::take(&mut delivery.ledger));
    delivery.book(report);
    match parsed {
        Ok(parsed) => book(parsed, stop, &ledger, start, report),
        Err(error) => report.outcome = ended(&error),
    }
}

/// Books what was parsed from line `start` on. Where the deadline came first, the report says from which line on another try has to go
/// on, and what became of the lines before that one.
fn book(parsed: Parsed, stop: Option<Stop>, ledger: &Ledger, start: LineNumber, report: &mut ObjectReport) {
    let reason = stop.as_ref().map_or("the load ended early".to_owned(), Stop::to_string);
    let end = parsed.book(&reason, report);
    // Nothing but the deadline cuts the reading of an object whose delivery went well.
    let is_late = match &stop {
        None => end == ParsingEnd::ReadingCut,
        Some(stop) => *stop == Stop::Deadline,
    };
    if !is_late {
        return;
    }
    if end == ParsingEnd::Whole && report.unsent.total() == 0 {
        // The last answer came while the deadline passed.
        report.outcome = Outcome::Loaded;
        return;
    }
    report.outcome = Outcome::Failed { reason: Stop::Deadline.to_string(), retry: true };
    let whole = match end {
        ParsingEnd::SinkClosed => None,
        ParsingEnd::Whole | ParsingEnd::ReadingCut => ledger.whole(&report.account),
    };
    let (resume, settled) = match (whole, ledger.settled()) {
        (Some(settled), _) => (start.0 + report.account.lines, settled),
        (None, Some((line, settled))) => (line.0 + 1, settled),
        (None, None) => (start.0, Settled::default()),
    };
    report.resume = Some(LineNumber(resume));
    report.settled = Some(Box::new(settled));
}

/// The outcome of an object whose parsing thread panicked. Another try most likely ends so too, but only what fails is kept in a
/// dead-letter queue.
pub(crate) fn ended(error: &JoinError) -> Outcome {
    Outcome::Failed { reason: format!("the parsing thread ended: {error}"), retry: true }
}
