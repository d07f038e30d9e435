//! A reader of JSON that refuses what OpenSearch would: two equal keys in one object.

use std::collections::BTreeMap;
use std::fmt;

use es_loader::document::ecs::Type;
use es_loader::document::fields::Fields;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Lucene's longest term, in bytes.
const LONGEST: usize = 32_766;

/// A value whose objects have no key twice.
#[derive(Debug)]
pub(crate) enum Strict {
    Null,
    Bool,
    Number(f64),
    Text(String),
    List(Vec<Strict>),
    Object(BTreeMap<String, Strict>),
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Strict, E> {
        Ok(Strict::Bool)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Strict, E> {
        #[expect(clippy::cast_precision_loss, reason = "only its kind counts")]
        Ok(Strict::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Strict, E> {
        #[expect(clippy::cast_precision_loss, reason = "only its kind counts")]
        Ok(Strict::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Strict, E> {
        Ok(Strict::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Strict, E> {
        Ok(Strict::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Strict::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Strict, A::Error> {
        let mut object = BTreeMap::new();
        while let Some((key, value)) = entries.next_entry::<String, Strict>()? {
            if object.insert(key.clone(), value).is_some() {
                return Err(A::Error::custom(format!("the key `{key}` stands twice in one object")));
            }
        }
        Ok(Strict::Object(object))
    }
}

/// Who may name a field that is neither in the list nor under the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// Nobody.
    Listed,
    /// The log: a member of a record, a group of `log_pattern` or a column of CSV that no field takes keeps its name and its value.
    OfLog,
}

/// Panics unless `json` is a document that OpenSearch takes as it is: no key twice, no field that is neither in the list
/// nor safely named under the prefix, no value of another type, no string that is too long, no empty text.
pub(crate) fn check_document(json: &str, fields: &Fields) {
    check_document_with(json, fields, Names::Listed);
}

/// As [`check_document`], with the fields that `names` allows besides.
pub(crate) fn check_document_with(json: &str, fields: &Fields, names: Names) {
    let document: Strict = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    let types = fields.iter().map(|(_, field)| (field.name.as_str(), field.kind)).collect();
    let allowed = Allowed { types, prefix: fields.prefix(), names };
    let Strict::Object(object) = document else { panic!("no object: {json}") };
    for (name, value) in &object {
        check_value(name, value, &allowed, json);
    }
}

/// The fields that a document may have.
struct Allowed<'a> {
    types: BTreeMap<&'a str, Type>,
    prefix: &'a str,
    names: Names,
}

fn check_value(name: &str, value: &Strict, allowed: &Allowed<'_>, json: &str) {
    let kind = allowed.types.get(name).copied();
    match value {
        Strict::Object(object) => {
            match kind {
                None => {}
                Some(Type::Flat) => return check_flat(name, object, json),
                Some(Type::GeoPoint) => return check_point(name, object, json),
                Some(_) => panic!("`{name}` is an object and a value: {json}"),
            }
            for (key, value) in object {
                check_value(&format!("{name}.{key}"), value, allowed, json);
            }
        }
        Strict::List(items) => {
            if kind.is_none() && allowed.names == Names::OfLog {
                return;
            }
            assert!(!items.is_empty(), "`{name}` is an empty list: {json}");
            for item in items {
                assert!(!matches!(item, Strict::List(_) | Strict::Object(_)), "`{name}` is nested: {json}");
                check_value(name, item, allowed, json);
            }
        }
        value => check_leaf(name, value, kind, allowed, json),
    }
}

/// OpenSearch refuses a point outside of the globe.
fn check_point(name: &str, object: &BTreeMap<String, Strict>, json: &str) {
    let within = |key: &str, most: f64| matches!(object.get(key), Some(Strict::Number(degrees)) if degrees.abs() <= most);
    assert!(object.len() == 2 && within("lat", 90.0) && within("lon", 180.0), "`{name}` is no point: {json}");
}

/// Keys of a flat object are no fields: they only have to be one step of a path each, and each term has to be short enough.
fn check_flat(name: &str, object: &BTreeMap<String, Strict>, json: &str) {
    assert!(!object.is_empty(), "`{name}` is empty: {json}");
    for (key, value) in object {
        let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | '-');
        assert!(!key.is_empty() && key.chars().all(is_safe), "the log chose the name `{name}.{key}`: {json}");
        let texts = match value {
            Strict::List(items) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        for text in texts {
            let Strict::Text(text) = text else { panic!("`{name}.{key}` is {text:?}: {json}") };
            let term = name.len() + key.len() + text.len() + 2;
            assert!(!text.is_empty() && term <= LONGEST, "`{name}.{key}` makes a term of {term} bytes");
        }
    }
}

fn check_leaf(name: &str, value: &Strict, kind: Option<Type>, allowed: &Allowed<'_>, json: &str) {
    if kind.is_none() {
        if allowed.names == Names::OfLog {
            return;
        }
        let key = name.strip_prefix(allowed.prefix).and_then(|rest| rest.strip_prefix('.'));
        let key = key.unwrap_or_else(|| panic!("no field is called `{name}`: {json}"));
        let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '@' | '-');
        assert!(!key.is_empty() && key.chars().all(is_safe), "the log chose the name `{name}`: {json}");
    }
    match (kind.unwrap_or(Type::Keyword), value) {
        (Type::Long, Strict::Number(number)) => assert!(number.fract() == 0.0, "`{name}` is {number}"),
        (Type::Count, Strict::Number(number)) => {
            assert!(number.fract() == 0.0 && *number >= 0.0, "`{name}` is {number}")
        }
        (Type::Port, Strict::Number(number)) => {
            assert!(number.fract() == 0.0 && (0.0..=65_535.0).contains(number), "`{name}` is {number}");
        }
        (Type::Float, Strict::Number(_)) => {}
        (kind, Strict::Text(text)) => {
            assert!(!text.is_empty(), "`{name}` is empty: {json}");
            assert!(text.len() <= LONGEST, "`{name}` has {} bytes", text.len());
            check_text(name, text, kind);
        }
        (kind, value) => panic!("`{name}` is {value:?}, not a {kind:?}: {json}"),
    }
}

fn check_text(name: &str, text: &str, kind: Type) {
    match kind {
        Type::Keyword | Type::Text => {}
        Type::Lowercase | Type::Transport => assert_eq!(text, text.to_ascii_lowercase(), "`{name}`"),
        Type::Ip => {
            text.parse::<std::net::IpAddr>().unwrap_or_else(|error| panic!("`{name}` is {text}: {error}"));
        }
        Type::Date => {
            text.parse::<jiff::Timestamp>().unwrap_or_else(|error| panic!("`{name}` is {text}: {error}"));
        }
        Type::Mac => {
            let is_pair = |pair: &str| {
                pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
            };
            assert!(text.split('-').all(is_pair), "`{name}` is {text}");
        }
        Type::Long | Type::Count | Type::Port | Type::Float | Type::GeoPoint | Type::Flat => {
            panic!("`{name}` is the text {text}")
        }
    }
}
