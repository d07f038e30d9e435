//! What a person sees while nothing goes through, and what is not waited for.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::scripted::{Reply, run, serve};
use crate::support::chain;
use crate::support::program::{Run, es_loader, with_aws};

#[test]
fn while_the_cluster_is_away_the_person_is_told_why_it_takes_so_long() {
    run(async {
        // The cluster comes back when the person has been told, and not before.
        let told = Arc::new(AtomicBool::new(false));
        let back = Arc::clone(&told);
        let server = serve(move |request| match request.method.as_str() {
            "GET" => Reply::json(200, "{}"),
            _ if !back.load(Ordering::SeqCst) => {
                Reply::json(503, r#"{"message":"gone for\u001b[31m lunch"}"#)
            }
            _ => {
                let items =
                    vec![serde_json::json!({"index": {"status": 201}}); request.text().lines().count() / 2];
                Reply::json(200, serde_json::json!({"took": 1, "items": items}).to_string())
            }
        })
        .await;
        let url = server.url.clone();
        let lines = tokio::task::spawn_blocking(move || {
            let mut command = es_loader();
            command.args(["load", "--endpoint", &url]).arg(chain::path()).stderr(Stdio::piped());
            let mut child = command.stdout(Stdio::null()).spawn().unwrap();
            let mut lines = Vec::new();
            for line in BufReader::new(child.stderr.take().unwrap()).lines() {
                lines.push(line.unwrap());
                told.store(true, Ordering::SeqCst);
            }
            assert_eq!(child.wait().unwrap().code(), Some(0), "{lines:#?}");
            lines
        })
        .await
        .unwrap();
        let first = &lines[0];
        let behind = first.strip_prefix("es-loader: nothing went through for ").expect(first);
        let (_, behind) = behind.split_once(" s, ").expect(first);
        let (documents, reason) = behind.split_once(' ').expect(first);
        // Smaller requests are tried meanwhile: those on their way are not among what waits.
        assert!((1..=415).contains(&documents.parse::<u64>().unwrap()), "{first}");
        assert_eq!(reason, "documents will be sent again: status 503: gone for\\u{1b}[31m lunch");
        assert!(
            lines.iter().any(|line| line.ends_with("times a document had to be sent again")),
            "{lines:#?}"
        );
    });
}

#[test]
fn a_bucket_that_does_not_exist_is_asked_for_once() {
    for address in ["s3://gone/ds_agent/a.gz", "s3://gone/ds_agent/"] {
        run(async move {
            let server = serve(|_| {
                let text = "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>";
                Reply::Full(404, vec![("content-type", "application/xml".into())], text.into())
            })
            .await;
            let url = server.url.clone();
            let ended = tokio::task::spawn_blocking(move || {
                let mut command = es_loader();
                with_aws(&mut command).env("AWS_ENDPOINT_URL", &url);
                Run::of(command.args(["load", "--to", "none", address]))
            });
            ended.await.unwrap().with_status(2).says("NoSuchBucket");
            assert_eq!(server.requests().len(), 1, "{address}");
        });
    }
}
