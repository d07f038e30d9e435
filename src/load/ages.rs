//! The ages of an object's events at the time of the load.

/// The number of steps for each doubling of the age.
const STEPS: u32 = 8;

/// Counts of ages, in steps of at most an eighth of the age: exact enough for percentiles, in little memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ages {
    /// Counts by step.
    steps: Vec<u64>,
    total: u64,
}

impl Ages {
    /// Counts an event of this age in seconds. An event from the future counts as new.
    pub fn add(&mut self, seconds: i64) {
        let step = step(u64::try_from(seconds).unwrap_or(0));
        if self.steps.len() <= step {
            self.steps.resize(step + 1, 0);
        }
        if let Some(count) = self.steps.get_mut(step) {
            *count += 1;
            self.total += 1;
        }
    }

    /// Counts all that `other` counted.
    pub fn merge(&mut self, other: &Ages) {
        if self.steps.len() < other.steps.len() {
            self.steps.resize(other.steps.len(), 0);
        }
        self.steps.iter_mut().zip(&other.steps).for_each(|(sum, count)| *sum += count);
        self.total += other.total;
    }

    /// The age in seconds that so many percent of the events do not exceed, rounded down by at most an eighth. `None` means that
    /// there are no events.
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let wanted = (self.total * percent.min(100)).div_ceil(100).max(1);
        let mut seen = 0;
        let reached = self.steps.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        reached.map(lowest)
    }
}

/// The step of an age: each second by itself up to 8, then eight steps for each doubling.
fn step(seconds: u64) -> usize {
    let exponent = seconds.checked_ilog2().unwrap_or(0).saturating_sub(STEPS.ilog2());
    (exponent as usize) * STEPS as usize + (seconds >> exponent) as usize
}

/// The lowest age of a step.
fn lowest(step: usize) -> u64 {
    let steps = STEPS as usize;
    let exponent = (step / steps).saturating_sub(1);
    ((step - exponent * steps) as u64) << exponent
}
