//! Documents that OpenSearch refuses for good, and what is kept of them.

use std::io::Read;
use std::path::Path;

use es_loader::deliver::dead_letter::letter::DeadLetter;
use es_loader::edge::dead_letters::write::DeadLetters;
use es_loader::edge::delivery::outcome::Options;
use es_loader::edge::delivery::sink::Sink;
use es_loader::edge::object_loader::ObjectLoader;
use es_loader::load::account::Limits;
use es_loader::report::{ObjectReport, Outcome};
use flate2::read::GzDecoder;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::delivery::{client, probe_taken};
use crate::scripted::{Reply, Request, run, serve};
use crate::support::lambda::{Answer, Lambda};
use crate::support::program::{Run, es_loader, with_aws};
use crate::support::refused::{line, picky};
use crate::support::services::{aws, opensearch};
use crate::support::site::{Site, unique};
use crate::support::storage::Storage;

fn letters(gzip: &[u8]) -> Vec<DeadLetter> {
    let mut text = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut text).unwrap();
    text.split_inclusive(|byte| *byte == b'\n').map(|line| DeadLetter::read(line).unwrap()).collect()
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn load(site: &Site, place: &str, object: &Path) -> Run {
    let mut command = es_loader();
    with_aws(&mut command).args(["load", "--endpoint", opensearch(), "--dead-letter", place, "--config"]);
    Run::of(command.arg(site.config()).arg(object))
}

#[test]
fn what_is_refused_in_both_forms_is_kept_in_a_folder_with_everything_to_send_it_again() {
    let site = Site::new("kept");
    picky(&site);
    let text = format!("\n{}\n{}\n", line("one"), line("two"));
    let object = site.file("ds_agent.log", text.as_bytes());
    let folder = site.path("dead/letters");
    for _ in 0..2 {
        let run = load(&site, folder.to_str().unwrap(), &object).with_status(1).reports("2", "rejected");
        let kept = files(&folder);
        assert_eq!(kept.len(), 1, "another try takes the place of the first: {kept:?}");
        run.says(&format!("kept in {}", kept[0].display()));
        let letters = letters(&std::fs::read(&kept[0]).unwrap());
        assert_eq!(letters.iter().map(|letter| letter.line).collect::<Vec<_>>(), [2, 3]);
        for (letter, word) in letters.iter().zip(["one", "two"]) {
            assert_eq!(letter.raw_line().unwrap(), line(word).as_bytes());
            assert_eq!(letter.index, format!("{}-2026-11", site.index));
            assert_eq!((letter.status, letter.error_type.as_str()), (400, "mapper_parsing_exception"));
            assert_eq!((letter.bucket.as_deref(), letter.key.as_str()), (None, object.to_str().unwrap()));
            assert_eq!(letter.config, site.sections().fingerprint());
            let document: Value = serde_json::from_str(letter.document.as_ref().unwrap().get()).unwrap();
            assert_eq!(document["source"]["ip"], "203.0.113.2", "its own form, not the raw one");
            assert_eq!(document["@id"], letter.id);
        }
    }
}

#[cfg(unix)]
#[test]
fn only_their_owner_reads_them_and_no_link_is_written_through() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let site = Site::new("private");
    picky(&site);
    let object = site.file("ds_agent.log", line("x").as_bytes());
    let folder = site.path("dead");
    load(&site, folder.to_str().unwrap(), &object).with_status(1);
    let kept = files(&folder).pop().unwrap();
    let victim = site.file("victim", b"untouched");
    let unfinished = format!("{}.part", kept.display());
    for link in [unfinished.as_str(), kept.to_str().unwrap()] {
        let _ = std::fs::remove_file(link);
        symlink(&victim, link).unwrap();
    }
    load(&site, folder.to_str().unwrap(), &object).with_status(1);
    assert_eq!(std::fs::read(&victim).unwrap(), b"untouched");
    let found = std::fs::symlink_metadata(&kept).unwrap();
    assert!(found.is_file());
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
}

#[test]
fn where_nothing_is_refused_nothing_is_written() {
    let site = Site::new("nothing");
    let folder = site.path("dead");
    load(&site, folder.to_str().unwrap(), &site.file("ds_agent.log", line("x").as_bytes())).with_status(0);
    assert!(!folder.exists());
}

#[test]
fn a_place_that_cannot_be_written_to_leaves_the_load_unfinished() {
    let site = Site::new("noplace");
    picky(&site);
    let object = site.file("ds_agent.log", line("x").as_bytes());
    let file = site.file("a-file", b"x");
    load(&site, file.to_str().unwrap(), &object).with_status(2).says("dead letters cannot be written to ");
    let gone = format!("s3://{}/dead/", unique("gone"));
    load(&site, &gone, &object).with_status(2).says("dead letters cannot be written: ").says("NoSuchBucket");
}

#[test]
fn the_function_keeps_them_in_s3_and_a_second_notification_adds_nothing() {
    let site = Site::new("kept-s3");
    picky(&site);
    let (storage, bucket, kept) = (Storage::new(), unique("logs"), unique("kept"));
    storage.bucket(&bucket);
    storage.bucket(&kept);
    storage.keep_versions(&bucket);
    let key = "ds_agent/2026/a b.gz";
    let version = storage.put(&bucket, key, format!("{}\n", line("x")).as_bytes());
    let place = format!("s3://{kept}/dead/letters");
    let variables = [("ENDPOINT", opensearch()), ("ES_LOADER_DEAD_LETTER", place.as_str())];
    let mut lambda = Lambda::start_with(&site, &variables);
    let event = json!({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1",
        "eventTime": "2026-11-22T22:30:00.000Z", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": "ds_agent/2026/a+b.gz", "size": 300, "versionId": version}}
    }]});
    for _ in 0..2 {
        assert!(matches!(lambda.invoke(&event), Answer::Done(_)), "{}", lambda.log());
        let keys = storage.keys(&kept);
        assert_eq!(keys.len(), 1, "{keys:?}");
        assert!(keys[0].starts_with("dead/letters/") && keys[0].ends_with(".ndjson.gz"), "{keys:?}");
        let letters = letters(&storage.get(&kept, &keys[0]));
        assert_eq!(letters.len(), 1);
        assert_eq!((letters[0].bucket.as_ref(), letters[0].key.as_str()), (Some(&bucket), key));
        assert_eq!((letters[0].version.clone(), letters[0].line), (version.clone(), 1));
    }

    // The account of the log and that of the metrics are one.
    let log = lambda.log();
    let metrics: Vec<Value> = log
        .lines()
        .filter(|line| line.starts_with("{\"EsResponseTime\"") || line.contains("\"_aws\""))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(metrics.len(), 2, "{log}");
    for line in &metrics {
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "SIEM");
        let counts = ["TotalLogCount", "SuccessLogLoadCount", "ErrorLogLoadCount", "RejectedLogCount"];
        assert_eq!(counts.map(|name| line[name].as_u64().unwrap()), [1, 0, 1, 1], "{line}");
        assert_eq!(line["logtype"], "deepsecurity");
        assert!(line["EventAgeP99"].is_u64() && line["InputLogFileSize"].as_u64().unwrap() > 0, "{line}");
    }
    assert!(log.contains("rejected=1") && log.contains("dead_letters"), "{log}");
}

/// An answer that refuses every document but the probe.
fn refused(request: &Request) -> Reply {
    if let Some(taken) = probe_taken(request) {
        return taken;
    }
    let count = request.text().lines().count() / 2;
    let item = json!({"index": {"status": 400, "error": {"type": "test_exception", "reason": "scripted"}}});
    Reply::json(200, json!({"took": 1, "errors": true, "items": vec![item; count]}).to_string())
}

/// Loads into a cluster that refuses everything.
fn load_refused(site: &Site, letters: DeadLetters, object: &Path) -> ObjectReport {
    run(async {
        let server = serve(refused).await;
        let sink = Sink::OpenSearch(Box::new(client(&server)), Options::default());
        let limits = Limits { batch_bytes: 1_000_000, ..Limits::default() };
        let loader = ObjectLoader::new(site.sections(), None, sink, limits).with_dead_letters(Some(letters));
        loader.load_file(object, "deepsecurity", Timestamp::now()).await
    })
}

#[test]
fn many_of_them_are_written_piece_by_piece_into_one_file_or_object() {
    let site = Site::new("many");
    let (storage, kept) = (Storage::new(), unique("many"));
    storage.bucket(&kept);
    // Text that no compression makes small: more than one part of five megabytes.
    let mut state = 1_u64;
    let mut noise = || {
        let characters = (0..1_800).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'0' + (state >> 58) as u8)
        });
        characters.filter(|c| !matches!(c, '=' | '\\')).collect::<String>()
    };
    let lines: Vec<String> = (0..4_500).map(|_| line(&noise())).collect();
    let object = site.file("ds_agent.log", lines.join("\n").as_bytes());

    let folder = site.path("dead");
    let report = load_refused(&site, DeadLetters::Folder(folder.clone()), &object);
    assert_eq!((report.outcome, report.verdicts.rejected.total()), (Outcome::Loaded, 4_500));
    let kept_files = files(&folder);
    assert_eq!(kept_files.len(), 1, "{kept_files:?}");
    let in_folder = std::fs::read(&kept_files[0]).unwrap();
    assert!(in_folder.len() > 6 << 20, "{}", in_folder.len());

    let s3 = run(async {
        let config = crate::support::storage::sdk_config();
        es_loader::edge::aws::s3::S3::new(&config, true, None)
    });
    let place = DeadLetters::parse(&format!("s3://{kept}"), Some(&s3)).unwrap();
    let report = load_refused(&site, place, &object);
    assert_eq!((&report.outcome, report.balance().check()), (&Outcome::Loaded, Ok(())));
    let keys = storage.keys(&kept);
    assert_eq!(keys.len(), 1, "{keys:?} {}", aws());
    for kept in [in_folder, storage.get(&kept, &keys[0])] {
        let letters = letters(&kept);
        assert_eq!(letters.len(), 4_500);
        let mut numbers: Vec<u64> = letters.iter().map(|letter| letter.line).collect();
        numbers.sort_unstable();
        assert!(numbers.iter().copied().eq(1..=4_500));
        let last = letters.iter().find(|letter| letter.line == 4_500).unwrap();
        assert_eq!(last.raw_line().unwrap(), lines[4_499].as_bytes());
    }
}
