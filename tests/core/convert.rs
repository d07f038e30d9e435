//! Text to the value that a field's type asks for, or to nothing where it does not fit: as documents write it.

use std::net::Ipv4Addr;

use bumpalo::Bump;
use es_loader::document::convert::{convert, ip, lowercase, mac};
use es_loader::document::ecs::Type;
use es_loader::document::fields::Fields;
use es_loader::document::row::Row;
use es_loader::document::value::Value;
use proptest::prelude::*;

/// The JSON of a field of type `kind` that was given `text`; nothing where the text does not fit.
fn written(text: &str, kind: Type) -> Option<String> {
    let arena = Bump::new();
    let fields = Fields::new("prefix", &[], []).unwrap();
    let value = convert(text, kind, &arena)?;
    let mut row = Row::recycle(Row::default(), &fields);
    row.set(fields.id("@id").unwrap(), value);
    let mut out = Vec::new();
    row.write_json(&fields, "".into(), &mut out);
    let json = String::from_utf8(out).unwrap();
    Some(json.strip_prefix(r#"{"@id":"#).unwrap().strip_suffix('}').unwrap().to_owned())
}

#[test]
fn an_address_is_read_in_any_notation_that_opensearch_reads() {
    for (text, address) in [
        ("10.0.0.5", "10.0.0.5"),
        ("0.0.0.0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.255"),
        ("fe80:0:0:0:0:0:0:1", "fe80::1"),
        ("[2001:DB8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%eth0]", "fe80::1"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("::", "::"),
    ] {
        assert_eq!(ip(text).map(|ip| ip.to_string()).as_deref(), Some(address), "{text}");
        assert_eq!(written(text, Type::Ip), Some(format!("\"{address}\"")));
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
        "1.2.3.4.5",
        "1..2.3",
        ".1.2.3",
        "1.2.3.",
        "+1.2.3.4",
        "１.2.3.4",
    ] {
        assert_eq!(ip(text), None, "{text}");
        assert_eq!(written(text, Type::Ip), None, "{text}");
    }
}

#[test]
fn a_mac_address_is_written_as_rfc_7042_does() {
    for text in ["00:0c:29:eb:35:de", "00-0C-29-EB-35-DE", "000c.29eb.35de", "000c29eb35de"] {
        assert_eq!(written(text, Type::Mac).as_deref(), Some(r#""00-0C-29-EB-35-DE""#), "{text}");
    }
    let eight = written("00:0c:29:ff:fe:eb:35:de", Type::Mac);
    assert_eq!(eight.as_deref(), Some(r#""00-0C-29-FF-FE-EB-35-DE""#));
    let arena = Bump::new();
    for text in [
        "",
        "N/A",
        "00:0c:29:eb:35",
        "00:0c:29:eb:35:dg",
        "00:0c:29:eb:35:de:00",
        "--------------",
        "00000000000000",
        "00x0cx29xebx35xde",
        "-----------------",
        "語語語語語aa",
    ] {
        assert_eq!(mac(text, &arena), None, "{text}");
    }
}

#[test]
fn each_type_takes_what_fits_it() {
    for (text, kind, json) in [
        (" x y ", Type::Keyword, r#""x y""#),
        ("\u{a0}語\u{3000}", Type::Text, r#""語""#),
        ("TCP", Type::Lowercase, r#""tcp""#),
        ("0", Type::Long, "0"),
        ("-309", Type::Long, "-309"),
        ("007", Type::Long, "7"),
        ("+7", Type::Long, "7"),
        ("9223372036854775807", Type::Long, "9223372036854775807"),
        ("-9223372036854775808", Type::Long, "-9223372036854775808"),
        ("0.5", Type::Float, "0.5"),
        ("2026-11-22T15:08:33Z", Type::Date, r#""2026-11-22T15:08:33+00:00""#),
        ("2026-11-22 15:08:33", Type::Date, r#""2026-11-22T15:08:33+00:00""#),
    ] {
        assert_eq!(written(text, kind).as_deref(), Some(json), "{text}");
    }
}

#[test]
fn what_does_not_fit_its_type_is_refused() {
    for (text, kind) in [
        ("12.5", Type::Long),
        ("1e3", Type::Long),
        ("0x10", Type::Long),
        ("９", Type::Long),
        ("9223372036854775808", Type::Long),
        ("99999999999999999999", Type::Long),
        ("", Type::Long),
        ("-", Type::Long),
        ("NaN", Type::Float),
        ("inf", Type::Float),
        ("yesterday", Type::Date),
        ("Nov 22", Type::Date),
        ("35,139", Type::GeoPoint),
        ("web01", Type::Ip),
    ] {
        assert_eq!(written(text, kind), None, "{text} as {kind:?}");
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
    #![proptest_config(crate::cases(256))]

    #[test]
    fn any_mac_address_is_read_back(
        octets in any::<[u8; 6]>(),
        separator in proptest::sample::select(vec![":", "-", "", "."]),
        upper in any::<bool>(),
    ) {
        let text = octets.map(|octet| format!("{octet:02x}")).join(separator);
        let text = if upper { text.to_uppercase() } else { text };
        let expected = octets.map(|octet| format!("{octet:02X}")).join("-");
        prop_assert_eq!(written(&text, Type::Mac), Some(format!("\"{expected}\"")));
    }

    #[test]
    fn an_ipv4_address_is_what_the_standard_library_reads(text in "[0-2]?[0-9]{0,2}(\\.[0-2]?[0-9]{0,2}){2,4}|[0-9.]{0,18}") {
        let expected = text.parse::<Ipv4Addr>().ok().map(|ip| format!("\"{ip}\""));
        prop_assert_eq!(written(&text, Type::Ip), expected);
    }

    #[test]
    fn a_number_is_what_the_standard_library_reads(text in "[-+]?0{0,3}[0-9]{0,20}") {
        let expected = text.parse::<i64>().ok().map(|number| number.to_string());
        prop_assert_eq!(written(&text, Type::Long), expected);
    }

    #[test]
    fn any_text_is_taken_or_refused(text in "\\PC{0,24}|[ \t\u{a0}\u{3000}]{0,2}[a-z]{0,2}[ \n\u{2003}]{0,2}") {
        let arena = Bump::new();
        for kind in [Type::Lowercase, Type::Long, Type::Float, Type::Ip, Type::Date, Type::Mac, Type::GeoPoint] {
            let _ = convert(&text, kind, &arena);
        }
        prop_assert_eq!(convert(&text, Type::Keyword, &arena), Some(Value::Text(text.trim())));
    }
}
