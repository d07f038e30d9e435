//! One object on its way: from S3 or a file, through the core on a thread of its own, to where its documents go.
//!
//! Does not know events, queues or the command line.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::Offset;

use super::aws::s3::{S3, S3Error};
use super::dead_letters::write::DeadLetters;
use super::delivery::deadline::Deadline;
use super::delivery::outcome::Aside;
use super::delivery::progress::Progress;
pub use super::delivery::target::Target;
use super::delivery::target::{OVER, send};
use crate::deliver::dead_letter::letter::Origin;
use crate::load::account::{Account, Limits};
use crate::load::batch::Batch;
use crate::load::load;
use crate::map::compiled::{Choice, CompiledSection, CompiledSections};
use crate::map::event::ObjectFacts;
use crate::parse::time;
use crate::parse::time::Surroundings;
use crate::report::{Found, ObjectReport, Outcome};
use crate::trigger::object_ref::ObjectRef;

/// What is needed to load objects; the same for all of them.
#[derive(Clone, Debug)]
pub struct Worker {
    plans: Arc<CompiledSections>,
    s3: Option<S3>,
    target: Target,
    limits: Limits,
    account: Option<String>,
    letters: Option<DeadLetters>,
    progress: Arc<Progress>,
}

impl Worker {
    /// A worker. `s3` is needed for objects in S3 only; `account` is the AWS account that the loader runs in, where known.
    pub fn new(
        plans: Arc<CompiledSections>,
        s3: Option<S3>,
        target: Target,
        limits: Limits,
        account: Option<String>,
    ) -> Self {
        let limits = target.limits(limits);
        Self { plans, s3, target, limits, account, letters: None, progress: Arc::default() }
    }

    /// The same, which keeps the documents that a cluster refuses for good.
    #[must_use]
    pub fn keeping(mut self, letters: Option<DeadLetters>) -> Self {
        self.limits.keep_lines = letters.is_some();
        self.letters = letters;
        self
    }

    /// How far it is.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Loads an object of S3. Never fails: what went wrong stands in the report.
    pub async fn load_object(
        &self,
        object: &ObjectRef,
        now: Timestamp,
        deadline: Option<Deadline>,
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
        if object.lines.is_some()
            && object.etag.is_some()
            && stream.etag.is_some()
            && object.etag != stream.etag
        {
            let reason = "the object has changed since this part of it was asked for; the new one has an event of its own";
            return ObjectReport::not_loaded(name, Outcome::Skipped(reason.to_owned()));
        }
        let found = Found { key: stream.key.clone(), etag: stream.etag.clone() };
        let modified = stream.last_modified.or(object.event_time);
        let facts = Facts {
            bucket: Some(object.bucket.clone()),
            key: stream.key.as_str().to_owned(),
            region: object.region.clone(),
            modified,
            now,
        };
        let limits = Limits { lines: object.lines.or(self.limits.lines), ..self.limits };
        let origin = Origin {
            bucket: facts.bucket.clone(),
            key: facts.key.clone(),
            version: object.version_id.clone(),
            lines: limits.lines,
            config: self.plans.fingerprint(),
        };
        let size = stream.size;
        let source = Source { name, reader: stream.into_reader(), size, log_type: plan, facts, origin };
        let report = self.load_source(source, limits, deadline).await;
        ObjectReport { found: Some(found), ..report }
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
        let origin = Origin {
            key: name.clone(),
            lines: self.limits.lines,
            config: self.plans.fingerprint(),
            ..Origin::default()
        };
        let size = metadata.is_file().then_some(metadata.len());
        let source = Source { name, reader: file, size, log_type: log_type.to_owned(), facts, origin };
        self.load_source(source, self.limits, None).await
    }

    async fn load_source(
        &self,
        source: Source<impl Read + Send + 'static>,
        limits: Limits,
        deadline: Option<Deadline>,
    ) -> ObjectReport {
        let started = Instant::now();
        let Source { name, reader, size, log_type, facts, origin } = source;
        let mut report = ObjectReport::not_loaded(name, Outcome::Loaded);
        (report.log_type, report.input_bytes) = (Some(log_type.clone()), size);
        let plans = Arc::clone(&self.plans);
        let account = self.account.clone();
        let over = Arc::new(AtomicBool::new(false));
        let reader = Counted { reader, progress: self.progress(), over: Arc::clone(&over) };
        let parse = move |sink: &mut dyn FnMut(&mut Batch) -> ControlFlow<()>| {
            let Some(plan) = plans.named(&log_type) else { return Account::default() };
            load(reader, plan, facts.complete(plan, account), &limits, sink)
        };
        let mut aside = Aside {
            letters: self.letters.as_ref().map(|letters| letters.open(origin)),
            progress: self.progress(),
            ..Aside::default()
        };
        send(parse, &self.target, deadline, &over, &mut aside, &mut report).await;
        if let Some(letters) = aside.letters {
            match letters.finish().await {
                Ok(place) => report.dead_letters = place,
                Err(error) => {
                    // What was rejected before the deadline is kept nowhere: it has to be rejected once more.
                    report.resume = None;
                    report.outcome = Outcome::Failed { reason: error.to_string(), retry: true };
                }
            }
        }
        let failure = match (&report.account.broken, report.balance().check()) {
            (Some(broken), _) if broken.source_failed => Some(broken.reason.clone()),
            (_, Err(imbalance)) => Some(imbalance.to_string()),
            _ => None,
        };
        if let Some(reason) = failure.filter(|_| report.outcome == Outcome::Loaded) {
            report.outcome = Outcome::Failed { reason, retry: true };
        }
        report.took = started.elapsed();
        report
    }
}

fn not_fetched(error: &S3Error) -> Outcome {
    // Another try finds a missing object missing again.
    let retry = !matches!(error, S3Error::NotFound { .. });
    Outcome::Failed { reason: error.to_string(), retry }
}

/// Something to load.
struct Source<R> {
    name: String,
    reader: R,
    size: Option<u64>,
    log_type: String,
    facts: Facts,
    origin: Origin,
}

/// What is known of an object before its section is.
pub(crate) struct Facts {
    pub(crate) bucket: Option<String>,
    pub(crate) key: String,
    pub(crate) region: Option<String>,
    pub(crate) modified: Option<Timestamp>,
    pub(crate) now: Timestamp,
}

impl Facts {
    pub(crate) fn complete(self, plan: &CompiledSection, account: Option<String>) -> ObjectFacts {
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

/// A reader that tells how far it is, and ends when it is told to.
struct Counted<R> {
    reader: R,
    progress: Arc<Progress>,
    over: Arc<AtomicBool>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.over.load(Ordering::Relaxed) {
            return Err(io::Error::other(OVER));
        }
        let read = self.reader.read(buffer)?;
        self.progress.add_bytes(read);
        Ok(read)
    }
}
