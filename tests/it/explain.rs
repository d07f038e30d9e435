//! `explain` and `coverage`: the lines that they take, what they say of them, and what reaches a terminal.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::chain;
use crate::support::program::{Run, es_loader, with_aws};
use crate::support::site::unique;
use crate::support::storage::Storage;

const LINES: &str = "fixtures/lines/article.jsonl";

/// What colors are made of.
const ESCAPE: char = '\u{1b}';

fn event(extension: &str) -> String {
    format!("Nov 22 15:00:00 h CEF: 0|Trend Micro|Deep Security Agent|20.0|20|n|0|{extension}")
}

fn explain(arguments: &[&str]) -> Run {
    Run::of(es_loader().arg("explain").args(arguments))
}

#[track_caller]
fn json(run: &Run) -> Value {
    serde_json::from_slice(&run.stdout).unwrap()
}

/// The field of that name in the first document.
#[track_caller]
fn field<'j>(json: &'j Value, name: &str) -> &'j Value {
    let mut fields = json["documents"][0]["fields"].as_array().unwrap().iter();
    fields.find(|field| field["field"] == name).unwrap()
}

#[test]
fn a_line_of_a_file_is_explained_with_the_id_that_load_gives_it() {
    let loaded = Run::of(es_loader().args(["load", "--to", "ndjson", LINES])).with_status(0);
    let action: Value = serde_json::from_str(loaded.out().lines().nth(2).unwrap()).unwrap();
    let explained = json(&explain(&[&format!("{LINES}:2"), "--json"]).with_status(0));
    assert_eq!(explained["documents"][0]["id"]["value"], action["index"]["_id"]);
    assert_eq!(explained["documents"][0]["index"]["value"], action["index"]["_index"]);
    assert_eq!(field(&explained, "file.path")["value"], "/var/log/messages");
}

#[test]
fn a_line_given_as_an_argument_is_explained() {
    let line = event("act=Log src=10.0.0.9");
    let explained = json(&explain(&[&line, "--json"]).with_status(0));
    let source = field(&explained, "source.ip");
    let bytes = source["sources"][0]["bytes"].as_array().unwrap();
    let [start, end] = [&bytes[0], &bytes[1]].map(|byte| usize::try_from(byte.as_u64().unwrap()).unwrap());
    assert_eq!(&line[start..end], "10.0.0.9");
    assert!(source["rule"]["place"].as_str().unwrap().starts_with("<built-in>:"), "{source}");
}

#[test]
fn the_first_line_of_standard_input_is_explained_blank_lines_passed_over() {
    let mut child = es_loader()
        .args(["explain", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = format!("\n{}\n{}\n", event("act=Deny"), event("act=Log"));
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let explained = json(&Run::from(child.wait_with_output().unwrap()).with_status(0));
    assert_eq!(explained["documents"].as_array().unwrap().len(), 1);
    assert_eq!(field(&explained, "event.action")["value"], "Deny");
}

#[test]
fn a_line_of_an_object_in_s3_is_explained_and_a_prefix_covered() {
    let (storage, bucket) = (Storage::new(), unique("explain"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a.gz", &chain::bytes());
    let address = format!("s3://{bucket}/ds_agent/a.gz");
    let run = Run::of(with_aws(&mut es_loader()).args(["explain", &format!("{address}#3"), "--json"]));
    let explained = json(&run.with_status(0));
    assert_eq!(explained["documents"][0]["line"], 3);
    assert_eq!(field(&explained, "@log_s3bucket")["value"], bucket.as_str());
    let run = Run::of(with_aws(&mut es_loader()).args(["explain", &address]));
    run.with_status(2).says(&format!("which line? write {address}#1"));
    let run =
        Run::of(with_aws(&mut es_loader()).args(["explain", &format!("s3://{bucket}/ds_agent/b.gz#1")]));
    run.with_status(2).says("not found");
    let prefix = format!("s3://{bucket}/ds_agent/");
    let run = Run::of(with_aws(&mut es_loader()).args(["coverage", &prefix, "--json"])).with_status(0);
    assert_eq!(json(&run)["documents"], 415);
}

#[test]
fn a_line_that_cannot_be_had_is_told_with_the_way_out() {
    explain(&["fixtures/lines/article.jsonl:99"])
        .with_status(2)
        .says("article.jsonl:99: there is no such line");
    explain(&["fixtures/lines/article.jsonl"]).with_status(2).says("article.jsonl:1");
    explain(&["fixtures/missing.gz:1"]).with_status(2).says("No such file");
    let section = explain(&["fixtures/lines/article.jsonl:1", "--log-type", "web"]).with_status(2);
    section.says("the sections are: deepsecurity");
}

#[test]
fn a_rule_that_leaves_the_document_out_is_named() {
    let rules = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    std::fs::write(
        rules.path(),
        "log_type,field,pattern,pattern_type,comment\ndeepsecurity,act,Log,text,noise\n",
    )
    .unwrap();
    let run = explain(&[&event("act=Log"), "--exclude", rules.path().to_str().unwrap()]).with_status(0);
    assert!(run.out().contains("left out: a rule matches this document"), "{}", run.out());
}

#[test]
fn no_color_reaches_what_is_no_terminal_and_no_log_text_a_terminal_unescaped() {
    let line = event("act=\u{1b}[31mred newKey=\u{9b}31m\u{202e}x");
    let plain = explain(&[&line]).with_status(0).out();
    assert!(plain.chars().all(|c| c == '\n' || !c.is_control()), "{plain:?}");
    let forced =
        Run::of(es_loader().env("CLICOLOR_FORCE", "1").args(["explain", &line])).with_status(0).out();
    // What is left when our own colors are taken out.
    let mut parts = forced.split(ESCAPE);
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        let (color, behind) = part.split_once('m').unwrap();
        assert!(color.starts_with('[') && color[1..].chars().all(|c| c.is_ascii_digit()), "{color:?}");
        text.push_str(behind);
    }
    // The load time is another one.
    let without_digits = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    assert_eq!(without_digits(&text), without_digits(&plain));
    assert!(forced.len() > plain.len() && plain.contains("\\u{1b}[31mred"), "{plain}");
    let json = explain(&[&line, "--json"]).with_status(0).out();
    assert!(json.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{json:?}");
    let parsed: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(field(&parsed, "deepsecurity.extra.newKey")["value"], "\u{9b}31m\u{202e}x");
}

#[test]
fn coverage_tells_of_a_sample_on_one_screen_and_of_what_could_not_be_read() {
    let run = Run::of(es_loader().args(["coverage", "fixtures/real-chain.gz", "fixtures/missing.gz"]));
    let run = run.with_status(2).says("fixtures/missing.gz: No such file");
    let screen = run.out();
    assert!(screen.contains("         415  documents"), "{screen}");
    assert!(screen.contains("intrusion_prevention") && screen.contains("never filled, "), "{screen}");
    assert!(screen.lines().count() < 70, "{screen}");
}

#[test]
fn of_a_line_that_holds_very_many_events_the_first_hundred_are_explained() {
    let message = vec![event("act=Log"); 150].join("\n");
    let record = serde_json::json!({ "message": message }).to_string();
    let explained = json(&explain(&["--json", &record]).with_status(0));
    let documents = explained["documents"].as_array().unwrap();
    assert_eq!((documents.len(), &explained["more"]), (100, &Value::Bool(true)));
    assert_eq!(documents[99]["event"], 100);
    let few = explain(&["--json", &event("act=Log")]).with_status(0);
    assert_eq!(json(&few)["more"], false);
}

#[test]
fn why_tells_only_of_the_field_that_is_asked_for() {
    let line = event("act=Log src=10.0.0.9 dst=10.0.0.8");
    let explained = json(&explain(&[&line, "--json", "--why", "source"]).with_status(0));
    let fields = explained["documents"][0]["fields"].as_array().unwrap();
    assert!(!fields.is_empty());
    assert!(fields.iter().all(|field| field["field"].as_str().unwrap().starts_with("source.")), "{fields:?}");
}

#[test]
fn why_says_why_a_field_is_absent() {
    let line = event("act=Log");
    let missing = |field: &str| {
        let explained = json(&explain(&[&line, "--json", "--field", field]).with_status(0));
        explained["missing"][0]["reason"].as_str().unwrap().to_owned()
    };
    assert!(missing("source.ip").contains("source.ip = src"), "{}", missing("source.ip"));
    assert!(missing("dns.question.name").contains("nothing in this event fills it"));
    assert!(missing("sorce.ip").contains("did you mean 'source.ip'?"));
    assert!(missing("labels.own").contains("a line `labels.own = KEY` in user.ini would fill it"));
    assert!(missing("_id").contains("it stands above"));
    assert!(missing("deepsecurity.foo").contains("the event has no key 'foo'"));
    assert!(missing("deepsecurity.dispositon").contains("did you mean 'deepsecurity.disposition'?"));
}

#[test]
fn why_names_the_field_that_has_taken_a_key() {
    let line = event("act=Log src=10.0.0.9 suser=alice");
    for (key, field) in [
        ("deepsecurity.src", "source.ip"),
        ("deepsecurity.extra.suser", "user.name"),
        ("deepsecurity.act", "event.action"),
        ("src", "source.ip"),
    ] {
        let explained = json(&explain(&[&line, "--json", "--why", key]).with_status(0));
        let reason = explained["missing"][0]["reason"].as_str().unwrap();
        let key = key.rsplit('.').next().unwrap();
        assert!(reason.ends_with(&format!("has taken the key '{key}'")), "{reason}");
        assert!(reason.starts_with(field) || reason.starts_with("source."), "{reason}");
    }
}

#[test]
fn an_explanation_keeps_to_the_width_of_its_terminal() {
    for columns in [40, 60, 80, 132] {
        let command = format!(
            "stty rows 40 cols {columns}; {} explain --color never {LINES}:1",
            env!("CARGO_BIN_EXE_es-loader")
        );
        let run = Run::of(std::process::Command::new("script").args(["-qc", &command, "/dev/null"]));
        let text = run.out();
        // The line itself is the terminal's to break.
        let rest: Vec<&str> =
            text.lines().map(str::trim_end).skip_while(|line| !line.starts_with("index ")).collect();
        assert!(rest.len() > 20, "{text}");
        let too_long = rest.iter().find(|line| line.chars().count() > columns);
        assert_eq!(too_long, None, "at {columns}");
    }
}

#[test]
fn a_path_that_does_not_exist_is_no_log_line() {
    for path in ["nowhere/lines.jsonl", "lines.gz", "/var/log/ds_agent", "lines", "events.csv", "lines:x"] {
        let run = explain(&[path]).with_status(2);
        assert_eq!(run.stderr, format!("es-loader: {path}: no such file\n"));
    }
    for place in [format!("{LINES}:0"), format!("{LINES}:x"), format!("{LINES}:-1")] {
        explain(&[&place]).with_status(2).says(&format!("which line? write {LINES}:1"));
    }
}

#[test]
fn a_page_for_a_ticket_runs_nothing_that_the_line_says_and_holds_no_secret() {
    let line = event("act=Log src=10.0.0.9 request=http://a/?token=hush msg=<script>alert(1)</script>");
    let page = explain(&[&line, "--html"]).with_status(0).out();
    assert!(page.starts_with("<!doctype html>") && page.contains("<td>source.ip<td>10.0.0.9"), "{page}");
    assert!(!page.contains("<script") && !page.contains("hush"), "{page}");
}

#[test]
fn load_and_coverage_read_standard_input() {
    for command in [["load", "--to", "none", "-"].as_slice(), ["coverage", "-"].as_slice()] {
        let mut child = es_loader()
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        writeln!(input, "{}\n{}", event("act=Log"), event("act=Reset")).unwrap();
        drop(input);
        let run = Run::from(child.wait_with_output().unwrap()).with_status(0);
        assert!(format!("{}{}", run.out(), run.stderr).contains("2  documents"), "{run:?}");
    }
}
