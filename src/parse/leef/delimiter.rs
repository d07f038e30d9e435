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

/// What the text behind the event id says about the delimiter.
pub(super) struct Field<'a> {
    /// What stands between attributes.
    pub(super) delimiter: Delimiter,
    /// The character that the field named.
    pub(super) named: Option<char>,
    /// The field where it says nothing known.
    pub(super) unknown: Option<&'a str>,
    /// The text behind the field.
    pub(super) attributes: &'a str,
}

impl<'a> Field<'a> {
    /// No field, or an empty one: the tab.
    pub(super) fn none(attributes: &'a str) -> Self {
        Self { delimiter: Delimiter::Tab, named: None, unknown: None, attributes }
    }

    /// Takes the delimiter field off the text behind the event id, if there is one.
    pub(super) fn take(text: &'a str) -> Self {
        // An `=` before the first pipe: this is an attribute already, whose value may hold that pipe. Only an `=` all
        // by itself is the field.
        let end = if text.starts_with("=|") { Some(1) } else { memchr2(b'=', b'|', text.as_bytes()) };
        let (field, rest) = end.and_then(|end| text.split_at_checked(end)).unwrap_or(("", text));
        let Some(attributes) = rest.strip_prefix('|') else {
            return Self::none(text);
        };
        if field.is_empty() {
            return Self::none(attributes);
        }
        match meaning(field) {
            Some('\t') => Self { named: Some('\t'), ..Self::none(attributes) },
            Some(other) => {
                Self { delimiter: Delimiter::Other(other), named: Some(other), ..Self::none(attributes) }
            }
            None => Self { unknown: Some(field), ..Self::none(attributes) },
        }
    }
}

/// The character that a delimiter field names.
fn meaning(field: &str) -> Option<char> {
    let mut characters = field.chars();
    match (characters.next(), characters.next()) {
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
