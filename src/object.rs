//! One object's bytes, as lines: decompression by magic bytes, then lines.
//!
//! Takes a reader, gives lines one at a time out of a buffer that grows only with the longest line. Does not
//! know where the bytes come from, nor what a line holds.

use std::io::Read;

/// The number of a line in its object, counted from 1. Blank lines count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineNumber(pub u64);

/// One line, without its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number.
    pub number: LineNumber,
    /// Its bytes, without `\n`, `\r\n` and, on the first line, a byte order mark.
    pub bytes: &'a [u8],
    /// The line was longer than the limit: this many bytes of its end are missing.
    pub cut: u64,
}

/// Where and why an object ended before its end: what had been decoded until then was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// Bytes of plain text that had been decoded.
    pub offset: u64,
    /// What the inflater or the source said.
    pub reason: String,
    /// The source failed (network, disk): another try could help. Otherwise the object itself is damaged.
    pub source_failed: bool,
}

/// The lines of one object.
pub struct Lines<R> {
    _reader: R,
}

impl<R: Read> Lines<R> {
    /// Reads from `reader`; lines longer than `max_line` bytes are cut there, and the rest is passed over.
    pub fn new(reader: R, max_line: usize) -> Self {
        let _ = max_line;
        Self { _reader: reader }
    }

    /// The next line; nothing at the end of the object or at its break.
    #[expect(clippy::should_implement_trait, reason = "a lending iterator: the line borrows the buffer")]
    pub fn next(&mut self) -> Option<Line<'_>> {
        todo!()
    }

    /// Where the object broke off, once `next` has given nothing.
    pub fn broken(&self) -> Option<&Break> {
        todo!()
    }

    /// Bytes of text decoded so far.
    pub fn decoded_bytes(&self) -> u64 {
        todo!()
    }
}
