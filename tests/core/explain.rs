//! Where the values of documents come from, as `explain` tells it.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use es_loader::load::account::{Account, Limits};
use es_loader::load::visit;
use es_loader::map::compiled::CompiledSection;
use es_loader::map::explain::explanation::{ExplainedField, Explanation, UnusedValue};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{
    agent_event, facts, fluentd_line, fluentd_line_at, load_bytes, packet_event, plan, plan_of_section,
    plan_with,
};

/// The explanations of all documents, each with the message that its bytes are counted in.
fn explain(plan: &CompiledSection, bytes: &[u8]) -> (Vec<(Explanation, String)>, Account) {
    let mut explanations = Vec::new();
    let account = visit(bytes, plan, facts(), &Limits::default(), &mut |document, _| {
        explanations.push((document.explain(), document.event().record.message.to_string()));
        ControlFlow::Continue(())
    });
    (explanations, account)
}

fn explain_one(plan: &CompiledSection, message: &str) -> Explanation {
    let (mut explanations, _) = explain(plan, &fluentd_line(message));
    assert_eq!(explanations.len(), 1, "{message}");
    explanations.remove(0).0
}

/// What was done to the value of a field of a message's only document.
pub(crate) fn changes_of(message: &str, name: &str) -> Vec<String> {
    field(&explain_one(plan(), message), name).changes.clone()
}

#[track_caller]
fn field<'e>(explanation: &'e Explanation, name: &str) -> &'e ExplainedField {
    let found = explanation.fields.iter().find(|field| field.field == name);
    found.unwrap_or_else(|| panic!("no {name} in {explanation:#?}"))
}

/// The values that there were for a field which the document does not have.
#[track_caller]
fn unused<'e>(explanation: &'e Explanation, name: &str) -> &'e [UnusedValue] {
    let found = explanation.empty_fields.iter().find(|empty| empty.field == name);
    &found.unwrap_or_else(|| panic!("no {name} in {:#?}", explanation.empty_fields)).values
}

fn keys(value: &UnusedValue) -> Vec<&str> {
    value.sources.iter().map(|source| source.name.as_str()).collect()
}

/// The document that the fields of an explanation make up.
fn rebuilt(explanation: &Explanation) -> Value {
    let mut document = Value::Object(Map::new());
    for ExplainedField { field, value, .. } in &explanation.fields {
        let mut place = &mut document;
        for step in field.split('.') {
            place = place.as_object_mut().unwrap().entry(step).or_insert_with(|| json!({}));
        }
        *place = value.clone();
    }
    document
}

fn files_of_lines() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lines");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let lines = files.filter(|path| path.extension().is_some_and(|end| end == "jsonl"));
    lines.map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn each_field_of_each_document_is_explained_with_its_value() {
    for bytes in files_of_lines() {
        let loaded = load_bytes(plan(), &bytes);
        let (explanations, account) = explain(plan(), &bytes);
        assert_eq!(account, Account { bulk_bytes: account.bulk_bytes, ..loaded.account });
        assert_eq!(explanations.len(), loaded.documents.len());
        for ((explanation, _), document) in explanations.iter().zip(&loaded.documents) {
            assert_eq!(rebuilt(explanation), document.source, "{}", document.json);
            assert_eq!(explanation.index.value, document.index);
            assert_eq!(explanation.id.as_ref().unwrap().value, document.id);
            assert_eq!(explanation.time.value, document.text("@timestamp"));
            assert_eq!(explanation.time.source, document.text("deepsecurity.timestamp_source"));
        }
    }
}

#[test]
fn the_bytes_of_a_key_are_its_raw_value_in_the_message() {
    let mut looked_at = 0;
    for bytes in files_of_lines() {
        for (explanation, message) in explain(plan(), &bytes).0 {
            for filled in &explanation.fields {
                for source in filled.sources.iter().filter(|source| source.kind == "key") {
                    let (start, end) = source.bytes.unwrap();
                    let key = format!("{}=", source.name);
                    // Quotes around a value are no part of it.
                    let before = message[..start].trim_end_matches([' ', '"']);
                    assert!(before.ends_with(&key), "{key} before {start} in {message}");
                    if let (Value::String(value), [], [_]) =
                        (&filled.value, &*filled.changes, &*filled.sources)
                    {
                        assert_eq!(message[start..end].trim(), value, "{}", filled.field);
                        looked_at += 1;
                    }
                }
            }
        }
    }
    assert!(looked_at > 1000, "{looked_at}");
}

#[test]
fn a_field_of_the_table_names_its_line_and_what_was_converted() {
    let settings = "ecs = source.port source.mac\nsource.port = spt\nsource.mac = smac";
    let explanation =
        explain_one(&plan_with(settings), &agent_event("20", "spt=0443 smac=0a:00:00:00:00:01 fsize=1"));
    let port = field(&explanation, "source.port");
    assert_eq!((&port.value, port.rule.step), (&json!(443), "table"));
    assert_eq!(port.rule.place.as_deref(), Some("user.ini:3"));
    assert_eq!(port.rule.meaning, "source.port = spt");
    assert_eq!(port.changes, ["read as a port"]);
    let mac = field(&explanation, "source.mac");
    assert_eq!(
        (mac.value.as_str(), &*mac.changes),
        (Some("0A-00-00-00-00-01"), &["written as RFC 7042 does".to_owned()][..])
    );
    assert_eq!(field(&explanation, "file.size").rule.step, "known_key");
}

#[test]
fn what_a_log_type_makes_of_its_record_is_no_constant_of_user_ini() {
    let plan =
        plan_of_section("nginx-access", "trusted_proxies = 10.0.0.0/8\n[DEFAULT]\nlog_types = nginx-access");
    let line = "10.0.0.9 - joe [21/Nov/2026:09:00:05 +0900] \"GET /item?id=1 HTTP/1.1\" 200 612 \"-\" \"curl/8.5.0\" \"203.0.113.77\"\n";
    let (explained, _) = explain(&plan, line.as_bytes());
    let explanation = &explained[0].0;
    for (name, step) in [
        ("event.outcome", "class"),
        ("source.ip", "forwarded"),
        ("related.ip", "related"),
        ("url.path", "url"),
        ("event.category", "constant"),
    ] {
        let rule = &field(explanation, name).rule;
        assert_eq!(rule.step, step, "{name}: {rule:?}");
    }
    assert_eq!(field(explanation, "source.ip").value, "203.0.113.77");
}

#[test]
fn a_constant_names_its_line() {
    let plan = plan_with("static_ecs = labels.env\nlabels.env = prod");
    let explanation = explain_one(&plan, &agent_event("20", "act=Log"));
    let env = field(&explanation, "labels.env");
    assert_eq!((env.rule.step, env.rule.place.as_deref()), ("constant", Some("user.ini:3")));
    assert!(env.sources.is_empty());
}

#[test]
fn a_later_source_of_a_line_is_named_as_not_used() {
    let plan = plan_with("source.ip = src dvc");
    let explanation = explain_one(&plan, &agent_event("20", "src=10.0.0.1 dvc=10.0.0.2"));
    let source = field(&explanation, "source.ip");
    assert_eq!(source.sources[0].name, "src");
    let [value] = &*source.others else { panic!("{source:#?}") };
    assert_eq!((&value.value, keys(value)), (&json!("10.0.0.2"), vec!["dvc"]));
    assert_eq!(value.reason, "an earlier source of the line has a value");
}

#[test]
fn a_source_that_does_not_fit_gives_way_and_says_why() {
    let plan = plan_with("source.ip = src dvc");
    let explanation = explain_one(&plan, &agent_event("20", "src=host dvc=10.0.0.2"));
    let source = field(&explanation, "source.ip");
    assert_eq!((&source.value, source.sources[0].name.as_str()), (&json!("10.0.0.2"), "dvc"));
    let value = &source.others[0];
    assert_eq!((keys(value), value.reason.as_str()), (vec!["src"], "it is not an address"));
    assert_eq!(value.rule.place.as_deref(), Some("user.ini:2"));
}

#[test]
fn a_value_that_fits_nowhere_is_left_over_with_the_reason() {
    let explanation = explain_one(plan(), &agent_event("20", "src=host smac=N/A"));
    let [value] = unused(&explanation, "source.ip") else { panic!("{explanation:#?}") };
    assert_eq!((keys(value), value.reason.as_str()), (vec!["src"], "it is not an address"));
    assert_eq!(unused(&explanation, "source.mac")[0].reason, "N/A says that the agent did not know");
    let left = field(&explanation, "deepsecurity.src");
    assert_eq!(left.rule.step, "left_over");
    assert_eq!(left.rule.meaning, "left over: it is not an address, as source.ip asks for");
    assert_eq!(left.sources[0].name, "src");
}

#[test]
fn a_value_that_comes_too_late_is_named_beside_the_one_that_stays() {
    let explanation = explain_one(plan(), &agent_event("4000000", "filePath=/a/b fname=/c/d"));
    let path = field(&explanation, "file.path");
    assert_eq!(path.others.len(), 1, "{path:#?}");
    let left = field(&explanation, "deepsecurity.filePath");
    assert_eq!(left.rule.meaning, "left over: file.path had its value");
    assert_eq!(path.others[0].value, left.value);
}

#[test]
fn a_detect_only_action_names_what_it_replaced() {
    let explanation = explain_one(plan(), &agent_event("20", "act=IDS:Reset"));
    let action = field(&explanation, "event.action");
    assert_eq!((&action.value, action.rule.step), (&json!("DetectOnly:NotReset"), "action"));
    let value = &action.others[0];
    assert_eq!((&value.value, value.rule.step), (&json!("IDS:Reset"), "table"));
    assert!(value.reason.starts_with("replaced by"), "{}", value.reason);
}

#[test]
fn a_port_of_a_protocol_without_ports_was_taken_away_again() {
    let explanation =
        explain_one(plan(), &agent_event("20", "proto=ICMP spt=0 dpt=0 src=10.0.0.1 dst=10.0.0.2"));
    assert_eq!(unused(&explanation, "source.port")[0].reason, "taken away again");
}

#[test]
fn what_a_packet_says_names_the_packet_and_shows_no_secret() {
    let message = packet_event("10.0.0.1", b"GET /a HTTP/1.1\r\nHost: h\r\nCookie: secret\r\n\r\n");
    let explanation = explain_one(plan(), &message);
    let method = field(&explanation, "http.request.method");
    assert_eq!((method.rule.step, method.sources[0].name.as_str()), ("packet", "TrendMicroDsPacketData"));
    let all = serde_json::to_string(&explanation).unwrap();
    assert!(!all.contains("secret") && !all.contains("c2VjcmV0"), "{all}");
}

#[test]
fn values_that_a_field_does_not_have_are_without_secrets_too() {
    let own = plan_with("url.original = request\nlabels.a = cs1 cs2");
    let message =
        agent_event("1000552", "act=Log request=http://a/?token=hush cs1=x?token=hush cs2=http://u:hush@h/");
    let explanation = explain_one(&own, &message);
    assert!(explanation.fields.iter().any(|field| !field.others.is_empty()), "{explanation:#?}");
    assert!(!format!("{explanation:?}").contains("hush"), "{explanation:#?}");
}

#[test]
fn the_client_of_a_proxy_names_the_proxy_that_it_replaced() {
    let message = packet_event("10.0.0.1", b"GET / HTTP/1.1\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n");
    let explanation = explain_one(plan(), &message);
    let source = field(&explanation, "source.ip");
    assert_eq!((&source.value, source.rule.step), (&json!("198.51.100.7"), "forwarded"));
    assert_eq!(source.rule.meaning, "X-Forwarded-For, by trusted_proxies");
    assert_eq!(source.others[0].value, "10.0.0.1");
    assert_eq!(source.others[0].sources[0].name, "src");
}

#[test]
fn a_forwarded_address_that_nobody_vouches_for_is_told_by_name() {
    let packet =
        |header: &str| packet_event("203.0.113.9", format!("GET / HTTP/1.1\r\n{header}\r\n\r\n").as_bytes());
    for message in [
        packet("X-Forwarded-For: 198.51.100.7"),
        packet("x-forwarded-for: 192.0.2.1, 198.51.100.7"),
        agent_event("1000552", "src=203.0.113.9 dst=10.0.0.5 xff=198.51.100.7"),
    ] {
        let explanation = explain_one(plan(), &message);
        let source = field(&explanation, "source.ip");
        assert_eq!(source.value, "203.0.113.9");
        let told = source.others.iter().find(|other| other.value == "198.51.100.7").unwrap();
        assert!(
            told.reason.contains("X-Forwarded-For") && told.reason.contains("trusted_proxies"),
            "{}",
            told.reason
        );
        assert!(
            field(&explanation, "deepsecurity.unverified_forwarded_for")
                .rule
                .meaning
                .contains("X-Forwarded-For")
        );
    }
}

#[test]
fn escapes_that_were_undone_are_told() {
    let explanation = explain_one(plan(), &agent_event("20", r"act=a\=b newKey=x"));
    assert_eq!(field(&explanation, "event.action").changes, ["escapes undone"]);
    let extra = field(&explanation, "deepsecurity.extra.newKey");
    assert_eq!(extra.rule.meaning, "left over: nobody knows this key");
    assert!(extra.changes.is_empty());
}

#[test]
fn a_header_time_that_cannot_be_is_told_beside_the_one_that_was_taken() {
    let line = fluentd_line_at(&agent_event("20", "act=Log"), "2026-01-05T00:00:00+09:00");
    let (explanations, _) = explain(plan(), &line);
    let time = &explanations[0].0.time;
    assert_eq!((time.source, time.value.as_str()), ("fluentd", "2026-01-05T00:00:00+09:00"));
    let others: Vec<(&str, &str)> =
        time.others.iter().map(|other| (other.source, other.reason.as_str())).collect();
    let [(first, reason), rest @ ..] = &*others else { panic!("{others:?}") };
    assert_eq!(*first, "syslog");
    assert!(reason.starts_with("cannot be"), "{reason}");
    assert_eq!(rest, [("key", "not needed"), ("object", "not needed"), ("load", "not needed")]);
}

#[test]
fn a_time_in_a_field_that_cannot_be_read_is_told() {
    let plan = plan_with("timestamp_key_list = rt end start\ntimestamp_format = epoch");
    let explanation = explain_one(&plan, &agent_event("20", "rt=soon end=1763819313 act=Log"));
    assert_eq!(
        (explanation.time.source, explanation.time.value.as_str()),
        ("field", "2025-11-22T13:48:33+00:00")
    );
    let first = &explanation.time.others[0];
    assert_eq!((first.value.as_str(), first.source), ("soon", "field"));
    assert!(first.reason.starts_with("rt is in no timestamp_format"), "{}", first.reason);
    assert_eq!(explanation.time.others[1].reason, "start is not there");
}

#[test]
fn an_id_says_what_it_is_made_of() {
    let line = fluentd_line(&agent_event("20", "act=Log"));
    let (explanations, _) = explain(plan(), &[line.clone(), line].concat());
    let reason = |at: usize| explanations[at].0.id.clone().unwrap().reason;
    assert_eq!(reason(0), "SHA-256 of the line");
    assert_eq!(reason(1), "SHA-256 of the line and its number among its equals in the object, 2");
    let named = explain_one(&plan_with("doc_id = act"), &agent_event("20", "act=Log")).id.unwrap();
    assert_eq!((named.value.as_str(), named.reason.as_str()), ("Log", "doc_id = act"));
    let missing = explain_one(&plan_with("doc_id = nowhere"), &agent_event("20", "act=Log")).id.unwrap();
    assert!(missing.reason.contains("doc_id = nowhere gives none"), "{}", missing.reason);
}

#[test]
fn an_index_says_which_settings_name_it() {
    let plan = plan_with("index_rotation = daily\nindex_suffix = eu\nindex_tz = +09:00");
    let index = explain_one(&plan, &agent_event("20", "act=Log")).index;
    assert_eq!(index.value, "log-deepsecurity-eu-2026-11-22");
    assert_eq!(
        index.reason,
        "index_name = log-deepsecurity, index_rotation = daily by @timestamp at +09, index_suffix = eu"
    );
}

#[test]
fn a_line_that_is_no_event_is_explained_too() {
    let plan = plan_of_section(
        "web",
        "index_name = log-web\ns3_key = web\nfile_format = text\nlog_pattern = (?P<ip>\\S+) (?P<rest>.*)\nsource.ip = ip",
    );
    let (explanations, _) = explain(&plan, b"nothing\n10.0.0.1 there\n");
    assert!(explanations[0].0.pipeline_error);
    assert_eq!(field(&explanations[0].0, "error.type").rule.step, "pipeline_error");
    let source = field(&explanations[1].0, "source.ip");
    assert_eq!((source.sources[0].name.as_str(), source.sources[0].bytes), ("ip", Some((0, 8))));
}

#[test]
fn fields_of_the_record_have_no_bytes_in_the_message() {
    let explanation = explain_one(plan(), &agent_event("20", "act=Log"));
    let name = field(&explanation, "server.name");
    let [source] = &*name.sources else { panic!("{name:#?}") };
    assert_eq!((source.kind, source.name.as_str(), source.bytes), ("record", "hostname", None));
}

proptest! {
    #![proptest_config(crate::cases(64))]

    #[test]
    fn any_extension_is_explained_as_it_is_loaded(
        pairs in proptest::collection::vec(
            ("(src|dst|spt|act|proto|in|out|cs1|cs1Label|cs4|msg|fname|filePath|fileHash|dvc|TrendMicroDsPacketData|[a-z]{1,3})",
             "(N/A|-|[0-9.]{1,9}|::[0-9a-f]|[A-Za-z/ =\\\\|\"]{0,12}|.{0,8})"),
            0..12,
        ),
        id in "(20|1000552|4000000|2000001|3000001|600|x)",
    ) {
        let extension: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let line = fluentd_line(&agent_event(&id, &extension.join(" ")));
        let documents = load_bytes(plan(), &line).documents;
        let (explanations, _) = explain(plan(), &line);
        prop_assert_eq!(explanations.len(), documents.len());
        for ((explanation, message), document) in explanations.iter().zip(&documents) {
            prop_assert_eq!(&rebuilt(explanation), &document.source);
            for (start, end) in explanation.fields.iter().flat_map(|field| &field.sources).filter_map(|source| source.bytes) {
                prop_assert!(message.get(start..end).is_some());
            }
        }
    }
}

#[test]
fn a_record_s_own_fields_are_explained_as_the_document_has_them() {
    let section = "[x]\nindex_name = log-x\ns3_key = x/\nfile_format = json\nuser.name = usr\nrenamed_newfields = new\nnew = older";
    let line = br#"{"usr":"bob","n":{"k":1,"e":{}},"old":"v","older":[1],"user":{"id":"7"}}"#;
    let sections = crate::log_types::with(section);
    let plan = sections.named("x").unwrap();
    let (explanations, _) = explain(plan, line);
    let explanation = &explanations[0].0;
    for (name, value) in [("usr", json!("bob")), ("n.k", json!(1)), ("old", json!("v")), ("new", json!([1]))]
    {
        let found = field(explanation, name);
        assert_eq!((found.value.clone(), found.rule.step), (value, "record"), "{name}");
    }
    let mut document = load_bytes(plan, line).documents.remove(0).source;
    document.as_object_mut().unwrap().remove("@message");
    let mut rebuilt = rebuilt(explanation);
    rebuilt.as_object_mut().unwrap().remove("@message");
    assert_eq!(rebuilt, document);
}
