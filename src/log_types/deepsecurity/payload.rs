//! Event text without the payloads of its packets: a payload stands decoded and redacted in a field of its own, and nowhere
//! else.
//!
//! Finds payloads by the pairs that are known, and by their key in text that could not be cut into pairs. Does not decode them.

use std::sync::LazyLock;

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;
use memchr::arch::all::packedpair::HeuristicFrequencyRank;
use memchr::memmem::{Finder, FinderBuilder};

use super::tables::keys::key;
use crate::document::row::MAX_STRING;
use crate::parse::pairs::event_keys::EventKeys;

/// What stands in the place of a payload.
const MARK: &str = "[cut]";

/// The key; its equals sign, escaped or not, follows.
static KEY: LazyLock<Finder<'static>> =
    LazyLock::new(|| FinderBuilder::new().build_forward_with_ranker(OwnLetters, "TrendMicroDsPacketData"));

/// Which bytes of the key are rare. Many keys of an event start as it does: only these letters tell it from them.
struct OwnLetters;

impl HeuristicFrequencyRank for OwnLetters {
    fn rank(&self, byte: u8) -> u8 {
        if matches!(byte, b'P' | b'k') { 0 } else { u8::MAX }
    }
}

/// Cuts the payloads out that a message quotes: no field but the payload's own shows one, because only there is it redacted.
pub(crate) fn cut_quoted_payloads<'a>(keyed: &mut EventKeys<'a>, arena: &'a Bump) {
    for text_key in [key::MSG, key::DESC, key::NAME] {
        let mut next = keyed.at(text_key);
        while let Some(at) = next {
            next = keyed.next(text_key, at);
            let value = keyed.value_at(at);
            if find_key(value).is_some() {
                let mut text = ArenaString::new_in(arena);
                push_without_payloads(value, &mut text);
                keyed.set_value(at, text.into_bump_str());
            }
        }
    }
}

/// Where the key of a payload starts, and where its equals sign ends.
fn find_key(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let start = from + KEY.find(text.as_bytes().get(from..)?)?;
        from = start + KEY.needle().len();
        let behind = text.get(from..)?.trim_start_matches('\\');
        if behind.starts_with('=') {
            return Some((start, text.len() - behind.len() + 1));
        }
    }
}

/// `text` without payloads. `known` are those of its slices that are payloads, in order; `parsed` is how much of the text has
/// been cut into pairs, which may end inside of a payload. Text beyond what a field takes is left out.
pub(crate) fn without_payloads<'a>(
    text: &'a str,
    known: impl Iterator<Item = &'a str>,
    parsed: usize,
    arena: &'a Bump,
) -> &'a str {
    let mut line = ArenaString::new_in(arena);
    let mut kept = 0;
    for payload in known.filter(|payload| !payload.is_empty()) {
        let start = (payload.as_ptr() as usize).checked_sub(text.as_ptr() as usize);
        if let Some((start, before)) = start.and_then(|start| Some((start, text.get(kept..start)?))) {
            if kept == 0 {
                line.reserve(text.len().min(MAX_STRING));
            }
            push_without_payloads(before, &mut line);
            push(MARK, &mut line);
            kept = start + payload.len();
        }
    }
    let rest = text.get(kept..).unwrap_or_default();
    if kept == 0 && find_key(rest).is_none() {
        return text;
    }
    push_without_payloads(if kept == parsed { behind_payload(rest) } else { rest }, &mut line);
    line.into_bump_str()
}

/// Appends `text` without the payloads that stand behind their key in it.
pub(crate) fn push_without_payloads(text: &str, line: &mut ArenaString<'_>) {
    let mut rest = text;
    while line.len() <= MAX_STRING
        && let Some((_, end)) = find_key(rest)
    {
        let (before, payload) = rest.split_at_checked(end).unwrap_or((rest, ""));
        push(before, line);
        rest = behind_payload(payload);
        if rest.len() < payload.len() {
            push(MARK, line);
        }
    }
    push(rest, line);
}

/// What follows the base64 that `text` starts with, its padding escaped or not.
pub(crate) fn behind_payload(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
        // A text that quotes a quoted event has doubled the backslashes.
        let behind = rest.trim_start_matches('\\');
        if behind.len() == rest.len() || !(behind.is_empty() || behind.starts_with('=')) {
            return rest;
        }
        rest = behind;
    }
}

/// Appends `text` unless the line is longer already than a field takes: then it will be cut there.
fn push(text: &str, line: &mut ArenaString<'_>) {
    if line.len() <= MAX_STRING {
        line.push_str(text.get(..text.ceil_char_boundary(MAX_STRING + 1)).unwrap_or(text));
    }
}
