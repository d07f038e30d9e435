//! What a load is given and what it gives back.

use std::num::NonZero;

use jiff::Timestamp;

use super::ages::Ages;
use super::clocks::Clocks;
use crate::document::problem::{Problem, Problems};
use crate::map::exclude::Exclusions;
use crate::read::object::Inflation;
use crate::read::object::line::Break;
use crate::trigger::object_ref::LineRange;

/// The account of one object. It holds every line and every event: `lines` - `blank_lines` + `further_events` = `documents`. Each
/// document was left out by a rule or handed to the sink, unless the sink stopped the load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Lines of the wanted range, with the blank ones.
    pub lines: u64,
    /// Lines with nothing in them.
    pub blank_lines: u64,
    /// Events beyond the first of their line.
    pub further_events: u64,
    /// Documents: one for each line that is not blank, and more where a line holds several events. Documents that a rule left out are
    /// among them, but not in the numbers below.
    pub documents: u64,
    /// The documents that rules left out or counted.
    pub exclusions: Exclusions,
    /// Documents of events that could not be understood.
    pub pipeline_errors: u64,
    /// What the first of them looks like.
    pub looks_like: Option<String>,
    /// Bytes of text, after decompression.
    pub text_bytes: u64,
    /// Bytes of bulk requests, before compression.
    pub bulk_bytes: u64,
    /// The earliest event time.
    pub first_event: Option<Timestamp>,
    /// The latest event time.
    pub last_event: Option<Timestamp>,
    /// How old the events were when they were loaded.
    pub ages: Ages,
    /// What the lines say of the clocks of their headers.
    pub clocks: Clocks,
    /// Problems in the object's lines.
    pub problems: Problems,
    /// The product of the first event of another one, as its header names it.
    pub unknown_product: Option<String>,
    /// The field of the first collector's time that could not be read.
    pub unread_time: Option<String>,
    /// Where the object broke off.
    pub broken: Option<Break>,
    /// The sink stopped the load.
    pub stopped: bool,
}

impl Account {
    /// Documents that were handed to the sink.
    pub fn handed_over(&self) -> u64 {
        self.documents - self.exclusions.excluded().min(self.documents)
    }

    /// Whether most of its documents are events that could not be understood: then it is hardly a log of this type.
    pub fn is_mostly_errors(&self) -> bool {
        self.pipeline_errors * 2 > self.handed_over()
    }

    /// What a problem was met in first, where that is known.
    pub(crate) fn example(&self, problem: Problem) -> Option<&str> {
        match problem {
            Problem::UnknownProduct => self.unknown_product.as_deref(),
            Problem::CollectorTimeUnread => self.unread_time.as_deref(),
            _ => None,
        }
    }

    /// Adds the numbers of another account: of further lines, or of another object. `broken` and `stopped` stay as they are.
    pub(crate) fn merge(&mut self, other: &Account) {
        self.lines += other.lines;
        self.blank_lines += other.blank_lines;
        self.further_events += other.further_events;
        self.documents += other.documents;
        self.exclusions.merge(&other.exclusions);
        self.pipeline_errors += other.pipeline_errors;
        self.looks_like = self.looks_like.take().or_else(|| other.looks_like.clone());
        self.text_bytes += other.text_bytes;
        self.bulk_bytes += other.bulk_bytes;
        self.first_event = [self.first_event, other.first_event].into_iter().flatten().min();
        self.last_event = [self.last_event, other.last_event].into_iter().flatten().max();
        self.ages.merge(&other.ages);
        self.clocks.merge(&other.clocks);
        self.problems.merge(&other.problems);
        self.unknown_product = self.unknown_product.take().or_else(|| other.unknown_product.clone());
        self.unread_time = self.unread_time.take().or_else(|| other.unread_time.clone());
    }
}

/// Bounds of one load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A batch is handed over when its next document would make it larger than this, in bytes.
    pub batch_bytes: usize,
    /// Longer lines are cut there, in bytes.
    pub line_bytes: usize,
    /// Only these lines are loaded.
    pub lines: Option<LineRange>,
    /// Batches keep the lines of their documents.
    pub keep_lines: bool,
    /// The most text that a compressed object may give: there it breaks off.
    pub inflation: Inflation,
    /// The number of threads that share the work on a large object, with the caller's. It changes neither batches nor account.
    pub workers: NonZero<usize>,
    /// Each chunk of a worker becomes a batch of its own, which spares a copy. The documents, their order and the account are the same.
    pub batch_per_chunk: bool,
    /// Batches have marks, at which the load can be cut.
    pub marks: bool,
}

impl Default for Limits {
    /// Requests of 5 MB, as OpenSearch Service recommends; lines of 16 MiB.
    fn default() -> Self {
        Self {
            batch_bytes: 5_000_000,
            line_bytes: 16 << 20,
            lines: None,
            keep_lines: false,
            inflation: Inflation::default(),
            workers: NonZero::<usize>::MIN,
            batch_per_chunk: false,
            marks: false,
        }
    }
}
