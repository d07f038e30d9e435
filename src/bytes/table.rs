//! Tables of facts that are compiled in: CSV files under `config/`, with a line of column names and comments behind `#`.
//!
//! A table is read once, at start-up. What is wrong with it is told with file and line. The numbers of the rows that the code calls
//! by name are found by the compiler: [`row_named`].

use std::fmt::Display;

use csv::{Position, ReaderBuilder, StringRecord};

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct TableError {
    file: &'static str,
    line: u64,
    message: String,
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'t> {
    file: &'static str,
    line: u64,
    columns: &'t StringRecord,
    /// The cells without what separates them, and where each of them ends.
    text: &'static str,
    record: &'t StringRecord,
}

/// Reads the table `text` of `file`, and makes a value of each row. Their cells stay in memory as long as the program.
///
/// # Errors
///
/// Text that is no such table, or what `value` says of a row.
pub(crate) fn read<T>(
    file: &'static str,
    text: &'static str,
    mut value: impl FnMut(Row<'_>) -> Result<T, TableError>,
) -> Result<Vec<T>, TableError> {
    let broken = |error: csv::Error| TableError {
        file,
        line: line_of(text, error.position()),
        message: error.to_string(),
    };
    let mut reader = ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(text.as_bytes());
    let columns = reader.headers().map_err(broken)?.clone();
    let mut values = Vec::new();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(broken)? {
        let line = line_of(text, record.position());
        let cells = String::leak(record.as_slice().to_owned());
        let row = Row { file, line, columns: &columns, text: cells, record: &record };
        if record.len() != columns.len() {
            let (cells, columns) = (record.len(), columns.len());
            return Err(row.error(format_args!("the row has {cells} cells, the table {columns} columns")));
        }
        values.push(value(row)?);
    }
    Ok(values)
}

/// The line of a row. The reader's position is in front of the comments above it.
fn line_of(text: &str, position: Option<&Position>) -> u64 {
    let Some(position) = position else { return 1 };
    let above = usize::try_from(position.byte()).ok().and_then(|byte| text.get(byte..)).unwrap_or_default();
    let comments = above.lines().take_while(|line| line.is_empty() || line.starts_with('#'));
    comments.fold(position.line(), |line, _| line + 1)
}

/// The value of a table that is compiled in.
pub(crate) fn compiled_in<T>(read: Result<T, TableError>) -> T {
    #[expect(clippy::panic, reason = "a table is part of the program, and the tests read each of them")]
    read.unwrap_or_else(|error| panic!("{error}"))
}

impl Row<'_> {
    /// The cell in a column, without blanks around it.
    ///
    /// # Errors
    ///
    /// A column that the table does not have.
    pub(crate) fn cell(&self, column: &str) -> Result<&'static str, TableError> {
        let at = self.columns.iter().position(|name| name == column);
        let cell = at.and_then(|at| self.text.get(self.record.range(at)?));
        cell.map(str::trim).ok_or_else(|| self.error(format_args!("there is no column '{column}'")))
    }

    /// The parts of a cell between its semicolons.
    ///
    /// # Errors
    ///
    /// A column that the table does not have.
    pub(crate) fn list(&self, column: &str) -> Result<&'static [&'static str], TableError> {
        let parts = self.cell(column)?.split(';').map(str::trim).filter(|part| !part.is_empty());
        Ok(parts.collect::<Vec<_>>().leak())
    }

    /// Whether a cell says `yes`.
    ///
    /// # Errors
    ///
    /// A cell that says anything but `yes` or nothing.
    pub(crate) fn flag(&self, column: &str) -> Result<bool, TableError> {
        self.one_of(column, self.cell(column)?, &[("", false), ("yes", true)])
    }

    /// What `word`, which stands in a column, means.
    ///
    /// # Errors
    ///
    /// A word that is not among `words`.
    pub(crate) fn one_of<T: Copy>(
        &self,
        column: &str,
        word: &str,
        words: &[(&str, T)],
    ) -> Result<T, TableError> {
        let known = words.iter().find(|(known, _)| *known == word);
        known.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let words: Vec<&str> =
                words.iter().map(|(word, _)| *word).filter(|word| !word.is_empty()).collect();
            self.error(format_args!("'{word}' in the column '{column}' is none of: {}", words.join(", ")))
        })
    }

    /// What is wrong with this row.
    pub(crate) fn error(&self, message: impl Display) -> TableError {
        TableError { file: self.file, line: self.line, message: message.to_string() }
    }
}

/// The number of the row whose first cell is `name`, for constants: without such a row the code does not compile.
pub(crate) const fn row_named(text: &str, name: &str) -> u16 {
    let (mut rest, mut number) = (text.as_bytes(), 0);
    while let [_, ..] = rest {
        let (line, behind) = split_line(rest);
        if is_row(line) {
            if is_first_cell(line, name.as_bytes()) {
                // The first of these lines has the names of the columns.
                return number - 1;
            }
            number += 1;
        }
        rest = behind;
    }
    #[expect(clippy::panic, reason = "for the compiler")]
    {
        panic!("no row of the table has this name")
    }
}

/// How many rows a table has, for constants.
pub(crate) const fn row_count(text: &str) -> u16 {
    let (mut rest, mut number) = (text.as_bytes(), 0);
    while let [_, ..] = rest {
        let (line, behind) = split_line(rest);
        number += is_row(line) as u16;
        rest = behind;
    }
    number - 1
}

const fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    let (mut rest, mut length) = (text, 0);
    while let [first, behind @ ..] = rest {
        length += 1;
        rest = behind;
        if *first == b'\n' {
            break;
        }
    }
    (text.split_at(length).0, rest)
}

const fn is_row(line: &[u8]) -> bool {
    !matches!(line, [] | [b'#' | b'\n' | b'\r', ..])
}

const fn is_first_cell(mut line: &[u8], mut name: &[u8]) -> bool {
    while let ([one, line_rest @ ..], [other, name_rest @ ..]) = (line, name) {
        if *one != *other {
            return false;
        }
        (line, name) = (line_rest, name_rest);
    }
    matches!((line, name), ([b',' | b'\n' | b'\r', ..], []))
}
