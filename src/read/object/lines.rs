//! Text becomes lines.
//!
//! The decoder writes into the buffer that lends the lines: a byte is copied only if its line crosses the end of a block.

use std::io::Read;

use memchr::memchr;

use super::inflation::Inflation;
use super::line::{Break, Line, LineNumber};
use super::plain::PlainText;
use super::stop::{Filled, Stop};
use crate::bytes::slice::{bytes, bytes_mut};

/// The room that a decoder gets at each call, in bytes. zlib copies 32 KiB of history after each call, so that a call should decode much
/// more than that.
const BLOCK: usize = 256 * 1024;

/// UTF-8's byte order mark, which Windows tools put before the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The lines of one object.
///
/// They take the memory of one block of stored bytes, of one block of text, and of the longest line up to the limit. After a huge line the
/// buffer goes back to its usual size. The decoder takes 40 kB for gzip and zip, 5 MB for bzip2, and for xz and zstd what the writer
/// chose, up to 64 MiB, with half as much again while a zstd window grows.
pub struct Lines<R> {
    text: PlainText<R>,
    max_line: usize,
    /// Text stands in `start..end`; there is no line end before `scanned`.
    buffer: Vec<u8>,
    start: usize,
    scanned: usize,
    end: usize,
    number: u64,
    decoded: u64,
    stop: Option<Stop>,
    broken: Option<Break>,
}

/// Where a line stands in the buffer, until more is decoded.
struct Span {
    number: LineNumber,
    from: usize,
    to: usize,
    cut: u64,
}

impl<R: Read> Lines<R> {
    /// The lines of an object that `reader` reads. A line of more than `max_line` bytes is cut, and its rest is passed over. A packed
    /// object that grows over the bounds of `inflation` breaks off there.
    pub fn new(reader: R, max_line: usize, inflation: Inflation) -> Self {
        Self {
            text: PlainText::new(reader, inflation),
            max_line,
            buffer: Vec::new(),
            start: 0,
            scanned: 0,
            end: 0,
            number: 0,
            decoded: 0,
            stop: None,
            broken: None,
        }
    }

    /// Returns the next line, or `None` at the end of the object or where it breaks off.
    #[expect(clippy::should_implement_trait, reason = "a lending iterator: the line borrows the buffer")]
    pub fn next(&mut self) -> Option<Line<'_>> {
        let span = self.next_span()?;
        Some(self.lend(span))
    }

    /// Returns the next line and those behind it that are decoded already, at most `most` lines. Returns none at the end of the object or
    /// where it breaks off.
    pub fn next_few(&mut self, most: usize) -> Vec<Line<'_>> {
        let mut spans = Vec::with_capacity(most);
        spans.extend(self.next_span());
        while !spans.is_empty() && spans.len() < most {
            let Some(span) = self.decoded_span() else { break };
            spans.push(span);
        }
        spans.into_iter().map(|span| self.lend(span)).collect()
    }

    /// Returns where and why the object broke off, if it did, once there are no more lines.
    pub fn broken(&self) -> Option<&Break> {
        self.broken.as_ref()
    }

    /// Returns the number of bytes of text decoded so far.
    pub fn decoded_bytes(&self) -> u64 {
        self.decoded
    }

    fn pass_byte_order_mark(&mut self) {
        while self.end < BYTE_ORDER_MARK.len() && self.fill() {}
        if self.buffer.get(..self.end).is_some_and(|text| text.starts_with(BYTE_ORDER_MARK)) {
            self.start = BYTE_ORDER_MARK.len();
            self.scanned = self.start;
        }
    }

    fn next_span(&mut self) -> Option<Span> {
        if self.number == 0 {
            self.pass_byte_order_mark();
        }
        loop {
            if let Some(span) = self.decoded_span() {
                return Some(span);
            }
            // One more than the limit may be the `\r` of a line that just fits.
            if self.end - self.start > self.max_line.saturating_add(1) {
                return self.cut_line();
            }
            if !self.fill() {
                return self.last_line();
            }
        }
    }

    /// Returns the next line, if its end is in the buffer.
    fn decoded_span(&mut self) -> Option<Span> {
        let unseen = bytes(&self.buffer, self.scanned..self.end);
        let Some(at) = memchr(b'\n', unseen) else {
            self.scanned = self.end;
            return None;
        };
        let line_end = self.scanned + at;
        let (from, to) = (self.start, self.without_carriage_return(line_end));
        self.start = line_end + 1;
        self.scanned = self.start;
        Some(self.span(from, to, 0))
    }

    /// Returns what stands behind the last line end. Half a line that a failed reader leaves is left out: another try will read it whole,
    /// and then it has another id.
    fn last_line(&mut self) -> Option<Span> {
        let (from, to) = (self.start, self.end);
        self.start = self.end;
        self.scanned = self.end;
        if from == to || matches!(self.stop, Some(Stop::SourceFailed(_))) {
            return None;
        }
        Some(self.span(from, to, 0))
    }

    /// Returns the front of a line that is over the limit, and passes over its rest, block by block.
    fn cut_line(&mut self) -> Option<Span> {
        self.compact();
        let kept = self.max_line;
        let mut passed: u64 = 0;
        let mut last = 0;
        loop {
            let rest = bytes(&self.buffer, kept..self.end);
            let line_end = memchr(b'\n', rest);
            let part = bytes(rest, ..line_end.unwrap_or(rest.len()));
            passed += part.len() as u64;
            last = part.last().copied().unwrap_or(last);
            if let Some(at) = line_end {
                self.start = kept + at + 1;
                self.scanned = self.start;
                passed -= u64::from(last == b'\r');
                break;
            }
            self.end = kept;
            if !self.fill() {
                self.start = kept;
                self.scanned = kept;
                if matches!(self.stop, Some(Stop::SourceFailed(_))) {
                    return None;
                }
                break;
            }
        }
        Some(self.span(0, kept, passed))
    }

    /// Counts a line of the buffer, and cuts it to the limit. `passed` bytes of it are no longer in the buffer.
    fn span(&mut self, from: usize, to: usize, passed: u64) -> Span {
        self.number += 1;
        let kept = (to - from).min(self.max_line);
        Span {
            number: LineNumber(self.number),
            from,
            to: from + kept,
            cut: (to - from - kept) as u64 + passed,
        }
    }

    fn lend(&self, Span { number, from, to, cut }: Span) -> Line<'_> {
        Line { number, bytes: bytes(&self.buffer, from..to), cut }
    }

    fn without_carriage_return(&self, line_end: usize) -> usize {
        match self.buffer.get(self.start..line_end) {
            Some([.., b'\r']) => line_end - 1,
            _ => line_end,
        }
    }

    /// Decodes one more block behind the text that waits. Returns whether there was one.
    fn fill(&mut self) -> bool {
        if self.stop.is_some() {
            return false;
        }
        self.compact();
        self.make_room();
        let filled = self.text.fill(bytes_mut(&mut self.buffer, self.end..));
        let Filled { bytes: decoded, stop } = filled;
        self.end += decoded;
        self.decoded += decoded as u64;
        self.broken = match &stop {
            None | Some(Stop::End) => None,
            Some(Stop::Damaged(reason)) => Some((reason, false)),
            Some(Stop::SourceFailed(reason)) => Some((reason, true)),
        }
        .map(|(reason, source_failed)| Break {
            offset: self.decoded,
            reason: reason.clone(),
            source_failed,
        });
        self.stop = stop;
        decoded > 0
    }

    /// Moves the text that waits to the front of the buffer.
    fn compact(&mut self) {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.scanned -= self.start;
            self.start = 0;
        }
    }

    /// Makes room for a block: doubles the buffer for a long line, up to the limit, and shrinks the buffer that such a line has left.
    fn make_room(&mut self) {
        let needed = self.end.saturating_add(BLOCK);
        let length = self.buffer.len();
        if length < needed {
            let limit = self.max_line.saturating_add(2 * BLOCK).max(needed);
            let target = length.saturating_mul(2).clamp(needed, limit);
            self.buffer.reserve_exact(target - length);
            self.buffer.resize(target, 0);
        } else if self.end < BLOCK && length > 8 * BLOCK {
            self.buffer.truncate(2 * BLOCK);
            self.buffer.shrink_to_fit();
        }
    }
}
