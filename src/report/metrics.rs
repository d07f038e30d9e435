//! The metrics of a load for CloudWatch: one line in its Embedded Metric Format (EMF) for each object.
//!
//! Namespace, dimensions and the names of the first ten metrics are those of SIEM on OpenSearch, whose dashboards and alarms go on
//! working.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{ObjectReport, Outcome};
use crate::document::problem::Problem;

/// The namespace of the metrics.
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
/// skipped. Another skipped object has none, because there was nothing to load.
pub fn emf(report: &ObjectReport, now: Timestamp) -> Option<String> {
    emf_at_level(report, now, "INFO")
}

/// The same with another level for Lambda's filter, which drops lines below its own.
pub fn emf_at_level(report: &ObjectReport, now: Timestamp, level: &str) -> Option<String> {
    let measured = match &report.outcome {
        outcome if outcome.is_not_taken() => vec![("SkippedLogFileCount", "Count", Some(1))],
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
    let metrics: Vec<Value> = measured().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
    let alarming: Vec<Value> = measured()
        .filter(|(name, _, _)| ALARMING.contains(name))
        .map(|(name, unit, _)| json!({"Name": name, "Unit": unit}))
        .collect();
    let mut line = Map::new();
    line.insert("timestamp".to_owned(), json!(format!("{now:.3}")));
    line.insert("level".to_owned(), json!(level));
    line.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": [["logtype", "service"]], "Metrics": metrics},
                // An alarm cannot add up over dimensions.
                {"Namespace": NAMESPACE, "Dimensions": [["service"]], "Metrics": alarming},
            ],
        }),
    );
    line.insert("logtype".to_owned(), json!(report.log_type.as_deref().unwrap_or("unknown")));
    line.insert("service".to_owned(), json!(SERVICE));
    let (bucket, key) = match report.object.strip_prefix("s3://").and_then(|object| object.split_once('/')) {
        Some((bucket, key)) => (Some(bucket), key),
        None => (None, report.object.as_str()),
    };
    if let Some(bucket) = bucket {
        line.insert("s3_bucket".to_owned(), json!(bucket));
    }
    line.insert("s3_key".to_owned(), json!(key));
    line.extend(measured().map(|(name, _, value)| (name.to_owned(), json!(value))));
    Value::Object(line).to_string()
}
