//! Text becomes lines.
//!
//! The decoder writes into the buffer that lends the lines: a byte is copied only if its line crosses the end of a block.

use std::io::Read;
use std::mem;
use std::ops::Range;

use memchr::{memchr, memchr_iter};
use regex::bytes::Regex;

use super::inflation::Inflation;
use super::line::{Break, Line, LineNumber};
use super::nesting::Nesting;
use super::plain::PlainText;
use super::stored::{Filled, Stop};
use super::utf16::Utf16;
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
    utf16: Option<Utf16>,
    pub(super) max_line: usize,
    /// Text stands in `start..end`; there is no line end before `scanned`.
    pub(super) buffer: Vec<u8>,
    pub(super) start: usize,
    pub(super) scanned: usize,
    pub(super) end: usize,
    pub(super) number: u64,
    decoded: u64,
    stop: Option<Stop>,
    grouping: Grouping,
    pub(super) place: ArrayPlace,
    broken: Option<Break>,
    /// The place in the text before which no record over several lines begins.
    no_record_before: u64,
}

/// How lines become events.
#[derive(Clone, Debug, Default)]
pub enum Grouping {
    /// A line is one, and so is JSON over several lines.
    #[default]
    Json,
    /// A line that this matches begins one, which goes on to the next such line.
    FirstLine(Regex),
    /// A row of values with this between them: a value in quotes may have line ends.
    Rows(u8),
    /// An element of the array of this name is one, and so is a line without such an array.
    Array(String),
}

/// How far the reading of an array of events has come: where the text that waits begins.
#[derive(Default)]
pub(super) enum ArrayPlace {
    /// Outside of any array of events.
    #[default]
    Outside,
    /// Before an element of the array, or behind the last one. It may stand in an object.
    Inside { in_object: bool },
    /// Behind the array, in the object around it.
    Behind(Nesting),
}

/// A line behind others that wait.
pub(super) struct LineBehind {
    /// Its bytes in the buffer, without its end.
    pub(super) line: Range<usize>,
    pub(super) is_ended: bool,
}

/// How far an event over several lines reaches, at the front of the text that waits.
pub(super) struct GroupEnd {
    pub(super) length: usize,
    /// Where the next one begins.
    pub(super) behind: usize,
    /// Its lines behind the first.
    pub(super) further_lines: u64,
}

/// Where a line stands in the buffer, until more is decoded.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) number: LineNumber,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) cut: u64,
}

/// The longest JSON record over several lines, in bytes.
pub(super) const LONGEST_RECORD: usize = 1 << 20;

/// Whether a line is the first of a JSON object or array that is written over several lines.
fn opens_json(line: &[u8]) -> bool {
    matches!(line.last(), Some(b'{' | b'[' | b','))
        && matches!(line.trim_ascii_start(), [b'{'] | [b'['] | [b'{' | b'[', .., b'{' | b'[' | b','])
}

impl<R: Read> Lines<R> {
    /// The lines of an object that `reader` reads. A line of more than `max_line` bytes is cut, and its rest is passed over. A packed
    /// object that grows over the bounds of `inflation` breaks off there.
    pub fn new(reader: R, max_line: usize, inflation: Inflation) -> Self {
        Self {
            text: PlainText::new(reader, inflation),
            utf16: None,
            max_line,
            buffer: Vec::new(),
            start: 0,
            scanned: 0,
            end: 0,
            number: 0,
            decoded: 0,
            stop: None,
            grouping: Grouping::default(),
            place: ArrayPlace::default(),
            broken: None,
            no_record_before: 0,
        }
    }

    /// The same lines, put together or taken apart as `grouping` says.
    pub fn grouped(self, grouping: Grouping) -> Self {
        Self { grouping, ..self }
    }

    /// Returns the next line, or `None` at the end of the object or where it breaks off.
    #[expect(clippy::should_implement_trait, reason = "a lending iterator: the line borrows the buffer")]
    pub fn next(&mut self) -> Option<Line<'_>> {
        let span = self.next_group()?;
        Some(self.lend(span))
    }

    /// Returns the next line and those behind it that are decoded already, at most `most` lines. Returns none at the end of the object or
    /// where it breaks off.
    pub fn next_few(&mut self, most: usize) -> Vec<Line<'_>> {
        let mut spans = Vec::with_capacity(most);
        spans.extend(self.next_group());
        while !spans.is_empty() && spans.len() < most {
            let Some(span) = self.decoded_group() else { break };
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

    /// Passes the byte order mark, where nothing has been read yet.
    pub(super) fn begin(&mut self) {
        if self.decoded > 0 {
            return;
        }
        while self.end < BYTE_ORDER_MARK.len() && self.fill() {}
        if let Some((utf16, mark)) = Utf16::of(bytes(&self.buffer, ..self.end)) {
            return self.begin_utf16(utf16, mark);
        }
        if self.buffer.get(..self.end).is_some_and(|text| text.starts_with(BYTE_ORDER_MARK)) {
            self.go_to(BYTE_ORDER_MARK.len());
        }
    }

    /// Decodes what stands behind the byte order mark, and from then on all that follows.
    fn begin_utf16(&mut self, mut utf16: Utf16, mark: usize) {
        let raw = bytes(&self.buffer, mark..self.end).to_vec();
        self.buffer = vec![0; raw.len() * 3 + BLOCK];
        self.end = utf16.decode(&raw, self.stop.is_some(), &mut self.buffer);
        self.decoded = self.end as u64;
        self.utf16 = Some(utf16);
    }

    /// Returns the next line or what the grouping makes of lines.
    fn next_group(&mut self) -> Option<Span> {
        let grouping = mem::take(&mut self.grouping);
        let span = match &grouping {
            Grouping::Json => self.next_element(None),
            Grouping::FirstLine(pattern) => self.next_event(pattern),
            Grouping::Rows(delimiter) => self.next_row(*delimiter),
            Grouping::Array(name) => self.next_element(Some(name)),
        };
        self.grouping = grouping;
        span
    }

    /// The same, if it is decoded already and what follows it need not be.
    fn decoded_group(&mut self) -> Option<Span> {
        let grouping = mem::take(&mut self.grouping);
        let span = match &grouping {
            Grouping::Json if matches!(self.place, ArrayPlace::Outside) => {
                self.decoded_unless(Self::may_begin_record)
            }
            Grouping::FirstLine(pattern) => self.decoded_event(pattern),
            Grouping::Rows(delimiter) => self.decoded_unless(|lines, span| lines.goes_on(span, *delimiter)),
            Grouping::Json | Grouping::Array(_) => self.decoded_element(),
        };
        self.grouping = grouping;
        span
    }

    /// Returns the next line, if it is decoded already and does not go on in others: what follows may still have to be decoded, which would
    /// move the lines that are lent.
    fn decoded_unless(&mut self, goes_on: impl Fn(&Self, &Span) -> bool) -> Option<Span> {
        let (start, number) = (self.start, self.number);
        let span = self.decoded_span()?;
        if goes_on(self, &span) {
            self.go_to(start);
            self.number = number;
            return None;
        }
        Some(span)
    }

    /// Returns the line `first`, which was the last to be read, with those behind it of which `find` says that they belong to it. `find` is
    /// told the length of the line, and where the next one begins.
    pub(super) fn with_more_lines(
        &mut self,
        first: Span,
        find: impl FnOnce(&mut Self, usize, usize) -> Option<GroupEnd>,
    ) -> Option<Span> {
        let (length, behind) = (first.to - first.from, self.start - first.from);
        // From here on the text that waits begins with this line, so that it stays in the buffer.
        self.go_to(first.from);
        let end = find(self, length, behind);
        if end.is_none() && self.source_failed() {
            // Another try will read all of them.
            self.go_to(self.end);
            return None;
        }
        let GroupEnd { length, behind, further_lines } =
            end.unwrap_or(GroupEnd { length, behind, further_lines: 0 });
        let from = self.start;
        self.number += further_lines;
        self.go_to(from + behind);
        Some(Span { from, to: from + length, ..first })
    }

    /// Returns the next line, with those behind it if a JSON object or array that it begins ends only there. An array of objects that is
    /// longer than a record is gone into: then there is no line.
    pub(super) fn next_record_span(&mut self) -> Option<Span> {
        let span = self.next_span()?;
        if !self.may_begin_record(&span) {
            return Some(span);
        }
        let mut is_long_array = false;
        let record = self.with_more_lines(span, |lines, _, _| {
            let Some(length) = lines.record_length() else {
                is_long_array = lines.begins_long_array();
                return None;
            };
            let (record, behind) = bytes(&lines.buffer, lines.start..lines.end).split_at_checked(length)?;
            let further_lines = memchr_iter(b'\n', record).count() as u64;
            let line_end = behind.iter().take(2).position(|byte| *byte == b'\n');
            let behind = line_end.map_or(behind.len(), |at| at + 1);
            Some(GroupEnd { length, behind: length + behind, further_lines })
        })?;
        if !is_long_array {
            return Some(record);
        }
        let bracket = bytes(&self.buffer, record.from..record.to).iter().position(|byte| *byte == b'[')?;
        self.number -= 1;
        self.go_to(record.from + bracket + 1);
        self.place = ArrayPlace::Inside { in_object: false };
        None
    }

    /// Whether the text that waits, which is no record, begins with an array of objects that has not ended where a record must have.
    fn begins_long_array(&self) -> bool {
        let waiting = bytes(&self.buffer, self.start..self.end).trim_ascii_start();
        let elements = waiting.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
        elements.is_some_and(|elements| elements.starts_with(b"{"))
            && self.offset(self.start) + LONGEST_RECORD.min(self.max_line) as u64 <= self.no_record_before
    }

    /// Whether a line can be the first of a record over several lines: it is no part of text in which one was looked for already.
    fn may_begin_record(&self, span: &Span) -> bool {
        span.cut == 0
            && opens_json(bytes(&self.buffer, span.from..span.to))
            && self.offset(span.from) >= self.no_record_before
    }

    /// The place of a byte of the buffer in the whole text.
    fn offset(&self, at: usize) -> u64 {
        self.decoded - (self.end - at) as u64
    }

    /// Returns the length of the JSON object or array that the text that waits begins with, if a line end follows it.
    fn record_length(&mut self) -> Option<usize> {
        let most = LONGEST_RECORD.min(self.max_line);
        let mut nesting = Nesting::default();
        let mut read = 0;
        let mut length = None;
        loop {
            let waiting = bytes(&self.buffer, self.start..self.end);
            if length.is_none() {
                length = nesting.end(bytes(waiting, read..)).map(|at| read + at);
            }
            let is_too_long = length.unwrap_or(waiting.len()) > most;
            let is_followed = length.map(|length| bytes(waiting, length..));
            match is_followed {
                _ if nesting.is_broken || is_too_long => break,
                Some([b'\n', ..] | [b'\r', b'\n', ..]) => return length,
                None | Some([] | [b'\r']) => {}
                Some(_) => break,
            }
            read = waiting.len();
            if !self.fill() {
                if length.is_some() && !self.source_failed() {
                    return length;
                }
                break;
            }
        }
        let looked_at = if nesting.is_broken { nesting.read } else { length.unwrap_or(most) };
        self.no_record_before = self.offset(self.start) + looked_at as u64;
        None
    }

    pub(super) fn next_span(&mut self) -> Option<Span> {
        self.begin();
        loop {
            if let Some(span) = self.decoded_span() {
                return Some(span);
            }
            // One more than the limit may be the `\r` of a line that just fits.
            if self.end - self.start > self.max_line.saturating_add(1) {
                return self.whole_objects(self.end).or_else(|| self.cut_line());
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
        if let Some(span) = self.whole_objects(to) {
            return Some(span);
        }
        self.go_to(line_end + 1);
        Some(self.span(from, to, 0))
    }

    /// Returns what stands behind the last line end. Half a line that a failed reader leaves is left out: another try will read it whole,
    /// and then it has another id.
    fn last_line(&mut self) -> Option<Span> {
        let (from, to) = (self.start, self.end);
        if let Some(span) = self.whole_objects(to) {
            return Some(span);
        }
        self.go_to(to);
        if from == to || self.source_failed() {
            return None;
        }
        Some(self.span(from, to, 0))
    }

    /// Returns the JSON objects with which a line over the limit begins, as many as the limit holds: Firehose joins records without line
    /// ends. The object behind them begins a line of its own.
    fn whole_objects(&mut self, line_end: usize) -> Option<Span> {
        let is_object = |text: &[u8]| text.trim_ascii_start().starts_with(b"{");
        let line = bytes(&self.buffer, self.start..line_end);
        if line.len() <= self.max_line || !is_object(line) {
            return None;
        }
        let within = bytes(line, ..self.max_line);
        let mut nesting = Nesting::default();
        let (mut seen, mut length) = (0, None);
        while let Some(behind) = nesting.end(bytes(within, seen..)) {
            seen += behind;
            length = Some(seen).filter(|seen| is_object(bytes(line, *seen..))).or(length);
        }
        let length = length?;
        let from = self.start;
        self.go_to(from + length);
        Some(self.span(from, from + length, 0))
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
                self.go_to(kept + at + 1);
                passed -= u64::from(last == b'\r');
                break;
            }
            self.end = kept;
            if !self.fill() {
                self.go_to(kept);
                if self.source_failed() {
                    return None;
                }
                break;
            }
        }
        Some(self.span(0, kept, passed))
    }

    /// Makes the text that waits begin at this place of the buffer.
    #[inline]
    pub(super) fn go_to(&mut self, at: usize) {
        (self.start, self.scanned) = (at, at);
    }

    /// Whether another try may read what this one did not.
    pub(super) fn source_failed(&self) -> bool {
        matches!(self.stop, Some(Stop::SourceFailed(_)))
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

    /// The line that begins `behind` bytes into the text that waits. Reads on until its end is there, or more than `most` bytes wait.
    pub(super) fn line_behind(&mut self, behind: usize, most: usize) -> LineBehind {
        loop {
            let waiting = bytes(&self.buffer, self.start + behind..self.end);
            let end = memchr(b'\n', waiting);
            let length = end.unwrap_or(waiting.len());
            if end.is_none() && behind + length <= most && self.fill() {
                continue;
            }
            let from = self.start + behind;
            return LineBehind { line: from..from + length, is_ended: end.is_some() };
        }
    }

    /// Decodes one more block behind the text that waits. Returns whether there was one.
    pub(super) fn fill(&mut self) -> bool {
        if self.stop.is_some() {
            return false;
        }
        self.compact();
        self.make_room();
        let room = bytes_mut(&mut self.buffer, self.end..);
        let filled = match &mut self.utf16 {
            Some(utf16) => utf16.fill(&mut self.text, room),
            None => self.text.fill(room),
        };
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
    pub(super) fn compact(&mut self) {
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
