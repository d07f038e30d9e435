//! The clients of this process, made from its environment: the same for the command line and the function.

use std::path::{Path, PathBuf};

use aws_types::SdkConfig;

use super::aws::auth::{Auth, AuthError, Password};
use super::aws::roles::{RoleError, bucket_roles};
use super::aws::s3::S3;
use super::aws::secret::{Secret, SecretError};
use super::aws::sqs::{Queue, QueueError};
use super::dead_letters::write::DeadLetters;
use super::opensearch::client::{OpenSearch, Settings, SetupError};
use super::opensearch::endpoint::{Endpoint, EndpointError, Service};
use crate::local::settings::{filled_variable, word};

/// The variable that allows a password over plain http to another host.
const PASSWORD_OVER_HTTP: &str = "ES_LOADER_PASSWORD_OVER_HTTP";

/// Why the settings cannot be used.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration, or a variable that says how documents are made.
    #[error(transparent)]
    Local(#[from] crate::local::settings::Error),
    #[error("no OpenSearch endpoint: set the environment variable ENDPOINT to the address of the domain")]
    NoEndpoint,
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A password that everybody on the way could read.
    #[error(
        "{0}: user and password would go over plain http, for everybody on the way to read: use https, or allow it with \
         --password-over-http or {PASSWORD_OVER_HTTP}=on"
    )]
    PlainPassword(Endpoint),
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    Client(#[from] SetupError),
    #[error(transparent)]
    Role(#[from] RoleError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// A client for a cluster: basic authentication where there is a user, signed requests for Amazon's hosts or where a service is
/// wanted, plain ones otherwise. A password goes over plain http to another host only where `password_over_http` or
/// `ES_LOADER_PASSWORD_OVER_HTTP=on` allows it.
///
/// # Errors
///
/// A password that may not be sent; an endpoint, certificate file, region or credentials that cannot be used.
pub fn opensearch(
    endpoint: &str,
    wanted: Option<Service>,
    user: Option<(String, Password)>,
    password_over_http: bool,
    ca: Option<&Path>,
    aws: &SdkConfig,
) -> Result<OpenSearch, Error> {
    let endpoint = Endpoint::parse(endpoint)?;
    let is_allowed = password_over_http || filled_variable(PASSWORD_OVER_HTTP).as_deref() == Some("on");
    if user.is_some() && endpoint.is_readable_on_its_way() && !is_allowed {
        return Err(Error::PlainPassword(endpoint));
    }
    let auth = match (user, endpoint.signing(wanted)) {
        (Some((user, password)), _) => Auth::Basic { user, password },
        (None, Some(signing)) => Auth::sigv4(signing, aws)?,
        (None, None) => Auth::None,
    };
    let mut settings = Settings::new(endpoint, auth);
    settings.ca_file = ca.map(Path::to_owned);
    Ok(OpenSearch::new(settings)?)
}

/// The client that the environment describes: `ENDPOINT`, `ENDPOINT_SERVICE` (`es`, `aoss`), `OPENSEARCH_USER` with
/// `OPENSEARCH_PASSWORD` or with the secret `OPENSEARCH_SECRET`, which may name the user too, and `OPENSEARCH_CA`. Asks no one but
/// Secrets Manager.
///
/// # Errors
///
/// No endpoint, or any of them unusable.
pub async fn opensearch_of_environment(aws: &SdkConfig) -> Result<OpenSearch, Error> {
    let endpoint = filled_variable("ENDPOINT").ok_or(Error::NoEndpoint)?;
    let service = word("ENDPOINT_SERVICE", &[("es", Service::Es), ("aoss", Service::Aoss)])?;
    let user = filled_variable("OPENSEARCH_USER");
    let secret = filled_variable("OPENSEARCH_SECRET").map(|id| Secret::new(aws, id, user.clone()));
    let user = match &secret {
        Some(secret) => Some(secret.read().await?),
        None => user.map(|user| (user, password())),
    };
    let ca = filled_variable("OPENSEARCH_CA").map(PathBuf::from);
    Ok(opensearch(&endpoint, service, user, false, ca.as_deref(), aws)?.with_secret(secret))
}

/// A client for S3. `EXPECTED_BUCKET_OWNER` names the account that every bucket has to belong to; buckets of other accounts
/// are read in the roles that [`bucket_roles`] finds.
///
/// # Errors
///
/// Half of a role, or what is not one.
pub async fn s3(aws: &SdkConfig) -> Result<S3, Error> {
    let own_endpoint = std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
    let s3 = S3::new(aws, own_endpoint, filled_variable("EXPECTED_BUCKET_OWNER"));
    let roles = bucket_roles(filled_variable)?;
    Ok(if roles.is_empty() { s3 } else { s3.with_roles(aws, roles).await })
}

/// The queue that takes what an invocation has no time for, where `SQS_SPLITTED_LOGS_URL` names one: so SIEM on OpenSearch calls it.
///
/// # Errors
///
/// Not the URL of a queue.
pub fn queue(aws: &SdkConfig) -> Result<Option<Queue>, Error> {
    Ok(filled_variable("SQS_SPLITTED_LOGS_URL").map(|url| Queue::new(aws, &url)).transpose()?)
}

/// Where documents are kept that OpenSearch refuses for good: `ES_LOADER_DEAD_LETTER`, `s3://BUCKET/PREFIX/` or a folder.
pub fn dead_letters(s3: &S3) -> Option<DeadLetters> {
    DeadLetters::parse(&filled_variable("ES_LOADER_DEAD_LETTER")?, Some(s3))
}

/// The password for basic authentication, from `OPENSEARCH_PASSWORD`.
pub fn password() -> Password {
    Password(filled_variable("OPENSEARCH_PASSWORD").unwrap_or_default())
}
