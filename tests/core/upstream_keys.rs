//! The keys of upstream's own file: times around an event, events of several lines, containers, sections that are passed over.

use std::fmt::Write;

use es_loader::config::Config;
use es_loader::config::diagnostic::{File, Severity};
use es_loader::load::account::Limits;
use es_loader::local::open_object::Facts;
use es_loader::map::compiled::{Choice, CompiledSections};
use es_loader::report::Outcome;
use serde_json::json;

use crate::support::{Loaded, check, facts, load_bytes, load_with};

#[allow(clippy::panic, clippy::unwrap_used, reason = "a helper of tests stands outside of test functions")]
fn sections(text: &str) -> CompiledSections {
    let file = File { name: "aws.ini".to_owned(), text: text.to_owned() };
    let config = Config::load(&[file]).unwrap_or_else(|findings| panic!("{findings:#?}"));
    CompiledSections::new(config).unwrap()
}

/// Loads an object by a section `one` with these settings.
#[allow(clippy::unwrap_used, reason = "a helper of tests stands outside of test functions")]
fn load(settings: &str, key: &str, bytes: &[u8]) -> Loaded {
    let sections = sections(&format!("[one]\nindex_name = log-one\ns3_key = one/\n{settings}"));
    let section = sections.named("one").unwrap();
    let facts = Facts { modified: None, ..Facts::local(key.to_owned(), facts().around.load) };
    load_with(section, facts.complete(section), &Limits::default(), bytes)
}

fn errors(text: &str) -> Vec<String> {
    let file = File { name: "aws.ini".to_owned(), text: text.to_owned() };
    let findings = check(&[file]).into_iter();
    findings.filter(|finding| finding.severity == Severity::Error).map(|finding| finding.message).collect()
}

#[test]
fn a_time_format_may_stand_in_quotes() {
    for format in ["\"epoch\"", "epoch", "\"%Y-%m-%d %H:%M:%S\""] {
        let time = if format.contains("epoch") { "1763769600" } else { "2025-11-22 00:00:00" };
        let line = json!({"at": time}).to_string();
        let settings = format!("timestamp_key = at\ntimestamp_format = {format}\ntimestamp_tz = +00:00");
        let loaded = load(&settings, "one/x", line.as_bytes());
        assert_eq!(loaded.documents[0].text("@timestamp"), "2025-11-22T00:00:00+00:00", "{format}");
    }
    assert!(
        !errors("[one]\nindex_name = a\ns3_key = b/\ntimestamp_key = a\ntimestamp_format = \"epcoh\"")
            .is_empty()
    );
}

#[test]
fn the_key_tells_the_time_by_a_pattern_or_as_it_is_known() {
    let pattern = r"file_timestamp_format = _(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})T(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})Z_";
    let asked = format!("timestamp_key = file_timestamp\n{pattern}");
    for (settings, key, time) in [
        (&*asked, "one/1_Config_20251121T134455Z_x.json.gz", "2025-11-21T13:44:55+00:00"),
        (&*asked, "one/2025/11/20/other.gz", "2025-11-20T00:00:00+00:00"),
        ("timestamp_key = file_timestamp", "one/2025/11/20/07/x.gz", "2025-11-20T07:00:00+00:00"),
        (
            "timestamp_key_list = at file_timestamp\ntimestamp_tz = +00:00",
            "one/2025/11/20/07/x.gz",
            "2025-11-19T01:02:03+00:00",
        ),
        (pattern, "one/1_Config_20251121T134455Z_x.json.gz", "2025-11-21T13:44:55+00:00"),
    ] {
        let loaded = load(settings, key, br#"{"at":"2025-11-19T01:02:03","a":1}"#);
        assert_eq!(loaded.documents[0].text("@timestamp"), time, "{settings} {key}");
    }
    let missing = errors("[one]\nindex_name = a\ns3_key = b/\nfile_timestamp_format = (?P<year>\\d{4})");
    assert_eq!(missing, ["file_timestamp_format: the pattern has no group 'month'"]);
}

/// An object of CloudWatch Logs with one event a message, at 2025-11-22T00:00:00.123Z.
fn of_cloudwatch(messages: &[&str]) -> String {
    let events: Vec<_> = (messages.iter().enumerate())
        .map(|(id, message)| json!({"id": id.to_string(), "timestamp": 1_763_769_600_123_u64, "message": message}))
        .collect();
    json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "/db", "logStream": "s", "subscriptionFilters": ["x"], "logEvents": events})
        .to_string()
}

#[test]
fn cloudwatch_tells_the_time_of_lines_that_tell_none() {
    let time = "via_cwl = True\ntimestamp_key = cwl_timestamp\ntimestamp_format = epoch\n";
    let text = format!("{time}file_format = text\nlog_pattern = (?P<who>\\w+),(?P<what>.*)\nuser.name = who");
    let loaded = load(&text, "one/x", of_cloudwatch(&["alice,select 1", "bob,select 2"]).as_bytes());
    assert_eq!(loaded.documents.len(), 2);
    assert_eq!(loaded.documents[1].text("@timestamp"), "2025-11-22T00:00:00.123+00:00");
    assert_eq!(
        (loaded.documents[1].text("user.name"), loaded.documents[1].text("@log_group")),
        ("bob", "/db")
    );
    let loaded = load(time, "one/x", of_cloudwatch(&[r#"{"a":{"b":"c"},"id":7}"#]).as_bytes());
    assert_eq!(loaded.documents[0].text("@timestamp"), "2025-11-22T00:00:00.123+00:00");
    assert_eq!(loaded.documents[0].text("a.b"), "c");
    let both = "via_cwl = True\ntimestamp_key_list = at cwl_timestamp\ntimestamp_tz = +00:00\ntimestamp_format_list = [\"iso8601\", \"epoch\"]";
    let lines = of_cloudwatch(&[r#"{"at":"2025-11-21T09:00:00"}"#, r#"{"at":"-"}"#]);
    let loaded = load(both, "one/x", lines.as_bytes());
    assert_eq!(loaded.documents[0].text("@timestamp"), "2025-11-21T09:00:00+00:00");
    assert_eq!(loaded.documents[1].text("@timestamp"), "2025-11-22T00:00:00.123+00:00");
}

#[test]
fn json_from_cloudwatch_is_the_event_itself_also_in_built_in_sections() {
    let text = "[DEFAULT]\nlog_types = cloudtrail waf\n[cloudtrail]\nvia_cwl = True";
    let sections = sections(text);
    let event = r#"{"eventTime":"2025-11-21T09:00:00Z","eventName":"PutLogEvents","eventID":"e-1","requestParameters":{"logEvents":[1]}}"#;
    let loaded = load_bytes(sections.named("cloudtrail").unwrap(), of_cloudwatch(&[event]).as_bytes());
    assert_eq!(
        (loaded.documents[0].id.as_str(), loaded.documents[0].text("event.action")),
        ("e-1", "PutLogEvents")
    );
    let request = r#"{"timestamp":1763769600000,"action":"BLOCK","httpRequest":{"clientIp":"203.0.113.9"}}"#;
    let waf = sections.named("waf").unwrap();
    let loaded = load_bytes(waf, of_cloudwatch(&[request, request]).as_bytes());
    assert_eq!(loaded.documents[1].text("source.ip"), "203.0.113.9");
    assert_eq!(loaded.documents[1].text("@timestamp"), "2025-11-22T00:00:00+00:00");
    assert_eq!(load_bytes(waf, request.as_bytes()).documents[0].text("source.ip"), "203.0.113.9");
}

#[test]
fn what_a_log_type_adds_to_an_object_of_the_record_stands_under_the_prefix_with_it() {
    let sections = sections("[DEFAULT]\nlog_types = waf\n[waf]\nfield_prefix = own");
    let request = r#"{"action":"BLOCK","httpRequest":{"uri":"/","headers":[{"name":"Host","value":"shop.example.com"}]}}"#;
    let loaded = load_bytes(sections.named("waf").unwrap(), request.as_bytes());
    let document = &loaded.documents[0];
    assert_eq!(document.text("own.httpRequest.header.host"), "shop.example.com", "{}", document.json);
    assert_eq!(document.text("own.httpRequest.uri"), "/");
    assert!(!document.has("httpRequest"), "{}", document.json);
}

const SEVERAL: &str = "file_format = multiline\nmultiline_firstline = ^20\\d{2}-\nlog_pattern = (?P<at>\\S+) (?P<what>[\\s\\S]*)\ntimestamp_key = at\ntimestamp_tz = +00:00\nevent.reason = what\n";

#[test]
fn an_event_goes_on_to_the_next_first_line() {
    let object = "2025-11-21T00:00:01 select\r\n  2;\r\n\r\n2025-11-21T00:00:02 one\n2025-11-21T00:00:03 last\n  of it";
    let loaded = load(SEVERAL, "one/x", object.as_bytes());
    let reasons: Vec<&str> = loaded.documents.iter().map(|document| document.text("event.reason")).collect();
    assert_eq!(reasons, ["select\r\n  2;", "one", "last\n  of it"]);
    assert_eq!(loaded.documents[2].text("@timestamp"), "2025-11-21T00:00:03+00:00");
    assert_eq!(loaded.ndjson.iter().filter(|byte| **byte == b'\n').count(), 6);
    let account = &loaded.account;
    assert_eq!(account.lines - account.blank_lines + account.further_events, account.documents);
}

#[test]
fn what_stands_before_the_first_event_is_kept() {
    let loaded = load(SEVERAL, "one/x", b"earlier\n2025-11-21T00:00:02 one\n");
    assert_eq!(loaded.documents.len(), 2);
    assert_eq!(loaded.documents[0].text("event.kind"), "pipeline_error");
    assert_eq!(loaded.documents[0].text("@message"), "earlier");
}

#[test]
fn events_of_several_lines_are_the_same_over_blocks_and_workers() {
    let mut object = String::new();
    for number in 0..9000 {
        writeln!(object, "2025-11-21T00:00:01 event {number}").unwrap();
        for line in 0..number % 7 {
            writeln!(object, "  line {line} {}", "x".repeat(line * 40)).unwrap();
        }
    }
    let loaded = load(SEVERAL, "one/x", object.as_bytes());
    assert_eq!(loaded.documents.len(), 9000);
    for (number, document) in loaded.documents.iter().enumerate() {
        let text = document.text("event.reason");
        assert!(
            text.lines().count() == 1 + number % 7 && text.starts_with(&format!("event {number}")),
            "{text}"
        );
    }
    let sections = sections(&format!("[one]\nindex_name = log-one\ns3_key = one/\n{SEVERAL}"));
    let limits = Limits { workers: std::num::NonZero::new(2).unwrap(), ..Limits::default() };
    let two = load_with(sections.named("one").unwrap(), facts(), &limits, object.as_bytes());
    assert_eq!(two.documents.len(), 9000);
}

#[test]
fn envelopes_of_cloudwatch_stand_alone_among_events_of_several_lines() {
    let object = format!(
        "{}\n{}\n2025-11-21T00:00:02 one\n more",
        of_cloudwatch(&["2025-11-21T00:00:01 a\n b"]),
        of_cloudwatch(&["2025-11-21T00:00:01 c"])
    );
    let loaded = load(&format!("via_cwl = True\n{SEVERAL}"), "one/x", object.as_bytes());
    let reasons: Vec<&str> = loaded.documents.iter().map(|document| document.text("event.reason")).collect();
    assert_eq!(reasons, ["a\n b", "c", "one\n more"]);
}

fn of_firelens(source: &str, log: &str) -> String {
    json!({
        "container_id": "0123abcd", "container_name": "/web", "source": source, "log": log, "ecs_cluster": "shop", "date": "2025-11-21T00:00:09Z",
        "ecs_task_arn": "arn:aws:ecs:eu-west-1:444455556666:task/shop/1", "ecs_task_definition": "web:3", "ec2_instance_id": "i-0123456789abcdef0",
    })
    .to_string()
}

#[test]
fn firelens_tells_the_line_and_the_container() {
    let text = "via_firelens = True\nfile_format = text\nlog_pattern = (?P<ip>\\S+) (?P<what>.*)\nsource.ip = ip\nlabels.cluster = ecs_cluster";
    let lines = format!("{}\n{}", of_firelens("stdout", "203.0.113.9 GET"), of_firelens("stderr", "trace"));
    let loaded = load(text, "one/x", lines.as_bytes());
    assert_eq!(loaded.documents.len(), 1);
    let document = &loaded.documents[0];
    for (field, value) in [
        ("source.ip", "203.0.113.9"),
        ("container.id", "0123abcd"),
        ("container.name", "/web"),
        ("cloud.account.id", "444455556666"),
        ("cloud.region", "eu-west-1"),
        ("cloud.instance.id", "i-0123456789abcdef0"),
        ("labels.cluster", "shop"),
        ("@message", "203.0.113.9 GET"),
    ] {
        assert_eq!(document.text(field), value, "{field}: {}", document.json);
    }
    let account = &loaded.account;
    assert_eq!((account.lines, account.documents, account.exclusions.excluded()), (2, 2, 1));
    let kept = load(&format!("{text}\nignore_container_stderr = False"), "one/x", lines.as_bytes());
    assert_eq!(kept.documents[1].text("event.kind"), "pipeline_error");
    assert_eq!(
        (kept.documents[1].text("@message"), kept.documents[1].text("container.name")),
        ("trace", "/web")
    );
}

#[test]
fn firelens_brings_json_and_events_of_several_formats() {
    let line = of_firelens("stdout", r#"{"client":{"ip":"203.0.113.9"},"timestamp":"2025-11-20T01:00:00Z"}"#);
    let json = load("via_firelens = True\ntimestamp_key = timestamp", "one/x", line.as_bytes());
    assert_eq!(json.documents[0].text("client.ip"), "203.0.113.9");
    assert_eq!(json.documents[0].text("@timestamp"), "2025-11-20T01:00:00+00:00");
    assert_eq!(json.documents[0].text("container.id"), "0123abcd");
    assert_eq!(json.documents[0].text("one.extra.ecs_task_definition"), "web:3");
    assert_eq!(json.documents[0].text("one.extra.container_source"), "stdout");
    let nameless = line.replace("\"/web\"", "null");
    let nameless = load("via_firelens = True", "one/x", nameless.as_bytes());
    assert!(!nameless.documents[0].has("container.name"), "{}", nameless.documents[0].json);
    let cef = of_firelens("stdout", "CEF:0|Acme|Guard|1|7|Hit|5|src=203.0.113.9");
    let cef = load("via_firelens = True\nfile_format = cef\nsource.ip = src", "one/x", cef.as_bytes());
    assert_eq!(cef.documents[0].text("source.ip"), "203.0.113.9");
    let plain = load(
        "via_firelens = True\nfile_format = text\nlog_pattern = (?P<a>\\w+)$$\nevent.action = a",
        "one/x",
        b"plain",
    );
    assert_eq!(plain.documents[0].text("event.action"), "plain", "a line without FireLens around it");
}

#[test]
fn a_script_of_upstreams_that_chooses_the_index_is_a_warning() {
    let text = |name: &str| {
        format!("[{name}]\nindex_name = log-a\ns3_key = a/\nscript_ecs = index_name user.name\nuser.name = a")
    };
    assert_eq!(errors(&text("ocsf-json")), [""; 0]);
    assert_eq!(errors(&text("mine")), ["script_ecs: 'index_name' is a setting, not a field"]);
}

#[test]
fn a_folder_of_an_upstream_section_is_looked_for_behind_others() {
    let file = |name: &str| File {
        name: "aws.ini".to_owned(),
        text: format!("[{name}]\nindex_name = a\ns3_key = /Duty/\na.b = c"),
    };
    let warns =
        |name: &str| check(&[file(name)]).iter().any(|finding| finding.message.contains("not likely"));
    assert!(!warns("guardduty") && !warns("clientvpn") && warns("mine"));
}

/// All sections of upstream's file, each with keys of its own, in the order of that file.
fn all_sections() -> String {
    let mut text = String::new();
    for name in
        include_str!("../../config/upstream-sections.txt").lines().filter(|name| *name != "deepsecurity")
    {
        let format = match name {
            "securitylake" => "parquet",
            "directory-service" | "fsx-win" | "windows-event" => "winevtxml",
            "msk" | "cloudhsm" | "nginx-error" => {
                "multiline\nmultiline_firstline = ^20\nlog_pattern = (?P<a>[\\s\\S]*)"
            }
            "vpcflowlogs" => "csv",
            "linux-secure" => "text\nlog_pattern = (?P<a>.*)",
            _ => "json",
        };
        writeln!(text, "[{name}]\nindex_name = log-{name}\ns3_key = /{name}/\nfile_format = {format}")
            .unwrap();
    }
    text.push_str("[rest]\nindex_name = log-rest\ns3_key = .\nfile_format = json\n");
    text
}

#[test]
fn each_of_upstreams_sections_takes_its_keys_or_says_that_it_does_not() {
    let sections = sections(&all_sections());
    let names =
        include_str!("../../config/upstream-sections.txt").lines().filter(|name| *name != "deepsecurity");
    let (mut loaded, mut passed) = (0, Vec::new());
    for name in names {
        match sections.for_key(&format!("AWSLogs/1/{name}/x.gz")) {
            Choice::Load(section) => {
                assert_eq!(section.log_type().name, name);
                loaded += 1;
            }
            choice @ Choice::PassedOver(section) => {
                assert_eq!(section, name);
                assert_eq!(
                    Outcome::not_taken(&choice).reason(),
                    format!(
                        "section [{name}] is passed over: its objects are in a format that is not read yet"
                    )
                );
                passed.push(name);
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!((loaded, passed.len()), (38, 4), "{passed:?}");
    assert!(
        matches!(sections.for_key("other/x"), Choice::Load(section) if section.log_type().name == "rest")
    );
}
