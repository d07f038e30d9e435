//! Rows of texts with names: lines that a pattern takes apart, and lines of CSV under a line of names.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use crate::bytes::json::string;
use crate::bytes::line_pattern::LinePattern;
use crate::packet::quoted::Payloads;
use crate::parse::pairs::event_keys::{EventKeys, is_empty_value};
use crate::parse::pairs::pair::{Escapes, Pair};
use crate::read::record::rows::{RowColumns, values};

/// The named groups of `pattern` in `text`. Gives what stands behind the match, or nothing where it does not match.
pub(super) fn groups<'a>(
    text: &'a str,
    pattern: &'a LinePattern,
    pairs: &mut Vec<Pair<'a>>,
) -> Option<&'a str> {
    pattern.groups(text, |key, raw| pairs.push(Pair { key, raw, escapes: Escapes::None }))
}

/// The values of a row, with the names of `columns`. Gives the values for which there is no name, or nothing where it is no such row.
pub(super) fn row<'a>(
    text: &'a str,
    delimiter: Option<u8>,
    columns: &'a RowColumns,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
) -> Option<&'a str> {
    let RowColumns { names, is_named } = columns;
    let before = pairs.len();
    let mut rest = ArenaString::new_in(arena);
    let mut add = |at: usize, raw: &'a str| match names.get(at) {
        Some(key) => pairs.push(Pair { key, raw, escapes: Escapes::None }),
        None => {
            rest.extend((!rest.is_empty()).then(|| delimiter.map_or(' ', char::from)));
            rest.push_str(raw);
        }
    };
    match delimiter {
        None => text.split_whitespace().enumerate().for_each(|(at, raw)| add(at, raw)),
        Some(delimiter) => {
            let row = values(text, delimiter)?;
            row.iter().enumerate().for_each(|(at, raw)| add(at, arena.alloc_str(raw)));
        }
    }
    let rest = rest.into_bump_str();
    let found = pairs.len() - before;
    let is_row = found > 0 && (*is_named || found == names.len() && rest.is_empty());
    if !is_row {
        pairs.truncate(before);
    }
    is_row.then_some(rest)
}

/// Most rows are no longer as JSON.
const USUAL_LENGTH: usize = 2048;

/// The pairs as an object of JSON, without those that say nothing, and without payloads, which have a field of their own.
pub(super) fn as_json<'a>(keyed: &EventKeys<'a>, payloads: Payloads, arena: &'a Bump) -> &'a str {
    let mut json = Vec::with_capacity(USUAL_LENGTH);
    json.push(b'{');
    for (_, pair, value) in keyed.all() {
        if is_empty_value(value) || payloads.raw(keyed).any(|payload| payload == pair.raw) {
            continue;
        }
        if json.len() > 1 {
            json.push(b',');
        }
        string(pair.key, &mut json);
        json.push(b':');
        string(value, &mut json);
    }
    json.push(b'}');
    // Of texts only texts are made.
    arena.alloc_str(simdutf8::basic::from_utf8(&json).unwrap_or_default())
}
