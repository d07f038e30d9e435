//! What was loaded, what was not and why: added up over objects, shown on one screen.
//!
//! All numbers come from here, so that they add up: [`Balance`] says how.

pub mod balance;
pub mod metrics;
pub mod coverage;
pub mod settled;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use self::balance::Balance;
use self::settled::Settled;
use crate::bytes::safe::Safe;
use crate::deliver::bulk::{Group, Tally};
use crate::load::account::Account;
use crate::load::clocks::WrongZone;
use crate::map::compiled::Choice;
use crate::map::exclude::action::RuleAction;
use crate::map::exclude::{Exclusions, RuleHits};
use crate::read::object::line::LineNumber;
use crate::trigger::ObjectKey;

/// Failed objects that are named one by one.
const NAMED_FAILURES: usize = 10;

/// Groups of rejected documents that are shown.
const SHOWN_GROUPS: usize = 5;

/// Rules that are shown, those with the most documents first.
const SHOWN_RULES: usize = 10;

/// Why an object is skipped that no section takes.
const NOT_TAKEN: &str = "no section's s3_key matches";

/// How an object ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// It was read to its end, or to where it is damaged.
    #[default]
    Loaded,
    /// There was nothing to load, for this reason.
    Skipped(String),
    /// It could not be loaded, or not wholly.
    Failed {
        /// Names what failed, and the way out.
        reason: String,
        /// Another try could help.
        retry: bool,
    },
}

impl Outcome {
    /// An object without bytes.
    pub fn empty_object() -> Self {
        Self::Skipped("empty object".to_owned())
    }

    /// An object of S3 that was to be loaded without a client for S3.
    pub fn no_s3_client() -> Self {
        let reason = "no S3 client: this is a defect of the program".to_owned();
        Self::Failed { reason, retry: false }
    }

    /// An object whose key no section takes.
    pub fn not_taken(choice: &Choice<'_>) -> Self {
        Self::Skipped(match choice {
            Choice::Faulty(section) => {
                // It is loaded when the section is mended: until then it must not be forgotten.
                let reason = format!("section [{section}] has errors: es-loader check tells them");
                return Self::Failed { reason, retry: true };
            }
            Choice::PassedOver(section) => {
                format!(
                    "section [{section}] is passed over: its objects are in a format that is not read yet"
                )
            }
            Choice::Ignored(section) => format!("s3_key_ignored of [{section}] matches"),
            Choice::Unknown | Choice::Load(_) => NOT_TAKEN.to_owned(),
        })
    }

    /// Why the object was not loaded.
    pub fn reason(&self) -> &str {
        match self {
            Self::Skipped(reason) | Self::Failed { reason, .. } => reason,
            Self::Loaded => "not loaded",
        }
    }

    /// Whether the object is one whose key no section takes: its events are missed, because somebody sends them for a reason.
    pub(crate) fn is_not_taken(&self) -> bool {
        matches!(self, Self::Skipped(reason) if reason == NOT_TAKEN)
    }
}

/// The report of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectReport {
    /// `s3://bucket/key`, or a path.
    pub object: String,
    /// The section that it was loaded by.
    pub log_type: Option<String>,
    /// Its size, before decompression, where that is known.
    pub input_bytes: Option<u64>,
    /// How it ended.
    pub outcome: Outcome,
    /// What was in it.
    pub account: Account,
    /// Documents that the target took.
    pub indexed: u64,
    /// Of these: in their raw form, because OpenSearch refused the other.
    pub raw: Tally,
    /// Of these: with their left-over keys in one object, because the index has no room for more fields.
    pub moved: Tally,
    /// Of these: dropped by an ingest pipeline of the cluster. They count as excluded.
    pub dropped: Tally,
    /// Documents that OpenSearch refused.
    pub rejected: Tally,
    /// Documents that did not get there.
    pub unsent: Tally,
    /// Documents that were sent again.
    pub sent_again: u64,
    /// Bulk requests.
    pub requests: u64,
    /// How long it took.
    pub took: Duration,
    /// How long the cluster worked, by its own account.
    pub cluster_time: Duration,
    /// Where rejected documents are kept, if there are any and they are.
    pub dead_letters: Option<String>,
    /// The first line that is not settled, where the time was over before the object was: there another try can begin.
    pub resume: Option<LineNumber>,
    /// What became of the lines before that one.
    pub settled: Option<Box<Settled>>,
    /// Documents that may be in an earlier index too, if the object was loaded before.
    pub may_be_double: u64,
    /// Another load goes on where this one was cut, and this report counts only what it settled.
    pub is_part: bool,
    /// The object is not there.
    pub is_missing: bool,
    /// The object as it was found.
    pub found: Option<FoundObject>,
}

/// What an object was found to be, whatever had been said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundObject {
    /// Its key.
    pub key: ObjectKey,
    /// Its ETag.
    pub etag: Option<String>,
}

impl ObjectReport {
    /// A report of an object that a section begins to load; `size` is its stored size in bytes.
    pub fn begun(object: String, section: String, size: Option<u64>) -> Self {
        Self { log_type: Some(section), input_bytes: size, ..Self::not_loaded(object, Outcome::Loaded) }
    }

    /// Turns a load into a failure whose bytes could not be read to the end, or whose numbers do not add up.
    pub fn check(&mut self) {
        let failure = match (&self.account.broken, self.balance().check()) {
            (Some(broken), _) if broken.source_failed => Some(broken.reason.clone()),
            (_, Err(imbalance)) => Some(imbalance.to_string()),
            _ => None,
        };
        if let Some(reason) = failure.filter(|_| self.outcome == Outcome::Loaded) {
            self.outcome = Outcome::Failed { reason, retry: true };
        }
    }

    /// A report of an object that was not loaded.
    pub fn not_loaded(object: impl Into<String>, outcome: Outcome) -> Self {
        Self { object: object.into(), outcome, ..Self::default() }
    }

    /// A report of an object that cannot be loaded. Another try does not help.
    pub fn failed(object: impl Into<String>, reason: impl ToString) -> Self {
        Self::not_loaded(object, Outcome::Failed { reason: reason.to_string(), retry: false })
    }

    /// Whether the object itself is damaged.
    pub fn is_broken(&self) -> bool {
        self.account.broken.as_ref().is_some_and(|broken| !broken.source_failed)
    }

    /// Leaves to another load what was not settled: the numbers are those of the lines before [`Self::resume`] from now on. Documents
    /// of later lines that were indexed or refused all the same count when the other load meets them.
    pub fn leave_rest(&mut self) {
        let Settled { account, indexed, raw, moved, dropped, rejected } =
            self.settled.take().map(|settled| *settled).unwrap_or_default();
        let text_bytes = account.text_bytes.max(if account.lines > 0 { self.account.text_bytes } else { 0 });
        self.account = Account { text_bytes, ..account };
        (self.indexed, self.raw, self.moved, self.dropped) = (indexed, raw, moved, dropped);
        (self.rejected, self.unsent) = (rejected, Tally::default());
        self.is_part = true;
    }

    /// What became of its lines.
    pub fn balance(&self) -> Balance {
        balance(&self.account, (self.indexed, &self.dropped), &self.rejected, &self.unsent)
    }
}

fn balance(account: &Account, (taken, dropped): (u64, &Tally), rejected: &Tally, unsent: &Tally) -> Balance {
    let dropped = dropped.total();
    Balance {
        lines: account.lines,
        blank: account.blank_lines,
        further: account.further_events,
        indexed: taken.saturating_sub(dropped),
        excluded: account.exclusions.excluded() + dropped,
        rejected: rejected.total(),
        unsent: unsent.total(),
    }
}

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
    pub foreign_objects: Vec<(String, &'static str)>,
    /// Documents that the target took.
    pub indexed: u64,
    /// Of these: in their raw form.
    pub raw: Tally,
    /// Of these: with their left-over keys in one object, because the index has no room for more fields.
    pub moved: Tally,
    /// Of these: dropped by an ingest pipeline of the cluster. They count as excluded.
    pub dropped: Tally,
    /// Documents that OpenSearch refused.
    pub rejected: Tally,
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
            Outcome::Skipped(reason) => self.skip(reason, &object.object),
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
            let looks_like = object.account.looks_like.unwrap_or("text without CEF or LEEF events");
            name(&mut self.foreign_objects, object, looks_like);
        }
        self.account.merge(&object.account);
        self.indexed += object.indexed;
        self.raw.merge(&object.raw);
        self.moved.merge(&object.moved);
        self.dropped.merge(&object.dropped);
        self.rejected.merge(&object.rejected);
        self.unsent.merge(&object.unsent);
        self.may_be_double += object.may_be_double;
        self.sent_again += object.sent_again;
        self.requests += object.requests;
        self.dead_letters = self.dead_letters.take().or_else(|| object.dead_letters.clone());
    }

    /// Adds something that was not to be loaded, for this reason.
    pub fn skip(&mut self, reason: &str, what: &str) {
        self.skipped.entry(reason.to_owned()).or_insert((0, what.to_owned())).0 += 1;
    }

    /// What became of all lines.
    pub fn balance(&self) -> Balance {
        balance(&self.account, (self.indexed, &self.dropped), &self.rejected, &self.unsent)
    }

    /// The exit status that the numbers ask for.
    pub fn exit_status(&self) -> ExitStatus {
        let balance = self.balance();
        let took_nothing = self.objects == 0 && self.skipped.contains_key(NOT_TAKEN);
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
            "indexed_raw": self.raw.total(), "dropped": self.dropped.total(), "text_bytes": account.text_bytes, "seconds": took.as_secs_f64(),
            "first_event": account.first_event.map(|time| time.to_string()),
            "last_event": account.last_event.map(|time| time.to_string()),
            "timestamp_tz": account.clocks.wrong_zone().map(|wrong| wrong.zone.to_string()),
            "problems": problems, "rules": rules, "skipped": skipped,
            "rejected_by": groups(&self.rejected), "unsent_by": groups(&self.unsent),
            "failures": named(&self.failures), "breaks": named(&self.breaks),
            "mostly_no_events": self.foreign_objects.iter().map(|(object, _)| object).collect::<Vec<_>>(),
            "dead_letters": self.dead_letters, "exit_status": status,
        })
    }

    /// The report for people, on one screen.
    pub fn screen<'r>(&'r self, target: &'r str, took: Duration) -> impl fmt::Display + 'r {
        fmt::from_fn(move |f| screen(f, self, target, took))
    }
}

/// Names an object, unless enough are named.
fn name<T>(named: &mut Vec<(String, T)>, object: &ObjectReport, why: T) {
    if named.len() < NAMED_FAILURES {
        named.push((object.object.clone(), why));
    }
}

fn screen(f: &mut fmt::Formatter<'_>, report: &Report, target: &str, took: Duration) -> fmt::Result {
    if report.objects == 0 && report.account.lines == 0 && report.failed > 0 {
        // Nothing could be read: zeros would only stand before the reasons.
        return objects(f, report);
    }
    let seconds = took.as_secs_f64();
    writeln!(
        f,
        "{} {}, {} of text in {seconds:.2} s ({} documents a second)",
        Count(report.objects),
        if report.objects == 1 { "object" } else { "objects" },
        Bytes(report.account.text_bytes),
        Count(rate(report.account.documents, seconds)),
    )?;
    lines_and_documents(f, report, target)?;
    let account = &report.account;
    if let (Some(first), Some(last)) = (account.first_event, account.last_event) {
        writeln!(f, "events from {first:.0} to {last:.0}")?;
    }
    if report.sent_again > 0 {
        writeln!(f, "{} times a document had to be sent again", Count(report.sent_again))?;
    }
    if report.may_be_double > 0 {
        let many = Count(report.may_be_double);
        writeln!(
            f,
            "if an object was loaded before its index was rolled over or closed, {many} documents are there twice: es-loader audit tells"
        )?;
    }
    rules(f, &account.exclusions)?;
    if account.problems.iter().next().is_some() {
        writeln!(f, "\nwhat was odd, and kept:")?;
    }
    for (problem, count) in account.problems.iter() {
        let example = account.example(problem).map(|example| format!(", for example {}", Safe(example)));
        row(f, count, &format!("{}{}", problem.meaning(), example.unwrap_or_default()))?;
    }
    if let Some(wrong) = account.clocks.wrong_zone() {
        writeln!(f, "\n{}", wrong_clocks(wrong))?;
    }
    tally(f, "refused by OpenSearch, indexed in their raw form:", &report.raw)?;
    tally(f, "refused by OpenSearch, indexed with their left-over keys under 'extra':", &report.moved)?;
    tally(f, "excluded by an ingest pipeline of the cluster:", &report.dropped)?;
    tally(f, "rejected:", &report.rejected)?;
    if let Some(file) = &report.dead_letters {
        writeln!(f, "kept in {}", Safe(file))?;
    }
    tally(f, "unsent:", &report.unsent)?;
    objects(f, report)?;
    // The objects that are hardly logs of this type stand last: nothing else in the report says so.
    for (object, looks_like) in &report.foreign_objects {
        writeln!(f, "most lines of {} are no event: it looks like {looks_like}", Safe(object))?;
    }
    Ok(())
}

/// The numbers that have to add up; `target` says where the indexed documents went.
fn lines_and_documents(f: &mut fmt::Formatter<'_>, report: &Report, target: &str) -> fmt::Result {
    let balance = report.balance();
    for (count, what, even_none) in [
        (balance.lines, "lines", true),
        (balance.blank, "of them blank", false),
        (report.account.documents, "documents", true),
        (balance.further, "of them from lines with more than one event", false),
        (balance.indexed, target, true),
        (balance.excluded, "excluded", false),
        (balance.rejected, "rejected", true),
        (balance.unsent, "unsent", true),
    ] {
        if even_none || count > 0 {
            row(f, count, what)?;
        }
    }
    balance.check().or_else(|error| writeln!(f, "{error}"))
}

/// The objects that were not loaded, and those that failed.
fn objects(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    if !report.skipped.is_empty() {
        writeln!(f, "\nobjects that were not loaded:")?;
        for (reason, (count, example)) in &report.skipped {
            row(f, *count, &format!("{reason}, for example {}", Safe(example)))?;
        }
    }
    let failed = report.failed + report.broken;
    if failed == 0 {
        return Ok(());
    }
    writeln!(f, "\nobjects that failed:")?;
    for (object, reason) in report.failures.iter().chain(&report.breaks) {
        writeln!(f, "  {}: {}", Safe(object), Safe(reason))?;
    }
    let named = u64::try_from(report.failures.len() + report.breaks.len()).unwrap_or(u64::MAX);
    let unnamed = failed.saturating_sub(named);
    if unnamed > 0 { row(f, unnamed, "more") } else { Ok(()) }
}

fn row(f: &mut fmt::Formatter<'_>, count: u64, what: &str) -> fmt::Result {
    writeln!(f, "{:>12}  {what}", Count(count).to_string())
}

fn rules(f: &mut fmt::Formatter<'_>, exclusions: &Exclusions) -> fmt::Result {
    let mut rules: Vec<(&str, RuleHits)> = exclusions.iter().collect();
    if rules.is_empty() {
        return Ok(());
    }
    writeln!(f, "\nby rule:")?;
    rules.sort_by_key(|(_, hits)| Reverse(hits.documents));
    for (rule, hits) in rules.iter().take(SHOWN_RULES) {
        let verb = match hits.action {
            RuleAction::Exclude => "excluded by",
            RuleAction::Count => "counted by",
        };
        row(f, hits.documents, &format!("{verb} {}", Safe(rule)))?;
    }
    let others: u64 = rules.iter().skip(SHOWN_RULES).map(|(_, hits)| hits.documents).sum();
    if others > 0 { row(f, others, "by other rules") } else { Ok(()) }
}

fn tally(f: &mut fmt::Formatter<'_>, title: &str, tally: &Tally) -> fmt::Result {
    if tally.total() == 0 {
        return Ok(());
    }
    writeln!(f, "\n{title}")?;
    for group in tally.groups().take(SHOWN_GROUPS) {
        let fault = &group.fault;
        row(f, group.count, &format!("{}, first on line {}", Safe(&fault.to_string()), group.first_line.0))?;
    }
    let others: u64 = tally.groups().skip(SHOWN_GROUPS).map(|group| group.count).sum();
    if others > 0 { row(f, others, "for other reasons") } else { Ok(()) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "for people"
)]
fn rate(count: u64, seconds: f64) -> u64 {
    if seconds > 0.0 { (count as f64 / seconds) as u64 } else { 0 }
}

/// What there is to say of clocks that stand in another zone than they were read in.
pub(crate) fn wrong_clocks(WrongZone { zone, lines, of }: WrongZone) -> String {
    let (lines, of) = (Count(lines), Count(of));
    format!(
        "the clocks of headers stand at {zone}, by the collector's times of {lines} of {of} lines: set timestamp_tz = {zone}"
    )
}

/// A number with commas between its thousands.
pub(crate) struct Count(pub(crate) u64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// A size in units of a thousand.
pub(crate) struct Bytes(pub(crate) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0..1_000 => return write!(f, "{} bytes", self.0),
            1_000..1_000_000 => (1_000, "kB"),
            1_000_000..1_000_000_000 => (1_000_000, "MB"),
            _ => (1_000_000_000, "GB"),
        };
        write!(f, "{}.{} {name}", self.0 / unit, self.0 % unit * 10 / unit)
    }
}
