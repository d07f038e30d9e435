//! The queue that takes what an invocation has no time for.
//!
//! Sends messages, and nothing else: Lambda receives and deletes them. Does not know what is in a message.

use std::time::{Duration, Instant};

use aws_config::Region;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_types::SdkConfig;

/// The longest that sending one message may take, tries included.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of the SDK's explanation that are kept.
const LONGEST_REASON: usize = 300;

/// A queue. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

/// Why a message could not be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// The address is none.
    #[error("`{0}` is not the URL of a queue: expected https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")]
    Url(String),
    /// We may not.
    #[error("queue {url}: access denied: {reason}; allow sqs:SendMessage on it to the role that runs this")]
    AccessDenied {
        /// The queue.
        url: String,
        /// SQS's words, which name the role.
        reason: String,
    },
    /// Anything else.
    #[error("queue {url}: {reason}")]
    Other {
        /// The queue.
        url: String,
        /// The whole chain of causes.
        reason: String,
    },
}

impl Queue {
    /// The queue of a URL, in the region that its host name tells, or else in that of `aws`. Asks no one.
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
        let mut config = aws_sdk_sqs::config::Builder::from(aws);
        if let Some(region) = region_of_host(host) {
            config.set_region(Some(Region::new(region.to_owned())));
        }
        Ok(Self { client: Client::from_conf(config.build()), url: url.to_owned() })
    }

    /// Sends a message, as long as it can be there by `end`.
    ///
    /// # Errors
    ///
    /// It is not known to be in the queue. It may be there all the same, where only the answer was lost.
    pub async fn send(&self, body: &str, end: Option<Instant>) -> Result<(), QueueError> {
        let left = end.map_or(PATIENCE, |end| end.saturating_duration_since(Instant::now()).min(PATIENCE));
        let request = self.client.send_message().queue_url(&self.url).message_body(body);
        match tokio::time::timeout(left, request.send()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.classify(&error)),
            Err(_) => {
                Err(QueueError::Other { url: self.url.clone(), reason: "no answer in time".to_owned() })
            }
        }
    }

    fn classify<E>(&self, error: &SdkError<E>) -> QueueError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let url = self.url.clone();
        let code = error.code().unwrap_or_default();
        if code.contains("AccessDenied") {
            let reason = error.message().unwrap_or(code).to_owned();
            return QueueError::AccessDenied { url, reason };
        }
        let mut reason = match error.message() {
            Some(message) => format!("{code}: {message}"),
            None => DisplayErrorContext(error).to_string(),
        };
        reason.truncate(reason.floor_char_boundary(LONGEST_REASON));
        QueueError::Other { url, reason }
    }
}

/// `sqs.REGION.amazonaws.com`, with or without a port; China's hosts end in `.com.cn`.
fn region_of_host(host: &str) -> Option<&str> {
    let host = host.split(':').next()?;
    let rest = host.strip_prefix("sqs.")?;
    rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))
}
