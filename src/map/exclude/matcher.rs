//! The rules of one section, held against its documents.
//!
//! Patterns look at single values and cost little; conditions read the whole document once more.

use jmespath::{Expression, Rcvar, Variable};

use super::patterns::ValueTest;
use super::rules::Rules;
use super::tally::{Exclusions, RuleAction};
use crate::config::log_type::SourceName;
use crate::document::field_list::FieldId;
use crate::document::origin::Origin;
use crate::document::row::Row;
use crate::document::value::Value;

/// The rules of one section.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matcher {
    patterns: Vec<(PatternTarget, ValueTest)>,
    conditions: Vec<(RuleAction, Expression<'static>)>,
    /// The rules' names in counts: the patterns, then the conditions.
    names: Vec<String>,
}

/// What a pattern is held against.
#[derive(Clone, Debug)]
pub(crate) enum PatternTarget {
    /// A field of the document.
    Field(FieldId),
    /// A source, as the table names them.
    Origin(Origin),
}

/// How many documents each rule of a section matched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hits(Vec<u64>);

impl Matcher {
    /// The rules for `section`, if it has any. `target` finds what a field's name means.
    pub(crate) fn new(
        rules: &Rules,
        section: &str,
        mut target: impl FnMut(&str, &SourceName) -> PatternTarget,
    ) -> Option<Self> {
        let mut matcher = Self::default();
        for pattern in rules.patterns.iter().filter(|pattern| pattern.log_type == section) {
            matcher.patterns.push((target(&pattern.field, &pattern.source), pattern.test.clone()));
            matcher.names.push(pattern.rule.clone());
        }
        for condition in rules.conditions.iter().filter(|condition| condition.log_type == section) {
            matcher.conditions.push((condition.action, condition.expression.clone()));
            matcher.names.push(condition.rule.clone());
        }
        (!matcher.names.is_empty()).then_some(matcher)
    }

    /// Whether a document is left out: the first rule that does so counts it, as does each counting rule before that one.
    /// `source` reads a source, `json` renders the document, which only conditions read.
    pub(crate) fn excludes<'a>(
        &self,
        source: impl Fn(&Origin) -> Option<&'a str>,
        row: &Row<'_>,
        json: impl FnOnce() -> Vec<u8>,
        hits: &mut Hits,
    ) -> bool {
        hits.0.resize(self.names.len(), 0);
        for (number, (target, test)) in self.patterns.iter().enumerate() {
            let matches = match target {
                PatternTarget::Field(field) => any_value(row.get(*field), &|value| test.passes(value)),
                PatternTarget::Origin(origin) => source(origin).is_some_and(|value| test.passes(value)),
            };
            if matches {
                hits.add(number);
                return true;
            }
        }
        if self.conditions.is_empty() {
            return false;
        }
        let Ok(document) = serde_json::from_slice::<Variable>(&json()) else { return false };
        let document = Rcvar::new(document);
        for (number, (action, expression)) in (self.patterns.len()..).zip(&self.conditions) {
            // Most faults are a function's dislike of a field that this document does not have.
            if expression.search(&document).is_ok_and(|result| result.as_boolean() == Some(true)) {
                hits.add(number);
                if *action == RuleAction::Exclude {
                    return true;
                }
            }
        }
        false
    }
}

impl Hits {
    /// What these rules, if there are any, have done since this was asked last.
    pub(crate) fn take(&mut self, rules: Option<&Matcher>) -> Exclusions {
        let mut exclusions = Exclusions::default();
        let hits = std::mem::take(&mut self.0);
        let Some(Matcher { patterns, conditions, names }) = rules else { return exclusions };
        let patterns = patterns.iter().map(|_| RuleAction::Exclude);
        let actions = patterns.chain(conditions.iter().map(|(action, _)| *action));
        for ((name, action), documents) in names.iter().zip(actions).zip(hits) {
            exclusions.add(name, action, documents);
        }
        exclusions
    }

    fn add(&mut self, number: usize) {
        if let Some(hits) = self.0.get_mut(number) {
            *hits += 1;
        }
    }
}

/// Whether the value, or one value of several, passes.
fn any_value(value: Value<'_>, passes: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::Absent => false,
        Value::Text(text) | Value::Word(text) => passes(text),
        Value::Texts(texts) | Value::Words(texts) => texts.iter().any(|text| passes(text)),
        Value::Object(entries) => entries.iter().any(|entry| any_value(entry.value, passes)),
        Value::Long(number) => passes(&number.to_string()),
        Value::Float(number) => passes(&number.to_string()),
        Value::Ip(address) => passes(&address.ip.to_string()),
        Value::Ips(addresses) => addresses.iter().any(|address| passes(&address.ip.to_string())),
        Value::Json(json) => passes(json.trim_matches('"')),
        Value::Time(time) => passes(&time.to_text()),
    }
}
