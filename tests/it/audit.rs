//! The lines of objects against the documents in the cluster.

use serde_json::{Value, json};

use crate::support::program::{Run, es_loader, with_aws};
use crate::support::services::opensearch;
use crate::support::site::{Site, unique};
use crate::support::storage::Storage;

fn line(text: &str) -> String {
    let event = "CEF:0|Trend Micro|Deep Security Agent|20.0|21|Deny|0|src=203.0.113.2 act=Deny msg=";
    let message = format!("Nov 22 15:00:02 h {event}{text}");
    format!("{}\n", json!({"message": message, "timestamp": "2026-11-22T22:26:05+00:00"}))
}

fn run(site: &Site, words: &[&str]) -> Run {
    let mut command = es_loader();
    with_aws(&mut command).args(words).arg("--config").arg(site.config()).env("ENDPOINT", opensearch());
    Run::of(&mut command)
}

/// Audits; gives the summary and each object's numbers in the order of the objects.
fn audit(site: &Site, status: i32, words: &[&str]) -> Value {
    site.node.post(&format!("{}/_refresh?ignore_unavailable=true", site.indices()), &json!({})).good();
    let run = run(site, &[&["audit", "--json"], words].concat()).with_status(status);
    serde_json::from_str(&run.out()).unwrap()
}

fn verdicts(audit: &Value) -> Vec<&str> {
    audit["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object["verdict"].as_str().unwrap_or("-"))
        .collect()
}

#[test]
fn what_is_missing_short_or_double_is_told_object_by_object() {
    let site = Site::new("audit");
    site.node.put(&format!("_index_template/{}", site.index), &keywords(&site)).good();
    let (storage, bucket) = (Storage::new(), unique("audited"));
    storage.bucket(&bucket);
    for name in ["a", "b", "c", "d"] {
        let text: String = (0..3).map(|number| line(&format!("{name}{number}"))).collect();
        storage.put(&bucket, &format!("ds_agent/2026/11/22/{name}.log"), text.as_bytes());
    }
    let place = format!("s3://{bucket}/ds_agent/");
    let nothing = audit(&site, 1, &[&place]);
    assert_eq!(verdicts(&nothing), ["missing"; 4]);
    assert_eq!((&nothing["summary"]["expected"], &nothing["summary"]["lost"]), (&json!(12), &json!(12)));

    run(&site, &["load", &place]).with_status(0);
    let whole = audit(&site, 0, &[&place]);
    assert_eq!(verdicts(&whole), ["fine"; 4], "{whole}");

    let of = |key: &str| json!({"query": {"term": {"@log_s3key": format!("ds_agent/2026/11/22/{key}.log")}}});
    let by = |query: &Value| {
        site.node.post(&format!("{}/_delete_by_query?refresh=true", site.indices()), query).good()
    };
    by(&of("b"));
    let both = json!([{"term": {"@log_s3key": "ds_agent/2026/11/22/c.log"}}, {"match": {"@message": "c1"}}]);
    by(&json!({"query": {"bool": {"filter": both}}}));
    // The same documents under other ids, as a loader without ids would have written them.
    let found = site.node.search(&site.indices(), &of("d"));
    for hit in found["hits"]["hits"].as_array().unwrap() {
        site.node.post(&format!("{}-2026-11/_doc", site.index), &hit["_source"]).good();
    }
    let differing = audit(&site, 1, &[&place]);
    assert_eq!(verdicts(&differing), ["fine", "missing", "short", "double"], "{differing}");
    assert_eq!(differing["objects"][2]["lost"], 1);
    assert_eq!(differing["objects"][3]["counted"], 6);

    let screen = run(&site, &["audit", &place]).with_status(1).out();
    assert!(screen.contains("           4  documents are not there"), "{screen}");
    assert!(
        screen.contains(&format!(
            "s3://{bucket}/ds_agent/2026/11/22/c.log: short, 1 of its 3 documents are not there"
        )),
        "{screen}"
    );
    let days = audit(&site, 2, &[&place, "--since", "2026-11-23"]);
    assert_eq!(days["objects"], json!([]), "nothing is compared, so nothing is proved");
}

#[test]
fn documents_of_an_older_object_of_the_key_do_not_stand_for_those_of_the_new_one() {
    let site = Site::new("audit-anew");
    site.node.put(&format!("_index_template/{}", site.index), &keywords(&site)).good();
    let (storage, bucket) = (Storage::new(), unique("anew"));
    storage.bucket(&bucket);
    let (key, place) = ("ds_agent/a.log", format!("s3://{bucket}/ds_agent/"));
    storage.put(&bucket, key, format!("{}{}", line("one"), line("two")).as_bytes());
    run(&site, &["load", &place]).with_status(0);
    storage.put(&bucket, key, format!("{}{}", line("two"), line("three")).as_bytes());
    let anew = audit(&site, 1, &[&place]);
    assert_eq!(verdicts(&anew), ["short"], "{anew}");
    assert_eq!((&anew["objects"][0]["counted"], &anew["objects"][0]["lost"]), (&json!(2), &json!(1)));
}

/// Strings as keywords, but for the message.
fn keywords(site: &Site) -> Value {
    json!({"index_patterns": [site.indices()], "template": {"mappings": {
        "dynamic_templates": [{"s": {"match_mapping_type": "string", "mapping": {"type": "keyword"}}}],
        "properties": {"@message": {"type": "text"}, "@timestamp": {"type": "date"}}
    }}})
}

#[test]
fn lines_that_came_in_another_object_too_are_not_lost() {
    let site = Site::new("audit-resent");
    site.node.put(&format!("_index_template/{}", site.index), &keywords(&site)).good();
    let (storage, bucket) = (Storage::new(), unique("resent"));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a.log", format!("{}{}", line("one"), line("two")).as_bytes());
    storage.put(&bucket, "ds_agent/b.log", format!("{}{}", line("two"), line("three")).as_bytes());
    let place = format!("s3://{bucket}/ds_agent/");
    run(&site, &["load", &place]).with_status(0);
    assert_eq!(site.documents(), 3);
    let audit = audit(&site, 0, &[&place]);
    assert_eq!(verdicts(&audit), ["fine", "fine"], "{audit}");
    // The line of both is a document of that object whose part of their request came last.
    let sum = |name: &str| (0..2).map(|object| audit["objects"][object][name].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("counted"), sum("by_id_only")), (3, 1), "{audit}");
}

#[test]
fn documents_that_went_to_another_index_are_found_by_their_ids() {
    let site = Site::new("audit-moved");
    // Without the template the key is no keyword, so that only ids tell.
    let object = site.file("ds_agent.log", format!("{}{}", line("one"), line("two")).as_bytes());
    let closed = format!("{}-2026-11", site.index);
    site.node.put(&closed, &json!({"settings": {"index.blocks.write": true}})).good();
    run(&site, &["load", object.to_str().unwrap()]).with_status(0);
    assert_eq!(site.node.documents(&format!("{closed}_01")), 2);
    let audit = audit(&site, 0, &[object.to_str().unwrap()]);
    assert_eq!(verdicts(&audit), ["fine"], "{audit}");
}

#[test]
fn an_index_that_is_closed_tells_nothing() {
    let site = Site::new("audit-closed");
    let object = site.file("ds_agent.log", line("one").as_bytes());
    run(&site, &["load", object.to_str().unwrap()]).with_status(0);
    site.node.post(&format!("{}-2026-11/_close", site.index), &json!({})).good();
    let run = run(&site, &["audit", object.to_str().unwrap()]).with_status(2);
    assert!(run.out().contains("in a closed index"), "{}", run.out());
}

/// The cluster looks for no id behind an alias of several indices: only a search tells whether the documents are there.
#[test]
fn documents_behind_an_alias_that_was_rolled_over_are_found_or_missed_by_a_search() {
    let site = Site::new("audit-alias");
    site.node.put(&format!("_index_template/{}", site.index), &keywords(&site)).good();
    let alias = format!("{}-2026-11", site.index);
    for (number, is_write_index) in [(1, false), (2, true)] {
        let aliases = json!({"aliases": {alias.as_str(): {"is_write_index": is_write_index}}});
        site.node.put(&format!("{alias}-00000{number}"), &aliases).good();
    }
    let object = site.file("ds_agent.log", format!("{}{}", line("one"), line("two")).as_bytes());
    let object = object.to_str().unwrap();
    run(&site, &["load", object]).with_status(0);
    let whole = audit(&site, 0, &[object]);
    assert_eq!(verdicts(&whole), ["fine"], "{whole}");
    let one = json!({"query": {"match": {"@message": "two"}}});
    site.node.post(&format!("{}/_delete_by_query?refresh=true", site.indices()), &one).good();
    let cut = audit(&site, 1, &[object]);
    assert_eq!((verdicts(&cut), &cut["objects"][0]["lost"]), (vec!["short"], &json!(1)), "{cut}");
}

#[test]
fn an_object_that_cannot_be_read_leaves_the_audit_unfinished() {
    let site = Site::new("audit-gone");
    let (storage, bucket) = (Storage::new(), unique("gone"));
    storage.bucket(&bucket);
    let gone = format!("s3://{bucket}/ds_agent/gone.log");
    let run = run(&site, &["audit", &gone]).with_status(2);
    assert!(
        run.out().contains("NoSuchKey") && run.out().contains("1  objects could not be compared"),
        "{}",
        run.out()
    );
}
