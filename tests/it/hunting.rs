//! The questions of `docs/hunting.md`, asked as the page says, over the attack story.

use serde_json::{Value, json};

use crate::support::services::repository;
use crate::support::story::{CLIENT, Story};

/// The text of the page's block of this language and name.
fn block(language: &str, name: &str) -> String {
    let page = std::fs::read_to_string(repository().join("docs/hunting.md")).unwrap();
    let start = format!("```{language} {name}\n");
    let (_, behind) = page.split_once(&start).unwrap_or_else(|| panic!("no block {name}"));
    behind.split_once("\n```").unwrap().0.to_owned()
}

impl Story {
    /// The keys of the buckets that a query of the page finds and that are an answer.
    fn buckets(&self, name: &str, is_answer: fn(&Value) -> bool) -> Vec<Value> {
        let query: Value = serde_json::from_str(&block("json", name)).unwrap();
        let found = self.site.node.search(&self.pattern(), &query);
        let buckets =
            found["aggregations"]["found"]["buckets"].as_array().unwrap_or_else(|| panic!("{found:#}"));
        buckets.iter().filter(|bucket| is_answer(bucket)).map(|bucket| bucket["key"].clone()).collect()
    }

    /// What a line of DQL finds. The query string of OpenSearch reads the words of DQL that the page uses, with the operators in capitals.
    fn lines(&self, name: &str) -> Vec<Value> {
        let words: Vec<String> = block("dql", name)
            .split_whitespace()
            .map(
                |word| {
                    if ["and", "or", "not"].contains(&word) { word.to_uppercase() } else { word.to_owned() }
                },
            )
            .collect();
        let query = words.join(" ").replace(": ", ":").replace(" >= ", ":>=");
        let query = json!({"query_string": {"query": query, "analyze_wildcard": true}});
        self.site.node.find(&self.pattern(), &query)
    }
}

/// How many documents a part of a bucket counts.
fn count(bucket: &Value, name: &str) -> u64 {
    bucket[name]["doc_count"].as_u64().unwrap()
}

fn texts(documents: &[Value], pointer: &str) -> Vec<String> {
    let text = |document: &Value| document.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    documents.iter().filter_map(text).collect()
}

#[test]
fn each_question_has_its_answer_in_the_story() {
    let story = Story::new("hunting");
    story.load();

    let mut met =
        story.buckets("allowed_and_detected", |it| count(it, "allowed") > 0 && count(it, "detected") > 0);
    met.sort_unstable_by_key(Value::to_string);
    assert_eq!(
        met,
        [
            json!(["198.51.100.23", "/search"]),
            json!([CLIENT, "/_vti_bin/owssvr.dll"]),
            json!([CLIENT, "/files"]),
            json!([CLIENT, "/search"]),
        ]
    );
    assert_eq!(texts(&story.lines("paths"), "/url/path").len(), 4);
    let reset =
        story.buckets("reset_and_answered", |it| count(it, "blocked") > 0 && count(it, "answered") > 0);
    assert_eq!(reset, [json!([CLIENT, "/files"])]);
    let customers =
        story.buckets("would_have_blocked", |it| count(it, "detected") > 0 && count(it, "blocked") == 0);
    assert_eq!(customers, [json!("198.51.100.23")]);
    let many = story.buckets("many_addresses", |it| it["addresses"]["value"].as_u64().unwrap() >= 3);
    assert_eq!(many, [json!("/wp-login.php")]);
    assert_eq!(story.buckets("silent_agents", |it| count(it, "last") == 0), [json!("10.0.32.45")]);
    let guessed = story.buckets("sign_ins", |it| {
        let last = |name: &str| it[name]["last"]["value"].as_f64();
        count(it, "failed") >= 3 && last("succeeded") > last("failed")
    });
    assert_eq!(guessed, [json!(["carol", CLIENT])]);
    assert_eq!(
        texts(&story.lines("account"), "/event/action"),
        ["CreateAccessKey", "AuthorizeSecurityGroupIngress"]
    );
    assert_eq!(texts(&story.lines("past_the_balancer"), "/event/action"), ["REJECT"]);
    assert_eq!(story.lines("scanners").len(), 6);
    assert_eq!(texts(&story.lines("balancer_errors"), "/url/path"), ["/_vti_bin/owssvr.dll"]);
}

#[test]
fn the_timeline_shows_each_event_of_an_address_and_who_alone_saw_it() {
    let story = Story::new("timeline");
    story.load();
    let timeline = |arguments: &[&str]| {
        let mut command = story.timeline(CLIENT);
        crate::support::program::Run::of(command.args(arguments)).with_status(0).out()
    };
    let text = timeline(&[]);
    let line = |parts: &[&str]| {
        let found = text.lines().find(|line| parts.iter().all(|part| line.contains(part)));
        found.unwrap_or_else(|| panic!("no {parts:?} in\n{text}"))
    };
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.is_sorted_by_key(|line| line.split("  ").next()), "{text}");
    line(&["waf", "blocked", "GET /admin?id=1%27%20OR%201=1", "AWS-AWSManagedRulesSQLiRuleSet"]);
    line(&["deepsecurity", "detected", "GET /search", "Generic Cross Site Scripting"]);
    line(&["alb", "failed", "502  GET /_vti_bin/owssvr.dll"]);
    line(&["vpcflowlogs", "blocked", "-> 10.0.32.44:22"]);
    line(&["deepsecurity", ":3389", "only deepsecurity saw it"]);
    assert!(!line(&["deepsecurity", "blocked", "GET /files"]).contains("only"), "{text}");
    line(&["cloudtrail", "failed", "ConsoleLogin by carol"]);
    line(&["cloudtrail", "succeeded", "ConsoleLogin by carol"]);
    assert!(!text.contains("198.51.100.23"), "{text}");

    let events: Vec<Value> = serde_json::from_str(&timeline(&["--json"])).unwrap();
    assert_eq!(events.len(), lines.len());
    assert_eq!(events[0]["alone"], true);
    let late = timeline(&["--since", "2026-11-28T03:11:00Z"]);
    assert!(!late.contains("GET /cart") && late.contains("ConsoleLogin"), "{late}");
    assert_eq!(timeline(&["--limit", "3"]).lines().count(), 3);
    assert_eq!(timeline(&["--since", "1s"]), "");
}
