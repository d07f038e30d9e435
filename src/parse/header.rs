//! What the headers of CEF and LEEF have in common: a version, and fields that pipes end (rules H1, H4, L-1, L-4).

use bumpalo::Bump;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{char, digit1, one_of, space0};
use nom::combinator::recognize;
use nom::error::Error;
use nom::multi::{fold_many_m_n, many0_count};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::pieces::{in_arena, text_before, unescaped};
use crate::bytes::find;
use crate::bytes::slice::part;
use crate::bytes::trim::trim;

/// The two formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// ArcSight Common Event Format.
    #[default]
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

impl Marker {
    /// The same marker in a text that has `offset` more bytes in front of it.
    pub(crate) fn further_by(self, offset: usize) -> Self {
        Self { start: self.start + offset, version: self.version + offset, ..self }
    }

    /// The same marker in the text behind `offset`, which stands before it.
    pub(crate) fn behind(self, offset: usize) -> Self {
        Self {
            start: self.start.saturating_sub(offset),
            version: self.version.saturating_sub(offset),
            ..self
        }
    }
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

impl HeaderField {
    /// All fields, in their order.
    pub(crate) const ALL: [Self; 7] = [
        Self::Version,
        Self::DeviceVendor,
        Self::DeviceProduct,
        Self::DeviceVersion,
        Self::DeviceEventClassId,
        Self::Name,
        Self::Severity,
    ];
}

/// An event that was read, but for its pairs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParsedEvent<'a> {
    /// Its format.
    pub format: Format,
    /// What stands before the marker, without blanks around it and without a byte order mark.
    pub prefix: &'a str,
    /// The header.
    pub header: EventHeader<'a>,
    /// The header has fewer fields than it should (rules H7, L-9): the last one that is there may be cut.
    pub incomplete_header: bool,
    /// LEEF's delimiter field, where it names no delimiter; the tab was taken (rule L-3).
    pub unknown_delimiter: Option<&'a str>,
    /// LEEF's delimiter was not found, and the attributes were cut at another one or at blanks (rule L-8).
    pub delimiter_guessed: bool,
    /// Text that belongs to no key (rules E2, E3, L-6).
    pub unparsed: &'a str,
}

/// The header of an event, its escapes undone. What the event does not have is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventHeader<'a> {
    /// The version of the format: for CEF `0` (0.1) or `1` (1.x), any number is taken (rule H5).
    pub version: &'a str,
    /// CEF's Device Vendor, LEEF's Vendor.
    pub vendor: &'a str,
    /// CEF's Device Product, LEEF's Product.
    pub product: &'a str,
    /// CEF's Device Version, LEEF's Version.
    pub device_version: &'a str,
    /// CEF's Device Event Class ID, LEEF's EventID.
    pub signature_id: &'a str,
    /// CEF's Name, or what a LEEF attribute says.
    pub name: &'a str,
    /// CEF's Severity as written, without blanks around it (rule H5), or what a LEEF attribute says.
    pub severity: &'a str,
}

impl<'a> EventHeader<'a> {
    /// What the header says in a field.
    pub(crate) fn field(mut self, field: HeaderField) -> &'a str {
        self.field_mut(field)
    }

    /// The same, to be set.
    pub(crate) fn field_mut(&mut self, field: HeaderField) -> &mut &'a str {
        match field {
            HeaderField::Version => &mut self.version,
            HeaderField::DeviceVendor => &mut self.vendor,
            HeaderField::DeviceProduct => &mut self.product,
            HeaderField::DeviceVersion => &mut self.device_version,
            HeaderField::DeviceEventClassId => &mut self.signature_id,
            HeaderField::Name => &mut self.name,
            HeaderField::Severity => &mut self.severity,
        }
    }
}

/// The fields of a header as written: as many of the `N` as there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeaderFields<'a, const N: usize> {
    /// The fields with their escapes; those that a cut header does not have are empty.
    pub(crate) raw: [&'a str; N],
    /// How many there are.
    pub(crate) count: usize,
    /// One of them may hold a backslash: nearly no field does.
    has_backslash: bool,
}

impl<'a, const N: usize> HeaderFields<'a, N> {
    /// Takes `field` for the next field.
    pub(crate) fn push(&mut self, field: &'a str) {
        self.add(field, true);
    }

    /// Makes the last two fields of `text`, which starts with them all, one field, and takes `field` for the last. Gives whether it did:
    /// a sender that escapes meant the pipe between them.
    pub(crate) fn join_last(&mut self, text: &'a str, field: &'a str) -> bool {
        if self.raw.iter().any(|field| field.contains('\\')) {
            return false;
        }
        let [before @ .., first, second] = self.raw.as_mut_slice() else { return false };
        let start: usize = before.iter().map(|field| field.len() + 1).sum();
        *first = part(text, start..start + first.len() + 1 + second.len());
        *second = field;
        self.has_backslash = false;
        true
    }

    fn add(&mut self, field: &'a str, has_backslash: bool) {
        if let Some(next) = self.raw.get_mut(self.count) {
            *next = field;
            self.count += 1;
            self.has_backslash |= has_backslash;
        }
    }

    /// What the fields mean: their escapes undone, and version and severity without blanks around them.
    pub(crate) fn header(&self, escapable: &'static str, arena: &'a Bump) -> EventHeader<'a> {
        let text = |number: usize| {
            let raw = self.raw.get(number).copied().unwrap_or_default();
            if self.has_backslash { in_arena(unescaped(raw, piece(escapable)), arena) } else { raw }
        };
        EventHeader {
            version: trim(text(0)),
            vendor: text(1),
            product: text(2),
            device_version: text(3),
            signature_id: text(4),
            name: text(5),
            severity: trim(text(6)),
        }
    }
}

impl<const N: usize> Default for HeaderFields<'_, N> {
    fn default() -> Self {
        Self { raw: [""; N], count: 0, has_backslash: false }
    }
}

/// Reads a version, blanks and the pipe behind them: `0|`, `2.0 |`.
pub(crate) fn version(input: &str) -> IResult<&str, &str> {
    let number = recognize((digit1, many0_count(preceded(char('.'), digit1))));
    terminated(number, (space0, char('|'))).parse(input)
}

/// Reads up to `N` fields, each with the pipe behind it. A backslash before one of the `escapable` characters is an escape.
pub(crate) fn fields<'a, const N: usize>(
    escapable: &'static str,
) -> impl Parser<&'a str, Output = HeaderFields<'a, N>, Error = Error<&'a str>> {
    move |input| {
        let plain_field = terminated(plain_text, char('|')).map(|field| (field, false));
        let any_field =
            terminated(recognize(many0_count(piece(escapable))), char('|')).map(|field| (field, true));
        let mut fields = HeaderFields::default();
        let (rest, ()) = fold_many_m_n(
            0,
            N,
            alt((plain_field, any_field)),
            || (),
            |(), (field, has_backslash)| fields.add(field, has_backslash),
        )
        .parse(input)?;
        Ok((rest, fields))
    }
}

/// Reads a piece of a field: plain text, what an escape means, or a backslash that is none.
fn piece<'a>(escapable: &'static str) -> impl Fn(&'a str) -> IResult<&'a str, &'a str> {
    move |input| {
        let escape = preceded(char('\\'), recognize(one_of(escapable)));
        alt((plain_text, escape, tag("\\"))).parse(input)
    }
}

/// Reads plain text: up to the first pipe or backslash.
fn plain_text(input: &str) -> IResult<&str, &str> {
    text_before(|text| find::first_of([b'|', b'\\'], text)).parse(input)
}
