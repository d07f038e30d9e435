//! Comma-separated values (RFC 4180), each with its position. csv-core tells them apart, as patiently as Python's csv module.

use crate::config::diagnostic::{File, Position};

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    /// Where the value begins, with its quote if it has one.
    pub(super) position: Position,
}

/// The rows that hold anything, each with at least one cell.
pub(super) fn rows(file: &File) -> Vec<Vec<Cell>> {
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
