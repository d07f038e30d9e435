//! The Lambda function: it takes an event, loads its objects, and gives the answer. The binary hands it event and deadline.

use std::collections::HashMap;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use aws_types::SdkConfig;
use jiff::Timestamp;
use serde_json::{Value, json};
use tracing::{debug, error, info, warn};

use super::aws::sqs::Queue;
use super::back_off;
use super::delivery::deadline::Deadline;
use super::log_lines;
use super::logging::level_that_passes;
use super::object_loader::ObjectLoader;
use super::together::SMALL;
use crate::bytes::safe::Safe;
use crate::local::settings::Answer;
use crate::report::metrics;
use crate::report::{ObjectReport, Outcome, Report};
use crate::trigger;
use crate::trigger::object_ref::{LineRange, ObjectRef};
use crate::trigger::receipt::{Receipt, receipts};
use crate::trigger::{Message, MessageId};

/// Why an invocation has to be tried again.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Objects that another try could load.
    #[error("{count} of the event's objects could not be loaded, the first is {object}: {reason}")]
    NotLoaded { count: usize, object: String, reason: String },
    #[error(transparent)]
    Event(#[from] trigger::Error),
}

impl Error {
    /// A word for the kind of the error, which the runtime tells as `errorType`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotLoaded { .. } => "ObjectsNotLoaded",
            Self::Event(_) => "EventNotUnderstood",
        }
    }
}

/// What becomes of messages whose objects another try most likely finds as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    /// Of objects that are damaged.
    pub broken: Answer,
    /// Of objects that are not there.
    pub missing: Answer,
}

impl Default for Answers {
    /// A damaged object comes again, so that it ends in the dead-letter queue; one that is gone is done.
    fn default() -> Self {
        Self { broken: Answer::Retry, missing: Answer::Done }
    }
}

/// The function, its clients and configuration made once at start.
#[derive(Clone, Debug)]
pub struct Function {
    loader: ObjectLoader,
    queue: Option<Queue>,
    started: Timestamp,
    /// The metrics of each object are written to standard output, where CloudWatch finds them.
    pub metrics: bool,
    /// What becomes of messages whose objects another try finds as they are.
    pub answers: Answers,
    /// The credentials by which messages are hidden that come back because the cluster is full.
    pub back_off: Option<SdkConfig>,
}

/// What became of the objects of one invocation.
#[derive(Debug, Default)]
struct Work {
    /// The reports of small objects that were loaded together, by object.
    loaded: Vec<(ObjectRef, ObjectReport)>,
    /// Objects that were begun, whatever became of them.
    begun: u64,
    /// Something was done that another try does not have to do again.
    settled: bool,
    report: Report,
    /// Objects that are not there, so that no other try can help.
    missing: u64,
    handed_over: u64,
    /// The cluster put documents of this message off until there was no time left, or none was left for it because of that.
    is_pushed_back: bool,
    /// The cluster put documents of this invocation off until there was no time left.
    is_full: bool,
    /// Messages that were hidden for a time of their own, and those for which that failed.
    hidden: (u64, u64),
    /// What another try could load: object and reason.
    failures: Vec<(String, String)>,
}

impl Function {
    /// A function that writes no metrics and hides no messages. `queue` takes what an invocation has no time for. `started` is the time
    /// when the process began: an earlier deadline counts as none.
    pub fn new(loader: ObjectLoader, queue: Option<Queue>, started: Timestamp) -> Self {
        Self { loader, queue, started, metrics: false, answers: Answers::default(), back_off: None }
    }

    /// Handles one event. `deadline` is the runtime's, in milliseconds since 1970.
    ///
    /// An event of SQS is answered with `batchItemFailures`, so that its other messages are not delivered again; other events get an
    /// empty answer. The rest of an object for which the time is too short is handed over to the queue, from the first line that is
    /// not settled, and counts as done. Without a queue, or if nothing at all was settled, the object fails.
    ///
    /// # Errors
    ///
    /// Without SQS: an object that another try could load, or an event that is none. With SQS: only for a message that has no id,
    /// because nothing else could give it back.
    pub async fn handle(
        &self,
        event: &Value,
        now: (Timestamp, Instant),
        deadline: u64,
    ) -> Result<Value, Error> {
        let deadline = self.deadline(now, deadline);
        self.loader.begin();
        let invocation = trigger::parse(event);
        let mut work = Work::default();
        let mut failed_messages: Vec<&MessageId> = Vec::new();
        let mut nameless = None;
        let receipts = receipts(event);
        let messages = once_each(&invocation.messages);
        let objects = messages.iter().flat_map(|message| &message.objects);
        work.loaded = self.load_small(objects, now.0, deadline).await;
        work.settled = work.loaded.iter().any(|(_, report)| report.outcome == Outcome::Loaded);
        for message in messages {
            let id = message.id.as_ref();
            work.is_pushed_back = false;
            let failed = self.message(message, now.0, deadline, &mut work).await;
            if let (true, Some(receipt)) =
                (failed.is_some() && work.is_pushed_back, id.and_then(|id| receipts.get(id.0.as_str())))
            {
                self.hide(receipt, deadline, &mut work).await;
            }
            match (failed, id) {
                (Some(_), Some(id)) if !failed_messages.contains(&id) => failed_messages.push(id),
                (Some(error), None) => nameless = nameless.or(Some(error)),
                _ => {}
            }
        }
        work.log(failed_messages.len());
        match nameless {
            Some(Error::NotLoaded { object, reason, .. }) => {
                Err(Error::NotLoaded { count: work.failures.len(), object, reason })
            }
            Some(error) => Err(error),
            None if invocation.from_sqs => {
                let ids: Vec<Value> =
                    failed_messages.iter().map(|id| json!({ "itemIdentifier": id.0 })).collect();
                Ok(json!({ "batchItemFailures": ids }))
            }
            None => Ok(Value::Null),
        }
    }

    /// Hides a message that comes back because the cluster is full. Where that fails, the queue's own time holds.
    async fn hide(&self, receipt: &Receipt, deadline: Option<Deadline>, work: &mut Work) {
        let Some(aws) = &self.back_off else { return };
        match back_off::hide(aws, receipt, deadline.map(Deadline::last_calls)).await {
            Ok(()) => work.hidden.0 += 1,
            Err(error) => {
                debug!(%error, "the message keeps the queue's own visibility");
                work.hidden.1 += 1;
            }
        }
    }

    /// Loads the objects of a message. Gives the error for which the message has to come again, if there is one.
    async fn message(
        &self,
        message: &Message,
        now: Timestamp,
        deadline: Option<Deadline>,
        work: &mut Work,
    ) -> Option<Error> {
        let id = message.id.as_ref().map(|id| id.0.as_str());
        for error in &message.errors {
            error!(message_id = id, %error, "message not understood");
        }
        for skipped in &message.skipped {
            info!(message_id = id, reason = %skipped.reason, object = %Safe(&skipped.what), "skipped");
            work.report.skip(&skipped.reason.into(), &skipped.what);
        }
        let before = work.failures.len();
        for object in &message.objects {
            let failure = self.object(object, now, deadline, work).await;
            work.failures.extend(failure);
        }
        let again = work.failures.len() - before;
        if again > 0 {
            warn!(message_id = id, objects = again, "the message has to come again");
        }
        let error = message.errors.first().map(|error| Error::from(error.clone()));
        let failure = work.failures.get(before).map(|(object, reason)| Error::NotLoaded {
            count: 1,
            object: object.clone(),
            reason: reason.clone(),
        });
        error.or(failure)
    }

    /// Loads an object, or hands it over. Gives its name and the reason if it has to be tried again.
    async fn object(
        &self,
        object: &ObjectRef,
        now: Timestamp,
        deadline: Option<Deadline>,
        work: &mut Work,
    ) -> Option<(String, String)> {
        let name = object.to_string();
        let start = object.lines.map_or(1, |lines| lines.start);
        let loaded = work.loaded.iter().position(|(of, _)| of == object);
        let loaded = loaded.map(|at| work.loaded.swap_remove(at).1);
        if loaded.is_none()
            && let Some(deadline) =
                deadline.filter(|deadline| deadline.last_call(work.begun == 0) <= Instant::now())
        {
            let reason = "the deadline came before the object was begun";
            let again = self.hand_over(&name, object, start, reason, Some(deadline), work).await;
            work.is_pushed_back |= work.is_full;
            if let Some((_, reason)) = &again {
                error!(object = %Safe(&name), reason = %Safe(reason), "failed");
            }
            return again;
        }
        work.begun += 1;
        let mut report = match loaded {
            Some(report) => report,
            None => load(&self.loader, object, now, deadline).await,
        };
        let again = match (&report.outcome, report.resume) {
            (Outcome::Loaded, _) => {
                work.settled = true;
                self.again_if_broken(&name, &report)
            }
            (Outcome::Skipped(_), _) => None,
            (Outcome::Failed { reason, .. }, _)
                if report.is_missing && self.answers.missing == Answer::Retry =>
            {
                Some((name.clone(), reason.clone()))
            }
            (Outcome::Failed { retry: false, .. }, _) => None,
            (Outcome::Failed { reason, .. }, Some(line)) => {
                let mut rest = object.clone();
                if let Some(found) = &report.found {
                    (rest.key, rest.key_if_missing) = (found.key.clone(), None);
                    rest.etag = found.etag.clone().or(rest.etag);
                }
                let line = line.0.max(start);
                work.settled |= line > start;
                self.hand_over(&name, &rest, line, reason, deadline, work).await
            }
            (Outcome::Failed { reason, .. }, None) => Some((name.clone(), reason.clone())),
        };
        if let (Some((_, why)), Outcome::Failed { reason, .. }) = (&again, &mut report.outcome) {
            reason.clone_from(why);
        }
        if again.is_none() && report.resume.is_some() {
            // What another invocation sends is no error of this one.
            report.leave_rest();
        }
        work.missing += u64::from(report.is_missing);
        let is_pushed_back = report.unsent.total() > 0 && report.sent_again > 0;
        work.is_pushed_back |= is_pushed_back;
        work.is_full |= is_pushed_back;
        log_lines::object(&report);
        work.report.add(&report);
        if self.metrics
            && let Some(line) = metrics::emf(&report, Timestamp::now(), level_that_passes())
        {
            // CloudWatch reads metrics only from a line of its own, without what the log adds.
            let _ = writeln!(io::stdout(), "{line}");
        }
        again
    }

    /// Gives the name of an object that broke off and the reason, if it has to be tried again.
    fn again_if_broken(&self, name: &str, report: &ObjectReport) -> Option<(String, String)> {
        let broken = report.account.broken.as_ref()?;
        let reason = format!("broke off after {} bytes of text: {}", broken.offset, broken.reason);
        (self.answers.broken == Answer::Retry).then(|| (name.to_owned(), reason))
    }

    /// Loads the small ones of some objects together, if there are several of them, and gives their reports. What the time is too
    /// short for is not begun.
    async fn load_small(
        &self,
        objects: impl Iterator<Item = &ObjectRef>,
        now: Timestamp,
        deadline: Option<Deadline>,
    ) -> Vec<(ObjectRef, ObjectReport)> {
        let small: Vec<ObjectRef> =
            objects.filter(|object| object.size.is_some_and(|size| size <= SMALL)).cloned().collect();
        let mut loaded = Vec::new();
        if small.len() < 2 {
            return loaded;
        }
        let begin = |loader: ObjectLoader, (number, object): (usize, ObjectRef)| async move {
            if deadline.is_some_and(|deadline| deadline.last_call(number == 0) <= Instant::now()) {
                return None;
            }
            let report = load(&loader, &object, now, deadline).await;
            Some((object, report))
        };
        self.loader.together(small.into_iter().enumerate(), begin, |report| loaded.extend(report)).await;
        loaded
    }

    /// Hands an object over to another invocation, from line `start` on. Gives its name and the reason if that is not possible.
    async fn hand_over(
        &self,
        name: &str,
        object: &ObjectRef,
        start: u64,
        reason: &str,
        deadline: Option<Deadline>,
        work: &mut Work,
    ) -> Option<(String, String)> {
        let failed = |why: String| Some((name.to_owned(), format!("{reason}; {why}")));
        if !work.settled {
            // Otherwise an object could be handed over for ever, without any of its lines being loaded.
            return failed("the whole invocation settled nothing, so it is not handed over".to_owned());
        }
        let Some(queue) = &self.queue else {
            return failed("a queue named by SQS_SPLITTED_LOGS_URL would take the rest".to_owned());
        };
        let message = match object.continuation(start) {
            Ok(message) => message.to_string(),
            Err(error) => return failed(error.to_string()),
        };
        if let Err(error) = queue.send(&message, deadline.map(Deadline::last_calls)).await {
            return failed(error.to_string());
        }
        let end = object.lines.and_then(|LineRange { end, .. }| end);
        info!(object = %Safe(name), start, end, hops = object.hops + 1, reason = %Safe(reason), "handed over");
        work.handed_over += 1;
        None
    }

    /// The deadline of the runtime. That of an emulator can lie in 1970: it counts as none.
    fn deadline(&self, (now, instant): (Timestamp, Instant), deadline: u64) -> Option<Deadline> {
        let deadline = i64::try_from(deadline).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok())?;
        if deadline <= self.started {
            return None;
        }
        let left = Duration::try_from(deadline.duration_since(now)).unwrap_or_default();
        Some(Deadline::before(instant, left))
    }
}

/// The messages of a batch, without those that are in it twice.
fn once_each(messages: &[Message]) -> Vec<&Message> {
    let mut seen: HashMap<&MessageId, &Message> = HashMap::new();
    let mut once = Vec::new();
    for message in messages {
        match &message.id {
            Some(id) if seen.insert(id, message) == Some(message) => {
                info!(message_id = id.0, "the message is in the batch twice");
            }
            _ => once.push(message),
        }
    }
    once
}

/// Loads an object within the deadline, even if something hangs that should not.
async fn load(
    loader: &ObjectLoader,
    object: &ObjectRef,
    now: Timestamp,
    deadline: Option<Deadline>,
) -> ObjectReport {
    let load = loader.load_object(object, now, deadline);
    let Some(deadline) = deadline else { return load.await };
    tokio::time::timeout_at(deadline.patience().into(), load)
        .await
        .unwrap_or_else(|_| loader.not_in_time(object))
}

impl Work {
    fn log(&self, failed_messages: usize) {
        let report = &self.report;
        let skipped: u64 = report.skipped.values().map(|(count, _)| count).sum();
        info!(
            objects = report.objects,
            skipped,
            missing = self.missing,
            broken = report.broken,
            handed_over = self.handed_over,
            failed = self.failures.len(),
            failed_messages,
            hidden_messages = self.hidden.0,
            not_hidden = self.hidden.1,
            lines = report.account.lines,
            documents = report.account.documents,
            indexed = report.verdicts.indexed,
            rejected = report.verdicts.rejected.total(),
            unsent = report.unsent.total(),
            "event done"
        );
        for (reason, (count, example)) in &report.skipped {
            if *count > 1 {
                warn!(reason = %Safe(reason), count, example = %Safe(example), "objects skipped");
            }
        }
    }
}
