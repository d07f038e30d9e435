//! What Trend Micro Deep Security means by its events: all knowledge of the product stands in this folder.
//!
//! Takes an event's header and pairs and the row that the section's table has begun, fills what no table can say. Does not know
//! user.ini, lines or JSON.

mod classify;
pub(crate) mod context;
mod custom_keys;
mod framing;
mod hosts;
mod known_keys;
mod module_fields;
mod network;
mod packets;
mod payload;
mod profile;
mod related;
mod system;
mod tables;
mod vulnerability;

pub use self::tables::actions::{Action, Disposition};
pub use self::tables::modules::{Module, Product};
pub use self::tables::{SHIPPED, Tables, own_fields};
pub use crate::packet::payload::{Decoded, Packet, Redaction};

pub(crate) use self::framing::{find_escapes, fold_quoted_text, keep_paths, split_blank_separated};
pub(crate) use self::packets::packets;
pub(crate) use self::payload::{
    behind_payload, cut_quoted_payloads, push_without_payloads, without_payloads,
};
pub(crate) use self::profile::STEPS;
pub(crate) use self::tables::keys::key;
pub(crate) use self::tables::{aliases, known_keys, left_over_keys};
