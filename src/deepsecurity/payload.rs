//! Event text without the payloads of its packets: a payload stands decoded and redacted in a field of its own, and nowhere
//! else.
//!
//! Finds payloads by the pairs that are known, and by their key in text that could not be cut into pairs. Does not decode them.

use std::sync::LazyLock;

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;
use memchr::memmem::Finder;

use crate::row::MAX_STRING;

/// What stands in the place of a payload.
const MARK: &str = "[cut]";

/// The key with its equals sign.
static KEY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("TrendMicroDsPacketData="));

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
    if kept == 0 && KEY.find(rest.as_bytes()).is_none() {
        return text;
    }
    push_without_payloads(if kept == parsed { behind_payload(rest) } else { rest }, &mut line);
    line.into_bump_str()
}

/// Appends `text` without the payloads that stand behind their key in it.
pub(crate) fn push_without_payloads(text: &str, line: &mut ArenaString<'_>) {
    let mut rest = text;
    while line.len() <= MAX_STRING
        && let Some(at) = KEY.find(rest.as_bytes())
    {
        let (before, payload) = rest.split_at_checked(at + KEY.needle().len()).unwrap_or((rest, ""));
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
        match rest.strip_prefix('\\') {
            Some(behind) if behind.is_empty() || behind.starts_with('=') => rest = behind,
            _ => return rest,
        }
    }
}

/// Appends `text` unless the line is longer already than a field takes: then it will be cut there.
fn push(text: &str, line: &mut ArenaString<'_>) {
    if line.len() <= MAX_STRING {
        line.push_str(text.get(..text.ceil_char_boundary(MAX_STRING + 1)).unwrap_or(text));
    }
}
