//! The tables of facts under `config/`, as rows of cells by column.

use std::collections::BTreeMap;
use std::fs;

/// One row of a table.
pub(crate) struct Row {
    file: String,
    line: u64,
    cells: BTreeMap<String, String>,
}

impl Row {
    /// The file, and the line in it.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    pub(crate) fn cell(&self, column: &str) -> &str {
        self.cells.get(column).unwrap_or_else(|| panic!("{}: there is no column {column}", self.file))
    }

    /// The parts of a cell between its semicolons.
    pub(crate) fn list(&self, column: &str) -> Vec<&str> {
        self.cell(column).split(';').map(str::trim).filter(|part| !part.is_empty()).collect()
    }
}

/// A table of Deep Security.
pub(crate) fn deepsecurity(name: &str) -> Vec<Row> {
    table(&format!("config/log_types/deepsecurity/{name}.csv"))
}

/// The table in a file.
pub(crate) fn table(file: &str) -> Vec<Row> {
    let text = fs::read_to_string(file).unwrap();
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| Row {
        file: file.to_owned(),
        line: line_of(&text, record.position().unwrap()),
        cells: columns.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect(),
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// The line of a row. The reader's position is in front of the comments above it.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let above = &text[usize::try_from(position.byte()).unwrap()..];
    let comments = above.lines().take_while(|line| line.is_empty() || line.starts_with('#')).count();
    position.line() + u64::try_from(comments).unwrap()
}
