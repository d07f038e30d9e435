//! What is put around the records of others: the objects of a CloudWatch Logs subscription, SNS's notifications, OpenTelemetry's requests.
//!
//! An envelope is told by what the object holds. It gives the text in which the records stand, and what it says of all of them.
//! [`super::records`] reads that text in its place. Does not know what the records mean.
//!
//! Another envelope is one more [`Kind`]: the fields that tell it, and the field in which its records stand.

use std::borrow::Cow;

use super::fluentd::{Envelope, Other, Record};
use super::spare::Spare;
use super::{event_fields, json, otlp};

/// An envelope that was opened.
pub(super) struct Opened<'a> {
    pub(super) envelope: Envelope,
    /// The text in which its records stand: JSON values, or one event.
    pub(super) records: Cow<'a, str>,
    /// Why there is no record, where there is none.
    pub(super) empty: Option<&'static str>,
}

/// Envelopes in each other that are opened: what a function is invoked with around SNS around CloudWatch Logs.
pub(super) const DEEPEST: usize = 4;

/// A kind of envelope.
struct Kind {
    /// The fields that tell it, all of them.
    has: &'static [&'static str],
    open: for<'r, 'a> fn(&'r mut Record<'a>) -> Option<Opened<'a>>,
}

const KINDS: [Kind; 7] = [
    // "CloudWatch Logs: real-time processing of log data with subscriptions", the format of the data.
    Kind { has: &["messageType", "logEvents"], open: cloudwatch_logs },
    // "Amazon CloudWatch Logs API Reference": what FilterLogEvents and GetLogEvents answer.
    Kind { has: &["events", "searchedLogStreams"], open: |record| Some(plain(value(record, "events")?)) },
    Kind { has: &["events", "nextForwardToken"], open: |record| Some(plain(value(record, "events")?)) },
    // "Amazon SNS: HTTP/HTTPS notification JSON format".
    Kind { has: &NOTIFICATION, open: sns },
    // "Using Lambda with Amazon SNS": what a function is invoked with.
    Kind { has: &["EventSource", "Sns"], open: |record| Some(plain(value(record, "Sns")?)) },
    Kind { has: &["Records"], open: invocation },
    // "OpenTelemetry Protocol", JSON Protobuf encoding of ExportLogsServiceRequest.
    Kind { has: &["resourceLogs"], open: open_telemetry },
];

/// The fields that tell a notification of SNS.
pub(super) const NOTIFICATION: [&str; 4] = ["Type", "MessageId", "TopicArn", "Message"];

/// The fields of an event that a Manager of Deep Security publishes to SNS ("Events in JSON format"), always in a list.
const PUBLISHED: [&str; 2] = ["EventType", "LogDate"];

/// The names of lists of records that stand alone in an object: Azure Monitor's exports to Event Hubs, Datadog and Graylog, Splunk.
pub(super) const LISTS: [&str; 5] = ["records", "logs", "events", "messages", "results"];

/// Opens the envelope that a JSON record is, or that it holds as the text of an event, if there is one.
pub(super) fn open<'a>(record: &mut Record<'a>) -> Option<Opened<'a>> {
    if record.message_missing
        && let Some(kind) = kind(record)
    {
        return (kind.open)(record);
    }
    list(record).or_else(|| wrapped(record))
}

/// The list of records that an object holds, and nothing else.
fn list<'a>(record: &Record<'a>) -> Option<Opened<'a>> {
    let [Other { name, value }] = record.others.as_slice() else { return None };
    let is_list = record.message_missing
        && LISTS.contains(&&**name)
        && [&record.hostname, &record.timestamp, &record.tag].iter().all(|field| field.is_none())
        && value.strip_prefix('[').is_some_and(|elements| elements.trim_start().starts_with('{'));
    is_list.then(|| plain(value.clone()))
}

fn kind(record: &Record<'_>) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| has(record, kind.has))
}

fn has(record: &Record<'_>, fields: &[&str]) -> bool {
    fields.iter().all(|name| record.other(name).is_some())
}

/// The envelope, or the list of published events, that a collector took for the text of an event: what a queue or a log group had of it.
fn wrapped<'a>(record: &Record<'a>) -> Option<Opened<'a>> {
    let message = (!record.message_missing).then_some(&record.message);
    let others = record.others.iter().filter(|other| event_fields::is_name(&other.name));
    let holds_records = |text: &str| {
        let list = text.strip_prefix('[').map(str::trim_start);
        let object = list.unwrap_or(text);
        let mut first = Record::default();
        object.starts_with('{')
            && json::object(object, &mut Spare::default(), &mut first).is_some()
            && first.message_missing
            && if list.is_some() { has(&first, &PUBLISHED) } else { kind(&first).is_some() }
    };
    let mut texts = message.into_iter().chain(others.map(|other| &other.value));
    let records = texts.find(|text| holds_records(text))?.clone();
    let time = record.timestamp.clone().map(Into::into);
    Some(Opened { envelope: Envelope { time, ..Envelope::default() }, records, empty: None })
}

fn cloudwatch_logs<'a>(record: &mut Record<'a>) -> Option<Opened<'a>> {
    let [kind, owner, group, stream, records] =
        ["messageType", "owner", "logGroup", "logStream", "logEvents"].map(|name| value(record, name));
    let records = records.filter(|records| records.starts_with('['))?;
    let is_empty = records.get(1..).is_some_and(|rest| rest.trim_start().starts_with(']'));
    let empty = match kind.as_deref() {
        Some("CONTROL_MESSAGE") => Some("a control message of CloudWatch Logs"),
        _ if is_empty => Some("an envelope of CloudWatch Logs without events"),
        _ => None,
    };
    let [log_group, log_stream, account] = [group, stream, owner].map(|text| text.map(Into::into));
    Some(Opened {
        envelope: Envelope { log_group, log_stream, account, ..Envelope::default() },
        records,
        empty,
    })
}

fn sns<'a>(record: &mut Record<'a>) -> Option<Opened<'a>> {
    let [topic, records, time] = ["TopicArn", "Message", "Timestamp"].map(|name| value(record, name));
    // arn:aws:sns:REGION:ACCOUNT:NAME
    let account =
        topic.as_deref().and_then(|arn| arn.split(':').nth(4)).filter(|account| !account.is_empty());
    let envelope =
        Envelope { account: account.map(Into::into), time: time.map(Into::into), ..Envelope::default() };
    let records = records?;
    let empty = records.trim().is_empty().then_some("a notification of SNS without a message");
    Some(Opened { envelope, records, empty })
}

/// The records of an invocation by SNS; those of other services are no envelopes.
fn invocation<'a>(record: &mut Record<'a>) -> Option<Opened<'a>> {
    const NEAR: usize = 1000;
    let records = value(record, "Records").filter(|records| records.starts_with('['))?;
    let near = records.get(..records.floor_char_boundary(NEAR))?;
    (near.contains("\"EventSource\"") && near.contains("aws:sns")).then(|| plain(records))
}

fn open_telemetry<'a>(record: &mut Record<'a>) -> Option<Opened<'a>> {
    let records = otlp::records(&value(record, "resourceLogs")?)?;
    let is_empty = records.as_array().is_some_and(Vec::is_empty);
    let empty = is_empty.then_some("an object of OpenTelemetry without log records");
    Some(Opened { envelope: Envelope::default(), records: Cow::Owned(records.to_string()), empty })
}

fn plain(records: Cow<'_, str>) -> Opened<'_> {
    Opened { envelope: Envelope::default(), records, empty: None }
}

fn value<'a>(record: &Record<'a>, name: &str) -> Option<Cow<'a, str>> {
    record.others.iter().find(|Other { name: other, .. }| other == name).map(|other| other.value.clone())
}
