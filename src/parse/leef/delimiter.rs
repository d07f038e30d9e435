//! LEEF 2.0's delimiter field (rules L-2, L-3).

use memchr::memchr2;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n};
use nom::character::complete::{anychar, char};
use nom::combinator::{all_consuming, map_opt, value};
use nom::error::Error;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use crate::parse::pieces::text_before;

/// Reads the delimiter field off the text behind the event id, if there is one. Gives the text behind it and the delimiter: the tab where
/// the field is missing or empty, or where it names none, and then the field too.
pub(super) fn delimiter_field(input: &str) -> (&str, char, Option<&str>) {
    let Ok((rest, field)) = field(input) else { return (input, '\t', None) };
    match delimiter(field) {
        Ok((_, delimiter)) => (rest, delimiter, None),
        Err(_) => (rest, '\t', Some(field).filter(|field| !field.is_empty())),
    }
}

/// Reads the field and its pipe. Text with an `=` is an attribute already, whose value may hold that pipe; only an `=` all by itself
/// is the field (rule L-2).
fn field(input: &str) -> IResult<&str, &str> {
    let text = text_before(|text| memchr2(b'=', b'|', text));
    terminated(alt((tag("="), text, tag(""))), char('|')).parse(input)
}

/// Reads what names a delimiter (rule L-3): the character itself, `\t` or a code point, which a relay may have spelled (rule L-7).
fn delimiter(field: &str) -> IResult<&str, char> {
    let tab = value('\t', alt((tag("\\t"), tag("<TAB>"), tag("^I"))));
    let before_hexadecimal = (tag("x"), tag("0x"), tag("0X"), tag("\\x"), tag("\\u"), tag("%"), tag("#x"));
    alt((
        all_consuming(anychar),
        all_consuming(tab),
        all_consuming(preceded(alt(before_hexadecimal), code_point(1, 4, 16))),
        // As rsyslog and syslog-ng write a control character.
        all_consuming(preceded(alt((tag("#"), tag("\\"))), code_point(3, 3, 8))),
        // As Kiwi and WinSyslog write one.
        all_consuming(delimited(char('<'), code_point(3, 3, 10), char('>'))),
    ))
    .parse(field)
}

/// Reads so many digits of a `radix` as a code point.
fn code_point<'a>(
    least: usize,
    most: usize,
    radix: u32,
) -> impl Parser<&'a str, Output = char, Error = Error<&'a str>> {
    let digits = take_while_m_n(least, most, move |character: char| character.is_digit(radix));
    map_opt(digits, move |digits| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32))
}

#[cfg(test)]
mod tests {
    use super::{delimiter, delimiter_field, field};

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
        assert_eq!(delimiter_field("tab|a=1"), ("a=1", '\t', Some("tab")));
    }
}
