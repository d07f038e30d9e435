//! Tables of facts that are compiled in: CSV files under `config/`, with a line of column names and comments behind `#`.
//!
//! A table is read once, at start-up, and what is wrong with it is told with file and line. The numbers of the rows that the code calls
//! by name are found by the compiler: [`FactTable::row_named`].

use std::fmt::Display;
use std::str::FromStr;

use csv::{Position, ReaderBuilder, StringRecord};

use super::slice::part;

/// A table that is compiled in.
#[derive(Clone, Copy, Debug)]
pub struct FactTable {
    /// The path of its file in the repository.
    pub file: &'static str,
    /// The text of the file.
    pub text: &'static str,
}

/// The table in a file of the repository.
macro_rules! fact_table {
    ($file:literal) => {
        $crate::bytes::table::FactTable {
            file: $file,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $file)),
        }
    };
}
pub(crate) use fact_table;

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
pub(crate) struct FactRow<'t> {
    file: &'static str,
    line: u64,
    columns: &'t StringRecord,
    record: &'t StringRecord,
    /// The cells in a row, without what separates them.
    cells: &'static str,
}

impl FactTable {
    /// Makes a value of each row. Their cells stay in memory as long as the program.
    ///
    /// # Errors
    ///
    /// A row with too few or too many cells, or what `value` finds wrong with one.
    pub(crate) fn read<T>(
        self,
        mut value: impl FnMut(FactRow<'_>) -> Result<T, TableError>,
    ) -> Result<Vec<T>, TableError> {
        let Self { file, text } = self;
        // The reader looks at each byte: what stands above the names of the columns need not cost that.
        let head = text.split_inclusive('\n').take_while(|line| line.starts_with('#'));
        let (above, head) = head.fold((0, 0), |(lines, bytes), line| (lines + 1, bytes + line.len()));
        let rows = part(text, head..);
        let broken = |error: csv::Error| TableError {
            file,
            line: above + line_of(rows, error.position()),
            message: error.to_string(),
        };
        let mut reader = ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(rows.as_bytes());
        let columns = reader.headers().map_err(broken)?.clone();
        let (mut values, mut record) = (Vec::new(), StringRecord::new());
        while reader.read_record(&mut record).map_err(broken)? {
            let line = above + line_of(rows, record.position());
            let cells = String::leak(record.as_slice().to_owned());
            let row = FactRow { file, line, columns: &columns, record: &record, cells };
            if record.len() != columns.len() {
                let (cells, columns) = (record.len(), columns.len());
                return Err(row.error(format_args!("the row has {cells} cells, the table {columns} columns")));
            }
            values.push(value(row)?);
        }
        Ok(values)
    }

    /// The same for a table that is right, as the tests have it.
    pub(crate) fn rows<T>(self, value: impl FnMut(FactRow<'_>) -> Result<T, TableError>) -> Vec<T> {
        compiled_in(self.read(value))
    }

    /// The cells of a column.
    pub(crate) fn column(self, name: &str) -> Vec<&'static str> {
        self.rows(|row| row.cell(name))
    }

    /// The number of the row whose first cell is `name`, for constants: without such a row the code does not compile.
    pub(crate) const fn row_named(self, name: &str) -> u16 {
        let (mut rest, mut number) = (self.text.as_bytes(), 0);
        while let Some((line, behind)) = next_row(rest) {
            if is_first_cell(line, name.as_bytes()) {
                // The first of these rows has the names of the columns.
                return number - 1;
            }
            (rest, number) = (behind, number + 1);
        }
        #[expect(clippy::panic, reason = "it is the compiler that stops here")]
        {
            panic!("no row of the table has this name")
        }
    }

    /// How many rows there are, for constants.
    pub(crate) const fn row_count(self) -> u16 {
        let (mut rest, mut number) = (self.text.as_bytes(), 0);
        while let Some((_, behind)) = next_row(rest) {
            (rest, number) = (behind, number + 1);
        }
        number - 1
    }
}

/// The value of a table that is compiled in.
pub(crate) fn compiled_in<T>(read: Result<T, TableError>) -> T {
    #[expect(clippy::panic, reason = "a table is part of the program, and the tests read each of them")]
    read.unwrap_or_else(|error| panic!("{error}"))
}

impl FactRow<'_> {
    /// The cell in a column that the table must have, without blanks around it.
    pub(crate) fn cell(&self, column: &str) -> Result<&'static str, TableError> {
        let at = self.columns.iter().position(|name| name == column);
        let cell = at.and_then(|at| self.cells.get(self.record.range(at)?));
        cell.map(str::trim).ok_or_else(|| self.error(format_args!("there is no column '{column}'")))
    }

    /// The number in a column.
    pub(crate) fn number<N: FromStr<Err: Display>>(&self, column: &str) -> Result<N, TableError> {
        self.cell(column)?.parse().map_err(|error| self.error(error))
    }

    /// The parts of a cell between its semicolons.
    pub(crate) fn list(&self, column: &str) -> Result<&'static [&'static str], TableError> {
        let parts = self.cell(column)?.split(';').map(str::trim).filter(|part| !part.is_empty());
        Ok(parts.collect::<Vec<_>>().leak())
    }

    /// Whether a cell says `yes`; else it must be empty.
    pub(crate) fn flag(&self, column: &str) -> Result<bool, TableError> {
        self.one_of(column, self.cell(column)?, &[("", false), ("yes", true)])
    }

    /// What `word`, which stands in a column and must be one of `words`, means.
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

/// The line of a row. The reader's position is in front of the comments above it.
fn line_of(text: &str, position: Option<&Position>) -> u64 {
    let Some(position) = position else { return 1 };
    let above = usize::try_from(position.byte()).ok().and_then(|byte| text.get(byte..)).unwrap_or_default();
    let comments = above.lines().take_while(|line| line.is_empty() || line.starts_with('#'));
    comments.fold(position.line(), |line, _| line + 1)
}

/// The next line that is no comment, and what follows it.
const fn next_row(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut line, mut rest) = (text, text);
    while let [first, behind @ ..] = rest {
        rest = behind;
        if *first == b'\n' {
            if !matches!(line, [b'#' | b'\n' | b'\r', ..]) {
                return Some((line, rest));
            }
            line = rest;
        }
    }
    None
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
