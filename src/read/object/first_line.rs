//! Events of several lines: each begins with a line that a pattern matches.
//!
//! An envelope of CloudWatch Logs, one line of JSON with whole events in it, stands alone. What stands before the first such line is an
//! event too, so that nothing is lost.

use std::io::Read;
use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::Finder;
use regex::bytes::Regex;

use super::lines::{GroupEnd, LONGEST_RECORD, LineBehind, Lines, Span};
use crate::bytes::slice::bytes;

/// Whether a line may be an envelope of CloudWatch Logs. Its records tell for certain.
pub(crate) fn is_envelope(line: &[u8]) -> bool {
    static FIELD: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("\"logEvents\""));
    line.trim_ascii_start().starts_with(b"{") && FIELD.find(line).is_some()
}

impl<R: Read> Lines<R> {
    /// The next event of several lines.
    pub(super) fn next_event(&mut self, first_line: &Regex) -> Option<Span> {
        let first = self.next_span()?;
        if first.cut > 0 || is_envelope(bytes(&self.buffer, first.from..first.to)) {
            return Some(first);
        }
        let most = LONGEST_RECORD.min(self.max_line);
        self.with_more_lines(first, |lines, mut length, mut behind| {
            let mut further_lines = 0;
            loop {
                let LineBehind { line, is_ended } = lines.line_behind(behind, most);
                let line = bytes(&lines.buffer, line);
                if !is_ended && lines.source_failed() {
                    return None;
                }
                let is_over = !is_ended && line.is_empty() || behind + line.len() > most;
                if is_over || first_line.is_match(line) || is_envelope(line) {
                    return Some(GroupEnd { length, behind, further_lines });
                }
                further_lines += 1;
                // Blank lines at the end of an event are none of it.
                let text = line.trim_ascii_end();
                length = if text.is_empty() { length } else { behind + text.len() };
                behind = (behind + line.len() + 1).min(lines.end - lines.start);
            }
        })
    }

    /// The same, if the line behind it is decoded too.
    pub(super) fn decoded_event(&mut self, first_line: &Regex) -> Option<Span> {
        let waiting = bytes(&self.buffer, self.start..self.end);
        let mut end = memchr(b'\n', waiting)?;
        loop {
            let behind = bytes(waiting, end + 1..);
            let length = memchr(b'\n', behind)?;
            let line = bytes(behind, ..length);
            if first_line.is_match(line) || is_envelope(line) {
                return self.next_event(first_line);
            }
            end += 1 + length;
        }
    }
}
