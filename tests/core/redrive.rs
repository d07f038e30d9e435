//! Dead letters: their causes, and their documents made once more.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use es_loader::config::Config;
use es_loader::config::diagnostic::File;
use es_loader::deliver::bulk::fault::Fault;
use es_loader::deliver::bulk::index_and_id;
use es_loader::deliver::dead_letter::letter::{DeadLetter, LetterOrigin, Refused};
use es_loader::deliver::dead_letter::remake::Remade;
use es_loader::deliver::dead_letter::{Cause, general};
use es_loader::load::account::Limits;
use es_loader::load::batch::Batch;
use es_loader::load::load;
use es_loader::map::compiled::CompiledSections;
use es_loader::map::event::ObjectFacts;
use es_loader::parse::time::{Surroundings, Zone, in_key};
use es_loader::read::object::line::LineNumber;
use jiff::Timestamp;
use proptest::prelude::*;

use crate::support::{agent_event, fluentd_line};

const KEY: &str = "ds_agent/2026/11/22/09_h_0.gz";

fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn plans(settings: &str) -> CompiledSections {
    let text = format!("[deepsecurity]\n{settings}\n");
    CompiledSections::new(Config::load(&[File { name: "user.ini".to_owned(), text }]).unwrap()).unwrap()
}

/// The records of all documents of an object, each with its document.
fn letters(plans: &CompiledSections, object: &[u8]) -> Vec<(DeadLetter, Vec<u8>)> {
    let plan = plans.named("deepsecurity").unwrap();
    let around = Surroundings { key: in_key(KEY, &Zone::UTC), object: Some(now()), load: now() };
    let facts = ObjectFacts {
        bucket: Some("logs".into()),
        key: KEY.into(),
        region: Some("eu-west-1".into()),
        account: None,
        around,
    };
    let origin = LetterOrigin { bucket: Some("logs".into()), key: KEY.into(), ..LetterOrigin::default() };
    let limits = Limits { keep_lines: true, ..Limits::default() };
    let mut letters = Vec::new();
    load(object, plan, facts, &limits, &mut |batch: &mut Batch| {
        for (at, item) in batch.items.iter().enumerate() {
            let (action, document) = batch.pair(at).unwrap();
            let (index, id) = index_and_id(action).unwrap();
            let raw_line = batch.lines.get(item.line).map(<[u8]>::to_vec);
            let fault = Fault::new(400, "test_exception", "refused");
            let refused =
                Refused { line: item.line, raw_line, index, id, document: document.to_vec(), fault };
            letters.push((DeadLetter::new(refused, &origin, now()), document.to_vec()));
        }
        ControlFlow::Continue(())
    });
    letters
}

/// A record's document by `plans`, and the action line under which it is sent.
fn sent(letter: &DeadLetter, document: &[u8]) -> (String, String) {
    let mut batch = Batch::default();
    letter.push_to(&mut batch, &letter.id, document, LineNumber(1));
    index_and_id(batch.pair(0).unwrap().0).unwrap()
}

fn line(extension: &str) -> Vec<u8> {
    fluentd_line(&agent_event("21", extension))
}

#[test]
fn values_of_documents_are_no_part_of_a_cause() {
    for (reason, cause) in [
        (
            "failed to parse field [source.ip] of type [ip]: 'x' is not an IP string literal.",
            "failed to parse field [source.ip] of type [ip]: '…' is not an IP string literal.",
        ),
        (
            "failed to parse date field [2026-13-40] with format [a||b]",
            "failed to parse date field […] with format […]",
        ),
        ("value 12345 is out of range 7", "value # is out of range #"),
        ("For input string: \"cut in the mid", "For input string: '…'"),
        ("[", "[…]"),
        ("", ""),
    ] {
        assert_eq!(general(reason), cause);
    }
}

#[test]
fn the_third_of_equal_lines_and_the_second_event_of_a_line_keep_their_ids() {
    let two_events = fluentd_line(&[agent_event("21", "a=1"), agent_event("21", "a=2")].join("#012"));
    let object = [line("a=0"), line("a=0"), two_events.clone(), line("a=0"), two_events].concat();
    let plans = plans("");
    let letters = letters(&plans, &object);
    assert!(letters.len() >= 5, "{}", letters.len());
    for (letter, document) in &letters {
        assert_eq!(letter.remake(&plans, now()), Remade::OfLine(document.clone()));
        assert_eq!(sent(letter, document), (letter.index.clone(), letter.id.clone()));
    }
}

#[test]
fn a_changed_configuration_gives_another_document_under_the_recorded_id_and_index() {
    let letters = letters(&plans(""), &line("act=Deny"));
    let present = plans("index_name = log-other\nstatic_ecs = labels.env\nlabels.env = prod");
    let Remade::OfLine(document) = letters[0].0.remake(&present, now()) else { panic!("{:?}", letters[0]) };
    assert_eq!(letters[0].0.differences(&document).unwrap().into_iter().collect::<Vec<_>>(), ["labels"]);
    assert_eq!(
        sent(&letters[0].0, &document),
        ("log-deepsecurity-2026-11".to_owned(), letters[0].0.id.clone())
    );
}

#[test]
fn what_a_rule_leaves_out_today_is_not_sent() {
    let letters = letters(&plans(""), &[line("act=Deny"), line("act=Allow")].concat());
    let rules = "log_type,field,pattern,pattern_type\ndeepsecurity,act,Deny,text\n";
    let rules = File { name: "exclude_log_patterns.csv".to_owned(), text: rules.to_owned() };
    let present = plans("").excluding(&[rules]).unwrap();
    assert_eq!(letters[0].0.remake(&present, now()), Remade::Excluded);
    assert_eq!(letters[1].0.remake(&present, now()), Remade::OfLine(letters[1].1.clone()));
}

#[test]
fn without_a_line_the_recorded_document_goes_and_without_both_nothing_does() {
    let plans = plans("");
    let (mut letter, document) = letters(&plans, &line("act=Deny")).remove(0);
    letter.raw = None;
    assert_eq!(letter.remake(&plans, now()), Remade::AsRecorded(document));
    letter.document = None;
    assert_eq!(letter.remake(&plans, now()), Remade::Nothing);
}

#[test]
fn a_line_that_begins_like_a_compressed_object_is_text() {
    let plans = plans("");
    for start in [&b"\x1f\x8b\x08"[..], b"PK\x03\x04", b"BZh9", b"\x28\xb5\x2f\xfd"] {
        let object = [b"text\n", start, b"more text\n"].concat();
        let letters = letters(&plans, &object);
        assert_eq!(letters.len(), 2);
        assert_eq!(letters[1].0.remake(&plans, now()), Remade::OfLine(letters[1].1.clone()));
    }
}

#[test]
fn a_last_line_keeps_the_carriage_return_that_no_line_feed_follows() {
    let plans = plans("");
    let letters = letters(&plans, b"text\nmore\r");
    assert_eq!(letters[1].0.remake(&plans, now()), Remade::OfLine(letters[1].1.clone()));
}

proptest! {
    #![proptest_config(crate::cases(64))]

    #[test]
    fn any_line_gives_its_document_again(lines in prop::collection::vec(
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            "[ab]".prop_map(|text| line(&format!("act=Deny msg={text}"))),
            "(CEF:0\\|a\\|b\\|c\\|1\\|n\\|3\\|x=[ab]#012){1,3}".prop_map(|text| fluentd_line(&text)),
        ],
        1..8,
    )) {
        static PLANS: LazyLock<CompiledSections> = LazyLock::new(|| plans(""));
        let plans = &*PLANS;
        // The first line keeps the object from being taken for a compressed one.
        let object = [b"-\n".to_vec(), lines.join(&b'\n')].concat();
        for (letter, document) in letters(plans, &object) {
            prop_assert_eq!(letter.remake(plans, now()), Remade::OfLine(document));
        }
    }

    #[test]
    fn a_cause_of_any_reason_is_general_already(reason in "(\\PC|\\[|\\]|'|[0-9]){0,60}") {
        let cause = general(&reason);
        prop_assert_eq!(general(&cause), cause.clone());
        prop_assert!(!cause.bytes().any(|byte| byte.is_ascii_digit()), "{}", cause);
    }
}

#[test]
fn equal_causes_are_one_and_have_an_order() {
    let plans = plans("");
    let (mut letter, _) = letters(&plans, &line("act=Deny")).remove(0);
    letter.reason = "value 1".to_owned();
    let first = Cause::of(&letter);
    letter.reason = "value 23".to_owned();
    assert_eq!(Cause::of(&letter), first);
    letter.status = 413;
    assert!(Cause::of(&letter) > first);
}
