//! Syslog headers in front of an event, as files and captures hold them.

use es_loader::parse::syslog::{HeaderTime, SyslogHeader, of_event, parse};
use jiff::civil::{date, time};
use jiff::tz::{Offset, offset};
use proptest::prelude::*;

fn bsd(month: i8, day: i8, hour: i8, minute: i8, second: i8) -> Option<HeaderTime> {
    Some(HeaderTime::Bsd { month, day, time: time(hour, minute, second, 0), offset: None })
}

fn zoned(text: &str, offset: Offset) -> Option<HeaderTime> {
    Some(HeaderTime::Zoned(text.parse().unwrap(), offset))
}

fn header<'a>(
    priority: Option<u8>,
    time: Option<HeaderTime>,
    hostname: Option<&'a str>,
    appname: Option<&'a str>,
) -> SyslogHeader<'a> {
    SyslogHeader { priority, time, hostname, appname, repeated: None }
}

#[test]
fn every_framing_that_was_met_in_files_is_read() {
    let half_past_six = Offset::from_seconds(6 * 3600 + 30 * 60).unwrap();
    for (prefix, expected) in [
        ("Jan 18 11:07:53 dsmhost", header(None, bsd(1, 18, 11, 7, 53), Some("dsmhost"), None)),
        ("<190>Jan 19 13:36:47 2K19-va", header(Some(190), bsd(1, 19, 13, 36, 47), Some("2K19-va"), None)),
        ("<142>Oct  2 16:41:16 ", header(Some(142), bsd(10, 2, 16, 41, 16), None, None)),
        (
            "<190>2021-10-06T01:29:43-07:00 192.168.1.20",
            header(Some(190), zoned("2021-10-06T08:29:43Z", offset(-7)), Some("192.168.1.20"), None),
        ),
        (
            "194 <86>2020-09-21T13:51:11+06:30 DeepSec Logs",
            header(Some(86), zoned("2020-09-21T07:21:11Z", half_past_six), None, None),
        ),
        (
            "<14>Sep 18 14:58:29 logstream syslog:",
            header(Some(14), bsd(9, 18, 14, 58, 29), Some("logstream"), Some("syslog")),
        ),
        ("", SyslogHeader::default()),
        ("<134>", header(Some(134), None, None, None)),
    ] {
        assert_eq!(parse(prefix), expected, "{prefix}");
    }
}

#[test]
fn f2_a_one_digit_day_stands_behind_one_blank_or_two() {
    for prefix in ["Aug 2 12:30:38 pc", "Aug  2 12:30:38 pc", "Aug 02 12:30:38 pc", "aug 2 12:30:38  pc "] {
        assert_eq!(parse(prefix), header(None, bsd(8, 2, 12, 30, 38), Some("pc"), None), "{prefix}");
    }
}

#[test]
fn f2_a_bsd_time_may_have_a_fraction() {
    let time = HeaderTime::Bsd { month: 8, day: 2, time: time(1, 2, 3, 120_000_000), offset: None };
    assert_eq!(parse("Aug 2 01:02:03.12 pc").time, Some(time));
}

#[test]
fn f2_a_bsd_time_may_have_a_year_at_either_end() {
    let civil = Some(HeaderTime::Civil(date(2024, 2, 29).at(1, 2, 3, 0)));
    for prefix in ["Feb 29 2024 01:02:03 pc", "Feb 29 01:02:03 2024 pc"] {
        assert_eq!(parse(prefix), header(None, civil, Some("pc"), None), "{prefix}");
    }
    assert_eq!(parse("Feb 29 01:02:03 4711 ").hostname, Some("4711"));
}

#[test]
fn f2_a_zone_may_stand_behind_a_blank() {
    for (prefix, utc, offset) in [
        ("Feb 29 2024 01:02:03 +0900 pc", "2024-02-28T16:02:03Z", offset(9)),
        ("Feb 29 01:02:03 2024 -05:00 pc", "2024-02-29T06:02:03Z", offset(-5)),
        ("Feb 29 01:02:03 +0900 JST 2024 pc", "2024-02-28T16:02:03Z", offset(9)),
        ("2024-02-29 01:02:03 GMT+09:00 pc", "2024-02-28T16:02:03Z", offset(9)),
        ("2024-02-29T01:02:03.000 UTC-5: pc", "2024-02-29T06:02:03Z", offset(-5)),
        ("2024/02/29 01:02:03 +09 pc", "2024-02-28T16:02:03Z", offset(9)),
    ] {
        assert_eq!(parse(prefix), header(None, zoned(utc, offset), Some("pc"), None), "{prefix}");
    }
    let time = HeaderTime::Bsd { month: 2, day: 29, time: time(1, 2, 3, 0), offset: Some(offset(-3)) };
    assert_eq!(parse("<13>Feb 29 01:02:03 -0300 pc"), header(Some(13), Some(time), Some("pc"), None));
    // A distance that no clock has costs the time, and a hyphen is no distance.
    assert_eq!(parse("Feb 29 2024 01:02:03 +9900 pc"), header(None, None, Some("pc"), None));
    assert_eq!(
        parse("Feb 29 2024 01:02:03 - app").time,
        Some(HeaderTime::Civil(date(2024, 2, 29).at(1, 2, 3, 0)))
    );
}

#[test]
fn f2_a_zone_that_is_not_known_leaves_no_time() {
    for zone in ["PDT", "EST", "Europe/Berlin", "America/Argentina/Buenos_Aires"] {
        let prefix = format!("Feb 29 2024 01:02:03 {zone} pc");
        assert_eq!(parse(&prefix), header(None, None, Some("pc"), None), "{prefix}");
    }
    // The name of a sender may be several words (rule F5), also such as end in a T.
    let time = Some(HeaderTime::Civil(date(2024, 2, 29).at(1, 2, 3, 0)));
    assert_eq!(parse("Feb 29 2024 01:02:03 TEST dsm01"), header(None, time, None, None));
}

#[test]
fn f2_a_date_may_begin_with_its_weekday_or_its_day() {
    let civil = Some(HeaderTime::Civil(date(2024, 2, 29).at(1, 2, 3, 0)));
    for prefix in [
        "Thu Feb 29 01:02:03 2024 pc",
        "Thu Feb 29 2024 01:02:03 pc",
        "Thu 2024-02-29 01:02:03 pc",
        "29 Feb 2024 01:02:03 pc",
        "29-Feb-2024 01:02:03 pc",
        "29/Feb/2024:01:02:03 pc",
    ] {
        assert_eq!(parse(prefix), header(None, civil, Some("pc"), None), "{prefix}");
    }
    let utc = zoned("2024-02-29T01:02:03Z", Offset::UTC);
    assert_eq!(parse("<13>Thu Feb 29 01:02:03 UTC 2024 pc"), header(Some(13), utc, Some("pc"), None));
    assert_eq!(parse("29 Feb 01:02:03 pc"), header(None, bsd(2, 29, 1, 2, 3), Some("pc"), None));
}

#[test]
fn f3_a_time_may_be_a_number_of_seconds() {
    let time = zoned("2022-09-23T09:51:24.5Z", Offset::UTC);
    assert_eq!(parse("<134>1 1663926684.5 mx84"), header(Some(134), time, Some("mx84"), None));
    assert_eq!(
        parse("<134>1 1663926684.5 mx84 urls - -"),
        header(Some(134), time, Some("mx84"), Some("urls"))
    );
    assert_eq!(parse("<134>1663926684.5 mx84"), header(Some(134), time, Some("mx84"), None));
    // A host may be called like a number, and text may begin with one.
    assert_eq!(parse("1663926684 mx84"), SyslogHeader::default());
    assert_eq!(parse("Jan 12 01:02:03 1663926684").hostname, Some("1663926684"));
}

#[test]
fn f3_an_iso_time_is_read_with_any_offset_or_none() {
    let utc = |prefix| zoned(prefix, Offset::UTC);
    assert_eq!(parse("2021-10-06T01:29:43Z h").time, utc("2021-10-06T01:29:43Z"));
    assert_eq!(parse("2021-10-06T01:29:43.123456789012Z h").time, utc("2021-10-06T01:29:43.123456789Z"));
    assert_eq!(parse("2021-10-06T01:29:43+0900 h").time, zoned("2021-10-05T16:29:43Z", offset(9)));
    assert_eq!(parse("2021-10-06T01:29:43+09 h").time, zoned("2021-10-05T16:29:43Z", offset(9)));
    let civil = date(2021, 10, 6).at(1, 29, 43, 500_000_000);
    for prefix in ["2021-10-06T01:29:43.5 h", "2021-10-06 01:29:43,5 h"] {
        assert_eq!(parse(prefix), header(None, Some(HeaderTime::Civil(civil)), Some("h"), None), "{prefix}");
    }
}

#[test]
fn f4_an_rfc_5424_header_gives_host_and_app() {
    let time = zoned("2021-10-06T08:29:43Z", offset(-7));
    assert_eq!(
        parse("<134>1 2021-10-06T01:29:43-07:00 host app 123 ID47 [x@1 a=\"b c\"]"),
        header(Some(134), time, Some("host"), Some("app"))
    );
    assert_eq!(parse("<134>1 2021-10-06T01:29:43-07:00 - - - - -"), header(Some(134), time, None, None));
    assert_eq!(parse("<134>1 - host app - - -"), header(Some(134), None, Some("host"), Some("app")));
}

#[test]
fn f4_an_rfc_5424_header_without_its_fields_has_a_host() {
    let header = parse("<134>1 2021-10-06T01:29:43-07:00 web01");
    assert_eq!((header.hostname, header.appname), (Some("web01"), None));
    // The time of RFC 3164 behind the version.
    let header = parse("<134>1 Feb 14 19:04:54 web01 dsa[12]:");
    assert_eq!((header.hostname, header.appname), (Some("web01"), Some("dsa")));
    assert!(header.time.is_some());
}

#[test]
fn f5_a_host_is_one_word_that_can_be_one() {
    let host = |sender: &str| parse(&format!("Jan 18 11:07:53 {sender}")).hostname.map(str::to_owned);
    for sender in ["web01", "10.0.0.1", "2001:db8::1", "web-01.example.co.jp", "WIN_2K19", "営業PC01"] {
        assert_eq!(host(sender).as_deref(), Some(sender));
    }
    for address in ["10.0.0.1", "2001:db8::1"] {
        assert_eq!(host(&format!("[{address}]")).as_deref(), Some(address));
    }
    for sender in [
        "[web01]",
        "DeepSec Logs",
        "web01 (10.0.0.1)",
        "a=b",
        "web01,web02",
        "<web01>",
        "10.0.0.1:514:",
        "-",
        "...",
        "\"x\"",
        "web01|x",
    ] {
        assert_eq!(host(sender), None, "{sender}");
    }
}

#[test]
fn f5_behind_a_relay_s_header_the_host_is_the_sender_s() {
    for (prefix, host, app) in [
        ("Mar  3 10:40:07 10.0.0.1 Mar  3 10:40:06 web01", Some("web01"), None),
        ("<134>Mar  3 10:40:07 relay <134>Mar  3 10:40:06 web01 dsa[1]:", Some("web01"), Some("dsa")),
        ("2021-10-06T01:29:43Z r1 2021-10-06T01:29:42Z r2 Oct  6 01:29:41 10.0.0.9", Some("10.0.0.9"), None),
        ("Mar  3 10:40:07 10.0.0.1 Mar  3 10:40:06 DeepSec Logs", None, None),
        // The relay names no host, or a program of its own.
        ("Mar  3 10:40:07 Mar  3 10:40:06 web01 dsa:", Some("web01"), Some("dsa")),
        ("Mar  3 10:40:07 <134>1 2026-03-03T10:40:06Z web01 app 1 ID -", Some("web01"), Some("app")),
        ("Mar  3 10:40:07 relay rsyslogd[7]: <134>Mar  3 10:40:06 web01", Some("web01"), None),
        ("Mar  3 10:40:07 relay : 2026-03-03T10:40:06Z web01", Some("web01"), None),
        ("Mar  3 10:40:07 10.0.0.1 Mar  3 10:40:06", None, None),
        // Kiwi writes the facility, too, and tabs.
        (
            "2026-03-03 10:40:07\tLocal0.Info\t192.0.2.7\tMar  3 10:40:06 web01 dsa:",
            Some("web01"),
            Some("dsa"),
        ),
        (
            "Mar  3 10:40:07 relay local0.info <134>1 2026-03-03T10:40:06Z web01 app 1 - -",
            Some("web01"),
            Some("app"),
        ),
        ("<134>1 2026-03-03T10:40:07Z web01 app 12 - -", Some("web01"), Some("app")),
        ("Mar  3 10:40:07 Site 1 - Tokyo", None, None),
        // The relay's header is RFC 5424's.
        (
            "<133>1 2026-03-03T10:40:07Z relay in - - - <134>Mar  3 10:40:06 web01 dsa[1]:",
            Some("web01"),
            Some("dsa"),
        ),
        (
            "<134>1 2026-03-03T10:40:07Z relay in 1 - [a@1 b=\"]\\\" c\"][d@1] <134>1 2026-03-03T10:40:06Z web01 app 1 - -",
            Some("web01"),
            Some("app"),
        ),
        ("<133>1 2026-03-03T10:40:07Z relay in - - - <134>Mar  3 10:40:06", None, None),
        ("<133>1 2026-03-03T10:40:07Z relay in - - - <134>", Some("relay"), Some("in")),
        ("<133>1 2026-03-03T10:40:07Z relay in - - [a@1 b=\"", Some("relay"), Some("in")),
        // It takes the version of RFC 5424 for a tag.
        (
            "<134>1 2026-03-03T10:40:07Z relay 1 - - - 2026-03-03T10:40:06Z web01 app 1 - -",
            Some("web01"),
            Some("app"),
        ),
        ("Mar  3 10:40:07 relay 1: 2026-03-03T10:40:06Z web01 app 1 - -", Some("web01"), Some("app")),
    ] {
        let header = parse(prefix);
        assert_eq!((header.hostname, header.appname), (host, app), "{prefix}");
        assert!(header.time.is_some());
    }
}

#[test]
fn f5_behind_a_relay_s_header_priority_and_zoned_time_are_the_sender_s() {
    let sender = zoned("2026-03-03T01:40:06Z", offset(9));
    for relay in
        ["<133>1 2026-03-03T10:40:07Z relay in - - -", "2026-03-03T10:40:07Z relay", "Mar  3 10:40:07 relay"]
    {
        let prefix = format!("{relay} <134>2026-03-03T10:40:06+09:00 web01");
        assert_eq!(parse(&prefix), header(Some(134), sender, Some("web01"), None), "{relay}");
    }
    let relay = zoned("2026-03-03T10:40:07Z", Offset::UTC);
    assert_eq!(
        parse("2026-03-03T10:40:07Z relay Mar  3 10:40:06 web01"),
        header(None, relay, Some("web01"), None)
    );
}

#[test]
fn f8_a_header_may_stand_behind_words_of_a_relay() {
    for words in [
        "@400000006b0d735e0233780c",
        "127.0.0.1: local0.info:",
        "@400000006b0d735d20e3de54 127.0.0.1: local0.info:",
        "0123456789abcdef",
        "[14865.081104] vm python3[13073]:",
        "1796042096123\t192.0.2.7\tLocal0",
    ] {
        let prefix = format!("{words} <134>Oct  6 01:29:43 web01 dsa[1]:");
        let time = bsd(10, 6, 1, 29, 43);
        assert_eq!(of_event(&prefix), header(Some(134), time, Some("web01"), Some("dsa")), "{words}");
    }
    let seconds = zoned("2026-11-30T12:34:56Z", Offset::UTC);
    assert_eq!(of_event("1796042096 web01 dsa:"), header(None, seconds, Some("web01"), Some("dsa")));
    for text in ["", "some words", "five words before it all Oct  6 01:29:43 web01", "17960420961 web01"] {
        assert_eq!(of_event(text), SyslogHeader::default(), "{text}");
    }
}

#[test]
fn f5_kiwi_names_the_address_that_it_has_retained() {
    for (prefix, host, time) in [
        ("<134>Original Address=10.0.0.5 ", "10.0.0.5", None),
        ("<134>Original Address=10.0.0.5 Mar  3 10:40:07 web01", "web01", bsd(3, 3, 10, 40, 7)),
        ("<134>Mar  3 10:40:07 kiwi Original Address=10.0.0.5 ", "10.0.0.5", bsd(3, 3, 10, 40, 7)),
        (
            "Mar  3 10:40:07 k Original Address=10.0.0.5 Original Address=10.0.0.6",
            "10.0.0.6",
            bsd(3, 3, 10, 40, 7),
        ),
    ] {
        let header = parse(prefix);
        assert_eq!((header.hostname, header.time), (Some(host), time), "{prefix}");
    }
}

#[test]
fn f5_aix_names_the_host_behind_words_and_solaris_puts_an_id_before_the_message() {
    for (prefix, host, app) in [
        ("Mar  3 10:40:07 Message forwarded from aix71:", Some("aix71"), None),
        ("<134>Mar  3 10:40:07 Message forwarded from 10.0.0.9: dsa[12]:", Some("10.0.0.9"), Some("dsa")),
        ("<134>Mar  3 10:40:07 relay Message forwarded from aix71:", Some("aix71"), None),
        ("Mar  3 10:40:07 sol11 [ID 702911 local0.info]", Some("sol11"), None),
        ("<134>Mar  3 10:40:07 sol11 dsa[99]: [ID 702911 local0.info]", Some("sol11"), Some("dsa")),
    ] {
        let header = parse(prefix);
        assert_eq!((header.hostname, header.appname), (host, app), "{prefix}");
    }
}

#[test]
fn f6_a_tag_ends_in_a_colon_and_may_name_a_process() {
    let sender = |text| {
        let header = parse(text);
        (header.hostname, header.appname)
    };
    assert_eq!(sender("Jan 18 11:07:53 h dsa[12]:"), (Some("h"), Some("dsa")));
    assert_eq!(sender("Jan 18 11:07:53 h ASM:"), (Some("h"), Some("ASM")));
    assert_eq!(sender("Jan 18 11:07:53 h dsa[12]"), (Some("h"), Some("dsa")));
    assert_eq!(sender("Jan 18 11:07:53 h dsa[x]"), (None, None));
    assert_eq!(sender("Jan 18 11:07:53 tag:"), (None, Some("tag")));
    assert_eq!(sender("Jan 18 11:07:53 fe80::"), (Some("fe80::"), None));
    assert_eq!(sender("Jan 18 11:07:53 h :"), (None, None));
}

#[test]
fn f7_a_time_that_cannot_be_costs_only_the_time() {
    for prefix in [
        "<13>Feb 30 01:02:03 h",
        "<13>Apr 31 01:02:03 h",
        "<13>Jan 0 01:02:03 h",
        "<13>Jan 1 24:02:03 h",
        "<13>Jan 1 01:60:03 h",
        "<13>Feb 29 2023 01:02:03 h",
        "<13>2021-02-31T01:02:03Z h",
        "<13>2021-13-01T01:02:03Z h",
        "<13>2021-01-01T01:02:60Z h",
        "<13>2021-01-01T01:02:03+24:00 h",
        "<13>2021-01-01T01:02:03+01:60 h",
        "<13>9999-12-31T23:59:59-23:59 h",
    ] {
        assert_eq!(parse(prefix), header(Some(13), None, Some("h"), None), "{prefix}");
    }
    assert_eq!(parse("Feb 29 01:02:03 h").time, bsd(2, 29, 1, 2, 3));
}

#[test]
fn f7_garbage_says_nothing() {
    for prefix in [
        "garbage",
        "ASM:",
        "host name here",
        "Foo 12 01:02:03 h",
        "Jan 12 01:02:03h x",
        "Jan 12 01:02 h",
        "2021-10-06 h",
        "2021-10-06T01:29:43+9 h",
        "<>Jan 12 01:02:03 h",
        "<1234>Jan 12 01:02:03 h",
        "194 Jan 12 01:02:03 h",
    ] {
        assert_eq!(parse(prefix), SyslogHeader::default(), "{prefix}");
    }
}

#[test]
fn f1_a_priority_beyond_191_is_none() {
    assert_eq!(parse("<191>").priority, Some(191));
    assert_eq!(parse("<192>Jan 12 01:02:03 h"), header(None, bsd(1, 12, 1, 2, 3), Some("h"), None));
}

#[test]
fn f5_text_too_long_for_a_host_name_is_none() {
    let long = format!("Jan 12 01:02:03 {}", "h".repeat(256));
    assert_eq!(parse(&long), header(None, bsd(1, 12, 1, 2, 3), None, None));
}

proptest! {
    #![proptest_config(crate::cases(256))]

    #[test]
    fn no_text_makes_it_fail_and_names_stand_in_the_text(
        pieces in proptest::collection::vec(proptest::sample::select(vec![
            "<", ">", "13", "<13>", "1 ", "Oct", " ", "2", "16:41:16", "2021-10-06T01:29:43", "Z", "+06:30", "-", ":",
            "host", "[1]", "é", "\u{feff}", "\n", ".5", "9999", "00",
        ]), 0..14),
    ) {
        let text = pieces.concat();
        let header = parse(&text);
        for name in [header.hostname, header.appname].into_iter().flatten() {
            prop_assert!(!name.is_empty() && text.contains(name));
        }
        prop_assert!(header.priority.is_none_or(|priority| priority <= 191));
    }
}
