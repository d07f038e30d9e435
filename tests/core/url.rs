//! The parts of a URL, as attackers write them: nothing decoded, nothing refused.

use es_loader::packet::url::{Parts, split_authority, split_target, split_url};
use proptest::prelude::*;

fn parts<'a>(
    scheme: &'a str,
    domain: &'a str,
    port: Option<u16>,
    path: &'a str,
    query: &'a str,
    fragment: &'a str,
) -> Parts<'a> {
    let filled = |text: &'a str| Some(text).filter(|text| !text.is_empty());
    Parts {
        scheme: filled(scheme),
        domain: filled(domain),
        port,
        path: filled(path),
        query: filled(query),
        fragment: filled(fragment),
    }
}

#[test]
fn a_whole_url_has_all_parts() {
    let url = "http://user:pw@h.example:8080/a/b?c=d&e=f#g";
    assert_eq!(split_url(url), parts("http", "h.example", Some(8080), "/a/b", "c=d&e=f", "g"));
}

#[test]
fn a_url_without_a_scheme_has_a_domain() {
    assert_eq!(split_url("example.com"), parts("", "example.com", None, "", "", ""));
    assert_eq!(split_url("example.com/a"), parts("", "example.com", None, "/a", "", ""));
    assert_eq!(split_url("example.com:443/a"), parts("", "example.com", Some(443), "/a", "", ""));
    assert_eq!(split_url("example.com?u=http://x/y"), parts("", "example.com", None, "", "u=http://x/y", ""));
}

#[test]
fn what_can_be_no_host_without_a_scheme_is_a_path() {
    for text in [
        "'https://h.example/a'",
        "<https://h.example>",
        "http:/h.example/a",
        "[http://h.example/a]",
        "(null)",
    ] {
        assert_eq!(split_url(text), parts("", "", None, text, "", ""), "{text}");
    }
    for (text, domain) in [
        ("[2001:db8::1]:80/a", "[2001:db8::1]"),
        ("user:pw@h_1.example/a", "h_1.example"),
        ("fö.example/a", "fö.example"),
    ] {
        assert_eq!((split_url(text).domain, split_url(text).path), (Some(domain), Some("/a")), "{text}");
    }
}

#[test]
fn an_ipv6_host_keeps_its_brackets() {
    assert_eq!(split_url("http://[2001:db8::1]:81/"), parts("http", "[2001:db8::1]", Some(81), "/", "", ""));
    assert_eq!(split_url("http://[2001:db8::1]/"), parts("http", "[2001:db8::1]", None, "/", "", ""));
}

#[test]
fn the_host_stands_behind_the_last_at_sign() {
    assert_eq!(split_authority("good.example@evil.example"), (Some("evil.example"), None));
    assert_eq!(split_authority("a@b@evil.example:1"), (Some("evil.example"), Some(1)));
    assert_eq!(split_authority(""), (None, None));
    assert_eq!(split_authority("h:x"), (Some("h"), None));
    assert_eq!(split_authority("h:99999"), (Some("h"), None));
}

#[test]
fn a_request_target_is_a_path_unless_it_is_a_url() {
    assert_eq!(split_target("/a//b?x=/#f", None), parts("", "", None, "/a//b", "x=/", "f"));
    assert_eq!(split_target("//a@b", None), parts("", "", None, "//a@b", "", ""));
    assert_eq!(split_target("*", None), parts("", "", None, "*", "", ""));
    assert_eq!(split_target("http://h/a", None), parts("http", "h", None, "/a", "", ""));
    assert_eq!(split_target("h.example:443", Some("CONNECT")), parts("", "h.example", Some(443), "", "", ""));
}

#[test]
fn what_is_empty_is_left_out() {
    assert_eq!(split_url(""), Parts::default());
    assert_eq!(split_target("/?#", None), parts("", "", None, "/", "", ""));
    assert_eq!(split_url("://x"), parts("", "", None, "://x", "", ""));
}

proptest! {
    #![proptest_config(crate::cases(256))]

    #[test]
    fn each_part_of_any_text_is_a_slice_of_it(text in "[a-z:/?#@\\[\\]0-9.%語 ]{0,24}") {
        for parts in [split_url(&text), split_target(&text, None)] {
            for part in [parts.scheme, parts.domain, parts.path, parts.query, parts.fragment].into_iter().flatten() {
                prop_assert!(text.contains(part) && !part.is_empty());
            }
        }
    }
}
