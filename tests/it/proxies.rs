//! Proxies: S3 and SQS are asked through the one that the environment names, as OpenSearch is.
#![allow(clippy::unwrap_used, reason = "helpers of tests: to fail is to panic")]

use serde_json::json;

use crate::scripted::{Reply, Request, run, serve};
use crate::support::program::{Run, es_loader};
use crate::support::site::Site;

const LINE: &[u8] =
    b"{\"message\":\"Nov 22 15:00:00 h CEF:0|Trend Micro|Deep Security Agent|20.0|21|Deny|0|act=Deny\"}\n";

/// S3 with one object, and SQS.
fn answer(request: &Request) -> Reply {
    if request.header("x-amz-target").is_some() {
        return Reply::json(
            200,
            json!({"Successful": [{"Id": "0", "MessageId": "m", "MD5OfMessageBody": "x"}]}).to_string(),
        );
    }
    if request.target.contains("list-type") {
        let body = format!(
            "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>ds_agent/a</Key><Size>{}</Size>\
             <LastModified>2026-11-22T00:00:00.000Z</LastModified></Contents></ListBucketResult>",
            LINE.len()
        );
        return Reply::Full(200, vec![("content-type", "application/xml".into())], body.into_bytes());
    }
    Reply::Full(200, vec![("etag", "\"e\"".into())], LINE.to_vec())
}

/// Runs a command whose AWS is at an address that only the proxy knows; gives the targets that the proxy was asked for.
fn through_proxy(
    arguments: &[&str],
    endpoint: Option<&str>,
    variables: &[(&str, &str)],
) -> (Run, Vec<String>) {
    let site = Site::new("proxy");
    run(async {
        let proxy = serve(answer).await;
        let mut command = es_loader();
        command.args(arguments).arg("--config").arg(site.config());
        command
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "id")
            .env("AWS_SECRET_ACCESS_KEY", "key");
        command.env("AWS_ENDPOINT_URL", endpoint.unwrap_or(&proxy.url));
        command.env("HTTP_PROXY", &proxy.url).envs(variables.iter().copied()).current_dir(site.path("."));
        let ended = tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap();
        let targets = proxy.requests().into_iter().map(|request| request.target).collect();
        (ended, targets)
    })
}

#[test]
fn s3_is_asked_through_the_proxy() {
    let arguments = ["load", "--to", "none", "s3://logs/ds_agent/a"];
    let (ended, targets) = through_proxy(&arguments, Some("http://s3.invalid"), &[]);
    ended.with_status(0).reports("1", "lines");
    assert!(!targets.is_empty());
    assert!(targets.iter().all(|target| target.starts_with("http://s3.invalid/logs")), "{targets:?}");
}

#[test]
fn no_proxy_takes_hosts_out() {
    let arguments = ["load", "--to", "none", "s3://logs/ds_agent/a"];
    let (ended, targets) = through_proxy(&arguments, None, &[("NO_PROXY", "127.0.0.1")]);
    ended.with_status(0).reports("1", "lines");
    assert!(targets.iter().all(|target| target.starts_with("/logs")), "{targets:?}");
}

#[test]
fn sqs_is_asked_through_the_proxy() {
    let queue = "http://sqs.invalid/111122223333/q";
    let arguments = ["backfill", "--yes", "--enqueue", queue, "s3://logs/ds_agent/"];
    let (ended, targets) = through_proxy(&arguments, Some("http://aws.invalid"), &[]);
    assert!(targets.iter().any(|target| target == "http://aws.invalid/"), "{targets:?}\n{}", ended.stderr);
}
