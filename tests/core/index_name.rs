//! The index that a document goes to, byte for byte as SIEM on OpenSearch names it.

use es_loader::config::log_type::{IndexSettings, IndexTime, Rotation};
use es_loader::map::index_name::IndexNames;
use es_loader::parse::time::Zone;
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::support::{agent_event, document_by, plan_with};

fn index(rotation: Rotation) -> IndexSettings {
    IndexSettings {
        name: "log-deepsecurity".to_owned(),
        rotation,
        time: IndexTime::Event,
        tz: Zone::UTC,
        suffix: String::new(),
    }
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn named(index: &IndexSettings, event: &str) -> String {
    IndexNames::new(index).name(instant(event), instant("2026-11-23T00:00:00Z")).to_owned()
}

#[test]
fn each_rotation_writes_its_own_part_of_the_date() {
    for (rotation, name) in [
        (Rotation::Auto, "log-deepsecurity"),
        (Rotation::Daily, "log-deepsecurity-2026-03-07"),
        (Rotation::Weekly, "log-deepsecurity-2026-w09"),
        (Rotation::Monthly, "log-deepsecurity-2026-03"),
        (Rotation::Yearly, "log-deepsecurity-2026"),
    ] {
        assert_eq!(named(&index(rotation), "2026-03-07T12:00:00Z"), name);
    }
}

/// Against strftime's `%W`, for each day of eleven years: all weekdays of January 1, leap years among them.
#[test]
fn weeks_are_those_of_strftime() {
    let weekly = index(Rotation::Weekly);
    let mut names = IndexNames::new(&weekly);
    let mut day = jiff::civil::date(2020, 1, 1);
    while day.year() < 2031 {
        let time = Offset::UTC.to_timestamp(day.at(13, 0, 0, 0)).unwrap();
        let expected = format!("log-deepsecurity-{}", day.strftime("%Y-w%W"));
        assert_eq!(names.name(time, time), expected, "{day}");
        day = day.tomorrow().unwrap();
    }
}

#[test]
fn the_days_before_the_first_monday_are_week_zero() {
    let weekly = index(Rotation::Weekly);
    assert_eq!(named(&weekly, "2026-01-01T00:00:00Z"), "log-deepsecurity-2026-w00");
    assert_eq!(named(&weekly, "2026-01-04T23:59:59Z"), "log-deepsecurity-2026-w00");
    assert_eq!(named(&weekly, "2026-01-05T00:00:00Z"), "log-deepsecurity-2026-w01");
    // January 1 of 2024 is a Monday.
    assert_eq!(named(&weekly, "2024-01-01T00:00:00Z"), "log-deepsecurity-2024-w01");
    assert_eq!(named(&weekly, "2024-12-31T00:00:00Z"), "log-deepsecurity-2024-w53");
}

#[test]
fn the_day_begins_where_index_tz_says() {
    let tokyo = IndexSettings { tz: Zone::Fixed(Offset::from_hours(9).unwrap()), ..index(Rotation::Daily) };
    assert_eq!(named(&tokyo, "2026-11-22T14:59:59Z"), "log-deepsecurity-2026-11-22");
    assert_eq!(named(&tokyo, "2026-11-22T15:00:00Z"), "log-deepsecurity-2026-11-23");
    let west = IndexSettings { tz: Zone::Fixed(Offset::from_hours(-8).unwrap()), ..index(Rotation::Yearly) };
    assert_eq!(named(&west, "2027-01-01T07:59:59Z"), "log-deepsecurity-2026");
}

#[test]
fn the_load_time_can_name_the_index() {
    let ingested = IndexSettings { time: IndexTime::Ingested, ..index(Rotation::Daily) };
    assert_eq!(named(&ingested, "2020-01-01T00:00:00Z"), "log-deepsecurity-2026-11-23");
}

#[test]
fn a_suffix_stands_before_the_date_and_an_alias_has_none() {
    let suffixed = |rotation| IndexSettings { suffix: "blue".to_owned(), ..index(rotation) };
    assert_eq!(named(&suffixed(Rotation::Monthly), "2026-03-07T12:00:00Z"), "log-deepsecurity-blue-2026-03");
    assert_eq!(named(&suffixed(Rotation::Auto), "2026-03-07T12:00:00Z"), "log-deepsecurity");
    assert_eq!(named(&suffixed(Rotation::Weekly), "2026-03-07T12:00:00Z"), "log-deepsecurity-blue-2026-w09");
}

#[test]
fn neighbors_on_both_sides_of_midnight_have_their_own_names() {
    let daily = index(Rotation::Daily);
    let mut names = IndexNames::new(&daily);
    let given: Vec<String> = ["2026-11-22T23:59:59Z", "2026-11-23T00:00:00Z", "2026-11-22T23:59:59Z"]
        .map(|time| names.name(instant(time), instant(time)).to_owned())
        .to_vec();
    assert_eq!(
        given,
        ["log-deepsecurity-2026-11-22", "log-deepsecurity-2026-11-23", "log-deepsecurity-2026-11-22"]
    );
}

#[test]
fn user_ini_s_settings_reach_the_document_s_index() {
    let settings = "index_rotation = daily\nindex_tz = +00:00\nindex_suffix = b";
    let document = document_by(&plan_with(settings), &agent_event("21", "act=Deny"));
    assert_eq!(document.text("@timestamp"), "2026-11-22T15:08:33+09:00");
    assert_eq!(document.index, "log-deepsecurity-b-2026-11-22");
    let document = document_by(
        &plan_with("index_rotation = daily\nindex_time = event_ingested"),
        &agent_event("21", "act=Deny"),
    );
    assert_eq!(document.index, "log-deepsecurity-2026-11-23");
}
