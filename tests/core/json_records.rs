//! Records that are the events themselves: sections whose JSON holds no text of an event.

use es_loader::document::problem::Problem;
use serde_json::{Value, json};

use crate::support::{Document, Loaded, all, load_bytes, plan_of_section};

const BASE: &str = "index_name = log-shop\ns3_key = shop/\n";

fn loaded(settings: &str, records: &[&str]) -> Loaded {
    load_bytes(&plan_of_section("shop", &format!("{BASE}{settings}")), records.join("\n").as_bytes())
}

#[allow(clippy::expect_used, reason = "a helper of tests stands outside of test functions")]
fn document(settings: &str, record: &str) -> Document {
    loaded(settings, &[record]).documents.pop().expect("a document")
}

#[test]
fn sources_are_paths_into_the_record() {
    let settings = "source.ip = req.clientIp\nurl.path = req.uri\nrule.name = hits.1.rule.name\nuser.name = a.b c.d\n\
        http.response.status_code = status\ndoc_id = req.id\ndoc_id_suffix = req.n\ntimestamp_key = req.at\ntimestamp_format = epoch";
    let record = r#"{"req":{"clientIp":"192.0.2.7","uri":"/\u00e4?","id":"r1","n":3,"at":1700000000123},"hits":[{"rule":{"name":"one"}},{"rule":{"name":"two"}}],"status":404,"c":{"d":"carol"}}"#;
    let document = document(settings, record);
    assert_eq!(document.text("source.ip"), "192.0.2.7");
    assert_eq!(document.text("url.path"), "/ä?");
    assert_eq!(document.text("rule.name"), "two");
    assert_eq!(document.text("user.name"), "carol");
    assert_eq!(document.get("http.response.status_code"), 404);
    assert_eq!((document.id.as_str(), document.text("@id")), ("r1_3", "r1"));
    assert_eq!(document.text("@timestamp"), "2023-11-14T22:13:20.123+00:00");
    assert_eq!(document.text("@message"), record);
}

#[test]
fn names_with_dots_are_found_by_their_path() {
    let document = document(
        "source.ip = net.client.ip\nuser.id = a.b.c",
        r#"{"net.client":{"ip":"192.0.2.8"},"a":{"b.c":7}}"#,
    );
    assert_eq!(document.text("source.ip"), "192.0.2.8");
    assert_eq!(document.text("user.id"), "7");
}

#[test]
fn a_record_keeps_its_own_fields_at_the_top_with_their_types() {
    let record = r#"{"action":"BLOCK","n":-1.5e3,"ok":true,"list":[1,"a",{"x":[]}],"deep":{"é":{"k":"v"}}}"#;
    let document = document("event.action = action", record);
    let expected: Value =
        json!({"action": "BLOCK", "n": -1.5e3, "ok": true, "list": [1, "a", {}], "deep": {"é": {"k": "v"}}});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&document.source[name], value, "{name}");
    }
    assert!(document.json.contains(r#""n":-1.5e3,"ok":true"#), "{}", document.json);
    assert_eq!(document.text("event.action"), "BLOCK");
}

#[test]
fn values_that_say_nothing_are_left_out() {
    for (record, left) in [
        (
            r#"{"a":"","b":"-","c":null,"d":"null","e":[],"f":[""],"g":{},"h":{"i":{"j":""}},"z":1}"#,
            json!({"z": 1}),
        ),
        (r#"{"z":{"a":"","b":2,"c":"","d":3,"e":null}, "y" : ""}"#, json!({"z": {"b": 2, "d": 3}})),
        (r#"{"z":[{"a":"","b":1},{"c":null}]}"#, json!({"z": [{"b": 1}, {}]})),
        ("{\"z\":{\"a\":\"\",\r\n\t\"b\":[ ],\"c\":4 }}", json!({"z": {"c": 4}})),
    ] {
        let document = load_bytes(&plan_of_section("shop", BASE), record.replace("\r\n", " ").as_bytes())
            .documents[0]
            .clone();
        for name in ["a", "b", "c", "d", "e", "f", "g", "h", "y"] {
            assert!(!document.has(name), "{name}: {}", document.json);
        }
        assert_eq!(document.source["z"], left["z"], "{record}");
    }
}

#[test]
fn our_fields_win_and_what_cannot_have_its_name_goes_under_the_prefix() {
    let record = r#"{"source":"x","event":{"action":"theirs","module":"m","src":"kept"},"user":{"name":"bob","id":{"a":1}},"_id":"i","@timestamp":"2026-11-22T01:02:03Z","":"e","a..b":"f",".c":"g","act":"ours","shop":{"k":"v"},"related":[{"ip":"192.0.2.1"}]}"#;
    let loaded = loaded("event.action = act", &[record]);
    let document = &loaded.documents[0];
    assert_eq!(document.text("event.action"), "ours");
    assert_eq!(document.text("event.module"), "shop");
    assert_eq!(document.text("event.src"), "kept");
    assert_eq!(
        document.text("user.name"),
        "bob",
        "a record may fill a field of ours that nothing else fills"
    );
    assert_eq!(
        document.text("@timestamp"),
        "2026-11-22T01:02:03+00:00",
        "upstream takes it where no key is named"
    );
    for (name, value) in [
        ("source", "x"),
        ("event_action", "theirs"),
        ("event_module", "m"),
        ("user_id", r#"{"a":1}"#),
        ("_id", "i"),
        ("@timestamp", "2026-11-22T01:02:03Z"),
        ("_", "e"),
        ("a__b", "f"),
        ("_c", "g"),
        ("k", "v"),
        ("related", r#"[{"ip":"192.0.2.1"}]"#),
    ] {
        assert_eq!(document.source["shop"][name], value, "{name}: {}", document.json);
    }
    assert_eq!(loaded.account.problems.count(Problem::KeyMoved), 10);
}

#[test]
fn a_value_of_the_record_that_does_not_fit_a_field_of_ours_is_text_under_the_prefix() {
    let document = document("", r#"{"source":{"ip":"N/A","port":"http"},"destination":{"ip":"192.0.2.1"}}"#);
    assert!(!document.has("source"));
    assert_eq!(document.text("destination.ip"), "192.0.2.1");
    assert_eq!(document.text("shop.source_ip"), "N/A");
    assert_eq!(document.text("shop.source_port"), "http");
}

#[test]
fn a_prefix_that_is_written_takes_the_whole_record() {
    let record = r#"{"source":"x","act":"a","_id":"i","timestamp_source":"mine","o":{"p":1}}"#;
    let document = document("field_prefix = box\nevent.action = act", record);
    assert_eq!(document.text("box.source"), "x");
    assert_eq!(document.text("box._id"), "i");
    assert_eq!(document.get("box.o.p"), 1);
    assert_eq!(document.text("box.timestamp_source_"), "mine");
    assert!(!document.has("act") && document.text("event.action") == "a");
}

#[test]
fn repeated_keys_huge_numbers_and_depth_cost_no_document() {
    let deep = format!("{}1{}", r#"{"d":"#.repeat(30), "}".repeat(30));
    let record = format!(
        r#"{{"a":1,"a":2,"o":{{"b":1,"b":2}},"n":123456789012345678901234567890,"f":1e999,"deep":{deep}}}"#
    );
    let loaded = loaded("", &[&record]);
    let document = &loaded.documents[0];
    assert_eq!((document.get("a"), document.get("o.b")), (&json!(1), &json!(1)));
    assert_eq!(document.text("shop.a"), "2");
    assert_eq!((document.text("n"), document.text("f")), ("123456789012345678901234567890", "1e999"));
    let mut value = document.get("deep");
    let mut depth = 1;
    while value.is_object() {
        value = &value["d"];
        depth += 1;
    }
    assert!(depth <= 21 && value.is_string(), "{depth}: {value}");
    assert_eq!(loaded.account.problems.count(Problem::RepeatedKey), 2);
    assert_eq!(loaded.account.problems.count(Problem::TooDeep), 1);
}

#[test]
fn the_first_of_a_repeated_key_counts_in_an_object_of_hundreds_too() {
    let members: Vec<_> = (0..300).map(|number| format!(r#""k{number}":{number}"#)).collect();
    let members = members.join(",");
    let loaded = loaded("", &[&format!(r#"{{"o":{{{members},"k1":"again","k299":"again"}}}}"#)]);
    let object = loaded.documents[0].get("o").as_object().unwrap();
    assert_eq!((object.len(), &object["k1"], &object["k299"]), (300, &json!(1), &json!(299)));
    assert_eq!(loaded.account.problems.count(Problem::RepeatedKey), 2);
}

#[test]
fn broken_json_is_repaired_or_told() {
    let bytes = r#"{"a":"\x22\xE3é\\x\/"}"#;
    let repaired = "{\"a\":\"x\ty\",\"b\":\"\\ud800\"}";
    let loaded = loaded("", &[repaired, bytes, r#"{"a":1"#, "no json", r#"{"a":01}"#, r#"{"a":"\xo"}"#]);
    assert_eq!(loaded.documents[0].text("a"), "x\ty");
    assert_eq!(loaded.documents[0].text("b"), "\u{fffd}");
    assert_eq!(loaded.documents[1].text("a"), r"\x22\xE3é\x/");
    for document in &loaded.documents[2..] {
        assert_eq!(document.text("event.kind"), "pipeline_error", "{}", document.json);
    }
    assert_eq!(loaded.account.documents, 6);
}

#[test]
fn long_texts_are_cut() {
    let loaded = loaded("", &[&format!(r#"{{"a":{{"b":"{}\u00e9"}}}}"#, "é".repeat(20_000))]);
    let text = loaded.documents[0].text("a.b");
    assert!(text.len() <= 32_766 && text.ends_with("…[cut]"), "{}", text.len());
}

#[test]
fn lists_in_brackets_gather_all_values_once_and_in_order() {
    let settings =
        "source.ip = b\nrelated.ip = [c, ${source.ip}, none, d]\nrelated.hosts = h1 h2\nuser.name = h1 h2";
    let document = document(
        settings,
        r#"{"b":"192.0.2.9","c":"192.0.2.10","d":["192.0.2.9","x","2001:db8::1"],"h1":"z","h2":"y"}"#,
    );
    assert_eq!(document.source["related"]["ip"], json!(["192.0.2.10", "192.0.2.9", "2001:db8::1"]));
    assert_eq!(
        document.source["related"]["hosts"],
        json!(["y", "z"]),
        "upstream: fields of several values take all sources"
    );
    assert_eq!(document.text("user.name"), "z", "other fields take the first");
}

#[test]
fn constants_may_have_several_values() {
    let settings = "static_ecs = event.category event.type tags event.kind\nevent.category = web network\nevent.type = [info, access]\ntags = [one]\nevent.kind = event";
    let document = document(settings, r#"{"a":1}"#);
    assert_eq!(document.source["event"]["category"], json!(["web", "network"]));
    assert_eq!(document.source["event"]["type"], json!(["info", "access"]));
    assert_eq!(document.source["tags"], "one");
}

#[test]
fn fields_are_renamed_and_made_text() {
    let settings =
        "renamed_newfields = fresh\nfresh = stale one\nuser.name = fresh\njson_to_text = o.free list num";
    let document =
        document(settings, r#"{"stale one":"bob","o":{"free":{"k":[1]},"kept":2},"list":["a"],"num":5}"#);
    assert_eq!((document.text("fresh"), document.text("user.name")), ("bob", "bob"));
    assert!(!document.has("stale one"));
    assert_eq!(document.text("o.free"), r#"{"k":[1]}"#);
    assert_eq!(
        (document.get("o.kept"), document.text("list"), document.text("num")),
        (&json!(2), r#"["a"]"#, "5")
    );
}

#[test]
fn a_delimiter_takes_the_events_out_of_their_array() {
    let settings = "json_delimiter = Records\ndoc_id = id";
    let loaded = loaded(
        settings,
        &[
            r#"{"Records":[{"id":"a","n":1},{"id":"b"}],"other":1}{"Records":[{"id":"c"}]}"#,
            r#"{"Records":[]}"#,
            r#"{"id":"d"}"#,
        ],
    );
    let ids: Vec<&str> = loaded.documents.iter().map(|document| document.id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c", "d"]);
    assert_eq!(loaded.documents[0].get("n"), 1);
    let account = &loaded.account;
    assert_eq!(account.lines - account.blank_lines + account.further_events, account.documents);
}

#[test]
fn a_line_is_blank_only_if_nothing_in_it_gives_a_document() {
    let messages = [r#"{"Records":[]}"#, r#"{"Records":[{"id":"a"}]}"#, r#"{"Records":[]}"#];
    let of_messages = |messages: &[&str]| {
        let events: Vec<_> = messages.iter().map(|message| json!({"id": "1", "message": message})).collect();
        let envelope = json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "g", "logStream": "s", "logEvents": events});
        envelope.to_string()
    };
    for (settings, lines, blank) in [
        ("json_delimiter = Records", vec![of_messages(&messages)], 0),
        ("json_delimiter = Records", vec![of_messages(&messages[..1])], 1),
        ("", vec![" \u{1e} ".to_owned(), "\0\u{feff}".to_owned(), "\u{1e}{\"id\":\"a\"}".to_owned()], 2),
    ] {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let account = loaded(settings, &lines).account;
        assert_eq!((account.blank_lines, account.further_events), (blank, 0), "{lines:?}");
        assert_eq!(account.lines - account.blank_lines, account.documents, "{lines:?}");
    }
}

#[test]
fn eventbridge_wraps_events_and_tells_their_time() {
    let settings = "json_delimiter = findings\ntimestamp_key = cwe_timestamp\nrule.name = Title";
    let line = r#"{"version":"0","id":"e1","detail-type":"Findings","source":"aws.securityhub","account":"111122223333","time":"2026-11-20T01:02:03Z","region":"us-east-1","resources":["arn"],"detail":{"findings":[{"Title":"t1"},{"Title":"t2"}]}}"#;
    let loaded = loaded(settings, &[line]);
    assert_eq!(loaded.documents.len(), 2);
    assert_eq!(loaded.documents[1].text("rule.name"), "t2");
    assert_eq!(loaded.documents[1].text("@timestamp"), "2026-11-20T01:02:03+00:00");
    assert_eq!(loaded.documents[1].text("cloud.account.id"), "111122223333");
    assert_eq!(loaded.documents[1].text("cloud.region"), "us-east-1");
}

#[test]
fn events_in_text_are_read_as_ever_beside_records() {
    let cef = r#"{"message":"CEF:0|Acme|Wall|1|7|Hit|5|src=192.0.2.4 act=Drop","hostname":"h"}"#;
    let loaded = loaded(
        "source.ip = src\nevent.action = act",
        &[cef, r#"{"src":"192.0.2.5","act":"Pass","message":"plain"}"#],
    );
    assert_eq!(loaded.documents[0].text("source.ip"), "192.0.2.4");
    assert_eq!(loaded.documents[0].text("observer.product"), "Wall");
    assert_eq!(loaded.documents[1].text("source.ip"), "192.0.2.5");
    assert_eq!((loaded.documents[1].text("message"), loaded.documents[1].text("act")), ("plain", "Pass"));
}

#[test]
fn serverless_collections_keep_one_index() {
    assert_eq!(document("index_rotation = aoss", "{\"a\":1}").index, "log-shop-001");
    assert_eq!(document("index_rotation = aoss\nindex_suffix = x", "{\"a\":1}").index, "log-shop-x");
}

#[test]
fn objects_in_arrays_of_any_bytes_make_valid_documents() {
    use proptest::prelude::*;
    let plan =
        plan_of_section("shop", &format!("{BASE}source.ip = a.b\njson_to_text = t\nrelated.ip = [a.b, c]"));
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_map(|number| serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number)),
        ".{0,8}".prop_map(Value::from),
        Just(json!("192.0.2.1")),
    ];
    let key = prop_oneof!["[abct@_.]{0,3}", Just("source".to_owned()), Just("event".to_owned()), ".{0,4}"];
    let value = leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::btree_map(key.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    proptest!(crate::cases(300), |(value in value)| {
        let record = json!({ "a": &value, "t": &value, "event": &value, "x": value }).to_string();
        let loaded = load_bytes(&plan, record.as_bytes());
        prop_assert_eq!(loaded.documents.len(), 1);
        let document: Value = serde_json::from_str(&loaded.documents[0].json).unwrap();
        prop_assert!(document.is_object() && !loaded.documents[0].json.contains('\n'));
        prop_assert_eq!(loaded.account.pipeline_errors, 0, "{}", record);
    });
}

#[test]
fn a_record_over_several_lines_gives_a_document_of_one() {
    let finding = json!({
        "schemaVersion": "2.0", "id": "f", "type": "Recon:EC2/Portscan", "severity": 5, "createdAt": "2026-11-21T00:00:05Z",
        "service": {"action": {"actionType": "NETWORK_CONNECTION", "networkConnectionAction": {
            "connectionDirection": "INBOUND",
            "remoteIpDetails": {"ipAddressV4": "203.0.113.77", "geoLocation": {"lat": 35.6, "lon": 139.7}},
        }}},
    });
    let section = all().named("guardduty").unwrap();
    for text in [finding.to_string(), serde_json::to_string_pretty(&finding).unwrap()] {
        let loaded = load_bytes(section, text.as_bytes());
        assert_eq!(loaded.documents.len(), 1, "{text}");
        let document = &loaded.documents[0];
        assert!(!document.json.contains(['\n', '\r']), "{}", document.json);
        assert_eq!(document.get("source.geo.location"), &json!({"lat": 35.6, "lon": 139.7}));
        assert_eq!(document.text("@message"), text);
    }
}

#[test]
fn an_object_of_another_log_is_no_event() {
    for section in ["cloudtrail", "guardduty", "waf"] {
        for text in [
            r#"{"index":{}}"#,
            r#"{"recordId":"1","data":"eyJ4Ijp7fX0="}"#,
            r#"{"Findings":[{"Id":"f"}]}"#,
            "{}",
        ] {
            let loaded = load_bytes(all().named(section).unwrap(), text.as_bytes());
            assert_eq!(loaded.documents[0].text("event.kind"), "pipeline_error", "{text}");
            assert_eq!(loaded.documents[0].text("error.type"), "no_event", "{text}");
        }
    }
}
