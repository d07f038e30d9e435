//! The message that hands the rest of an object over to another invocation.
//!
//! It is a record of an S3 notification with a range of lines, in the shape that the Python loader writes, so that each loader can go
//! on where the other stopped. Only the hop count is ours.

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
        let mut object = Map::new();
        object.insert("key".to_owned(), json!(self.key.to_form_encoded()));
        let facts = [
            ("size", self.size.map(Value::from)),
            ("eTag", self.etag.as_deref().map(Value::from)),
            ("versionId", self.version_id.as_deref().map(Value::from)),
            ("sequencer", self.sequencer.as_deref().map(Value::from)),
        ];
        object.extend(facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        let mut message = json!({
            "siem": {"start_number": start, "end_number": end, "hops": hops},
            "s3": {"bucket": {"name": self.bucket}, "object": object},
        });
        let facts = [
            ("awsRegion", self.region.as_deref().map(Value::from)),
            ("eventTime", self.event_time.map(|time| Value::from(time.to_string()))),
        ];
        for (name, value) in facts {
            if let (Some(message), Some(value)) = (message.as_object_mut(), value) {
                message.insert(name.to_owned(), value);
            }
        }
        Ok(message)
    }
}
