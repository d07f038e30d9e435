//! Values and labels of pairs that a parser has cut out.

use std::borrow::Cow;

use bumpalo::Bump;
use es_loader::parse::pairs::pair::{Escapes, Pair, label_of, labelled};
use proptest::prelude::*;

fn pair<'a>(key: &'a str, raw: &'a str, escapes: Escapes) -> Pair<'a> {
    Pair { key, raw, escapes }
}

fn plain<'a>(key: &'a str, raw: &'a str) -> Pair<'a> {
    pair(key, raw, Escapes::None)
}

#[test]
fn a_value_without_escapes_is_borrowed_from_the_line() {
    for (raw, escapes) in [
        ("10.0.0.1", Escapes::None),
        (r"C:\new", Escapes::None),
        (r"a\|b", Escapes::Cef),
        (r"C:\Users", Escapes::EqualsOnly),
    ] {
        assert!(matches!(pair("k", raw, escapes).value(), Cow::Borrowed(value) if value == raw), "{raw}");
    }
}

#[test]
fn cef_escapes_are_undone_from_left_to_right() {
    let value = |raw| pair("k", raw, Escapes::Cef).value().into_owned();
    assert_eq!(value(r"a\=b\\c\nd\re"), "a=b\\c\nd\re");
    assert_eq!(value(r"\\n"), r"\n");
    assert_eq!(value(r"\\\n"), "\\\n");
    assert_eq!(value(r"\|\t\"), r"\|\t\");
}

#[test]
fn where_only_equals_signs_are_escaped_all_else_stays() {
    let value = |raw| pair("k", raw, Escapes::EqualsOnly).value().into_owned();
    assert_eq!(value(r"C:\Users\new\\x\=y"), r"C:\Users\new\\x=y");
    assert_eq!(value(r"\q\\="), r"\q\=");
}

#[test]
fn l1_a_label_is_found_trimmed_whether_it_stands_before_or_behind_its_value() {
    let pairs = [
        plain("cs1Label", "LI Description"),
        plain("cs1", "x"),
        plain("cs5", "0"),
        plain("cs5Label", "DPI Stream Position "),
    ];
    assert_eq!(label_of(&pairs, "cs1").as_deref(), Some("LI Description"));
    assert_eq!(label_of(&pairs, "cs5").as_deref(), Some("DPI Stream Position"));
    assert_eq!(label_of(&pairs, "cs2"), None);
    assert_eq!(label_of(&[plain("cs1Label", "  ")], "cs1"), None);
    assert_eq!(label_of(&[pair("cs1Label", r" a\=b ", Escapes::Cef)], "cs1").as_deref(), Some("a=b"));
}

#[test]
fn l1_every_kind_of_custom_key_has_its_label() {
    for key in
        ["cs1", "cn3", "cfp1", "c6a2", "flexString1", "flexDate1", "deviceCustomDate2", "cs15", "anything"]
    {
        let label = format!("{key}Label");
        let pairs = [plain(key, "value"), plain(&label, "its meaning")];
        let found: Vec<_> = labelled(&pairs).map(|(label, pair)| (label.into_owned(), pair.raw)).collect();
        assert_eq!(found, [("its meaning".to_owned(), "value")], "{key}");
    }
}

#[test]
fn l1_a_label_without_value_or_used_twice_does_no_harm() {
    let pairs = [
        plain("cs1Label", "Same"),
        plain("cs2", "two"),
        plain("cs2Label", "Same"),
        plain("cs1", "one"),
        plain("cs1", "again"),
        plain("cs9Label", "Nothing"),
        plain("Label", "a key of its own"),
    ];
    let found: Vec<_> = labelled(&pairs).map(|(label, pair)| (label.into_owned(), pair.raw)).collect();
    assert_eq!(found, [("Same".to_owned(), "one"), ("Same".to_owned(), "two")]);
}

#[test]
fn l1_labels_of_a_hundred_thousand_pairs_are_found_at_once() {
    let keys: Vec<_> = (0..100_000).map(|n| format!("k{n}")).collect();
    let labels: Vec<_> = keys.iter().map(|key| format!("{key}Label")).collect();
    let pairs: Vec<_> = labels.iter().chain(&keys).map(|key| plain(key, key)).collect();
    assert_eq!(labelled(&pairs).count(), 100_000);
}

#[test]
fn l1_of_a_repeated_key_the_first_is_labelled_among_any_number_of_pairs() {
    for count in [0, 1000] {
        let keys: Vec<_> = (0..count).map(|n| format!("k{n}")).collect();
        let mut pairs = vec![plain("cs1", "one"), plain("cs1", "two"), plain("cs1Label", "Meaning")];
        pairs.extend(keys.iter().map(|key| plain(key, "")));
        assert_eq!(labelled(&pairs).map(|(_, pair)| pair.raw).collect::<Vec<_>>(), ["one"]);
    }
}

proptest! {
    #![proptest_config(crate::cases(256))]

    #[test]
    fn the_arena_gives_the_same_value(raw in r"[a=\\nr|é]{0,12}", mode in 0..3_usize) {
        let escapes = [Escapes::None, Escapes::Cef, Escapes::EqualsOnly][mode];
        let arena = Bump::new();
        let pair = pair("k", &raw, escapes);
        prop_assert_eq!(pair.value_in(&arena), &*pair.value());
    }
}
