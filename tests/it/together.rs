//! Small objects share bulk requests, and each still succeeds or fails alone.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Instant;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::scripted::{Reply, Request, Server, run, serve};
use crate::support::lambda::{Answer, Lambda};
use crate::support::program::{Run, es_loader};
use crate::support::site::{Site, unique};
use crate::support::storage::Storage;

/// A line of the object of this number.
fn line(object: usize) -> String {
    let message = format!(
        "Nov 22 15:00:00 h CEF:0|Trend Micro|Deep Security Agent|20.0|20|object-{object}-|0|act=Log spt={object}"
    );
    json!({"message": message, "timestamp": "2026-11-22T15:00:05+00:00"}).to_string() + "\n"
}

/// The documents of a bulk request.
fn documents(request: &Request) -> Vec<Value> {
    request.text().lines().skip(1).step_by(2).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn bulk_requests(server: &Server) -> Vec<Request> {
    server.requests().into_iter().filter(|request| request.target.contains("_bulk")).collect()
}

/// An answer with the status that `status` gives for the text of each document.
fn answer(request: &Request, status: impl Fn(&str) -> u16) -> Reply {
    if !request.target.contains("_bulk") {
        return Reply::json(200, "{}");
    }
    let item = |document: &Value| {
        let status = status(document["@message"].as_str().unwrap_or_default());
        let error = json!({"type": "mapper_parsing_exception", "reason": "failed to parse field [x]"});
        match status {
            201 => json!({"index": {"status": 201}}),
            status => json!({"index": {"status": status, "error": error}}),
        }
    };
    let items: Vec<Value> = documents(request).iter().map(item).collect();
    Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
}

/// Loads a folder of so many objects of one line, into a server that answers by `script`.
async fn load_folder(
    objects: usize,
    letters: &Path,
    script: impl FnMut(&Request) -> Reply + Send + 'static,
) -> (Run, Server) {
    let server = serve(script).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("ds_agent")).unwrap();
    for object in 0..objects {
        std::fs::write(folder.path().join(format!("ds_agent/{object:04}.log")), line(object)).unwrap();
    }
    let mut command = es_loader();
    command.args(["load", "--endpoint", &server.url, "--dead-letter"]).arg(letters).arg(folder.path());
    (tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap(), server)
}

#[test]
fn two_hundred_objects_of_one_line_travel_in_two_requests_and_one_more_for_each_second_at_most() {
    run(async {
        let letters = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let (run, server) = load_folder(200, letters.path(), |request| answer(request, |_| 201)).await;
        let run = run.with_status(0);
        assert!(run.stderr.contains("200 objects") && run.stderr.contains("200  indexed"), "{}", run.stderr);
        let requests = bulk_requests(&server);
        // No object waits longer than a second for others: on a machine that is busy they come so slowly.
        assert!(requests.len() as u64 <= 2 + start.elapsed().as_secs(), "{}", requests.len());
        let ids: BTreeSet<String> =
            requests.iter().flat_map(documents).map(|document| document["@id"].to_string()).collect();
        assert_eq!(ids.len(), 200);
    });
}

#[test]
fn what_is_refused_for_one_object_is_rejected_for_that_object_alone() {
    run(async {
        let refuses = |text: &str| if text.contains("object-7-") { 400 } else { 201 };
        let letters = tempfile::tempdir().unwrap();
        let (run, server) = load_folder(20, letters.path(), move |request| answer(request, refuses)).await;
        assert_eq!(run.status, Some(1), "{}", run.stderr);
        for part in ["19  indexed", "1  rejected"] {
            assert!(run.stderr.contains(part), "no `{part}` in {}", run.stderr);
        }
        let files: Vec<_> =
            std::fs::read_dir(letters.path()).unwrap().map(|file| file.unwrap().path()).collect();
        let [file] = files.as_slice() else { panic!("{files:?}") };
        let mut text = String::new();
        GzDecoder::new(File::open(file).unwrap()).read_to_string(&mut text).unwrap();
        let kept: Vec<&str> = text.lines().collect();
        let [letter] = kept.as_slice() else { panic!("{kept:?}") };
        assert!(letter.contains("0007.log"), "{letter}");
        // All of them, and the raw form and a probe for the one at fault.
        assert!(bulk_requests(&server).len() <= 6, "{}", bulk_requests(&server).len());
    });
}

#[test]
fn an_endpoint_that_refuses_a_joint_request_gets_each_object_alone() {
    for status in [400, 403, 413] {
        run(async move {
            let letters = tempfile::tempdir().unwrap();
            let (run, server) = load_folder(12, letters.path(), move |request| {
                if request.target.contains("_bulk") && documents(request).len() > 1 {
                    return Reply::json(status, r#"{"error":{"type":"scripted","reason":"no"},"status":0}"#);
                }
                answer(request, |_| 201)
            })
            .await;
            assert!(run.stderr.contains("12  indexed"), "{status}: {}", run.stderr);
            let alone = bulk_requests(&server).iter().filter(|request| documents(request).len() == 1).count();
            assert_eq!((run.status, alone), (Some(0), 12), "{status}: {}", run.stderr);
        });
    }
}

/// An answer with one item, as many as the request of each object alone would have.
fn of_one(_: &Request) -> Value {
    json!([{"index": {"status": 201}}])
}

/// An answer that names each document, from the last one to the first.
fn backwards(request: &Request) -> Value {
    let item = |document: Value| json!({"index": {"_id": document["@id"], "status": 201}});
    documents(request).into_iter().rev().map(item).collect()
}

#[test]
fn an_answer_that_does_not_fit_is_believed_by_nobody() {
    for mistake in [of_one as fn(&Request) -> Value, backwards] {
        run(async move {
            let mut first = true;
            let letters = tempfile::tempdir().unwrap();
            let (run, server) = load_folder(10, letters.path(), move |request| {
                if request.target.contains("_bulk")
                    && documents(request).len() > 1
                    && std::mem::take(&mut first)
                {
                    let answer = json!({"took": 1, "errors": false, "items": mistake(request)});
                    return Reply::json(200, answer.to_string());
                }
                answer(request, |_| 201)
            })
            .await;
            assert!(run.stderr.contains("10  indexed") && run.status == Some(0), "{}", run.stderr);
            let requests = bulk_requests(&server);
            let mistaken = requests.iter().position(|request| documents(request).len() > 1).unwrap();
            let sent = |request: &Request| {
                documents(request).iter().map(|document| document["@id"].to_string()).collect::<Vec<_>>()
            };
            let again: BTreeSet<String> = requests[mistaken + 1..].iter().flat_map(sent).collect();
            assert!(sent(&requests[mistaken]).iter().all(|id| again.contains(id)), "all were sent again");
        });
    }
}

#[test]
fn ten_messages_of_a_queue_share_a_request_and_only_the_one_at_fault_comes_back() {
    let site = Site::new("together");
    let (storage, bucket) = (Storage::new(), unique("together"));
    storage.bucket(&bucket);
    let objects = 10;
    let messages: Vec<Value> = (0..objects)
        .map(|object| {
            let (key, body) = (format!("ds_agent/{object}.log"), line(object));
            storage.put(&bucket, &key, body.as_bytes());
            let record = json!({"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "awsRegion": "us-east-1",
                "eventTime": "2026-11-22T22:30:00.000Z",
                "s3": {"bucket": {"name": bucket}, "object": {"key": key, "size": body.len()}}});
            let body = json!({"Records": [record]}).to_string();
            json!({"messageId": object.to_string(), "eventSource": "aws:sqs", "body": body})
        })
        .collect();
    storage.forbid(&bucket, "ds_agent/3.log");
    run(async move {
        let server = serve(|request| answer(request, |_| 201)).await;
        let url = server.url.clone();
        let invoked = tokio::task::spawn_blocking(move || {
            let mut lambda = Lambda::start_with(&site, &[("ENDPOINT", url.as_str())]);
            let answer = lambda.invoke(&json!({ "Records": messages }));
            (answer, lambda.log())
        });
        let (answer, log) = invoked.await.unwrap();
        assert_eq!(answer, Answer::Done(json!({"batchItemFailures": [{"itemIdentifier": "3"}]})), "{log}");
        let requests = bulk_requests(&server);
        assert_eq!(requests.iter().flat_map(documents).count(), 9, "{log}");
        assert_eq!(requests.len(), 1, "{log}");
    });
    storage.forbid_nothing(&bucket);
}
