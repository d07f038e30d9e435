//! "Deep Security Summary": what `config/dashboard.ndjson` is made of.

use serde_json::json;

use super::aggregations::{LATEST, count, latest, metric, over_time, terms};
use super::{Board, Chart, Panel, Text, text};

const MODULE: Text = text("Module", "モジュール");
const COMPUTERS: Text = text("Computers", "コンピューター数");

pub(crate) static SUMMARY: Board = Board {
    files: ["config/dashboard.ndjson", "config/dashboard.ja.ndjson"],
    ids: "log-deepsecurity",
    name: "summary",
    pattern: "log-deepsecurity-*",
    label: "Deep Security",
    title: text("Deep Security Summary", "Deep Security サマリー"),
    panels: &PANELS,
    list: text("Events in full", "イベント一覧"),
    columns: &COLUMNS,
    list_place: [0, 62, 48, 24],
    links: &[],
};

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
            json!([
                count(language),
                over_time("2"),
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
