//! Which lines are Deep Security's: by vendor and product under each of their names, and never by an id.

use es_loader::config::Config;
use es_loader::config::diagnostic::File;
use es_loader::document::problem::Problem;

use crate::support::{
    Document, document, document_by, fluentd_line, load_bytes, plan, plan_of_section, plan_with,
};

const PAIRS: &str = "cn1=7 cn1Label=Host ID dvchost=web01 act=IDS:Reset TrendMicroDsTenant=Primary";

fn event(maker: &str, id: &str, extension: &str) -> String {
    format!("Nov 22 15:08:33 collector CEF:0|{maker}|20.0.1|{id}|A rule|6|{extension}")
}

/// Neither the module nor what its actions mean is told.
fn assert_neutral(document: &Document) {
    for field in ["event.provider", "rule.ruleset", "deepsecurity.disposition", "event.category"] {
        assert!(!document.has(field), "{field}: {}", document.json);
    }
    assert!(!document.json.contains("DetectOnly"), "{}", document.json);
}

#[test]
fn the_vendor_counts_under_each_of_its_names_whatever_the_case_and_the_marks() {
    for vendor in [
        "Trend Micro",
        "TrendMicro",
        "trend micro",
        "TREND MICRO",
        "Trend Micro™",
        "Trend  Micro ®",
        "Trend Micro Inc.",
        "Trend Micro, Inc.",
        "TRENDAI",
        "TrendAI",
        "TrendAI™",
        "TrendAI ™",
    ] {
        let read = document(&event(&format!("{vendor}|Deep Security Agent"), "1000552", "act=IDS:Reset"));
        assert_eq!(read.text("event.action"), "DetectOnly:NotReset", "{vendor}");
        assert_eq!(read.text("rule.ruleset"), "Intrusion Prevention", "{vendor}");
    }
}

#[test]
fn the_product_counts_under_each_of_its_names() {
    for product in [
        "Deep Security Agent",
        "Deep Security Virtual Appliance",
        "Workload Security Agent",
        "Server & Workload Protection Agent",
        "Server & Workload Protection™ Agent",
        "Server and Workload Protection",
        "TrendAI™ Server & Workload Protection",
        "Trend Vision One - Server & Workload Protection Agent",
        "Trend Vision One™ Endpoint Security - Server & Workload Protection",
        "Trend Cloud One Workload Security",
        "VULNERABILITY PROTECTION AGENT",
        "Vulnerability Protection 2.0",
    ] {
        let read = document(&event(&format!("TrendAI™|{product}"), "1000552", PAIRS));
        assert_eq!(read.text("event.provider"), "intrusion_prevention", "{product}");
        assert_eq!(read.text("event.action"), "DetectOnly:NotReset", "{product}");
    }
    for product in
        ["Deep Security Manager10", "Workload Security Manager", "Vulnerability Protection Manager"]
    {
        let read = document(&event(&format!("Trend Micro Inc.|{product}"), "123", "suser=System"));
        assert_eq!(read.text("event.provider"), "system", "{product}");
    }
}

#[test]
fn a_product_that_says_neither_agent_nor_manager_is_told_by_the_keys_of_the_event() {
    for (id, extension, provider) in [
        ("123", "cn1=7 cn1Label=Host ID dvchost=web01 act=Deny", "firewall"),
        ("600", "src=192.0.2.1 suser=ann target=ann msg=User signed in from 192.0.2.9", "system"),
        ("4000000", "filePath=/tmp/x act=Delete", "anti_malware"),
        ("790", "src=192.0.2.1 suser=System msg=x", "system"),
    ] {
        let read = document(&event("Trend Micro|Server & Workload Protection", id, extension));
        assert_eq!(read.text("event.provider"), provider, "{id} {extension}");
    }
}

#[test]
fn an_unknown_vendor_counts_only_with_a_known_product_and_a_key_that_nobody_else_writes() {
    for (maker, pairs, counts) in [
        ("Acme SOC|Deep Security Agent", PAIRS, true),
        ("|Workload Security Agent", PAIRS, true),
        ("Acme SOC|Deep Security Agent", "act=IDS:Reset dvchost=web01", false),
        ("Acme SOC|Deep Security Agent", "act=IDS:Reset TrendMicroDsTenant=", false),
        ("Acme SOC|Deep Security Agent", "act=IDS:Reset TrendMicroDsInvented=1", false),
        ("Acme SOC|Deep Security Agent", "act=IDS:Reset request=/TrendMicroDsTenant\\=1", false),
        ("Acme SOC|Guard Agent", PAIRS, false),
    ] {
        let read = document(&event(maker, "1000552", pairs));
        if counts {
            assert_eq!(read.text("event.provider"), "intrusion_prevention", "{maker} {pairs}");
        } else {
            assert_neutral(&read);
        }
    }
}

#[test]
fn leef_of_another_name_is_repaired_like_that_of_the_first() {
    let leef = |maker: &str| {
        document(&format!(
            "LEEF:2.0|{maker}|20|2002779|cat=Integrity Monitor\tname=x\tsev=8 cn1=37 cn1Label=Host ID\tact=updated"
        ))
    };
    assert_eq!(leef("TrendAI™|Server & Workload Protection Agent").text("host.id"), "37");
    assert!(!leef("Acme|Guard").has("host.id"));
}

#[test]
fn ids_choose_the_module_and_never_the_product() {
    for maker in [
        "Trend Micro|Apex Central",
        "TrendAI™|Apex Central",
        "Trend Micro|Deep Discovery Inspector",
        "Trend Micro|Deep Discovery Analyzer",
        "TippingPoint|UnityOne",
        "Trend Micro|TippingPoint SMS",
        "Trend Micro|Deep Security Smart Check",
        "Trend Micro|Deep Securityx",
        "Trend Micro|Control Manager",
    ] {
        for id in ["21", "123", "600", "1000552", "4000000", "6001200"] {
            assert_neutral(&document(&event(maker, id, "act=IDS:Reset suser=ann")));
        }
    }
}

#[test]
fn user_ini_adds_names_of_products() {
    let plan = plan_with("products = + Acme Guard Agent, Acme  Guard Manager\n    Shield™");
    for product in ["Acme Guard Agent", "acme guard agent", "SHIELD"] {
        let read = document_by(&plan, &event(&format!("Trend Micro|{product}"), "1000552", PAIRS));
        assert_eq!(read.text("event.action"), "DetectOnly:NotReset", "{product}");
    }
    let manager = document_by(&plan, &event("Trend Micro|Acme Guard Manager", "123", "suser=System"));
    assert_eq!(manager.text("event.provider"), "system");
    assert_neutral(&document_by(&plan, &event("Trend Micro|Acme Gate", "1000552", PAIRS)));
    // The vendor of a relabelled product is often another too: then its own keys tell.
    let relabelled = document_by(&plan, &event("Acme|Acme Guard Agent", "1000552", PAIRS));
    assert_eq!(relabelled.text("event.provider"), "intrusion_prevention");
}

#[test]
fn built_in_names_of_products_cannot_be_replaced() {
    let file =
        File { name: "user.ini".to_owned(), text: "[deepsecurity]\nproducts = Acme Guard\n".to_owned() };
    let findings = Config::load(&[file]).unwrap_err();
    let finding = findings.first().unwrap();
    assert!(finding.message.contains("only added to"), "{finding:?}");
    assert_eq!(finding.help.as_deref(), Some("write '+ Acme Guard'"));
    let whole = "[deepsecurity]\nproducts = + Trend Micro|Acme Guard|20.0\n".to_owned();
    let findings = Config::load(&[File { name: "user.ini".to_owned(), text: whole }]).unwrap_err();
    assert!(findings[0].message.contains("a header's vendor and version are none of it"), "{findings:?}");
}

#[test]
fn events_of_another_product_are_counted_with_the_first_as_an_example() {
    let mut lines = Vec::new();
    for maker in ["Trend Micro|Deep Security Agent", "Acme|Gu\u{1b}ard", "Other|Gate"] {
        lines.extend(fluentd_line(&event(maker, "1000552", "act=Deny")));
    }
    lines.extend(fluentd_line("no event at all"));
    let account = load_bytes(plan(), &lines).account;
    assert_eq!(account.problems.count(Problem::UnknownProduct), 2);
    assert_eq!(account.unknown_product.as_deref(), Some("Gu\u{1b}ard"));
}

#[test]
fn a_section_of_other_products_counts_none() {
    let settings = "index_name = log-x\ns3_key = x\nsource.ip = src";
    let line = fluentd_line(&event("Palo Alto Networks|PAN-OS", "1", "src=192.0.2.1"));
    let counted = |settings: &str| {
        load_bytes(&plan_of_section("mycef", settings), &line).account.problems.count(Problem::UnknownProduct)
    };
    assert_eq!(counted(settings), 0);
    assert_eq!(
        counted(&format!("{settings}\nproducts = + Acme Guard")),
        1,
        "it says which products it is for"
    );
}
