//! `es-loader setup --dashboards`: the import, against a server that answers as OpenSearch Dashboards does.
//!
//! There is no such server in any package registry: what it makes of the objects is tried on the node, by `panels`.

use std::process::Command;

use serde_json::{Value, json};

use crate::scripted::{Reply, Request, run, serve};
use crate::support::program::{Run, es_loader};
use crate::support::services::{opensearch, repository};
use crate::support::site::Site;

/// What the server says when all went well.
fn taken() -> Reply {
    Reply::json(200, json!({"success": true, "successCount": 10}).to_string())
}

/// Runs the command beside a server with these replies; gives what it said, and what the server was sent.
fn beside(reply: Reply, commands: impl FnOnce(&str) -> Vec<Command>) -> (Vec<Run>, Vec<Request>) {
    run(async {
        let server = serve(move |_| reply.clone()).await;
        let mut runs = Vec::new();
        for mut command in commands(&format!("{}/_dashboards", server.url)) {
            runs.push(tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap());
        }
        (runs, server.requests())
    })
}

fn setup(address: &str, arguments: &[&str]) -> Command {
    let mut command = es_loader();
    command.args(["setup", "--config", "config/user.ini", "--dashboards", address]).args(arguments);
    command
}

/// The file in a form (RFC 7578): its name, and its text.
fn file(request: &Request) -> (String, String) {
    let kind = request.header("content-type").unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = request.text();
    let (start, end) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}--\r\n"));
    let part = text.strip_prefix(&start).unwrap().strip_suffix(&end).unwrap();
    assert!(!part.contains(boundary), "{part}");
    let (head, content) = part.split_once("\r\n\r\n").unwrap();
    let name = head.split("; ").find_map(|word| word.strip_prefix("filename=\"")?.split('"').next()).unwrap();
    assert!(head.contains("form-data; name=\"file\""), "{head}");
    (name.to_owned(), content.to_owned())
}

/// The shipped files of these names, one behind the other.
fn files(names: [&str; 2]) -> String {
    let read = |name| std::fs::read_to_string(repository().join("config").join(name)).unwrap();
    names.map(read).concat()
}

#[test]
fn all_objects_go_in_by_one_form_that_replaces_older_ones_and_so_again() {
    let (runs, requests) = beside(taken(), |address| vec![setup(address, &[]), setup(address, &[])]);
    for run in runs {
        let run = run.with_status(0);
        let said =
            "dashboards log-deepsecurity-summary and es-loader-address are imported: 10 saved objects\n";
        assert_eq!(run.out(), said);
    }
    let [first, second] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(first.body, second.body);
    for request in [first, second] {
        assert_eq!(request.method, "POST");
        assert_eq!(request.target, "/_dashboards/api/saved_objects/_import?overwrite=true");
        assert_eq!(request.header("osd-xsrf"), Some("true"));
        assert_eq!(request.header("securitytenant"), Some("global"));
        assert_eq!(request.header("authorization"), None);
    }
    let (name, content) = file(first);
    // The server refuses any other ending.
    assert!(name.ends_with(".ndjson"), "{name}");
    assert_eq!(content, files(["dashboard.ndjson", "dashboard-address.ndjson"]));
}

#[test]
fn titles_come_in_japanese_too() {
    let (_, requests) = beside(taken(), |address| vec![setup(address, &["--language", "ja"])]);
    let (_, content) = file(&requests[0]);
    assert_eq!(content, files(["dashboard.ja.ndjson", "dashboard-address.ja.ndjson"]));
}

#[test]
fn the_sign_in_is_that_of_the_cluster() {
    let (runs, requests) = beside(taken(), |address| {
        let mut basic = setup(address, &["--user", "loader"]);
        basic.env("OPENSEARCH_PASSWORD", "pa:ss wörd");
        let mut signed = setup(address, &["--service", "es", "--region", "ap-northeast-1"]);
        signed.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
        vec![basic, signed]
    });
    for run in runs {
        run.with_status(0);
    }
    assert_eq!(requests[0].header("authorization"), Some("Basic bG9hZGVyOnBhOnNzIHfDtnJk"));
    let signature = requests[1].header("authorization").unwrap();
    assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{signature}");
    assert!(signature.contains("/ap-northeast-1/es/aws4_request"), "{signature}");
}

#[test]
fn with_an_endpoint_the_template_is_installed_as_well() {
    let site = Site::new("dashboards");
    let (runs, requests) = beside(taken(), |address| {
        let mut command = es_loader();
        command.args(["setup", "--endpoint", opensearch(), "--dashboards", address, "--config"]);
        command.arg(site.config());
        vec![command]
    });
    let out = runs[0].out();
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with(&format!("index template {} is installed", site.index)), "{out}");
    let said = format!("dashboards {}-summary and es-loader-address are imported", site.index);
    assert!(lines[1].starts_with(&said), "{out}");
    site.node.get(&format!("_index_template/{}", site.index)).good();
    let (_, content) = file(&requests[0]);
    let pattern: Value = serde_json::from_str(content.lines().next().unwrap()).unwrap();
    assert_eq!(pattern["attributes"]["title"], format!("{}-*", site.index));
}

#[test]
fn a_refusal_is_told_with_its_reason() {
    let html = Reply::Full(200, vec![("content-type", "text/html".into())], b"<html>sign in</html>".to_vec());
    let unknown_type = json!({
        "success": false, "successCount": 9,
        "errors": [{"id": "log-deepsecurity-summary", "type": "dashboard", "error": {"type": "unsupported_type"}}]
    });
    let no_header = json!({"statusCode": 400, "error": "Bad Request", "message": "Request must contain a osd-xsrf header."});
    for (reply, words) in [
        (
            Reply::json(
                401,
                r#"{"statusCode":401,"error":"Unauthorized","message":"Authentication required"}"#,
            ),
            "status 401: Authentication required",
        ),
        (Reply::json(400, no_header.to_string()), "status 400: Request must contain a osd-xsrf header."),
        (Reply::json(200, unknown_type.to_string()), "took 9 of the saved objects, and refused others"),
        (Reply::json(200, unknown_type.to_string()), "unsupported_type"),
        (
            Reply::json(
                405,
                r#"{"error":"Incorrect HTTP method for uri [/api/saved_objects/_import], allowed: [GET]","status":405}"#,
            ),
            "status 405: Incorrect HTTP method",
        ),
        (html, "does not answer as OpenSearch Dashboards does; check the address and the sign-in"),
    ] {
        let (runs, _) = beside(reply, |address| vec![setup(address, &[])]);
        let run = runs.into_iter().next().unwrap().with_status(2).says(words);
        assert_eq!(run.out(), "");
    }
}

#[test]
fn a_section_that_is_not_there_is_named() {
    let run = Run::of(&mut setup("http://127.0.0.1:1", &["--log-type", "trend"])).with_status(2);
    run.says("no section [trend] in the configuration");
}
