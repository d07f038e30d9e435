//! A line as text.

use std::borrow::Cow;

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
    pub(crate) fn of(numbered: &'b NumberedLine<'_>) -> Self {
        let NumberedLine { line, identity } = numbered;
        let (text, replaced) = match identity {
            Some(_) => record::decode(line.bytes),
            None => Default::default(),
        };
        Self { line: *line, identity: identity.as_ref(), text, replaced: replaced > 0 }
    }
}
