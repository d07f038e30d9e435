//! Objects that take longer than an invocation: what is left goes to a queue, and the next invocation goes on with it.

use std::time::{Duration, Instant};

use es_loader::edge::aws::auth::Auth;
use es_loader::edge::aws::s3::S3;
use es_loader::edge::aws::sqs;
use es_loader::edge::aws::sqs::QueueError;
use es_loader::edge::delivery::outcome::Options;
use es_loader::edge::delivery::sink::Sink;
use es_loader::edge::function::{Error, Function};
use es_loader::edge::object_loader::ObjectLoader;
use es_loader::edge::opensearch::client::{OpenSearch, Settings};
use es_loader::edge::opensearch::endpoint::Endpoint;
use es_loader::load::account::Limits;
use es_loader::local::sink::LocalSink;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::scripted::{Reply, Request, run, serve};
use crate::support::forward;
use crate::support::site::{Site, unique};
use crate::support::storage::{Storage, sdk_config};

/// Lines of an object. Each line stands in it twice, the second time far behind the first.
const LINES: usize = 200;

fn object(name: &str) -> Vec<u8> {
    let line = |line: usize| {
        let message = format!(
            "Nov 22 15:00:00 h CEF: 0|Trend Micro|Deep Security Agent|20.0|20|{name}|0|act=Log msg=line {line}"
        );
        json!({"message": message, "timestamp": "2026-11-22T22:26:05+00:00"}).to_string()
    };
    let half: Vec<String> = (0..LINES / 2).map(line).collect();
    [half.join("\n"), half.join("\n")].join("\n").into_bytes()
}

/// Lets an invocation handle an event within `time`, with a cluster that `script` stands before, and a queue for what is left.
fn handle(
    site: &Site,
    event: &Value,
    time: Option<Duration>,
    queue: Option<&str>,
    script: impl FnMut(&Request) -> Reply + Send + 'static,
) -> Result<Value, Error> {
    run(async {
        let server = serve(script).await;
        let client =
            OpenSearch::new(Settings::new(Endpoint::parse(&server.url).unwrap(), Auth::None)).unwrap();
        let options = Options { in_flight: 1, ..Options::default() };
        let sink = Sink::OpenSearch(Box::new(client), options);
        let s3 = S3::new(&sdk_config(), true, None);
        let limits = Limits { batch_bytes: 20_000, ..Limits::default() };
        let loader = ObjectLoader::new(site.sections(), Some(s3), sink, limits);
        let queue = queue.map(|url| sqs::Queue::new(&sdk_config(), url).unwrap());
        let function = Function::new(loader, queue, Timestamp::now() - SignedDuration::from_secs(60));
        let (now, instant) = (Timestamp::now(), Instant::now());
        let deadline = time.map_or(600_000, |time| {
            u64::try_from((now + SignedDuration::try_from(time).unwrap()).as_millisecond()).unwrap()
        });
        function.handle(event, (now, instant), deadline).await
    })
}

/// A cluster that takes `requests` requests, and is overloaded then.
fn takes(mut requests: usize) -> impl FnMut(&Request) -> Reply + Send + 'static {
    move |request| {
        if requests == 0 {
            return Reply::json(429, "{}");
        }
        requests -= 1;
        forward::to_node(request)
    }
}

/// Long enough for a few small requests on a machine with other things to do.
const SHORT: Option<Duration> = Some(Duration::from_secs(6));

fn record(bucket: &str, key: &str) -> Value {
    json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "eventTime": "2026-11-22T22:30:00.000Z",
        "awsRegion": "us-east-1", "s3": {"bucket": {"name": bucket}, "object": {"key": key}}})
}

fn queued(messages: &[(&str, Value)]) -> Value {
    let records = messages.iter().map(|(id, record)| {
        json!({"messageId": id, "eventSource": "aws:sqs", "body": json!({"Records": [record]}).to_string()})
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

fn failures(ids: &[&str]) -> Value {
    let ids: Vec<Value> = ids.iter().map(|id| json!({"itemIdentifier": id})).collect();
    json!({"batchItemFailures": ids})
}

/// The ids of all documents, in order.
fn ids(site: &Site) -> Vec<String> {
    let search = json!({"size": 1000, "_source": false, "sort": ["_doc"]});
    let found = site.node.search(&site.indices(), &search);
    let mut ids: Vec<String> = found["hits"]["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["_id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[test]
fn what_the_deadline_leaves_is_loaded_by_the_next_invocation_under_the_ids_of_a_whole_load() {
    let (site, whole) = (Site::new("handed"), Site::new("whole"));
    let (storage, bucket) = (Storage::new(), unique("handed"));
    storage.bucket(&bucket);
    let queue = storage.queue(&bucket);
    for name in ["first", "second"] {
        storage.put(&bucket, &format!("ds_agent/{name} a+b"), &object(name));
    }
    let (first, second) = (record(&bucket, "ds_agent/first+a%2Bb"), record(&bucket, "ds_agent/second+a%2Bb"));
    let event = queued(&[("m1", first), ("m2", second)]);

    let answer = handle(&site, &event, SHORT, Some(&queue.url), takes(2));
    assert_eq!(answer, Ok(failures(&[])), "both are handed over, and with that done");
    let settled = site.documents();
    assert!((1..200).contains(&settled), "{settled}");

    let rest = queue.event(2);
    let mut bodies: Vec<Value> = rest["Records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| serde_json::from_str(record["body"].as_str().unwrap()).unwrap())
        .collect();
    bodies.sort_by_key(|body| body["s3"]["object"]["key"].to_string());
    assert_eq!(bodies[0]["siem"], json!({"start_number": settled + 1, "end_number": 0, "hops": 1}));
    assert_eq!(bodies[0]["s3"]["object"]["key"], "ds_agent/first+a%2Bb");
    assert!(bodies[0]["s3"]["object"]["eTag"].is_string(), "{}", bodies[0]);
    assert_eq!(bodies[1]["siem"], json!({"start_number": 1, "end_number": 0, "hops": 1}), "it was not begun");

    let answer = handle(&site, &rest, None, Some(&queue.url), forward::to_node);
    assert_eq!(answer, Ok(failures(&[])));
    assert_eq!(site.documents(), 2 * LINES as u64);
    assert_eq!(handle(&whole, &event, None, None, forward::to_node), Ok(failures(&[])));
    assert_eq!(ids(&site), ids(&whole));
}

#[test]
fn without_a_queue_the_message_comes_back_and_what_was_loaded_is_not_doubled() {
    let site = Site::new("noqueue");
    let (storage, bucket) = (Storage::new(), unique("noqueue"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a", &object("a"));
    let event = queued(&[("m1", record(&bucket, "ds_agent/a"))]);
    assert_eq!(handle(&site, &event, SHORT, None, takes(1)), Ok(failures(&["m1"])));
    assert!(site.documents() > 0);
    assert_eq!(handle(&site, &event, None, None, forward::to_node), Ok(failures(&[])));
    assert_eq!(site.documents(), LINES as u64);
}

#[test]
fn an_invocation_without_progress_fails_instead_of_going_round_in_circles() {
    let site = Site::new("circles");
    let (storage, bucket) = (Storage::new(), unique("circles"));
    storage.bucket(&bucket);
    let queue = storage.queue(&bucket);
    storage.put(&bucket, "ds_agent/a", &object("a"));
    let event = queued(&[("m1", record(&bucket, "ds_agent/a"))]);
    let time = Some(Duration::from_secs(2));
    assert_eq!(handle(&site, &event, time, Some(&queue.url), takes(0)), Ok(failures(&["m1"])));
    queue.assert_empty();
}

#[test]
fn an_object_that_was_handed_over_too_often_fails_with_the_way_out() {
    let site = Site::new("hops");
    let (storage, bucket) = (Storage::new(), unique("hops"));
    storage.bucket(&bucket);
    let queue = storage.queue(&bucket);
    storage.put(&bucket, "ds_agent/a", &object("a"));
    let mut record = record(&bucket, "ds_agent/a");
    record["siem"] = json!({"start_number": 1, "end_number": 0, "hops": 15});
    let error = handle(&site, &record, SHORT, Some(&queue.url), takes(1)).unwrap_err().to_string();
    assert!(error.contains("handed over 15 times"), "{error}");
    assert!(error.contains("more memory or time"), "{error}");
    queue.assert_empty();
}

#[test]
fn a_part_of_an_object_that_has_changed_is_not_loaded() {
    let site = Site::new("changed");
    let (storage, bucket) = (Storage::new(), unique("changed"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a", &object("a"));
    let mut record = record(&bucket, "ds_agent/a");
    record["siem"] = json!({"start_number": 101, "end_number": 0});
    record["s3"]["object"]["eTag"] = json!("another");
    assert_eq!(handle(&site, &record, None, None, forward::to_node), Ok(Value::Null));
    assert_eq!(site.documents(), 0);
    // The Python loader's messages have no ETag.
    record["s3"]["object"]["eTag"] = Value::Null;
    assert_eq!(handle(&site, &record, None, None, forward::to_node), Ok(Value::Null));
    assert_eq!(site.documents(), 100);
}

#[test]
fn a_queue_that_does_not_take_the_message_is_named_and_the_object_comes_back() {
    let site = Site::new("lostqueue");
    let (storage, bucket) = (Storage::new(), unique("lostqueue"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a", &object("a"));
    let url = format!("http://127.0.0.1/123456789012/{bucket}");
    let error =
        handle(&site, &record(&bucket, "ds_agent/a"), SHORT, Some(&url), takes(1)).unwrap_err().to_string();
    assert!(error.contains(&format!("queue {url}: ")) && error.contains("NonExistentQueue"), "{error}");
    assert!(error.contains("the deadline came first"), "{error}");
}

#[test]
fn an_object_store_that_never_answers_costs_no_more_than_the_deadline() {
    let site = Site::new("silent");
    run(async {
        let store = serve(|_| Reply::Silence).await;
        let aws = sdk_config().into_builder().endpoint_url(&store.url).build();
        let sink = Sink::Local(LocalSink::Nothing);
        let loader =
            ObjectLoader::new(site.sections(), Some(S3::new(&aws, true, None)), sink, Limits::default());
        let started = Timestamp::now();
        let function = Function::new(loader, None, started - SignedDuration::from_secs(60));
        let deadline = (started + SignedDuration::from_secs(2)).as_millisecond().try_into().unwrap();
        let event = record("bucket", "ds_agent/a");
        let error =
            function.handle(&event, (started, Instant::now()), deadline).await.unwrap_err().to_string();
        assert!(
            error.contains("s3://bucket/ds_agent/a: the deadline came while the object was read"),
            "{error}"
        );
    });
}

#[test]
fn a_queue_that_is_forbidden_names_the_permission() {
    let refusal = json!({"__type": "com.amazonaws.sqs#AccessDeniedException", "message": "User: arn:aws:sts::1:assumed-role/loader/f is not authorized to perform: sqs:sendmessage"});
    run(async move {
        let server = serve(move |_| Reply::json(403, refusal.to_string())).await;
        let aws = sdk_config().into_builder().endpoint_url(&server.url).build();
        let queue =
            sqs::Queue::new(&aws, "https://sqs.eu-west-3.amazonaws.com/111122223333/es-loader").unwrap();
        let error = queue.send("{}", None).await.unwrap_err();
        assert!(matches!(error, QueueError::AccessDenied { .. }), "{error}");
        for text in ["111122223333/es-loader", "assumed-role/loader", "allow sqs:SendMessage"] {
            assert!(error.to_string().contains(text), "{error}");
        }
        let request = server.requests().remove(0);
        assert_eq!(request.header("x-amz-target"), Some("AmazonSQS.SendMessage"));
        let signature = request.header("authorization").unwrap();
        assert!(signature.contains("/eu-west-3/sqs/aws4_request"), "by the region of the queue: {signature}");
    });
}

#[test]
fn what_is_no_queue_is_refused_at_the_start() {
    for url in [
        "",
        "es-loader",
        "https://",
        "https://sqs.eu-west-3.amazonaws.com",
        "arn:aws:sqs:eu-west-3:1:q",
        "http:// /q",
    ] {
        let error = sqs::Queue::new(&sdk_config(), url).unwrap_err();
        assert!(error.to_string().contains(&format!("`{url}` is not the URL of a queue")), "{error}");
    }
}
