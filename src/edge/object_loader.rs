//! Loads one object: fetches it from S3 or opens a file, parses it on a thread of its own, and sends its documents to the sink.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use jiff::Timestamp;

use super::aws::s3::{DAMAGED_ON_THE_WAY, S3, S3Error};
use super::dead_letters::write::DeadLetters;
use super::delivery::deadline::Deadline;
use super::delivery::joint::Joint;
use super::delivery::outcome::DeliveryContext;
use super::delivery::sink::{Sink, ended, send};
use crate::bytes::safe::Safe;
use crate::deliver::dead_letter::letter::LetterOrigin;
use crate::load::account::Limits;
use crate::load::output::BatchSink;
use crate::local::open_object::{Facts, OpenObject};
use crate::local::progress::Progress;
use crate::local::sink::parse;
use crate::map::compiled::{Choice, CompiledSections};
use crate::read::object::line::LineNumber;
use crate::report::{FoundObject, ObjectReport, Outcome, Skip};
use crate::trigger::object_ref::ObjectRef;

/// Loads objects, all by the same configuration and into the same sink. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ObjectLoader {
    sections: Arc<CompiledSections>,
    s3: Option<S3>,
    pub(crate) sink: Sink,
    limits: Limits,
    dead_letters: Option<DeadLetters>,
    /// Joins the bulk requests with those of other objects.
    pub(crate) joint: Option<Joint>,
    /// How far it is with all its objects.
    pub(crate) progress: Arc<Progress>,
    /// Objects break off once it is set. What was read before is delivered.
    pub(crate) stop: Option<Arc<AtomicBool>>,
}

impl ObjectLoader {
    /// A loader. Only objects in S3 need `s3`.
    pub fn new(sections: Arc<CompiledSections>, s3: Option<S3>, sink: Sink, limits: Limits) -> Self {
        let limits = sink.limits(limits);
        Self {
            sections,
            s3,
            sink,
            limits,
            dead_letters: None,
            joint: None,
            progress: Arc::default(),
            stop: None,
        }
    }

    /// The same loader, which keeps the documents that a cluster refuses for good.
    #[must_use]
    pub fn with_dead_letters(mut self, dead_letters: Option<DeadLetters>) -> Self {
        self.limits.keep_lines = dead_letters.is_some();
        self.dead_letters = dead_letters;
        self
    }

    /// Forgets what the last invocation learned of the cluster.
    pub(crate) fn begin(&self) {
        if let Sink::OpenSearch(client, _) = &self.sink {
            client.target().forget();
        }
    }

    /// Loads an object of S3. What goes wrong stands in the report. An object that breaks off is read once more where the damage may have
    /// happened on the way: documents that come twice have the same ids.
    pub(crate) async fn load_object(
        &self,
        object: &ObjectRef,
        now: Timestamp,
        deadline: Option<Deadline>,
    ) -> ObjectReport {
        let (report, is_checked) = self.load_once(object, now, deadline).await;
        let has_ids = report.log_type.as_deref().is_some_and(|section| self.has_ids(section));
        let is_suspect = match &report.account.broken {
            Some(broken) if broken.source_failed => broken.reason.starts_with(DAMAGED_ON_THE_WAY),
            Some(_) => !is_checked,
            None => false,
        };
        if !is_suspect || !has_ids {
            return report;
        }
        tracing::warn!(object = %Safe(&report.object), "the object broke off; it is read once more");
        let (again, _) = self.load_once(object, now, deadline).await;
        // What the first reading has loaded counts, where nothing came of the second.
        if again.outcome == Outcome::Loaded { again } else { report }
    }

    /// Whether the documents of a section have ids, so that what is sent twice is there once.
    fn has_ids(&self, section: &str) -> bool {
        self.sections.named(section).is_some_and(|section| section.ids)
    }

    /// The report of an object that could not be loaded in time.
    pub(crate) fn not_in_time(&self, object: &ObjectRef) -> ObjectReport {
        let reason = "the deadline came while the object was read".to_owned();
        self.not_loaded(object, Outcome::Failed { reason, retry: true })
    }

    /// Loads an object. Tells too whether its bytes were compared with a checksum.
    async fn load_once(
        &self,
        object: &ObjectRef,
        now: Timestamp,
        deadline: Option<Deadline>,
    ) -> (ObjectReport, bool) {
        match self.open(object, now, deadline).await {
            Ok((found, is_checked, open)) => {
                let lines = object.lines.or(self.limits.lines);
                let limits = Limits { lines, marks: deadline.is_some(), ..self.limits };
                let report = self.load(open, limits, deadline).await;
                (ObjectReport { found: Some(found), ..report }, is_checked)
            }
            Err(report) => (*report, false),
        }
    }

    fn not_loaded(&self, object: &ObjectRef, outcome: Outcome) -> ObjectReport {
        let log_type = match self.sections.for_key(object.key.as_str()) {
            Choice::Load(section) => Some(section.log_type().name.clone()),
            Choice::Faulty(section) | Choice::PassedOver(section) => Some(section.to_owned()),
            Choice::Ignored(_) | Choice::Unknown => None,
        };
        ObjectReport {
            log_type,
            input_bytes: object.size,
            ..ObjectReport::not_loaded(object.to_string(), outcome)
        }
    }

    /// Loads a local file by the section `section`. What goes wrong stands in the report.
    pub async fn load_file(&self, path: &Path, section: &str, now: Timestamp) -> ObjectReport {
        match OpenObject::file(path, section, now) {
            Ok(open) if open.size == Some(0) => ObjectReport::not_loaded(open.name, Outcome::empty_object()),
            Ok(open) => self.load(open, self.limits, None).await,
            Err(error) => ObjectReport::failed(path.display().to_string(), error),
        }
    }

    /// Fetches an object that a section takes.
    async fn open(
        &self,
        object: &ObjectRef,
        now: Timestamp,
        deadline: Option<Deadline>,
    ) -> Result<(FoundObject, bool, OpenObject), Box<ObjectReport>> {
        let not_loaded = |outcome| Box::new(self.not_loaded(object, outcome));
        let section = match self.sections.for_key(object.key.as_str()) {
            Choice::Load(section) => section.log_type().name.clone(),
            other => return Err(not_loaded(Outcome::not_taken(&other))),
        };
        let Some(s3) = &self.s3 else { return Err(not_loaded(Outcome::no_s3_client())) };
        let stream = s3.get_until(object, deadline.map(Deadline::reading_end)).await.map_err(|error| {
            // Another try finds a missing object missing again.
            let is_missing = matches!(error, S3Error::NotFound { .. }) && !error.is_about_bucket();
            let outcome = Outcome::Failed { reason: error.to_string(), retry: !is_missing };
            let is_archived = matches!(error, S3Error::Archived { .. });
            Box::new(ObjectReport { is_missing, is_archived, ..self.not_loaded(object, outcome) })
        })?;
        if stream.size == Some(0) {
            return Err(not_loaded(Outcome::empty_object()));
        }
        let is_another = object.etag.is_some() && stream.etag.is_some() && object.etag != stream.etag;
        if object.lines.is_some() && is_another {
            return Err(not_loaded(Outcome::Skipped(Skip::Changed)));
        }
        let found = FoundObject { key: stream.key.clone(), etag: stream.etag.clone() };
        Ok((found, stream.is_checked, stream.into_open_object(object, section, now)))
    }

    async fn load(&self, object: OpenObject, limits: Limits, deadline: Option<Deadline>) -> ObjectReport {
        let started = Instant::now();
        let is_over = Arc::new(AtomicBool::new(false));
        let sections = Arc::clone(&self.sections);
        let object = match &self.stop {
            Some(stop) => object.stopped_by(Arc::clone(stop)),
            None => object,
        };
        let object = object.monitored(
            Arc::clone(&self.progress),
            Arc::clone(&is_over),
            deadline.map(Deadline::reading_end),
        );
        let mut report = match &self.sink {
            Sink::OpenSearch(client, options) => {
                let mut report =
                    ObjectReport::begun(object.name.clone(), object.section.clone(), object.size);
                let mut context = self.context(&object.facts, &limits);
                // Without ids a request that is sent again doubles what it carried for others.
                context.joint = self.joint.clone().filter(|_| self.has_ids(&object.section));
                let parse = move |sink: &mut BatchSink<'_>| parse(object, &sections, &limits, sink);
                let start = LineNumber(limits.lines.map_or(1, |lines| lines.start));
                send(parse, (client, options), (start, deadline), &is_over, &mut context, &mut report).await;
                let finished = context.finish(&mut report);
                let is_late = if let Some(deadline) = deadline {
                    tokio::time::timeout_at(deadline.closing().into(), finished).await.is_err()
                } else {
                    finished.await;
                    false
                };
                if is_late {
                    let reason = "the deadline came before the dead letters were written".to_owned();
                    (report.resume, report.settled) = (None, None);
                    report.outcome = Outcome::Failed { reason, retry: true };
                }
                report.check();
                report
            }
            Sink::Local(sink) => {
                let (sink, name) = (sink.clone(), object.name.clone());
                let progress = Arc::clone(&self.progress);
                let loading =
                    tokio::task::spawn_blocking(move || sink.load(object, &sections, &limits, &progress));
                loading.await.unwrap_or_else(|error| ObjectReport::not_loaded(name, ended(&error)))
            }
        };
        report.took = started.elapsed();
        report
    }

    fn context(&self, facts: &Facts, limits: &Limits) -> DeliveryContext {
        let dead_letters = self.dead_letters.as_ref().map(|place| {
            place.open(LetterOrigin {
                bucket: facts.bucket.clone(),
                key: facts.key.clone(),
                version: facts.version.clone(),
                etag: facts.etag.clone(),
                lines: limits.lines,
                config: self.sections.fingerprint(),
            })
        });
        let sections = Some(Arc::clone(&self.sections));
        DeliveryContext {
            dead_letters,
            progress: Arc::clone(&self.progress),
            sections,
            ..DeliveryContext::default()
        }
    }
}
