//! `es-loader setup`: the index template on a real node, beside the templates of SIEM on OpenSearch.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::node::Node;
use crate::support::program::{Run, es_loader};
use crate::support::services::{opensearch, repository};
use crate::support::site::{Site, unique};

/// The template that the article tells its readers to PUT, the wrapper around it included.
fn of_the_article() -> Value {
    json!({"log-deepsecurity": {
        "index_patterns": ["log-deepsecurity*"],
        "mappings": {"properties": {
            "cloud.account": {"type": "object"},
            "event.severity": {"type": "integer"},
            "event.original": {"type": "text"},
            "event.count": {"type": "integer"},
            "timestamp": {"type": "date"}
        }}
    }})
}

/// Installs the stand-ins for the SIEM's templates: each file's path is the path to PUT it to.
pub(crate) fn install_siem(node: &Node) {
    for folder in ["_component_template", "_index_template", "_template"] {
        let path = repository().join("fixtures/siem").join(folder);
        for file in std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_stem().unwrap().to_str().unwrap();
            let template: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            node.put(&format!("{folder}/{name}"), &template).good();
        }
    }
}

fn setup(config: &Path) -> Run {
    Run::of(es_loader().args(["setup", "--endpoint", opensearch(), "--config"]).arg(config))
}

/// The types of all fields of an index, by their full names.
fn types(node: &Node, index: &str) -> BTreeMap<String, Value> {
    let mapping = node.get(&format!("{index}/_mapping")).good();
    let mut types = BTreeMap::new();
    collect(&mapping[index]["mappings"], "", &mut types);
    types
}

fn collect(mapping: &Value, prefix: &str, types: &mut BTreeMap<String, Value>) {
    for part in ["properties", "fields"] {
        for (name, field) in mapping[part].as_object().into_iter().flatten() {
            let name = format!("{prefix}{name}");
            collect(field, &format!("{name}."), types);
            if field["type"].is_string() && field["type"] != "object" {
                types.insert(name, field.clone());
            }
        }
    }
}

/// Indices with our names and with theirs, made after all templates are there; theirs go with this value.
struct Indices {
    site: Site,
    ours: String,
    waf: String,
    other: String,
}

impl Indices {
    fn new(name: &str) -> Self {
        let site = Site::beside_siem(name);
        install_siem(&site.node);
        setup(&site.config()).with_status(0);
        let ours = format!("{}-2026-11", site.index);
        let waf = unique("log-aws-waf-2026-11");
        let other = unique("log-other");
        for index in [&ours, &waf, &other] {
            site.node.put(index, &json!({})).good();
        }
        Self { site, ours, waf, other }
    }

    fn put(&self, id: &str, document: &Value) {
        let path = format!("{}/_doc/{id}?refresh=true", self.ours);
        self.site.node.put(&path, document).good();
    }

    /// The ids of the documents that a query finds in our index.
    fn found(&self, query: &Value) -> Vec<String> {
        let found = self.site.node.search(&self.ours, &json!({"query": query, "size": 50, "sort": ["_doc"]}));
        let hits = found["hits"]["hits"].as_array().unwrap();
        hits.iter().map(|hit| hit["_id"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Indices {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = self.site.node.delete(&format!("{},{}", self.waf, self.other));
        }
    }
}

#[test]
fn the_articles_own_template_is_refused_for_its_wrapper() {
    let reason = Node::new().put("_template/log-deepsecurity", &of_the_article()).refused(400);
    assert!(reason.contains("unknown key [log-deepsecurity]"), "{reason}");
}

#[test]
fn our_template_wins_for_our_indices_and_theirs_for_theirs() {
    let Indices { site, ours, waf, other } = &Indices::new("wins");
    for index in [&site.index, &format!("{}-000001", site.index)] {
        site.node.put(index, &json!({})).good();
        assert_eq!(types(&site.node, ours), types(&site.node, index), "{index}");
    }
    let ours = types(&site.node, ours);
    assert_eq!(ours["network.forwarded_ip"]["type"], "ip");
    assert_eq!(ours["event.count"]["type"], "long");

    let waf = types(&site.node, waf);
    assert_eq!(waf["httpRequest.clientIp"]["type"], "ip");
    assert_eq!(waf["SchemaVersion"]["type"], "keyword");
    let other = types(&site.node, other);
    assert_eq!(other["source.ip"]["type"], "ip");
    for theirs in [waf, other] {
        assert!(!theirs.keys().any(|name| name.starts_with("deepsecurity.")), "{theirs:?}");
    }
}

#[test]
fn a_template_with_the_articles_pattern_changes_nothing_for_our_indices() {
    let site = Site::beside_siem("legacy");
    setup(&site.config()).with_status(0);
    let index = format!("{}-2026-11", site.index);
    site.node.put(&index, &json!({})).good();

    let mut unwrapped = of_the_article()["log-deepsecurity"].take();
    unwrapped["index_patterns"] = json!([format!("{}*", site.index)]);
    let legacy = format!("_template/{}", site.index);
    site.node.put(&legacy, &unwrapped).good();
    let later = format!("{}-2026-12", site.index);
    site.node.put(&later, &json!({})).good();
    assert_eq!(types(&site.node, &index), types(&site.node, &later));
    site.node.delete(&legacy).good();
}

#[test]
fn setup_can_be_repeated() {
    let site = Site::new("twice");
    for _ in 0..2 {
        let run = setup(&site.config()).with_status(0);
        assert_eq!(
            run.out(),
            format!("index template {0} is installed for [\"{0}\",\"{0}-*\"]\n", site.index)
        );
    }
}

#[test]
fn what_is_printed_is_what_is_installed() {
    let site = Site::new("print");
    setup(&site.config()).with_status(0);
    let run = Run::of(es_loader().args(["setup", "--print", "--config"]).arg(site.config())).with_status(0);
    let printed: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(printed["index_patterns"], json!([site.index, format!("{}-*", site.index)]));

    site.node.put(&format!("{}-a", site.index), &json!({})).good();
    site.node.put(&format!("_index_template/{}", site.index), &printed).good();
    site.node.put(&format!("{}-b", site.index), &json!({})).good();
    let [a, b] = ["a", "b"].map(|end| types(&site.node, &format!("{}-{end}", site.index)));
    assert_eq!(a, b);
}

#[test]
fn sections_whose_index_names_begin_alike_each_get_their_template() {
    let site = Site::new("alike");
    let text = format!(
        "{}\n[more]\nindex_name = {}-more\ns3_key = more\nfile_format = cef\nsource.ip = src\n",
        site.config_text(),
        site.index
    );
    let config = site.file("two.ini", text.as_bytes());
    // The section with the longer name was there first, alone.
    let earlier = format!("[deepsecurity]\nindex_name = {}-more\n", site.index);
    setup(&site.file("one.ini", earlier.as_bytes())).with_status(0);
    setup(&config).with_status(0);
    for index in [format!("{}-2026-11", site.index), format!("{}-more-2026-11", site.index)] {
        site.node.put(&index, &json!({})).good();
        assert_eq!(types(&site.node, &index)["source.ip"]["type"], "ip", "{index}");
    }
}

#[test]
fn what_their_templates_give_is_kept() {
    let Indices { site, ours, waf, other } = &Indices::new("kept");
    let own = types(&site.node, ours);
    let theirs: Vec<(String, Value)> =
        [waf, other].into_iter().flat_map(|index| types(&site.node, index)).collect();
    let only_of_waf = ["SchemaVersion", "apiVersion", "formatVersion", "httpRequest.clientIp"];
    let differs = theirs.iter().filter(|(name, field)| {
        !only_of_waf.contains(&name.as_str()) && own.get(name).is_none_or(|own| own["type"] != field["type"])
    });
    let differs: BTreeSet<&str> = differs.map(|(name, _)| name.as_str()).collect();
    // Theirs ends at 2 GiB; a search or an aggregation over both kinds of numbers works.
    assert_eq!(differs, BTreeSet::from(["network.bytes"]));

    let settings = site.node.get(&format!("{ours}/_settings")).good()[ours]["settings"]["index"].take();
    assert_eq!(settings["max_docvalue_fields_search"], "200");
    assert_eq!(settings["mapping"]["ignore_malformed"], "true");
}

#[test]
fn one_search_and_one_aggregation_run_over_their_indices_and_ours() {
    let indices = Indices::new("both");
    let document = json!({
        "@timestamp": "2026-11-23T01:00:00Z",
        "source": {"ip": "198.51.100.9", "port": 443},
        "url": {"path": "/_vti_bin/owssvr.dll", "original": "/_vti_bin/owssvr.dll?UL=1", "domain": "www.example.com"},
        "user_agent": {"original": "Mozilla/5.0"},
        "network": {"iana_number": 6, "bytes": 7, "transport": "tcp"},
        "rule": {"name": "ip blacklist"},
        "event": {"action": "BLOCK", "severity": 3},
        "http": {"request": {"method": "GET"}}
    });
    indices.put("ours", &document);
    let node = &indices.site.node;
    node.put(&format!("{}/_doc/theirs?refresh=true", indices.waf), &document).good();

    let both = format!("{},{}", indices.ours, indices.waf);
    assert_eq!(node.count(&both, &json!({"term": {"source.ip": "198.51.100.0/24"}})), 2);
    // What a person types into the search line.
    assert_eq!(node.count(&both, &json!({"query_string": {"query": "198.51.100.9"}})), 2);
    for field in [
        "source.ip",
        "source.port",
        "url.path",
        "url.original",
        "user_agent.original",
        "network.iana_number",
        "network.bytes",
        "event.severity",
        "event.action",
        "rule.name",
        "http.request.method",
        "@timestamp",
    ] {
        let found =
            node.search(&both, &json!({"sort": [field], "aggs": {"values": {"terms": {"field": field}}}}));
        assert_eq!(found["aggregations"]["values"]["buckets"][0]["doc_count"], 2, "{field}: {found}");
    }
    let caps = node.get(&format!("{both},{}/_field_caps?fields=*", indices.other)).good();
    for (name, types) in caps["fields"].as_object().unwrap() {
        // Dashboards calls a field with two families of types a conflict, and does not aggregate it.
        let family = |name: &String| match name.as_str() {
            "short" | "integer" | "long" | "float" => "number",
            "keyword" | "text" => "string",
            _ => "other",
        };
        let families: BTreeSet<&str> = types.as_object().unwrap().keys().map(family).collect();
        assert!(families.len() == 1, "{name}: {types}");
    }
}

#[test]
fn a_value_of_the_wrong_type_costs_no_document() {
    let indices = Indices::new("malformed");
    indices.put(
        "bad",
        &json!({
            "@timestamp": "not a date",
            "source": {"ip": "N/A", "port": "http", "geo": {"location": "nowhere"}},
            "deepsecurity": {"cnt": "many", "dpi_reason": "unknown"},
            "related": {"ip": ["10.0.0.1", "host-a"]},
            "event": {"severity": "High"}
        }),
    );
    assert_eq!(indices.found(&json!({"term": {"related.ip": "10.0.0.1"}})), ["bad"]);
    for field in ["source.ip", "source.port", "deepsecurity.dpi_reason", "event.severity", "@timestamp"] {
        assert_eq!(indices.found(&json!({"term": {"_ignored": field}})), ["bad"], "{field}");
    }
}

#[test]
fn long_values_are_kept_and_found_by_their_words() {
    let indices = Indices::new("long");
    indices.put(
        "long",
        &json!({
            "@timestamp": "2026-11-23T01:00:00Z",
            "url": {"original": format!("/a/{} needle", "x".repeat(20_000))},
            "rule": {"name": "漢".repeat(10_922)},
            "deepsecurity": {"unheard_of": "あ".repeat(20_000), "cs1": "あ".repeat(8_191)}
        }),
    );
    assert_eq!(indices.found(&json!({"match": {"url.original.text": "needle"}})), ["long"]);
    assert_eq!(indices.found(&json!({"term": {"deepsecurity.cs1": "あ".repeat(8_191)}})), ["long"]);
    assert!(indices.found(&json!({"exists": {"field": "rule.name"}})).is_empty());
    let theirs = format!("{}/_doc/long", indices.other);
    indices.site.node.put(&theirs, &json!({"x": "a".repeat(40_000)})).refused(400);
}

#[test]
fn unknown_fields_become_keywords_whatever_their_first_value_looks_like() {
    let indices = Indices::new("unknown");
    indices.put(
        "new",
        &json!({
            "@timestamp": "2026-11-23T10:00:00.5+09:00",
            "deepsecurity": {"newKey": "2026-11-23", "other": "12"},
            "brand": {"new": "2026/11/23"}
        }),
    );
    let types = types(&indices.site.node, &indices.ours);
    for (name, ignore_above) in
        [("deepsecurity.newKey", 1024), ("deepsecurity.other", 1024), ("brand.new", 8191)]
    {
        assert_eq!(types[name], json!({"type": "keyword", "ignore_above": ignore_above}), "{name}");
    }
    let range = json!({"gte": "2026-11-23T01:00:00Z", "lt": "2026-11-23T01:00:01Z"});
    assert_eq!(indices.found(&json!({"range": {"@timestamp": range}})), ["new"]);
}

#[test]
fn the_number_of_fields_has_a_bound() {
    let indices = Indices::new("bound");
    let many: BTreeMap<String, &str> = (0..400).map(|n| (format!("k{n}"), "v")).collect();
    let path = format!("{}/_doc/many", indices.ours);
    let reason = indices.site.node.put(&path, &json!({"deepsecurity": many})).refused(400);
    assert!(reason.contains("Limit of total fields [1000]"), "{reason}");
}

#[test]
fn an_equal_priority_is_refused_by_the_node() {
    let site = Site::new("equal");
    setup(&site.config()).with_status(0);
    let other = json!({"index_patterns": [format!("{}-2*", site.index)], "priority": 100});
    let reason = site.node.put(&format!("_index_template/{}-other", site.index), &other).refused(400);
    assert!(reason.contains("priority"), "{reason}");
}
