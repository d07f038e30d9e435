//! The clients that a command needs, made from its arguments.

use std::sync::Arc;

use aws_types::SdkConfig;

use super::first_contact::first_contact;
use crate::cli::args::common::ConnectionArgs;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::edge::aws::s3::S3;
use crate::edge::dead_letters::write::DeadLetters;
use crate::edge::delivery::outcome::Options;
use crate::edge::delivery::sink::Sink;
use crate::edge::object_loader::ObjectLoader;
use crate::edge::opensearch::client::{ApiError, OpenSearch};
use crate::edge::opensearch::endpoint::Endpoint;
use crate::edge::{aws, clients};
use crate::load::account::Limits;
use crate::map::compiled::CompiledSections;

/// A client for the cluster that the arguments name. The cluster has answered a first request then, so that a mistyped address fails
/// at once. `aws` gives the credentials for signed requests, where they are known already.
pub(super) async fn opensearch(
    args: &ConnectionArgs,
    aws: Option<&SdkConfig>,
) -> Result<OpenSearch, Failure> {
    let Some(endpoint) = args.endpoint.as_deref().filter(|endpoint| !endpoint.is_empty()) else {
        return Err(Failure(
            "no OpenSearch endpoint: give --endpoint URL or set ENDPOINT (load --to ndjson needs none)"
                .into(),
        ));
    };
    let client = client(endpoint, args, aws).await?;
    let tell = |error: &ApiError| output::notice(format_args!("es-loader: {error}; trying again"));
    first_contact(&client, tell).await?;
    Ok(client)
}

/// A client for an address, with the sign-in of the arguments. Sends nothing.
pub(super) async fn client(
    endpoint: &str,
    args: &ConnectionArgs,
    aws: Option<&SdkConfig>,
) -> Result<OpenSearch, Failure> {
    let user = args.user.clone().map(|user| (user, clients::password()));
    let aws = match aws {
        Some(aws) => aws.clone(),
        // Away from AWS its settings take seconds to look up, because a machine's metadata service is asked.
        None if user.is_some() || Endpoint::parse(endpoint)?.signing(args.service).is_none() => {
            SdkConfig::builder().build()
        }
        None => aws::load(args.region.clone()).await,
    };
    Ok(clients::opensearch(endpoint, args.service, user, args.password_over_http, args.ca.as_deref(), &aws)?)
}

/// The AWS settings, with the region that S3 and SQS need, and a client for S3.
pub(super) async fn aws(region: Option<String>) -> Result<(SdkConfig, S3), Failure> {
    let aws = aws::load(region).await;
    if aws.region().is_none() {
        return Err(Failure(
            "no AWS region: set AWS_REGION, give --region, or name one in the AWS profile".to_owned(),
        ));
    }
    let s3 = clients::s3(&aws).await?;
    Ok((aws, s3))
}

/// A loader into the cluster that the arguments name, which keeps what that refuses at the place of dead letters.
pub(super) async fn loader(
    args: &ConnectionArgs,
    dead_letter: &Option<String>,
    sections: Arc<CompiledSections>,
    (aws, s3): (&SdkConfig, S3),
) -> Result<ObjectLoader, Failure> {
    let sink = Sink::OpenSearch(Box::new(opensearch(args, Some(aws)).await?), Options::default());
    let dead_letters = dead_letter_place(dead_letter).and_then(|place| DeadLetters::parse(place, Some(&s3)));
    Ok(ObjectLoader::new(sections, Some(s3), sink, Limits::default()).with_dead_letters(dead_letters))
}

/// The runtime of a command: one thread that waits; parsing has threads of its own.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// The place of dead letters that the arguments name; an empty one names none.
pub(super) fn dead_letter_place(place: &Option<String>) -> Option<&str> {
    place.as_deref().filter(|place| !place.is_empty())
}
