//! The questions that made the article's authors join their logs, asked over Deep Security's documents beside those that SIEM on
//! OpenSearch makes of AWS WAF's and a load balancer's: same address, same path, same minute.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};

use crate::setup::install_siem;
use crate::support::program::{Run, es_loader};
use crate::support::services::opensearch;
use crate::support::site::{Site, unique};

/// The client whose requests are looked into.
const CLIENT: &str = "203.0.113.181";

struct Logs {
    site: Site,
    waf: String,
    access: String,
}

impl Logs {
    fn new() -> Self {
        let site = Site::beside_siem("article");
        install_siem(&site.node);
        let setup = ["setup", "--endpoint", opensearch(), "--config"];
        Run::of(es_loader().args(setup).arg(site.config())).with_status(0);
        let logs = Self { site, waf: unique("log-aws-waf-2026-11"), access: unique("log-aws-elb-2026-11") };
        logs.load_deep_security();
        logs.put_waf_and_access_logs();
        logs
    }

    /// Three requests of the client that an agent's rules looked at behind the load balancer, and one of somebody else.
    fn load_deep_security(&self) {
        let event = |time: &str, id: &str, name: &str, act: &str, client: &str, target: &str| {
            let request = format!(
                "GET {target} HTTP/1.1\r\nHost: app.example.com\r\nX-Forwarded-For: {client}\r\nCookie: s=0123456789abcdef\r\n\r\n"
            );
            let packet = BASE64_STANDARD.encode(request).replace('=', "\\=");
            let message = format!(
                "Nov 22 {time} web01 CEF: 0|Trend Micro|Deep Security Agent|20.0.0.1194|{id}|{name}|8|cn1=1 cn1Label=Host ID dvc=10.0.32.44 src=10.0.7.7 dst=10.0.32.44 in=900 proto=TCP spt=24920 dpt=8080 cnt=1 act={act} TrendMicroDsPacketData={packet}"
            );
            json!({"message": message, "hostname": "web01", "timestamp": "2026-11-22T15:09:40+09:00", "tag": "ds"})
                .to_string()
        };
        let lines = [
            event(
                "15:08:33",
                "1002751",
                "Disallowed Resources",
                "Reset",
                CLIENT,
                "/_vti_bin/owssvr.dll?UL=1",
            ),
            event(
                "15:08:35",
                "1000552",
                "Cross Site Scripting",
                "IDS:Reset",
                CLIENT,
                "/search?q=%3Cscript%3E",
            ),
            event("15:20:00", "1000552", "Cross Site Scripting", "IDS:Reset", CLIENT, "/late?q=%3Cscript%3E"),
            event("15:08:34", "1000552", "Cross Site Scripting", "Reset", "198.51.100.23", "/search?q=1"),
        ];
        let file = self.site.file("ds_agent.log", lines.join("\n").as_bytes());
        let mut load = es_loader();
        load.args(["load", "--endpoint", opensearch(), "--log-type", "deepsecurity", "--config"]);
        Run::of(load.arg(self.site.config()).arg(file)).with_status(0).reports("4", "documents");
    }

    /// What the SIEM's own loader writes, reduced to what the questions need.
    fn put_waf_and_access_logs(&self) {
        let request = |time: &str, client: &str, path: &str, action: &str| {
            json!({
                "@timestamp": format!("2026-11-22T{time}+09:00"),
                "@log_type": "waf",
                "source": {"ip": client},
                "url": {"path": path, "domain": "app.example.com"},
                "http": {"request": {"method": "GET"}},
                "event": {"action": action, "module": "waf", "category": "web"}
            })
        };
        let waf = [
            request("15:08:32", CLIENT, "/_vti_bin/owssvr.dll", "ALLOW"),
            request("15:08:34", CLIENT, "/search", "ALLOW"),
            request("15:08:36", CLIENT, "/admin", "BLOCK"),
            request("15:08:37", CLIENT, "/", "ALLOW"),
            request("15:08:33", "198.51.100.23", "/search", "ALLOW"),
        ];
        for (id, document) in waf.iter().enumerate() {
            self.site.node.put(&format!("{}/_doc/{id}", self.waf), document).good();
        }
        for (id, (time, path, status)) in
            [("15:08:32", "/_vti_bin/owssvr.dll", 502), ("15:08:34", "/search", 200), ("15:08:37", "/", 200)]
                .into_iter()
                .enumerate()
        {
            let mut document = request(time, CLIENT, path, "");
            document["@log_type"] = json!("elb");
            document["event"] = json!({"module": "elb"});
            document["http"]["response"] = json!({"status_code": status});
            self.site.node.put(&format!("{}/_doc/{id}", self.access), &document).good();
        }
    }

    fn all(&self) -> String {
        format!("{},{},{}", self.site.indices(), self.waf, self.access)
    }

    fn find(&self, filters: &[Value]) -> Vec<Value> {
        self.site.node.find(&self.all(), &json!({"bool": {"filter": filters}}))
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = self.site.node.delete(&format!("{},{}", self.waf, self.access));
        }
    }
}

fn texts(documents: &[Value], pointer: &str) -> Vec<String> {
    let text = |document: &Value| document.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    documents.iter().filter_map(text).collect()
}

#[test]
fn the_five_questions_of_the_article_have_answers() {
    let logs = Logs::new();
    let client = json!({"term": {"source.ip": CLIENT}});
    let minute = json!({"range": {"@timestamp": {"gte": "2026-11-22T15:08:00+09:00", "lt": "2026-11-22T15:09:00+09:00"}}});
    let module = |module: &str| json!({"term": {"event.module": module}});

    // Which requests from this address did the WAF let through?
    let passed = logs.find(&[client.clone(), module("waf"), json!({"term": {"event.action": "ALLOW"}})]);
    let paths = texts(&passed, "/url/path");
    assert_eq!(paths, ["/_vti_bin/owssvr.dll", "/search", "/"]);

    // Which of those did Deep Security detect?
    let same_paths = json!({"terms": {"url.path": paths}});
    let detected = logs.find(&[client.clone(), minute.clone(), module("deepsecurity"), same_paths]);
    assert_eq!(texts(&detected, "/rule/name"), ["Disallowed Resources", "Cross Site Scripting"]);

    // Did it block them, or only see them?
    let with_type = |name: &str| {
        let types = json!({"term": {"event.type": name}});
        texts(&logs.find(&[client.clone(), minute.clone(), module("deepsecurity"), types]), "/rule/name")
    };
    assert_eq!(with_type("denied"), ["Disallowed Resources"]);
    assert_eq!(with_type("allowed"), ["Cross Site Scripting"]);
    assert_eq!(texts(&detected, "/deepsecurity/disposition"), ["blocked", "detected"]);

    // What URL was asked for?
    let named = json!({"match_phrase": {"url.original.text": "owssvr.dll"}});
    let urls = logs.find(&[client.clone(), named]);
    assert_eq!(texts(&urls, "/url/original"), ["/_vti_bin/owssvr.dll?UL=1"]);
    assert_eq!(texts(&urls, "/url/domain"), ["app.example.com"]);

    // When, and what did the load balancer answer? One search, in the order of time.
    let path = json!({"term": {"url.path": "/_vti_bin/owssvr.dll"}});
    let story = logs.find(&[client, path]);
    assert_eq!(texts(&story, "/event/module").len(), 3);
    assert_eq!(texts(&story, "/@timestamp").last().unwrap(), "2026-11-22T15:08:33+09:00");
    assert_eq!(texts(&story, "/event/module").last().unwrap(), "deepsecurity");
    let status = story.iter().find_map(|document| document.pointer("/http/response/status_code"));
    assert_eq!(status, Some(&json!(502)));
}
