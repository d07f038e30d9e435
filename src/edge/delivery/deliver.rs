//! Delivery: batches come in through a channel, go out as bulk requests, and every document is accounted for.
//!
//! Sends what has to be sent again, and only that, with growing pauses, until a deadline. Does not know what a
//! document says, where it came from, or what its rejection means for the object.

use crate::edge::delivery::outcome::Delivery;
use crate::edge::delivery::outcome::{Aside, Options};
use std::future;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::Receiver;

use super::deadline::Deadline;
use super::dispatch::Dispatch;
use crate::edge::opensearch::client::OpenSearch;
use crate::load::batch::Batch;

/// Delivers all batches that come through the channel, and returns when it is closed and empty.
///
/// Stops at `deadline`, where there is one, or when nothing can go through: then the channel is closed from this
/// side, so that its sender sees an error, and what is left in it counts as unsent. The first request goes out as long as
/// an answer can come before the deadline's end.
pub async fn deliver(
    client: &OpenSearch,
    mut batches: Receiver<Batch>,
    options: &Options,
    deadline: Option<Deadline>,
    aside: &mut Aside,
) -> Delivery {
    let mut dispatch = Dispatch::new(client, options, deadline, Arc::clone(&aside.progress));
    let mut open = true;
    loop {
        if dispatch.stopped() {
            batches.close();
        }
        dispatch.launch();
        if !open && dispatch.is_idle() {
            break;
        }
        let alarm = dispatch.alarm();
        tokio::select! {
            Some(landed) = dispatch.flying.join_next() => dispatch.land(landed),
            batch = batches.recv(), if open && dispatch.has_room() => match batch {
                Some(batch) => dispatch.accept(batch),
                None => open = false,
            },
            () = until(alarm), if alarm.is_some() => dispatch.wake(),
            else => break,
        }
        let refused = std::mem::take(&mut dispatch.refused);
        if let Some(letters) = &mut aside.letters {
            letters.add(refused).await;
        }
        if let (Some(spent), Some(mut batch)) = (&aside.spent, dispatch.spent.take()) {
            batch.clear();
            // Who makes no more batches needs no memory.
            let _ = spent.send(batch);
        }
    }
    aside.progress.go_on();
    dispatch.delivery
}

async fn until(alarm: Option<Instant>) {
    match alarm {
        Some(alarm) => tokio::time::sleep_until(alarm.into()).await,
        None => future::pending().await,
    }
}
