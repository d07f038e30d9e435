//! How far a load has come, and what delays it. A progress bar reads it from another thread.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::deliver::bulk::fault::Fault;
use crate::load::parallel::lock;

/// The state of a load that is going on.
#[derive(Debug, Default)]
pub struct Progress {
    bytes_read: AtomicU64,
    counts: Mutex<Counts>,
    delay: Mutex<Option<Delay>>,
}

/// What has become of documents so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Documents that arrived.
    pub indexed: u64,
    /// Documents that were refused for good.
    pub rejected: u64,
    /// Documents that were sent again, counted each time.
    pub sent_again: u64,
}

/// Documents have to be sent again, and none has gone through since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delay {
    /// When the delay began.
    pub since: Instant,
    /// How many documents wait to be sent again.
    pub documents: u64,
    /// The fault of the last try. Its kind says nothing of what a document holds.
    pub fault: Fault,
}

impl Progress {
    /// The number of bytes read so far, before decompression.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// What has become of documents so far.
    pub fn counts(&self) -> Counts {
        *lock(&self.counts)
    }

    /// Adds what has become of documents between `before` and `now`, both of one object.
    pub fn add_counts(&self, before: Counts, now: Counts) {
        let mut counts = lock(&self.counts);
        counts.indexed += now.indexed.saturating_sub(before.indexed);
        counts.rejected += now.rejected.saturating_sub(before.rejected);
        counts.sent_again += now.sent_again.saturating_sub(before.sent_again);
    }

    /// What delays the load now, if anything does.
    pub fn delay(&self) -> Option<Delay> {
        lock(&self.delay).clone()
    }

    /// Adds bytes that were read.
    pub fn add_bytes(&self, bytes: usize) {
        self.bytes_read.fetch_add(u64::try_from(bytes).unwrap_or_default(), Ordering::Relaxed);
    }

    /// Notes that `documents` wait to be sent again because of `fault`. A delay that lasts keeps its beginning.
    pub fn set_delay(&self, documents: u64, fault: &Fault) {
        let mut delay = lock(&self.delay);
        let since = delay.as_ref().map_or_else(Instant::now, |delay| delay.since);
        *delay = Some(Delay { since, documents, fault: fault.clone() });
    }

    /// Notes that documents go through again.
    pub fn end_delay(&self) {
        *lock(&self.delay) = None;
    }
}
