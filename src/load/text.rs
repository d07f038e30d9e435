//! The text of an object, line by line.

use crate::document::id::Identity;
use crate::load::reading::NumberedLine;
use crate::read::object::line::Line;
use crate::read::record;
use std::borrow::Cow;

/// A line as text.
pub(crate) struct Text<'b> {
    pub(crate) line: Line<'b>,
    /// A blank line has none.
    pub(crate) identity: Option<&'b Identity<'b>>,
    pub(crate) text: Cow<'b, str>,
    /// Not all of it was UTF-8.
    pub(crate) replaced: bool,
}

impl<'b> Text<'b> {
    pub(crate) fn of(given: &'b NumberedLine<'_>) -> Self {
        let NumberedLine { line, identity } = given;
        let (text, replaced) = match identity {
            Some(_) => record::decode(line.bytes),
            None => Default::default(),
        };
        Self { line: *line, identity: identity.as_ref(), text, replaced: replaced > 0 }
    }
}
