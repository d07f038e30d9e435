//! Writes a timeline for people, one line an event. What logs wrote is made safe for terminals.

use std::fmt;

use anstyle::{AnsiColor, Style};

use super::event::{Event, Verdict};
use crate::bytes::safe::Safe;

const BLOCKED: Style = AnsiColor::Red.on_default();
const DETECTED: Style = AnsiColor::Yellow.on_default();
const ALLOWED: Style = AnsiColor::Green.on_default();
const PLAIN: Style = Style::new();
const DIM: Style = Style::new().dimmed();

/// Characters of what happened that are shown.
const SHOWN: usize = 100;

/// The events of a timeline, for a terminal.
pub(super) struct Screen<'e>(pub(super) &'e [Event]);

impl fmt::Display for Screen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let logs = self.0.iter().map(|event| event.log.len()).max().unwrap_or_default();
        for Event { time, log, verdict, what, rule, status, alone, .. } in self.0 {
            let color = color(*verdict);
            let status = status.map_or(String::new(), |status| status.to_string());
            let what: String = what.chars().take(SHOWN).collect();
            write!(
                f,
                "{}  {}{:pad$}  {color}{:9}{color:#}  {status:3}  {}",
                Safe(time),
                Safe(log),
                "",
                verdict.word(),
                Safe(&what),
                pad = logs - log.len()
            )?;
            if let Some(rule) = rule {
                write!(f, "  {DIM}{}{DIM:#}", Safe(rule))?;
            }
            if *alone {
                write!(f, "  {DETECTED}only {} saw it{DETECTED:#}", Safe(log))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn color(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Blocked => BLOCKED,
        Verdict::Detected | Verdict::Failed => DETECTED,
        Verdict::Allowed => ALLOWED,
        Verdict::Succeeded | Verdict::Unknown => PLAIN,
    }
}
