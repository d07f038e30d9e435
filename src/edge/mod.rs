//! The edge: S3 and OpenSearch, over the network.
//!
//! Bytes of objects go in ([`s3`]), batches go out ([`deliver`] over [`opensearch`]). Everything that awaits is
//! here; what the bytes mean and what an answer says is decided by the core.

pub mod aws;
pub mod channel;
pub mod roles;
pub mod s3;
pub mod endpoint;
pub mod auth;
mod credentials;
mod send_error;
pub mod opensearch;
pub mod dashboards;
pub mod progress;
mod upload;
pub mod dead_letter;
mod parcel;
pub mod deadline;
mod dispatch;
pub mod deliver;
pub mod sqs;
pub mod secret;
pub mod settings;
pub mod files;
pub mod cores;
pub mod audit;
mod target;
pub mod work;
pub mod letter_files;
pub mod redrive;
mod narrate;
pub mod function;
