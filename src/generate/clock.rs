//! When things happen: each event's own time, and the time at which fluentd reads its line.

use jiff::Timestamp;

use super::random::Random;

/// The two times of a line, in whole seconds.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    /// What the syslog header says.
    pub(crate) event: Timestamp,
    /// What fluentd's `timestamp` says.
    pub(crate) read: Timestamp,
}

/// Moves on from line to line. Milliseconds since 1970 inside.
pub(crate) struct Clock {
    now: i64,
    gap: u64,
    outage_share: f64,
    outage: Option<Outage>,
}

/// fluentd stands still; rsyslog goes on writing.
struct Outage {
    end: i64,
    gap: u64,
    lines: u64,
}

/// Lines in an outage on average: half of the longest.
const OUTAGE_LINES: u64 = 125;

impl Clock {
    pub(crate) fn new(start: Timestamp, gap: u64, outage_share: f64) -> Self {
        Self { now: start.as_millisecond(), gap, outage_share, outage: None }
    }

    pub(crate) fn tick(&mut self, random: &mut Random) -> Times {
        if self.outage.is_none() && random.chance(self.outage_share / OUTAGE_LINES as f64) {
            let lines = random.between(1, 2 * OUTAGE_LINES);
            let length = random.between(3_600_000, 9 * 3_600_000);
            let end = self.now.saturating_add_unsigned(length);
            self.outage = Some(Outage { end, gap: length / lines, lines });
        }
        let gap = self
            .outage
            .as_ref()
            .map_or_else(|| random.below(self.gap.saturating_mul(2).saturating_add(1)), |outage| outage.gap);
        self.now = self.now.saturating_add_unsigned(gap);
        let read = self.outage.as_ref().map_or(self.now, |outage| outage.end.max(self.now));
        if let Some(outage) = &mut self.outage {
            outage.lines -= 1;
            if outage.lines == 0 {
                self.outage = None;
            }
        }
        // Agents send in batches, so lines do not stand in the order of their times.
        let late = if random.chance(0.7) { random.below(2_000) } else { random.below(30_000) };
        Times { event: whole_second(self.now.saturating_sub_unsigned(late)), read: whole_second(read) }
    }
}

fn whole_second(milliseconds: i64) -> Timestamp {
    Timestamp::from_second(milliseconds.div_euclid(1000)).unwrap_or(Timestamp::MAX)
}
