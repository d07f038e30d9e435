//! Several threads give what one gives: the same batches and the same account, wherever a load ends.

use std::io::{self, Read};
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use es_loader::config::Config;
use es_loader::config::diagnostic::File;
use es_loader::generate::{Encoding, Options, run};
use es_loader::load::account::{Account, Limits};
use es_loader::load::batch::Batch;
use es_loader::load::load;
use es_loader::map::compiled::CompiledSections;
use es_loader::trigger::object_ref::LineRange;

use crate::support::facts;

/// Lines of all kinds, enough to be worth threads: hostile ones, blank ones, equal ones, and some longer than what a thread is given
/// at a time.
static OBJECT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut object = Vec::new();
    let options =
        Options { lines: 700, hostile_share: 0.05, encoding: Encoding::Plain, ..Options::default() };
    run(&options, &mut object).unwrap();
    let lines: Vec<&[u8]> = object.split_inclusive(|byte| *byte == b'\n').collect();
    let long = [
        &b"CEF:0|Trend Micro|Deep Security Agent|20|21|n|3|msg="[..],
        &b"CEF:0|a ".repeat(200),
        &b"x ".repeat(20_000),
        b"\n",
    ]
    .concat();
    let (front, back) = lines.split_at(500);
    [&front.concat()[..], b"\n \n\n", &long, &back.concat(), &lines[..100].concat(), &long].concat()
});

/// A rule takes some of the documents away, another counts some.
static PLANS: LazyLock<CompiledSections> = LazyLock::new(|| {
    let rules = "log_type,field,pattern,pattern_type\ndeepsecurity,act,Deny,text\n";
    let file = File { name: "exclude_log_patterns.csv".to_owned(), text: rules.to_owned() };
    CompiledSections::new(Config::load(&[]).unwrap()).unwrap().excluding(&[file]).unwrap()
});

/// What a load gives whose sink takes `wanted` batches.
fn loaded(reader: impl Read + Send, limits: Limits, wanted: usize) -> (Vec<Batch>, Account) {
    let mut batches = Vec::new();
    let plan = PLANS.named("deepsecurity").unwrap();
    let account = load(reader, plan, facts(), &limits, &mut |batch: &mut Batch| {
        batches.push(std::mem::take(batch));
        if batches.len() > wanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    (batches, account)
}

fn with_workers(limits: Limits, workers: usize) -> Limits {
    Limits { workers: NonZero::new(workers).unwrap(), ..limits }
}

#[test]
fn any_number_of_threads_gives_the_same_batches_and_the_same_account() {
    for limits in [
        Limits::default(),
        Limits { batch_bytes: 300_000, keep_lines: true, ..Limits::default() },
        Limits { batch_bytes: 1, ..Limits::default() },
        Limits { line_bytes: 20_000, batch_bytes: 500_000, ..Limits::default() },
        Limits { lines: Some(LineRange { start: 350, end: Some(600) }), ..Limits::default() },
        Limits { lines: Some(LineRange { start: 720, end: None }), ..Limits::default() },
    ] {
        let alone = loaded(OBJECT.as_slice(), limits, usize::MAX);
        assert!(!alone.1.stopped);
        let workers = if limits.keep_lines { 3 } else { 2 };
        assert!(loaded(OBJECT.as_slice(), with_workers(limits, workers), usize::MAX) == alone, "{limits:?}");
    }
}

#[test]
fn batches_of_any_size_hold_the_same_documents_in_the_same_order() {
    let documents =
        |batches: &[Batch]| batches.iter().flat_map(|batch| batch.body.clone()).collect::<Vec<u8>>();
    let lines = |batches: &[Batch]| {
        let items = batches.iter().flat_map(|batch| &batch.items);
        items.map(|item| item.line).collect::<Vec<_>>()
    };
    let limits = Limits { batch_bytes: 100_000, batch_per_chunk: true, ..Limits::default() };
    let (batches, account) = loaded(OBJECT.as_slice(), limits, usize::MAX);
    let (batches_parallel, account_parallel) = loaded(OBJECT.as_slice(), with_workers(limits, 2), usize::MAX);
    assert!(documents(&batches_parallel) == documents(&batches));
    assert_eq!(lines(&batches_parallel), lines(&batches));
    assert_eq!(account_parallel, account);
    for batch in &batches_parallel {
        assert_eq!(batch.items.last().unwrap().end, batch.body.len());
        assert!((0..batch.len()).all(|index| batch.pair(index).is_some()));
    }
}

#[test]
fn a_sink_that_wants_no_more_stops_all_threads_at_the_same_document() {
    let limits = Limits { batch_bytes: 150_000, ..Limits::default() };
    for wanted in [0, 4, 7] {
        let (batches, mut account) = loaded(OBJECT.as_slice(), limits, wanted);
        assert!(account.stopped, "{wanted}");
        let (batches_parallel, account_parallel) = loaded(OBJECT.as_slice(), with_workers(limits, 3), wanted);
        assert!(batches_parallel == batches, "{wanted}");
        // Lines that were read ahead are decoded, but in no other number.
        account.text_bytes = account_parallel.text_bytes;
        assert_eq!(account_parallel, account, "{wanted}");
    }
}

#[test]
fn an_object_that_breaks_off_is_loaded_up_to_there() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the connection was reset"))
        }
    }
    let object = || OBJECT[..600_000].chain(Fails);
    let alone = loaded(object(), Limits::default(), usize::MAX);
    assert_eq!(alone.1.broken.as_ref().unwrap().reason, "the connection was reset");
    assert!(loaded(object(), with_workers(Limits::default(), 2), usize::MAX) == alone);
}

#[test]
fn lines_without_a_byte_go_through_as_well() {
    let object = [&OBJECT[..], &b"\n".repeat(100_000), &OBJECT[..]].concat();
    let alone = loaded(object.as_slice(), Limits::default(), usize::MAX);
    assert!(alone.1.blank_lines > 100_000);
    assert!(loaded(object.as_slice(), with_workers(Limits::default(), 4), usize::MAX) == alone);
}
