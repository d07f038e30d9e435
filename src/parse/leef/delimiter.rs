//! LEEF 2.0's delimiter field (rules L-2, L-3).

use memchr::memchr2;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n};
use nom::character::complete::{anychar, char};
use nom::combinator::{all_consuming, map_opt, value};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use crate::parse::pieces::text_before;

/// What stands between two attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Delimiter {
    /// The tab, as LEEF has it unless told otherwise; a relay may have escaped it (rule L-7).
    #[default]
    Tab,
    /// Another character, named in the header.
    Other(char),
}

/// What the delimiter field says; where it is missing or empty, the tab.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DelimiterField<'a> {
    pub(super) delimiter: Delimiter,
    /// The field, where it names no delimiter.
    pub(super) unknown: Option<&'a str>,
}

impl<'a> DelimiterField<'a> {
    /// Reads the delimiter field off the text behind the event id, if there is one; gives the text behind it too.
    pub(super) fn read(input: &'a str) -> (&'a str, Self) {
        let Ok((rest, field)) = field(input) else { return (input, Self::default()) };
        let field = match delimiter(field) {
            Ok((_, '\t')) => Self::default(),
            Ok((_, other)) => Self { delimiter: Delimiter::Other(other), unknown: None },
            Err(_) if field.is_empty() => Self::default(),
            Err(_) => Self { delimiter: Delimiter::Tab, unknown: Some(field) },
        };
        (rest, field)
    }
}

/// Reads the field and its pipe. Text with an `=` is an attribute already, whose value may hold that pipe; only an `=` all by itself
/// is the field (rule L-2).
fn field(input: &str) -> IResult<&str, &str> {
    let text = text_before(|text| memchr2(b'=', b'|', text));
    terminated(alt((tag("="), text, tag(""))), char('|')).parse(input)
}

/// Reads what names a delimiter: the character itself, `\t`, or a code point (rule L-3), which a relay may have spelled (rule L-7).
fn delimiter(field: &str) -> IResult<&str, char> {
    let tab = value('\t', alt((tag("\\t"), tag("<TAB>"), tag("^I"))));
    alt((
        all_consuming(anychar),
        all_consuming(tab),
        all_consuming(code_point),
        all_consuming(octal),
        all_consuming(decimal),
    ))
    .parse(field)
}

/// Reads `#011` or `\011`: a code point of three octal digits, as relays write a control character.
fn octal(input: &str) -> IResult<&str, char> {
    let digits = take_while_m_n(3, 3, |character: char| character.is_digit(8));
    let number = preceded(alt((tag("#"), tag("\\"))), digits);
    map_opt(number, |digits| u32::from_str_radix(digits, 8).ok().and_then(char::from_u32)).parse(input)
}

/// Reads `<009>`: a code point of three decimal digits, as Kiwi and WinSyslog write a control character.
fn decimal(input: &str) -> IResult<&str, char> {
    let digits = take_while_m_n(3, 3, |character: char| character.is_ascii_digit());
    let number = delimited(char('<'), digits, char('>'));
    map_opt(number, |digits: &str| digits.parse().ok().and_then(char::from_u32)).parse(input)
}

/// Reads `x5E`, `0x5E`, `\x5E`, `\u005E` or `%5E`: a code point of one to four hexadecimal digits.
fn code_point(input: &str) -> IResult<&str, char> {
    let digits = take_while_m_n(1, 4, |character: char| character.is_ascii_hexdigit());
    let names = (tag("x"), tag("0x"), tag("0X"), tag("\\x"), tag("\\u"), tag("%"), tag("#x"));
    let number = preceded(alt(names), digits);
    map_opt(number, |digits| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)).parse(input)
}

#[cfg(test)]
mod tests {
    use super::{Delimiter, DelimiterField, delimiter, field};

    #[test]
    fn l2_a_field_has_no_equals_sign_but_for_itself() {
        assert_eq!(field("^|a=1"), Ok(("a=1", "^")));
        assert_eq!(field("|a=1"), Ok(("a=1", "")));
        assert_eq!(field("=|a=1"), Ok(("a=1", "=")));
        assert!(field("cat=a | b").is_err() && field("no pipe").is_err());
    }

    #[test]
    fn l3_a_delimiter_is_a_character_or_its_code_point() {
        let named = |text| delimiter(text).map(|(_, character)| character).ok();
        assert_eq!(
            ["^", "x", "x5E", "0x09", "\\t", "tab", "xD800", "<009>", "<094>"].map(named),
            [Some('^'), Some('x'), Some('^'), Some('\t'), Some('\t'), None, None, Some('\t'), Some('^')]
        );
    }

    #[test]
    fn l3_a_field_that_names_no_delimiter_is_kept_and_the_tab_taken() {
        let (rest, field) = DelimiterField::read("tab|a=1");
        assert_eq!((rest, field.delimiter, field.unknown), ("a=1", Delimiter::Tab, Some("tab")));
    }
}
