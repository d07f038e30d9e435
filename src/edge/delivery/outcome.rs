//! What a delivery is given and what became of it.

use crate::deliver::bulk::Tally;
use crate::edge::dead_letters::write::Letters;
use crate::edge::delivery::progress::Progress;
use crate::load::batch::Batch;
use crate::read::object::line::LineNumber;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

/// What became of the documents: `documents` = `indexed` + `rejected` + `unsent`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Documents that came in through the channel.
    pub documents: u64,
    /// Documents that the cluster holds.
    pub indexed: u64,
    /// Of the indexed: the cluster held them before, and said so (409).
    pub duplicates: u64,
    /// Of the indexed: in their raw form, with the reason why their own form was refused.
    pub raw: Tally,
    /// Documents that the cluster refused in both forms.
    pub rejected: Tally,
    /// Documents of which nothing is known: sent without a final answer, or not at all. Ids make it safe to send
    /// them again.
    pub unsent: Tally,
    /// Why it ended early, if it did.
    pub stop: Option<Stop>,
    /// Requests made.
    pub requests: u64,
    /// Documents that were put off and sent again, counted each time.
    pub sent_again: u64,
    /// Bytes of the answered requests' bodies as they went over the wire.
    pub bytes_sent: u64,
    /// How long the cluster worked, by its own account.
    pub cluster_time: Duration,
}

impl Delivery {
    /// The lowest line that gave an unsent document: where the next try has to start.
    pub fn first_unsent(&self) -> Option<LineNumber> {
        self.unsent.groups().map(|group| group.first_line).min()
    }
}

/// How to deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Requests in flight at most, and with them batches in memory beside those in the channel.
    pub in_flight: usize,
    /// Upper bound of the first pause before documents are sent again; it doubles with each further one.
    pub pause: Duration,
    /// Upper bound of all pauses.
    pub longest_pause: Duration,
    /// Without a deadline: how long documents are sent again before they count as unsent.
    pub patience: Duration,
}

impl Default for Options {
    /// Two in flight, pauses from 200 ms to 20 s, five minutes of patience.
    fn default() -> Self {
        Self {
            in_flight: 2,
            pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(20),
            patience: Duration::from_secs(300),
        }
    }
}

/// Why a delivery ended before all was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The deadline came first.
    Deadline,
    /// The endpoint, or our settings for it, forbid it: someone has to change something.
    Denied(String),
    /// Nothing went through for as long as patience lasts.
    Stalled(String),
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stop::Deadline => f.write_str("the deadline came first"),
            Stop::Denied(text) | Stop::Stalled(text) => f.write_str(text),
        }
    }
}

/// What a delivery has beside the cluster.
#[derive(Debug, Default)]
pub struct Aside {
    /// Where documents go that the cluster refuses; nothing means that they are counted only.
    pub letters: Option<Letters>,
    /// Who watches is told by it.
    pub progress: Arc<Progress>,
    /// Takes the memory of batches that are settled, empty, for the next ones; nothing means that it is freed.
    pub spent: Option<Sender<Batch>>,
}
