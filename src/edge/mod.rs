//! The edge: S3 and OpenSearch, over the network.
//!
//! Bytes of objects go in ([`s3`]), batches go out ([`deliver`] over [`opensearch`]). Everything that awaits is
//! here; what the bytes mean and what an answer says is decided by the core.

pub mod aws;
pub mod opensearch;
pub mod delivery;
pub mod dead_letters;
pub mod files;
pub mod cores;
pub mod settings;
pub mod audit;
pub mod work;
pub mod redrive;
mod narrate;
pub mod function;
