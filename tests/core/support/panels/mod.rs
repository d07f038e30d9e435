//! Dashboards as a person would write them down: what the saved objects in `config/` are made of, in both languages.

mod aggregations;
mod charts;
pub(crate) mod summary;
pub(crate) mod address;

use serde_json::{Map, Value, json};

/// A dashboard: panels, and under them a list of events.
pub(crate) struct Board {
    /// Its files, in English and in Japanese.
    pub(crate) files: [&'static str; 2],
    /// What the ids of its objects begin with.
    ids: &'static str,
    /// What its own id ends with.
    name: &'static str,
    /// The indices that it is over.
    pattern: &'static str,
    /// What the titles of its objects begin with.
    label: &'static str,
    title: Text,
    panels: &'static [Panel],
    /// The title of the list.
    list: Text,
    columns: &'static [&'static str],
    list_place: [u64; 4],
    /// Fields with addresses, each of which is a link to this dashboard for it. An event has the address in one of them.
    links: &'static [&'static str],
}

/// A text in both languages.
#[derive(Clone, Copy)]
struct Text {
    english: &'static str,
    japanese: &'static str,
}

impl Text {
    fn all(self) -> [&'static str; 2] {
        [self.english, self.japanese]
    }
}

const fn text(english: &'static str, japanese: &'static str) -> Text {
    Text { english, japanese }
}

/// A panel: mostly a chart over counts.
struct Panel {
    /// What its id ends with.
    name: &'static str,
    title: Text,
    chart: Chart,
    /// In Lucene's language.
    query: &'static str,
    aggregations: fn(usize) -> Value,
    /// Left, top, width and height, in 48ths of the page's width.
    place: [u64; 4],
}

enum Chart {
    Numbers,
    Columns,
    Bars,
    Heat,
    Table,
    /// A list of a field's values, one of which is what all panels show.
    Choice {
        field: &'static str,
        label: Text,
    },
    /// Markdown.
    Note(Text),
}

const EVENTS: Text = text("Events", "イベント数");

/// How a chart or a search names its index pattern.
const PATTERN_REFERENCE: &str = "kibanaSavedObjectMeta.searchSourceJSON.index";

/// How a list of values does.
const CONTROL_REFERENCE: &str = "control_0_index_pattern";

impl Board {
    /// Its file in the first or the second language.
    pub(crate) fn saved_objects(&self, language: usize) -> String {
        let search = json!({
            "type": "search", "id": self.id("list"), "references": [self.pattern_reference(PATTERN_REFERENCE)],
            "migrationVersion": {"search": "7.9.3"},
            "attributes": {
                "title": self.object_title(self.list, language), "description": "", "hits": 0, "version": 1,
                "columns": self.columns, "sort": [["@timestamp", "desc"]],
                "kibanaSavedObjectMeta": search_source(""),
            },
        });
        let charts = self.panels.iter().map(|panel| self.chart(panel, language));
        let objects =
            [self.index_pattern(), search].into_iter().chain(charts).chain([self.dashboard(language)]);
        objects.map(|object| format!("{object}\n")).collect()
    }

    /// The id of the dashboard itself.
    pub(crate) fn own_id(&self) -> String {
        self.id(self.name)
    }

    /// How many panels it has besides the list.
    pub(crate) fn charts(&self) -> usize {
        self.panels.len()
    }

    fn id(&self, name: &str) -> String {
        format!("{}-{name}", self.ids)
    }

    /// In the list of all saved objects a title has to say what it belongs to.
    fn object_title(&self, title: Text, language: usize) -> String {
        format!("[{}] {}", self.label, title.all()[language])
    }

    fn index_pattern(&self) -> Value {
        let mut attributes = json!({"title": self.pattern, "timeFieldName": "@timestamp"});
        if !self.links.is_empty() {
            let format = json!({
                "id": "url", "params": {"urlTemplate": self.link(), "labelTemplate": "{{value}}"},
            });
            let formats: Map<String, Value> =
                self.links.iter().map(|field| ((*field).to_owned(), format.clone())).collect();
            attributes["fieldFormatMap"] = Value::from(Value::from(formats).to_string());
        }
        json!({
            "type": "index-pattern", "id": self.id("events"), "references": [],
            "migrationVersion": {"index-pattern": "7.6.0"}, "attributes": attributes,
        })
    }

    /// The address of this dashboard for one address, below that of Dashboards' applications.
    fn link(&self) -> String {
        let query: Vec<String> =
            self.links.iter().map(|field| format!("{field}:%22{{{{value}}}}%22")).collect();
        let query = query.join("%20or%20");
        format!("dashboards#/view/{}?_a=(query:(language:kuery,query:'{query}'))", self.own_id())
    }

    fn dashboard(&self, language: usize) -> Value {
        let list = ("search", "list", self.list_place);
        let all = self.panels.iter().map(|panel| ("visualization", panel.name, panel.place)).chain([list]);
        let (panels, references): (Vec<Value>, Vec<Value>) = all
            .enumerate()
            .map(|(number, (kind, name, [x, y, w, h]))| {
                let reference = format!("panel_{number}");
                let panel = json!({
                    "version": "2.11.0", "panelIndex": name, "panelRefName": reference, "embeddableConfig": {},
                    "gridData": {"i": name, "x": x, "y": y, "w": w, "h": h},
                });
                (panel, json!({"name": reference, "type": kind, "id": self.id(name)}))
            })
            .unzip();
        json!({
            "type": "dashboard", "id": self.own_id(), "references": references,
            "migrationVersion": {"dashboard": "7.9.3"},
            "attributes": {
                "title": self.title.all()[language], "description": "", "hits": 0, "version": 1,
                "timeRestore": true, "timeFrom": "now-7d", "timeTo": "now",
                "refreshInterval": {"pause": true, "value": 0},
                "optionsJSON": json!({"hidePanelTitles": false, "useMargins": true}).to_string(),
                "panelsJSON": Value::from(panels).to_string(),
                "kibanaSavedObjectMeta": {
                    "searchSourceJSON": json!({"query": {"language": "kuery", "query": ""}, "filter": []}).to_string(),
                },
            },
        })
    }

    fn chart(&self, panel: &Panel, language: usize) -> Value {
        let title = self.object_title(panel.title, language);
        let (kind, params) = match panel.chart {
            Chart::Numbers => ("metric", charts::numbers()),
            Chart::Columns => ("histogram", charts::bars("histogram", ["bottom", "left"], language)),
            Chart::Bars => ("horizontal_bar", charts::bars("horizontal_bar", ["left", "bottom"], language)),
            Chart::Heat => ("heatmap", charts::heat()),
            Chart::Table => ("table", charts::table()),
            Chart::Choice { field, label } => ("input_control_vis", charts::choice(field, label, language)),
            Chart::Note(content) => ("markdown", charts::note(content, language)),
        };
        let (references, source) = match panel.chart {
            Chart::Choice { .. } => (vec![self.pattern_reference(CONTROL_REFERENCE)], no_search()),
            Chart::Note(_) => (vec![], no_search()),
            _ => (vec![self.pattern_reference(PATTERN_REFERENCE)], search_source(panel.query)),
        };
        let state =
            json!({"title": title, "type": kind, "params": params, "aggs": (panel.aggregations)(language)});
        json!({
            "type": "visualization", "id": self.id(panel.name), "references": references,
            "migrationVersion": {"visualization": "7.10.0"},
            "attributes": {
                "title": title, "description": "", "version": 1, "uiStateJSON": "{}",
                "visState": state.to_string(), "kibanaSavedObjectMeta": source,
            },
        })
    }

    fn pattern_reference(&self, name: &str) -> Value {
        json!({"name": name, "type": "index-pattern", "id": self.id("events")})
    }
}

fn search_source(query: &str) -> Value {
    let source = json!({
        "query": {"language": "lucene", "query": query}, "filter": [], "indexRefName": PATTERN_REFERENCE,
    });
    json!({"searchSourceJSON": source.to_string()})
}

/// A panel that asks for nothing, or does so in its own way.
fn no_search() -> Value {
    let source = json!({"query": {"language": "lucene", "query": ""}, "filter": []});
    json!({"searchSourceJSON": source.to_string()})
}
