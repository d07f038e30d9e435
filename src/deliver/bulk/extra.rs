//! The form of a document for an index that has no room for further fields: left-over keys stand in one object, which is one field.

use serde_json::{Map, Value};

/// The object under the prefix that is a single field of the index, whatever is in it.
const EXTRA: &str = "extra";

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
