//! Why a field is what it is, or why a document does not have it.

use super::explained::{ExplainedDocument, Missing};
use crate::config::{closest, did_you_mean};
use crate::map::compiled::CompiledSection;
use crate::map::explain::explanation::{ExplainedField, Explanation};

/// Leaves of the documents only the fields that are asked for, and says why the others are missing.
pub(super) fn narrow(
    documents: &mut [ExplainedDocument],
    wanted: &[String],
    section: &CompiledSection,
) -> Vec<Missing> {
    let is_wanted = |field: &str| wanted.iter().any(|wanted| field == wanted || is_inside(field, wanted));
    let missing = wanted
        .iter()
        .filter(|wanted| !documents.iter().any(|document| speaks_of(&document.explanation, wanted)));
    let explanations = || documents.iter().map(|document| &document.explanation);
    let missing = missing
        .map(|field| Missing { field: field.clone(), reason: reason(field, section, explanations()) })
        .collect();
    for ExplainedDocument { explanation, .. } in documents {
        explanation.fields.retain(|field| is_wanted(&field.field));
        explanation.empty_fields.retain(|empty| is_wanted(&empty.field));
    }
    missing
}

/// Whether a field lies in an object: `source.ip` in `source`.
fn is_inside(field: &str, object: &str) -> bool {
    field.strip_prefix(object).is_some_and(|rest| rest.starts_with('.'))
}

fn speaks_of(explanation: &Explanation, wanted: &str) -> bool {
    let fields = explanation.fields.iter().map(|field| field.field.as_str());
    let mut named = fields.chain(explanation.empty_fields.iter().map(|empty| empty.field.as_str()));
    named.any(|field| field == wanted || is_inside(field, wanted))
}

fn reason<'e>(
    field: &str,
    section: &CompiledSection,
    mut explanations: impl Iterator<Item = &'e Explanation>,
) -> String {
    let log_type = section.log_type();
    if let "_id" | "_index" = field {
        return "no field: it stands above, with what it is made of".to_owned();
    }
    if let Some(mapping) = log_type.mappings.iter().find(|mapping| mapping.field == field) {
        let place = &mapping.position;
        return format!("the event has none of the sources of {place}: {field} = {}", mapping.source_names());
    }
    let key = left_over_key(field, section.fields().prefix());
    // A key of the event may be asked for by its own name.
    let asked = key.unwrap_or(field);
    if let Some(taker) = explanations.find_map(|explanation| taker(explanation, asked)) {
        return format!("{taker} has taken the key '{asked}'");
    }
    let names = || section.fields().iter().map(|(_, field)| field.name.as_str());
    if names().any(|name| name == field) {
        return "nothing in this event fills it: no line of user.ini names it, and no rule had a value for it".to_owned();
    }
    if let Some(key) = key {
        let inside = names().filter_map(|name| left_over_key(name, section.fields().prefix()));
        let known = closest(key, inside)
            .map(|known| format!("did you mean '{}.{known}'?", section.fields().prefix()));
        let help = known.unwrap_or_else(|| "a key that no field takes would stand here".to_owned());
        return format!("the event has no key '{key}': {help}");
    }
    let help = did_you_mean(field, names())
        .unwrap_or_else(|| format!("a line `{field} = KEY` in user.ini would fill it"));
    format!("no document of [{}] has such a field: {help}", log_type.name)
}

/// The key that a field under the prefix holds where no other field takes it: `foo` of `deepsecurity.extra.foo`.
fn left_over_key<'f>(field: &'f str, prefix: &str) -> Option<&'f str> {
    let inside = field.strip_prefix(prefix)?.strip_prefix('.')?;
    Some(inside.strip_prefix("extra.").unwrap_or(inside)).filter(|key| !key.is_empty())
}

/// The first field that was read from this key.
fn taker<'e>(explanation: &'e Explanation, key: &str) -> Option<&'e str> {
    let reads = |field: &&ExplainedField| {
        field.sources.iter().any(|source| source.kind == "key" && source.name == key)
    };
    explanation.fields.iter().find(reads).map(|field| field.field.as_str())
}
