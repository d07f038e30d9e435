//! Log Event Extended Format 1.0 and 2.0: header and attributes.
//!
//! Takes the text of one event and the place of its marker, gives header fields and pairs. Never fails and never
//! loses text. Does not know what a line, a mapping or ECS is.

use std::borrow::Cow;

use crate::marker::Marker;
use crate::pair::Pair;

/// The header fields. A field that a cut header does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header<'a> {
    /// `1.0`, `2.0`, …
    pub version: &'a str,
    /// Vendor.
    pub vendor: Cow<'a, str>,
    /// Product.
    pub product: Cow<'a, str>,
    /// Version of the product.
    pub product_version: Cow<'a, str>,
    /// EventID.
    pub event_id: Cow<'a, str>,
    /// A delimiter field that says nothing known; the tab was taken (rule L-3).
    pub delimiter_raw: Option<&'a str>,
}

/// What was odd about the event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Issues {
    /// Fewer header fields than LEEF has (rules L-9, H7).
    pub incomplete_header: bool,
    /// The tab came as `#011` or `\011` (rule L-7).
    pub escaped_tab: bool,
    /// No delimiter anywhere: read as CEF's extension is (rule L-8).
    pub delimiter_guessed: bool,
    /// Text that belongs to no key (rule L-6).
    pub unparsed_text: bool,
    /// A key came more than once (rule L-9).
    pub repeated_key: bool,
}

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event<'a> {
    /// What stands before the marker, trimmed, without a byte order mark.
    pub prefix: &'a str,
    /// The header.
    pub header: Header<'a>,
    /// Text that belongs to no key.
    pub unparsed: &'a str,
    /// What was odd.
    pub issues: Issues,
}

/// Parses the event at `marker`; its attributes are appended to `pairs` in the order of the line.
pub fn parse<'a>(text: &'a str, marker: Marker, pairs: &mut Vec<Pair<'a>>) -> Event<'a> {
    let _ = (text, marker, pairs);
    todo!()
}
