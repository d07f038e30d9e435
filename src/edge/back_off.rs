//! Messages that come back because the cluster is full: each is hidden for a time of its own, which grows with each receipt.
//!
//! The queue's own time is the same for all: too long where the cluster is full for a minute, too short where it is for hours.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use aws_types::SdkConfig;

use super::aws::sqs::{Queue, QueueError};
use crate::trigger::receipt::Receipt;

/// How long a message is hidden at most after its first receipt; the time doubles with each further one.
const FIRST: Duration = Duration::from_secs(120);

/// The longest time. SQS hides a message for twelve hours at most.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

/// The longest that the call may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a message is hidden that was received so often. `fraction`, from 0 to 1, takes up to a quarter away, so that messages that
/// came back together do not come again together.
pub fn hidden(count: u64, fraction: f64) -> Duration {
    let doublings = u32::try_from(count.saturating_sub(1)).unwrap_or(u32::MAX).min(16);
    FIRST.saturating_mul(1 << doublings).min(LONGEST).mul_f64(1.0 - fraction.clamp(0.0, 1.0) / 4.0)
}

/// Hides a message, with the credentials of `aws`, and waits for the answer no longer than until `end`.
///
/// # Errors
///
/// The message comes again at the time of its queue.
pub(super) async fn hide(aws: &SdkConfig, receipt: &Receipt, end: Option<Instant>) -> Result<(), QueueError> {
    let queue = Queue::of_arn(aws, &receipt.queue)?;
    let latest = Instant::now() + PATIENCE;
    let end = end.map_or(latest, |end| end.min(latest));
    let hiding = queue.hide(&receipt.handle, hidden(receipt.count, random_fraction()));
    let done = tokio::time::timeout_at(end.into(), hiding).await;
    done.unwrap_or_else(|_| Err(queue.other("no answer in time".to_owned())))
}

/// A number from 0 to 1. Pauses need to differ, not to be unpredictable.
pub(super) fn random_fraction() -> f64 {
    f64::from(RandomState::new().hash_one(0) as u32) / f64::from(u32::MAX)
}
