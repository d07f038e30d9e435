//! A line of an object, and where an object breaks off.

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
///
/// A damaged object gives its last, partial line too, because nobody will ever see more of it. A failed source
/// does not: another try will give that line whole, and half of it would stand beside it for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// Bytes of plain text that had been decoded.
    pub offset: u64,
    /// What the decoder or the source said.
    pub reason: String,
    /// The source failed (network, disk): another try could help. Otherwise the object itself is damaged.
    pub source_failed: bool,
}
