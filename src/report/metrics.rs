//! The metrics of a load for CloudWatch: one line in its Embedded Metric Format (EMF) for each object.
//!
//! Namespace, dimensions and the names of the first ten metrics are those of SIEM on OpenSearch, whose dashboards and alarms go on
//! working.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::object::{ObjectReport, Outcome, Skip};
use crate::document::problem::Problem;

const NAMESPACE: &str = "SIEM";

/// The dimension `service`, as SIEM on OpenSearch sets it.
const SERVICE: &str = "es-loader";

/// The metrics that alarms look at, over all log types.
const ALARMING: [&str; 6] = [
    "SuccessLogLoadCount",
    "ErrorLogLoadCount",
    "RejectedLogCount",
    "SkippedLogFileCount",
    "BrokenLogFileCount",
    "MissingLogFileCount",
];

/// The metrics of an object, as a JSON object without line end. An object that no section takes is counted as
/// skipped. Another skipped object has none, because there was nothing to load. `level` is for Lambda's filter, which drops lines
/// below its own.
pub fn emf(report: &ObjectReport, now: Timestamp, level: &str) -> Option<String> {
    let measured = match &report.outcome {
        Outcome::Skipped(Skip::NotTaken) => vec![("SkippedLogFileCount", "Count", Some(1))],
        Outcome::Skipped(_) => return None,
        Outcome::Loaded | Outcome::Failed { .. } => of_load(report),
    };
    Some(line(report, &measured, now, level))
}

/// What is measured of an object that a section takes.
fn of_load(report: &ObjectReport) -> Vec<(&'static str, &'static str, Option<u64>)> {
    let balance = report.balance();
    let is_failure = matches!(report.outcome, Outcome::Failed { .. });
    // Of an object that could not be read no event is known: it counts as one error.
    let errors = match balance.rejected + balance.unsent {
        0 if is_failure && balance.lines == 0 && !report.is_part => 1,
        errors => errors,
    };
    let milliseconds = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let ages = &report.account.ages;
    vec![
        ("InputLogFileSize", "Bytes", report.input_bytes.filter(|_| !report.is_part)),
        ("OutputDataSize", "Bytes", Some(report.account.bulk_bytes)),
        ("SuccessLogLoadCount", "Count", Some(balance.indexed)),
        ("ErrorLogLoadCount", "Count", Some(errors)),
        ("ExcludedLogCount", "Count", Some(balance.excluded)),
        ("CountedLogCount", "Count", Some(report.account.exclusions.counted())),
        ("TotalDurationTime", "Milliseconds", Some(milliseconds(report.took))),
        ("EsResponseTime", "Milliseconds", Some(milliseconds(report.cluster_time))),
        ("TotalLogFileCount", "Count", Some(u64::from(!report.is_part))),
        ("TotalLogCount", "Count", Some(balance.events())),
        ("RejectedLogCount", "Count", Some(balance.rejected)),
        ("UnsentLogCount", "Count", Some(balance.unsent)),
        ("PipelineErrorLogCount", "Count", Some(report.account.pipeline_errors)),
        ("RetriedLogCount", "Count", Some(report.sent_again)),
        ("UnknownProductLogCount", "Count", Some(report.account.problems.count(Problem::UnknownProduct))),
        ("AssumedZoneLogCount", "Count", Some(report.account.problems.count(Problem::ZoneAssumed))),
        ("BrokenLogFileCount", "Count", Some(u64::from(report.is_broken()))),
        ("MissingLogFileCount", "Count", Some(u64::from(report.is_missing))),
        ("EventAgeP50", "Seconds", ages.percentile(50)),
        ("EventAgeP99", "Seconds", ages.percentile(99)),
    ]
}

fn line(
    report: &ObjectReport,
    measured: &[(&'static str, &'static str, Option<u64>)],
    now: Timestamp,
    level: &str,
) -> String {
    let measured = || measured.iter().filter_map(|(name, unit, value)| Some((*name, *unit, (*value)?)));
    let metric = |(name, unit, _): (&str, &str, u64)| json!({"Name": name, "Unit": unit});
    let metrics: Vec<Value> = measured().map(metric).collect();
    let alarming: Vec<Value> = measured().filter(|(name, ..)| ALARMING.contains(name)).map(metric).collect();
    let (bucket, key) = match report.object.strip_prefix("s3://").and_then(|object| object.split_once('/')) {
        Some((bucket, key)) => (Some(bucket), key),
        None => (None, report.object.as_str()),
    };
    let mut line = json!({
        "timestamp": format!("{now:.3}"),
        "level": level,
        "_aws": {
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": [["logtype", "service"]], "Metrics": metrics},
                // An alarm cannot add up over dimensions.
                {"Namespace": NAMESPACE, "Dimensions": [["service"]], "Metrics": alarming},
            ],
        },
        "logtype": report.log_type.as_deref().unwrap_or("unknown"),
        "service": SERVICE,
        "s3_key": key,
    });
    if let Some(line) = line.as_object_mut() {
        line.extend(bucket.map(|bucket| ("s3_bucket".to_owned(), json!(bucket))));
        line.extend(measured().map(|(name, _, value)| (name.to_owned(), json!(value))));
    }
    line.to_string()
}
