//! What Trend Micro Deep Security means by its events: all knowledge of the product stands in this folder.
//!
//! Takes an event's header and pairs and the row that the section's table has begun, fills what no table can say. Does not know
//! user.ini, lines or JSON.

mod action;
mod classify;
mod codes;
mod community_id;
mod custom;
mod custom_keys;
mod datagram;
mod details;
mod dns;
mod endpoints;
mod framing;
mod http;
mod keys;
mod known_keys;
mod module;
mod network;
mod packet;
mod packets;
mod payload;
mod profile;
mod related;
mod system;
mod tls;
mod vulnerability;

pub use action::{Action, Disposition};
pub use custom::label_names;
pub use keys::key_names;
pub use module::{Module, Product};
pub use packet::{Decoded, Packet, Redaction};

pub(crate) use framing::{find_escapes, fold_quoted_text, keep_paths, split_blank_separated};
pub(crate) use keys::{ALIASES, KEYS, key};
pub(crate) use packets::packets;
pub(crate) use payload::{behind_payload, cut_quoted_payloads, push_without_payloads, without_payloads};
pub(crate) use profile::{Context, STEPS};
