//! Writes text for people. It holds no control sequences for a terminal, whoever has written the text. A reader that has closed its
//! end is no failure; any other output that cannot be written is told at the end of the command.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;
#[cfg(feature = "edge")]
use std::time::Duration;

use serde::Serialize;

use super::failure::Failure;
use crate::bytes::safe::{Safe, is_obeyed};
#[cfg(feature = "edge")]
use crate::report::Report;

/// Why standard output could not be written, the first time.
static FAULT: OnceLock<io::Error> = OnceLock::new();

/// Keeps in mind why standard output could not be written.
pub(super) fn wrote(result: io::Result<()>) {
    if let Err(error) = result
        && error.kind() != ErrorKind::BrokenPipe
    {
        FAULT.get_or_init(|| error);
    }
}

/// What is lost of all that was to be written.
pub(super) fn end() -> Result<(), Failure> {
    wrote(io::stdout().flush());
    FAULT.get().map_or(Ok(()), |error| Err(Failure(format!("standard output: {error}"))))
}

pub(super) fn line(text: impl Display) {
    wrote(writeln!(io::stdout(), "{}", plain(&text)));
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
    wrote(writeln!(io::stdout(), "{text}"));
    Ok(())
}
