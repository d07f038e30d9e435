//! One key and its value, as CEF's extension and LEEF's attributes carry them.
//!
//! Takes slices of the line, gives the value with its escapes undone. Does not know which keys exist, nor
//! what a value means.

use std::borrow::Cow;

use bumpalo::Bump;

/// How the escapes of a value are to be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// The value holds no escape: the raw text is the value.
    None,
    /// CEF's own: `\=` `\\` `\n` `\r`; any other backslash stays (rules E6, E7).
    Cef,
    /// The sender did not escape: only `\=` is undone (rule E7b).
    EqualsOnly,
}

/// A key with its raw value, both slices of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The key as written.
    pub key: &'a str,
    /// The value as written, escapes and all.
    pub raw: &'a str,
    /// What has to be done to `raw` to get the value.
    pub escapes: Escapes,
}

impl<'a> Pair<'a> {
    /// The value with its escapes undone; borrowed where there are none.
    pub fn value(&self) -> Cow<'a, str> {
        let _ = self;
        todo!()
    }

    /// The same as [`Pair::value`], the unescaped copy living in `arena`.
    pub fn value_in(&self, arena: &'a Bump) -> &'a str {
        let _ = arena;
        todo!()
    }
}
