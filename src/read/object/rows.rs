//! Rows of values: one goes on in the next line where a value in quotes has a line end (RFC 4180).
//!
//! A quote that nothing closes makes no row of what follows it: its line stands alone.

use std::io::Read;

use super::lines::{GroupEnd, LONGEST_RECORD, LineBehind, Lines, Span};
use crate::bytes::quotes::{LineEnd, Quotes};
use crate::bytes::slice::bytes;

impl<R: Read> Lines<R> {
    /// The next row.
    pub(super) fn next_row(&mut self, delimiter: u8) -> Option<Span> {
        let first = self.next_span()?;
        if !self.goes_on(&first, delimiter) {
            return Some(first);
        }
        self.with_more_lines(first, |lines, length, behind| lines.row(delimiter, length, behind))
    }

    /// Whether a line leaves a value open.
    pub(super) fn goes_on(&self, line: &Span, delimiter: u8) -> bool {
        line.cut == 0 && Quotes::leave_open(bytes(&self.buffer, line.from..line.to), delimiter)
    }

    /// The row that the text that waits begins with, if the value that its first line leaves open is closed.
    fn row(&mut self, delimiter: u8, line_length: usize, behind_line: usize) -> Option<GroupEnd> {
        let most = LONGEST_RECORD.min(self.max_line);
        let mut quotes = Quotes::new(delimiter);
        quotes.read(bytes(&self.buffer, self.start..self.start + line_length));
        let (mut behind, mut further_lines) = (behind_line, 0);
        loop {
            let LineBehind { line, is_ended } = self.line_behind(behind, most);
            let line = bytes(&self.buffer, line);
            let length = behind + line.len();
            if length > most || !is_ended && (line.is_empty() || self.source_failed()) {
                return None;
            }
            further_lines += 1;
            let without_carriage_return = length - usize::from(line.ends_with(b"\r"));
            behind = (length + 1).min(self.end - self.start);
            match quotes.read(line) {
                LineEnd::Open => {}
                LineEnd::Closed => {
                    return Some(GroupEnd { length: without_carriage_return, behind, further_lines });
                }
                LineEnd::Broken => return None,
            }
        }
    }
}
