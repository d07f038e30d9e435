//! What an event is among the lines of an object.

use regex::bytes::Regex;

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
