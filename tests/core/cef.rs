//! CEF events, rule by rule.

use es_loader::parse::cef::parse;
use es_loader::parse::header::ParsedEvent;
use es_loader::parse::marker::find;
use es_loader::parse::pairs::pair::{Escapes, Pair};
use es_loader::parse::severity::severity_number;
use proptest::prelude::*;

fn read(text: &str) -> (ParsedEvent<'_>, Vec<Pair<'_>>) {
    let mut pairs = Vec::new();
    let event = parse(text, find(text).unwrap(), crate::support::arena(), &mut pairs);
    (event, pairs)
}

/// What belongs to no key in this extension, and its pairs unescaped.
fn with(extension: &str) -> (String, Vec<(String, String)>) {
    let text = format!("CEF:0|v|p|1|2|n|3|{extension}");
    let (event, pairs) = read(&text);
    assert_eq!((event.header.version, event.header.severity), ("0", "3"));
    assert!(!event.incomplete_header);
    let pairs = pairs.iter().map(|pair| (pair.key.to_owned(), pair.value().into_owned())).collect();
    (event.unparsed.to_owned(), pairs)
}

/// The pairs of this extension, to which every byte must belong.
fn pairs(extension: &str) -> Vec<(String, String)> {
    let (unparsed, pairs) = with(extension);
    assert_eq!(unparsed, "", "{extension}");
    pairs
}

/// The value of `a` in an extension that starts with it.
fn value(raw: &str) -> String {
    let text = format!("a={raw}");
    let pairs = pairs(&text);
    assert_eq!((pairs.len(), pairs[0].0.as_str()), (1, "a"), "{raw}");
    pairs[0].1.clone()
}

fn owned(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn header(text: &str) -> [String; 7] {
    let (event, _) = read(text);
    let h = event.header;
    [
        h.version.into(),
        h.vendor.into(),
        h.product.into(),
        h.device_version.into(),
        h.signature_id.into(),
        h.name.into(),
        h.severity.into(),
    ]
}

#[test]
fn h1_the_prefix_is_kept_trimmed_and_without_byte_order_mark() {
    for (text, prefix) in [
        ("CEF:0|v|p|1|2|n|3|", ""),
        ("\u{feff} <13>Oct  2 16:41:16 DeepSec Logs CEF:0|v|p|1|2|n|3|", "<13>Oct  2 16:41:16 DeepSec Logs"),
        ("ASM:CEF:0|v|p|1|2|n|3|", "ASM:"),
    ] {
        assert_eq!(read(text).0.prefix, prefix);
    }
}

#[test]
fn h2_a_nested_record_is_value_text() {
    assert_eq!(value("CEF:0|x|y|z|1|n|3|act\\=Deny"), "CEF:0|x|y|z|1|n|3|act=Deny");
}

#[test]
fn h3_a_real_newline_inside_a_record_is_value_text() {
    assert_eq!(value("one\ntwo\r\nthree"), "one\ntwo\r\nthree");
}

#[test]
fn h4_the_header_is_split_at_unescaped_pipes() {
    assert_eq!(
        header(r"CEF:0|a\|b|c\\|d\\\|e|DOMAIN\user|n=1\n|3|"),
        ["0", "a|b", r"c\", r"d\|e", r"DOMAIN\user", r"n=1\n", "3"]
    );
}

#[test]
fn h4_blanks_and_blank_fields_are_kept() {
    assert_eq!(header("CEF:0| a |||  |n n|3|"), ["0", " a ", "", "", "  ", "n n", "3"]);
}

#[test]
fn h4_header_fields_are_borrowed_unless_they_hold_an_escape() {
    let text = r"CEF:0|v\|v|p|1|2|n|3|";
    let (event, _) = read(text);
    let is_slice = |field: &str| text.as_bytes().as_ptr_range().contains(&field.as_ptr());
    assert!(event.header.vendor == "v|v" && !is_slice(event.header.vendor));
    assert!(event.header.name == "n" && is_slice(event.header.name));
}

#[test]
fn h5_any_version_is_taken_and_severity_is_trimmed_text() {
    let (event, _) = read("CEF: 1.2 |v|p|1|2|n| Very-High |a=1");
    assert_eq!((event.header.version, event.header.severity), ("1.2", "Very-High"));
    assert_eq!(read("CEF:0|v|p|1|2|n||a=1").0.header.severity, "");
}

#[test]
fn h5_severity_as_a_number() {
    for (severity, number) in [
        ("0", Some(0)),
        (" 10 ", Some(10)),
        ("07", Some(7)),
        ("11", None),
        ("+5", None),
        ("-1", None),
        ("", None),
        ("99999999999", None),
        ("Low", Some(2)),
        ("medium", Some(5)),
        ("HIGH", Some(8)),
        ("Very-High", Some(10)),
        ("Unknown", None),
    ] {
        assert_eq!(severity_number(severity), number, "{severity}");
    }
}

#[test]
fn h6_the_pipe_behind_the_severity_may_be_missing() {
    let (event, pairs) = read("CEF:0|v|p|1|2|n|Very-High \r\n");
    assert_eq!(event.header.severity, "Very-High");
    assert_eq!((event.incomplete_header, event.unparsed, pairs), (false, "", vec![]));
    let (event, pairs) = read("CEF:0|v|p|1|2|n|5 a=1");
    assert_eq!((event.header.severity, pairs.len()), ("5", 1));
    assert_eq!((event.incomplete_header, event.unparsed), (false, ""));
}

#[test]
fn h6_a_key_or_nothing_in_place_of_the_severity_is_an_incomplete_header() {
    for (text, unparsed, pairs) in [
        ("CEF:0|v|p|1|2|n|a=1", "", 1),
        ("CEF:0|v|p|1|2|n| ", "", 0),
        ("CEF:0|v|p|1|2|n|some words a=1", "some words", 1),
    ] {
        let (event, found) = read(text);
        assert_eq!((event.header.name, event.header.severity), ("n", ""), "{text}");
        assert_eq!((event.unparsed, found.len()), (unparsed, pairs), "{text}");
        assert!(event.incomplete_header, "{text}");
    }
}

#[test]
fn h7_a_cut_header_gives_the_fields_it_has_and_any_key_that_can_be_read() {
    let (event, pairs) = read("Oct  2 16:41:16 h CEF: 0|Trend Micro|Deep Security Agent|20.0|20|cut head");
    assert_eq!(event.prefix, "Oct  2 16:41:16 h");
    assert_eq!((event.header.signature_id, event.header.name), ("20", "cut head"));
    assert_eq!((event.incomplete_header, event.unparsed, pairs), (true, "", vec![]));
    let (event, pairs) = read("CEF:0|Trend Micro|Deep Sec src=10.0.0.1 act=Log");
    assert_eq!((event.header.vendor, event.header.product), ("Trend Micro", "Deep Sec"));
    assert_eq!(pairs.iter().map(|pair| pair.key).collect::<Vec<_>>(), ["src", "act"]);
    assert_eq!(header("CEF:0|"), ["0", "", "", "", "", "", ""]);
}

#[test]
fn h8_an_event_without_its_marker_is_read_from_the_version_on() {
    let (event, pairs) = read("0|Trend Micro|Deep Security Agent|20.0|20|Log|0|act=Log");
    assert_eq!((event.prefix, event.header.version, pairs.len()), ("", "0", 1));
}

#[test]
fn e1_blank_tab_and_line_ends_separate_pairs_and_a_no_break_space_does_not() {
    for separator in [" ", "\t", "\r", "\n", "\r\n"] {
        assert_eq!(pairs(&format!("a=1{separator}b=2")), owned(&[("a", "1"), ("b", "2")]), "{separator:?}");
    }
    assert_eq!(value("1\u{a0}b=2"), "1\u{a0}b=2");
}

#[test]
fn e1_a_tab_or_a_line_end_that_rsyslog_has_escaped_is_one_before_a_key() {
    for (extension, expected) in [
        ("a=1#011b=2#012c=3#015#012d=4", vec![("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]),
        ("a=1#011 b=2 #011c=3", vec![("a", "1"), ("b", "2 "), ("c", "3")]),
        ("a=#011b=2#011", vec![("a", ""), ("b", "2")]),
        ("a=x#011y b=#012 z", vec![("a", "x#011y"), ("b", "#012 z")]),
        (
            "a=1#033b=2 c=#b=3 d=http://x/#frag=1",
            vec![("a", "1#033b=2"), ("c", "#b=3"), ("d", "http://x/#frag=1")],
        ),
    ] {
        assert_eq!(pairs(extension), owned(&expected), "{extension}");
    }
}

#[test]
fn e2_more_pipes_behind_the_header_are_skipped_and_reported() {
    let (unparsed, found) = with("||a=1|2 b=3");
    assert_eq!(unparsed, "||");
    assert_eq!(found, owned(&[("a", "1|2"), ("b", "3")]));
}

#[test]
fn e2_a_key_behind_a_pipe_too_many_is_a_key() {
    let pairs = [("act", "Log"), ("src", "1.2.3.4")];
    for (text, unparsed) in [("x|act=Log src=1.2.3.4", "x|"), ("a b|c|act=Log  src=1.2.3.4", "a b|c|")] {
        let (rest, found) = with(text);
        let found: Vec<_> = found.iter().map(|(key, value)| (key.as_str(), value.trim_end())).collect();
        assert_eq!((rest.as_str(), found.as_slice()), (unparsed, pairs.as_slice()), "{text}");
    }
    // What its sender escaped, or parted from the pipe by more, is text.
    for text in [r"x\|act=Log", "x|(act)=Log", "x| =Log"] {
        assert_eq!(with(text), (text.to_owned(), vec![]), "{text}");
    }
}

#[test]
fn h4_an_unescaped_pipe_in_the_name_is_told_by_the_severity_behind_it() {
    for (text, name, severity) in [
        ("CEF:0|v|p|1|2|Deny|Log|3|act=Log", "Deny|Log", "3"),
        ("CEF:0|v|p|1|2||n|Very-High| act=Log", "|n", "Very-High"),
        (r"CEF:0|v|p|1|2|a\|b|c|10|act=Log", "a|b", "c"),
        ("CEF:0|v|p|1|2|n|6|7|act=Log", "n", "6"),
        ("CEF:0|v|p|1|2|n|x|y|act=Log", "n", "x"),
    ] {
        let (event, pairs) = read(text);
        assert_eq!((event.header.name, event.header.severity), (name, severity), "{text}");
        assert_eq!((pairs[0].key, pairs[0].raw, pairs.len()), ("act", "Log", 1), "{text}");
    }
}

#[test]
fn e2_a_pipe_in_the_extension_is_plain_text() {
    assert_eq!(value("Image | Name | ID"), "Image | Name | ID");
}

#[test]
fn e3_text_before_the_first_key_is_kept_apart() {
    let (unparsed, found) = with(" some text \\= x a=1");
    assert_eq!(unparsed, "some text \\= x");
    assert_eq!(found, owned(&[("a", "1")]));
    let (unparsed, found) = with("no key at all = \r\n");
    assert_eq!((unparsed.as_str(), found), ("no key at all =", vec![]));
}

#[test]
fn e4_every_shape_of_key_that_was_met_is_a_key() {
    for key in [
        "a",
        "1",
        "_cefVer",
        "c6a1",
        "X-Some",
        "ad.Error_,Code",
        "ad.field[0]",
        "b[0][12]",
        "b.c",
        "a-",
        "a.é",
        "TrendMicroDsFileSHA256",
    ] {
        assert_eq!(pairs(&format!("a=1 {key}=2"))[1], (key.to_owned(), "2".to_owned()));
        assert_eq!(pairs(&format!("{key}=2")), owned(&[(key, "2")]));
    }
}

#[test]
fn e4_anything_else_before_an_equals_sign_is_no_key() {
    for word in [
        "", "-a", ".a", "a.", "a..b", "é", "a(b)", "a,b", "b[]", "b[x]", "b[0", "b]", "[0]", "b[0]c", "a\\b",
        "a|b", "a.b[c].d", "\"a\"", "a:b", "a\u{a0}b",
    ] {
        let text = format!("1 {word}=2");
        assert_eq!(value(&text), text);
    }
}

#[test]
fn e5_an_equals_sign_that_follows_no_key_is_value_text() {
    for text in ["http://x/?y=1&z=2", "R0VUIC9z==", "{\"took\"=>329}", "PWD=/x", "=", "==b=", "x?y=1 /z=2"] {
        assert_eq!(value(text), text);
    }
}

#[test]
fn e5_a_key_in_an_unescaped_message_becomes_a_pair_but_replaces_none() {
    let (_, found) = with("act=Log msg=user said act=Deny");
    assert_eq!(found, owned(&[("act", "Log"), ("msg", "user said"), ("act", "Deny")]));
}

#[test]
fn e5a_a_blank_before_the_equals_sign_makes_value_text() {
    assert_eq!(value("x foo =bar b = c"), "x foo =bar b = c");
}

#[test]
fn e6_the_standards_escapes_are_undone_with_parity() {
    assert_eq!(value(r"x\=y\\z\nl\rm"), "x=y\\z\nl\rm");
    assert_eq!(value(r"x\\=y"), r"x\=y");
    assert_eq!(value(r"x b\=y"), "x b=y");
    assert_eq!(value(r"x b\\\=y"), r"x b\=y");
    assert_eq!(pairs(r"a=x\\ b=y"), owned(&[("a", r"x\"), ("b", "y")]));
}

#[test]
fn e7_other_backslashes_stay() {
    assert_eq!(value(r"x\|y\\z"), r"x\|y\z");
    assert_eq!(value(r#"say \"x\""#), r#"say \"x\""#);
    assert_eq!(value(r"x\t"), r"x\t");
}

#[test]
fn e7_a_backslash_at_the_end_of_a_value_stays() {
    assert_eq!(value(r"C:\\temp\"), r"C:\temp\");
    assert_eq!(value("C:\\\\temp\\ \r\n"), r"C:\temp\");
    assert_eq!(pairs(r"a=C:\\temp\ b=1"), owned(&[("a", r"C:\temp\"), ("b", "1")]));
}

#[test]
fn e7b_a_value_with_an_undefined_escape_undoes_only_the_equals_sign() {
    assert_eq!(value(r"C:\Windows\System32\notepad.exe"), r"C:\Windows\System32\notepad.exe");
    assert_eq!(value(r"\\server\share\new"), r"\\server\share\new");
    assert_eq!(value(r"\new\x\=y\\"), r"\new\x=y\\");
    let found = pairs(r"a=C:\Users\new b=one\ntwo");
    assert_eq!(found, owned(&[("a", r"C:\Users\new"), ("b", "one\ntwo")]));
    assert_eq!(value(r"x\ y\nz"), r"x\ y\nz");
    assert_eq!(value("\\é\\n"), "\\é\\n");
}

#[test]
fn e7b_how_a_value_is_escaped_is_known_from_the_parse() {
    let text = r"CEF:0|v|p|1|2|n|3|a=x b=x\ny c=C:\Users";
    let (_, pairs) = read(text);
    let escapes: Vec<_> = pairs.iter().map(|pair| pair.escapes).collect();
    assert_eq!(escapes, [Escapes::None, Escapes::Cef, Escapes::EqualsOnly]);
}

#[test]
fn e8_an_empty_value_is_a_pair() {
    assert_eq!(
        pairs("cs3= cs3Label=Fragmentation Bits TrendMicroDsTenantId="),
        owned(&[("cs3", ""), ("cs3Label", "Fragmentation Bits"), ("TrendMicroDsTenantId", "")])
    );
    assert_eq!(pairs("a=\r\nb= \t"), owned(&[("a", ""), ("b", "")]));
}

#[test]
fn e9_a_repeated_key_comes_with_all_its_values_in_order() {
    let (_, found) = with("a=1 b=2 a=3");
    assert_eq!(found, owned(&[("a", "1"), ("b", "2"), ("a", "3")]));
}

#[test]
fn e10_all_but_one_blank_before_a_key_belong_to_the_value() {
    assert_eq!(
        pairs("cs5Label=DPI Stream Position  cs1=  x \t b=  y \r\n\0"),
        owned(&[("cs5Label", "DPI Stream Position "), ("cs1", "  x \t"), ("b", "  y")])
    );
}

#[test]
fn q1_quotes_are_left_in() {
    assert_eq!(value("\"CVE-2022-30522\""), "\"CVE-2022-30522\"");
}

#[test]
fn e11_both_a_key_and_its_label_are_pairs() {
    assert_eq!(
        pairs("cs1Label=LI Description cs1=x cn9Label=y"),
        owned(&[("cs1Label", "LI Description"), ("cs1", "x"), ("cn9Label", "y")])
    );
}

#[test]
fn n1_a_key_called_like_a_header_field_changes_no_header_field() {
    let (event, pairs) = read("CEF:0|v|p|1|2|n|3|name=other severity=10 version=9");
    assert_eq!((event.header.name, event.header.severity, event.header.version), ("n", "3", "0"));
    assert_eq!(pairs.len(), 3);
}

#[test]
fn u1_bytes_that_are_no_text_move_no_cut() {
    let line: &[u8] = b"host\xff CEF:0|v\xfe|p|1|2|n\x80|3|a=\xe3\x81 b\x81=x c=\xff d=1";
    let text = String::from_utf8_lossy(line);
    let (event, found) = read(&text);
    assert_eq!(
        (event.prefix, event.header.vendor, event.header.name),
        ("host\u{fffd}", "v\u{fffd}", "n\u{fffd}")
    );
    let found: Vec<_> = found.iter().map(|pair| (pair.key, pair.raw)).collect();
    assert_eq!(found, [("a", "\u{fffd} b\u{fffd}=x"), ("c", "\u{fffd}"), ("d", "1")]);
}

#[test]
fn u1_control_characters_inside_a_value_are_kept() {
    assert_eq!(value("x\0y\u{1}z\u{1b}[0m."), "x\0y\u{1}z\u{1b}[0m.");
}

#[test]
fn v1_a_value_that_does_not_fit_its_key_is_still_there() {
    assert_eq!(
        pairs("dvc=hostname cn3=18446744072678170139 src=[2a01::1] in=N/A"),
        owned(&[("dvc", "hostname"), ("cn3", "18446744072678170139"), ("src", "[2a01::1]"), ("in", "N/A")])
    );
}

#[test]
fn t1_a_cut_record_keeps_what_it_has() {
    assert_eq!(pairs("a=1 b=2 TrendMic"), owned(&[("a", "1"), ("b", "2 TrendMic")]));
    assert_eq!(pairs("a=1 b="), owned(&[("a", "1"), ("b", "")]));
    assert_eq!(pairs(r"a=1 b=R0VUIC9z\"), owned(&[("a", "1"), ("b", r"R0VUIC9z\")]));
}

#[test]
fn p1_and_p2_a_line_of_ten_megabytes_is_parsed_whatever_it_holds() {
    for piece in ["a", "CEF:0|", "日", "a.b.c.d."] {
        let text = format!("CEF:0|v|p|1|2|n|3|x={}=", piece.repeat(10_000_000 / piece.len()));
        assert_eq!(read(&text).1.len(), 1, "{piece:?}");
    }
}

#[test]
fn p2_a_line_dense_in_what_is_searched_for_is_parsed_in_linear_time() {
    // Looking back to the last blank, or ahead to the next key, from each of these would never end.
    for (piece, pairs) in [("a=", 1), ("\\", 1), (" ", 1), (" =", 1), ("\t.=", 1), ("a=\\", 1), (" a.=", 1)] {
        let text = format!("CEF:0|v|p|1|2|n|3|x={}", piece.repeat(200_000 / piece.len()));
        assert_eq!(read(&text).1.len(), pairs, "{piece:?}");
    }
}

#[test]
fn p2_a_header_without_pipes_is_read_once() {
    for piece in ["a", "\\", "\\|", " "] {
        let text = format!("CEF:0|{}", piece.repeat(200_000 / piece.len()));
        assert!(read(&text).0.incomplete_header, "{piece:?}");
    }
}

#[test]
fn p2_a_hundred_thousand_pairs_are_read_at_once() {
    let text: String = (0..100_000).map(|n| format!(" k{n}=")).collect();
    let (_, found) = with(&text);
    assert_eq!(found.len(), 100_000);
}

/// Text without what the standard cannot carry at the end of a record.
fn any_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            proptest::char::any(),
            proptest::sample::select(vec!['=', '\\', '|', ' ', 'a', 'n', '\n', '\r', '.', '[', '0', ']']),
        ],
        0..12,
    )
    .prop_map(|text| text.into_iter().filter(|&character| character != '\t').collect())
}

fn header_escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('|', r"\|")
}

fn value_escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('=', r"\=").replace('\n', r"\n").replace('\r', r"\r")
}

proptest! {
    #![proptest_config(crate::cases(256))]

    #[test]
    fn a_record_that_keeps_to_the_standard_comes_back_exactly(
        fields in proptest::collection::vec(any_text(), 5),
        severity in "[0-9]{1,2}|Unknown|Very-High",
        pairs in proptest::collection::vec(("[A-Za-z0-9_][A-Za-z0-9_-]{0,6}(\\.[a-z,]{1,3}){0,2}(\\[[0-9]{1,2}\\]){0,2}", any_text()), 0..6),
    ) {
        let header: String = fields.iter().map(|field| header_escaped(field) + "|").collect();
        let extension: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}={}", value_escaped(value))).collect();
        let text = format!("CEF:0|{header}{severity}|{}", extension.join(" "));
        let (event, found) = read(&text);
        let h = &event.header;
        let read_fields = [&h.vendor, &h.product, &h.device_version, &h.signature_id, &h.name];
        prop_assert!(read_fields.into_iter().eq(&fields), "{text:?}");
        prop_assert_eq!(&h.severity, &severity);
        prop_assert_eq!(event.unparsed, "");
        prop_assert_eq!(found.len(), pairs.len());
        for (at, (found, (key, value))) in found.iter().zip(&pairs).enumerate() {
            // The final value is trimmed at its end, escaped line ends aside.
            let last = at + 1 == pairs.len();
            let value = if last { value.trim_end_matches([' ', '\0']) } else { value };
            prop_assert_eq!(found.key, key);
            prop_assert_eq!(&*found.value(), value);
        }
    }
}
