//! Places between two lines at which a load can be cut.

use super::account::Account;
use crate::read::object::line::LineNumber;

/// A place between two lines, with the account of all lines before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The last line before it.
    pub line: LineNumber,
    /// The account of the lines up to that one. It has no bytes of text, because these are counted for whole blocks.
    pub account: Account,
}
