//! What the lines of a load say of the clocks of their headers.

use std::collections::BTreeMap;

use jiff::tz::Offset;

use crate::parse::time::{HeaderClock, WrittenOffset};

/// Counts of lines whose header names no zone and beside which a collector's time stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clocks {
    lines: u64,
    /// Lines whose clock stands elsewhere than it was taken to stand, by its distance from UTC.
    elsewhere: BTreeMap<Offset, u64>,
}

/// Lines whose clocks stand in another zone than they were read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongZone {
    /// The zone that they stand in: what `timestamp_tz` should be.
    pub zone: WrittenOffset,
    /// These lines.
    pub lines: u64,
    /// All lines that tell of their clock.
    pub of: u64,
}

impl Clocks {
    pub(crate) fn add(&mut self, clock: HeaderClock) {
        self.lines += 1;
        if let HeaderClock::Elsewhere(offset) = clock {
            *self.elsewhere.entry(offset).or_default() += 1;
        }
    }

    /// Counts all that `other` counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.lines += other.lines;
        for (offset, lines) in &other.elsewhere {
            *self.elsewhere.entry(*offset).or_default() += lines;
        }
    }

    /// The zone in which the clocks of nearly all lines stand, if that is another one than they were read in. A few lines can be late by
    /// chance.
    pub fn wrong_zone(&self) -> Option<WrongZone> {
        const FEWEST: u64 = 3;
        let (offset, lines) = self.elsewhere.iter().max_by_key(|(_, lines)| **lines)?;
        let nearly_all = lines.saturating_mul(10) >= self.lines.saturating_mul(9);
        (self.lines >= FEWEST && nearly_all).then_some(WrongZone {
            zone: WrittenOffset(*offset),
            lines: *lines,
            of: self.lines,
        })
    }
}
