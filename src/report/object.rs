//! The report of one object.

use std::time::Duration;

use super::balance::Balance;
use crate::deliver::bulk::{Tally, Verdicts};
use crate::load::account::Account;
use crate::map::compiled::Choice;
use crate::read::object::line::LineNumber;
use crate::trigger::{ObjectKey, SkipReason};

/// Why there was nothing to load.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Skip {
    /// There is no object, or nothing in it.
    #[error(transparent)]
    Nothing(#[from] SkipReason),
    /// No section takes the object: its events are missed, because somebody sends them for a reason.
    #[error("no section's s3_key matches")]
    NotTaken,
    /// The section of this name takes it, which is passed over.
    #[error("section [{0}] is passed over: its objects are in a format that is not read yet")]
    NotRead(String),
    /// The section of this name ignores it.
    #[error("s3_key_ignored of [{0}] matches")]
    Ignored(String),
    /// Another object has its key by now.
    #[error(
        "the object has changed since this part of it was asked for; the new one has an event of its own"
    )]
    Changed,
}

/// How an object ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// It was read to its end, or to where it is damaged.
    #[default]
    Loaded,
    /// There was nothing to load, for this reason.
    Skipped(Skip),
    /// It could not be loaded, or not wholly.
    Failed {
        /// Names what failed, and the way out.
        reason: String,
        /// Another try could help.
        retry: bool,
    },
}

impl Outcome {
    /// An object without bytes.
    pub fn empty_object() -> Self {
        Self::Skipped(SkipReason::EmptyObject.into())
    }

    /// An object of S3 that was to be loaded without a client for S3.
    pub fn no_s3_client() -> Self {
        let reason = "no S3 client: this is a defect of the program".to_owned();
        Self::Failed { reason, retry: false }
    }

    /// An object whose key no section takes.
    pub fn not_taken(choice: &Choice<'_>) -> Self {
        Self::Skipped(match choice {
            Choice::Faulty(section) => {
                // It is loaded when the section is mended: until then it must not be forgotten.
                let reason = format!("section [{section}] has errors: es-loader check tells them");
                return Self::Failed { reason, retry: true };
            }
            Choice::PassedOver(section) => Skip::NotRead((*section).to_owned()),
            Choice::Ignored(section) => Skip::Ignored((*section).to_owned()),
            Choice::Unknown | Choice::Load(_) => Skip::NotTaken,
        })
    }

    /// Why the object was not loaded.
    pub fn reason(&self) -> String {
        match self {
            Self::Skipped(skip) => skip.to_string(),
            Self::Failed { reason, .. } => reason.clone(),
            Self::Loaded => "not loaded".to_owned(),
        }
    }
}

/// The report of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectReport {
    /// `s3://bucket/key`, or a path.
    pub object: String,
    /// The section that it was loaded by.
    pub log_type: Option<String>,
    /// Its size, before decompression, where that is known.
    pub input_bytes: Option<u64>,
    /// How it ended.
    pub outcome: Outcome,
    /// What was in it.
    pub account: Account,
    /// Documents that the target took, and those that it refused.
    pub verdicts: Verdicts,
    /// Documents that did not get there.
    pub unsent: Tally,
    /// Documents that were sent again.
    pub sent_again: u64,
    /// Bulk requests.
    pub requests: u64,
    /// How long it took.
    pub took: Duration,
    /// How long the cluster worked, by its own account.
    pub cluster_time: Duration,
    /// Where rejected documents are kept, if there are any and they are.
    pub dead_letters: Option<String>,
    /// The first line that is not settled, where the time was over before the object was: there another try can begin.
    pub resume: Option<LineNumber>,
    /// What became of the lines before that one.
    pub settled: Option<Box<Settled>>,
    /// Documents that may be in an earlier index too, if the object was loaded before.
    pub may_be_double: u64,
    /// Another load goes on where this one was cut, and this report counts only what it settled.
    pub is_part: bool,
    /// The object is not there.
    pub is_missing: bool,
    /// The object is archived: S3 gives it once somebody has restored it.
    pub is_archived: bool,
    /// The object as it was found.
    pub found: Option<FoundObject>,
}

/// What an object was found to be, whatever had been said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundObject {
    /// Its key.
    pub key: ObjectKey,
    /// Its ETag.
    pub etag: Option<String>,
}

/// The lines that were settled before a load was cut, from the first on, and what became of their documents. Each document of these
/// lines is counted, and none of the lines behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// What was in the lines.
    pub account: Account,
    /// What the target said of their documents.
    pub verdicts: Verdicts,
}

impl ObjectReport {
    /// A report of an object that a section begins to load; `size` is its stored size in bytes.
    pub fn begun(object: String, section: String, size: Option<u64>) -> Self {
        Self { log_type: Some(section), input_bytes: size, ..Self::not_loaded(object, Outcome::Loaded) }
    }

    /// Turns a load into a failure whose bytes could not be read to the end, or whose numbers do not add up.
    pub fn check(&mut self) {
        let failure = match (&self.account.broken, self.balance().check()) {
            (Some(broken), _) if broken.source_failed => Some(broken.reason.clone()),
            (_, Err(imbalance)) => Some(imbalance.to_string()),
            _ => None,
        };
        if let Some(reason) = failure.filter(|_| self.outcome == Outcome::Loaded) {
            self.outcome = Outcome::Failed { reason, retry: true };
        }
    }

    /// A report of an object that was not loaded.
    pub fn not_loaded(object: impl Into<String>, outcome: Outcome) -> Self {
        Self { object: object.into(), outcome, ..Self::default() }
    }

    /// A report of an object that cannot be loaded. Another try does not help.
    pub fn failed(object: impl Into<String>, reason: impl ToString) -> Self {
        Self::not_loaded(object, Outcome::Failed { reason: reason.to_string(), retry: false })
    }

    /// Whether the object itself is damaged.
    pub fn is_broken(&self) -> bool {
        self.account.broken.as_ref().is_some_and(|broken| !broken.source_failed)
    }

    /// Leaves to another load what was not settled: the numbers are those of the lines before [`Self::resume`] from now on. Documents
    /// of later lines that were indexed or refused all the same count when the other load meets them.
    pub fn leave_rest(&mut self) {
        let Settled { account, verdicts } = self.settled.take().map(|settled| *settled).unwrap_or_default();
        let text_bytes = account.text_bytes.max(if account.lines > 0 { self.account.text_bytes } else { 0 });
        self.account = Account { text_bytes, ..account };
        (self.verdicts, self.unsent) = (verdicts, Tally::default());
        self.is_part = true;
    }

    /// What became of its lines.
    pub fn balance(&self) -> Balance {
        Balance::new(&self.account, &self.verdicts, &self.unsent)
    }
}
