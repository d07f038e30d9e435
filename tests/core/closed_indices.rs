//! Where documents go whose index is closed.

use es_loader::deliver::bulk::{ClosedIndices, index_and_id};
use es_loader::load::batch::Batch;
use es_loader::read::object::line::LineNumber;
use proptest::prelude::*;
use serde_json::json;

fn closed(indices: &[&str]) -> ClosedIndices {
    let mut closed_indices = ClosedIndices::default();
    indices.iter().for_each(|index| closed_indices.close(*index));
    closed_indices
}

fn target(closed_indices: &ClosedIndices, index: &str) -> Option<String> {
    closed_indices.open_index(index).map(std::borrow::Cow::into_owned)
}

#[test]
fn documents_go_to_the_first_follower_that_is_open() {
    let closed_indices =
        closed(&["log-a-2024-06", "log-a-2024-06_01", "log-a-2024-06_03", "log-b_07", "log-c_x1"]);
    for (index, expected) in [
        ("log-a-2024-06", "log-a-2024-06_02"),
        ("log-a-2024-06_01", "log-a-2024-06_02"),
        ("log-a-2024-06_03", "log-a-2024-06_04"),
        ("log-a-2024-07", "log-a-2024-07"),
        ("log-b_07", "log-b_08"),
        ("log-c_x1", "log-c_x1_01"),
    ] {
        assert_eq!(target(&closed_indices, index).as_deref(), Some(expected), "{index}");
    }
}

#[test]
fn what_was_sent_to_an_index_may_be_held_by_it_and_by_its_closed_followers() {
    let closed_indices = closed(&["log-a", "log-a_01", "log-a_03", "log-ab", "log-b_07"]);
    assert_eq!(closed_indices.closed_of("log-a"), ["log-a", "log-a_01", "log-a_03"]);
    assert_eq!(closed_indices.closed_of("log-a_03"), ["log-a", "log-a_01", "log-a_03"]);
    assert_eq!(closed_indices.closed_of("log-b_07"), ["log-b_07"]);
    assert_eq!(closed_indices.closed_of("log-a_02"), [""; 0], "an open one holds what is sent to it");
}

#[test]
fn where_all_followers_are_closed_there_is_nowhere_to_go() {
    let mut closed_indices = closed(&["log-a"]);
    (1..=99).for_each(|number| closed_indices.close(format!("log-a_{number:02}")));
    assert_eq!(target(&closed_indices, "log-a"), None);
}

#[test]
fn the_state_of_the_cluster_tells_what_is_closed_for_good() {
    let block =
        |description: &str| json!({"description": description, "retryable": false, "levels": ["write"]});
    let mut closed_indices = ClosedIndices::default();
    closed_indices.close_blocked(&json!({"cluster_name": "c", "blocks": {
        "global": {"6": block("cluster read-only (api)")},
        "indices": {
            "log-readonly": {"5": block("index read-only (api)")},
            "log-write": {"8": block("index write (api)")},
            "log-closed": {"4": block("index closed")},
            "log-full": {"12": block("index read-only / allow delete (api)")},
            "log-both": {"8": block("index write (api)"), "12": block("index read-only / allow delete (api)")},
            "log-read": {"7": block("index read (api)")},
        }
    }}));
    closed_indices.close_cold(
        &json!({"pagination_id": "x", "indices": [{"index": "log-cold", "size": 1}, {"size": 2}]}),
    );
    let closed = ["log-readonly", "log-write", "log-closed", "log-cold"];
    for index in closed {
        assert_eq!(target(&closed_indices, index), Some(format!("{index}_01")));
    }
    for index in ["log-full", "log-both", "log-read"] {
        assert_eq!(target(&closed_indices, index).as_deref(), Some(index));
    }
    let mut nothing = ClosedIndices::default();
    for answer in
        [json!(null), json!([]), json!({"blocks": []}), json!({"indices": {}}), json!({"blocks": {}})]
    {
        nothing.close_blocked(&answer);
        nothing.close_cold(&answer);
    }
    assert!(nothing.is_empty());
}

#[test]
fn a_batch_is_redirected_document_by_document() {
    let mut batch = Batch::default();
    for (number, index) in [(1, "log-a"), (2, "log-b"), (3, "log-a")] {
        let action = json!({"index": {"_index": index, "_id": format!("id{number}")}}).to_string();
        batch.push(action.as_bytes(), format!("{{\"n\":{number}}}").as_bytes(), LineNumber(number));
        batch.lines.add(LineNumber(number), b"line");
    }
    assert_eq!(closed(&["log-x"]).redirect(&batch), None);
    assert_eq!(ClosedIndices::default().redirect(&batch), None);
    let moved = closed(&["log-a"]).redirect(&batch).unwrap();
    assert_eq!(moved.lines, batch.lines);
    let all: Vec<_> = (0..3)
        .map(|at| {
            let (action, document) = moved.pair(at).unwrap();
            let (index, id) = index_and_id(action).unwrap();
            (index, id, String::from_utf8_lossy(document).into_owned(), moved.items.get(at).unwrap().line.0)
        })
        .collect();
    let row = |index: &str, number: u64| {
        (index.to_owned(), format!("id{number}"), format!("{{\"n\":{number}}}"), number)
    };
    assert_eq!(all, [row("log-a_01", 1), row("log-b", 2), row("log-a_01", 3)]);
}

proptest! {
    #![proptest_config(crate::cases(128))]

    #[test]
    fn a_target_is_never_closed(closed in proptest::collection::vec("log-[ab](_0[1-9])?", 0..12), index in "log-[ab](_0[1-9])?") {
        let mut closed_indices = ClosedIndices::default();
        closed.iter().for_each(|index| closed_indices.close(index));
        let target = target(&closed_indices, &index).unwrap();
        prop_assert!(!closed.contains(&target));
        prop_assert_eq!(target == index, !closed.contains(&index));
    }
}
