//! How the AWS SDK speaks HTTP: its time-outs, its proxies, and which authorities it trusts.

use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::shared::IntoShared;
use aws_types::sdk_config::SharedHttpClient;

use crate::local::settings::is_proxy_tls;

/// The longest time for a connection, its TLS handshake not included.
const CONNECT: Duration = Duration::from_secs(3);

/// The longest time for one attempt, up to the head of the answer. The SDK tries three times.
pub(crate) const ATTEMPT: Duration = Duration::from_secs(10);

/// The same for an attempt that sends a part of some megabytes: a slow line is no silence.
pub(super) const UPLOAD: Duration = Duration::from_secs(60);

/// The longest silence within the body of an answer.
pub(crate) const SILENCE: Duration = Duration::from_secs(10);

/// The time-outs of calls whose attempts take so long at most: one that is never answered ends in another attempt, and at last in an error.
pub(super) fn each_within(time: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(time)
        .operation_attempt_timeout(time)
        .build()
}

/// A client that honours `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, as the OpenSearch client does. It has TLS for addresses that want it
/// only: before that, no file of the trusted authorities is read.
pub(super) fn client() -> SharedHttpClient {
    let plain = Builder::new()
        .build_with_connector_fn(|settings, components| connector(settings, components).build_http());
    let tls = Builder::new().build_with_connector_fn(|settings, components| {
        connector(settings, components).tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build()
    });
    let tls_for_all = is_proxy_tls();
    ByScheme { plain: if tls_for_all { tls.clone() } else { plain }, tls }.into_shared()
}

fn connector(
    settings: Option<&HttpConnectorSettings>,
    components: Option<&RuntimeComponents>,
) -> ConnectorBuilder {
    let mut builder = Connector::builder().proxy_config(ProxyConfig::from_env());
    builder.set_connector_settings(settings.cloned());
    builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
    builder
}

/// Two clients, of which the scheme of a request's address chooses one. Each makes its connectors when they are needed, and keeps them.
#[derive(Debug)]
struct ByScheme {
    plain: SharedHttpClient,
    tls: SharedHttpClient,
}

impl HttpClient for ByScheme {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(ConnectorByScheme {
            plain: self.plain.clone(),
            tls: self.tls.clone(),
            settings: settings.clone(),
            components: components.clone(),
        })
    }
}

/// What a request goes through.
#[derive(Debug)]
struct ConnectorByScheme {
    plain: SharedHttpClient,
    tls: SharedHttpClient,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for ConnectorByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = if request.uri().starts_with("https:") { &self.tls } else { &self.plain };
        client.http_connector(&self.settings, &self.components).call(request)
    }
}
