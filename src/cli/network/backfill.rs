//! `es-loader backfill`: loads what lies in a bucket already, for some days, with a checkpoint to go on from.

use std::collections::VecDeque;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::task::JoinSet;

use super::buckets::NO_OBJECTS;
use super::checkpoint::{Checkpoint, Job};
use super::days::Day;
use super::interrupts::Interrupts;
use super::{connect, enqueue};
use crate::bytes::safe::Safe;
use crate::cli::args::network::BackfillArgs;
use crate::cli::failure::Failure;
use crate::cli::inputs::s3_address;
use crate::cli::{output, progress, sections};
use crate::edge::aws::s3::S3;
use crate::edge::object_loader::ObjectLoader;
use crate::map::compiled::{Choice, CompiledSections};
use crate::report::screen::{Bytes, Count};
use crate::report::{ExitStatus, ObjectReport, Outcome, Report};
use crate::trigger::object_ref::ObjectRef;

/// Stored bytes a second, before it is measured: a small cluster takes as much.
const ASSUMED_RATE: u64 = 1_000_000;

/// Objects that fail one after the other before it is taken for more than their own fault.
const FAILURES_IN_A_ROW: u32 = 10;

/// The time between two lines on how far it is, where no terminal shows a bar.
const TELL_EVERY: Duration = Duration::from_secs(30);

pub(crate) fn run(args: BackfillArgs) -> Result<ExitCode, Failure> {
    let sections = Arc::new(sections::to_send(&args.sections, args.document_ids)?);
    connect::runtime()?.block_on(backfill(args, sections))
}

async fn backfill(args: BackfillArgs, sections: Arc<CompiledSections>) -> Result<ExitCode, Failure> {
    let Some((bucket, prefix)) = s3_address(Path::new(&args.address)) else {
        return Err(Failure(format!(
            "{}: backfill reads from s3://BUCKET/PREFIX; load takes files",
            args.address
        )));
    };
    args.days.check()?;
    let mut checkpoint = open_checkpoint(&args, format!("s3://{bucket}/{prefix}"), &sections)?;
    let (aws, s3) = connect::aws(args.connection.region.clone()).await?;
    let mut backlog = Backlog::find(&s3, (bucket, prefix), &args, &sections, &checkpoint).await?;
    output::line(backlog.describe(&args.address, &checkpoint));
    if args.dry_run || backlog.pending.is_empty() {
        return Ok(ExitCode::from(backlog.exit_status() as u8));
    }
    if !args.yes && !agreed()? {
        return Err(Failure("nothing was loaded".to_owned()));
    }
    if let Some(url) = &args.enqueue {
        checkpoint.save()?;
        let objects = backlog.pending.make_contiguous();
        return enqueue::enqueue(&aws, url, objects, &mut checkpoint).await;
    }
    let loader = connect::loader(&args.connection, &args.dead_letter, sections, (&aws, s3)).await?;
    // It is better to know now than after hours that the file cannot be written.
    checkpoint.save()?;
    let loading = Loading {
        loader,
        concurrency: usize::from(args.concurrency),
        total: backlog.pending.len(),
        bytes: backlog.bytes,
        pending: backlog.pending,
        report: Report::default(),
        finished: 0,
        failures: 0,
        started: Instant::now(),
        checkpoint: &mut checkpoint,
    };
    loading.finish(&args).await
}

fn open_checkpoint(
    args: &BackfillArgs,
    source: String,
    sections: &CompiledSections,
) -> Result<Checkpoint, Failure> {
    let endpoint = args.connection.endpoint.clone().unwrap_or_default();
    let job = Job { source, target: args.enqueue.clone().unwrap_or(endpoint) };
    let checkpoint = Checkpoint::open(args.checkpoint.as_deref(), job, sections.fingerprint())?;
    if checkpoint.other_config {
        output::notice(format_args!(
            "es-loader: another configuration loaded what checkpoint {} has as done; without the file, it is loaded again",
            checkpoint.path.display()
        ));
    }
    Ok(checkpoint)
}

/// The objects that are to be loaded.
#[derive(Default)]
struct Backlog {
    pending: VecDeque<ObjectRef>,
    bytes: u64,
    /// Objects that are done by the checkpoint.
    done: u64,
    /// Objects that no section takes.
    skipped: u64,
    /// Objects of other days than those asked for.
    of_other_days: u64,
    /// Objects that a section takes and whose keys name no day, of the days asked for or not.
    dated_by_change: u64,
}

impl Backlog {
    async fn find(
        s3: &S3,
        (bucket, prefix): (&str, &str),
        args: &BackfillArgs,
        sections: &CompiledSections,
        checkpoint: &Checkpoint,
    ) -> Result<Self, Failure> {
        let mut backlog = Self::default();
        let region = s3.region_of(bucket).await;
        let mut listing = s3.list(bucket, prefix);
        let mut is_empty = true;
        while let Some(page) = listing.next_page().await {
            for mut object in page? {
                is_empty = false;
                if object.size == Some(0) {
                    continue;
                }
                let is_taken = matches!(sections.for_key(object.key.as_str()), Choice::Load(_));
                backlog.dated_by_change += u64::from(is_taken && matches!(Day::of(&object), Day::Changed(_)));
                if !args.days.take(&object) {
                    backlog.of_other_days += 1;
                    continue;
                }
                if !is_taken {
                    backlog.skipped += 1;
                } else if checkpoint.has(&object) {
                    backlog.done += 1;
                } else {
                    backlog.bytes += object.size.unwrap_or_default();
                    object.region.clone_from(&region);
                    backlog.pending.push_back(object);
                }
            }
        }
        if is_empty {
            return Err(Failure(format!("{}: {NO_OBJECTS}", args.address)));
        }
        Ok(backlog)
    }

    /// The exit status where nothing is loaded. It is not finished where no section takes any of the objects, as in a load of them.
    fn exit_status(&self) -> ExitStatus {
        let took_nothing = self.pending.is_empty() && self.done == 0 && self.skipped > 0;
        if took_nothing { ExitStatus::Unfinished } else { ExitStatus::Complete }
    }

    fn describe(&self, address: &str, checkpoint: &Checkpoint) -> String {
        let (rate, how) = match checkpoint.bytes_per_second() {
            Some(rate) => (rate, "as before"),
            None => (ASSUMED_RATE, "assumed"),
        };
        let mut text = format!(
            "{}: {} objects, {} to load",
            Safe(address),
            Count(self.pending.len() as u64),
            Bytes(self.bytes)
        );
        if !self.pending.is_empty() {
            let time = duration(self.bytes / rate.max(1));
            text.push_str(&format!(", about {time} at {} a second ({how})", Bytes(rate)));
        }
        for (number, what) in [
            (self.done, "done already, by the checkpoint"),
            (self.skipped, "that no section takes"),
            (self.of_other_days, "of other days"),
            (self.dated_by_change, "dated by their last change alone: their keys name no day"),
        ] {
            if number > 0 {
                text.push_str(&format!("\n{:>12}  {what}", Count(number).to_string()));
            }
        }
        text
    }
}

/// Loads objects, some at a time.
struct Loading<'c> {
    loader: ObjectLoader,
    concurrency: usize,
    total: usize,
    bytes: u64,
    pending: VecDeque<ObjectRef>,
    report: Report,
    finished: usize,
    /// Objects that failed in a row.
    failures: u32,
    started: Instant,
    checkpoint: &'c mut Checkpoint,
}

impl Loading<'_> {
    /// Loads all objects, and tells what became of them.
    async fn finish(mut self, args: &BackfillArgs) -> Result<ExitCode, Failure> {
        let bar = progress::show(Arc::clone(&self.loader.progress), Some(self.bytes));
        let loaded = self.run().await;
        drop(bar);
        self.checkpoint.measured(self.loader.progress.bytes_read(), self.started.elapsed());
        let saved = self.checkpoint.save();
        output::report(&self.report, args.connection.endpoint.as_deref(), self.started.elapsed());
        loaded.and(saved)?;
        let (finished, total) = (self.finished, self.total);
        let file = self.checkpoint.path.display();
        if finished < total {
            output::notice(format_args!(
                "{finished} of {total} objects are done; the same command again goes on with the other {} (checkpoint {file})",
                total - finished
            ));
            return Ok(ExitCode::from(ExitStatus::Unfinished as u8));
        }
        output::notice(format_args!("all {total} objects are done (checkpoint {file})"));
        Ok(ExitCode::from(self.report.exit_status() as u8))
    }

    async fn run(&mut self) -> Result<(), Failure> {
        let mut interrupts = Interrupts::listen()?;
        let mut running = JoinSet::new();
        let mut stopping = false;
        let mut tell = tokio::time::interval(TELL_EVERY);
        tell.tick().await;
        loop {
            while !stopping
                && running.len() < self.concurrency
                && let Some(object) = self.pending.pop_front()
            {
                let loader = self.loader.clone();
                running.spawn(async move {
                    let report = loader.load_object(&object, Timestamp::now(), None).await;
                    (object, report)
                });
            }
            tokio::select! {
                loaded = running.join_next() => match loaded {
                    None => return Ok(()),
                    Some(loaded) => {
                        let (object, report) = loaded?;
                        self.book(&object, &report)?;
                        if let Some(trouble) = self.trouble().filter(|_| !stopping) {
                            stopping = true;
                            output::notice(format_args!("es-loader: {trouble}, so no more are begun"));
                        }
                    }
                },
                () = interrupts.next() => {
                    if stopping {
                        return Ok(());
                    }
                    stopping = true;
                    output::notice(format_args!(
                        "es-loader: stopping after {} objects that are under way; once more stops at once",
                        running.len()
                    ));
                }
                _ = tell.tick() => self.tell(),
            }
        }
    }

    fn book(&mut self, object: &ObjectRef, report: &ObjectReport) -> Result<(), Failure> {
        self.report.add(report);
        match report.outcome {
            // A damaged object may be written anew under its key.
            Outcome::Loaded if report.account.broken.is_some() => self.failures = 0,
            Outcome::Loaded | Outcome::Skipped(_) => {
                self.failures = 0;
                self.finished += 1;
                self.checkpoint.add(object);
            }
            // That says nothing of the others.
            Outcome::Failed { .. } if report.is_missing || report.is_archived => {}
            Outcome::Failed { .. } => self.failures += 1,
        }
        self.checkpoint.save_sometimes()
    }

    /// Why the other objects would fail too.
    fn trouble(&self) -> Option<String> {
        if self.report.unsent.total() > 0 {
            return Some("the cluster takes no more documents".to_owned());
        }
        (self.failures >= FAILURES_IN_A_ROW).then(|| format!("{} objects failed in a row", self.failures))
    }

    fn tell(&self) {
        if io::stderr().is_terminal() {
            return;
        }
        let read = self.loader.progress.bytes_read().min(self.bytes);
        let seconds = self.started.elapsed().as_secs();
        let left = u128::from(self.bytes - read) * u128::from(seconds) / u128::from(read.max(1));
        output::notice(format_args!(
            "es-loader: {} of {} objects, {} of {}, about {} left",
            Count(self.finished as u64),
            Count(self.total as u64),
            Bytes(read),
            Bytes(self.bytes),
            duration(u64::try_from(left).unwrap_or(u64::MAX))
        ));
    }
}

/// Asks for consent on a terminal; without one there is nobody to ask.
fn agreed() -> Result<bool, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(true);
    }
    write!(io::stderr(), "load them? [y/N] ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// A time in seconds, for people.
fn duration(seconds: u64) -> String {
    match seconds {
        0..90 => format!("{seconds} s"),
        90..5_400 => format!("{} min", seconds / 60),
        5_400.. => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}
