//! Which documents a real node holds after lines were loaded once, twice, from elsewhere or by another table.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::lambda::{Answer, Lambda};
use crate::support::program::{Run, es_loader};
use crate::support::services::opensearch;
use crate::support::site::{Site, unique};
use crate::support::storage::Storage;

fn line(text: &str) -> String {
    let message = format!(
        "Nov 22 15:00:00 h CEF: 0|Trend Micro|Deep Security Agent|20.0|20|Log|0|act=Log src=203.0.113.9 msg={text}"
    );
    json!({"message": message, "timestamp": "2026-11-22T22:26:05+00:00"}).to_string() + "\n"
}

fn file(site: &Site, name: &str, texts: &[&str]) -> PathBuf {
    let lines: String = texts.iter().map(|text| line(text)).collect();
    site.file(name, lines.as_bytes())
}

fn load(site: &Site, path: &Path, arguments: &[&str]) -> Run {
    let mut command = es_loader();
    command
        .args(["load", "--endpoint", opensearch(), "--config"])
        .arg(site.config())
        .args(arguments)
        .arg(path);
    Run::of(&mut command).with_status(0)
}

/// The documents, with their ids.
fn hits(site: &Site) -> Vec<Value> {
    site.node.search(&site.indices(), &json!({"size": 100}))["hits"]["hits"].as_array().unwrap().clone()
}

#[test]
fn equal_lines_of_an_object_are_documents_of_their_own_at_every_load() {
    let site = Site::new("equal");
    let object = file(&site, "a.log", &["one", "two", "one", "one"]);
    for _ in 0..3 {
        load(&site, &object, &[]);
        assert_eq!(site.documents(), 4);
    }
}

#[test]
fn lines_that_fluentd_sends_again_in_another_object_are_the_documents_that_are_there() {
    let site = Site::new("resend");
    load(&site, &file(&site, "a.log", &["one", "two", "one"]), &[]);
    load(&site, &file(&site, "b.log", &["two", "one", "one", "three"]), &[]);
    assert_eq!(site.documents(), 4, "three is new, and nothing else");
}

#[test]
fn a_document_takes_the_place_of_the_one_that_an_older_table_made() {
    let site = Site::new("remapped");
    let object = file(&site, "a.log", &["one", "two"]);
    load(&site, &object, &[]);
    let before = hits(&site);
    assert!(before.iter().all(|hit| hit["_source"].pointer("/custom/note").is_none()), "{before:#?}");
    site.file("user.ini", (site.config_text() + "custom.note = msg\n").as_bytes());
    load(&site, &object, &[]);
    let after = hits(&site);
    let ids = |hits: &[Value]| {
        let mut ids: Vec<String> = hits.iter().map(|hit| hit["_id"].to_string()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&before), ids(&after));
    assert!(after.iter().all(|hit| hit["_source"]["custom"]["note"].is_string()), "{after:#?}");
}

/// What a time-series collection asks for, and what it costs.
#[test]
fn without_ids_the_node_makes_them_and_what_is_loaded_twice_is_there_twice() {
    let site = Site::new("noids");
    let object = file(&site, "a.log", &["one", "two", "one"]);
    let ndjson = load(&site, &object, &["--to", "ndjson", "--document-ids", "off"]);
    let actions: Vec<Value> =
        ndjson.out().lines().step_by(2).map(|line| serde_json::from_str(line).unwrap()).collect();
    let index = format!("{}-2026-11", site.index);
    assert_eq!(actions, vec![json!({"index": {"_index": index}}); 3]);

    for count in [3, 6] {
        load(&site, &object, &["--document-ids", "off"]).says("is there twice");
        assert_eq!(site.documents(), count);
    }
    let hits = hits(&site);
    let of_content: std::collections::BTreeSet<&str> =
        hits.iter().map(|hit| hit["_source"]["@id"].as_str().unwrap()).collect();
    assert_eq!(of_content.len(), 3, "doubles can be told by @id");
}

#[test]
fn a_refused_document_without_an_id_is_there_once_in_its_raw_form() {
    let site = Site::new("noidsraw");
    let mapping = json!({"mappings": {"properties": {"source": {"type": "keyword"}}}});
    site.node.put(&format!("{}-2026-11", site.index), &mapping).good();
    load(&site, &file(&site, "a.log", &["one"]), &["--document-ids", "off"]);
    let hits = hits(&site);
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0]["_source"]["event"]["kind"], "pipeline_error");
}

#[test]
fn the_function_and_check_say_what_it_costs_to_leave_ids_out() {
    let site = Site::new("noidsfn");
    let (storage, bucket) = (Storage::new(), unique("noidsfn"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a", line("one").as_bytes());
    let event = json!({"Records": [{"s3": {"bucket": {"name": bucket}, "object": {"key": "ds_agent/a"}},
        "eventName": "ObjectCreated:Put"}]});
    let variables = [("ENDPOINT", opensearch()), ("ES_LOADER_DOCUMENT_IDS", "off")];
    let mut lambda = Lambda::start_with(&site, &variables);
    for count in [1, 2] {
        assert_eq!(lambda.invoke(&event), Answer::Done(Value::Null), "{}", lambda.log());
        assert_eq!(site.documents(), count);
    }
    assert!(lambda.log().contains("is there twice"), "{}", lambda.log());

    let mut check = es_loader();
    check.arg("check").arg(site.config()).env("ES_LOADER_DOCUMENT_IDS", "off");
    Run::of(&mut check).with_status(0).says("is there twice").says("@id");
}
