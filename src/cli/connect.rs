//! The clients that a command needs, made from its arguments.

use std::path::Path;

use aws_types::SdkConfig;

use super::Failure;
use super::args::{ConnectionArgs, ServiceName};
use crate::edge::auth::{Auth, Password};
use crate::edge::endpoint::{Endpoint, Service};
use crate::edge::opensearch::{OpenSearch, Settings};
use crate::edge::s3::S3;

/// A client for the cluster that the arguments name. `aws` gives the credentials for requests that are signed.
pub(super) fn opensearch(args: &ConnectionArgs, aws: &SdkConfig) -> Result<OpenSearch, Failure> {
    let Some(endpoint) = args.endpoint.as_deref().filter(|endpoint| !endpoint.is_empty()) else {
        return Err(Failure(
            "no OpenSearch endpoint: give --endpoint URL or set ENDPOINT, or see what would be sent with --to ndjson".into(),
        ));
    };
    let wanted = args.service.map(|service| match service {
        ServiceName::Es => Service::Es,
        ServiceName::Aoss => Service::Aoss,
    });
    let user = args.user.clone().map(|user| (user, std::env::var("OPENSEARCH_PASSWORD").unwrap_or_default()));
    client(endpoint, wanted, user, args.ca.as_deref(), aws)
}

/// A client for an endpoint: basic authentication where there is a user, signed requests for Amazon's hosts or where a service
/// is wanted, plain ones otherwise.
pub(crate) fn client(
    endpoint: &str,
    wanted: Option<Service>,
    user: Option<(String, String)>,
    ca: Option<&Path>,
    aws: &SdkConfig,
) -> Result<OpenSearch, Failure> {
    let endpoint = Endpoint::parse(endpoint)?;
    let auth = match (user, endpoint.signing(wanted)) {
        (Some((user, password)), _) => Auth::Basic { user, password: Password(password) },
        (None, Some(signing)) => Auth::sigv4(signing, aws)?,
        (None, None) => Auth::None,
    };
    let mut settings = Settings::new(endpoint, auth);
    settings.ca_file = ca.map(Path::to_owned);
    Ok(OpenSearch::new(settings)?)
}

/// A client for S3. `EXPECTED_BUCKET_OWNER` names the account that every bucket has to belong to.
pub(crate) fn s3(aws: &SdkConfig) -> S3 {
    let own_endpoint = std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
    let owner = std::env::var("EXPECTED_BUCKET_OWNER").ok().filter(|owner| !owner.is_empty());
    S3::new(aws, own_endpoint, owner)
}

/// The runtime of a command: one thread that waits; parsing has threads of its own.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
