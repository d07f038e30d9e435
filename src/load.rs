//! One object from its bytes to its bulk requests, and the account of what was in it.
//!
//! Takes a reader, a compiled section and what is known of the object; hands batches to a sink as they fill. Memory depends on the
//! longest line and the size of a batch, not on the object. Does not know where bytes come from nor where batches go.

use std::io::Read;
use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::bulk::{Batch, Item};
use crate::config::FileFormat;
use crate::document::{Documents, ObjectFacts};
use crate::event::LineRange;
use crate::exclude::{self, Action, Exclusions};
use crate::identity::{Identities, Identity};
use crate::marker;
use crate::metrics::Ages;
use crate::object::{Break, Inflation, Line, Lines};
use crate::plan::Plan;
use crate::problem::{Problem, Problems};
use crate::record::{self, Record};

/// Bounds of one load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A batch is handed over when its next document would make it larger than this, in bytes.
    pub batch_bytes: usize,
    /// Longer lines are cut there, in bytes.
    pub line_bytes: usize,
    /// Only these lines.
    pub lines: Option<LineRange>,
    /// Batches keep the lines that their documents were made of.
    pub keep_lines: bool,
    /// A packed object that grows over this breaks off there.
    pub inflation: Inflation,
}

impl Default for Limits {
    /// Requests of 5 MB, as OpenSearch Service recommends; lines of 16 MiB.
    fn default() -> Self {
        Self { batch_bytes: 5_000_000, line_bytes: 16 << 20, lines: None, keep_lines: false, inflation: Inflation::default() }
    }
}

/// The account of one object. Every line is in it, and every event: `lines` - `blank_lines` + `further_events` = `documents`; and each
/// document was left out by a rule or handed to the sink, unless that wanted no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Lines, blank ones too, of the range that was asked for.
    pub lines: u64,
    /// Lines with nothing in them.
    pub blank_lines: u64,
    /// Documents: as many as lines that are not blank, and more where a line holds several events. Those that a rule left out are
    /// among them, but in none of the numbers below.
    pub documents: u64,
    /// What the rules have done that leave documents out, or count them.
    pub exclusions: Exclusions,
    /// Events beyond the first of their line.
    pub further_events: u64,
    /// Documents of events that could not be understood.
    pub pipeline_errors: u64,
    /// Bytes of text, after decompression.
    pub text_bytes: u64,
    /// Bytes of bulk requests, before compression.
    pub bulk_bytes: u64,
    /// The earliest event time.
    pub first_event: Option<Timestamp>,
    /// The latest event time.
    pub last_event: Option<Timestamp>,
    /// How old the events were when they were loaded.
    pub ages: Ages,
    /// What was odd.
    pub problems: Problems,
    /// Where the object broke off.
    pub broken: Option<Break>,
    /// The sink wanted no more.
    pub stopped: bool,
}

impl Account {
    /// Documents that were handed to the sink.
    pub fn handed_over(&self) -> u64 {
        self.documents - self.exclusions.excluded().min(self.documents)
    }
}

/// Loads one object. The sink may take the batch's contents, or leave them to be thrown away; it is never handed an empty one.
pub fn load<R: Read>(
    reader: R,
    plan: &Plan,
    facts: ObjectFacts,
    limits: &Limits,
    sink: &mut dyn FnMut(&mut Batch) -> ControlFlow<()>,
) -> Account {
    let mut lines = Lines::new(reader, limits.line_bytes, limits.inflation);
    let mut loader = Loader {
        plan,
        now: facts.around.load,
        limits,
        documents: Documents::new(plan, facts),
        identities: Identities::default(),
        batch: Batch::default(),
        operation: Vec::new(),
        account: Account::default(),
        sink,
    };
    let last = limits.lines.and_then(|range| range.end).unwrap_or(u64::MAX);
    while let Some(line) = lines.next() {
        if line.number.0 > last {
            break;
        }
        if loader.line(&line).is_break() {
            loader.account.stopped = true;
            break;
        }
    }
    if !loader.account.stopped && loader.flush().is_break() {
        loader.account.stopped = true;
    }
    let mut account = loader.account;
    loader.documents.account_exclusions(&mut account.exclusions);
    account.text_bytes = lines.decoded_bytes();
    account.broken = lines.broken().cloned();
    account
}

struct Loader<'l> {
    plan: &'l Plan,
    now: Timestamp,
    limits: &'l Limits,
    documents: Documents<'l>,
    identities: Identities,
    batch: Batch,
    /// An operation on its way from a full batch to the next.
    operation: Vec<u8>,
    account: Account,
    sink: &'l mut dyn FnMut(&mut Batch) -> ControlFlow<()>,
}

impl Loader<'_> {
    fn line(&mut self, line: &Line<'_>) -> ControlFlow<()> {
        let is_blank = line.bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0);
        // Equal lines are counted from the first line on, also when only a part of the object is loaded.
        let identity = if is_blank { None } else { Some(self.identities.next(line.bytes)) };
        if self.limits.lines.is_some_and(|range| line.number.0 < range.start) {
            return ControlFlow::Continue(());
        }
        self.account.lines += 1;
        let Some(identity) = identity else {
            self.account.blank_lines += 1;
            return ControlFlow::Continue(());
        };
        if line.cut > 0 {
            self.account.problems.add(Problem::LineCut);
        }
        let (text, replaced) = record::decode(line.bytes);
        // Files that were written one behind the other have byte order marks inside.
        let text = text.trim_start_matches('\u{feff}');
        if replaced > 0 {
            self.account.problems.add(Problem::NotUtf8);
        }
        let mut part = 0;
        if matches!(self.plan.log_type().file_format, FileFormat::Json) {
            for record in record::records(text) {
                part = self.record(&record, &identity, part, line)?;
            }
        } else {
            let record = Record { message: text.into(), ..Record::default() };
            self.record(&record, &identity, part, line)?;
        }
        ControlFlow::Continue(())
    }

    fn record(
        &mut self,
        record: &Record<'_>,
        identity: &Identity<'_>,
        mut part: usize,
        line: &Line<'_>,
    ) -> ControlFlow<(), usize> {
        if let Some(rule) = exclude::own_rule(record, self.plan.own_log_group.as_deref()) {
            self.account.documents += 1;
            self.account.further_events += u64::from(part > 0);
            self.account.exclusions.add(rule, Action::Exclude, 1);
            return ControlFlow::Continue(part + 1);
        }
        if record.message_missing {
            self.account.problems.add(Problem::MessageMissing);
        }
        for text in marker::split(&record.message) {
            let start = self.batch.body.len();
            let account = &mut self.account;
            let problems = self.plan.exclusion.is_some().then_some(account.problems);
            let written = self.documents.write(
                record,
                text,
                (identity, part),
                &mut self.batch.body,
                &mut account.problems,
            );
            account.further_events += u64::from(part > 0);
            part += 1;
            account.documents += 1;
            if written.excluded {
                account.problems = problems.unwrap_or(account.problems);
                continue;
            }
            account.ages.add(self.now.as_second().saturating_sub(written.time.as_second()));
            account.pipeline_errors += u64::from(written.pipeline_error);
            account.first_event =
                Some(account.first_event.map_or(written.time, |first| first.min(written.time)));
            account.last_event = Some(account.last_event.map_or(written.time, |last| last.max(written.time)));
            if start > 0 && self.batch.body.len() > self.limits.batch_bytes {
                // The operation that is too much for this batch begins the next one.
                self.operation.extend(self.batch.body.drain(start..));
                self.flush()?;
                self.batch.body.append(&mut self.operation);
            }
            let end = self.batch.body.len();
            let start = self.batch.items.last().map_or(0, |item| item.end);
            self.batch.items.push(Item { start, end, line: line.number });
            if self.limits.keep_lines {
                self.batch.lines.add(line.number, line.bytes);
            }
        }
        ControlFlow::Continue(part)
    }

    fn flush(&mut self) -> ControlFlow<()> {
        if self.batch.items.is_empty() {
            return ControlFlow::Continue(());
        }
        self.account.bulk_bytes += u64::try_from(self.batch.body.len()).unwrap_or(u64::MAX);
        let flow = (self.sink)(&mut self.batch);
        self.batch.body.clear();
        self.batch.items.clear();
        self.batch.lines.clear();
        flow
    }
}
