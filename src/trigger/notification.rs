//! One record of an S3 notification ("Event message structure" in the S3 user guide, version 2.x), or a continuation
//! message, which is its core with a range of lines.
//!
//! Only bucket and key are needed: hand-made events and continuations have nothing else.

use serde_json::Value;

use super::object_ref::{LineRange, ObjectRef};
use super::{Error, JsonPath, Message, ObjectKey, SkipReason};

/// Reads a record into the message that it came with.
pub(crate) fn read(record: &Value, place: &JsonPath<'_>, message: &mut Message) {
    let name = record.get("eventName").and_then(Value::as_str);
    keep_or_skip(object(record, place), name.filter(|name| !is_created(name)), message);
}

/// Adds an object to the message, unless its event is another than a creation or there is nothing in it.
pub(crate) fn keep_or_skip(
    object: Result<ObjectRef, Error>,
    other_event: Option<&str>,
    message: &mut Message,
) {
    let object = match object {
        Ok(object) => object,
        Err(error) => return message.errors.push(error),
    };
    let what = || format!("{}/{}", object.bucket, object.key);
    match other_event {
        Some(name) => {
            let name: String = name.chars().take(80).flat_map(char::escape_debug).collect();
            message.skip(SkipReason::NotCreated, format!("{name} {}", what()));
        }
        None if object.key.as_str().ends_with('/') => message.skip(SkipReason::FolderKey, what()),
        None if object.size == Some(0) => message.skip(SkipReason::EmptyObject, what()),
        None => message.objects.push(object),
    }
}

/// A text that is there and not empty.
pub(crate) fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// An ETag without the quotes that HTTP has around it.
pub(crate) fn etag(value: &Value, pointer: &str) -> Option<String> {
    text(value, pointer).map(|etag| etag.trim_matches('"').to_owned())
}

/// A time of the ISO 8601 form that AWS writes.
pub(crate) fn time(value: &Value, pointer: &str) -> Option<jiff::Timestamp> {
    value.pointer(pointer)?.as_str()?.parse().ok()
}

/// A field without which there is nothing to load.
pub(crate) fn needed<T>(
    found: Option<T>,
    place: &JsonPath<'_>,
    field: &'static str,
    expected: &'static str,
) -> Result<T, Error> {
    found.ok_or_else(|| Error::Field { place: place.to_string(), field, expected })
}

fn object(record: &Value, place: &JsonPath<'_>) -> Result<ObjectRef, Error> {
    let key = needed(text(record, "/s3/object/key"), place, "s3.object.key", "a key")?;
    let bucket = needed(text(record, "/s3/bucket/name"), place, "s3.bucket.name", "a bucket's name")?;
    Ok(ObjectRef {
        key_if_missing: text(record, "/siem/key_if_missing").map(|key| ObjectKey::from_form_encoded(&key)),
        // A notification names no account: its principals have ids that are not account numbers.
        account: text(record, "/siem/account"),
        version_id: text(record, "/s3/object/versionId"),
        size: record.pointer("/s3/object/size").and_then(Value::as_u64),
        etag: etag(record, "/s3/object/eTag"),
        sequencer: text(record, "/s3/object/sequencer"),
        event_time: time(record, "/eventTime"),
        region: text(record, "/awsRegion"),
        lines: lines(record, place)?,
        hops: record.pointer("/siem/hops").and_then(Value::as_u64).unwrap_or(0),
        ..ObjectRef::new(bucket, ObjectKey::from_form_encoded(&key))
    })
}

/// S3 writes `ObjectCreated:Put`; the notification's configuration, and tools that follow it, `s3:ObjectCreated:Put`.
fn is_created(name: &str) -> bool {
    name.strip_prefix("s3:").unwrap_or(name).starts_with("ObjectCreated:")
}

fn lines(record: &Value, place: &JsonPath<'_>) -> Result<Option<LineRange>, Error> {
    let Some(siem) = record.get("siem") else { return Ok(None) };
    let number = |field: &'static str, name: &str| match siem.get(name) {
        None | Some(Value::Null) => Ok(0),
        Some(number) => needed(number.as_u64(), place, field, "a line number"),
    };
    let start = number("siem.start_number", "start_number")?;
    let end = number("siem.end_number", "end_number")?;
    if start == 0 {
        return Ok(None);
    }
    let end = (end > 0).then_some(end);
    needed(
        end.is_none_or(|end| start <= end).then_some(Some(LineRange { start, end })),
        place,
        "siem.end_number",
        "at or behind start_number",
    )
}
