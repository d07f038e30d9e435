//! What Trend Micro Deep Security means by its events: all knowledge of the product stands in this folder.
//!
//! Takes an event's header and pairs and the row that the section's table has begun, fills what no table can say. Does not know
//! user.ini, lines or JSON.

mod action;
mod custom;
mod keys;
mod module;
mod packet;
mod payload;
mod profile;

pub use action::{Action, Disposition};
pub use module::{Module, Product};
pub use packet::{Packet, Redaction};

pub(crate) use keys::{ALIASES, KEYS, key};
pub(crate) use payload::{behind_payload, push_without_payloads, without_payloads};
pub(crate) use profile::{Context, apply, fold_quoted_text, keep_paths, packets, split_blank_separated};
