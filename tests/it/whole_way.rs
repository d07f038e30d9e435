//! The whole way: an object is put into a bucket, the function is told, and an analyst finds the documents.
//!
//! The function's own binary runs behind the Lambda runtime interface, against S3 and SQS over HTTP and a real node.

use es_loader::generate;
use es_loader::generate::Options;
use serde_json::{Value, json};

use crate::support::chain;
use crate::support::lambda::{Answer, Lambda};
use crate::support::program::{Run, es_loader};
use crate::support::services::opensearch;
use crate::support::site::{Site, unique};
use crate::support::storage::Storage;
use crate::support::tls::{Authority, gate};

/// A key as fluentd's S3 plugin writes it when its placeholder is not filled, with what people put into file names.
const KEY: &str = "ds_agent/2026/11/22/00_${hostname} ログ a+b=c_0.gz";
/// The same in an event of S3.
const KEY_IN_EVENT: &str = "ds_agent/2026/11/22/00_%24%7Bhostname%7D+%E3%83%AD%E3%82%B0+a%2Bb%3Dc_0.gz";

fn setup(site: &Site) {
    let mut command = es_loader();
    command.args(["setup", "--endpoint", opensearch(), "--config"]).arg(site.config());
    Run::of(&mut command).with_status(0);
}

/// The notification of S3 for a new object.
fn put_event(bucket: &str, key_in_event: &str) -> Value {
    json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "ap-northeast-1",
        "eventTime": "2026-11-22T22:30:00.000Z",
        "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key_in_event, "size": 52768, "sequencer": "0A"}}
    }]})
}

#[test]
fn an_object_that_is_put_can_be_searched_and_a_second_notification_adds_nothing() {
    let site = Site::new("wholeway");
    setup(&site);
    let bucket = unique("whole-way");
    let storage = Storage::new();
    storage.bucket(&bucket);
    storage.put(&bucket, KEY, &chain::bytes());

    let mut lambda = Lambda::start(&site);
    for _ in 0..2 {
        assert_eq!(
            lambda.invoke(&put_event(&bucket, KEY_IN_EVENT)),
            Answer::Done(Value::Null),
            "{}",
            lambda.log()
        );
        assert_eq!(site.documents(), chain::DOCUMENTS);
    }
    chain::assert_searchable(&site);

    let facts = json!({"bool": {"filter": [
        {"term": {"@log_s3bucket": bucket}},
        {"term": {"@log_s3key": KEY}},
        {"term": {"@log_type": "deepsecurity"}},
        {"term": {"cloud.region": "ap-northeast-1"}}
    ]}});
    assert_eq!(site.node.count(&site.indices(), &facts), chain::DOCUMENTS);
}

/// S3 may tell of an object twice, and a message may be handed out again before its visibility ends.
#[test]
fn two_functions_that_load_one_object_at_the_same_time_give_each_document_once() {
    let site = Site::new("twofunctions");
    setup(&site);
    let bucket = unique("two-functions");
    let storage = Storage::new();
    storage.bucket(&bucket);
    let mut functions = [Lambda::start(&site), Lambda::start(&site)];
    let options = |seed| Options { seed, lines: 500, ..Options::default() };
    // Also an object of the same lines three times, and one that both have loaded before.
    for (key, seed, times) in [("ds_agent/a.gz", 1, 1), ("ds_agent/b.gz", 2, 3), ("ds_agent/a.gz", 1, 1)] {
        let mut object = Vec::new();
        let summary = generate::run(&options(seed), &mut object).unwrap();
        storage.put(&bucket, key, &object.repeat(times));
        let event = put_event(&bucket, key);
        std::thread::scope(|scope| {
            for function in &mut functions {
                let event = &event;
                scope.spawn(move || {
                    assert_eq!(function.invoke(event), Answer::Done(Value::Null), "{}", function.log());
                });
            }
        });
        let of_object = site.node.count(&site.indices(), &json!({"term": {"@log_s3key": key}}));
        assert_eq!(of_object, summary.documents * times as u64, "{key}");
    }
}

#[test]
fn the_queue_gets_back_the_messages_that_failed_and_no_others() {
    let site = Site::new("queue");
    setup(&site);
    let bucket = unique("queue");
    let storage = Storage::new();
    storage.bucket(&bucket);
    let queue = storage.notify_queue(&bucket);
    storage.put(&bucket, KEY, &chain::bytes());
    storage.put(&bucket, "ds_agent/gone.gz", b"x\n");
    storage.delete(&bucket, "ds_agent/gone.gz");
    queue.send("{\"hello\": \"world\"}");
    queue.send("not JSON");

    let event = queue.event(5);
    let messages = event["Records"].as_array().unwrap();
    let having = |text: &str| -> Value {
        let found = messages.iter().find(|message| message["body"].as_str().unwrap().contains(text));
        found.unwrap_or_else(|| panic!("no message has {text}: {messages:#?}"))["messageId"].clone()
    };
    // S3 tries its way to the queue when the notification is set up: that is one of the messages.
    having("s3:TestEvent");
    having("hostname");
    having("gone.gz");

    let mut lambda = Lambda::start(&site);
    let Answer::Done(answer) = lambda.invoke(&event) else { panic!("{}", lambda.log()) };
    let mut failed: Vec<String> = answer["batchItemFailures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned())
        .collect();
    let mut expected = [having("hello"), having("not JSON")].map(|id| id.as_str().unwrap().to_owned());
    failed.sort();
    expected.sort();
    assert_eq!(failed, expected, "{}", lambda.log());
    assert_eq!(site.documents(), chain::DOCUMENTS);
    chain::assert_searchable(&site);
    let log = lambda.log();
    for reason in ["NoSuchKey", "hello", "not JSON", "TestEvent"] {
        assert!(log.contains(reason), "no `{reason}` in\n{log}");
    }
}

#[test]
fn an_object_that_cannot_be_loaded_fails_the_invocation_with_its_name_and_reason() {
    let site = Site::new("denied");
    let bucket = unique("denied");
    let storage = Storage::new();
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a.gz", &chain::bytes());

    let authority = Authority::new("the company's own");
    let ca = site.file("ca.pem", authority.pem.as_bytes());
    let endpoint = gate(&authority, "localhost", "loader", "secret");
    let guarded = [("ENDPOINT", endpoint.as_str()), ("OPENSEARCH_CA", ca.to_str().unwrap())];
    let known = [("OPENSEARCH_USER", "loader"), ("OPENSEARCH_PASSWORD", "secret")];

    let answer = Lambda::start_with(&site, &guarded).invoke(&put_event(&bucket, "ds_agent/a.gz"));
    let Answer::Failed(message) = answer else { panic!("{answer:?}") };
    assert!(message.contains(&format!("s3://{bucket}/ds_agent/a.gz: {endpoint}: status 401")), "{message}");
    assert!(message.contains("check user and password"), "{message}");
    assert_eq!(site.documents(), 0);

    // What somebody mends between two tries.
    let mut lambda = Lambda::start_with(&site, &[guarded, known].concat());
    assert_eq!(
        lambda.invoke(&put_event(&bucket, "ds_agent/a.gz")),
        Answer::Done(Value::Null),
        "{}",
        lambda.log()
    );
    assert_eq!(site.documents(), chain::DOCUMENTS);
    assert!(!lambda.log().contains("secret"), "{}", lambda.log());
}
