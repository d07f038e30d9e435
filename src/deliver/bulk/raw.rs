//! The raw form of a refused document: its base fields, whose types are right for sure, and the reason why the other fields are missing.

use serde_json::{Map, Value, json};

use super::fault::Fault;

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

fn keep(names: &[&str], from: Option<&mut Map<String, Value>>) -> Map<String, Value> {
    let Some(from) = from else { return Map::new() };
    names.iter().filter_map(|name| Some(((*name).to_owned(), from.remove(*name)?))).collect()
}
