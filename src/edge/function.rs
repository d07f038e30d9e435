//! The Lambda function: an event in, its objects loaded, an answer out.
//!
//! Does not know the runtime interface: the binary hands it the event and the deadline.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use tracing::{error, info, warn};

use super::work::Worker;
use crate::event::{self, Message};
use crate::metrics;
use crate::report::{ObjectReport, Outcome, Report};

/// Time kept for what is in flight when the deadline comes near.
const MARGIN: Duration = Duration::from_secs(10);

/// Why an invocation has to be tried again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Objects that another try could load.
    #[error("{count} of the event's objects could not be loaded, the first is {object}: {reason}")]
    NotLoaded {
        /// How many.
        count: usize,
        /// The first.
        object: String,
        /// Why.
        reason: String,
    },
    /// The event itself.
    #[error(transparent)]
    Event(#[from] event::Error),
}

/// The function, its clients and configuration made once at start.
#[derive(Clone, Debug)]
pub struct Function {
    worker: Worker,
    started: Timestamp,
    metrics: bool,
}

impl Function {
    /// A function. `started` is when the process began: a deadline before it is no deadline.
    pub fn new(worker: Worker, started: Timestamp) -> Self {
        Self { worker, started, metrics: false }
    }

    /// The same, which writes the metrics of each object to standard output, where CloudWatch finds them.
    #[must_use]
    pub fn with_metrics(self) -> Self {
        Self { metrics: true, ..self }
    }

    /// Handles one event. `deadline` is the runtime's, in milliseconds since 1970.
    ///
    /// Gives `batchItemFailures` for an event of SQS, so that its other messages are not delivered again, and nothing otherwise.
    ///
    /// # Errors
    ///
    /// Without SQS: an object that another try could load.
    pub async fn handle(
        &self,
        event: &Value,
        now: (Timestamp, Instant),
        deadline: u64,
    ) -> Result<Value, Error> {
        let deadline = self.deadline(now, deadline);
        let invocation = event::parse(event);
        let mut failed_messages = Vec::new();
        let mut failures = Vec::new();
        let mut report = Report::default();
        for message in &invocation.messages {
            let reports = self.message(message, now.0, deadline).await;
            let before = failures.len();
            for object in &reports {
                report.add(object);
                if let Outcome::Failed { reason, retry: true } = &object.outcome {
                    failures.push((object.object.clone(), reason.clone()));
                }
            }
            match &message.id {
                Some(id) => {
                    if failures.len() > before || !message.errors.is_empty() {
                        failed_messages.push(json!({ "itemIdentifier": id.0 }));
                    }
                }
                None => {
                    if let Some(error) = message.errors.first() {
                        return Err(error.clone().into());
                    }
                }
            }
        }
        info!(
            objects = report.objects,
            lines = report.account.lines,
            documents = report.account.documents,
            indexed = report.indexed,
            rejected = report.rejected.total(),
            unsent = report.unsent.total(),
            "event done"
        );
        if invocation.from_sqs {
            return Ok(json!({ "batchItemFailures": failed_messages }));
        }
        match failures.first() {
            Some((object, reason)) => Err(Error::NotLoaded {
                count: failures.len(),
                object: object.clone(),
                reason: reason.clone(),
            }),
            None => Ok(Value::Null),
        }
    }

    async fn message(
        &self,
        message: &Message,
        now: Timestamp,
        deadline: Option<Instant>,
    ) -> Vec<ObjectReport> {
        for error in &message.errors {
            error!(message_id = message.id.as_ref().map(|id| id.0.as_str()), %error, "message not understood");
        }
        for skipped in &message.skipped {
            info!(reason = ?skipped.reason, object = skipped.what, "skipped");
        }
        let mut reports = Vec::new();
        for object in &message.objects {
            let report = self.worker.load_object(object, now, deadline).await;
            log(&report);
            if self.metrics
                && let Some(line) = metrics::emf(&report, Timestamp::now())
            {
                // A line of its own, without what the log adds: otherwise it is no metric.
                let _ = writeln!(io::stdout(), "{line}");
            }
            reports.push(report);
        }
        reports
    }

    /// An emulator's deadline can lie in 1970: it says nothing then.
    fn deadline(&self, (now, instant): (Timestamp, Instant), deadline: u64) -> Option<Instant> {
        let deadline = i64::try_from(deadline).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok())?;
        if deadline <= self.started {
            return None;
        }
        let left = Duration::try_from(deadline.duration_since(now)).unwrap_or_default();
        Some(instant + left.saturating_sub(MARGIN.min(left / 10)))
    }
}

fn log(report: &ObjectReport) {
    let account = &report.account;
    let balance = report.balance();
    match &report.outcome {
        Outcome::Loaded => info!(
            object = report.object,
            lines = balance.lines,
            blank = balance.blank,
            events = balance.events(),
            indexed = balance.indexed,
            excluded = balance.excluded,
            rejected = balance.rejected,
            unsent = balance.unsent,
            documents = account.documents,
            pipeline_errors = account.pipeline_errors,
            sent_again = report.sent_again,
            dead_letters = report.dead_letters,
            "loaded"
        ),
        Outcome::Skipped(reason) => info!(object = report.object, reason, "skipped"),
        Outcome::Failed { reason, retry } => error!(
            object = report.object,
            lines = balance.lines,
            blank = balance.blank,
            events = balance.events(),
            indexed = balance.indexed,
            excluded = balance.excluded,
            rejected = balance.rejected,
            unsent = balance.unsent,
            documents = account.documents,
            sent_again = report.sent_again,
            dead_letters = report.dead_letters,
            reason,
            retry,
            "failed"
        ),
    }
    if let Some(broken) = &account.broken {
        warn!(object = report.object, offset = broken.offset, reason = broken.reason, "the object broke off");
    }
    for (problem, count) in account.problems.iter() {
        warn!(object = report.object, problem = problem.name(), count, "odd lines");
    }
    for group in report.rejected.groups() {
        // The reason may quote the document, so only its kind is logged.
        warn!(
            object = report.object,
            status = group.fault.status,
            kind = group.fault.error_type,
            count = group.count,
            first_line = group.first_line.0,
            "rejected"
        );
    }
}
