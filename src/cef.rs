//! ArcSight Common Event Format: header and extension.
//!
//! Takes the text of one event and the place of its marker, gives header fields and pairs. Never fails and never
//! loses text: what fits nowhere stands in [`Event::unparsed`]. Does not know what a line, a mapping or ECS is.

use std::borrow::Cow;

use crate::marker::Marker;
use crate::pair::Pair;

/// The seven header fields. A field that a cut header does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header<'a> {
    /// `0` for CEF 0.1, `1` for 1.x; any number is taken (rule H5).
    pub version: &'a str,
    /// Device Vendor.
    pub vendor: Cow<'a, str>,
    /// Device Product.
    pub product: Cow<'a, str>,
    /// Device Version.
    pub device_version: Cow<'a, str>,
    /// Device Event Class ID: Deep Security's signature id.
    pub event_class_id: Cow<'a, str>,
    /// Name.
    pub name: Cow<'a, str>,
    /// Severity as written, trimmed.
    pub severity: Cow<'a, str>,
}

/// What was odd about the event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Issues {
    /// Fewer than seven header fields (rule H7).
    pub incomplete_header: bool,
    /// The pipe behind the severity is missing (rule H6).
    pub missing_last_pipe: bool,
    /// Text that belongs to no key (rules E2, E3).
    pub unparsed_text: bool,
    /// A key came more than once (rule E9).
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

/// Parses the event at `marker`; its pairs are appended to `pairs` in the order of the line.
pub fn parse<'a>(text: &'a str, marker: Marker, pairs: &mut Vec<Pair<'a>>) -> Event<'a> {
    let _ = (text, marker, pairs);
    todo!()
}

/// Severity as a number from 0 to 10: digits as they are, the standard's words by the middle of their range
/// (`Low` 2, `Medium` 5, `High` 8, `Very-High` 10); nothing for the rest.
pub fn severity_number(severity: &str) -> Option<u8> {
    let _ = severity;
    todo!()
}
