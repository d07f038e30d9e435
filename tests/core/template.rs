//! The index template: every field that a document can have is in it, with a type that takes its values.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use es_loader::config::Config;
use es_loader::document::ecs;
use es_loader::document::ecs::Type;
use es_loader::map::compiled::CompiledSections;
use es_loader::setup::template::{index_template, index_templates, without_flat_object};
use serde_json::{Value, json};

use crate::support::tables::table;
use crate::support::{plan, plan_of_section, plan_with};

/// The types of a template's fields by dotted name.
fn types(template: &Value) -> BTreeMap<String, String> {
    let mut types = BTreeMap::new();
    flatten("", &template["template"]["mappings"]["properties"], &mut types);
    types
}

fn flatten(object: &str, properties: &Value, types: &mut BTreeMap<String, String>) {
    for (key, field) in properties.as_object().unwrap() {
        let name = if object.is_empty() { key.clone() } else { format!("{object}.{key}") };
        if let Some(inner) = field.get("properties") {
            flatten(&name, inner, types);
        } else {
            types.insert(name, field["type"].as_str().unwrap_or("object").to_owned());
        }
    }
}

fn takes(kind: Type, mapping: &str) -> bool {
    match kind {
        // Text is for what is longer than a term, or read by its words.
        Type::Keyword => matches!(mapping, "keyword" | "wildcard" | "text"),
        Type::Lowercase | Type::Mac | Type::Transport => matches!(mapping, "keyword" | "wildcard"),
        Type::Text => mapping == "text",
        Type::Long => matches!(mapping, "long" | "integer" | "short"),
        Type::Count => mapping == "long",
        Type::Port => matches!(mapping, "long" | "integer"),
        Type::Flat => mapping == "flat_object",
        Type::Float => matches!(mapping, "float" | "double"),
        Type::Ip => mapping == "ip",
        Type::Date => mapping == "date",
        Type::GeoPoint => mapping == "geo_point",
    }
}

/// The SIEM's other indices have a number here (docs/index-template.md); a document's is at most 255.
const OF_THE_SIEM: [(&str, &str); 1] = [("network.iana_number", "short")];

#[test]
fn each_field_of_a_document_is_in_the_template_with_a_type_that_takes_it() {
    let types = types(&index_template(plan()).1);
    for (_, field) in plan().fields().iter() {
        let name = field.name.as_str();
        let mapping = types.get(name).unwrap_or_else(|| panic!("`{name}` is not in the template"));
        let is_known = OF_THE_SIEM.contains(&(name, mapping));
        assert!(
            is_known || takes(field.kind, mapping),
            "`{name}` is {:?}, the template says {mapping}",
            field.kind
        );
    }
}

/// Text that is in no field's list becomes a keyword by the rule for unknown fields; nothing else would.
#[test]
fn each_field_of_ecs_that_user_ini_can_fill_gets_its_type() {
    let types = types(&index_template(plan()).1);
    for name in ecs::names() {
        let kind = ecs::type_of(name).unwrap();
        match types.get(name).map(String::as_str) {
            Some("object") => {}
            Some(mapping) => {
                assert!(
                    takes(kind, mapping) || OF_THE_SIEM.contains(&(name, mapping)) || kind == Type::Text,
                    "`{name}`: {mapping}"
                );
            }
            None => {
                assert!(
                    matches!(kind, Type::Keyword | Type::Lowercase | Type::Mac | Type::Transport),
                    "`{name}` is missing"
                )
            }
        }
    }
}

#[test]
fn no_field_of_the_template_is_a_value_and_an_object() {
    let types = types(&index_template(plan()).1);
    for name in types.keys() {
        for (dot, _) in name.match_indices('.') {
            let object = types.get(&name[..dot]).map_or("object", String::as_str);
            assert_eq!(object, "object", "`{}` holds `{name}`", &name[..dot]);
        }
    }
}

#[test]
fn under_the_prefix_stand_only_fields_of_documents_and_keys_of_events() {
    let template = index_template(plan()).1;
    let ours: Vec<&str> = plan().fields().iter().map(|(_, field)| field.name.as_str()).collect();
    for (name, mapping) in types(&template).iter().filter(|(name, _)| name.starts_with("deepsecurity.")) {
        // What is left over is text, whatever the key means.
        let is_text = matches!(mapping.as_str(), "keyword" | "text");
        assert!(is_text || ours.contains(&name.as_str()), "`{name}` is {mapping}, but only text gets there");
    }
}

/// OpenSearch counts fields, the objects around them, and their subfields.
fn counted(properties: &Value, name: &str, names: &mut BTreeSet<String>) {
    for (key, field) in properties.as_object().into_iter().flatten() {
        let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
        names.extend(name.match_indices('.').map(|(dot, _)| name[..dot].to_owned()));
        for part in ["properties", "fields"] {
            counted(&field[part], &name, names);
        }
        names.insert(name);
    }
}

#[test]
fn the_template_leaves_room_for_the_fields_that_user_ini_adds() {
    let template = index_template(plan()).1;
    let mut names = BTreeSet::new();
    counted(&template["template"]["mappings"]["properties"], "", &mut names);
    let limit = template["template"]["settings"]["index.mapping.total_fields.limit"].as_u64().unwrap();
    assert!(names.len() as u64 + 200 <= limit, "{} of {limit}", names.len());
}

/// A known key whose value does not fit stands under the prefix with its own name.
#[test]
fn each_known_key_has_its_place_under_the_prefix() {
    let types = types(&index_template(plan()).1);
    for key in [
        "src",
        "dst",
        "spt",
        "dpt",
        "smac",
        "dmac",
        "in",
        "out",
        "proto",
        "cnt",
        "act",
        "fsize",
        "suser",
        "cs1",
        "cs7Label",
        "cn3",
        "xff",
        "request",
        "deviceType",
        "sev",
        "hostname",
        "timestamp",
        "severity",
        "TrendMicroDsMitre",
        "TrendMicroDsProcessPid",
        "fileInCompressedFile",
    ] {
        let name = format!("deepsecurity.{key}");
        assert!(
            types.get(&name).is_some_and(|mapping| matches!(mapping.as_str(), "keyword" | "text")),
            "{name}"
        );
    }
    assert_eq!(types["deepsecurity.extra"], "flat_object");
}

#[test]
fn payloads_and_messages_are_found_by_their_words() {
    let types = types(&index_template(plan()).1);
    for name in [
        "@message",
        "event.original",
        "error.message",
        "deepsecurity.TrendMicroDsPacketData",
        "deepsecurity.unparsed",
    ] {
        assert_eq!(types[name], "text", "{name}");
    }
}

const SHIPPED: &str = "fixtures/index-template.json";

fn shipped() -> Value {
    serde_json::from_str(&fs::read_to_string(SHIPPED).unwrap()).unwrap()
}

/// To accept what the tables give: `UPDATE_FIXTURES=1 cargo test the_shipped_section_has`, then read the difference.
#[test]
fn the_shipped_section_has_the_shipped_template() {
    let (name, template) = index_template(plan());
    assert_eq!(name, "log-deepsecurity");
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(SHIPPED, one_field_a_line(&template)).unwrap();
    }
    assert_eq!(template, shipped(), "UPDATE_FIXTURES=1 writes {SHIPPED} anew");
}

fn one_field_a_line(template: &Value) -> String {
    let mut around = template.clone();
    let fields = around["template"]["mappings"]["properties"].take();
    let fields: Vec<String> =
        fields.as_object().unwrap().iter().map(|(name, field)| format!("{}: {field}", json!(name))).collect();
    let fields = format!("{{\n{}\n}}", fields.join(",\n"));
    format!("{around:#}\n").replace("\"properties\": null", &format!("\"properties\": {fields}"))
}

#[test]
fn another_index_name_is_another_template() {
    let (name, template) = index_template(&plan_with("index_name = log-ds"));
    assert_eq!(name, "log-ds");
    assert_eq!(template["index_patterns"], json!(["log-ds", "log-ds-*"]));
}

#[test]
fn under_the_prefix_of_another_log_type_stand_its_own_fields_and_keys_alone() {
    let section = "index_name = log-apex\ns3_key = apex\nfield_prefix = x\necs = source.ip\nsource.ip = src";
    let template = types(&index_template(&plan_of_section("apex_one", section)).1);
    let named = |file: &str, columns: &[&str]| -> Vec<String> {
        let rows = table(file);
        let cells = rows.iter().flat_map(|row| columns.iter().map(|column| row.cell(column)));
        cells.filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
    };
    let fields = ["config/fields.csv", "config/other_fields.csv", "config/log_types/apex_one/fields.csv"];
    let mut expected: BTreeSet<String> = fields
        .iter()
        .flat_map(|file| named(file, &["field"]))
        .filter_map(|field| field.strip_prefix("%.").map(str::to_owned))
        .collect();
    expected.extend(named("config/log_types/apex_one/keys.csv", &["key", "other spelling"]));
    let there: BTreeSet<String> =
        template.keys().filter_map(|name| name.strip_prefix("x.")).map(str::to_owned).collect();
    assert_eq!(there, expected);
}

#[test]
fn another_prefix_takes_the_place_of_the_shipped_one_everywhere() {
    let plan = plan_of_section(
        "trend",
        "index = log-trend\ns3_key = trend\nfield_prefix = tm_ds\necs = source.ip\nsource.ip = src",
    );
    let (_, template) = index_template(&plan);
    let renamed = types(&template);
    assert!(renamed.keys().all(|name| !name.starts_with("deepsecurity.")));
    assert_eq!(renamed["tm_ds.TrendMicroDsPacketData"], "text");
    for (_, field) in plan.fields().iter() {
        assert!(renamed.contains_key(&field.name), "`{}` is not in the template", field.name);
    }
    let shipped = types(&shipped());
    assert_eq!(renamed.len(), shipped.len());
    let rules = template["template"]["mappings"]["dynamic_templates"].as_array().unwrap();
    let paths: Vec<&Value> = rules
        .iter()
        .flat_map(|rule| rule.as_object().unwrap().values())
        .filter_map(|rule| rule.get("path_match"))
        .collect();
    assert_eq!(paths, [&json!("tm_ds.*")]);
}

#[test]
fn the_form_for_old_versions_differs_in_the_fields_of_unknown_keys_only() {
    let sections = CompiledSections::new(Config::load(&[]).unwrap()).unwrap();
    for (name, template) in index_templates(&sections) {
        let older = without_flat_object(&template);
        let (is, was) =
            (&older["template"]["mappings"]["properties"], &template["template"]["mappings"]["properties"]);
        for (field, mapping) in was.as_object().unwrap() {
            let expected = match mapping["type"].as_str() {
                Some("flat_object") => json!({"type": "object", "enabled": false}),
                _ => mapping.clone(),
            };
            assert_eq!(is[field], expected, "{name}: {field}");
        }
        assert!(template.to_string().contains("flat_object") && !older.to_string().contains("flat_object"));
        assert_eq!(without_flat_object(&older), older);
    }
}
