//! Delivers batches that come in through a channel as bulk requests, and accounts for every document.

use std::future;
use std::time::Instant;

use tokio::sync::mpsc::Receiver;

use super::deadline::Deadline;
use super::outcome::{Delivery, DeliveryContext, Options};
use super::retry_queue::RetryQueue;
use crate::edge::opensearch::client::OpenSearch;
use crate::load::batch::Batch;
use crate::local::progress::Counts;

/// Delivers all batches that come through the channel, and returns when it is closed and empty. Documents that have to be sent again
/// are sent again, with growing pauses.
///
/// Stops at `deadline`, where there is one, or when nothing can go through. The channel is closed from this side then, so that its
/// sender sees an error, and what is left in it counts as unsent. The first request is sent as long as an answer can come before the
/// deadline's end.
pub async fn deliver(
    client: &OpenSearch,
    mut batches: Receiver<Batch>,
    options: &Options,
    deadline: Option<Deadline>,
    context: &mut DeliveryContext,
) -> Delivery {
    let mut queue = RetryQueue::new(client, options, deadline, context);
    let mut is_open = true;
    let mut told = Counts::default();
    loop {
        if queue.is_stopped() {
            batches.close();
        }
        queue.send();
        if !is_open && queue.is_idle() {
            break;
        }
        let alarm = queue.alarm();
        tokio::select! {
            Some(completed) = queue.in_flight.join_next() => queue.complete(completed),
            batch = batches.recv(), if is_open && queue.has_room() => match batch {
                Some(batch) => queue.accept(batch),
                None => is_open = false,
            },
            () = until(alarm), if alarm.is_some() => queue.wake(),
            else => break,
        }
        let counts = queue.delivery.counts();
        context.progress.add_counts(std::mem::replace(&mut told, counts), counts);
        let refused = std::mem::take(&mut queue.refused);
        if let Some(dead_letters) = &mut context.dead_letters {
            dead_letters.add(refused).await;
        }
        if let (Some(spent), Some(mut batch)) = (&context.spent, queue.spent.take()) {
            batch.clear();
            // What is not needed is freed.
            let _ = spent.try_send(batch);
        }
    }
    context.progress.end_delay();
    queue.finish()
}

async fn until(alarm: Option<Instant>) {
    match alarm {
        Some(alarm) => tokio::time::sleep_until(alarm.into()).await,
        None => future::pending().await,
    }
}
