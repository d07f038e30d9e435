//! Text for people, in which a terminal finds nothing to obey, whoever has written it. A reader that has gone has seen enough:
//! that is no failure.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

use super::Failure;
use crate::bytes::safe::{Safe, is_obeyed};

/// A line on standard output.
pub(super) fn line(text: impl Display) {
    let _ = writeln!(io::stdout(), "{}", plain(&text));
}

/// A line on standard error.
pub(super) fn notice(text: impl Display) {
    let _ = writeln!(io::stderr(), "{}", plain(&text));
}

/// The same lines, with what a terminal would obey made visible.
fn plain(text: &impl Display) -> String {
    let text = text.to_string();
    let lines: Vec<String> = text.split('\n').map(|line| Safe(line).to_string()).collect();
    lines.join("\n")
}

/// JSON on standard output. A terminal obeys none of its text: what JSON leaves as it is, is escaped too.
pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let written = serde_json::to_string_pretty(value)?;
    let mut text = String::with_capacity(written.len());
    for c in written.chars() {
        match c {
            '\n' => text.push(c),
            c if is_obeyed(c) => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    line(text);
    Ok(())
}
