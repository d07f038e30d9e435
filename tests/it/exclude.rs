//! Rules that leave documents out, where the command line finds them.

use serde_json::json;
use tempfile::TempDir;

use crate::support::program::{Run, es_loader};

const RULES: &str = "log_type,field,pattern,pattern_type,comment\ndeepsecurity,act,Log,text,noise\n";

const CONDITIONS: &str =
    r#"{"deepsecurity/resets": {"action": "EXCLUDE", "expression": "event.action == 'Reset'"}}"#;

/// A folder with `ds_agent.log`, of two events, and these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let lines: String = ["Log", "Reset", "Deny"]
        .iter()
        .map(|action| {
            let event =
                format!("Nov 22 15:00:00 h CEF: 0|Trend Micro|Deep Security Agent|20.0|21|x|0|act={action}");
            format!("{}\n", json!({"message": event, "timestamp": "2026-11-22T15:00:05+00:00"}))
        })
        .collect();
    for (name, text) in [("ds_agent.log", lines.as_str())].iter().chain(files) {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn documents(run: &Run) -> usize {
    run.out().lines().count() / 2
}

#[test]
fn a_rule_file_that_is_named_leaves_documents_out_and_says_so() {
    let folder = folder(&[("rules.csv", RULES), ("more.json", CONDITIONS)]);
    let mut command = es_loader();
    command.args(["load", "--to", "ndjson"]).arg(folder.path().join("ds_agent.log"));
    for name in ["rules.csv", "more.json"] {
        command.arg("--exclude").arg(folder.path().join(name));
    }
    let run = Run::of(&mut command).with_status(0);
    assert_eq!(documents(&run), 1);
    run.reports("3", "documents")
        .reports("2", "excluded")
        .reports("1", "written to standard output")
        .says("rules.csv:2")
        .says("excluded by deepsecurity/resets");
}

#[test]
fn rule_files_beside_the_configuration_are_found_unless_others_are_named() {
    let folder = folder(&[
        ("user.ini", "[deepsecurity]\n"),
        ("exclude_log_patterns.csv", RULES),
        ("exclude_log_conditions.json", CONDITIONS),
        ("none.csv", ""),
    ]);
    let load = |command: &mut std::process::Command| {
        let run = Run::of(command.args(["load", "--to", "ndjson"]).arg(folder.path().join("ds_agent.log")));
        documents(&run.with_status(0))
    };
    let config = folder.path().join("user.ini");
    assert_eq!(load(es_loader().env("ES_LOADER_CONFIG", &config)), 1);
    assert_eq!(load(es_loader().env("ES_LOADER_EXCLUDE", folder.path().join("exclude_log_patterns.csv"))), 2);
    let mut given = es_loader();
    given.env("ES_LOADER_CONFIG", &config).env("ES_LOADER_EXCLUDE", folder.path().join("none.csv"));
    assert_eq!(load(&mut given), 3);
    assert_eq!(load(&mut es_loader()), 3);
}

#[test]
fn a_bad_rule_stops_the_load_and_check_names_it() {
    let folder = folder(&[("rules.csv", "log_type,field,pattern,pattern_type\ndeepsecurity,act,(,regex\n")]);
    let rules = folder.path().join("rules.csv");
    let mut load = es_loader();
    load.args(["load", "--to", "none"]).arg(folder.path().join("ds_agent.log")).arg("--exclude").arg(&rules);
    Run::of(&mut load).with_status(2).says("rules.csv:2:18: error: no regex: unclosed group");
    let run = Run::of(es_loader().arg("check").arg(&rules)).with_status(1);
    run.says("rules.csv:2:18: error: no regex: unclosed group");
}
