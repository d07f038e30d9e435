//! What `es-loader explain` shows of a document: where each part of it comes from, in words.

use serde::Serialize;
use serde_json::Value;

/// One document with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The line of the object, counted from 1.
    pub line: u64,
    /// The event among those of its line, counted from 1.
    pub event: usize,
    /// The section of user.ini that it was read by.
    pub section: String,
    /// The index.
    pub index: ExplainedName,
    /// `_id`; `None` where OpenSearch gives it.
    pub id: Option<ExplainedName>,
    /// `@timestamp`.
    pub time: ExplainedTime,
    /// The fields of the document, in its order.
    pub fields: Vec<ExplainedField>,
    /// The fields that the document does not have although there were values for them.
    #[serde(rename = "refused")]
    pub empty_fields: Vec<EmptyField>,
    /// How often each kind of problem occurred.
    pub problems: Vec<(&'static str, u64)>,
    /// The event could not be understood.
    pub pipeline_error: bool,
}

/// The name of the index, or the id of the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainedName {
    /// The name.
    pub value: String,
    /// What it is made of.
    #[serde(rename = "because")]
    pub reason: String,
}

/// The time of the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainedTime {
    /// The time in ISO 8601.
    pub value: String,
    /// Where it comes from: `field`, `syslog`, `fluentd`, `key`, `object` or `load`.
    pub source: &'static str,
    /// What about it is assumed or odd.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    /// The other times that there were, best first.
    pub others: Vec<UnusedTime>,
}

/// A time that the document does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnusedTime {
    /// Where it comes from.
    pub source: &'static str,
    /// The time in ISO 8601, or its text where that is not a time which can be.
    pub value: String,
    /// Why the document does not have it.
    #[serde(rename = "because")]
    pub reason: String,
}

/// A field of the document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExplainedField {
    /// The field's name, dotted.
    pub field: String,
    /// Its value, as the document has it.
    pub value: Value,
    /// What set it.
    pub rule: DecidedBy,
    /// What was read for it; nothing where it is made of what other fields hold.
    pub sources: Vec<Source>,
    /// What was done to the value, in order.
    pub changes: Vec<String>,
    /// Values that there were for this field too.
    pub others: Vec<UnusedValue>,
}

/// A field that has no value although there were some.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EmptyField {
    /// The field's name, dotted.
    pub field: String,
    /// The values.
    pub values: Vec<UnusedValue>,
}

/// A value that a field does not have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnusedValue {
    /// The value.
    pub value: Value,
    /// What offered it.
    pub rule: DecidedBy,
    /// What was read for it.
    pub sources: Vec<Source>,
    /// Why the field does not have it.
    #[serde(rename = "because")]
    pub reason: String,
}

/// What sets a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DecidedBy {
    /// The name of the step: `table`, `known_key`, …
    pub step: &'static str,
    /// The same for people.
    pub meaning: String,
    /// File and line, where it is a line of the configuration.
    pub place: Option<String>,
}

/// What a value was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// `key`, `header`, `syslog` or `record`.
    pub kind: &'static str,
    /// The key, or the field of the header or the record.
    pub name: String,
    /// The raw value in the record's message: its first byte, counted from 0, and the one behind its last. `None` where it does not
    /// stand there.
    pub bytes: Option<(usize, usize)>,
}
