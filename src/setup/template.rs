//! The index template of a section: the settings of `config/index-template.json`, and the fields of the tables.

use serde_json::{Map, Value, json};

use crate::document::ecs::{Type, other_fields};
use crate::document::field_list::{ListedField, PREFIX, base_fields};
use crate::log_types::Profile;
use crate::log_types::record_fields;
use crate::map::compiled::{CompiledSection, CompiledSections};

/// What all templates have in common.
const COMMON: &str = include_str!("../../config/index-template.json");

/// Where the fields stand in a template.
const PROPERTIES: &str = "/template/mappings/properties";

/// Where its rules for unknown fields stand.
const RULES: &str = "/template/mappings/dynamic_templates";

/// Longer keywords stay in the document, but no search finds them: a term has at most 32,766 bytes, a character at most four.
const LONGEST_KEYWORD: u32 = 8191;

/// The name under which a section's template is installed, and its text.
pub fn index_template(section: &CompiledSection) -> (String, Value) {
    let log_type = section.log_type();
    let name = log_type.index.name.clone();
    let mut template: Value = serde_json::from_str(COMMON).unwrap_or_default();
    if let Some(Value::Object(properties)) = template.pointer_mut(PROPERTIES) {
        add_properties(properties, section.profile, &log_type.field_prefix);
        // The fields that the records of a log type are known to have.
        let known = section.profile.takes_records().then(|| record_fields::of(&log_type.name));
        for field in known.into_iter().flatten() {
            properties.entry(field.name).or_insert_with(|| mapping_of_type(field.kind));
        }
    }
    if let Some(Value::Array(rules)) = template.pointer_mut(RULES) {
        // The last rule takes every string, so this one stands before it.
        rules.insert(0, rule_for_left_over_keys(&log_type.field_prefix));
    }
    if let Some(template) = template.as_object_mut() {
        template.insert("index_patterns".to_owned(), json!([name, format!("{name}-*")]));
    }
    if section.profile.takes_records()
        && let Some(mappings) = template.pointer_mut("/template/mappings").and_then(Value::as_object_mut)
    {
        // The log chooses these names: beyond the known ones they stay in the document and are no fields.
        mappings.insert("dynamic".to_owned(), json!(false));
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

/// The type of the fields whose keys nobody knows.
const FLAT_OBJECT: &str = "flat_object";

/// The form of a template for versions before 2.7, which know no `flat_object`: such fields are kept as they are, and no search finds
/// them. As ordinary objects their keys, which the log chooses, would become fields.
pub fn without_flat_object(template: &Value) -> Value {
    match template {
        Value::Object(object) if object.get("type") == Some(&json!(FLAT_OBJECT)) => {
            json!({"type": "object", "enabled": false})
        }
        Value::Object(object) => {
            object.iter().map(|(key, value)| (key.clone(), without_flat_object(value))).collect()
        }
        Value::Array(array) => array.iter().map(without_flat_object).collect(),
        other => other.clone(),
    }
}

/// Adds the fields and the rules for left-over keys that `known` does not have.
fn add_fields(known: &mut Value, other: &Value) {
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
                rules.insert(0, rule.clone());
            }
        }
    }
}

/// Text under the prefix that no table knows. Its keys come from the log, so that it gets less room than a field.
fn rule_for_left_over_keys(prefix: &str) -> Value {
    let mapping = json!({"type": "keyword", "ignore_above": 1024});
    json!({format!("{prefix}_strings"): {
        "path_match": format!("{prefix}.*"),
        "match_mapping_type": "string",
        "mapping": mapping,
    }})
}

/// Adds the fields that documents under `prefix` have, those that user.ini can fill, and what is left over of known keys.
fn add_properties(properties: &mut Map<String, Value>, profile: &dyn Profile, prefix: &str) {
    for field in base_fields().iter().chain(other_fields()).chain(profile.own_fields()) {
        let name = match field.name.strip_prefix(PREFIX) {
            Some(key) => format!("{prefix}.{key}"),
            None => field.name.to_owned(),
        };
        if let Some(mapping) = mapping(field) {
            properties.insert(name, mapping);
        }
    }
    for (key, kind) in profile.left_over_keys() {
        properties.entry(format!("{prefix}.{key}")).or_insert_with(|| mapping_of_type(kind));
    }
}

/// The mapping that the table of fields says.
fn mapping(field: &ListedField) -> Option<Value> {
    let keyword =
        |key: &str, value: Value| json!({"type": "keyword", "ignore_above": LONGEST_KEYWORD, (key): value});
    Some(match field.mapping {
        "" => mapping_of_type(field.kind),
        "none" => return None,
        "keyword with text" => keyword("fields", json!({"text": {"type": "text"}})),
        "keyword without doc_values" => keyword("doc_values", json!(false)),
        "date of epoch_millis" => json!({"type": "date", "format": "epoch_millis"}),
        "object not indexed" => json!({"type": "object", "enabled": false}),
        name => json!({"type": name}),
    })
}

fn mapping_of_type(kind: Type) -> Value {
    match kind {
        Type::Keyword | Type::Lowercase | Type::Mac | Type::Transport => {
            json!({"type": "keyword", "ignore_above": LONGEST_KEYWORD})
        }
        Type::Text => json!({"type": "text"}),
        Type::Long | Type::Count => json!({"type": "long"}),
        Type::Port => json!({"type": "integer"}),
        Type::Float => json!({"type": "float"}),
        Type::Ip => json!({"type": "ip"}),
        Type::Date => json!({"type": "date", "format": "strict_date_optional_time||epoch_millis"}),
        Type::GeoPoint => json!({"type": "geo_point"}),
        Type::Flat => json!({"type": FLAT_OBJECT}),
    }
}
