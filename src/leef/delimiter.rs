//! LEEF 2.0's delimiter field (rules L-2, L-3).

use memchr::memchr2;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n};
use nom::combinator::{all_consuming, map_opt};
use nom::sequence::preceded;
use nom::{IResult, Parser};

/// What stands between two attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    /// The tab, as LEEF has it unless told otherwise; a relay may have escaped it (rule L-7).
    Tab,
    /// Another character, named in the header.
    Other(char),
}

/// Takes the delimiter field off the text behind the event id, if there is one: the delimiter, the field where it says
/// nothing known, and the attributes.
pub(super) fn take(text: &str) -> (Delimiter, Option<&str>, &str) {
    let none = (Delimiter::Tab, None, text);
    if let Some(attributes) = text.strip_prefix("=|") {
        return (Delimiter::Other('='), None, attributes);
    }
    // An `=` before the first pipe: this is an attribute already, whose value may hold that pipe.
    let pipe = memchr2(b'=', b'|', text.as_bytes()).and_then(|at| text.split_at_checked(at));
    let Some((field, Some(attributes))) = pipe.map(|(field, rest)| (field, rest.strip_prefix('|'))) else {
        return none;
    };
    match meaning(field) {
        Some('\t') => (Delimiter::Tab, None, attributes),
        Some(character) => (Delimiter::Other(character), None, attributes),
        None => (Delimiter::Tab, Some(field), attributes),
    }
}

/// The character that a delimiter field names.
fn meaning(field: &str) -> Option<char> {
    let mut characters = field.chars();
    match (characters.next(), characters.next()) {
        (None, _) => Some('\t'),
        (Some(character), None) => Some(character),
        _ if field == "\\t" => Some('\t'),
        _ => code_point(field).ok().map(|(_, character)| character),
    }
}

/// `x5E` or `0x5E`: a code point of one to four hexadecimal digits.
fn code_point(field: &str) -> IResult<&str, char> {
    let digits = take_while_m_n(1, 4, |character: char| character.is_ascii_hexdigit());
    let number = preceded(alt((tag("x"), tag("0x"), tag("0X"))), digits);
    map_opt(all_consuming(number), |digits| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32))
        .parse(field)
}
