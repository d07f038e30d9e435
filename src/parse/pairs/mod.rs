//! The pairs of an event: `key=value`, how values are read, and how keys are found.

pub mod pair;
pub(crate) mod full_names;
pub(crate) mod time_keys;
pub(crate) mod event_keys;
