//! The OpenSearch client: where it connects, how it signs, what its failures say.

pub mod endpoint;
pub(crate) mod send_error;
pub(crate) mod target;
pub(crate) mod exchange;
mod gzip;
pub mod client;
pub(crate) mod probe;
pub mod write_alias;
pub mod readiness;
#[cfg(feature = "cli")]
pub(crate) mod dashboards;
