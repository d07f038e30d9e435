//! LEEF's attributes: segments between delimiters, each cut at its first `=` (rules L-5 to L-8).

use memchr::{memchr, memchr_iter};
use nom::character::complete::char;
use nom::combinator::{rest, verify};
use nom::sequence::separated_pair;
use nom::{IResult, Parser};

use super::separator::{Separator, Spelling, is_key_behind};
use crate::bytes::slice::part;
use crate::bytes::trim::trim;
use crate::parse::cef::{self, is_blank, is_padding};
use crate::parse::pairs::pair::{Escapes, Pair};
use crate::parse::pieces::text_before;

/// Appends the attributes of `text` to `pairs`. Behind a cut header the first segment is what is left of a field, so
/// there one key is enough to cut at blanks. Gives the text before the first key, and whether the delimiter was not found, so that the text
/// was cut at another one, or at blanks.
pub(super) fn read<'a>(
    text: &'a str,
    delimiter: char,
    behind_whole_header: bool,
    pairs: &mut Vec<Pair<'a>>,
) -> (&'a str, bool) {
    let attributes = text.trim_start_matches('|');
    let leading_in_text = |leading: &str| part(text, ..text.len() - attributes.len() + leading.len());
    let found = |leading: &str, is_guess| (leading_in_text(leading).trim_matches(is_padding), is_guess);
    let separator = Separator::named(delimiter);
    if separator.next(attributes).is_some() {
        return found(cut_at_delimiters(attributes, separator, pairs), false);
    }
    if let Some(other) = other_separator(attributes, separator) {
        let is_guess = other.character != separator.character;
        return found(cut_at_delimiters(attributes, other, pairs), is_guess);
    }
    let least = if behind_whole_header { 2 } else { 1 };
    if delimiter == '\t'
        && let Some(leading) = cut_at_blanks(attributes, least, pairs)
    {
        return found(leading, true);
    }
    if has_unknown_separator(attributes) {
        return found(attributes, false);
    }
    found(cut_at_delimiters(attributes, separator, pairs), false)
}

/// The separator of an event in which the one that its header names does not stand as it is: the same in another spelling, the tab, or
/// one of those that senders take, in front of at least two keys (rules L-7, L-8). Blanks before more keys win.
fn other_separator(text: &str, named: Separator) -> Option<Separator> {
    /// Characters that senders take for separators, which stand in no key.
    const OTHERS: [char; 9] = ['^', '|', ';', ',', '~', '!', '\u{a6}', '\u{1}', '\u{1f}'];
    /// Bytes of text in which the separator must show.
    const LOOKED_AT: usize = 4 << 10;
    let text = part(text, ..text.floor_char_boundary(LOOKED_AT));
    let blanks = memchr_iter(b' ', text.as_bytes()).filter(|at| is_key_behind(part(text, at + 1..))).count();
    let spelled = Separator { spelling: Spelling::Any, ..named };
    let count = segments(text, spelled).count() - 1;
    if count > blanks {
        return Some(spelled);
    }
    let tab = Separator::named('\t');
    if named.character != tab.character && tab.next(text).is_some() {
        return Some(tab);
    }
    let separators = |character: char| {
        let places = text.match_indices(character);
        places.filter(|(at, found)| is_key_behind(part(text, at + found.len()..))).count()
    };
    let counted = OTHERS.into_iter().map(|other| (separators(other), other));
    let (count, character) = counted.max_by_key(|(count, _)| *count)?;
    (count >= 2 && count > blanks).then_some(Separator { character, spelling: Spelling::AsItIs })
}

/// Whether the same text, which is no separator that is known, stands before each key from the second on, as `@@` in `a=1@@b=2@@c=3`.
fn has_unknown_separator(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut between = memchr_iter(b'=', text.as_bytes()).skip(1).map(|at| {
        let before = part(text, ..at).trim_end_matches(is_name);
        let behind_value =
            before.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '=' && !is_blank_char(c));
        part(before, behind_value.len()..)
    });
    let Some(first) = between.next() else { return false };
    let mut others = between.peekable();
    !first.is_empty() && others.peek().is_some() && others.all(|other| other == first)
}

fn is_blank_char(character: char) -> bool {
    character.is_ascii() && is_blank(character as u8)
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
fn cut_at_delimiters<'a>(text: &'a str, separator: Separator, pairs: &mut Vec<Pair<'a>>) -> &'a str {
    let mut leading_end = 0;
    let mut value_start = None;
    for (start, segment) in segments(text, separator) {
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

/// The texts between separators, each with the byte offset of its start.
fn segments(text: &str, separator: Separator) -> impl Iterator<Item = (usize, &str)> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let rest = part(text, start..);
        let found = separator.next(rest);
        next = found.map(|(at, length)| start + at + length);
        Some((start, found.map_or(rest, |(at, _)| part(rest, ..at))))
    })
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
    use super::{attribute, has_unknown_separator, segments};
    use crate::parse::leef::separator::Separator;

    #[test]
    fn l5_an_attribute_is_cut_at_its_first_equals_sign() {
        let (_, pair) = attribute(" file name =a=b ").unwrap();
        assert_eq!((pair.key, pair.raw), ("file name", "a=b "));
        assert!(attribute("no key").is_err() && attribute(" =x").is_err());
    }

    #[test]
    fn segments_stand_between_delimiters() {
        let cut = |text, delimiter| segments(text, Separator::named(delimiter)).collect::<Vec<_>>();
        assert_eq!(cut("a=1#011b=#011\tc", '\t'), [(0, "a=1"), (7, "b=#011"), (14, "c")]);
        assert_eq!(cut("a^^", '^'), [(0, "a"), (2, ""), (3, "")]);
    }

    #[test]
    fn l8_a_separator_of_several_characters_is_unknown() {
        assert!(has_unknown_separator("cat=System@@name=a b@@sev=3"));
        assert!(!has_unknown_separator("request=http://h/x?a=1&b=2"));
        assert!(!has_unknown_separator("msg=user said act=Deny"));
    }
}
