//! Events of every shape. `fixtures/events/` holds each as AWS writes it, and beside it what is read from it;
//! `UPDATE_FIXTURES=1` writes the latter anew.

use std::path::{Path, PathBuf};
use std::{env, fs};

use es_loader::trigger::object_ref::{LineRange, ObjectRef};
use es_loader::trigger::{
    Error, Invocation, MAX_HOPS, Message, ObjectKey, SkipReason, Skipped, TooManyHops, parse,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const FOLDER: &str = "fixtures/events";

fn fixture(name: &str) -> Invocation {
    let text = fs::read_to_string(Path::new(FOLDER).join(format!("{name}.json"))).unwrap();
    parse(&serde_json::from_str(&text).unwrap())
}

/// An invocation as a small JSON that is made for reading.
fn summary(invocation: &Invocation) -> Value {
    let messages: Vec<Value> = invocation.messages.iter().map(message_summary).collect();
    json!({ "from_sqs": invocation.from_sqs, "messages": messages })
}

fn message_summary(message: &Message) -> Value {
    let mut summary = Map::new();
    if let Some(id) = &message.id {
        summary.insert("id".to_owned(), json!(id.0));
    }
    let objects: Vec<Value> = message.objects.iter().map(object_summary).collect();
    let skipped: Vec<String> =
        message.skipped.iter().map(|Skipped { reason, what }| format!("{reason:?}: {what}")).collect();
    let errors: Vec<String> = message.errors.iter().map(Error::to_string).collect();
    for (name, list) in [("objects", json!(objects)), ("skipped", json!(skipped)), ("errors", json!(errors))]
    {
        if list != json!([]) {
            summary.insert(name.to_owned(), list);
        }
    }
    Value::Object(summary)
}

fn object_summary(object: &ObjectRef) -> Value {
    let lines = object.lines.map(|LineRange { start, end }| match end {
        Some(end) => format!("{start} to {end}"),
        None => format!("{start} to the end"),
    });
    let fields = [
        ("bucket", json!(object.bucket)),
        ("key", json!(object.key.as_str())),
        ("key_if_missing", json!(object.key_if_missing.as_ref().map(ObjectKey::as_str))),
        ("version_id", json!(object.version_id)),
        ("size", json!(object.size)),
        ("etag", json!(object.etag)),
        ("sequencer", json!(object.sequencer)),
        ("event_time", json!(object.event_time.map(|time| time.to_string()))),
        ("region", json!(object.region)),
        ("account", json!(object.account)),
        ("lines", json!(lines)),
        ("hops", if object.hops > 0 { json!(object.hops) } else { Value::Null }),
    ];
    let present = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(present.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The events of the folder and the file that says what is read from each.
fn events() -> Vec<(PathBuf, PathBuf)> {
    let mut events: Vec<(PathBuf, PathBuf)> = fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.to_str().unwrap().ends_with(".expected.json"))
        .map(|path| (path.clone(), path.with_extension("expected.json")))
        .collect();
    events.sort();
    events
}

#[test]
fn each_event_has_a_file_beside_it_and_is_read_as_it_says() {
    for (event, expected) in events() {
        let read = summary(&parse(&serde_json::from_str(&fs::read_to_string(&event).unwrap()).unwrap()));
        if env::var_os("UPDATE_FIXTURES").is_some() {
            fs::write(&expected, serde_json::to_string_pretty(&read).unwrap() + "\n").unwrap();
        }
        let expected: Value = serde_json::from_str(&fs::read_to_string(&expected).unwrap()).unwrap();
        assert_eq!(read, expected, "{}", event.display());
    }
    let events = events();
    assert!(events.len() >= 21, "{} events", events.len());
    let files = fs::read_dir(FOLDER).unwrap().count();
    assert_eq!(files, 2 * events.len(), "each event has one expected file, and no such file stands alone");
}

/// A notification with one record, which `change` makes special.
fn put(change: impl FnOnce(&mut Value)) -> Value {
    let mut record = json!({
        "eventName": "ObjectCreated:Put",
        "s3": { "bucket": { "name": "b" }, "object": { "key": "ds_agent/a.gz", "size": 5 } },
    });
    change(&mut record);
    json!({ "Records": [record] })
}

fn only_message(event: &Value) -> Message {
    let mut messages = parse(event).messages;
    assert_eq!(messages.len(), 1);
    messages.remove(0)
}

fn only_object(event: &Value) -> ObjectRef {
    let mut message = only_message(event);
    assert_eq!((message.objects.len(), &message.skipped[..], &message.errors[..]), (1, &[][..], &[][..]));
    message.objects.remove(0)
}

fn sqs(bodies: &[Value]) -> Value {
    let records: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(index, body)| {
            json!({ "messageId": format!("m{index}"), "body": body.to_string(), "eventSource": "aws:sqs" })
        })
        .collect();
    json!({ "Records": records })
}

#[test]
fn the_articles_key_is_read_from_a_put() {
    let object = fixture("s3-put").messages.remove(0).objects.remove(0);
    assert_eq!(object.bucket, "example-siem-logs");
    assert_eq!(object.key.as_str(), "ds_agent/2020/10/28/14_ip-10-0-0-1_0.gz");
    assert_eq!(object.event_time.unwrap().to_string(), "2020-10-28T05:01:07.312Z");
}

#[test]
fn a_notifications_key_is_form_decoded() {
    for (encoded, decoded) in [
        ("a+b", "a b"),
        ("a%2Bb%3Dc%20d", "a+b=c d"),
        ("%24%7Bhostname%7D", "${hostname}"),
        ("%E3%83%AD%E3%82%B0", "ログ"),
        ("ログ", "ログ"),
        ("a%2fb/c", "a/b/c"),
        ("%252B", "%2B"),
    ] {
        assert_eq!(ObjectKey::from_form_encoded(encoded).as_str(), decoded);
        let event = put(|record| record["s3"]["object"]["key"] = json!(encoded));
        let object = only_object(&event);
        assert_eq!((object.key.as_str(), object.key_if_missing), (decoded, None));
    }
}

#[test]
fn a_percent_sign_without_two_hex_digits_stays() {
    for key in ["100%", "%", "%4", "%zz", "%+1", "%4g%"] {
        assert_eq!(ObjectKey::from_form_encoded(key).as_str(), key.replace('+', " "));
    }
    assert_eq!(ObjectKey::from_form_encoded("%%41%").as_str(), "%A%");
}

#[test]
fn key_bytes_that_are_no_utf8_are_replaced() {
    assert_eq!(ObjectKey::from_form_encoded("%83%8d.gz").as_str(), "\u{fffd}\u{fffd}.gz");
}

#[test]
fn an_eventbridge_key_is_raw_and_keeps_its_other_reading() {
    let event = |key: &str| {
        json!({
            "detail-type": "Object Created", "source": "aws.s3",
            "detail": { "bucket": { "name": "b" }, "object": { "key": key, "size": 1 } },
        })
    };
    let plain = only_object(&event("ds_agent/a b=c:ログ_${hostname}.gz"));
    assert_eq!((plain.key.as_str(), plain.key_if_missing), ("ds_agent/a b=c:ログ_${hostname}.gz", None));
    let odd = only_object(&event("a+b%20c"));
    assert_eq!((odd.key.as_str(), odd.key_if_missing), ("a+b%20c", Some(ObjectKey::from_raw("a b c"))));
}

#[test]
fn etags_lose_their_quotes() {
    let event = put(|record| record["s3"]["object"]["eTag"] = json!("\"abc-2\""));
    assert_eq!(only_object(&event).etag.as_deref(), Some("abc-2"));
}

#[test]
fn bucket_and_key_are_enough() {
    let event = json!({ "Records": [{ "s3": { "bucket": { "name": "b" }, "object": { "key": "k" } } }] });
    let object = only_object(&event);
    assert_eq!((object.size, object.etag, object.event_time, object.lines), (None, None, None, None));
}

#[test]
fn fields_of_the_wrong_type_are_left_out() {
    let event = put(|record| {
        record["eventTime"] = json!("yesterday");
        record["awsRegion"] = json!(7);
        record["s3"]["object"]["size"] = json!("5");
        record["s3"]["object"]["versionId"] = json!("");
        record["eventVersion"] = json!("3.0");
    });
    let object = only_object(&event);
    assert_eq!((object.event_time, object.region, object.size, object.version_id), (None, None, None, None));
}

#[test]
fn a_record_without_bucket_or_key_is_an_error_that_names_the_place() {
    let event = put(|record| record["s3"]["object"]["key"] = json!(null));
    let errors = only_message(&event).errors;
    assert_eq!(errors[0].to_string(), "event.Records[0].s3.object.key is missing or not a key");
    let event = sqs(&[put(|_| ()), put(|record| record["s3"]["bucket"] = json!("b"))]);
    let messages = parse(&event).messages;
    assert_eq!((messages[0].objects.len(), messages[0].errors.len()), (1, 0));
    assert_eq!(
        messages[1].errors[0].to_string(),
        "event.Records[1].body.Records[0].s3.bucket.name is missing or not a bucket's name"
    );
}

#[test]
fn all_records_of_a_notification_are_read() {
    let mut event = put(|_| ());
    let second = put(|record| record["s3"]["object"]["key"] = json!("second"));
    event["Records"].as_array_mut().unwrap().push(second["Records"][0].clone());
    let keys: Vec<String> =
        only_message(&event).objects.iter().map(|object| object.key.to_string()).collect();
    assert_eq!(keys, ["ds_agent/a.gz", "second"]);
}

#[test]
fn a_broken_record_leaves_the_others_of_its_message_alone() {
    let mut event = put(|_| ());
    event["Records"].as_array_mut().unwrap().insert(0, json!({ "kinesis": {} }));
    let message = only_message(&event);
    assert_eq!((message.objects.len(), message.errors.len()), (1, 1));
}

#[test]
fn each_sqs_message_stands_for_itself() {
    let invocation = fixture("sqs-several-messages");
    assert!(invocation.from_sqs);
    let shown: Vec<(usize, usize, usize)> = invocation
        .messages
        .iter()
        .map(|message| (message.objects.len(), message.skipped.len(), message.errors.len()))
        .collect();
    assert_eq!(shown, [(1, 0, 0), (0, 0, 1), (0, 0, 1), (0, 1, 0), (2, 0, 0)]);
    assert!(invocation.messages.iter().all(|message| message.id.is_some()));
}

#[test]
fn events_other_than_creations_are_skipped_by_name() {
    for name in
        ["ObjectRemoved:Delete", "s3:ObjectRestore:Post", "ObjectTagging:Put", "ReducedRedundancyLostObject"]
    {
        let message = only_message(&put(|record| record["eventName"] = json!(name)));
        let what = format!("{name} b/ds_agent/a.gz");
        assert_eq!(message.skipped, [Skipped { reason: SkipReason::NotCreated, what }]);
        assert!(message.objects.is_empty() && message.errors.is_empty());
    }
    only_object(&put(|record| record["eventName"] = json!("s3:ObjectCreated:Copy")));
}

#[test]
fn folders_and_empty_objects_are_skipped() {
    let reason = |key: &str, size: u64| {
        let event = put(|record| record["s3"]["object"] = json!({ "key": key, "size": size }));
        only_message(&event).skipped[0].reason
    };
    assert_eq!(reason("a/", 0), SkipReason::FolderKey);
    assert_eq!(reason("a%2F", 10), SkipReason::FolderKey);
    assert_eq!(reason("a", 0), SkipReason::EmptyObject);
}

#[test]
fn an_empty_list_of_records_is_nothing_and_no_error() {
    let invocation = parse(&json!({ "Records": [] }));
    assert_eq!(invocation, Invocation { messages: vec![], from_sqs: false });
    let message = only_message(&sqs(&[json!({ "Records": [] })]));
    assert!(message.objects.is_empty() && message.errors.is_empty());
}

#[test]
fn an_unknown_shape_is_an_error_that_names_its_keys_and_not_its_values() {
    let message = only_message(&json!({ "password": "secret", "zone": 1 }));
    let text = message.errors[0].to_string();
    assert_eq!(message.id, None);
    assert!(
        text.starts_with("not an S3 notification: event is an object with the keys password, zone"),
        "{text}"
    );
    assert!(!text.contains("secret"));
    for (event, what) in [
        (json!(null), "null"),
        (json!(5), "a number"),
        (json!("x"), "a text"),
        (json!([]), "a list"),
        (json!({}), "an object without keys"),
    ] {
        let text = only_message(&event).errors[0].to_string();
        assert!(text.contains(&format!("event is {what} (")), "{text}");
    }
}

#[test]
fn hostile_keys_of_an_unknown_shape_are_escaped_and_cut() {
    let mut event = Map::new();
    event.insert("a\n\u{1b}[31m".to_owned(), json!(1));
    for index in 0..1000 {
        event.insert(format!("{index:03}{}", "x".repeat(1000)), json!(1));
    }
    let text = only_message(&Value::Object(event)).errors[0].to_string();
    assert!(text.len() < 1000, "{}", text.len());
    assert!(!text.contains(['\n', '\u{1b}']));
    assert!(text.contains(" more"));
}

#[test]
fn a_message_with_nothing_in_it_is_skipped_and_leaves_the_batch_alone() {
    let texts = ["", " \n", "{}", "null", "[]", r#"{"Records":[]}"#].map(|text| json!(text));
    for body in texts.into_iter().chain([json!(null), json!({}), json!({"Records": []})]) {
        let event = json!({ "Records": [
            { "messageId": "1", "body": body, "eventSource": "aws:sqs" },
            { "messageId": "2", "body": put(|_| ()).to_string(), "eventSource": "aws:sqs" },
        ] });
        let messages = parse(&event).messages;
        let what = "event.Records[0].body".to_owned();
        assert_eq!(messages[0].skipped, [Skipped { reason: SkipReason::EmptyMessage, what }], "{body}");
        assert!(messages[0].errors.is_empty(), "{body}");
        assert_eq!((messages[1].objects.len(), messages[1].errors.len()), (1, 0));
    }
}

#[test]
fn a_message_needs_nothing_but_a_body_and_its_id() {
    let event = json!({ "Records": [{ "messageId": "1", "body": put(|_| ()).to_string() }] });
    let invocation = parse(&event);
    assert!(invocation.from_sqs);
    assert_eq!((invocation.messages[0].objects.len(), invocation.messages[0].errors.len()), (1, 0));
}

/// An empty name in the answer would make the whole batch fail.
#[test]
fn an_empty_message_id_is_none() {
    let event = json!({ "Records": [{ "messageId": "", "body": put(|_| ()).to_string() }] });
    assert_eq!(parse(&event).messages[0].id, None);
}

#[test]
fn a_continuation_names_what_is_left_of_the_object_and_nothing_is_lost_on_the_way() {
    let mut object = only_object(&put(|record| {
        record["s3"]["object"]["key"] = json!("ds_agent/%E3%83%AD%E3%82%B0+a%2Bb.gz");
        record["s3"]["object"]["eTag"] = json!("e1");
        record["s3"]["object"]["versionId"] = json!("v1");
        record["s3"]["object"]["sequencer"] = json!("0A");
        record["eventTime"] = json!("2026-11-22T22:30:00.123Z");
        record["awsRegion"] = json!("ap-northeast-1");
    }));
    for hops in 1..=MAX_HOPS {
        let start = hops * 1000;
        let message = object.continuation(start).unwrap();
        assert_eq!(message["siem"], json!({"start_number": start, "end_number": 0, "hops": hops}));
        let next = only_object(&sqs(&[message]));
        let expected = ObjectRef { lines: Some(LineRange { start, end: None }), hops, ..object.clone() };
        assert_eq!(next, expected);
        object = next;
    }
    assert_eq!(object.continuation(1), Err(TooManyHops));
}

#[test]
fn a_continuation_keeps_what_only_the_event_of_eventbridge_said() {
    let object = ObjectRef {
        account: Some("123456789012".to_owned()),
        key_if_missing: Some(ObjectKey::from_raw("ds_agent/a b+c.gz")),
        ..ObjectRef::new("logs", ObjectKey::from_raw("ds_agent/a%20b%2Bc.gz"))
    };
    let next = only_object(&sqs(&[object.continuation(1).unwrap()]));
    let lines = Some(LineRange { start: 1, end: None });
    assert_eq!(next, ObjectRef { lines, hops: 1, ..object });
}

#[test]
fn a_continuation_of_a_part_ends_where_the_part_ends() {
    let part = put(|record| record["siem"] = json!({"start_number": 11, "end_number": 20}));
    let message = only_object(&part).continuation(15).unwrap();
    assert_eq!(only_object(&message).lines, Some(LineRange { start: 15, end: Some(20) }));
}

#[test]
fn a_body_that_is_no_json_is_an_error_of_that_message() {
    let event = json!({ "Records": [
        { "messageId": "1", "body": "hello", "eventSource": "aws:sqs" },
        { "messageId": "2", "body": put(|_| ()).to_string(), "eventSource": "aws:sqs" },
    ] });
    let messages = parse(&event).messages;
    assert!(
        messages[0].errors[0].to_string().starts_with("event.Records[0].body is not JSON: expected value")
    );
    assert_eq!((messages[1].objects.len(), messages[1].errors.len()), (1, 0));
}

#[test]
fn a_continuation_names_lines_from_one_with_both_ends() {
    let range = |siem: Value| {
        let event = json!({ "siem": siem, "s3": { "bucket": { "name": "b" }, "object": { "key": "k" } } });
        let message = only_message(&event);
        message.objects.first().map(|object| object.lines).ok_or(message.errors.len())
    };
    let lines = |start, end| Ok(Some(LineRange { start, end }));
    assert_eq!(range(json!({ "start_number": 101, "end_number": 200 })), lines(101, Some(200)));
    assert_eq!(range(json!({ "start_number": 7, "end_number": 7 })), lines(7, Some(7)));
    for open in
        [json!({ "start_number": 101, "end_number": 0 }), json!({ "start_number": 101, "end_number": null })]
    {
        assert_eq!(range(open), lines(101, None));
    }
    assert_eq!(range(json!({ "start_number": 101 })), lines(101, None));
    assert_eq!(range(json!({ "start_number": 0, "end_number": 0 })), Ok(None));
    assert_eq!(range(json!({ "start_number": 0, "end_number": 9 })), Ok(None));
    assert_eq!(range(json!({})), Ok(None));
    assert_eq!(range(json!({ "start_number": 9, "end_number": 8 })), Err(1));
    assert_eq!(range(json!({ "start_number": -1 })), Err(1));
    assert_eq!(range(json!({ "start_number": "1" })), Err(1));
}

#[test]
fn wrappers_nest_but_not_without_end() {
    let wrapped = |times: usize| {
        let mut event = json!({ "s3": { "bucket": { "name": "b" }, "object": { "key": "k" } } });
        for _ in 0..times {
            event = json!({ "requestPayload": event });
        }
        only_message(&event)
    };
    assert_eq!(wrapped(8).objects.len(), 1);
    let nine = wrapped(9);
    assert!(nine.objects.is_empty());
    assert!(matches!(&nine.errors[..], [Error::TooDeep { .. }]));
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let event = json!({ "Records": [{ "messageId": "1", "eventSource": "aws:sqs", "body": deep }] });
    assert!(matches!(&only_message(&event).errors[..], [Error::NotJson { .. }]));
}

#[test]
fn a_failure_destination_on_an_event_bus_is_unwrapped() {
    let event = json!({
        "source": "lambda", "detail-type": "Lambda Function Invocation Result - Failure",
        "detail": { "requestContext": {}, "requestPayload": put(|_| ()) },
    });
    assert_eq!(only_object(&event).bucket, "b");
}

fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("Records"),
        Just("s3"),
        Just("Sns"),
        Just("Message"),
        Just("TopicArn"),
        Just("Type"),
        Just("body"),
        Just("messageId"),
        Just("eventSource"),
        Just("requestPayload"),
        Just("detail"),
        Just("bucket"),
        Just("object"),
        Just("key"),
        Just("name"),
        Just("size"),
        Just("siem"),
        Just("start_number"),
        Just("Event"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<u8>().prop_map(Value::from),
        "[a%+2/]{0,4}".prop_map(Value::from),
        Just(json!("aws:sqs")),
        Just(json!("s3:TestEvent")),
        Just(json!("{\"Records\":[{\"s3\":{}}]}")),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..5).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(crate::cases(300))]

    #[test]
    fn whatever_comes_a_message_says_something(event in any_json()) {
        let invocation = parse(&event);
        let records = event.get("Records").and_then(Value::as_array);
        if records.is_none() {
            prop_assert_eq!(invocation.messages.len(), 1);
            let message = &invocation.messages[0];
            let inner_records = event.to_string().contains("Records");
            prop_assert!(
                inner_records || message.objects.len() + message.skipped.len() + message.errors.len() == 1
            );
        } else if invocation.from_sqs {
            prop_assert_eq!(invocation.messages.len(), records.unwrap().len());
        }
    }

    #[test]
    fn every_key_survives_form_encoding(key in "\\PC{0,20}") {
        let encoded = ObjectKey::from_raw(key.as_str()).to_form_encoded();
        prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._*/+%".contains(&byte)));
        let read = ObjectKey::from_form_encoded(&encoded);
        prop_assert_eq!(read.as_str(), key);
    }
}
