//! Events that the runtime of a container has cut: no part of a value stands for the whole one.

use es_loader::document::problem::Problem;
use serde_json::{Value, json};

use crate::support::{load_bytes, plan, plan_with};

const FIRST: &str = "CEF:0|Trend Micro|Deep Security Agent|20.0|20|FW|6|cn1=7 act=Reset src=203.0.113.1";
const REST: &str = "5 dst=10.0.0.5 spt=1";

#[test]
fn the_last_value_of_an_event_that_goes_on_in_another_line_fills_no_field() {
    let lines = |first: &Value, rest: &Value| format!("{first}\n{rest}\n");
    for text in [
        format!("2026-11-22T07:08:00.1Z stdout P {FIRST}\n2026-11-22T07:08:00.1Z stdout F {REST}\n"),
        format!("2026-11-22T07:08:00.123456789+09:00 stderr P:x <134>Nov 22 07:08:00 web01 {FIRST}\n"),
        lines(
            &json!({"log": FIRST, "stream": "stdout", "time": "2026-11-22T07:08:00Z"}),
            &json!({"log": format!("{REST}\n"), "stream": "stdout", "time": "2026-11-22T07:08:00Z"}),
        ),
        json!({"log": FIRST, "stream": "stdout", "attrs": {"a": "b"}, "time": "2026-11-22T07:08:00Z"})
            .to_string(),
        lines(
            &json!({"container_id": "ab", "log": FIRST, "source": "stdout", "partial_message": "true", "partial_last": "false"}),
            &json!({"container_id": "ab", "log": REST, "source": "stdout", "partial_message": "true", "partial_last": "true"}),
        ),
        json!({"message": FIRST, "partial_message": true, "tag": "t"}).to_string(),
        json!({"stream": "stdout", "logtag": "P", "log": FIRST}).to_string(),
        json!({"MESSAGE": FIRST, "CONTAINER_PARTIAL_MESSAGE": "true"}).to_string(),
    ] {
        let loaded = load_bytes(plan(), text.as_bytes());
        let document = &loaded.documents[0];
        assert!(!document.has("source.ip"), "{}", document.json);
        assert_eq!(document.get("event.action"), "Reset", "{text}");
        assert_eq!(document.get("error.type"), "event_cut", "{text}");
        assert_eq!(document.get("deepsecurity.unparsed"), "src=203.0.113.1", "{text}");
        assert_eq!(loaded.account.problems.count(Problem::EventCut), 1, "{text}");
        for rest in loaded.documents.get(1..).unwrap() {
            assert_eq!(rest.get("event.kind"), "pipeline_error", "{text}");
        }
    }
}

#[test]
fn a_record_that_firelens_cut_is_cut_with_via_firelens_too() {
    let plan = plan_with("via_firelens = True");
    let record = json!({"container_id": "ab", "container_name": "/dsa", "log": FIRST, "source": "stdout", "partial_message": "true"});
    let loaded = load_bytes(&plan, record.to_string().as_bytes());
    assert!(!loaded.documents[0].has("source.ip"), "{}", loaded.documents[0].json);
    assert_eq!(loaded.account.problems.count(Problem::EventCut), 1);
}

#[test]
fn a_whole_line_of_a_container_is_a_whole_event() {
    let whole = format!("{FIRST}{REST}");
    for text in [
        format!("2026-11-22T07:08:00.1Z stdout F {whole}\n"),
        format!("2026-11-22T07:08:00.1Z stderr F <134>Nov 22 07:08:00 web01 {whole}\n"),
        json!({"log": format!("{whole}\n"), "stream": "stdout", "time": "2026-11-22T07:08:00Z"}).to_string(),
        json!({"log": whole, "stream": "stdout", "time": "2026-11-22T07:08:00Z", "kubernetes": {"pod_name": "x"}}).to_string(),
        json!({"log": whole, "stream": "stdout", "logtag": "F", "time": "2026-11-22T07:08:00Z"}).to_string(),
        json!({"log": whole, "stream": "stdout", "date": 1_795_359_600.5}).to_string(),
        json!({"log": whole, "partial_message": "true", "partial_last": "true"}).to_string(),
        json!({"log": whole, "partial_message": "false"}).to_string(),
    ] {
        let loaded = load_bytes(plan(), text.as_bytes());
        assert_eq!(loaded.documents[0].get("source.ip"), "203.0.113.15", "{text}");
        assert_eq!(loaded.account.problems.count(Problem::EventCut), 0, "{text}");
        let host = loaded.documents[0].get("log.syslog.hostname");
        assert_eq!(host.as_str(), text.contains("web01").then_some("web01"), "{text}");
    }
}
