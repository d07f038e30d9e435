//! user.ini under test: `check` for programs, `test` and its cases, `diff`, and what `coverage` says of the user's own lines.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::program::{Run, es_loader};

const LINE: &str =
    "CEF:0|Trend Micro|Deep Security Agent|20|1001251|A rule|6|act=Reset src=203.0.113.9 cs1=CVE-2007-5355";

fn file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

fn run(arguments: &[&str], paths: &[&Path]) -> Run {
    Run::of(es_loader().args(arguments).args(paths))
}

fn case(expected: Value) -> String {
    json!({ "lines": [LINE], "documents": [expected] }).to_string()
}

#[test]
fn findings_are_written_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    let config = file(&folder, "user.ini", "[deepsecurity]\ntrusted_proxis = 10.0.0.0/8\n");
    let list: Value =
        serde_json::from_slice(&run(&["check", "--json"], &[&config]).with_status(1).stdout).unwrap();
    assert_eq!((&list[0]["line"], &list[0]["severity"]), (&json!(2), &json!("error")));
    let sarif: Value =
        serde_json::from_slice(&run(&["check", "--format", "sarif"], &[&config]).with_status(1).stdout)
            .unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
    let github = run(&["check", "--format", "github"], &[&config]).with_status(1).out();
    assert!(github.starts_with("::error file=") && github.contains(",line=2,col=1::"), "{github}");
}

#[test]
fn what_is_not_written_is_told_once_for_the_sections_that_leave_out_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let all = file(&folder, "user.ini", "[DEFAULT]\nlog_types = all\n[waf]\nredact_keys = +badge\n");
    let told = run(&["check"], &[&all]).with_status(0).out();
    let of_keys: Vec<&str> = told.lines().filter(|line| line.contains("members of JSON")).collect();
    let [others, cloudtrail, guardduty, waf] = of_keys.as_slice() else { panic!("{of_keys:?}") };
    assert!(
        others.contains("[alb], ") && others.contains(" do not write ") && !others.contains("[waf]"),
        "{others}"
    );
    assert!(cloudtrail.starts_with("[cloudtrail] does not write "), "{cloudtrail}");
    assert!(guardduty.starts_with("[guardduty] does not write "), "{guardduty}");
    assert!(waf.starts_with("[waf] does not write ") && waf.contains("badge"), "{waf}");
}

#[test]
fn a_case_holds_while_the_documents_are_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let fields =
        json!({ "fields": { "event.action": "Reset", "source.ip": "203.0.113.9" }, "absent": ["user.name"] });
    file(&folder, "a.case.json", &case(fields));
    let run = run(&["test"], &[folder.path()]).with_status(0);
    assert_eq!(run.out(), "1 of 1 cases hold\n");
}

#[test]
fn a_case_that_does_not_hold_says_what_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let fields =
        json!({ "index": "log-other", "fields": { "event.action": "Deny" }, "absent": ["source.ip"] });
    let path = file(&folder, "a.case.json", &case(fields));
    let text = run(&["test"], &[&path]).with_status(1).out();
    assert!(text.contains("  event.action\n    - \"Deny\"\n    + \"Reset\"\n"), "{text}");
    assert!(text.contains("  source.ip\n    - absent\n    + \"203.0.113.9\"\n"), "{text}");
    assert!(text.contains("    - log-other\n"), "{text}");
    let junit = run(&["test", "--format", "junit"], &[&path]).with_status(1).out();
    assert!(
        junit.contains("tests=\"1\" failures=\"1\"") && junit.contains("expected &quot;Deny&quot;"),
        "{junit}"
    );
    let github = run(&["test", "--format", "github"], &[&path]).with_status(1).out();
    assert!(github.lines().all(|line| line.starts_with("::error file=")), "{github}");
}

#[test]
fn a_recorded_case_holds_and_its_own_configuration_is_used() {
    let folder = tempfile::tempdir().unwrap();
    file(&folder, "user.ini", "[deepsecurity]\nlabels.rule_text = cs1\n");
    let text = json!({ "config": "user.ini", "lines": [LINE] }).to_string();
    let path = file(&folder, "a.case.json", &text);
    run(&["test"], &[&path]).with_status(1);
    run(&["test", "--record"], &[&path]).with_status(0);
    run(&["test"], &[&path]).with_status(0);
    let recorded: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(recorded["documents"][0]["fields"]["labels.rule_text"], "CVE-2007-5355");
}

#[test]
fn a_recorded_case_says_nothing_of_a_year_that_only_the_load_tells() {
    let folder = tempfile::tempdir().unwrap();
    let without_year = format!("Nov 10 07:08:00 web01 {LINE}");
    let with_year = without_year.replace("Nov 10", "2024-11-10T").replace("T 07:08:00", "T07:08:00Z");
    let path = file(&folder, "a.case.json", &json!({ "lines": [without_year, with_year] }).to_string());
    run(&["test", "--record"], &[&path]).with_status(0);
    let recorded: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let [first, second] = [0, 1].map(|number| recorded["documents"][number].clone());
    assert!(first.get("index").is_none() && first["fields"].get("@timestamp").is_none(), "{first}");
    assert_eq!(second["index"], "log-deepsecurity-2024-11");
    assert_eq!(second["fields"]["@timestamp"], "2024-11-10T07:08:00+00:00");
}

#[test]
fn a_case_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "a.case.json", r#"{ "lines": [], "dokuments": [] }"#);
    let text = run(&["test"], &[&path]).with_status(2).stderr;
    assert!(text.contains("a.case.json: unknown field `dokuments`"), "{text}");
    assert!(run(&["test"], &[&folder.path().join("none")]).with_status(2).stderr.contains("none"));
}

#[test]
fn diff_counts_the_documents_that_change_by_field() {
    let folder = tempfile::tempdir().unwrap();
    let old = file(&folder, "old.ini", "[deepsecurity]\n");
    let new = file(&folder, "new.ini", "[deepsecurity]\nlabels.rule_text = cs1\nindex_name = log-new\n");
    let sample = file(&folder, "sample.log", &format!("{LINE}\n{LINE}\n"));
    let (old, new, sample) = (old.to_str().unwrap(), new.to_str().unwrap(), sample.to_str().unwrap());
    let text = run(&["diff", "--config", old, "--config", new, sample], &[]).with_status(1).out();
    assert!(text.starts_with("2 of 2 documents change\n"), "{text}");
    assert!(text.contains("           2  labels.rule_text: absent → \"CVE-2007-5355\" ("), "{text}");
    assert!(
        text.contains("           2  _index: log-deepsecurity-") && text.contains(" → log-new-"),
        "{text}"
    );
    run(&["diff", "--config", old, "--config", old, sample], &[]).with_status(0);
    assert!(
        run(&["diff", "--config", old, sample], &[]).with_status(2).stderr.contains("give --config twice")
    );
}

#[test]
fn coverage_names_the_user_s_lines_that_filled_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = file(&folder, "user.ini", "[deepsecurity]\nlabels.rule_text = cs1\nlabels.nothing = cs6\n");
    let sample = file(&folder, "sample.log", LINE);
    let text = run(&["coverage", "--config", config.to_str().unwrap()], &[&sample]).with_status(0).stderr;
    assert!(text.contains("user.ini:3:1: no line of the sample fills labels.nothing from cs6"), "{text}");
    assert!(!text.contains("labels.rule_text"), "{text}");
}

#[test]
fn coverage_of_files_that_are_missing_shows_no_zeros() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(&["coverage"], &[&folder.path().join("none.log")]).with_status(2);
    assert!(run.stdout.is_empty() && run.stderr.contains("none.log: No such file"), "{}", run.stderr);
}

#[test]
fn coverage_names_the_user_s_lines_whose_field_something_else_fills() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "source.ip = nokey\nevent.action = cs6\nlabels.rule_text = cs1\ndeepsecurity.mine = cs1\n";
    let config = file(&folder, "user.ini", &format!("[deepsecurity]\n{lines}"));
    let sample = file(&folder, "sample.log", LINE);
    let run = run(&["coverage", "--json", "--config", config.to_str().unwrap()], &[&sample]).with_status(0);
    for idle in ["user.ini:2:1: no line of the sample fills source.ip from nokey", "user.ini:3:1: "] {
        assert!(run.stderr.contains(idle), "{}", run.stderr);
    }
    let coverage: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let unmatched: Vec<u64> = coverage["never_matched"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|line| line["line"].as_u64())
        .collect();
    // In the order of the table, which is that of the fields.
    assert_eq!(unmatched, [3, 2]);
}

#[test]
fn a_shell_gets_its_completions() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(&["completions", shell], &[]).with_status(0).out().contains("playground"), "{shell}");
    }
}

#[test]
fn rules_beside_a_configuration_count_in_test_diff_and_check() {
    const SECTION: &str = "[x]\nindex_name = log-x\ns3_key = x/\nfile_format = json\nuser.name = u\n";
    const RULE: &str = "log_type,field,pattern,pattern_type,comment\nx,u,bob,text,\n";
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let new = file(&folder, "user.ini", SECTION);
    let old = file(&other, "user.ini", SECTION);
    let rules = file(&folder, "exclude_log_patterns.csv", RULE);
    let line = r#"{"u":"bob","own":"v"}"#;
    let case =
        json!({ "config": "user.ini", "section": "x", "lines": [line], "documents": [{ "excluded": true }] });
    let case = file(&folder, "a.case.json", &case.to_string());
    run(&["test"], &[&case]).with_status(0);
    let sample = file(&folder, "sample.log", line);
    let (old, new, sample) = (old.to_str().unwrap(), new.to_str().unwrap(), sample.to_str().unwrap());
    let diff = ["diff", "--log-type", "x", "--config", old, "--config", new, sample];
    let text = run(&diff, &[]).with_status(1).out();
    assert!(text.contains("→ left out"), "{text}");
    fs::write(rules, RULE.replace(",text,", ",txt,")).unwrap();
    let text = run(&["check", new], &[]).with_status(1);
    assert!(text.stderr.contains("exclude_log_patterns.csv"), "{}", text.stderr);
}

#[test]
fn a_record_s_own_fields_are_tested_and_compared() {
    const SECTION: &str = "[x]\nindex_name = log-x\ns3_key = x/\nfile_format = json\nuser.name = u\n";
    let folder = tempfile::tempdir().unwrap();
    let old = file(&folder, "old.ini", SECTION);
    let new = file(&folder, "new.ini", &format!("{SECTION}json_to_text = n\n"));
    let line = r#"{"u":"bob","n":{"k":1},"own":"v"}"#;
    let case = |expected: Value| json!({ "config": "old.ini", "section": "x", "lines": [line], "documents": [expected] });
    let case = |expected| file(&folder, "a.case.json", &case(expected).to_string());
    run(&["test"], &[&case(json!({ "fields": { "own": "v", "n.k": 1, "u": "bob" } }))]).with_status(0);
    run(&["test"], &[&case(json!({ "absent": ["own"] }))]).with_status(1);
    let sample = file(&folder, "sample.log", line);
    let (old, new, sample) = (old.to_str().unwrap(), new.to_str().unwrap(), sample.to_str().unwrap());
    let diff = ["diff", "--log-type", "x", "--config", old, "--config", new, sample];
    let text = run(&diff, &[]).with_status(1).out();
    assert!(text.starts_with("1 of 1 documents change\n") && text.contains("  n.k: 1 → absent"), "{text}");
}
