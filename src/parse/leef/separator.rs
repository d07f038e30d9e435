//! What stands between two attributes, as it is or as a relay has spelled it (rule L-7).

use memchr::memchr3;
use nom::Parser;
use nom::character::complete::space0;

use crate::bytes::slice::part;
use crate::parse::cef::plain_key_start;

/// The separator of an event's attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Separator {
    pub(super) character: char,
    pub(super) spelling: Spelling,
}

/// In which spellings a separator is looked for besides itself. Behind a spelled one stands a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// In no other.
    AsItIs,
    /// As rsyslog and syslog-ng write a control character, with `#` or a backslash and three digits. Text with real separators can
    /// have such ones too.
    Relay,
    /// In each that is known: where nothing else separates.
    Any,
}

/// Bytes behind a spelled separator in which a key is looked for.
const LONGEST_KEY: usize = 200;

impl Separator {
    /// The separator that a header names. A tab may be spelled as relays do.
    pub(super) fn named(character: char) -> Self {
        let spelling = if character == '\t' { Spelling::Relay } else { Spelling::AsItIs };
        Self { character, spelling }
    }

    /// Byte offset and length of the next separator.
    pub(super) fn next(self, text: &str) -> Option<(usize, usize)> {
        let Self { character, spelling } = self;
        if spelling == Spelling::AsItIs {
            return Some((text.find(character)?, character.len_utf8()));
        }
        let mut from = 0;
        loop {
            let rest = part(text, from..);
            let at = from + next_sign(rest, spelling)?;
            let here = part(text, at..);
            if here.starts_with(character) {
                return Some((at, character.len_utf8()));
            }
            if let Some(length) = spelled(here, character, spelling)
                && is_key_behind(part(here, length..))
            {
                return Some((at, length));
            }
            from = at + 1;
        }
    }
}

/// Where the next byte stands that can begin a separator in this spelling. One search for all of them: one for each would look through
/// the same text again and again.
fn next_sign(text: &str, spelling: Spelling) -> Option<usize> {
    match spelling {
        Spelling::Relay => memchr3(b'\t', b'#', b'\\', text.as_bytes()),
        _ => text.bytes().position(|byte| matches!(byte, b'#' | b'\\' | b'%' | b'&' | b'<' | b'^')),
    }
}

/// The length of the spelled `character` that `text` starts with.
fn spelled(text: &str, character: char, spelling: Spelling) -> Option<usize> {
    let code = u32::from(character);
    let digits = |prefix: &str, count: usize, radix: u32| {
        let digits = text.strip_prefix(prefix)?.get(..count)?;
        (u32::from_str_radix(digits, radix) == Ok(code)).then_some(prefix.len() + count)
    };
    let relayed =
        [("#", 8), ("#", 10), ("\\", 8)].into_iter().find_map(|(prefix, radix)| digits(prefix, 3, radix));
    if relayed.is_some() || spelling == Spelling::Relay {
        return relayed;
    }
    let hexadecimal = [("\\x", 2), ("#x", 2), ("%", 2), ("\\u", 4)];
    let word = |word: &str| text.starts_with(word).then_some(word.len());
    hexadecimal
        .into_iter()
        .find_map(|(prefix, count)| digits(prefix, count, 16))
        .or_else(|| word(&format!("&#{code};")))
        .or_else(|| word(&format!("<{code:03}>")))
        .or_else(|| word(&format!("&#x{code:x};")))
        .or_else(|| word(&format!("&#x{code:X};")))
        .or_else(|| ["\\t", "<TAB>", "<tab>", "^I"].into_iter().filter(|_| character == '\t').find_map(word))
}

/// Whether `text` starts with a key and its `=`, with or without blanks before them.
pub(super) fn is_key_behind(text: &str) -> bool {
    let near = part(text, ..text.floor_char_boundary(LONGEST_KEY));
    (space0, plain_key_start).parse(near).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{Separator, Spelling};

    #[test]
    fn l7_a_spelled_separator_has_a_key_behind_it() {
        let separator = Separator { character: '\t', spelling: Spelling::Any };
        for tab in ["#011", "#009", "\\011", "\\t", "\\x09", "\\u0009", "%09", "&#9;", "&#x9;", "<TAB>", "^I"]
        {
            assert_eq!(separator.next(&format!("a=1{tab} key=2")), Some((3, tab.len())), "{tab}");
            assert_eq!(separator.next(&format!("a=1{tab}two words")), None, "{tab}");
        }
    }
}
