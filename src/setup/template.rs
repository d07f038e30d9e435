//! The index template of a section.
//!
//! Takes `config/index-template.json`, which is written for `log-deepsecurity` and the prefix `deepsecurity`, and fits it to the
//! section's index name and prefix. Does not know the cluster.

use serde_json::{Map, Value, json};

use crate::map::compiled::{CompiledSection, CompiledSections};

/// The shipped template.
pub const TEMPLATE: &str = include_str!("../../config/index-template.json");

/// The prefix that the shipped template is written for.
const SHIPPED_PREFIX: &str = "deepsecurity";

/// The name under which a section's template is installed, and its text.
pub fn index_template(plan: &CompiledSection) -> (String, Value) {
    let log_type = plan.log_type();
    let name = log_type.index.name.clone();
    let mut template: Value = serde_json::from_str(TEMPLATE).unwrap_or_default();
    if log_type.field_prefix != SHIPPED_PREFIX
        && let Some(mappings) = template.pointer_mut("/template/mappings").and_then(Value::as_object_mut)
    {
        rename_prefix(mappings, &log_type.field_prefix);
    }
    if let Some(template) = template.as_object_mut() {
        template.insert("index_patterns".to_owned(), json!([name, format!("{name}-*")]));
    }
    (name, template)
}

/// The templates of all sections, one for each index name: sections that write to one index have one template, with the fields of
/// all of them.
pub fn index_templates(plans: &CompiledSections) -> Vec<(String, Value)> {
    let mut templates: Vec<(String, Value)> = Vec::new();
    for (name, template) in plans.iter().map(index_template) {
        match templates.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => add_fields(known, &template),
            None => templates.push((name, template)),
        }
    }
    templates
}

/// Adds the fields and the rules for left-over keys that `known` does not have.
fn add_fields(known: &mut Value, other: &Value) {
    const PROPERTIES: &str = "/template/mappings/properties";
    const RULES: &str = "/template/mappings/dynamic_templates";
    if let (Some(Value::Object(fields)), Some(Value::Object(more))) =
        (known.pointer_mut(PROPERTIES), other.pointer(PROPERTIES))
    {
        for (name, field) in more {
            fields.entry(name).or_insert_with(|| field.clone());
        }
    }
    if let (Some(Value::Array(rules)), Some(Value::Array(more))) =
        (known.pointer_mut(RULES), other.pointer(RULES))
    {
        for rule in more {
            if !rules.contains(rule) {
                // The last rule takes every string, so further ones stand before it.
                rules.insert(0, rule.clone());
            }
        }
    }
}

/// Gives the fields under the prefix, and the rule for left-over keys there, the section's own prefix.
fn rename_prefix(mappings: &mut Map<String, Value>, prefix: &str) {
    if let Some(properties) = mappings.get_mut("properties").and_then(Value::as_object_mut) {
        *properties = std::mem::take(properties)
            .into_iter()
            .map(|(name, field)| (renamed(&name, prefix).unwrap_or(name), field))
            .collect();
    }
    let rules = mappings.get_mut("dynamic_templates").and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten().filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        if let Some(path) = rule.get_mut("path_match")
            && let Some(renamed) = path.as_str().and_then(|path| renamed(path, prefix))
        {
            *path = Value::from(renamed);
        }
    }
}

fn renamed(name: &str, prefix: &str) -> Option<String> {
    let key = name.strip_prefix(SHIPPED_PREFIX)?.strip_prefix('.')?;
    Some(format!("{prefix}.{key}"))
}
