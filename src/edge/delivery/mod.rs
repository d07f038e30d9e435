//! Delivery: batches come in, bulk requests go out, and every document is accounted for.

pub mod outcome;
pub mod deadline;
pub(crate) mod ledger;
pub(crate) mod attempt;
mod held;
pub(crate) mod joint;
pub(crate) mod retry_queue;
pub mod deliver;
pub mod sink;
