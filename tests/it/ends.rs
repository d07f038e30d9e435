//! Ends of invocations: wherever one ends, at its deadline or by SIGKILL, the next ones load the rest, and the numbers add up.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests: to fail is to panic"
)]

use std::collections::VecDeque;
use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::delivery::probe_taken;
use crate::scripted::{Reply, Request, run, serve};
use crate::support::forward;
use crate::support::interface::{self, Ended};
use crate::support::services::opensearch;
use crate::support::site::{Site, unique};
use crate::support::storage::{Queue, Storage};

/// The time of an invocation.
const TIME: Duration = Duration::from_secs(6);

/// More invocations than it may take.
const MANY: usize = 60;

/// A gzip object of events, no two of them equal, with a blank line behind each tenth and two events in each seventh line.
fn object(name: &str, lines: usize) -> (Vec<u8>, u64) {
    let event = |number: usize, part: &str| {
        format!(
            "Nov 22 15:00:00 h CEF:0|Trend Micro|Deep Security Agent|20.0|20|{name}|0|act=Log cnt={number}{part}"
        )
    };
    let (mut text, mut events) = (String::new(), 0);
    for number in 0..lines {
        let message = if number % 7 == 0 {
            events += 2;
            format!("{}#012{}", event(number, "001"), event(number, "002"))
        } else {
            events += 1;
            event(number, "")
        };
        text.push_str(&json!({"message": message, "timestamp": "2026-11-22T22:26:05+00:00"}).to_string());
        text.push_str(if number % 10 == 0 { "\n\n" } else { "\n" });
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    (encoder.finish().unwrap(), events)
}

fn body(bucket: &str, key: &str) -> String {
    json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "awsRegion": "us-east-1",
        "eventTime": "2026-11-22T22:30:00.000Z", "s3": {"bucket": {"name": bucket}, "object": {"key": key}}}]})
    .to_string()
}

/// The bodies of the messages in a queue, which are taken from it.
fn sent(queue: &Queue) -> Vec<String> {
    queue.bodies()
}

/// Lets invocations work until no message is left; `end` says for each how long it may live. Gives the logs of those that answered,
/// with whether they gave their message back.
fn work_off(
    site: &Site,
    endpoint: &str,
    queue: &Queue,
    body: String,
    mut end: impl FnMut(usize) -> Option<Duration>,
) -> Vec<(bool, String)> {
    let (mut waiting, mut logs) = (VecDeque::from([body]), Vec::new());
    let variables =
        [("ENDPOINT", endpoint), ("SQS_SPLITTED_LOGS_URL", &queue.url), ("AWS_LAMBDA_LOG_FORMAT", "JSON")];
    for number in 0..MANY {
        let Some(body) = waiting.pop_front() else { return logs };
        let message = json!({"messageId": format!("m{number}"), "eventSource": "aws:sqs", "body": body});
        let event = json!({ "Records": [message] });
        let ended = run(interface::invoke_until(site, &variables, &event, TIME, end(number)));
        match ended {
            Ended::Killed => waiting.push_back(body),
            Ended::Answered(answer, log) => {
                let is_back = answer["batchItemFailures"] != json!([]);
                if is_back {
                    waiting.push_back(body);
                }
                logs.push((is_back, log));
            }
        }
        waiting.extend(sent(queue));
    }
    panic!("{} messages are left: {:?}", waiting.len(), logs.last());
}

#[test]
fn a_chain_of_short_invocations_with_kills_between_them_loads_every_line_once() {
    let site = Site::new("chainofshort");
    let (storage, bucket) = (Storage::new(), unique("chainofshort"));
    storage.bucket(&bucket);
    let queue = storage.queue(&bucket);
    let (object, events) = object("chain", 40_000);
    storage.put(&bucket, "ds_agent/chain.gz", &object);
    // Each third one is killed, at another moment each time.
    let kills =
        |number: usize| (number % 3 == 1).then(|| Duration::from_millis(900 + 1_300 * number as u64 % 5_000));
    work_off(&site, opensearch(), &queue, body(&bucket, "ds_agent/chain.gz"), kills);
    assert_eq!(site.documents(), events);
}

/// The lines of a log that are metrics.
fn metrics(log: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line.get("_aws").is_some()).collect()
}

/// The lines of a log that tell what became of an object.
fn objects(log: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.map(|mut line| line["fields"].take()).filter(|fields| fields.get("blank").is_some()).collect()
}

/// A cluster that takes small requests only, refuses some documents, and is full after some requests.
fn full_after(mut requests: u64, refuses: bool) -> impl FnMut(&Request) -> Reply + Send + 'static {
    move |request| {
        if request.text().len() > 60_000 {
            return Reply::json(413, "{}");
        }
        if requests == 0 {
            return Reply::json(429, "{}");
        }
        requests -= 1;
        if !refuses {
            return forward::to_node(request);
        }
        if let Some(taken) = probe_taken(request) {
            return taken;
        }
        let text = request.text();
        let lines: Vec<&str> = text.lines().collect();
        let item = |pair: &[&str]| match pair[1].contains("cnt=3") {
            true => {
                json!({"index": {"status": 400, "error": {"type": "mapper_parsing_exception", "reason": "failed to parse field [message] of type [text]"}}})
            }
            false => json!({"index": {"status": 201}}),
        };
        let items: Vec<Value> = lines.chunks(2).map(item).collect();
        Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
    }
}

/// Loads an object in invocations whose clusters take so many requests each.
fn adds_up(seed: u64) {
    let site = Site::new("addsup");
    let (storage, bucket) = (Storage::new(), unique("addsup"));
    storage.bucket(&bucket);
    let queue = storage.queue(&bucket);
    let (object, events) = object("sum", 300);
    storage.put(&bucket, "ds_agent/sum.gz", &object);
    let mut waiting = VecDeque::from([body(&bucket, "ds_agent/sum.gz")]);
    let (mut total, mut logged, mut files, mut number) = (0, 0, 0, 0);
    while let Some(body) = waiting.pop_front() {
        number += 1;
        assert!(number < MANY as u64, "seed {seed}");
        let message = json!({"messageId": "m", "eventSource": "aws:sqs", "body": body});
        let takes = 2 + (seed * 7 + number * 5) % 9;
        let (answer, log) = run(async {
            let cluster = serve(full_after(takes, seed.is_multiple_of(3))).await;
            let variables = [
                ("ENDPOINT", cluster.url.as_str()),
                ("SQS_SPLITTED_LOGS_URL", &queue.url),
                ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ];
            interface::invoke(&site, &variables, &json!({ "Records": [message] }), TIME).await
        });
        let count =
            |line: &Value, name: &str| line[name].as_u64().unwrap_or_else(|| panic!("{name}: {line}"));
        for line in metrics(&log) {
            let parts = ["SuccessLogLoadCount", "ErrorLogLoadCount", "ExcludedLogCount"];
            let sum: u64 = parts.iter().map(|name| count(&line, name)).sum();
            assert_eq!(count(&line, "TotalLogCount"), sum, "seed {seed}: {line}");
        }
        for line in objects(&log) {
            let parts = ["indexed", "excluded", "rejected", "unsent"];
            let sum: u64 = parts.iter().map(|name| count(&line, name)).sum();
            assert_eq!(count(&line, "events"), sum, "seed {seed}: {line}");
        }
        if answer["batchItemFailures"] == json!([]) {
            total += metrics(&log).iter().map(|line| count(line, "TotalLogCount")).sum::<u64>();
            files += metrics(&log).iter().map(|line| count(line, "TotalLogFileCount")).sum::<u64>();
            logged += objects(&log).iter().map(|line| count(line, "events")).sum::<u64>();
        } else {
            waiting.push_back(body);
        }
        waiting.extend(sent(&queue));
    }
    assert_eq!((total, logged, files), (events, events, 1), "seed {seed}");
    if !seed.is_multiple_of(3) {
        assert_eq!(site.documents(), events, "seed {seed}");
    }
}

#[test]
fn the_numbers_of_all_invocations_add_up_to_those_of_the_object_wherever_they_end() {
    let started = Instant::now();
    std::thread::scope(|scope| {
        for seed in 1..=4 {
            scope.spawn(move || adds_up(seed));
        }
    });
    println!("{:?}", started.elapsed());
}
