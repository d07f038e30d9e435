//! A line as text.

use std::borrow::Cow;

use encoding_rs::Encoding;

use super::reading::NumberedLine;
use crate::document::id::Identity;
use crate::read::object::line::Line;
use crate::read::record;
use crate::read::record::csv::CsvLine;
use crate::read::record::rows::RowColumns;

/// A line, decoded.
pub(crate) struct Text<'b> {
    pub(crate) line: Line<'b>,
    /// A blank line has none.
    pub(crate) identity: Option<&'b Identity<'b>>,
    pub(crate) text: Cow<'b, str>,
    /// Not all of it was UTF-8.
    pub(crate) replaced: bool,
    /// The names of its values, where it is a row of them.
    pub(crate) columns: Option<&'b RowColumns>,
}

impl<'b> Text<'b> {
    /// Decodes a line, from `encoding` where one is named.
    pub(crate) fn of(numbered: &'b NumberedLine<'_>, encoding: Option<&'static Encoding>) -> Self {
        let NumberedLine { line, identity, csv } = numbered;
        let (text, replaced) = match (identity, encoding) {
            (Some(_), None) => record::decode(line.bytes),
            (Some(_), Some(encoding)) => record::decode_as(line.bytes, encoding),
            (None, _) => Default::default(),
        };
        let columns = if let Some(CsvLine::Row(columns)) = csv { Some(&**columns) } else { None };
        Self { line: *line, identity: identity.as_ref(), text, replaced: replaced > 0, columns }
    }
}
