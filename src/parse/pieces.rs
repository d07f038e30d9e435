//! What the grammars of headers and values share: byte searches as parsers, and escapes undone piece by piece.

use std::borrow::Cow;

use bumpalo::Bump;
use nom::combinator::verify;
use nom::error::Error;
use nom::multi::fold_many0;
use nom::{IResult, Parser};

use crate::bytes::find;
use crate::bytes::slice::part;

/// A parser of the text before the byte that `find` finds, or of all text; fails where that text is empty.
pub(crate) fn text_before<'a>(
    find: impl Fn(&[u8]) -> Option<usize>,
) -> impl Parser<&'a str, Output = &'a str, Error = Error<&'a str>> {
    let text = move |input: &'a str| {
        let end = find(input.as_bytes()).unwrap_or(input.len());
        Ok((part(input, end..), part(input, ..end)))
    };
    verify(text, |text: &str| !text.is_empty())
}

/// The text without the line ends and NUL bytes behind it, which rsyslog may have escaped (rule U3).
pub(crate) fn without_line_end(text: &str) -> &str {
    const ESCAPED: [&str; 6] = ["#015", "#012", "#000", "\\015", "\\012", "\\000"];
    let mut text = text;
    loop {
        text = text.trim_end_matches(['\r', '\n', '\0']);
        let Some(before) = ESCAPED.iter().find_map(|end| text.strip_suffix(end)) else { return text };
        text = before;
    }
}

/// The text that `raw` means, of which `piece` reads plain text as it is, and an escape as what it means; borrowed if nothing in it is an
/// escape.
pub(crate) fn unescaped<'a>(
    raw: &'a str,
    piece: impl Fn(&'a str) -> IResult<&'a str, &'a str>,
) -> Cow<'a, str> {
    if find::first(b'\\', raw.as_bytes()).is_none() {
        return Cow::Borrowed(raw);
    }
    let pieces =
        fold_many0(piece, || String::with_capacity(raw.len()), |text, piece| text + piece).parse(raw);
    let (rest, text) = pieces.unwrap_or_default();
    debug_assert!(rest.is_empty(), "{raw:?} is more than pieces");
    // Every escape is longer than what it means.
    if text.len() == raw.len() { Cow::Borrowed(raw) } else { Cow::Owned(text) }
}

/// A text that lives as long as `arena`.
pub(crate) fn in_arena<'a>(text: Cow<'a, str>, arena: &'a Bump) -> &'a str {
    match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => arena.alloc_str(&text),
    }
}
