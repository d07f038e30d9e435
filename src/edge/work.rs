//! One object on its way: from S3 or a file, through the core on a thread of its own, to where its documents go.
//!
//! Does not know events, queues or the command line.

use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::Offset;
use tokio::sync::mpsc;

use super::deliver::{self, deliver};
use super::opensearch::OpenSearch;
use super::s3::{S3, S3Error};
use crate::bulk::{Batch, Fault};
use crate::document::ObjectFacts;
use crate::event::ObjectRef;
use crate::load::{Account, Limits, load};
use crate::object::LineNumber;
use crate::plan::{Choice, Plan, Plans};
use crate::report::{ObjectReport, Outcome};
use crate::time::{self, Surroundings};

/// Batches that wait between the parsing thread and the requests in flight: one is parsed while others travel.
const WAITING_BATCHES: usize = 1;

/// Where documents go.
#[derive(Clone, Debug)]
pub enum Target {
    /// A cluster.
    OpenSearch(Box<OpenSearch>, deliver::Options),
    /// `_bulk` NDJSON on standard output.
    Ndjson,
    /// Nowhere: to measure, or to see the report.
    Nothing,
}

/// What is needed to load objects; the same for all of them.
#[derive(Clone, Debug)]
pub struct Worker {
    plans: Arc<Plans>,
    s3: Option<S3>,
    target: Target,
    limits: Limits,
    account: Option<String>,
    progress: Arc<AtomicU64>,
}

impl Worker {
    /// A worker. `s3` is needed for objects in S3 only; `account` is the AWS account that the loader runs in, where known.
    pub fn new(
        plans: Arc<Plans>,
        s3: Option<S3>,
        target: Target,
        limits: Limits,
        account: Option<String>,
    ) -> Self {
        Self { plans, s3, target, limits, account, progress: Arc::default() }
    }

    /// Bytes read so far, before decompression.
    pub fn progress(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.progress)
    }

    /// Loads an object of S3. Never fails: what went wrong stands in the report.
    pub async fn load_object(
        &self,
        object: &ObjectRef,
        now: Timestamp,
        deadline: Option<Instant>,
    ) -> ObjectReport {
        let name = format!("s3://{}/{}", object.bucket, object.key.as_str());
        let plan = match self.plans.for_key(object.key.as_str()) {
            Choice::Load(plan) => plan.log_type().name.clone(),
            Choice::Ignored(section) => {
                return ObjectReport::not_loaded(
                    name,
                    Outcome::Skipped(format!("s3_key_ignored of [{section}] matches")),
                );
            }
            Choice::Unknown => {
                return ObjectReport::not_loaded(
                    name,
                    Outcome::Skipped("no section's s3_key matches".to_owned()),
                );
            }
        };
        let Some(s3) = &self.s3 else {
            let reason = "no S3 client: this is a defect of the program".to_owned();
            return ObjectReport::not_loaded(name, Outcome::Failed { reason, retry: false });
        };
        let stream = match s3.get(object).await {
            Ok(stream) => stream,
            Err(error) => return ObjectReport::not_loaded(name, not_fetched(&error)),
        };
        if stream.size == Some(0) {
            return ObjectReport::not_loaded(name, Outcome::Skipped("empty object".to_owned()));
        }
        let modified = stream.last_modified.or(object.event_time);
        let facts = Facts {
            bucket: Some(object.bucket.clone()),
            key: stream.key.as_str().to_owned(),
            region: object.region.clone(),
            modified,
            now,
        };
        let limits = Limits { lines: object.lines.or(self.limits.lines), ..self.limits };
        self.load_reader(name, stream.into_reader(), plan, facts, limits, deadline).await
    }

    /// Loads a local file by the section `log_type`.
    pub async fn load_file(&self, path: &Path, log_type: &str, now: Timestamp) -> ObjectReport {
        let name = path.display().to_string();
        let opened = File::open(path).and_then(|file| Ok((file.metadata()?, file)));
        let (metadata, file) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                return ObjectReport::not_loaded(
                    name,
                    Outcome::Failed { reason: error.to_string(), retry: false },
                );
            }
        };
        // A pipe has no length.
        if metadata.is_file() && metadata.len() == 0 {
            return ObjectReport::not_loaded(name, Outcome::Skipped("empty object".to_owned()));
        }
        let modified = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        let facts = Facts { bucket: None, key: name.clone(), region: None, modified, now };
        self.load_reader(name, file, log_type.to_owned(), facts, self.limits, None).await
    }

    async fn load_reader(
        &self,
        name: String,
        reader: impl Read + Send + 'static,
        log_type: String,
        facts: Facts,
        limits: Limits,
        deadline: Option<Instant>,
    ) -> ObjectReport {
        let plans = Arc::clone(&self.plans);
        let account = self.account.clone();
        let reader = Counted { reader, count: self.progress() };
        let parse = move |sink: &mut dyn FnMut(&mut Batch) -> ControlFlow<()>| {
            let Some(plan) = plans.named(&log_type) else { return Account::default() };
            load(reader, plan, facts.complete(plan, account), &limits, sink)
        };
        let mut report = ObjectReport::not_loaded(name, Outcome::Loaded);
        match &self.target {
            Target::OpenSearch(client, options) => {
                let (batches, waiting) = mpsc::channel(WAITING_BATCHES);
                let parsing = tokio::task::spawn_blocking(move || {
                    parse(&mut |batch| match batches.blocking_send(std::mem::take(batch)) {
                        Ok(()) => ControlFlow::Continue(()),
                        Err(_) => ControlFlow::Break(()),
                    })
                });
                let delivery = deliver(client, waiting, options, deadline).await;
                report.account = finish(parsing.await, &mut report);
                report.indexed = delivery.indexed;
                report.requests = delivery.requests;
                report.sent_again = delivery.sent_again;
                if let Some(stop) = &delivery.stop {
                    report.outcome = Outcome::Failed { reason: stop.to_string(), retry: true };
                }
                report.raw = delivery.raw;
                report.rejected = delivery.rejected;
                report.unsent = delivery.unsent;
            }
            Target::Ndjson => {
                let parsing = tokio::task::spawn_blocking(move || {
                    let (mut written, mut failure) = (0, None);
                    let account = parse(&mut |batch| match io::stdout().lock().write_all(&batch.body) {
                        Ok(()) => {
                            written += u64::try_from(batch.items.len()).unwrap_or_default();
                            ControlFlow::Continue(())
                        }
                        Err(error) => {
                            failure =
                                Some((error, batch.items.first().map_or(LineNumber(1), |item| item.line)));
                            ControlFlow::Break(())
                        }
                    });
                    (account, written, failure)
                });
                match parsing.await {
                    Ok((account, written, failure)) => {
                        report.indexed = written;
                        if let Some((error, line)) = failure {
                            let reason = format!("standard output: {error}");
                            let fault = Fault::new(0, "", &reason);
                            (written..account.handed_over()).for_each(|_| report.unsent.add(&fault, line));
                            report.outcome = Outcome::Failed { reason, retry: false };
                        }
                        report.account = account;
                    }
                    Err(error) => {
                        report.outcome = Outcome::Failed { reason: error.to_string(), retry: false }
                    }
                }
            }
            Target::Nothing => {
                let parsing = tokio::task::spawn_blocking(move || parse(&mut |_| ControlFlow::Continue(())));
                report.account = finish(parsing.await, &mut report);
                report.indexed = report.account.handed_over();
            }
        }
        if let Some(broken) = report.account.broken.as_ref().filter(|broken| broken.source_failed)
            && report.outcome == Outcome::Loaded
        {
            report.outcome = Outcome::Failed { reason: broken.reason.clone(), retry: true };
        }
        report
    }
}

fn finish(parsed: Result<Account, tokio::task::JoinError>, report: &mut ObjectReport) -> Account {
    parsed.unwrap_or_else(|error| {
        report.outcome =
            Outcome::Failed { reason: format!("the parsing thread ended: {error}"), retry: false };
        Account::default()
    })
}

fn not_fetched(error: &S3Error) -> Outcome {
    // Another try finds a missing object missing again.
    let retry = !matches!(error, S3Error::NotFound { .. });
    Outcome::Failed { reason: error.to_string(), retry }
}

/// What is known of an object before its section is.
struct Facts {
    bucket: Option<String>,
    key: String,
    region: Option<String>,
    modified: Option<Timestamp>,
    now: Timestamp,
}

impl Facts {
    fn complete(self, plan: &Plan, account: Option<String>) -> ObjectFacts {
        let default_offset = plan.log_type().event_time.tz;
        let around = Surroundings {
            key: time::in_key(&self.key, default_offset.unwrap_or(Offset::UTC)),
            object: self.modified,
            load: self.now,
            default_offset,
        };
        ObjectFacts { bucket: self.bucket, key: self.key, region: self.region, account, around }
    }
}

/// A reader that tells how far it is.
struct Counted<R> {
    reader: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count.fetch_add(u64::try_from(read).unwrap_or_default(), Ordering::Relaxed);
        Ok(read)
    }
}

/// A file, or what cannot be read and why.
pub type Found = Result<PathBuf, (PathBuf, io::Error)>;

/// The files under `path`, in order: itself, whatever it is, or the files in the folder and the folders in it. Hidden entries,
/// pipes and devices are passed over, and links to folders are not followed: they may lead back.
pub fn files_under(path: &Path) -> Vec<Found> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => files_in(path),
        Ok(_) => vec![Ok(path.to_owned())],
        Err(error) => vec![Err((path.to_owned(), error))],
    }
}

fn files_in(folder: &Path) -> Vec<Found> {
    let listed = std::fs::read_dir(folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
    let mut entries = match listed {
        Ok(entries) => entries,
        Err(error) => return vec![Err((folder.to_owned(), error))],
    };
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.append(&mut files_in(&path)),
            Ok(kind) if kind.is_file() => found.push(Ok(path)),
            Ok(kind) if kind.is_symlink() && path.is_file() => found.push(Ok(path)),
            Ok(_) => {}
            Err(error) => found.push(Err((path, error))),
        }
    }
    found
}
