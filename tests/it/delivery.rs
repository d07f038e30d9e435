//! Deliveries to a cluster that answers by script: overload, faults, refusals, deadlines.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use es_loader::deliver::bulk::Tally;
use es_loader::edge::aws::auth::Auth;
use es_loader::edge::delivery::deadline::Deadline;
use es_loader::edge::delivery::deliver::deliver;
use es_loader::edge::delivery::outcome::{Delivery, DeliveryContext, Options, Stop};
use es_loader::edge::opensearch::client::{OpenSearch, Settings};
use es_loader::edge::opensearch::endpoint::Endpoint;
use es_loader::load::batch::Batch;
use es_loader::read::object::line::LineNumber;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::scripted::{Reply, Request, Server, run, serve, serve_all};

pub(crate) const QUICK: Options = Options {
    in_flight: 2,
    pause: Duration::from_millis(2),
    longest_pause: Duration::from_millis(20),
    patience: Duration::from_secs(20),
};

/// A batch whose documents hold the lines' numbers, as do their ids.
pub(crate) fn batch(lines: std::ops::RangeInclusive<u64>) -> Batch {
    let mut batch = Batch::default();
    for line in lines {
        let document =
            json!({"@message": format!("line {line}"), "event": {"module": "deepsecurity"}, "n": line});
        let action = json!({"index": {"_index": "log", "_id": line.to_string()}});
        batch.push(action.to_string().as_bytes(), document.to_string().as_bytes(), LineNumber(line));
    }
    batch
}

/// The ids and documents of a request.
pub(crate) fn documents(request: &Request) -> Vec<(u64, Value)> {
    let text = request.text();
    assert!(text.ends_with('\n'), "a bulk body ends in a line end");
    if text.contains(PROBE) {
        return Vec::new();
    }
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let pair =
        |pair: &[Value]| (operation(&pair[0])["_id"].as_str().unwrap().parse().unwrap(), pair[1].clone());
    lines.chunks(2).map(pair).collect()
}

/// The id of the document by which a delivery asks whether an index takes any.
pub(crate) const PROBE: &str = "es-loader-probe";

/// An answer that takes and deletes the probe, where the request is one.
pub(crate) fn probe_taken(request: &Request) -> Option<Reply> {
    let answer = json!({"took": 1, "errors": false, "items": [
        {"index": {"_index": "log", "_id": PROBE, "status": 201}}, {"delete": {"_index": "log", "_id": PROBE, "status": 200}}
    ]});
    request.text().contains(PROBE).then(|| Reply::json(200, answer.to_string()))
}

/// What an action line says of its operation.
fn operation(action: &Value) -> &Value {
    action.as_object().unwrap().values().next().unwrap()
}

fn ids(request: &Request) -> Vec<u64> {
    documents(request).into_iter().map(|(id, _)| id).collect()
}

fn is_raw(document: &Value) -> bool {
    document["event"]["kind"] == "pipeline_error"
}

/// An answer with a status for each document.
pub(crate) fn items(request: &Request, mut status: impl FnMut(u64, &Value) -> u16) -> Reply {
    if let Some(taken) = probe_taken(request) {
        return taken;
    }
    let item = |(id, document): (u64, Value)| match status(id, &document) {
        status @ 200..=299 => json!({"index": {"status": status}}),
        status => {
            json!({"index": {"status": status, "error": {"type": "test_exception", "reason": "scripted"}}})
        }
    };
    let items: Vec<Value> = documents(request).into_iter().map(item).collect();
    Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
}

pub(crate) fn all_indexed(request: &Request) -> Reply {
    items(request, |_, _| 201)
}

pub(crate) fn client(server: &Server) -> OpenSearch {
    OpenSearch::new(Settings::new(Endpoint::parse(&server.url).unwrap(), Auth::None)).unwrap()
}

/// One time for all three.
fn sharp(at: Instant) -> Deadline {
    Deadline { stop: at, end: at, kill: at }
}

pub(crate) async fn load(
    server: &Server,
    batches: Vec<Batch>,
    options: &Options,
    deadline: Option<Duration>,
) -> Delivery {
    let (sender, receiver) = mpsc::channel(2);
    let given: u64 = batches.iter().map(|batch| batch.items.len() as u64).sum();
    let feed = async {
        let mut refused = 0;
        for batch in batches {
            let documents = batch.items.len() as u64;
            refused += if sender.send(batch).await.is_err() { documents } else { 0 };
        }
        drop(sender);
        refused
    };
    let client = client(server);
    let deadline = deadline.map(|after| sharp(Instant::now() + after));
    let mut context = DeliveryContext::default();
    let (refused, delivery) = tokio::join!(feed, deliver(&client, receiver, options, deadline, &mut context));
    assert_eq!(delivery.documents + refused, given, "every document is taken or refused at the channel");
    assert_adds_up(&delivery);
    delivery
}

fn assert_adds_up(delivery: &Delivery) {
    let sum = delivery.verdicts.indexed + delivery.verdicts.rejected.total() + delivery.unsent.total();
    assert_eq!(delivery.documents, sum, "{delivery:#?}");
    assert!(delivery.verdicts.raw.total() <= delivery.verdicts.indexed);
}

fn only_group(tally: &Tally) -> (String, u64, u64) {
    let groups: Vec<_> = tally.groups().collect();
    assert_eq!(groups.len(), 1, "{tally:#?}");
    (groups[0].fault.to_string(), groups[0].count, groups[0].first_line.0)
}

#[test]
fn all_documents_of_all_batches_are_indexed_once() {
    run(async {
        let server = serve(all_indexed).await;
        let delivery = load(&server, vec![batch(1..=3), Batch::default(), batch(4..=9)], &QUICK, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.requests, delivery.sent_again), (9, 2, 0));
        assert_eq!((delivery.stop, delivery.cluster_time), (None, Duration::from_millis(2)));
    });
}

#[test]
fn no_batches_are_no_requests_even_with_a_deadline() {
    run(async {
        let server = serve(all_indexed).await;
        let start = Instant::now();
        let delivery = load(&server, vec![], &QUICK, Some(Duration::from_secs(30))).await;
        assert_eq!((delivery, server.requests().len()), (Delivery::default(), 0));
        assert!(start.elapsed() < Duration::from_secs(5), "an empty delivery does not wait for its deadline");
    });
}

#[test]
fn only_the_documents_that_were_put_off_are_sent_again() {
    run(async {
        let mut first = true;
        let server = serve(move |request| {
            let now = std::mem::take(&mut first);
            items(request, |id, _| if now && id % 2 == 0 { 429 } else { 201 })
        })
        .await;
        let delivery = load(&server, vec![batch(1..=5)], &QUICK, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.sent_again), (5, 2));
        assert_eq!(server.requests().iter().map(ids).collect::<Vec<_>>(), [vec![1, 2, 3, 4, 5], vec![2, 4]]);
    });
}

#[test]
fn faults_of_the_whole_request_are_outlived() {
    run(async {
        let html =
            || Reply::Full(200, vec![("content-type", "text/html".into())], b"<html>hello</html>".to_vec());
        let mut faults = vec![
            Reply::json(503, "{}"),
            Reply::json(429, ""),
            Reply::Full(502, vec![], b"<html>bad gateway</html>".to_vec()),
            Reply::Cut,
            Reply::Half(200, vec![], br#"{"took":1,"items":[{"index":{"status":201}}]}"#.to_vec()),
            html(),
            Reply::json(200, r#"{"took":1,"errors":false,"items":[]}"#),
        ];
        let count = faults.len() as u64;
        let server = serve(move |request| faults.pop().unwrap_or_else(|| all_indexed(request))).await;
        let delivery = load(&server, vec![batch(1..=2)], &QUICK, None).await;
        assert_eq!(
            (delivery.verdicts.indexed, delivery.sent_again, delivery.requests),
            (2, 2 * count, count + 1)
        );
    });
}

#[test]
fn an_endpoint_that_is_down_is_tried_by_one_request_at_a_time_however_many_wait() {
    run(async {
        let up = Instant::now() + Duration::from_millis(500);
        let server = serve(move |request| match Instant::now() < up {
            true => Reply::Full(502, vec![], b"bad gateway".to_vec()),
            false => all_indexed(request),
        })
        .await;
        let many = Options { in_flight: 16, ..QUICK };
        let delivery = load(&server, (0..16).map(|at| batch(at..=at)).collect(), &many, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.stop), (16, None));
        // Sixteen before the first answer, one each ten milliseconds, and sixteen that go through. Each on its own: eight hundred.
        assert!(delivery.requests < 250, "{}", delivery.requests);
    });
}

#[test]
fn an_answer_larger_than_any_of_a_cluster_is_not_read_and_the_documents_are_sent_again() {
    run(async {
        let mut requests = 0;
        let server = serve(move |request| {
            requests += 1;
            let Reply::Full(status, head, mut body) = all_indexed(request) else { unreachable!() };
            if requests < 3 {
                body.resize(33 << 20, b' ');
            }
            Reply::Full(status, head, body)
        })
        .await;
        let delivery = load(&server, vec![batch(1..=2)], &QUICK, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.sent_again, delivery.stop), (2, 4, None));
    });
}

#[test]
fn a_request_that_is_too_large_is_halved_and_its_size_is_remembered() {
    run(async {
        let limit = batch(11..=15).body.len();
        let server = serve(move |request| match request.text().len() {
            size if size > limit => Reply::Full(413, vec![], b"<html>too large</html>".to_vec()),
            _ => all_indexed(request),
        })
        .await;
        let one = Options { in_flight: 1, ..QUICK };
        let delivery = load(&server, vec![batch(11..=18), batch(21..=28), batch(31..=38)], &one, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.sent_again, delivery.stop), (24, 0, None));
        assert_eq!(delivery.requests, 1 + 3 * 2, "only the first batch is tried as a whole");
    });
}

#[test]
fn a_document_too_large_alone_goes_in_its_raw_form() {
    run(async {
        let server = serve(|request| {
            let too_large = documents(request).iter().any(|(id, document)| *id == 3 && !is_raw(document));
            if too_large { Reply::json(413, "") } else { all_indexed(request) }
        })
        .await;
        let delivery = load(&server, vec![batch(1..=5)], &QUICK, None).await;
        assert_eq!(delivery.verdicts.indexed, 5);
        let (reason, count, line) = only_group(&delivery.verdicts.raw);
        assert!(reason.starts_with("status 413: the document alone is too large for a request"), "{reason}");
        assert_eq!((count, line), (1, 3));
    });
}

#[test]
fn a_malformed_request_is_halved_until_the_bad_document_stands_alone() {
    run(async {
        let server = serve(|request| {
            if ids(request).contains(&6) {
                Reply::json(400, r#"{"error":{"type":"illegal_argument_exception","reason":"id is too long"},"status":400}"#)
            } else {
                all_indexed(request)
            }
        })
        .await;
        let delivery = load(&server, vec![batch(1..=8)], &QUICK, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.stop.clone()), (7, None));
        assert_eq!(
            only_group(&delivery.verdicts.rejected),
            ("status 400: illegal_argument_exception: id is too long".into(), 1, 6)
        );
    });
}

#[test]
fn a_refused_document_is_indexed_in_its_raw_form_under_the_same_id() {
    run(async {
        let server = serve(|request| {
            items(request, |id, document| if id == 2 && !is_raw(document) { 400 } else { 201 })
        })
        .await;
        let delivery = load(&server, vec![batch(1..=3)], &QUICK, None).await;
        assert_eq!(
            (delivery.verdicts.indexed, delivery.verdicts.rejected.total(), delivery.sent_again),
            (3, 0, 0)
        );
        assert_eq!(only_group(&delivery.verdicts.raw), ("status 400: test_exception: scripted".into(), 1, 2));
        let last = server.requests().pop().unwrap();
        let (action, _) = last.text().split_once('\n').map(|(a, d)| (a.to_owned(), d.to_owned())).unwrap();
        assert_eq!(action, r#"{"index":{"_id":"2","_index":"log"}}"#);
        assert_eq!(
            documents(&last),
            [(
                2,
                json!({
                    "@message": "line 2",
                    "event": {"module": "deepsecurity", "kind": "pipeline_error"},
                    "error": {"type": "test_exception", "message": "scripted"},
                })
            )]
        );
    });
}

#[test]
fn a_document_refused_in_both_forms_is_rejected_with_its_reason() {
    run(async {
        let server = serve(|request| items(request, |id, _| if id % 3 == 0 { 400 } else { 201 })).await;
        let delivery = load(&server, vec![batch(1..=5), batch(6..=9)], &QUICK, None).await;
        assert_eq!(
            (delivery.verdicts.indexed, delivery.verdicts.raw.total(), delivery.stop.clone()),
            (6, 0, None)
        );
        assert_eq!(
            only_group(&delivery.verdicts.rejected),
            ("status 400: test_exception: scripted".into(), 3, 3)
        );
    });
}

#[test]
fn a_raw_form_that_was_put_off_keeps_its_reason() {
    run(async {
        let mut offs = 2;
        let server = serve(move |request| {
            items(request, |_, document| match is_raw(document) {
                false => 400,
                true if offs > 0 => {
                    offs -= 1;
                    503
                }
                true => 201,
            })
        })
        .await;
        let delivery = load(&server, vec![batch(1..=2)], &QUICK, None).await;
        assert_eq!(only_group(&delivery.verdicts.raw), ("status 400: test_exception: scripted".into(), 2, 1));
    });
}

#[test]
fn a_closed_door_ends_the_delivery_at_once_and_says_what_to_do() {
    for (status, words) in [(401, "credentials"), (403, "role"), (404, "endpoint")] {
        run(async move {
            let server = serve(move |_| Reply::json(status, r#"{"message":"no entry"}"#)).await;
            let one = Options { in_flight: 1, ..QUICK };
            let batches = (0..9).map(|n| batch(n * 10 + 1..=n * 10 + 10)).collect();
            let delivery = load(&server, batches, &one, None).await;
            let Some(Stop::Denied(text)) = &delivery.stop else { panic!("{:?}", delivery.stop) };
            assert!(
                text.contains(&server.url) && text.contains("no entry") && text.contains(words),
                "{text}"
            );
            assert_eq!((delivery.verdicts.indexed, delivery.requests), (0, 1));
            assert_eq!(delivery.unsent.first_line(), Some(LineNumber(1)));
            assert!(delivery.documents < 90, "the sender is told to stop");
        });
    }
}

#[test]
fn a_door_that_was_open_a_moment_ago_is_tried_again() {
    for (status, body) in [
        (401, "Unauthorized"),
        (403, r#"{"message":"The security token included in the request is expired"}"#),
        (404, "<html>default backend - 404</html>"),
        (421, ""),
    ] {
        run(async move {
            let mut requests = 0;
            let server = serve(move |request| {
                requests += 1;
                let is_closed = (2..=4).contains(&requests);
                if is_closed { Reply::Full(status, vec![], body.into()) } else { all_indexed(request) }
            })
            .await;
            let delivery = load(&server, vec![batch(1..=3), batch(4..=6)], &QUICK, None).await;
            assert_eq!((delivery.verdicts.indexed, delivery.stop), (6, None), "{status}");
        });
    }
}

#[test]
fn an_endpoint_that_takes_not_even_a_small_request_is_at_fault() {
    run(async {
        let server = serve(|_| Reply::Full(413, vec![], b"<html>413</html>".to_vec())).await;
        let delivery = load(&server, vec![batch(1..=64)], &QUICK, None).await;
        assert_eq!((delivery.verdicts.rejected.total(), delivery.unsent.total()), (0, 64));
        let Some(Stop::Denied(text)) = delivery.stop else { panic!("{:?}", delivery.stop) };
        assert!(text.contains("413") && text.contains("proxy"), "{text}");
        assert!(delivery.requests < 32, "{}", delivery.requests);
    });
}

/// An answer in which a pipeline of the cluster fails for the documents that `fails` names, and the probe, if it names none.
fn failing_pipeline(request: &Request, fails: Option<u64>) -> Reply {
    let taken = json!({"index": {"status": 201}});
    let error = json!({"type": "fail_processor_exception", "reason": "user 'alice' is unknown"});
    let failed = json!({"index": {"status": 500, "error": error}});
    if request.text().contains(PROBE) {
        let first = if fails.is_some() { &taken } else { &failed };
        let answer = json!({"took": 1, "errors": true, "items": [first, {"delete": {"status": 200}}]});
        return Reply::json(200, answer.to_string());
    }
    let item = |id: &u64| if fails.is_none_or(|fails| fails == *id) { &failed } else { &taken };
    let items: Vec<&Value> = ids(request).iter().map(item).collect();
    Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
}

#[test]
fn a_pipeline_that_fails_for_one_document_costs_that_one_and_no_time() {
    run(async {
        let server = serve(|request| failing_pipeline(request, Some(2))).await;
        let delivery = load(&server, vec![batch(1..=3)], &Options::default(), None).await;
        assert_eq!(
            (delivery.verdicts.indexed, delivery.verdicts.rejected.total(), delivery.stop),
            (2, 1, None)
        );
        assert_eq!(delivery.sent_again, 0);
    });
}

#[test]
fn a_pipeline_that_fails_for_every_document_is_the_targets_fault() {
    run(async {
        let server = serve(|request| failing_pipeline(request, None)).await;
        let delivery = load(&server, vec![batch(1..=3)], &Options::default(), None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.unsent.total(), delivery.sent_again), (0, 3, 0));
        let Some(Stop::Denied(text)) = delivery.stop else { panic!("{:?}", delivery.stop) };
        assert!(text.contains("ingest pipeline") && !text.contains("alice"), "{text}");
    });
}

#[test]
fn documents_that_a_pipeline_drops_are_counted_apart_and_not_sent_again() {
    run(async {
        let server = serve(|request| {
            let item = |id: &u64| json!({"index": {"status": 200, "result": if *id == 2 { "noop" } else { "created" }}});
            let items: Vec<Value> = ids(request).iter().map(item).collect();
            Reply::json(200, json!({"took": 1, "errors": false, "items": items}).to_string())
        })
        .await;
        let delivery = load(&server, vec![batch(1..=3)], &Options::default(), None).await;
        assert_eq!(
            (delivery.verdicts.indexed, delivery.verdicts.dropped.total(), delivery.requests),
            (3, 1, 1)
        );
        assert_eq!(delivery.verdicts.dropped.first_line(), Some(LineNumber(2)));
    });
}

#[test]
fn a_block_is_told_with_its_cause_and_the_way_out() {
    run(async {
        let block = "index [log-a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, \
                     index has read-only-allow-delete block];";
        let server = serve(move |request| {
            let error = json!({"type": "cluster_block_exception", "reason": block});
            let items = vec![json!({"index": {"status": 429, "error": error}}); ids(request).len()];
            Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
        })
        .await;
        let delivery = load(&server, vec![batch(1..=3)], &QUICK, None).await;
        let Some(Stop::Stalled(text)) = delivery.stop else { panic!("{:?}", delivery.stop) };
        assert!(text.contains("flood-stage watermark") && text.contains("make room on the disks"), "{text}");
    });
}

#[test]
fn what_is_said_of_a_delay_holds_no_value_of_a_document() {
    run(async {
        let server = serve(|request| {
            let error = json!({"type": "exception", "reason": "cannot read 'alice'"});
            let items = vec![json!({"index": {"status": 500, "error": error}}); ids(request).len()];
            Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
        })
        .await;
        let delivery = load(&server, vec![batch(1..=3)], &QUICK, None).await;
        let Some(Stop::Stalled(text)) = delivery.stop else { panic!("{:?}", delivery.stop) };
        assert!(text.contains("cannot read") && !text.contains("alice"), "{text}");
    });
}

#[test]
fn a_collection_that_takes_no_ids_ends_the_delivery_and_says_what_to_do() {
    run(async {
        let reason = "Document ID is not supported in create/index operation request";
        let item = json!({"index": {"status": 400, "error": {"type": "illegal_argument_exception", "reason": reason}}});
        let server = serve(move |_| {
            Reply::json(200, json!({"took": 0, "errors": true, "items": [item, item]}).to_string())
        })
        .await;
        let delivery = load(&server, vec![batch(1..=2)], &QUICK, None).await;
        assert_eq!((delivery.unsent.total(), delivery.verdicts.rejected.total()), (2, 0), "nothing is lost");
        let Some(Stop::Denied(text)) = delivery.stop else { panic!("{:?}", delivery.stop) };
        assert!(text.contains("ES_LOADER_DOCUMENT_IDS=off"), "{text}");
    });
}

#[test]
fn a_permission_missing_for_one_index_ends_the_delivery_behind_the_request() {
    run(async {
        let server = serve(|request| items(request, |id, _| if id == 2 { 403 } else { 201 })).await;
        let one = Options { in_flight: 1, ..QUICK };
        let delivery = load(&server, vec![batch(1..=3), batch(4..=6)], &one, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.requests), (2, 1));
        assert!(matches!(delivery.stop, Some(Stop::Denied(_))));
        assert_eq!(delivery.unsent.first_line(), Some(LineNumber(2)));
    });
}

#[test]
fn no_redirect_is_followed_and_no_byte_goes_to_another_host() {
    for status in [301, 302, 303, 307, 308] {
        run(async move {
            let elsewhere = serve(|_| Reply::json(200, "{}")).await;
            let target = elsewhere.url.replace("127.0.0.1", "localhost");
            let told = target.clone();
            let server = serve_all(move |_| {
                Reply::Full(status, vec![("location", format!("{target}/_bulk?token=secret"))], vec![])
            })
            .await;
            let delivery = load(&server, vec![batch(1..=3)], &QUICK, None).await;
            let Some(Stop::Denied(text)) = &delivery.stop else { panic!("{:?}", delivery.stop) };
            assert!(text.contains(&format!("redirects to {told}")) && !text.contains("secret"), "{text}");
            assert_eq!(delivery.unsent.total(), 3, "{status}");
            assert!(elsewhere.requests().iter().all(|request| request.body.is_empty()), "{status}");
        });
    }
}

#[test]
fn a_redirect_that_begins_behind_the_first_answer_ends_the_delivery() {
    run(async {
        let elsewhere = serve(|_| Reply::json(200, r#"{"took":1,"errors":false,"items":[]}"#)).await;
        let target = elsewhere.url.replace("127.0.0.1", "localhost");
        let told = target.clone();
        let server = serve(move |_| {
            Reply::Full(307, vec![("location", format!("{target}/_bulk?token=secret"))], vec![])
        })
        .await;
        let delivery = load(&server, vec![batch(1..=3)], &QUICK, None).await;
        let Some(Stop::Denied(text)) = &delivery.stop else { panic!("{:?}", delivery.stop) };
        assert!(text.contains(&format!("redirects to {told}")) && !text.contains("secret"), "{text}");
        assert_eq!(
            (delivery.verdicts.indexed, delivery.unsent.total()),
            (0, 3),
            "what another host says counts for nothing"
        );
    });
}

#[test]
fn no_request_begins_before_the_time_that_retry_after_names() {
    let seconds = || "1".to_owned();
    let date = || {
        let soon = jiff::Timestamp::now() + Duration::from_secs(3);
        soon.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    };
    for asked in [seconds, date] {
        run(async move {
            let times = Arc::new(Mutex::new(Vec::new()));
            let noted = Arc::clone(&times);
            let server = serve(move |request| {
                let mut noted = noted.lock().unwrap();
                noted.push(Instant::now());
                match noted.len() {
                    1 => Reply::Full(429, vec![("retry-after", asked())], vec![]),
                    _ => all_indexed(request),
                }
            })
            .await;
            let options = Options { in_flight: 1, ..QUICK };
            let delivery = load(&server, vec![batch(1..=3), batch(4..=6)], &options, None).await;
            assert_eq!((delivery.verdicts.indexed, delivery.sent_again), (6, 3));
            let times = times.lock().unwrap();
            let paused = times[1].duration_since(times[0]);
            assert!(paused >= Duration::from_secs(1), "{paused:?}");
        });
    }
}

/// Answers the first request with 503 and this `Retry-After`, and takes all others.
fn busy_at_first(retry_after: &'static str) -> impl FnMut(&Request) -> Reply {
    let mut first = true;
    move |request| {
        if std::mem::take(&mut first) {
            Reply::Full(503, vec![("retry-after", retry_after.into())], vec![])
        } else {
            all_indexed(request)
        }
    }
}

#[test]
fn a_retry_after_beyond_all_bounds_leaves_time_for_another_try() {
    for asked in ["18446744073709551615", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        run(async move {
            let server = serve(busy_at_first(asked)).await;
            let deadline = Some(Duration::from_secs(3));
            let delivery = load(&server, vec![batch(1..=3), batch(4..=6)], &QUICK, deadline).await;
            assert_eq!((delivery.verdicts.indexed, delivery.stop), (6, None), "Retry-After: {asked}");
        });
    }
}

#[test]
fn a_retry_after_that_is_none_or_over_asks_for_nothing() {
    for asked in ["soon", "-1", "", "Wed, 21 Oct 2015 07:28:00 GMT"] {
        run(async move {
            let server = serve(busy_at_first(asked)).await;
            let start = Instant::now();
            let delivery = load(&server, vec![batch(1..=3)], &QUICK, None).await;
            assert_eq!((delivery.verdicts.indexed, delivery.sent_again), (3, 3), "Retry-After: {asked}");
            assert!(start.elapsed() < QUICK.patience / 2, "Retry-After: {asked}: {:?}", start.elapsed());
        });
    }
}

#[test]
fn at_the_deadline_what_is_left_is_unsent() {
    let slow = |request: &Request| Reply::Late(Duration::from_millis(40), Box::new(all_indexed(request)));
    run(async move {
        let server = serve(slow).await;
        let start = Instant::now();
        let one = Options { in_flight: 1, ..QUICK };
        let batches = (0..50).map(|n| batch(n * 2 + 1..=n * 2 + 2)).collect();
        let delivery = load(&server, batches, &one, Some(Duration::from_millis(150))).await;
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        assert_eq!(delivery.stop, Some(Stop::Deadline));
        assert!(delivery.verdicts.indexed >= 2 && delivery.unsent.total() >= 2, "{delivery:#?}");
        assert_eq!(delivery.unsent.first_line(), Some(LineNumber(delivery.verdicts.indexed + 1)));
    });
}

#[test]
fn an_endpoint_that_never_answers_costs_no_more_than_the_deadline() {
    for reply in [Reply::Silence, Reply::json(503, "{}")] {
        run(async move {
            let server = serve(move |_| reply.clone()).await;
            let start = Instant::now();
            let delivery =
                load(&server, vec![batch(1..=3); 9], &QUICK, Some(Duration::from_millis(120))).await;
            assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
            assert_eq!((delivery.verdicts.indexed, &delivery.stop), (0, &Some(Stop::Deadline)));
        });
    }
}

#[test]
fn a_deadline_that_is_over_sends_nothing() {
    run(async {
        let server = serve(all_indexed).await;
        let delivery = load(&server, vec![batch(1..=3); 2], &QUICK, Some(Duration::ZERO)).await;
        assert_eq!(
            (delivery.verdicts.indexed, delivery.requests, delivery.stop),
            (0, 0, Some(Stop::Deadline))
        );
        assert!(server.requests().is_empty());
    });
}

#[test]
fn the_first_request_goes_out_even_if_the_time_to_begin_is_over() {
    run(async {
        let server = serve(all_indexed).await;
        let (sender, receiver) = mpsc::channel(2);
        let now = Instant::now();
        let end = now + Duration::from_secs(60);
        let deadline = Deadline { stop: now, end, kill: end };
        for lines in [1..=2, 3..=4] {
            sender.send(batch(lines)).await.unwrap();
        }
        let options = Options { in_flight: 1, ..QUICK };
        let mut context = DeliveryContext::default();
        let delivery = deliver(&client(&server), receiver, &options, Some(deadline), &mut context).await;
        assert_adds_up(&delivery);
        assert_eq!((server.requests().len(), delivery.verdicts.indexed, delivery.unsent.total()), (1, 2, 2));
        assert_eq!(
            (delivery.stop.as_ref(), delivery.unsent.first_line()),
            (Some(&Stop::Deadline), Some(LineNumber(3)))
        );
    });
}

#[test]
fn without_a_deadline_patience_ends_when_nothing_goes_through() {
    run(async {
        let server = serve(|_| Reply::Cut).await;
        let options = Options { patience: Duration::from_millis(60), ..QUICK };
        let delivery = load(&server, vec![batch(1..=3); 9], &options, None).await;
        let Some(Stop::Stalled(text)) = &delivery.stop else { panic!("{:?}", delivery.stop) };
        assert!(text.contains(&server.url), "{text}");
        assert_eq!(delivery.verdicts.indexed, 0);
    });
}

#[test]
fn one_document_that_never_goes_through_does_not_stop_the_others() {
    run(async {
        let server = serve(|request| items(request, |id, _| if id == 2 { 503 } else { 201 })).await;
        let options = Options { patience: Duration::from_millis(60), ..QUICK };
        let delivery = load(&server, vec![batch(1..=3), batch(4..=6), batch(7..=9)], &options, None).await;
        assert_eq!(delivery.verdicts.indexed, 8);
        let Some(Stop::Stalled(text)) = &delivery.stop else { panic!("{:?}", delivery.stop) };
        assert!(text.starts_with("some documents did not go through for 0 seconds: "), "{text}");
        assert_eq!(only_group(&delivery.unsent), ("status 503: test_exception: scripted".into(), 1, 2));
    });
}

#[test]
fn an_endpoint_that_is_not_there_is_named() {
    run(async {
        let server = serve(all_indexed).await;
        let gone = Endpoint::parse("http://127.0.0.1:9").unwrap();
        let client = OpenSearch::new(Settings::new(gone, Auth::None)).unwrap();
        let error = client.bulk(b"{}\n", None).await.unwrap_err();
        assert!(error.can_pass());
        assert!(error.to_string().starts_with("http://127.0.0.1:9: no connection: "), "{error}");

        let nowhere = Endpoint::parse("http://no-such-host.invalid").unwrap();
        let client = OpenSearch::new(Settings::new(nowhere, Auth::None)).unwrap();
        let error = client.bulk(b"{}\n", None).await.unwrap_err();
        assert!(error.to_string().contains("the host name has no address"), "{error}");

        let https = Endpoint::parse(&server.url.replace("http:", "https:")).unwrap();
        let client = OpenSearch::new(Settings::new(https, Auth::None)).unwrap();
        let start = Instant::now();
        let error =
            client.bulk(b"{}\n", Some(Instant::now() + Duration::from_millis(300))).await.unwrap_err();
        assert!(error.can_pass() && start.elapsed() < Duration::from_secs(2), "{error}");
    });
}

#[test]
fn under_pressure_one_request_is_in_flight_and_after_calm_there_are_more() {
    run(async {
        let mut seen = 0;
        let server = serve(move |request| {
            seen += 1;
            let reply = if seen <= 3 { Reply::json(429, "") } else { all_indexed(request) };
            Reply::Late(Duration::from_millis(25), Box::new(reply))
        })
        .await;
        let three = Options { in_flight: 3, ..QUICK };
        let delivery = load(&server, (1..=20).map(|n| batch(n..=n)).collect(), &three, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.requests, delivery.sent_again), (20, 23, 3));

        let at_once: Vec<_> = server.requests().iter().map(|request| request.at_once).collect();
        assert_eq!(at_once[..7], [1, 2, 3, 1, 1, 1, 1], "{at_once:?}");
        assert_eq!(at_once[7..].iter().max(), Some(&3), "{at_once:?}");
    });
}

/// 64 documents of 10 kB, with ids from `number * 64 + 1` on.
fn large(number: u64) -> Batch {
    let mut batch = Batch::default();
    for line in number * 64 + 1..=number * 64 + 64 {
        let action = json!({"index": {"_index": "log", "_id": line.to_string()}}).to_string();
        let document = json!({"text": "x".repeat(10_000)}).to_string();
        batch.push(action.as_bytes(), document.as_bytes(), LineNumber(line));
    }
    batch
}

#[test]
fn under_pressure_requests_are_smaller_and_after_calm_they_grow_again() {
    run(async {
        let mut seen = 0;
        let server = serve(move |request| {
            seen += 1;
            if seen == 2 { Reply::json(429, "") } else { all_indexed(request) }
        })
        .await;
        let one = Options { in_flight: 1, ..QUICK };
        let delivery = load(&server, (0..12).map(large).collect(), &one, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.sent_again), (12 * 64, 64));
        let sizes: Vec<usize> = server.requests().iter().map(|request| ids(request).len()).collect();
        assert_eq!(sizes[..2], [64, 64]);
        assert!(sizes[2] <= 32 && sizes[3] <= 32, "{sizes:?}");
        assert_eq!(sizes.last(), Some(&64), "{sizes:?}");
    });
}

#[test]
fn what_was_put_off_of_several_requests_goes_in_one() {
    run(async {
        // What one request left goes with that of the next where its pause lasts until then. On a busy machine only a long one does.
        for pause in [400, 2_000, 10_000].map(Duration::from_millis) {
            let (mut seen, mut put_off) = (0, HashSet::new());
            let server = serve(move |request| {
                seen += 1;
                if seen <= 4 {
                    return Reply::json(429, "");
                }
                items(request, |id, _| if id % 4 > 0 && put_off.insert(id) { 429 } else { 201 })
            })
            .await;
            let slow = Options { in_flight: 1, pause, longest_pause: pause, ..QUICK };
            let delivery = load(&server, vec![large(0)], &slow, None).await;
            assert_eq!((delivery.verdicts.indexed, &delivery.stop), (64, &None));
            if several_rests(&server.requests()[4..]) >= 4 {
                return;
            }
        }
        panic!("each rest went in a request of its own");
    });
}

/// How many requests held what was put off of several others. The first request to hold a document is where it came from.
fn several_rests(requests: &[Request]) -> usize {
    let mut first = HashMap::new();
    let holds_several = |(number, request)| {
        let mut origins: HashSet<usize> =
            ids(request).into_iter().map(|id| *first.entry(id).or_insert(number)).collect();
        origins.remove(&number);
        origins.len() > 1
    };
    requests.iter().enumerate().map(holds_several).filter(|holds| *holds).count()
}

#[test]
fn a_request_that_gets_no_answer_in_time_is_sent_again_and_counts_as_pressure() {
    run(async {
        let mut seen = 0;
        let server = serve(move |request| {
            seen += 1;
            if seen == 1 { Reply::Silence } else { all_indexed(request) }
        })
        .await;
        let settings = Settings {
            time_out: Duration::from_millis(150),
            ..Settings::new(Endpoint::parse(&server.url).unwrap(), Auth::None)
        };
        let client = OpenSearch::new(settings).unwrap();
        let (sender, receiver) = mpsc::channel(9);
        for number in 0..3 {
            sender.send(batch(number * 10 + 1..=number * 10 + 10)).await.unwrap();
        }
        drop(sender);
        let delivery = deliver(&client, receiver, &QUICK, None, &mut DeliveryContext::default()).await;
        assert_eq!((delivery.verdicts.indexed, delivery.sent_again, delivery.stop), (30, 10, None));
    });
}

#[test]
fn an_answer_of_a_proxy_does_not_cost_documents_one_by_one() {
    run(async {
        let server = serve(|_| Reply::Full(400, vec![], b"<html>plain HTTP to an HTTPS port".to_vec())).await;
        let one = Options { in_flight: 1, ..QUICK };
        let delivery = load(&server, vec![batch(1..=50)], &one, None).await;
        assert_eq!((delivery.verdicts.rejected.total(), delivery.unsent.total()), (0, 50));
        assert!(delivery.requests <= 2, "{}", delivery.requests);
        let Some(Stop::Denied(text)) = &delivery.stop else { panic!("{:?}", delivery.stop) };
        assert!(text.contains("check that the endpoint is that of OpenSearch itself"), "{text}");
    });
}

#[test]
fn an_index_that_is_missing_is_told_with_the_way_out_and_nothing_is_rejected() {
    run(async {
        let server = serve(|request| {
            let error = json!({"type": "index_not_found_exception", "reason": "no such index [log]"});
            let item = json!({"index": {"status": 404, "error": error}});
            let items: Vec<Value> = documents(request).iter().map(|_| item.clone()).collect();
            Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
        })
        .await;
        let delivery = load(&server, vec![batch(1..=3)], &QUICK, None).await;
        assert_eq!((delivery.verdicts.rejected.total(), delivery.unsent.total()), (0, 3));
        let Some(Stop::Denied(text)) = &delivery.stop else { panic!("{:?}", delivery.stop) };
        assert!(text.contains("no such index [log]; create the index"), "{text}");
    });
}

#[test]
fn an_endpoint_that_cannot_read_gzip_gets_bodies_as_they_are() {
    run(async {
        let server = serve(|request| match request.header("content-encoding") {
            Some(_) => {
                Reply::json(400, r#"{"error":{"type":"not_x_content_exception","reason":"not xcontent"}}"#)
            }
            None => all_indexed(request),
        })
        .await;
        let one = Options { in_flight: 1, ..QUICK };
        let delivery = load(&server, vec![batch(1..=3), batch(4..=6)], &one, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.verdicts.rejected.total()), (6, 0));
        let encodings: Vec<_> =
            server.requests().iter().map(|request| request.header("content-encoding").is_some()).collect();
        assert_eq!(encodings, [true, false, false]);
    });
}

/// Faults drawn at random, but the same at each run; what the cluster holds is what the delivery says.
#[test]
fn whatever_happens_every_document_is_accounted_for() {
    for seed in 1..=6_u64 {
        run(async move {
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut random = move |bound: u64| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state % bound
            };
            let held = Arc::new(Mutex::new(BTreeMap::new()));
            let cluster = held.clone();
            let server = serve(move |request| {
                let mut statuses = Vec::new();
                let fault = random(10);
                for (id, document) in documents(request) {
                    let status = match random(12) {
                        0 => 429,
                        1 => 503,
                        2 if id % 5 == 0 => 400,
                        _ => 201,
                    };
                    // A fault can come before the documents are indexed, or behind it.
                    if status == 201 && fault != 0 {
                        cluster.lock().unwrap().insert(id, is_raw(&document));
                    }
                    statuses.push(status);
                }
                let mut statuses = statuses.into_iter();
                match fault {
                    0 => Reply::json(503, ""),
                    1 => Reply::Cut,
                    2 => Reply::Half(200, vec![], vec![b' '; 90]),
                    3 => Reply::json(200, "<html>"),
                    4 if documents(request).len() > 3 => Reply::json(413, ""),
                    _ => items(request, |_, _| statuses.next().unwrap()),
                }
            })
            .await;
            let batches = (0..6).map(|n| batch(n * 10 + 1..=n * 10 + 10)).collect();
            let deadline = (seed % 3 == 0).then_some(Duration::from_millis(40));
            let hasty = Options { longest_pause: Duration::from_millis(4), ..QUICK };
            let delivery = load(&server, batches, &hasty, deadline).await;

            let held = held.lock().unwrap();
            assert!(
                delivery.verdicts.indexed <= held.len() as u64,
                "nothing counts as indexed that the cluster does not hold"
            );
            if deadline.is_none() {
                assert_eq!((delivery.unsent.total(), &delivery.stop), (0, &None), "{delivery:#?}");
                assert_eq!(delivery.documents, 60);
                let sent: HashSet<u64> = server.requests().iter().flat_map(ids).collect();
                assert_eq!(sent.len(), 60);
            }
        });
    }
}

#[test]
fn the_memory_of_settled_batches_comes_back_empty() {
    run(async {
        let server = serve(all_indexed).await;
        let (sender, receiver) = mpsc::channel(2);
        let batches = [batch(1..=9), batch(10..=10)];
        let rooms = batches.each_ref().map(|batch| batch.body.capacity());
        for batch in batches {
            sender.send(batch).await.unwrap();
        }
        drop(sender);
        let (spent, spare) = std::sync::mpsc::sync_channel(9);
        let mut context = DeliveryContext::default();
        context.spent = Some(spent);
        let delivery = deliver(&client(&server), receiver, &QUICK, None, &mut context).await;
        assert_eq!(delivery.verdicts.indexed, 10);
        let back: Vec<Batch> = spare.try_iter().collect();
        assert!(back.iter().all(|batch| batch.is_empty() && batch.body.is_empty()), "{back:?}");
        let back: HashSet<usize> = back.iter().map(|batch| batch.body.capacity()).collect();
        assert_eq!(back, HashSet::from(rooms));
    });
}
