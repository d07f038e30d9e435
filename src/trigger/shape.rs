//! What an event is: a wrapper around another one, or something that S3 said.
//!
//! Each shape is recognized by keys that only it has, never by the size, the order or the version of an event.

use serde_json::Value;

use super::{Error, JsonPath, Message, SkipReason, eventbridge, notification};
use crate::bytes::slice::cut;

/// How many wrappers may stand around each other. Those that AWS makes are four: a failure destination around
/// SQS around SNS around S3.
pub(super) const MAX_WRAPPERS: usize = 8;

/// How much of a foreign event an error text may quote.
const MAX_KEYS: usize = 12;
const MAX_KEY_CHARS: usize = 40;

/// Tells if a record of an event is an SQS message.
pub(crate) fn is_sqs_message(record: &Value) -> bool {
    record.get("eventSource").and_then(Value::as_str) == Some("aws:sqs")
        || (record.get("body").is_some() && record.get("messageId").is_some())
}

/// Reads a value of any known shape into the message that it came with. So many wrappers may stand around what is inside of it.
pub(crate) fn read(value: &Value, place: &JsonPath<'_>, wrappers_left: usize, message: &mut Message) {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    if let Some(Value::Array(records)) = value.get("Records") {
        if records.is_empty() {
            return message.skip(SkipReason::EmptyMessage, place.to_string());
        }
        let Some(wrappers_left) = wrappers_left.checked_sub(1) else {
            return message.errors.push(Error::TooDeep { place: place.to_string() });
        };
        let list = JsonPath::Member(place, "Records");
        for (index, record) in records.iter().enumerate() {
            read(record, &JsonPath::Element(&list, index), wrappers_left, message);
        }
    } else if let Some((name, inner)) = wrapped(value) {
        read_wrapped(inner, &JsonPath::Member(place, name), wrappers_left, message);
    } else if value.get("s3").is_some_and(Value::is_object) {
        notification::read(value, place, message);
    } else if text("Event") == Some("s3:TestEvent") {
        let bucket = text("Bucket").unwrap_or("an unnamed bucket");
        message.skip(SkipReason::TestEvent, format!("s3:TestEvent {bucket}"));
    } else if let Some(detail) = value.get("detail").filter(|detail| names_object(detail)) {
        eventbridge::read(value, detail, place, message);
    } else if is_empty(value) && !matches!(place, JsonPath::Event) {
        // Someone tried their way to the queue; as an event of its own it is a mistake that someone waits to hear of.
        message.skip(SkipReason::EmptyMessage, place.to_string());
    } else {
        message.errors.push(Error::UnknownShape(format!("{place} is {}", describe(value))));
    }
}

/// The event inside of a wrapper, and what the wrapper calls it. It stands before what S3 says, because only wrappers have these names.
fn wrapped(value: &Value) -> Option<(&'static str, &Value)> {
    // SNS as a trigger; then what it hands to SQS, where a subscription has no raw delivery.
    let is_sns =
        value.get("TopicArn").is_some() || value.get("Type").and_then(Value::as_str) == Some("Notification");
    // SQS, and with it the dead-letter queue of an asynchronous invocation, whose body is the event itself; and the failure
    // destination of an asynchronous invocation: a queue or topic, and an event bus.
    let wrappers = [
        ("/Sns/Message", "Sns.Message", true),
        ("/Message", "Message", is_sns),
        ("/body", "body", true),
        ("/requestPayload", "requestPayload", true),
        ("/detail/requestPayload", "detail.requestPayload", true),
    ];
    let inner = |(pointer, name, _)| Some((name, value.pointer(pointer)?));
    wrappers.into_iter().filter(|(_, _, is_known)| *is_known).find_map(inner)
}

fn read_wrapped(inner: &Value, place: &JsonPath<'_>, wrappers_left: usize, message: &mut Message) {
    let Some(wrappers_left) = wrappers_left.checked_sub(1) else {
        return message.errors.push(Error::TooDeep { place: place.to_string() });
    };
    let Value::String(text) = inner else { return read(inner, place, wrappers_left, message) };
    if text.trim().is_empty() {
        return message.skip(SkipReason::EmptyMessage, place.to_string());
    }
    match serde_json::from_str(text) {
        Ok(inner) => read(&inner, place, wrappers_left, message),
        Err(error) => {
            message.errors.push(Error::NotJson { place: place.to_string(), reason: error.to_string() });
        }
    }
}

/// Whether what S3 tells EventBridge is of an object.
fn names_object(detail: &Value) -> bool {
    detail.get("bucket").is_some() && detail.get("object").is_some()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(object) => object.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// A value in a few words: the keys of an object, never what stands under them.
fn describe(value: &Value) -> String {
    let Value::Object(object) = value else {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) | Value::Object(_) => "a list",
        };
        return kind.to_owned();
    };
    if object.is_empty() {
        return "an object without keys".to_owned();
    }
    let quoted = |key: &String| cut(key, MAX_KEY_CHARS).chars().flat_map(char::escape_debug).collect();
    let keys: Vec<String> = object.keys().take(MAX_KEYS).map(quoted).collect();
    let mut text = format!("an object with the keys {}", keys.join(", "));
    if object.len() > MAX_KEYS {
        text.push_str(&format!(" and {} more", object.len() - MAX_KEYS));
    }
    text
}
