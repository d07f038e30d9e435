//! The edge and the binaries, over real connections.

mod scripted;
mod channel;
mod endpoint;
mod signing;
mod delivery;
mod s3;
