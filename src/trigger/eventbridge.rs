//! S3's events for EventBridge ("EventBridge event message structure" in the S3 user guide).
//!
//! Their keys are not encoded. Other senders sometimes encode them, so the decoded form of a key is tried if the key does not exist.

use serde_json::Value;

use super::notification::{etag, keep_or_skip, needed, text, time};
use super::object_ref::ObjectRef;
use super::{Error, JsonPath, Message, ObjectKey};

/// Reads an event, whose `detail` names bucket and object, into the message that it came with.
pub(crate) fn read(event: &Value, detail: &Value, place: &JsonPath<'_>, message: &mut Message) {
    let name = event.get("detail-type").and_then(Value::as_str);
    keep_or_skip(object(event, detail, place), name.filter(|name| *name != "Object Created"), message);
}

fn object(event: &Value, detail: &Value, place: &JsonPath<'_>) -> Result<ObjectRef, Error> {
    let key = needed(text(detail, "/object/key"), place, "detail.object.key", "a key")?;
    let decoded = ObjectKey::from_form_encoded(&key);
    let bucket = needed(text(detail, "/bucket/name"), place, "detail.bucket.name", "a bucket's name")?;
    Ok(ObjectRef {
        key_if_missing: (decoded.as_str() != key).then_some(decoded),
        version_id: text(detail, "/object/version-id"),
        size: detail.pointer("/object/size").and_then(Value::as_u64),
        etag: etag(detail, "/object/etag"),
        sequencer: text(detail, "/object/sequencer"),
        event_time: time(event, "/time"),
        region: text(event, "/region"),
        account: text(event, "/account"),
        ..ObjectRef::new(bucket, ObjectKey::from_raw(key))
    })
}
