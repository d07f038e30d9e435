//! How the AWS SDK speaks HTTP: its time-outs, its proxies, and which authorities it trusts.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_types::sdk_config::SharedHttpClient;

/// The longest time for a connection, its TLS handshake not included.
const CONNECT: Duration = Duration::from_secs(3);

/// The longest time for one attempt, up to the head of the answer. The SDK tries three times.
pub(crate) const ATTEMPT: Duration = Duration::from_secs(10);

/// The same for an attempt that sends a part of some megabytes.
const UPLOAD: Duration = Duration::from_secs(60);

/// The longest silence within the body of an answer.
pub(crate) const SILENCE: Duration = Duration::from_secs(10);

/// The time-outs of all calls: one that is never answered ends in another attempt, and at last in an error.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(ATTEMPT)
        .operation_attempt_timeout(ATTEMPT)
        .build()
}

/// The time-outs of calls that send much: a slow line is no silence.
pub(crate) fn upload_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(UPLOAD)
        .operation_attempt_timeout(UPLOAD)
        .build()
}

/// A client that honours `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, as the OpenSearch client does.
///
/// The SDK makes a connector of each of its clients at the start, to see whether it can be made. That one speaks no TLS: the files of the
/// trusted authorities are read only when the first request is sent.
pub(super) fn client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut builder = Connector::builder().proxy_config(ProxyConfig::from_env());
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        match settings {
            None => builder.build_http(),
            Some(_) => builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build(),
        }
    })
}
