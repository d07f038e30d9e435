//! The message that hands the rest of an object over to another invocation.
//!
//! It is a record of an S3 notification with a range of lines, in the shape that the Python loader writes, so that each loader can go
//! on where the other stopped. Only the hop count is ours, and what no S3 notification has: the account and the other reading of a key,
//! which EventBridge's events give.

use serde_json::{Map, Value, json};

use super::object_ref::{LineRange, ObjectRef};

/// How often an object may be handed over. Lambda itself stops a chain of invocations through a queue after about sixteen, and sends
/// the message to the dead-letter queue without a line in this function's log.
pub const MAX_HOPS: u64 = 15;

/// Why an object is not handed over once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the object has been handed over {MAX_HOPS} times and is still not done; give the function more memory or time, \
     or load the object with the command line"
)]
pub struct TooManyHops;

impl ObjectRef {
    /// The body of a message that has another invocation load this object from line `start` on, as far as this one
    /// should have.
    ///
    /// # Errors
    ///
    /// It has been handed over too often.
    pub fn continuation(&self, start: u64) -> Result<Value, TooManyHops> {
        let hops = self.hops + 1;
        if hops > MAX_HOPS {
            return Err(TooManyHops);
        }
        let end = self.lines.and_then(|LineRange { end, .. }| end).unwrap_or(0);
        let mut message = self.record();
        let mut siem = known([
            ("account", self.account.as_deref().map(Value::from)),
            ("key_if_missing", self.key_if_missing.as_ref().map(|key| Value::from(key.to_form_encoded()))),
        ]);
        siem.extend(known([
            ("start_number", Some(Value::from(start))),
            ("end_number", Some(Value::from(end))),
            ("hops", Some(Value::from(hops))),
        ]));
        message.insert("siem".to_owned(), Value::Object(siem));
        Ok(Value::Object(message))
    }

    /// The object as an event of S3 names it (`ObjectCreated:Put`).
    pub fn notification(&self) -> Value {
        let mut record = self.record();
        for (name, value) in
            [("eventVersion", "2.1"), ("eventSource", "aws:s3"), ("eventName", "ObjectCreated:Put")]
        {
            record.insert(name.to_owned(), json!(value));
        }
        json!({ "Records": [record] })
    }

    /// The core of a record of an S3 notification: what is known of the object.
    fn record(&self) -> Map<String, Value> {
        let mut object = known([
            ("size", self.size.map(Value::from)),
            ("eTag", self.etag.as_deref().map(Value::from)),
            ("versionId", self.version_id.as_deref().map(Value::from)),
            ("sequencer", self.sequencer.as_deref().map(Value::from)),
        ]);
        object.insert("key".to_owned(), json!(self.key.to_form_encoded()));
        let mut record = known([
            ("awsRegion", self.region.as_deref().map(Value::from)),
            ("eventTime", self.event_time.map(|time| Value::from(time.to_string()))),
        ]);
        record.insert("s3".to_owned(), json!({"bucket": {"name": self.bucket}, "object": object}));
        record
    }
}

fn known<const N: usize>(facts: [(&str, Option<Value>); N]) -> Map<String, Value> {
    facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
