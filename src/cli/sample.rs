//! Lines that are looked at and not sent: the documents of one object are shown to whoever asks.
//!
//! Does not know what is looked for.

use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::Failure;
use super::args::SampleArgs;
use super::check;
use crate::edge::aws::s3::S3;
use crate::edge::work::Facts;
use crate::load::account::{Account, Limits};
use crate::load::visit;
use crate::map::Document;
use crate::map::compiled::{Choice, CompiledSections};
use crate::map::event::Written;
use crate::trigger::object_ref::ObjectRef;

/// Whoever is shown documents.
pub(super) trait Look: Send + 'static {
    /// Looks at one document; may have seen enough.
    fn document(&mut self, document: &Document<'_, '_, '_>, written: Written) -> ControlFlow<()>;
}

/// Lines to look at, open for reading.
pub(super) struct Sample {
    pub(super) reader: Box<dyn Read + Send>,
    /// The section that takes them.
    pub(super) log_type: String,
    pub(super) facts: Facts,
}

/// The configuration that the arguments name.
pub(super) fn plans(args: &SampleArgs) -> Result<Arc<CompiledSections>, Failure> {
    Ok(Arc::new(check::plans(args.config.config.as_deref(), &args.exclude)?))
}

impl Sample {
    /// Lines that stand in no object.
    pub(super) fn text(reader: impl Read + Send + 'static, name: &str, log_type: String) -> Self {
        Self { reader: Box::new(reader), log_type, facts: facts(None, name.to_owned(), None) }
    }

    /// A local file.
    pub(super) fn file(path: &Path, log_type: String) -> std::io::Result<Self> {
        let file = File::open(path)?;
        let modified = file.metadata()?.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        let facts = facts(None, path.display().to_string(), modified);
        Ok(Self { reader: Box::new(file), log_type, facts })
    }

    /// An object of S3; why it is passed over where no section takes it.
    pub(super) async fn object(
        object: &ObjectRef,
        plans: &CompiledSections,
        s3: &S3,
    ) -> Result<Result<Self, String>, Failure> {
        let log_type = match plans.for_key(object.key.as_str()) {
            Choice::Load(plan) => plan.log_type().name.clone(),
            Choice::Ignored(section) => return Ok(Err(format!("s3_key_ignored of [{section}] matches"))),
            Choice::Unknown => return Ok(Err("no section's s3_key matches".to_owned())),
        };
        let stream = s3.get(object).await?;
        let modified = stream.last_modified.or(object.event_time);
        let facts = facts(Some(object.bucket.clone()), stream.key.as_str().to_owned(), modified);
        Ok(Ok(Self { reader: Box::new(stream.into_reader()), log_type, facts }))
    }

    /// Shows all documents to `look`, on a thread of its own. Gives the account of what was read.
    pub(super) async fn show<L: Look>(
        self,
        plans: &Arc<CompiledSections>,
        limits: Limits,
        mut look: L,
    ) -> Result<(Account, L), Failure> {
        let plans = Arc::clone(plans);
        let shown = tokio::task::spawn_blocking(move || {
            let Self { reader, log_type, facts } = self;
            let account = plans.named(&log_type).map_or_else(Account::default, |plan| {
                let facts = facts.complete(plan, None);
                visit(reader, plan, facts, &limits, &mut |document, written| look.document(document, written))
            });
            (account, look)
        });
        Ok(shown.await?)
    }
}

fn facts(bucket: Option<String>, key: String, modified: Option<Timestamp>) -> Facts {
    Facts { bucket, key, region: None, modified, now: Timestamp::now() }
}
