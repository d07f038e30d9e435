//! What started the function: an S3 notification in any of its wrappers.
//!
//! Takes the JSON of the event, gives the objects to load, message by message, and what was skipped with its
//! reason. Does not fetch anything, and does not know sections or `s3_key`.

use serde_json::Value;

/// An S3 key, always decoded: `+` and `%XX` of a notification are undone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// A key that is not encoded: from EventBridge, from a listing, from the command line.
    pub fn from_raw(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    /// A key as S3 notifications write it: form-urlencoded.
    pub fn from_form_encoded(key: &str) -> Self {
        let _ = key;
        todo!()
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which lines of an object: a continuation names a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRange {
    /// First line, counted from 1.
    pub start: u64,
    /// Last line; nothing means to the end.
    pub end: Option<u64>,
}

/// One object to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRef {
    /// Bucket name.
    pub bucket: String,
    /// Key.
    pub key: ObjectKey,
    /// EventBridge writes keys as they are; where one looks encoded, this is the other reading, to be tried
    /// if (and only if) `key` is not there.
    pub key_if_missing: Option<ObjectKey>,
    /// The version that the event is about.
    pub version_id: Option<String>,
    /// Size in bytes.
    pub size: Option<u64>,
    /// ETag without quotes.
    pub etag: Option<String>,
    /// S3's order of events of one key.
    pub sequencer: Option<String>,
    /// When S3 took the object: `eventTime`, or EventBridge's `time`.
    pub event_time: Option<jiff::Timestamp>,
    /// Region of the bucket.
    pub region: Option<String>,
    /// Account of the bucket, where the event names it.
    pub account: Option<String>,
    /// The lines to load.
    pub lines: Option<LineRange>,
}

/// Why a notification gives no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SkipReason {
    /// `s3:TestEvent`, which S3 sends when a notification is set up.
    TestEvent,
    /// Not an `ObjectCreated` event.
    NotCreated,
    /// The key ends in `/`: a folder made by the console.
    FolderKey,
    /// The object has no bytes.
    EmptyObject,
}

/// A notification that gives no object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Why.
    pub reason: SkipReason,
    /// `bucket/key`, or the event's name: for the log.
    pub what: String,
}

/// The id of an SQS message, as `batchItemFailures` wants it back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(pub String);

/// One message: the unit that succeeds or fails as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The SQS message; nothing where the function was invoked directly.
    pub id: Option<MessageId>,
    /// Objects to load, in the order of the message.
    pub objects: Vec<ObjectRef>,
    /// What was skipped.
    pub skipped: Vec<Skipped>,
    /// What could not be understood; the other parts of the message stand all the same.
    pub errors: Vec<Error>,
}

/// One invocation of the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The messages, in order.
    pub messages: Vec<Message>,
    /// The event came from SQS: the answer names failed messages in `batchItemFailures`.
    pub from_sqs: bool,
}

/// An event that is none of the known shapes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The shape is unknown; the text names the keys that were seen.
    #[error("not an S3 notification: {0}")]
    UnknownShape(String),
}

/// Reads an invocation's event.
pub fn parse(event: &Value) -> Invocation {
    let _ = event;
    todo!()
}
