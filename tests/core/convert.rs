//! Text to the value that a field's type asks for, or to nothing where it does not fit.

use bumpalo::Bump;
use es_loader::convert::{convert, ip, lowercase, mac};
use es_loader::ecs::Type;
use es_loader::row::Value;
use proptest::prelude::*;

#[test]
fn an_address_is_read_in_any_notation_that_opensearch_reads() {
    for (text, address) in [
        ("10.0.0.5", "10.0.0.5"),
        ("fe80:0:0:0:0:0:0:1", "fe80::1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%eth0]", "fe80::1"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("::", "::"),
    ] {
        assert_eq!(ip(text).map(|ip| ip.to_string()).as_deref(), Some(address), "{text}");
    }
}

#[test]
fn what_only_looks_like_an_address_is_none() {
    for text in [
        "",
        "N/A",
        "10.0.0",
        "10.0.0.256",
        "010.0.0.1",
        "10.0.0.1/24",
        "10.0.0.1:80",
        "10.0.0.1%eth0",
        "[10.0.0.1]",
        "web01",
        "1",
        ":::",
    ] {
        assert_eq!(ip(text), None, "{text}");
    }
}

#[test]
fn a_mac_address_is_written_as_rfc_7042_does() {
    let arena = Bump::new();
    for text in ["00:0c:29:eb:35:de", "00-0C-29-EB-35-DE", "000c.29eb.35de", "000c29eb35de"] {
        assert_eq!(mac(text, &arena), Some("00-0C-29-EB-35-DE"), "{text}");
    }
    assert_eq!(mac("00:0c:29:ff:fe:eb:35:de", &arena), Some("00-0C-29-FF-FE-EB-35-DE"));
    for text in [
        "",
        "N/A",
        "00:0c:29:eb:35",
        "00:0c:29:eb:35:dg",
        "00:0c:29:eb:35:de:00",
        "--------------",
        "00000000000000",
    ] {
        assert_eq!(mac(text, &arena), None, "{text}");
    }
}

#[test]
fn each_type_takes_what_fits_it() {
    let arena = Bump::new();
    let value = |text, kind| convert(text, kind, &arena);
    assert_eq!(value(" x y ", Type::Keyword), Some(Value::Text("x y")));
    assert_eq!(value("TCP", Type::Lowercase), Some(Value::Text("tcp")));
    assert_eq!(value("-309", Type::Long), Some(Value::Long(-309)));
    assert_eq!(value("0.5", Type::Float), Some(Value::Float(0.5)));
    assert!(matches!(value("2026-11-22T15:08:33Z", Type::Date), Some(Value::Time(_))));
}

#[test]
fn what_does_not_fit_its_type_is_refused() {
    let arena = Bump::new();
    for (text, kind) in [
        ("12.5", Type::Long),
        ("1e3", Type::Long),
        ("0x10", Type::Long),
        ("99999999999999999999", Type::Long),
        ("", Type::Long),
        ("NaN", Type::Float),
        ("inf", Type::Float),
        ("yesterday", Type::Date),
        ("Nov 22", Type::Date),
        ("35,139", Type::GeoPoint),
        ("web01", Type::Ip),
    ] {
        assert_eq!(convert(text, kind, &arena), None, "{text} as {kind:?}");
    }
}

#[test]
fn text_in_lower_case_is_borrowed() {
    let arena = Bump::new();
    let text = "tcp 語";
    assert_eq!(lowercase(text, &arena).as_ptr(), text.as_ptr());
    assert_eq!(lowercase("ÄTCP", &arena), "Ätcp");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_mac_address_is_read_back(octets in any::<[u8; 6]>(), separator in proptest::sample::select(vec![":", "-", ""])) {
        let arena = Bump::new();
        let text = octets.map(|octet| format!("{octet:02x}")).join(separator);
        let expected = octets.map(|octet| format!("{octet:02X}")).join("-");
        prop_assert_eq!(mac(&text, &arena), Some(expected.as_str()));
    }

    #[test]
    fn any_text_is_taken_or_refused(text in "\\PC{0,24}") {
        let arena = Bump::new();
        for kind in [Type::Keyword, Type::Lowercase, Type::Long, Type::Float, Type::Ip, Type::Date, Type::Mac, Type::GeoPoint] {
            let _ = convert(&text, kind, &arena);
        }
        prop_assert_eq!(convert(&text, Type::Keyword, &arena), Some(Value::Text(text.trim())));
    }
}
