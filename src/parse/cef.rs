//! ArcSight's Common Event Format, as its standard describes it:
//!
//! ```text
//! CEF:Version|Device Vendor|Device Product|Device Version|Device Event Class ID|Name|Severity|Extension
//! ```
//!
//! The functions are a grammar, from the event down to its keys and values. None of them fails on what a sender may write, and
//! no text is lost: what fits nowhere stands in [`ParsedEvent::unparsed`].

use bumpalo::Bump;
use memchr::{memchr, memchr_iter};
use nom::bytes::complete::is_not;
use nom::character::complete::{char, digit1, space0};
use nom::combinator::{opt, recognize, verify};
use nom::error::Error;
use nom::multi::many0_count;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use super::header::{self, Format, HeaderFields, Marker, ParsedEvent};
use super::pairs::pair::{Escapes, Pair};
use super::pieces::{text_before, without_line_end};
use super::severity::is_severity;
use super::syslog;
use super::syslog::trimmed_prefix;
use crate::bytes::blocks::{WordStarts, end_of_name};
use crate::bytes::find;
use crate::bytes::slice::part;
use crate::bytes::trim::trim;

/// Reads the event at `marker`, and appends its pairs to `pairs` in the order of the line.
///
/// ```
/// use bumpalo::Bump;
/// use es_loader::parse::{cef, marker};
///
/// let text = r"Oct  2 16:41:16 host CEF:0|Vendor|Product|1.0|42|Some\|name|3|src=10.0.0.1 msg=a \= b";
/// let (arena, mut pairs) = (Bump::new(), Vec::new());
/// let event = cef::parse(text, marker::find(text).unwrap(), &arena, &mut pairs);
///
/// assert_eq!((event.prefix, event.header.name), ("Oct  2 16:41:16 host", "Some|name"));
/// assert_eq!((pairs[0].key, pairs[0].raw), ("src", "10.0.0.1"));
/// assert_eq!((pairs[1].key, &*pairs[1].value()), ("msg", "a = b"));
/// ```
pub fn parse<'a>(
    text: &'a str,
    marker: Marker,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
) -> ParsedEvent<'a> {
    let pairs_before = pairs.len();
    let repeated = syslog::repeated_event(text, marker.start, marker.version);
    let behind_marker = repeated.unwrap_or(part(text, marker.version..));
    let (rest, mut fields) = header(behind_marker).unwrap_or((behind_marker, HeaderFields::default()));
    let mut leading = extension(rest, pairs);
    if fields.count == 7
        && let Some((field, pair)) = behind_pipe(leading)
    {
        if let Some(pair) = pair {
            pairs.insert(pairs_before, pair);
            leading = part(leading, ..=field.len());
        }
        let is_moved = is_severity(trim(field)) && !is_severity(trim(fields.raw[6]));
        if is_moved && fields.join_last(behind_marker, field) {
            leading = "";
        }
    }
    if find::first(b'#', rest.as_bytes()).is_some() {
        cut_at_escaped_separators(pairs_before, pairs);
    }
    let has_pairs = pairs.len() > pairs_before;
    // Where a field should have ended, the text before the first key is that field (rule H7). The pipe behind the severity may be
    // missing (rule H6), but not every text is one.
    let is_field = match fields.count {
        7 => false,
        6 => !leading.is_empty() && (!has_pairs || is_severity(leading)),
        _ => true,
    };
    let incomplete_header = fields.count < 6 || fields.count == 6 && !is_field;
    if is_field {
        fields.push(leading);
    }
    ParsedEvent {
        format: Format::Cef,
        prefix: trimmed_prefix(part(text, ..marker.start)),
        header: fields.header(ESCAPABLE, arena),
        incomplete_header,
        unparsed: if is_field { "" } else { leading },
        ..ParsedEvent::default()
    }
}

/// Reads `Version|Device Vendor|Device Product|Device Version|Device Event Class ID|Name|Severity|`, or as much of it as is there.
pub(crate) fn header(input: &str) -> IResult<&str, HeaderFields<'_, 7>> {
    header::fields(ESCAPABLE).parse(input)
}

/// What a backslash escapes in a header field (rule H4).
const ESCAPABLE: &str = "|\\";

/// Reads the whole extension and appends its pairs. Gives the text before the first key (rule E3), with the pipes that one pipe
/// too many in the header leaves there (rule E2).
fn extension<'a>(input: &'a str, pairs: &mut Vec<Pair<'a>>) -> &'a str {
    let text = without_line_end(input).trim_end_matches(is_padding);
    let behind_pipes = text.trim_start_matches(|character| character == '|' || is_padding(character));
    let leading = text_and_pairs(behind_pipes, pairs);
    part(text, ..text.len() - behind_pipes.len() + leading.len()).trim_matches(is_padding)
}

/// Cuts the text before the first key at a pipe with a key behind it, or with nothing: an unescaped pipe in the header leaves `3|act=Log`
/// there (rule E2). Gives what stands before the pipe, and the pair.
fn behind_pipe(leading: &str) -> Option<(&str, Option<Pair<'_>>)> {
    memchr_iter(b'|', leading.as_bytes()).find_map(|at| {
        let (field, behind) = (part(leading, ..at), part(leading, at + 1..));
        if behind.is_empty() {
            return Some((field, None));
        }
        let (raw, key) = terminated(key, char('=')).parse(behind).ok()?;
        let is_escaped = field.ends_with('\\');
        (!is_escaped).then(|| (field, Some(Pair { key, raw, escapes: Escapes::of(raw) })))
    })
}

/// Appends all pairs of `input`, and gives the text before the first one.
pub(crate) fn text_and_pairs<'a>(input: &'a str, pairs: &mut Vec<Pair<'a>>) -> &'a str {
    let key_at_once = opt(terminated(key, char('='))).parse(input);
    let (rest, first_key) = key_at_once.unwrap_or((input, None));
    append_pairs(first_key, rest, key, pairs)
}

/// Appends the pair of `first_key`, whose value `input` starts with, and all pairs behind it. Gives the text before the first pair.
/// `key` reads a key: [`key`], or a parser that takes fewer.
pub(crate) fn append_pairs<'a>(
    first_key: Option<&'a str>,
    input: &'a str,
    key: impl KeyParser<'a>,
    pairs: &mut Vec<Pair<'a>>,
) -> &'a str {
    let mut words = WordStarts::new(b'=', input.as_bytes());
    let next_backslash =
        |from| memchr(b'\\', part(input, from..).as_bytes()).map_or(input.len(), |at| from + at);
    let mut backslash = next_backslash(0);
    let (mut rest, mut key_of_value, mut leading) = (input, first_key, "");
    while let Ok((behind, (raw, next_key))) = value(key, input, &mut words).parse(rest) {
        let end = input.len() - behind.len();
        let mut escapes = Escapes::None;
        // Few values have a backslash: most need no search of their own.
        if backslash < end {
            escapes = Escapes::of(raw);
            backslash = next_backslash(end);
        }
        match key_of_value {
            Some(key) => pairs.push(Pair { key, raw, escapes }),
            None => leading = raw,
        }
        if next_key.is_none() {
            break;
        }
        (rest, key_of_value) = (behind, next_key);
    }
    leading
}

/// Reads the raw text of a value, and the key behind it with its `=`. Where no key follows, the value goes on to the end: an `=`
/// that follows no key is text (rules E5, E5a). The input reaches to the end of `text`; `words` start those words of `text`, from the
/// value on, that have an `=` behind them.
///
/// Each `=` looks back for its key: to the nearest blank, but not past the `=` before it, so that the time is linear (rule P2).
fn value<'a>(
    key: impl KeyParser<'a>,
    text: &'a str,
    words: &mut WordStarts<'a>,
) -> impl Parser<&'a str, Output = (&'a str, Option<&'a str>), Error = Error<&'a str>> {
    move |input: &'a str| {
        for start in words.by_ref() {
            // An escaped `=` is behind a backslash, which is in no key.
            if let Ok((rest, key)) = terminated(key, char('=')).parse(part(text, start..)) {
                let value = part(text, text.len() - input.len()..start_of_separator(text, start));
                return Ok((rest, (value, Some(key))));
            }
        }
        Ok(("", (input, None)))
    }
}

/// Where the separator before a key starts: a blank, a tab or a line end (rule E1). All blanks before it belong to the value
/// (rule E10).
fn start_of_separator(text: &str, key: usize) -> usize {
    let is_crlf = text.as_bytes().get(..key).is_some_and(|before| before.ends_with(b"\r\n"));
    key - if is_crlf { 2 } else { 1 }
}

/// Cuts the values of the pairs from `first` on at those separators that rsyslog has escaped (rule E1).
#[cold]
fn cut_at_escaped_separators(first: usize, pairs: &mut Vec<Pair<'_>>) {
    for mut pair in pairs.split_off(first) {
        let mut from = 0;
        while let Some(at) = part(pair.raw, from..).find('#').map(|at| from + at) {
            let behind = without_escaped_separators(part(pair.raw, at..));
            from = pair.raw.len() - behind.len();
            if from == at {
                from += 1;
            } else if let Ok((raw, key)) = preceded(space0, plain_key_start).parse(behind) {
                pairs.push(Pair {
                    raw: part(pair.raw, ..at),
                    escapes: Escapes::of(part(pair.raw, ..at)),
                    ..pair
                });
                pair = Pair { key, raw, escapes: Escapes::of(raw) };
                from = 0;
            } else if behind.is_empty() {
                pair.raw = part(pair.raw, ..at);
                break;
            }
        }
        pairs.push(pair);
    }
}

/// The text behind the separators that it begins with, as rsyslog escapes them: `#` and three octal digits.
fn without_escaped_separators(mut text: &str) -> &str {
    while let Some(behind) = ["#011", "#012", "#015"].iter().find_map(|escaped| text.strip_prefix(escaped)) {
        text = behind;
    }
    text
}

/// Reads a key without `#` and the `=` behind it. What asks for this looks behind each `#011` or `#012`: the next one must end
/// the look, or the time would not be linear (rule P2).
pub(crate) fn plain_key_start(input: &str) -> IResult<&str, &str> {
    let part = preceded(char('.'), is_not("#.=|\\[] \t\r\n"));
    terminated(key_of(part), char('=')).parse(input)
}

/// Reads a key: a name, then any number of parts, then any number of indices (rule E4). `X-Some`, `ad.Error_,Code`, `ad.field[0]`.
pub(crate) fn key(input: &str) -> IResult<&str, &str> {
    key_of(preceded(char('.'), is_not(".=|\\[] \t\r\n"))).parse(input)
}

fn key_of<'a, P>(part: P) -> impl Parser<&'a str, Output = &'a str, Error = Error<&'a str>>
where
    P: Parser<&'a str, Output = &'a str, Error = Error<&'a str>>,
{
    let index = delimited(char('['), digit1, char(']'));
    let mut any_key = recognize((name, many0_count(part), many0_count(index)));
    // Nearly every key is a name.
    move |input: &'a str| match name(input)? {
        (rest, name) if !matches!(rest.as_bytes(), [b'.' | b'[', ..]) => Ok((rest, name)),
        _ => any_key.parse(input),
    }
}

/// Reads the name that a key starts with, and that most keys are.
fn name(input: &str) -> IResult<&str, &str> {
    verify(text_before(end_of_name), |name: &str| !name.starts_with('-')).parse(input)
}

/// A byte that separates pairs (rule E1). A no-break space is none.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// A character that is no part of the value where it stands at the end of a record.
pub(crate) fn is_padding(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n' | '\0')
}

/// A parser of keys that can be used again and again.
pub(crate) trait KeyParser<'a>: Fn(&'a str) -> IResult<&'a str, &'a str> + Copy {}

impl<'a, P: Fn(&'a str) -> IResult<&'a str, &'a str> + Copy> KeyParser<'a> for P {}

#[cfg(test)]
mod tests {
    use nom::Parser;

    use super::{WordStarts, extension, header, key, plain_key_start, value};

    #[test]
    fn h4_and_h7_a_header_has_up_to_seven_fields_that_unescaped_pipes_end() {
        let (extension, whole) = header(r"0|v\|v|p|1|2\\|DOMAIN\user||act=Log").unwrap();
        assert_eq!((extension, whole.count), ("act=Log", 7));
        assert_eq!(whole.raw, ["0", r"v\|v", "p", "1", r"2\\", r"DOMAIN\user", ""]);
        let (rest, cut) = header("0|v|Deep Sec").unwrap();
        assert_eq!((rest, cut.count, cut.raw), ("Deep Sec", 2, ["0", "v", "", "", "", "", ""]));
    }

    #[test]
    fn e3_an_extension_is_text_and_pairs() {
        let mut pairs = Vec::new();
        assert_eq!(extension("| some text act=Log msg=x = y \r\n", &mut pairs), "| some text");
        let pairs: Vec<_> = pairs.iter().map(|pair| (pair.key, pair.raw)).collect();
        assert_eq!(pairs, [("act", "Log"), ("msg", "x = y")]);
    }

    #[test]
    fn e4_a_key_is_a_name_with_parts_and_indices() {
        for text in ["_cefVer", "X-Some", "ad.Error_,Code", "ad.field[0][1]"] {
            assert_eq!(key(text), Ok(("", text)));
        }
        assert_eq!(key("a.=1"), Ok((".=1", "a")));
        assert!(key("-a").is_err() && key(".a").is_err() && key("").is_err());
    }

    #[test]
    fn e5_a_value_goes_on_to_the_next_key_or_to_the_end() {
        let read = |text| value(key, text, &mut WordStarts::new(b'=', text.as_bytes())).parse(text);
        assert_eq!(read("http://x/?y=1 z =2  b=3"), Ok(("3", ("http://x/?y=1 z =2 ", Some("b")))));
        assert_eq!(read("x\r\nb="), Ok(("", ("x", Some("b")))));
        assert_eq!(read(r"x b\=3"), Ok(("", (r"x b\=3", None))));
    }

    #[test]
    fn p2_where_a_relay_may_have_escaped_a_separator_a_key_ends_before_the_next_one() {
        assert_eq!(plain_key_start("a.b[0]=1"), Ok(("1", "a.b[0]")));
        assert!(plain_key_start("a.b#011c=1").is_err());
    }
}
