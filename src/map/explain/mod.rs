//! A document with its reasons, as `es-loader explain` shows it.
//!
//! The stages have decided and have noted what they did in the trace of the row; here it is only put into words.

pub mod explanation;
mod sources;
mod redactions;
mod changes;
mod choice;

use std::collections::HashSet;

use bumpalo::Bump;

use self::changes::{changes, misfit};
use self::explanation::{DecidedBy, EmptyField, ExplainedField, ExplainedName, Explanation, UnusedValue};
use self::sources::{SourceText, SourceTexts, share_pair, shown};
use super::compiled::CompiledSection;
use super::event::ObjectFacts;
use super::finished::FinishedEvent;
use super::index_name::IndexNames;
use super::mapped::searched;
use crate::document::ecs::Type;
use crate::document::field_list::FieldId;
use crate::document::row::Row;
use crate::document::trace::{Note, Outcome, Reason, Step};
use crate::document::value::{Leftover, Value};

/// Explains the document of an event that was traced. `record` is the document as it is written, where a record brings fields with it.
pub(super) fn explain<'d>(
    event: &FinishedEvent<'_, 'd>,
    section: &CompiledSection,
    facts: &ObjectFacts,
    mut index_names: IndexNames<'_>,
    record: Option<serde_json::Value>,
    arena: &'d Bump,
) -> Explanation {
    let read = &event.mapped.read;
    let index = index_names.name(event.index_time(), facts.around.load).to_owned();
    let row = &event.mapped.row;
    let texts = SourceTexts::new(read);
    let not_taken = |note: &&Note<'_>| {
        matches!(note.outcome, Outcome::Overridden | Outcome::Rejected | Outcome::Unmet(_))
    };
    let not_taken = row.trace.notes().iter().filter(not_taken);
    let not_taken = not_taken.map(|note| (note, texts.of(&note.reason.read, &note.value))).collect();
    let explainer = Explainer { row, section, texts: &texts, not_taken, arena };
    let mut fields = explainer.fields();
    if let Some(serde_json::Value::Object(members)) = record {
        let known = fields.iter().map(|field| field.field.clone()).collect();
        kept(members, "", &known, &mut fields);
    }
    Explanation {
        line: read.event.line.0,
        event: read.event.part + 1,
        section: section.log_type.name.clone(),
        index: ExplainedName { value: index, reason: index_names.reason() },
        id: choice::id(event, section),
        time: choice::time(event, &event.times(section, facts, arena)),
        fields,
        empty_fields: explainer.empty_fields(),
        problems: read.problems.iter().map(|(problem, count)| (problem.name(), count)).collect(),
        pipeline_error: event.mapped.pipeline_error,
    }
}

struct Explainer<'e, 'd> {
    row: &'e Row<'d>,
    section: &'e CompiledSection,
    texts: &'e SourceTexts<'e>,
    /// The values that a field was offered and did not take, with what they were read from.
    not_taken: Vec<(&'e Note<'d>, Vec<&'e SourceText<'e>>)>,
    arena: &'d Bump,
}

impl<'d> Explainer<'_, 'd> {
    /// All fields of the document, in its order.
    fn fields(&self) -> Vec<ExplainedField> {
        let mut fields = Vec::new();
        for field in self.section.fields.layout().order().iter().map(|slot| slot.field) {
            match self.row.get(field) {
                Value::Absent => {}
                Value::Object(keys) if field == FieldId::EXTRA => {
                    let name = self.section.fields.name(field);
                    fields.extend(keys.iter().map(|key| self.left_over(name, key)));
                }
                value => fields.extend(self.field(field, &value)),
            }
        }
        let prefix = self.section.fields.prefix();
        fields.extend(self.row.leftovers().iter().map(|key| self.left_over(prefix, key)));
        fields
    }

    fn field(&self, field: FieldId, value: &Value<'d>) -> Option<ExplainedField> {
        let set = self.notes(field).filter(|note| note.outcome == Outcome::Set).last()?;
        let sources = self.texts.of(&set.reason.read, value);
        let written = json(value);
        // Sources that are later on the line stand last.
        let (later, tried): (Vec<_>, Vec<_>) =
            self.notes(field).partition(|note| note.outcome == Outcome::LaterSource);
        let unused = tried.iter().chain(&later).filter_map(|note| self.unused(note, field, Some(set)));
        Some(ExplainedField {
            field: self.section.fields.name(field).to_owned(),
            rule: self.rule(set.reason.step, field),
            sources: shown(&sources),
            changes: changes(&sources, self.section.fields.kind(field), &written, &self.section.log_type),
            others: unused.filter(|unused| unused.value != written).collect(),
            value: written,
        })
    }

    /// A key that no field has taken, as a field of the object `inside`.
    fn left_over(&self, inside: &str, key: &Leftover<'d>) -> ExplainedField {
        let sources = self.texts.around(&key.value);
        let written = json(&key.value);
        ExplainedField {
            field: format!("{inside}.{}", key.key),
            rule: DecidedBy {
                step: Step::LeftOver.name(),
                meaning: self.why_left_over(inside, &sources),
                place: None,
            },
            sources: shown(&sources),
            changes: changes(&sources, Type::Keyword, &written, &self.section.log_type),
            others: Vec::new(),
            value: written,
        }
    }

    /// Why no field has taken a key: the last field that was offered its value tells.
    fn why_left_over(&self, inside: &str, sources: &[&SourceText<'_>]) -> String {
        let fields = &self.section.fields;
        let last = self.not_taken.iter().rev().find(|(_, read)| share_pair(read, sources));
        match last.map(|(note, _)| note) {
            Some(Note { field: Some(field), value, outcome: Outcome::Rejected, .. }) => {
                let reason = misfit(value, fields.kind(*field));
                format!("left over: {reason}, as {} asks for", fields.name(*field))
            }
            Some(Note { outcome: Outcome::Unmet(reason), .. }) => format!("left over: {reason}"),
            Some(Note { field: Some(field), .. }) => {
                format!("left over: {} had its value", fields.name(*field))
            }
            Some(Note { field: None, .. }) => "left over: not what this key holds".to_owned(),
            None if inside == fields.prefix() => "left over: no field takes this key".to_owned(),
            None => "left over: nobody knows this key".to_owned(),
        }
    }

    /// The fields that the document does not have although there were values for them.
    fn empty_fields(&self) -> Vec<EmptyField> {
        let mut empty: Vec<EmptyField> = Vec::new();
        for note in self.row.trace.notes().iter().filter(|note| note.value != Value::Absent) {
            let Some(field) = note.field.filter(|field| !self.row.has(*field)) else { continue };
            let Some(unused) = self.unused(note, field, None) else { continue };
            let name = self.section.fields.name(field);
            match empty.iter_mut().find(|empty| empty.field == name) {
                // The table and the profile may both have tried.
                Some(empty) if empty.values.iter().any(|other| other.sources == unused.sources) => {}
                Some(empty) => empty.values.push(unused),
                None => empty.push(EmptyField { field: name.to_owned(), values: vec![unused] }),
            }
        }
        empty
    }

    fn notes(&self, field: FieldId) -> impl Iterator<Item = &Note<'d>> {
        self.row.trace.notes().iter().filter(move |note| note.field == Some(field))
    }

    /// A value that a field does not have; `set` is the note of the one that it has. `None` where that says nothing: the value is a
    /// part of the other, or a later source on a line whose own value was replaced.
    fn unused(&self, note: &Note<'d>, field: FieldId, set: Option<&Note<'d>>) -> Option<UnusedValue> {
        let reason = match (note.outcome, set.map(|set| set.reason.step)) {
            (Outcome::Unmet(reason), _) => reason.to_owned(),
            (Outcome::Rejected, _) => misfit(&note.value, self.section.fields.kind(field)),
            (Outcome::Set | Outcome::Overridden, None) => "taken away again".to_owned(),
            // A step may build its value up bit by bit.
            (Outcome::Set, Some(step)) if step == note.reason.step => return None,
            (Outcome::Set, Some(step)) => format!("replaced by {}", step.meaning()),
            (Outcome::Overridden, Some(_)) => "the field had its value".to_owned(),
            (Outcome::LaterSource, Some(Step::Table)) => {
                "an earlier source of the line has a value".to_owned()
            }
            (Outcome::LaterSource, _) => return None,
        };
        let Note { value, reason: Reason { step, read }, .. } = note;
        let sources = self.texts.of(read, value);
        let mut value = json(value);
        self.redact(&mut value, field);
        Some(UnusedValue { value, rule: self.rule(*step, field), sources: shown(&sources), reason })
    }

    /// Masks secrets in a value that a field does not have: only those in the document are masked by now.
    fn redact(&self, value: &mut serde_json::Value, field: FieldId) {
        match value {
            serde_json::Value::String(text) => {
                let place = searched(Some(field), text);
                let clean = place.and_then(|at| self.section.redactor.clean_text(text, at, self.arena));
                if let Some(clean) = clean {
                    *text = clean.to_owned();
                }
            }
            serde_json::Value::Array(values) => values.iter_mut().for_each(|value| self.redact(value, field)),
            serde_json::Value::Object(members) => {
                members.values_mut().for_each(|value| self.redact(value, field));
            }
            _ => {}
        }
    }

    /// What sets a field: a line of user.ini, or else the step itself.
    fn rule(&self, step: Step, field: FieldId) -> DecidedBy {
        let name = self.section.fields.name(field);
        let log_type = &self.section.log_type;
        let line = match step {
            Step::Table => log_type
                .mappings
                .iter()
                .find(|mapping| mapping.field == name)
                .map(|mapping| (mapping.source_names(), &mapping.position)),
            Step::Constant => {
                let constant = log_type.statics.iter().find(|constant| constant.field == name);
                constant.map(|constant| (constant.values().collect::<Vec<_>>().join(" "), &constant.position))
            }
            _ => None,
        };
        let (meaning, place) = match line {
            Some((value, place)) => {
                (format!("{name} = {value}"), Some(format!("{}:{}", place.file, place.line)))
            }
            None => (step.meaning().to_owned(), None),
        };
        DecidedBy { step: step.name(), meaning, place }
    }
}

/// Adds the record's own fields, which no step has set, as they stand in the document; `known` are the others, `inside` is where the
/// members stand.
fn kept(
    members: serde_json::Map<String, serde_json::Value>,
    inside: &str,
    known: &HashSet<String>,
    fields: &mut Vec<ExplainedField>,
) {
    for (name, value) in members {
        let field = format!("{inside}{name}");
        if known.contains(&field) {
            continue;
        }
        match value {
            serde_json::Value::Object(members) if !members.is_empty() => {
                kept(members, &format!("{field}."), known, fields);
            }
            value => fields.push(ExplainedField {
                field,
                rule: DecidedBy {
                    step: Step::Record.name(),
                    meaning: Step::Record.meaning().to_owned(),
                    place: None,
                },
                sources: Vec::new(),
                changes: Vec::new(),
                others: Vec::new(),
                value,
            }),
        }
    }
}

fn json(value: &Value<'_>) -> serde_json::Value {
    let mut text = Vec::new();
    Row::write_value(value, &mut text);
    serde_json::from_slice(&text).unwrap_or_default()
}
