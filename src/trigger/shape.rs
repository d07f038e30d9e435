//! What an event is: a wrapper around another one, or something that S3 said.
//!
//! Each shape is recognized by keys that only it has, never by the size, the order or the version of an event.

use serde_json::Value;

use super::json_path::JsonPath;
use super::{Error, Message, SkipReason, eventbridge, notification};

/// How many wrappers may stand around each other. Those that AWS makes are four: a failure destination around
/// SQS around SNS around S3.
const MAX_WRAPPERS: usize = 8;

/// How much of a foreign event an error text may quote.
const MAX_KEYS: usize = 12;
const MAX_KEY_CHARS: usize = 40;

/// What a value is.
enum Shape<'a> {
    /// A list of records, of S3, SNS or SQS.
    Records(&'a [Value]),
    /// Something that holds another event under a name.
    Wrapper(&'static str, &'a Value),
    /// One record of an S3 notification, or a continuation.
    Notification,
    /// `s3:TestEvent`.
    TestEvent,
    /// What S3 tells EventBridge.
    EventBridge(&'a Value),
    Unknown,
}

/// Tells if a record of an event is an SQS message.
pub(crate) fn is_sqs_message(record: &Value) -> bool {
    record.get("eventSource").and_then(Value::as_str) == Some("aws:sqs")
        || (record.get("body").is_some() && record.get("messageId").is_some())
}

/// Reads a value of any known shape into the message that it came with.
pub(crate) fn read(value: &Value, place: &JsonPath<'_>, message: &mut Message) {
    read_wrapped(value, place, MAX_WRAPPERS, message);
}

fn read_wrapped(value: &Value, place: &JsonPath<'_>, wrappers_left: usize, message: &mut Message) {
    match shape(value) {
        Shape::Records(records) => {
            let Some(wrappers_left) = wrappers_left.checked_sub(1) else {
                return message.errors.push(Error::TooDeep { place: place.to_string() });
            };
            let list = place.member("Records");
            for (index, record) in records.iter().enumerate() {
                read_wrapped(record, &list.element(index), wrappers_left, message);
            }
        }
        Shape::Wrapper(name, inner) => {
            let place = place.member(name);
            let Some(wrappers_left) = wrappers_left.checked_sub(1) else {
                return message.errors.push(Error::TooDeep { place: place.to_string() });
            };
            let Value::String(text) = inner else {
                return read_wrapped(inner, &place, wrappers_left, message);
            };
            if text.trim().is_empty() {
                return message.skip(SkipReason::EmptyMessage, place.to_string());
            }
            match serde_json::from_str(text) {
                Ok(inner) => read_wrapped(&inner, &place, wrappers_left, message),
                Err(error) => {
                    let (place, reason) = (place.to_string(), error.to_string());
                    message.errors.push(Error::NotJson { place, reason });
                }
            }
        }
        Shape::Notification => notification::read(value, place, message),
        Shape::EventBridge(detail) => eventbridge::read(value, detail, place, message),
        Shape::TestEvent => {
            let bucket = value.get("Bucket").and_then(Value::as_str).unwrap_or("an unnamed bucket");
            message.skip(SkipReason::TestEvent, format!("s3:TestEvent {bucket}"));
        }
        // Someone tried their way to the queue; as an event of its own it is a mistake that someone waits to hear of.
        Shape::Unknown if is_empty(value) && !matches!(place, JsonPath::Event) => {
            message.skip(SkipReason::EmptyMessage, place.to_string());
        }
        Shape::Unknown => message.errors.push(Error::UnknownShape(format!("{place} is {}", describe(value)))),
    }
}

/// The inner event of a wrapper stands before what S3 says, because only wrappers have these names.
fn shape(value: &Value) -> Shape<'_> {
    if let Some(Value::Array(records)) = value.get("Records") {
        return Shape::Records(records);
    }
    // SNS as a trigger; then what it hands to SQS, where a subscription has no raw delivery.
    if let Some(inner) = value.pointer("/Sns/Message") {
        return Shape::Wrapper("Sns.Message", inner);
    }
    if (value.get("TopicArn").is_some() || value.get("Type").and_then(Value::as_str) == Some("Notification"))
        && let Some(inner) = value.get("Message")
    {
        return Shape::Wrapper("Message", inner);
    }
    // SQS, and with it the dead-letter queue of an asynchronous invocation, whose body is the event itself.
    if let Some(inner) = value.get("body") {
        return Shape::Wrapper("body", inner);
    }
    // The failure destination of an asynchronous invocation: a queue or topic, and an event bus.
    if let Some(inner) = value.get("requestPayload") {
        return Shape::Wrapper("requestPayload", inner);
    }
    if let Some(inner) = value.pointer("/detail/requestPayload") {
        return Shape::Wrapper("detail.requestPayload", inner);
    }
    if value.get("s3").is_some_and(Value::is_object) {
        return Shape::Notification;
    }
    if value.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        return Shape::TestEvent;
    }
    match value.get("detail") {
        Some(detail) if detail.get("bucket").is_some() && detail.get("object").is_some() => {
            Shape::EventBridge(detail)
        }
        _ => Shape::Unknown,
    }
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
    let mut text = String::from("an object with the keys ");
    for (index, key) in object.keys().take(MAX_KEYS).enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        text.extend(key.chars().take(MAX_KEY_CHARS).flat_map(char::escape_debug));
        if key.chars().nth(MAX_KEY_CHARS).is_some() {
            text.push('…');
        }
    }
    if object.len() > MAX_KEYS {
        text.push_str(&format!(" and {} more", object.len() - MAX_KEYS));
    }
    text
}
