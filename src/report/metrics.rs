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

/// The metrics of an object, as a JSON object without line end. An object that no section takes is counted as
/// skipped. Another skipped object has none, because there was nothing to load.
pub fn emf(report: &ObjectReport, now: Timestamp) -> Option<String> {
    let measured = match &report.outcome {
        outcome if outcome.is_not_taken() => vec![("SkippedLogFileCount", "Count", Some(1))],
        Outcome::Skipped(_) => return None,
        Outcome::Loaded | Outcome::Failed { .. } => of_load(report),
    };
    Some(line(report, &measured, now))
}

/// What is measured of an object that a section takes.
fn of_load(report: &ObjectReport) -> Vec<(&'static str, &'static str, Option<u64>)> {
    let balance = report.balance();
    let milliseconds = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let ages = &report.account.ages;
    vec![
        ("InputLogFileSize", "Bytes", report.input_bytes),
        ("OutputDataSize", "Bytes", Some(report.account.bulk_bytes)),
        ("SuccessLogLoadCount", "Count", Some(balance.indexed)),
        ("ErrorLogLoadCount", "Count", Some(balance.rejected + balance.unsent)),
        ("ExcludedLogCount", "Count", Some(balance.excluded)),
        ("CountedLogCount", "Count", Some(report.account.exclusions.counted())),
        ("TotalDurationTime", "Milliseconds", Some(milliseconds(report.took))),
        ("EsResponseTime", "Milliseconds", Some(milliseconds(report.cluster_time))),
        ("TotalLogFileCount", "Count", Some(1)),
        ("TotalLogCount", "Count", Some(balance.events())),
        ("RejectedLogCount", "Count", Some(balance.rejected)),
        ("UnsentLogCount", "Count", Some(balance.unsent)),
        ("PipelineErrorLogCount", "Count", Some(report.account.pipeline_errors)),
        ("RetriedLogCount", "Count", Some(report.sent_again)),
        ("UnknownProductLogCount", "Count", Some(report.account.problems.count(Problem::UnknownProduct))),
        ("AssumedZoneLogCount", "Count", Some(report.account.problems.count(Problem::ZoneAssumed))),
        ("EventAgeP50", "Seconds", ages.percentile(50)),
        ("EventAgeP99", "Seconds", ages.percentile(99)),
    ]
}

fn line(
    report: &ObjectReport,
    measured: &[(&'static str, &'static str, Option<u64>)],
    now: Timestamp,
) -> String {
    let measured = || measured.iter().filter_map(|(name, unit, value)| Some((*name, *unit, (*value)?)));
    let metrics: Vec<Value> = measured().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
    let mut line = Map::new();
    line.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [
                {"Namespace": NAMESPACE, "Dimensions": [["logtype", "service"]], "Metrics": metrics},
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
