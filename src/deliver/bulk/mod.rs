//! Bulk requests: what an answer says of each document ([`judge`]), the raw form of a refused document ([`raw_form`]), the indices
//! that documents of closed indices go to ([`ClosedIndices`]), other ways that a target may want ([`Ways`], [`extra_form`]), and how fast
//! to send ([`Pace`]).

pub mod fault;
mod refusals;
mod judge;
mod closed_indices;
mod extra;
mod ways;
mod pace;
mod raw;
mod tally;

pub use self::closed_indices::{ClosedIndices, index_and_id};
pub use self::extra::extra_form;
pub use self::fault::Fault;
pub use self::judge::{Judgement, Verdict, judge, whole_fault};
pub use self::pace::Pace;
pub use self::raw::raw_form;
pub use self::refusals::Consequence;
pub use self::tally::{Group, Tally};
pub use self::ways::{Ways, body_without_index, by_index, is_create};
