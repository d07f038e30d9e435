//! Reads the lines of the wanted range, with their identities, some at a time.

use std::io::Read;

use crate::document::id::{Identities, Identity};
use crate::read::object::Lines;
use crate::read::object::line::Line;
use crate::trigger::object_ref::LineRange;

/// The most lines, records or events that go through a stage together: so many stay in the processor's cache.
pub(super) const EVENTS_TOGETHER: usize = 16;

/// The reading of one object.
pub(super) struct Reading {
    range: LineRange,
    identities: Identities,
    is_over: bool,
}

/// A line of the wanted range, with its identity.
pub(super) struct NumberedLine<'b> {
    pub(super) line: Line<'b>,
    /// A blank line has none.
    pub(super) identity: Option<Identity<'b>>,
}

impl Reading {
    pub(super) fn new(range: LineRange) -> Self {
        Self { range, identities: Identities::default(), is_over: false }
    }

    /// Returns the next chunk. An empty vector means that no line of it was in the range; `None` means that the object is finished.
    pub(super) fn next<'b, R: Read>(&mut self, lines: &'b mut Lines<R>) -> Option<Vec<NumberedLine<'b>>> {
        if self.is_over {
            return None;
        }
        let wanted = self.range.start..=self.range.end.unwrap_or(u64::MAX);
        let chunk = lines.next_few(EVENTS_TOGETHER);
        self.is_over = chunk.last()?.number.0 >= *wanted.end();
        let mut numbered = Vec::with_capacity(chunk.len());
        // Equal lines are counted from the first line on, also when only a part of the object is loaded.
        let lines: Vec<_> = chunk.iter().map(|line| line.bytes).filter(|bytes| !is_blank(bytes)).collect();
        let mut identities = self.identities.next_few(&lines);
        for line in &chunk {
            let identity = if is_blank(line.bytes) { None } else { identities.next() };
            if wanted.contains(&line.number.0) {
                numbered.push(NumberedLine { line: *line, identity });
            }
        }
        Some(numbered)
    }
}

/// Whether a line holds nothing but blanks, NUL bytes and byte order marks: joined files have such marks inside.
fn is_blank(mut bytes: &[u8]) -> bool {
    while let [0xef, 0xbb, 0xbf, behind @ ..] = bytes {
        bytes = behind;
    }
    bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}
