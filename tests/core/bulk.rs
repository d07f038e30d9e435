//! Verdicts, raw forms and tallies.

use std::time::Duration;

use es_loader::deliver::bulk::fault::Fault;
use es_loader::deliver::bulk::{Consequence, Judgement, Tally, Verdict, Ways, extra_form, judge, raw_form};
use es_loader::load::batch::{Batch, Item};
use es_loader::read::object::line::LineNumber;
use proptest::prelude::*;
use serde_json::{Value, json};

fn batch(documents: usize) -> Batch {
    let mut batch = Batch::default();
    for n in 0..documents {
        let (action, document) = (format!(r#"{{"index":{{"_id":"{n}"}}}}"#), format!(r#"{{"n":{n}}}"#));
        batch.push(action.as_bytes(), document.as_bytes(), LineNumber(n as u64 + 1));
    }
    batch
}

/// The verdicts, one line each, of an answer in `fixtures/bulk`, whose name starts with its status.
fn verdicts(fixture: &str, documents: usize) -> Vec<String> {
    let Judgement::Items { verdicts, .. } = judgement(fixture, documents) else { panic!("{fixture}") };
    let line = |verdict: &Verdict| match verdict {
        Verdict::Indexed => "indexed".to_owned(),
        Verdict::Duplicate => "duplicate".to_owned(),
        Verdict::Dropped(fault) => format!("dropped: {fault}"),
        Verdict::Again(fault) => format!("again: {fault}"),
        Verdict::Refused(fault) => format!("refused: {fault}"),
        Verdict::Closed(fault) => format!("closed: {fault}"),
        Verdict::Denied(fault) => format!("denied: {fault}"),
    };
    verdicts.iter().map(line).collect()
}

fn judgement(fixture: &str, documents: usize) -> Judgement {
    let status = fixture.split('-').next().unwrap().parse().unwrap();
    let path = format!("{}/fixtures/bulk/{fixture}", env!("CARGO_MANIFEST_DIR"));
    judge(&batch(documents), status, &std::fs::read(path).unwrap())
}

#[test]
fn what_is_created_or_replaced_is_indexed() {
    assert_eq!(verdicts("200-all-indexed.json", 3), ["indexed"; 3]);
    let Judgement::Items { took, .. } = judgement("200-all-indexed.json", 3) else { panic!() };
    assert_eq!(took, Duration::from_millis(30));
}

#[test]
fn a_document_that_was_there_before_is_a_duplicate() {
    assert_eq!(verdicts("200-unfiltered.json", 2), ["indexed", "duplicate"]);
}

#[test]
fn a_refusal_names_the_field_and_the_innermost_cause_but_not_the_id() {
    assert_eq!(
        verdicts("200-mapping-conflicts.json", 6),
        [
            "refused: status 400: mapper_parsing_exception: failed to parse field [destination.ip] of type [ip]: \
             'N/A' is not an IP string literal.",
            "refused: status 400: mapper_parsing_exception: failed to parse field [source.port] of type [long]: \
             For input string: \"http\\u{1b}[31m\"",
            "refused: status 400: illegal_argument_exception: Limit of total fields [1000] has been exceeded",
            "denied: status 404: index_not_found_exception: no such index [log-deepsecurity-2024-06] and \
             [action.auto_create_index] is [false]",
            "refused: status 400: an old server's plain text",
            "indexed",
        ]
    );
}

#[test]
fn overload_blocks_and_a_full_cluster_are_tried_again() {
    let verdicts = verdicts("200-overload.json", 8);
    assert!(verdicts[..7].iter().all(|verdict| verdict.starts_with("again: ")), "{verdicts:#?}");
    assert_eq!(verdicts[1], "again: status 429: no reason given");
    assert_eq!(verdicts[7], "indexed");
}

#[test]
fn a_missing_permission_is_no_fault_of_the_document() {
    let verdicts = verdicts("200-not-allowed.json", 2);
    assert!(
        verdicts[0].starts_with("denied: status 403: security_exception: no permissions for"),
        "{verdicts:?}"
    );
    assert_eq!(verdicts[1], "indexed");
}

/// The verdict on a document that is refused so.
fn verdict(status: u16, error_type: &str, reason: &str) -> Verdict {
    let error = json!({"type": error_type, "reason": reason});
    let answer = json!({"items": [{"index": {"status": status, "error": error}}]}).to_string();
    let Judgement::Items { mut verdicts, .. } = judge(&batch(1), 200, answer.as_bytes()) else { panic!() };
    verdicts.pop().unwrap()
}

#[test]
fn an_index_that_is_closed_for_good_is_told_from_one_that_a_full_disk_closed() {
    for reason in [
        "index [log-a-2024-06] blocked by: [FORBIDDEN/8/index write (api)];",
        "index [log-a-2024-06] blocked by: [FORBIDDEN/5/index read-only (api)];",
        "index [log-a-2024-06] blocked by: [FORBIDDEN/4/index closed];",
    ] {
        let verdict = verdict(403, "cluster_block_exception", reason);
        assert!(matches!(verdict, Verdict::Closed(_)), "{reason}: {verdict:?}");
    }
    let closed = verdict(400, "index_closed_exception", "closed");
    assert!(matches!(closed, Verdict::Closed(_)), "{closed:?}");
    for (status, reason) in [
        (429, "index [log-a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark];"),
        (403, "index [log-a] blocked by: [FORBIDDEN/12/index read-only / allow delete (api)];"),
        (
            403,
            "index [log-a] blocked by: [FORBIDDEN/8/index write (api)];[FORBIDDEN/12/read-only / allow delete (api)];",
        ),
        (403, "blocked by: [FORBIDDEN/6/cluster read-only (api)];"),
        (503, "blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];"),
    ] {
        let verdict = verdict(status, "cluster_block_exception", reason);
        assert!(matches!(verdict, Verdict::Again(_)), "{reason}: {verdict:?}");
    }
}

#[test]
fn an_index_name_that_leads_nowhere_is_no_fault_of_the_document() {
    for (status, kind, reason) in [
        (404, "index_not_found_exception", "no such index [log-a] and [action.auto_create_index] is [false]"),
        (
            400,
            "illegal_argument_exception",
            "no write index is defined for alias [log-a]. The write index may be explicitly disabled",
        ),
        (400, "invalid_index_name_exception", "Invalid index name [A], must be lowercase"),
        // A time-series collection of OpenSearch Serverless.
        (400, "illegal_argument_exception", "Document ID is not supported in create/index operation request"),
    ] {
        let verdict = verdict(status, kind, reason);
        assert!(matches!(verdict, Verdict::Denied(_)), "{reason}: {verdict:?}");
    }
    let immense =
        verdict(400, "illegal_argument_exception", "Document contains at least one immense term in field");
    assert!(matches!(immense, Verdict::Refused(_)), "{immense:?}");
}

#[test]
fn each_row_of_the_table_of_refusals_decides_by_its_type_and_phrase() {
    for row in crate::support::tables::table("config/refusals.csv") {
        let (kind, phrase) = (row.cell("type"), row.cell("phrase").trim_start_matches('*'));
        let as_it_is = verdict(400, kind, phrase);
        let as_cause = {
            let error = json!({"type": "mapper_parsing_exception", "reason": "failed to parse",
                "caused_by": {"type": kind, "reason": phrase}});
            let answer = json!({"items": [{"index": {"status": 400, "error": error}}]}).to_string();
            let Judgement::Items { mut verdicts, .. } = judge(&batch(1), 200, answer.as_bytes()) else {
                panic!()
            };
            verdicts.pop().unwrap()
        };
        for verdict in [as_it_is, as_cause] {
            let word = match &verdict {
                Verdict::Again(fault) if fault.consequence() == Some(Consequence::Create) => "create",
                Verdict::Again(fault) if fault.consequence() == Some(Consequence::Alias) => "alias",
                Verdict::Again(_) => "again",
                Verdict::Closed(_) => "closed",
                Verdict::Denied(fault) if fault.consequence() == Some(Consequence::Path) => "path",
                Verdict::Denied(_) => "target",
                Verdict::Refused(fault) if fault.consequence() == Some(Consequence::Fields) => "fields",
                Verdict::Refused(fault) if fault.consequence() == Some(Consequence::Document) => "document",
                Verdict::Refused(fault) if fault.consequence() == Some(Consequence::Doubt) => "doubt",
                _ => "none",
            };
            assert_eq!(word, row.cell("verdict"), "{}: {verdict:?}", row.place());
            let (Verdict::Denied(fault) | Verdict::Refused(fault)) = verdict else { continue };
            let needs = matches!(word, "target" | "fields" | "doubt");
            assert_eq!(!fault.way_out().is_empty(), needs, "{}", row.place());
        }
    }
}

#[test]
fn the_text_of_a_log_decides_nothing() {
    for reason in [
        "failed to parse field [a] of type [ip]: 'explicit index in bulk is not allowed'",
        "'Limit of total fields [' is not an IP string literal.",
        "x only write ops with an op_type of create are allowed in data streams",
        "For input string: \"maximum shards open\"",
        "id [pipeline with id [] is unknown",
    ] {
        let verdict = verdict(400, "illegal_argument_exception", reason);
        let Verdict::Refused(fault) = &verdict else { panic!("{reason}: {verdict:?}") };
        assert_eq!(fault.consequence(), None, "{reason}");
    }
}

#[test]
fn an_index_that_may_stand_in_the_address_only_is_told_from_a_malformed_request() {
    let answer = json!({"error": {"type": "illegal_argument_exception", "reason": "explicit index in bulk is not allowed"}, "status": 400});
    assert!(matches!(judge(&batch(2), 400, answer.to_string().as_bytes()), Judgement::IndexInPath(_)));
    let answer = json!({"error": {"type": "illegal_argument_exception", "reason": "pipeline with id [x] does not exist"}, "status": 400});
    assert!(matches!(judge(&batch(2), 400, answer.to_string().as_bytes()), Judgement::Denied(_)));
}

#[test]
fn left_over_keys_move_into_one_object_and_everything_else_stays() {
    let form = |document: Value| {
        let form = extra_form(document.to_string().as_bytes(), "ds")?;
        Some(serde_json::from_slice::<Value>(&form).unwrap())
    };
    assert_eq!(
        form(json!({"source": {"ip": "192.0.2.1"}, "ds": {"a": 1, "b": {"c": 2}, "extra": {"d": "x"}}})),
        Some(json!({"source": {"ip": "192.0.2.1"}, "ds": {"extra": {"d": "x", "a": 1, "b": {"c": 2}}}}))
    );
    assert_eq!(form(json!({"ds": {"a": [1]}})), Some(json!({"ds": {"extra": {"a": [1]}}})));
    for nothing_to_move in
        [json!({"ds": {"extra": {"d": "x"}}}), json!({"a": 1}), json!({"ds": "text"}), json!({"ds": {}})]
    {
        assert_eq!(form(nothing_to_move.clone()), None, "{nothing_to_move}");
    }
}

#[test]
fn only_documents_of_data_streams_are_created() {
    let mut ways = Ways::default();
    let mut mixed = Batch::default();
    for (n, index) in ["a", "stream", "b"].into_iter().enumerate() {
        let action = json!({"index": {"_index": index, "_id": n.to_string()}});
        mixed.push(action.to_string().as_bytes(), b"{}", LineNumber(n as u64 + 1));
    }
    assert_eq!(ways.with_creates(&mixed), None);
    ways.data_streams.insert("stream".to_owned());
    let changed = ways.with_creates(&mixed).unwrap();
    let text = String::from_utf8(changed.body.clone()).unwrap();
    let operations: Vec<&str> = text.lines().step_by(2).map(|line| line.split('"').nth(1).unwrap()).collect();
    assert_eq!(operations, ["index", "create", "index"]);
    assert_eq!(changed.items.iter().map(|item| item.line.0).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(ways.with_creates(&changed), None, "nothing is left to change");
}

#[test]
fn a_conflict_holds_the_document_only_where_it_is_one_of_versions() {
    for kind in ["version_conflict_engine_exception", ""] {
        assert_eq!(verdict(409, kind, "document already exists"), Verdict::Duplicate, "{kind}");
    }
    for kind in
        ["index_primary_shard_not_allocated_exception", "open_search_status_exception", "new_exception"]
    {
        let verdict = verdict(409, kind, "x");
        assert!(matches!(verdict, Verdict::Again(_)), "{verdict:?}");
    }
}

#[test]
fn a_document_that_a_pipeline_dropped_is_not_taken_for_indexed() {
    let items =
        ["noop", "created", "updated"].map(|result| json!({"index": {"status": 200, "result": result}}));
    let answer = json!({"took": 1, "errors": false, "items": items}).to_string();
    let Judgement::Items { verdicts, .. } = judge(&batch(3), 200, answer.as_bytes()) else { panic!() };
    assert!(matches!(verdicts[0], Verdict::Dropped(_)), "{verdicts:?}");
    assert_eq!(verdicts[1..], [Verdict::Indexed, Verdict::Indexed]);
}

#[test]
fn a_shard_that_is_not_ready_is_no_missing_index() {
    for kind in
        ["shard_not_found_exception", "index_shard_recovering_exception", "index_shard_closed_exception"]
    {
        let verdict = verdict(404, kind, "no such shard");
        assert!(matches!(verdict, Verdict::Again(_)), "{verdict:?}");
    }
}

#[test]
fn code_of_the_cluster_that_fails_for_a_document_is_not_waited_for() {
    for kind in ["fail_processor_exception", "null_pointer_exception", "stack_overflow_error"] {
        let verdict = verdict(500, kind, "x");
        assert!(matches!(verdict, Verdict::Refused(_)), "{verdict:?}");
    }
    for kind in ["node_not_connected_exception", "exception", "already_closed_exception"] {
        let verdict = verdict(500, kind, "x");
        assert!(matches!(verdict, Verdict::Again(_)), "{verdict:?}");
    }
}

#[test]
fn an_answer_that_names_the_documents_in_another_order_is_believed_for_none() {
    let mut batch = Batch::default();
    for id in ["a", "b", "c"] {
        let action = json!({"index": {"_index": "log-a", "_id": id}});
        batch.push(action.to_string().as_bytes(), b"{}", LineNumber(1));
    }
    let judged = |ids: [Option<&str>; 3]| {
        let item = |id: Option<&str>| json!({"index": {"status": 201, "_id": id}});
        judge(&batch, 200, json!({"items": ids.map(item)}).to_string().as_bytes())
    };
    for ids in [[Some("c"), Some("b"), Some("a")], [Some("b"), Some("d"), Some("d")], [None, None, Some("b")]]
    {
        assert!(matches!(judged(ids), Judgement::Again(_)), "{ids:?}");
    }
    for ids in [[Some("a"), Some("b"), Some("c")], [Some("d"); 3], [None; 3]] {
        assert!(matches!(judged(ids), Judgement::Items { .. }), "{ids:?}");
    }
}

#[test]
fn only_opensearch_itself_can_call_a_request_malformed() {
    let own = br#"{"error":{"type":"parse_exception","reason":"x"},"status":400}"#;
    assert!(matches!(judge(&batch(2), 400, own), Judgement::Malformed(_)));
    for proxy in [
        &b""[..],
        b"<html>400 The plain HTTP request was sent to HTTPS port</html>",
        b"{\"message\":\"bad\"}",
    ] {
        assert!(matches!(judge(&batch(2), 400, proxy), Judgement::Denied(_)));
    }
}

#[test]
fn what_cannot_keep_up_is_pressure_and_what_breaks_is_not() {
    for status in [402, 408, 429, 503, 504] {
        assert!(Fault::new(status, "", "").is_pressure(), "{status}");
    }
    assert!(Fault::new(0, Fault::TIME_OUT, "").is_pressure());
    for status in [0, 400, 403, 413, 500, 502] {
        assert!(!Fault::new(status, "", "").is_pressure(), "{status}");
    }
}

#[test]
fn a_selection_takes_the_lines_of_its_documents_along() {
    let mut whole = batch(4);
    for (number, line) in [(1, "one"), (2, "two"), (2, "not again"), (4, "four"), (3, "too late")] {
        whole.lines.add(LineNumber(number), line.as_bytes());
    }
    let part = whole.select([1, 2, 3]);
    let line =
        |number| part.lines.get(LineNumber(number)).map(|line| String::from_utf8_lossy(line).into_owned());
    assert_eq!([line(1), line(2), line(3), line(4)], [None, Some("two".into()), None, Some("four".into())]);
}

#[test]
fn a_request_that_is_malformed_or_too_large_is_told_apart() {
    let Judgement::Malformed(fault) = judgement("400-no-index.json", 2) else { panic!() };
    assert_eq!(
        fault.to_string(),
        "status 400: action_request_validation_exception: Validation Failed: 1: index is missing;"
    );
    let Judgement::TooLarge(fault) = judgement("413-proxy.html", 2) else { panic!() };
    assert!(fault.reason.starts_with("<html> <head><title>413 Request Entity"), "{fault}");
}

#[test]
fn a_locked_door_is_denied_and_a_block_is_not() {
    let Judgement::Denied(fault) = judgement("403-aws.json", 1) else { panic!() };
    assert!(fault.reason.starts_with("User: anonymous is not authorized"), "{fault}");
    assert!(matches!(judgement("403-cluster-block.json", 1), Judgement::Again(_)));
    for status in [301, 401, 403, 404, 405, 406, 415] {
        assert!(matches!(judge(&batch(1), status, b""), Judgement::Denied(_)), "{status}");
    }
}

#[test]
fn trouble_of_the_whole_request_is_tried_again() {
    for status in [402, 408, 429, 500, 502, 503, 504, 599] {
        let Judgement::Again(fault) = judge(&batch(1), status, b"") else { panic!("{status}") };
        assert_eq!((fault.status, fault.reason.as_str()), (status, "an empty answer"));
    }
}

#[test]
fn an_answer_to_something_else_is_tried_again() {
    let answers: [&[u8]; 9] = [
        b"",
        b"<html>please log in</html>",
        b"{}",
        b"[]",
        b"{\"took\":1,\"errors\":false,\"items\":[]}",
        b"{\"took\":1,\"errors\":false,\"items\":[{\"index\":{\"status\":201}}]}",
        b"{\"took\":1,\"errors\":false,\"items\":[{\"index\":{}},{\"index\":{\"status\":201}}]}",
        b"{\"took\":1,\"errors\":false,\"items\":[{\"index\":{\"status\":201}},{\"index\":{\"status\":2",
        b"{\"items\":[{\"index\":{\"status\":201}},{\"drop\":{\"status\":201}}]}",
    ];
    for answer in answers {
        let judgement = judge(&batch(2), 200, answer);
        assert!(
            matches!(judgement, Judgement::Again(_)),
            "{}: {judgement:?}",
            String::from_utf8_lossy(answer)
        );
    }
}

#[test]
fn an_item_that_says_neither_yes_nor_no_or_both_is_tried_again() {
    let error = json!({"type": "mapper_parsing_exception", "reason": "failed to parse"});
    for (status, error) in [(0, Value::Null), (100, Value::Null), (302, Value::Null), (201, error)] {
        let answer = json!({"items": [{"index": {"status": status, "error": error}}]}).to_string();
        let Judgement::Items { verdicts, .. } = judge(&batch(1), 200, answer.as_bytes()) else { panic!() };
        assert!(matches!(verdicts[..], [Verdict::Again(_)]), "{status}");
    }
}

#[test]
fn a_fault_is_fit_for_a_terminal() {
    let reason = format!("a\n\u{1b}[2J\u{202e}b{}", "é".repeat(600));
    let fault = Fault::new(400, "type\r", &reason);
    assert!(fault.reason.starts_with("a\\n\\u{1b}[2J\\u{202e}b"), "{}", fault.reason);
    assert!(fault.reason.ends_with("é…") && fault.reason.len() <= 503, "{}", fault.reason.len());
    assert_eq!(fault.error_type, "type\\r");
}

#[test]
fn a_selection_keeps_documents_actions_and_lines_together() {
    let part = batch(4).select([3, 1, 9]);
    assert_eq!(
        part.body,
        b"{\"index\":{\"_id\":\"3\"}}\n{\"n\":3}\n{\"index\":{\"_id\":\"1\"}}\n{\"n\":1}\n"
    );
    assert_eq!(part.items.iter().map(|item| item.line.0).collect::<Vec<_>>(), [4, 2]);
    assert_eq!(part.pair(1), Some((&b"{\"index\":{\"_id\":\"1\"}}"[..], &b"{\"n\":1}"[..])));
}

#[test]
fn offsets_outside_the_body_give_nothing() {
    let item = |start, end| Item { start, end, line: LineNumber(1) };
    let batch = Batch {
        body: b"a\nb\n".to_vec(),
        items: vec![item(2, 9), item(3, 1), item(0, 1)],
        ..Batch::default()
    };
    assert_eq!((batch.pair(0), batch.pair(1), batch.pair(2), batch.pair(3)), (None, None, None, None));
    assert_eq!(batch.select([0, 1]).body, b"");
}

fn raw(document: &Value, fault: &Fault) -> Value {
    serde_json::from_slice(&raw_form(document.to_string().as_bytes(), fault).unwrap()).unwrap()
}

#[test]
fn the_raw_form_keeps_the_base_fields_and_says_why() {
    let document = json!({
        "@timestamp": "2024-06-01T00:00:00Z", "@id": "x", "@log_type": "deepsecurity", "@log_s3bucket": "b",
        "@log_s3key": "k", "@message": "CEF:0|…", "ecs": {"version": "8.11.0"}, "cloud": {"provider": "aws"},
        "event": {"module": "deepsecurity", "ingested": "2024-06-01T00:00:01Z", "severity": "high", "kind": "alert"},
        "destination": {"ip": "N/A"}, "error": {"code": 7},
    });
    let fault = Fault::new(400, "mapper_parsing_exception", "failed to parse field [destination.ip]");
    let mut expected = document.clone();
    expected.as_object_mut().unwrap().remove("destination");
    expected["event"] = json!({
        "module": "deepsecurity", "ingested": "2024-06-01T00:00:01Z", "kind": "pipeline_error"
    });
    expected["error"] =
        json!({"type": "mapper_parsing_exception", "message": "failed to parse field [destination.ip]"});
    assert_eq!(raw(&document, &fault), expected);
}

#[test]
fn the_raw_form_of_a_document_without_base_fields_says_why_at_least() {
    let fault = Fault::new(413, "", "too large");
    assert_eq!(
        raw(&json!({"event": "text"}), &fault),
        json!({"event": {"kind": "pipeline_error"}, "error": {"message": "too large"}})
    );
}

#[test]
fn what_is_no_object_has_no_raw_form() {
    for document in ["", "[]", "{\"a\":", "\"text\""] {
        assert_eq!(raw_form(document.as_bytes(), &Fault::new(400, "", "")), None, "{document}");
    }
}

#[test]
fn equal_faults_are_one_group_with_the_lowest_line() {
    let mut tally = Tally::default();
    let (a, b) = (Fault::new(400, "a", ""), Fault::new(400, "b", ""));
    [(&a, 9), (&b, 5), (&a, 3), (&a, 4)].iter().for_each(|(fault, line)| tally.add(fault, LineNumber(*line)));
    let groups: Vec<_> =
        tally.groups().map(|group| (&*group.fault.error_type, group.count, group.first_line.0)).collect();
    assert_eq!(groups, [("a", 3, 3), ("b", 1, 5)]);
}

#[test]
fn beyond_fifty_reasons_only_their_number_is_kept() {
    let mut tally = Tally::default();
    for n in 0..200_u64 {
        tally.add(&Fault::new(400, "", &format!("value {n}")), LineNumber(1000 - n));
    }
    assert_eq!((tally.groups().count(), tally.total()), (51, 200));
    let rest = tally.groups().last().unwrap();
    assert_eq!((&*rest.fault.reason, rest.count, rest.first_line), ("other reasons", 150, LineNumber(801)));

    let mut both = Tally::default();
    both.add(&Fault::new(400, "", "value 0"), LineNumber(7));
    both.merge(&tally);
    assert_eq!(both.total(), 201);
    let first = both.groups().next().unwrap();
    assert_eq!((first.count, first.first_line), (2, LineNumber(7)));
}

proptest! {
    #![proptest_config(crate::cases(256))]

    #[test]
    fn any_answer_gives_a_verdict_for_every_document_or_one_for_all(
        status in 100_u16..600,
        answer in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..64),
            (proptest::collection::vec(0_u16..600, 0..4), 0_usize..200).prop_map(|(statuses, cut)| {
                let items: Vec<Value> =
                    statuses.iter().map(|status| json!({"index": {"status": status, "error": {"type": "t"}}})).collect();
                let mut answer = json!({"took": 1, "items": items}).to_string().into_bytes();
                answer.truncate(cut);
                answer
            }),
        ],
        documents in 1_usize..4,
    ) {
        if let Judgement::Items { verdicts, .. } = judge(&batch(documents), status, &answer) {
            prop_assert_eq!(verdicts.len(), documents);
            prop_assert!((200..300).contains(&status));
        }
    }
}
