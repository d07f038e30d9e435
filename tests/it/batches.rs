//! Batches of a queue as they come on a bad day: what failed comes back, and nothing else; every document is there once.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::scripted::{Reply, run, serve};
use crate::support::forward;
use crate::support::interface;
use crate::support::lambda::{Answer, Lambda};
use crate::support::services;
use crate::support::site::{Site, unique};
use crate::support::storage::Storage;

/// Objects of the ordinary kind, and how many lines each has.
const OBJECTS: usize = 46;
const LINES: usize = 5;
/// Lines of the huge object: its documents fill several requests.
const HUGE_LINES: usize = 9_000;

fn text(name: &str, lines: usize, month: &str) -> String {
    let line = |line: usize| {
        let message = format!(
            "{month} 22 15:00:00 h CEF: 0|Trend Micro|Deep Security Agent|20.0|20|{name}|0|act=Log msg=line {line}"
        );
        let number = if month == "Oct" { "10" } else { "11" };
        json!({"message": message, "timestamp": format!("2026-{number}-22T15:00:05+00:00")}).to_string()
            + "\n"
    };
    (0..lines).map(line).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn record(bucket: &str, key: &str) -> Value {
    json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "eventTime": "2026-11-22T22:30:00.000Z",
        "awsRegion": "us-east-1", "s3": {"bucket": {"name": bucket}, "object": {"key": key}}})
}

fn message(id: &str, body: &Value) -> Value {
    json!({"messageId": id, "eventSource": "aws:sqs", "body": body.to_string()})
}

/// The ids that come back.
#[track_caller]
fn failed(lambda: &mut Lambda, messages: &[Value]) -> Vec<String> {
    let answer = lambda.invoke(&json!({ "Records": messages }));
    let Answer::Done(answer) = answer else { panic!("{answer:?}\n{}", lambda.log()) };
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

fn body_has(message: &Value, text: &str) -> bool {
    message["body"].as_str().unwrap().contains(text)
}

#[test]
fn of_fifty_objects_only_the_denied_one_comes_back_and_each_line_is_there_once() {
    let site = Site::new("fifty");
    // The cluster refuses what is of October, in any form.
    let time = json!({"type": "date", "format": "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'"});
    let picky = json!({"mappings": {"properties": {"@timestamp": time}}});
    site.node.put(&format!("{}-2026-10", site.index), &picky).good();
    let (storage, bucket) = (Storage::new(), unique("fifty"));
    storage.bucket(&bucket);
    let queue = storage.notify_queue(&bucket);
    for number in 0..OBJECTS {
        let name = format!("ds_agent/plain {number}.gz");
        storage.put(&bucket, &name, &gzip(&text(&name, LINES, "Nov")));
    }
    let broken = gzip(&text("broken", 400, "Nov"));
    storage.put(&bucket, "ds_agent/broken.gz", &broken[..broken.len() / 2]);
    storage.put(&bucket, "ds_agent/poisoned.gz", &gzip(&text("poisoned", LINES, "Oct")));
    storage.put(&bucket, "ds_agent/missing.gz", b"x");
    storage.delete(&bucket, "ds_agent/missing.gz");
    storage.put(&bucket, "ds_agent/denied.gz", &gzip(&text("denied", LINES, "Nov")));
    storage.forbid(&bucket, "ds_agent/denied.gz");
    storage.put(&bucket, "ds_agent/huge.gz", &gzip(&text("huge", HUGE_LINES, "Nov")));

    // 51 notifications, and S3's test.
    let mut messages = queue.event(OBJECTS + 6)["Records"].as_array().unwrap().clone();
    let denied = messages.iter().find(|message| body_has(message, "denied.gz")).unwrap().clone();
    let id = denied["messageId"].as_str().unwrap();
    // A queue neither keeps the order nor delivers only once.
    messages.reverse();
    let again: Vec<Value> =
        messages.iter().step_by(7).filter(|message| **message != denied).cloned().collect();
    messages.extend(again);

    let mut lambda = Lambda::start_with(
        &site,
        &[("ENDPOINT", services::opensearch()), ("ES_LOADER_BROKEN_OBJECT", "done")],
    );
    let mut came_back = Vec::new();
    for batch in messages.chunks(10) {
        came_back.extend(failed(&mut lambda, batch));
    }
    assert_eq!(came_back, [id], "{}", lambda.log());

    let name_is = |name: &str| json!({"match_phrase": {"@message": name}});
    let count = |name: &str| site.node.count(&site.indices(), &name_is(name));
    assert_eq!(count("huge"), HUGE_LINES as u64);
    assert_eq!((count("denied"), count("poisoned"), count("missing")), (0, 0, 0));
    let plain = json!({"wildcard": {"@log_s3key.keyword": "ds_agent/plain*"}});
    assert_eq!(site.node.count(&site.indices(), &plain), (OBJECTS * LINES) as u64);
    let of_broken = count("broken");
    assert!((1..400).contains(&of_broken), "{of_broken}");
    let log = lambda.log();
    let denial = format!("s3://{bucket}/ds_agent/denied.gz: access denied: ");
    for part in [
        denial.as_str(),
        "allow s3:GetObject to the role of the function es-loader-lambda",
        "NoSuchKey",
        "broke off",
    ] {
        assert!(log.contains(part), "no `{part}` in\n{log}");
    }

    // What somebody mends before the message comes again.
    storage.forbid_nothing(&bucket);
    assert_eq!(failed(&mut lambda, &[denied]), [""; 0], "{}", lambda.log());
    assert_eq!(count("denied"), LINES as u64);
}

/// Sends one message for each key to a function with these variables; gives the keys that come back, and the log.
fn come_back(site: &Site, bucket: &str, keys: &[&str], variables: &[(&str, &str)]) -> (Vec<String>, String) {
    let variables = [&[("ENDPOINT", services::opensearch())], variables].concat();
    let mut lambda = Lambda::start_with(site, &variables);
    let messages: Vec<Value> = keys
        .iter()
        .map(|key| message(key, &json!({"Records": [record(bucket, &format!("ds_agent/{key}"))]})))
        .collect();
    let back = failed(&mut lambda, &messages);
    (back, lambda.log())
}

#[test]
fn damaged_and_missing_objects_are_answered_as_the_variables_say() {
    let site = Site::new("answers");
    let (storage, bucket) = (Storage::new(), unique("answers"));
    storage.bucket(&bucket);
    let whole = gzip(&text("cut", 400, "Nov"));
    storage.put(&bucket, "ds_agent/cut.gz", &whole[..whole.len() / 2]);
    let mut corrupt = whole.clone();
    corrupt[whole.len() / 2..whole.len() / 2 + 40].fill(0xff);
    storage.put(&bucket, "ds_agent/corrupt.gz", &corrupt);
    let crc = [&whole[..whole.len() - 8], &[0; 8]].concat();
    storage.put(&bucket, "ds_agent/crc.gz", &crc);
    storage.put(&bucket, "ds_agent/fine.gz", &whole);
    let keys = ["cut.gz", "corrupt.gz", "crc.gz", "fine.gz", "gone.gz"];

    let (back, log) = come_back(&site, &bucket, &keys, &[]);
    assert_eq!(back, ["cut.gz", "corrupt.gz", "crc.gz"], "{log}");
    assert_eq!(log.matches("\"BrokenLogFileCount\":1").count(), 3, "{log}");
    assert_eq!(log.matches("\"MissingLogFileCount\":1").count(), 1, "{log}");
    assert!(!log.contains("\"logtype\":\"unknown\""), "{log}");

    let variables = [("ES_LOADER_BROKEN_OBJECT", "done"), ("ES_LOADER_MISSING_OBJECT", "retry")];
    let (back, log) = come_back(&site, &bucket, &keys, &variables);
    assert_eq!(back, ["gone.gz"], "{log}");
    // The lines are the same in each object, and the whole one is loaded last; what is behind a damage is odd.
    let of_whole = json!({"term": {"@log_s3key.keyword": "ds_agent/fine.gz"}});
    assert_eq!(site.node.count(&site.indices(), &of_whole), 400);
}

#[test]
fn lambdas_filter_by_level_drops_no_metric_and_the_text_of_an_error_stands_once() {
    let site = Site::new("levels");
    let (storage, bucket) = (Storage::new(), unique("levels"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/fine", text("fine", LINES, "Nov").as_bytes());
    storage.put(&bucket, "ds_agent/denied", text("denied", LINES, "Nov").as_bytes());
    storage.forbid(&bucket, "ds_agent/denied");
    for level in ["INFO", "WARN", "ERROR"] {
        let variables = [
            ("ENDPOINT", services::opensearch()),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ("AWS_LAMBDA_LOG_LEVEL", level),
        ];
        let mut lambda = Lambda::start_with(&site, &variables);
        lambda.invoke(&record(&bucket, "ds_agent/fine"));
        let Answer::Failed(error) = lambda.invoke(&record(&bucket, "ds_agent/denied")) else {
            panic!("denied")
        };
        assert!(error.contains("access denied"), "{error}");
        let log = lambda.log();
        let order = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
        let rank = |level: &str| order.iter().position(|known| *known == level).unwrap();
        let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &lines {
            line["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
            assert!(rank(line["level"].as_str().unwrap()) >= rank(level), "{line}");
        }
        assert_eq!(lines.iter().filter(|line| line.get("_aws").is_some()).count(), 2, "{log}");
        assert_eq!(log.matches("access denied").count(), 1, "{log}");
    }
}

#[test]
fn the_kind_of_an_error_is_a_word_and_what_was_skipped_is_counted() {
    let site = Site::new("kinds");
    let (storage, bucket) = (Storage::new(), unique("kinds"));
    storage.bucket(&bucket);
    let (answer, _) = run(async {
        let variables = [("ENDPOINT", services::opensearch())];
        interface::invoke(&site, &variables, &json!({"hello": "world"}), Duration::from_secs(20)).await
    });
    assert_eq!(answer["errorType"], "EventNotUnderstood");
    let messages = [
        message("test", &json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": bucket})),
        message("folder", &json!({"Records": [record(&bucket, "ds_agent/folder/")]})),
        message("other", &json!({"Records": [record(&bucket, "other/a")]})),
    ];
    let (_, log) = run(async {
        let variables = [("ENDPOINT", services::opensearch()), ("AWS_LAMBDA_LOG_FORMAT", "JSON")];
        let event = json!({ "Records": messages });
        interface::invoke(&site, &variables, &event, Duration::from_secs(20)).await
    });
    let done = log.lines().find(|line| line.contains("event done")).unwrap();
    let done: Value = serde_json::from_str(done).unwrap();
    assert_eq!(done["fields"]["skipped"], 3, "{log}");
}

#[test]
fn a_message_that_comes_back_from_a_full_cluster_is_hidden_by_its_receive_count() {
    let site = Site::new("hidden");
    let (storage, bucket) = (Storage::new(), unique("hidden"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a", text("a", LINES, "Nov").as_bytes());
    for (count, least, most) in [(1, 90, 120), (4, 720, 960), (9, 5_400, 7_200)] {
        let mut message = message("m", &json!({"Records": [record(&bucket, "ds_agent/a")]}));
        message["receiptHandle"] = json!("the-handle");
        message["eventSourceARN"] = json!("arn:aws:sqs:us-east-1:111122223333:q");
        message["attributes"] = json!({"ApproximateReceiveCount": count.to_string()});
        let event = json!({ "Records": [message] });
        run(async {
            let cluster = serve(|_| Reply::json(429, "{}")).await;
            let queue =
                serve(move |_| if count == 4 { Reply::json(500, "{}") } else { Reply::json(200, "{}") })
                    .await;
            let variables = [
                ("ENDPOINT", cluster.url.as_str()),
                ("AWS_ENDPOINT_URL_SQS", &queue.url),
                ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ];
            let (answer, log) = interface::invoke(&site, &variables, &event, Duration::from_secs(4)).await;
            assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "m"}]}), "{log}");
            let request = queue.requests().remove(0);
            let asked: Value = serde_json::from_str(&request.text()).unwrap();
            assert_eq!(asked["ReceiptHandle"], "the-handle");
            assert_eq!(asked["QueueUrl"], "https://sqs.us-east-1.amazonaws.com/111122223333/q");
            let hidden = asked["VisibilityTimeout"].as_u64().unwrap();
            assert!((least..=most).contains(&hidden), "{hidden} s after {count} receipts");
            let counter = if count == 4 { "\"not_hidden\":1" } else { "\"hidden_messages\":1" };
            assert!(log.contains(counter), "{log}");
        });
    }
}

#[test]
fn each_message_stands_for_itself_whatever_is_wrapped_in_it() {
    let site = Site::new("nested");
    let (storage, bucket) = (Storage::new(), unique("nested"));
    storage.bucket(&bucket);
    let names = ["a", "b", "c", "d", "e", "f"];
    for name in names {
        storage.put(&bucket, &format!("ds_agent/{name}"), text(name, LINES, "Nov").as_bytes());
    }
    storage.put(&bucket, "ds_agent/denied", text("denied", LINES, "Nov").as_bytes());
    storage.forbid(&bucket, "ds_agent/denied");
    let records = |keys: &[&str]| {
        let records: Vec<Value> =
            keys.iter().map(|key| record(&bucket, &format!("ds_agent/{key}"))).collect();
        json!({ "Records": records })
    };
    let sns = |keys: &[&str]| json!({"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:1:t", "Message": records(keys).to_string()});
    let event_bridge = |key: &str| {
        json!({"source": "aws.s3", "detail-type": "Object Created",
            "detail": {"bucket": {"name": bucket}, "object": {"key": format!("ds_agent/{key}")}}})
    };
    let twice = message("twice", &records(&["denied"]));
    let messages = [
        message("several", &records(&["a", "denied", "b"])),
        message("sns", &sns(&["c"])),
        message("sns-denied", &sns(&["denied"])),
        message("bridge", &event_bridge("d")),
        message("bridge-denied", &event_bridge("denied")),
        // The body of a function's dead letter is the event itself; moved back, it has lost its attributes.
        message("dead-letter", &json!({"Records": [message("inner", &records(&["e", "gone"]))]})),
        json!({"messageId": "empty", "eventSource": "aws:sqs", "body": ""}),
        message("unknown", &json!({"hello": "world"})),
        twice.clone(),
        twice,
        message("last", &records(&["f"])),
    ];
    let mut lambda = Lambda::start(&site);
    let back = failed(&mut lambda, &messages);
    let expected = ["several", "sns-denied", "bridge-denied", "unknown", "twice"];
    assert_eq!(back, expected, "{}", lambda.log());
    assert!(lambda.log().contains("the message is in the batch twice"), "{}", lambda.log());
    assert_eq!(site.documents(), (names.len() * LINES) as u64);

    storage.forbid_nothing(&bucket);
    let back: BTreeSet<String> = back.into_iter().collect();
    let again: Vec<Value> = messages
        .into_iter()
        .filter(|message| back.contains(message["messageId"].as_str().unwrap()))
        .collect();
    assert_eq!(failed(&mut lambda, &again), ["unknown"]);
    assert_eq!(site.documents(), ((names.len() + 1) * LINES) as u64, "nothing is there twice");
}

#[test]
fn a_huge_object_goes_from_one_invocation_to_the_next_by_the_queue_that_the_environment_names() {
    let site = Site::new("hugeobject");
    let (storage, bucket) = (Storage::new(), unique("hugeobject"));
    storage.bucket(&bucket);
    let queue = storage.queue(&bucket);
    storage.put(&bucket, "ds_agent/huge.gz", &gzip(&text("huge", HUGE_LINES, "Nov")));
    let event =
        json!({"Records": [message("m1", &json!({"Records": [record(&bucket, "ds_agent/huge.gz")]}))]});
    let answer = run(async {
        let mut requests = 1;
        // The first request fills most of the time, so to speak.
        let cluster = serve(move |request| {
            if !request.target.contains("_bulk") {
                return forward::to_node(request);
            }
            if requests == 0 {
                return Reply::json(429, "{}");
            }
            requests -= 1;
            forward::to_node(request)
        })
        .await;
        let variables = [("ENDPOINT", cluster.url.as_str()), ("SQS_SPLITTED_LOGS_URL", &queue.url)];
        interface::invoke(&site, &variables, &event, Duration::from_secs(20)).await
    });
    assert_eq!(answer.0, json!({"batchItemFailures": []}), "{}", answer.1);
    assert!(answer.1.contains("handed over"), "{}", answer.1);
    let settled = site.documents();
    assert!((1..HUGE_LINES as u64).contains(&settled), "{settled}");

    let rest = queue.event(1);
    let body: Value = serde_json::from_str(rest["Records"][0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["siem"], json!({"start_number": settled + 1, "end_number": 0, "hops": 1}));
    let mut lambda = Lambda::start(&site);
    assert_eq!(failed(&mut lambda, rest["Records"].as_array().unwrap()), [""; 0], "{}", lambda.log());
    assert_eq!(site.documents(), HUGE_LINES as u64);
}
