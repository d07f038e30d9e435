//! Whether a row of values ends inside of quotes (RFC 4180), so that its next line belongs to it.

use memchr::memchr;

/// Reads rows line by line.
pub(crate) struct Quotes {
    delimiter: u8,
    place: Place,
}

/// Where the reading stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first byte of a value.
    Start,
    /// In a value without quotes: those in it are letters like others.
    Plain,
    /// In a value in quotes.
    Quoted,
    /// Behind a quote in such a value: its end, or the first of two that mean one.
    Closed,
    /// Behind text that follows the end of such a value: these quotes are none.
    Broken,
}

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// The row ends with it.
    Closed,
    /// A value in quotes goes on in the next line.
    Open,
    /// The quotes do not do what quotes of a row do.
    Broken,
}

impl Quotes {
    /// The reading of a row whose values `delimiter` separates.
    pub(crate) fn new(delimiter: u8) -> Self {
        Self { delimiter, place: Place::Start }
    }

    /// Whether a line leaves a value open.
    pub(crate) fn leave_open(line: &[u8], delimiter: u8) -> bool {
        memchr(b'"', line).is_some() && Self::new(delimiter).read(line) == LineEnd::Open
    }

    /// Reads the next line of the row.
    pub(crate) fn read(&mut self, line: &[u8]) -> LineEnd {
        for byte in line {
            self.place = match self.place {
                Place::Start | Place::Plain | Place::Closed if *byte == self.delimiter => Place::Start,
                Place::Start | Place::Closed if *byte == b'"' => Place::Quoted,
                Place::Quoted if *byte == b'"' => Place::Closed,
                Place::Start | Place::Plain => Place::Plain,
                Place::Quoted => Place::Quoted,
                // The end of a line of Windows.
                Place::Closed if *byte == b'\r' => Place::Closed,
                Place::Closed | Place::Broken => Place::Broken,
            };
        }
        match self.place {
            Place::Quoted => LineEnd::Open,
            Place::Broken => LineEnd::Broken,
            Place::Start | Place::Plain | Place::Closed => LineEnd::Closed,
        }
    }
}
