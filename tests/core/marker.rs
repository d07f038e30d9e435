//! Where events start, and where a text holds several.

use es_loader::parse::header::{Format, Marker};
use es_loader::parse::joined::split;
use es_loader::parse::marker::find;
use proptest::prelude::*;

fn parts(text: &str) -> Vec<&str> {
    split(text).collect()
}

const EVENT: &str = "CEF:0|Trend Micro|Deep Security Agent|20.0|20|Log|0|cn1=2 act=Log";
const LEEF: &str = "LEEF:2.0|Trend Micro|Deep Security Agent|20.0|20|cat=Firewall\tact=Log";

#[test]
fn h1_the_leftmost_marker_with_digits_and_pipe_starts_the_record() {
    for (text, start, version) in [
        ("CEF:0|a", 0, 4),
        ("<13>Oct  2 16:41:16 host CEF: 0|a", 25, 30),
        ("ASM:CEF:0|a", 4, 8),
        ("CEF:\t 1.2 |a", 0, 6),
        ("host-CEF:1-box CEF:0|a", 15, 19),
        ("CEF: CEF:x| CEF:1. |CEF:0|a", 20, 24),
        ("日本CEF:0|a", 6, 10),
    ] {
        let found = Marker { format: Format::Cef, start, version, restored: false };
        assert_eq!(find(text), Some(found), "{text}");
    }
}

#[test]
fn h1_without_digits_pipe_or_capitals_there_is_no_marker() {
    for text in
        ["", "CEF", "CEF:", "CEF:|a", "CEF:0", "CEF:0 a|b", "cef:0|a", "CEF:.1|a", "CEF:1.|a", "CEF:1\n|a"]
    {
        assert_eq!(find(text), None, "{text}");
    }
}

#[test]
fn h2_the_outer_record_wins_over_one_that_it_quotes() {
    let text = format!("{EVENT} msg=CEF:1|x|y|z|1|n|3|act=Deny");
    assert_eq!(find(&text).unwrap().start, 0);
    assert_eq!(parts(&text), [text.as_str()]);
}

#[test]
fn l1_any_leef_version_is_found_with_or_without_a_blank() {
    for (text, start, version) in
        [("LEEF:1.0|a", 0, 5), ("host LEEF: 2.0|a", 5, 11), ("LEEF:2|a", 0, 5), ("LEEF:0|a CEF:0|", 0, 5)]
    {
        let found = Marker { format: Format::Leef, start, version, restored: false };
        assert_eq!(find(text), Some(found), "{text}");
    }
    assert_eq!(find("LCEF:0|").unwrap().format, Format::Cef);
    assert_eq!(find("EEF:0|"), None);
}

#[test]
fn h3_a_line_end_before_a_whole_header_starts_another_event() {
    for end in ["\n", "\r\n"] {
        let text = format!("Oct  2 16:41:16 host {EVENT}{end}{EVENT}{end}{LEEF}");
        let first = format!("Oct  2 16:41:16 host {EVENT}");
        assert_eq!(parts(&text), [first.as_str(), EVENT, LEEF], "{end:?}");
    }
}

#[test]
fn h3_an_escaped_line_end_in_any_spelling_starts_another_event_that_has_a_syslog_header() {
    let second = format!("<134>Oct  2 16:41:17 host {EVENT}");
    for end in [
        "#012",
        "\\012",
        "#015#012",
        "\\015\\012",
        "\\n",
        "\\r\\n",
        "\\x0a",
        "\\u000A",
        "&#10;",
        "&#13;&#10;",
        "%0A",
        "%0d%0a",
        "<LF>",
        "^M^J",
        "",
    ] {
        let text = format!("Oct  2 16:41:16 host {EVENT}{end}{second}{end}{second}");
        let first = format!("Oct  2 16:41:16 host {EVENT}");
        assert_eq!(parts(&text), [&first, &second, &second], "{end:?}");
        // Less than a syslog header with its time could be a value.
        for header in ["", "<134>", "host "] {
            let text = format!("{EVENT}{end}{header}{EVENT}");
            assert_eq!(parts(&text), [text.as_str()], "{end:?} {header:?}");
        }
    }
}

#[test]
fn h3_nothing_that_quotes_others_can_start_an_event() {
    let header = "<134>Oct  2 16:41:17 host ";
    for key in [
        "msg",
        "filePath",
        "fname",
        "request",
        "suser",
        "duser",
        "usrName",
        "sproc",
        "target",
        "TrendMicroDsCommandLine",
    ] {
        for end in ["#012", "\\n", "\\x0A", "%0A", "", "\n"] {
            for forged in [EVENT, LEEF] {
                let text = format!("{EVENT} {key}=x{end}{header}{forged}");
                assert_eq!(parts(&text), [text.as_str()], "{key} {end:?}");
                // Nor behind a key that the value forges, unless a real line end ends it.
                let text = format!("{EVENT} {key}=x cnt=1{end}{header}{forged}");
                assert!(end == "\n" || parts(&text) == [text.as_str()], "{key} {end:?}");
            }
        }
    }
    let joined_by_nothing = format!("{EVENT} {EVENT}{EVENT}");
    assert_eq!(parts(&joined_by_nothing), [joined_by_nothing.as_str()]);
}

fn trimmed(text: &str) -> Vec<&str> {
    split(text).map(str::trim_end).collect()
}

/// A text with its length before it, as TCP carries it (RFC 6587 section 3.4.1).
fn framed(text: &str) -> String {
    format!("{} {text}", text.len())
}

#[test]
fn h3_an_octet_count_between_events_is_no_part_of_a_value() {
    let first = format!("<134>Nov 10 07:08:00 web01 {EVENT}");
    for value in [" act=Deny", " spt=80", " cs1=サーバ1", " cn1=0"] {
        let second = format!("<134>Nov 10 07:08:00 web01 {EVENT}{value}");
        for end in ["", "\n", "\r\n"] {
            let frames = [framed(&second), framed(&format!("{first}{end}")), framed(&second)];
            let text = frames.concat();
            let expected = [frames[0].as_str(), frames[1].trim_end(), frames[2].as_str()];
            assert_eq!(trimmed(&text), expected, "{text}");
            // The collector has read the first count, and cut the last line end.
            let text = text[frames[0].find('<').unwrap()..].trim_end();
            let expected = [second.as_str(), frames[1].trim_end(), frames[2].as_str()];
            assert_eq!(trimmed(text), expected, "{text}");
        }
    }
    // An event behind whose count the text is cut.
    let text = format!("{}{}", framed(&first), &framed(&first)[..first.len() - 5]);
    assert_eq!(parts(&text), [framed(&first).as_str(), &framed(&first)[..first.len() - 5]]);
}

#[test]
fn h3_a_count_that_fits_nothing_is_no_part_of_a_word() {
    let event = format!("<134>Nov 10 07:08:00 web01 {EVENT} act=Deny");
    let text = format!("92 {event}106 {event}");
    assert_eq!(parts(&text), [format!("92 {event}"), format!("106 {event}")]);
    // Digits of a value may be its own.
    let text = format!("92 {event} spt=80106 {event}");
    assert_eq!(parts(&text)[1], event);
}

#[test]
fn h3_a_frame_ends_where_its_count_says_and_nowhere_else() {
    let forged = framed(&format!("<134>Nov 10 07:08:00 web01 {EVENT}"));
    let first = framed(&format!("<134>Nov 10 07:08:00 web01 {EVENT} msg=x{forged} fname={forged}"));
    assert_eq!(parts(&first), [first.as_str()]);
    // What quotes others in an event before does not hide the next.
    let text = format!("{first}{forged}{first}");
    assert_eq!(parts(&text), [&first, &forged, &first]);
    // Without a count in front, nothing is certain behind a key that quotes others.
    let bare = &text[first.find('<').unwrap()..];
    assert_eq!(parts(bare), [bare]);
}

#[test]
fn h3_a_line_end_before_anything_less_is_value_text() {
    for less in ["CEF:0|a|b|c|d|e|cut", "CEF:", "LEEF:1.0|a|b|c", "act=Log", " CEF:0|a|b|c|d|e|3|x=1"] {
        let text = format!("{EVENT}\n{less}");
        assert_eq!(parts(&text), [text.as_str()]);
    }
}

#[test]
fn h3_a_header_is_not_completed_by_the_event_behind_it() {
    let text = format!("{EVENT}\nCEF:0|cut\n{EVENT}");
    let first = format!("{EVENT}\nCEF:0|cut");
    assert_eq!(parts(&text), [first.as_str(), EVENT]);
}

#[test]
fn h3_two_markers_behind_one_line_end_lose_nothing() {
    let first = "CEF:0|Trend Micro|Deep Security Agent|20|21|Deny|5|msg=a";
    for line_end in ["\n", "#012"] {
        for behind in [
            "Nov 22 15:08:33 h CEF:0|x CEF:0|y",
            "Nov 22 15:08:33 CEF:0|b|c|d|e|f|5|k=v CEF:0|b|c|d|e|f|5|k=v",
        ] {
            let text = format!("{first}{line_end}{behind}");
            let events: Vec<_> = split(&text).collect();
            assert_eq!(events.join(line_end), text);
        }
    }
    // The leftmost marker behind the line end is that of the event.
    let second =
        "Nov 22 15:08:33 h CEF:0|Trend Micro|Deep Security Agent|20|21|Deny|5|msg=CEF:0|a|b|c|d|e|5|k=v";
    let text = format!("{EVENT}\n{second}");
    assert_eq!(split(&text).collect::<Vec<_>>(), [EVENT, second]);
}

#[test]
fn h3_an_escaped_line_end_in_quoted_text_cannot_start_another_vendors_event() {
    let text = format!("{EVENT} msg=read #012CEF:0|Other|y|z|1|n|3|act=Deny");
    assert_eq!(parts(&text), [text.as_str()]);
}

#[test]
fn h3_an_escaped_line_end_in_a_value_that_its_sender_escaped_cannot_start_an_event() {
    let text = format!("{EVENT} msg=read #012CEF:0|Trend Micro|y|z|1|n|3|act\\=Deny cs1=x");
    assert_eq!(parts(&text), [text.as_str()]);
}

#[test]
fn h3_text_before_the_first_marker_stays_with_it() {
    let text = format!("noise\n{EVENT}\n");
    assert_eq!(parts(&text), [text.as_str()]);
    assert_eq!(parts("no marker\nat all"), ["no marker\nat all"]);
    assert_eq!(parts(""), [""]);
}

#[test]
fn h8_a_lost_marker_is_restored_where_a_whole_header_stands_at_the_start() {
    let restored = |format, start| Some(Marker { format, start, version: start, restored: true });
    let bare = EVENT.strip_prefix("CEF:").unwrap();
    let bare_leef = LEEF.strip_prefix("LEEF:").unwrap();
    assert_eq!(find(bare), restored(Format::Cef, 0));
    assert_eq!(find("0 |v|p|1|2|n|Very-High|"), restored(Format::Cef, 0));
    assert_eq!(find(&format!("  {bare}")), restored(Format::Cef, 2));
    assert_eq!(find(&format!("\u{feff}{bare}")), restored(Format::Cef, 3));
    assert_eq!(find(&format!("<13>{bare}")), restored(Format::Cef, 4));
    assert_eq!(find(&format!("Oct  2 16:41:16 host {bare}")), restored(Format::Cef, 21));
    assert_eq!(find(bare_leef), restored(Format::Leef, 0));
    assert_eq!(find("2.0|v|p|1|id|^|a=1^b=2"), restored(Format::Leef, 0));
}

#[test]
fn h8_a_restored_header_wins_over_a_record_that_its_event_quotes() {
    let text = "0|Trend Micro|Deep Security Agent|20.0|20|Log|0|msg=CEF:0|x|y|z|1|n|3|act=Deny";
    let found = find(text).unwrap();
    assert!(found.restored);
    assert_eq!(found.start, 0);
}

#[test]
fn h8_ordinary_text_is_not_taken_for_an_event() {
    for text in [
        "0|a|b",
        "1|2|3|4|5|6|high up|a=1",
        "1|2|3|4|5|6|7|8|9",
        "0||b|c|d|e|3|a=1",
        "0|a|b|c|d|e|11|a=1",
        "some words 0|a|b|c|d|e|3|a=1",
        "x0|a|b|c|d|e|3|a=1",
        "10.0|a|b|c|d|e|3|a=1",
        "3.0|v|p|1|id|a=1",
        "1.0|v|p|1|id",
        "2.0|v|p|1|id|no attributes",
        "|a|b|c|d|e|3|a=1",
    ] {
        assert_eq!(find(text), None, "{text}");
    }
}

#[test]
fn p2_a_huge_text_of_almost_markers_comes_to_an_end() {
    // Dense in markers, so a look at the whole text for each of them would never end.
    for piece in ["CEF:", "CEF:0|", "#012CEF:0|Trend Micro|", "\nCEF:0|a|b|c|d|e|f|g=", "EF:", "CEF:1.1 "] {
        let text = piece.repeat(100_000 / piece.len());
        assert_eq!(find(&text).is_some(), piece.contains("CEF:0|"), "{piece:?}");
        assert!(split(&text).map(str::len).sum::<usize>() <= text.len(), "{piece:?}");
    }
    for piece in [" ", "0", "|", "\\", "#012", "a"] {
        let text = format!("1{}", piece.repeat(10_000_000 / piece.len()));
        assert_eq!(find(&text), None, "{piece:?}");
        assert_eq!(split(&text).count(), 1, "{piece:?}");
    }
}

proptest! {
    #![proptest_config(crate::cases(256))]

    #[test]
    fn parts_stand_in_the_text_in_order_and_leave_out_only_line_ends(
        pieces in proptest::collection::vec(proptest::sample::select(vec![
            EVENT, LEEF, "CEF:0|", "CEF:0|Trend Micro|b|c|d|e|3|", "\n", "\r\n", "#012", "\\012", "#015", "|", " ", "é",
        ]), 0..20),
    ) {
        let text = pieces.concat();
        let mut rest = text.as_str();
        for part in split(&text) {
            let at = rest.find(part).unwrap();
            prop_assert!(["", "\n", "\r\n", "#012", "#015#012", "\\012"].contains(&&rest[..at]), "{:?}", &rest[..at]);
            rest = &rest[at + part.len()..];
        }
        prop_assert_eq!(rest, "");
    }
}
