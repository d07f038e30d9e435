//! What the loader itself wrote, so that it never loads its own noise in a circle: its dead letters, and its log where CloudWatch
//! Logs sends that to S3.
//!
//! Only JSON records without a `message` and those of CloudWatch Logs are looked at, which no record of fluentd's is.

use crate::read::record::fluentd::Record;

/// Fields that a dead letter has, all of them.
const DEAD_LETTER: [&str; 6] = ["format", "loader", "config", "line", "index", "reason"];

/// The name of the rule by which a record is left out, if it is the loader's own. `log_group` is that of the process.
pub(crate) fn own_rule(record: &Record<'_>, log_group: Option<&str>) -> Option<&'static str> {
    if let Some(envelope) = &record.envelope {
        let group = envelope.log_group.as_deref();
        return (group.is_some() && group == log_group).then_some("the loader's own log");
    }
    if !record.message_missing {
        return None;
    }
    DEAD_LETTER.into_iter().all(|name| record.other(name).is_some()).then_some("the loader's own dead letter")
}
