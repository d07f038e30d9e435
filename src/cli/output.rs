//! Writes text for people. It holds no control sequences for a terminal, whoever has written the text. A reader that has closed its
//! end is no failure.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
#[cfg(feature = "edge")]
use std::time::Duration;

use serde::Serialize;

use super::failure::Failure;
use crate::bytes::safe::{Safe, is_obeyed};
#[cfg(feature = "edge")]
use crate::report::Report;

pub(super) fn line(text: impl Display) {
    let _ = writeln!(io::stdout(), "{}", plain(&text));
}

pub(super) fn notice(text: impl Display) {
    let _ = writeln!(io::stderr(), "{}", plain(&text));
}

/// The report of a load into the cluster at `endpoint`, on standard error.
#[cfg(feature = "edge")]
pub(super) fn report(report: &Report, endpoint: Option<&str>, took: Duration) {
    let verb = format!("indexed into {}", Safe(endpoint.unwrap_or_default()));
    notice(report.screen(&verb, took).to_string().trim_end());
}

/// The same lines, with what a terminal would obey made visible.
fn plain(text: &impl Display) -> String {
    let text = text.to_string();
    let lines: Vec<String> = text.split('\n').map(|line| Safe(line).to_string()).collect();
    lines.join("\n")
}

/// JSON on standard output. A terminal obeys none of its text: what JSON leaves as it is, is escaped too. A program that gets a part of it
/// only has to know.
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
    match writeln!(io::stdout(), "{text}").and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}
