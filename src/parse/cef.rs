//! ArcSight's Common Event Format, as its standard describes it:
//!
//! ```text
//! CEF:Version|Device Vendor|Device Product|Device Version|Device Event Class ID|Name|Severity|Extension
//! ```
//!
//! The functions are a grammar, from the event down to its keys and values. None of them fails on what a sender may write, and
//! no text is lost: what fits nowhere stands in [`CefEvent::unparsed`].

use std::borrow::Cow;

use memchr::memchr_iter;
use nom::branch::alt;
use nom::bytes::complete::{is_not, tag};
use nom::character::complete::{char, digit1, one_of, space0};
use nom::combinator::{all_consuming, not, opt, peek, recognize};
use nom::error::Error;
use nom::multi::{fold_many0, many0_count};
use nom::sequence::{delimited, preceded, separated_pair, terminated};
use nom::{IResult, Parser};

use super::header::{self, HeaderFields, Marker};
use super::pairs::pair::{Escapes, Pair};
use super::pieces::{take_bytes, text_before, unescaped};
use super::severity::is_severity;
use super::syslog::trimmed_prefix;
use crate::bytes::slice::part;
use crate::bytes::trim::trim;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CefEvent<'a> {
    /// What stands before the marker, without blanks around it and without a byte order mark.
    pub prefix: &'a str,
    /// The header.
    pub header: CefHeader<'a>,
    /// The header has fewer fields than it should (rule H7): the last one that is there may be cut.
    pub incomplete_header: bool,
    /// Text that belongs to no key (rules E2, E3).
    pub unparsed: &'a str,
}

/// The seven header fields, their escapes undone. A field that a cut header does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CefHeader<'a> {
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
    /// Severity as written, without blanks around it (rule H5).
    pub severity: Cow<'a, str>,
}

/// Reads the event at `marker`, and appends its pairs to `pairs` in the order of the line.
///
/// ```
/// use es_loader::parse::{cef, marker};
///
/// let text = r"Oct  2 16:41:16 host CEF:0|Vendor|Product|1.0|42|Some\|name|3|src=10.0.0.1 msg=a \= b";
/// let mut pairs = Vec::new();
/// let event = cef::parse(text, marker::find(text).unwrap(), &mut pairs);
///
/// assert_eq!((event.prefix, &*event.header.name), ("Oct  2 16:41:16 host", "Some|name"));
/// assert_eq!((pairs[0].key, pairs[0].raw), ("src", "10.0.0.1"));
/// assert_eq!((pairs[1].key, &*pairs[1].value()), ("msg", "a = b"));
/// ```
pub fn parse<'a>(text: &'a str, marker: Marker, pairs: &mut Vec<Pair<'a>>) -> CefEvent<'a> {
    let pairs_before = pairs.len();
    let behind_marker = part(text, marker.version..);
    let (rest, fields) = header(behind_marker).unwrap_or((behind_marker, HeaderFields::default()));
    let leading = extension(rest, pairs);
    let has_pairs = pairs.len() > pairs_before;
    // Where a field should have ended, the text before the first key is that field (rule H7). The pipe behind the severity may be
    // missing (rule H6), but not every text is one.
    let is_field = match fields.count {
        7 => false,
        6 => !leading.is_empty() && (!has_pairs || is_severity(leading)),
        _ => true,
    };
    CefEvent {
        prefix: trimmed_prefix(part(text, ..marker.start)),
        header: CefHeader::new(if is_field { fields.with(leading) } else { fields }),
        incomplete_header: fields.count < 6 || fields.count == 6 && !is_field,
        unparsed: if is_field { "" } else { leading },
    }
}

impl<'a> CefHeader<'a> {
    fn new(fields: HeaderFields<'a, 7>) -> Self {
        let [version, vendor, product, device_version, event_class_id, name, severity] = fields.raw;
        let text = |raw| unescaped(raw, header_piece);
        Self {
            version: trim(version),
            vendor: text(vendor),
            product: text(product),
            device_version: text(device_version),
            event_class_id: text(event_class_id),
            name: text(name),
            severity: text(trim(severity)),
        }
    }
}

/// Reads `CEF:` and the blanks that rsyslog writes behind it, if a version follows (rule H1).
pub(crate) fn marker(input: &str) -> IResult<&str, &str> {
    terminated(tag("CEF:"), (space0, peek(header::version))).parse(input)
}

/// Reads `Version|Device Vendor|Device Product|Device Version|Device Event Class ID|Name|Severity|`, or as much of it as is there.
pub(crate) fn header(input: &str) -> IResult<&str, HeaderFields<'_, 7>> {
    header::fields(header_piece)(input)
}

/// Reads a piece of a header field: plain text, an escape (`\|` or `\\`), or a backslash that is none (rule H4).
fn header_piece(input: &str) -> IResult<&str, &str> {
    let escape = preceded(char('\\'), alt((tag("|"), tag("\\"))));
    alt((header::plain_text, escape, tag("\\"))).parse(input)
}

/// Reads the whole extension and appends its pairs. Gives the text before the first key (rule E3), with the pipes that one pipe
/// too many in the header leaves there (rule E2).
fn extension<'a>(input: &'a str, pairs: &mut Vec<Pair<'a>>) -> &'a str {
    let text = input.trim_end_matches(is_padding);
    let behind_pipes = text.trim_start_matches(|character| character == '|' || is_padding(character));
    let (rest, _) = leading(behind_pipes).unwrap_or((behind_pipes, ""));
    append_pairs(rest, key, pairs);
    part(text, ..text.len() - rest.len()).trim_matches(is_padding)
}

/// Reads the text before the first pair: nothing if the input starts with one.
pub(crate) fn leading(input: &str) -> IResult<&str, &str> {
    alt((peek(pair_start(key)).map(|_| ""), value(key))).parse(input)
}

/// Appends all pairs that `input` consists of. `key` reads a key: [`key`], or a parser that takes fewer.
pub(crate) fn append_pairs<'a>(input: &'a str, key: impl KeyParser<'a>, pairs: &mut Vec<Pair<'a>>) {
    let pair = preceded(opt(separator), pair(key));
    let read = fold_many0(pair, || (), |(), pair| pairs.push(pair)).parse(input);
    debug_assert!(matches!(read, Ok(("", ()))), "{input:?} is more than pairs");
}

/// Reads `key=value`.
fn pair<'a>(key: impl KeyParser<'a>) -> impl Parser<&'a str, Output = Pair<'a>, Error = Error<&'a str>> {
    separated_pair(key, char('='), value(key)).map(|(key, raw)| Pair { key, raw, escapes: Escapes::of(raw) })
}

/// Reads the raw text of a value: up to the next separator with a key and its `=` behind it, or to the end. So an `=` that
/// follows no key is text (rules E5, E5a), and of several blanks before a key all but one belong to the value (rule E10).
///
/// Looks at the word before each `=` once, so that the time is linear (rule P2).
pub(crate) fn value<'a>(
    key: impl KeyParser<'a>,
) -> impl Parser<&'a str, Output = &'a str, Error = Error<&'a str>> {
    move |input: &'a str| {
        let mut behind_last = 0;
        let end = memchr_iter(b'=', input.as_bytes()).find_map(|equals| {
            let start = std::mem::replace(&mut behind_last, equals);
            let separator = start + part(input, start..equals).bytes().rposition(is_blank)?;
            all_consuming(key).parse(part(input, separator + 1..equals)).ok()?;
            // A line feed and the carriage return before it are one separator.
            let is_pair = part(input, ..=separator).ends_with("\r\n");
            Some(separator - usize::from(is_pair))
        });
        take_bytes(end.unwrap_or(input.len()), input)
    }
}

/// Reads the one separator before a key: a blank, a tab or a line end (rule E1).
fn separator(input: &str) -> IResult<&str, &str> {
    alt((tag(" "), tag("\r\n"), recognize(one_of("\t\r\n")))).parse(input)
}

/// Reads a key and the `=` behind it.
fn pair_start<'a>(key: impl KeyParser<'a>) -> impl Parser<&'a str, Output = &'a str, Error = Error<&'a str>> {
    terminated(key, char('='))
}

/// Reads a key without `#` and the `=` behind it. What asks for this looks behind each `#011` or `#012`: the next one must end
/// the look, or the time would not be linear (rule P2).
pub(crate) fn plain_key_start(input: &str) -> IResult<&str, &str> {
    let part = preceded(char('.'), is_not("#.=|\\[] \t\r\n"));
    terminated(key_of(part), char('=')).parse(input)
}

/// Reads a key: a name, then any number of parts, then any number of indices (rule E4). `X-Some`, `ad.Error_,Code`, `ad.field[0]`.
pub(crate) fn key(input: &str) -> IResult<&str, &str> {
    key_of(preceded(char('.'), is_not(".=|\\[] \t\r\n"))).parse(input)
}

fn key_of<'a, P>(part: P) -> impl Parser<&'a str, Output = &'a str, Error = Error<&'a str>>
where
    P: Parser<&'a str, Output = &'a str, Error = Error<&'a str>>,
{
    let index = delimited(char('['), digit1, char(']'));
    let mut long = recognize((name, many0_count(part), many0_count(index)));
    move |input: &'a str| match name(input) {
        Ok((rest, _)) if rest.starts_with(['.', '[']) => long.parse(input),
        // Nearly all keys are a name and nothing else.
        short => short,
    }
}

/// Reads the name that a key starts with.
fn name(input: &str) -> IResult<&str, &str> {
    let letters = text_before(|text| text.iter().position(|byte| !is_name(*byte)));
    preceded(not(char('-')), letters).parse(input)
}

/// A byte of a name.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// A byte that separates pairs (rule E1). A no-break space is none.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// A character that is no part of the value where it stands at the end of a record.
pub(crate) fn is_padding(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n' | '\0')
}

/// A parser of keys that can be used again and again.
pub(crate) trait KeyParser<'a>: Fn(&'a str) -> IResult<&'a str, &'a str> + Copy {}

impl<'a, P: Fn(&'a str) -> IResult<&'a str, &'a str> + Copy> KeyParser<'a> for P {}
