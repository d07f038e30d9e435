//! When the work of an invocation has to come to its end.
//!
//! Does not know where the time limit comes from.

use std::time::{Duration, Instant};

/// Three times, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// No request begins after it, but for the first one: an invocation that does nothing helps nobody.
    pub stop: Instant,
    /// Requests have their answers by then, or go without.
    pub end: Instant,
    /// Whoever still works then is stopped by force.
    pub kill: Instant,
}

/// The longest time that is kept for what is in flight at `stop`.
const LONGEST_MARGIN: Duration = Duration::from_secs(10);

impl Deadline {
    /// The deadline for who is stopped by force at `now` + `left`: a tenth of the time, at most ten seconds, is kept for
    /// requests in flight, and a quarter of that for what follows them: handing over, answering.
    pub fn before(now: Instant, left: Duration) -> Self {
        let margin = LONGEST_MARGIN.min(left / 10);
        let kill = now + left;
        Self { stop: kill - margin, end: kill - margin / 4, kill }
    }

    /// One time for all.
    pub fn sharp(at: Instant) -> Self {
        Self { stop: at, end: at, kill: at }
    }

    /// The last moment to begin a request.
    pub fn last_call(self, is_first: bool) -> Instant {
        if is_first { self.end } else { self.stop }
    }

    /// When to stop waiting for who should have been done by `end`.
    pub fn patience(self) -> Instant {
        self.end + self.kill.saturating_duration_since(self.end) / 2
    }
}
