//! Generated corpora in a real node: what arrives is what was generated.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use es_loader::generate;
use es_loader::generate::{ModuleSummary, Options, Summary};
use es_loader::setup::template;
use serde_json::json;

use crate::support::chain;
use crate::support::node::Table;
use crate::support::program::{Run, es_loader};
use crate::support::services::{opensearch, repository};
use crate::support::site::Site;

fn generate(path: &Path, options: &Options) -> Summary {
    let mut out = BufWriter::new(File::create(path).unwrap());
    generate::run(options, &mut out).unwrap()
}

fn load(site: &Site, path: &Path) -> Run {
    let mut command = es_loader();
    command.args(["load", "--endpoint", opensearch(), "--log-type", "deepsecurity", "--config"]);
    Run::of(command.arg(site.config()).arg(path))
}

/// A number as the report writes it.
fn count(number: u64) -> String {
    let digits = number.to_string();
    let (rest, last) = digits.split_at(digits.len().saturating_sub(3));
    if rest.is_empty() { last.to_owned() } else { format!("{rest},{last}") }
}

/// The agent's word for an action as the documents have it: what was only detected did not happen.
fn as_indexed(action: &str) -> String {
    match action.strip_prefix("IDS:") {
        None | Some("Log") => action.to_owned(),
        Some(word) => format!("DetectOnly:Not{word}"),
    }
}

#[test]
fn a_hundred_thousand_lines_give_the_documents_that_were_generated() {
    let site = Site::new("corpus");
    let mut setup = es_loader();
    Run::of(setup.args(["setup", "--endpoint", opensearch(), "--config"]).arg(site.config())).with_status(0);
    let file = site.path("ds_agent.gz");
    let summary = generate(&file, &Options { seed: 7, lines: 100_000, ..Options::default() });

    let run = load(&site, &file).with_status(0);
    let run = run.reports(&count(summary.lines), "lines").reports(&count(summary.blank), "of them blank");
    let run = run.reports(&count(summary.documents), "documents");
    let run = run.reports(&count(summary.documents), &format!("indexed into {}", opensearch()));
    let run = run.reports("0", "rejected").reports("0", "unsent");
    assert!(!run.stderr.contains("raw form"), "no document was refused: {}", run.stderr);
    assert_eq!(site.documents(), summary.documents);

    // Whole events: of others the generator says nothing more. fluentd writes the tag last, so that a record without one is cut.
    let whole = json!({"bool": {
        "filter": {"exists": {"field": "deepsecurity.tag"}},
        "must_not": {"match": {"event.kind": "pipeline_error"}}
    }});
    let found = |inner: &str| site.node.table(&site.indices(), &whole, "event.provider", inner);
    let generated = expected(&summary, |module| {
        module.actions.iter().map(|(action, count)| (as_indexed(action), *count)).collect()
    });
    let mut actions = found("event.action");
    for (module, (documents, actions)) in &mut actions {
        assert_eq!(actions.values().sum::<u64>(), *documents, "each event of {module} has an action");
        // Where the agent has no word, it is one of the loader's.
        if generated[module].1.is_empty() {
            let is_word =
                |action: &String| action.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            assert!(actions.keys().all(is_word), "{actions:?}");
            actions.clear();
        }
    }
    assert_eq!(actions, generated);
    let what_became = |module: &ModuleSummary| {
        [("denied", module.blocked), ("allowed", module.detected)]
            .map(|(name, count)| (name.to_owned(), count))
            .into()
    };
    let mut types = found("event.type");
    types.values_mut().for_each(|(_, types)| types.retain(|name, _| name == "denied" || name == "allowed"));
    let mut generated = expected(&summary, what_became);
    // ECS knows no such types for malware; what was done to it is its action.
    generated.entry("anti_malware".to_owned()).and_modify(|(_, types)| types.clear());
    assert_eq!(types, generated);
}

/// Documents of each module, and those among them that `cells` counts.
fn expected(summary: &Summary, cells: impl Fn(&ModuleSummary) -> BTreeMap<String, u64>) -> Table {
    let rows = summary.modules.iter().map(|(module, counts)| {
        let name = serde_json::to_value(module).unwrap().as_str().unwrap().to_owned();
        let cells = cells(counts).into_iter().filter(|(_, count)| *count > 0).collect();
        (name, (counts.documents, cells))
    });
    rows.collect()
}

/// All lines of this repository that agents, or the generator, wrote.
fn all_lines(site: &Site) -> (PathBuf, u64) {
    let path = site.path("lines");
    std::fs::create_dir(&path).unwrap();
    let summary =
        generate(&path.join("generated.gz"), &Options { seed: 11, lines: 10_000, ..Options::default() });
    std::fs::copy(chain::path(), path.join("chain.gz")).unwrap();
    let samples = std::fs::read_to_string(repository().join("tests/core/data/deep-security.txt")).unwrap();
    let samples = samples.lines().filter_map(|line| line.strip_prefix("> "));
    let samples: Vec<String> = samples
        .map(|line| json!({"message": line, "timestamp": "2026-11-22T22:26:05+00:00"}).to_string())
        .collect();
    assert!(samples.len() > 40, "{}", samples.len());
    std::fs::write(path.join("samples.log"), samples.join("\n")).unwrap();
    let fixtures = copy_fixtures(&path);
    (path, summary.documents + chain::DOCUMENTS + u64::try_from(samples.len()).unwrap() + fixtures)
}

/// The lines with their documents beside them. Gives how many different documents those are: two files can hold the same line.
fn copy_fixtures(path: &Path) -> u64 {
    let mut documents = 0;
    for entry in std::fs::read_dir(repository().join("fixtures/lines")).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap();
        match name.strip_suffix(".expected.ndjson") {
            Some(_) => {
                documents +=
                    u64::try_from(std::fs::read_to_string(&file).unwrap().lines().count()).unwrap() / 2
            }
            None => drop(std::fs::copy(&file, path.join(name)).unwrap()),
        }
    }
    documents
}

#[test]
fn no_document_has_a_field_that_the_template_does_not_know() {
    let site = Site::new("strict");
    let (name, mut strict) = template::index_template(site.sections().named("deepsecurity").unwrap());
    strict["template"]["mappings"]["dynamic"] = json!("strict");
    site.node.put(&format!("_index_template/{name}"), &strict).good();

    let (lines, documents) = all_lines(&site);
    let run = load(&site, &lines);
    println!("{}", run.stderr);
    assert!(!run.stderr.contains("raw form"), "no document was refused: {}", run.stderr);
    // Some of the files hold hardly an event, which is told by the status.
    let run = run.with_status(1).reports(&count(documents), &format!("indexed into {}", opensearch()));
    run.reports("0", "rejected").reports("0", "unsent");
    assert!(site.documents() > 10_000);

    let probe = format!("{}-probe/_doc/1", site.index);
    for unknown in [json!({"event": {"unheard_of": 1}}), json!({"deepsecurity": {"unheard_of": "x"}})] {
        let reason = site.node.put(&probe, &unknown).refused(400);
        assert!(reason.contains("dynamic introduction of [unheard_of]"), "{reason}");
    }
    site.node.put(&probe, &json!({"deepsecurity": {"extra": {"unheard_of": "x"}}})).good();
}

#[test]
fn two_thousand_invented_keys_cost_no_document_and_each_is_found() {
    let site = Site::new("keys");
    let mut setup = es_loader();
    Run::of(setup.args(["setup", "--endpoint", opensearch(), "--config"]).arg(site.config())).with_status(0);
    let line = |number: usize| {
        let keys: String = (number..number + 2).map(|key| format!(" invented{key}=value{key}")).collect();
        let long = if number == 1_000 { format!(" long={}", "語".repeat(11_000)) } else { String::new() };
        let message = format!(
            "Nov 22 15:08:33 h CEF: 0|Trend Micro|Deep Security Agent|20.0|21|n|5|act=Deny src=203.0.113.9{keys}{long}"
        );
        json!({"message": message, "hostname": "h", "timestamp": "2026-11-22T15:08:40+09:00"}).to_string()
    };
    let lines: Vec<String> = (0..2_000).step_by(2).map(line).collect();
    let file = site.file("invented.log", lines.join("\n").as_bytes());
    let run = load(&site, &file).with_status(0);
    assert!(!run.stderr.contains("raw form"), "no document was refused: {}", run.stderr);
    assert_eq!(site.documents(), 1_000);
    let found = |query: serde_json::Value| site.node.count(&site.indices(), &query);
    for key in [0, 999, 1_000, 1_999] {
        let field = format!("deepsecurity.extra.invented{key}");
        assert_eq!(found(json!({"term": {&field: format!("value{key}")}})), 1, "{field}");
        assert_eq!(found(json!({"exists": {"field": &field}})), 1, "{field}");
        assert_eq!(found(json!({"query_string": {"query": format!("{field}:value{key}")}})), 1, "{field}");
    }
    let mapping = site.node.get(&format!("{}/_mapping", site.indices())).good();
    assert!(!mapping.to_string().contains("invented"), "an invented key became a field");
}
