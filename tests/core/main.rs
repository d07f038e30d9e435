//! The stages, without network.

mod event;
mod object;
mod record;
