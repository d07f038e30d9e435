//! What a document is: its fields and their ECS types, the values of one event, how a text becomes a value, and ids.

pub mod value;
pub(crate) mod origin;
pub mod field_list;
pub mod ecs;
mod layout;
pub mod fields;
pub mod row;
pub(crate) mod trace;
pub(crate) mod protocol;
pub mod convert;
pub mod problem;
pub mod id;
