//! What was learned of a cluster while documents were sent to it: its ways, and whether an index takes documents at all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::deliver::bulk::{Fault, Ways};
use crate::load::parallel::lock;

/// How an index answers a document that nothing is wrong with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    /// It takes it.
    Taken,
    /// It refuses it.
    Refused(Fault),
    /// Nobody knows.
    Unanswered(Fault),
}

/// How long a refusal of whole requests is taken for one that passes, after a request that the endpoint took.
const LATELY: Duration = Duration::from_secs(30);

/// What was learned in this invocation.
#[derive(Debug, Default)]
pub(crate) struct Target {
    ways: Mutex<Ways>,
    /// When a request was last taken.
    taken: Mutex<Option<Instant>>,
    /// An index is asked once, however many documents it refuses.
    probes: Mutex<BTreeMap<String, Arc<OnceCell<Probe>>>>,
}

impl Target {
    /// Forgets everything: since the last invocation someone may have mended the cluster.
    pub(crate) fn forget(&self) {
        *lock(&self.ways) = Ways::default();
        *lock(&self.taken) = None;
        lock(&self.probes).clear();
    }

    /// The ways that are known so far.
    pub(crate) fn ways(&self) -> Ways {
        lock(&self.ways).clone()
    }

    /// Notes another way.
    pub(crate) fn note<T>(&self, news: impl FnOnce(&mut Ways) -> T) {
        news(&mut lock(&self.ways));
    }

    /// Notes that the endpoint takes bulk requests from us.
    pub(crate) fn note_taken(&self) {
        *lock(&self.taken) = Some(Instant::now());
    }

    /// Whether the endpoint took a bulk request a moment ago.
    pub(crate) fn took_lately(&self) -> bool {
        lock(&self.taken).is_some_and(|taken| taken.elapsed() < LATELY)
    }

    /// The answer of an index to a probe, or the place for it.
    pub(super) fn cell(&self, index: &str) -> Arc<OnceCell<Probe>> {
        Arc::clone(lock(&self.probes).entry(index.to_owned()).or_default())
    }
}
