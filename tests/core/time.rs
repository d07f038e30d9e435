//! When an event happened: one time chosen among those that a line, its record and its object name.

use es_loader::parse::syslog;
use es_loader::parse::time;
use es_loader::parse::time::{
    CollectorTime, Said, Surroundings, TimeFormat, TimeOrigin, Zone, ZonedTime, choose, in_key, parse,
    parse_collector, parse_iso8601,
};
use jiff::Timestamp;
use jiff::tz::Offset;
use proptest::prelude::*;

use crate::support::{
    agent_event, document_by, facts, fluentd_line, fluentd_line_at, load_bytes, load_with, plan, plan_with,
};

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn written(time: ZonedTime) -> String {
    let mut text = Vec::new();
    time.write(&mut text);
    String::from_utf8(text).unwrap()
}

/// The time chosen for a header, read by fluentd at `read`.
fn chosen(header: &str, read: &str) -> (String, TimeOrigin) {
    let around = Surroundings { key: None, object: None, load: instant("2030-01-01T00:00:00Z") };
    let said = Said { header: syslog::parse(header).time, collector: parse_collector(read) };
    let (chosen, _) = choose(&said, &around, None);
    (written(chosen.time), chosen.origin)
}

/// The time chosen for a header where fluentd's is missing.
fn chosen_without_fluentd(header: &str, around: &Surroundings) -> (String, TimeOrigin) {
    let said = Said { header: syslog::parse(header).time, collector: None };
    let (chosen, _) = choose(&said, around, None);
    (written(chosen.time), chosen.origin)
}

fn syslog_time(text: &str) -> (String, TimeOrigin) {
    (text.to_owned(), TimeOrigin::Syslog)
}

fn fluentd_time(text: &str) -> (String, TimeOrigin) {
    (text.to_owned(), TimeOrigin::Fluentd)
}

#[test]
fn the_header_s_time_takes_year_and_offset_from_fluentd() {
    assert_eq!(
        chosen("Oct 28 14:46:28 h", "2020-10-28T14:46:30+09:00"),
        syslog_time("2020-10-28T14:46:28+09:00")
    );
    assert_eq!(
        chosen("Nov 22 03:08:33 h", "2026-11-22T22:26:05-03:30"),
        syslog_time("2026-11-22T03:08:33-03:30")
    );
}

#[test]
fn a_december_event_read_in_january_is_of_last_year() {
    assert_eq!(
        chosen("Dec 31 23:59:58 h", "2027-01-01T00:00:03+00:00"),
        syslog_time("2026-12-31T23:59:58+00:00")
    );
    assert_eq!(
        chosen("Dec  5 00:00:00 h", "2027-01-04T00:00:00+00:00"),
        syslog_time("2026-12-05T00:00:00+00:00")
    );
}

#[test]
fn a_january_event_read_in_december_by_a_clock_that_lags_is_of_next_year() {
    assert_eq!(
        chosen("Jan  1 00:01:00 h", "2026-12-31T23:59:00+09:00"),
        syslog_time("2027-01-01T00:01:00+09:00")
    );
    // More than five minutes ahead is no lag.
    assert_eq!(
        chosen("Jan  1 00:06:00 h", "2026-12-31T23:59:00+09:00"),
        fluentd_time("2026-12-31T23:59:00+09:00")
    );
}

#[test]
fn a_leap_day_is_of_a_leap_year() {
    assert_eq!(
        chosen("Feb 29 12:00:00 h", "2028-03-01T00:00:00+00:00"),
        syslog_time("2028-02-29T12:00:00+00:00")
    );
    // The last one is too old to be believed.
    assert_eq!(
        chosen("Feb 29 12:00:00 h", "2027-03-01T00:00:00+00:00"),
        fluentd_time("2027-03-01T00:00:00+00:00")
    );
    assert_eq!(
        chosen("Feb 30 12:00:00 h", "2028-03-01T00:00:00+00:00"),
        fluentd_time("2028-03-01T00:00:00+00:00")
    );
}

#[test]
fn five_minutes_ahead_is_a_clock_and_more_is_a_mistake() {
    assert_eq!(
        chosen("Nov 22 15:05:00 h", "2026-11-22T15:00:00+00:00"),
        syslog_time("2026-11-22T15:05:00+00:00")
    );
    assert_eq!(
        chosen("Nov 22 15:05:01 h", "2026-11-22T15:00:00+00:00"),
        fluentd_time("2026-11-22T15:00:00+00:00")
    );
    assert_eq!(
        chosen("2026-11-22T15:05:01Z h", "2026-11-22T15:00:00+00:00"),
        fluentd_time("2026-11-22T15:00:00+00:00")
    );
}

#[test]
fn an_outage_of_31_days_is_believed_and_a_longer_one_is_not() {
    assert_eq!(
        chosen("Oct 22 15:00:00 h", "2026-11-22T15:00:00+00:00"),
        syslog_time("2026-10-22T15:00:00+00:00")
    );
    assert_eq!(
        chosen("Oct 22 14:59:59 h", "2026-11-22T15:00:00+00:00"),
        fluentd_time("2026-11-22T15:00:00+00:00")
    );
    assert_eq!(
        chosen("2026-10-22T14:59:59Z h", "2026-11-22T15:00:00+00:00"),
        fluentd_time("2026-11-22T15:00:00+00:00")
    );
}

#[test]
fn a_header_with_an_offset_keeps_it_and_one_with_a_date_takes_fluentd_s() {
    assert_eq!(
        chosen("2026-11-22T06:00:00.25-08:00 h", "2026-11-22T23:00:05+09:00"),
        syslog_time("2026-11-22T06:00:00.250-08:00")
    );
    assert_eq!(
        chosen("2026-11-22T22:59:00 h", "2026-11-22T23:00:05+09:00"),
        syslog_time("2026-11-22T22:59:00+09:00")
    );
}

#[test]
fn without_a_header_fluentd_s_time_is_the_event_s() {
    assert_eq!(chosen("no time", "2026-11-22T15:00:00+09:00"), fluentd_time("2026-11-22T15:00:00+09:00"));
}

fn object_of(key: &str, object: &str, load: &str) -> Surroundings {
    Surroundings { key: in_key(key, &Zone::UTC), object: Some(instant(object)), load: instant(load) }
}

#[test]
fn without_fluentd_the_object_s_time_gives_the_year() {
    let around = object_of("ds_agent/bare.gz", "2027-01-01T00:10:00Z", "2027-01-01T00:11:00Z");
    assert_eq!(
        chosen_without_fluentd("Dec 31 23:50:00 h", &around),
        syslog_time("2026-12-31T23:50:00+00:00")
    );
}

#[test]
fn an_object_that_was_copied_years_later_has_its_year_in_the_key() {
    let around =
        object_of("ds_agent/2020/11/22/09_host_0.gz", "2026-01-05T00:00:00Z", "2026-01-05T00:00:10Z");
    assert_eq!(
        chosen_without_fluentd("Nov 22 08:50:00 h", &around),
        syslog_time("2020-11-22T08:50:00+00:00")
    );
    assert_eq!(
        chosen_without_fluentd("Dec 31 08:50:00 h", &around),
        syslog_time("2019-12-31T08:50:00+00:00")
    );
}

#[test]
fn without_any_time_of_its_own_a_line_takes_the_key_s_the_object_s_or_the_load_s() {
    let around =
        object_of("ds_agent/2026/11/22/09_host_0.gz", "2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z");
    assert_eq!(
        chosen_without_fluentd("", &around),
        ("2026-11-22T09:00:00+00:00".to_owned(), TimeOrigin::Key)
    );
    let around = Surroundings { key: None, ..around };
    assert_eq!(
        chosen_without_fluentd("", &around),
        ("2026-11-22T10:00:00+00:00".to_owned(), TimeOrigin::Object)
    );
    let around = Surroundings { object: None, ..around };
    assert_eq!(
        chosen_without_fluentd("", &around),
        ("2026-11-22T11:00:00+00:00".to_owned(), TimeOrigin::Load)
    );
    // A header from the future of the load is no time.
    assert_eq!(chosen_without_fluentd("2027-11-22T09:00:00Z h", &around).1, TimeOrigin::Load);
}

#[test]
fn a_key_names_its_hour_wherever_its_date_stands() {
    let hour = |key: &str| in_key(key, &Zone::UTC).map(|time| written(time.start));
    assert_eq!(hour("ds_agent/2026/11/22/09_host_0.gz").unwrap(), "2026-11-22T09:00:00+00:00");
    assert_eq!(hour("a/b/2026/11/22/23/x.gz").unwrap(), "2026-11-22T23:00:00+00:00");
    assert_eq!(hour("2020/01/01/x/2026/11/22/host.gz").unwrap(), "2026-11-22T00:00:00+00:00");
    assert_eq!(hour("ds_agent/2026/11/22").unwrap(), "2026-11-22T00:00:00+00:00");
    assert_eq!(hour("ds_agent/2026/11/22/99_host.gz").unwrap(), "2026-11-22T00:00:00+00:00");
    for not_an_hour in ["2026/11/22/10.0.1.7/x.gz", "2026/11/22/12-web/x.gz", "2026/11/22/10.0.1.7.gz"] {
        assert_eq!(hour(not_an_hour).unwrap(), "2026-11-22T00:00:00+00:00", "{not_an_hour}");
    }
    for nine in
        ["2026/11/22/09.gz", "2026/11/22/09-web.gz", "2026/11/22/hour=09/x.gz", "h-2026-11-22-09.15.33.gz"]
    {
        assert_eq!(hour(nine).unwrap(), "2026-11-22T09:00:00+00:00", "{nine}");
    }
    for none in [
        "",
        "ds_agent/x.gz",
        "2026/13/01/x",
        "2026/02/30/x",
        "26/11/22/x",
        "2026/1/2/x",
        "ds_agent/語語/語/語",
    ] {
        assert_eq!(hour(none), None, "{none}");
    }
    let tokyo = Zone::named("Asia/Tokyo").unwrap();
    assert_eq!(written(in_key("2026/11/22/09_h", &tokyo).unwrap().start), "2026-11-22T09:00:00+09:00");
}

#[test]
fn times_are_written_with_their_offset_and_a_fraction_only_where_there_is_one() {
    for (text, as_written) in [
        ("2026-11-22T15:08:33+09:00", "2026-11-22T15:08:33+09:00"),
        ("2026-11-22T15:08:33Z", "2026-11-22T15:08:33+00:00"),
        ("2026-11-22T15:08:33.5-03:30", "2026-11-22T15:08:33.500-03:30"),
        ("2026-11-22T15:08:33.000001Z", "2026-11-22T15:08:33.000001+00:00"),
        ("2026-11-22T15:08:33.000000001Z", "2026-11-22T15:08:33.000000001+00:00"),
        ("0999-01-01T00:00:00Z", "0999-01-01T00:00:00+00:00"),
    ] {
        assert_eq!(written(parse_iso8601(text, None).unwrap()), as_written);
    }
}

#[test]
fn an_iso_time_without_an_offset_takes_the_default_one() {
    assert_eq!(parse_iso8601("2026-11-22T15:08:33", None), None);
    let time = parse_iso8601(" 2026-11-22 15:08:33 ", Some(Offset::from_hours(9).unwrap())).unwrap();
    assert_eq!(written(time), "2026-11-22T15:08:33+09:00");
    for none in ["", "no time", "2026-11-22T25:00:00Z", "2026-02-30T00:00:00Z", "1999"] {
        assert_eq!(parse_iso8601(none, Some(Offset::UTC)), None, "{none}");
    }
}

fn read(text: &str, format: &TimeFormat) -> Option<String> {
    parse(text, format, instant("2026-11-22T15:00:00Z"), None).map(|reading| written(reading.time))
}

#[test]
fn an_epoch_is_in_seconds_or_in_thousandths_by_its_size() {
    let format = TimeFormat::Epoch;
    for text in ["1603864000", "1603864000.000", "1603864000000", "1603864000000000", "1603864000000000000"] {
        assert_eq!(read(text, &format).as_deref(), Some("2020-10-28T05:46:40+00:00"), "{text}");
    }
    assert_eq!(read("1603864000.25", &format).as_deref(), Some("2020-10-28T05:46:40.250+00:00"));
    assert_eq!(read("1603864000123", &format).as_deref(), Some("2020-10-28T05:46:40.123+00:00"));
    assert_eq!(read("-1.5", &format).as_deref(), Some("1969-12-31T23:59:58.500+00:00"));
    for none in ["", "x", "1.x", "0x10", "9999999999999999999999999999", "1,5"] {
        assert_eq!(read(none, &format), None, "{none}");
    }
}

#[test]
fn a_syslog_format_reads_times_with_and_without_a_year() {
    let format = TimeFormat::Syslog;
    assert_eq!(read("Nov 22 14:00:00", &format).as_deref(), Some("2026-11-22T14:00:00+00:00"));
    assert_eq!(read("Nov 23 14:00:00", &format).as_deref(), Some("2025-11-23T14:00:00+00:00"));
    assert_eq!(read("Nov 22 2024 14:00:00", &format).as_deref(), Some("2024-11-22T14:00:00+00:00"));
    assert_eq!(read("14:00:00", &format), None);
}

#[test]
fn a_pattern_reads_what_it_says() {
    let pattern = |text: &str| TimeFormat::Strptime(text.to_owned());
    assert_eq!(
        read("28/Oct/2020:14:46:28 +0900", &pattern("%d/%b/%Y:%H:%M:%S %z")).as_deref(),
        Some("2020-10-28T14:46:28+09:00")
    );
    // https://docs.python.org/3/library/datetime.html: "When the %z directive is provided … 'Z' is identical to '+00:00'"
    for format in ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%:z"] {
        let utc = "2020-10-28T14:46:28+00:00";
        assert_eq!(read("2020-10-28T14:46:28Z", &pattern(format)).as_deref(), Some(utc), "{format}");
        let tokyo = Zone::named("Asia/Tokyo");
        let reading =
            parse("2020-10-28T14:46:28Z", &pattern(format), Timestamp::UNIX_EPOCH, tokyo.as_ref()).unwrap();
        assert_eq!(written(reading.time), utc, "{format}");
        assert!(!reading.zone_assumed, "{format}");
    }
    assert_eq!(
        read("2020-10-28 14:46:28", &pattern("%Y-%m-%d %H:%M:%S")).as_deref(),
        Some("2020-10-28T14:46:28+00:00")
    );
    assert_eq!(read("2020/10/28", &pattern("%Y/%m/%d")).as_deref(), Some("2020-10-28T00:00:00+00:00"));
    assert_eq!(read("2020-10-28", &pattern("%Y/%m/%d")), None);
    let tokyo = Zone::named("Asia/Tokyo");
    let pattern = pattern("%Y-%m-%d %H:%M:%S");
    let reading = parse("2020-10-28 14:46:28", &pattern, Timestamp::UNIX_EPOCH, tokyo.as_ref());
    assert_eq!(written(reading.unwrap().time), "2020-10-28T14:46:28+09:00");
}

// In documents.

#[test]
fn a_document_says_which_time_it_has() {
    let source = |line: &[u8]| {
        let document = load_bytes(plan(), line).documents.remove(0);
        (document.text("@timestamp").to_owned(), document.text("deepsecurity.timestamp_source").to_owned())
    };
    let event = agent_event("21", "act=Deny");
    let bare = "CEF:0|Trend Micro|Deep Security Agent|20|21|n|5|act=Deny";
    let of = |time: &str, origin: &str| (time.to_owned(), origin.to_owned());
    assert_eq!(source(&fluentd_line(&event)), of("2026-11-22T15:08:33+09:00", "syslog"));
    assert_eq!(source(&fluentd_line(bare)), of("2026-11-22T15:08:40+09:00", "fluentd"));
    assert_eq!(source(bare.as_bytes()), of("2026-11-22T00:00:00+00:00", "key"));
    assert_eq!(source(&fluentd_line_at(bare, "yesterday")), of("2026-11-22T00:00:00+00:00", "key"));
}

#[test]
fn an_unreadable_time_of_fluentd_is_kept_as_text() {
    let document = load_bytes(plan(), &fluentd_line_at("CEF:0|a|b|c|d|e|0|timestamp=x", "yesterday"))
        .documents
        .remove(0);
    assert_eq!(document.text("deepsecurity.extra.timestamp"), "x");
    assert_eq!(document.text("deepsecurity.timestamp"), "yesterday");
    assert!(!document.has("event.created"));
}

#[test]
fn timestamp_tz_is_the_zone_of_the_header() {
    let document = document_by(&plan_with("timestamp_tz = -05:00"), &agent_event("21", "act=Deny"));
    // 15:08:33 in New York is later than fluentd's 15:08:40 in Tokyo: not believed.
    assert_eq!(document.text("deepsecurity.timestamp_source"), "fluentd");
    let document = document_by(&plan_with("timestamp_tz = +10:00"), &agent_event("21", "act=Deny"));
    assert_eq!(document.text("@timestamp"), "2026-11-22T15:08:33+10:00");
}

#[test]
fn timestamp_tz_is_the_zone_of_a_line_without_fluentd() {
    let line = agent_event("21", "act=Deny");
    let document = load_bytes(&plan_with("timestamp_tz = +09:00"), line.as_bytes()).documents.remove(0);
    assert_eq!(document.text("@timestamp"), "2026-11-22T15:08:33+09:00");
}

#[test]
fn timestamp_key_decides_where_it_can_be_read() {
    let plan = plan_with(
        "timestamp_key = rt\ntimestamp_format_list = [\"epoch\", \"%Y/%m/%d %H:%M:%S\"]\ntimestamp_tz = +09:00",
    );
    let time = |value: &str| {
        let document = document_by(&plan, &agent_event("21", &format!("act=Deny rt={value}")));
        (document.text("@timestamp").to_owned(), document.text("deepsecurity.timestamp_source").to_owned())
    };
    assert_eq!(time("1603864000123"), ("2020-10-28T14:46:40.123+09:00".to_owned(), "field".to_owned()));
    assert_eq!(time("2020/10/28 14:46:28"), ("2020-10-28T14:46:28+09:00".to_owned(), "field".to_owned()));
    assert_eq!(time("soon").1, "syslog");
}

#[test]
fn a_field_s_time_cannot_name_an_index_of_any_year() {
    let plan = plan_with("timestamp_key = rt\ntimestamp_format_list = epoch iso8601");
    let index = |value: &str| document_by(&plan, &agent_event("21", &format!("act=Deny rt={value}"))).index;
    assert_eq!(index("2020-10-28T14:46:28Z"), "log-deepsecurity-2020-10");
    assert_eq!(index("2026-11-23T23:00:00Z"), "log-deepsecurity-2026-11");
    for value in
        ["2027-01-01T00:00:00Z", "-1", "-99999999999", "9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z"]
    {
        assert_eq!(index(value), "log-deepsecurity-2026-11", "{value}");
    }
}

#[test]
fn the_first_key_of_a_list_that_can_be_read_decides() {
    let plan = plan_with(
        "timestamp_key_list = start end timestamp\ntimestamp_format = epoch\ntimestamp_format_list = epoch iso8601",
    );
    let time =
        |extension: &str| document_by(&plan, &agent_event("21", extension)).text("@timestamp").to_owned();
    assert_eq!(time("start=1603864000 end=1603864001"), "2020-10-28T05:46:40+00:00");
    assert_eq!(time("start=x end=1603864001"), "2020-10-28T05:46:41+00:00");
    // fluentd's own field, and not what the log calls so.
    assert_eq!(time("timestamp=1603864000"), "2026-11-22T15:08:40+09:00");
}

#[test]
fn the_first_and_the_last_event_of_an_object_are_told() {
    let lines = [
        fluentd_line_at(&agent_event("21", "act=Deny"), "2026-11-22T15:08:40+09:00"),
        fluentd_line_at("CEF:0|a|b|c|d|e|0|", "2026-11-20T00:00:00+09:00"),
        fluentd_line_at("CEF:0|a|b|c|d|e|0|", "2026-11-24T00:00:00+09:00"),
    ];
    let account =
        load_with(plan(), facts(), &es_loader::load::account::Limits::default(), &lines.concat()).account;
    assert_eq!(account.first_event, Some(instant("2026-11-19T15:00:00Z")));
    assert_eq!(account.last_event, Some(instant("2026-11-23T15:00:00Z")));
}

#[test]
fn words_of_origins_are_all_different() {
    let words = [
        TimeOrigin::Field,
        TimeOrigin::Syslog,
        TimeOrigin::Fluentd,
        TimeOrigin::Key,
        TimeOrigin::Object,
        TimeOrigin::Load,
    ]
    .map(time::TimeOrigin::word);
    assert_eq!(words, ["field", "syslog", "fluentd", "key", "object", "load"]);
}

#[test]
fn a_collector_s_time_is_read_in_the_forms_that_collectors_give_it() {
    let tokyo = Some(CollectorTime::Zoned(parse_iso8601("2026-11-23T10:00:00+09:00", None).unwrap()));
    for text in [
        "2026-11-23T10:00:00+09:00",
        "2026-11-23T10:00:00+0900",
        "2026-11-23 10:00:00 +0900",
        "23/Nov/2026:10:00:00 +0900",
    ] {
        assert_eq!(parse_collector(text), tokyo, "{text}");
    }
    let number = Some(CollectorTime::Instant(instant("2026-11-23T01:00:00Z")));
    for text in [
        "1795395600",
        "1795395600.0",
        " 1795395600000 ",
        "1795395600000000",
        "1795395600000000000",
        "1.7953956e9",
        "1.7953956E+12",
        "1795395600000e-3",
        "17953956e5",
    ] {
        assert_eq!(parse_collector(text), number, "{text}");
    }
    let clock = Some(CollectorTime::Clock(jiff::civil::date(2026, 11, 23).at(10, 0, 0, 0)));
    assert_eq!(parse_collector("2026-11-23T10:00:00"), clock);
    assert_eq!(parse_collector("2026-11-23 10:00:00.000"), clock);
    for none in ["not a time", "", "12", "20261123", "2026-11-23", "1e400", "1e-400", "e9", "1e", "0x6565"] {
        assert_eq!(parse_collector(none), None, "{none}");
    }
}

#[test]
fn a_number_of_a_time_keeps_its_fraction_in_any_unit() {
    let read = |text: &str| match parse_collector(text) {
        Some(CollectorTime::Instant(instant)) => instant.to_string(),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(read("1605017902.123456789"), "2020-11-10T14:18:22.123456789Z");
    assert_eq!(read("1605017902123.5"), "2020-11-10T14:18:22.1235Z");
    assert_eq!(read("1.605017902123e12"), "2020-11-10T14:18:22.123Z");
    assert_eq!(read("1.6e12"), "2020-09-13T12:26:40Z");
}

proptest! {
    #![proptest_config(crate::cases(256))]

    /// The text is what the parts of the time say, one after the other.
    #[test]
    fn any_time_is_written_by_its_parts(
        second in -62_135_596_800_i64..253_402_000_000,
        nanosecond in prop_oneof![Just(0), (0..1000).prop_map(|n| n * 1_000_000), (0..1_000_000).prop_map(|n| n * 1_000), 0..1_000_000_000],
        minutes in -12 * 60..=14_i32 * 60,
    ) {
        let offset = Offset::from_seconds(minutes * 60).unwrap();
        let instant = Timestamp::new(second, nanosecond).unwrap();
        let civil = offset.to_datetime(instant);
        let nanosecond = civil.subsec_nanosecond();
        let fraction = match nanosecond {
            0 => String::new(),
            n if n % 1_000_000 == 0 => format!(".{:03}", n / 1_000_000),
            n if n % 1_000 == 0 => format!(".{:06}", n / 1_000),
            n => format!(".{n:09}"),
        };
        let sign = if minutes < 0 { '-' } else { '+' };
        let expected = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{fraction}{sign}{:02}:{:02}",
            civil.year(), civil.month(), civil.day(), civil.hour(), civil.minute(), civil.second(),
            minutes.abs() / 60, minutes.abs() % 60,
        );
        prop_assert_eq!(written(ZonedTime { instant, offset }), expected);
    }
}
