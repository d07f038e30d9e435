//! When the work of an invocation has to come to its end.

use std::time::{Duration, Instant};

/// Three times, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// No request begins after it, except the first one: an invocation that does nothing helps nobody.
    pub stop: Instant,
    /// Requests have their answers by then, or are given up.
    pub end: Instant,
    /// The runtime stops the process.
    pub kill: Instant,
}

/// The longest time that is kept for requests in flight at `stop`.
const LONGEST_MARGIN: Duration = Duration::from_secs(10);

impl Deadline {
    /// The deadline of a process that the runtime stops at `now` + `left`: a tenth of the time, at most ten seconds, is kept for
    /// requests in flight, and a quarter of that for what follows them: handing over, answering.
    pub fn before(now: Instant, left: Duration) -> Self {
        let margin = LONGEST_MARGIN.min(left / 10);
        let kill = now + left;
        Self { stop: kill - margin, end: kill - margin / 4, kill }
    }

    /// When the reading of objects ends: what was read by then can still be sent before `stop`.
    pub(crate) fn reading_end(self) -> Instant {
        let margin = self.kill.saturating_duration_since(self.stop);
        self.stop.checked_sub(margin).unwrap_or(self.stop)
    }

    /// The last moment to begin a request.
    pub(crate) fn last_call(self, is_first: bool) -> Instant {
        if is_first { self.end } else { self.stop }
    }

    /// When what follows the requests, as the file of dead letters, has to be done.
    pub(crate) fn closing(self) -> Instant {
        self.end + self.kill.saturating_duration_since(self.end) / 3
    }

    /// When calls to SQS, the last ones before the answer, have to be over.
    pub(crate) fn last_calls(self) -> Instant {
        self.end + self.kill.saturating_duration_since(self.end) * 3 / 4
    }

    /// The moment from which nobody waits any longer for work that should have ended at `end`.
    pub(crate) fn patience(self) -> Instant {
        self.end + self.kill.saturating_duration_since(self.end) / 2
    }
}
