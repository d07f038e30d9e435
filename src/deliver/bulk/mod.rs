//! Bulk requests: documents on their way, and what became of each.
//!
//! Takes batches of documents with the line each came from, gives a verdict for every document of an answer
//! ([`judge`]), the parts of a batch that are sent again, and refused documents in a form that the cluster
//! takes ([`raw_form`]); says where documents of closed indices go ([`ClosedIndices`]) and how fast to send ([`Pace`]). Does not know how a document is made, nor how a request is sent, nor when.

pub mod fault;
mod judge;
mod closed_indices;
mod pace;
mod raw;
mod tally;

pub use self::closed_indices::{ClosedIndices, index_and_id};
pub use self::fault::Fault;
pub use self::judge::{Judgement, Verdict, judge, whole_fault};
pub use self::pace::Pace;
pub use self::raw::raw_form;
pub use self::tally::{Group, Tally};
