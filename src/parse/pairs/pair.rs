//! One key and its value, as CEF's extension and LEEF's attributes carry them, and the escapes of values.

use std::borrow::Cow;

use bumpalo::Bump;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::char;
use nom::combinator::{all_consuming, eof, value};
use nom::multi::many0_count;
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use crate::bytes::find;
use crate::parse::json;
use crate::parse::pieces::{in_arena, text_before, unescaped};

/// A key with its raw value, both slices of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The key as written.
    pub key: &'a str,
    /// The value as written, escapes and all.
    pub raw: &'a str,
    /// What has to be done to `raw` to get the value.
    pub escapes: Escapes,
}

/// How the escapes of a value are to be undone. A text of several values has the greatest of theirs: it was escaped by its sender only if
/// all of them were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Escapes {
    /// The value holds no escape: the raw text is the value.
    #[default]
    None,
    /// Those of a string of JSON (RFC 8259, section 7), which the raw text is without its quotes.
    Json,
    /// CEF's own: `\=` `\\` `\n` `\r`; any other backslash stays (rules E6, E7).
    Cef,
    /// The sender did not escape: only `\=` is undone (rule E7b).
    EqualsOnly,
}

impl<'a> Pair<'a> {
    /// The value with its escapes undone; borrowed where there are none.
    ///
    /// ```
    /// use es_loader::parse::pairs::pair::{Escapes, Pair};
    ///
    /// let pair = Pair { key: "request", raw: r"http://x/?y\=1", escapes: Escapes::Cef };
    /// assert_eq!(pair.value(), "http://x/?y=1");
    /// ```
    pub fn value(&self) -> Cow<'a, str> {
        match self.escapes {
            Escapes::None => Cow::Borrowed(self.raw),
            Escapes::Cef => unescaped(self.raw, value_piece),
            Escapes::EqualsOnly => unescaped(self.raw, unescaped_value_piece),
            Escapes::Json => Cow::Owned(json::unescaped(self.raw, &Bump::new()).to_owned()),
        }
    }

    /// The same as [`Pair::value`], the unescaped copy living in `arena`.
    pub fn value_in(&self, arena: &'a Bump) -> &'a str {
        match self.escapes {
            Escapes::None => self.raw,
            Escapes::Json => json::unescaped(self.raw, arena),
            Escapes::Cef | Escapes::EqualsOnly => in_arena(self.value(), arena),
        }
    }
}

impl Escapes {
    /// The escapes of a value whose sender escapes as CEF does, or not at all: a backslash before anything but `\`, `=`, `n`, `r`,
    /// `|` or the end of the value tells that it is not at all (rule E7b).
    pub(crate) fn of(raw: &str) -> Self {
        if find::first(b'\\', raw.as_bytes()).is_none() {
            return Self::None;
        }
        let at_end = terminated(tag("\\"), eof);
        let defined = alt((plain_text, escape, tag("\\|"), at_end));
        match all_consuming(many0_count(defined)).parse(raw) {
            Ok(_) => Self::Cef,
            Err(_) => Self::EqualsOnly,
        }
    }
}

/// Reads a piece of an escaped value: plain text, an escape, or a backslash that is none (rules E6, E7).
fn value_piece(input: &str) -> IResult<&str, &str> {
    alt((plain_text, escape, tag("\\"))).parse(input)
}

/// Reads a piece of a value that its sender did not escape: only `\=` is an escape (rule E7b).
fn unescaped_value_piece(input: &str) -> IResult<&str, &str> {
    alt((plain_text, preceded(char('\\'), tag("=")), tag("\\"))).parse(input)
}

/// Reads an escape that the standard defines: `\=`, `\\`, `\n`, `\r` (rule E6).
fn escape(input: &str) -> IResult<&str, &str> {
    let line_feed = value("\n", char('n'));
    let carriage_return = value("\r", char('r'));
    preceded(char('\\'), alt((tag("="), tag("\\"), line_feed, carriage_return))).parse(input)
}

/// Reads plain text of a value: up to the first backslash.
fn plain_text(input: &str) -> IResult<&str, &str> {
    text_before(|text| find::first(b'\\', text)).parse(input)
}

#[cfg(test)]
mod tests {
    use super::{Escapes, escape, value_piece};

    #[test]
    fn e6_four_escapes_are_defined() {
        let meant = |text| escape(text).map(|(_, meant)| meant).ok();
        let texts = [r"\=", r"\\", r"\n", r"\r", r"\t", "n"];
        assert_eq!(texts.map(meant), [Some("="), Some("\\"), Some("\n"), Some("\r"), None, None]);
    }

    #[test]
    fn e7_a_backslash_that_is_no_escape_is_a_piece_of_its_own() {
        assert_eq!(value_piece(r"a\|"), Ok((r"\|", "a")));
        assert_eq!(value_piece(r"\|"), Ok(("|", r"\")));
    }

    #[test]
    fn e7b_an_undefined_escape_tells_that_the_sender_did_not_escape() {
        assert_eq!(Escapes::of("plain"), Escapes::None);
        assert_eq!(Escapes::of(r"a\=b\|c\"), Escapes::Cef);
        assert_eq!(Escapes::of(r"C:\Windows"), Escapes::EqualsOnly);
    }
}
