//! Delivery: batches come in, bulk requests go out, and every document is accounted for.

pub mod outcome;
pub mod channel;
pub mod deadline;
pub mod progress;
pub(crate) mod parcel;
pub(crate) mod dispatch;
pub mod deliver;
pub(crate) mod target;
