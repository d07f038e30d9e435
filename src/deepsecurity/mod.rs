//! What Trend Micro Deep Security means by its events: all knowledge of the product stands in this folder.
//!
//! Takes an event's header and pairs and the row that the section's table has begun, fills what no table can say. Does not know
//! user.ini, lines or JSON.

mod action;
mod classify;
mod custom;
mod custom_keys;
mod endpoints;
mod framing;
mod keys;
mod known_keys;
mod module;
mod network;
mod packet;
mod packets;
mod payload;
mod profile;
mod related;

pub use action::{Action, Disposition};
pub use module::{Module, Product};
pub use packet::{Packet, Redaction};

pub(crate) use framing::{fold_quoted_text, keep_paths, split_blank_separated};
pub(crate) use keys::{ALIASES, KEYS, key};
pub(crate) use packets::packets;
pub(crate) use payload::{behind_payload, push_without_payloads, without_payloads};
pub(crate) use profile::{Context, apply};
