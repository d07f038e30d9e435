//! `es-loader redrive QUEUE_URL`: loads the objects of messages that the function gave up, as the function loads them.
//!
//! A message is deleted only after all of its objects were loaded. All other messages are in the queue again at the end.

use std::collections::HashSet;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::json;

use super::connect;
use super::interrupts::Interrupts;
use crate::bytes::safe::Safe;
use crate::cli::args::network::RedriveArgs;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::edge::aws::sqs::{Queue, Received};
use crate::edge::object_loader::ObjectLoader;
use crate::map::compiled::CompiledSections;
use crate::report::{ExitStatus, ObjectReport, Outcome, Report, Skip};
use crate::trigger::{self, Message};

/// How long a message is hidden from others. This is prolonged while its objects are loaded; if this process is killed, the message
/// appears again.
const HIDDEN: Duration = Duration::from_secs(120);

/// How long a message stays away that could not be loaded, so that others come first.
const PUT_ASIDE: Duration = Duration::from_secs(900);

/// A queue that is being emptied.
struct Emptying<'q> {
    queue: &'q Queue,
    seen: HashSet<String>,
    kept: Vec<Received>,
    /// Messages that came again, since the last new one.
    repeated: usize,
}

pub(super) async fn redrive(args: RedriveArgs, sections: Arc<CompiledSections>) -> Result<ExitCode, Failure> {
    if !args.group.is_empty() {
        return Err(Failure("--group is for dead letters: messages of a queue tell no reason".to_owned()));
    }
    let started = Instant::now();
    let (aws, s3) = connect::aws(args.connection.region.clone()).await?;
    let queue = Queue::new(&aws, &args.place)?;
    let mut interrupts = Interrupts::listen()?;
    let mut emptying = Emptying { queue: &queue, seen: HashSet::new(), kept: Vec::new(), repeated: 0 };
    if args.dry_run {
        let shown = emptying.show(&mut interrupts).await;
        emptying.put_back().await;
        return shown.map(|()| ExitCode::SUCCESS);
    }
    let loader = connect::loader(&args.connection, &args.dead_letter, sections, (&aws, s3)).await?;
    let mut report = Report::default();
    let emptied = emptying.empty(&loader, &mut report, &mut interrupts).await;
    emptying.put_back().await;
    output::report(&report, args.connection.endpoint.as_deref(), started.elapsed());
    let kept = emptying.kept.len();
    output::notice(format_args!(
        "{} messages deleted, {kept} are in the queue again",
        emptying.seen.len().saturating_sub(kept)
    ));
    emptied?;
    let status = if kept > 0 { ExitStatus::Unfinished } else { report.exit_status() };
    Ok(ExitCode::from(status as u8))
}

impl Emptying<'_> {
    /// The next message that has not been seen; nothing at the end, or when a person wants to stop.
    async fn next(&mut self, interrupts: &mut Interrupts) -> Result<Option<Received>, Failure> {
        loop {
            let received = tokio::select! {
                received = self.queue.receive(HIDDEN) => received?,
                () = interrupts.next() => return Ok(None),
            };
            let Some(message) = received else { return Ok(None) };
            if self.seen.insert(message.id.clone()) {
                self.repeated = 0;
                return Ok(Some(message));
            }
            // What was put aside comes again while others are loaded; when nothing else comes, that was all.
            self.repeated += 1;
            if self.kept.iter().any(|kept| kept.id == message.id) {
                self.put_aside(message).await;
            } else {
                // SQS may deliver even what was deleted.
                self.queue.delete(&message).await?;
            }
            if self.repeated > self.kept.len() {
                return Ok(None);
            }
        }
    }

    async fn show(&mut self, interrupts: &mut Interrupts) -> Result<(), Failure> {
        let mut objects = 0_u64;
        while let Some(message) = self.next(interrupts).await? {
            let parsed = parse(&message);
            for object in parsed.iter().flat_map(|message| &message.objects) {
                objects += 1;
                output::line(format_args!("s3://{}/{}", Safe(&object.bucket), Safe(object.key.as_str())));
            }
            for error in parsed.iter().flat_map(|message| &message.errors) {
                output::line(format_args!("message {}: {}", Safe(&message.id), Safe(&error.to_string())));
            }
            self.put_aside(message).await;
        }
        output::line(format_args!("{} messages, {objects} objects would be loaded", self.seen.len()));
        Ok(())
    }

    async fn empty(
        &mut self,
        loader: &ObjectLoader,
        report: &mut Report,
        interrupts: &mut Interrupts,
    ) -> Result<(), Failure> {
        while let Some(message) = self.next(interrupts).await? {
            let prolonging = self.prolong(&message);
            let is_loaded = load(&message, loader, report).await;
            prolonging.abort();
            let _ = prolonging.await;
            if !is_loaded {
                self.put_aside(message).await;
                if report.unsent.total() > 0 {
                    output::notice(
                        "es-loader: the cluster takes no more documents, so the other messages are left",
                    );
                    return Ok(());
                }
            } else if let Err(error) = self.queue.delete(&message).await {
                self.kept.push(message);
                return Err(error.into());
            }
        }
        Ok(())
    }

    fn prolong(&self, message: &Received) -> tokio::task::JoinHandle<()> {
        let (queue, message) = (self.queue.clone(), message.clone());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(HIDDEN / 3).await;
                // Should it fail, the next try is still in time; after that the message comes again, which does no harm.
                let _ = queue.hide(&message.handle, HIDDEN).await;
            }
        })
    }

    async fn put_aside(&mut self, message: Received) {
        // A message that cannot be hidden comes again sooner, and is known then.
        let _ = self.queue.hide(&message.handle, PUT_ASIDE).await;
        // Only the handle of the last time counts.
        self.kept.retain(|kept| kept.id != message.id);
        self.kept.push(message);
    }

    async fn put_back(&self) {
        for message in &self.kept {
            // It comes back by itself otherwise, only later.
            let _ = self.queue.hide(&message.handle, Duration::ZERO).await;
        }
    }
}

/// Loads all objects of a message; tells whether nothing of it is left to do.
async fn load(message: &Received, loader: &ObjectLoader, report: &mut Report) -> bool {
    let mut is_loaded = true;
    for message in parse(message) {
        for error in &message.errors {
            let id = message.id.as_ref().map_or("", |id| id.0.as_str());
            report.add(&ObjectReport::failed(format!("message {id}"), error));
            is_loaded = false;
        }
        for skipped in &message.skipped {
            let outcome = Outcome::Skipped(skipped.reason.into());
            report.add(&ObjectReport::not_loaded(skipped.what.clone(), outcome));
        }
        for object in &message.objects {
            let loaded = loader.load_object(object, Timestamp::now(), None).await;
            is_loaded &= is_full(&loaded);
            report.add(&loaded);
        }
    }
    is_loaded
}

/// Nothing of the object is missing in the cluster but what is kept as dead letters.
fn is_full(report: &ObjectReport) -> bool {
    match &report.outcome {
        Outcome::Failed { .. } => false,
        Outcome::Skipped(Skip::Nothing(_) | Skip::Ignored(_) | Skip::Changed) => true,
        // By another configuration a section may take it.
        Outcome::Skipped(Skip::NotTaken | Skip::NotRead(_)) => false,
        Outcome::Loaded => {
            let is_kept = report.verdicts.rejected.total() == 0 || report.dead_letters.is_some();
            report.account.broken.is_none() && is_kept
        }
    }
}

fn parse(message: &Received) -> Vec<Message> {
    let record = json!({"eventSource": "aws:sqs", "messageId": message.id, "body": message.body});
    trigger::parse(&json!({ "Records": [record] })).messages
}
