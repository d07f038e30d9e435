//! `index_rotation = auto`: documents go to an alias, whose first index is made where it is missing, and never to an index of its name.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests: to fail is to panic")]

use serde_json::{Value, json};

use crate::scripted::{Reply, Request, run, serve};
use crate::support::chain;
use crate::support::forward;
use crate::support::lambda::{Answer, Lambda};
use crate::support::program::{Run, es_loader};
use crate::support::refused::line;
use crate::support::services::opensearch;
use crate::support::site::{Site, unique};
use crate::support::storage::Storage;

/// A place whose section writes to an alias.
fn site(name: &str) -> Site {
    let site = Site::new(name);
    site.file("user.ini", format!("{}index_rotation = auto\n", site.config_text()).as_bytes());
    site
}

fn load(site: &Site, endpoint: &str) -> Run {
    let mut command = es_loader();
    command.args(["load", "--endpoint", endpoint, "--config"]).arg(site.config()).arg(chain::path());
    Run::of(&mut command)
}

fn setup(site: &Site) -> Run {
    let mut command = es_loader();
    command.args(["setup", "--endpoint", opensearch(), "--config"]).arg(site.config());
    Run::of(&mut command)
}

/// The indices behind the alias of a place, with whether they are written to.
fn behind(site: &Site) -> Value {
    let found = site.node.get(&format!("_alias/{}", site.index)).good();
    let indices = found.as_object().unwrap().iter();
    let is_written =
        |index: &Value| index["aliases"][&site.index].get("is_write_index").cloned().unwrap_or_default();
    indices.map(|(name, index)| (name.clone(), is_written(index))).collect()
}

#[test]
fn the_first_load_makes_the_alias_with_its_first_index_and_later_ones_follow_a_rollover() {
    let site = site("auto");
    load(&site, opensearch()).with_status(0).reports("0", "unsent");
    let first = format!("{}-000001", site.index);
    assert_eq!(behind(&site), json!({(first.as_str()): true}));
    assert_eq!(site.node.documents(&first), chain::DOCUMENTS);
    load(&site, opensearch()).with_status(0);
    assert_eq!(site.node.documents(&first), chain::DOCUMENTS, "what is loaded again is replaced");
    site.node.post(&format!("{}/_rollover", site.index), &json!({})).good();
    let file = site.file("ds_agent.log", line("later").as_bytes());
    let mut command = es_loader();
    command.args(["load", "--endpoint", opensearch(), "--config"]).arg(site.config()).arg(file);
    Run::of(&mut command).with_status(0);
    assert_eq!(site.node.documents(&format!("{}-000002", site.index)), 1);
}

/// What `audit` says of the object of a place.
fn audit(site: &Site) -> String {
    let mut command = es_loader();
    command.args(["audit", "--endpoint", opensearch(), "--config"]).arg(site.config()).arg(chain::path());
    let run = Run::of(&mut command);
    format!("{}{}", run.out(), run.stderr)
}

#[test]
fn what_a_rollover_may_double_is_told_by_report_and_audit() {
    let site = site("autodouble");
    setup(&site).with_status(0);
    let double = format!("{} documents are there twice", chain::DOCUMENTS);
    load(&site, opensearch()).with_status(0).says(&double);
    assert!(!audit(&site).contains("double,"));
    site.node.post(&format!("{}/_rollover", site.index), &json!({})).good();
    load(&site, opensearch()).with_status(0).says(&double);
    assert_eq!(site.documents(), 2 * chain::DOCUMENTS);
    assert!(audit(&site).contains("double, "), "{}", audit(&site));
}

#[test]
fn a_data_stream_tells_within_its_last_index_that_nothing_is_double() {
    let site = site("streamdouble");
    let template = json!({"index_patterns": [site.indices()], "data_stream": {}, "priority": 900});
    site.node.put(&format!("_index_template/{}", site.index), &template).good();
    load(&site, opensearch()).with_status(0);
    let again = load(&site, opensearch()).with_status(0);
    assert!(!again.stderr.contains("are there twice"), "{}", again.stderr);
    site.node.post(&format!("{}/_rollover", site.index), &json!({})).good();
    load(&site, opensearch()).with_status(0).says("are there twice");
    assert_eq!(site.documents(), 2 * chain::DOCUMENTS);
    site.node.delete(&format!("_data_stream/{}", site.index)).good();
}

#[test]
fn an_ordinary_index_doubles_nothing_and_says_nothing_of_it() {
    let site = Site::new("nodouble");
    for _ in 0..2 {
        let run = load(&site, opensearch()).with_status(0);
        assert!(!run.stderr.contains("are there twice"), "{}", run.stderr);
    }
    assert_eq!(site.documents(), chain::DOCUMENTS);
}

#[test]
fn setup_makes_it_too_and_may_run_again() {
    let site = site("autosetup");
    let first = format!("{}-000001", site.index);
    let told = setup(&site).with_status(0).out();
    assert!(told.contains(&format!("index {first} is made")), "{told}");
    let told = setup(&site).with_status(0).out();
    assert!(told.contains(&format!("alias {} is there", site.index)), "{told}");
    let mapping = site.node.get(&format!("{first}/_mapping/field/source.ip")).good();
    assert_eq!(mapping.pointer(&format!("/{first}/mappings/source.ip/mapping/ip/type")), Some(&json!("ip")));
    load(&site, opensearch()).with_status(0);
    assert_eq!(site.node.documents(&first), chain::DOCUMENTS);
}

#[test]
fn an_index_of_that_name_is_written_to_as_before() {
    let site = site("autoindex");
    site.node.put(&site.index, &json!({})).good();
    load(&site, opensearch()).with_status(0).reports("0", "unsent");
    assert_eq!(site.node.documents(&site.index), chain::DOCUMENTS);
    setup(&site).with_status(0).says("should be an alias");
}

#[test]
fn a_data_stream_of_that_name_is_written_to_whether_it_is_there_or_not() {
    for is_there in [true, false] {
        let site = site("autostream");
        let template = json!({"index_patterns": [site.indices()], "data_stream": {}, "priority": 900});
        site.node.put(&format!("_index_template/{}", site.index), &template).good();
        if is_there {
            site.node.put(&format!("_data_stream/{}", site.index), &json!({})).good();
        }
        load(&site, opensearch()).with_status(0).reports("0", "unsent");
        assert_eq!(site.node.documents(&site.index), chain::DOCUMENTS);
        site.node.delete(&format!("_data_stream/{}", site.index)).good();
    }
}

#[test]
fn loads_that_begin_together_make_one_index() {
    let site = site("autotogether");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| load(&site, opensearch()).with_status(0));
        }
    });
    assert_eq!(behind(&site), json!({(format!("{}-000001", site.index)): true}));
    assert_eq!(site.documents(), chain::DOCUMENTS);
}

/// The node behind something that lets nobody make an index.
fn no_new_index(request: &Request) -> Reply {
    if request.method == "PUT" {
        let error =
            json!({"type": "security_exception", "reason": "no permissions for [indices:admin/create]"});
        return Reply::json(403, json!({"error": error, "status": 403}).to_string());
    }
    forward::to_node(request)
}

#[test]
fn without_the_right_to_make_it_documents_stay_unsent_and_no_index_of_its_name_comes_into_being() {
    let site = site("autodenied");
    let loaded = run(async {
        let server = serve(no_new_index).await;
        let (config, url) = (site.config(), server.url.clone());
        let mut command = es_loader();
        command.args(["load", "--endpoint", &url, "--config"]).arg(config).arg(chain::path());
        tokio::task::spawn_blocking(move || Run::of(&mut command)).await.unwrap()
    });
    let loaded = loaded.with_status(2).reports(&chain::DOCUMENTS.to_string(), "unsent");
    loaded.says("-000001, the first index of the alias, cannot be made");
    assert_eq!(site.node.get(&site.index).status, 404);
}

#[test]
fn a_first_index_whose_alias_is_missing_leaves_documents_unsent() {
    let site = site("autolost");
    site.node.put(&format!("{}-000001", site.index), &json!({})).good();
    load(&site, opensearch()).with_status(2).says("is not an alias");
    let told = setup(&site);
    assert!(told.stderr.contains("give it the alias"), "{}", told.stderr);
    assert_eq!(site.node.get(&site.index).status, 404);
}

#[test]
fn the_function_makes_it_too() {
    let site = site("autofunction");
    let (storage, bucket) = (Storage::new(), unique("autofunction"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a.log", line("x").as_bytes());
    let mut lambda = Lambda::start(&site);
    for _ in 0..2 {
        let event = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "awsRegion": "us-east-1", "eventTime": "2026-11-22T22:30:00.000Z",
            "s3": {"bucket": {"name": bucket}, "object": {"key": "ds_agent/a.log"}}}]});
        assert!(matches!(lambda.invoke(&event), Answer::Done(_)), "{}", lambda.log());
    }
    assert_eq!(behind(&site), json!({(format!("{}-000001", site.index)): true}));
    assert_eq!(site.documents(), 1);
}
