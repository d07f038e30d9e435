//! The dashboard: saved objects that are whole, and that ask for nothing that documents do not have.

use std::collections::{BTreeMap, BTreeSet};

use es_loader::setup::dashboard::{Language, saved_objects};
use es_loader::setup::template::index_template;
use serde_json::Value;

use crate::support::{panels, plan, plan_of_section, plan_with};

const LANGUAGES: [(Language, &str); 2] =
    [(Language::English, "config/dashboard.ndjson"), (Language::Japanese, "config/dashboard.ja.ndjson")];

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// JSON inside of a string, as these objects hold it.
fn inner(value: &Value) -> Value {
    serde_json::from_str(value.as_str().unwrap()).unwrap()
}

/// To accept what the table gives: `UPDATE_FIXTURES=1 cargo test the_shipped_files`.
#[test]
fn the_shipped_files_are_what_the_table_of_panels_says() {
    for (number, (_, path)) in LANGUAGES.iter().enumerate() {
        let made = panels::saved_objects(number);
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        assert!(std::fs::read_to_string(path).unwrap() == made, "{path}: UPDATE_FIXTURES=1 writes it anew");
    }
}

#[test]
fn every_reference_is_to_an_object_of_the_file_and_every_one_is_used() {
    for (language, _) in LANGUAGES {
        let objects = objects(&saved_objects(plan(), language).unwrap());
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
        assert_eq!(dashboards, [&("dashboard".to_owned(), "log-deepsecurity-summary".to_owned())]);
    }
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
    if attributes["panelsJSON"].is_string() {
        for panel in inner(&attributes["panelsJSON"]).as_array().unwrap() {
            names.insert(panel["panelRefName"].as_str().unwrap().to_owned());
        }
    }
    names
}

#[test]
fn every_field_of_a_panel_is_in_the_template_and_can_be_aggregated() {
    let template = index_template(plan()).1;
    let properties = &template["template"]["mappings"]["properties"];
    let ours: BTreeSet<&str> = plan().fields().iter().map(|(_, field)| field.name.as_str()).collect();
    let check = |field: &str| {
        assert!(ours.contains(field), "no document has `{field}`");
        let mapping = &properties[field];
        let kind = mapping["type"].as_str().unwrap_or_else(|| panic!("`{field}` is not in the template"));
        assert!(kind != "text" && mapping["doc_values"] != false, "`{field}` is {mapping}");
    };
    let objects = objects(&saved_objects(plan(), Language::English).unwrap());
    let mut charts = 0;
    for object in objects {
        let attributes = &object["attributes"];
        match object["type"].as_str().unwrap() {
            "index-pattern" => check(attributes["timeFieldName"].as_str().unwrap()),
            "search" => {
                attributes["columns"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .for_each(|name| check(name.as_str().unwrap()));
                check(attributes["sort"][0][0].as_str().unwrap());
            }
            "visualization" => {
                charts += 1;
                let state = inner(&attributes["visState"]);
                assert_eq!(state["title"], attributes["title"]);
                for aggregation in state["aggs"].as_array().unwrap() {
                    match aggregation["params"]["field"].as_str() {
                        Some(field) => check(field),
                        None => assert_eq!(aggregation["type"], "count"),
                    }
                }
                let query = inner(&attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])["query"].take();
                for word in
                    query["query"].as_str().unwrap().split([' ', ':']).filter(|word| word.contains('.'))
                {
                    check(word);
                }
            }
            "dashboard" => {}
            other => panic!("{other}"),
        }
    }
    assert_eq!(charts, 10);
}

#[test]
fn no_two_panels_of_the_dashboard_lie_over_each_other() {
    let objects = objects(&saved_objects(plan(), Language::English).unwrap());
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

#[test]
fn both_languages_are_one_dashboard_with_other_words() {
    let [english, japanese] =
        LANGUAGES.map(|(language, _)| objects(&saved_objects(plan(), language).unwrap()));
    let identity = |objects: &[Value]| -> Vec<(Value, Value)> {
        objects.iter().map(|object| (object["type"].clone(), object["id"].clone())).collect()
    };
    assert_eq!(identity(&english), identity(&japanese));
    for (english, japanese) in
        english.iter().zip(&japanese).filter(|(object, _)| object["type"] != "index-pattern")
    {
        let [english, japanese] =
            [english, japanese].map(|object| object["attributes"]["title"].as_str().unwrap());
        assert_ne!(english, japanese);
        assert!(english.is_ascii() && !japanese.is_ascii(), "{english}: {japanese}");
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
