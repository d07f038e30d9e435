//! `exclude_log_patterns.csv`: rows of log_type, field, pattern, pattern_type and comment, under a header that names them.

use ipnet::IpNet;
use regex::Regex;

use crate::config::diagnostic::{Diagnostic, File, Position};
use crate::config::log_type::SourceName;
use crate::config::{did_you_mean, quoted, source_named, whole_pattern};

/// Columns that every row must have.
const COLUMNS: [&str; 4] = ["log_type", "field", "pattern", "pattern_type"];

/// The column that holds the rest of a row, commas and all, where it is the last.
const COMMENT: &str = "comment";

/// One row.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// Its name in counts: `<file>:<line>`.
    pub(super) rule: String,
    pub(super) log_type: String,
    pub(super) field: String,
    /// Where its field stands.
    pub(super) position: Position,
    /// What the name means where documents have no field of that name.
    pub(super) source: SourceName,
    pub(super) test: ValueTest,
}

/// What a value must be for the row to match.
#[derive(Clone, Debug)]
pub(super) enum ValueTest {
    /// Exactly this text.
    Text(String),
    /// A text that the regex matches from start to end.
    Regex(Regex),
}

impl ValueTest {
    pub(super) fn passes(&self, value: &str) -> bool {
        let passes = |value: &str| match self {
            Self::Text(text) => text == value,
            Self::Regex(regex) => regex.is_match(value),
        };
        // Upstream's rules see the booleans of JSON as Python writes them.
        let of_python = match value {
            "true" => Some("True"),
            "false" => Some("False"),
            _ => None,
        };
        passes(value) || of_python.is_some_and(passes)
    }
}

/// Reads one file.
pub(super) fn read(
    file: &File,
    sections: &[&str],
    patterns: &mut Vec<Pattern>,
    findings: &mut Vec<Diagnostic>,
) {
    let mut rows = rows(file).into_iter();
    let Some(header) = rows.next() else { return };
    let names: Vec<&str> = header.iter().map(|cell| cell.text.trim()).collect();
    let missing: Vec<&str> = COLUMNS.into_iter().filter(|column| !names.contains(column)).collect();
    if let (false, Some(first)) = (missing.is_empty(), header.first()) {
        let message = format!("the header has no column '{}'", missing.join("', '"));
        let help = "the first row is 'log_type,field,pattern,pattern_type,comment'; conditions in JSON begin with '{'";
        findings.push(Diagnostic::error(&first.position, message).help(help));
        return;
    }
    for row in rows {
        match pattern(file, &names, &row, sections, findings) {
            Ok(Some(pattern)) => patterns.push(pattern),
            Ok(None) => {}
            Err(finding) => findings.push(*finding),
        }
    }
}

/// The pattern of one row; `None` where the row is for another loader.
fn pattern(
    file: &File,
    names: &[&str],
    row: &[Cell],
    sections: &[&str],
    findings: &mut Vec<Diagnostic>,
) -> Result<Option<Pattern>, Box<Diagnostic>> {
    let [log_type, field, pattern, kind] = cells(file, names, row)?;
    let section = log_type.text.trim();
    if !sections.contains(&section) {
        return near_miss(section, sections, &log_type.position)
            .map_or(Ok(None), |finding| Err(Box::new(finding)));
    }
    let refused = |cell: &Cell, message: String, help: Option<String>| {
        Box::new(Diagnostic { help, ..Diagnostic::error(&cell.position, message) })
    };
    let name = field.text.trim();
    if name.is_empty() {
        return Err(refused(field, "the field has no name".to_owned(), None));
    }
    let source = source_named(name).map_err(|(message, help)| refused(field, message, help))?;
    if pattern.text.is_empty() {
        let help = "a field without a value is as good as none; write '.*' with 'regex' for any value";
        return Err(refused(pattern, "the pattern is empty".to_owned(), Some(help.to_owned())));
    }
    let test = match kind.text.trim().to_lowercase().as_str() {
        "text" => ValueTest::Text(pattern.text.clone()),
        "regex" => {
            let regex = whole_pattern(&pattern.text);
            ValueTest::Regex(regex.map_err(|(message, help)| refused(pattern, message, help))?)
        }
        other => {
            let help = did_you_mean(other, ["text", "regex"]).unwrap_or_else(|| {
                "write 'text' or 'regex', and a pattern with commas in double quotes".to_owned()
            });
            return Err(refused(kind, format!("pattern_type is {}", quoted(other)), Some(help)));
        }
    };
    findings.extend(misread(pattern, &test));
    Ok(Some(Pattern {
        rule: format!("{}:{}", file.name, log_type.position.line),
        log_type: section.to_owned(),
        field: name.to_owned(),
        position: field.position.clone(),
        source,
        test,
    }))
}

/// The warning for a pattern that is written in another form than its type has, and so matches nothing.
fn misread(pattern: &Cell, test: &ValueTest) -> Option<Diagnostic> {
    let text = pattern.text.trim();
    let is_text = matches!(test, ValueTest::Text(_));
    let is_regex = || {
        text.contains(".*")
            || text.contains("\\d")
            || text.contains("\\.")
            || text.starts_with('^')
            || text.ends_with('$')
    };
    let (what, help) = if text.contains('/') && text.parse::<IpNet>().is_ok() {
        ("a block of addresses is compared as text", "write a regex of its addresses: '10\\..*' with 'regex'")
    } else if is_text && is_regex() {
        ("a regex is compared as text", "write 'regex' as its pattern_type")
    } else if is_text && text.len() > 1 && (text.starts_with('*') || text.ends_with('*')) {
        ("'*' is a letter of the text", "write '.*' in a pattern with 'regex'")
    } else if is_text && text.len() < pattern.text.len() {
        ("the blanks around it are part of the text", "take them out")
    } else {
        return None;
    };
    let message = format!("pattern {} is not likely to match: {what}", quoted(&pattern.text));
    Some(Diagnostic::warning(&pattern.position, message).help(help))
}

/// The cells of the columns that every row must have.
fn cells<'r>(file: &File, names: &[&str], row: &'r [Cell]) -> Result<[&'r Cell; 4], Box<Diagnostic>> {
    let too_many = row.get(names.len()).filter(|_| names.last() != Some(&COMMENT));
    let cell = |column: &str| names.iter().position(|name| *name == column).and_then(|at| row.get(at));
    if let ([Some(log_type), Some(field), Some(pattern), Some(kind)], None) = (COLUMNS.map(cell), too_many) {
        return Ok([log_type, field, pattern, kind]);
    }
    let start = Position::start(&file.name);
    let position = too_many.or(row.last()).map_or(&start, |cell| &cell.position);
    let message = format!("the row has {} values and the header {} names", row.len(), names.len());
    let help = match too_many {
        Some(_) => "put a value with commas in double quotes".to_owned(),
        None => format!("it needs {}", COLUMNS.join(", ")),
    };
    Err(Box::new(Diagnostic::error(position, message).help(help)))
}

/// The warning for a rule of the unknown section `section`, if that is nearly one of `sections`. Other rules of unknown sections are
/// meant for other loaders.
pub(super) fn near_miss(section: &str, sections: &[&str], position: &Position) -> Option<Diagnostic> {
    let meant = did_you_mean(section, sections.iter().copied())?;
    let message = format!("there is no section [{section}], so this rule is passed over");
    Some(Diagnostic::warning(position, message).help(meant))
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cell {
    text: String,
    /// Where the value begins, with its quote if it has one.
    position: Position,
}

/// The rows of comma-separated values (RFC 4180) that hold anything, each with at least one cell. csv-core tells values apart, as patiently as
/// Python's csv module.
fn rows(file: &File) -> Vec<Vec<Cell>> {
    let mut reader = csv_core::Reader::new();
    let mut rest = file.text.trim_start_matches('\u{feff}');
    let mut position = Position::start(&file.name);
    let mut value = vec![0; rest.len()];
    let (mut rows, mut row) = (Vec::new(), Vec::new());
    loop {
        // Line ends of blank lines are in front of a row, not in its first value.
        let blank = if row.is_empty() { rest.len() - rest.trim_start_matches(['\r', '\n']).len() } else { 0 };
        let (blank, values) = rest.split_at_checked(blank).unwrap_or(("", rest));
        let start = position.after(blank);
        let (mut result, read, written) = reader.read_field(values.as_bytes(), &mut value);
        if let csv_core::ReadFieldResult::InputEmpty = result {
            (result, ..) = reader.read_field(&[], &mut []);
        }
        let csv_core::ReadFieldResult::Field { record_end } = result else { break };
        let (raw, behind) = values.split_at_checked(read).unwrap_or((values, ""));
        position = start.clone().after(raw);
        rest = behind;
        let text = String::from_utf8_lossy(value.get(..written).unwrap_or(&value)).into_owned();
        row.push(Cell { text, position: start });
        if record_end {
            rows.push(std::mem::take(&mut row));
        }
    }
    rows.retain(|row| row.iter().any(|cell| !cell.text.trim().is_empty()));
    rows
}
