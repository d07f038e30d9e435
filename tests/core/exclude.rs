//! Rules that leave documents out: what they match, what they count, and what is wrong with them.

use std::time::Duration;

use es_loader::config::Config;
use es_loader::config::diagnostic::{Diagnostic, File, Severity};
use es_loader::load::account::Account;
use es_loader::map::compiled::CompiledSections;
use es_loader::map::exclude::RuleAction;
use es_loader::report::{ExitStatus, ObjectReport, Outcome, Report};
use proptest::prelude::*;

use crate::support::{Loaded, agent_event, fluentd_line, load_bytes, plan};

fn rules(name: &str, text: &str) -> Result<CompiledSections, Vec<Diagnostic>> {
    let file = File { name: name.to_owned(), text: text.to_owned() };
    CompiledSections::new(Config::load(&[]).unwrap()).unwrap().excluding(&[file])
}

const HEADER: &str = "log_type,field,pattern,pattern_type,comment\n";

fn csv(rows: &str) -> CompiledSections {
    rules("rules.csv", &format!("{HEADER}{rows}")).unwrap()
}

fn json(text: &str) -> CompiledSections {
    rules("rules.json", text).unwrap()
}

fn condition(action: &str, expression: &str) -> CompiledSections {
    let setting = serde_json::json!({"deepsecurity/rule": {"action": action, "expression": expression}});
    json(&setting.to_string())
}

fn load(plans: &CompiledSections, events: &[&str]) -> Loaded {
    let lines: Vec<u8> = events.iter().flat_map(|event| fluentd_line(&agent_event("21", event))).collect();
    let loaded = load_bytes(plans.named("deepsecurity").unwrap(), &lines);
    adds_up(&loaded.account, loaded.documents.len());
    loaded
}

/// Every document is handed over or left out.
fn adds_up(account: &Account, documents: usize) {
    assert_eq!(account.handed_over(), documents as u64);
    assert_eq!(account.documents, account.handed_over() + account.exclusions.excluded());
}

/// `cnt` of the events that are left.
fn left(plans: &CompiledSections, events: &[&str]) -> Vec<u64> {
    let loaded = load(plans, events);
    loaded.documents.iter().map(|document| document.get("event.count").as_u64().unwrap()).collect()
}

fn hits(loaded: &Loaded) -> Vec<(String, RuleAction, u64)> {
    let rules = loaded.account.exclusions.iter();
    rules.map(|(rule, hits)| (rule.to_owned(), hits.action, hits.documents)).collect()
}

const EVENTS: [&str; 4] = [
    "act=Deny src=192.0.2.10 dpt=80 cnt=1",
    "act=Log src=192.0.2.100 dpt=8080 cnt=2",
    "act=Deny src=192.0.2.101 dpt=443 cnt=3",
    "act=Reset dpt=80 foo=a,b cnt=4",
];

#[test]
fn a_text_excludes_the_value_that_it_is_and_no_longer_one() {
    assert_eq!(left(&csv("deepsecurity,src,192.0.2.10,text,"), &EVENTS), [2, 3, 4]);
    assert_eq!(left(&csv("deepsecurity,src,192.0.2.,text,"), &EVENTS), [1, 2, 3, 4]);
    assert_eq!(left(&csv("deepsecurity,src,192.0.2..*,text,"), &EVENTS), [1, 2, 3, 4]);
}

#[test]
fn a_regex_has_to_match_the_whole_value() {
    assert_eq!(left(&csv(r"deepsecurity,src,192\.0\.2\.10[0-9],regex,"), &EVENTS), [1, 4]);
    assert_eq!(left(&csv("deepsecurity,dpt,80|443,regex,"), &EVENTS), [2]);
    assert_eq!(left(&csv("deepsecurity,act,e,regex,"), &EVENTS), [1, 2, 3, 4]);
}

#[test]
fn a_boolean_is_called_by_either_name() {
    let section = "[one]\nindex_name = log-one\ns3_key = one/\nevent.action = act";
    let config = Config::load(&[File { name: "user.ini".to_owned(), text: section.to_owned() }]).unwrap();
    let rows = format!("{HEADER}one,readOnly,True,text,\none,readOnly,[Ff]alse,regex,");
    let rows = File { name: "rules.csv".to_owned(), text: rows };
    let plans = CompiledSections::new(config).unwrap().excluding(&[rows]).unwrap();
    let lines = "{\"readOnly\":true}\n{\"readOnly\":false}\n{\"readOnly\":\"no\"}";
    assert_eq!(load_bytes(plans.named("one").unwrap(), lines.as_bytes()).documents.len(), 1);
}

#[test]
fn every_row_is_held_against_every_document() {
    let plans = csv(
        "deepsecurity,src,198.51.100.1,text,never\ndeepsecurity,act,Log,text,\ndeepsecurity,dpt,443,text,\n",
    );
    let loaded = load(&plans, &EVENTS);
    let expected = [("rules.csv:3", 1), ("rules.csv:4", 1)];
    assert_eq!(hits(&loaded), expected.map(|(rule, count)| (rule.to_owned(), RuleAction::Exclude, count)));
    assert_eq!(loaded.account.handed_over(), 2);
}

#[test]
fn rows_for_other_log_types_are_passed_over_whatever_they_say() {
    let plans = csv("cloudtrail,userIdentity.invokedBy,(?!.*x).*,regex,\nvpcflowlogs,,,what,\n");
    assert_eq!(left(&plans, &EVENTS), [1, 2, 3, 4]);
    assert!(plans.warnings().is_empty());
}

#[test]
fn a_log_type_that_is_nearly_one_draws_a_warning() {
    let plans = csv("deepsecurty,act,Log,text,\n");
    let warning = &plans.warnings()[0];
    assert_eq!(
        (warning.severity, warning.position.to_string().as_str()),
        (Severity::Warning, "rules.csv:2:1")
    );
    assert_eq!(warning.help.as_deref(), Some("did you mean 'deepsecurity'?"));
    let plans = json("{\n  \"deepsecurty/x\": {\"action\": \"COUNT\", \"expression\": \"act\"}}");
    assert_eq!(plans.warnings()[0].position.to_string(), "rules.json:2:4");
}

#[test]
fn a_pattern_of_another_form_than_its_type_draws_a_warning() {
    for (row, message) in [
        ("src,10.0.0.0/8,text", "a block of addresses is compared as text"),
        ("src,10.0.0.0/8,regex", "a block of addresses is compared as text"),
        ("src,10.0.0.*,text", "a regex is compared as text"),
        ("fname,*.exe,text", "'*' is a letter of the text"),
        ("act, Deny ,text", "the blanks around it are part of the text"),
    ] {
        let plans = csv(&format!("deepsecurity,{row},"));
        let told: Vec<_> = plans.warnings().iter().map(|warning| warning.message.as_str()).collect();
        assert!(told.len() == 1 && told[0].contains(message), "{row}: {told:?}");
    }
    for row in ["request,/a/b,text", "act,IDS:Reset,text", "src,10\\..*,regex", "cs1,*,text"] {
        assert!(csv(&format!("deepsecurity,{row},")).warnings().is_empty(), "{row}");
    }
}

#[test]
fn fields_are_keys_of_the_event_fields_of_the_record_headers_or_fields_of_the_document() {
    for field in
        ["act,Reset", "foo,\"a,b\"", "deepsecurity.foo,\"a,b\"", "event.action,Reset", "event.count,4"]
    {
        assert_eq!(left(&csv(&format!("deepsecurity,{field},text,")), &EVENTS), [1, 2, 3], "{field}");
    }
    for field in [
        "hostname,.*",
        "cef.device_event_class_id,21",
        "@log_type,deepsecurity",
        "rule.id,.*",
        "@timestamp,2026-11-2.*",
        "event.severity,.*",
        "observer.vendor,Trend Micro",
        "server.name,.*",
    ] {
        assert!(left(&csv(&format!("deepsecurity,{field},regex,")), &EVENTS).is_empty(), "{field}");
    }
    assert_eq!(left(&csv("deepsecurity,source.ip,192.0.2.10,text,"), &EVENTS), [2, 3, 4]);
    assert_eq!(left(&csv("deepsecurity,related.ip,192.0.2.101,text,"), &EVENTS), [1, 2, 4]);
}

#[test]
fn the_file_may_come_from_a_spreadsheet() {
    let text = "\u{feff}comment, field ,log_type,pattern_type,pattern\r\n\r\n\"say \"\"no\"\", then go\", act ,deepsecurity,TEXT,Log\r\n";
    assert_eq!(left(&rules("rules.csv", text).unwrap(), &EVENTS), [1, 3, 4]);
    let commas = "log_type,field,pattern,pattern_type,comment\ndeepsecurity,act,Log,text,a, b, c";
    assert_eq!(left(&rules("rules.csv", commas).unwrap(), &EVENTS), [1, 3, 4]);
    assert_eq!(left(&rules("rules.csv", "").unwrap(), &EVENTS), [1, 2, 3, 4]);
}

#[test]
fn a_bad_row_is_an_error_with_its_place_and_a_way_out() {
    for (text, expected) in [
        ("log_type,field,pattern\n", "rules.csv:1:1: error: the header has no column 'pattern_type'"),
        (&format!("{HEADER}deepsecurity,act,(,regex,"), "rules.csv:2:18: error: no regex: unclosed group"),
        (&format!("{HEADER}deepsecurity,act,a{{1,3}},regex,"), "rules.csv:2:22: error: pattern_type is '3}'"),
        (&format!("{HEADER}deepsecurity,act,a,regexp,"), "rules.csv:2:20: error: pattern_type is 'regexp'"),
        (
            &format!("{HEADER}\ndeepsecurity,act"),
            "rules.csv:3:14: error: the row has 2 values and the header 5 names",
        ),
        (&format!("{HEADER}deepsecurity,act,,text,"), "rules.csv:2:18: error: the pattern is empty"),
        (&format!("{HEADER}deepsecurity, ,x,text,"), "rules.csv:2:14: error: the field has no name"),
        (&format!("{HEADER}deepsecurity,cef.nme,x,text,"), "rules.csv:2:14: error: unknown source 'cef.nme'"),
        (
            &format!("{HEADER}deepsecurity,act,\"^(?!a).*\",regex,"),
            "rules.csv:2:18: error: no regex: look-around",
        ),
        (
            "log_type,field,pattern,pattern_type\ndeepsecurity,act,a,text,b",
            "rules.csv:2:25: error: the row has 5 values",
        ),
    ] {
        let findings = rules("rules.csv", text).unwrap_err();
        assert!(findings[0].to_string().starts_with(expected), "{}", findings[0]);
        assert!(findings[0].help.is_some() || text.contains("(,") || text.contains(", ,"), "{}", findings[0]);
    }
}

#[test]
fn all_bad_rows_are_named_at_once() {
    let text = "log_type,field,pattern,pattern_type\ndeepsecurity,act,(,regex\ndeepsecurity,act,a,text\ndeepsecurity,act,[,regex\n";
    let lines: Vec<usize> =
        rules("rules.csv", text).unwrap_err().iter().map(|finding| finding.position.line).collect();
    assert_eq!(lines, [2, 4]);
}

#[test]
fn a_condition_sees_the_document() {
    let plans = condition("EXCLUDE", "event.action == 'Deny' && destination.port == `80`");
    let loaded = load(&plans, &EVENTS);
    assert_eq!(loaded.account.handed_over(), 3);
    assert_eq!(hits(&loaded), [("deepsecurity/rule".to_owned(), RuleAction::Exclude, 1)]);
    assert_eq!(left(&condition("exclude", "!(event.action == 'Deny')"), &EVENTS), [1, 3]);
    assert_eq!(left(&condition("exclude", "starts_with(source.ip || '', '192.0.2.10')"), &EVENTS), [4]);
}

#[test]
fn only_true_is_a_match() {
    for expression in
        ["event.action", "`1`", "'true'", "`[true]`", "nothing", "contains(nothing, 'x')", "`false`"]
    {
        assert_eq!(left(&condition("EXCLUDE", expression), &EVENTS), [1, 2, 3, 4], "{expression}");
    }
    assert!(left(&condition("EXCLUDE", "`true`"), &EVENTS).is_empty());
}

#[test]
fn count_only_counts_and_disable_does_nothing() {
    let loaded = load(&condition("COUNT", "event.action == 'Deny'"), &EVENTS);
    assert_eq!(hits(&loaded), [("deepsecurity/rule".to_owned(), RuleAction::Count, 2)]);
    assert_eq!((loaded.account.handed_over(), loaded.account.exclusions.counted()), (4, 2));
    let loaded = load(&condition("DISABLE", "`true`"), &EVENTS);
    assert_eq!((loaded.account.handed_over(), hits(&loaded).len()), (4, 0));
}

#[test]
fn conditions_are_applied_in_the_order_of_the_file() {
    let loaded = load(
        &json(
            r#"{"deepsecurity/b": {"action": "COUNT", "expression": "`true`"},
                "deepsecurity/a": {"action": "EXCLUDE", "expression": "event.action == 'Deny'"},
                "deepsecurity/c": {"action": "COUNT", "expression": "`true`"},
                "cloudtrail/d": {"action": "EXCLUDE", "expression": "`true`"}}"#,
        ),
        &EVENTS,
    );
    let expected = [
        ("deepsecurity/a", RuleAction::Exclude, 2),
        ("deepsecurity/b", RuleAction::Count, 4),
        ("deepsecurity/c", RuleAction::Count, 2),
    ];
    assert_eq!(hits(&loaded), expected.map(|(rule, action, count)| (rule.to_owned(), action, count)));
}

#[test]
fn parameters_are_read_as_the_command_line_of_aws_prints_them() {
    let value = serde_json::json!({"action": "EXCLUDE", "expression": "event.action == 'Log'"}).to_string();
    let printed = serde_json::json!({"Parameters": [
        {"Name": "/siem/exclude-logs/deepsecurity/heartbeats", "Type": "String", "Value": value, "Version": 3},
    ]});
    let loaded = load(&json(&printed.to_string()), &EVENTS);
    assert_eq!(hits(&loaded), [("deepsecurity/heartbeats".to_owned(), RuleAction::Exclude, 1)]);
}

#[test]
fn a_bad_condition_is_an_error_with_its_place() {
    for (text, expected) in [
        ("{\n\"deepsecurity/a\": 1}", "rules.json:2:19: error: invalid type: integer `1`"),
        ("{\"a\": {}}", "rules.json:1:4: error: condition 'a' does not name its section"),
        (
            r#"{"deepsecurity/a": {"action": "EXCLUD", "expression": "a"}}"#,
            "rules.json:1:38: error: unknown action 'EXCLUD'; did you mean 'exclude'?",
        ),
        (r#"{"deepsecurity/a": {"action": "COUNT"}}"#, "rules.json:1:38: error: missing field `expression`"),
        (
            r#"{"deepsecurity/a": {"action": "COUNT", "expression": "a =="}}"#,
            "rules.json:1:60: error: no JMESPath expression: ",
        ),
        (
            r#"{"deepsecurity/a": {"action": "COUNT", "expression": "a && [lower(b)]"}}"#,
            "rules.json:1:71: error: no JMESPath expression: Runtime error: Call to undefined function lower, at character",
        ),
        (
            r#"{"deepsecurity/a": {"action": "COUNT", "expression": "starts_with(b)"}}"#,
            "rules.json:1:70: error: no JMESPath expression: Runtime error: Not enough arguments",
        ),
        (
            r#"{"deepsecurity/a": {"action": "COUNT", "expression": "!{c: length(b, `1`)}"}}"#,
            "rules.json:1:76: error: no JMESPath expression: Runtime error: Too many arguments",
        ),
        ("{", "rules.json:1:1: error: EOF while parsing an object"),
    ] {
        let findings = rules("rules.json", text).unwrap_err();
        assert!(findings[0].to_string().starts_with(expected), "{}", findings[0]);
    }
}

#[test]
fn an_excluded_document_leaves_nothing_behind_but_its_count() {
    let one = csv("deepsecurity,act,Log,text,");
    let secret = "act=Log TrendMicroDsPacketData=%%% cnt=2";
    let loaded = load(&one, &[EVENTS[0], secret, EVENTS[2]]);
    let others = load(&one, &[EVENTS[0], EVENTS[2]]);
    assert_eq!(loaded.account.problems, others.account.problems);
    assert!(!String::from_utf8_lossy(&loaded.ndjson).contains("%%%"));
    assert_eq!((loaded.account.lines, loaded.account.documents), (3, 3));
}

#[test]
fn ids_do_not_depend_on_what_is_left_out() {
    let ids = |loaded: &Loaded| -> Vec<String> {
        loaded.documents.iter().map(|document| document.id.clone()).collect()
    };
    let all = ids(&load(&csv(""), &EVENTS));
    let some = ids(&load(&csv("deepsecurity,act,Log,text,"), &EVENTS));
    assert_eq!(some, [&all[..1], &all[2..]].concat());
}

#[test]
fn the_loaders_own_dead_letters_are_left_out() {
    let letter = r#"{"format":1,"time":"2026-11-22T15:00:00Z","loader":"0.1.0","config":"ab","bucket":"b","key":"k","line":3,"raw":"CEF:0|a|b|c|d|e|1|","index":"log-deepsecurity-2026-11","id":"x","status":400,"type":"mapper_parsing_exception","reason":"no"}"#;
    let loaded = load_bytes(plan(), letter.as_bytes());
    assert!(loaded.documents.is_empty());
    assert_eq!(hits(&loaded), [("the loader's own dead letter".to_owned(), RuleAction::Exclude, 1)]);
    adds_up(&loaded.account, 0);
    // A record with a message is an event, whatever stands beside it.
    let event =
        letter.replacen('{', r#"{"message":"CEF:0|Trend Micro|Deep Security Agent|1|21|a|1|act=Deny","#, 1);
    assert_eq!(load_bytes(plan(), event.as_bytes()).documents.len(), 1);
}

#[test]
fn the_loaders_own_log_is_left_out_and_no_other_one() {
    let record = r#"{"messageType":"DATA_MESSAGE","logGroup":"/aws/lambda/es-loader","logEvents":[{"id":"1","message":"CEF:0|a|b|c|d|e|1|"}]}"#;
    for (group, documents) in [("/aws/lambda/es-loader", 0), ("/aws/lambda/other", 1)] {
        let plans = csv("").without_own_log(group);
        let loaded = load_bytes(plans.named("deepsecurity").unwrap(), record.as_bytes());
        assert_eq!(loaded.documents.len(), documents);
        adds_up(&loaded.account, documents);
    }
}

#[test]
fn the_report_names_the_rules_and_their_counts() {
    let rules = csv("deepsecurity,act,Log,text,");
    let mut object = ObjectReport::not_loaded("a", Outcome::Loaded);
    object.account = load(&rules, &EVENTS).account;
    object.verdicts.indexed = object.account.handed_over();
    let mut report = Report::default();
    report.add(&object);
    object.account = load(&condition("COUNT", "event.action == 'Deny'"), &EVENTS).account;
    object.verdicts.indexed = object.account.handed_over();
    report.add(&object);
    let screen = report.screen("indexed", Duration::ZERO).to_string();
    for row in
        ["8  documents", "1  excluded\n", "1  excluded by rules.csv:2", "2  counted by deepsecurity/rule"]
    {
        assert!(screen.contains(row), "{screen}");
    }
    assert_eq!(report.exit_status(), ExitStatus::Complete);
}

#[test]
fn the_report_shows_the_rules_with_the_most_documents() {
    let rows: String = (0..30).map(|count| format!("deepsecurity,cnt,{count},text,\n")).collect();
    let events: Vec<String> =
        (0..30).flat_map(|count| vec![format!("act=Deny cnt={count}"); 1 + count / 25]).collect();
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let mut object = ObjectReport::not_loaded("a", Outcome::Loaded);
    object.account = load(&csv(&rows), &events).account;
    let mut report = Report::default();
    report.add(&object);
    let screen = report.screen("indexed", Duration::ZERO).to_string();
    assert_eq!(screen.matches("excluded by").count(), 10, "{screen}");
    for row in ["2  excluded by rules.csv:27", "2  excluded by rules.csv:31", "20  by other rules"] {
        assert!(screen.contains(row), "{screen}");
    }
}

proptest! {
    #![proptest_config(crate::cases(16))]

    #[test]
    fn any_file_is_rules_or_errors_in_it(text in "[a-z_,\"\\n{}:/ ]{0,80}") {
        for text in [text.clone(), format!("log_type,field,pattern,pattern_type\n{text}"), format!("{{{text}")] {
            for finding in rules("rules", &text).err().unwrap_or_default() {
                prop_assert!(finding.position.line <= text.split('\n').count() && finding.position.column > 0);
            }
        }
    }

    #[test]
    fn quoted_patterns_match_what_they_quote(value in "[a-z\",]{1,12}") {
        // The quotes around a whole value are the sender's: the document has the value without them.
        prop_assume!(!(value.starts_with('"') && value.ends_with('"')));
        let row = format!("deepsecurity,foo,\"{}\",text,", value.replace('"', "\"\""));
        let event = format!("act=Deny foo={value} cnt=1");
        prop_assert!(left(&csv(&row), &[&event]).is_empty());
    }
}
