//! Writes an explanation for people. All text of the line is made safe for terminals; only the colors are control sequences.

use std::borrow::Cow;
use std::fmt;

use anstyle::{AnsiColor, Style};
use serde_json::Value as Json;

use super::explained::{Explained, ExplainedDocument, Missing};
use crate::bytes::safe::Safe;
use crate::bytes::slice;
use crate::map::explain::explanation::{ExplainedField, Explanation, Source, UnusedValue};

/// The columns of the terminal; without one, a line is as long as its text.
fn columns() -> usize {
    terminal_size::terminal_size()
        .map_or(usize::MAX, |(terminal_size::Width(columns), _)| usize::from(columns))
}

/// Columns of a field's name.
const NAME: usize = 34;

/// Characters of a value that leave room for its reason on the same line.
const SHORT: usize = 40;

/// Characters of a value that are shown.
const SHOWN: usize = 240;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const FIELD: Style = AnsiColor::Cyan.on_default();
const WARNING: Style = AnsiColor::Yellow.on_default();

pub(super) struct Screen<'e>(pub(super) &'e Explained);

impl fmt::Display for Screen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explained { line, section, documents, missing, more, left_out_by } = self.0;
        writeln!(f, "{BOLD}{line}{BOLD:#}, by section [{}]", Safe(section))?;
        if documents.is_empty() && left_out_by.is_empty() {
            writeln!(f, "the line is blank: it gives no document")?;
        }
        for (rule, _) in left_out_by {
            writeln!(f, "{WARNING}met by the rule {}{WARNING:#}", Safe(rule))?;
        }
        for (number, document) in (1..).zip(documents) {
            if documents.len() > 1 {
                writeln!(f, "\n{BOLD}document {number} of {}{BOLD:#}", documents.len())?;
            }
            show(f, document)?;
        }
        for Missing { field, reason } in missing {
            row(f, &format!("not {field}"), "", &Safe(reason))?;
        }
        if *more {
            writeln!(f, "\n{WARNING}the line holds more events than these{WARNING:#}")?;
        }
        Ok(())
    }
}

fn show(f: &mut fmt::Formatter<'_>, shown: &ExplainedDocument) -> fmt::Result {
    let ExplainedDocument { excluded, message, explanation } = shown;
    raw_line(f, message, explanation)?;
    if *excluded {
        writeln!(f, "{WARNING}left out: a rule matches this document{WARNING:#}")?;
    }
    if explanation.pipeline_error {
        writeln!(f, "{WARNING}the event could not be understood: event.kind is pipeline_error{WARNING:#}")?;
    }
    row(f, "index", &explanation.index.value, &Safe(&explanation.index.reason))?;
    match &explanation.id {
        Some(id) => row(f, "_id", &id.value, &Safe(&id.reason))?,
        None => row(f, "_id", "", &"given by OpenSearch")?,
    }
    let time = &explanation.time;
    row(f, "time", &time.value, &time.source)?;
    for doubt in &time.doubts {
        aside(f, &Safe(doubt).to_string())?;
    }
    for other in &time.others {
        let text = format!("not {}: {} ({})", other.source, short(&other.value), Safe(&other.reason));
        aside(f, &text)?;
    }
    if !explanation.problems.is_empty() {
        let names: Vec<&str> = explanation.problems.iter().map(|(name, _)| *name).collect();
        row(f, "odd", &names.join(", "), &"")?;
    }
    writeln!(f)?;
    for field in &explanation.fields {
        filled(f, field)?;
    }
    for empty in &explanation.empty_fields {
        let name = format!("not {}", empty.field);
        for value in &empty.values {
            row(f, &name, &text(&value.value), &reasons(value))?;
        }
    }
    Ok(())
}

/// The event's text: what fields were read from in their colour, the rest dim.
fn raw_line(f: &mut fmt::Formatter<'_>, message: &str, explanation: &Explanation) -> fmt::Result {
    let sources = explanation.fields.iter().flat_map(|field| &field.sources);
    let mut used: Vec<(usize, usize)> = sources.filter_map(|source| source.bytes).collect();
    used.sort_unstable();
    let mut at = 0;
    for (start, end) in used {
        let start = start.max(at);
        if start >= end {
            continue;
        }
        let (unused, part) = (slice::part(message, at..start), slice::part(message, start..end));
        write!(f, "{DIM}{}{DIM:#}{FIELD}{}{FIELD:#}", Safe(unused), Safe(part))?;
        at = end;
    }
    writeln!(f, "{DIM}{}{DIM:#}\n", Safe(slice::part(message, at..)))
}

fn filled(f: &mut fmt::Formatter<'_>, field: &ExplainedField) -> fmt::Result {
    let mut reason = read_from(&field.sources);
    if let Some(place) = &field.rule.place {
        reason.push_str(&format!("{}: ", Safe(place)));
    }
    reason.push_str(&Safe(&field.rule.meaning).to_string());
    for change in &field.changes {
        reason.push_str(&format!(" · {change}"));
    }
    row(f, &field.field, &text(&field.value), &reason)?;
    for other in &field.others {
        aside(f, &format!("not {}: {}", short(&text(&other.value)), reasons(other)))?;
    }
    Ok(())
}

fn reasons(unused: &UnusedValue) -> String {
    let rule = unused.rule.place.as_ref().unwrap_or(&unused.rule.meaning);
    format!("{}{} · {}", read_from(&unused.sources), Safe(rule), Safe(&unused.reason))
}

/// The places of sources, and what parts them from what stands behind.
fn read_from(sources: &[Source]) -> String {
    let places = places(sources);
    if places.is_empty() { places } else { places + " · " }
}

pub(super) fn places(sources: &[Source]) -> String {
    let places = sources.iter().map(|source| {
        let kind = if source.kind == "record" { "record " } else { "" };
        match source.bytes {
            Some((start, end)) => format!("{kind}{} @{start}..{end}", Safe(&source.name)),
            None => format!("{kind}{}", Safe(&source.name)),
        }
    });
    places.collect::<Vec<_>>().join(", ")
}

/// A name, its value and its reason, on one line where they fit, else in a column of its own below.
fn row(f: &mut fmt::Formatter<'_>, name: &str, value: &str, reason: &dyn fmt::Display) -> fmt::Result {
    let (columns, value, reason) = (columns(), short(value), reason.to_string());
    let (name, indent) = (Safe(name).to_string(), indent(columns));
    write!(f, "{FIELD}{name:<indent$}{FIELD:#}")?;
    let length = value.chars().count();
    let gap = SHORT.saturating_sub(length);
    let fits = |behind: usize| name.chars().count().max(indent) + behind <= columns;
    if (gap > 0 || value.is_empty()) && fits(1 + SHORT + 1 + reason.chars().count()) {
        return writeln!(f, " {value}{:gap$} {DIM}{reason}{DIM:#}", "");
    }
    if value.is_empty() || fits(1 + length) {
        writeln!(f, " {value}")?;
    } else {
        writeln!(f)?;
        for line in wrapped(&value, room(columns)) {
            writeln!(f, "{:indent$} {line}", "")?;
        }
    }
    below(f, &reason, columns)
}

fn aside(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    below(f, text, columns())
}

/// A text below the values.
fn below(f: &mut fmt::Formatter<'_>, text: &str, columns: usize) -> fmt::Result {
    let (indent, room) = (indent(columns), room(columns).saturating_sub(2).max(1));
    for line in wrapped(text, room).iter().filter(|line| !line.is_empty()) {
        writeln!(f, "{:indent$}   {DIM}{line}{DIM:#}", "")?;
    }
    Ok(())
}

/// Lines of at most so many columns; words are cut only where they are longer.
fn wrapped(text: &str, columns: usize) -> Vec<Cow<'_, str>> {
    textwrap::wrap(text, textwrap::Options::new(columns).word_splitter(textwrap::WordSplitter::NoHyphenation))
}

/// Columns of a field's name: less where the terminal is narrow.
fn indent(columns: usize) -> usize {
    NAME.min(columns / 3)
}

/// Columns behind the names.
fn room(columns: usize) -> usize {
    columns.saturating_sub(indent(columns) + 1).max(1)
}

/// A value as text: a string without its quotes.
pub(super) fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A text, safe for a terminal, its end left out where it is long.
fn short(text: &str) -> String {
    let safe = Safe(text).to_string();
    match safe.char_indices().nth(SHOWN) {
        Some((end, _)) => {
            format!("{}… ({} bytes)", slice::part(&safe, ..end), text.len())
        }
        None => safe,
    }
}
