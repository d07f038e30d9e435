//! The lines of an object that are asked for, with their identities, a few at a time.
//!
//! Does not know what becomes of them.

use std::io::Read;

use crate::document::id::{Identities, Identity};
use crate::read::object::Lines;
use crate::read::object::line::Line;
use crate::trigger::object_ref::LineRange;

/// Lines, records and events that go through a stage together: few enough to stay in the processor's cache.
pub(super) const EVENTS_TOGETHER: usize = 16;

/// Where the reading of an object is.
pub(super) struct Reading {
    range: LineRange,
    identities: Identities,
    is_over: bool,
}

/// A line that is asked for.
pub(super) struct NumberedLine<'b> {
    pub(super) line: Line<'b>,
    /// A blank line has none.
    pub(super) identity: Option<Identity<'b>>,
}

impl Reading {
    pub(super) fn new(range: LineRange) -> Self {
        Self { range, identities: Identities::default(), is_over: false }
    }

    /// The next few lines, without those that nobody asked for: none does not mean that there are no more. Nothing means it.
    pub(super) fn next<'b, R: Read>(&mut self, lines: &'b mut Lines<R>) -> Option<Vec<NumberedLine<'b>>> {
        if self.is_over {
            return None;
        }
        let asked_for = self.range.start..=self.range.end.unwrap_or(u64::MAX);
        let few = lines.next_few(EVENTS_TOGETHER);
        self.is_over = few.last()?.number.0 >= *asked_for.end();
        let mut given = Vec::with_capacity(few.len());
        // Equal lines are counted from the first line on, also when only a part of the object is loaded.
        let lines: Vec<_> = few.iter().map(|line| line.bytes).filter(|bytes| !is_blank(bytes)).collect();
        let mut identities = self.identities.next_few(&lines);
        for line in &few {
            let identity = if is_blank(line.bytes) { None } else { identities.next() };
            if asked_for.contains(&line.number.0) {
                given.push(NumberedLine { line: *line, identity });
            }
        }
        Some(given)
    }
}

/// Whether a line says nothing. Files that were written one behind the other have byte order marks inside.
fn is_blank(mut bytes: &[u8]) -> bool {
    while let [0xef, 0xbb, 0xbf, behind @ ..] = bytes {
        bytes = behind;
    }
    bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}
