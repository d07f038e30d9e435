//! What was loaded, what was not and why: the sum over objects.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::balance::Balance;
use super::object::{ObjectReport, Outcome, Skip};
use crate::deliver::bulk::{Group, Tally, Verdicts};
use crate::load::account::Account;

/// Failed objects that are named one by one.
const NAMED_FAILURES: usize = 10;

/// The exit status of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// Everything arrived.
    Complete = 0,
    /// Some lines or documents were rejected, or most lines of an object are no event.
    Rejected = 1,
    /// It could not be finished.
    Unfinished = 2,
}

/// The sum over objects.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Objects that were loaded.
    pub objects: u64,
    /// Objects that were not, by reason, with one of each.
    pub skipped: BTreeMap<String, (u64, String)>,
    /// Some of those have events that nobody loads.
    leaves_events: bool,
    /// How many objects failed.
    pub failed: u64,
    /// The first of them, with their reasons.
    pub failures: Vec<(String, String)>,
    /// What was in the objects.
    pub account: Account,
    /// How many objects broke off.
    pub broken: u64,
    /// The first of them, with their reasons.
    pub breaks: Vec<(String, String)>,
    /// How many objects are mostly lines without an event.
    pub foreign: u64,
    /// The first of them, with what they look like.
    pub foreign_objects: Vec<(String, String)>,
    /// Documents that the target took, and those that it refused.
    pub verdicts: Verdicts,
    /// Documents that did not get there.
    pub unsent: Tally,
    /// Documents that may be in an earlier index too, if their object was loaded before.
    pub may_be_double: u64,
    /// Documents that were sent again.
    pub sent_again: u64,
    /// Bulk requests.
    pub requests: u64,
    /// Where rejected documents are kept: the first of the files.
    pub dead_letters: Option<String>,
}

impl Report {
    /// Adds one object.
    pub fn add(&mut self, object: &ObjectReport) {
        match &object.outcome {
            Outcome::Loaded => self.objects += 1,
            Outcome::Skipped(skip) => self.skip(skip, &object.object),
            Outcome::Failed { reason, .. } => {
                self.failed += 1;
                name(&mut self.failures, object, reason.clone());
            }
        }
        // An object that failed has been named already.
        if let Some(broken) = &object.account.broken
            && object.outcome == Outcome::Loaded
        {
            self.broken += 1;
            let reason = match broken.offset {
                0 => broken.reason.clone(),
                offset => format!("broke off after {offset} bytes of text: {}", broken.reason),
            };
            name(&mut self.breaks, object, reason);
        }
        if object.account.is_mostly_errors() {
            self.foreign += 1;
            if let Some(looks_like) = &object.account.looks_like {
                name(&mut self.foreign_objects, object, looks_like.clone());
            }
        }
        self.account.merge(&object.account);
        self.verdicts.merge(&object.verdicts);
        self.unsent.merge(&object.unsent);
        self.may_be_double += object.may_be_double;
        self.sent_again += object.sent_again;
        self.requests += object.requests;
        self.dead_letters = self.dead_letters.take().or_else(|| object.dead_letters.clone());
    }

    /// Adds something that was not to be loaded.
    pub fn skip(&mut self, skip: &Skip, what: &str) {
        self.leaves_events |= matches!(skip, Skip::NotTaken | Skip::NotRead(_));
        self.skipped.entry(skip.to_string()).or_insert((0, what.to_owned())).0 += 1;
    }

    /// What became of all lines.
    pub fn balance(&self) -> Balance {
        Balance::new(&self.account, &self.verdicts, &self.unsent)
    }

    /// The exit status that the numbers ask for.
    pub fn exit_status(&self) -> ExitStatus {
        let balance = self.balance();
        let took_nothing = self.objects == 0 && self.leaves_events;
        if self.failed > 0 || took_nothing || balance.unsent > 0 || balance.check().is_err() {
            ExitStatus::Unfinished
        } else if balance.rejected > 0 || self.broken > 0 || self.foreign > 0 {
            ExitStatus::Rejected
        } else {
            ExitStatus::Complete
        }
    }

    /// The report for programs; `status` is that of the process.
    pub fn to_json(&self, took: Duration, status: u8) -> Value {
        let balance = self.balance();
        let account = &self.account;
        let named = |list: &[(String, String)]| -> Vec<Value> {
            list.iter().map(|(object, reason)| json!({"object": object, "reason": reason})).collect()
        };
        let groups = |tally: &Tally| -> Vec<Value> {
            let group = |Group { fault, count, first_line }: &Group| json!({"status": fault.status, "type": fault.error_type, "count": count, "first_line": first_line.0});
            tally.groups().map(group).collect()
        };
        let problems: BTreeMap<_, _> =
            account.problems.iter().map(|(problem, count)| (problem.name(), count)).collect();
        let rules: BTreeMap<_, _> =
            account.exclusions.iter().map(|(rule, hits)| (rule, hits.documents)).collect();
        let skipped: BTreeMap<_, _> = self
            .skipped
            .iter()
            .map(|(reason, (count, example))| (reason, json!({"count": count, "example": example})))
            .collect();
        json!({
            "objects": self.objects, "objects_failed": self.failed, "objects_broken": self.broken,
            "lines": balance.lines, "blank": balance.blank, "documents": account.documents,
            "indexed": balance.indexed, "excluded": balance.excluded, "rejected": balance.rejected, "unsent": balance.unsent,
            "pipeline_errors": account.pipeline_errors, "sent_again": self.sent_again, "requests": self.requests,
            "indexed_raw": self.verdicts.raw.total(), "dropped": self.verdicts.dropped.total(), "text_bytes": account.text_bytes, "seconds": took.as_secs_f64(),
            "first_event": account.first_event.map(|time| time.to_string()),
            "last_event": account.last_event.map(|time| time.to_string()),
            "timestamp_tz": account.clocks.wrong_zone().map(|wrong| wrong.zone.to_string()),
            "problems": problems, "rules": rules, "skipped": skipped,
            "rejected_by": groups(&self.verdicts.rejected), "unsent_by": groups(&self.unsent),
            "failures": named(&self.failures), "breaks": named(&self.breaks),
            "mostly_no_events": self.foreign_objects.iter().map(|(object, _)| object).collect::<Vec<_>>(),
            "dead_letters": self.dead_letters, "exit_status": status,
        })
    }
}

/// Names an object, unless enough are named.
fn name(named: &mut Vec<(String, String)>, object: &ObjectReport, why: String) {
    if named.len() < NAMED_FAILURES {
        named.push((object.object.clone(), why));
    }
}
