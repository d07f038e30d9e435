//! Dead letters on their way back.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::program::{Run, es_loader, with_aws};
use crate::support::refused::{line, mend, picky};
use crate::support::services::opensearch;
use crate::support::site::{Site, unique};
use crate::support::storage::Storage;

fn run(site: &Site, words: &[&str]) -> Run {
    let mut command = es_loader();
    with_aws(&mut command).args(words).arg("--config").arg(site.config()).env("ENDPOINT", opensearch());
    Run::of(&mut command)
}

/// Loads an object that is refused as a whole; gives the folder of its dead letters.
fn refused(site: &Site, text: &str) -> PathBuf {
    picky(site);
    let folder = site.path("dead");
    let object = site.file("ds_agent.log", text.as_bytes());
    let words = ["load", "--dead-letter", folder.to_str().unwrap(), object.to_str().unwrap()];
    run(site, &words).with_status(1);
    folder
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

fn ids(site: &Site) -> Vec<String> {
    let found = site.node.search(&site.indices(), &json!({"size": 100, "_source": false}));
    let hits = found["hits"]["hits"].as_array().unwrap();
    let mut ids: Vec<String> = hits.iter().map(|hit| hit["_id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn what_was_refused_arrives_under_the_same_ids_once_the_mapping_is_mended() {
    let site = Site::new("redrive");
    // Equal lines are documents of their own: the second and third have other ids than the first.
    let text = [line("one"), line("two"), line("one"), line("one"), String::new()].join("\n");
    let folder = refused(&site, &text);
    let place = folder.to_str().unwrap();
    let dry = run(&site, &["redrive", "--dry-run", place]).with_status(0);
    assert!(dry.out().contains("4 dead letters in 1 files"), "{}", dry.out());
    assert!(
        dry.out().contains(&format!("group 1: 4 to {}-2026-11, status 400", site.index)),
        "{}",
        dry.out()
    );
    assert!(dry.out().contains("4 give the same document"), "{}", dry.out());
    assert_eq!((site.documents(), files(&folder)), (0, 1), "nothing was sent or removed");

    run(&site, &["redrive", place, "--delete"])
        .with_status(1)
        .reports("4", "rejected")
        .says("0 files of dead letters deleted");
    assert_eq!(files(&folder), 1);

    mend(&site);
    run(&site, &["redrive", place]).with_status(0);
    assert_eq!((site.documents(), files(&folder)), (4, 1), "nothing is deleted without being told to");
    run(&site, &["redrive", place, "--delete"]).with_status(0).says("1 files of dead letters deleted\n");
    assert_eq!(files(&folder), 0);

    let redriven = ids(&site);
    run(&site, &["load", site.path("ds_agent.log").to_str().unwrap()]).with_status(0);
    assert_eq!(ids(&site), redriven, "the object itself gives the same documents");
    for hit in site.node.search(&site.indices(), &json!({"size": 100}))["hits"]["hits"].as_array().unwrap() {
        assert_eq!(hit["_id"], hit["_source"]["@id"]);
    }
}

/// As a time-series collection asks for it, which names the variable when it refuses ids.
#[test]
fn ids_are_left_out_where_that_is_asked_for() {
    let site = Site::new("redrive-noids");
    let folder = refused(&site, &[line("one"), line("two"), line("one"), String::new()].join("\n"));
    mend(&site);
    let (storage, bucket) = (Storage::new(), unique("logs"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a.log", line("three").as_bytes());
    let queue = storage.queue(&unique("dead"));
    queue.send(&event(&bucket, &["ds_agent/a.log"]));
    for (place, count) in [(folder.to_str().unwrap(), 3), (&queue.url, 4)] {
        run(&site, &["redrive", place, "--document-ids", "off"]).with_status(0).says("is there twice");
        assert_eq!(site.documents(), count);
    }
    let found = site.node.search(&site.indices(), &json!({"size": 100}));
    for hit in found["hits"]["hits"].as_array().unwrap() {
        assert_ne!(hit["_id"], hit["_source"]["@id"]);
        assert!(hit["_source"]["@id"].is_string(), "{hit}");
    }
}

#[test]
fn documents_are_made_by_the_present_configuration() {
    let site = Site::new("redrive-config");
    let folder = refused(&site, &format!("{}\n", line("one")));
    let place = folder.to_str().unwrap();
    mend(&site);
    let present = format!("{}static_ecs = labels.env\nlabels.env = prod\n", site.config_text());
    std::fs::write(site.config(), present).unwrap();
    let dry = run(&site, &["redrive", "--dry-run", place]).with_status(0);
    assert!(dry.out().contains("1 give another document today (differs in labels)"), "{}", dry.out());
    run(&site, &["redrive", place]).with_status(0);
    let documents: Vec<Value> = site.node.find(&site.indices(), &json!({"match_all": {}}));
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0]["labels"]["env"], "prod");

    // A record whose line is gone goes as it was recorded.
    site.node.delete(&format!("{}-2026-11", site.index)).good();
    let path = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    rewrite(&path, |letter| drop(letter.as_object_mut().unwrap().remove("raw")));
    let dry = run(&site, &["redrive", "--dry-run", place]).with_status(0);
    assert!(dry.out().contains("1 go as they were recorded"), "{}", dry.out());
    run(&site, &["redrive", place]).with_status(0);
    let documents = site.node.find(&site.indices(), &json!({"match_all": {}}));
    assert_eq!((documents.len(), &documents[0]["labels"]), (1, &Value::Null));
}

/// Changes every record of a file.
fn rewrite(path: &Path, change: impl Fn(&mut Value)) {
    use std::io::{Read, Write};
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut out =
        flate2::write::GzEncoder::new(std::fs::File::create(path).unwrap(), flate2::Compression::fast());
    for line in text.lines() {
        let mut letter = serde_json::from_str(line).unwrap();
        change(&mut letter);
        writeln!(out, "{letter}").unwrap();
    }
    out.finish().unwrap();
}

#[test]
fn only_chosen_groups_are_sent_and_their_file_stays_with_the_others() {
    let site = Site::new("redrive-group");
    let folder = refused(&site, &format!("{}\n{}\n{}\n", line("one"), line("two"), line("three")));
    let path = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    // One of them was refused for another reason, whose text would clear a terminal.
    rewrite(&path, |letter| {
        if letter["line"] == 2 {
            letter["type"] = json!("zzz\u{1b}[2J");
        }
    });
    mend(&site);
    let place = folder.to_str().unwrap();
    let dry = run(&site, &["redrive", "--dry-run", place]).with_status(0);
    assert!(dry.out().contains("group 1: 2 to ") && dry.out().contains("group 2: 1 to "), "{}", dry.out());
    assert!(!dry.out().contains('\u{1b}') && dry.out().contains("zzz\\u{1b}"), "{}", dry.out());
    run(&site, &["redrive", place, "--group", "2", "--delete"])
        .with_status(0)
        .says("0 files of dead letters deleted");
    let documents = site.node.find(&site.indices(), &json!({"match_all": {}}));
    assert_eq!(documents.len(), 1, "{documents:#?}");
    assert!(documents[0]["@message"].as_str().unwrap().ends_with("msg=two"));
    run(&site, &["redrive", place, "--group", "3"])
        .with_status(2)
        .says("there is no such group; there are 2");
}

#[test]
fn a_prefix_of_s3_is_redriven_and_emptied() {
    let site = Site::new("redrive-s3");
    picky(&site);
    let (storage, kept) = (Storage::new(), unique("dead"));
    storage.bucket(&kept);
    let object = site.file("ds_agent.log", format!("{}\n", line("x")).as_bytes());
    let place = format!("s3://{kept}/dead/letters");
    run(&site, &["load", "--dead-letter", &place, object.to_str().unwrap()]).with_status(1);
    storage.put(&kept, "dead/letters/readme.txt", b"not a dead letter");
    storage.put(&kept, "dead/letters2/other.ndjson.gz", b"of another prefix");
    mend(&site);
    run(&site, &["redrive", &place, "--delete"])
        .with_status(0)
        .reports("1", &format!("indexed into {}", opensearch()));
    assert_eq!(site.documents(), 1);
    assert_eq!(storage.keys(&kept), ["dead/letters/readme.txt", "dead/letters2/other.ndjson.gz"]);
}

#[test]
fn a_file_that_holds_more_than_dead_letters_is_told_of_and_kept() {
    let site = Site::new("redrive-broken");
    let folder = refused(&site, &format!("{}\n", line("one")));
    let path = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    rewrite(&path, |letter| letter["format"] = json!(2));
    mend(&site);
    let place = folder.to_str().unwrap();
    run(&site, &["redrive", "--dry-run", place]).with_status(2).says("dead letter of format 2");
    run(&site, &["redrive", "--delete", place]);
    assert_eq!((site.documents(), files(&folder)), (0, 1));
}

fn event(bucket: &str, keys: &[&str]) -> String {
    let record = |key: &&str| json!({"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": bucket}, "object": {"key": key}}});
    json!({"Records": keys.iter().map(record).collect::<Vec<_>>()}).to_string()
}

#[test]
fn messages_of_a_dead_letter_queue_are_deleted_once_all_their_objects_are_loaded() {
    let site = Site::new("redrive-queue");
    let (storage, bucket) = (Storage::new(), unique("logs"));
    storage.bucket(&bucket);
    for name in ["a", "b", "c"] {
        storage.put(&bucket, &format!("ds_agent/{name}.log"), format!("{}\n", line(name)).as_bytes());
    }
    let queue = storage.queue(&unique("dead"));
    queue.send(&event(&bucket, &["ds_agent/a.log", "ds_agent/b.log"]));
    queue.send(&json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": bucket}).to_string());
    queue.send(&event(&bucket, &["ds_agent/c.log", "ds_agent/gone.log"]));
    queue.send("not JSON");

    let dry = run(&site, &["redrive", "--dry-run", &queue.url]).with_status(0);
    assert!(dry.out().contains("4 messages, 4 objects would be loaded"), "{}", dry.out());
    assert!(dry.out().contains(&format!("s3://{bucket}/ds_agent/gone.log")), "{}", dry.out());
    assert_eq!(site.node.get(&site.index).status, 404, "nothing was loaded");

    let run = run(&site, &["redrive", &queue.url]).with_status(2);
    run.says("2 messages deleted, 2 are in the queue again").says("NoSuchKey").says("is not JSON");
    assert_eq!(site.documents(), 3);
    let left = queue.event(2);
    let bodies: Vec<&str> =
        left["Records"].as_array().unwrap().iter().map(|r| r["body"].as_str().unwrap()).collect();
    assert!(
        bodies.contains(&"not JSON") && bodies.iter().any(|body| body.contains("gone.log")),
        "{bodies:?}"
    );
}

#[test]
fn a_message_stays_whose_documents_were_refused_and_kept_nowhere() {
    let site = Site::new("redrive-refused");
    picky(&site);
    let (storage, bucket) = (Storage::new(), unique("logs"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a.log", format!("{}\n", line("a")).as_bytes());
    let queue = storage.queue(&unique("dead"));
    queue.send(&event(&bucket, &["ds_agent/a.log"]));
    run(&site, &["redrive", &queue.url]).with_status(2).says("0 messages deleted, 1 are in the queue again");
    let folder = site.path("dead");
    let words = ["redrive", &queue.url, "--dead-letter", folder.to_str().unwrap()];
    run(&site, &words).with_status(1).says("1 messages deleted, 0 are in the queue again");
    assert_eq!(files(&folder), 1);
    queue.assert_empty();
}
