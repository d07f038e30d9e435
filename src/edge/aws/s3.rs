//! The S3 client: it gives objects as blocking readers, lists them and deletes them.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ErrorMetadata, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::Object;
use aws_types::SdkConfig;
use tokio::sync::mpsc;

use super::channel::ChannelReader;
use super::roles::{BucketRole, Buckets};
use super::{http, short};
use crate::bytes::safe::error_chain;
use crate::local::open_object::{Facts, NOT_WANTED, OpenObject};
use crate::trigger::ObjectKey;
use crate::trigger::object_ref::ObjectRef;

/// Pieces of an object that wait for the reading thread; a piece is what the network gives at once.
const PIECES: usize = 8;
/// Tries in a row, without a byte between them, to go on reading an object whose connection broke.
const RESUMES: u32 = 3;
/// The least time for an attempt to begin reading an object.
const SHORTEST_ATTEMPT: Duration = Duration::from_secs(3);

/// What the text of an error begins with by which a reader says that the bytes do not have the checksum that S3 has for them.
pub(crate) const DAMAGED_ON_THE_WAY: &str = "damaged on the way";

/// Why a request to S3 failed.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum S3Error {
    /// There is no such object: another try does not help.
    #[error("{what}: not found ({code})")]
    NotFound { what: String, code: String },
    #[error("{what}: access denied: {reason}; allow {permission} to {identity}{hint}")]
    AccessDenied { what: String, reason: String, permission: &'static str, identity: String, hint: String },
    /// It is archived: someone has to restore it first.
    #[error("{what}: archived ({reason}); restore the object, then load it again")]
    Archived { what: String, reason: String },
    /// Anything else: another try can help.
    #[error("{what}: {reason}")]
    Other { what: String, reason: String },
}

impl S3Error {
    /// Whether the bucket does not exist, and with it no other key either.
    pub fn is_about_bucket(&self) -> bool {
        matches!(self, Self::NotFound { code, .. } if code == "NoSuchBucket")
    }
}

/// An S3 client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct S3 {
    own: Reader,
    /// The clients that read some buckets with another role.
    others: Arc<[(Buckets, Reader)]>,
}

/// A client with one identity.
#[derive(Clone, Debug)]
struct Reader {
    client: Client,
    expected_owner: Option<String>,
    /// A role or function, for the texts of errors.
    identity: Arc<str>,
}

/// An object whose first bytes are on their way.
#[derive(Debug)]
pub struct ObjectStream {
    /// The key under which it was found: `key`, or `key_if_missing`.
    pub key: ObjectKey,
    /// Size in bytes.
    pub size: Option<u64>,
    /// When it was written.
    pub last_modified: Option<jiff::Timestamp>,
    /// ETag without quotes.
    pub etag: Option<String>,
    /// Whether S3 gives a checksum of its bytes, which the SDK compares: then damage on the way shows.
    pub(crate) is_checked: bool,
    /// When its bytes are no longer wanted.
    until: Option<Instant>,
    body: ByteStream,
    again: Again,
}

/// The request for the same bytes of the same version, should the connection break.
#[derive(Debug)]
struct Again {
    request: GetObjectFluentBuilder,
    reader: Reader,
    what: String,
    permission: &'static str,
    /// Size and ETag of the first answer.
    size: Option<u64>,
    etag: Option<String>,
}

impl S3 {
    /// A client. `expected_owner` is the account that every bucket has to belong to, where that is known.
    ///
    /// An endpoint of one's own (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_S3`) gets the bucket in the path.
    pub fn new(aws: &SdkConfig, own_endpoint: bool, expected_owner: Option<String>) -> Self {
        let config = aws_sdk_s3::config::Builder::from(aws)
            .force_path_style(own_endpoint || aws.endpoint_url().is_some())
            .timeout_config(http::each_within(http::ATTEMPT))
            .build();
        // Lambda's own variable: to ask STS who we are would be one more call that can fail.
        let identity = match std::env::var("AWS_LAMBDA_FUNCTION_NAME") {
            Ok(function) => format!("the role of the function {function}"),
            Err(_) => "the identity whose credentials are used".to_owned(),
        };
        let own = Reader { client: Client::from_conf(config), expected_owner, identity: identity.into() };
        Self { own, others: Arc::default() }
    }

    /// The same client, which reads some buckets with other roles. If it checks the owners of buckets, those buckets have to belong
    /// to the accounts of the roles.
    pub async fn with_roles(self, aws: &SdkConfig, roles: Vec<BucketRole>) -> Self {
        let mut others = Vec::new();
        for role in roles {
            let config =
                self.own.client.config().to_builder().credentials_provider(role.credentials(aws).await);
            let expected_owner = self.own.expected_owner.as_ref().and(role.account());
            let identity = format!("the role {}", role.arn).into();
            let reader = Reader { client: Client::from_conf(config.build()), expected_owner, identity };
            others.push((role.buckets, reader));
        }
        Self { others: others.into(), ..self }
    }

    /// Gives the version of an object that the event names, as soon as its first bytes are there. If S3 says that there is no such
    /// key, `key_if_missing` is tried; no other answer leads to it.
    pub async fn get(&self, object: &ObjectRef) -> Result<ObjectStream, S3Error> {
        self.get_until(object, None).await
    }

    /// The same, for bytes that are wanted until a time only: each attempt takes at most a quarter of it, and the reader ends then.
    pub(crate) async fn get_until(
        &self,
        object: &ObjectRef,
        until: Option<Instant>,
    ) -> Result<ObjectStream, S3Error> {
        match (self.get_key(object, &object.key, until).await, &object.key_if_missing) {
            (Err(missing @ S3Error::NotFound { .. }), Some(other)) if !missing.is_about_bucket() => {
                match self.get_key(object, other, until).await {
                    Err(S3Error::NotFound { .. }) => Err(missing),
                    found => found,
                }
            }
            (found, _) => found,
        }
    }

    /// Lists the objects of a bucket whose keys start with `prefix`, page by page, in the order of their keys.
    pub fn list(&self, bucket: &str, prefix: &str) -> Listing {
        Listing { s3: self.clone(), bucket: bucket.to_owned(), prefix: prefix.to_owned(), next: Some(None) }
    }

    /// The region of a bucket, where S3 tells.
    pub async fn region_of(&self, bucket: &str) -> Option<String> {
        let head = self.reader(bucket).client.head_bucket().bucket(bucket).send().await;
        head.ok()?.bucket_region().map(str::to_owned)
    }

    /// Deletes an object, unless its ETag is no longer `etag`. Tells whether it was deleted.
    pub async fn delete(&self, bucket: &str, key: &str, etag: Option<&str>) -> Result<bool, S3Error> {
        let what = || format!("s3://{bucket}/{key}");
        let head = self.client().head_object().bucket(bucket).key(key).send().await;
        let found = head.map_err(|error| self.classify(what(), "s3:GetObject", &error))?;
        if etag.is_some() && found.e_tag().map(|etag| etag.trim_matches('"')) != etag {
            return Ok(false);
        }
        let deleted = self.client().delete_object().bucket(bucket).key(key).send().await;
        deleted.map(|_| true).map_err(|error| self.classify(what(), "s3:DeleteObject", &error))
    }

    /// The client of our own identity, which writes too.
    pub(crate) fn client(&self) -> &Client {
        &self.own.client
    }

    /// The meaning of an error of that client.
    pub(crate) fn classify<E>(&self, what: String, permission: &'static str, error: &SdkError<E>) -> S3Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.own.classify(what, permission, error)
    }

    fn reader(&self, bucket: &str) -> &Reader {
        let other = self.others.iter().find(|(buckets, _)| buckets.have(bucket));
        other.map_or(&self.own, |(_, reader)| reader)
    }

    async fn get_key(
        &self,
        object: &ObjectRef,
        key: &ObjectKey,
        until: Option<Instant>,
    ) -> Result<ObjectStream, S3Error> {
        let reader = self.reader(&object.bucket);
        let request = reader
            .client
            .get_object()
            .bucket(&object.bucket)
            .key(key.as_str())
            .set_version_id(object.version_id.clone())
            .set_expected_bucket_owner(reader.expected_owner.clone());
        let permission = if object.version_id.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
        let what = format!("s3://{}/{}", object.bucket, key.as_str());
        let attempt = until.map_or(http::ATTEMPT, |until| {
            (until.saturating_duration_since(Instant::now()) / 4).clamp(SHORTEST_ATTEMPT, http::ATTEMPT)
        });
        let limits = TimeoutConfig::builder().operation_attempt_timeout(attempt).build();
        let limited = aws_sdk_s3::config::Builder::new().timeout_config(limits);
        let found = request.clone().customize().config_override(limited).send().await;
        let found = found.map_err(|error| reader.classify(what.clone(), permission, &error))?;
        let is_page = |kind: &str| kind.starts_with("text/html") || kind.ends_with("/xml");
        if found.e_tag().is_none() && found.content_type().is_some_and(is_page) {
            // A proxy that wants somebody to sign in says 200 too.
            let reason = "the answer is a page, and none of S3: it has no ETag".to_owned();
            return Err(S3Error::Other { what, reason });
        }
        let request = request.set_if_match(found.e_tag().map(ToOwned::to_owned));
        let etag = found.e_tag().map(|etag| etag.trim_matches('"').to_owned());
        // What stands between S3 and us may cut the object, and tell the length of the rest or none.
        let known = object.size.filter(|_| etag.is_some() && etag == object.etag);
        let size = known.or_else(|| found.content_length().and_then(|size| u64::try_from(size).ok()));
        Ok(ObjectStream {
            key: key.clone(),
            size,
            last_modified: found.last_modified().and_then(timestamp),
            etag: etag.clone(),
            is_checked: is_checked(&found),
            until,
            again: Again { request, reader: reader.clone(), what, permission, size, etag },
            body: found.body,
        })
    }
}

impl ObjectStream {
    /// The object, open for a thread that blocks; the section `section` loads it at `now`.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime: see [`Self::into_reader`].
    pub(crate) fn into_open_object(
        self,
        object: &ObjectRef,
        section: String,
        now: jiff::Timestamp,
    ) -> OpenObject {
        let facts = Facts {
            bucket: Some(object.bucket.clone()),
            key: self.key.as_str().to_owned(),
            version: object.version_id.clone(),
            etag: self.etag.clone(),
            region: object.region.clone(),
            account: object.account.clone(),
            modified: self.last_modified.or(object.event_time),
            now,
        };
        let (name, size) = (object.to_string(), self.size);
        OpenObject { name, reader: Box::new(self.into_reader()), size, section, facts }
    }

    /// The object's bytes, for a thread that blocks: the tokio runtime in which this is called fetches them as far ahead as a small
    /// channel allows.
    ///
    /// If the connection breaks, the object is read on from the byte where it broke: S3 closes connections while deliveries wait for
    /// the cluster. A connection that falls silent counts as broken. If that does not help, the reader gives the error.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn into_reader(self) -> impl Read + Send + 'static {
        let (pieces, received) = mpsc::channel(PIECES);
        tokio::spawn(async move {
            let ObjectStream { mut body, again, until, .. } = self;
            let (mut offset, mut tries) = (0, 0);
            loop {
                let silent = Instant::now() + http::SILENCE;
                let end = until.map_or(silent, |until| until.min(silent));
                let error = match tokio::time::timeout_at(end.into(), body.try_next()).await {
                    Err(_) if end < silent => {
                        return drop(pieces.send(Err(io::Error::other(NOT_WANTED))).await);
                    }
                    Err(_) => "the connection fell silent".to_owned(),
                    Ok(Ok(None)) if again.size.is_none_or(|size| offset >= size) => return,
                    Ok(Ok(None)) => format!("the answer ends after {offset} bytes"),
                    Ok(Ok(Some(piece))) => {
                        offset += piece.len() as u64;
                        tries = 0;
                        // The reader is gone: it has seen enough.
                        if pieces.send(Ok(piece)).await.is_err() {
                            return;
                        }
                        continue;
                    }
                    Ok(Err(error)) => error_chain(&error),
                };
                // If all bytes were read, their checksum is wrong, and reading on cannot help.
                let whole = again.size.is_some_and(|size| offset >= size);
                tries += 1;
                let rest = if whole {
                    Err(io::Error::other(format!("{DAMAGED_ON_THE_WAY}: {error}")))
                } else if tries > RESUMES {
                    Err(io::Error::other(error))
                } else {
                    let rest = again.from(offset, tries);
                    match until {
                        None => rest.await,
                        Some(until) => tokio::time::timeout_at(until.into(), rest)
                            .await
                            .unwrap_or_else(|_| Err(io::Error::other(NOT_WANTED))),
                    }
                };
                match rest {
                    Ok(rest) => body = rest,
                    Err(error) => return drop(pieces.send(Err(error)).await),
                }
            }
        });
        ChannelReader::new(received)
    }
}

/// Objects, a page of up to 1,000 at a time.
#[derive(Debug)]
pub struct Listing {
    s3: S3,
    bucket: String,
    prefix: String,
    /// The token of the next page; `Some(None)` before the first, nothing after the last.
    next: Option<Option<String>>,
}

impl Listing {
    /// Gives the next page, and `None` after the last one. A page that failed can be asked for again.
    pub async fn next_page(&mut self) -> Option<Result<Vec<ObjectRef>, S3Error>> {
        let token = self.next.clone()?;
        let reader = self.s3.reader(&self.bucket);
        let request = reader.client.list_objects_v2().bucket(&self.bucket).prefix(&self.prefix);
        let request = request
            .set_continuation_token(token.clone())
            .set_expected_bucket_owner(reader.expected_owner.clone());
        let page = match request.send().await {
            Ok(page) => page,
            Err(error) => {
                let what = format!("s3://{}/{}", self.bucket, self.prefix);
                return Some(Err(reader.classify(what, "s3:ListBucket", &error)));
            }
        };
        let next = page.next_continuation_token();
        // Other stores than Amazon's may give the same page for ever, or leave out how to get the next one.
        if next.is_some() && next == token.as_deref() || next.is_none() && page.is_truncated() == Some(true) {
            let what = format!("s3://{}/{}", self.bucket, self.prefix);
            let reason = "the listing does not go on: its page names no other one behind it".to_owned();
            return Some(Err(S3Error::Other { what, reason }));
        }
        self.next = next.map(|token| Some(token.to_owned()));
        Some(Ok(page.contents().iter().filter_map(|object| reference(&self.bucket, object)).collect()))
    }
}

fn reference(bucket: &str, object: &Object) -> Option<ObjectRef> {
    Some(ObjectRef {
        size: object.size().and_then(|size| u64::try_from(size).ok()),
        etag: object.e_tag().map(|etag| etag.trim_matches('"').to_owned()),
        event_time: object.last_modified().and_then(timestamp),
        ..ObjectRef::new(bucket, ObjectKey::from_raw(object.key()?))
    })
}

/// A checksum of parts is none of the whole: the SDK does not compare it.
fn is_checked(found: &GetObjectOutput) -> bool {
    let checksums = [
        found.checksum_crc32(),
        found.checksum_crc32_c(),
        found.checksum_crc64_nvme(),
        found.checksum_sha1(),
        found.checksum_sha256(),
    ];
    checksums.iter().flatten().any(|checksum| !checksum.contains('-'))
}

impl Again {
    /// The rest of the object from a byte on.
    async fn from(&self, offset: u64, tries: u32) -> io::Result<ByteStream> {
        tokio::time::sleep(Duration::from_millis(100) * tries).await;
        let rest = self.request.clone().range(format!("bytes={offset}-")).send().await;
        let rest = rest.map_err(|error| {
            io::Error::other(self.reader.classify(self.what.clone(), self.permission, &error))
        })?;
        self.check(offset, rest.content_range(), rest.e_tag()).map_err(io::Error::other)?;
        Ok(rest.body)
    }

    /// Refuses an answer that gives other bytes than those asked for: lines would come twice, or from two objects.
    fn check(&self, offset: u64, range: Option<&str>, etag: Option<&str>) -> Result<(), String> {
        let range = match range {
            Some(range) => range,
            None if offset == 0 => return self.check_etag(etag),
            None => return Err("S3 gives no ranges of the object".to_owned()),
        };
        // RFC 9110, section 14.4: `bytes FIRST-LAST/SIZE`, where the size may be `*`.
        let parts = range.trim().strip_prefix("bytes ").and_then(|range| {
            let (bytes, size) = range.split_once('/')?;
            let (first, last) = bytes.split_once('-')?;
            Some((first.parse::<u64>().ok()?, last.parse::<u64>().ok()?, size.parse::<u64>().ok()))
        });
        let is_wanted = parts.is_some_and(|(first, last, size)| {
            let end = self.size.is_none_or(|whole| last.checked_add(1) == Some(whole));
            first == offset && end && size.zip(self.size).is_none_or(|(told, known)| told == known)
        });
        if !is_wanted {
            return Err(format!("S3 was asked for the bytes from {offset} on and gives `{range}`"));
        }
        self.check_etag(etag)
    }

    fn check_etag(&self, etag: Option<&str>) -> Result<(), String> {
        let etag = etag.map(|etag| etag.trim_matches('"'));
        match (self.etag.as_deref(), etag) {
            (Some(first), other) if other != Some(first) => Err(format!(
                "the object changed while it was read: its ETag was {first} and is {}",
                other.unwrap_or("not given")
            )),
            _ => Ok(()),
        }
    }
}

fn timestamp(time: &DateTime) -> Option<jiff::Timestamp> {
    jiff::Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

impl Reader {
    fn classify<E>(&self, what: String, permission: &'static str, error: &SdkError<E>) -> S3Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let code = error.code().unwrap_or_default();
        let reason = error.message().filter(|message| !message.is_empty()).unwrap_or(code).to_owned();
        match (status, code) {
            // Without a code something else than S3 has answered.
            (Some(404), code) if !code.is_empty() => S3Error::NotFound { what, code: code.to_owned() },
            // Only a request for the rest of an object has a condition.
            (Some(412), _) => {
                let reason = format!("the object changed while it was read (412 {code})");
                S3Error::Other { what, reason }
            }
            (Some(403), "InvalidObjectState") => S3Error::Archived { what, reason },
            // A clock that is off or a token that has just expired mends itself, or another function's try does.
            (Some(403), "RequestTimeTooSkewed" | "ExpiredToken") | (None, _) => self.other(what, error),
            (Some(403), _) => self.denied(what, reason, permission),
            _ => self.other(what, error),
        }
    }

    fn denied(&self, what: String, reason: String, permission: &'static str) -> S3Error {
        let identity = self.identity.to_string();
        if reason.to_ascii_lowercase().contains("kms") {
            let hint = " in the policy of the role and in that of the key".to_owned();
            return S3Error::AccessDenied { what, reason, permission: "kms:Decrypt", identity, hint };
        }
        let mut hint = String::new();
        if permission.starts_with("s3:GetObject") {
            hint.push_str(
                "; without s3:ListBucket on the bucket, S3 says the same of an object that is gone",
            );
        }
        if let Some(owner) = &self.expected_owner {
            hint.push_str(&format!("; the bucket has to belong to account {owner} (EXPECTED_BUCKET_OWNER)"));
        }
        S3Error::AccessDenied { what, reason, permission, identity, hint }
    }

    fn other<E>(&self, what: String, error: &SdkError<E>) -> S3Error
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let whole = DisplayErrorContext(error).to_string();
        // The SDK's own words are a page of nested names.
        let reason = if is_timeout(error) {
            "no answer in time; another try helps, unless something on the way to S3 drops packets".to_owned()
        } else if whole.contains("CredentialsNotLoaded") || whole.contains("no providers in chain") {
            "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE".to_owned()
        } else if let Some(answer) = error.raw_response() {
            let status = answer.status().as_u16();
            let words = [error.code(), error.message()].into_iter().flatten().collect::<Vec<_>>().join(": ");
            if status == 503 || error.code() == Some("SlowDown") {
                format!(
                    "S3 asks to slow down ({status} {words}); another try helps, or fewer objects at a time"
                )
            } else {
                format!("S3 answered {status} {words}").trim_end().to_owned()
            }
        } else if let Some(refusal) = refused_role(error) {
            format!("{} cannot be assumed: {refusal}", self.identity)
        } else {
            short(error_chain(error))
        };
        S3Error::Other { what, reason }
    }
}

fn is_timeout<E>(error: &SdkError<E>) -> bool {
    match error {
        SdkError::TimeoutError(_) => true,
        SdkError::DispatchFailure(failure) => failure.is_timeout(),
        _ => false,
    }
}

/// What STS said when it was asked for a role: the error that has its words stands deep among the causes.
fn refused_role(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<ErrorMetadata>() {
            let code = refusal.code().unwrap_or("no code");
            return Some(format!("{code}: {}", refusal.message().unwrap_or("no reason given")));
        }
        cause = error.source();
    }
    None
}
