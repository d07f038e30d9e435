//! The fields in which other collectors write the text of an event: `config/event_fields.csv` names them. They may stand in objects
//! within the record, and in JSON that a field holds as text.
//!
//! The order is fixed: the fields nearest to the record first, among them that of the table, and then that of the line. Is told what
//! an event is, and does not know it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use serde_json::{Map, Value};

use super::fluentd::{Other, Record, time_fields};
use super::json;
use super::ltsv;
use super::spare::Spare;
use crate::bytes::table::{FactTable, fact_table};

const FIELDS: FactTable = fact_table!("config/event_fields.csv");

/// How deep in objects a field may stand, its own name counted.
const DEEPEST: usize = 4;

/// The longest value in which fields are looked for, in bytes.
const LONGEST: usize = 1 << 20;

/// The most fields of inner objects that are looked at.
const MOST_FIELDS: usize = 1000;

/// The names of the table, in order.
fn names() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| FIELDS.column("field"));
    &NAMES
}

/// The dotted paths at which collectors write whole lines of text logs, in the order of the table.
fn lines() -> &'static [&'static str] {
    static LINES: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let mut lines = FIELDS.column("line");
        lines.retain(|path| !path.is_empty());
        lines
    });
    &LINES
}

/// Whether collectors write events into a field of this name.
pub(crate) fn is_name(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str, FixedState>> =
        LazyLock::new(|| names().iter().copied().chain(["message"]).collect());
    NAMES.contains(name)
}

/// A field with an event in it: the names on the way to it.
type Path = Vec<String>;

/// An object within the record.
struct Inner {
    path: Path,
    fields: Map<String, Value>,
}

/// Moves the text of the field that `path` names, dotted, into `message`, if it is an event. Gives whether it was.
pub(crate) fn take_named(record: &mut Record<'_>, path: &str, is_event: &dyn Fn(&str) -> bool) -> bool {
    let is_field = record.others.iter().any(|other| other.name == path);
    let path: Path =
        if is_field { vec![path.to_owned()] } else { path.split('.').map(str::to_owned).collect() };
    let Some(first) = path.first() else { return false };
    let field = record.others.iter().find(|other| other.name == *first).map(|other| &other.value);
    let message = || Some(&record.message).filter(|_| first == "message" && path.len() > 1);
    let Some(field) = field.or_else(message) else { return false };
    let text = if let [_] = path.as_slice() {
        Some(text_of(field))
    } else {
        let mut fields = object(field).map(Value::Object);
        fields.as_mut().and_then(|fields| take_text(fields, path.get(1..)?)).map(Cow::Owned)
    };
    if !text.is_some_and(|text| is_event(&text)) {
        return false;
    }
    take(record, &path);
    true
}

/// Moves the whole line of a text log that the record holds into `message`: that of the field `named`, or of one in which collectors write
/// lines, which may be in JSON that `message` holds. Gives whether there was one.
pub(crate) fn take_line(
    record: &mut Record<'_>,
    named: Option<&str>,
    is_line: &dyn Fn(&str) -> bool,
) -> bool {
    if named.is_some_and(|path| take_named(record, path, is_line))
        || !record.message_missing && is_line(&record.message)
    {
        return true;
    }
    let is_object = record.message.trim_start().starts_with('{') && !record.message_missing;
    let inner = is_object.then_some("message.");
    let mut paths = std::iter::once("").chain(inner).flat_map(|outer| {
        let own = std::iter::once("message").filter(move |_| !outer.is_empty());
        own.chain(lines().iter().copied()).map(move |path| [outer, path].concat())
    });
    paths.any(|path| take_named(record, &path, is_line))
}

/// Moves the event of the first field that has one into `message`. Gives how many further fields have one; nothing if none has.
///
/// What `message` held stays under that name, if it is anything.
pub(crate) fn take_first(record: &mut Record<'_>, is_event: &dyn Fn(&str) -> bool) -> Option<u64> {
    let mut found = outer(record, is_event);
    inner(record, is_event, &mut found);
    let first = found.first()?;
    take(record, first);
    u64::try_from(found.len() - 1).ok()
}

/// Puts the fields of the object that `message` or another field ends in, as text or as it is, in the record's place, if they are an
/// event by `is_event`. What stands around the object stays beside them. Gives whether there was one.
#[cold]
pub(crate) fn take_fields(record: &mut Record<'_>, is_event: &dyn Fn(&[Other<'_>]) -> bool) -> bool {
    let holds_event = |text: &str| object_behind(text).is_some_and(|(_, inner)| is_event(&inner.others));
    let in_message = !record.message_missing && holds_event(&record.message);
    if !in_message && take_first(record, &holds_event).is_none() {
        return false;
    }
    open_message(record);
    record.message_to_fields();
    true
}

/// Puts the fields in the record's place that its message has as LTSV, or in the object that it ends in. What stands around them stays
/// beside them.
pub(crate) fn open_message(record: &mut Record<'_>) {
    let Some((before, inner)) = fields_of(&record.message) else { return };
    let (before, inner) = (before.trim().to_owned(), inner.into_owned());
    let outer = std::mem::replace(record, inner);
    let own: HashSet<&str> = record.others.iter().map(|own| &*own.name).collect();
    let around: Vec<_> = outer.others.into_iter().filter(|other| !own.contains(&*other.name)).collect();
    record.others.extend(around);
    if !before.is_empty() {
        record.others.push(Other { name: "before".into(), value: before.into() });
    }
    record.raw = outer.raw;
    record.message_field = outer.message_field;
    record.envelope = outer.envelope;
    record.repeated |= outer.repeated;
    record.replaced |= outer.replaced;
    record.timestamp = record.timestamp.take().or(outer.timestamp);
    record.hostname = record.hostname.take().or(outer.hostname);
    record.tag = record.tag.take().or(outer.tag);
}

/// The record that a text is as LTSV, or in the object that it ends in, with the text in front of that.
pub(crate) fn fields_of(text: &str) -> Option<(&str, Record<'_>)> {
    ltsv::record(text).map(|record| ("", record)).or_else(|| object_behind(text))
}

/// How many fields have another event than the one in `message`. A copy of that, with or without what stands in front of its marker,
/// is none.
pub(crate) fn further(record: &Record<'_>, is_event: &dyn Fn(&str) -> bool) -> u64 {
    if !record.others.iter().any(|other| behind_marker(&other.value).is_some()) {
        return 0;
    }
    let own = behind_marker(&record.message);
    let differs = |text: &str| behind_marker(text) != own && is_event(text);
    let mut found = outer(record, &differs);
    inner(record, &differs, &mut found);
    u64::try_from(found.len()).unwrap_or(u64::MAX)
}

/// What stands behind the first letters that markers end in.
fn behind_marker(text: &str) -> Option<&str> {
    memchr::memmem::find(text.as_bytes(), b"EF:").and_then(|at| text.get(at..)).map(str::trim_end)
}

/// The dotted name of the first field with an event, whatever it is called, so that a person can be told of it.
pub(crate) fn any_field(record: &Record<'_>, is_event: &dyn Fn(&str) -> bool) -> Option<String> {
    let own = |other: &&Other<'_>| is_event(&text_of(&other.value));
    if let Some(other) = record.others.iter().find(own) {
        return Some(other.name.clone().into_owned());
    }
    let mut level: Vec<_> = record
        .others
        .iter()
        .filter_map(|other| {
            Some(Inner { path: vec![other.name.clone().into_owned()], fields: object(&other.value)? })
        })
        .collect();
    for _ in 1..DEEPEST {
        let mut next = Vec::new();
        for Inner { path, fields } in level {
            for (name, value) in fields.into_iter().take(MOST_FIELDS) {
                let path: Path = path.iter().cloned().chain([name]).collect();
                if inner_text(&value).is_some_and(|text| is_event(&text)) {
                    return Some(path.join("."));
                }
                if let Value::Object(fields) = value {
                    next.push(Inner { path, fields });
                }
            }
        }
        level = next;
    }
    None
}

/// The record's own fields with an event.
fn outer(record: &Record<'_>, is_event: &dyn Fn(&str) -> bool) -> Vec<Path> {
    let mut found = Vec::new();
    for name in names() {
        let fields = record.others.iter().filter(|other| other.name == *name);
        for _ in fields.filter(|other| is_event(&text_of(&other.value))) {
            found.push(vec![(*name).to_owned()]);
        }
    }
    found
}

/// Adds the fields with an event in objects of the record, level by level.
fn inner(record: &Record<'_>, is_event: &dyn Fn(&str) -> bool, found: &mut Vec<Path>) {
    let message = (!record.message_missing).then_some(("message", &record.message));
    let fields = message.into_iter().chain(record.others.iter().map(|other| (&*other.name, &other.value)));
    let mut level: Vec<Inner> = fields
        .filter_map(|(name, value)| Some(Inner { path: vec![name.to_owned()], fields: object(value)? }))
        .collect();
    let mut seen = 0;
    for _ in 1..DEEPEST {
        for name in names() {
            for Inner { path, fields } in &level {
                let text = fields.get(*name).and_then(inner_text);
                if text.is_some_and(|text| is_event(&text)) {
                    found.push(path.iter().cloned().chain([(*name).to_owned()]).collect());
                }
            }
        }
        let mut next = Vec::new();
        for Inner { path, fields } in level {
            for (name, value) in fields {
                seen += 1;
                if seen > MOST_FIELDS {
                    return;
                }
                let fields = match value {
                    Value::Object(fields) => Some(fields),
                    Value::String(text) => object(&text),
                    _ => None,
                };
                if let Some(fields) = fields {
                    next.push(Inner { path: path.iter().cloned().chain([name]).collect(), fields });
                }
            }
        }
        level = next;
    }
}

/// Moves the text of a field into `message`. What is left of an object that held it stays in its place.
fn take(record: &mut Record<'_>, path: &[String]) {
    let Some((first, rest)) = path.split_first() else { return };
    let is_message = first == "message" && !rest.is_empty();
    let taken = if is_message {
        Some(record.message.clone())
    } else {
        let at = record.others.iter().position(|other| other.name == *first);
        at.map(|at| record.others.remove(at).value)
    };
    let Some(value) = taken else { return };
    let mut kept = Vec::new();
    let text = if rest.is_empty() {
        match text_of(&value) {
            Cow::Borrowed(_) => value,
            Cow::Owned(text) => Cow::Owned(text),
        }
    } else {
        let Some(mut fields) = object(&value).map(Value::Object) else { return };
        let Some(text) = take_text(&mut fields, rest) else { return };
        add_beside(record, fields_beside(&mut fields, rest));
        if fields.as_object().is_some_and(|fields| !fields.is_empty()) {
            kept.push(Other { name: first.clone().into(), value: fields.to_string().into() });
        }
        Cow::Owned(text)
    };
    if !record.message_missing && !is_message && !record.message.trim().is_empty() {
        kept.push(Other { name: "message".into(), value: std::mem::take(&mut record.message) });
    }
    record.others.extend(kept);
    record.message = text;
    record.plain = 0;
    record.message_missing = false;
    record.message_field = Some(path.join(".").into());
}

/// Takes the fields with times, and fluentd's own, out of the objects around the event that stood at `path`, the nearest first.
fn fields_beside(value: &mut Value, path: &[String]) -> Vec<Other<'static>> {
    let Some(fields) = value.as_object_mut() else { return Vec::new() };
    let mut beside = match path.split_first() {
        Some((first, rest)) => {
            fields.get_mut(first).map(|inner| fields_beside(inner, rest)).unwrap_or_default()
        }
        None => Vec::new(),
    };
    for name in ["timestamp", "hostname", "tag"].into_iter().chain(time_fields().iter().copied()) {
        let is_value = |value: &Value| value.is_string() || value.is_number();
        if !fields.get(name).is_some_and(is_value) || beside.iter().any(|field| field.name == name) {
            continue;
        }
        let value = match fields.remove(name) {
            Some(Value::String(text)) => text,
            Some(value) => value.to_string(),
            None => continue,
        };
        beside.push(Other { name: name.into(), value: value.into() });
    }
    beside
}

/// Makes them fields of the record. Fluentd's own stand for those of the record around them, which stay beside them: the nearest collector
/// knows the clock of the line best.
fn add_beside(record: &mut Record<'_>, fields: Vec<Other<'static>>) {
    for Other { name, value } in fields {
        let is_time = value.starts_with(|first: char| first.is_ascii_digit());
        let own = match &*name {
            "timestamp" if is_time || record.timestamp.is_none() => &mut record.timestamp,
            "hostname" => &mut record.hostname,
            "tag" => &mut record.tag,
            _ => {
                if !record.others.iter().any(|other| other.name == name) {
                    record.others.push(Other { name, value });
                }
                continue;
            }
        };
        let outer = own.replace(value);
        record.others.extend(outer.map(|value| Other { name, value }));
    }
}

/// Takes the text at `path` out of a value. JSON that a text holds is written as an object afterwards.
fn take_text(value: &mut Value, path: &[String]) -> Option<String> {
    if let Value::String(text) = value {
        *value = Value::Object(object(text)?);
    }
    let (first, rest) = path.split_first()?;
    let fields = value.as_object_mut()?;
    if !rest.is_empty() {
        return take_text(fields.get_mut(first)?, rest);
    }
    let text = inner_text(fields.get(first)?)?.into_owned();
    fields.remove(first);
    Some(text)
}

/// The object that a text is, if it is one.
fn object(text: &str) -> Option<Map<String, Value>> {
    if !text.trim_start().starts_with('{') || text.len() > LONGEST {
        return None;
    }
    serde_json::from_str(text).ok()
}

fn inner_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Array(_) => Some(text_of(&value.to_string()).into_owned().into()),
        Value::Object(_) => Some(Cow::Owned(value.to_string())),
        _ => None,
    }
}

/// A field's text. journald writes one that is not all text as an array of its bytes.
pub(crate) fn text_of(value: &str) -> Cow<'_, str> {
    let is_array = value.starts_with('[') && value.len() <= LONGEST;
    let bytes: Option<Vec<u8>> = is_array.then(|| serde_json::from_str(value).ok()).flatten();
    match bytes {
        Some(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        None => Cow::Borrowed(value),
    }
}

/// Reads the object that stands behind other text, from the first brace of `text` to its end, as a record.
pub(crate) fn object_behind(text: &str) -> Option<(&str, Record<'_>)> {
    let (before, source) = text.split_at_checked(memchr::memchr(b'{', text.as_bytes())?)?;
    let mut record = Record::default();
    let length = json::object(source, &mut Spare::default(), &mut record)?;
    source.get(length..)?.trim().is_empty().then_some((before, record))
}
