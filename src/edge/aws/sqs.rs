//! A queue of SQS. The function only sends messages: Lambda receives and deletes them for it. `redrive` and `backfill` use the rest.

use std::time::{Duration, Instant};

use aws_config::Region;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use aws_types::SdkConfig;

use super::http;
use super::short;
use crate::bytes::safe::error_chain;

/// The longest that sending one message may take, tries included.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait for a message to come, in seconds.
const WAIT: i32 = 2;
/// Messages that go in one request at most.
pub const MOST_AT_ONCE: usize = 10;

const SEND: &str = "sqs:SendMessage";

/// A queue. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

/// A message that was received.
#[derive(Clone, Debug)]
pub struct Received {
    /// The message's id, which is the same each time it is received.
    pub id: String,
    /// The body.
    pub body: String,
    /// The handle of this receipt.
    pub(crate) handle: String,
}

/// Why a request to a queue failed.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    #[error("`{0}` is not the URL of a queue: expected https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")]
    Url(String),
    #[error("queue {url}: access denied: {reason}; allow {permission} on it to the role that runs this")]
    AccessDenied { url: String, permission: &'static str, reason: String },
    #[error("queue {url}: {reason}")]
    Other { url: String, reason: String },
}

impl Queue {
    /// The queue of a URL, in the region of its host name, or else in that of `aws`. Sends no request.
    ///
    /// # Errors
    ///
    /// Not the URL of a queue.
    pub fn new(aws: &SdkConfig, url: &str) -> Result<Self, QueueError> {
        let wrong = || QueueError::Url(url.to_owned());
        let address =
            url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or_else(wrong)?;
        let (host, path) = address.split_once('/').ok_or_else(wrong)?;
        if host.is_empty() || path.is_empty() || url.contains(char::is_whitespace) {
            return Err(wrong());
        }
        let mut config =
            aws_sdk_sqs::config::Builder::from(aws).timeout_config(http::each_within(http::ATTEMPT));
        if let Some(region) = region_of_host(host) {
            config.set_region(Some(Region::new(region.to_owned())));
        }
        Ok(Self { client: Client::from_conf(config.build()), url: url.to_owned() })
    }

    /// The queue of an ARN, `arn:aws:sqs:REGION:ACCOUNT:NAME`.
    ///
    /// # Errors
    ///
    /// The ARN is none of a queue.
    pub(crate) fn of_arn(aws: &SdkConfig, arn: &str) -> Result<Self, QueueError> {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", partition, "sqs", region, account, name] = parts.as_slice() else {
            return Err(QueueError::Url(arn.to_owned()));
        };
        let china = if partition.starts_with("aws-cn") { ".cn" } else { "" };
        Self::new(aws, &format!("https://sqs.{region}.amazonaws.com{china}/{account}/{name}"))
    }

    /// Sends a message, and waits for the answer no longer than until `end`.
    ///
    /// # Errors
    ///
    /// The message may not be in the queue. It can be there all the same, if only the answer was lost.
    pub async fn send(&self, body: &str, end: Option<Instant>) -> Result<(), QueueError> {
        let left = end.map_or(PATIENCE, |end| end.saturating_duration_since(Instant::now()).min(PATIENCE));
        let request = self.client.send_message().queue_url(&self.url).message_body(body);
        match tokio::time::timeout(left, request.send()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.classify(SEND, &error)),
            Err(_) => Err(self.other("no answer in time".to_owned())),
        }
    }

    /// Sends up to [`MOST_AT_ONCE`] messages in one request; gives the numbers of those of which the queue does not say that it took them,
    /// each with its reason.
    ///
    /// # Errors
    ///
    /// None is known to be in the queue.
    pub async fn send_batch(&self, bodies: &[String]) -> Result<Vec<(usize, String)>, QueueError> {
        let mut request = self.client.send_message_batch().queue_url(&self.url);
        for (number, body) in bodies.iter().enumerate() {
            let entry =
                SendMessageBatchRequestEntry::builder().id(number.to_string()).message_body(body).build();
            request = request.entries(entry.map_err(|error| self.other(error.to_string()))?);
        }
        let sent = request.send().await.map_err(|error| self.classify(SEND, &error))?;
        let is_taken = |id: &String| sent.successful().iter().any(|taken| taken.id() == id);
        let reason = |id: String| {
            let failed = sent.failed().iter().find(|failed| failed.id() == id);
            let reason = failed.map(|failed| failed.message().unwrap_or_else(|| failed.code()));
            reason.unwrap_or("its answer does not name the message").to_owned()
        };
        let not_taken = (0..bodies.len()).filter(|number| !is_taken(&number.to_string()));
        Ok(not_taken.map(|number| (number, reason(number.to_string()))).collect())
    }

    /// Receives a message, and hides it from others for as long as `hidden`. Gives `None` if no message comes within two seconds.
    ///
    /// # Errors
    ///
    /// The queue gives none.
    pub async fn receive(&self, hidden: Duration) -> Result<Option<Received>, QueueError> {
        let request = self.client.receive_message().queue_url(&self.url).max_number_of_messages(1);
        let request = request.wait_time_seconds(WAIT).visibility_timeout(seconds(hidden));
        let received = request.send().await.map_err(|error| self.classify("sqs:ReceiveMessage", &error))?;
        Ok(received.messages().first().map(|message| Received {
            // Messages without an id must not be taken for one.
            id: message.message_id().or(message.receipt_handle()).unwrap_or_default().to_owned(),
            body: message.body().unwrap_or_default().to_owned(),
            handle: message.receipt_handle().unwrap_or_default().to_owned(),
        }))
    }

    /// Hides the message of a receipt handle from others for as long as `hidden`, from now on; zero shows it again.
    ///
    /// # Errors
    ///
    /// The message comes again at its old time.
    pub(crate) async fn hide(&self, handle: &str, hidden: Duration) -> Result<(), QueueError> {
        let request = self.client.change_message_visibility().queue_url(&self.url);
        let request = request.receipt_handle(handle).visibility_timeout(seconds(hidden));
        let done = request.send().await;
        done.map(drop).map_err(|error| self.classify("sqs:ChangeMessageVisibility", &error))
    }

    /// Deletes a message.
    ///
    /// # Errors
    ///
    /// The message comes again.
    pub async fn delete(&self, message: &Received) -> Result<(), QueueError> {
        let request = self.client.delete_message().queue_url(&self.url).receipt_handle(&message.handle);
        request.send().await.map(drop).map_err(|error| self.classify("sqs:DeleteMessage", &error))
    }

    /// An error of the queue.
    pub(crate) fn other(&self, reason: String) -> QueueError {
        QueueError::Other { url: self.url.clone(), reason }
    }

    fn classify<E>(&self, permission: &'static str, error: &SdkError<E>) -> QueueError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let url = self.url.clone();
        let code = error.code().unwrap_or_default();
        if code.contains("AccessDenied") {
            let reason = error.message().unwrap_or(code).to_owned();
            return QueueError::AccessDenied { url, permission, reason };
        }
        let words = error.message().map(|message| format!("{code}: {message}"));
        QueueError::Other { url, reason: short(words.unwrap_or_else(|| error_chain(error))) }
    }
}

fn seconds(time: Duration) -> i32 {
    i32::try_from(time.as_secs()).unwrap_or(i32::MAX)
}

/// `sqs.REGION.amazonaws.com`, with or without a port; China's hosts end in `.com.cn`.
fn region_of_host(host: &str) -> Option<&str> {
    let host = host.split(':').next()?;
    let rest = host.strip_prefix("sqs.")?;
    rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))
}
