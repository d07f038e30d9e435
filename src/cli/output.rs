//! Text for people. A reader that has gone has seen enough: that is no failure.

use std::fmt::Display;
use std::io::{self, Write};

/// A line on standard output.
pub(super) fn line(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// A line on standard error.
pub(super) fn notice(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
