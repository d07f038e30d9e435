//! What a load is given and what it gives back.

use super::batch::Batch;
use crate::document::problem::Problems;
use crate::load::ages::Ages;
use crate::map::Document;
use crate::map::event::Written;
use crate::map::exclude::Exclusions;
use crate::read::object::Inflation;
use crate::read::object::line::Break;
use crate::trigger::object_ref::LineRange;
use jiff::Timestamp;
use std::num::NonZero;
use std::ops::ControlFlow;

/// The account of one object. Every line is in it, and every event: `lines` - `blank_lines` + `further_events` = `documents`; and each
/// document was left out by a rule or handed to the sink, unless that wanted no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Lines, blank ones too, of the range that was asked for.
    pub lines: u64,
    /// Lines with nothing in them.
    pub blank_lines: u64,
    /// Events beyond the first of their line.
    pub further_events: u64,
    /// Documents: as many as lines that are not blank, and more where a line holds several events. Those that a rule left out are
    /// among them, but in none of the numbers below.
    pub documents: u64,
    /// What the rules have done that leave documents out, or count them.
    pub exclusions: Exclusions,
    /// Documents of events that could not be understood.
    pub pipeline_errors: u64,
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
    /// What was odd.
    pub problems: Problems,
    /// Where the object broke off.
    pub broken: Option<Break>,
    /// The sink wanted no more.
    pub stopped: bool,
}

impl Account {
    /// Documents that were handed to the sink.
    pub fn handed_over(&self) -> u64 {
        self.documents - self.exclusions.excluded().min(self.documents)
    }

    /// Adds another account: of further lines, or of another object. Where one breaks off or stops is its own affair.
    pub(crate) fn merge(&mut self, other: &Account) {
        self.lines += other.lines;
        self.blank_lines += other.blank_lines;
        self.further_events += other.further_events;
        self.documents += other.documents;
        self.exclusions.merge(&other.exclusions);
        self.pipeline_errors += other.pipeline_errors;
        self.text_bytes += other.text_bytes;
        self.bulk_bytes += other.bulk_bytes;
        self.first_event = [self.first_event, other.first_event].into_iter().flatten().min();
        self.last_event = [self.last_event, other.last_event].into_iter().flatten().max();
        self.ages.merge(&other.ages);
        self.problems.merge(&other.problems);
    }
}

/// Bounds of one load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A batch is handed over when its next document would make it larger than this, in bytes.
    pub batch_bytes: usize,
    /// Longer lines are cut there, in bytes.
    pub line_bytes: usize,
    /// Only these lines.
    pub lines: Option<LineRange>,
    /// Batches keep the lines that their documents were made of.
    pub keep_lines: bool,
    /// A packed object that grows over this breaks off there.
    pub inflation: Inflation,
    /// Threads that work on a large object, the caller's among them. The batches and the account are the same with any number.
    pub workers: NonZero<usize>,
    /// Batches of several workers are what each of them has made at a time, which spares a copy. The account and all documents in
    /// their order are the same.
    pub batch_per_chunk: bool,
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
        }
    }
}

/// Who takes full batches; may want no more.
pub type Sink<'s> = dyn FnMut(&mut Batch) -> ControlFlow<()> + 's;

/// Who is shown a document, and what became of it; may have seen enough.
pub type Visitor<'v> = dyn FnMut(&Document<'_, '_, '_>, Written) -> ControlFlow<()> + 'v;
