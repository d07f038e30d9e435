//! Documents whose index is closed for writing: late events of a month that is in warm storage by now.

use serde_json::json;

use crate::delivery::{QUICK, all_indexed, batch, documents, load};
use crate::scripted::{Reply, Request, run, serve};
use crate::support::chain;
use crate::support::program::{Run, es_loader};
use crate::support::services::opensearch;
use crate::support::site::Site;

fn load_chain(site: &Site) -> Run {
    let mut command = es_loader();
    command.args(["load", "--endpoint", opensearch(), "--config"]).arg(site.config()).arg(chain::path());
    Run::of(&mut command)
}

#[test]
fn documents_go_to_the_next_name_whose_index_is_open() {
    for (settings, follower) in
        [(json!({"index.blocks.write": true}), "_01"), (json!({"index.blocks.read_only": true}), "_01")]
    {
        let site = Site::new("closed");
        let index = format!("{}-2026-11", site.index);
        site.node.put(&index, &json!({"settings": settings})).good();
        load_chain(&site).with_status(0).reports("415", "documents").reports("0", "unsent");
        assert_eq!(site.node.documents(&format!("{index}{follower}")), chain::DOCUMENTS, "{settings}");
        site.node.put(&format!("{index}/_settings"), &json!({"index.blocks.read_only": false})).good();
    }
}

#[test]
fn followers_that_are_closed_too_are_passed_over_and_a_closed_index_counts() {
    let site = Site::new("follow");
    let index = format!("{}-2026-11", site.index);
    for name in [index.clone(), format!("{index}_01"), format!("{index}_03")] {
        site.node.put(&name, &json!({"settings": {"index.blocks.write": true}})).good();
    }
    site.node.post(&format!("{index}/_close"), &json!({})).good();
    load_chain(&site).with_status(0);
    assert_eq!(site.node.documents(&format!("{index}_02")), chain::DOCUMENTS);
    // Closed indices cannot be searched: the site's cleaning up needs none.
    load_chain(&site).with_status(0);
    assert_eq!(site.node.documents(&format!("{index}_02")), chain::DOCUMENTS, "once more adds nothing");
}

#[test]
fn what_an_index_held_before_it_was_closed_is_not_doubled() {
    let site = Site::new("held");
    let index = format!("{}-2026-11", site.index);
    load_chain(&site).with_status(0);
    site.node.put(&format!("{index}/_settings"), &json!({"index.blocks.write": true})).good();
    let more = json!({"message": "Nov 22 15:00:02 h CEF:0|Trend Micro|Deep Security Agent|20.0|21|Deny|0|act=Late", "timestamp": "2026-11-22T22:26:05+00:00"});
    for _ in 0..2 {
        load_chain(&site).with_status(0).reports("415", "documents").reports("0", "unsent");
        let late = site.file("ds_agent.log", more.to_string().as_bytes());
        let mut command = es_loader();
        command.args(["load", "--endpoint", opensearch(), "--config"]).arg(site.config()).arg(late);
        Run::of(&mut command).with_status(0);
        assert_eq!(site.documents(), chain::DOCUMENTS + 1);
        assert_eq!(site.node.documents(&format!("{index}_01")), 1, "only what came late");
    }
}

/// The index that each document of a request goes to.
fn indices(request: &Request) -> Vec<String> {
    let text = request.text();
    let lines = text.lines().step_by(2).map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines.map(|action| action["index"]["_index"].as_str().unwrap().to_owned()).collect()
}

/// A cluster in which `log` takes no documents of even numbers, and `closed` none at all.
fn cluster(closed: &'static [&'static str], look: u16) -> impl FnMut(&Request) -> Reply + Send + 'static {
    move |request| {
        if request.target.starts_with("/_mget") {
            return Reply::json(403, "{}");
        }
        if request.method == "GET" {
            let blocks = closed.iter().map(|name| ((*name).to_owned(), json!({"8": {}}))).collect();
            let state = json!({"blocks": {"indices": serde_json::Value::Object(blocks)}});
            let is_state = request.target.starts_with("/_cluster/state/blocks");
            return Reply::json(if is_state { look } else { 400 }, state.to_string());
        }
        let items: Vec<_> = indices(request)
            .iter()
            .zip(documents(request))
            .map(|(index, (id, _))| {
                if closed.contains(&index.as_str()) && (index != "log" || id % 2 == 0) {
                    let reason = format!("index [{index}] blocked by: [FORBIDDEN/8/index write (api)];");
                    json!({"index": {"status": 403, "error": {"type": "cluster_block_exception", "reason": reason}}})
                } else {
                    json!({"index": {"status": 201}})
                }
            })
            .collect();
        Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
    }
}

#[test]
fn one_look_tells_which_indices_are_closed_and_only_the_documents_concerned_move() {
    run(async {
        let server = serve(cluster(&["log", "log_01", "log_02"], 200)).await;
        let delivery = load(&server, vec![batch(1..=5)], &QUICK, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.requests, delivery.stop), (5, 2, None));
        let requests = server.requests();
        let last = requests.last().unwrap();
        assert_eq!(indices(last), ["log_03", "log_03"]);
        assert_eq!(documents(last).iter().map(|(id, _)| *id).collect::<Vec<_>>(), [2, 4]);
    });
}

#[test]
fn what_is_said_of_another_document_holds_none_back() {
    run(async {
        let mut cluster = cluster(&["log"], 200);
        let server = serve(move |request| {
            if !request.target.starts_with("/_mget") {
                return cluster(request);
            }
            let asked: serde_json::Value = serde_json::from_str(&request.text()).unwrap();
            let told = |at: usize, found: bool| json!({"_id": asked["docs"][at]["_id"], "found": found});
            Reply::json(200, json!({"docs": [told(1, true), told(0, false)]}).to_string())
        })
        .await;
        let delivery = load(&server, vec![batch(1..=5)], &QUICK, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.may_be_double), (5, 2));
        let sent = documents(server.requests().last().unwrap());
        assert_eq!(sent.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [2, 4]);
    });
}

#[test]
fn without_the_permission_to_look_the_names_are_tried_one_by_one() {
    run(async {
        let server = serve(cluster(&["log", "log_01", "log_02"], 403)).await;
        let delivery = load(&server, vec![batch(2..=2)], &QUICK, None).await;
        assert_eq!((delivery.verdicts.indexed, delivery.requests), (1, 4));
        let bulk = server.requests();
        let tried: Vec<_> =
            bulk.iter().filter(|request| request.target.starts_with("/_bulk")).flat_map(indices).collect();
        assert_eq!(tried, ["log", "log_01", "log_02", "log_03"]);
    });
}

#[test]
fn no_look_is_taken_where_nothing_is_closed() {
    run(async {
        let server = serve(all_indexed).await;
        load(&server, vec![batch(1..=3)], &QUICK, None).await;
        assert!(server.requests().iter().all(|request| request.method == "POST"));
    });
}
