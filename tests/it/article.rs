//! The questions that made the article's authors join their logs, asked over what the loader makes of them: AWS WAF's full log, the access
//! logs of the load balancer and of nginx, CloudTrail, VPC flow logs and Deep Security, in the same minutes.

use serde_json::{Value, json};

use crate::setup::install_siem;
use crate::support::story::{CLIENT, Story};

fn texts(documents: &[Value], pointer: &str) -> Vec<String> {
    let text = |document: &Value| document.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    documents.iter().filter_map(text).collect()
}

#[test]
fn the_five_questions_of_the_article_have_answers() {
    let story = Story::new("article");
    install_siem(&story.site.node);
    story.load();
    let client = json!({"term": {"source.ip": CLIENT}});
    let minute =
        json!({"range": {"@timestamp": {"gte": "2026-11-28T03:10:00Z", "lt": "2026-11-28T03:11:00Z"}}});
    let log = |name: &str| json!({"term": {"@log_type": name}});

    // Which requests from this address did the WAF let through?
    let passed =
        story.find(&[client.clone(), minute.clone(), log("waf"), json!({"term": {"event.type": "allowed"}})]);
    let paths = texts(&passed, "/url/path");
    assert_eq!(
        paths,
        ["/", "/cart", "/_vti_bin/owssvr.dll", "/search", "/files", "/wp-login.php", "/checkout"]
    );

    // Which of those did Deep Security detect?
    let same_paths = json!({"terms": {"url.path": paths}});
    let detected = story.find(&[client.clone(), minute.clone(), log("deepsecurity"), same_paths]);
    assert_eq!(texts(&detected, "/url/path"), ["/_vti_bin/owssvr.dll", "/search", "/files"]);

    // Did it block them, or only see them?
    assert_eq!(texts(&detected, "/deepsecurity/disposition"), ["blocked", "detected", "blocked"]);
    let with_type = |name: &str| {
        let types = json!({"term": {"event.type": name}});
        texts(&story.find(&[client.clone(), minute.clone(), log("deepsecurity"), types]), "/url/path")
    };
    assert_eq!(with_type("denied"), ["/_vti_bin/owssvr.dll", "/files"]);
    assert_eq!(with_type("allowed"), ["/search"]);

    // What URL was asked for?
    let named = json!({"match_phrase": {"url.original.text": "owssvr.dll"}});
    let urls = story.find(&[client.clone(), named]);
    assert_eq!(texts(&urls, "/url/original"), ["/_vti_bin/owssvr.dll?UL=1&ACT=4"]);
    assert_eq!(texts(&urls, "/url/domain"), ["shop.example.com"]);

    // When, and what did the load balancer answer? One search, in the order of time.
    let path = json!({"term": {"url.path": "/_vti_bin/owssvr.dll"}});
    let asked = story.find(&[client, path]);
    assert_eq!(texts(&asked, "/@log_type"), ["deepsecurity", "waf", "alb"]);
    assert_eq!(texts(&asked, "/@timestamp").first().unwrap(), "2026-11-28T12:10:31+09:00");
    assert_eq!(asked[2]["http"]["response"]["status_code"], json!(502));
}

#[test]
fn nothing_of_the_story_is_refused_and_one_search_finds_the_address_in_each_log() {
    let story = Story::new("story");
    story.load();
    let seen = story.find(&[json!({"term": {"related.ip": CLIENT}})]);
    let mut logs = texts(&seen, "/@log_type");
    logs.sort_unstable();
    logs.dedup();
    assert_eq!(logs, ["alb", "cloudtrail", "deepsecurity", "nginx-access", "vpcflowlogs", "waf"]);
    let outcomes =
        story.find(&[json!({"term": {"source.ip": CLIENT}}), json!({"exists": {"field": "error.type"}})]);
    assert!(outcomes.is_empty(), "{outcomes:#?}");
}
