//! Where in an event something stands, for error texts: `Records[1].body.Records[0]`.
//!
//! A list from the inside to the outside, on the stack: it costs nothing until an error asks for its text.

use std::fmt;

/// A place in an event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    /// The event itself.
    Event,
    /// A field of an object.
    Member(&'a Place<'a>, &'static str),
    /// An element of a list.
    Element(&'a Place<'a>, usize),
}

impl Place<'_> {
    pub(crate) fn member<'a>(&'a self, name: &'static str) -> Place<'a> {
        Place::Member(self, name)
    }

    pub(crate) fn element(&self, index: usize) -> Place<'_> {
        Place::Element(self, index)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Event => formatter.write_str("event"),
            Place::Member(outer, name) => write!(formatter, "{outer}.{name}"),
            Place::Element(outer, index) => write!(formatter, "{outer}[{index}]"),
        }
    }
}
