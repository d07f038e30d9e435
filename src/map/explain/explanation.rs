//! Where the parts of one document come from, in words: what `es-loader explain` shows.
//!
//! Does not know how a document is made: `document` does, and fills this.

use serde::Serialize;

/// One document with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The line of the object, counted from 1.
    pub line: u64,
    /// The event among those of its line, counted from 1.
    pub event: usize,
    /// The section that it was read by.
    pub section: String,
    /// The index.
    pub index: Chosen,
    /// `_id`; nothing where OpenSearch gives it.
    pub id: Option<Chosen>,
    /// `@timestamp`.
    pub time: ChosenTime,
    /// The fields of the document, in its order.
    pub fields: Vec<Filled>,
    /// Fields that the document does not have, although there were values for them.
    pub refused: Vec<Refused>,
    /// What was odd, by kind.
    pub problems: Vec<(&'static str, u64)>,
    /// The event could not be understood.
    pub pipeline_error: bool,
}

/// A name that was chosen for the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chosen {
    /// The name.
    pub value: String,
    /// Why this one.
    pub because: String,
}

/// The time that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChosenTime {
    /// ISO 8601.
    pub value: String,
    /// Where it comes from: `field`, `syslog`, `fluentd`, `key`, `object` or `load`.
    pub source: &'static str,
    /// The other times that there were, best first.
    pub others: Vec<OtherTime>,
}

/// A time that was not chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherTime {
    /// Where it comes from.
    pub source: &'static str,
    /// As it is written there, or as ISO 8601.
    pub value: String,
    /// Why not this one.
    pub because: String,
}

/// A field with its value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Filled {
    /// The field's name, dotted.
    pub field: String,
    /// Its value, as the document has it.
    pub value: serde_json::Value,
    /// What set it.
    pub rule: Rule,
    /// What was read for it; nothing where it was made up of what other fields hold.
    pub sources: Vec<Source>,
    /// What was done to the value, in order.
    pub changes: Vec<String>,
    /// Values that were there for this field too.
    pub others: Vec<Loser>,
}

/// What sets a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The step: `table`, `known_key`, …
    pub step: &'static str,
    /// The same for people.
    pub meaning: String,
    /// File and line, where it is a line of the configuration.
    pub place: Option<String>,
}

/// Where a value stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// `key`, `header`, `syslog` or `record`.
    pub kind: &'static str,
    /// The key, or the field of the header or the record.
    pub name: String,
    /// The bytes of the raw value in the record's message, from the first (counted from 0) to behind the last; nothing where it
    /// does not stand there.
    pub bytes: Option<(usize, usize)>,
}

/// A value that a field did not take.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Loser {
    /// The value.
    pub value: serde_json::Value,
    /// What offered it.
    pub rule: Rule,
    /// Where it stood.
    pub sources: Vec<Source>,
    /// Why the field did not take it.
    pub because: String,
}

/// A field that has no value, though there were some.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refused {
    /// The field's name, dotted.
    pub field: String,
    /// The values.
    pub values: Vec<Loser>,
}
