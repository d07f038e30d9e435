//! What was loaded, what was not and why: added up over objects, shown on one screen.
//!
//! All numbers come from here, so that they add up: [`balance::Balance`] says how.

pub mod balance;
mod object;
mod summary;
pub(crate) mod screen;
pub mod metrics;
pub mod coverage;

pub use self::object::{FoundObject, ObjectReport, Outcome, Settled, Skip};
pub use self::summary::{ExitStatus, Report};
