//! The AWS settings of this process: region, credentials and HTTP client, found the way all AWS tools find them.

pub mod auth;
pub mod channel;
pub mod credentials;
pub(crate) mod http;
pub mod roles;
pub mod s3;
pub mod secret;
pub mod sqs;
pub mod upload;

use aws_config::{BehaviorVersion, Region};
use aws_types::SdkConfig;

/// Reads the AWS settings: environment, profile files, then the container's or machine's metadata service, which
/// is asked only if nothing else names a region. `region` overrides all of them.
///
/// Credentials are looked up when the first request needs them. `AWS_ENDPOINT_URL` is honored.
pub async fn load(region: Option<String>) -> SdkConfig {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http::client())
        .timeout_config(http::each_within(http::ATTEMPT));
    match region {
        Some(region) => loader.region(Region::new(region)).load().await,
        None => loader.load().await,
    }
}

/// The beginning of the SDK's explanation of an error.
fn short(mut reason: String) -> String {
    const LONGEST: usize = 300;
    reason.truncate(reason.floor_char_boundary(LONGEST));
    reason
}
