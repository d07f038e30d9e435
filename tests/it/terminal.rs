//! What logs, names, answers and configurations say to a terminal, and to the function's own log: nothing that either would obey,
//! and no secret.

use std::ffi::OsStr;
use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::delivery::probe_taken;
use crate::scripted::{Reply, Request, run, serve};
use crate::support::lambda::{Answer, Lambda};
use crate::support::program::{Run, es_loader};
use crate::support::site::{Site, unique};
use crate::support::storage::Storage;

/// Colors, a title, a cleared screen by a C1 control, text from right to left, a line that overwrites itself.
const HOSTILE: &str = "\u{1b}[31m\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\u{2066}\u{200f}\u{61c}\u{8}\u{7f}\rgone";

const SECRET: &str = "s3cr3t-0123456789abcdef-t0k3n";

/// Panics where a terminal would obey a character, or show text in another order.
#[track_caller]
fn assert_plain(text: &str) {
    let obeyed = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.chars().any(obeyed), "{text:?}");
}

/// A program with one argument more; it has to say it, and in a form that a terminal only shows.
#[track_caller]
fn says_plainly(arguments: &[&OsStr]) {
    let run = Run::of(es_loader().args(arguments));
    assert_ne!(run.status, Some(0), "{arguments:?}");
    assert!(run.stderr.contains("gone"), "{:?}", run.stderr);
    assert_plain(&run.out());
    assert_plain(&run.stderr);
}

/// Keys and values, labels, a header, a packet and a syslog prefix that are all hostile.
fn hostile_lines() -> String {
    let request = format!("GET /{HOSTILE} HTTP/1.1\r\nCookie: sid={SECRET}\r\n\r\n");
    let packet = base64::engine::general_purpose::STANDARD.encode(request).replace('=', "\\=");
    let event = |text: &str| {
        // A semicolon in front of the marker would make it a column of CSV, which is not read.
        let prefix = text.replace(';', "");
        format!(
            "{prefix} CEF:0|Trend Micro|Deep Security Agent|20.0|1000552|{text}|6|src=203.0.113.2 {text}=a k{text}=b cs1={text} \
             cs1Label={text} act={text} dpt={text} TrendMicroDsPacketData={packet}"
        )
    };
    let record =
        |message: String| json!({ "message": message, HOSTILE: HOSTILE, "hostname": HOSTILE }).to_string();
    format!("{}\n{}\n{}\n", record(event(HOSTILE)), event(HOSTILE).replace('\r', ""), record(event("x")))
}

fn folder_with(name: &str, text: &str) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

/// An answer that refuses every document for a reason that quotes it.
fn refused(request: &Request) -> Reply {
    if request.method == "GET" {
        return Reply::json(200, "{}");
    }
    let text = request.text();
    let items: Vec<Value> = text
        .lines()
        .skip(1)
        .step_by(2)
        .map(|document| {
            let reason = format!("{HOSTILE} in {document}");
            json!({"index": {"status": 400, "error": {"type": HOSTILE, "reason": reason}}})
        })
        .collect();
    Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
}

#[test]
fn a_load_shows_hostile_names_lines_and_answers_as_what_they_are() {
    run(async {
        let server = serve(|request| probe_taken(request).unwrap_or_else(|| refused(request))).await;
        let (folder, path) = folder_with(&format!("ds_agent{HOSTILE}.log"), &hostile_lines());
        let letters = folder.path().join(format!("letters{HOSTILE}"));
        let mut command = es_loader();
        command.args(["load", "--endpoint", &server.url, "--dead-letter"]).arg(&letters).arg(path);
        let run = tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap().with_status(1);
        assert!(run.stderr.contains("rejected") && run.stderr.contains("kept in"), "{}", run.stderr);
        assert_plain(&run.stderr);
        assert_plain(&run.out());
        assert!(!run.stderr.contains(SECRET), "{}", run.stderr);
    });
}

#[test]
fn documents_on_standard_output_hold_no_control_character() {
    let (_folder, path) = folder_with("ds_agent.log", &hostile_lines());
    let run = Run::of(es_loader().args(["load", "--to", "ndjson"]).arg(path)).with_status(0);
    assert_plain(&run.stderr);
    let out = run.out();
    assert!(!out.chars().any(|c| c < ' ' && c != '\n'), "{out:?}");
    assert!(!out.contains(SECRET), "{out}");
    let documents: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(documents.len(), 6);
    assert!(documents[1]["@message"].as_str().unwrap().contains(HOSTILE), "it is there, escaped: {out}");
}

#[test]
fn errors_show_hostile_arguments_and_configurations_as_what_they_are() {
    let hostile = OsStr::new(HOSTILE);
    let (folder, ini) = folder_with(
        &format!("user{HOSTILE}.ini"),
        &format!(
            "[deepsecurity]\n{HOSTILE} = {HOSTILE}\nindex_name = {HOSTILE}\ns3_key = ({HOSTILE}\n[{HOSTILE}]\n"
        ),
    );
    let nowhere = folder.path().join(hostile);
    let nowhere = nowhere.as_os_str();
    let new = OsStr::new;
    says_plainly(&[new("check"), ini.as_os_str()]);
    says_plainly(&[new("check"), nowhere]);
    says_plainly(&[new("load"), new("--to"), new("none"), nowhere]);
    says_plainly(&[new("load"), new("--to"), new("none"), new("--config"), nowhere, new("x")]);
    says_plainly(&[new("load"), new("--to"), new("none"), new("--exclude"), nowhere, new("x")]);
    says_plainly(&[
        new("load"),
        new("--to"),
        new("none"),
        new("--region"),
        new("x"),
        new("--event"),
        nowhere,
    ]);
    says_plainly(&[new("load"), new("--to"), new("none"), new("--log-type"), hostile, ini.as_os_str()]);
    says_plainly(&[new("load"), new("--endpoint"), hostile, new("x")]);
}

#[test]
fn rules_with_hostile_names_are_reported_as_what_they_are() {
    let (folder, path) = folder_with("ds_agent.log", &hostile_lines());
    let rules = folder.path().join("rules.csv");
    let text = format!("log_type,field,pattern,pattern_type,name\ndeepsecurity,{HOSTILE},*,text,{HOSTILE}\n");
    std::fs::write(&rules, text.replace('\r', "")).unwrap();
    let run = Run::of(es_loader().args(["load", "--to", "none", "--exclude"]).arg(rules).arg(path));
    assert!(!run.stderr.is_empty());
    assert_plain(&run.stderr);
}

#[test]
fn the_log_of_the_function_holds_no_payload_no_cookie_and_nothing_to_obey() {
    let site = Arc::new(Site::new("plainlog"));
    let (storage, bucket) = (Storage::new(), unique("logs"));
    storage.bucket(&bucket);
    let key = "ds_agent/\u{202e}\u{9b}31m.log";
    storage.put(&bucket, key, hostile_lines().as_bytes());
    let encoded: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let event = json!({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1",
        "eventTime": "2026-11-22T22:30:00.000Z", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": encoded, "size": 300}}
    }]});
    for format in ["JSON", "Text"] {
        let log = run(async {
            let server = serve(|request| probe_taken(request).unwrap_or_else(|| refused(request))).await;
            let (url, event, site) = (server.url.clone(), event.clone(), Arc::clone(&site));
            let invoked = tokio::task::spawn_blocking(move || {
                let variables = [("ENDPOINT", url.as_str()), ("AWS_LAMBDA_LOG_FORMAT", format)];
                let mut lambda = Lambda::start_with(&site, &variables);
                let answer = lambda.invoke(&event);
                assert!(matches!(answer, Answer::Done(_)), "{answer:?}\n{}", lambda.log());
                lambda.log()
            });
            invoked.await.unwrap()
        });
        assert!(log.contains("rejected"), "{log}");
        // The metrics are a record for machines: a key stands there as it is, with what JSON has to escape.
        let (metrics, shown): (Vec<&str>, Vec<&str>) =
            log.lines().partition(|line| line.contains("\"_aws\""));
        assert!(!metrics.is_empty(), "{log}");
        assert_plain(&shown.join("\n"));
        for secret in [SECRET, "TrendMicroDsPacketData", "Cookie", "GET /", "203.0.113.2"] {
            assert!(!log.contains(secret), "{secret} in {log}");
        }
        let packet = hostile_lines();
        let packet = packet.split("TrendMicroDsPacketData=").nth(1).unwrap();
        assert!(!log.contains(&packet[..40]), "{log}");
    }
}
