//! Rows of values: one goes on in the next line where a value in quotes has a line end (RFC 4180).
//!
//! A quote that nothing closes makes no row of what follows it: its line stands alone.

use std::io::Read;

use super::lines::{LONGEST_RECORD, LineBehind, Lines, Span};
use crate::bytes::quotes::{LineEnd, Quotes};
use crate::bytes::slice::bytes;

impl<R: Read> Lines<R> {
    /// The next row.
    pub(super) fn next_row(&mut self, delimiter: u8) -> Option<Span> {
        let first = self.next_span()?;
        if !self.goes_on(&first, delimiter) {
            return Some(first);
        }
        let (line_length, behind_line) = (first.to - first.from, self.start - first.from);
        // From here on the text that waits begins with this row, so that it stays in the buffer.
        (self.start, self.scanned) = (first.from, first.from);
        let row = self.row(delimiter, line_length, behind_line);
        let from = self.start;
        if row.is_none() && self.source_failed() {
            // Another try will read the row whole.
            (self.start, self.scanned) = (self.end, self.end);
            return None;
        }
        let RowEnd { length, behind, further_lines } =
            row.unwrap_or(RowEnd { length: line_length, behind: behind_line, further_lines: 0 });
        self.number += further_lines;
        (self.start, self.scanned) = (from + behind, from + behind);
        Some(Span { from, to: from + length, ..first })
    }

    /// The same, if it is decoded already.
    pub(super) fn decoded_row(&mut self, delimiter: u8) -> Option<Span> {
        let (start, number) = (self.start, self.number);
        let span = self.decoded_span()?;
        if self.goes_on(&span, delimiter) {
            // What follows may still have to be decoded, which would move the lines that are lent.
            (self.start, self.scanned, self.number) = (start, start, number);
            return None;
        }
        Some(span)
    }

    /// Whether a line leaves a value open.
    fn goes_on(&self, line: &Span, delimiter: u8) -> bool {
        line.cut == 0 && Quotes::leave_open(bytes(&self.buffer, line.from..line.to), delimiter)
    }

    /// The row that the text that waits begins with, if the value that its first line leaves open is closed.
    fn row(&mut self, delimiter: u8, line_length: usize, behind_line: usize) -> Option<RowEnd> {
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
                    return Some(RowEnd { length: without_carriage_return, behind, further_lines });
                }
                LineEnd::Broken => return None,
            }
        }
    }
}

/// How far a row over several lines reaches, at the front of the text that waits.
struct RowEnd {
    length: usize,
    /// Where the next row begins.
    behind: usize,
    /// Its lines behind the first.
    further_lines: u64,
}
