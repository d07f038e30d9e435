//! The equation of a load, over objects of all kinds.

use std::ops::ControlFlow;

use es_loader::load::account::Limits;
use es_loader::load::batch::Batch;
use es_loader::load::load;
use es_loader::report::balance::Balance;
use proptest::prelude::*;

use crate::support::{agent_event, facts, fluentd_line, plan};

#[test]
fn the_numbers_of_a_load_add_up_or_are_refused() {
    let balance =
        Balance { lines: 12, blank: 2, further: 3, indexed: 8, excluded: 1, rejected: 2, unsent: 2 };
    assert_eq!((balance.events(), balance.accounted(), balance.check()), (13, 13, Ok(())));
    for wrong in [
        Balance { lines: 13, ..balance },
        Balance { blank: 3, ..balance },
        Balance { further: 2, ..balance },
        Balance { indexed: 9, ..balance },
        Balance { excluded: 0, ..balance },
        Balance { rejected: 1, ..balance },
        Balance { unsent: 3, ..balance },
        Balance { lines: 1, blank: 2, further: 13, ..balance },
    ] {
        assert!(wrong.check().is_err_and(|error| error.to_string().contains("defect")), "{wrong:?}");
    }
}

/// A piece of an object: whole lines, several events in one, records behind each other, halves, and nothing.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let event = || agent_event("21", "act=Deny src=203.0.113.7");
    let two = [event(), event()[28..].to_owned()].join("#012");
    prop_oneof![
        Just(fluentd_line(&event())),
        Just(fluentd_line(&two)),
        Just(event().into_bytes()),
        Just([fluentd_line(&event()).trim_ascii_end(), &fluentd_line(&two)].concat()),
        Just(b"{\"message\":\"cut".to_vec()),
        Just(b"[]\n{}\n[[{}]]\nnull\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..40),
        Just(b"\n".to_vec()),
    ]
}

proptest! {
    #![proptest_config(crate::cases(96))]

    #[test]
    fn every_event_of_any_object_is_a_document_that_the_sink_gets(
        pieces in proptest::collection::vec(piece(), 0..20),
        batch_bytes in 1_usize..9_000,
    ) {
        let object = pieces.concat();
        let mut indexed = 0;
        let limits = Limits { batch_bytes, ..Limits::default() };
        let account = load(&object[..], plan(), facts(), &limits, &mut |batch: &mut Batch| {
            indexed += batch.items.len() as u64;
            ControlFlow::Continue(())
        });
        let balance = Balance {
            lines: account.lines,
            blank: account.blank_lines,
            further: account.further_events,
            indexed,
            excluded: account.exclusions.excluded(),
            ..Balance::default()
        };
        prop_assert_eq!(balance.check(), Ok(()));
        prop_assert_eq!(account.handed_over(), indexed);
    }
}
