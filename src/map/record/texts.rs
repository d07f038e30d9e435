//! Records that are objects of texts: rows, of which JSON was made here.

use std::ops::Range;

use bumpalo::collections::Vec as ArenaVec;

/// An object whose members are texts that say something.
#[derive(Debug)]
pub(crate) struct TextObject<'a> {
    pub(crate) json: &'a str,
    pub(crate) members: ArenaVec<'a, TextMember<'a>>,
}

/// Where a member stands in the JSON.
#[derive(Clone, Debug)]
pub(crate) struct TextMember<'a> {
    pub(crate) key: &'a str,
    /// The opening quote of its name.
    pub(crate) start: usize,
    /// The value with its quotes.
    pub(crate) value: Range<usize>,
}
