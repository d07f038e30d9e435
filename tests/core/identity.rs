//! Who a document is: the same id for the same line at every load, another one for each of equal lines.

use std::collections::BTreeSet;

use es_loader::document::id::Identities;
use es_loader::document::problem::Problem;
use es_loader::load::account::Limits;
use es_loader::trigger::object_ref::LineRange;
use proptest::prelude::*;

use crate::support::{
    Loaded, agent_event, document_by, facts, fluentd_line, load_bytes, load_with, plan, plan_with,
};

fn ids(loaded: &Loaded) -> Vec<String> {
    loaded.documents.iter().map(|document| document.id.clone()).collect()
}

fn id_of(line: &[u8]) -> String {
    Identities::default().next(line).document(0).to_string()
}

#[test]
fn an_id_is_27_characters_that_need_no_escape_in_a_url() {
    for line in [&b""[..], b"a", b"\xff\xfe", "語".as_bytes()] {
        let id = id_of(line);
        assert_eq!(id.len(), 27);
        assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{id}");
    }
}

#[test]
fn the_pattern_of_the_python_loader_s_ids_takes_none_of_ours() {
    let page = include_str!("../../docs/migrate.md");
    let (_, behind) = page.split_once(r#"{"regexp": {"@id": ""#).unwrap();
    let pattern = regex::Regex::new(&format!("^(?:{})$", behind.split_once('"').unwrap().0)).unwrap();
    assert!(pattern.is_match("900150983cd24fb0d6963f7d28e17f72"));
    for line in [&b"abc"[..], b"", b"a", b"b"] {
        assert!(!pattern.is_match(&id_of(line)));
    }
}

/// The first 160 bits of SHA-256, so that other programs can tell which line a document is.
#[test]
fn an_id_is_the_front_of_the_line_s_sha_256() {
    assert_eq!(id_of(b"abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaM");
}

#[test]
fn equal_lines_have_ids_of_their_own_and_the_same_ones_at_each_load() {
    let mut object = Identities::default();
    let mut next = |line: &[u8]| object.next(line).document(0).to_string();
    let first = [next(b"a"), next(b"b"), next(b"a"), next(b"a"), next(b"b")];
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), 5);
    assert_eq!(first[0], id_of(b"a"));
    let mut object = Identities::default();
    let mut next = |line: &[u8]| object.next(line).document(0).to_string();
    // What stands between them has no part in it.
    assert_eq!([next(b"a"), next(b"a"), next(b"a")], [first[0].clone(), first[2].clone(), first[3].clone()]);
}

#[test]
fn the_documents_of_one_line_have_ids_of_their_own() {
    let identity = Identities::default().next(b"line");
    let ids: BTreeSet<String> = (0..100).map(|part| identity.document(part).to_string()).collect();
    assert_eq!(ids.len(), 100);
    assert_eq!(identity.document(0).to_string(), id_of(b"line"));
}

fn object() -> Vec<u8> {
    let (one, two) = (
        fluentd_line(&agent_event("21", "act=Deny cnt=1")),
        fluentd_line(&agent_event("21", "act=Deny cnt=2")),
    );
    let joined = fluentd_line(
        &[agent_event("21", "act=Log"), "#012".to_owned(), agent_event("21", "act=Log")[28..].to_owned()]
            .concat(),
    );
    [&one[..], &two, b"\n", &one, &joined, b"text\n", &one, &joined, b"text"].concat()
}

#[test]
fn the_same_object_gives_the_same_ids_and_each_document_its_own() {
    let first = ids(&load_bytes(plan(), &object()));
    assert_eq!(first, ids(&load_bytes(plan(), &object())));
    assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), first.len());
    assert!(first.len() >= 8);
}

#[test]
fn a_continuation_gives_the_ids_of_the_whole_load() {
    let lines = object().split(|byte| *byte == b'\n').count() as u64;
    let whole = ids(&load_bytes(plan(), &object()));
    for from in 1..=lines + 1 {
        let part = |start, end| {
            let limits = Limits { lines: Some(LineRange { start, end }), ..Limits::default() };
            ids(&load_with(plan(), facts(), &limits, &object()))
        };
        let mut both = if from > 1 { part(1, Some(from - 1)) } else { Vec::new() };
        both.extend(part(from, None));
        assert_eq!(both, whole, "continued from line {from}");
    }
}

#[test]
fn a_field_can_be_the_id_with_a_suffix() {
    let plan = plan_with("doc_id = externalId\ndoc_id_suffix = act");
    let document = document_by(&plan, &agent_event("21", "act=Deny externalId=42"));
    assert_eq!((document.id.as_str(), document.text("@id")), ("42_Deny", "42"));
    let document = document_by(&plan, &agent_event("21", "externalId=42"));
    assert_eq!(document.id, "42");
}

#[test]
fn an_event_without_the_id_s_field_takes_its_content_s() {
    let line = fluentd_line(&agent_event("21", "act=Deny"));
    let loaded = load_bytes(&plan_with("doc_id = externalId"), &line);
    assert_eq!(ids(&loaded), ids(&load_bytes(plan(), &line)));
    assert_eq!(loaded.account.problems.count(Problem::DocIdMissing), 1);
}

#[test]
fn an_id_that_opensearch_would_refuse_is_not_taken() {
    let plan = plan_with("doc_id = externalId");
    let id = |length: usize| {
        document_by(&plan, &agent_event("21", &format!("externalId={}", "x".repeat(length)))).id
    };
    assert_eq!(id(512).len(), 512);
    assert_eq!(id(513).len(), 27);
    let plan = plan_with("doc_id = externalId\ndoc_id_suffix = msg");
    let document = document_by(
        &plan,
        &agent_event("21", &format!("externalId={} msg={}", "x".repeat(500), "語".repeat(20))),
    );
    assert!(document.id.len() <= 512 && document.id.ends_with('語'), "{}", document.id);
}

proptest! {
    #![proptest_config(crate::cases(128))]

    #[test]
    fn no_two_lines_of_an_object_share_an_id(lines in proptest::collection::vec("[ab\\n#0-3]{0,3}", 0..40)) {
        let lines: Vec<String> = lines.into_iter().map(|line| line.replace('\n', "")).collect();
        let mut object = Identities::default();
        let given: BTreeSet<String> = lines
            .iter()
            .flat_map(|line| {
                let identity = object.next(line.as_bytes());
                (0..3).map(move |part| identity.document(part).to_string())
            })
            .collect();
        prop_assert_eq!(given.len(), lines.len() * 3);
    }
}

#[test]
fn lines_that_come_together_are_who_they_are_one_by_one() {
    let lines: Vec<&[u8]> = vec![b"a", b"b", b"a", b"a", b"c", b"b"];
    let (mut together, mut alone) = (Identities::default(), Identities::default());
    for lines in [&lines[..2], &lines[2..2], &lines[2..]] {
        let together: Vec<_> = together.next_few(lines).map(|of| (of.number(), of.document(0))).collect();
        let alone: Vec<_> = lines
            .iter()
            .map(|line| alone.next(line))
            .map(|identity| (identity.number(), identity.document(0)))
            .collect();
        assert_eq!(together, alone);
    }
}

/// Several lines are hashed side by side, each of them in blocks of 64 bytes and a padding that may need one more.
#[test]
fn lines_of_any_length_are_hashed_together_as_they_are_alone() {
    let text: Vec<u8> = (0..=u8::MAX).cycle().take(700).collect();
    let lines: Vec<&[u8]> = (0..=text.len()).map(|length| &text[text.len() - length..]).collect();
    for few in [1, 2, 3, 16, lines.len()] {
        let mut object = Identities::default();
        for lines in lines.chunks(few) {
            let ids: Vec<String> =
                object.next_few(lines).map(|identity| identity.document(0).to_string()).collect();
            assert_eq!(ids, lines.iter().map(|line| id_of(line)).collect::<Vec<_>>());
        }
    }
}

proptest! {
    #![proptest_config(crate::cases(256))]

    #[test]
    fn lines_are_hashed_together_as_they_are_alone(
        lines in proptest::collection::btree_set(proptest::collection::vec(any::<u8>(), 0..500), 0..20)
    ) {
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let mut object = Identities::default();
        let ids: Vec<String> = object.next_few(&lines).map(|identity| identity.document(0).to_string()).collect();
        prop_assert_eq!(ids, lines.iter().map(|line| id_of(line)).collect::<Vec<_>>());
    }
}
