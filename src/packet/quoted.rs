//! Event text without the payloads of its packets: a payload stands decoded and redacted in a field of its own, and nowhere else.
//!
//! Payloads are found by the pairs that are known, and by their key in text that could not be cut into pairs.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;
use memchr::memmem;
use memchr::memmem::Finder;

use crate::bytes::slice::{part, start_in};
use crate::document::row::MAX_STRING;
use crate::parse::pairs::event_keys::{EventKeys, KeyId};

/// What stands in the place of a payload.
const MARK: &str = "[cut]";

/// The key of a log type whose value is the payload of a packet.
#[derive(Debug)]
pub(crate) struct PayloadKey {
    /// Its number among the known keys.
    pub(crate) id: KeyId,
    /// Keys whose values may quote another event with its payload.
    pub(crate) quoted_in: &'static [KeyId],
    /// Finds its name in a text; its equals sign, escaped or not, follows there.
    pub(crate) finder: Finder<'static>,
}

/// How payloads stand in the events of a section: under one key, or not at all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Payloads(pub(crate) Option<&'static PayloadKey>);

impl Payloads {
    /// The payloads of an event's pairs, as they stand in its text.
    pub(crate) fn raw<'k, 'a>(self, keyed: &'k EventKeys<'a>) -> impl Iterator<Item = &'a str> + use<'k, 'a> {
        self.0.into_iter().flat_map(|key| keyed.each(key.id)).map(|at| keyed.raw_at(at))
    }

    /// Cuts the payloads out that a message quotes: no field but the payload's own shows one, because only there is it redacted.
    pub(crate) fn cut_quoted<'a>(self, keyed: &mut EventKeys<'a>, arena: &'a Bump) {
        for text_key in self.0.map_or(&[][..], |key| key.quoted_in) {
            let mut next = keyed.at(*text_key);
            while let Some(at) = next {
                next = keyed.next(*text_key, at);
                let value = keyed.value_at(at);
                if self.find_key(value).is_some() {
                    let mut text = ArenaString::new_in(arena);
                    self.push_without(value, &mut text);
                    keyed.set_value(at, text.into_bump_str());
                }
            }
        }
    }

    /// Where the key of a payload starts, and where its equals sign ends.
    fn find_key(self, text: &str) -> Option<(usize, usize)> {
        let key = self.0?;
        let mut from = 0;
        loop {
            let start = from + key.finder.find(text.as_bytes().get(from..)?)?;
            from = start + key.finder.needle().len();
            let behind = text.get(from..)?.trim_start_matches('\\');
            if behind.starts_with('=') {
                return Some((start, text.len() - behind.len() + 1));
            }
        }
    }

    /// `text` without payloads. `known` are those of its slices that are payloads, in order; `parsed` is how much of the text has
    /// been cut into pairs, which may end inside of a payload. Text beyond what a field takes is left out.
    pub(crate) fn without<'a>(
        self,
        text: &'a str,
        known: impl Iterator<Item = &'a str>,
        parsed: usize,
        arena: &'a Bump,
    ) -> &'a str {
        let mut line = ArenaString::new_in(arena);
        let mut kept = 0;
        for payload in known.filter(|payload| !payload.is_empty()) {
            let start = start_in(payload, text);
            if let Some(before) = text.get(kept..start) {
                if kept == 0 {
                    line.reserve(text.len().min(MAX_STRING));
                }
                self.push_without(before, &mut line);
                push(MARK, &mut line);
                kept = start + payload.len();
            }
        }
        let rest = part(text, kept..);
        if kept == 0 && self.find_key(rest).is_none() {
            return text;
        }
        self.push_without(if kept == parsed { behind_payload(rest) } else { rest }, &mut line);
        line.into_bump_str()
    }

    /// The source of JSON without the payload that one of its fields holds. It is left out whole where the source spells the payload in
    /// another way: with escapes.
    pub(crate) fn without_field<'a>(self, source: &'a str, payload: &str, arena: &'a Bump) -> &'a str {
        let Some(start) = memmem::find(source.as_bytes(), payload.as_bytes()) else { return "" };
        let known = source.get(start..start + payload.len());
        self.without(source, known.into_iter(), 0, arena)
    }

    /// Appends `text` without the payloads that stand behind their key in it.
    pub(crate) fn push_without(self, text: &str, line: &mut ArenaString<'_>) {
        let mut rest = text;
        while line.len() <= MAX_STRING
            && let Some((_, end)) = self.find_key(rest)
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
