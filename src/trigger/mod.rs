//! The event that starts the function: an S3 notification in any of its wrappers. [`parse`] gives the objects to load, message by
//! message, and what was skipped with its reason.

pub mod object_ref;
pub mod receipt;
mod continuation;
mod eventbridge;
mod key;
mod notification;
pub(crate) mod owner;
mod shape;

use std::fmt;

use serde_json::Value;

use self::object_ref::ObjectRef;

pub use self::continuation::{MAX_HOPS, TooManyHops};
pub use self::key::ObjectKey;

/// Why a notification gives no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum SkipReason {
    /// `s3:TestEvent`, which S3 sends when a notification is set up.
    #[error("s3:TestEvent")]
    TestEvent,
    /// Not an `ObjectCreated` event.
    #[error("no object was created")]
    NotCreated,
    /// The key ends in `/`: a folder made by the console.
    #[error("folder key")]
    FolderKey,
    /// The object has no bytes.
    #[error("empty object")]
    EmptyObject,
    /// A message without a text, with an empty one, or with an empty list of records: there is nothing in it to lose.
    #[error("empty message")]
    EmptyMessage,
}

/// A notification that gives no object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Why.
    pub reason: SkipReason,
    /// `bucket/key`, behind the event's name where that is the reason: for the log.
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

/// A part of an event that cannot be understood. Each names the place in the event where it stands.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The shape is unknown; the text names the keys that were seen.
    #[error(
        "not an S3 notification: {0} (the function takes S3, SNS and EventBridge events of S3, directly or by SQS)"
    )]
    UnknownShape(String),
    #[error("{place} is not JSON: {reason}")]
    NotJson { place: String, reason: String },
    /// An event within an event within an event, and so on.
    #[error("{place} is nested deeper than any known event; send the innermost event instead")]
    TooDeep { place: String },
    /// A notification lacks what it takes to load its object, or has something else there.
    #[error("{place}.{field} is missing or not {expected}")]
    Field { place: String, field: &'static str, expected: &'static str },
}

/// A place in an event, for error texts: `Records[1].body.Records[0]`. A list from the inside to the outside, on the stack: it costs
/// nothing until an error asks for its text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum JsonPath<'a> {
    /// The event itself.
    Event,
    /// A field of an object.
    Member(&'a JsonPath<'a>, &'static str),
    /// An element of a list.
    Element(&'a JsonPath<'a>, usize),
}

impl fmt::Display for JsonPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonPath::Event => f.write_str("event"),
            JsonPath::Member(outer, name) => write!(f, "{outer}.{name}"),
            JsonPath::Element(outer, index) => write!(f, "{outer}[{index}]"),
        }
    }
}

/// Reads an invocation's event.
///
/// Every shape is recognized by what it holds, whatever it came in, because wrappers nest: SQS around SNS around
/// S3, a failure destination around any of them. Each SQS message is a [`Message`] of its own; everything that an
/// event without SQS brings is one. An event with an empty list of records gives none.
pub fn parse(event: &Value) -> Invocation {
    let place = JsonPath::Event;
    let records = event.get("Records").and_then(Value::as_array);
    let Some(records) = records.filter(|records| records.iter().any(shape::is_sqs_message)) else {
        let empty = records.is_some_and(Vec::is_empty);
        let messages = if empty { vec![] } else { vec![Message::read(None, event, &place)] };
        return Invocation { messages, from_sqs: false };
    };
    let list = JsonPath::Member(&place, "Records");
    let messages = records.iter().enumerate().map(|(index, record)| {
        // An empty name in the answer would make the whole batch fail.
        let id = record.get("messageId").and_then(Value::as_str).filter(|id| !id.is_empty());
        Message::read(id.map(|id| MessageId(id.to_owned())), record, &JsonPath::Element(&list, index))
    });
    Invocation { messages: messages.collect(), from_sqs: true }
}

impl Message {
    fn read(id: Option<MessageId>, value: &Value, place: &JsonPath<'_>) -> Self {
        let mut message = Self { id, objects: vec![], skipped: vec![], errors: vec![] };
        shape::read(value, place, shape::MAX_WRAPPERS, &mut message);
        message
    }

    fn skip(&mut self, reason: SkipReason, what: String) {
        self.skipped.push(Skipped { reason, what });
    }
}
