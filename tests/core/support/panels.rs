//! The dashboard as a person would write it down: what `config/dashboard.ndjson` and its Japanese twin are made of.

use serde_json::{Value, json};

/// A text in both languages.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    pub(crate) english: &'static str,
    pub(crate) japanese: &'static str,
}

impl Text {
    pub(crate) fn all(self) -> [&'static str; 2] {
        [self.english, self.japanese]
    }
}

const fn text(english: &'static str, japanese: &'static str) -> Text {
    Text { english, japanese }
}

/// A panel: a chart over counts.
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
}

const INDEX: &str = "log-deepsecurity";
const EVENTS: Text = text("Events", "イベント数");
const LATEST: Text = text("Latest event", "最終イベント");
const MODULE: Text = text("Module", "モジュール");
const COMPUTERS: Text = text("Computers", "コンピューター数");
const TITLE: Text = text("Deep Security Summary", "Deep Security サマリー");
const SEARCH: Text = text("Events in full", "イベント一覧");

const PANELS: [Panel; 10] = [
    Panel {
        name: "numbers",
        title: text("Numbers", "概要"),
        chart: Chart::Numbers,
        query: "",
        aggregations: |language| {
            json!([
                count(language),
                metric("2", "cardinality", "host.id", COMPUTERS, language),
                metric("3", "cardinality", "source.ip", text("Sources", "送信元の数"), language),
            ])
        },
        place: [0, 0, 12, 14],
    },
    Panel {
        name: "modules",
        title: text("Events by module over time", "モジュール別イベント数の推移"),
        chart: Chart::Columns,
        query: "",
        aggregations: |language| {
            let histogram = json!({
                "field": "@timestamp", "interval": "auto", "min_doc_count": 1, "extended_bounds": {},
                "drop_partials": false, "scaleMetricValues": false, "useNormalizedOpenSearchInterval": true,
            });
            json!([
                count(language),
                {"id": "2", "enabled": true, "type": "date_histogram", "schema": "segment", "params": histogram},
                terms("3", "group", "event.provider", 10, MODULE, language),
            ])
        },
        place: [12, 0, 36, 14],
    },
    Panel {
        name: "dispositions",
        title: text("Blocked, or only detected", "ブロックと検知のみの内訳"),
        chart: Chart::Bars,
        query: "_exists_:deepsecurity.disposition",
        aggregations: |language| {
            json!([
                count(language),
                terms("2", "segment", "event.provider", 10, MODULE, language),
                terms("3", "group", "deepsecurity.disposition", 5, text("Disposition", "処置"), language),
            ])
        },
        place: [0, 14, 20, 16],
    },
    Panel {
        name: "rules",
        title: text("Top rules", "上位のルール"),
        chart: Chart::Table,
        query: "",
        aggregations: |language| {
            json!([
                count(language),
                metric("2", "max", "event.severity", text("Severity", "重大度"), language),
                terms("3", "bucket", "rule.name", 50, text("Rule", "ルール"), language),
            ])
        },
        place: [20, 14, 28, 16],
    },
    Panel {
        name: "sources",
        title: text("Top sources", "上位の送信元"),
        chart: Chart::Table,
        query: "",
        aggregations: |language| {
            json!([
                count(language),
                metric("2", "cardinality", "host.id", COMPUTERS, language),
                terms("3", "bucket", "source.ip", 50, text("Source", "送信元 IP アドレス"), language),
            ])
        },
        place: [0, 30, 14, 16],
    },
    Panel {
        name: "hosts",
        title: text("Computers", "コンピューター"),
        chart: Chart::Table,
        query: "",
        aggregations: |language| {
            json!([
                count(language),
                latest("2", "host.name", text("Name", "コンピューター名"), language),
                latest("3", "host.ip", text("Address", "IP アドレス"), language),
                terms("4", "bucket", "host.id", 50, text("Host ID", "ホスト ID"), language),
            ])
        },
        place: [14, 30, 17, 16],
    },
    Panel {
        name: "files",
        title: text("Top files", "上位のファイル"),
        chart: Chart::Table,
        // Log Inspection names the log that it reads, which is no finding.
        query: "NOT event.provider:log_inspection",
        aggregations: |language| {
            json!([
                count(language),
                terms("2", "bucket", "file.path", 50, text("File", "ファイルパス"), language),
            ])
        },
        place: [31, 30, 17, 16],
    },
    Panel {
        name: "errors",
        title: text("Not understood, or refused", "解析できない、または拒否されたイベント"),
        chart: Chart::Table,
        // Documents that OpenSearch refuses are there in their raw form, of this kind too.
        query: "event.kind:pipeline_error",
        aggregations: |language| {
            json!([
                count(language),
                metric("2", "max", "@timestamp", LATEST, language),
                terms("3", "bucket", "error.type", 20, text("Reason", "理由"), language),
            ])
        },
        place: [0, 46, 14, 16],
    },
    Panel {
        name: "silent",
        title: text("Agents, the longest silent first", "最終イベントが古い順のエージェント"),
        chart: Chart::Table,
        query: "",
        aggregations: |language| {
            let mut computers = terms("4", "bucket", "host.id", 50, text("Host ID", "ホスト ID"), language);
            computers["params"]["orderBy"] = json!("2");
            computers["params"]["order"] = json!("asc");
            json!([
                count(language),
                metric("2", "max", "@timestamp", LATEST, language),
                latest("3", "host.name", text("Name", "コンピューター名"), language),
                computers,
            ])
        },
        place: [14, 46, 17, 16],
    },
    Panel {
        name: "severity",
        title: text("Severity by module", "モジュール別の重大度"),
        chart: Chart::Heat,
        query: "",
        aggregations: |language| {
            let label = text("Severity", "重大度").all()[language];
            let levels = json!({
                "field": "event.severity", "customLabel": label, "interval": 1, "min_doc_count": false,
                "has_extended_bounds": false, "extended_bounds": {},
            });
            json!([
                count(language),
                {"id": "2", "enabled": true, "type": "histogram", "schema": "segment", "params": levels},
                terms("3", "group", "event.provider", 10, MODULE, language),
            ])
        },
        place: [31, 46, 17, 16],
    },
];

const COLUMNS: [&str; 9] = [
    "event.provider",
    "deepsecurity.disposition",
    "event.action",
    "rule.name",
    "event.severity",
    "source.ip",
    "destination.ip",
    "host.id",
    "file.path",
];

/// The file in the first or the second language.
pub(crate) fn saved_objects(language: usize) -> String {
    let pattern = json!({
        "type": "index-pattern", "id": format!("{INDEX}-events"), "references": [],
        "migrationVersion": {"index-pattern": "7.6.0"},
        "attributes": {"title": format!("{INDEX}-*"), "timeFieldName": "@timestamp"},
    });
    let search = json!({
        "type": "search", "id": format!("{INDEX}-list"), "references": [pattern_reference()],
        "migrationVersion": {"search": "7.9.3"},
        "attributes": {
            "title": object_title(SEARCH, language), "description": "", "hits": 0, "version": 1,
            "columns": COLUMNS, "sort": [["@timestamp", "desc"]],
            "kibanaSavedObjectMeta": search_source(""),
        },
    });
    let charts = PANELS.iter().map(|panel| chart(panel, language));
    let objects = [pattern, search].into_iter().chain(charts).chain([dashboard(language)]);
    objects.map(|object| format!("{object}\n")).collect()
}

fn dashboard(language: usize) -> Value {
    let list = ("search", "list", [0, 62, 48, 24]);
    let all = PANELS.iter().map(|panel| ("visualization", panel.name, panel.place)).chain([list]);
    let (panels, references): (Vec<Value>, Vec<Value>) = all
        .enumerate()
        .map(|(number, (kind, name, [x, y, w, h]))| {
            let reference = format!("panel_{number}");
            let panel = json!({
                "version": "2.11.0", "panelIndex": name, "panelRefName": reference, "embeddableConfig": {},
                "gridData": {"i": name, "x": x, "y": y, "w": w, "h": h},
            });
            (panel, json!({"name": reference, "type": kind, "id": format!("{INDEX}-{name}")}))
        })
        .unzip();
    json!({
        "type": "dashboard", "id": format!("{INDEX}-summary"), "references": references,
        "migrationVersion": {"dashboard": "7.9.3"},
        "attributes": {
            "title": TITLE.all()[language], "description": "", "hits": 0, "version": 1,
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

fn chart(panel: &Panel, language: usize) -> Value {
    let title = object_title(panel.title, language);
    let (kind, params) = match panel.chart {
        Chart::Numbers => ("metric", numbers()),
        Chart::Columns => ("histogram", bars("histogram", ["bottom", "left"], language)),
        Chart::Bars => ("horizontal_bar", bars("horizontal_bar", ["left", "bottom"], language)),
        Chart::Heat => ("heatmap", heat()),
        Chart::Table => ("table", table()),
    };
    let state =
        json!({"title": title, "type": kind, "params": params, "aggs": (panel.aggregations)(language)});
    json!({
        "type": "visualization", "id": format!("{INDEX}-{}", panel.name), "references": [pattern_reference()],
        "migrationVersion": {"visualization": "7.10.0"},
        "attributes": {
            "title": title, "description": "", "version": 1, "uiStateJSON": "{}",
            "visState": state.to_string(), "kibanaSavedObjectMeta": search_source(panel.query),
        },
    })
}

/// In the list of all saved objects a title has to say what it belongs to.
fn object_title(title: Text, language: usize) -> String {
    format!("[Deep Security] {}", title.all()[language])
}

const PATTERN_REFERENCE: &str = "kibanaSavedObjectMeta.searchSourceJSON.index";

fn pattern_reference() -> Value {
    json!({"name": PATTERN_REFERENCE, "type": "index-pattern", "id": format!("{INDEX}-events")})
}

fn search_source(query: &str) -> Value {
    let source = json!({
        "query": {"language": "lucene", "query": query}, "filter": [], "indexRefName": PATTERN_REFERENCE,
    });
    json!({"searchSourceJSON": source.to_string()})
}

fn count(language: usize) -> Value {
    let label = EVENTS.all()[language];
    json!({"id": "1", "enabled": true, "type": "count", "schema": "metric", "params": {"customLabel": label}})
}

fn metric(id: &str, kind: &str, field: &str, label: Text, language: usize) -> Value {
    let params = json!({"field": field, "customLabel": label.all()[language]});
    json!({"id": id, "enabled": true, "type": kind, "schema": "metric", "params": params})
}

/// The value of the latest event.
fn latest(id: &str, field: &str, label: Text, language: usize) -> Value {
    let params = json!({
        "field": field, "customLabel": label.all()[language], "aggregate": "concat", "size": 1,
        "sortField": "@timestamp", "sortOrder": "desc",
    });
    json!({"id": id, "enabled": true, "type": "top_hits", "schema": "metric", "params": params})
}

fn terms(id: &str, schema: &str, field: &str, size: u64, label: Text, language: usize) -> Value {
    let params = json!({
        "field": field, "customLabel": label.all()[language], "size": size, "orderBy": "1", "order": "desc",
        "otherBucket": false, "otherBucketLabel": "Other", "missingBucket": false, "missingBucketLabel": "Missing",
    });
    json!({"id": id, "enabled": true, "type": "terms", "schema": schema, "params": params})
}

fn numbers() -> Value {
    json!({
        "type": "metric", "addTooltip": true, "addLegend": false,
        "metric": {
            "percentageMode": false, "useRanges": false, "colorSchema": "Green to Red", "metricColorMode": "None",
            "colorsRange": [{"from": 0, "to": 10_000}], "labels": {"show": true}, "invertColors": false,
            "style": {"bgFill": "#000", "bgColor": false, "labelColor": false, "subText": "", "fontSize": 32},
        },
    })
}

fn bars(kind: &str, [category, value]: [&str; 2], language: usize) -> Value {
    let label = EVENTS.all()[language];
    let labels = json!({"show": true, "filter": true, "rotate": 0, "truncate": 100});
    json!({
        "type": kind, "grid": {"categoryLines": false}, "labels": {"show": false}, "times": [],
        "addTooltip": true, "addLegend": true, "legendPosition": "right", "addTimeMarker": false,
        "categoryAxes": [{
            "id": "CategoryAxis-1", "type": "category", "position": category, "show": true, "style": {},
            "scale": {"type": "linear"}, "labels": labels, "title": {},
        }],
        "valueAxes": [{
            "id": "ValueAxis-1", "name": "LeftAxis-1", "type": "value", "position": value, "show": true, "style": {},
            "scale": {"type": "linear", "mode": "normal"}, "labels": labels, "title": {"text": label},
        }],
        "seriesParams": [{
            "show": true, "type": "histogram", "mode": "stacked", "data": {"id": "1", "label": label},
            "valueAxis": "ValueAxis-1", "drawLinesBetweenPoints": true, "lineWidth": 2, "showCircles": true,
        }],
        "thresholdLine": {"show": false, "value": 10, "width": 1, "style": "full", "color": "#E7664C"},
    })
}

fn heat() -> Value {
    json!({
        "type": "heatmap", "addTooltip": true, "addLegend": true, "enableHover": false, "legendPosition": "right", "times": [],
        "colorsNumber": 6, "colorSchema": "Yellow to Red", "setColorRange": false, "colorsRange": [], "invertColors": false,
        "percentageMode": false,
        "valueAxes": [{
            "show": false, "id": "ValueAxis-1", "type": "value", "scale": {"type": "linear", "defaultYExtents": false},
            "labels": {"show": true, "rotate": 0, "overwriteColor": false, "color": "black"},
        }],
    })
}

fn table() -> Value {
    json!({
        "perPage": 10, "showPartialRows": false, "showMetricsAtAllLevels": false, "showTotal": false,
        "sort": {"columnIndex": null, "direction": null}, "totalFunc": "sum", "percentageCol": "",
    })
}
