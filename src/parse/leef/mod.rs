//! IBM QRadar's Log Event Extended Format, versions 1.0 and 2.0:
//!
//! ```text
//! LEEF:1.0|Vendor|Product|Version|EventID|key=value␉key=value
//! LEEF:2.0|Vendor|Product|Version|EventID|Delimiter|key=value^key=value
//! ```
//!
//! The functions are a grammar, from the event down to its keys and values. None of them fails on what a sender may write, and
//! no text is lost: what fits nowhere stands in [`LeefEvent::unparsed`] and [`LeefHeader::unknown_delimiter`].

mod attributes;
mod delimiter;
mod separator;

use std::borrow::Cow;

use nom::bytes::complete::tag;
use nom::character::complete::space0;
use nom::combinator::{peek, verify};
use nom::sequence::terminated;
use nom::{IResult, Parser};

use self::attributes::Attributes;
use self::delimiter::DelimiterField;
use super::cef;
use super::header::{self, HeaderFields, Marker};
use super::pairs::pair::Pair;
use super::pieces::without_line_end;
use super::syslog;
use super::syslog::trimmed_prefix;
use crate::bytes::slice::part;
use crate::bytes::trim::trim;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeefEvent<'a> {
    /// What stands before the marker, without blanks around it and without a byte order mark.
    pub prefix: &'a str,
    /// The header.
    pub header: LeefHeader<'a>,
    /// The header has fewer fields than it should (rules L-9, H7): the last one that is there may be cut.
    pub incomplete_header: bool,
    /// No delimiter was found, and the attributes were read as CEF's extension is (rule L-8).
    pub delimiter_guessed: bool,
    /// Text that belongs to no key (rule L-6).
    pub unparsed: &'a str,
}

/// The header fields, their escapes undone. A field that a cut header does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeefHeader<'a> {
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
    /// A delimiter field that names no delimiter; the tab was taken (rule L-3).
    pub unknown_delimiter: Option<&'a str>,
}

/// Reads the event at `marker`, and appends its attributes to `pairs` in the order of the line.
///
/// ```
/// use es_loader::parse::{leef, marker};
///
/// let text = "host LEEF:2.0|Vendor|Product|1.0|42|^|src=10.0.0.1^msg=a = b";
/// let mut pairs = Vec::new();
/// let event = leef::parse(text, marker::find(text).unwrap(), &mut pairs);
///
/// assert_eq!((event.prefix, &*event.header.event_id), ("host", "42"));
/// assert_eq!((pairs[0].key, pairs[0].raw), ("src", "10.0.0.1"));
/// assert_eq!((pairs[1].key, pairs[1].raw), ("msg", "a = b"));
/// ```
pub fn parse<'a>(text: &'a str, marker: Marker, pairs: &mut Vec<Pair<'a>>) -> LeefEvent<'a> {
    let pairs_before = pairs.len();
    let repeated = syslog::repeated_event(text, marker.start, marker.version);
    let behind_marker = repeated.unwrap_or(without_line_end(part(text, marker.version..)));
    let (rest, mut fields) = header(behind_marker).unwrap_or((behind_marker, HeaderFields::default()));
    let is_whole = fields.count == 5;
    let (rest, delimiter) = match fields.raw {
        [version, ..] if is_whole && has_delimiter_field(version) => DelimiterField::read(rest),
        _ => (rest, DelimiterField::default()),
    };
    let Attributes { leading, guessed } = attributes::read(rest, delimiter.delimiter, is_whole, pairs);
    // The pipe behind the event id may be missing, if no attribute follows (rules L-9, H6).
    let is_event_id = fields.count == 4 && !leading.is_empty() && pairs.len() == pairs_before;
    if !is_whole {
        fields.push(leading);
    }
    let header = LeefHeader::new(&fields);
    LeefEvent {
        prefix: trimmed_prefix(part(text, ..marker.start)),
        header: LeefHeader { unknown_delimiter: delimiter.unknown, ..header },
        incomplete_header: !is_whole && !is_event_id,
        delimiter_guessed: guessed,
        unparsed: if is_whole { leading } else { "" },
    }
}

/// Cuts a value at every ` key=` whose key is one of `known`: gives the pair with what is left of its value, then
/// the pairs that stood in it.
///
/// For Deep Security, whose published LEEF samples hold blanks where tabs were (`sev=8 cn1=37 cn1Label=Host ID`).
/// The parser itself keeps to rule L-5; a caller who knows the sender's keys, and which values hold no free text, may
/// ask for more. One blank before a key is the separator.
pub fn split_blank_separated<'a>(pair: Pair<'a>, known: &[&str]) -> impl Iterator<Item = Pair<'a>> {
    let known_key = |input: &'a str| verify(cef::key, |key: &str| known.contains(&key)).parse(input);
    let mut inner = Vec::new();
    let raw = cef::append_pairs(None, pair.raw, known_key, &mut inner);
    let inner = inner.into_iter().map(move |found| Pair { escapes: pair.escapes, ..found });
    std::iter::once(Pair { raw, ..pair }).chain(inner)
}

/// Reads `LEEF:` and the blanks that rsyslog writes behind it, if a version follows (rule L-1).
pub(crate) fn marker(input: &str) -> IResult<&str, &str> {
    terminated(tag("LEEF:"), (space0, peek(header::version))).parse(input)
}

/// Reads `Version|Vendor|Product|Version|EventID|`, or as much of it as is there.
pub(crate) fn header(input: &str) -> IResult<&str, HeaderFields<'_, 5>> {
    header::fields(ESCAPABLE).parse(input)
}

/// What a backslash escapes in a header field (rule L-4).
const ESCAPABLE: &str = "|";

/// Whether this version of LEEF has a delimiter field: 2 and up (rule L-2).
fn has_delimiter_field(version: &str) -> bool {
    let major = trim(version).split('.').next().unwrap_or_default().trim_start_matches('0');
    !matches!(major, "" | "1")
}

impl<'a> LeefHeader<'a> {
    fn new(fields: &HeaderFields<'a, 5>) -> Self {
        let [version, vendor, product, product_version, event_id] = fields.raw;
        let text = |raw| fields.text(raw, ESCAPABLE);
        Self {
            version: trim(version),
            vendor: text(vendor),
            product: text(product),
            product_version: text(product_version),
            event_id: text(event_id),
            unknown_delimiter: None,
        }
    }
}
