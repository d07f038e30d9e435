//! A row of values, and the JSON that one walk over it gives.

use std::net::IpAddr;

use es_loader::document::ecs::Type;
use es_loader::document::field_list::FieldId;
use es_loader::document::fields::{Error, Fields};
use es_loader::document::row::{CUT_MARK, MAX_STRING, Row};
use es_loader::document::value::{Address, Value};
use es_loader::log_types::deepsecurity::own_fields;
use proptest::prelude::*;

use crate::support::strict::check_document;

fn fields() -> Fields {
    Fields::new(
        "deepsecurity",
        own_fields(),
        ["labels.a", "labels.b.c", "source.user.name", "zz", "deepsecurity.own.x"],
    )
    .unwrap()
}

fn address(text: &str) -> Address<'static> {
    Address::from(text.parse::<IpAddr>().unwrap())
}

fn json(fields: &Fields, values: &[(&str, Value<'_>)]) -> String {
    let mut row = Row::recycle(Row::default(), fields);
    for (name, value) in values {
        row.set(fields.id(name).unwrap(), *value);
    }
    written(&row, fields)
}

fn written(row: &Row<'_>, fields: &Fields) -> String {
    let mut out = Vec::new();
    row.write_json(fields, "".into(), &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn an_empty_row_is_an_empty_object() {
    assert_eq!(json(&fields(), &[]), "{}");
}

#[test]
fn fields_of_one_object_stand_in_one_pair_of_braces() {
    let text = Value::Text("x");
    let given = json(
        &fields(),
        &[
            ("labels.b.c", text),
            ("source.ip", Value::Ip(&address("10.0.0.1"))),
            ("labels.a", text),
            ("source.user.name", text),
            ("@id", text),
        ],
    );
    assert_eq!(
        given,
        r#"{"@id":"x","source":{"ip":"10.0.0.1","user":{"name":"x"}},"labels":{"a":"x","b":{"c":"x"}}}"#
    );
}

#[test]
fn each_value_is_written_as_its_type() {
    let time = es_loader::parse::time::parse_iso8601("2026-11-22T15:08:33+09:00", None).unwrap();
    let ips = [address("fe80::1"), address("1.2.3.4")];
    let given = json(
        &fields(),
        &[
            ("@timestamp", Value::Time(&time)),
            ("event.severity", Value::Long(-3)),
            ("event.type", Value::Texts(&["a\"b", "\u{1}"])),
            ("related.ip", Value::Ips(&ips)),
            ("zz", Value::Float(0.5)),
        ],
    );
    assert_eq!(
        given,
        r#"{"@timestamp":"2026-11-22T15:08:33+09:00","event":{"type":["a\"b","\u0001"],"severity":-3},"related":{"ip":["fe80::1","1.2.3.4"]},"zz":0.5}"#
    );
}

#[test]
fn keys_that_no_field_takes_follow_under_the_prefix() {
    let fields = fields();
    let mut row = Row::recycle(Row::default(), &fields);
    row.leave_over("a", Value::Text("1"));
    row.leave_over("b", Value::Texts(&["2", "3"]));
    assert_eq!(written(&row, &fields), r#"{"deepsecurity":{"a":"1","b":["2","3"]}}"#);
    row.set(fields.id("@id").unwrap(), Value::Text("i"));
    assert_eq!(written(&row, &fields), r#"{"@id":"i","deepsecurity":{"a":"1","b":["2","3"]}}"#);
    row.set(fields.id("deepsecurity.act").unwrap(), Value::Text("x"));
    assert_eq!(written(&row, &fields), r#"{"@id":"i","deepsecurity":{"act":"x","a":"1","b":["2","3"]}}"#);
    row.set(fields.id("deepsecurity.own.x").unwrap(), Value::Text("y"));
    assert_eq!(
        written(&row, &fields),
        r#"{"@id":"i","deepsecurity":{"act":"x","own":{"x":"y"},"a":"1","b":["2","3"]}}"#
    );
}

#[test]
fn a_long_string_is_cut_at_a_character_and_counted() {
    let fields = fields();
    let id = fields.id("zz").unwrap();
    for (text, cut) in
        [("x".repeat(MAX_STRING), 0), ("x".repeat(MAX_STRING + 1), 1), ("語".repeat(11_000), 1)]
    {
        let mut row = Row::recycle(Row::default(), &fields);
        row.set(id, Value::Text(&text));
        let mut out = Vec::new();
        assert_eq!(row.write_json(&fields, "".into(), &mut out), cut);
        let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let written = document.get("zz").and_then(|value| value.as_str()).unwrap();
        assert!(written.len() <= MAX_STRING && written.len() > MAX_STRING - 4);
        assert_eq!(written.ends_with(CUT_MARK), cut == 1);
    }
}

#[test]
fn a_used_row_is_empty_again() {
    let fields = fields();
    let mut row = Row::recycle(Row::default(), &fields);
    row.set(fields.id("zz").unwrap(), Value::Text("x"));
    row.leave_over("a", Value::Text("1"));
    assert_eq!(written(&Row::recycle(row.emptied(), &fields), &fields), "{}");
}

#[test]
fn a_field_that_has_its_value_keeps_it() {
    let fields = fields();
    let id = fields.id("zz").unwrap();
    let mut row = Row::recycle(Row::default(), &fields);
    row.set_if_absent(id, Value::Text("first"));
    row.set_if_absent(id, Value::Text("second"));
    assert_eq!(row.text(id), Some("first"));
}

#[test]
fn a_field_that_would_be_a_value_and_an_object_is_refused() {
    let clash = |value: &str, inside: &str| Error::ValueAndObject {
        value: value.to_owned(),
        inside: inside.to_owned(),
    };
    assert_eq!(
        Fields::new("deepsecurity", own_fields(), ["source.ip.x"]).unwrap_err(),
        clash("source.ip", "source.ip.x")
    );
    assert_eq!(
        Fields::new("deepsecurity", own_fields(), ["source"]).unwrap_err().to_string(),
        clash("source", "source.address").to_string()
    );
    assert_eq!(
        Fields::new("deepsecurity", own_fields(), ["deepsecurity.act.x"]).unwrap_err(),
        clash("deepsecurity.act", "deepsecurity.act.x")
    );
    assert!(Fields::new("@id", own_fields(), []).is_err());
}

#[test]
fn the_memory_of_a_list_grows_with_its_fields_and_not_with_their_square() {
    let names: Vec<String> = (0..8000).map(|number| format!("own{number}.value")).collect();
    let fields = Fields::new("other", &[], names.iter().map(String::as_str)).unwrap();
    let last = names.last().unwrap();
    assert_eq!(fields.name(fields.id(last).unwrap()), last);
    assert_eq!(fields.id("own8000.value"), None);
    // A table of what stands between each object and each other one would have 64 million texts.
    let first = names.first().unwrap();
    let text = json(&fields, &[(first, Value::Text("a")), (last, Value::Text("z"))]);
    assert_eq!(text, r#"{"own0":{"value":"a"},"own7999":{"value":"z"}}"#);
}

#[test]
fn objects_inside_of_objects_are_closed_and_opened_one_by_one() {
    let names = ["a.b.c.d.one", "a.b.x.y.two", "a.b.three", "a.z.four", "e.f.g.five", "top"];
    let fields = Fields::new("other", &[], names).unwrap();
    let values: Vec<(&str, Value<'_>)> = names.iter().map(|name| (*name, Value::Long(1))).collect();
    let text = json(&fields, &values);
    let expected = r#"{"a":{"b":{"c":{"d":{"one":1}},"x":{"y":{"two":1}},"three":1},"z":{"four":1}},"e":{"f":{"g":{"five":1}}},"top":1}"#;
    assert_eq!(text, expected);
}

#[test]
fn more_fields_than_a_document_can_have_are_refused() {
    let names: Vec<String> = (0..70_000).map(|number| format!("own{number}")).collect();
    let error = Fields::new("other", &[], names.iter().map(String::as_str)).unwrap_err();
    assert!(error.to_string().contains("at most 10000"), "{error}");
}

#[test]
fn a_field_that_is_added_twice_or_is_ours_is_one_field() {
    let ours = Fields::new("deepsecurity", own_fields(), []).unwrap().len();
    assert_eq!(
        Fields::new("deepsecurity", own_fields(), ["source.ip", "x.y", "x.y"]).unwrap().len(),
        ours + 1
    );
}

#[test]
fn names_are_unique_and_each_has_a_meaning() {
    let fields = fields();
    let names: std::collections::BTreeSet<&str> =
        fields.iter().map(|(_, field)| field.name.as_str()).collect();
    assert_eq!(names.len(), fields.len());
    assert!(fields.iter().all(|(_, field)| !field.meaning.is_empty()));
    assert!(!fields.is_empty());
}

proptest! {
    #![proptest_config(crate::cases(96))]

    /// Text is written as serde_json writes it, wherever in a long string the characters to escape stand.
    #[test]
    fn any_text_is_escaped_as_serde_json_does(
        pieces in proptest::collection::vec(("[a-z]{0,40}", any::<char>(), "[\\x00-\\x1f\"\\\\\\x7f]{0,2}"), 0..6),
    ) {
        let text: String = pieces.iter().map(|(plain, any, odd)| format!("{plain}{any}{odd}")).collect();
        let fields = fields();
        let given = json(&fields, &[("@id", Value::Text(&text)), ("event.type", Value::Texts(&[&text, "x"]))]);
        let written = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(given, format!(r#"{{"@id":{written},"event":{{"type":[{written},"x"]}}}}"#));
    }

    /// Whatever fields are filled, each stands where its name says, once.
    #[test]
    fn any_choice_of_fields_gives_the_document_of_their_names(
        chosen in proptest::collection::vec(any::<proptest::sample::Index>(), 0..30),
        leftovers in proptest::collection::btree_set("k[a-z]{1,4}", 0..4),
    ) {
        let fields = fields();
        let ids: Vec<(FieldId, String, Type)> = fields.iter().map(|(id, field)| (id, field.name.clone(), field.kind)).collect();
        let (ip, epoch) = (address("1.2.3.4"), es_loader::parse::time::ZonedTime::utc(jiff::Timestamp::UNIX_EPOCH));
        let mut row = Row::recycle(Row::default(), &fields);
        let mut expected = std::collections::BTreeSet::new();
        for (id, name, kind) in chosen.iter().map(|index| index.get(&ids)) {
            let value = match kind {
                Type::Long | Type::Count | Type::Port => Value::Long(7),
                Type::Flat => Value::Object(&[es_loader::document::value::Leftover { key: "k", value: Value::Text("x") }]),
                Type::Ip => Value::Ip(&ip),
                Type::Date => Value::Time(&epoch),
                Type::Mac => Value::Text("00-00-00-00-00-00"),
                _ => Value::Text("x"),
            };
            row.set(*id, value);
            expected.insert(name.clone());
        }
        for key in &leftovers {
            row.leave_over(key, Value::Text("x"));
            expected.insert(format!("deepsecurity.{key}"));
        }
        let json = written(&row, &fields);
        check_document(&json, &fields);
        let document: serde_json::Value = serde_json::from_str(&json).unwrap();
        let mut found = std::collections::BTreeSet::new();
        collect("", &document, &mut found);
        prop_assert_eq!(found, expected);
    }
}

fn collect(name: &str, value: &serde_json::Value, found: &mut std::collections::BTreeSet<String>) {
    // A flat object is one field, whatever is in it.
    match value.as_object().filter(|_| !name.ends_with(".extra")) {
        None => {
            found.insert(name.to_owned());
        }
        Some(object) => {
            for (key, value) in object {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                collect(&name, value, found);
            }
        }
    }
}

#[test]
fn a_slice_of_the_text_is_written_like_any_other_string() {
    let fields = fields();
    let line =
        "ab\"c\\d\u{1}e \u{e9}\u{20ac} plain words, and plenty of them behind what needs escapes; the end";
    let boundaries: Vec<usize> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
    for (number, from) in boundaries.iter().enumerate() {
        for to in &boundaries[number..] {
            let slice = &line[*from..*to];
            let mut row = Row::recycle(Row::default(), &fields);
            row.set(fields.id("@id").unwrap(), Value::Text(slice));
            let mut out = Vec::new();
            row.write_json(&fields, line.into(), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), serde_json::json!({ "@id": slice }).to_string());
        }
    }
}
