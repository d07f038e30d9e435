//! Where a load can be cut: the account at a mark is that of the lines before it, and of nothing else.
#![allow(clippy::unwrap_used, reason = "helpers of tests: to fail is to panic")]

use std::num::NonZero;
use std::ops::ControlFlow;

use es_loader::config::Config;
use es_loader::config::diagnostic::File;
use es_loader::generate::{Encoding, Options, run};
use es_loader::load::account::{Account, Limits};
use es_loader::load::batch::Batch;
use es_loader::load::batch::Mark;
use es_loader::load::load;
use es_loader::map::compiled::CompiledSections;
use es_loader::trigger::object_ref::LineRange;

use crate::support::{agent_event, facts, fluentd_line};

/// Lines of all kinds: hostile ones, blank ones, some with two events.
fn object() -> Vec<u8> {
    let mut object = Vec::new();
    let options =
        Options { lines: 300, hostile_share: 0.05, encoding: Encoding::Plain, ..Options::default() };
    run(&options, &mut object).unwrap();
    let event = || agent_event("21", "act=Deny src=203.0.113.7");
    let two = fluentd_line(&[event(), event()[28..].to_owned()].join("#012"));
    [&object[..], b"\n\n", &two.repeat(40), b"\n", &object[..]].concat()
}

/// A rule takes some of the documents away.
fn sections() -> CompiledSections {
    let rules = "log_type,field,pattern,pattern_type\ndeepsecurity,act,Deny,text\n";
    let file = File { name: "exclude_log_patterns.csv".to_owned(), text: rules.to_owned() };
    CompiledSections::new(Config::load(&[]).unwrap()).unwrap().excluding(&[file]).unwrap()
}

fn loaded(object: &[u8], sections: &CompiledSections, limits: Limits) -> (Vec<Batch>, Account) {
    let mut batches = Vec::new();
    let section = sections.named("deepsecurity").unwrap();
    let account = load(object, section, facts(), &limits, &mut |batch: &mut Batch| {
        batches.push(std::mem::take(batch));
        ControlFlow::Continue(())
    });
    (batches, account)
}

#[test]
fn the_account_at_a_mark_is_that_of_the_lines_before_it() {
    let (object, sections) = (object(), sections());
    for (batch_bytes, workers) in [(20_000, 1), (300_000, 1), (300_000, 3), (1, 1), (2_000_000, 2)] {
        let workers = NonZero::new(workers).unwrap();
        let limits = Limits { batch_bytes, workers, marks: true, ..Limits::default() };
        let (batches, whole) = loaded(&object, &sections, limits);
        let marks: Vec<&Mark> = batches.iter().flat_map(|batch| &batch.marks).collect();
        assert!(marks.is_sorted_by_key(|mark| mark.line));
        // Each account is that of a load of its own; so many loads take their time.
        for mark in marks.iter().step_by(marks.len() / 8 + 1) {
            let lines = Some(LineRange { start: 1, end: Some(mark.line.0) });
            let (_, alone) = loaded(&object, &sections, Limits { lines, ..Limits::default() });
            let alone = Account { text_bytes: mark.account.text_bytes, ..alone };
            assert_eq!(mark.account, alone, "{batch_bytes} bytes, {workers} workers, {:?}", mark.line);
        }
        assert!(whole.further_events > 0 && whole.exclusions.excluded() > 0);
        let (_, unmarked) = loaded(&object, &sections, Limits { marks: false, ..limits });
        assert_eq!(whole, unmarked, "marks change nothing");
    }
}

#[test]
fn a_batch_that_is_full_has_a_mark_behind_its_last_whole_line() {
    let (object, sections) = (object(), sections());
    for batch_bytes in [20_000, 150_000] {
        let limits = Limits { batch_bytes, marks: true, ..Limits::default() };
        let (batches, _) = loaded(&object, &sections, limits);
        let (_, full) = batches.split_last().unwrap();
        for batches in full.windows(2) {
            let [batch, next] = batches else { unreachable!() };
            let (last, first) = (batch.items.last().unwrap().line, next.items.first().unwrap().line);
            let mark = batch.marks.last().unwrap().line;
            assert!(mark < first, "{mark:?} {first:?}");
            // A line with two events can end in the next batch.
            assert!(mark >= last || first == last, "{mark:?} {last:?}");
        }
    }
}
