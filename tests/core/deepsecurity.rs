//! What Deep Security means by its events: modules, actions, packets, and whose address is whose.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use es_loader::config::log_type::LogType;
use es_loader::document::problem::Problem;
use es_loader::log_types::deepsecurity::{Action, Disposition, Module, Product};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{
    Document, agent_event, document, document_by, fluentd_line, load_bytes, packet_event, plan, plan_with,
    tells,
};

#[test]
fn a_product_is_told_by_vendor_and_the_words_in_its_name() {
    assert_eq!(Product::of("Trend Micro", "Deep Security Agent"), Some(Product::Agent));
    assert_eq!(Product::of("TrendMicro", "Deep Security Manager10"), Some(Product::Manager));
    assert_eq!(Product::of("Trend Micro", "Workload Security Manager"), Some(Product::Manager));
    assert_eq!(Product::of("Trend Micro", "Apex Central"), None);
    assert_eq!(Product::of("Other", "Deep Security Agent"), None);
}

#[test]
fn an_id_below_900_is_a_network_event_of_an_agent_and_a_system_event_of_a_manager() {
    assert_eq!(Module::of_id(Product::Agent, "123"), Module::Firewall);
    assert_eq!(Module::of_id(Product::Agent, "850"), Module::IntrusionPrevention);
    assert_eq!(Module::of_id(Product::Manager, "123"), Module::System);
    assert_eq!(Module::of_id(Product::Manager, "850"), Module::System);
}

#[test]
fn each_range_of_ids_is_a_module() {
    for (id, module) in [
        ("10", Module::IntrusionPrevention),
        ("20", Module::Firewall),
        ("21", Module::Firewall),
        ("30", Module::IntegrityMonitoring),
        ("40", Module::LogInspection),
        ("1000552", Module::IntrusionPrevention),
        ("2002779", Module::IntegrityMonitoring),
        ("3002831", Module::LogInspection),
        ("4000030", Module::AntiMalware),
        ("5000001", Module::WebReputation),
        ("6002100", Module::ApplicationControl),
        ("7000000", Module::DeviceControl),
        ("8000000", Module::Unknown),
        ("", Module::Unknown),
        ("x", Module::Unknown),
    ] {
        assert_eq!(Module::of_id(Product::Agent, id), module, "{id}");
    }
    // LEEF writes Application Control as 60: there the category tells.
    assert_eq!(
        Module::of_id(Product::Agent, "60").or_of_category(Some("AppControl")),
        Module::ApplicationControl
    );
    assert_eq!(Module::of_id(Product::Agent, "21").or_of_category(Some("Log Inspection")), Module::Firewall);
}

#[test]
fn the_rule_s_number_in_the_console_is_smaller_than_the_id_where_a_module_shifts_it() {
    assert_eq!(document(&agent_event("3002831", "msg=x")).text("rule.id"), "1002831");
    assert_eq!(document(&agent_event("2002779", "act=updated")).text("rule.id"), "1002779");
    assert_eq!(document(&agent_event("1000552", "act=Reset")).text("rule.id"), "1000552");
    assert_eq!(document(&agent_event("40", "msg=x")).text("rule.id"), "40");
}

#[test]
fn detect_only_is_named_so_and_allowed_whatever_the_word() {
    for word in ["Reset", "Deny", "Block", "Insert", "Delete", "Replace"] {
        for module in ["1000552", "21"] {
            let event = document(&agent_event(module, &format!("act=IDS:{word} src=203.0.113.9")));
            assert_eq!(event.text("event.action"), format!("DetectOnly:Not{word}"));
            assert_eq!(event.text("deepsecurity.act"), format!("IDS:{word}"));
            let types: Vec<&Value> = event.get("event.type").as_array().unwrap().iter().collect();
            assert!(types.contains(&&json!("allowed")) && !types.contains(&&json!("denied")), "{types:?}");
            assert!(!event.has("event.outcome"), "nothing was done that could succeed");
        }
    }
    let log = document(&agent_event("1000552", "act=IDS:Log"));
    assert_eq!(log.text("event.action"), "IDS:Log");
    assert!(!log.has("deepsecurity.act"));
}

#[test]
fn what_was_stopped_is_denied_and_what_went_on_is_allowed() {
    for (id, extension, types, outcome) in [
        ("21", "act=Deny", json!(["denied"]), json!("success")),
        ("21", "act=Deny src=1.2.3.4 dst=10.0.0.5", json!(["connection", "denied"]), json!("success")),
        ("20", "act=Log src=1.2.3.4 dst=10.0.0.5", json!(["connection", "allowed"]), Value::Null),
        ("20", "act=Log Only src=1.2.3.4 dst=10.0.0.5", json!(["connection", "allowed"]), Value::Null),
        ("1000552", "act=Reset", json!(["denied"]), json!("success")),
        ("1000552", "act=Unheard", json!(["info"]), Value::Null),
        ("6001200", "act=detectOnly", json!(["allowed"]), Value::Null),
        ("60", "act=Allowed", json!(["allowed"]), Value::Null),
        ("6002200", "act=blocked", json!(["denied"]), json!("success")),
        ("5000000", "request=a.example", json!(["denied"]), json!("success")),
        ("5000001", "request=a.example", json!(["allowed"]), Value::Null),
        ("7000200", "device=x", json!(["denied"]), json!("success")),
        ("4000000", "act=Quarantine", json!(["info"]), json!("success")),
        ("4000000", "act=Quarantine result=Failed", json!(["info"]), json!("failure")),
        ("4000000", "act=Quarantine result=Unsuccessful", json!(["info"]), Value::Null),
        (
            "4000000",
            "act=Delete result=\u{524a}\u{9664}\u{306b}\u{5931}\u{6557}",
            json!(["info"]),
            Value::Null,
        ),
        ("4000000", "act=Pass", json!(["info"]), Value::Null),
        ("30", "act=created", json!(["creation"]), Value::Null),
        ("30", "act=deleted", json!(["deletion"]), Value::Null),
        ("30", "act=renamed", json!(["change"]), Value::Null),
        ("3002795", "msg=x", json!(["info"]), Value::Null),
    ] {
        let event = document(&agent_event(id, extension));
        assert_eq!(event.get("event.type"), &types, "{id} {extension}");
        assert_eq!(event.get("event.outcome"), &outcome, "{id} {extension}");
    }
}

#[test]
fn an_action_without_a_word_is_judged_by_its_id() {
    let judge = |module, act, id| Action::judge(module, act, id).disposition;
    assert_eq!(judge(Module::DeviceControl, None, "7002200"), Disposition::Blocked);
    assert_eq!(judge(Module::ApplicationControl, None, "6001100"), Disposition::Allowed);
    assert_eq!(judge(Module::WebReputation, None, "5000002"), Disposition::Unknown);
    assert_eq!(judge(Module::System, Some("Deny"), "600"), Disposition::Unknown);
}

#[test]
fn who_scans_a_computer_is_the_source_of_the_scan() {
    let ports = "TrendMicroDsTargetPortList=12;13;16;";
    for source in ["", "src=203.0.113.181 "] {
        let pairs = format!("dvc=10.0.1.7 {source}TrendMicroDsScannerIp=203.0.113.181 {ports}");
        let scan = document(&agent_event("850", &pairs));
        assert_eq!((scan.text("source.ip"), scan.text("source.address")), ("203.0.113.181", "203.0.113.181"));
        assert!(scan.get("related.ip").as_array().unwrap().contains(&json!("203.0.113.181")));
        assert_eq!(scan.get("deepsecurity.TrendMicroDsTargetPortList"), &json!(["12", "13", "16"]));
    }
}

#[test]
fn the_agent_s_address_is_the_source_only_of_what_happened_on_its_own_host() {
    for (id, is_source) in [
        ("4000000", true),
        ("6001200", true),
        ("7000000", true),
        ("30", true),
        ("5000000", true),
        ("21", false),
        ("1000552", false),
        ("3002795", false),
        ("8000000", false),
    ] {
        let event = document(&agent_event(id, "dvc=10.148.81.188"));
        assert_eq!(event.get("observer.ip"), "10.148.81.188", "{id}");
        assert_eq!(event.has("source.ip"), is_source, "{id}");
    }
    let own = document(&agent_event("4000000", "dvc=10.148.81.188 src=203.0.113.9"));
    assert_eq!((own.text("source.ip"), own.text("observer.ip")), ("203.0.113.9", "10.148.81.188"));
    // An empty source is none.
    assert_eq!(document(&agent_event("4000000", "dvc=10.0.0.1 src=")).text("source.ip"), "10.0.0.1");
}

#[test]
fn the_agent_is_an_address_or_a_name_whichever_key_says_so() {
    assert_eq!(document(&agent_event("21", "dvc=web01")).text("observer.hostname"), "web01");
    assert_eq!(
        document(&agent_event("21", "dvchost=2001:db8:0:0:0:0:0:9")).text("observer.ip"),
        "2001:db8::9"
    );
    for broken in ["10.0.0.999", "10.0.0.9:514", "10.0.0.9,10.0.0.10", "010.001.002.003", "::1::2"] {
        for key in ["dvc", "dvchost"] {
            let loaded = load_bytes(
                plan(),
                &fluentd_line(&agent_event("4000000", &format!("{key}={broken} act=Pass"))),
            );
            let event = loaded.documents.first().unwrap();
            assert_eq!(event.text(&format!("deepsecurity.{key}")), broken);
            let is_nowhere =
                ["observer.hostname", "observer.ip", "host", "related"].iter().all(|field| !event.has(field));
            assert!(is_nowhere, "{}", event.json);
            assert_eq!(loaded.account.problems.count(Problem::ValueDoesNotFit), 1, "{broken}");
        }
    }
    for name in ["1234", "10-0-0-9", "10.0.0.x", "web01.", "\u{65e5}\u{672c}.1"] {
        assert_eq!(document(&agent_event("21", &format!("dvc={name}"))).text("host.name"), name);
    }
    let two = document(&agent_event("21", "dvc=10.0.0.9 dvchost=2001:db8::9"));
    assert_eq!(two.get("related.ip"), &json!(["10.0.0.9", "2001:db8::9"]));
    let unknown = document(&agent_event("21", "dvc=N/A"));
    assert!(!unknown.has("observer.hostname") && unknown.text("deepsecurity.dvc") == "N/A");
}

#[test]
fn direction_and_family_are_told_for_packets() {
    let inward = document(&agent_event("21", "src=1.2.3.4 dst=10.0.0.5 in=60"));
    assert_eq!((inward.text("network.direction"), inward.text("network.type")), ("ingress", "ipv4"));
    let outward = document(&agent_event("21", "src=fe80:0:0:0:0:0:0:1 dst=ff02:0:0:0:0:0:0:c out=60"));
    assert_eq!((outward.text("network.direction"), outward.text("network.type")), ("egress", "ipv6"));
    assert!(!document(&agent_event("21", "src=1.2.3.4 in=0 out=0")).has("network.direction"));
    assert!(!document(&agent_event("3002795", "src=1.2.3.4 in=5")).has("network.direction"));
}

#[test]
fn a_protocol_s_number_is_its_name_too() {
    let named = document(&agent_event("21", "proto=17"));
    assert_eq!((named.text("network.transport"), named.text("network.iana_number")), ("udp", "17"));
    let unnamed = document(&agent_event("21", "proto=253"));
    assert_eq!(unnamed.text("network.iana_number"), "253");
    assert!(!unnamed.has("network.transport"));
    // The vendor's "Firewall events", Protocol: "Other: nnn".
    let other = document(&agent_event("21", "proto=Other: 47 spt=0 dpt=0"));
    assert_eq!((other.text("network.transport"), other.text("network.iana_number")), ("gre", "47"));
    assert!(!other.has("source.port") && !other.has("deepsecurity.proto"), "{}", other.json);
    // Of its other names these two are not IANA's.
    for (name, known) in [("IDP", "xns-idp"), ("ND", "sun-nd")] {
        let event = document(&agent_event("21", &format!("proto={name}")));
        assert_eq!(event.text("network.transport"), known);
        assert!(!event.has("deepsecurity.proto"), "{}", event.json);
    }
    // No protocol has a number over 255.
    let wrong = document(&agent_event("21", "proto=70000"));
    assert!(!wrong.has("network.iana_number"), "{}", wrong.json);
}

#[test]
fn labels_say_what_custom_keys_mean_in_both_generations() {
    for generation in ["DPI", "Intrusion Prevention"] {
        let event = document_by(
            &plan_with("script_ecs = source.ip"),
            &agent_event(
                "1000552",
                &format!(
                    "cn3=10 cn3Label={generation} Packet Position cs5=11 cs5Label={generation} Stream Position cs6=8 cs6Label={generation} Flags cs1=a note cs1Label={generation} Note cn2=-309 cn2Label={generation} Reason"
                ),
            ),
        );
        assert_eq!(event.get("deepsecurity.packet_position"), 10);
        assert_eq!(event.get("deepsecurity.stream_position"), 11);
        assert_eq!(event.get("deepsecurity.dpi_flags"), 8);
        assert_eq!(event.get("deepsecurity.dpi_reason"), -309);
        assert_eq!(event.text("deepsecurity.dpi_note"), "a note");
    }
}

#[test]
fn a_label_that_nobody_knows_stays_beside_its_value() {
    let event = document(&agent_event(
        "1000552",
        "cs7=v cs7Label=source.ip cs2=SYN cs2Label=Weird cn1=9 cn1Label=Not Host ID",
    ));
    assert_eq!((event.text("deepsecurity.cs7"), event.text("deepsecurity.cs7Label")), ("v", "source.ip"));
    assert_eq!((event.text("deepsecurity.cs2"), event.text("deepsecurity.cs2Label")), ("SYN", "Weird"));
    assert_eq!((event.text("deepsecurity.cn1"), event.text("deepsecurity.cn1Label")), ("9", "Not Host ID"));
    assert!(!event.has("host.id") && !event.has("rule.category"), "{}", event.json);
    assert!(!event.has("source"), "a label is no field");
}

#[test]
fn a_pair_that_finds_one_of_its_fields_taken_is_left_over_whole() {
    for (line, id, extension, left_over, not_filled) in [
        (
            "container.id = x",
            "4000000",
            "x=y cs6=img:1 | web | ab12 cs6Label=Container",
            "cs6",
            "container.name",
        ),
        (
            "deepsecurity.container = x",
            "4000000",
            "x=y cs6=img:1 cs6Label=Container",
            "cs6",
            "container.name",
        ),
        (
            "deepsecurity.icmp_code = x",
            "21",
            "x=9 cs4=3 1 cs4Label=ICMP Type and Code",
            "cs4",
            "deepsecurity.icmp_type",
        ),
        (
            "deepsecurity.icmp_type =",
            "21",
            "cs4=3 1 cs4Label=ICMP Type and Code",
            "cs4",
            "deepsecurity.icmp_code",
        ),
        ("deepsecurity.tcp_flags = x", "21", "x=y cs2=SYN ACK cs2Label=TCP Flags", "cs2", ""),
        ("process.executable = x", "4000000", "x=/a/b sproc=/usr/bin/curl", "sproc", "process.name"),
        ("process.name =", "4000000", "processName=C:\\\\bin\\\\a.exe", "processName", "process.executable"),
        ("url.original = x", "5000000", "x=/a request=http://a.example/b?c", "request", "url.domain"),
        (
            "threat.technique.subtechnique.id = x",
            "4000000",
            "x=y TrendMicroDsMitre=T1547.001",
            "TrendMicroDsMitre",
            "threat.technique.id",
        ),
        (
            "host.ip = src",
            "4000000",
            "src=192.0.2.1 dvchost=192.0.2.2 (web01)",
            "dvchost",
            "cloud.instance.id",
        ),
        ("observer.hostname = x", "4000000", "x=y dvchost=web01", "dvchost", "host.name"),
    ] {
        let document = document_by(&plan_with(line), &agent_event(id, &format!("act=Delete {extension}")));
        let value = extension.split_once(&format!("{left_over}=")).map(|(_, behind)| behind);
        let value = value.and_then(|value| value.split(&format!(" {left_over}Label")).next()).unwrap();
        let stays = document.text(&format!("deepsecurity.{left_over}"));
        assert_eq!(stays, value.replace("\\\\", "\\"), "{line}: {}", document.json);
        assert!(!document.has(not_filled), "{line}: {}", document.json);
    }
}

#[test]
fn no_value_that_is_a_path_has_line_breaks_whatever_its_key() {
    let path = r"C:\new\readme.txt";
    for (id, extension, field) in [
        ("4000000", "cs3=PATH cs3Label=Infected Resource", "deepsecurity.infected_resource"),
        ("4000000", "cs3=PATH", "deepsecurity.infected_resource"),
        ("4000000", "filePath=PATH", "file.path"),
        ("4000000", "act=Delete filePath=C:\\\\a filePath=PATH", "deepsecurity.filePath"),
        ("7000000", "computerName=EXAMPLE\\nb-17", "host.hostname"),
        ("2000000", "oldfilePath=PATH", "deepsecurity.oldfilePath"),
    ] {
        let document = document(&agent_event(id, &extension.replace("PATH", path)));
        let value = document.get(field).to_string();
        assert!(!value.contains("\\n\"") && !value.is_empty(), "{}", document.json);
        let written = extension.rsplit_once('=').map(|(_, value)| value).unwrap_or_default();
        let expected = if extension.contains("PATH") { path } else { written };
        assert!(value.contains(&json!(expected).to_string()), "{field}: {}", document.json);
    }
    // Elsewhere it is CEF's line break.
    let document = document(&agent_event("4000000", r"cs3=one\ntwo cs3Label=Something"));
    assert_eq!(document.text("deepsecurity.cs3"), "one\ntwo");
}

#[test]
fn hashes_are_told_by_their_length_and_written_in_lower_case() {
    let (md5, sha1, sha256) = ("A".repeat(32), "B".repeat(40), "C".repeat(64));
    let event = document(&agent_event(
        "6001200",
        &format!("fileHash={sha256} cs2={sha1} cs2Label=sha1 cs3={md5} cs3Label=md5"),
    ));
    let hash = event.get("file.hash");
    assert_eq!(
        (&hash["md5"], &hash["sha1"], &hash["sha256"]),
        (&json!(md5.to_lowercase()), &json!(sha1.to_lowercase()), &json!(sha256.to_lowercase()))
    );
    assert_eq!(event.get("related.hash").as_array().unwrap().len(), 3);
    let unfit = document(&agent_event("4000000", "TrendMicroDsFileMD5=N/A"));
    assert_eq!(unfit.text("deepsecurity.TrendMicroDsFileMD5"), "N/A");
}

#[test]
fn lists_are_lists() {
    let event = document(&agent_event(
        "4000000",
        "TrendMicroDsTags=FS, critical TrendMicroDsCve=CVE-2016-5195,CVE-2020-1180 TrendMicroDsMitre=T1068,T1069 TrendMicroDsRelevantDetectionNames=A;B",
    ));
    assert_eq!(event.get("deepsecurity.TrendMicroDsTags"), &json!(["FS", "critical"]));
    assert_eq!(event.get("vulnerability.id"), &json!(["CVE-2016-5195", "CVE-2020-1180"]));
    assert_eq!(event.get("threat.technique.id"), &json!(["T1068", "T1069"]));
    assert_eq!(event.get("deepsecurity.TrendMicroDsRelevantDetectionNames"), &json!(["A", "B"]));
}

#[test]
fn related_holds_each_address_name_and_user_once() {
    let event = document(&agent_event(
        "4000000",
        "dvc=10.0.0.1 src=10.0.0.1 dst=203.0.113.9 dvchost=web01 shost=web01 suser=joe duser=(no user)",
    ));
    assert_eq!(event.get("related.ip"), &json!(["10.0.0.1", "203.0.113.9"]));
    assert_eq!(event.get("related.hosts"), &json!(["web01"]));
    assert_eq!(event.get("related.user"), &json!(["joe"]));
}

#[test]
fn keys_forged_in_a_quoted_line_are_text_of_it() {
    let event = document(&agent_event(
        "3002795",
        "cn1=1 dvchost=web01 fname=Security msg=user said act=Log src=8.8.8.8 dvchost=evil cn1=9",
    ));
    assert_eq!(event.text("event.original"), "user said act=Log src=8.8.8.8 dvchost=evil cn1=9");
    assert_eq!((event.text("host.id"), event.text("observer.hostname")), ("1", "web01"));
    assert!(event.text("event.action") == "rule-matched" && !event.has("source.ip"));
}

#[test]
fn the_tenant_that_deep_security_writes_behind_a_quoted_line_counts_and_not_one_in_it() {
    let tail = "TrendMicroDsTenant=Primary TrendMicroDsTenantId=0";
    let message =
        |msg: &str| format!("CEF:0|Trend Micro|Deep Security Manager|20|600|n|3|suser=a msg={msg} {tail}");
    for msg in [
        "TrendMicroDsTenant=evil",
        "x TrendMicroDsTenant=evil act=y",
        "TrendMicroDsTenantId=9 TrendMicroDsTenant=evil",
    ] {
        let event = document(&message(msg));
        assert_eq!(event.text("deepsecurity.TrendMicroDsTenant"), "Primary", "{msg}");
        assert_eq!(event.text("deepsecurity.TrendMicroDsTenantId"), "0", "{msg}");
        assert_eq!(event.text("event.original"), msg);
    }
    // Where the tenant stands before the message, as agents write it, one behind it is text.
    let event =
        document(&agent_event("3002795", "TrendMicroDsTenant=Primary msg=said TrendMicroDsTenant=evil"));
    assert_eq!(event.text("deepsecurity.TrendMicroDsTenant"), "Primary");
    assert_eq!(event.text("event.original"), "said TrendMicroDsTenant=evil");
}

#[test]
fn a_header_quoted_in_a_message_is_text_of_it() {
    let msg = r#"He wrote CEF:0|Trend Micro|Deep Security Agent|1|6002100|n|3|act=Deny and "left""#;
    let event = document(&agent_event("3002795", &format!("fname=Security msg={msg}")));
    assert_eq!(event.text("event.original"), msg);
    assert_eq!(event.text("event.provider"), "log_inspection");
}

#[test]
fn the_first_of_a_repeated_key_counts_and_all_are_kept() {
    let loaded = load_bytes(
        plan(),
        &fluentd_line(&agent_event("21", "src=198.51.100.4 src=8.8.8.8 dpt=80 dpt=443 dpt=8080")),
    );
    let event = &loaded.documents[0];
    assert_eq!((event.text("source.ip"), event.get("destination.port")), ("198.51.100.4", &json!(80)));
    assert_eq!(event.get("deepsecurity.src"), &json!(["198.51.100.4", "8.8.8.8"]));
    assert_eq!(event.get("deepsecurity.dpt"), &json!(["80", "443", "8080"]));
    assert_eq!(loaded.account.problems.count(Problem::RepeatedKey), 1);
}

#[test]
fn a_repetition_is_counted_among_any_number_of_keys() {
    let repeated = |extension: &str| {
        let loaded = load_bytes(plan(), &fluentd_line(&agent_event("21", extension)));
        loaded.account.problems.count(Problem::RepeatedKey)
    };
    assert_eq!(repeated("act=1 Act=2 TrendMicroDsTenant=3 TrendMicroDsTenants=4"), 0);
    for count in [2, 30, 128, 129, 1000] {
        let distinct: String = (0..count).map(|n| format!("k{n}= ")).collect();
        assert_eq!(repeated(&distinct), 0, "{count}");
        assert_eq!(repeated(&format!("{distinct}k1=")), 1, "{count}");
        assert_eq!(repeated(&format!("{distinct}k{}=", count - 1)), 1, "{count}");
    }
}

#[test]
fn a_hundred_equal_keys_lose_none_of_their_first_hundred_values() {
    let many: String = (0..300).map(|n| format!(" foo={n}")).collect();
    let loaded = load_bytes(plan(), &fluentd_line(&agent_event("21", &many)));
    let event = &loaded.documents[0];
    assert_eq!(event.get("deepsecurity.extra.foo").as_array().unwrap().len(), 100);
    assert!(event.text("deepsecurity.unparsed").starts_with("foo=100 foo=101"));
    assert_eq!(loaded.account.problems.count(Problem::TooManyKeys), 200);
}

// Packets.

fn packet(payload: &[u8]) -> Document {
    document(&packet_event("10.0.3.77", payload))
}

#[test]
fn a_request_for_what_is_no_text_is_a_request_all_the_same() {
    let event = packet(
        b"GET /..\xc0\xaf../etc/passwd HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n",
    );
    assert_eq!((event.text("http.request.method"), event.text("url.domain")), ("GET", "a.example"));
    assert_eq!(event.text("source.ip"), "203.0.113.9");
    assert!(!packet(b"AAA\xff\xfe\n").has("http.request.method"));
}

#[test]
fn a_request_gives_method_url_agent_and_referrer() {
    let event = packet(b"POST /a/b?q=1&r=<x>#f HTTP/1.1\r\nHost: App.example.com:8080\r\nUser-Agent: curl/8\r\nReferer: https://r.example/\r\n\r\nbody");
    assert_eq!(event.text("http.request.method"), "POST");
    assert_eq!(event.text("url.original"), "/a/b?q=1&r=<x>#f");
    assert_eq!(event.get("url")["path"], "/a/b");
    assert_eq!(event.get("url")["query"], "q=1&r=<x>");
    assert_eq!(event.get("url")["fragment"], "f");
    assert_eq!(event.get("url")["domain"], "App.example.com");
    assert_eq!(event.get("url")["port"], 8080);
    assert_eq!(event.text("user_agent.original"), "curl/8");
    assert_eq!(event.text("http.request.referrer"), "https://r.example/");
    assert!(event.get("related.hosts").as_array().unwrap().contains(&json!("App.example.com")));
}

#[test]
fn a_request_of_a_proxy_or_a_cut_one_is_a_request() {
    let proxy = packet(b"GET http://u@evil.example:81/x HTTP/1.1\r\nHost: other.example\r\n\r\n");
    assert_eq!((proxy.text("url.domain"), proxy.get("url.port")), ("evil.example", &json!(81)));
    let connect = packet(b"CONNECT evil.example:443 HTTP/1.1\r\n\r\n");
    assert_eq!((connect.text("url.domain"), connect.get("url.port")), ("evil.example", &json!(443)));
    let cut = packet(b"GET /s?");
    assert_eq!((cut.text("url.original"), cut.text("url.path")), ("/s?", "/s"));
    for odd in ["PROPFIND / HTTP/1.1\r\n", "QWERTY / HTTP/1.1\r\n"] {
        assert!(packet(odd.as_bytes()).has("http.request.method"), "{odd}");
    }
    for none in ["get / http/1.1\r\n", "HELLO world", "GET", "GET  "] {
        assert!(!packet(none.as_bytes()).has("http.request.method"), "{none}");
    }
}

#[test]
fn base64_is_decoded_wherever_it_is_cut() {
    let whole = STANDARD.encode("GET /path HTTP/1.1\r\nHost: app.example.com\r\n\r\n");
    for length in 8..=whole.trim_end_matches('=').len() {
        let data = whole.get(..length).unwrap();
        let event = document(&agent_event("1000552", &format!("act=Reset TrendMicroDsPacketData={data}")));
        assert!(event.text("deepsecurity.TrendMicroDsPacketData").starts_with("GET /"), "{data}");
    }
    for tail in ["", "=", "\\=", "\\=\\=", "\\"] {
        let event =
            document(&agent_event("1000552", &format!("TrendMicroDsPacketData=R0VUIC8{tail} act=Reset")));
        assert_eq!(event.text("deepsecurity.TrendMicroDsPacketData"), "GET /", "{tail}");
    }
}

#[test]
fn binary_stays_base64_and_words_stay_words() {
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(packet(&bytes).text("deepsecurity.TrendMicroDsPacketData"), STANDARD.encode(&bytes));
    let loaded =
        load_bytes(plan(), &fluentd_line(&agent_event("1000552", "TrendMicroDsPacketData=(not recorded)")));
    assert_eq!(loaded.documents[0].text("deepsecurity.TrendMicroDsPacketData"), "(not recorded)");
    assert_eq!(loaded.account.problems.count(Problem::PacketNotBase64), 1);
}

#[test]
fn a_damaged_payload_is_shown_up_to_the_damage() {
    let front = STANDARD.encode("GET /a HTTP/1.1\r\nCookie: s=1\r\n").trim_end_matches('=').to_owned();
    let back = STANDARD.encode("Cookie: sid=topsecret\r\n");
    let event =
        document(&agent_event("1000552", &format!("TrendMicroDsPacketData={front}?{back} act=Reset")));
    assert_eq!(
        event.text("deepsecurity.TrendMicroDsPacketData"),
        "GET /a HTTP/1.1\r\nCookie: [redacted]\r\n…[cut]"
    );
}

#[test]
fn a_payload_in_quotes_is_decoded() {
    let event =
        document(&agent_event("1000552", "TrendMicroDsPacketData=\"R0VUIC8gSFRUUC8xLjENCg0K\" cnt=3"));
    assert_eq!(event.text("http.request.method"), "GET");
    assert_eq!(event.text("deepsecurity.TrendMicroDsPacketData"), "GET / HTTP/1.1\r\n\r\n");
    assert!(event.text("@message").ends_with("TrendMicroDsPacketData=\"[cut]\" cnt=3"), "{}", event.json);
}

#[test]
fn each_packet_of_an_event_is_decoded() {
    let data = |n: usize| {
        STANDARD.encode(format!("GET /{n} HTTP/1.1\r\nCookie: sid=topsecret\r\n\r\n")).replace('=', "\\=")
    };
    let extension: String = (0..20).map(|n| format!("TrendMicroDsPacketData={} ", data(n))).collect();
    let event = document(&agent_event("1000552", &extension));
    let packets = event.get("deepsecurity.TrendMicroDsPacketData").as_array().unwrap();
    assert_eq!(packets.len(), 20);
    assert!(packets.iter().all(|packet| packet.as_str().unwrap().contains("Cookie: [redacted]")));
    assert_eq!(event.text("@message").matches("[cut]").count(), 20);
    assert_eq!(event.text("url.original"), "/0");
}

#[test]
fn a_packet_quoted_in_a_log_line_is_no_request() {
    let data = STANDARD.encode("GET /forged HTTP/1.1\r\nHost: forged.example\r\n\r\n");
    let event = document(&agent_event("3002795", &format!("msg=x TrendMicroDsPacketData={data}")));
    assert!(!event.has("url") && !event.has("http"), "{}", event.json);
}

fn forwarded(settings: &str, peer: &str, lines: &[&str]) -> Document {
    let headers: String = lines.iter().map(|line| format!("X-Forwarded-For: {line}\r\n")).collect();
    let payload = format!("GET / HTTP/1.1\r\n{headers}\r\n");
    document_by(&plan_with(settings), &packet_event(peer, payload.as_bytes()))
}

#[test]
fn behind_a_trusted_proxy_the_right_most_stranger_is_the_client() {
    for (lines, client) in [
        (&["203.0.113.181"][..], "203.0.113.181"),
        (&["8.8.8.8, 1.1.1.1, 203.0.113.181"], "203.0.113.181"),
        (&["203.0.113.181, 10.1.2.3, 192.168.0.1"], "203.0.113.181"),
        (&["8.8.8.8", "203.0.113.181", "10.1.2.3"], "203.0.113.181"),
        (&["\"[2001:db8::7]:1234\""], "2001:db8::7"),
        (&["203.0.113.5:8080"], "203.0.113.5"),
        (&["::ffff:203.0.113.5"], "203.0.113.5"),
        (&["unknown, 203.0.113.5"], "203.0.113.5"),
    ] {
        let event = forwarded("", "10.0.3.77", lines);
        assert_eq!(event.text("source.ip"), client, "{lines:?}");
        assert_eq!(event.text("source.address"), "10.0.3.77");
        let related = event.get("related.ip").as_array().unwrap();
        assert!(related.contains(&json!(client)) && related.contains(&json!("10.0.3.77")));
    }
}

#[test]
fn more_forged_addresses_than_are_looked_at_do_not_hide_the_client() {
    let forged: Vec<String> = (0..250).map(|n| format!("9.9.9.{n}")).collect();
    let event = forwarded("", "10.0.3.77", &[&forged.join(", "), "203.0.113.181"]);
    assert_eq!(event.text("source.ip"), "203.0.113.181");
}

#[test]
fn an_untrusted_peer_is_the_source_whatever_it_says() {
    let event = forwarded("", "203.0.113.200", &["198.51.100.23"]);
    assert_eq!(event.text("source.ip"), "203.0.113.200");
    assert_eq!(event.text("source.address"), "203.0.113.200");
    assert_eq!(event.get("related.ip"), &json!(["203.0.113.200", "10.0.0.5"]));
}

#[test]
fn what_stands_left_of_no_address_is_not_believed() {
    let event = forwarded("", "10.0.3.77", &["8.8.8.8, unknown, 10.9.9.9"]);
    assert_eq!(event.text("source.ip"), "10.0.3.77");
}

#[test]
fn trusted_proxies_of_user_ini_take_the_place_of_the_private_ranges() {
    let settings = "trusted_proxies = 198.51.100.0/24";
    assert_eq!(forwarded(settings, "198.51.100.7", &["203.0.113.5, 10.0.0.9"]).text("source.ip"), "10.0.0.9");
    assert_eq!(forwarded(settings, "10.0.3.77", &["203.0.113.5"]).text("source.ip"), "10.0.3.77");
}

#[test]
fn half_an_address_at_the_cut_is_no_address_and_half_a_host_no_host() {
    let event = packet(b"GET / HTTP/1.1\r\nX-Forwarded-For: 203.0.113.1");
    assert_eq!(event.text("source.ip"), "10.0.3.77");
    let event = packet(b"GET / HTTP/1.1\r\nHost: app.exam");
    assert!(!event.has("url.domain"), "{}", event.json);
}

// Secrets.

fn secret_headers() -> Vec<String> {
    let log_type: &LogType = plan().log_type();
    assert!(log_type.redact_headers.len() >= 8);
    log_type.redact_headers.clone()
}

#[test]
fn the_test_of_secrets_finds_them() {
    for filler in ["", "a", "ab"] {
        let encoded = STANDARD.encode(format!("{filler}Cookie: 0123456789abcdef0123456789abcdef\r\n"));
        assert!(tells(&encoded, "0123456789abcdef0123456789abcdef"), "{filler}");
    }
}

fn letter_case(name: &str, upper: &[bool]) -> String {
    name.chars()
        .zip(upper.iter().cycle())
        .map(|(c, upper)| if *upper { c.to_ascii_uppercase() } else { c })
        .collect()
}

/// A place in a payload where a secret header stands, with how it is written.
fn payload() -> impl Strategy<Value = (Vec<u8>, String)> {
    let start = prop_oneof![
        Just(b"GET /a?b=c HTTP/1.1\r\nHost: app.example.com\r\n".to_vec()),
        Just(b"HTTP/1.1 200 OK\r\nServer: nginx\r\n".to_vec()),
        Just(Vec::new()),
        Just(b"Accept: */*\r\n".to_vec()),
        // Another protocol's bytes, the last of them not a letter of the name's.
        (proptest::collection::vec(any::<u8>(), 0..24), 0x80_u8..).prop_map(|(mut junk, last)| {
            junk.push(last);
            junk
        }),
        (
            proptest::collection::vec(any::<u8>(), 0..12),
            0_u8..8,
            proptest::collection::vec(any::<u8>(), 0..12)
        )
            .prop_map(|(front, control, back)| [front, vec![control], back].concat()),
    ];
    let header = (
        proptest::sample::select(secret_headers()),
        proptest::collection::vec(any::<bool>(), 5),
        proptest::sample::select(vec![":", ": ", " : ", ":\t"]),
    );
    let value = (
        proptest::sample::select(vec!["", "Bearer ", "sid=", "a=b; sid=", "Basic "]),
        proptest::sample::select(vec!["", "\r\n ", "\r\n\t", "\n "]),
        "[0-9a-f]{32}",
    );
    let end = prop_oneof![
        Just(""),
        Just("\r\n"),
        Just("; x=y\r\nA: b\r\n\r\n"),
        Just("\n"),
        Just("\r\n\r\n\u{1}\u{2}")
    ];
    (start, header, value, end).prop_map(|(start, (name, upper, colon), (scheme, fold, secret), end)| {
        let header = [&letter_case(&name, &upper), colon, scheme, fold, &secret, end].concat();
        ([start, header.into_bytes()].concat(), secret)
    })
}

proptest! {
    #![proptest_config(crate::cases(160))]

    #[test]
    fn no_secret_header_of_a_packet_is_in_the_document(
        (payload, secret) in payload(),
        cut in 0_usize..60,
        module in proptest::sample::select(vec!["1000552", "21", "3002795", "9999999"]),
        product in proptest::sample::select(vec!["Deep Security Agent", "Deep Security Manager", "Deep Sec"]),
        place in 0_usize..6,
    ) {
        let data = STANDARD.encode(&payload).replace('=', "\\=");
        let data = data.get(..data.len().saturating_sub(cut)).unwrap_or_default();
        let header = format!("Nov 22 15:08:33 h CEF: 0|Trend Micro|{product}|20|{module}|n|6|");
        let message = match place {
            0 => format!("{header}src=10.0.0.1 TrendMicroDsPacketData={data}"),
            1 => format!("{header}TrendMicroDsPacketData={data} act=Reset TrendMicroDsTenant=x"),
            2 => format!("{header}msg=a b=c TrendMicroDsPacketData={data}"),
            3 => format!("CEF: 0|Trend Micro|{product}|TrendMicroDsPacketData={data} x"),
            4 => format!("no header TrendMicroDsPacketData={data} x"),
            _ => format!("LEEF: 2.0|Trend Micro|{product}|20|{module}|cat=x#011TrendMicroDsPacketData={data}#011act=Reset"),
        };
        let loaded = load_bytes(plan(), &fluentd_line(&message));
        let text = String::from_utf8(loaded.ndjson).unwrap();
        // The id is a hash; it can hold no secret of that length.
        prop_assert!(!tells(&text, &secret), "{secret} in {text} of {:?}", String::from_utf8_lossy(&payload));
    }
}

#[test]
fn the_whole_line_is_kept_where_user_ini_wants_it_so() {
    let message = packet_event("10.0.3.77", b"GET / HTTP/1.1\r\nCookie: sid=0123456789abcdef\r\n\r\n");
    let event = document_by(&plan_with("raw_message = full"), &message);
    assert_eq!(event.text("@message"), message);
    assert!(!event.text("deepsecurity.TrendMicroDsPacketData").contains("0123456789abcdef"));
}

#[test]
fn other_headers_can_be_redacted_and_a_header_whose_name_only_ends_alike_stays() {
    let payload = b"GET / HTTP/1.1\r\nX-My-Cookie: theme=dark\r\nX-Secret: abc\r\nCookie: sid=1\r\n\r\n";
    let shipped = packet(payload);
    let shown = shipped.text("deepsecurity.TrendMicroDsPacketData");
    assert!(shown.contains("X-My-Cookie: theme=dark") && shown.contains("X-Secret: abc"));
    assert!(shown.contains("Cookie: [redacted]"));
    let own = document_by(&plan_with("redact_headers = x-secret"), &packet_event("10.0.3.77", payload));
    let shown = own.text("deepsecurity.TrendMicroDsPacketData");
    assert!(shown.contains("X-Secret: [redacted]") && shown.contains("Cookie: sid=1"));
}

#[test]
fn a_payload_that_begins_inside_of_a_header_loses_its_rest() {
    for rest in [
        "ession=0123456789abcdef; theme=dark\r\nAccept: */*\r\n",
        "okie: sid=0123456789abcdef",
        "sid=0123456789abcdef\r\n\r\nbody",
    ] {
        let shown = packet(rest.as_bytes());
        assert!(!shown.json.contains("0123456789abcdef"), "{rest}: {}", shown.json);
    }
    for kept in [
        "n/../../etc/passwd HTTP/1.1\r\nHost: a.example\r\n",
        "Accept: */*\r\nHost: a.example\r\n",
        "q=<script>alert(1)</script>",
        "<b>x</b>\r\n--boundary\r\n",
    ] {
        assert_eq!(packet(kept.as_bytes()).text("deepsecurity.TrendMicroDsPacketData"), kept);
    }
}
