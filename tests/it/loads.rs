//! `es-loader load` into a real node: what arrives, what is refused, and what the report says of it.

use std::path::Path;
use std::time::Duration;

use es_loader::edge::aws::auth::Auth;
use es_loader::edge::delivery::outcome::Options;
use es_loader::edge::delivery::sink::Sink;
use es_loader::edge::object_loader::ObjectLoader;
use es_loader::edge::opensearch::client::{OpenSearch, Settings};
use es_loader::edge::opensearch::endpoint::Endpoint;
use es_loader::load::account::Limits;
use es_loader::report::Outcome;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::delivery::client;
use crate::scripted::{Reply, run, serve};
use crate::support::chain;
use crate::support::program::{Run, es_loader};
use crate::support::refused::picky;
use crate::support::services::opensearch;
use crate::support::site::Site;

fn setup(site: &Site) {
    let mut command = es_loader();
    command.args(["setup", "--endpoint", opensearch(), "--config"]).arg(site.config());
    Run::of(&mut command).with_status(0);
}

fn load(site: &Site, path: &Path) -> Run {
    let mut command = es_loader();
    command.args(["load", "--endpoint", opensearch(), "--config"]).arg(site.config()).arg(path);
    Run::of(&mut command)
}

fn indexed() -> String {
    format!("indexed into {}", opensearch())
}

#[test]
fn every_line_of_the_real_object_is_found_and_loading_it_again_adds_nothing() {
    let site = Site::new("chain");
    setup(&site);
    for _ in 0..2 {
        let run = load(&site, &chain::path()).with_status(0);
        let run = run.reports("415", "lines").reports("415", "documents").reports("415", &indexed());
        let run = run.reports("0", "rejected").reports("0", "unsent");
        let run = run.says("events from 2026-11-22T15:00:00Z to 2026-11-22T21:10:");
        assert!(!run.stderr.contains("raw form"), "{}", run.stderr);
        assert_eq!(run.out(), "");
        assert_eq!(site.documents(), chain::DOCUMENTS);
    }
    chain::assert_searchable(&site);
    let index = format!("{}-2026-11", site.index);
    assert_eq!(site.node.documents(&index), chain::DOCUMENTS, "all events are of one month");
    let refused = json!({"wildcard": {"error.type": "*_exception"}});
    assert_eq!(site.node.count(&index, &refused), 0, "no document was refused");
}

#[test]
fn the_report_names_the_indices_to_search() {
    let site = Site::new("next");
    load(&site, &chain::path()).with_status(0).says(&format!("next: search {}* for", site.index));
}

/// Three events with addresses, the second of them with a host name instead.
const EVENTS: &str = concat!(
    r#"{"message":"Nov 22 15:00:00 h CEF: 0|Trend Micro|Deep Security Agent|20.0|20|Log|0|src=203.0.113.1 dst=10.0.0.5 act=Log","timestamp":"2026-11-22T22:26:05+00:00"}"#,
    "\n",
    r#"{"message":"Nov 22 15:00:01 h CEF: 0|Trend Micro|Deep Security Agent|20.0|4000000|Eicar|6|filePath=C:\\a.exe act=Delete","timestamp":"2026-11-22T22:26:05+00:00"}"#,
    "\n",
    r#"{"message":"Nov 22 15:00:02 h CEF: 0|Trend Micro|Deep Security Agent|20.0|21|Deny|0|src=203.0.113.2 dst=10.0.0.5 act=Deny","timestamp":"2026-11-22T22:26:05+00:00"}"#,
    "\n",
);

#[test]
fn a_document_that_is_refused_is_indexed_in_its_raw_form_with_the_reason() {
    let site = Site::new("conflict");
    let index = format!("{}-2026-11", site.index);
    // By hand, long ago: what is an object for us is text here.
    let mapping = json!({"mappings": {"properties": {"source": {"type": "keyword"}}}});
    site.node.put(&index, &mapping).good();
    let run = load(&site, &site.file("ds_agent.log", EVENTS.as_bytes())).with_status(0);
    let run = run
        .reports("3", "documents")
        .reports("3", &indexed())
        .reports("0", "rejected")
        .reports("0", "unsent");
    let run = run.says("refused by OpenSearch, indexed in their raw form:").says(", first on line 1");
    run.says("           2  status 400: mapper_parsing_exception: failed to parse field [source] of type [keyword]");

    assert_eq!(site.documents(), 3);
    let raw = site.node.find(&index, &json!({"match": {"event.kind": "pipeline_error"}}));
    assert_eq!(raw.len(), 2, "{raw:#?}");
    for (raw, address) in raw.iter().zip(["203.0.113.1", "203.0.113.2"]) {
        assert!(raw["@message"].as_str().unwrap().contains(address), "{raw}");
        assert_eq!(raw["error"]["type"], "mapper_parsing_exception");
        assert!(raw["error"]["message"].as_str().unwrap().contains("[source]"), "{raw}");
        assert_eq!(raw["@log_type"], "deepsecurity");
        assert!(raw.get("source").is_none(), "{raw}");
    }
    let whole = site.node.find(&index, &json!({"match": {"event.code": "4000000"}}));
    assert_eq!(whole.len(), 1);
    assert!(whole[0].get("error").is_none(), "{whole:?}");
}

#[test]
fn a_raw_form_takes_the_place_of_its_document_once_the_mapping_is_mended() {
    let site = Site::new("mended");
    let index = format!("{}-2026-11", site.index);
    site.node.put(&index, &json!({"mappings": {"properties": {"source": {"type": "keyword"}}}})).good();
    let file = site.file("ds_agent.log", EVENTS.as_bytes());
    load(&site, &file).with_status(0);
    site.node.delete(&index).good();
    setup(&site);
    load(&site, &file).with_status(0);
    assert_eq!(site.documents(), 3);
    assert_eq!(site.node.count(&index, &json!({"term": {"source.ip": "203.0.113.0/24"}})), 2);
}

#[test]
fn a_document_that_is_refused_in_both_forms_is_rejected_and_reported() {
    let site = Site::new("refused");
    picky(&site);
    let run = load(&site, &site.file("ds_agent.log", EVENTS.as_bytes())).with_status(1);
    let run = run
        .reports("3", "documents")
        .reports("0", &indexed())
        .reports("3", "rejected")
        .reports("0", "unsent");
    run.says("mapper_parsing_exception").says("first on line 1");
    assert_eq!(site.documents(), 0);
}

#[test]
fn documents_that_a_full_disk_does_not_take_are_unsent_and_arrive_with_the_next_try() {
    let site = Site::new("locked");
    let index = format!("{}-2026-11", site.index);
    // As a full disk does it: another index would fill it further.
    site.node.put(&index, &json!({})).good();
    let lock = |locked: bool| {
        let settings = json!({"index.blocks.read_only_allow_delete": locked});
        site.node.put(&format!("{index}/_settings"), &settings).good();
    };
    lock(true);
    let file = site.file("ds_agent.log", EVENTS.as_bytes());
    let try_it = || {
        let client =
            OpenSearch::new(Settings::new(Endpoint::parse(opensearch()).unwrap(), Auth::None)).unwrap();
        let options = Options { patience: Duration::from_secs(2), ..Options::default() };
        let sink = Sink::OpenSearch(Box::new(client), options);
        let loader = ObjectLoader::new(site.sections(), None, sink, Limits::default());
        run(loader.load_file(&file, "deepsecurity", Timestamp::now()))
    };
    let report = try_it();
    assert_eq!((report.account.documents, report.verdicts.indexed, report.unsent.total()), (3, 0, 3));
    assert!(report.sent_again > 0);
    let Outcome::Failed { reason, retry: true } = &report.outcome else { panic!("{:?}", report.outcome) };
    assert!(reason.contains("cluster_block_exception"), "{reason}");

    assert_eq!(report.balance().check(), Ok(()));
    lock(false);
    let report = try_it();
    assert_eq!((report.outcome, report.verdicts.indexed), (Outcome::Loaded, 3));
    assert_eq!(site.documents(), 3);
}

#[test]
fn an_object_of_which_a_document_stays_unsent_is_not_loaded() {
    let site = Site::new("left");
    let file = site.file("ds_agent.log", EVENTS.as_bytes());
    let report = run(async {
        // Of the first document nothing is ever known; the others are taken.
        let mut first = None;
        let server = serve(move |request| {
            let text = request.text();
            let first = first.get_or_insert_with(|| text.lines().nth(1).unwrap().to_owned());
            let items = text.lines().skip(1).step_by(2).map(|document| match document == first {
                true => json!({"index": {"status": 503, "error": {"type": "busy", "reason": "later"}}}),
                false => json!({"index": {"status": 201}}),
            });
            Reply::json(200, json!({"took": 1, "items": items.collect::<Vec<_>>()}).to_string())
        })
        .await;
        let (patience, pause) = (Duration::from_millis(300), Duration::from_millis(20));
        let options = Options { patience, pause, ..Options::default() };
        let sink = Sink::OpenSearch(Box::new(client(&server)), options);
        let loader = ObjectLoader::new(site.sections(), None, sink, Limits::default());
        loader.load_file(&file, "deepsecurity", Timestamp::now()).await
    });
    assert_eq!((report.verdicts.indexed, report.unsent.total()), (2, 1));
    let Outcome::Failed { reason, retry: true } = &report.outcome else { panic!("{:?}", report.outcome) };
    assert!(reason.starts_with("some documents did not go through for 0 seconds: "), "{reason}");
    assert_eq!(report.balance().check(), Ok(()));
}

#[test]
fn of_a_load_that_is_stopped_every_line_that_was_read_is_accounted_for() {
    let site = Site::new("stopped");
    let file = site.file("ds_agent.log", EVENTS.repeat(20).as_bytes());
    for allowed in [0, 1, 3] {
        let report = run(async {
            let mut seen = 0;
            let server = serve(move |request| {
                seen += 1;
                let items = vec![json!({"index": {"status": 201}}); request.text().lines().count() / 2];
                match seen <= allowed {
                    true => Reply::json(200, json!({"took": 1, "items": items}).to_string()),
                    false => Reply::json(403, r#"{"message":"no entry"}"#),
                }
            })
            .await;
            let options = Options { in_flight: 1, ..Options::default() };
            let sink = Sink::OpenSearch(Box::new(client(&server)), options);
            let limits = Limits { batch_bytes: 1, ..Limits::default() };
            let loader = ObjectLoader::new(site.sections(), None, sink, limits);
            loader.load_file(&file, "deepsecurity", Timestamp::now()).await
        });
        assert!(matches!(&report.outcome, Outcome::Failed { retry: true, .. }), "{:?}", report.outcome);
        assert_eq!((report.balance().check(), report.verdicts.indexed), (Ok(()), allowed));
        assert!(report.account.lines < 60, "it was stopped: {}", report.account.lines);
        let first = report.unsent.groups().map(|group| group.first_line.0).min();
        assert_eq!(first, Some(allowed + 1), "where the next try has to begin");
    }
}

#[test]
fn documents_go_to_the_index_of_their_month() {
    let site = Site::new("months");
    let line = |month: &str, day: &str| {
        let message =
            format!("{month} {day} 00:00:00 h CEF: 0|Trend Micro|Deep Security Agent|20.0|20|Log|0|act=Log");
        let number = if month == "Oct" { "10" } else { "11" };
        json!({"message": message, "timestamp": format!("2026-{number}-{day}T00:00:10+00:00")}).to_string()
    };
    let text = [line("Oct", "31"), line("Nov", "01"), line("Nov", "02")].join("\n");
    load(&site, &site.file("ds_agent.log", text.as_bytes())).with_status(0);
    for (month, count) in [("2026-10", 1), ("2026-11", 2)] {
        assert_eq!(site.node.documents(&format!("{}-{month}", site.index)), count, "{month}");
    }
}

#[test]
fn what_is_piped_into_bulk_by_hand_is_what_the_program_indexes() {
    let site = Site::new("byhand");
    let mut command = es_loader();
    command.args(["load", "--to", "ndjson", "--config"]).arg(site.config()).arg(chain::path());
    let run = Run::of(&mut command).with_status(0);
    let operations: Vec<Value> = run.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(operations.len(), 2 * usize::try_from(chain::DOCUMENTS).unwrap());
    load(&site, &chain::path()).with_status(0);
    site.documents();
    let mut ids = std::collections::BTreeSet::new();
    for pair in operations.chunks_exact(2) {
        let [action, document] = pair else { unreachable!("pairs") };
        let (index, id) =
            (action["index"]["_index"].as_str().unwrap(), action["index"]["_id"].as_str().unwrap());
        assert!(ids.insert(id.to_owned()), "{id}");
        let mut stored = site.node.get(&format!("{index}/_doc/{id}")).good()["_source"].take();
        let mut expected = document.clone();
        for document in [&mut stored, &mut expected] {
            document["event"]["ingested"] = Value::Null;
        }
        assert_eq!(stored, expected);
    }
}
