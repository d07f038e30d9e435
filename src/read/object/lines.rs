//! Text as lines.
//!
//! The decoder writes into the buffer that the lines are lent from: a byte is copied only if its line crosses
//! the end of a block. Does not know compression.

use std::io::Read;

use memchr::memchr;

use super::inflation::Inflation;
use super::line::{Break, Line, LineNumber};
use super::stop::{Filled, Stop};
use super::text::Text;

/// Room that a decoder gets at each call. zlib copies 32 KiB of history after each, so a call should give much
/// more than that.
const BLOCK: usize = 256 * 1024;

/// UTF-8's byte order mark, which Windows tools put before the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The lines of one object.
///
/// Memory: one block of stored bytes, one block of text and the longest line, of which no more than the limit
/// is kept. After a huge line the buffer goes back to its usual size. The decoder takes 40 kB for gzip and zip,
/// 5 MB for bzip2, and for xz and zstd what the writer chose, up to 64 MiB, with half as much again while a zstd window grows.
pub struct Lines<R> {
    text: Text<R>,
    max_line: usize,
    /// Initialized bytes; text stands in `start..end`, and the line end is looked for from `scanned` on.
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
    /// Reads from `reader`; lines longer than `max_line` bytes are cut there, and the rest is passed over. A packed
    /// object that grows over `inflation` breaks off there.
    pub fn new(reader: R, max_line: usize, inflation: Inflation) -> Self {
        Self {
            text: Text::new(reader, inflation),
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

    /// The next line; nothing at the end of the object or at its break.
    #[expect(clippy::should_implement_trait, reason = "a lending iterator: the line borrows the buffer")]
    pub fn next(&mut self) -> Option<Line<'_>> {
        let span = self.next_span()?;
        Some(self.lend(span))
    }

    /// The next lines, at most as many as `most`: one, and those that are decoded already. None at the end of the object or at its
    /// break.
    pub fn next_few(&mut self, most: usize) -> Vec<Line<'_>> {
        let mut spans = Vec::with_capacity(most);
        spans.extend(self.next_span());
        while !spans.is_empty() && spans.len() < most {
            let Some(span) = self.decoded_span() else { break };
            spans.push(span);
        }
        spans.into_iter().map(|span| self.lend(span)).collect()
    }

    /// Where the object broke off, once `next` has given nothing.
    pub fn broken(&self) -> Option<&Break> {
        self.broken.as_ref()
    }

    /// Bytes of text decoded so far.
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

    /// The next line, if its end is in the buffer.
    fn decoded_span(&mut self) -> Option<Span> {
        let unseen = self.buffer.get(self.scanned..self.end).unwrap_or_default();
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

    /// What stands behind the last line end. Half a line that a failed source leaves is not given out: another
    /// try will give it whole, under another id.
    fn last_line(&mut self) -> Option<Span> {
        let (from, to) = (self.start, self.end);
        self.start = self.end;
        self.scanned = self.end;
        if from == to || matches!(self.stop, Some(Stop::SourceFailed(_))) {
            return None;
        }
        Some(self.span(from, to, 0))
    }

    /// Gives the front of a line that is over the limit, and passes over its rest, block by block.
    fn cut_line(&mut self) -> Option<Span> {
        self.compact();
        let kept = self.max_line;
        let mut passed: u64 = 0;
        let mut last = 0;
        loop {
            let rest = self.buffer.get(kept..self.end).unwrap_or_default();
            let line_end = memchr(b'\n', rest);
            let part = rest.get(..line_end.unwrap_or(rest.len())).unwrap_or_default();
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

    /// A line of the buffer, within the limit; `passed` bytes of it were never in the buffer.
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
        Line { number, bytes: self.buffer.get(from..to).unwrap_or_default(), cut }
    }

    fn without_carriage_return(&self, line_end: usize) -> usize {
        match self.buffer.get(self.start..line_end) {
            Some([.., b'\r']) => line_end - 1,
            _ => line_end,
        }
    }

    /// Decodes one more block behind the text that waits; false if there is none.
    fn fill(&mut self) -> bool {
        if self.stop.is_some() {
            return false;
        }
        self.compact();
        self.make_room();
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let Filled { bytes, stop } = self.text.fill(room);
        self.end += bytes;
        self.decoded += bytes as u64;
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
        bytes > 0
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

    /// Makes room for a block: doubles the buffer for a long line, up to the limit, and gives a buffer that
    /// such a line has left back.
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
