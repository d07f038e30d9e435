//! Rows of texts with names: lines that a pattern takes apart, and lines of CSV under a line of names.

use bumpalo::Bump;
use csv::{ReaderBuilder, StringRecord};

use crate::bytes::json::string;
use crate::bytes::line_pattern::LinePattern;
use crate::packet::quoted::Payloads;
use crate::parse::pairs::event_keys::{EventKeys, is_empty_value};
use crate::parse::pairs::pair::{Escapes, Pair};

/// The named groups of `pattern` in `text`. Nothing where it does not match.
pub(super) fn groups<'a>(text: &'a str, pattern: &'a LinePattern, pairs: &mut Vec<Pair<'a>>) -> Option<()> {
    pattern.groups(text, |key, raw| pairs.push(Pair { key, raw, escapes: Escapes::None }))
}

/// The values of a row of CSV, with the names of `columns`. Nothing where it has none.
pub(super) fn row<'a>(
    text: &'a str,
    delimiter: Option<u8>,
    columns: &'a [String],
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
) -> Option<()> {
    let pair = |(key, raw): (&'a String, &'a str)| Pair { key, raw, escapes: Escapes::None };
    match delimiter {
        None => pairs.extend(columns.iter().zip(text.split_whitespace()).map(pair)),
        Some(delimiter) => {
            let row = values(text, delimiter)?;
            pairs.extend(columns.iter().zip(row.iter()).map(|(key, raw)| pair((key, arena.alloc_str(raw)))));
        }
    }
    (!pairs.is_empty()).then_some(())
}

/// The names of the values, as the first line of an object tells them. A hyphen becomes an underscore, as upstream has it.
pub(crate) fn columns(line: &[u8], delimiter: Option<u8>) -> Vec<String> {
    let line = String::from_utf8_lossy(line);
    let names: Vec<String> = match delimiter {
        None => line.split_whitespace().map(ToOwned::to_owned).collect(),
        Some(delimiter) => values(&line, delimiter)
            .map(|row| row.iter().map(ToOwned::to_owned).collect())
            .unwrap_or_default(),
    };
    names.into_iter().map(|name| name.trim().replace('-', "_")).collect()
}

fn values(line: &str, delimiter: u8) -> Option<StringRecord> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(line.as_bytes());
    reader.records().next()?.ok()
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
