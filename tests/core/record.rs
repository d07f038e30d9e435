//! Lines as records.

use std::borrow::Cow;

use es_loader::read::object::{Inflation, Lines};
use es_loader::read::record::fluentd::Record;
use es_loader::read::record::{Spare, decode, records};
use proptest::prelude::*;

/// The records of a line, in a form that is easy to read: `json|text message [hostname timestamp tag] others`.
fn seen(line: &str) -> Vec<String> {
    records(line, &mut Spare::default()).map(|record| show(&record)).collect()
}

fn show(record: &Record<'_>) -> String {
    let mut text = String::from(if record.json { "json " } else { "text " });
    if record.message_missing {
        text.push_str("(no message) ");
    }
    text.push_str(&record.message);
    for (name, value) in [("host", &record.hostname), ("time", &record.timestamp), ("tag", &record.tag)] {
        if let Some(value) = value {
            text.push_str(&format!(" {name}={value}"));
        }
    }
    for other in &record.others {
        text.push_str(&format!(" {}:{}", other.name, other.value));
    }
    text
}

fn one(line: &str) -> Record<'_> {
    let mut spare = Spare::default();
    let mut all = records(line, &mut spare);
    let record = all.next().unwrap();
    assert_eq!(all.next(), None, "{line:?} gives one record");
    record
}

const FLUENTD: &str = r#"{"message":"Nov 22 15:00:00 ip-10-0-3-222 CEF: 0|Trend Micro|x","hostname":"vm","timestamp":"2026-11-22T22:26:05+00:00","tag":"ds_agent.var.log.dsa.log"}"#;

#[test]
fn a_fluentd_line_gives_its_four_fields() {
    let record = one(FLUENTD);
    assert_eq!(record.message, "Nov 22 15:00:00 ip-10-0-3-222 CEF: 0|Trend Micro|x");
    assert_eq!(record.hostname.as_deref(), Some("vm"));
    assert_eq!(record.timestamp.as_deref(), Some("2026-11-22T22:26:05+00:00"));
    assert_eq!(record.tag.as_deref(), Some("ds_agent.var.log.dsa.log"));
    assert!(record.json && !record.message_missing && record.others.is_empty());
}

#[test]
fn text_without_escapes_is_borrowed_from_the_line() {
    let record = one(FLUENTD);
    assert!(matches!(record.message, Cow::Borrowed(_)));
    assert!(matches!(record.hostname, Some(Cow::Borrowed(_))));
    let record = one(r#"{"message":"a","level":"info","n":5}"#);
    assert!(
        record
            .others
            .iter()
            .all(|other| { matches!((&other.name, &other.value), (Cow::Borrowed(_), Cow::Borrowed(_))) })
    );
}

#[test]
fn escapes_are_undone() {
    assert_eq!(one(r#"{"message":"a\\b \"c\"\tログ \uD83D\uDE00\/"}"#).message, "a\\b \"c\"\tログ 😀/");
    assert_eq!(seen(r#"{"mess\u0061ge":"m","p\u0061th":"C:\\x"}"#), ["json m path:C:\\x"]);
}

#[test]
fn other_fields_keep_their_order_and_their_json() {
    assert_eq!(
        seen(
            r#"{"z":"text","message":"m","n":1.50,"big":12345678901234567890123,"t":true,"o":{"k": [1]},"e":null}"#
        ),
        [r#"json m z:text n:1.50 big:12345678901234567890123 t:true o:{"k": [1]} e:null"#]
    );
}

#[test]
fn log_and_msg_are_no_message() {
    assert_eq!(seen(r#"{"log":"a","msg":"b"}"#), [r#"json (no message) {"log":"a","msg":"b"} log:a msg:b"#]);
}

#[test]
fn an_object_without_message_is_its_own_message() {
    assert_eq!(seen("  {} "), ["json (no message) {}"]);
    assert_eq!(seen(r#"{"hostname":"h"}"#), [r#"json (no message) {"hostname":"h"} host=h"#]);
}

#[test]
fn a_message_that_is_no_string_is_its_json() {
    for value in ["5", "-1.0e3", "null", "true", r#"{"a": 1}"#, "[1, 2]"] {
        let line = format!(r#"{{"hostname":"h","message":{value},"n":2}}"#);
        assert_eq!(seen(&line), [format!("json {value} host=h n:2")]);
    }
}

#[test]
fn own_fields_that_are_no_strings_are_their_json_and_null_is_none() {
    assert_eq!(
        seen(r#"{"message":"m","hostname":null,"timestamp":1603860000,"tag":["a"]}"#),
        [r#"json m time=1603860000 tag=["a"]"#]
    );
}

#[test]
fn of_equal_keys_the_first_is_meant_and_the_others_are_kept() {
    assert_eq!(
        seen(r#"{"message":"a","message":"b","tag":"t","message":3,"tag":"u","n":1,"n":2}"#),
        ["json a tag=t message:b message:3 tag:u n:1 n:2"]
    );
}

#[test]
fn columns_fill_what_the_record_lacks() {
    assert_eq!(
        seen("2020-10-28T14:00:00Z\tds_agent.log\t{\"message\":\"m\"}"),
        ["json m time=2020-10-28T14:00:00Z tag=ds_agent.log"]
    );
    assert_eq!(
        seen(
            "2020-10-28T14:00:00Z\tds_agent.log\t{\"message\":\"m\",\"timestamp\":\"own\",\"tag\":\"mine\"}"
        ),
        ["json m time=own tag=mine"]
    );
}

#[test]
fn one_column_is_a_time_or_a_tag() {
    assert_eq!(seen("1603860000\t{\"message\":\"m\"}"), ["json m time=1603860000"]);
    assert_eq!(seen("ds_agent.var.log\t{\"message\":\"m\"}"), ["json m tag=ds_agent.var.log"]);
}

#[test]
fn a_text_with_tabs_is_text() {
    for line in [
        "LEEF:1.0|Trend Micro|DSA|20|1\tcat=System\t{\"message\":\"forged\"}",
        "Oct 28 LEEF: 1.0|a=b\t{\"message\":\"forged\"}",
        "2020-10-28T14:00:00Z\tds_agent.log\t{\"message\":\"cut in the mid",
        "host name\tx y\t{\"message\":\"no columns\"}",
    ] {
        assert_eq!(seen(line), [format!("text {line}")]);
    }
}

#[test]
fn a_line_that_is_no_json_is_its_own_message() {
    for line in [
        "CEF:0|Trend Micro|Deep Security Agent|20|11000000|x|5|act=Deny",
        "LEEF:2.0|Trend Micro|DSA|20|1|^|cat=x^name=y",
        "Nov 22 15:00:00 host CEF: 0|a|b",
        "  leading blanks stay ",
        "[Nov 22 15:00] starts with a bracket",
        "[10 apples",
        "5 apples",
        "true story",
        "\"quoted\" word",
        "\"a JSON string\"",
        "17",
        "null",
        "[1, 2]",
        "[]",
        "[[{\"message\":\"too deep\"}]]",
        "{not json}",
        "{",
        "\u{feff}{}",
    ] {
        assert_eq!(seen(line), [format!("text {line}")]);
    }
}

#[test]
fn a_blank_line_has_no_record() {
    for line in ["", " ", "\t \r", "\0\0", "\u{1e}"] {
        assert!(seen(line).is_empty());
    }
}

#[test]
fn objects_that_stand_in_one_line_are_one_record_each() {
    for line in [
        r#"{"message":"a"}{"message":"b"} {"n":1}"#,
        r#" [{"message":"a"},{"message":"b"} , {"n":1} ] "#,
        r#"[{"message":"a"}][{"message":"b"}]{"n":1}"#,
        r#"{"message":"a"} [ {"message":"b"}, {"n":1}, ]"#,
    ] {
        assert_eq!(seen(line), ["json a", "json b", r#"json (no message) {"n":1} n:1"#], "{line}");
    }
}

#[test]
fn elements_that_are_no_objects_are_text() {
    assert_eq!(
        seen(r#"[{"message":"a"}, 5, "s", [{"x":1}], {"message":"b"}]"#),
        ["json a", "text 5", "text \"s\"", "text [{\"x\":1}]", "json b"]
    );
}

#[test]
fn what_follows_the_last_whole_object_is_one_text() {
    assert_eq!(seen(r#"{"message":"a"} {"message":"b","ho"#), ["json a", r#"text {"message":"b","ho"#]);
    assert_eq!(seen(r#"{"message":"a"}} {"message":"b"}"#), ["json a", r#"text } {"message":"b"}"#]);
    assert_eq!(seen(r#"[{"message":"a"},{"mess"#), ["json a", r#"text {"mess"#]);
    assert_eq!(seen(r#"[{"message":"a"}, Nov 22"#), ["json a", "text Nov 22"]);
    assert_eq!(seen(r#"{"message":"a"}  trailing "#), ["json a", "text trailing "]);
    assert_eq!(
        seen("2020-10-28T14:00:00Z\tt\t{\"message\":\"a\"}{\"mess"),
        ["json a time=2020-10-28T14:00:00Z tag=t", "text {\"mess time=2020-10-28T14:00:00Z tag=t"]
    );
}

#[test]
fn raw_control_characters_in_strings_are_kept() {
    assert_eq!(
        seen("{\"message\":\"a\tb\u{0}c\u{1}\\td\",\"k\u{2}\":\"v\u{1f}\"}{\"message\":\"next\"}"),
        ["json a\tb\u{0}c\u{1}\td k\u{2}:v\u{1f}", "json next"]
    );
    let missing = "{\"n\":\"\u{1}\"}";
    assert_eq!(seen(missing), [format!("json (no message) {missing} n:\u{1}")]);
}

#[test]
fn half_a_surrogate_pair_is_replaced() {
    assert_eq!(
        seen(
            r#"{"message":"a\ud800b\uDC00c\ud83d\ude00\ud800\ud83d\ude00 \\ud800","o":"\ud800","p":{"q":"\udfff"}}"#
        ),
        ["json a\u{fffd}b\u{fffd}c😀\u{fffd}😀 \\ud800 o:\u{fffd} p:{\"q\":\"\\udfff\"}"]
    );
    assert_eq!(seen(r#"{"message":5,"o":"\ud800\""}"#), ["json 5 o:\u{fffd}\""]);
}

#[test]
fn nesting_costs_no_stack() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(one(&deep).message, deep);
    let open = "{\"a\":".repeat(100_000);
    assert_eq!(one(&open).message, open);
    let line = format!(r#"{{"message":{deep},"o":{deep}}}"#);
    let record = one(&line);
    assert!(record.json);
    assert_eq!(record.message, deep);
    let odd = format!("{{\"message\":\"\u{1}\",\"o\":{deep}}}");
    assert_eq!(one(&odd).message, "\u{1}");
}

#[test]
fn many_odd_objects_in_a_line_take_linear_time() {
    let line = "{\"message\":\"\u{1}\"}".repeat(40_000);
    assert_eq!(records(&line, &mut Spare::default()).count(), 40_000);
    let line = "{".repeat(400_000);
    assert_eq!(records(&line, &mut Spare::default()).count(), 1);
}

#[test]
fn valid_utf8_is_borrowed() {
    assert!(matches!(decode("ログ".as_bytes()), (Cow::Borrowed("ログ"), 0)));
    assert!(matches!(decode(b""), (Cow::Borrowed(""), 0)));
}

#[test]
fn each_broken_sequence_is_one_replacement_and_is_counted() {
    // "ログ" in Shift_JIS, half an é in Latin-1, a cut three-byte character.
    assert_eq!(decode(b"a\xff\xfeb"), (Cow::Borrowed("a\u{fffd}\u{fffd}b"), 2));
    assert_eq!(decode(b"caf\xe9 x"), (Cow::Borrowed("caf\u{fffd} x"), 1));
    assert_eq!(decode(b"x\xe3\x83"), (Cow::Borrowed("x\u{fffd}"), 1));
    assert_eq!(decode(b"\xf0\x9f\x98\x80\x00"), (Cow::Borrowed("😀\u{0}"), 0));
}

#[test]
fn broken_bytes_within_a_record_do_not_cost_the_record() {
    let (text, replaced) = decode(b"{\"message\":\"\x83\x8d\x83O\",\"hostname\":\"h\"}");
    assert_eq!(replaced, 3);
    assert_eq!(seen(&text), ["json \u{fffd}\u{fffd}\u{fffd}O host=h"]);
}

#[test]
fn each_line_of_the_real_chain_is_one_fluentd_record() {
    let bytes = std::fs::read("fixtures/real-chain.gz").unwrap();
    let mut object = Lines::new(&bytes[..], 1 << 20, Inflation::default());
    let mut replaced_in_all = 0;
    let mut read = 0;
    while let Some(line) = object.next() {
        let (text, replaced) = decode(line.bytes);
        replaced_in_all += replaced;
        let record = one(&text);
        assert!(record.json && !record.message_missing && record.others.is_empty(), "{text}");
        assert!(record.hostname.is_some() && record.timestamp.is_some() && record.tag.is_some(), "{text}");
        read += 1;
    }
    assert_eq!((read, replaced_in_all), (415, 5));
}

fn json_text() -> impl Strategy<Value = String> {
    // Quotes, backslashes, control characters and wide characters more often than chance gives them.
    proptest::collection::vec(
        prop_oneof![
            any::<char>(),
            Just('"'),
            Just('\\'),
            Just('{'),
            Just('}'),
            (0u8..0x20).prop_map(char::from),
        ],
        0..12,
    )
    .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #![proptest_config(crate::cases(300))]

    #[test]
    fn all_messages_of_joined_objects_come_back(
        messages in proptest::collection::vec((json_text(), json_text(), proptest::option::of(any::<f64>())), 1..5),
        raw_controls in any::<bool>(),
        between in "[ \t]{0,2}",
    ) {
        let mut line = String::new();
        for (message, other, number) in &messages {
            let number = number.filter(|number| number.is_finite()).unwrap_or(0.5);
            let object = serde_json::json!({ "n": number, "a": [{"b": other}], "message": message, "o": other });
            let mut text = object.to_string();
            if raw_controls {
                text = text.replace("\\u0000", "\u{0}").replace("\\u0001", "\u{1}");
            }
            line.push_str(&text);
            line.push_str(&between);
        }
        // A backslash before the text `u0000` makes the replacement above a different text.
        prop_assume!(!raw_controls || !line.contains("\\\u{0}") && !line.contains("\\\u{1}"));
        let found: Vec<(String, String)> = records(&line, &mut Spare::default())
            .map(|record| {
                let other = record.others.iter().find(|other| other.name == "o").unwrap();
                (record.message.into_owned(), other.value.clone().into_owned())
            })
            .collect();
        let wanted: Vec<(String, String)> =
            messages.into_iter().map(|(message, other, _)| (message, other)).collect();
        prop_assert_eq!(found, wanted);
    }

    #[test]
    fn a_line_that_is_no_json_object_comes_back_whole(line in "[^{\\[\\s\u{0}][^\t]{0,60}") {
        let all: Vec<Record<'_>> = records(&line, &mut Spare::default()).collect();
        prop_assert_eq!(all.len(), 1);
        prop_assert_eq!(&*all[0].message, &*line);
        prop_assert!(!all[0].json);
    }

    #[test]
    fn a_cut_record_is_kept_as_text(message in json_text(), at in 0.0..1.0f64) {
        let whole = serde_json::json!({ "message": message, "hostname": "h" }).to_string();
        let mut length = (whole.len() as f64 * at) as usize;
        while !whole.is_char_boundary(length) {
            length -= 1;
        }
        let line = &whole[..length];
        let expected: Vec<String> = if line.is_empty() { vec![] } else { vec![format!("text {line}")] };
        prop_assert_eq!(seen(line), expected);
    }

    #[test]
    fn hostile_lines_end_and_lose_nothing(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("{"), Just("}"), Just("["), Just("]"), Just("\""), Just(","), Just(":"), Just("\\"),
                Just("\\ud800"), Just("\u{1}"), Just("\t"), Just(" "), Just("7"), Just("tag"), Just("null"),
                Just("\"message\":"), Just("{\"message\":\"m\"}"), Just("é"),
            ],
            0..14,
        ),
    ) {
        let line = parts.concat();
        let all: Vec<Record<'_>> = records(&line, &mut Spare::default()).collect();
        prop_assert_eq!(all.is_empty(), line.trim_matches([' ', '\t']).is_empty());
        // Every digit, word and letter of the line stands in some record.
        let shown: String = all.iter().map(show).collect();
        prop_assert!(shown.matches('7').count() >= line.matches('7').count());
        prop_assert!(shown.matches('é').count() >= line.matches('é').count());
    }

    #[test]
    fn decoding_is_what_the_standard_library_does(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let (text, replaced) = decode(&bytes);
        prop_assert_eq!(&*text, &*String::from_utf8_lossy(&bytes));
        prop_assert_eq!(replaced == 0, std::str::from_utf8(&bytes).is_ok());
    }
}
