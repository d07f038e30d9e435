//! Rows of texts with names: lines that a pattern takes apart, and lines of CSV under a line of names.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::record::{TextMember, TextObject};
use crate::bytes::json::{EventText, rest_of_slice, string};
use crate::bytes::line_pattern::LinePattern;
use crate::bytes::slice::part;
use crate::packet::quoted::Payloads;
use crate::parse::json::{self, behind_blanks, byte};
use crate::parse::pairs::event_keys::{EventKeys, KeyTable, is_empty_value};
use crate::parse::pairs::pair::{Escapes, Pair};
use crate::read::record::columns::is_instant;
use crate::read::record::rows::{RowColumns, delimiter_in, source_of_field, values};

/// The named groups of `pattern` in `text`. Gives what belongs to no field, which stands behind the match or in a group `unparsed`, or nothing
/// where it does not match.
pub(super) fn groups<'a>(
    text: &'a str,
    pattern: &'a LinePattern,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
) -> Option<&'a str> {
    let mut unparsed = "";
    let behind = pattern.groups(text, |key, raw| match key {
        "unparsed" => unparsed = raw,
        _ => pairs.push(Pair { key, raw, escapes: Escapes::None }),
    })?;
    match (unparsed, behind) {
        ("", rest) | (rest, "") => Some(rest),
        _ => Some(arena.alloc_str(&[unparsed, " ", behind].concat())),
    }
}

/// The values of a row, with the names of `columns`. Gives the values for which there is no name, or nothing where it is no such row.
pub(super) fn row<'a>(
    text: &'a str,
    delimiter: Option<u8>,
    columns: &'a RowColumns,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
) -> Option<&'a str> {
    let RowColumns { names, is_named, shapes, others } = columns;
    let before = pairs.len();
    let mut rest = ArenaString::new_in(arena);
    let mut add = |at: usize, raw: &'a str| match names.get(at) {
        Some(key) => pairs.push(Pair { key, raw, escapes: Escapes::None }),
        None => {
            rest.extend((!rest.is_empty()).then(|| delimiter.map_or(' ', char::from)));
            rest.push_str(raw);
        }
    };
    match delimiter_in(text, delimiter) {
        // To split by blanks of all of Unicode took 3 % of a flow log's time.
        None if text.is_ascii() && !text.contains('\x0b') => {
            text.split_ascii_whitespace().enumerate().for_each(|(at, raw)| add(at, raw));
        }
        None => text.split_whitespace().enumerate().for_each(|(at, raw)| add(at, raw)),
        Some(delimiter) => {
            let row = values(text, delimiter)?;
            row.iter().enumerate().for_each(|(at, raw)| add(at, arena.alloc_str(raw)));
        }
    }
    let rest = rest.into_bump_str();
    let found = pairs.len() - before;
    let has_form = || {
        let mut values = pairs.iter().skip(before).zip(shapes);
        found == names.len() && rest.is_empty() && values.all(|(pair, shape)| shape.is_of(pair.raw))
    };
    if found > 0 && (*is_named || has_form()) {
        return Some(rest);
    }
    pairs.truncate(before);
    // CloudWatch Logs exports a row behind its time.
    let exported = || text.split_once(' ').filter(|(time, _)| !is_named && is_instant(time));
    let other = others.iter().find_map(|other| row(text, delimiter, other, arena, pairs));
    other.or_else(|| row(exported()?.1, delimiter, columns, arena, pairs))
}

/// The values of an entry of the W3C Extended Log File Format, with the names of its directive. Tabs separate them, as CloudFront writes it,
/// and nothing quotes them. Nothing where the entry has not one for each name: it is cut, or another directive's.
pub(super) fn entry<'a>(
    text: &'a str,
    columns: &'a RowColumns,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
) -> Option<&'a str> {
    if text.split('\t').count() != columns.names.len() {
        return None;
    }
    let values = columns.names.iter().zip(text.split('\t'));
    pairs.extend(values.map(|(key, raw)| Pair { key, raw, escapes: Escapes::None }));
    join_date_and_time(pairs, arena);
    Some("")
}

/// The same for an entry that is an object of JSON. Nothing where the text is no such object, or `known` has none of its names.
pub(super) fn members<'a>(
    text: &'a str,
    known: &KeyTable,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
) -> Option<&'a str> {
    json::value(text, 0).ok().filter(|end| behind_blanks(text, *end) == text.len())?;
    let mut members = Vec::new();
    let mut at = behind_blanks(text, 1);
    while byte(text, at) == b'"' {
        let name = json::string(text, at).ok()?.end;
        let start = behind_blanks(text, behind_blanks(text, name) + 1);
        let end = json::value(text, start).ok()?;
        let key = arena.alloc_str(&source_of_field(part(text, at + 1..name - 1)));
        let value = part(text, start..end);
        let string = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let escapes = string.map_or(Escapes::None, |_| Escapes::Json);
        if value != "null" {
            members.push(Pair { key, raw: string.unwrap_or(value), escapes });
        }
        at = behind_blanks(text, end);
        at = behind_blanks(text, at + usize::from(byte(text, at) == b','));
    }
    join_date_and_time(&mut members, arena);
    members.iter().find_map(|pair| known.get(pair.key))?;
    pairs.append(&mut members);
    Some("")
}

/// Makes one value of the fields `date` and `time`, which are a moment together.
fn join_date_and_time<'a>(pairs: &mut Vec<Pair<'a>>, arena: &'a Bump) {
    let find = |key| pairs.iter().enumerate().find(|(_, pair)| pair.key == key);
    let (Some((at, date)), Some((other, time))) = (find("date"), find("time")) else { return };
    let text = [date, time].map(|pair| pair.value_in(arena)).join("\t");
    let joined = Pair { key: "date_time", raw: arena.alloc_str(&text), escapes: Escapes::None };
    if let Some(date) = pairs.get_mut(at) {
        *date = joined;
    }
    pairs.remove(other);
}

/// Most rows are no longer as JSON.
const USUAL_LENGTH: usize = 2048;

/// The pairs as an object of JSON, without those that say nothing, and without payloads, which have a field of their own.
/// Most values are slices of `text`.
pub(super) fn as_object<'a>(
    keyed: &EventKeys<'a>,
    text: &str,
    payloads: Payloads,
    arena: &'a Bump,
) -> TextObject<'a> {
    let text = EventText::from(text);
    let mut json = Vec::with_capacity(USUAL_LENGTH);
    let mut members = ArenaVec::with_capacity_in(usize::try_from(keyed.len()).unwrap_or_default(), arena);
    json.push(b'{');
    for (_, pair, value) in keyed.all() {
        if is_empty_value(value) || payloads.raw(keyed).any(|payload| payload == pair.raw) {
            continue;
        }
        if json.len() > 1 {
            json.push(b',');
        }
        let start = json.len();
        string(pair.key, &mut json);
        json.push(b':');
        let value_start = json.len();
        json.push(b'"');
        rest_of_slice(value, text, &mut json);
        members.push(TextMember { key: pair.key, start, value: value_start..json.len() });
    }
    json.push(b'}');
    // Of texts only texts are made.
    let json = arena.alloc_str(simdutf8::basic::from_utf8(&json).unwrap_or_default());
    TextObject { json, members }
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert_eq, proptest};

    use super::*;
    use crate::document::ecs::Type;
    use crate::document::fields::Fields;
    use crate::map::record::JsonRecord;
    use crate::map::record::paths::{WantedPaths, Wish};
    use crate::parse::pairs::event_keys::{KeyNames, KeyTable};

    const NAMES: [&str; 15] = [
        "time",
        "client_ip",
        "source.ip",
        "source",
        "_id",
        "@x",
        "a..b",
        "event.module",
        "old",
        "status",
        "tags",
        "message",
        "flat",
        "l\"q",
        "x",
    ];

    proptest! {
        #[test]
        fn a_row_gives_what_the_walk_over_its_json_gives(
            row in proptest::collection::vec((0..NAMES.len(), "[ -~é\n]{0,12}|-|null|1.5"), 0..12),
            is_prefixed: bool,
            is_long: bool,
        ) {
            let fields = Fields::new("own", &[], ["source.ip", "own.status"]).unwrap();
            let mut keys = KeyTable::new(&[], &[]);
            let mut wanted = WantedPaths::new(is_prefixed);
            for name in ["client_ip", "time", "x"] {
                wanted.add(name, Wish::Key(keys.add(name)));
            }
            wanted.add("time", Wish::LeftOut);
            wanted.add("status", Wish::AsText);
            wanted.add("flat", Wish::Known(Type::Flat));
            wanted.add("old", Wish::Renamed("new".into()));
            let paths = wanted.tree(&fields);
            let long = "é".repeat(20_000);
            let arena = Bump::new();
            let mut keyed = EventKeys::recycle(EventKeys::default(), &keys);
            let text: String = row.iter().map(|(_, value)| value.as_str()).collect();
            let mut rest = text.as_str();
            for (number, (name, value)) in row.iter().enumerate() {
                let slice;
                (slice, rest) = rest.split_at(value.len());
                let raw = if is_long && number == 2 { &long } else { slice };
                keyed.pairs().push(Pair { key: NAMES[*name], raw, escapes: Escapes::None });
            }
            let is_repeated = keyed.find_keys(&keys, KeyNames::AsWritten);
            keyed.read_values(&arena);
            let object = as_object(&keyed, &text, Payloads::default(), &arena);
            let walked = JsonRecord::read(object.json, paths, 3, &arena).unwrap();
            let direct = JsonRecord::of_texts(&object, paths, 3, &arena);
            if !is_repeated && !object.members.is_empty() {
                prop_assert_eq!(format!("{direct:?}"), format!("{walked:?}"));
            }
        }
    }
}
