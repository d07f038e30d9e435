//! The dashboards: saved objects that are whole, and that ask for nothing that documents do not have.

use std::collections::{BTreeMap, BTreeSet};

use es_loader::setup::dashboard::{Language, ONE_ADDRESS, one_address, saved_objects};
use es_loader::setup::template::index_template;
use serde_json::Value;

use crate::support::all;
use crate::support::panels::Board;
use crate::support::panels::address::ADDRESS;
use crate::support::panels::summary::SUMMARY;
use crate::support::{plan, plan_of_section, plan_with};

const LANGUAGES: [Language; 2] = [Language::English, Language::Japanese];

/// What is installed with the shipped section, beside what it is made of.
fn installed(language: Language) -> [(&'static Board, Vec<Value>); 2] {
    let summary = saved_objects(plan(), language).unwrap();
    [(&SUMMARY, objects(&summary)), (&ADDRESS, objects(one_address(language)))]
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// JSON inside of a string, as these objects hold it.
fn inner(value: &Value) -> Value {
    serde_json::from_str(value.as_str().unwrap()).unwrap()
}

/// To accept what the tables give: `UPDATE_FIXTURES=1 cargo test the_shipped_files`.
#[test]
fn the_shipped_files_are_what_the_tables_of_panels_say() {
    for board in [&SUMMARY, &ADDRESS] {
        for (number, path) in board.files.iter().enumerate() {
            let made = board.saved_objects(number);
            if std::env::var_os("UPDATE_FIXTURES").is_some() {
                std::fs::write(path, &made).unwrap();
            }
            assert!(
                std::fs::read_to_string(path).unwrap() == made,
                "{path}: UPDATE_FIXTURES=1 writes it anew"
            );
        }
    }
}

#[test]
fn every_reference_is_to_an_object_of_the_file_and_every_one_is_used() {
    for (board, objects) in LANGUAGES.into_iter().flat_map(installed) {
        let key = |object: &Value| {
            (object["type"].as_str().unwrap().to_owned(), object["id"].as_str().unwrap().to_owned())
        };
        let known: BTreeSet<_> = objects.iter().map(key).collect();
        assert_eq!(known.len(), objects.len(), "two objects have one id");
        let mut used = BTreeSet::new();
        for object in &objects {
            let references = object["references"].as_array().unwrap();
            for reference in references {
                assert!(known.contains(&key(reference)), "{reference}");
                used.insert(key(reference));
            }
            let names: BTreeSet<String> =
                references.iter().map(|reference| reference["name"].as_str().unwrap().to_owned()).collect();
            assert_eq!(names, referred(object), "{}", object["id"]);
        }
        let dashboards: Vec<_> = known.difference(&used).collect();
        assert_eq!(dashboards, [&("dashboard".to_owned(), board.own_id())]);
    }
    assert_eq!(ADDRESS.own_id(), ONE_ADDRESS);
}

/// The names of references that an object's own JSON uses.
fn referred(object: &Value) -> BTreeSet<String> {
    let attributes = &object["attributes"];
    let mut names = BTreeSet::new();
    let source = &attributes["kibanaSavedObjectMeta"]["searchSourceJSON"];
    if source.is_string()
        && let Some(name) = inner(source)["indexRefName"].as_str()
    {
        names.insert(name.to_owned());
    }
    if attributes["visState"].is_string() {
        for control in inner(&attributes["visState"])["params"]["controls"].as_array().into_iter().flatten() {
            names.insert(control["indexPatternRefName"].as_str().unwrap().to_owned());
        }
    }
    if attributes["panelsJSON"].is_string() {
        for panel in inner(&attributes["panelsJSON"]).as_array().unwrap() {
            names.insert(panel["panelRefName"].as_str().unwrap().to_owned());
        }
    }
    names
}

/// All fields that objects name.
fn fields(objects: &[Value]) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    for object in objects {
        let attributes = &object["attributes"];
        match object["type"].as_str().unwrap() {
            "index-pattern" => {
                fields.insert(attributes["timeFieldName"].as_str().unwrap().to_owned());
                fields
                    .extend(formats(object).as_object().into_iter().flatten().map(|(name, _)| name.clone()));
            }
            "search" => {
                let columns = attributes["columns"].as_array().unwrap().iter();
                let names = columns.chain([&attributes["sort"][0][0]]);
                fields.extend(names.map(|name| name.as_str().unwrap().to_owned()));
            }
            "visualization" => fields.extend(fields_of_chart(attributes)),
            "dashboard" => {}
            other => panic!("{other}"),
        }
    }
    fields
}

/// How an index pattern shows values, by field.
fn formats(pattern: &Value) -> Value {
    let formats = &pattern["attributes"]["fieldFormatMap"];
    if formats.is_null() { Value::Null } else { inner(formats) }
}

fn fields_of_chart(attributes: &Value) -> BTreeSet<String> {
    let state = inner(&attributes["visState"]);
    assert_eq!(state["title"], attributes["title"]);
    let mut queries = vec![inner(&attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])["query"].take()];
    let mut fields = BTreeSet::new();
    for aggregation in state["aggs"].as_array().unwrap() {
        match (&aggregation["params"]["field"], aggregation["type"].as_str().unwrap()) {
            (Value::String(field), _) => _ = fields.insert(field.clone()),
            (_, "filters") => {
                let filters = aggregation["params"]["filters"].as_array().unwrap();
                queries.extend(filters.iter().map(|filter| filter["input"].clone()));
            }
            (_, kind) => assert_eq!(kind, "count"),
        }
    }
    for control in state["params"]["controls"].as_array().into_iter().flatten() {
        fields.insert(control["fieldName"].as_str().unwrap().to_owned());
    }
    for query in queries {
        assert_eq!(query["language"], "lucene");
        let words = query["query"].as_str().unwrap().split([' ', ':', '(', ')']);
        fields.extend(words.filter(|word| word.contains('.')).map(str::to_owned));
    }
    fields
}

/// The type of a field that can be aggregated.
fn aggregated<'t>(template: &'t Value, field: &str) -> &'t str {
    let mapping = &template["template"]["mappings"]["properties"][field];
    let kind = mapping["type"].as_str().unwrap_or_else(|| panic!("`{field}` is not in the template"));
    assert!(kind != "text" && mapping["doc_values"] != false, "`{field}` is {mapping}");
    kind
}

#[test]
fn every_field_of_a_panel_is_in_the_template_and_can_be_aggregated() {
    let template = index_template(plan()).1;
    let ours: BTreeSet<&str> = plan().fields().iter().map(|(_, field)| field.name.as_str()).collect();
    let [(_, objects), _] = installed(Language::English);
    for field in fields(&objects) {
        assert!(ours.contains(field.as_str()), "no document has `{field}`");
        aggregated(&template, &field);
    }
}

#[test]
fn every_field_of_one_address_is_in_the_template_of_each_log_type_with_one_type() {
    let sections = all();
    let ours: BTreeSet<&str> = sections
        .iter()
        .flat_map(|section| section.fields().iter().map(|(_, field)| field.name.as_str()))
        .collect();
    let templates: Vec<Value> = sections.iter().map(|section| index_template(section).1).collect();
    assert!(templates.len() > 15);
    let [_, (_, objects)] = installed(Language::English);
    for field in fields(&objects) {
        if let Some(end) = field.strip_prefix(r"\*") {
            // Some log types have it, each under its prefix.
            let mut found = ours.iter().filter(|name| name.ends_with(end)).peekable();
            assert!(found.peek().is_some(), "no document has `{field}`");
            for name in found {
                assert!(templates.iter().any(|template| {
                    template["template"]["mappings"]["properties"][name]["type"] == "keyword"
                }));
            }
            continue;
        }
        assert!(ours.contains(field.as_str()), "no document has `{field}`");
        let kinds: BTreeSet<&str> = templates.iter().map(|template| aggregated(template, &field)).collect();
        assert_eq!(kinds.len(), 1, "`{field}` is {kinds:?}");
    }
}

#[test]
fn each_panel_and_the_list_are_on_the_dashboard() {
    for (board, objects) in installed(Language::English) {
        let charts = objects.iter().filter(|object| object["type"] == "visualization").count();
        assert_eq!(charts, board.charts());
        let panels = inner(&objects.last().unwrap()["attributes"]["panelsJSON"]);
        assert_eq!(panels.as_array().unwrap().len(), charts + 1);
    }
}

#[test]
fn no_two_panels_of_a_dashboard_lie_over_each_other() {
    for (_, objects) in installed(Language::English) {
        let panels = inner(&objects.last().unwrap()["attributes"]["panelsJSON"]);
        let mut taken = BTreeMap::new();
        for panel in panels.as_array().unwrap() {
            let place = |name: &str| panel["gridData"][name].as_u64().unwrap();
            assert!(place("x") + place("w") <= 48, "{panel}");
            for x in place("x")..place("x") + place("w") {
                for y in place("y")..place("y") + place("h") {
                    let other = taken.insert((x, y), panel["panelIndex"].to_string());
                    assert!(other.is_none(), "{panel} over {other:?}");
                }
            }
        }
    }
}

/// An object without what people read.
fn wordless(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let words = ["title", "label", "customLabel", "text", "markdown"];
            let mut kept = object.clone();
            kept.retain(|key, value| !(value.is_string() && words.contains(&key.as_str())));
            kept.into_iter().map(|(key, value)| (key, wordless(&value))).collect()
        }
        Value::Array(all) => all.iter().map(wordless).collect(),
        Value::String(text) if text.starts_with(['{', '[']) => {
            serde_json::from_str(text).map_or_else(|_| value.clone(), |value| wordless(&value))
        }
        other => other.clone(),
    }
}

#[test]
fn both_languages_are_one_dashboard_with_other_words() {
    let [english, japanese] = LANGUAGES.map(installed);
    for ((_, english), (_, japanese)) in english.iter().zip(&japanese) {
        assert_eq!(english.len(), japanese.len());
        for (english, japanese) in english.iter().zip(japanese) {
            assert_eq!(wordless(english), wordless(japanese));
            if english["type"] == "index-pattern" {
                assert_eq!(english, japanese);
                continue;
            }
            let [english, japanese] =
                [english, japanese].map(|object| object["attributes"]["title"].as_str().unwrap());
            assert_ne!(english, japanese);
            assert!(english.is_ascii() && !japanese.is_ascii(), "{english}: {japanese}");
        }
    }
}

#[test]
fn an_address_in_a_list_is_a_link_to_the_dashboard_for_it() {
    let [_, (board, objects)] = installed(Language::English);
    let pattern = &objects[0];
    assert_eq!(pattern["attributes"]["title"], "log-*");
    let formats = formats(pattern);
    let fields = ["client.ip", "destination.ip", "related.ip", "source.ip"];
    assert!(formats.as_object().unwrap().keys().eq(fields));
    for (_, format) in formats.as_object().unwrap() {
        assert_eq!(format["id"], "url");
        assert_eq!(format["params"]["labelTemplate"], "{{value}}");
        let link = format["params"]["urlTemplate"].as_str().unwrap();
        let start = format!("dashboards#/view/{}?_a=(query:(language:kuery,query:'", board.own_id());
        let query = link.strip_prefix(&start).unwrap().strip_suffix("'))").unwrap();
        let mut terms: Vec<&str> = query.split("%20or%20").collect();
        terms.sort_unstable();
        assert_eq!(terms, fields.map(|field| format!("{field}:%22{{{{value}}}}%22")));
    }
}

#[test]
fn another_index_name_and_another_prefix_take_the_place_of_the_shipped_ones() {
    let text = saved_objects(&plan_with("index_name = log-ds"), Language::Japanese).unwrap();
    assert!(!text.contains("log-deepsecurity"));
    let objects = objects(&text);
    assert_eq!(objects[0]["attributes"]["title"], "log-ds-*");
    assert!(objects.iter().all(|object| object["id"].as_str().unwrap().starts_with("log-ds-")));

    let section = "index = log-deepsecurity.trend\ns3_key = trend\nfield_prefix = tm_ds\necs = source.ip\nsource.ip = src";
    let text = saved_objects(&plan_of_section("trend", section), Language::English).unwrap();
    assert!(text.contains("tm_ds.disposition") && !text.contains("deepsecurity.disposition"));
    assert!(text.contains("\"log-deepsecurity.trend-*\""));
}
