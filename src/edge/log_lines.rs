//! Writes to the function's log what became of an object: names, counts and kinds, never log text.

use tracing::{error, info, warn};

use crate::bytes::safe::Safe;
use crate::document::problem::Problem;
use crate::report::{ObjectReport, Outcome, Skip};

/// Writes one line for the object, and one for each kind of problem and rejection.
pub(super) fn object(report: &ObjectReport) {
    // A key can hold control characters, which a terminal that shows the log would obey.
    let object = Safe(&report.object).to_string();
    let account = &report.account;
    let balance = report.balance();
    // The level has to be a part of the macro call: it cannot be handed over as a value.
    macro_rules! log {
        ($level:ident, $($more:tt)+) => {
            $level!(
                object,
                lines = balance.lines,
                blank = balance.blank,
                events = balance.events(),
                indexed = balance.indexed,
                excluded = balance.excluded,
                rejected = balance.rejected,
                unsent = balance.unsent,
                documents = account.documents,
                sent_again = report.sent_again,
                may_be_double = report.may_be_double,
                dead_letters = report.dead_letters,
                $($more)+
            )
        };
    }
    match &report.outcome {
        Outcome::Loaded => log!(info, pipeline_errors = account.pipeline_errors, "loaded"),
        Outcome::Failed { reason, .. } if report.resume.is_some() => {
            log!(warn, reason = %Safe(reason), "not done in time");
        }
        Outcome::Skipped(skip @ Skip::NotTaken) => warn!(object, reason = %skip, "skipped"),
        Outcome::Skipped(skip) => info!(object, reason = %Safe(&skip.to_string()), "skipped"),
        Outcome::Failed { reason, retry } => log!(error, reason = %Safe(reason), retry, "failed"),
    }
    if let Some(broken) = &account.broken {
        warn!(object, offset = broken.offset, reason = %Safe(&broken.reason), "the object broke off");
    }
    if account.is_mostly_errors() {
        let looks_like = account.looks_like.as_deref();
        warn!(object, pipeline_errors = account.pipeline_errors, looks_like, "most lines are no event");
    }
    if let Some(wrong) = account.clocks.wrong_zone() {
        warn!(
            object,
            timestamp_tz = %wrong.zone,
            lines = wrong.lines,
            of = wrong.of,
            "the clocks of headers stand in another zone: set timestamp_tz"
        );
    }
    for (problem, count) in account.problems.iter() {
        // Only a header's names stand in the log: they tell what to add to `products`.
        let example = account.unknown_product.as_ref().filter(|_| problem == Problem::UnknownProduct);
        let product = example.map(|example| Safe(example).to_string());
        warn!(object, problem = problem.name(), count, product, "odd lines");
    }
    for group in report.verdicts.rejected.groups() {
        // The reason may quote the document, so only its kind is logged.
        warn!(
            object,
            status = group.fault.status,
            kind = %Safe(&group.fault.error_type),
            count = group.count,
            first_line = group.first_line.0,
            "rejected"
        );
    }
}
