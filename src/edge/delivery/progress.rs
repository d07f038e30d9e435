//! How far a load is, and what holds it up, for whoever watches it.
//!
//! Does not know who watches, nor how it is shown.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::deliver::bulk::fault::Fault;

/// The state of a load that goes on.
#[derive(Debug, Default)]
pub struct Progress {
    read: AtomicU64,
    delay: Mutex<Option<Delay>>,
}

/// Documents have to be sent again, and none has gone through since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delay {
    /// Since when.
    pub since: Instant,
    /// How many documents wait to be sent again.
    pub documents: u64,
    /// Why, at the last try. Does not say what a document holds.
    pub fault: Fault,
}

impl Progress {
    /// Bytes read so far, before decompression.
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// What holds it up, if anything does.
    pub fn delay(&self) -> Option<Delay> {
        self.lock().clone()
    }

    pub(crate) fn add_bytes(&self, bytes: usize) {
        self.read.fetch_add(u64::try_from(bytes).unwrap_or_default(), Ordering::Relaxed);
    }

    pub(crate) fn hold_up(&self, documents: u64, fault: &Fault) {
        let mut delay = self.lock();
        let since = delay.as_ref().map_or_else(Instant::now, |delay| delay.since);
        *delay = Some(Delay { since, documents, fault: fault.clone() });
    }

    pub(crate) fn go_on(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Delay>> {
        self.delay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
