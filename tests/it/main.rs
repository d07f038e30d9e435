//! The edge and the binaries, over real connections.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

mod support;
mod scripted;
mod channel;
mod ends;
mod endpoint;
mod signing;
mod delivery;
mod s3;
mod command_line;
mod manners;
mod explain;
mod user_ini;
mod exclude;
mod terminal;
mod setup;
mod dashboards;
mod panels;
mod address_panels;
mod loads;
mod identity;
mod corpus;
mod whole_way;
mod article;
mod hunting;
mod events;
mod continuation;
mod batches;
mod together;
mod startup;
mod secret;
mod template;
mod first_contact;
mod guarded;
mod closed_indices;
mod dead_letters;
mod proxies;
mod redrive;
mod refusals;
mod backfill;
mod aliases;
mod audit;
mod delays;
mod faults;
mod storms;
mod killed;
mod memory;
