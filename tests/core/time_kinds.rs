//! Times of other collectors' records, of lines without any, of keys and of clocks that stand in another zone.

use std::ops::ControlFlow;
use std::time::Duration;

use es_loader::document::problem::Problem;
use es_loader::load::account::Limits;
use es_loader::load::visit;
use es_loader::map::compiled::CompiledSection;
use es_loader::map::event::ObjectFacts;
use es_loader::parse::time::{CollectorTime, Surroundings, Zone, in_key, parse_collector};
use es_loader::report::coverage::Coverage;
use es_loader::report::{ObjectReport, Outcome, Report};
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Document, Loaded, agent_event, facts, load_with, plan, plan_with};

/// A file of no key with a date, changed at `object` and loaded at `load`.
fn file(key: &str, object: Option<&str>, load: &str) -> ObjectFacts {
    let object = object.map(|time| time.parse().unwrap());
    let around = Surroundings::new(in_key(key, &Zone::UTC), object, load.parse().unwrap());
    ObjectFacts { key: key.to_owned(), around, ..facts() }
}

fn loaded(plan: &CompiledSection, facts: ObjectFacts, line: &str) -> Loaded {
    load_with(plan, facts, &Limits::default(), line.as_bytes())
}

fn only(mut loaded: Loaded) -> Document {
    assert_eq!(loaded.documents.len(), 1);
    loaded.documents.remove(0)
}

/// An event with this header in front.
fn event(header: &str) -> String {
    format!("{header} CEF:0|Trend Micro|Deep Security Agent|20|21|n|5|act=Deny")
}

/// The time of a record's document, and its source.
fn time_of(record: &Value) -> (String, String) {
    let document = only(loaded(plan(), facts(), &record.to_string()));
    (document.text("@timestamp").to_owned(), document.text("deepsecurity.timestamp_source").to_owned())
}

fn doubts(document: &Document) -> Value {
    document.get("deepsecurity.timestamp_doubt").clone()
}

// A header time without a zone, and no collector's time.

#[test]
fn a_clock_ahead_of_the_load_is_of_this_year() {
    for (header, now, index) in [
        ("Nov 29 15:18:22 web01", "2026-11-29T06:18:22Z", "log-deepsecurity-2026-11"),
        ("Jan  1 08:59:00 web01", "2026-12-31T23:59:30Z", "log-deepsecurity-2027-01"),
        ("<134>Mar  3 13:40:06 10.0.0.1", "2026-03-03T00:10:06Z", "log-deepsecurity-2026-03"),
        // A zone in the west: its clock is behind.
        ("Dec 31 23:59:00 web01", "2027-01-01T07:59:30Z", "log-deepsecurity-2026-12"),
    ] {
        let document = only(loaded(plan(), file("/var/log/x.log", Some(now), now), &event(header)));
        assert_eq!(document.index, index, "{header}");
        assert_eq!(document.text("deepsecurity.timestamp_source"), "syslog");
    }
}

#[test]
fn the_header_s_clock_is_never_shifted_but_by_timestamp_tz() {
    let now = "2026-11-29T06:18:30Z";
    let time = |settings: &str, header: &str| {
        let document = only(loaded(&plan_with(settings), file("x.log", Some(now), now), &event(header)));
        (document.text("@timestamp").to_owned(), doubts(&document))
    };
    let assumed = json!(["zone_assumed"]);
    assert_eq!(time("", "Nov 29 15:18:22 h"), ("2026-11-29T15:18:22+00:00".to_owned(), assumed.clone()));
    assert_eq!(time("", "2026-11-29 15:18:22 h"), ("2026-11-29T15:18:22+00:00".to_owned(), assumed));
    for zone in ["Asia/Tokyo", "+09:00", "9"] {
        let settings = format!("timestamp_tz = {zone}");
        let expected = ("2026-11-29T15:18:22+09:00".to_owned(), Value::Null);
        assert_eq!(time(&settings, "Nov 29 15:18:22 h"), expected, "{zone}");
    }
    let zoned = ("2026-11-29T15:18:22+09:00".to_owned(), Value::Null);
    assert_eq!(time("", "2026-11-29T15:18:22+09:00 h"), zoned);
}

#[test]
fn the_year_is_that_of_the_first_of_record_key_object_and_load() {
    let year = |line: &str, key: &str, object: Option<&str>| {
        let document = only(loaded(plan(), file(key, object, "2026-11-29T06:00:00Z"), line));
        (document.text("@timestamp")[..4].to_owned(), doubts(&document))
    };
    let assumed = json!(["zone_assumed"]);
    let line = event("Nov 10 23:30:00 h");
    // What a collector's clock showed names no zone, but a year.
    let record = json!({"message": line, "timestamp": "2019-11-10 23:30:02"}).to_string();
    assert_eq!(
        year(&record, "2021/11/10/x", Some("2023-11-11T00:00:00Z")),
        ("2019".to_owned(), assumed.clone())
    );
    assert_eq!(
        year(&line, "2021/11/10/x", Some("2023-11-11T00:00:00Z")),
        ("2021".to_owned(), assumed.clone())
    );
    assert_eq!(
        year(&line, "2021/11/10/10/x", Some("2023-11-11T00:00:00Z")),
        ("2021".to_owned(), assumed.clone())
    );
    assert_eq!(
        year(&line, "2021/11/10/00/x", Some("2023-11-11T00:00:00Z")),
        ("2021".to_owned(), assumed.clone())
    );
    assert_eq!(
        year(&line, "2021/11/09/20/x", Some("2023-11-11T00:00:00Z")),
        ("2020".to_owned(), assumed.clone())
    );
    assert_eq!(year(&line, "x", Some("2023-11-11T00:00:00Z")), ("2023".to_owned(), assumed));
    assert_eq!(year(&line, "x", None), ("2026".to_owned(), json!(["zone_assumed", "year_by_load"])));
}

#[test]
fn loading_40_days_later_gives_the_same_documents() {
    let lines = [
        event("Nov 29 15:18:22 h"),
        event("Dec 31 23:00:00 h"),
        event("Jan  5 00:00:00 h"),
        event(""),
        "Nov 28 01:02:03 h no event at all".to_owned(),
        json!({"message": event("Nov 29 15:18:22 h"), "time": "2026-11-29T15:18:25"}).to_string(),
    ]
    .join("\n");
    for (key, object) in [
        ("logs/x.log", Some("2026-11-29T06:18:30Z")),
        ("logs/2026/11/29/06_x.log", Some("2027-01-03T06:18:30Z")),
        ("logs/dt=2026-11-29/x.log", None),
    ] {
        let named = |load: &str| {
            let loaded = loaded(plan(), file(key, object, load), &lines);
            let documents = loaded.documents.into_iter();
            documents
                .map(|document| {
                    let time = document.text("@timestamp").to_owned();
                    (document.index, document.id, time)
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(named("2027-01-05T06:18:40Z"), named("2027-02-14T06:18:40Z"), "{key}");
    }
}

#[test]
fn where_only_the_load_s_clock_decides_the_document_says_so() {
    let at = |load: &str| only(loaded(plan(), file("x.log", None, load), &event("Nov 29 15:18:22 h")));
    let (today, in_40_days) = (at("2026-11-29T06:18:40Z"), at("2027-01-08T06:18:40Z"));
    assert_eq!((&today.index, &today.id), (&in_40_days.index, &in_40_days.id));
    assert_eq!(doubts(&today), json!(["zone_assumed", "year_by_load"]));
    assert_eq!(doubts(&in_40_days), doubts(&today));
}

#[test]
fn assumed_zones_are_counted_with_the_way_out() {
    let now = "2026-11-29T06:18:30Z";
    let lines = [event("Nov 29 15:18:22 h"), event("Nov 29 15:18:23 h"), event("2026-11-29T06:18:22Z h")];
    let loaded = loaded(plan(), file("x.log", Some(now), now), &lines.join("\n"));
    assert_eq!(loaded.account.problems.count(Problem::ZoneAssumed), 2);
    let meaning = Problem::ZoneAssumed.meaning();
    assert!(meaning.contains("time zone assumed") && meaning.contains("timestamp_tz"), "{meaning}");
}

#[test]
fn a_field_s_time_without_a_zone_has_an_assumed_one() {
    let settings = "timestamp_key = rt\ntimestamp_format_list = syslog iso8601\n%Y/%m/%d %H:%M:%S";
    let settings = settings.replace("\n%", "\n  %");
    let plan = |tz: &str| plan_with(&format!("{settings}\n{tz}"));
    let doubt = |plan: &CompiledSection, value: &str| {
        let line = format!("{} rt={value}", event("2026-11-22T06:00:00Z h"));
        doubts(&only(loaded(plan, facts(), &line)))
    };
    for value in ["2026-11-22T06:00:00", "2026/11/22 06:00:00", "Nov 22 06:00:00"] {
        assert_eq!(doubt(&plan(""), value), json!(["zone_assumed"]), "{value}");
        assert_eq!(doubt(&plan("timestamp_tz = Asia/Tokyo"), value), Value::Null, "{value}");
    }
    assert_eq!(doubt(&plan(""), "2026-11-22T06:00:00Z"), Value::Null);
}

// Zones by name.

#[test]
fn a_zone_s_daylight_saving_time_is_right() {
    let time = |zone: &str, header: &str| {
        let plan = plan_with(&format!("timestamp_tz = {zone}"));
        let now = "2026-12-29T06:18:30Z";
        only(loaded(&plan, file("x.log", Some(now), now), &event(header))).text("@timestamp").to_owned()
    };
    assert_eq!(time("America/New_York", "Jul  4 12:00:00 h"), "2026-07-04T12:00:00-04:00");
    assert_eq!(time("America/New_York", "Dec  4 12:00:00 h"), "2026-12-04T12:00:00-05:00");
    assert_eq!(time("europe/berlin", "Jul  4 12:00:00 h"), "2026-07-04T12:00:00+02:00");
    assert_eq!(time("Australia/Lord_Howe", "Jan 10 12:00:00 h"), "2026-01-10T12:00:00+11:00");
    // The clock is put forward from 2:00 to 3:00, and back from 3:00 to 2:00.
    assert_eq!(time("Europe/Berlin", "Mar 29 02:30:00 h"), "2026-03-29T02:30:00+01:00");
    assert_eq!(time("Europe/Berlin", "Oct 25 02:30:00 h"), "2026-10-25T02:30:00+02:00");
}

#[test]
fn an_hour_that_comes_twice_is_the_one_in_which_the_collector_read_the_line() {
    let plan = plan_with("timestamp_tz = America/New_York");
    let time = |read: &str| {
        let record = json!({"message": event("Nov  1 01:30:00 h"), "timestamp": read});
        only(loaded(&plan, facts(), &record.to_string())).text("@timestamp").to_owned()
    };
    assert_eq!(time("2026-11-01T05:30:05Z"), "2026-11-01T01:30:00-04:00");
    assert_eq!(time("2026-11-01T06:30:05Z"), "2026-11-01T01:30:00-05:00");
}

#[test]
fn an_offset_is_taken_in_the_ways_in_which_people_write_it() {
    let time = |zone: &str| {
        let plan = plan_with(&format!("timestamp_tz = {zone}"));
        only(loaded(&plan, facts(), &json!({"message": event("Nov 10 23:18:20 h")}).to_string()))
            .text("@timestamp")
            .to_owned()
    };
    for zone in ["+09:00", "+0900", "+9", "+9:00", "UTC+9", "UTC+09:00", "GMT+0900", "Asia/Tokyo"] {
        assert!(time(zone).ends_with("T23:18:20+09:00"), "{zone}: {}", time(zone));
    }
    for zone in ["-03:30", "-0330", "UTC-3:30"] {
        assert!(time(zone).ends_with("T23:18:20-03:30"), "{zone}: {}", time(zone));
    }
    assert!(time("Z").ends_with("T23:18:20+00:00"));
}

#[test]
fn index_tz_takes_a_zone_s_name() {
    let index = |zone: &str, header: &str| {
        let plan = plan_with(&format!("index_rotation = daily\nindex_tz = {zone}"));
        only(loaded(&plan, file("x.log", None, "2026-12-29T06:18:30Z"), &event(header))).index
    };
    assert_eq!(index("Asia/Tokyo", "2026-11-22T15:30:00Z h"), "log-deepsecurity-2026-11-23");
    assert_eq!(index("America/New_York", "2026-11-22T04:30:00Z h"), "log-deepsecurity-2026-11-21");
    assert_eq!(index("America/New_York", "2026-07-22T04:30:00Z h"), "log-deepsecurity-2026-07-22");
}

// The collector's time under other names.

#[test]
fn a_collector_s_time_is_found_under_the_names_that_collectors_use() {
    let message = event("Nov 10 14:18:20 h");
    let names = ["timestamp", "@timestamp", "time", "date", "_time", "eventTime", "ingestionTime"];
    let epochs = [
        json!(1_605_017_902),
        json!("1605017902.123"),
        json!(1_605_017_902_123_u64),
        json!("1.605017902123e12"),
    ];
    for name in names {
        for time in epochs
            .iter()
            .cloned()
            .chain([json!("2020-11-10T14:18:22.123Z"), json!("2020-11-10T14:18:22+0000")])
        {
            let record = json!({"message": message, name: time});
            let expected = ("2020-11-10T14:18:20+00:00".to_owned(), "syslog".to_owned());
            assert_eq!(time_of(&record), expected, "{record}");
            let record = json!({"message": event(""), name: time});
            assert_eq!(time_of(&record).1, "fluentd", "{record}");
            let document = only(loaded(plan(), facts(), &record.to_string()));
            assert!(document.text("event.created").starts_with("2020-11-10T14:18:22"), "{record}");
            assert!(!document.has("deepsecurity.extra"), "{}", document.json);
        }
    }
}

#[test]
fn a_number_in_exponent_form_is_not_1970() {
    let line = format!(r#"{{"message":"{}","date":1.605017902123e12}}"#, event(""));
    let document = only(loaded(plan(), facts(), &line));
    assert_eq!(document.text("@timestamp"), "2020-11-10T14:18:22.123+00:00");
    let line = format!(r#"{{"message":"{}","date":1.6e+9}}"#, event(""));
    assert_eq!(only(loaded(plan(), facts(), &line)).text("@timestamp"), "2020-09-13T12:26:40+00:00");
}

#[test]
fn a_key_of_user_ini_names_the_collector_s_field() {
    let plan = plan_with("collector_time_key = readAt");
    let record = json!({"message": event(""), "readAt": 1_605_017_902, "time": "2019-01-01T00:00:00Z"});
    let document = only(loaded(&plan, facts(), &record.to_string()));
    assert_eq!(document.text("event.created"), "2020-11-10T14:18:22+00:00");
    assert_eq!(document.text("deepsecurity.extra.time"), "2019-01-01T00:00:00Z");
    // Where the record does not have it, the usual ones count.
    let record = json!({"message": event(""), "time": "2019-01-01T00:00:00Z"});
    let document = only(loaded(&plan, facts(), &record.to_string()));
    assert_eq!(document.text("event.created"), "2019-01-01T00:00:00+00:00");
}

#[test]
fn a_field_that_is_no_time_is_passed_over_and_kept() {
    let record = json!({
        "message": event(""), "timestamp": "yesterday", "time": "12", "date": "2020-11-10",
        "_time": "2020-11-10T14:18:22Z",
    });
    let document = only(loaded(plan(), facts(), &record.to_string()));
    assert_eq!(document.text("event.created"), "2020-11-10T14:18:22+00:00");
    assert_eq!(document.text("deepsecurity.timestamp"), "yesterday");
    assert_eq!(document.text("deepsecurity.extra.time"), "12");
    assert_eq!(document.text("deepsecurity.extra.date"), "2020-11-10");
    assert!(!document.has("deepsecurity.extra._time"));
}

#[test]
fn a_collector_may_write_its_time_in_each_form_that_headers_have() {
    for text in [
        "Tue Nov 10 14:18:22 UTC 2020",
        "Tue Nov 10 23:18:22 +0900 2020",
        "Tue, 10 Nov 2020 14:18:22 GMT",
        "10/Nov/2020:23:18:22 +0900",
        "2020-11-10 23:18:22 +09:00",
        "2020-11-10 23:18:22.000000000 +0900 JST",
        "2020-11-10 09:18:22 GMT-5",
    ] {
        let Some(CollectorTime::Zoned(time)) = parse_collector(text) else { panic!("{text}") };
        assert_eq!(time.instant.to_string(), "2020-11-10T14:18:22Z", "{text}");
    }
    for text in ["20201110141822", "Tue Nov 10 14:18:22 2020", "2020/11/10 14:18:22"] {
        let clock = date(2020, 11, 10).at(14, 18, 22, 0);
        assert_eq!(parse_collector(text), Some(CollectorTime::Clock(clock)), "{text}");
    }
    // Without its year, with text behind it, or in a zone that means several, it is none.
    for text in
        ["Nov 10 14:18:22", "Tue Nov 10 14:18:22 2020 web01", "2020-11-10 14:18:22 PST", "20201310141822"]
    {
        assert!(
            !matches!(parse_collector(text), Some(CollectorTime::Zoned(_) | CollectorTime::Clock(_))),
            "{text}"
        );
    }
}

#[test]
fn an_event_s_own_time_is_read_with_the_zone_behind_it() {
    let rt = |text: &str| {
        let line = format!("CEF:0|Acme|Wall|1|2|n|5|rt={text} act=Deny");
        let document = only(loaded(plan(), facts(), &json!({"message": line}).to_string()));
        (document.text("@timestamp").to_owned(), document.text("deepsecurity.timestamp_source").to_owned())
    };
    let field = |text: &str| (text.to_owned(), "field".to_owned());
    assert_eq!(rt("Nov 10 2020 23:18:22 +0900"), field("2020-11-10T23:18:22+09:00"));
    assert_eq!(rt("Nov 10 2020 23:18:22.500 GMT+09:00"), field("2020-11-10T23:18:22.500+09:00"));
    assert_eq!(rt("Tue Nov 10 14:18:22 UTC 2020"), field("2020-11-10T14:18:22+00:00"));
    // Whose clock this is, the text does not say.
    for zone in ["PDT", "EST", "Europe/Berlin", "PM"] {
        assert_ne!(rt(&format!("Nov 10 2020 14:18:22 {zone}")).1, "field", "{zone}");
    }
}

#[test]
fn a_collector_s_time_in_a_form_that_is_not_read_is_counted() {
    let counted = |record: Value| {
        let loaded = loaded(plan(), facts(), &record.to_string());
        loaded.account.problems.count(Problem::CollectorTimeUnread)
    };
    for text in ["11/10/2020 14:18:22", "yesterday", "14:18:22", "12"] {
        assert_eq!(counted(json!({"message": event(""), "timestamp": text})), 1, "{text}");
    }
    // Another field has it, nobody wrote one, or the zone alone is not known.
    assert_eq!(counted(json!({"message": event(""), "timestamp": "?", "time": "2020-11-10T14:18:22Z"})), 0);
    assert_eq!(counted(json!({"message": event(""), "timestamp": ""})), 0);
    assert_eq!(counted(json!({"message": event(""), "time": "12"})), 0);
    assert_eq!(counted(json!({"message": event(""), "timestamp": "2020-11-10 14:18:22"})), 0);
}

#[test]
fn a_collector_s_clock_that_was_never_set_or_runs_years_ahead_is_none() {
    let facts = file("ds_agent/2026/11/22/15_web01_0.gz", None, "2026-11-22T16:00:00Z");
    for time in [
        json!("0001-01-01T00:00:00Z"),
        json!("1970-01-01T00:00:00+09:00"),
        json!("1980-01-01 00:00:10"),
        json!("2000-01-01T00:00:00Z"),
        json!(946_684_800),
        json!("2099-12-31T23:59:59Z"),
        json!("2026-11-24T16:00:00Z"),
    ] {
        let record = json!({"message": event("Nov 22 15:08:33 h"), "timestamp": time}).to_string();
        let loaded = loaded(plan(), facts.clone(), &record);
        assert_eq!(loaded.account.problems.count(Problem::CollectorTimeUnread), 1, "{time}");
        let document = only(loaded);
        assert_eq!(document.text("@timestamp"), "2026-11-22T15:08:33+00:00", "{time}");
        assert_eq!(document.get("event.created"), &Value::Null, "{time}");
    }
}

#[test]
fn dates_of_keys_and_of_objects_that_cannot_be_choose_no_index() {
    let load = "2026-11-22T16:00:00Z";
    for (key, object) in [
        ("1999/12/31/x.gz", Some("2026-11-22T15:30:00Z")),
        ("2099/01/01/x.gz", Some("2026-11-22T15:30:00Z")),
        ("2026/11/22/15/x.gz", Some("1970-01-01T00:00:00Z")),
        ("x.gz", Some("1970-01-01T00:00:00Z")),
    ] {
        let document = only(loaded(plan(), file(key, object, load), &event("Nov 22 15:08:33 h")));
        assert_eq!(document.text("@timestamp"), "2026-11-22T15:08:33+00:00", "{key}");
        let document = only(loaded(plan(), file(key, object, load), &event("")));
        assert!(document.text("@timestamp").starts_with("2026-11-22"), "{key} {}", document.json);
    }
}

#[test]
fn a_collector_s_time_without_a_year_is_of_that_of_the_key_or_the_object() {
    let record = |time: &str| json!({"message": event(""), "time": time}).to_string();
    let year_before = file("2026/01/01/00_h.gz", None, "2026-11-22T16:00:00Z");
    let document = only(loaded(plan(), year_before, &record("Dec 31 23:59:58")));
    assert_eq!(document.text("@timestamp"), "2025-12-31T23:59:58+00:00");
    assert_eq!(document.text("deepsecurity.timestamp_source"), "fluentd");
    assert!(!doubts(&document).is_null());
    let in_tokyo = plan_with("timestamp_tz = Asia/Tokyo");
    let here = file("2026/11/22/x.gz", None, "2026-11-22T16:00:00Z");
    let document = only(loaded(&in_tokyo, here, &record("Nov 22 15:08:33")));
    assert_eq!(document.text("@timestamp"), "2026-11-22T15:08:33+09:00");
    // The load alone tells no year.
    let unknown = loaded(plan(), file("x.gz", None, "2026-11-22T16:00:00Z"), &record("Nov 22 15:08:33"));
    assert_eq!(unknown.account.problems.count(Problem::CollectorTimeUnread), 1);
}

#[test]
fn other_collectors_tell_the_time_under_names_of_their_own() {
    let message = event("Nov 10 14:18:20 h");
    for (name, time) in [
        ("ISODATE", json!("2020-11-10T23:18:22+09:00")),
        ("timereported", json!("2020-11-10T14:18:22.123456+00:00")),
        ("EventReceivedTime", json!("2020-11-10T14:18:22.123Z")),
        ("timeUnixNano", json!("1605017902123456789")),
        ("received_at", json!("2020-11-10T14:18:22.123Z")),
        ("ts", json!(1_605_017_902.25)),
        ("startTimeISO", json!("2020-11-10T14:18:22.123Z")),
        ("receiptTime", json!(1_605_017_902_123_u64)),
        ("_ts", json!(1_605_017_902_123_u64)),
    ] {
        let document = only(loaded(plan(), facts(), &json!({"message": message, name: time}).to_string()));
        let created: jiff::Timestamp = document.text("event.created").parse().unwrap();
        assert_eq!(created.as_second(), 1_605_017_902, "{name}");
        assert!(!document.has("deepsecurity.extra"), "{}", document.json);
    }
}

#[test]
fn a_collector_s_clock_without_a_zone_stands_in_timestamp_tz() {
    let record = json!({"message": event("Nov 10 23:18:20 h"), "time": "2020-11-10 23:18:22"}).to_string();
    let document = only(loaded(&plan_with("timestamp_tz = Asia/Tokyo"), facts(), &record));
    assert_eq!(document.text("event.created"), "2020-11-10T23:18:22+09:00");
    assert_eq!(document.text("@timestamp"), "2020-11-10T23:18:20+09:00");
    assert_eq!(doubts(&document), Value::Null);
    let document = only(loaded(plan(), facts(), &record));
    assert!(!document.has("event.created"), "its zone is not known");
    assert_eq!(document.text("@timestamp"), "2020-11-10T23:18:20+00:00");
    assert_eq!(doubts(&document), json!(["zone_assumed"]));
}

#[test]
fn a_collector_s_number_says_nothing_of_the_header_s_zone() {
    let doubt = |header: &str| {
        // 14:18:22 UTC
        let record = json!({"message": event(header), "date": 1_605_017_902}).to_string();
        let document = only(loaded(plan(), facts(), &record));
        (document.text("@timestamp").to_owned(), doubts(&document))
    };
    assert_eq!(doubt("Nov 10 14:18:20 h"), ("2020-11-10T14:18:20+00:00".to_owned(), Value::Null));
    // New York, or four hours late: nobody knows.
    assert_eq!(doubt("Nov 10 09:18:20 h"), ("2020-11-10T09:18:20+00:00".to_owned(), json!(["zone_assumed"])));
}

// Dates in keys.

#[test]
fn dates_in_keys_are_read_in_the_forms_that_shippers_write() {
    let read = |key: &str| {
        let time = in_key(key, &Zone::UTC)?;
        let hours = time.end.duration_since(time.start.instant).as_hours();
        Some((time.start.instant.to_string(), hours))
    };
    for (key, hour) in [
        ("ds/2024/11/10/05/x.gz", "05"),
        ("ds/2024/11/10/05_host_0.gz", "05"),
        ("ds/2024/11/10/05", "05"),
        ("year=2024/month=11/day=10/hour=05/x.gz", "05"),
        ("a/year=2024/month=11/day=10/hour=23/x.gz", "23"),
        ("a/Y=2024/M=11/D=10/H=05/part-0000.gz", "05"),
        ("logs/dt=2024-11-10/hour=05/x.gz", "05"),
        ("logs/dt=20241110/hh=05/x.gz", "05"),
        ("logs/dt=2024-11-10-05/x.gz", "05"),
        ("logs/2024-11-10/05/x.gz", "05"),
        ("logs/20241110/05/x.gz", "05"),
        ("logs/2024111005/x.gz", "05"),
        ("logs/host.20241110T05.gz", "05"),
        ("logs/stream-1-2024-11-10-05-33-12-0a1b.gz", "05"),
        ("logs/ds-2024.11.10.05.log", "05"),
        ("logs/2024_11_10_05/x.gz", "05"),
        ("logs/dt=2024-11-10 05:00:00/x.gz", "05"),
    ] {
        assert_eq!(read(key), Some((format!("2024-11-10T{hour}:00:00Z"), 1)), "{key}");
    }
    for key in [
        "ds/2024/11/10/123456789012_elastic.gz",
        "ds/2024/11/10/053_x.gz",
        "ds/2024/11/10/5/x.gz",
        "ds/2024/11/10/24/x.gz",
        "year=2024/month=11/day=10/x.gz",
        "dt=2024-11-10/part-0.gz",
        "dt=20241110/x.gz",
        "date=2024-11-10/123456789012/x.gz",
        "x_20241110T053312Z_y.gz",
        "x.20241110053312.gz",
        "x-20241110.gz",
        "x.2024-11-10.gz",
        "logstash-2024.11.10.gz",
        "logs/2024_11_10/part-0.gz",
    ] {
        assert_eq!(read(key), Some(("2024-11-10T00:00:00Z".to_owned(), 24)), "{key}");
    }
    for key in [
        "AWSLogs/123456789012/x.gz",
        "202411101212/x.gz",
        "x-2024-13-10.gz",
        "x-2024-11-31.gz",
        "120241110/x.gz",
        "x/2024/1/10/x.gz",
        "year=2024/x.gz",
        "10.20.30.40/x.gz",
        "2024.11-10/x.gz",
        "ds-20.0.2024.1110.gz",
        "",
    ] {
        assert_eq!(read(key), None, "{key}");
    }
}

#[test]
fn of_several_dates_the_last_folder_s_counts() {
    let day = |key: &str| in_key(key, &Zone::UTC).unwrap().start.instant.to_string()[..10].to_owned();
    assert_eq!(day("2020/01/01/x/2026/11/22/host.gz"), "2026-11-22");
    assert_eq!(day("2026/11/22/host-20191231.log.gz"), "2026-11-22");
    assert_eq!(day("archive-2020-01-01/dt=2026-11-22/x.gz"), "2026-11-22");
    assert_eq!(day("x-20191231-20201231.gz"), "2019-12-31");
}

// Lines that are no event.

#[test]
fn a_line_that_is_no_event_keeps_its_header_s_time() {
    let now = "2026-11-29T06:18:30Z";
    for (line, time) in [
        ("Nov 28 01:02:03 web01 sshd[12]: Accepted password for root", "2026-11-28T01:02:03+00:00"),
        ("<34>1 2026-11-28T01:02:03.5+09:00 web01 su - ID47 - failed", "2026-11-28T01:02:03.500+09:00"),
        ("<13>2026-11-28T01:02:03Z web01 last message repeated 2 times", "2026-11-28T01:02:03+00:00"),
    ] {
        let document = only(loaded(plan(), file("x.log", Some(now), now), line));
        assert_eq!(document.text("@timestamp"), time, "{line}");
        assert_eq!(document.text("deepsecurity.timestamp_source"), "syslog");
        assert_eq!(document.text("event.kind"), "pipeline_error");
    }
    let record = json!({"message": "Nov 22 01:02:03 web01 x", "timestamp": "2026-11-22T01:02:30+09:00"});
    assert_eq!(time_of(&record), ("2026-11-22T01:02:03+09:00".to_owned(), "syslog".to_owned()));
}

// Times after the object.

#[test]
fn a_time_after_the_object_s_last_change_is_odd_and_does_not_choose_the_index() {
    let index = |key: &str, line: &str| {
        let facts = file(key, Some("2026-11-22T10:00:00Z"), "2027-03-01T00:00:00Z");
        let loaded = loaded(plan(), facts, line);
        let odd = loaded.account.problems.count(Problem::TimeAfterObject);
        let document = only(loaded);
        (document.index.clone(), odd, doubts(&document))
    };
    let odd = |index: &str| (index.to_owned(), 1, json!(["after_object"]));
    let zoned = event("2027-01-05T00:00:00Z h");
    assert_eq!(index("x.log", &zoned), odd("log-deepsecurity-2026-11"));
    assert_eq!(index("2026/10/31/x.log", &zoned), odd("log-deepsecurity-2026-10"));
    // A key that is after the object too says nothing.
    assert_eq!(index("2027/01/05/x.log", &zoned), odd("log-deepsecurity-2026-11"));
    let record = json!({"message": event(""), "timestamp": "2027-01-05T00:00:00Z"}).to_string();
    assert_eq!(index("x.log", &record), odd("log-deepsecurity-2026-11"));
    // Fourteen hours are what a clock can be ahead of UTC.
    let near = index("x.log", &event("2026-11-23T00:00:00Z h"));
    assert_eq!(near, ("log-deepsecurity-2026-11".to_owned(), 0, Value::Null));
}

#[test]
fn a_field_s_time_that_cannot_be_the_event_s_is_counted() {
    let plan = plan_with("timestamp_key = rt\ntimestamp_format_list = epoch iso8601");
    let odd = |value: &str| {
        let line = format!("{} rt={value}", event("2026-11-22T06:00:00Z h"));
        loaded(&plan, facts(), &line).account.problems.count(Problem::ValueDoesNotFit)
    };
    for value in ["2031-01-01T00:00:00Z", "soon", "-1"] {
        assert_eq!(odd(value), 1, "{value}");
    }
    assert_eq!(odd("2026-11-22T06:00:00Z"), 0);
}

// Clocks that stand in another zone.

/// Lines with a header and a collector's time each.
fn lines(pairs: &[(&str, &str)]) -> String {
    let record =
        |(header, read): &(&str, &str)| json!({"message": event(header), "timestamp": read}).to_string();
    pairs.iter().map(record).collect::<Vec<_>>().join("\n")
}

fn wrong_zone(settings: &str, pairs: &[(&str, &str)]) -> Option<String> {
    let loaded = loaded(&plan_with(settings), facts(), &lines(pairs));
    loaded.account.clocks.wrong_zone().map(|wrong| wrong.zone.to_string())
}

#[test]
fn clocks_a_whole_number_of_quarter_hours_away_tell_the_zone() {
    let at = |clocks: [&'static str; 4]| {
        let reads = ["06:18:24Z", "06:20:00Z", "06:21:31.5Z", "06:30:00Z"];
        clocks.into_iter().zip(reads).collect::<Vec<_>>()
    };
    for (zone, clocks) in [
        ("+09:00", ["15:18:22", "15:19:58", "15:21:30", "15:29:00"]),
        ("-05:00", ["01:18:22", "01:19:58", "01:21:30", "01:29:00"]),
        ("+05:45", ["12:03:22", "12:04:58", "12:06:30", "12:14:00"]),
    ] {
        let owned: Vec<_> = at(clocks)
            .into_iter()
            .map(|(clock, read)| (format!("Nov 22 {clock} h"), format!("2026-11-22T{read}")))
            .collect();
        let pairs: Vec<_> = owned.iter().map(|(header, read)| (header.as_str(), read.as_str())).collect();
        assert_eq!(wrong_zone("", &pairs).as_deref(), Some(zone));
        assert_eq!(wrong_zone(&format!("timestamp_tz = {zone}"), &pairs), None, "it is set");
    }
}

#[test]
fn load_and_coverage_name_the_zone_that_timestamp_tz_should_have() {
    let pairs = [("Nov 22 15:18:22 h", "2026-11-22T06:18:24Z"); 20];
    let account = loaded(plan(), facts(), &lines(&pairs)).account;
    let mut coverage = Coverage::default();
    coverage.add_account(&account);
    let expected = "by the collector's times of 20 of 20 lines: set timestamp_tz = +09:00\n";
    assert!(coverage.to_string().contains(expected), "{coverage}");
    assert_eq!(serde_json::to_value(&coverage).unwrap()["timestamp_tz"], "+09:00");
    let mut report = Report::default();
    report.add(&ObjectReport { account, ..ObjectReport::not_loaded("x", Outcome::Loaded) });
    let screen = report.screen("indexed", Duration::ZERO).to_string();
    assert!(screen.contains(expected), "{screen}");
}

#[test]
fn explain_tells_what_is_assumed_and_what_is_odd() {
    let doubts = |object: Option<&str>, line: &str| {
        let mut doubts = Vec::new();
        let facts = file("x.log", object, "2026-12-29T06:18:30Z");
        visit(line.as_bytes(), plan(), facts, &Limits::default(), &mut |document, _| {
            doubts.extend(document.explain().time.doubts);
            ControlFlow::Continue(())
        });
        doubts.join("; ")
    };
    let assumed = doubts(None, &event("Nov 29 15:18:22 h"));
    assert!(assumed.contains("time zone assumed") && assumed.contains("timestamp_tz"), "{assumed}");
    assert!(assumed.contains("only the time of the load"), "{assumed}");
    let late = doubts(Some("2026-11-22T06:18:30Z"), &event("2026-12-02T15:18:22Z h"));
    assert!(late.contains("the index is that of the object's time, 2026-11-22T06:18:30+00:00"), "{late}");
    assert_eq!(doubts(None, &event("2026-11-29T15:18:22Z h")), "");
}

#[test]
fn clocks_that_stand_right_or_here_and_there_tell_nothing() {
    let right = [("Nov 22 06:18:22 h", "2026-11-22T06:18:24Z"); 12];
    assert_eq!(wrong_zone("", &right), None);
    // Late by any number of minutes.
    let late: Vec<_> = ["05:01:00", "05:07:00", "04:40:00", "05:48:00", "03:22:00"]
        .map(|clock| (format!("Nov 22 {clock} h"), "2026-11-22T06:18:24Z"))
        .into_iter()
        .collect();
    let late: Vec<_> = late.iter().map(|(header, read)| (header.as_str(), *read)).collect();
    assert_eq!(wrong_zone("", &late), None);
    // One of two hosts.
    let mut mixed = right[..3].to_vec();
    mixed.extend([("Nov 22 15:18:22 h", "2026-11-22T06:18:24Z"); 3]);
    assert_eq!(wrong_zone("", &mixed), None);
    // A header that names its zone has no clock to guess at.
    assert_eq!(wrong_zone("", &[("2026-11-22T15:18:22Z h", "2026-11-22T06:18:24Z"); 5]), None);
}

#[test]
fn a_year_s_end_between_clock_and_collector_tells_the_zone_too() {
    let pairs = [("Jan  1 08:59:58 h", "2025-12-31T23:59:59Z"); 5];
    assert_eq!(wrong_zone("", &pairs).as_deref(), Some("+09:00"));
}

proptest! {
    #![proptest_config(crate::cases(512))]

    /// A time that any text gives can be written and read again.
    #[test]
    fn any_text_is_a_time_or_none(text in "[0-9eE.+-]{1,24}|[0-9]{4}[-/]?[0-9]{1,2}[-/]?[0-9]{1,2}[T_ -]?[0-9:+Z]{0,14}|.{0,30}") {
        let _ = parse_collector(&text);
        if let Some(time) = in_key(&text, &Zone::UTC) {
            prop_assert!(time.start.instant < time.end && time.end <= time.day_end);
        }
    }
}

#[test]
fn the_agent_s_event_of_the_article_has_no_doubt() {
    let record = json!({"message": agent_event("21", "act=Deny"), "timestamp": "2026-11-22T15:08:40+09:00"});
    assert_eq!(doubts(&only(loaded(plan(), facts(), &record.to_string()))), Value::Null);
}
