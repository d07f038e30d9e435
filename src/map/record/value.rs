//! A value of a record's JSON as a value of a document.

use std::borrow::Cow;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::bytes::trim::trim;
use crate::document::convert::convert_to;
use crate::document::ecs::Type;
use crate::document::value::{Address, Value};
use crate::parse::json::{self, behind_blanks, byte};
use crate::parse::pairs::event_keys::is_empty_value;

/// The text of a value: that of a string, the JSON of any other.
pub(crate) fn text_of<'a>(raw: &'a str, arena: &'a Bump) -> &'a str {
    let inner = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or(raw, |inner| json::unescaped(inner, arena))
}

/// The value of a field of type `kind` that `raw`, a value of JSON, gives; nothing where it does not fit.
pub(crate) fn value_of<'a>(raw: &'a str, kind: Type, arena: &'a Bump) -> Option<Value<'a>> {
    match raw.as_bytes().first()? {
        b'[' => list_of(elements(raw, arena), kind, arena),
        b'{' => object_of(raw, kind),
        _ => scalar_of(raw, kind, arena),
    }
}

fn scalar_of<'a>(raw: &'a str, kind: Type, arena: &'a Bump) -> Option<Value<'a>> {
    let text = trim(text_of(raw, arena));
    if is_empty_value(text) {
        return None;
    }
    let mut value = Value::Absent;
    convert_to(&mut value, text, kind, arena)?;
    Some(value)
}

fn object_of(raw: &str, kind: Type) -> Option<Value<'_>> {
    match kind {
        Type::Flat => Some(Value::Json(raw)),
        Type::GeoPoint => is_geo_point(raw).then_some(Value::Json(raw)),
        _ => None,
    }
}

/// Whether an object is latitude and longitude.
fn is_geo_point(raw: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct GeoPoint {
        lat: f64,
        lon: f64,
    }
    let point: Option<GeoPoint> = serde_json::from_str(raw).ok();
    point.is_some_and(|point| point.lat.abs() <= 90.0 && point.lon.abs() <= 180.0)
}

/// The elements of an array.
pub(crate) fn elements<'a>(raw: &'a str, arena: &'a Bump) -> ArenaVec<'a, &'a str> {
    let mut elements = ArenaVec::new_in(arena);
    let mut at = behind_blanks(raw, 1);
    while byte(raw, at) != b']' {
        let Ok(end) = json::value(raw, at) else { break };
        elements.extend(raw.get(at..end));
        at = behind_blanks(raw, end);
        if byte(raw, at) == b',' {
            at = behind_blanks(raw, at + 1);
        }
    }
    elements
}

/// What a list of values gives: those that fit.
fn list_of<'a>(raws: impl IntoIterator<Item = &'a str>, kind: Type, arena: &'a Bump) -> Option<Value<'a>> {
    let values = raws.into_iter().filter_map(|raw| value_of(raw, kind, arena));
    joined(ArenaVec::from_iter_in(values, arena), arena)
}

/// Several values as one: a list, or the only one.
pub(crate) fn joined<'a>(values: ArenaVec<'a, Value<'a>>, arena: &'a Bump) -> Option<Value<'a>> {
    match values.as_slice() {
        [] => None,
        [only] => Some(*only),
        [Value::Ip(_), ..] => {
            let ips = values.iter().flat_map(|value| value.ips()).copied();
            Some(Value::Ips(ArenaVec::from_iter_in(ips, arena).into_bump_slice()))
        }
        all if all.iter().all(|value| !value.texts().is_empty()) => {
            let texts = all.iter().flat_map(Value::texts).copied();
            Some(Value::Texts(ArenaVec::from_iter_in(texts, arena).into_bump_slice()))
        }
        all => {
            let mut json = Vec::from(*b"[");
            for (number, value) in all.iter().enumerate() {
                if number > 0 {
                    json.push(b',');
                }
                crate::document::row::Row::write_value(value, &mut json);
            }
            json.push(b']');
            Some(Value::Json(arena.alloc_str(&String::from_utf8_lossy(&json))))
        }
    }
}

/// The values of a list in the order of their texts, each once: how upstream writes `[a, b]`.
pub(crate) fn sorted<'a>(value: Value<'a>, arena: &'a Bump) -> Value<'a> {
    match value {
        Value::Texts(texts) => {
            let mut texts = ArenaVec::from_iter_in(texts.iter().copied(), arena);
            texts.sort_unstable();
            texts.dedup();
            if let [only] = texts.as_slice() {
                Value::Text(only)
            } else {
                Value::Texts(texts.into_bump_slice())
            }
        }
        Value::Ips(ips) => {
            let text =
                |ip: &Address<'a>| ip.text.map_or_else(|| Cow::Owned(ip.ip.to_string()), Cow::Borrowed);
            let mut named: Vec<(Cow<'a, str>, Address<'a>)> = ips.iter().map(|ip| (text(ip), *ip)).collect();
            named.sort_by(|one, other| one.0.cmp(&other.0));
            named.dedup_by(|one, other| one.0 == other.0);
            let ips = ArenaVec::from_iter_in(named.into_iter().map(|(_, ip)| ip), arena).into_bump_slice();
            if let [only] = ips { Value::Ip(only) } else { Value::Ips(ips) }
        }
        other => other,
    }
}
