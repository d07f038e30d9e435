//! "One address": what `config/dashboard-address.ndjson` is made of. It is over all logs.

use serde_json::json;

use super::aggregations::{LATEST, count, filters, metric, over_time, terms};
use super::{Board, Chart, Panel, Text, text};

const LOG: Text = text("Log", "ログ");
const LOGS: Text = text("Logs", "ログの数");
const ADDRESS_LABEL: Text = text("Address", "IP アドレス");

pub(crate) static ADDRESS: Board = Board {
    files: ["config/dashboard-address.ndjson", "config/dashboard-address.ja.ndjson"],
    ids: "es-loader",
    name: "address",
    pattern: "log-*",
    label: "One address",
    title: text("One address", "IP アドレスの調査"),
    panels: &PANELS,
    list: text("Events of all logs", "全ログのイベント一覧"),
    columns: &COLUMNS,
    list_place: [0, 56, 48, 24],
    links: &["source.ip", "client.ip", "destination.ip", "related.ip"],
};

const PANELS: [Panel; 8] = [
    Panel {
        name: "choice",
        title: text("Address", "IP アドレスの選択"),
        chart: Chart::Choice { field: "related.ip", label: ADDRESS_LABEL },
        query: "",
        aggregations: |_| json!([]),
        place: [0, 0, 16, 10],
    },
    Panel {
        name: "note",
        title: text("How to ask", "使い方"),
        chart: Chart::Note(text(
            "Choose an address on the left. One that is not in the list goes into the search bar (DQL): `related.ip: \"203.0.113.77\"`. \
             `related.ip` has all addresses of an event; where another loader wrote the log, ask for \
             `source.ip: \"203.0.113.77\" or client.ip: \"203.0.113.77\" or destination.ip: \"203.0.113.77\"` as well.\n\n\
             An address in a table is a link to its own page. A log, a verdict, a path, a rule or a user narrows all parts by a click.",
            "左の一覧から IP アドレスを選びます。一覧にないものは検索バー（DQL）に入力します: `related.ip: \"203.0.113.77\"`。\
             `related.ip` にはイベントのすべての IP アドレスが入ります。ほかのローダーが書いたログには、\
             `source.ip: \"203.0.113.77\" or client.ip: \"203.0.113.77\" or destination.ip: \"203.0.113.77\"` も使います。\n\n\
             表の IP アドレスは、その IP アドレスの画面へのリンクです。ログ、判定、パス、ルール、ユーザーをクリックすると、全体が絞り込まれます。",
        )),
        query: "",
        aggregations: |_| json!([]),
        place: [16, 0, 32, 10],
    },
    Panel {
        name: "timeline",
        title: text("Events by log over time", "ログ別イベント数の推移"),
        chart: Chart::Columns,
        query: "",
        aggregations: |language| {
            json!([count(language), over_time("2"), terms("3", "group", "@log_type", 20, LOG, language)])
        },
        place: [0, 10, 48, 14],
    },
    Panel {
        name: "verdicts",
        title: text("Verdicts by log", "ログ別の判定"),
        chart: Chart::Bars,
        query: "",
        aggregations: |language| {
            json!([
                count(language),
                terms("2", "segment", "@log_type", 20, LOG, language),
                filters("3", "group", &verdicts(), language),
            ])
        },
        place: [0, 24, 20, 16],
    },
    Panel {
        name: "counterparts",
        title: text("Addresses in the same events", "同じイベントの IP アドレス"),
        chart: Chart::Table,
        query: "",
        aggregations: |language| {
            json!([
                count(language),
                metric("2", "cardinality", "@log_type", LOGS, language),
                metric("3", "max", "@timestamp", LATEST, language),
                terms("4", "bucket", "related.ip", 50, ADDRESS_LABEL, language),
            ])
        },
        place: [20, 24, 28, 16],
    },
    Panel {
        name: "urls",
        title: text("Paths of URLs", "URL のパス"),
        chart: Chart::Table,
        query: "",
        aggregations: |language| {
            let status = text("Highest status", "ステータスの最大値");
            json!([
                count(language),
                metric("2", "cardinality", "@log_type", LOGS, language),
                metric("3", "max", "http.response.status_code", status, language),
                terms("4", "bucket", "url.path", 50, text("Path", "パス"), language),
            ])
        },
        place: [0, 40, 20, 16],
    },
    Panel {
        name: "rules",
        title: text("Rules", "ルール"),
        chart: Chart::Table,
        query: "",
        aggregations: |language| {
            json!([
                count(language),
                metric("2", "cardinality", "@log_type", LOGS, language),
                terms("3", "bucket", "rule.name", 50, text("Rule", "ルール名"), language),
            ])
        },
        place: [20, 40, 16, 16],
    },
    Panel {
        name: "users",
        title: text("Users", "ユーザー"),
        chart: Chart::Table,
        query: "",
        aggregations: |language| {
            json!([
                count(language),
                metric("2", "cardinality", "@log_type", LOGS, language),
                terms("3", "bucket", "related.user", 50, text("User", "ユーザー名"), language),
            ])
        },
        place: [36, 40, 12, 16],
    },
];

const COLUMNS: [&str; 9] = [
    "@log_type",
    "source.ip",
    "destination.ip",
    "event.action",
    "event.outcome",
    "http.request.method",
    "url.path",
    "http.response.status_code",
    "rule.name",
];

/// What `es-loader timeline` calls verdicts, as queries: the disposition of a log type that has one, else type and outcome (ECS).
fn verdicts() -> [(Text, String); 5] {
    // The field stands under the prefix of its section.
    let disposition = r"\*.disposition";
    let any = format!("{disposition}:(blocked OR detected OR allowed)");
    let untold = |outcome: &str| {
        format!("event.outcome:{outcome} AND NOT event.type:(allowed OR denied) AND NOT {any}")
    };
    [
        (text("Blocked", "ブロック"), format!("{disposition}:blocked OR (event.type:denied AND NOT {any})")),
        (text("Detected", "検知のみ"), format!("{disposition}:detected")),
        (
            text("Allowed", "許可"),
            format!("{disposition}:allowed OR (event.type:allowed AND NOT event.type:denied AND NOT {any})"),
        ),
        (text("Failed", "失敗"), untold("failure")),
        (text("Succeeded", "成功"), untold("success")),
    ]
}
