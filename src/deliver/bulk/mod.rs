//! Bulk requests: what an answer says of each document ([`judge`]), the raw form of a refused document ([`raw_form`]), the indices
//! that documents of closed indices go to ([`ClosedIndices`]), and how fast to send ([`Pace`]).

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
