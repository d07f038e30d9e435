//! What CloudWatch is told.

use std::time::Duration;

use es_loader::deliver::bulk::fault::Fault;
use es_loader::deliver::bulk::{Tally, Verdicts};
use es_loader::load::account::Account;
use es_loader::load::ages::Ages;
use es_loader::map::exclude::Exclusions;
use es_loader::map::exclude::RuleAction;
use es_loader::read::object::line::{Break, LineNumber};
use es_loader::report::metrics::emf;
use es_loader::report::{ObjectReport, Outcome, Settled};
use proptest::prelude::*;
use serde_json::{Value, json};

fn ages(seconds: &[i64]) -> Ages {
    let mut ages = Ages::default();
    seconds.iter().for_each(|age| ages.add(*age));
    ages
}

fn tally(count: u64) -> Tally {
    let mut tally = Tally::default();
    tally.add_many(&Fault::new(400, "", ""), LineNumber(1), count);
    tally
}

fn excluded(documents: u64) -> Exclusions {
    let mut exclusions = Exclusions::default();
    exclusions.add("rules.csv:2", RuleAction::Exclude, documents);
    exclusions.add("rules.csv:3", RuleAction::Count, 9);
    exclusions
}

fn report() -> ObjectReport {
    ObjectReport {
        log_type: Some("deepsecurity".to_owned()),
        input_bytes: Some(52_768),
        account: Account {
            lines: 103,
            blank_lines: 3,
            documents: 100,
            exclusions: excluded(4),
            bulk_bytes: 150_000,
            pipeline_errors: 3,
            ages: ages(&[5; 100]),
            ..Account::default()
        },
        verdicts: Verdicts { indexed: 90, rejected: tally(4), ..Verdicts::default() },
        unsent: tally(2),
        sent_again: 17,
        took: Duration::from_millis(1_234),
        cluster_time: Duration::from_micros(56_999),
        ..ObjectReport::not_loaded("s3://logs/ds_agent/a\n\"b\".gz", Outcome::Loaded)
    }
}

fn parsed(report: &ObjectReport) -> Value {
    let line = emf(report, "2026-11-22T06:08:33.5Z".parse().unwrap(), "INFO").unwrap();
    assert!(!line.contains('\n') && line.starts_with('{'), "{line}");
    serde_json::from_str(&line).unwrap()
}

#[test]
fn an_object_gives_the_metrics_of_siem_on_opensearch_under_their_dimensions() {
    let line = parsed(&report());
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(line["_aws"]["Timestamp"], 1_795_327_713_500_u64);
    assert_eq!(directive["Namespace"], "SIEM");
    assert_eq!(directive["Dimensions"], json!([["logtype", "service"]]));
    assert_eq!((&line["logtype"], &line["service"]), (&json!("deepsecurity"), &json!("es-loader")));
    assert_eq!((&line["s3_bucket"], &line["s3_key"]), (&json!("logs"), &json!("ds_agent/a\n\"b\".gz")));
    let metrics: Vec<_> = directive["Metrics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|metric| {
            let name = metric["Name"].as_str().unwrap();
            (name, metric["Unit"].as_str().unwrap(), line[name].as_u64().unwrap())
        })
        .collect();
    assert_eq!(
        metrics,
        [
            ("InputLogFileSize", "Bytes", 52_768),
            ("OutputDataSize", "Bytes", 150_000),
            ("SuccessLogLoadCount", "Count", 90),
            ("ErrorLogLoadCount", "Count", 6),
            ("ExcludedLogCount", "Count", 4),
            ("CountedLogCount", "Count", 9),
            ("TotalDurationTime", "Milliseconds", 1_234),
            ("EsResponseTime", "Milliseconds", 56),
            ("TotalLogFileCount", "Count", 1),
            ("TotalLogCount", "Count", 100),
            ("RejectedLogCount", "Count", 4),
            ("UnsentLogCount", "Count", 2),
            ("PipelineErrorLogCount", "Count", 3),
            ("RetriedLogCount", "Count", 17),
            ("UnknownProductLogCount", "Count", 0),
            ("AssumedZoneLogCount", "Count", 0),
            ("BrokenLogFileCount", "Count", 0),
            ("MissingLogFileCount", "Count", 0),
            ("EventAgeP50", "Seconds", 5),
            ("EventAgeP99", "Seconds", 5),
        ]
    );
}

#[test]
fn what_is_not_known_is_no_metric_and_what_was_skipped_gives_no_line() {
    let failed = Outcome::Failed { reason: "denied".to_owned(), retry: true };
    let line = parsed(&ObjectReport::not_loaded("s3://logs/x", failed));
    assert!(line.get("EventAgeP50").is_none() && line.get("InputLogFileSize").is_none(), "{line}");
    assert_eq!((&line["logtype"], &line["TotalLogFileCount"]), (&json!("unknown"), &json!(1)));
    let skipped = ObjectReport::not_loaded("x", Outcome::empty_object());
    assert_eq!(emf(&skipped, "2026-11-22T06:08:33Z".parse().unwrap(), "INFO"), None);
}

#[test]
fn an_object_that_could_not_be_read_counts_as_one_error_and_one_that_is_gone_as_missing() {
    let failed = Outcome::Failed { reason: "denied".to_owned(), retry: true };
    let line = parsed(&ObjectReport::not_loaded("s3://logs/x", failed.clone()));
    assert_eq!((&line["ErrorLogLoadCount"], &line["MissingLogFileCount"]), (&json!(1), &json!(0)));
    let gone = ObjectReport { is_missing: true, ..ObjectReport::not_loaded("s3://logs/x", failed) };
    let line = parsed(&gone);
    assert_eq!((&line["ErrorLogLoadCount"], &line["MissingLogFileCount"]), (&json!(1), &json!(1)));
}

#[test]
fn a_damaged_object_is_counted_and_one_whose_reader_failed_is_not() {
    for (source_failed, count) in [(false, 1), (true, 0)] {
        let mut report = report();
        report.account.broken = Some(Break { offset: 7, reason: "cut".to_owned(), source_failed });
        assert_eq!(parsed(&report)["BrokenLogFileCount"], count);
    }
}

#[test]
fn a_line_has_what_a_filter_by_level_asks_for() {
    let now = "2026-11-22T06:08:33.5Z".parse().unwrap();
    for level in ["INFO", "WARN", "FATAL"] {
        let line: Value = serde_json::from_str(&emf(&report(), now, level).unwrap()).unwrap();
        assert_eq!((&line["timestamp"], &line["level"]), (&json!("2026-11-22T06:08:33.500Z"), &json!(level)));
    }
}

#[test]
fn a_part_counts_what_was_settled_and_no_object() {
    let mut part = report();
    part.settled = Some(Box::new(Settled {
        account: Account { lines: 40, blank_lines: 3, documents: 37, ..Account::default() },
        verdicts: Verdicts { indexed: 35, rejected: tally(2), ..Verdicts::default() },
    }));
    part.leave_rest();
    assert_eq!(part.balance().check(), Ok(()));
    let line = parsed(&part);
    let counts =
        ["TotalLogCount", "SuccessLogLoadCount", "ErrorLogLoadCount", "UnsentLogCount", "TotalLogFileCount"];
    assert_eq!(counts.map(|name| line[name].as_u64().unwrap()), [37, 35, 2, 0, 0]);
    assert!(line.get("InputLogFileSize").is_none());
    part = report();
    part.leave_rest();
    assert_eq!((part.balance().events(), part.balance().accounted()), (0, 0), "nothing was settled");
}

#[test]
fn percentiles_of_ages() {
    assert_eq!(Ages::default().percentile(50), None);
    let hundred: Vec<i64> = (1..=100).map(|n| if n <= 98 { 3 } else { 7_200 }).collect();
    let ages = ages(&hundred);
    assert_eq!(
        (ages.percentile(50), ages.percentile(98), ages.percentile(99)),
        (Some(3), Some(3), Some(7_168))
    );
    let mut both = super::metrics::ages(&[-5, 0, i64::MIN]);
    assert_eq!(both.percentile(99), Some(0), "an event from the future is new");
    both.merge(&ages);
    assert_eq!((both.percentile(1), both.percentile(100)), (Some(0), Some(7_168)));
}

proptest! {
    #![proptest_config(crate::cases(128))]

    #[test]
    fn a_percentile_is_at_most_an_eighth_too_low(
        mut seconds in proptest::collection::vec(prop_oneof![0_i64..100, 0_i64..1_000_000_000, Just(i64::MAX)], 1..50),
        percent in 1_u64..=100,
    ) {
        let ages = ages(&seconds);
        seconds.sort_unstable();
        let rank = (seconds.len() as u64 * percent).div_ceil(100) as usize;
        let exact = seconds[rank - 1] as u64;
        let told = ages.percentile(percent).unwrap();
        prop_assert!(told <= exact && told >= exact - exact / 8, "{} {}", told, exact);
    }
}
