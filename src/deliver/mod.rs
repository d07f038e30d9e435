//! What is sent and what its answers mean: bulk requests and dead letters, without a network.

pub mod bulk;
pub mod dead_letter;
