//! The clients that a command needs, made from its arguments.

use aws_types::SdkConfig;

use super::Failure;
use super::args::{ConnectionArgs, ServiceName};
use crate::edge::endpoint::Service;
use crate::edge::opensearch::OpenSearch;
use crate::edge::settings;

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
    let user = args.user.clone().map(|user| (user, settings::password()));
    Ok(settings::opensearch(endpoint, wanted, user, args.ca.as_deref(), aws)?)
}

/// The runtime of a command: one thread that waits; parsing has threads of its own.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
