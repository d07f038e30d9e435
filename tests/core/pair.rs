//! Values and labels of pairs that a parser has cut out.

use std::borrow::Cow;

use bumpalo::Bump;
use es_loader::parse::pairs::pair::{Escapes, Pair};
use proptest::prelude::*;

use crate::support::{agent_event, document};

fn pair<'a>(key: &'a str, raw: &'a str, escapes: Escapes) -> Pair<'a> {
    Pair { key, raw, escapes }
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
fn e11_a_label_names_its_value_before_or_behind_it_and_with_blanks_around_it() {
    for extension in [
        "cs1Label=Container cs1=image | name | 1",
        "cs1=image | name | 1 cs1Label=Container",
        "cs1Label= Container  cs1=image | name | 1",
    ] {
        let event = document(&agent_event("21", extension));
        assert_eq!(event.text("container.name"), "name", "{extension}");
        assert!(!event.has("deepsecurity.cs1") && !event.has("deepsecurity.cs1Label"), "{extension}");
    }
}

#[test]
fn e11_every_custom_key_has_its_label() {
    for key in ["cs1", "cs2", "cs3", "cs4", "cs5", "cs6", "cs7", "cn1", "cn2", "cn3"] {
        let event = document(&agent_event("21", &format!("{key}=37 {key}Label=Risk Level")));
        assert_eq!(event.get("deepsecurity.risk_level"), 37, "{key}");
    }
}

#[test]
fn e11_a_label_without_value_or_used_twice_does_no_harm() {
    let event = document(&agent_event(
        "21",
        "cs1Label=Risk Level cs2=2 cs2Label=Risk Level cs1=1 cs1=7 cs3Label=DPI Note cs9Label=x Label=y",
    ));
    assert_eq!(event.get("deepsecurity.risk_level"), 1);
    assert!(!event.has("deepsecurity.dpi_note"), "{}", event.json);
    assert_eq!(event.text("deepsecurity.cs3Label"), "DPI Note");
    assert_eq!(event.text("deepsecurity.extra.cs9Label"), "x");
    assert_eq!(event.text("deepsecurity.extra.Label"), "y");
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
