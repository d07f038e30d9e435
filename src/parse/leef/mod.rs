//! IBM QRadar's Log Event Extended Format, versions 1.0 and 2.0:
//!
//! ```text
//! LEEF:1.0|Vendor|Product|Version|EventID|key=value␉key=value
//! LEEF:2.0|Vendor|Product|Version|EventID|Delimiter|key=value^key=value
//! ```
//!
//! The functions are a grammar, from the event down to its keys and values. None of them fails on what a sender may write, and
//! no text is lost: what fits nowhere stands in [`ParsedEvent::unparsed`] and [`ParsedEvent::unknown_delimiter`].

mod attributes;
mod delimiter;
pub(crate) mod dev_time;
mod separator;

use bumpalo::Bump;
use nom::combinator::verify;
use nom::{IResult, Parser};

use self::delimiter::delimiter_field;
use super::cef;
use super::header::{self, Format, HeaderFields, Marker, ParsedEvent};
use super::pairs::pair::Pair;
use super::pieces::without_line_end;
use super::syslog;
use super::syslog::trimmed_prefix;
use crate::bytes::slice::part;
use crate::bytes::trim::trim;

/// Reads the event at `marker`, and appends its attributes to `pairs` in the order of the line.
///
/// ```
/// use bumpalo::Bump;
/// use es_loader::parse::{leef, marker};
///
/// let text = "host LEEF:2.0|Vendor|Product|1.0|42|^|src=10.0.0.1^msg=a = b";
/// let (arena, mut pairs) = (Bump::new(), Vec::new());
/// let event = leef::parse(text, marker::find(text).unwrap(), &arena, &mut pairs);
///
/// assert_eq!((event.prefix, event.header.signature_id), ("host", "42"));
/// assert_eq!((pairs[0].key, pairs[0].raw), ("src", "10.0.0.1"));
/// assert_eq!((pairs[1].key, pairs[1].raw), ("msg", "a = b"));
/// ```
pub fn parse<'a>(
    text: &'a str,
    marker: Marker,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
) -> ParsedEvent<'a> {
    let pairs_before = pairs.len();
    let repeated = syslog::repeated_event(text, marker.start, marker.version);
    let behind_marker = repeated.unwrap_or(without_line_end(part(text, marker.version..)));
    let (rest, mut fields) = header(behind_marker).unwrap_or((behind_marker, HeaderFields::default()));
    let is_whole = fields.count == 5;
    let (rest, delimiter, unknown_delimiter) = match fields.raw {
        [version, ..] if is_whole && has_delimiter_field(version) => delimiter_field(rest),
        _ => (rest, '\t', None),
    };
    let (leading, delimiter_guessed) = attributes::read(rest, delimiter, is_whole, pairs);
    // The pipe behind the event id may be missing, if no attribute follows (rules L-9, H6).
    let is_event_id = fields.count == 4 && !leading.is_empty() && pairs.len() == pairs_before;
    if !is_whole {
        fields.push(leading);
    }
    ParsedEvent {
        format: Format::Leef,
        prefix: trimmed_prefix(part(text, ..marker.start)),
        header: fields.header(ESCAPABLE, arena),
        incomplete_header: !is_whole && !is_event_id,
        unknown_delimiter,
        delimiter_guessed,
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
