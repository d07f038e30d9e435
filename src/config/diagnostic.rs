//! Findings about a configuration: how they are made, put in order and written.

use std::fmt;
use std::sync::Arc;

use crate::bytes::safe::Safe;
use crate::bytes::slice::cut;

/// The name of the built-in configuration in positions and messages.
pub(crate) const BUILT_IN: &str = "<built-in>";

/// Where a setting stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The file as the user named it; the built-in configuration is called `<built-in>`.
    pub file: Arc<str>,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Severity {
    /// The configuration cannot be used.
    #[error("error")]
    Error,
    /// The configuration can be used, but something in it is old or odd.
    #[error("warning")]
    Warning,
}

/// One finding about the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the configuration can be used all the same.
    pub severity: Severity,
    /// Where the key or value stands.
    pub position: Position,
    /// What is wrong, in one line that names the key or value.
    pub message: String,
    /// What to do about it, where there is something to name.
    pub help: Option<String>,
}

/// One configuration file, or file of rules, that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What messages call it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Findings while the files are read.
pub(super) type Findings = Vec<Diagnostic>;

/// Whether one of them is an error.
pub(crate) fn has_errors(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// In the order of `files`, then of lines and columns. What two sections inherit from `[DEFAULT]` is said once.
pub(super) fn in_order(mut findings: Findings, files: &[&str]) -> Findings {
    findings.sort_by_cached_key(|Diagnostic { severity, position, message, .. }| {
        let file = files.iter().position(|name| **name == *position.file);
        (file, position.line, position.column, *severity, message.clone())
    });
    findings.dedup();
    findings
}

impl Diagnostic {
    pub(crate) fn error(position: &Position, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, position: position.clone(), message: message.into(), help: None }
    }

    pub(crate) fn warning(position: &Position, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(position, message) }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl Position {
    /// The first character of a file.
    pub(crate) fn start(file: &str) -> Self {
        Self { file: file.into(), line: 1, column: 1 }
    }

    /// Whether it is in the built-in configuration.
    pub(crate) fn is_built_in(&self) -> bool {
        *self.file == *BUILT_IN
    }

    /// The position behind `text`, which begins here.
    pub(crate) fn after(mut self, text: &str) -> Self {
        for c in text.chars() {
            (self.line, self.column) =
                if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Display for Diagnostic {
    /// `config/user.ini:12:1: error: unknown key 's3_kee'`, and the way out on a line of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Both can quote the user's file, which may hold what a terminal would obey.
        write!(f, "{}: {}: {}", self.position, self.severity, Safe(&self.message))?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {}", Safe(help)),
            None => Ok(()),
        }
    }
}

/// A text of the user's for a message: in quotes, without control characters, cut after 80 characters.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut out = "'".to_owned();
    for c in cut(text, LONGEST).chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out.push('\'');
    out
}
