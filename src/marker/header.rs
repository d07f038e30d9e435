//! The pipe-separated header that CEF and LEEF share: fields ended by an unescaped pipe. CEF escapes pipes and
//! backslashes (rule H4), LEEF only pipes (rule L-4); any other backslash is one. Blanks and blank fields are kept.

use std::borrow::Cow;

use memchr::{memchr, memchr2};
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{char, digit1, one_of, space0};
use nom::combinator::{opt, recognize, value};
use nom::error::{Error, ErrorKind};
use nom::multi::many0_count;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use super::Format;

/// As many of the `N` fields as the text has, and what follows the last one's pipe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a, const N: usize> {
    /// The fields as written; those that are missing are empty.
    pub(crate) raw: [&'a str; N],
    /// How many were there.
    pub(crate) found: usize,
    /// The text behind them.
    pub(crate) rest: &'a str,
}

/// Cuts up to `N` fields off the start of `text`.
pub(crate) fn fields<const N: usize>(format: Format, text: &str) -> Fields<'_, N> {
    let mut fields = Fields { raw: [""; N], found: 0, rest: text };
    for slot in &mut fields.raw {
        let Ok((rest, raw)) = field(format, fields.rest) else {
            break;
        };
        *slot = raw;
        fields.found += 1;
        fields.rest = rest;
    }
    fields
}

/// The version with the pipe behind it, blanks around it allowed: rsyslog writes one before it (rules H1, L-1).
pub(super) fn version(input: &str) -> IResult<&str, &str> {
    let number = recognize((digit1, many0_count((char('.'), digit1))));
    delimited(space0, number, (space0, char('|'))).parse(input)
}

/// What stands before the marker: trimmed, without a byte order mark (rule H1).
pub(crate) fn prefix(text: &str) -> &str {
    text.trim().trim_start_matches('\u{feff}').trim_start()
}

/// A field with its escapes undone; borrowed where it has none.
pub(crate) fn unescaped(format: Format, raw: &str) -> Cow<'_, str> {
    if memchr(b'\\', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        rest = after;
        match after.strip_prefix(|next| escapable(format).contains(next)) {
            Some(tail) => {
                text.extend(after.chars().next());
                rest = tail;
            }
            None => text.push('\\'),
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// What a backslash escapes in a header.
fn escapable(format: Format) -> &'static str {
    match format {
        Format::Cef => "\\|",
        Format::Leef => "|",
    }
}

fn field(format: Format, input: &str) -> IResult<&str, &str> {
    let backslash = preceded(char('\\'), opt(one_of(escapable(format))));
    let content = recognize(many0_count(alt((plain, value((), backslash)))));
    terminated(content, tag("|")).parse(input)
}

/// Text up to the next pipe or backslash, at least one byte of it.
fn plain(input: &str) -> IResult<&str, ()> {
    let end = memchr2(b'|', b'\\', input.as_bytes()).unwrap_or(input.len());
    match input.get(end..) {
        Some(rest) if end > 0 => Ok((rest, ())),
        _ => Err(nom::Err::Error(Error::new(input, ErrorKind::TakeTill1))),
    }
}
