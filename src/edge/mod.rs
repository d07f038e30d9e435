//! The network: S3, SQS and OpenSearch, and the Lambda function.
//!
//! Bytes of objects come in by [`aws`], and batches go out by [`delivery`] over [`opensearch`]. Nothing below
//! this room awaits: the core decides what the bytes mean and what an answer says.

pub mod aws;
pub mod opensearch;
pub mod dead_letters;
pub mod delivery;
pub mod clients;
#[cfg(feature = "cli")]
pub(crate) mod audit;
pub mod back_off;
pub mod object_loader;
pub(crate) mod together;
#[cfg(feature = "cli")]
pub(crate) mod redrive;
pub mod logging;
mod log_lines;
pub mod function;
