//! What a configuration makes of a sample.

use std::ops::ControlFlow;

use es_loader::load::account::Limits;
use es_loader::load::visit;
use es_loader::report::coverage::Coverage;
use serde_json::json;

use crate::support::{agent_event, facts, fluentd_line, plan};

fn coverage(messages: &[String]) -> Coverage {
    let bytes: Vec<u8> = messages.iter().flat_map(|message| fluentd_line(message)).collect();
    let mut coverage = Coverage::default();
    let account = visit(bytes.as_slice(), plan(), facts(), &Limits::default(), &mut |document, _| {
        coverage.add(document);
        ControlFlow::Continue(())
    });
    coverage.add_account(&account);
    coverage
}

#[test]
fn modules_versions_and_left_over_keys_are_counted_with_the_first_value() {
    let messages = [
        agent_event("20", "act=Log newKey=first"),
        agent_event("20", "act=Log newKey=second src=host"),
        agent_event("4000000", "act=Delete"),
    ];
    let coverage = serde_json::to_value(coverage(&messages)).unwrap();
    assert_eq!(coverage["documents"], 3);
    assert_eq!(coverage["modules"]["names"]["firewall"]["documents"], 2);
    assert_eq!(coverage["modules"]["names"]["anti_malware"]["documents"], 1);
    assert_eq!(coverage["versions"]["names"]["20.0.0.1194"]["documents"], 3);
    let left_over = &coverage["left_over"]["names"];
    assert_eq!(left_over["deepsecurity.extra.newKey"], json!({"documents": 2, "example": "first"}));
    assert_eq!(left_over["deepsecurity.src"], json!({"documents": 1, "example": "host"}));
    assert_eq!(coverage["problems"]["value_does_not_fit"], 1);
}

#[test]
fn fields_of_no_document_are_named_and_those_of_one_are_not() {
    let coverage = coverage(&[agent_event("20", "act=Log")]);
    let never: Vec<&str> = coverage.never_filled().collect();
    assert!(never.contains(&"source.ip"), "{never:?}");
    assert!(!never.contains(&"event.action"), "{never:?}");
    assert!(never.iter().all(|name| !name.starts_with("deepsecurity.")), "{never:?}");
}

#[test]
fn names_that_a_sample_forges_are_bounded() {
    let messages: Vec<String> = (0..30)
        .map(|line| {
            let keys: Vec<String> = (0..50).map(|key| format!("k{line}x{key}=v")).collect();
            agent_event("20", &keys.join(" "))
        })
        .collect();
    let coverage = coverage(&messages);
    assert_eq!((coverage.left_over.names.len(), coverage.left_over.others), (1000, 500));
}

#[test]
fn the_screen_shows_no_control_character_of_a_log_and_cuts_what_is_long() {
    let value = format!("\u{1b}[31m\u{9b}{}", "x".repeat(1000));
    let screen = coverage(&[agent_event("20", &format!("newKey={value}"))]).to_string();
    assert!(screen.contains("deepsecurity.extra.newKey"), "{screen}");
    assert!(screen.chars().all(|c| c == '\n' || !c.is_control()), "{screen:?}");
    assert!(screen.lines().all(|line| line.chars().count() <= 130), "{screen}");
}
