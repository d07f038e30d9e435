//! The equation that every load has to meet: no line is lost on the way, and none is counted twice.

use crate::deliver::bulk::{Tally, Verdicts};
use crate::load::account::Account;

/// What became of an object's lines, or of those of many objects.
///
/// A line is one event, rarely several: each that is not blank was indexed, excluded, rejected or is unsent. Where every line holds
/// one event, `lines` - `blank` = `indexed` + `excluded` + `rejected` + `unsent`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Lines that were read.
    pub lines: u64,
    /// Lines with nothing in them.
    pub blank: u64,
    /// Events beyond the first of their line.
    pub further: u64,
    /// Events that the target holds.
    pub indexed: u64,
    /// Events that were left out on purpose.
    pub excluded: u64,
    /// Events that the target refused.
    pub rejected: u64,
    /// Events that did not get there.
    pub unsent: u64,
}

/// The numbers do not add up: a defect of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the numbers do not add up: {} events in the lines, but {} indexed, excluded, rejected or unsent; this is a defect of es-loader, \
     and the load does not count as finished",
    .0.events(), .0.accounted()
)]
pub struct Imbalance(pub Balance);

impl Balance {
    /// What became of the lines of an account: what the target said of their documents, and those that did not get there.
    pub(super) fn new(account: &Account, verdicts: &Verdicts, unsent: &Tally) -> Self {
        let dropped = verdicts.dropped.total();
        Self {
            lines: account.lines,
            blank: account.blank_lines,
            further: account.further_events,
            indexed: verdicts.indexed.saturating_sub(dropped),
            excluded: account.exclusions.excluded() + dropped,
            rejected: verdicts.rejected.total(),
            unsent: unsent.total(),
        }
    }

    /// The number of events in the lines.
    pub fn events(&self) -> u64 {
        self.lines.saturating_sub(self.blank) + self.further
    }

    /// The number of events whose fate is known.
    pub fn accounted(&self) -> u64 {
        self.indexed + self.excluded + self.rejected + self.unsent
    }

    /// Checks that the numbers add up.
    ///
    /// # Errors
    ///
    /// They do not.
    pub fn check(&self) -> Result<(), Imbalance> {
        if self.events() == self.accounted() && self.blank <= self.lines {
            Ok(())
        } else {
            Err(Imbalance(*self))
        }
    }
}
