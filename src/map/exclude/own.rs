//! What the loader itself wrote, so that it never loads its own noise in a circle: its dead letters, and its log where CloudWatch
//! Logs sends that to S3.
//!
//! Only JSON records without a `message` are looked at, which no record of fluentd's is.

use crate::read::record::fluentd::Record;

/// Fields that a dead letter has, all of them.
const DEAD_LETTER: [&str; 6] = ["format", "loader", "config", "line", "index", "reason"];

/// The name of the rule by which a record is left out, if it is the loader's own. `log_group` is that of the process.
pub(crate) fn own_rule(record: &Record<'_>, log_group: Option<&str>) -> Option<&'static str> {
    if !record.message_missing {
        return None;
    }
    let has = |name: &str| record.others.iter().any(|other| other.name == name);
    if DEAD_LETTER.into_iter().all(has) {
        return Some("the loader's own dead letter");
    }
    let group = record.others.iter().find(|other| other.name == "logGroup")?;
    (log_group == Some(group.value.as_ref())).then_some("the loader's own log")
}
