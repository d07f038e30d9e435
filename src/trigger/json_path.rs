//! Where in an event something stands, for error texts: `Records[1].body.Records[0]`.
//!
//! A list from the inside to the outside, on the stack: it costs nothing until an error asks for its text.

use std::fmt;

/// A place in an event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum JsonPath<'a> {
    /// The event itself.
    Event,
    /// A field of an object.
    Member(&'a JsonPath<'a>, &'static str),
    /// An element of a list.
    Element(&'a JsonPath<'a>, usize),
}

impl fmt::Display for JsonPath<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JsonPath::Event => formatter.write_str("event"),
            JsonPath::Member(outer, name) => write!(formatter, "{outer}.{name}"),
            JsonPath::Element(outer, index) => write!(formatter, "{outer}[{index}]"),
        }
    }
}
