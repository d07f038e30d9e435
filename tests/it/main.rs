//! The edge and the binaries, over real connections.

mod support;
mod scripted;
mod channel;
mod endpoint;
mod signing;
mod delivery;
mod s3;
mod command_line;
mod setup;
mod loads;
mod corpus;
mod whole_way;
mod events;
mod guarded;
