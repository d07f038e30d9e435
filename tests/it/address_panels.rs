//! Each panel of the dashboard "One address" on a real node, over the attack story: what it asks for, out of its saved state, and what
//! the documents and `es-loader timeline` say of the address.

use std::collections::{BTreeMap, BTreeSet};

use es_loader::setup::dashboard::{Language, one_address};
use serde_json::{Value, json};

use crate::support::panel::{Saved, buckets, documents, inner, key, list_question, question};
use crate::support::program::Run;
use crate::support::story::{CLIENT, Story};

/// The story in a node, and the dashboard over it.
struct Page {
    story: Story,
    saved: Saved,
}

impl Page {
    fn new(name: &str) -> Self {
        let story = Story::new(name);
        story.load();
        Self { story, saved: Saved::read(one_address(Language::English)) }
    }

    fn attributes(&self, name: &str) -> &Value {
        self.saved.attributes(&format!("es-loader-{name}"))
    }

    /// The field of the list from which an address is chosen, and how many of its values are offered.
    fn choice(&self) -> (String, u64) {
        let state = inner(&self.attributes("choice")["visState"]);
        let control = &state["params"]["controls"][0];
        (control["fieldName"].as_str().unwrap().to_owned(), control["options"]["size"].as_u64().unwrap())
    }

    /// What the choice of the client adds to the search of each panel.
    fn chosen(&self) -> Value {
        json!({"match_phrase": {self.choice().0: CLIENT}})
    }

    fn search(&self, search: &Value) -> Value {
        // The node has the documents of other tests in `log-*`.
        self.story.site.node.search(&self.story.pattern(), search)
    }

    /// What Dashboards gets for a panel when the client is chosen.
    fn ask(&self, name: &str) -> Value {
        self.search(&question(self.attributes(name), &[self.chosen()]))
    }

    /// The documents that a query finds, by their ids.
    fn ids(&self, query: &Value) -> BTreeSet<String> {
        let found = self.search(&json!({"size": 1_000, "_source": false, "query": query}));
        let hits = found["hits"]["hits"].as_array().unwrap();
        hits.iter().map(|hit| hit["_id"].as_str().unwrap().to_owned()).collect()
    }

    /// What `es-loader timeline` says of the client.
    fn timeline(&self) -> Vec<Value> {
        let run = Run::of(self.story.timeline(CLIENT).arg("--json")).with_status(0);
        serde_json::from_str(&run.out()).unwrap()
    }

    /// The documents of the client.
    fn events(&self) -> Vec<Value> {
        self.story.find(&[self.chosen()])
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// All values at a place of a document.
fn values(event: &Value, pointer: &str) -> BTreeSet<String> {
    match event.pointer(pointer) {
        None => BTreeSet::new(),
        Some(Value::Array(all)) => all.iter().map(text).collect(),
        Some(one) => BTreeSet::from([text(one)]),
    }
}

/// The documents that have each of the values at a place.
fn by_value<'e>(events: &'e [Value], pointer: &str) -> BTreeMap<String, Vec<&'e Value>> {
    let mut found: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for event in events {
        for value in values(event, pointer) {
            found.entry(value).or_default().push(event);
        }
    }
    found
}

#[test]
fn a_choice_and_a_link_show_what_the_timeline_shows() {
    let page = Page::new("address-choice");
    let (field, size) = page.choice();
    let offered = page
        .search(&json!({"size": 0, "aggs": {"offered": {"terms": {"field": field.as_str(), "size": size}}}}));
    let offered: BTreeSet<&str> = buckets(&offered["aggregations"]["offered"]).iter().map(key).collect();
    assert!(offered.contains(CLIENT) && offered.contains("198.51.100.23"), "{offered:?}");

    let timeline: BTreeSet<String> = page.timeline().iter().map(|event| text(&event["id"])).collect();
    assert!(timeline.len() > 20, "{timeline:?}");
    assert_eq!(page.ids(&page.chosen()), timeline);

    let formats = inner(&page.attributes("events")["fieldFormatMap"]);
    let link = formats["source.ip"]["params"]["urlTemplate"].as_str().unwrap();
    let (_, query) = link.split_once("query:'").unwrap();
    // Of these words Lucene's language differs from DQL by the capitals alone.
    let query = query.strip_suffix("'))").unwrap().replace("%22", "\"").replace("%20or%20", " OR ");
    let query = query.replace("{{value}}", CLIENT);
    assert_eq!(page.ids(&json!({"query_string": {"query": query}})), timeline);
}

#[test]
fn each_panel_of_one_address_shows_what_the_documents_say() {
    let page = Page::new("address-panels");
    let events = page.events();
    let logs = by_value(&events, "/@log_type");
    assert_eq!(logs.len(), 6, "{:?}", logs.keys());
    assert_eq!(page.attributes("events")["title"], "log-*");

    let timeline = page.ask("timeline");
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    for moment in buckets(&timeline["aggregations"]["2"]) {
        for log in buckets(&moment["3"]) {
            *shown.entry(key(log)).or_default() += usize::try_from(documents(log)).unwrap();
        }
    }
    assert!(shown.into_iter().eq(logs.iter().map(|(log, events)| (log.as_str(), events.len()))));

    let verdicts = page.ask("verdicts");
    let mut shown: BTreeMap<(String, String), u64> = BTreeMap::new();
    for log in buckets(&verdicts["aggregations"]["2"]) {
        for (verdict, bucket) in log["3"]["buckets"].as_object().unwrap() {
            shown.insert((key(log).to_owned(), verdict.to_lowercase()), documents(bucket));
        }
    }
    shown.retain(|_, count| *count > 0);
    let mut told: BTreeMap<(String, String), u64> = BTreeMap::new();
    for event in page.timeline() {
        *told.entry((text(&event["log"]), text(&event["verdict"]))).or_default() += 1;
    }
    told.retain(|(_, verdict), _| verdict != "unknown");
    assert_eq!(shown, told);
    for (log, verdict, count) in [
        ("waf", "blocked", 1),
        ("deepsecurity", "blocked", 4),
        ("deepsecurity", "detected", 1),
        ("vpcflowlogs", "blocked", 1),
        ("vpcflowlogs", "allowed", 1),
    ] {
        assert_eq!(shown[&(log.to_owned(), verdict.to_owned())], count, "{log} {verdict}");
    }

    for (name, id, pointer, some) in [
        ("counterparts", "4", "/related/ip", "10.0.32.44"),
        ("urls", "4", "/url/path", "/_vti_bin/owssvr.dll"),
        ("rules", "3", "/rule/name", "AWS-AWSManagedRulesSQLiRuleSet"),
        ("users", "3", "/related/user", "carol"),
    ] {
        let answer = page.ask(name);
        let rows = buckets(&answer["aggregations"][id]);
        let written = by_value(&events, pointer);
        assert!(rows.iter().any(|row| key(row) == some), "{name}: no {some} in {rows:?}");
        assert_eq!(rows.len(), written.len(), "{name}: {rows:?}");
        for row in rows {
            let events = &written[key(row)];
            assert_eq!(documents(row), u64::try_from(events.len()).unwrap(), "{name}: {row}");
            let logs: BTreeSet<String> =
                events.iter().flat_map(|event| values(event, "/@log_type")).collect();
            assert_eq!(row["2"]["value"], logs.len(), "{name}: {row}");
            if name == "urls" {
                let status = |event: &&Value| event.pointer("/http/response/status_code")?.as_f64();
                let highest = events.iter().filter_map(status).reduce(f64::max);
                assert_eq!(row["3"]["value"].as_f64(), highest, "{row}");
            }
        }
    }
}

#[test]
fn the_list_of_one_address_has_its_events_and_a_value_in_each_column() {
    let page = Page::new("address-list");
    let attributes = page.attributes("list");
    let found = page.search(&list_question(attributes, 1_000, &[page.chosen()]));
    let hits = found["hits"]["hits"].as_array().unwrap();
    assert_eq!(hits.len(), page.timeline().len());
    for column in attributes["columns"].as_array().unwrap() {
        let column = column.as_str().unwrap();
        assert!(hits.iter().any(|hit| hit["fields"][column].is_array()), "no event has {column}");
    }
}
