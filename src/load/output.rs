//! Collects the documents of a load in batches, and counts them.

use std::mem;
use std::ops::ControlFlow;

use jiff::Timestamp;

use super::account::{Account, Limits};
use super::batch::{Batch, Item, Mark};
use super::looks_like::looks_like;
use super::reading::Text;
use crate::document::problem::Problem;
use crate::map::Document;
use crate::map::event::{Event, Written};
use crate::map::exclude::Exclusions;
use crate::map::exclude::RuleAction;
use crate::read::object::line::LineNumber;

/// The most bytes of memory that a batch keeps for the next documents.
const MOST_KEPT: usize = 512 << 10;

/// The least bytes between two marks of a batch.
const MARK_BYTES: usize = 4 << 10;

/// Two marks are an eighth of the bytes before them apart: a cut costs little of what was done, and a large batch has few marks.
const MARK_SHARE: usize = 8;

/// The bytes before the end of a batch from which on the next document may be too much for it.
const NEAR_END: usize = 64 << 10;

/// Takes full batches, and may stop the load.
pub type BatchSink<'s> = dyn FnMut(&mut Batch) -> ControlFlow<()> + 's;

/// Is shown each document and what became of it, and may stop the load.
pub type Visitor<'v> = dyn FnMut(&Document<'_, '_, '_>, Written) -> ControlFlow<()> + 'v;

/// What a load hands its documents to.
#[derive(Default)]
pub(super) struct Outlets<'l> {
    /// Takes full batches. Without a sink the documents stay in the batch.
    pub(super) sink: Option<&'l mut BatchSink<'l>>,
    pub(super) visitor: Option<&'l mut Visitor<'l>>,
}

/// What is noted of a line.
pub(super) enum Note {
    /// So many problems of a kind.
    Problem(Problem, u64),
    /// It holds padding or lists without events, and counts as blank.
    WithoutEvents,
}

/// The batch at hand, and the account of the load.
pub(super) struct Output<'l> {
    batch: Batch,
    /// The operation that did not fit into the last batch.
    operation: Vec<u8>,
    pub(super) limits: Limits,
    /// The time of the load.
    pub(super) now: Timestamp,
    /// How many of the lines at hand are counted.
    counted: usize,
    /// The last line that is counted.
    last_line: LineNumber,
    /// What was noted of lines that are not counted yet.
    notes: Vec<(LineNumber, Note)>,
    /// The bytes of the batch before its last mark.
    marked: usize,
    account: Account,
    outlets: Outlets<'l>,
}

/// The documents of a chunk of lines, for the output of the whole object.
pub(super) struct Made {
    batch: Batch,
    /// The last line of the chunk.
    last_line: LineNumber,
    account: Account,
}

impl Default for Made {
    fn default() -> Self {
        Self { batch: Batch::default(), last_line: LineNumber(0), account: Account::default() }
    }
}

impl Made {
    /// The same memory without documents.
    pub(super) fn emptied(mut self) -> Self {
        self.batch.clear();
        self.batch.body.shrink_to(MOST_KEPT);
        Self { batch: self.batch, ..Self::default() }
    }
}

impl<'l> Output<'l> {
    pub(super) fn new(limits: Limits, now: Timestamp, outlets: Outlets<'l>) -> Self {
        Self {
            batch: Batch::default(),
            operation: Vec::new(),
            limits,
            now,
            counted: 0,
            last_line: LineNumber(0),
            notes: Vec::new(),
            marked: 0,
            account: Account::default(),
            outlets,
        }
    }

    /// An output for chunks of the same object: the documents of each stay in one batch.
    pub(super) fn waiting(limits: Limits, now: Timestamp) -> Self {
        Self::new(Limits { batch_bytes: usize::MAX, marks: false, ..limits }, now, Outlets::default())
    }

    /// Takes what was made since the last call, with what rules have left out of it; further documents go into `next`.
    pub(super) fn replace_made(&mut self, next: Made, exclusions: &Exclusions) -> Made {
        let batch = mem::replace(&mut self.batch, next.batch);
        let mut account = mem::replace(&mut self.account, next.account);
        account.exclusions.merge(exclusions);
        Made { batch, last_line: self.last_line, account }
    }

    /// Adds the documents of the next chunk, if all of them fit into the batch at hand, or makes them a batch of their own where the
    /// options say so. Tells whether they were added.
    pub(super) fn append(&mut self, made: &mut Made) -> ControlFlow<(), bool> {
        let Made { batch, last_line, account } = made;
        if self.limits.batch_per_chunk {
            self.flush()?;
            mem::swap(&mut self.batch, batch);
            self.account.merge(account);
            self.last_line = *last_line;
            return ControlFlow::Continue(true);
        }
        let offset = self.batch.body.len();
        if offset.saturating_add(batch.body.len()) > self.limits.batch_bytes {
            return ControlFlow::Continue(false);
        }
        self.mark();
        self.batch.body.extend_from_slice(&batch.body);
        let items = batch.items.iter();
        self.batch.items.extend(items.map(|item| Item {
            start: item.start + offset,
            end: item.end + offset,
            line: item.line,
        }));
        self.batch.lines.append(&batch.lines);
        self.account.merge(account);
        self.last_line = *last_line;
        ControlFlow::Continue(true)
    }

    /// Adds what rules have left out of the lines that are counted.
    pub(super) fn add_exclusions(&mut self, exclusions: &Exclusions) {
        self.account.exclusions.merge(exclusions);
    }

    pub(super) fn into_account(self) -> Account {
        self.account
    }

    /// Notes something of a line, which counts when the line does: the records of some lines are read before their documents are made.
    pub(super) fn note(&mut self, line: LineNumber, note: Note) {
        self.notes.push((line, note));
    }

    pub(super) fn take(&mut self, mut document: Document<'_, '_, '_>, texts: &[Text<'_>]) -> ControlFlow<()> {
        let Event { line, part, .. } = *document.event();
        if part == 0 && self.wants_mark() {
            self.account.exclusions.merge(&document.take_exclusions());
            self.mark();
        }
        self.count_through(line, texts);
        let start = self.batch.body.len();
        let account = &mut self.account;
        let written = document.write(&mut self.batch.body, &mut account.problems);
        account.documents += 1;
        account.further_events += u64::from(part > 0);
        if account.unknown_product.is_none() {
            account.unknown_product = document.unknown_product();
        }
        if account.unread_time.is_none() {
            account.unread_time = document.unread_time();
        }
        if let Some(visitor) = &mut self.outlets.visitor {
            visitor(&document, written)?;
        }
        if written.excluded {
            return ControlFlow::Continue(());
        }
        if let Some(clock) = written.clock {
            account.clocks.add(clock);
        }
        account.ages.add(self.now.as_second().saturating_sub(written.time.as_second()));
        if written.pipeline_error {
            account.pipeline_errors += 1;
            if account.looks_like.is_none() {
                let format = &document.log_type().file_format;
                account.looks_like = Some(looks_like(document.event().text, format, document.takes_json()));
            }
        }
        account.first_event = Some(account.first_event.map_or(written.time, |first| first.min(written.time)));
        account.last_event = Some(account.last_event.map_or(written.time, |last| last.max(written.time)));
        if start > 0 && self.batch.body.len() > self.limits.batch_bytes {
            // The operation that is too much for this batch begins the next one.
            self.operation.extend(self.batch.body.drain(start..));
            self.flush()?;
            self.batch.body.append(&mut self.operation);
        }
        let end = self.batch.body.len();
        let start = self.batch.items.last().map_or(0, |item| item.end);
        self.batch.items.push(Item { start, end, line });
        if self.limits.keep_lines
            && let Some(text) = self.counted.checked_sub(1).and_then(|last| texts.get(last))
        {
            self.batch.lines.add(line, text.line.bytes);
        }
        ControlFlow::Continue(())
    }

    /// Counts a record that is left out because the loader itself has written it.
    pub(super) fn leave_out(
        &mut self,
        rule: &'static str,
        part: usize,
        line: LineNumber,
        texts: &[Text<'_>],
    ) {
        self.count_through(line, texts);
        self.account.documents += 1;
        self.account.further_events += u64::from(part > 0);
        self.account.exclusions.add(rule, RuleAction::Exclude, 1);
    }

    /// Counts the lines at hand up to this one. The lines after it are not loaded if the sink stops the load.
    fn count_through(&mut self, line: LineNumber, texts: &[Text<'_>]) {
        while let Some(text) = texts.get(self.counted).filter(|text| text.line.number <= line) {
            self.counted += 1;
            self.last_line = text.line.number;
            self.account.lines += 1;
            self.account.blank_lines += u64::from(text.identity.is_none());
            if text.identity.is_some() && text.line.cut > 0 {
                self.account.problems.add(Problem::LineCut);
            }
            if text.replaced {
                self.account.problems.add(Problem::NotUtf8);
            }
        }
        for (_, note) in self.notes.extract_if(.., |(of, _)| *of <= line) {
            match note {
                Note::Problem(problem, count) => self.account.problems.add_many(problem, count),
                Note::WithoutEvents => self.account.blank_lines += 1,
            }
        }
    }

    pub(super) fn count_all(&mut self, texts: &[Text<'_>]) {
        self.count_through(LineNumber(u64::MAX), texts);
        self.counted = 0;
    }

    /// Whether the batch has grown so much since its last mark that it wants another one.
    fn wants_mark(&self) -> bool {
        let bytes = self.batch.body.len();
        let next = self.marked + MARK_BYTES.max(self.marked / MARK_SHARE);
        self.limits.marks && bytes > 0 && (bytes >= next || self.is_near_end())
    }

    /// Whether the next document may be too much for the batch.
    fn is_near_end(&self) -> bool {
        self.batch.body.len().saturating_add(NEAR_END) > self.limits.batch_bytes
    }

    /// Marks the end of the lines that are counted, if the batch wants a mark. Near the end of the batch only the last mark counts.
    fn mark(&mut self) {
        if !self.wants_mark() {
            return;
        }
        if self.is_near_end() {
            self.batch.marks.pop();
        }
        let bulk_bytes = self.account.bulk_bytes + u64::try_from(self.batch.body.len()).unwrap_or(u64::MAX);
        let account = Account { bulk_bytes, ..self.account.clone() };
        self.batch.marks.push(Mark { line: self.last_line, account });
        self.marked = self.batch.body.len();
    }

    pub(super) fn flush(&mut self) -> ControlFlow<()> {
        if self.batch.items.is_empty() {
            return ControlFlow::Continue(());
        }
        self.account.bulk_bytes += u64::try_from(self.batch.body.len()).unwrap_or(u64::MAX);
        self.marked = 0;
        let (body, lines) = (self.batch.body.len(), self.batch.lines.bytes());
        let flow = self.outlets.sink.as_mut().map_or(ControlFlow::Continue(()), |sink| sink(&mut self.batch));
        self.batch.clear();
        // A sink that takes the batch takes its memory: the next batch would grow to the same size step by step, with a copy each time.
        if self.batch.body.capacity() == 0 {
            self.batch = Batch::with_capacity(body, lines);
        }
        flow
    }
}
