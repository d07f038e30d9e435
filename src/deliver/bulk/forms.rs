//! Other forms of a document that was refused: its base fields alone, whose types are right for sure, with the reason why the other fields
//! are missing; and the one for an index that has no room for further fields, in which left-over keys stand in one object.

use serde_json::{Map, Value, json};

use super::fault::Fault;

/// The object under the prefix that is a single field of the index, whatever is in it.
const EXTRA: &str = "extra";

/// Fields that stay as they are.
const KEPT: [&str; 8] =
    ["@timestamp", "@id", "@log_type", "@log_s3bucket", "@log_s3key", "@message", "ecs", "cloud"];
/// Fields of `event` that stay as they are.
const KEPT_OF_EVENT: [&str; 2] = ["module", "ingested"];

/// The raw form of a refused document: its base fields, `event.kind: pipeline_error`, and `error.type` and
/// `error.message` from `fault`. Nothing where `document` is not a JSON object.
pub fn raw_form(document: &[u8], fault: &Fault) -> Option<Vec<u8>> {
    let mut document: Map<String, Value> = serde_json::from_slice(document).ok()?;
    let mut event = keep(&KEPT_OF_EVENT, document.get_mut("event").and_then(Value::as_object_mut));
    event.insert("kind".to_owned(), json!("pipeline_error"));

    let mut error = Map::new();
    if !fault.error_type.is_empty() {
        error.insert("type".to_owned(), json!(fault.error_type));
    }
    error.insert("message".to_owned(), json!(fault.reason));

    let mut raw = keep(&KEPT, Some(&mut document));
    raw.insert("event".to_owned(), Value::Object(event));
    raw.insert("error".to_owned(), Value::Object(error));
    serde_json::to_vec(&raw).ok()
}

/// The document with all that stands under `prefix` moved into `prefix.extra`. Nothing where that changes nothing, or where `document`
/// is not a JSON object.
pub fn extra_form(document: &[u8], prefix: &str) -> Option<Vec<u8>> {
    let mut document: Map<String, Value> = serde_json::from_slice(document).ok()?;
    let Value::Object(left_over) = document.get_mut(prefix)? else { return None };
    let mut extra = match left_over.remove(EXTRA) {
        Some(Value::Object(extra)) => extra,
        Some(other) => Map::from_iter([(EXTRA.to_owned(), other)]),
        None => Map::new(),
    };
    if left_over.is_empty() {
        return None;
    }
    extra.append(left_over);
    left_over.insert(EXTRA.to_owned(), Value::Object(extra));
    serde_json::to_vec(&document).ok()
}

fn keep(names: &[&str], from: Option<&mut Map<String, Value>>) -> Map<String, Value> {
    let Some(from) = from else { return Map::new() };
    names.iter().filter_map(|name| Some(((*name).to_owned(), from.remove(*name)?))).collect()
}
