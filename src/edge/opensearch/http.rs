//! One HTTP exchange with the cluster: signed where that is wanted, and never redirected.
//!
//! The transport of the `opensearch` crate follows redirects, with the body and to any host, and cannot be told not to. So requests go
//! out by `reqwest`, on which that transport stands, with the types of the crate.

use std::time::{Duration, SystemTime};

use ::opensearch::http::headers::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use ::opensearch::http::{Method, Url};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SigningParams, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Request, Response};

use super::endpoint::{Endpoint, Service};

/// Who sends.
const AGENT: &str = concat!("es-loader/", env!("CARGO_PKG_VERSION"));

/// The connections to one endpoint.
#[derive(Debug)]
pub(super) struct Http {
    client: Client,
    /// The endpoint's address, with a slash at its end.
    base: Url,
}

/// How a request proves who sends it.
pub(super) enum Proof<'a> {
    /// Not at all.
    None,
    /// By user and password.
    Basic(&'a str, &'a str),
    /// By AWS Signature Version 4.
    Signature(Service, &'a str, Credentials),
}

/// Why a request was not answered.
pub(super) enum HttpError {
    /// On the way.
    Way(reqwest::Error),
    /// It could not be made or signed.
    Request(String),
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        // The address stands in the message already, and its query is nobody's business.
        Self::Way(error.without_url())
    }
}

impl Http {
    /// A client that trusts `authorities` (PEM) beside those of the system. Sends nothing.
    pub(super) fn new(endpoint: &Endpoint, authorities: Option<&[u8]>) -> Result<Self, String> {
        let text = |error: reqwest::Error| error.to_string();
        let mut builder = Client::builder().redirect(Policy::none());
        if let Some(pem) = authorities {
            for authority in Certificate::from_pem_bundle(pem).map_err(text)? {
                builder = builder.add_root_certificate(authority);
            }
        }
        let mut base = endpoint.url().clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Self { client: builder.build().map_err(text)?, base })
    }

    /// Sends a request to a path below the endpoint, and gives the answer, whatever its status.
    pub(super) async fn send(
        &self,
        (method, path): (Method, &str),
        headers: HeaderMap,
        query: &[(&str, &str)],
        body: &[u8],
        proof: Proof<'_>,
        limit: Duration,
    ) -> Result<Response, HttpError> {
        let method = match method {
            Method::Get => reqwest::Method::GET,
            Method::Put => reqwest::Method::PUT,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
            Method::Head => reqwest::Method::HEAD,
        };
        let url = self.base.join(path.trim_start_matches('/'));
        let url = url.map_err(|error| HttpError::Request(format!("path {path}: {error}")))?;
        let mut all = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (ACCEPT, HeaderValue::from_static("application/json")),
            (USER_AGENT, HeaderValue::from_static(AGENT)),
        ]);
        all.extend(headers);
        let mut request = self.client.request(method, url).timeout(limit).headers(all).query(query);
        if let Proof::Basic(user, password) = &proof {
            request = request.basic_auth(user, Some(password));
        }
        if !body.is_empty() {
            request = request.body(body.to_vec());
        }
        let mut request = request.build()?;
        if let Proof::Signature(service, region, credentials) = proof {
            add_signature(&mut request, body, service, region, credentials).map_err(HttpError::Request)?;
        }
        Ok(self.client.execute(request).await?)
    }
}

fn add_signature(
    request: &mut Request,
    body: &[u8],
    service: Service,
    region: &str,
    credentials: Credentials,
) -> Result<(), String> {
    let failed = |error: &dyn std::error::Error| format!("the request cannot be signed: {error}");
    let identity: Identity = credentials.into();
    let mut settings = SigningSettings::default();
    // Serverless collections want the hash of the body as a header.
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service.name())
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .map_err(|error| failed(&error))?;
    let headers =
        request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let signable = SignableRequest::new(
        request.method().as_str(),
        request.url().as_str(),
        headers,
        SignableBody::Bytes(body),
    );
    let signed = sign(signable.map_err(|error| failed(&error))?, &SigningParams::V4(params))
        .map_err(|error| failed(&error))?;
    let (instructions, _) = signed.into_parts();
    let (headers, _) = instructions.into_parts();
    for header in headers {
        let mut value = HeaderValue::from_str(header.value()).map_err(|error| failed(&error))?;
        value.set_sensitive(header.sensitive());
        request.headers_mut().insert(header.name(), value);
    }
    Ok(())
}
