//! The OpenSearch client: signed or plain requests to one endpoint.
//!
//! One call is one request: the caller decides what an answer means, and whether to ask again. Nothing is sent, and no connection is
//! set up, before the first call.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use ::opensearch::cert::Certificate;
use ::opensearch::http::Method;
use ::opensearch::http::headers::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde_json::Value;
use tokio::sync::RwLock;

use super::endpoint::{Endpoint, Service};
use super::exchange::Exchange;
use super::gzip::Gzip;
pub use super::send_error::{Problem, SendError};
use super::target::Target;
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::whole_fault;
use crate::edge::aws::auth::Auth;
use crate::edge::aws::credentials::Cached;
use crate::edge::aws::secret::Secret;

/// What a bulk answer is cut down to. Ids, which are as long as all of that, are left out: items stand in the order of the request. Only
/// an endpoint that does not know the parameter sends them, and then [`crate::deliver::bulk::judge`] compares them.
const FILTER: (&str, &str) = ("filter_path", "took,items.*.status,items.*.result,items.*.error");

/// Lets the cluster refuse documents whose index is no alias, instead of making an index of that name.
const REQUIRE_ALIAS: (&str, &str) = ("require_alias", "true");

/// The largest answer that is read, in bytes: a request of 5 MB of which each document is refused has one of 5 MB. What is larger comes
/// from something else than the cluster. An answer that does not tell its length is read whole: the transport of the `opensearch` crate
/// gives a body in no other way.
const LARGEST_ANSWER: u64 = 32 << 20;

/// How bulk bodies are compressed. They are compressed first and signed then, so signatures hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// gzip at this level, from 1 (fast) to 9. Should the endpoint refuse the first such body and take it as it
    /// is, bodies are sent as they are from then on: some versions cannot read compressed ones.
    Gzip(u32),
    /// Bodies are sent as they are.
    Off,
}

/// The settings of a client.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where OpenSearch is.
    pub endpoint: Endpoint,
    /// How requests prove who sends them.
    pub auth: Auth,
    /// A PEM file of certificate authorities that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// The longest time for one request, from connecting to the last byte of the answer.
    pub time_out: Duration,
    /// How bulk bodies are compressed.
    pub compression: Compression,
}

impl Settings {
    /// Settings for an endpoint: no private authority, 60 seconds for a request, gzip at level 1.
    pub fn new(endpoint: Endpoint, auth: Auth) -> Self {
        let time_out = Duration::from_secs(60);
        Self { endpoint, auth, ca_file: None, time_out, compression: Compression::Gzip(1) }
    }
}

/// Why no client can be made.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    #[error("certificate authority file {}: {reason}", path.display())]
    CaFile { path: PathBuf, reason: String },
}

/// An answer, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body, decompressed.
    pub body: Vec<u8>,
    /// How long to wait before the next request, by `Retry-After` (RFC 9110, section 10.2.3).
    pub retry_after: Option<Duration>,
}

impl Answer {
    /// The body as JSON; null where it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Why a request other than a bulk request failed.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    #[error(transparent)]
    Send(#[from] SendError),
    #[error("{endpoint}/{path}: {}", fault.with_way_out())]
    Refused { endpoint: String, path: String, fault: Fault },
}

/// A client of one endpoint. Cheap to clone: clones share their connections.
#[derive(Clone, Debug)]
pub struct OpenSearch {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    endpoint: Endpoint,
    auth: Auth,
    /// The credentials that requests are signed with.
    signed_with: Option<Cached>,
    authorities: Option<Vec<u8>>,
    time_out: Duration,
    /// Compresses bodies, unless they are sent as they are.
    gzip: Option<Gzip>,
    /// The endpoint has taken a compressed body.
    gzip_works: AtomicBool,
    /// The endpoint has refused a compressed body, and taken the same as it was.
    gzip_fails: AtomicBool,
    /// The secret that user and password were read from.
    secret: Option<Secret>,
    exchange: RwLock<Option<Arc<Exchange>>>,
    target: Target,
}

impl OpenSearch {
    /// A client. Reads the file of certificate authorities; sends nothing.
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let authorities = match settings.ca_file {
            None => None,
            Some(path) => {
                let read = std::fs::read(&path).map_err(|error| error.to_string());
                let checked = read.and_then(|pem| match Certificate::from_pem(&pem) {
                    Ok(_) => Ok(pem),
                    Err(error) => Err(error.to_string()),
                });
                Some(checked.map_err(|reason| SetupError::CaFile { path, reason })?)
            }
        };
        let (auth, signed_with) = match settings.auth {
            Auth::SigV4 { service, region, credentials } => {
                let cached = Cached::new(credentials);
                let credentials = SharedCredentialsProvider::new(cached.clone());
                (Auth::SigV4 { service, region, credentials }, Some(cached))
            }
            auth => (auth, None),
        };
        let gzip = match settings.compression {
            Compression::Gzip(level) => Some(Gzip::new(level)),
            Compression::Off => None,
        };
        Ok(Self {
            shared: Arc::new(Shared {
                endpoint: settings.endpoint,
                auth,
                signed_with,
                authorities,
                time_out: settings.time_out,
                gzip,
                gzip_works: AtomicBool::new(false),
                gzip_fails: AtomicBool::new(false),
                secret: None,
                exchange: RwLock::new(None),
                target: Target::default(),
            }),
        })
    }

    /// The same client, which reads the secret again where the cluster does not know its password any more. Not for one that has clones.
    #[must_use]
    pub(crate) fn with_secret(mut self, secret: Option<Secret>) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.secret = secret;
        }
        self
    }

    /// Where its requests go.
    pub fn endpoint(&self) -> &Endpoint {
        &self.shared.endpoint
    }

    /// Whether it is a collection of OpenSearch Serverless, as far as signed requests tell.
    pub(crate) fn is_collection(&self) -> bool {
        matches!(self.shared.auth, Auth::SigV4 { service: Service::Aoss, .. })
    }

    /// What was learned of the cluster by sending to it.
    pub(crate) fn target(&self) -> &Target {
        &self.shared.target
    }

    /// Sends one bulk request of NDJSON, and gives the answer cut down to what [`crate::deliver::bulk::judge`] needs.
    /// Takes no longer than to `end` nor than the time-out of the settings.
    pub async fn bulk(&self, body: &[u8], end: Option<Instant>) -> Result<Answer, SendError> {
        self.bulk_by(None, false, body, end).await
    }

    /// The same, with the index of all documents in the address, where one is given; with `require_alias` their indices have to be aliases.
    pub(crate) async fn bulk_by(
        &self,
        index: Option<&str>,
        require_alias: bool,
        body: &[u8],
        end: Option<Instant>,
    ) -> Result<Answer, SendError> {
        let shared = &self.shared;
        let path = &bulk_path(index);
        let query: &[_] = if require_alias { &[FILTER, REQUIRE_ALIAS] } else { &[FILTER] };
        let as_it_is = async || self.send(Method::Post, path, ndjson(), Some(query), body, end).await;
        let Some(gzip) = shared.gzip.as_ref().filter(|_| !shared.gzip_fails.load(Relaxed)) else {
            return as_it_is().await;
        };
        let mut headers = ndjson();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        let answer = self.send(Method::Post, path, headers, Some(query), &gzip.compress(body), end).await?;
        match answer.status {
            200..=299 => shared.gzip_works.store(true, Relaxed),
            400 | 415 if !shared.gzip_works.load(Relaxed) => {
                let plain = as_it_is().await?;
                if (200..=299).contains(&plain.status) {
                    tracing::warn!(endpoint = %shared.endpoint, status = answer.status,
                        "the endpoint cannot read gzip; bodies are sent as they are from now on");
                    shared.gzip_fails.store(true, Relaxed);
                }
                return Ok(plain);
            }
            _ => {}
        }
        Ok(answer)
    }

    /// A small bulk request, whose whole answer is wanted.
    pub(super) async fn bulk_in_full(
        &self,
        index: Option<&str>,
        body: &[u8],
        end: Instant,
    ) -> Result<Answer, SendError> {
        self.send(Method::Post, &bulk_path(index), ndjson(), None, body, Some(end)).await
    }

    /// Installs a composable index template (`PUT /_index_template/NAME`).
    pub async fn put_index_template(&self, name: &str, template: &Value) -> Result<(), ApiError> {
        self.put(&format!("_index_template/{name}"), template).await
    }

    /// Gets the JSON at a path, as `_cluster/health`.
    pub async fn get(&self, path: &str) -> Result<Value, ApiError> {
        Ok(self.call(Method::Get, path, &[]).await?.json())
    }

    /// Posts nothing to a path, as `_index_template/_simulate_index/NAME`, and gives the answer.
    pub(super) async fn post(&self, path: &str) -> Result<Value, ApiError> {
        Ok(self.call(Method::Post, path, &[]).await?.json())
    }

    /// Posts a question in JSON to a path, as `_mget`, and gives the answer.
    pub async fn ask(&self, path: &str, question: &Value) -> Result<Value, ApiError> {
        Ok(self.call(Method::Post, path, question.to_string().as_bytes()).await?.json())
    }

    /// Puts JSON to a path, as the settings of an index.
    pub(super) async fn put(&self, path: &str, body: &Value) -> Result<(), ApiError> {
        self.call(Method::Put, path, body.to_string().as_bytes()).await.map(drop)
    }

    async fn call(&self, method: Method, path: &str, body: &[u8]) -> Result<Answer, ApiError> {
        let answer = self.send(method, path, HeaderMap::new(), None, body, None).await?;
        if (200..=299).contains(&answer.status) {
            return Ok(answer);
        }
        Err(ApiError::Refused {
            endpoint: self.shared.endpoint.to_string(),
            path: path.to_owned(),
            fault: whole_fault(answer.status, &answer.body),
        })
    }

    /// Sends a request. Takes no longer than to `end` nor than the time-out of the settings.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        query: Option<&[(&str, &str)]>,
        body: &[u8],
        end: Option<Instant>,
    ) -> Result<Answer, SendError> {
        let shared = &self.shared;
        let latest = Instant::now() + shared.time_out;
        let end = end.map_or(latest, |end| end.min(latest));
        let sending = async {
            // Looked up here for an error of their own.
            if let Auth::SigV4 { credentials, .. } = &shared.auth {
                credentials.provide_credentials().await.map_err(|error| SendError::credentials(&error))?;
            }
            let exchange = self.exchange().await?;
            let mut response = exchange.send(method, path, headers.clone(), query, body, end).await?;
            if response.status_code().as_u16() == 401
                && let Some(exchange) = self.with_rotated_password(&exchange).await?
            {
                response = exchange.send(method, path, headers, query, body, end).await?;
            }
            let status = response.status_code().as_u16();
            if let (401 | 403, Some(credentials)) = (status, &shared.signed_with) {
                credentials.forget().await;
            }
            let retry_after = response.headers().get(RETRY_AFTER).and_then(retry_after);
            if let Some(length) = response.content_length().filter(|length| *length > LARGEST_ANSWER) {
                return Err(SendError::too_large(&shared.endpoint, length));
            }
            let answer =
                response.bytes().await.map_err(|error| SendError::no_answer(&shared.endpoint, &error))?;
            Ok(Answer { status, body: answer.into(), retry_after })
        };
        match tokio::time::timeout_at(end.into(), sending).await {
            Ok(answer) => answer,
            Err(_) => Err(SendError::timed_out(&shared.endpoint)),
        }
    }

    /// The connections to the endpoint, which are set up with the first request.
    async fn exchange(&self) -> Result<Arc<Exchange>, SendError> {
        if let Some(exchange) = &*self.shared.exchange.read().await {
            return Ok(Arc::clone(exchange));
        }
        let mut held = self.shared.exchange.write().await;
        match &*held {
            Some(exchange) => Ok(Arc::clone(exchange)),
            None => Ok(Arc::clone(held.insert(self.connected(self.shared.auth.clone())?))),
        }
    }

    fn connected(&self, auth: Auth) -> Result<Arc<Exchange>, SendError> {
        let Shared { endpoint, authorities, .. } = &*self.shared;
        Ok(Arc::new(Exchange::new(endpoint, authorities.as_deref(), auth)?))
    }

    /// Connections with the password that the secret holds by now, where that is another one than `refused` has.
    async fn with_rotated_password(&self, refused: &Exchange) -> Result<Option<Arc<Exchange>>, SendError> {
        let Some(secret) = &self.shared.secret else { return Ok(None) };
        let (user, password) = match secret.read().await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "the cluster refuses the password, and the secret cannot be read again");
                return Ok(None);
            }
        };
        if refused.is_signed_in_with(&user, &password) {
            return Ok(None);
        }
        tracing::info!("the cluster refused the password, and the secret has another one by now");
        let exchange = self.connected(Auth::Basic { user, password })?;
        Ok(Some(Arc::clone(self.shared.exchange.write().await.insert(exchange))))
    }
}

/// The path of bulk requests, with the index of all their documents, where there is one.
fn bulk_path(index: Option<&str>) -> String {
    index.map_or_else(|| "_bulk".to_owned(), |index| format!("{}/_bulk", in_path(index)))
}

/// An index name as a part of a path.
pub(crate) fn in_path(index: &str) -> PercentEncode<'_> {
    /// Letters, digits, and what names of indices have beside them.
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
    utf8_percent_encode(index, ENCODED)
}

fn ndjson() -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"))])
}

/// The pause that `Retry-After` asks for, as seconds or as a date. Other values, and dates that are over, ask for none.
fn retry_after(value: &HeaderValue) -> Option<Duration> {
    let value = value.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Duration::try_from(date.duration_since(Timestamp::now())).ok()
}
