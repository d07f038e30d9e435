//! How far a load has come, and what delays it. A progress bar reads it from another thread.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::deliver::bulk::fault::Fault;

/// The state of a load that is going on.
#[derive(Debug, Default)]
pub struct Progress {
    bytes_read: AtomicU64,
    indexed: AtomicU64,
    rejected: AtomicU64,
    sent_again: AtomicU64,
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
        let [indexed, rejected, sent_again] =
            [&self.indexed, &self.rejected, &self.sent_again].map(|count| count.load(Ordering::Relaxed));
        Counts { indexed, rejected, sent_again }
    }

    /// Adds what has become of documents between `before` and `now`, both of one object.
    pub fn add_counts(&self, before: Counts, now: Counts) {
        let added = |now: u64, before: u64| now.saturating_sub(before);
        self.indexed.fetch_add(added(now.indexed, before.indexed), Ordering::Relaxed);
        self.rejected.fetch_add(added(now.rejected, before.rejected), Ordering::Relaxed);
        self.sent_again.fetch_add(added(now.sent_again, before.sent_again), Ordering::Relaxed);
    }

    /// What delays the load now, if anything does.
    pub fn delay(&self) -> Option<Delay> {
        self.lock().clone()
    }

    /// Adds bytes that were read.
    pub fn add_bytes(&self, bytes: usize) {
        self.bytes_read.fetch_add(u64::try_from(bytes).unwrap_or_default(), Ordering::Relaxed);
    }

    /// Notes that `documents` wait to be sent again because of `fault`. A delay that lasts keeps its beginning.
    pub fn set_delay(&self, documents: u64, fault: &Fault) {
        let mut delay = self.lock();
        let since = delay.as_ref().map_or_else(Instant::now, |delay| delay.since);
        *delay = Some(Delay { since, documents, fault: fault.clone() });
    }

    /// Notes that documents go through again.
    pub fn end_delay(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Delay>> {
        self.delay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
