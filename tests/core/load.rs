//! One object from its bytes to its bulk requests, and the account of what was in it.

use std::io::Write as _;
use std::ops::ControlFlow;

use es_loader::document::problem::Problem;
use es_loader::load::account::{Account, Limits};
use es_loader::load::batch::Batch;
use es_loader::load::load;
use es_loader::trigger::object_ref::LineRange;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use crate::support::{agent_event, facts, fluentd_line, load_bytes, load_with, plan, read_back};

fn event(number: usize) -> Vec<u8> {
    fluentd_line(&agent_event("21", &format!("act=Deny cnt={number}")))
}

fn events(count: usize) -> Vec<u8> {
    (0..count).flat_map(event).collect()
}

/// The sizes of the batches in documents and bytes, and the account.
fn batches(limits: &Limits, object: &[u8], stop_after: usize) -> (Vec<(usize, usize)>, Account) {
    let mut sizes = Vec::new();
    let account = load(object, plan(), facts(), limits, &mut |batch: &mut Batch| {
        sizes.push((batch.len(), batch.body.len()));
        if sizes.len() == stop_after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    (sizes, account)
}

#[test]
fn the_account_adds_up() {
    let object = [&events(3)[..], b"\n  \n", &event(9), b"\0\0\ntext\n", &event(10)].concat();
    let loaded = load_bytes(plan(), &object);
    let account = &loaded.account;
    assert_eq!((account.lines, account.blank_lines), (9, 3));
    assert_eq!(account.documents, loaded.documents.len() as u64);
    assert_eq!(account.text_bytes, object.len() as u64);
    assert_eq!(account.bulk_bytes, loaded.ndjson.len() as u64);
    assert_eq!((account.pipeline_errors, account.problems.count(Problem::NoEvent)), (1, 1));
    assert!(!account.stopped && account.broken.is_none());
}

#[test]
fn each_document_says_which_line_it_came_from() {
    let object = [
        &b"\n"[..],
        &event(1),
        b"\n",
        &fluentd_line(&[agent_event("21", "a=1"), agent_event("21", "a=2")].join("#012")),
        &event(3),
    ]
    .concat();
    let mut lines = Vec::new();
    load(&object[..], plan(), facts(), &Limits::default(), &mut |batch: &mut Batch| {
        lines.extend(batch.items.iter().map(|item| item.line.0));
        ControlFlow::Continue(())
    });
    assert_eq!(lines, [2, 4, 4, 5]);
}

#[test]
fn a_batch_is_handed_over_before_it_grows_over_its_limit() {
    let one = batches(&Limits::default(), &event(0), 0).0[0].1;
    let limits = Limits { batch_bytes: one * 3, ..Limits::default() };
    let (sizes, account) = batches(&limits, &events(8), 0);
    assert_eq!(sizes, [(3, one * 3), (3, one * 3), (2, one * 2)]);
    assert_eq!(account.documents, 8);
    let (sizes, _) = batches(&Limits { batch_bytes: one * 3 - 1, ..Limits::default() }, &events(4), 0);
    assert_eq!(sizes, [(2, one * 2), (2, one * 2)]);
}

#[test]
fn a_document_larger_than_the_limit_stands_alone() {
    let large = fluentd_line(&agent_event("21", &format!("act=Deny foo={}", "x".repeat(20_000))));
    let object = [&event(1)[..], &large, &event(2), &event(3)].concat();
    let (sizes, account) = batches(&Limits { batch_bytes: 10_000, ..Limits::default() }, &object, 0);
    let documents: Vec<usize> = sizes.iter().map(|(documents, _)| *documents).collect();
    assert_eq!(documents, [1, 1, 2]);
    assert!(sizes[1].1 > 20_000);
    assert_eq!(account.documents, 4);
    let (sizes, _) = batches(&Limits { batch_bytes: 0, ..Limits::default() }, &events(3), 0);
    assert_eq!(sizes.len(), 3, "no limit is too small for one document");
}

#[test]
fn an_object_without_lines_gives_no_batch() {
    for object in [&b""[..], b"\n\n", b"  \r\n\0"] {
        let (sizes, account) = batches(&Limits::default(), object, 0);
        assert!(sizes.is_empty());
        assert_eq!((account.documents, account.lines), (0, account.blank_lines));
    }
}

#[test]
fn a_sink_that_wants_no_more_stops_the_load() {
    let limits = Limits { batch_bytes: 0, ..Limits::default() };
    let (sizes, account) = batches(&limits, &events(100), 3);
    assert_eq!(sizes.len(), 3);
    assert!(account.stopped);
    assert!(account.documents < 6, "{}", account.documents);
    let (_, account) = batches(&Limits::default(), &events(2), 1);
    assert!(account.stopped, "also at the last batch");
}

#[test]
fn a_sink_may_take_the_batch() {
    let mut taken = Vec::new();
    let limits = Limits { batch_bytes: 2_000, ..Limits::default() };
    load(&events(9)[..], plan(), facts(), &limits, &mut |batch: &mut Batch| {
        taken.push(std::mem::take(batch));
        ControlFlow::Continue(())
    });
    let counts: Vec<u64> = taken
        .iter()
        .flat_map(|batch| {
            (0..batch.len()).map(|at| read_back(batch, at).get("event.count").as_u64().unwrap())
        })
        .collect();
    assert_eq!(counts, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(taken.len() > 1);
}

#[test]
fn only_the_lines_of_a_range_are_loaded_and_counted() {
    let counts = |start, end| {
        let limits = Limits { lines: Some(LineRange { start, end }), ..Limits::default() };
        let loaded = load_with(plan(), facts(), &limits, &events(5));
        let counts: Vec<u64> =
            loaded.documents.iter().map(|document| document.get("event.count").as_u64().unwrap()).collect();
        assert_eq!(loaded.account.lines, counts.len() as u64);
        counts
    };
    assert_eq!(counts(2, Some(4)), [1, 2, 3]);
    assert_eq!(counts(4, None), [3, 4]);
    assert_eq!(counts(1, Some(1)), [0]);
    assert!(counts(6, None).is_empty());
    assert!(counts(3, Some(2)).is_empty());
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_gzipped_object_is_the_same_as_a_plain_one() {
    assert_eq!(load_bytes(plan(), &gzip(&events(50))).ndjson, load_bytes(plan(), &events(50)).ndjson);
}

#[test]
fn a_truncated_object_gives_what_was_in_it_and_says_where_it_broke() {
    let whole = gzip(&events(500));
    let loaded = load_bytes(plan(), &whole[..whole.len() / 2]);
    let broken = loaded.account.broken.clone().unwrap();
    assert!(!broken.source_failed && broken.offset > 0 && !broken.reason.is_empty());
    assert!((10..500).contains(&loaded.documents.len()), "{}", loaded.documents.len());
    assert_eq!(loaded.account.documents, loaded.documents.len() as u64);
    assert_eq!(loaded.account.text_bytes, broken.offset);
    let all = load_bytes(plan(), &whole);
    let ids = |loaded: &crate::support::Loaded| -> Vec<String> {
        loaded.documents.iter().map(|document| document.id.clone()).collect()
    };
    let (some, all) = (ids(&loaded), ids(&all));
    // The last one is half a line.
    assert_eq!(some[..some.len() - 1], all[..some.len() - 1]);
}

/// Gives some bytes, then fails.
struct Failing<'b>(&'b [u8]);

impl std::io::Read for Failing<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(out)? {
            0 => Err(std::io::Error::other("connection reset")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_source_that_fails_gives_the_whole_lines_before() {
    let object = events(5);
    let mut documents = 0;
    let account = load(
        Failing(&object[..object.len() - 10]),
        plan(),
        facts(),
        &Limits::default(),
        &mut |batch: &mut Batch| {
            documents += batch.len();
            ControlFlow::Continue(())
        },
    );
    assert_eq!((documents, account.documents), (4, 4));
    let broken = account.broken.unwrap();
    assert!(broken.source_failed && broken.reason.contains("connection reset"), "{}", broken.reason);
}

#[test]
fn a_line_over_the_limit_is_cut_and_counted() {
    let line = fluentd_line(&agent_event("21", &format!("act=Deny foo={}", "x".repeat(5_000))));
    let limits = Limits { line_bytes: 1_000, ..Limits::default() };
    let loaded = load_with(plan(), facts(), &limits, &[&line[..], &event(1)].concat());
    assert_eq!(loaded.documents.len(), 2);
    assert_eq!(loaded.account.problems.count(Problem::LineCut), 1);
    // No value is read from JSON that is cut: it could hold the rest of the record.
    assert_eq!(loaded.documents[0].text("event.kind"), "pipeline_error");
    assert_eq!(loaded.documents[0].text("event.action"), "line-not-understood");
}

#[test]
fn bytes_that_are_not_utf_8_are_replaced_and_counted() {
    let line = String::from_utf8(fluentd_line(&agent_event("3002831", "msg=XX bytes"))).unwrap();
    let line: Vec<u8> = line.bytes().map(|byte| if byte == b'X' { 0x93 } else { byte }).collect();
    let loaded = load_bytes(plan(), &line);
    assert_eq!(loaded.documents[0].text("event.original"), "\u{fffd}\u{fffd} bytes");
    assert_eq!(loaded.account.problems.count(Problem::NotUtf8), 1);
}

proptest! {
    #![proptest_config(crate::cases(48))]

    #[test]
    fn whatever_the_limit_the_batches_hold_the_same_documents(
        lines in proptest::collection::vec("[a-z ]{0,6}|CEF:0\\|a\\|b\\|c\\|d\\|e\\|1\\|(k=v )?x=[0-9]", 0..12),
        batch_bytes in 0_usize..3_000,
    ) {
        let object = lines.join("\n");
        let limits = Limits { batch_bytes, ..Limits::default() };
        let mut body = Vec::new();
        let mut too_large = 0;
        let account = load(object.as_bytes(), plan(), facts(), &limits, &mut |batch: &mut Batch| {
            body.extend_from_slice(&batch.body);
            too_large += usize::from(batch.body.len() > batch_bytes && batch.len() > 1);
            ControlFlow::Continue(())
        });
        prop_assert_eq!(too_large, 0);
        prop_assert_eq!(account.bulk_bytes, body.len() as u64);
        prop_assert_eq!(body, load_bytes(plan(), object.as_bytes()).ndjson);
        let blank = lines.iter().filter(|line| line.trim().is_empty()).count() as u64;
        // A text that ends in a line end has no line behind it.
        let lines = object.split('\n').count() as u64 - u64::from(object.is_empty() || object.ends_with('\n'));
        prop_assert_eq!(account.lines, lines);
        prop_assert!(account.blank_lines <= blank);
        prop_assert_eq!(account.documents, account.lines - account.blank_lines);
    }
}

#[test]
fn a_line_that_is_only_a_byte_order_mark_is_blank() {
    let loaded =
        load_bytes(plan(), b"plain text\n\xef\xbb\xbf\n\xef\xbb\xbf \xef\xbb\xbf\n\xef\xbb\xbfmore\n");
    let account = &loaded.account;
    assert_eq!((account.lines, account.blank_lines, account.documents), (4, 1, 3));
}
