//! A document with its reasons: what `explain` shows, gathered from what the row has noted.
//!
//! Does not decide anything: the stages have.

mod change;
mod choices;
mod places;
pub mod explanation;

use self::change::{changes, refusal};
use self::explanation::{Explanation, Filled, Loser, Refused, Rule};
use self::places::{Found, Places};
use super::compiled::CompiledSection;
use super::event::ObjectFacts;
use super::finished::FinishedEvent;
use super::table::{Sources, key_of};
use crate::document::field_list::FieldId;
use crate::document::row::Row;
use crate::document::trace::{Fate, Note, Read, Reason, Step};
use crate::document::value::{Leftover, Value};

pub(super) fn explain<'d>(
    work: &FinishedEvent<'_, 'd>,
    plan: &'d CompiledSection,
    facts: &ObjectFacts,
    sources: &Sources<'_, 'd>,
) -> Explanation {
    let places = Places::new(work);
    let left = work.mapped.row.notes().iter().filter(|note| note.fate != Fate::Set);
    let tried = left.map(|note| (note, places.of(&note.reason, &note.value))).collect();
    let explainer = Explainer { work, plan, sources, places: &places, tried };
    let order = plan.fields.order().iter().map(|slot| slot.field);
    let mut fields: Vec<Filled> = order.flat_map(|field| explainer.filled(field)).collect();
    fields.extend(
        work.mapped
            .row
            .leftovers()
            .iter()
            .map(|leftover| explainer.left_over(plan.fields.prefix(), leftover)),
    );
    Explanation {
        line: work.mapped.read.event.line.0,
        event: work.mapped.read.event.part + 1,
        section: plan.log_type.name.clone(),
        index: choices::index(work, plan, facts),
        id: choices::id(work, plan),
        time: choices::chosen_time(work, plan, facts, sources),
        fields,
        refused: explainer.refused(),
        problems: work.mapped.read.problems.iter().map(|(problem, count)| (problem.name(), count)).collect(),
        pipeline_error: work.mapped.pipeline_error,
    }
}

struct Explainer<'e, 'd> {
    work: &'e FinishedEvent<'e, 'd>,
    plan: &'d CompiledSection,
    sources: &'e Sources<'e, 'd>,
    places: &'e Places<'e, 'd>,
    /// The values that no field took, with what they were read from.
    tried: Vec<(&'e Note<'d>, Found<'e, 'e, 'd>)>,
}

impl<'d> Explainer<'_, 'd> {
    fn notes(&self, field: FieldId) -> impl Iterator<Item = &Note<'d>> {
        self.work.mapped.row.notes().iter().filter(move |note| note.field == Some(field))
    }

    /// A field of the document; several for the keys that share one.
    fn filled(&self, field: FieldId) -> Vec<Filled> {
        let value = self.work.mapped.row.get(field);
        if let (FieldId::EXTRA, Value::Object(entries)) = (field, value) {
            let inside = self.plan.fields.name(field);
            return entries.iter().map(|entry| self.left_over(inside, entry)).collect();
        }
        let Some(set) = self.notes(field).filter(|note| note.fate == Fate::Set).last() else {
            return Vec::new();
        };
        if matches!(value, Value::Absent) {
            return Vec::new();
        }
        let found = self.places.of(&set.reason, &value);
        let written = json(&value);
        vec![Filled {
            field: self.plan.fields.name(field).to_owned(),
            rule: self.rule(&set.reason, field),
            sources: found.sources(),
            changes: changes(&found, self.plan.fields.kind(field), &written),
            others: self.others(field, set, &written),
            value: written,
        }]
    }

    /// The values that the field had, or could have had.
    fn others(&self, field: FieldId, set: &Note<'d>, written: &serde_json::Value) -> Vec<Loser> {
        let mut losers: Vec<Loser> = Vec::new();
        for note in self.notes(field) {
            let because = match note.fate {
                // A step may build its value up bit by bit.
                Fate::Set if note.reason.step == set.reason.step => continue,
                Fate::Set => format!("replaced by {}", set.reason.step.meaning()),
                Fate::Lost => "the field had its value".to_owned(),
                Fate::Refused => refusal(&note.value, self.plan.fields.kind(field)),
            };
            losers.push(self.loser(note, field, because));
        }
        losers.extend(self.later_sources(field, &set.reason));
        losers.retain(|loser| loser.value != *written);
        losers
    }

    /// The values of the sources behind the one that the table took.
    fn later_sources(&self, field: FieldId, reason: &Reason<'d>) -> Vec<Loser> {
        let (Step::Table, Read::Origin(taken, _)) = (reason.step, reason.read) else { return Vec::new() };
        let rule = self.plan.rules.iter().find(|rule| rule.field == field);
        let origins = rule.map_or(&[][..], |rule| &rule.origins).iter();
        let later = origins.skip_while(|origin| !std::ptr::eq(*origin, taken)).skip(1);
        let mut losers = Vec::new();
        for origin in later {
            let Some(text) = self.sources.first(origin, &self.work.mapped.read.keyed) else { continue };
            let own = key_of(origin).filter(|key| self.work.mapped.read.keyed.value(*key).is_some());
            let at = own.and_then(|key| self.work.mapped.read.keyed.at(key));
            let reason = Reason { step: Step::Table, read: Read::Origin(origin, at) };
            let note = Note { field: Some(field), value: Value::Text(text), fate: Fate::Lost, reason };
            losers.push(self.loser(&note, field, "an earlier source of the line has a value".to_owned()));
        }
        losers
    }

    fn loser(&self, note: &Note<'d>, field: FieldId, because: String) -> Loser {
        Loser {
            value: json(&note.value),
            rule: self.rule(&note.reason, field),
            sources: self.places.of(&note.reason, &note.value).sources(),
            because,
        }
    }

    fn rule(&self, reason: &Reason<'_>, field: FieldId) -> Rule {
        let name = self.plan.fields.name(field);
        let log_type = &self.plan.log_type;
        let line = match reason.step {
            Step::Table => log_type.mappings.iter().find(|mapping| mapping.field == name).map(|mapping| {
                let sources: Vec<&str> = mapping.sources.iter().map(|source| source.name()).collect();
                (format!("{name} = {}", sources.join(" ")), &mapping.position)
            }),
            Step::Constant => log_type
                .statics
                .iter()
                .find(|constant| constant.field == name)
                .map(|constant| (format!("{name} = {}", constant.value), &constant.position)),
            _ => None,
        };
        let step = reason.step.name();
        match line {
            Some((meaning, position)) => {
                Rule { step, meaning, place: Some(format!("{}:{}", position.file, position.line)) }
            }
            None => Rule { step, meaning: reason.step.meaning().to_owned(), place: None },
        }
    }

    /// A key that no field has taken.
    fn left_over(&self, inside: &str, leftover: &Leftover<'d>) -> Filled {
        let found = self.places.standing(&leftover.value);
        let written = json(&leftover.value);
        let tried = self.tried.iter().rev().find(|(_, tried)| tried.shares_pair(&found));
        let meaning = match tried {
            Some((note, _)) => self.why_left(note),
            None if inside == self.plan.fields.prefix() => "left over: no field takes this key".to_owned(),
            None => "left over: nobody knows this key".to_owned(),
        };
        Filled {
            field: format!("{inside}.{}", leftover.key),
            rule: Rule { step: Step::LeftOver.name(), meaning, place: None },
            sources: found.sources(),
            changes: changes(&found, crate::document::ecs::Type::Keyword, &written),
            others: Vec::new(),
            value: written,
        }
    }

    fn why_left(&self, note: &Note<'d>) -> String {
        let name = note.field.map(|field| (self.plan.fields.name(field), self.plan.fields.kind(field)));
        match (name, note.fate) {
            (Some((name, kind)), Fate::Refused) => {
                format!("left over: {}, as {name} asks for", refusal(&note.value, kind))
            }
            (Some((name, _)), _) => format!("left over: {name} had its value"),
            (None, _) => "left over: not what this key holds".to_owned(),
        }
    }

    /// Fields that the document does not have although there were values.
    fn refused(&self) -> Vec<Refused> {
        let mut refused: Vec<Refused> = Vec::new();
        for note in self.work.mapped.row.notes() {
            let Some(field) = note.field else { continue };
            if self.work.mapped.row.has(field) || matches!(note.value, Value::Absent) {
                continue;
            }
            let because = match note.fate {
                Fate::Refused => refusal(&note.value, self.plan.fields.kind(field)),
                Fate::Set | Fate::Lost => "taken away again".to_owned(),
            };
            let loser = self.loser(note, field, because);
            let name = self.plan.fields.name(field);
            match refused.iter_mut().find(|refused| refused.field == name) {
                // The table and the profile may both have tried.
                Some(refused) if refused.values.iter().any(|other| other.sources == loser.sources) => {}
                Some(refused) => refused.values.push(loser),
                None => refused.push(Refused { field: name.to_owned(), values: vec![loser] }),
            }
        }
        refused
    }
}

fn json(value: &Value<'_>) -> serde_json::Value {
    let mut text = Vec::new();
    Row::write_value(value, &mut text);
    serde_json::from_slice(&text).unwrap_or_default()
}
