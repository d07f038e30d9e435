//! What the headers of CEF and LEEF have in common: a version, and fields that pipes end (rules H1, H4, L-1, L-4).

use memchr::memchr2;
use nom::branch::alt;
use nom::character::complete::{char, digit1, space0};
use nom::combinator::recognize;
use nom::multi::{fold_many_m_n, many0_count};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::pieces::text_before;

/// The two formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// ArcSight Common Event Format.
    Cef,
    /// IBM QRadar Log Event Extended Format.
    Leef,
}

/// Where an event starts in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Which format the marker names.
    pub format: Format,
    /// Byte offset of the marker: what stands before it is the prefix.
    pub start: usize,
    /// Byte offset of the version, behind `CEF:` and blanks.
    pub version: usize,
    /// The marker was missing, and a whole header told what it must have been (rule H8).
    pub restored: bool,
}

/// A header field of CEF, or its counterpart in LEEF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderField {
    /// `cef.version`
    Version,
    /// `cef.device_vendor`
    DeviceVendor,
    /// `cef.device_product`
    DeviceProduct,
    /// `cef.device_version`
    DeviceVersion,
    /// `cef.device_event_class_id`
    DeviceEventClassId,
    /// `cef.name`
    Name,
    /// `cef.severity`
    Severity,
}

/// The fields of a header as written: as many of the `N` as there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeaderFields<'a, const N: usize> {
    /// The fields with their escapes; those that a cut header does not have are empty.
    pub(crate) raw: [&'a str; N],
    /// How many there are.
    pub(crate) count: usize,
}

impl<'a, const N: usize> HeaderFields<'a, N> {
    /// These fields and the next one.
    pub(crate) fn with(mut self, field: &'a str) -> Self {
        if let Some(next) = self.raw.get_mut(self.count) {
            *next = field;
            self.count += 1;
        }
        self
    }
}

impl<const N: usize> Default for HeaderFields<'_, N> {
    fn default() -> Self {
        Self { raw: [""; N], count: 0 }
    }
}

/// Reads a version, blanks and the pipe behind them: `0|`, `2.0 |`.
pub(crate) fn version(input: &str) -> IResult<&str, &str> {
    let number = recognize((digit1, many0_count(preceded(char('.'), digit1))));
    terminated(number, (space0, char('|'))).parse(input)
}

/// Reads up to `N` fields, each with the pipe behind it; `piece` reads the pieces that a field consists of.
pub(crate) fn fields<'a, const N: usize>(
    piece: impl Fn(&'a str) -> IResult<&'a str, &'a str>,
) -> impl Fn(&'a str) -> IResult<&'a str, HeaderFields<'a, N>> {
    move |input| {
        // Most fields are plain text.
        let plain = terminated(plain_text, char('|'));
        let field = alt((plain, terminated(recognize(many0_count(&piece)), char('|'))));
        fold_many_m_n(0, N, field, HeaderFields::default, HeaderFields::with).parse(input)
    }
}

/// Reads plain text of a field: up to the first pipe or backslash.
pub(crate) fn plain_text(input: &str) -> IResult<&str, &str> {
    text_before(|text| memchr2(b'|', b'\\', text)).parse(input)
}
