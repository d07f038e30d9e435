//! One HTTP exchange with the cluster, over the transport of the `opensearch` crate.
//!
//! Bulk requests go over the transport too, and not over the crate's own bulk API: `Bulk::body` takes a list of lines and appends a
//! line feed to each that ends in another byte, as nearly every gzip stream does.
//!
//! The transport follows redirects, from 307 and 308 with the body, and cannot be told not to. So the first request to an endpoint
//! has no body: an endpoint that redirects it gets no other. Behind that, each answer is checked for where it came from.

use std::time::Instant;

use ::opensearch::auth::Credentials;
use ::opensearch::cert::{Certificate, CertificateValidation};
use ::opensearch::http::Method;
use ::opensearch::http::headers::{HeaderMap, HeaderValue, USER_AGENT};
use ::opensearch::http::response::Response;
use ::opensearch::http::transport::{SingleNodeConnectionPool, Transport, TransportBuilder};
use aws_config::Region;
use tokio::sync::OnceCell;

use super::endpoint::Endpoint;
use super::send_error::SendError;
use crate::edge::aws::auth::{Auth, Password};
use crate::local::settings::is_proxy_tls;

/// Who sends.
const AGENT: &str = concat!("es-loader/", env!("CARGO_PKG_VERSION"));

/// The connections to one endpoint.
#[derive(Debug)]
pub(super) struct Exchange {
    transport: Transport,
    endpoint: Endpoint,
    auth: Auth,
    /// The endpoint has answered a request without a body, and itself.
    answers_itself: OnceCell<()>,
}

impl Exchange {
    /// Connections that trust `authorities` (PEM) beside those of the system. Sends nothing.
    pub(super) fn new(
        endpoint: &Endpoint,
        authorities: Option<&[u8]>,
        auth: Auth,
    ) -> Result<Self, SendError> {
        let setup = |text: String| SendError::Setup(format!("HTTP client for {endpoint}: {text}"));
        let mut builder = TransportBuilder::new(SingleNodeConnectionPool::new(endpoint.url().clone()));
        if endpoint.url().scheme() == "http" && !is_proxy_tls() {
            // Nobody shows a certificate, so the system's authorities need not be read: a hundred files and more.
            builder = builder.cert_validation(CertificateValidation::None);
        } else if let Some(pem) = authorities {
            let authorities = Certificate::from_pem(pem).map_err(|error| setup(error.to_string()))?;
            builder = builder.cert_validation(CertificateValidation::Full(authorities));
        }
        builder = match &auth {
            Auth::SigV4 { service, region, credentials } => builder
                .auth(Credentials::AwsSigV4(credentials.clone(), Region::new(region.clone())))
                .service_name(service.name()),
            Auth::Basic { user, password } => {
                builder.auth(Credentials::Basic(user.clone(), password.0.clone()))
            }
            Auth::None => builder,
        };
        let transport = builder.build().map_err(|error| setup(error.to_string()))?;
        Ok(Self { transport, endpoint: endpoint.clone(), auth, answers_itself: OnceCell::new() })
    }

    /// Whether its requests name this user with this password.
    pub(super) fn is_signed_in_with(&self, name: &str, word: &Password) -> bool {
        matches!(&self.auth, Auth::Basic { user, password } if user == name && password == word)
    }

    /// Sends a request to a path below the endpoint, without a body where that is empty, and gives the endpoint's answer, whatever its status.
    ///
    /// # Errors
    ///
    /// No answer, or one from somewhere else.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        query: Option<&[(&str, &str)]>,
        body: &[u8],
        end: Instant,
    ) -> Result<Response, SendError> {
        // A cluster refuses a bulk request without a body; what redirects requests redirects it, and gets no log line.
        let ask_first =
            async || self.ask(Method::Post, "_bulk", HeaderMap::new(), None, &[], end).await.map(drop);
        self.answers_itself.get_or_try_init(ask_first).await?;
        self.ask(method, path, headers, query, body, end).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        mut headers: HeaderMap,
        query: Option<&[(&str, &str)]>,
        body: &[u8],
        end: Instant,
    ) -> Result<Response, SendError> {
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        let body = (!body.is_empty()).then_some(body);
        let response = self
            .transport
            .send(method, path, headers, query, body, Some(end.saturating_duration_since(Instant::now())))
            .await
            .map_err(|error| SendError::no_answer(&self.endpoint, &error))?;
        if response.url().origin() != self.endpoint.url().origin() {
            return Err(SendError::redirected(&self.endpoint, response.url()));
        }
        Ok(response)
    }
}
