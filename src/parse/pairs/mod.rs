//! The pairs of an event: `key=value`, how they are found and how their values are read.

pub(crate) mod key;
mod marks;
pub(crate) mod scan;
mod index;
pub mod pair;
pub(crate) mod event_keys;
