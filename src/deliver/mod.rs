//! What is sent and what its answers mean: bulk requests, dead letters, and what an object should give. No network is needed.

pub mod bulk;
pub mod dead_letter;
pub mod expected;
