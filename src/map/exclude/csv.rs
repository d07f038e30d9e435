//! Comma-separated values with the place of each, as Python's csv module reads them (RFC 4180 with more patience).
//!
//! Does not know what a column means.

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    /// Counted from 1.
    pub(super) line: usize,
    /// In characters, counted from 1.
    pub(super) column: usize,
}

/// The rows that hold anything, each with at least one cell.
pub(super) fn rows(text: &str) -> Vec<Vec<Cell>> {
    let mut characters = text.trim_start_matches('\u{feff}').chars().peekable();
    let (mut line, mut column) = (1, 1);
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut cell = Cell { text: String::new(), line, column };
    let (mut is_quoted, mut is_start) = (false, true);
    while let Some(c) = characters.next() {
        column += 1;
        if c == '\n' {
            (line, column) = (line + 1, 1);
        }
        match c {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                column += 1;
                cell.text.push('"');
            }
            '"' if is_quoted || is_start => is_quoted = !is_quoted,
            ',' | '\n' if !is_quoted => {
                if c == '\n' && cell.text.ends_with('\r') {
                    cell.text.pop();
                }
                row.push(std::mem::replace(&mut cell, Cell { text: String::new(), line, column }));
                if c == '\n' {
                    rows.push(std::mem::take(&mut row));
                }
                is_start = true;
                continue;
            }
            c => cell.text.push(c),
        }
        is_start = false;
    }
    row.push(cell);
    rows.push(row);
    rows.retain(|row| row.iter().any(|cell| !cell.text.trim().is_empty()));
    rows
}
