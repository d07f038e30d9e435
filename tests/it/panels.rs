//! Each panel of the dashboard on a real node: what it asks for, out of its saved state, and what the generator wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use es_loader::generate::{Generator, Module, Options, Summary, Truth};
use es_loader::setup::dashboard::{Language, saved_objects};
use serde_json::Value;

use crate::support::panel::{Saved, buckets, documents, key, list_question, question};
use crate::support::program::{Run, es_loader};
use crate::support::services::opensearch;
use crate::support::site::Site;

/// A corpus in a node, and the dashboard over it.
struct Corpus {
    site: Site,
    saved: Saved,
    lines: Vec<(String, Truth)>,
    summary: Summary,
}

impl Corpus {
    fn load(name: &str) -> Self {
        let site = Site::new(name);
        let plans = site.sections();
        let text = saved_objects(plans.named("deepsecurity").unwrap(), Language::English).unwrap();
        let saved = Saved::read(&text);
        // What hostile lines hold, the generator does not say.
        let mut generator =
            Generator::new(&Options { seed: 5, lines: 1_500, hostile_share: 0.0, ..Options::default() });
        let (mut lines, mut summary, mut written) = (Vec::new(), Summary::default(), Vec::new());
        let mut start = 0;
        while let Some(truth) = generator.write_line(&mut written) {
            let record: Value = serde_json::from_slice(&written[start..]).unwrap();
            summary.add(&truth, (written.len() - start) as u64);
            // The packet stands last, and nothing is looked for in it.
            let text = record["message"].as_str().unwrap().split("TrendMicroDsPacketData=").next().unwrap();
            lines.push((text.to_owned(), truth));
            start = written.len();
        }
        let file = site.file("generated.log", &written);
        for (command, path) in [("setup", None), ("load", Some(file))] {
            let mut program = es_loader();
            program.args([command, "--endpoint", opensearch(), "--config"]).arg(site.config()).args(path);
            Run::of(&mut program).with_status(0);
        }
        Self { site, saved, lines, summary }
    }

    fn attributes(&self, name: &str) -> &Value {
        self.saved.attributes(&format!("{}-{name}", self.site.index))
    }

    /// What Dashboards gets for a panel.
    fn ask(&self, name: &str) -> Value {
        self.search(&question(self.attributes(name), &[]))
    }

    fn search(&self, search: &Value) -> Value {
        let pattern = self.attributes("events")["title"].as_str().unwrap();
        self.site.node.search(pattern, search)
    }

    /// How many lines hold one of these texts; a name at a text's end is whole.
    fn count(&self, texts: &[String]) -> u64 {
        let of_a_name = |c: char| c.is_alphanumeric() || "./\\-_(".contains(c);
        let is_in = |line: &str, text: &String| {
            line.match_indices(text.as_str()).any(|(at, text)| {
                !text.ends_with(of_a_name) || !line[at + text.len()..].starts_with(of_a_name)
            })
        };
        let found = self.lines.iter().filter(|(line, _)| texts.iter().any(|text| is_in(line, text))).count();
        u64::try_from(found).unwrap()
    }

    /// Who did it: the client behind a proxy, else the source, else the computer itself where its own doings are told.
    fn sources(&self) -> BTreeMap<IpAddr, u64> {
        let mut sources = BTreeMap::new();
        for (line, truth) in &self.lines {
            let is_the_host = matches!(
                truth.module,
                Some(
                    Module::AntiMalware
                        | Module::ApplicationControl
                        | Module::DeviceControl
                        | Module::IntegrityMonitoring
                        | Module::WebReputation
                )
            );
            let own = || is_the_host.then(|| value(line, "dvc")).flatten()?.parse().ok();
            // Who signs in or out does so from the place that the message names; `src` is the Manager.
            let place = || {
                let text = line.split(" from ").nth(1).filter(|_| truth.module == Some(Module::System))?;
                text.split([' ', '#', '\t', '\\', '"']).next()?.parse().ok()
            };
            let source = truth.source.filter(|_| truth.module != Some(Module::System));
            if let Some(source) = place().or(truth.client).or(source).or_else(own) {
                *sources.entry(source).or_default() += 1;
            }
        }
        sources
    }
}

/// A value without blanks.
fn value<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let start = [' ', '|', '1'].iter().find_map(|before| {
        let key = format!("{before}{key}=");
        Some(line.find(&key)? + key.len())
    })?;
    line[start..].split([' ', '#']).next()
}

fn module_name(module: Module) -> String {
    serde_json::to_value(module).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn each_panel_shows_what_the_generator_wrote() {
    let corpus = Corpus::load("panels");
    let summary = &corpus.summary;

    let numbers = corpus.ask("numbers");
    assert_eq!(numbers["hits"]["total"]["value"], summary.documents);
    let computers: BTreeSet<&str> = corpus.lines.iter().filter_map(|(line, _)| value(line, "cn1")).collect();
    assert!(computers.len() > 20, "{computers:?}");
    assert_eq!(numbers["aggregations"]["2"]["value"], computers.len());
    let sources = corpus.sources();
    // Counting different values is not exact in OpenSearch beyond some hundreds.
    let counted = numbers["aggregations"]["3"]["value"].as_f64().unwrap();
    let exact = sources.len() as f64;
    assert!((counted - exact).abs() <= exact / 50.0, "{counted} of {exact}");

    let modules = corpus.ask("modules");
    let mut shown: BTreeMap<String, u64> = BTreeMap::new();
    for moment in buckets(&modules["aggregations"]["2"]) {
        for module in buckets(&moment["3"]) {
            *shown.entry(key(module).to_owned()).or_default() += documents(module);
        }
    }
    let written = summary.modules.iter().map(|(module, counts)| (module_name(*module), counts.documents));
    assert_eq!(shown, written.collect());

    let dispositions = corpus.ask("dispositions");
    let shown: BTreeMap<(&str, &str), u64> = buckets(&dispositions["aggregations"]["2"])
        .iter()
        .flat_map(|module| {
            buckets(&module["3"]).iter().map(|bucket| ((key(module), key(bucket)), documents(bucket)))
        })
        .collect();
    let names: BTreeMap<_, String> =
        summary.modules.keys().map(|module| (module, module_name(*module))).collect();
    let written = summary.modules.iter().flat_map(|(module, counts)| {
        let name = names[module].as_str();
        [((name, "blocked"), counts.blocked), ((name, "detected"), counts.detected)]
    });
    assert_eq!(shown, written.filter(|(_, count)| *count > 0).collect());

    let rules = corpus.ask("rules");
    let shown = buckets(&rules["aggregations"]["3"]);
    assert!(shown.len() > 20);
    for rule in shown {
        let names = [format!("|{}|", key(rule)), format!("name={}#", key(rule))];
        assert_eq!(documents(rule), corpus.count(&names), "{rule}");
        let severities = corpus.lines.iter().filter(|(line, _)| names.iter().any(|name| line.contains(name)));
        let severity = severities.filter_map(|(_, truth)| truth.severity).max().unwrap();
        assert_eq!(rule["2"]["value"], f64::from(severity), "{rule}");
    }

    let top = corpus.ask("sources");
    let shown = buckets(&top["aggregations"]["3"]);
    let mut most: Vec<u64> = sources.values().copied().collect();
    most.sort_by(|one, other| other.cmp(one));
    assert_eq!(shown.iter().map(documents).collect::<Vec<_>>(), most[..shown.len()]);
    for source in shown {
        assert_eq!(Some(&documents(source)), sources.get(&key(source).parse().unwrap()), "{source}");
    }
    assert!(shown.len() == 50 && shown.iter().any(|source| source["2"]["value"].as_u64().unwrap() > 0));

    let hosts = corpus.ask("hosts");
    let shown = buckets(&hosts["aggregations"]["4"]);
    assert_eq!(shown.len(), computers.len().min(50));
    for host in shown {
        assert_eq!(documents(host), corpus.count(&[format!("cn1={}", key(host))]), "{host}");
        let id = format!("cn1={}", key(host));
        let (line, _) = corpus.lines.iter().find(|(line, _)| line.contains(&id)).unwrap();
        let of = |aggregation: &str, field: &str| {
            host[aggregation]["hits"]["hits"][0]["fields"][field][0].as_str().map(str::to_owned)
        };
        assert_eq!(of("2", "host.name").as_deref(), value(line, "dvchost"), "{host}");
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(of("3", "host.ip").as_deref().map(address), value(line, "dvc").map(address), "{host}");
    }

    let severity = corpus.ask("severity");
    let mut shown: BTreeMap<u64, u64> = BTreeMap::new();
    for level in buckets(&severity["aggregations"]["2"]) {
        let events = buckets(&level["3"]).iter().map(documents).sum::<u64>();
        shown.insert(level["key"].as_f64().unwrap() as u64, events);
    }
    let mut written: BTreeMap<u64, u64> = BTreeMap::new();
    for severity in corpus.lines.iter().filter_map(|(_, truth)| truth.severity) {
        *written.entry(u64::from(severity)).or_default() += 1;
    }
    assert_eq!(shown, written);

    let silent = corpus.ask("silent");
    let latest: Vec<f64> = buckets(&silent["aggregations"]["4"])
        .iter()
        .map(|host| host["2"]["value"].as_f64().unwrap())
        .collect();
    assert!(latest.len() > 20 && latest.is_sorted(), "{latest:?}");

    let errors = corpus.ask("errors");
    let shown: u64 = buckets(&errors["aggregations"]["3"]).iter().map(documents).sum();
    assert_eq!(errors["hits"]["total"]["value"], shown);

    let files = corpus.ask("files");
    let shown = buckets(&files["aggregations"]["2"]);
    assert!(shown.len() > 10);
    for file in shown {
        // CEF doubles backslashes, the generator's LEEF does not.
        let written = [key(file).to_owned(), key(file).replace('\\', "\\\\")];
        let texts = written.map(|path| {
            [" filePath", " fileName", "#011filePath", "#011fileName"].map(|name| format!("{name}={path}"))
        });
        let texts = texts.concat();
        assert_eq!(documents(file), corpus.count(&texts), "{file}");
    }
}

#[test]
fn the_list_of_events_has_a_value_in_each_column() {
    let corpus = Corpus::load("columns");
    let attributes = corpus.attributes("list");
    let found = corpus.search(&list_question(attributes, 4_000, &[]));
    let hits = found["hits"]["hits"].as_array().unwrap();
    assert_eq!(hits.len(), corpus.lines.len());
    for column in attributes["columns"].as_array().unwrap() {
        let column = column.as_str().unwrap();
        assert!(hits.iter().any(|hit| hit["fields"][column].is_array()), "no event has {column}");
    }
}
