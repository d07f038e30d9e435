//! Where documents go that leave this process by no network: to standard output, or nowhere.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use super::open_object::{NOT_WANTED, OpenObject};
use super::progress::{Counts, Progress};
use crate::deliver::bulk::fault::Fault;
use crate::deliver::expected::Expected;
use crate::load::account::{Account, Limits};
use crate::load::batch::Batch;
use crate::load::load;
use crate::load::output::BatchSink;
use crate::load::parallel::lock;
use crate::map::compiled::CompiledSections;
use crate::read::object::line::LineNumber;
use crate::report::{ObjectReport, Outcome};

/// Bytes of a batch that stays in the cache of a processor's core.
const IN_CACHE: usize = 256 << 10;

/// Why a load ends early whose reader has gone, as that of `load --to ndjson | head` does.
pub(crate) const NOBODY_READS: &str = "nobody reads standard output any more";

/// Where documents go.
#[derive(Clone, Debug)]
pub enum LocalSink {
    /// To standard output, as NDJSON for `_bulk`.
    Ndjson,
    /// Nowhere: to measure, or to see the report.
    Nothing,
    /// Nowhere, but their ids are noted.
    Ids(Arc<Mutex<Expected>>),
}

impl LocalSink {
    /// `limits` for this sink: a batch that is no request is made quicker if it fits into the processor's cache.
    pub fn limits(limits: Limits) -> Limits {
        Limits { batch_bytes: IN_CACHE, batch_per_chunk: true, ..limits }
    }

    /// Loads an object, and reports what became of its documents. What goes wrong stands in the report.
    ///
    /// `progress` counts the documents as they go.
    pub fn load(
        &self,
        object: OpenObject,
        sections: &CompiledSections,
        limits: &Limits,
        progress: &Progress,
    ) -> ObjectReport {
        let mut report = ObjectReport::begun(object.name.clone(), object.section.clone(), object.size);
        let mut written = 0;
        let mut failure = None;
        let parsed = Parsed::of(
            |sink| parse(object, sections, limits, sink),
            |batch| {
                self.take(batch).map_err(|error| {
                    failure = Some(match error.kind() {
                        io::ErrorKind::BrokenPipe => NOBODY_READS.to_owned(),
                        _ => format!("standard output: {error}"),
                    });
                    std::mem::take(batch)
                })?;
                let made = batch.items.len() as u64;
                written += made;
                progress.add_counts(Counts::default(), Counts { indexed: made, ..Counts::default() });
                Ok(())
            },
        );
        report.verdicts.indexed = written;
        if let Some(reason) = &failure {
            report.outcome = Outcome::Failed { reason: reason.clone(), retry: false };
        }
        parsed.book(failure.as_deref().unwrap_or("the load ended early"), &mut report);
        report.check();
        report
    }

    fn take(&self, batch: &Batch) -> io::Result<()> {
        match self {
            Self::Ndjson => io::stdout().lock().write_all(&batch.body)?,
            Self::Ids(expected) => lock(expected).add(batch),
            Self::Nothing => {}
        }
        Ok(())
    }
}

/// Parses an object, whose section has to be one of `sections`, into batches.
pub(crate) fn parse(
    object: OpenObject,
    sections: &CompiledSections,
    limits: &Limits,
    sink: &mut BatchSink<'_>,
) -> Account {
    let Some(section) = sections.named(&object.section) else { return Account::default() };
    load(object.reader, section, object.facts.complete(section), limits, sink)
}

/// Where the parsing of an object ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParsingEnd {
    /// At the end of the object, or where it is damaged.
    Whole,
    /// The reader was told to end before that.
    ReadingCut,
    /// The sink took no more.
    SinkClosed,
}

/// What is known once an object is parsed.
pub(crate) struct Parsed {
    account: Account,
    /// The reader was told to end before the object was over.
    is_cut_off: bool,
    /// The line of the first document that the sink did not take.
    refused: Option<LineNumber>,
}

impl Parsed {
    /// Parses until `take` gives a batch back.
    pub(crate) fn of(
        parse: impl FnOnce(&mut BatchSink<'_>) -> Account,
        mut take: impl FnMut(&mut Batch) -> Result<(), Batch>,
    ) -> Self {
        let mut refused = None;
        let mut account = parse(&mut |batch| match take(batch) {
            Ok(()) => ControlFlow::Continue(()),
            Err(batch) => {
                refused = batch.items.first().map(|item| item.line);
                ControlFlow::Break(())
            }
        });
        let is_cut_off = account.broken.take_if(|broken| broken.reason == NOT_WANTED).is_some();
        Self { account, is_cut_off, refused }
    }

    /// Books the account. Documents that were made and not taken are unsent, because of `reason`: those of the batch that the sink
    /// gave back, and the one that did not fit into it. Tells where the parsing ended.
    pub(crate) fn book(self, reason: &str, report: &mut ObjectReport) -> ParsingEnd {
        let end = match (self.account.stopped, self.is_cut_off) {
            (true, _) => ParsingEnd::SinkClosed,
            (false, true) => ParsingEnd::ReadingCut,
            (false, false) => ParsingEnd::Whole,
        };
        if self.account.stopped {
            let taken = report.verdicts.indexed + report.verdicts.rejected.total() + report.unsent.total();
            let left = self.account.handed_over().saturating_sub(taken);
            let line = self.refused.unwrap_or(LineNumber(1));
            report.unsent.add_many(&Fault::new(0, "", reason), line, left);
        }
        report.account = self.account;
        end
    }
}
