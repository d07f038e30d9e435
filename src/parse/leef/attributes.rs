//! LEEF's attributes: segments between delimiters, each cut at its first `=` (rules L-5 to L-8).

use memchr::{memchr, memchr3_iter};
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{char, space0};
use nom::combinator::{peek, rest, verify};
use nom::sequence::{separated_pair, terminated};
use nom::{IResult, Parser};

use super::delimiter::Delimiter;
use crate::bytes::slice::part;
use crate::bytes::trim::trim;
use crate::parse::cef::{self, is_blank, is_padding, plain_key_start};
use crate::parse::pairs::pair::{Escapes, Pair};
use crate::parse::pieces::text_before;

/// What was found besides pairs.
pub(super) struct Attributes<'a> {
    /// The text before the first key.
    pub(super) leading: &'a str,
    /// No delimiter was found, and the text was cut at blanks.
    pub(super) guessed: bool,
}

/// Appends the attributes of `text` to `pairs`. Behind a cut header the first segment is what is left of a field, so
/// there one key is enough to cut at blanks.
pub(super) fn read<'a>(
    text: &'a str,
    delimiter: Delimiter,
    behind_whole_header: bool,
    pairs: &mut Vec<Pair<'a>>,
) -> Attributes<'a> {
    let attributes = text.trim_start_matches('|');
    let is_guess = delimiter == Delimiter::Tab && next_delimiter(attributes, delimiter).is_none();
    let least = if behind_whole_header { 2 } else { 1 };
    let guess = if is_guess { cut_at_blanks(attributes, least, pairs) } else { None };
    let leading = guess.unwrap_or_else(|| cut_at_delimiters(attributes, delimiter, pairs));
    let leading = part(text, ..text.len() - attributes.len() + leading.len());
    Attributes { leading: leading.trim_matches(is_padding), guessed: guess.is_some() }
}

/// Appends the pairs that CEF's extension would have, if at least `least` keys stand behind a blank (rule L-8). Gives the text
/// before the first key.
fn cut_at_blanks<'a>(text: &'a str, least: usize, pairs: &mut Vec<Pair<'a>>) -> Option<&'a str> {
    let pairs_before = pairs.len();
    let leading = cef::text_and_pairs(text.trim_end_matches(is_padding), pairs);
    let at_start = usize::from(leading.is_empty() && text.bytes().next().is_some_and(|byte| !is_blank(byte)));
    if pairs.len() - pairs_before < least + at_start {
        pairs.truncate(pairs_before);
        return None;
    }
    pairs.iter_mut().skip(pairs_before).for_each(|pair| pair.escapes = Escapes::None);
    Some(leading)
}

/// Appends a pair for every segment with a key; one without belongs to the value before (rule L-6). Gives the text
/// before the first key.
fn cut_at_delimiters<'a>(text: &'a str, delimiter: Delimiter, pairs: &mut Vec<Pair<'a>>) -> &'a str {
    let mut leading_end = 0;
    let mut value_start = None;
    for (start, segment) in segments(text, delimiter) {
        let end = start + segment.len();
        match (attribute(segment), value_start) {
            (Ok((_, pair)), _) => {
                value_start = Some(end - pair.raw.len());
                pairs.push(pair);
            }
            (Err(_), _) if segment.trim().is_empty() => {}
            (Err(_), Some(value_start)) => {
                if let Some(pair) = pairs.last_mut() {
                    pair.raw = part(text, value_start..end);
                }
            }
            (Err(_), None) => leading_end = end,
        }
    }
    part(text, ..leading_end)
}

/// The texts between delimiters, each with the byte offset of its start.
fn segments(text: &str, delimiter: Delimiter) -> impl Iterator<Item = (usize, &str)> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let rest = part(text, start..);
        let found = next_delimiter(rest, delimiter);
        next = found.map(|(at, length)| start + at + length);
        Some((start, found.map_or(rest, |(at, _)| part(rest, ..at))))
    })
}

/// Byte offset and length of the next delimiter.
fn next_delimiter(text: &str, delimiter: Delimiter) -> Option<(usize, usize)> {
    match delimiter {
        Delimiter::Other(character) => Some((text.find(character)?, character.len_utf8())),
        Delimiter::Tab => memchr3_iter(b'\t', b'#', b'\\', text.as_bytes()).find_map(|at| {
            let (_, tab) = tab(part(text, at..)).ok()?;
            Some((at, tab.len()))
        }),
    }
}

/// Reads a tab, or one that a relay escaped: it has a key behind it (rule L-7).
fn tab(input: &str) -> IResult<&str, &str> {
    let key_behind = peek((space0, plain_key_start));
    alt((tag("\t"), terminated(alt((tag("#011"), tag("\\011"))), key_behind))).parse(input)
}

/// Reads `key=value`: the key without blanks around it, the value as it is (rule L-5).
fn attribute(segment: &str) -> IResult<&str, Pair<'_>> {
    let key = text_before(|text| memchr(b'=', text)).map(trim);
    separated_pair(verify(key, |key: &str| !key.is_empty()), char('='), rest)
        .map(|(key, raw)| Pair { key, raw, escapes: Escapes::None })
        .parse(segment)
}

#[cfg(test)]
mod tests {
    use super::{attribute, segments, tab};
    use crate::parse::leef::delimiter::Delimiter;

    #[test]
    fn l5_an_attribute_is_cut_at_its_first_equals_sign() {
        let (_, pair) = attribute(" file name =a=b ").unwrap();
        assert_eq!((pair.key, pair.raw), ("file name", "a=b "));
        assert!(attribute("no key").is_err() && attribute(" =x").is_err());
    }

    #[test]
    fn l7_an_escaped_tab_has_a_key_behind_it() {
        assert_eq!(tab("#011 act=z"), Ok((" act=z", "#011")));
        assert_eq!(tab("\tx"), Ok(("x", "\t")));
        assert!(tab("#011two words=1").is_err());
    }

    #[test]
    fn segments_stand_between_delimiters() {
        let cut = |text, delimiter| segments(text, delimiter).collect::<Vec<_>>();
        assert_eq!(cut("a=1#011b=#011\tc", Delimiter::Tab), [(0, "a=1"), (7, "b=#011"), (14, "c")]);
        assert_eq!(cut("a^^", Delimiter::Other('^')), [(0, "a"), (2, ""), (3, "")]);
    }
}
