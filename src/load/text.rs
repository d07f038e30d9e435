//! A line as text.

use std::borrow::Cow;

use encoding_rs::Encoding;

use super::reading::NumberedLine;
use crate::document::id::Identity;
use crate::read::object::line::Line;
use crate::read::record;

/// A line, decoded.
pub(crate) struct Text<'b> {
    pub(crate) line: Line<'b>,
    /// A blank line has none.
    pub(crate) identity: Option<&'b Identity<'b>>,
    pub(crate) text: Cow<'b, str>,
    /// Not all of it was UTF-8.
    pub(crate) replaced: bool,
}

impl<'b> Text<'b> {
    /// Decodes a line, from `encoding` where one is named.
    pub(crate) fn of(numbered: &'b NumberedLine<'_>, encoding: Option<&'static Encoding>) -> Self {
        let NumberedLine { line, identity, .. } = numbered;
        let (text, replaced) = match (identity, encoding) {
            (Some(_), None) => record::decode(line.bytes),
            (Some(_), Some(encoding)) => record::decode_as(line.bytes, encoding),
            (None, _) => Default::default(),
        };
        Self { line: *line, identity: identity.as_ref(), text, replaced: replaced > 0 }
    }
}
