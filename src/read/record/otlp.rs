//! OpenTelemetry's logs in JSON (OTLP, `ExportLogsServiceRequest`), as the collector's exporters for files and S3 write them: the records
//! of several resources in one object. Each becomes an object with the text of its body in `message`.

use serde_json::{Map, Value, json};

/// The fields of a log record that its own object keeps.
const KEPT: [&str; 3] = ["timeUnixNano", "observedTimeUnixNano", "severityText"];

/// The records in the array `resourceLogs`, as one array of JSON. Nothing where it is something else.
pub(super) fn records(resource_logs: &str) -> Option<Value> {
    let resources: Vec<Value> = serde_json::from_str(resource_logs).ok()?;
    let mut found = Vec::new();
    for resource in &resources {
        let about = attributes(resource.get("resource"));
        // Older writers say "instrumentationLibraryLogs".
        let scopes = list(resource, "scopeLogs").chain(list(resource, "instrumentationLibraryLogs"));
        for record in scopes.flat_map(|scope| list(scope, "logRecords").chain(list(scope, "logs"))) {
            found.push(object(record, about.as_ref()));
        }
    }
    Some(Value::Array(found))
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn object(record: &Value, resource: Option<&Value>) -> Value {
    let mut object = Map::new();
    let body = record.get("body").map(plain).unwrap_or_default();
    let name = if body.is_string() { "message" } else { "body" };
    object.insert(name.to_owned(), body);
    for kept in KEPT {
        if let Some(value) = record.get(kept) {
            object.insert(kept.to_owned(), value.clone());
        }
    }
    let own = attributes(Some(record));
    for (name, fields) in [("attributes", own.as_ref()), ("resource", resource)] {
        if let Some(fields) = fields {
            object.insert(name.to_owned(), fields.clone());
        }
    }
    Value::Object(object)
}

/// The attributes of a record or a resource as one object, if there are any.
fn attributes(of: Option<&Value>) -> Option<Value> {
    let fields = pairs(of?.get("attributes")?)?;
    (!fields.is_empty()).then_some(Value::Object(fields))
}

/// A list of `{"key": …, "value": …}` as an object.
fn pairs(list: &Value) -> Option<Map<String, Value>> {
    let pair = |pair: &Value| Some((pair.get("key")?.as_str()?.to_owned(), plain(pair.get("value")?)));
    Some(list.as_array()?.iter().filter_map(pair).collect())
}

/// A value of OTLP (`AnyValue`), which names its type, as one of JSON.
fn plain(value: &Value) -> Value {
    let Some((kind, inner)) = value.as_object().and_then(|fields| fields.iter().next()) else {
        return value.clone();
    };
    match kind.as_str() {
        "arrayValue" => list(inner, "values").map(plain).collect(),
        "kvlistValue" => inner.get("values").and_then(pairs).map_or(json!({}), Value::Object),
        _ => inner.clone(),
    }
}
