//! Arrays of events in an object of JSON: each element is a line of its own, whatever its place in a block of text.

use std::fmt::Write;
use std::io::Read;

use es_loader::config::Config;
use es_loader::config::diagnostic::File;
use es_loader::load::account::Limits;
use es_loader::map::compiled::CompiledSections;
use es_loader::read::object::{Grouping, Inflation, Lines};
use es_loader::setup::template::index_template;
use serde_json::{Map, Value, json};

use crate::support::{facts, load_bytes, load_with};

/// Gives so many bytes at a time.
struct Slow<'b>(&'b [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        let (now, later) = self.0.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

/// The lines of a text whose events stand in `Records`.
fn elements(text: &str, max_line: usize) -> Vec<String> {
    grouped(text, max_line, &Grouping::Array("Records".to_owned()))
}

fn grouped(text: &str, max_line: usize, grouping: &Grouping) -> Vec<String> {
    let read = |at_a_time: usize| {
        let reader = Slow(text.as_bytes(), at_a_time);
        let mut lines = Lines::new(reader, max_line, Inflation::default()).grouped(grouping.clone());
        let mut found = Vec::new();
        loop {
            let few = lines.next_few(3);
            if few.is_empty() {
                return found;
            }
            for line in few {
                found.push((line.number.0, String::from_utf8_lossy(line.bytes).into_owned(), line.cut));
            }
        }
    };
    let whole = read(usize::MAX);
    for at_a_time in [1, 7, 64] {
        assert_eq!(read(at_a_time), whole, "{at_a_time} bytes at a time");
    }
    whole.into_iter().map(|(_, text, cut)| if cut == 0 { text } else { format!("{text}…{cut}") }).collect()
}

#[test]
fn each_element_is_a_line() {
    for (text, expected) in [
        (r#"{"Records":[{"a":1},{"b":"}]"}]}"#, vec![r#"{"a":1}"#, r#"{"b":"}]"}"#]),
        (
            r#" { "v" : "1", "x":{"Records":[{"no":1}]}, "Records" : [ {"a":[1,{}]} , {"b":2} ], "next":[{}] } "#,
            vec![r#"{"a":[1,{}]}"#, r#"{"b":2}"#],
        ),
        (r#"{"Records":[{"a":1}]}{"Records":[{"b":2}]}"#, vec![r#"{"a":1}"#, r#"{"b":2}"#]),
        (
            "{\"Records\":[{\"a\":1}]}\n{\"a\":2}\n{\"Records\":[{\"b\":2}]}\n",
            vec![r#"{"a":1}"#, r#"{"a":2}"#, r#"{"b":2}"#],
        ),
        (
            "{\n  \"Records\": [\n    {\n      \"a\": 1\n    },\n    {\"b\": 2}\n  ]\n}\n",
            vec!["{\n      \"a\": 1\n    }", r#"{"b": 2}"#],
        ),
        (
            r#"{"text":"\"Records\":[{","Records":[{"a":"\\"},7,"x,]",[1],null]}"#,
            vec![r#"{"a":"\\"}"#, "7", "\"x,]\"", "[1]", "null"],
        ),
    ] {
        assert_eq!(elements(text, 1 << 20), expected, "{text}");
    }
}

#[test]
fn an_array_over_several_lines_that_is_longer_than_a_record_is_read_element_by_element() {
    let array = "[\n  {\"a\": 1},\n  {\n    \"b\": [2]\n  }, {\"c\":\"]\"}\n]";
    let expected = ["{\"a\": 1}", "{\n    \"b\": [2]\n  }", "{\"c\":\"]\"}"];
    for grouping in [Grouping::Json, Grouping::Array("Records".to_owned())] {
        assert_eq!(grouped(array, 1 << 20, &grouping), [array]);
        assert_eq!(grouped(array, 25, &grouping), expected);
        let text = format!("x\r\n{array}\r\n\n{array}\ny\n");
        let lines = [&["x"], &expected[..], &expected[..], &["y"]].concat();
        assert_eq!(grouped(&text, 25, &grouping), lines);
        assert_eq!(grouped(&array[..20], 25, &grouping), ["{\"a\": 1}", "{\n  "]);
        let unclosed = "[\n  {\"a\": 1},\n  {\"b\": 2}\nan array, never ended\n";
        assert_eq!(grouped(unclosed, 25, &grouping), ["{\"a\": 1}", "{\"b\": 2}", "an array, never ended"]);
        assert_eq!(grouped("[\n  7,\n  {\"a\": 1}\n]", 10, &grouping), ["[", "  7,", "  {\"a\": 1}", "]"]);
    }
}

#[test]
fn what_has_no_such_array_is_a_line_as_it_was() {
    for text in [
        r#"{"Records":[]}"#,
        r#"{"detail":{"Records":[{"a":1}]}}"#,
        r#"{"Records":{"a":1}}"#,
        "no JSON",
        r#"{"Records":[1]}"#,
        r#"{"Records"#,
    ] {
        assert_eq!(elements(text, 1 << 20), [text]);
    }
}

#[test]
fn what_is_cut_or_damaged_is_kept() {
    assert_eq!(elements(r#"{"Records":[{"a":1},{"b":"#, 1 << 20), [r#"{"a":1}"#, r#"{"b":"#]);
    assert_eq!(
        elements("{\"Records\":[{\"a\":1},{\"b\":\"x\ny\"},{\"c\":1}]}", 1 << 20)[..2],
        [r#"{"a":1}"#, r#"{"b":"x"#]
    );
    let long = format!(r#"{{"Records":[{{"a":"{}"}},{{"b":1}}]}}"#, "x".repeat(500));
    assert_eq!(elements(&long, 20), [r#"{"a":"xxxxxxxxxxxxxx…488"#, r#"{"b":1}"#]);
}

#[allow(clippy::unwrap_used, reason = "a helper of tests stands outside of test functions")]
fn cloudtrail() -> CompiledSections {
    let file = File { name: "user.ini".to_owned(), text: "[DEFAULT]\nlog_types = cloudtrail\n".to_owned() };
    CompiledSections::new(Config::load(&[file]).unwrap()).unwrap()
}

/// An object of so many events.
fn object(events: impl Iterator<Item = Value>) -> String {
    let mut text = String::from(r#"{"Records":["#);
    for (number, event) in events.enumerate() {
        write!(text, "{}{event}", if number == 0 { "" } else { "," }).unwrap();
    }
    text + "]}"
}

#[test]
fn an_object_can_be_continued_at_any_event() {
    let sections = cloudtrail();
    let section = sections.named("cloudtrail").unwrap();
    let text = object(
        (0..500).map(|number| json!({"eventID": format!("e-{number}"), "eventTime": "2026-11-21T00:00:00Z"})),
    );
    let whole = load_bytes(section, text.as_bytes());
    assert_eq!((whole.account.lines, whole.account.documents), (500, 500));
    let range = es_loader::trigger::object_ref::LineRange { start: 401, end: None };
    let limits = Limits { lines: Some(range), ..Limits::default() };
    let rest = load_with(section, facts(), &limits, text.as_bytes());
    assert_eq!(rest.documents.len(), 100);
    assert_eq!((rest.documents[0].id.as_str(), rest.documents[99].id.as_str()), ("e-400", "e-499"));
}

/// Numbers by chance, the same ones in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn value(&mut self, depth: u64) -> Value {
        match self.below(if depth > 3 { 6 } else { 8 }) {
            0 => json!(self.below(1 << 40)),
            1 => json!(self.below(2) == 0),
            2 => Value::Null,
            3 => json!(format!("text {}", self.below(1000))),
            4 => json!("203.0.113.77"),
            5 => json!(-1.5),
            6 => Value::Array((0..self.below(3)).map(|_| self.value(depth + 1)).collect()),
            _ => self.members(depth + 1),
        }
    }

    fn members(&mut self, depth: u64) -> Value {
        (0..self.below(5)).map(|_| (self.key(), self.value(depth))).collect::<Map<_, _>>().into()
    }

    fn key(&mut self) -> String {
        const KEYS: [&str; 14] = [
            "userIdentity",
            "requestParameters",
            "responseElements",
            "sourceIPAddress",
            "eventName",
            "resources",
            "source",
            "event.kind",
            "userName",
            "tlsDetails",
            "_id",
            "additionalEventData",
            "instanceId",
            "readOnly",
        ];
        match self.below(3) {
            0 => KEYS[usize::try_from(self.below(14)).unwrap_or_default()].to_owned(),
            1 => format!("key{}", self.below(100_000)),
            _ => format!("a.b{}", self.below(1000)),
        }
    }
}

/// The values in arrays, as an index sees them.
fn leaves(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().flat_map(leaves).collect(),
        other => vec![other],
    }
}

/// Collects the fields of the index that a document fills, and asserts that each value fits its field.
fn fields_of<'t>(
    value: &Value,
    path: &str,
    properties: &'t Map<String, Value>,
    filled: &mut std::collections::BTreeSet<&'t str>,
) {
    if let Some((name, field)) = properties.get_key_value(path) {
        let kind = field["type"].as_str().unwrap_or("object");
        filled.insert(name);
        for value in leaves(value).into_iter().filter(|value| !value.is_null()) {
            let fits = match kind {
                "flat_object" | "object" => value.is_object(),
                "ip" => value.as_str().is_some_and(|text| text.parse::<std::net::IpAddr>().is_ok()),
                "long" | "integer" | "float" => {
                    value.is_number() || value.as_str().is_some_and(|text| text.parse::<f64>().is_ok())
                }
                "date" => value.is_string() || value.is_number(),
                "boolean" => value.is_boolean() || matches!(value.as_str(), Some("true" | "false")),
                _ => !value.is_object() && !value.is_array(),
            };
            assert!(fits, "{path} is {kind}, and the document has {value}");
        }
        if kind != "object" {
            return;
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        fields_of(inner, &path, properties, filled);
    }
}

#[test]
fn ten_thousand_events_of_random_keys_and_types_make_no_field_and_none_is_refused() {
    let sections = cloudtrail();
    let section = sections.named("cloudtrail").unwrap();
    let (_, template) = index_template(section);
    let mappings = &template["template"]["mappings"];
    // What stands below an object of the mapping inherits this: no name of the log becomes a field.
    assert_eq!(mappings["dynamic"], false);
    assert!(!mappings["properties"].to_string().contains("\"dynamic\":"));
    let properties = mappings["properties"].as_object().unwrap();
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let events = (0..10_000).map(|number| {
        let mut event = chance.members(0);
        for _ in 0..chance.below(8) {
            event[chance.key()] = chance.value(0);
        }
        event["eventID"] = json!(format!("e-{number}"));
        event["eventTime"] = json!("2026-11-21T00:00:00Z");
        event
    });
    let loaded = load_bytes(section, object(events).as_bytes());
    assert_eq!(loaded.documents.len(), 10_000);
    let mut filled = std::collections::BTreeSet::new();
    for document in &loaded.documents {
        fields_of(&document.source, "", properties, &mut filled);
    }
    assert!(filled.len() > 30 && filled.len() < properties.len(), "{} fields", filled.len());
}
