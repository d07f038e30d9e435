//! Which lines of an object are settled, so that a load that is cut counts these and no others.
//!
//! Answers come in any order, and documents wait for another try. So the counts are kept by stretches of lines: each ends at a mark, and once all
//! documents before a mark are settled, so are the lines.

use std::collections::VecDeque;
use std::mem;

use crate::deliver::bulk::Verdicts;
use crate::load::account::Account;
use crate::load::batch::{Batch, Mark};
use crate::read::object::line::LineNumber;
use crate::report::Settled;

/// The lines of an object by what is known of their documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// The last mark before which every document is settled, with the counts up to it.
    settled: Option<(LineNumber, Settled)>,
    /// The stretches behind it that end at a mark, in order. The first one has documents that are not settled.
    stretches: VecDeque<(Mark, Stretch)>,
    /// The documents behind the last mark.
    open: Stretch,
}

/// Documents between two marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stretch {
    unsettled: u64,
    verdicts: Verdicts,
}

impl Ledger {
    /// Enters the documents of a batch, and takes its marks.
    pub(super) fn enter(&mut self, batch: &mut Batch) {
        let mut marks = mem::take(&mut batch.marks).into_iter().peekable();
        for item in &batch.items {
            while let Some(mark) = marks.next_if(|mark| mark.line < item.line) {
                self.close(mark);
            }
            self.open.unsettled += 1;
        }
        marks.for_each(|mark| self.close(mark));
        self.advance();
    }

    /// Settles a document of a line: `count` counts what became of it.
    pub(super) fn settle(&mut self, line: LineNumber, count: impl FnOnce(&mut Verdicts)) {
        let at = self.stretches.partition_point(|(mark, _)| mark.line < line);
        let stretch = self.stretches.get_mut(at).map_or(&mut self.open, |(_, stretch)| stretch);
        count(&mut stretch.verdicts);
        stretch.unsettled = stretch.unsettled.saturating_sub(1);
        self.advance();
    }

    /// The last line up to which everything is settled, and the counts up to it; nothing where no line is.
    pub(super) fn settled(&self) -> Option<(LineNumber, Settled)> {
        self.settled.clone()
    }

    /// The counts of all lines, if every document is settled. `account` is that of all lines.
    pub(super) fn whole(&self, account: &Account) -> Option<Settled> {
        if !self.stretches.is_empty() || self.open.unsettled > 0 {
            return None;
        }
        let mut settled = self.settled.clone().map(|(_, settled)| settled).unwrap_or_default();
        settled.verdicts.merge(&self.open.verdicts);
        settled.account = account.clone();
        Some(settled)
    }

    fn close(&mut self, mark: Mark) {
        self.stretches.push_back((mark, mem::take(&mut self.open)));
    }

    fn advance(&mut self) {
        while let Some((mark, stretch)) = self.stretches.pop_front_if(|(_, stretch)| stretch.unsettled == 0) {
            let mut settled = self.settled.take().map(|(_, settled)| settled).unwrap_or_default();
            settled.verdicts.merge(&stretch.verdicts);
            settled.account = mark.account;
            self.settled = Some((mark.line, settled));
        }
    }
}
