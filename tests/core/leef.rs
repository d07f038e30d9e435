//! LEEF events, rule by rule.

use es_loader::parse::header::ParsedEvent;
use es_loader::parse::leef::{parse, split_blank_separated};
use es_loader::parse::marker::find;
use es_loader::parse::pairs::pair::{Escapes, Pair};
use proptest::prelude::*;

fn read(text: &str) -> (ParsedEvent<'_>, Vec<(&str, &str)>) {
    let mut pairs = Vec::new();
    let event = parse(text, find(text).unwrap(), crate::support::arena(), &mut pairs);
    assert!(pairs.iter().all(|pair| pair.escapes == Escapes::None), "{text}");
    (event, pairs.into_iter().map(|pair| (pair.key, pair.raw)).collect())
}

/// Nothing about the event is odd.
fn is_plain(event: &ParsedEvent<'_>) -> bool {
    let ParsedEvent { incomplete_header, delimiter_guessed, unparsed, .. } = event;
    !incomplete_header && !delimiter_guessed && unparsed.is_empty() && event.unknown_delimiter.is_none()
}

/// The attributes of an event of version 1.0.
fn attributes(text: &str) -> Vec<(String, String)> {
    let text = format!("LEEF:1.0|v|p|1|id|{text}");
    let (event, pairs) = read(&text);
    assert!(is_plain(&event), "{text}");
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn owned(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[test]
fn l1_any_version_is_read_with_a_blank_before_it_or_not() {
    for (text, version) in
        [("LEEF:1.0|v|p|1|id|a=1", "1.0"), ("h LEEF: 2.0|v|p|1|id|a=1", "2.0"), ("LEEF:0 |v|p|1|id|a=1", "0")]
    {
        let (event, pairs) = read(text);
        assert_eq!(
            (event.header.version, event.header.signature_id, pairs),
            (version, "id", vec![("a", "1")])
        );
        assert!(is_plain(&event), "{text}");
    }
}

#[test]
fn l2_a_delimiter_field_has_no_equals_sign() {
    let (event, pairs) = read("LEEF:2.0|v|p|1|id|cat=System\tcs6=a | b^c");
    assert_eq!(pairs, [("cat", "System"), ("cs6", "a | b^c")]);
    assert_eq!(event.unknown_delimiter, None);
    assert_eq!(read("LEEF:2.0|v|p|1|id|^|a=1^b=2").1, [("a", "1"), ("b", "2")]);
    assert_eq!(read("LEEF:2|v|p|1|id|^|a=1^b=2").1, [("a", "1"), ("b", "2")]);
}

#[test]
fn l2_a_single_equals_sign_is_a_delimiter_that_leaves_no_pairs() {
    let (event, pairs) = read("LEEF:2.0|v|p|1|id|=|a=1");
    assert_eq!((event.unparsed, pairs), ("a=1", vec![]));
}

#[test]
fn l2_version_one_has_no_delimiter_field() {
    for version in ["1.0", "1", "0", "01.5"] {
        let text = format!("LEEF:{version}|v|p|1|id|^|a=1^b=2");
        assert_eq!(read(&text).1, [("^|a", "1^b=2")], "{version}");
    }
}

#[test]
fn l3_a_delimiter_is_named_by_itself_or_by_its_code_point() {
    for (field, delimiter) in [
        ("", "\t"),
        ("\t", "\t"),
        ("\\t", "\t"),
        ("x09", "\t"),
        ("^", "^"),
        (" ", " "),
        ("\\", "\\"),
        ("x", "x"),
        ("é", "é"),
        ("x5E", "^"),
        ("x5e", "^"),
        ("0x5E", "^"),
        ("0X005E", "^"),
        ("x7C", "|"),
        ("x3042", "あ"),
    ] {
        let text = format!("LEEF:2.0|v|p|1|id|{field}|a=1{delimiter}b=2=3{delimiter}c=");
        let (event, pairs) = read(&text);
        assert_eq!(pairs, [("a", "1"), ("b", "2=3"), ("c", "")], "{field:?}");
        assert!(is_plain(&event), "{field:?}");
    }
}

#[test]
fn l3_a_delimiter_field_that_says_nothing_known_is_kept_and_the_tab_taken() {
    for field in
        ["tab", "x", "^^", "x12345", "x5G", "xD800", "  ", "0x"].into_iter().filter(|field| *field != "x")
    {
        let text = format!("LEEF:2.0|v|p|1|id|{field}|a=1\tb=2");
        let (event, pairs) = read(&text);
        assert_eq!((event.unknown_delimiter, pairs), (Some(field), vec![("a", "1"), ("b", "2")]));
    }
}

#[test]
fn l4_only_a_pipe_is_escaped_in_the_header() {
    let (event, _) = read(r"LEEF:1.0|a\|b|c\d\\e|\\\|f||a=1");
    let header = event.header;
    assert_eq!(
        [header.vendor, header.product, header.device_version, header.signature_id],
        ["a|b", r"c\d\\e", r"\\|f", ""]
    );
}

#[test]
fn l5_values_are_verbatim_and_keys_are_trimmed() {
    assert_eq!(
        attributes("file name =C:\\\\new\\n\t url=http://x/?y=1&z\\=2\t b =  x  \r\n"),
        owned(&[("file name", "C:\\\\new\\n"), ("url", "http://x/?y=1&z\\=2"), ("b", "  x  ")])
    );
}

#[test]
fn l5_line_ends_inside_a_value_stay_and_those_at_the_end_of_the_record_go() {
    assert_eq!(attributes("a=1\r\n2\tb=3\r\n\r\n\0"), owned(&[("a", "1\r\n2"), ("b", "3")]));
}

#[test]
fn l6_a_segment_without_equals_sign_belongs_to_the_value_before() {
    assert_eq!(attributes("a=1\tand more\t\tb\tc=2"), owned(&[("a", "1\tand more\t\tb"), ("c", "2")]));
    assert_eq!(attributes("a=1\t=x\t =y"), owned(&[("a", "1\t=x\t =y")]));
    assert_eq!(read("LEEF:2.0|v|p|1|id|^|a=1^x^b=2").1, [("a", "1^x"), ("b", "2")]);
}

#[test]
fn l6_a_first_segment_without_equals_sign_is_kept_apart() {
    let (event, pairs) = read("LEEF:1.0|v|p|1|id|some\ttext\ta=1");
    assert_eq!((event.unparsed, pairs), ("some\ttext", vec![("a", "1")]));
    assert_eq!(read("LEEF:1.0|v|p|1|id||a=1\tb=2").0.unparsed, "|");
}

#[test]
fn l6_blank_segments_leave_no_trace() {
    assert_eq!(attributes("\ta=1\t\t b=2\t \t"), owned(&[("a", "1"), ("b", "2")]));
}

#[test]
fn l7_an_escaped_tab_before_a_key_is_a_tab() {
    for tab in ["#011", "\\011", "#011 ", "\\011  ", "#011\t"] {
        let text = format!("LEEF: 2.0|v|p|1|id|cat=IPS{tab}name=x y{tab}act=z");
        let (event, pairs) = read(&text);
        assert_eq!(pairs, [("cat", "IPS"), ("name", "x y"), ("act", "z")], "{tab:?}");
        assert!(is_plain(&event), "{tab:?}");
    }
}

#[test]
fn l7_an_escaped_tab_before_anything_else_is_value_text() {
    for value in ["x#011y", "x#011 two words=1", "x#011=1", "x#01 1a=1", "x\\011a.=1"] {
        assert_eq!(attributes(&format!("a={value}\tb=2")), owned(&[("a", value), ("b", "2")]));
    }
}

#[test]
fn l7_an_escaped_tab_is_value_text_where_another_delimiter_was_named() {
    assert_eq!(read("LEEF:2.0|v|p|1|id|^|a=1#011b=2^c=3").1, [("a", "1#011b=2"), ("c", "3")]);
}

#[test]
fn l8_without_any_delimiter_two_blanks_with_keys_are_cut() {
    let (event, pairs) = read("LEEF:1.0|v|p|1|id|cat=IPS name=x y= z\\=1 \r\n");
    assert_eq!(pairs, [("cat", "IPS"), ("name", "x"), ("y", " z\\=1")]);
    assert!(event.delimiter_guessed && !event.incomplete_header);
    let (event, pairs) = read("LEEF:1.0|v|p|1|id|text cat=IPS name=x");
    assert_eq!((event.unparsed, pairs), ("text", vec![("cat", "IPS"), ("name", "x")]));
}

#[test]
fn l8_one_key_behind_a_blank_is_value_text() {
    assert_eq!(attributes("msg=user said act=Deny"), owned(&[("msg", "user said act=Deny")]));
    assert_eq!(attributes("a=1 b=2 c=3\td=4"), owned(&[("a", "1 b=2 c=3"), ("d", "4")]));
    assert_eq!(read("LEEF:2.0|v|p|1|id|^|a=1 b=2 c=3").1, [("a", "1 b=2 c=3")]);
}

#[test]
fn l9_repeated_keys_and_empty_values_are_pairs() {
    let (event, pairs) = read("LEEF:1.0|v|p|1|id|a=\tb=1\ta=2");
    assert_eq!(pairs, [("a", ""), ("b", "1"), ("a", "2")]);
    assert!(is_plain(&event));
}

#[test]
fn l9_the_prefix_is_kept_trimmed() {
    let text = "\u{feff}<182>Jul 14 01:32:31 h LEEF:2.0|v|p|1|id|a=1";
    assert_eq!(read(text).0.prefix, "<182>Jul 14 01:32:31 h");
}

#[test]
fn l9_the_last_pipe_may_be_missing() {
    let (event, pairs) = read("LEEF:2.0|v|p|1|id\n");
    assert_eq!((event.header.signature_id, pairs), ("id", vec![]));
    assert!(is_plain(&event));
}

#[test]
fn l9_a_cut_header_gives_the_fields_it_has_and_any_key_that_can_be_read() {
    for (text, fields, pairs) in [
        ("LEEF:2.0|Trend Micro|Deep Sec", ["Trend Micro", "Deep Sec", "", ""], vec![]),
        ("LEEF:2.0|v|p|1|id a=1", ["v", "p", "1", "id"], vec![("a", "1")]),
        ("LEEF:2.0|v|p|1|id\ta=1\tb=2", ["v", "p", "1", "id"], vec![("a", "1"), ("b", "2")]),
        ("LEEF:2.0|v|a=1 x\tb=2", ["v", "", "", ""], vec![("a", "1 x"), ("b", "2")]),
        ("LEEF:2.0|", ["", "", "", ""], vec![]),
        ("LEEF:2.0|v|p|1|", ["v", "p", "1", ""], vec![]),
    ] {
        let (event, found) = read(text);
        let header = &event.header;
        assert_eq!(
            [header.vendor, header.product, header.device_version, header.signature_id],
            fields,
            "{text}"
        );
        assert_eq!((event.unparsed, found), ("", pairs), "{text}");
        assert!(event.incomplete_header, "{text}");
    }
}

#[test]
fn l9_a_cut_record_keeps_what_it_has() {
    assert_eq!(attributes("a=1\tb"), owned(&[("a", "1\tb")]));
    assert_eq!(attributes("a=1\tb="), owned(&[("a", "1"), ("b", "")]));
    assert_eq!(attributes("a=1#011b=2#01"), owned(&[("a", "1"), ("b", "2#01")]));
}

#[test]
fn l9_bytes_that_are_no_text_move_no_cut() {
    let text = String::from_utf8_lossy(b"LEEF:1.0|v\xff|p|1|id|a=\xe3\x81\tb=\xff=1\tc=2").into_owned();
    assert_eq!(read(&text).1, [("a", "\u{fffd}"), ("b", "\u{fffd}=1"), ("c", "2")]);
}

#[test]
fn blanks_in_place_of_tabs_are_cut_before_known_keys_only() {
    let known = ["cn1", "cn1Label", "TrendMicroDsFileMD5"];
    let cut = |raw| {
        let pair = Pair { key: "sev", raw, escapes: Escapes::None };
        split_blank_separated(pair, &known).map(|pair| (pair.key, pair.raw)).collect::<Vec<_>>()
    };
    assert_eq!(cut("8 cn1=37 cn1Label=Host ID"), [("sev", "8"), ("cn1", "37"), ("cn1Label", "Host ID")]);
    assert_eq!(
        cut("File System TrendMicroDsFileMD5=1947A1"),
        [("sev", "File System"), ("TrendMicroDsFileMD5", "1947A1")]
    );
    assert_eq!(cut("8 act=Deny"), [("sev", "8 act=Deny")]);
    assert_eq!(cut("8 act=Deny cn1=1"), [("sev", "8 act=Deny"), ("cn1", "1")]);
    assert_eq!(cut("cn1=37"), [("sev", "cn1=37")]);
    assert_eq!(cut("8  cn1= "), [("sev", "8 "), ("cn1", " ")]);
    assert_eq!(cut(""), [("sev", "")]);
}

#[test]
fn p2_a_huge_record_is_parsed_whatever_it_holds() {
    for piece in ["a=", "\t", "#011", "#011a.", "\\", "\\011a=", "#011a", "a\t", " a=", "|", "#011 "] {
        for start in ["LEEF:1.0|v|p|1|id|x=", "LEEF:2.0|v|p|1|id|", "LEEF:2.0|v|"] {
            let text = format!("{start}{}", piece.repeat(80_000 / piece.len()));
            read(&text);
        }
    }
    for piece in ["a", "日"] {
        let text = format!("LEEF:2.0|v|p|1|id|x={}", piece.repeat(10_000_000 / piece.len()));
        assert_eq!(read(&text).1.len(), 1, "{piece:?}");
    }
}

proptest! {
    #![proptest_config(crate::cases(256))]

    #[test]
    fn a_record_that_keeps_to_the_format_comes_back_exactly(
        fields in proptest::collection::vec("[^|\\\\\\p{C}]{0,8}", 4),
        delimiter in 0..5_usize,
        pairs in proptest::collection::vec(("[A-Za-z][A-Za-z0-9_]{0,6}", "[^\\p{C}^;#あ]{0,12}"), 2..6),
    ) {
        let (field, delimiter) = [("", "\t"), ("|", "\t"), ("^|", "^"), ("x3B|", ";"), ("0x3042|", "あ")][delimiter];
        let header = fields.join("|");
        let attributes: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let text = format!("LEEF:2.0|{header}|{field}{}", attributes.join(delimiter));
        let (event, found) = read(&text);
        let h = &event.header;
        prop_assert!([&h.vendor, &h.product, &h.device_version, &h.signature_id].into_iter().eq(&fields));
        prop_assert!(found.into_iter().eq(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()))), "{}", text);
    }
}
