//! What Trend Micro Deep Security means by its events: all knowledge of the product stands in this folder.

mod tables;
mod context;
mod pair_repair;
mod custom_keys;
mod known_keys;
mod hosts;
mod network;
mod packets;
mod computers;
mod user_changes;
mod system;
mod vulnerability;
mod module_fields;
mod classify;
mod related;
mod conditions;
mod json_event;
mod parsed_cef;
mod profile;

pub use self::tables::actions::{Action, Disposition};
pub use self::tables::modules::{Module, Product};
pub use self::tables::{SHIPPED, Tables, own_fields};
pub use crate::packet::payload::{Decoded, Packet, Redaction};

pub(crate) use self::profile::DeepSecurity;
