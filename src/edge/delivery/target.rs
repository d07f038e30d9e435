//! Where documents go: to a cluster, to standard output, or nowhere. What became of them is booked in the object's report.
//!
//! Does not know where they come from.

use crate::edge::delivery::outcome;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::deadline::Deadline;
use super::deliver::deliver;
use super::outcome::{Aside, Stop};
use crate::deliver::bulk::fault::Fault;
use crate::edge::audit::Expected;
use crate::edge::opensearch::client::OpenSearch;
use crate::load::account::{Account, Limits};
use crate::load::batch::Batch;
use crate::read::object::line::LineNumber;
use crate::report::{ObjectReport, Outcome};

/// Batches that wait between the parsing thread and the requests in flight: the least that a channel has.
const WAITING_BATCHES: usize = 1;

/// Bytes of a batch that stays in the cache of a processor's core.
const IN_CACHE: usize = 256 << 10;

/// What the reader of an object says when its documents are not wanted any more.
pub(crate) const OVER: &str = "the delivery is over";

/// Where documents go.
#[derive(Clone, Debug)]
pub enum Target {
    /// A cluster.
    OpenSearch(Box<OpenSearch>, outcome::Options),
    /// `_bulk` NDJSON on standard output.
    Ndjson,
    /// Nowhere: to measure, or to see the report.
    Nothing,
    /// Nowhere, but their ids are noted.
    Noted(Arc<Mutex<Expected>>),
}

impl Target {
    /// `limits`, whose batches are requests, for this target: a batch that nobody sends is made quicker if it stays in the processor's
    /// cache, and if it is nobody's part.
    pub(crate) fn limits(&self, limits: Limits) -> Limits {
        match self {
            Self::OpenSearch(..) => limits,
            Self::Ndjson | Self::Nothing | Self::Noted(_) => {
                Limits { batch_bytes: IN_CACHE, as_made: true, ..limits }
            }
        }
    }
}

/// Runs `parse`, which hands batches to a sink, on a thread of its own, and sends what it gives to `target`. Says by `over` that
/// nothing more is wanted: a reader that says [`OVER`] then, as an error, ends the thread.
pub(crate) async fn send(
    parse: impl FnOnce(&mut dyn FnMut(&mut Batch) -> ControlFlow<()>) -> Account + Send + 'static,
    target: &Target,
    deadline: Option<Deadline>,
    over: &AtomicBool,
    aside: &mut Aside,
    report: &mut ObjectReport,
) {
    let mut deadline_at = None;
    let (parsing, reason) = match target {
        Target::OpenSearch(client, options) => {
            let (batches, waiting) = mpsc::channel(WAITING_BATCHES);
            let reached = Arc::new(AtomicU64::new(0));
            let line_reached = Arc::clone(&reached);
            let (spent, spare) = std::sync::mpsc::channel();
            aside.spent = Some(spent);
            let runtime = Handle::current();
            let parsing = tokio::task::spawn_blocking(move || {
                feed(parse, |batch| {
                    let last = batch.items.last().map_or(0, |item| item.line.0);
                    batches.blocking_send(std::mem::take(batch)).map_err(|refused| refused.0)?;
                    line_reached.store(last, Ordering::Relaxed);
                    // As long as all requests travel and one more is ready, another one would only take memory. Should nothing be
                    // taken any more, the next batch is refused.
                    let _ = runtime.block_on(batches.reserve());
                    *batch = spare.try_recv().unwrap_or_default();
                    Ok(())
                })
            });
            let delivery = deliver(client, waiting, options, deadline, aside).await;
            over.store(true, Ordering::Relaxed);
            let parsed = parsing.await;
            if delivery.stop == Some(Stop::Deadline) {
                deadline_at = Some(LineNumber(reached.load(Ordering::Relaxed)));
            }
            (report.indexed, report.requests) = (delivery.indexed, delivery.requests);
            (report.sent_again, report.cluster_time) = (delivery.sent_again, delivery.cluster_time);
            (report.raw, report.rejected, report.unsent) = (delivery.raw, delivery.rejected, delivery.unsent);
            let reason = delivery.stop.map(|stop| stop.to_string());
            if let Some(reason) = &reason {
                report.outcome = Outcome::Failed { reason: reason.clone(), retry: true };
            }
            (parsed, reason)
        }
        Target::Ndjson => {
            let parsing = tokio::task::spawn_blocking(move || {
                let (mut written, mut failure) = (0, None);
                let fed = feed(parse, |batch| match io::stdout().lock().write_all(&batch.body) {
                    Ok(()) => {
                        written += batch.items.len() as u64;
                        Ok(())
                    }
                    Err(error) => {
                        failure = Some(format!("standard output: {error}"));
                        Err(std::mem::take(batch))
                    }
                });
                (fed, written, failure)
            });
            match parsing.await {
                Ok((fed, written, failure)) => {
                    report.indexed = written;
                    if let Some(reason) = &failure {
                        report.outcome = Outcome::Failed { reason: reason.clone(), retry: false };
                    }
                    (Ok(fed), failure)
                }
                Err(error) => (Err(error), None),
            }
        }
        Target::Nothing | Target::Noted(_) => {
            let noted = match target {
                Target::Noted(noted) => Some(Arc::clone(noted)),
                _ => None,
            };
            let parsing = tokio::task::spawn_blocking(move || {
                feed(parse, |batch| {
                    if let Some(noted) = &noted {
                        noted.lock().unwrap_or_else(PoisonError::into_inner).add(batch);
                    }
                    Ok(())
                })
            });
            let fed = parsing.await;
            report.indexed = fed.as_ref().map_or(0, |fed| fed.account.handed_over());
            (fed, None)
        }
    };
    match parsing {
        Ok(mut fed) => {
            let cut_off = fed.account.broken.take_if(|broken| broken.reason == OVER).is_some();
            let is_whole = !cut_off && !fed.account.stopped;
            book(fed, reason.as_deref().unwrap_or("the load ended early"), report);
            let unsent = report.unsent.groups().map(|group| group.first_line).min();
            match deadline_at {
                // The last answer came while the deadline passed.
                Some(_) if is_whole && unsent.is_none() => report.outcome = Outcome::Loaded,
                Some(reached) => report.resume = Some(unsent.map_or(reached, |unsent| unsent.min(reached))),
                None => {}
            }
        }
        Err(error) => {
            // Another try most likely ends so too, but only what fails is kept in a dead-letter queue.
            let reason = format!("the parsing thread ended: {error}");
            report.outcome = Outcome::Failed { reason, retry: true };
        }
    }
}

/// What the parsing thread leaves.
struct Fed {
    account: Account,
    /// The line of the first document that nobody took.
    refused: Option<LineNumber>,
}

/// Parses until `sink` gives a batch back.
fn feed(
    parse: impl FnOnce(&mut dyn FnMut(&mut Batch) -> ControlFlow<()>) -> Account,
    mut sink: impl FnMut(&mut Batch) -> Result<(), Batch>,
) -> Fed {
    let mut refused = None;
    let account = parse(&mut |batch| match sink(batch) {
        Ok(()) => ControlFlow::Continue(()),
        Err(batch) => {
            refused = batch.items.first().map(|item| item.line);
            ControlFlow::Break(())
        }
    });
    Fed { account, refused }
}

/// Books the account. Documents that were made, but that nobody took any more, are unsent: those of the batch that was refused, and
/// the one that did not fit into it.
fn book(fed: Fed, reason: &str, report: &mut ObjectReport) {
    if fed.account.stopped {
        let taken = report.indexed + report.rejected.total() + report.unsent.total();
        let left = fed.account.handed_over().saturating_sub(taken);
        let line = fed.refused.unwrap_or(LineNumber(1));
        report.unsent.add_many(&Fault::new(0, "", reason), line, left);
    }
    report.account = fed.account;
}
