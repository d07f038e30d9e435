//! `es-loader backfill`: what lies in a bucket already, some days of it, with a checkpoint to go on from.

use std::collections::VecDeque;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::task::JoinSet;

use super::args::BackfillArgs;
use super::checkpoint::{Checkpoint, Job};
use super::interrupt::Interrupts;
use super::load::s3_address;
use super::{Failure, check, connect, enqueue, output, progress};
use crate::bytes::safe::Safe;
use crate::edge::aws::s3::S3;
use crate::edge::dead_letters::write::DeadLetters;
use crate::edge::delivery::outcome;
use crate::edge::work::{Target, Worker};
use crate::load::account::Limits;
use crate::map::compiled::{Choice, CompiledSections};
use crate::report::{Bytes, Count, ExitStatus, ObjectReport, Outcome, Report};
use crate::trigger::object_ref::ObjectRef;

/// Stored bytes a second, before it is measured: a small cluster takes as much.
const ASSUMED_RATE: u64 = 1_000_000;

/// Objects that fail one after the other before it is taken for more than their own fault.
const FAILURES_IN_A_ROW: u32 = 10;

/// How often there is a line on how far it is, where nobody sees a bar.
const TELL_EVERY: Duration = Duration::from_secs(30);

/// What is to be done.
struct Work {
    pending: VecDeque<ObjectRef>,
    bytes: u64,
    /// Objects that a checkpoint has as done.
    done: u64,
    /// Objects that no section takes.
    skipped: u64,
}

pub(super) fn run(args: BackfillArgs) -> Result<ExitCode, Failure> {
    let plans =
        check::plans_to_send(args.plan.config.config.as_deref(), &args.plan.exclude, args.document_ids)?;
    let plans = Arc::new(plans);
    connect::runtime()?.block_on(backfill(args, plans))
}

async fn backfill(args: BackfillArgs, plans: Arc<CompiledSections>) -> Result<ExitCode, Failure> {
    let Some((bucket, prefix)) = s3_address(Path::new(&args.address)) else {
        return Err(Failure(format!(
            "{}: backfill reads from s3://BUCKET/PREFIX; load takes files",
            args.address
        )));
    };
    let endpoint = args.connection.endpoint.clone().unwrap_or_default();
    let target = args.enqueue.clone().unwrap_or_else(|| endpoint.clone());
    let job = Job { source: format!("s3://{bucket}/{prefix}"), target };
    let mut checkpoint = Checkpoint::open(args.checkpoint.as_deref(), job, plans.fingerprint())?;
    if checkpoint.other_config {
        output::notice(format_args!(
            "es-loader: another configuration loaded what checkpoint {} has as done; without the file, it is loaded again",
            checkpoint.path().display()
        ));
    }
    let (aws, s3) = connect::aws(args.connection.region.clone()).await?;
    let mut work = Work::find(&s3, (bucket, prefix), &args, &plans, &checkpoint).await?;
    output::line(work.plan(&args.address, &checkpoint));
    if args.dry_run || work.pending.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    if !args.yes && !agreed()? {
        return Err(Failure("nothing was loaded".to_owned()));
    }
    if let Some(url) = &args.enqueue {
        let region = s3.region_of(bucket).await;
        checkpoint.save()?;
        return enqueue::enqueue(&aws, url, region, work.pending.make_contiguous(), &mut checkpoint).await;
    }
    let client = connect::opensearch(&args.connection, Some(&aws)).await?;
    // Whether the file can be written is better known now than after hours.
    checkpoint.save()?;
    let target = Target::OpenSearch(Box::new(client), outcome::Options::default());
    let place = args.dead_letter.as_deref().filter(|place| !place.is_empty());
    let letters =
        place.map(|place| DeadLetters::parse(place, || Ok::<_, Failure>(s3.clone()))).transpose()?;
    let worker = Worker::new(plans, Some(s3), target, Limits::default(), None).keeping(letters);
    let started = Instant::now();
    let mut loading = Loading {
        worker,
        concurrency: usize::from(args.concurrency),
        total: work.pending.len(),
        bytes: work.bytes,
        pending: work.pending,
        report: Report::default(),
        finished: 0,
        failures: 0,
        started,
        checkpoint: &mut checkpoint,
    };
    let bar = progress::show(loading.worker.progress(), Some(work.bytes));
    let loaded = loading.run().await;
    bar.abort();
    let _ = bar.await;
    let Loading { report, finished, total, worker, .. } = loading;
    checkpoint.measured(worker.progress().bytes_read(), started.elapsed());
    checkpoint.save()?;
    let verb = format!("indexed into {}", Safe(&endpoint));
    output::notice(report.screen(&verb, started.elapsed()).to_string().trim_end());
    loaded?;
    let left = total.saturating_sub(finished);
    if left > 0 {
        output::notice(format_args!(
            "{finished} of {total} objects are done; the same command again goes on with the other {left} (checkpoint {})",
            checkpoint.path().display()
        ));
        return Ok(ExitCode::from(ExitStatus::Unfinished as u8));
    }
    output::notice(format_args!("all {total} objects are done (checkpoint {})", checkpoint.path().display()));
    Ok(ExitCode::from(report.exit_status() as u8))
}

impl Work {
    async fn find(
        s3: &S3,
        (bucket, prefix): (&str, &str),
        args: &BackfillArgs,
        plans: &CompiledSections,
        checkpoint: &Checkpoint,
    ) -> Result<Self, Failure> {
        let mut work = Self { pending: VecDeque::new(), bytes: 0, done: 0, skipped: 0 };
        let region = s3.region_of(bucket).await;
        let mut listing = s3.list(bucket, prefix);
        while let Some(page) = listing.next_page().await {
            for mut object in page? {
                if object.size == Some(0) || !args.days.take(&object) {
                    continue;
                }
                if !matches!(plans.for_key(object.key.as_str()), Choice::Load(_)) {
                    work.skipped += 1;
                } else if checkpoint.has(&object) {
                    work.done += 1;
                } else {
                    work.bytes += object.size.unwrap_or_default();
                    object.region.clone_from(&region);
                    work.pending.push_back(object);
                }
            }
        }
        Ok(work)
    }

    fn plan(&self, address: &str, checkpoint: &Checkpoint) -> String {
        let (rate, how) = match checkpoint.bytes_per_second() {
            Some(rate) => (rate, "as before"),
            None => (ASSUMED_RATE, "assumed"),
        };
        let mut text = format!(
            "{}: {} objects, {} to load",
            Safe(address),
            Count(count(self.pending.len())),
            Bytes(self.bytes)
        );
        if !self.pending.is_empty() {
            let time = duration(self.bytes / rate.max(1));
            text.push_str(&format!(", about {time} at {} a second ({how})", Bytes(rate)));
        }
        for (number, what) in
            [(self.done, "done already, by the checkpoint"), (self.skipped, "that no section takes")]
        {
            if number > 0 {
                text.push_str(&format!("\n{:>12}  {what}", Count(number).to_string()));
            }
        }
        text
    }
}

/// Loads objects, some at a time.
struct Loading<'c> {
    worker: Worker,
    concurrency: usize,
    total: usize,
    bytes: u64,
    pending: VecDeque<ObjectRef>,
    report: Report,
    finished: usize,
    /// In a row.
    failures: u32,
    started: Instant,
    checkpoint: &'c mut Checkpoint,
}

impl Loading<'_> {
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
                let worker = self.worker.clone();
                running.spawn(async move {
                    let report = worker.load_object(&object, Timestamp::now(), None).await;
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
            Outcome::Loaded | Outcome::Skipped(_) => {
                self.failures = 0;
                self.finished += 1;
                self.checkpoint.add(object);
            }
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
        let read = self.worker.progress().bytes_read().min(self.bytes);
        let seconds = self.started.elapsed().as_secs();
        let left = u128::from(self.bytes - read) * u128::from(seconds) / u128::from(read.max(1));
        output::notice(format_args!(
            "es-loader: {} of {} objects, {} of {}, about {} left",
            Count(count(self.finished)),
            Count(count(self.total)),
            Bytes(read),
            Bytes(self.bytes),
            duration(u64::try_from(left).unwrap_or(u64::MAX))
        ));
    }
}

/// Asks, where there is someone to ask.
fn agreed() -> Result<bool, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(true);
    }
    write!(io::stderr(), "load them? [y/N] ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Seconds, for people.
fn duration(seconds: u64) -> String {
    match seconds {
        0..90 => format!("{seconds} s"),
        90..5_400 => format!("{} min", seconds / 60),
        5_400.. => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}
