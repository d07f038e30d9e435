//! The verdicts on documents, added up.

use super::fault::Fault;
use super::tally::Tally;
use crate::read::object::line::LineNumber;

/// How many documents the target took and refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// Documents that it took.
    pub indexed: u64,
    /// Of these: in their raw form, because it refused their own.
    pub raw: Tally,
    /// Of these: with their left-over keys in one object, because their index had no room for more fields.
    pub moved: Tally,
    /// Of these: dropped by an ingest pipeline of the cluster. They are nowhere, and count as excluded.
    pub dropped: Tally,
    /// Documents that it refused in all forms.
    pub rejected: Tally,
}

/// What became of a document that the target took, if it was not indexed in its own form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Altered {
    /// Its raw form.
    Raw,
    /// With its left-over keys in one object.
    Moved,
    /// An ingest pipeline dropped it.
    Dropped,
}

impl Verdicts {
    /// Counts a document of a line that the target took: `altered` says what else became of it, and why.
    pub fn add_indexed(&mut self, line: LineNumber, altered: Option<(Altered, &Fault)>) {
        self.indexed += 1;
        match altered {
            Some((Altered::Raw, fault)) => self.raw.add(fault, line),
            Some((Altered::Moved, fault)) => self.moved.add(fault, line),
            Some((Altered::Dropped, fault)) => self.dropped.add(fault, line),
            None => {}
        }
    }

    /// Counts all that `other` counted.
    pub fn merge(&mut self, other: &Self) {
        self.indexed += other.indexed;
        self.raw.merge(&other.raw);
        self.moved.merge(&other.moved);
        self.dropped.merge(&other.dropped);
        self.rejected.merge(&other.rejected);
    }

    /// The number of documents.
    pub fn total(&self) -> u64 {
        self.indexed + self.rejected.total()
    }
}
