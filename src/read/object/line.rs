//! A line of an object, and where an object breaks off.

/// The number of a line in its object, counted from 1. Blank lines count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineNumber(pub u64);

/// One line, without its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number.
    pub number: LineNumber,
    /// Its bytes, without `\n`, `\r\n` and, on the first line, a byte order mark. A JSON record that is written over several lines is one
    /// line, with line ends inside.
    pub bytes: &'a [u8],
    /// The number of bytes that are missing at its end, because the line was longer than the limit.
    pub cut: u64,
}

/// Where and why an object ended before its end. The lines before that place have been read.
///
/// The last line of a damaged object is read although it is partial, because nobody will ever see more of it. That of an object whose
/// reader failed is not: another try will read it whole, and half of it would stand beside it for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The number of bytes of text that were decoded before.
    pub offset: u64,
    /// What the decoder or the reader said.
    pub reason: String,
    /// The reader failed (network, disk), so that another try could help. Otherwise the object itself is damaged.
    pub source_failed: bool,
}
