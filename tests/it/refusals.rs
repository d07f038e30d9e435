//! Refusals, told by their cause: the target's fault is not the documents'.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use es_loader::edge::delivery::outcome::Stop;
use serde_json::{Value, json};

use crate::delivery::{PROBE, QUICK, all_indexed, batch, documents, load, probe_taken};
use crate::scripted::{Reply, Request, run, serve};
use crate::support::chain;
use crate::support::forward;
use crate::support::lambda::{Answer, Lambda};
use crate::support::program::{Run, es_loader};
use crate::support::refused::{line, picky, strict};
use crate::support::services::opensearch;
use crate::support::site::{Site, unique};
use crate::support::storage::Storage;

fn load_file(site: &Site, endpoint: &str, file: &Path) -> Run {
    let mut command = es_loader();
    command.args(["load", "--endpoint", endpoint, "--dead-letter", site.path("dead").to_str().unwrap()]);
    Run::of(command.arg("--config").arg(site.config()).arg(file))
}

fn kept(site: &Site) -> usize {
    std::fs::read_dir(site.path("dead")).map_or(0, Iterator::count)
}

/// An answer in which every document is refused so.
fn all_refused(request: &Request, status: u16, error_type: &str, reason: &str) -> Reply {
    let actions = request
        .text()
        .lines()
        .filter(|line| line.contains("\"_id\"") && !line.contains("@timestamp"))
        .count();
    let item = json!({"index": {"status": status, "error": {"type": error_type, "reason": reason}}});
    Reply::json(200, json!({"took": 1, "errors": true, "items": vec![item; actions]}).to_string())
}

#[test]
fn a_data_stream_takes_every_document_once() {
    let site = Site::new("stream");
    let template =
        json!({"index_patterns": [format!("{}-*", site.index)], "data_stream": {}, "priority": 900});
    site.node.put(&format!("_index_template/{}", site.index), &template).good();
    for _ in 0..2 {
        load_file(&site, opensearch(), &chain::path())
            .with_status(0)
            .reports("415", "documents")
            .reports("0", "unsent");
        assert_eq!(site.node.documents(&format!("{}-2026-11", site.index)), chain::DOCUMENTS);
    }
    site.node.delete(&format!("_data_stream/{}-2026-11", site.index)).good();
}

#[test]
fn a_document_that_a_data_stream_refuses_is_rejected_and_its_probe_is_gone() {
    let site = Site::new("badstream");
    let format = "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'";
    let template = json!({"index_patterns": [format!("{}-*", site.index)], "data_stream": {}, "priority": 900,
        "template": {"mappings": {"properties": {"@timestamp": {"type": "date", "format": format}}}}});
    site.node.put(&format!("_index_template/{}", site.index), &template).good();
    load_file(&site, opensearch(), &site.file("ds_agent.log", line("x").as_bytes()))
        .with_status(1)
        .reports("1", "rejected");
    assert_eq!((site.node.documents(&format!("{}-2026-11", site.index)), kept(&site)), (0, 1));
    site.node.delete(&format!("_data_stream/{}-2026-11", site.index)).good();
}

/// The real node behind a rule that forbids the index in a line.
fn no_explicit_index(request: &Request) -> Reply {
    let lines = || request.text().lines().any(|line| line.contains("\"_index\""));
    if request.method == "POST"
        && (request.target.starts_with("/_bulk") || request.target.starts_with("/_mget") || lines())
    {
        let error =
            json!({"type": "illegal_argument_exception", "reason": "explicit index in bulk is not allowed"});
        return Reply::json(400, json!({"error": error, "status": 400}).to_string());
    }
    forward::to_node(request)
}

#[test]
fn where_no_line_may_name_an_index_the_address_does() {
    let site = Site::new("path");
    let other = line("y").replace("2026-11-22T", "2026-10-22T").replace("Nov 22", "Oct 22");
    let file = site.file("ds_agent.log", [line("x"), other, line("z")].join("\n").as_bytes());
    let loaded = run(async {
        let server = serve(no_explicit_index).await;
        let mut command = es_loader();
        command.args(["load", "--endpoint", &server.url, "--config"]).arg(site.config()).arg(file);
        tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap()
    });
    loaded.with_status(0).reports("3", "documents").reports("0", "unsent");
    assert_eq!(site.node.documents(&format!("{}-2026-11", site.index)), 2);
    assert_eq!(site.node.documents(&format!("{}-2026-10", site.index)), 1);
}

#[test]
fn an_index_without_room_takes_left_over_keys_under_extra() {
    let site = Site::new("full");
    let index = format!("{}-2026-11", site.index);
    let mapping = json!({"mappings": {"properties": {"deepsecurity": {"properties": {"extra": {"type": "flat_object"}}}}}});
    site.node.put(&index, &mapping).good();
    let first = site.file("ds_agent.1.log", line("x").as_bytes());
    load_file(&site, opensearch(), &first).with_status(0);
    site.node.put(&format!("{index}/_settings"), &json!({"index.mapping.total_fields.limit": 1})).good();
    let second = line("y").replace("act=Deny ", "act=Deny TrendMicroDsFrameType=IP cnt=notanumber ");
    let run = load_file(&site, opensearch(), &site.file("ds_agent.2.log", second.as_bytes())).with_status(0);
    run.says("left-over keys under 'extra'");
    let found = site.node.find(&index, &json!({"term": {"deepsecurity.extra.cnt": "notanumber"}}));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["source"]["ip"], "203.0.113.2", "its own form otherwise: {}", found[0]);
}

#[test]
fn an_index_without_room_for_any_form_is_the_targets_fault() {
    let site = Site::new("noroom");
    let index = format!("{}-2026-11", site.index);
    site.node.put(&index, &json!({"settings": {"index.mapping.total_fields.limit": 1}})).good();
    let run = load_file(&site, opensearch(), &site.file("ds_agent.log", line("x").as_bytes())).with_status(2);
    let run = run.reports("1", "unsent").reports("0", "rejected");
    run.says("index.mapping.total_fields.limit");
    assert_eq!(kept(&site), 0);
}

#[test]
fn an_index_that_refuses_everything_leaves_everything_unsent_and_says_why_once() {
    let site = Site::new("nothingtaken");
    strict(&site);
    let file = site.file("ds_agent.log", [line("one"), line("two")].join("\n").as_bytes());
    let run =
        load_file(&site, opensearch(), &file).with_status(2).reports("2", "unsent").reports("0", "rejected");
    run.says("strict_dynamic_mapping_exception");
    assert_eq!((kept(&site), site.documents()), (0, 0));
}

#[test]
fn one_bad_line_alone_goes_to_the_dead_letters_in_its_first_invocation() {
    let site = Site::new("onebad");
    picky(&site);
    let (storage, bucket) = (Storage::new(), unique("logs"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a.log", line("x").as_bytes());
    let dead = site.path("dead");
    let variables = [("ENDPOINT", opensearch()), ("ES_LOADER_DEAD_LETTER", dead.to_str().unwrap())];
    let mut lambda = Lambda::start_with(&site, &variables);
    let body = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": bucket}, "object": {"key": "ds_agent/a.log"}}}]});
    let event = json!({"Records": [{"messageId": "m", "eventSource": "aws:sqs", "body": body.to_string()}]});
    assert_eq!(lambda.invoke(&event), Answer::Done(json!({"batchItemFailures": []})), "{}", lambda.log());
    assert_eq!(kept(&site), 1, "{}", lambda.log());
    let index = format!("{}-2026-11", site.index);
    assert_eq!(site.node.get(&format!("{index}/_doc/{PROBE}")).status, 404, "the probe is gone");
}

#[test]
fn a_load_without_the_index_template_or_into_an_old_cluster_says_so_before_it_begins() {
    let site = Site::new("untemplated");
    let file = site.file("ds_agent.log", line("x").as_bytes());
    let missing = format!("has no index template {}: ", site.index);
    load_file(&site, opensearch(), &file).with_status(0).says(&missing).says("es-loader setup");
    let other = json!({
        "index_patterns": [format!("{}-*", site.index)],
        "template": {"mappings": {"properties": {"@timestamp": {"type": "date"}}}}
    });
    let other_name = format!("_index_template/other-{}", site.index);
    site.node.put(&other_name, &other).good();
    let run = load_file(&site, opensearch(), &file).with_status(0);
    assert!(!run.stderr.contains("index template"), "{}", run.stderr);
    site.node.delete(&other_name).good();
    let mut setup = es_loader();
    setup.args(["setup", "--endpoint", opensearch(), "--config"]).arg(site.config());
    Run::of(&mut setup).with_status(0);
    let run = load_file(&site, opensearch(), &file).with_status(0);
    assert!(!run.stderr.contains("index template"), "{}", run.stderr);

    for (version, is_old) in [
        (json!({"number": "1.3.20", "distribution": "opensearch"}), true),
        (json!({"number": "2.6.0", "distribution": "opensearch"}), true),
        (json!({"number": "7.10.2"}), true),
        (json!({"number": "2.7.0", "distribution": "opensearch"}), false),
        (json!({"number": "3.9.0", "distribution": "opensearch"}), false),
    ] {
        let told = version.clone();
        let run = scripted_setup(&site, move |_| Reply::json(200, json!({"version": told}).to_string()));
        assert_eq!(run.stderr.contains("OpenSearch 1.3"), is_old, "{version}: {}", run.stderr);
    }
}

#[test]
fn a_cluster_without_flat_object_gets_the_form_of_the_template_without_it() {
    let site = Site::new("oldform");
    for reason in [
        "Failed to parse mapping [_doc]: No handler for type [flat_object] declared on field [extra]",
        "No handler for type [flat_object] declared on field [extra]",
    ] {
        let run = scripted_setup(&site, move |request| {
            if request.method == "PUT" && request.text().contains("flat_object") {
                let error = json!({"type": "mapper_parsing_exception", "reason": reason});
                return Reply::json(400, json!({"error": error, "status": 400}).to_string());
            }
            Reply::json(
                200,
                json!({"version": {"number": "2.6.0", "distribution": "opensearch"}}).to_string(),
            )
        });
        run.with_status(0).says("form for old versions").says("OpenSearch 1.3 is the lowest version");
    }
}

#[test]
fn the_form_for_old_versions_keeps_keys_that_nobody_knows() {
    let site = Site::new("oldkeys");
    let mut setup = es_loader();
    setup.args(["setup", "--without-flat-object", "--endpoint", opensearch(), "--config"]).arg(site.config());
    Run::of(&mut setup).with_status(0);
    let text = line("x").replace("act=Deny ", "act=Deny brandNewKey=anything ");
    load_file(&site, opensearch(), &site.file("ds_agent.log", text.as_bytes())).with_status(0);
    let found = site.node.find(&site.indices(), &json!({"term": {"source.ip": "203.0.113.2"}}));
    assert_eq!(found[0]["deepsecurity"]["extra"]["brandNewKey"], "anything", "{}", found[0]);
    let mappings = site.node.get(&format!("{}/_mapping", site.indices())).good().to_string();
    assert!(!mappings.contains("flat_object") && !mappings.contains("brandNewKey"), "{mappings}");
}

fn scripted_setup(site: &Site, answer: impl FnMut(&Request) -> Reply + Send + 'static) -> Run {
    run(async {
        let server = serve(answer).await;
        let mut command = es_loader();
        command.args(["setup", "--endpoint", &server.url, "--config"]).arg(site.config());
        tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap()
    })
}

#[test]
fn an_unknown_refusal_of_everything_is_asked_about_once_and_everything_stays_unsent() {
    run(async {
        let probes = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&probes);
        let server = serve(move |request: &Request| {
            counted.fetch_add(u64::from(request.text().contains(PROBE)), Ordering::Relaxed);
            all_refused(request, 400, "brand_new_exception", "not today: 'secret of the log'")
        })
        .await;
        let delivery = load(&server, vec![batch(1..=3), batch(4..=6), batch(7..=9)], &QUICK, None).await;
        assert_eq!(
            (delivery.verdicts.indexed, delivery.verdicts.rejected.total(), delivery.unsent.total()),
            (0, 0, 9)
        );
        assert_eq!(probes.load(Ordering::Relaxed), 1);
        let Some(Stop::Denied(text)) = delivery.stop else { panic!("{:?}", delivery.stop) };
        assert!(text.contains("index log: status 400: brand_new_exception: not today: '…'"), "{text}");
        assert!(!text.contains("secret"), "{text}");
    });
}

#[test]
fn a_probe_that_gets_no_answer_decides_nothing() {
    run(async {
        let mut probes = 0;
        let server = serve(move |request: &Request| match probe_taken(request) {
            Some(taken) => {
                probes += 1;
                if probes < 3 { Reply::json(503, "{}") } else { taken }
            }
            None if documents(request).iter().all(|(id, _)| *id == 2) => {
                all_refused(request, 400, "brand_new_exception", "no")
            }
            None => crate::delivery::items(request, |id, _| if id == 2 { 400 } else { 201 }),
        })
        .await;
        let delivery = load(&server, vec![batch(1..=3)], &QUICK, None).await;
        assert_eq!(
            (delivery.verdicts.indexed, delivery.verdicts.rejected.total(), &delivery.stop),
            (2, 1, &None)
        );
    });
}

#[test]
fn a_fault_of_one_index_does_not_keep_the_documents_of_others() {
    run(async {
        let server = serve(|request: &Request| {
            let text = request.text();
            if !text.contains("\"bad\"") {
                return all_indexed(request);
            }
            let item = |line: &str| match line.contains("\"bad\"") {
                true => json!({"index": {"status": 400, "error": {"type": "illegal_argument_exception", "reason": "pipeline with id [x] does not exist"}}}),
                false => json!({"index": {"status": 201}}),
            };
            let items: Vec<Value> = text.lines().step_by(2).map(item).collect();
            Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
        })
        .await;
        let mut mixed = batch(1..=2);
        let action = json!({"index": {"_index": "bad", "_id": "3"}}).to_string();
        mixed.push(action.as_bytes(), b"{}", es_loader::read::object::line::LineNumber(3));
        let mut bad = es_loader::load::batch::Batch::default();
        bad.push(action.replace('3', "4").as_bytes(), b"{}", es_loader::read::object::line::LineNumber(4));
        let one = es_loader::edge::delivery::outcome::Options { in_flight: 1, ..QUICK };
        let delivery = load(&server, vec![mixed, bad, batch(5..=6)], &one, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.unsent.total(), delivery.requests), (4, 2, 2));
        let Some(Stop::Denied(text)) = delivery.stop else { panic!("{:?}", delivery.stop) };
        assert!(text.contains("create the ingest pipeline"), "{text}");
    });
}
