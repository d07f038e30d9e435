//! Every event of `fixtures/events` through the function, against S3 over HTTP and a real node.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Instant;

use es_loader::edge::aws::auth::Auth;
use es_loader::edge::aws::s3::S3;
use es_loader::edge::delivery::outcome::Options;
use es_loader::edge::delivery::sink::Sink;
use es_loader::edge::function::{Error, Function};
use es_loader::edge::object_loader::ObjectLoader;
use es_loader::edge::opensearch::client::{OpenSearch, Settings};
use es_loader::edge::opensearch::endpoint::Endpoint;
use es_loader::load::account::Limits;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::scripted::run;
use crate::support::services::{opensearch, repository};
use crate::support::site::{Site, unique};
use crate::support::storage::{Storage, sdk_config};

/// The bucket that the fixtures name.
const BUCKET: &str = "example-siem-logs";

/// Objects that the fixtures name, by what they are called here.
const OBJECTS: [(&str, &str); 6] = [
    ("plain", "ds_agent/2020/10/28/14_ip-10-0-0-1_0.gz"),
    ("second", "ds_agent/2020/10/28/14_ip-10-0-0-1_1.gz"),
    ("placeholder", "ds_agent/2026/11/22/00_${hostname}_0.gz"),
    ("japanese", "ds_agent/2026/11/22/09_ログ a+b=c_0.gz"),
    // The event writes it so: `14_100%+sure%zz%e3%83_0.gz`.
    ("damaged", "ds_agent/2020/10/28/14_100% sure%zz\u{FFFD}_0.gz"),
    // EventBridge wrote the key as it is, but it looks encoded.
    ("encoded", "ds_agent/2026/11/22/00_50% of it_0.gz"),
];

/// Lines of each object; enough for a continuation to leave some out.
const LINES: usize = 3;

/// What an invocation has to give.
enum Expected {
    /// It ends well; from SQS these messages come back.
    Done { failed: &'static [&'static str] },
    /// It ends well, without an answer.
    Nothing,
    /// It fails, and says so.
    Error(&'static str),
}
use Expected::{Done, Error as Fails, Nothing};

/// What each fixture has to give: the objects that are loaded, and the answer.
const EVENTS: [(&str, &[&str], Expected); 22] = [
    // Lines 100,001 to 200,000 of an object that has three.
    ("continuation", &[], Nothing),
    ("dlq-async-lambda", &["plain", "placeholder"], Done { failed: &[] }),
    ("empty-object", &[], Nothing),
    ("eventbridge", &["japanese"], Nothing),
    ("eventbridge-object-deleted", &[], Nothing),
    ("folder-key", &[], Nothing),
    ("on-failure-destination", &["plain", "japanese"], Done { failed: &[] }),
    ("s3-object-removed", &[], Nothing),
    ("s3-put", &["plain"], Nothing),
    ("s3-several-records", &["plain", "second", "damaged"], Nothing),
    ("s3-test-event", &[], Nothing),
    ("sns-s3", &["japanese"], Nothing),
    ("sqs-continuation", &[], Done { failed: &[] }),
    ("sqs-eventbridge", &["placeholder", "encoded"], Done { failed: &[] }),
    ("sqs-s3", &["placeholder"], Done { failed: &[] }),
    ("sqs-s3-test-event", &[], Done { failed: &[] }),
    (
        "sqs-several-messages",
        &["plain", "japanese", "placeholder"],
        Done { failed: &["3fdba35f-04dc-4c46-a986-c992bcf87554", "8527a891-e224-4369-a0ff-32ca212b45bc"] },
    ),
    ("sqs-sns-raw", &["japanese"], Done { failed: &[] }),
    ("sqs-sns-s3", &["placeholder"], Done { failed: &[] }),
    (
        "unknown-shape",
        &[],
        Fails(
            "not an S3 notification: event is an object with the keys account, detail, detail-type, id, region, \
             resources, source, time, version (the function takes S3, SNS and EventBridge events of S3, directly or by SQS)",
        ),
    ),
    // A version that S3 does not have any more.
    ("versioned", &[], Nothing),
    ("empty-batch", &[], Nothing),
];

/// Lines that no other object has.
fn object(name: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for line in 0..LINES {
        let message = format!(
            "Nov 22 15:00:0{line} h CEF: 0|Trend Micro|Deep Security Agent|20.0|20|{name}|0|src=203.0.113.{line} act=Log"
        );
        let record = json!({"message": message, "timestamp": "2026-11-22T22:26:05+00:00"});
        writeln!(encoder, "{record}").unwrap();
    }
    encoder.finish().unwrap()
}

fn function(site: &Site) -> Function {
    let client = OpenSearch::new(Settings::new(Endpoint::parse(opensearch()).unwrap(), Auth::None)).unwrap();
    let sink = Sink::OpenSearch(Box::new(client), Options::default());
    let s3 = S3::new(&sdk_config(), true, None);
    let loader = ObjectLoader::new(site.sections(), Some(s3), sink, Limits::default());
    // A process that has handled other events before.
    Function::new(loader, None, Timestamp::now() - SignedDuration::from_secs(60))
}

/// Hands over an event with the deadline of the runtime interface on this machine, ten minutes after the start of 1970.
fn handle(site: &Site, event: &Value) -> Result<Value, Error> {
    handle_until(site, event, 600_000)
}

fn handle_until(site: &Site, event: &Value, deadline: u64) -> Result<Value, Error> {
    run(async {
        let now = (Timestamp::now(), Instant::now());
        function(site).handle(event, now, deadline).await
    })
}

/// Lines of each object in the site's indices, by the object's key.
fn loaded(site: &Site) -> BTreeMap<String, usize> {
    let mut keys = BTreeMap::new();
    for document in site.node.find(&site.indices(), &json!({"match_all": {}})) {
        *keys.entry(document["@log_s3key"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    keys
}

/// A notification of S3 for a new object, and the message of SQS around it.
fn put_event(bucket: &str, object: &Value) -> Value {
    json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "eventTime": "2026-11-22T22:30:00.000Z",
        "awsRegion": "us-east-1", "s3": {"bucket": {"name": bucket}, "object": object}}]})
}

fn queued(id: &str, event: &Value) -> Value {
    json!({"Records": [{"messageId": id, "eventSource": "aws:sqs", "body": event.to_string()}]})
}

fn fixture(name: &str) -> Value {
    if name == "empty-batch" {
        return json!({"Records": []});
    }
    let path = repository().join(format!("fixtures/events/{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_fixture_loads_its_objects_and_gives_back_what_failed() {
    let storage = Storage::new();
    storage.bucket(BUCKET);
    for (name, key) in OBJECTS {
        storage.put(BUCKET, key, &object(name));
    }
    let keys: BTreeMap<&str, &str> = OBJECTS.into_iter().collect();
    for (name, objects, expected) in &EVENTS {
        let site = Site::new("event");
        let answer = handle(&site, &fixture(name));
        match (expected, answer) {
            (Nothing, Ok(answer)) => assert_eq!(answer, Value::Null, "{name}"),
            (Done { failed }, Ok(answer)) => {
                let failed: Vec<Value> = failed.iter().map(|id| json!({"itemIdentifier": id})).collect();
                assert_eq!(answer, json!({"batchItemFailures": failed}), "{name}");
            }
            (Fails(expected), Err(error)) => assert_eq!(error.to_string(), *expected, "{name}"),
            (_, answer) => panic!("{name}: {answer:?}"),
        }
        let expected: BTreeMap<String, usize> =
            objects.iter().map(|name| (keys[name].to_owned(), LINES)).collect();
        assert_eq!(loaded(&site), expected, "{name}");
    }
}

#[test]
fn the_version_that_the_event_names_is_the_one_that_is_loaded() {
    let site = Site::new("version");
    let (storage, bucket, key) = (Storage::new(), unique("version"), "ds_agent/a.gz");
    storage.bucket(&bucket);
    storage.keep_versions(&bucket);
    let first = storage.put(&bucket, key, &object("the first")).unwrap();
    storage.put(&bucket, key, &object("the second"));
    storage.delete(&bucket, key);
    assert_eq!(handle(&site, &put_event(&bucket, &json!({"key": key, "versionId": first}))), Ok(Value::Null));
    let names = json!({"match_phrase": {"@message": "the first"}});
    assert_eq!((site.node.count(&site.indices(), &names), site.documents()), (3, 3));
}

#[test]
fn a_deadline_that_comes_too_soon_sends_the_message_back_and_the_next_try_loads_it() {
    let site = Site::new("deadline");
    let (storage, bucket) = (Storage::new(), unique("deadline"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a.gz", &object("deadline"));
    let event = put_event(&bucket, &json!({"key": "ds_agent/a.gz"}));

    let soon = || u64::try_from(Timestamp::now().as_millisecond()).unwrap() + 2;
    let answer = handle_until(&site, &queued("m1", &event), soon());
    assert_eq!(answer, Ok(json!({"batchItemFailures": [{"itemIdentifier": "m1"}]})));
    let error = handle_until(&site, &event, soon()).unwrap_err();
    let object = format!("s3://{bucket}/ds_agent/a.gz");
    assert!(matches!(&error, Error::NotLoaded { count: 1, object: o, .. } if *o == object), "{error}");
    assert!(error.to_string().contains("the deadline came"), "{error}");

    assert_eq!(handle(&site, &queued("m1", &event)), Ok(json!({"batchItemFailures": []})));
    assert_eq!(site.documents(), 3);
}

#[test]
fn an_object_that_no_section_takes_is_left_alone() {
    let site = Site::new("untaken");
    let (storage, bucket) = (Storage::new(), unique("untaken"));
    storage.bucket(&bucket);
    storage.put(&bucket, "AWSLogs/elb.gz", &object("untaken"));
    assert_eq!(handle(&site, &put_event(&bucket, &json!({"key": "AWSLogs/elb.gz"}))), Ok(Value::Null));
    assert_eq!(site.documents(), 0);
}

#[test]
fn a_damaged_object_is_loaded_as_far_as_it_goes_and_its_message_comes_back() {
    let site = Site::new("damaged");
    let (storage, bucket) = (Storage::new(), unique("damaged"));
    storage.bucket(&bucket);
    let whole = crate::support::chain::bytes();
    storage.put(&bucket, "ds_agent/cut.gz", &whole[..whole.len() / 2]);
    let event = put_event(&bucket, &json!({"key": "ds_agent/cut.gz"}));
    let back = json!({"batchItemFailures": [{"itemIdentifier": "m1"}]});
    assert_eq!(handle(&site, &queued("m1", &event)), Ok(back));
    let documents = site.documents();
    assert!((100..400).contains(&documents), "{documents}");
}

#[test]
fn no_fixture_is_forgotten() {
    let tested: Vec<&str> = EVENTS.iter().map(|(name, ..)| *name).collect();
    for entry in std::fs::read_dir(repository().join("fixtures/events")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.trim_end_matches(".json").trim_end_matches(".expected");
        assert!(tested.contains(&name), "{name}");
    }
}
