//! Why a field is what it is, or why a document does not have it.

use super::explained::{ExplainedDocument, Missing};
use crate::config::did_you_mean;
use crate::config::log_type::SourceName;
use crate::map::compiled::CompiledSection;
use crate::map::explain::explanation::Explanation;

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
    let missing =
        missing.map(|field| Missing { field: field.clone(), reason: reason(field, section) }).collect();
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

fn reason(field: &str, section: &CompiledSection) -> String {
    let log_type = section.log_type();
    if let Some(mapping) = log_type.mappings.iter().find(|mapping| mapping.field == field) {
        let sources: Vec<&str> = mapping.sources.iter().map(SourceName::name).collect();
        let place = &mapping.position;
        return format!("the event has none of the sources of {place}: {field} = {}", sources.join(" "));
    }
    let names = || section.fields().iter().map(|(_, field)| field.name.as_str());
    if names().any(|name| name == field) {
        return "nothing in this event fills it: no line of user.ini names it, and no rule had a value for it".to_owned();
    }
    let help = did_you_mean(field, names())
        .unwrap_or_else(|| format!("a line `{field} = KEY` in user.ini would fill it"));
    format!("no document of [{}] has such a field: {help}", log_type.name)
}
