//! The object that a notification names.

use std::fmt;

use super::key::ObjectKey;

/// Which lines of an object: a continuation names a part of it.
///
/// In a message they are `siem.start_number` and `siem.end_number`, as the Python loader writes them: counted
/// from 1, both ends inclusive. A start of 0 means the whole object (that loader's default), and then the end
/// means nothing; an end of 0, null or none means to the end. That loader counts JSON values, which is the
/// same as lines for fluentd's one object a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRange {
    /// First line, counted from 1.
    pub start: u64,
    /// Last line; nothing means to the end.
    pub end: Option<u64>,
}

/// One object to load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// How often it has been handed over from one invocation to the next.
    pub hops: u64,
}

/// `s3://BUCKET/KEY`
impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

impl ObjectRef {
    /// An object of which nothing more is known.
    pub fn new(bucket: impl Into<String>, key: ObjectKey) -> Self {
        Self { bucket: bucket.into(), key, ..Self::default() }
    }
}
