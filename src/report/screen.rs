//! The report for people: what was loaded and what was not, on one screen.

use std::cmp::Reverse;
use std::fmt;
use std::time::Duration;

use super::summary::Report;
use crate::bytes::safe::Safe;
use crate::deliver::bulk::Tally;
use crate::load::clocks::WrongZone;
use crate::map::exclude::RuleAction;
use crate::map::exclude::{Exclusions, RuleHits};

/// Groups of rejected documents that are shown.
const SHOWN_GROUPS: usize = 5;

/// Rules that are shown, those with the most documents first.
const SHOWN_RULES: usize = 10;

impl Report {
    /// The report for people, on one screen.
    pub fn screen<'r>(&'r self, target: &'r str, took: Duration) -> impl fmt::Display + 'r {
        fmt::from_fn(move |f| screen(f, self, target, took))
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
    tally(f, "refused by OpenSearch, indexed in their raw form:", &report.verdicts.raw)?;
    tally(
        f,
        "refused by OpenSearch, indexed with their left-over keys under 'extra':",
        &report.verdicts.moved,
    )?;
    tally(f, "excluded by an ingest pipeline of the cluster:", &report.verdicts.dropped)?;
    tally(f, "rejected:", &report.verdicts.rejected)?;
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

pub(super) fn row(f: &mut fmt::Formatter<'_>, count: u64, what: &str) -> fmt::Result {
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
