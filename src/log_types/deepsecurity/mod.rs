//! What Trend Micro Deep Security means by its events: all knowledge of the product stands in this folder.

mod tables;
mod context;
mod pair_repair;
mod custom;
mod custom_keys;
mod known_keys;
mod endpoints;
mod network;
mod packets;
mod system;
mod vulnerability;
mod details;
mod classify;
mod related;
mod profile;

pub use self::custom::label_names;
pub use self::tables::actions::{Action, Disposition};
pub use self::tables::fields::own_fields;
pub use self::tables::keys::key_names;
pub use self::tables::modules::{Module, Product};
pub use crate::packet::payload::{Decoded, Packet, Redaction};

pub(crate) use self::profile::DeepSecurity;
