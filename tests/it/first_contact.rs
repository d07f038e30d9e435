//! The first request of a command: a cluster that is busy or starting is asked again.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::scripted::{Reply, Request, run, serve};
use crate::support::program::{Run, es_loader};
use crate::support::site::Site;

const LINE: &[u8] =
    b"{\"message\":\"Nov 22 15:00:00 h CEF:0|Trend Micro|Deep Security Agent|20.0|21|Deny|0|act=Deny\"}\n";

/// Loads one line into a cluster that answers the first requests by `first`, and the others well.
fn load(first: Vec<Reply>) -> Run {
    let site = Site::new("firstcontact");
    let file = site.file("one.log", LINE);
    run(async {
        let mut first = first.into_iter();
        let server = serve(move |request: &Request| match first.next() {
            Some(reply) => reply,
            None if request.target.starts_with("/_bulk") => {
                Reply::json(200, json!({"took": 1, "items": [{"index": {"status": 201}}]}).to_string())
            }
            None => Reply::json(200, "{}"),
        })
        .await;
        let mut command = es_loader();
        command.args(["load", "--endpoint", &server.url, "--config"]).arg(site.config()).arg(file);
        tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap()
    })
}

#[test]
fn a_first_request_that_fails_is_made_again_and_the_reason_is_told_once() {
    for first in [
        vec![Reply::Cut],
        vec![Reply::json(503, "{}"), Reply::json(503, "{}")],
        vec![Reply::json(429, "{}"), Reply::Cut, Reply::json(502, "<html>")],
        vec![Reply::Silence],
    ] {
        let run = load(first).with_status(0);
        assert_eq!(run.stderr.matches("trying again").count(), 1, "{}", run.stderr);
    }
}

#[test]
fn an_answer_that_refuses_is_an_answer() {
    let run = load(vec![Reply::json(403, "{}")]).with_status(0);
    assert!(!run.stderr.contains("trying again"), "{}", run.stderr);
}

#[test]
fn a_cluster_that_is_not_there_ends_the_command_within_seconds() {
    let site = Site::new("nocontact");
    let started = Instant::now();
    for (endpoint, reason) in
        [("http://127.0.0.1:1", "no connection"), ("http://nowhere.invalid", "no address")]
    {
        let mut command = es_loader();
        command.args(["load", "--endpoint", endpoint]).arg(site.file("one.log", LINE));
        Run::of(&mut command).with_status(2).says(reason);
    }
    assert!(started.elapsed() < Duration::from_secs(40), "{:?}", started.elapsed());
}
