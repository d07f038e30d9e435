//! What lies in a bucket already: some days of it, and going on after a stop.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::scripted::{Reply, Request, run as block_on, serve};
use crate::support::forward;
use crate::support::program::{Run, es_loader, with_aws};
use crate::support::services::opensearch;
use crate::support::site::{Site, unique};
use crate::support::storage::Storage;

fn line(text: &str) -> String {
    let event = "CEF:0|Trend Micro|Deep Security Agent|20.0|21|Deny|0|src=203.0.113.2 act=Deny msg=";
    let message = format!("Nov 22 15:00:02 h {event}{text}");
    format!("{}\n", json!({"message": message, "timestamp": "2026-11-22T22:26:05+00:00"}))
}

/// A bucket with an object on each of these days.
fn bucket(storage: &Storage, days: &[&str]) -> String {
    let bucket = unique("past");
    storage.bucket(&bucket);
    for day in days {
        storage.put(&bucket, &format!("ds_agent/{day}/09_h_0.log"), line(day).as_bytes());
    }
    bucket
}

fn command(site: &Site, words: &[&str]) -> Command {
    command_of(site, "backfill", words)
}

fn command_of(site: &Site, name: &str, words: &[&str]) -> Command {
    let mut command = es_loader();
    with_aws(&mut command).arg(name).args(words).arg("--config").arg(site.config());
    command.env("ENDPOINT", opensearch()).current_dir(site.path(""));
    command
}

fn backfill(site: &Site, words: &[&str]) -> Run {
    Run::of(&mut command(site, words))
}

#[test]
fn only_the_days_that_are_named_are_loaded_and_each_object_once() {
    let site = Site::new("backfill");
    let storage = Storage::new();
    let bucket = bucket(&storage, &["2026/11/20", "2026/11/21", "2026/11/22"]);
    // The day of an object without date folders is that of its last change: not in 2026-11-21 to 22.
    storage.put(&bucket, "ds_agent/today.log", line("today").as_bytes());
    storage.put(&bucket, "elsewhere/2026/11/21/x.log", line("x").as_bytes());
    let place = format!("s3://{bucket}/");
    let days = ["--since", "2026-11-21", "--until", "2026-11-22"];

    let dry = backfill(&site, &[&[place.as_str(), "--dry-run"], &days[..]].concat()).with_status(0);
    assert!(
        dry.out().contains(": 2 objects, ") && dry.out().contains("1  that no section takes"),
        "{}",
        dry.out()
    );
    assert!(dry.out().contains("1  dated by their last change alone"), "{}", dry.out());
    assert!(std::fs::read_dir(site.path("")).unwrap().count() == 1, "a plan leaves no checkpoint");

    backfill(&site, &[&[place.as_str()], &days[..]].concat())
        .with_status(0)
        .says("all 2 objects are done")
        .reports("2", "documents");
    assert_eq!(site.documents(), 2);

    let more = backfill(&site, &[&place, "--since", "2026-11-20", "--until", "2026-11-22"]).with_status(0);
    assert!(more.out().contains("2  done already, by the checkpoint"), "{}", more.out());
    more.reports("1", "documents");
    assert_eq!(site.documents(), 3);

    // An object that was written anew is another one.
    storage.put(&bucket, "ds_agent/2026/11/21/09_h_0.log", line("anew").as_bytes());
    backfill(&site, &[&[place.as_str()], &days[..]].concat()).with_status(0).says("all 1 objects are done");
}

#[test]
fn a_plan_without_objects_says_why() {
    let site = Site::new("backfill-none");
    let storage = Storage::new();
    let bucket = bucket(&storage, &["2026/11/20"]);
    storage.put(&bucket, "elsewhere/2026/11/20/x.log", line("x").as_bytes());
    let place = format!("s3://{bucket}/ds_agent/");
    for command in ["backfill", "audit"] {
        let mut reversed =
            command_of(&site, command, &[&place, "--since", "2026-12-01", "--until", "2026-11-01"]);
        Run::of(&mut reversed).with_status(2).says("--since 2026-12-01 is after --until 2026-11-01");
    }
    let mut none = command_of(&site, "audit", &[&place, "--since", "2026-12-01"]);
    Run::of(&mut none).with_status(2).says("there is nothing to compare");
    let other = backfill(&site, &[&place, "--since", "2026-12-01"]).with_status(0);
    assert!(
        other.out().contains(": 0 objects, ") && other.out().contains("1  of other days"),
        "{}",
        other.out()
    );
    backfill(&site, &[&format!("s3://{bucket}/typo/")])
        .with_status(2)
        .says("/typo/: no objects under this prefix");
    let not_taken = backfill(&site, &[&format!("s3://{bucket}/elsewhere/")]).with_status(2);
    assert!(not_taken.out().contains("1  that no section takes"), "{}", not_taken.out());
}

#[test]
fn what_failed_is_tried_again_by_the_next_run() {
    let site = Site::new("backfill-failed");
    let storage = Storage::new();
    let bucket = bucket(&storage, &["2026/11/20", "2026/11/21"]);
    storage.forbid(&bucket, "ds_agent/2026/11/20/09_h_0.log");
    let place = format!("s3://{bucket}/ds_agent/");
    backfill(&site, &[&place])
        .with_status(2)
        .says("1 of 2 objects are done; the same command again goes on with the other 1");
    storage.forbid_nothing(&bucket);
    backfill(&site, &[&place]).with_status(0).says("all 1 objects are done");
    assert_eq!(site.documents(), 2);
}

#[test]
fn archived_objects_keep_no_others_from_being_loaded() {
    let site = Site::new("backfill-archived");
    let storage = Storage::new();
    let bucket = bucket(&storage, &["2026/11/22"]);
    (1..=12).for_each(|hour| storage.archive(&bucket, &format!("ds_agent/2026/11/21/{hour:02}_h_0.log")));
    backfill(&site, &[&format!("s3://{bucket}/ds_agent/"), "--concurrency", "1"])
        .with_status(2)
        .says("restore the object, then load it again")
        .says("1 of 13 objects are done");
    assert_eq!(site.documents(), 1);
}

#[test]
fn a_checkpoint_that_cannot_be_written_any_more_hides_no_report() {
    let site = Site::new("backfill-disk");
    let storage = Storage::new();
    let bucket = bucket(&storage, &["2026/11/22"]);
    let folder = site.path("checkpoints");
    std::fs::create_dir(&folder).unwrap();
    let place = format!("s3://{bucket}/ds_agent/");
    let run = block_on(async {
        let gone = folder.clone();
        let server = serve(move |request: &Request| {
            if request.target.starts_with("/_bulk") {
                std::fs::remove_dir_all(&gone).unwrap();
                return Reply::json(200, r#"{"items":[{"index":{"status":201}}]}"#);
            }
            Reply::json(200, "{}")
        })
        .await;
        let checkpoint = folder.join("c.json");
        let mut command = command(&site, &[&place, "--checkpoint", checkpoint.to_str().unwrap()]);
        command.env("ENDPOINT", &server.url);
        tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap()
    });
    run.with_status(2).says("c.json: ").reports("1", "documents");
}

#[test]
fn a_checkpoint_of_something_else_is_refused() {
    let site = Site::new("backfill-other");
    let storage = Storage::new();
    let bucket = bucket(&storage, &["2026/11/20"]);
    let place = format!("s3://{bucket}/ds_agent/");
    backfill(&site, &[&place, "--checkpoint", "c.json"]).with_status(0);
    let other = format!("s3://{bucket}/");
    backfill(&site, &[&other, "--checkpoint", "c.json"])
        .with_status(2)
        .says("checkpoint c.json: it is about s3://");
    site.file("c.json", b"{");
    backfill(&site, &[&place, "--checkpoint", "c.json"]).with_status(2).says("not a checkpoint");
    backfill(&site, &[&place, "--checkpoint", "none/c.json"]).with_status(2).says("checkpoint none/c.json");
}

/// Ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

#[test]
fn an_interrupt_finishes_what_is_under_way_and_the_next_run_does_the_rest() {
    let site = Site::new("backfill-stop");
    let storage = Storage::new();
    let days: Vec<String> = (1..=9).map(|day| format!("2026/11/0{day}")).collect();
    let bucket = bucket(&storage, &days.iter().map(String::as_str).collect::<Vec<_>>());
    let place = format!("s3://{bucket}/ds_agent/");
    let stderr = site.path("stderr");
    let status = block_on(async {
        // The node answers each bulk request after a while, so that there is a time at which something is under way.
        let server = serve(|request: &Request| {
            if request.target.starts_with("/_bulk") {
                std::thread::sleep(Duration::from_millis(300));
            }
            forward::to_node(request)
        })
        .await;
        let mut command = command(&site, &[&place, "--concurrency", "1", "--checkpoint", "c.json"]);
        command
            .env("ENDPOINT", &server.url)
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&stderr).unwrap());
        let mut running = Running(command.spawn().unwrap());
        let until = Instant::now() + Duration::from_secs(60);
        while server.requests().iter().filter(|request| request.target.starts_with("/_bulk")).count() < 2 {
            assert!(Instant::now() < until, "{}", std::fs::read_to_string(&stderr).unwrap());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let id = running.0.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        loop {
            if let Some(status) = running.0.try_wait().unwrap() {
                break (status, server.url.clone());
            }
            assert!(Instant::now() < until, "{}", std::fs::read_to_string(&stderr).unwrap());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let words = std::fs::read_to_string(&stderr).unwrap();
    assert_eq!(status.0.code(), Some(2), "{words}");
    assert!(words.contains("stopping after 1 objects that are under way"), "{words}");
    assert!(
        words.contains(" of 9 objects are done; the same command again goes on with the other "),
        "{words}"
    );
    let checkpoint: Value = serde_json::from_slice(&std::fs::read(site.path("c.json")).unwrap()).unwrap();
    let done = checkpoint["done"].as_object().unwrap().len() as u64;
    assert!((1..9).contains(&done), "{checkpoint}");
    assert_eq!(site.documents(), done, "what counts as done is there, and nothing else");
    assert!(!site.path("c.json.part").exists());

    // The cluster is another address now; that it is the same one only its owner knows.
    let text = std::fs::read_to_string(site.path("c.json")).unwrap().replace(&status.1, opensearch());
    site.file("c.json", text.as_bytes());
    let run = backfill(&site, &[&place, "--checkpoint", "c.json"]).with_status(0);
    assert!(run.out().contains(&format!("{done}  done already")), "{}", run.out());
    assert_eq!(site.documents(), 9);
}

#[test]
fn the_function_is_handed_the_same_work_as_events() {
    let site = Site::new("backfill-queue");
    let storage = Storage::new();
    let days: Vec<String> = (10..=21).map(|day| format!("2026/11/{day}")).collect();
    let bucket = bucket(&storage, &days.iter().map(String::as_str).collect::<Vec<_>>());
    storage.put(&bucket, "ds_agent/2026/11/22/a b+c.log", line("odd").as_bytes());
    let queue = storage.queue(&unique("work"));
    let place = format!("s3://{bucket}/ds_agent/");
    let words = [place.as_str(), "--enqueue", &queue.url];
    backfill(&site, &words).with_status(0).says("13 of 13 objects were handed to");
    let event = queue.event(13);
    assert_eq!(site.node.get(&site.index).status, 404, "nothing was loaded here");
    let again = backfill(&site, &words).with_status(0);
    assert!(again.out().contains("0 to load") || again.out().contains("13  done already"), "{}", again.out());

    let file = site.file("event.json", event.to_string().as_bytes());
    let mut load = es_loader();
    with_aws(&mut load).args(["load", "--event"]).arg(file).arg("--config").arg(site.config());
    Run::of(load.env("ENDPOINT", opensearch())).with_status(0).reports("13", "documents");
    assert_eq!(site.documents(), 13);
}

#[test]
fn a_cluster_that_takes_nothing_ends_the_run_at_once() {
    let site = Site::new("backfill-denied");
    let storage = Storage::new();
    let bucket = bucket(&storage, &["2026/11/20", "2026/11/21", "2026/11/22"]);
    let place = format!("s3://{bucket}/ds_agent/");
    let (output, requests) = block_on(async {
        let server = serve(|request: &Request| {
            let status = if request.target.starts_with("/_bulk") { 403 } else { 200 };
            Reply::json(status, json!({"message": "scripted"}).to_string())
        })
        .await;
        let mut command = command(&site, &[&place, "--concurrency", "1"]);
        command.env("ENDPOINT", &server.url);
        let output = tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap();
        (output, server.requests())
    });
    output
        .with_status(2)
        .says("the cluster takes no more documents, so no more are begun")
        .says("0 of 3 objects are done");
    assert_eq!(requests.iter().filter(|request| request.target.starts_with("/_bulk")).count(), 1);
}
