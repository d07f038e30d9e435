//! Bulk requests: what an answer says of each document ([`judge`]), the raw form of a refused document ([`raw_form`]), the indices
//! that documents of closed indices go to ([`ClosedIndices`]), other ways that a target may want ([`Ways`], [`extra_form`]), and how fast
//! to send ([`Pace`]).

pub mod fault;
mod refusals;
mod judge;
mod closed_indices;
mod ways;
mod pace;
mod forms;
mod tally;
mod verdicts;

pub use self::closed_indices::{ClosedIndices, index_and_id};
pub use self::fault::Fault;
pub use self::forms::{extra_form, raw_form};
pub use self::judge::{Judgement, Verdict, is_misordered, judge, whole_fault};
pub use self::pace::Pace;
pub use self::refusals::Consequence;
pub use self::tally::{Group, Tally};
pub use self::verdicts::{Altered, Verdicts};
pub use self::ways::{Ways, body_without_index, by_index, is_create};
