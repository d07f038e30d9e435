//! What keys and packets of each module become: fields of ECS where it has one, typed fields under the prefix elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use es_loader::document::problem::Problem;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::strict::check_document;
use crate::support::{Document, agent_event, document, fluentd_line, load_bytes, plan};

fn manager_event(id: &str, name: &str, extension: &str) -> String {
    format!("Nov 22 15:08:33 h CEF: 0|Trend Micro|Deep Security Manager|20.0.560|{id}|{name}|3|{extension}")
}

// Networks.

/// The examples that the specification's own implementations publish, seed 0.
#[test]
fn a_flow_has_its_community_id_in_both_directions() {
    for (protocol, one, other, id) in [
        ("TCP", ("128.232.110.120", 34855), ("66.35.250.204", 80), "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
        ("6", ("128.232.110.120", 34855), ("66.35.250.204", 80), "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
        ("UDP", ("192.168.1.52", 54585), ("8.8.8.8", 53), "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
        ("132", ("192.168.170.8", 7), ("192.168.170.56", 80), "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ="),
        ("SCTP", ("192.168.170.8", 7), ("192.168.170.56", 7), "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="),
        (
            "TCP",
            ("2001:470:e5bf:dead:4957:2174:e82c:4887", 63943),
            ("2607:f8b0:400c:c03:0:0:0:1a", 25),
            "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
        ),
    ] {
        for ((src, spt), (dst, dpt)) in [(one, other), (other, one)] {
            let extension = format!("src={src} dst={dst} proto={protocol} spt={spt} dpt={dpt}");
            let event = document(&agent_event("21", &extension));
            assert_eq!(event.text("network.community_id"), id, "{extension}");
        }
    }
}

#[test]
fn an_icmp_message_and_its_answer_are_one_flow() {
    let id = |proto: &str, src: &str, dst: &str, message: &str| {
        let extension = format!(
            "src={src} dst={dst} proto={proto} spt=0 dpt=0 cs4={message} cs4Label=ICMP Type and Code"
        );
        document(&agent_event("21", &extension)).text("network.community_id").to_owned()
    };
    assert_eq!(id("ICMP", "192.168.0.89", "192.168.0.1", "8 0"), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
    assert_eq!(id("ICMP", "192.168.0.1", "192.168.0.89", "0 0"), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
    assert_eq!(
        id("ICMPv6", "fe80::260:97ff:fe07:69ea", "ff02::1", "134 0"),
        "1:pkvHqCL88/tg1k4cPigmZXUtL00="
    );
    assert_eq!(
        id("58", "3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:507:0:1:260:97ff:fe07:69ea", "3 0"),
        "1:/OGBt9BN1ofenrmSPWYicpij2Vc="
    );
}

#[test]
fn a_flow_that_is_not_known_whole_has_no_community_id() {
    for extension in [
        "src=1.2.3.4 dst=10.0.0.5 proto=TCP spt=1",
        "src=1.2.3.4 dst=10.0.0.5 proto=UDP spt=0 dpt=0",
        "src=1.2.3.4 dst=10.0.0.5 proto=ICMP spt=0 dpt=0",
        "src=1.2.3.4 dst=10.0.0.5 spt=1 dpt=2",
        "src=1.2.3.4 dst=fe80:0:0:0:0:0:0:1 proto=TCP spt=1 dpt=2",
        "src=1.2.3.4 proto=TCP spt=1 dpt=2",
    ] {
        assert!(!document(&agent_event("21", extension)).has("network.community_id"), "{extension}");
    }
    // A Log Inspection event is about no packet.
    let extension = "src=1.2.3.4 dst=10.0.0.5 proto=TCP spt=1 dpt=2";
    assert!(!document(&agent_event("3002795", extension)).has("network.community_id"));
}

#[test]
fn the_flow_behind_a_proxy_is_the_proxy_s() {
    let flow = "dst=66.35.250.204 proto=TCP spt=34855 dpt=80";
    let payload =
        STANDARD.encode("GET / HTTP/1.1\r\nX-Forwarded-For: 203.0.113.5\r\n\r\n").replace('=', "\\=");
    let direct = document(&agent_event("1000552", &format!("src=10.0.3.77 {flow}")));
    let event =
        document(&agent_event("1000552", &format!("src=10.0.3.77 {flow} TrendMicroDsPacketData={payload}")));
    assert_eq!(event.text("source.ip"), "203.0.113.5");
    assert_eq!(event.get("network.community_id"), direct.get("network.community_id"));
}

#[test]
fn numbers_out_of_range_are_kept_as_text_and_counted() {
    let extension =
        "spt=-1 dpt=70000 in=-5 cnt=-2 proto=N/A src=1.2.3.4 dst=10.0.0.5 cs4=8 cs4Label=ICMP Type and Code";
    let loaded = load_bytes(plan(), &fluentd_line(&agent_event("21", extension)));
    let event = &loaded.documents[0];
    for (key, text) in
        [("spt", "-1"), ("dpt", "70000"), ("in", "-5"), ("cnt", "-2"), ("proto", "N/A"), ("cs4", "8")]
    {
        assert_eq!(event.text(&format!("deepsecurity.{key}")), text);
    }
    for field in [
        "source.port",
        "destination.port",
        "source.bytes",
        "event.count",
        "network.transport",
        "network.direction",
        "network.bytes",
    ] {
        assert!(!event.has(field), "{field}: {}", event.json);
    }
    assert_eq!(loaded.account.problems.count(Problem::ValueDoesNotFit), 6);
    let size = document(&agent_event("6001200", "fsize=-20 repeatCount=-1"));
    assert_eq!((size.text("deepsecurity.fsize"), size.text("deepsecurity.repeatCount")), ("-20", "-1"));
}

#[test]
fn a_protocol_without_ports_has_none_and_one_with_ports_keeps_zero() {
    let icmp = document(&agent_event("21", "proto=ICMP spt=0 dpt=0 src=1.2.3.4 dst=10.0.0.5"));
    assert!(!icmp.has("source.port") && !icmp.has("destination.port") && !icmp.has("deepsecurity.spt"));
    let udp = document(&agent_event("21", "proto=UDP spt=0 dpt=0"));
    assert_eq!((udp.get("source.port"), udp.get("destination.port")), (&json!(0), &json!(0)));
}

#[test]
fn protocols_have_their_iana_keywords() {
    for (written, keyword) in
        [("TCP", "tcp"), ("ICMPv6", "ipv6-icmp"), ("IGMP", "igmp"), ("58", "ipv6-icmp"), ("89", "ospf")]
    {
        assert_eq!(
            document(&agent_event("21", &format!("proto={written}"))).text("network.transport"),
            keyword
        );
    }
}

#[test]
fn flags_are_lists_bytes_are_summed_and_frames_without_addresses_have_a_type() {
    let event = document(&agent_event(
        "21",
        "in=100 out=0 cs2=0x00 ACK PSH cs2Label=TCP Flags cs3=DF MF cs3Label=Fragmentation Bits cs4=11 0 cs4Label=ICMP Type and Code TrendMicroDsFrameType=ARP",
    ));
    assert_eq!(event.get("deepsecurity.tcp_flags"), &json!(["0x00", "ACK", "PSH"]));
    assert_eq!(event.get("deepsecurity.fragmentation_bits"), &json!(["DF", "MF"]));
    assert_eq!(
        (event.get("deepsecurity.icmp_type"), event.get("deepsecurity.icmp_code")),
        (&json!(11), &json!(0))
    );
    assert_eq!(event.get("network.bytes"), &json!(100));
    assert_eq!((event.text("network.direction"), event.text("network.type")), ("ingress", "arp"));
}

// Modules.

#[test]
fn a_sign_in_tells_who_tried_from_where_and_whether_it_worked() {
    let failed = document(&manager_event(
        "160",
        "Authentication Failed",
        "src=192.168.1.20 suser=System target=MasterAdmin msg=User password incorrect for username 'x from 6.6.6.6' on an attempt to sign in from 172.20.4.1",
    ));
    assert_eq!(failed.get("event.category"), &json!(["authentication"]));
    assert_eq!(failed.text("event.outcome"), "failure");
    assert_eq!(failed.text("user.name"), "MasterAdmin");
    assert_eq!(failed.get("related.user"), &json!(["MasterAdmin"]));
    assert_eq!((failed.text("source.ip"), failed.text("client.ip")), ("172.20.4.1", "172.20.4.1"));
    assert_eq!(failed.get("related.ip"), &json!(["172.20.4.1", "192.168.1.20"]));
    let done = document(&manager_event(
        "600",
        "User Signed In",
        "suser=ann target=ann msg=User signed in from 2001:db8::5",
    ));
    assert_eq!((done.text("event.outcome"), done.get("event.type")), ("success", &json!(["start"])));
    assert_eq!(done.text("client.ip"), "2001:db8::5");
    let ended = document(&manager_event("602", "User Timed Out", "suser=System target=ann"));
    assert_eq!(
        (ended.get("event.type"), ended.get("event.category")),
        (&json!(["end"]), &json!(["authentication"]))
    );
    // An agent's event of the same id is about packets.
    assert!(
        !document(&agent_event("600", "src=1.2.3.4"))
            .get("event.category")
            .to_string()
            .contains("authentication")
    );
}

#[test]
fn a_system_event_about_a_computer_is_found_by_its_name_and_address() {
    for target in ["Krill (192.168.1.4)", "Krill ((192.168.1.4))"] {
        let event = document(&manager_event(
            "740",
            "Agent Error",
            &format!("target={target} targetID=1 targetType=Host"),
        ));
        assert_eq!(event.text("deepsecurity.target"), target);
        assert_eq!(event.get("related.ip"), &json!(["192.168.1.4"]));
        assert!(event.get("related.hosts").as_array().unwrap().contains(&json!("Krill")));
        assert!(!event.has("user.target"));
    }
    let user = document(&manager_event("650", "User Created", "target=joe targetType=User"));
    assert_eq!(user.get("related.user"), &json!(["joe"]));
}

#[test]
fn spyware_has_its_codes_in_words() {
    let event = document(&agent_event(
        "4000012",
        "cs3=C:\\\\x.exe cs3Label=Infected Resource cs4=24 cs4Label=Resource Type cs5=75 cs5Label=Risk Level act=Pass",
    ));
    assert_eq!(event.text("deepsecurity.infected_resource"), "C:\\x.exe");
    assert_eq!(
        (event.text("deepsecurity.resource_type"), event.text("deepsecurity.resource_type_name")),
        ("24", "IE Downloaded Program Files")
    );
    assert_eq!(
        (event.get("deepsecurity.risk_level"), event.text("deepsecurity.risk_level_name")),
        (&json!(75), "high")
    );
    assert_eq!(event.text("deepsecurity.scan_type"), "scheduled");
    let other = document(&agent_event("4000010", "cs4=99 cs4Label=Resource Type"));
    assert_eq!(other.text("deepsecurity.resource_type_name"), "Other");
}

#[test]
fn a_label_says_what_a_value_is_whatever_the_module_and_the_number() {
    let event = document(&agent_event(
        "4000000",
        "cs1=75 cs1Label=Risk Level cs5=a | b | c cs5Label=Container cn3=9 cn3Label=Quarantine File Size",
    ));
    assert_eq!(event.get("deepsecurity.risk_level"), &json!(75));
    assert_eq!(event.text("container.image.name"), "a");
    assert_eq!(event.get("deepsecurity.quarantine_file_size"), &json!(9));
    assert!(!event.has("deepsecurity.cs1") && !event.has("deepsecurity.cs5"));
}

#[test]
fn a_container_is_its_parts_if_there_are_three() {
    let event = document(&agent_event("4000000", "cs6=Image:1.2 | name-1 | 0f3c cs6Label=Container"));
    assert_eq!(
        event.get("container"),
        &json!({"image": {"name": "Image:1.2"}, "name": "name-1", "id": "0f3c"})
    );
    for odd in ["a", "a | b", "a | b | c | d"] {
        let event = document(&agent_event("4000000", &format!("cs6={odd} cs6Label=Container")));
        assert_eq!(event.text("deepsecurity.container"), odd);
        assert!(!event.has("container"));
    }
}

#[test]
fn techniques_and_vulnerabilities_are_those_that_there_can_be() {
    let event = document(&agent_event(
        "4000030",
        "TrendMicroDsMitre=T1547.001, T1547.002;T1068 TrendMicroDsCve=CVE-2016-5195",
    ));
    assert_eq!(
        event.get("threat"),
        &json!({"framework": "MITRE ATT&CK", "technique": {"id": ["T1547", "T1068"], "subtechnique": {"id": ["T1547.001", "T1547.002"]}}})
    );
    assert_eq!(event.get("vulnerability"), &json!({"id": ["CVE-2016-5195"], "enumeration": "CVE"}));
    for (list, technique) in [
        ("TA0002", Value::Null),
        ("T1059,TA0002,TA0002", json!(["T1059"])),
        ("TA0002;T1059.004", json!(["T1059"])),
    ] {
        let tactic = document(&agent_event("4000030", &format!("TrendMicroDsMitre={list}")));
        assert_eq!(tactic.get("threat.tactic.id"), &json!(["TA0002"]), "{list}");
        assert_eq!(tactic.get("threat.technique.id"), &technique, "{list}");
        assert!(!tactic.has("deepsecurity.TrendMicroDsMitre"), "{list}");
    }
    let odd = load_bytes(plan(), &fluentd_line(&agent_event("4000030", "TrendMicroDsMitre=T1547,none")));
    assert_eq!(odd.documents[0].text("deepsecurity.TrendMicroDsMitre"), "T1547,none");
    assert_eq!(odd.documents[0].get("threat.technique.id"), &json!(["T1547"]));
    assert_eq!(odd.account.problems.count(Problem::ValueDoesNotFit), 1);
    let rule = document(
        &agent_event("1011466", "cs1=\"CVE-2022-30522\" cs1Label=DPI Note")
            .replace("A rule", "Two (CVE-2022-30522 and CVE-2021-44228, CVE-20x)"),
    );
    assert_eq!(rule.get("vulnerability.id"), &json!(["CVE-2022-30522", "CVE-2021-44228"]));
}

#[test]
fn the_techniques_in_a_rule_s_name_are_those_of_its_events() {
    let named = |id: &str, name: &str, pairs: &str| {
        document(&format!(
            "CEF:0|Trend Micro|Deep Security Agent|20.0|{id}|{name}|6|cn1=1 cn1Label=Host ID {pairs}"
        ))
    };
    for id in ["1009549", "2011144", "3002795"] {
        let event = named(id, "Detected RDP (ATT&CK T1015,T1547.001, TA0003) - 1", "act=Log");
        assert_eq!(event.get("threat.technique.id"), &json!(["T1015", "T1547"]), "{id}");
        assert_eq!(event.get("threat.technique.subtechnique.id"), &json!(["T1547.001"]));
        assert_eq!(event.get("threat.tactic.id"), &json!(["TA0003"]));
        assert_eq!(event.text("threat.framework"), "MITRE ATT&CK");
    }
    for (id, name) in [
        ("1009549", "About (ATT&CK T1015"),
        ("1009549", "About (ATT&CK in words)"),
        ("4000000", "Trojan (ATT&CK T1015)"),
        ("1009549", "T1015"),
    ] {
        assert!(!named(id, name, "act=Log").has("threat"), "{name}");
    }
}

#[test]
fn a_path_is_taken_apart_where_it_is_a_file_s() {
    for (path, folder, name, extension) in [
        ("C:\\\\Users\\\\a\\\\b.tar.gz", json!("C:\\Users\\a"), json!("b.tar.gz"), json!("gz")),
        ("/etc/passwd", json!("/etc"), json!("passwd"), Value::Null),
        ("/.profile", json!("/"), json!(".profile"), Value::Null),
        ("D:\\\\x(\\\\\\\\?\\\\D:\\\\inner\\\\y.exe)", json!("D:\\"), json!("x"), Value::Null),
        (
            "C:\\\\Program Files (x86)\\\\a\\\\file (1)",
            json!("C:\\Program Files (x86)\\a"),
            json!("file (1)"),
            Value::Null,
        ),
        ("/tmp/", json!("/tmp"), Value::Null, Value::Null),
        ("no separator.txt", Value::Null, Value::Null, Value::Null),
    ] {
        let event = document(&agent_event("4000000", &format!("act=Pass filePath={path}")));
        assert_eq!(event.get("file.directory"), &folder, "{path}");
        assert_eq!(event.get("file.name"), &name, "{path}");
        assert_eq!(event.get("file.extension"), &extension, "{path}");
    }
    let key = document(&agent_event("30", "act=updated filePath=HKLM\\\\Run msg=size, sha1"));
    assert_eq!(key.text("registry.path"), "HKLM\\Run");
    assert!(!key.has("file.name"));
    assert_eq!(key.get("deepsecurity.changed_attributes"), &json!(["size", "sha1"]));
}

#[test]
fn sentences_about_a_change_are_no_list_of_attributes() {
    for msg in [
        "Size changed from 1,024 to 2,048 bytes.",
        "sha1, and the time: 2026-11-22 00:00:00",
        "Permissions were changed",
    ] {
        let event = document(&agent_event("2002779", &format!("act=updated filePath=/etc/hosts msg={msg}")));
        assert_eq!(event.text("event.original"), msg);
        assert!(!event.has("deepsecurity.changed_attributes"), "{}", event.json);
    }
}

#[test]
fn the_item_of_a_spyware_event_is_its_file_where_it_is_one() {
    for (item, kind, path) in [
        (r"C:\\test\\spy.exe", "10", json!(r"C:\test\spy.exe")),
        (r"HKCU\\Software\\Spy", "11", Value::Null),
        ("tracker.example", "12", Value::Null),
        (r"C:\\a.exe filePath=C:\\b.exe", "10", json!(r"C:\b.exe")),
    ] {
        let pairs =
            format!("cs3={item} cs3Label=Infected Resource cs4={kind} cs4Label=Resource Type act=Clean");
        assert_eq!(document(&agent_event("4000010", &pairs)).get("file.path"), &path, "{item}");
    }
}

#[test]
fn devices_processes_and_reasons_have_fields_of_ecs() {
    let event = document(&agent_event(
        "7001200",
        "device=d processName=C:\\\\Windows\\\\explorer.exe fileName=E:\\\\plan.xlsx vendor=SanDisk Corp. serial=4C model=Cruzer computerName=DESK-7 domainName=corp.example deviceType=1 permission=2",
    ));
    assert_eq!(
        event.get("device"),
        &json!({"type": "usb", "vendor": {"name": "SanDisk Corp."}, "model": {"name": "Cruzer"}, "serial_number": "4C"})
    );
    assert_eq!(
        event.get("process"),
        &json!({"name": "explorer.exe", "executable": "C:\\Windows\\explorer.exe"})
    );
    let malware = "act=Pass result=Log TrendMicroDsProcess=bash TrendMicroDsProcessImagePath=/usr/bin/bash";
    let malware = document(&agent_event("4000020", malware));
    assert_eq!(malware.get("process"), &json!({"name": "bash", "executable": "/usr/bin/bash"}));
    assert!(!malware.has("deepsecurity.TrendMicroDsProcess"));
    assert_eq!(malware.text("deepsecurity.disposition"), "detected");
    assert_eq!(event.text("deepsecurity.permission_name"), "read-only");
    assert_eq!((event.text("host.hostname"), event.text("host.domain")), ("DESK-7", "corp.example"));
    let web = document(&agent_event("5000001", "request=a.example/x msg=Suspicious"));
    assert_eq!((web.text("event.reason"), web.text("deepsecurity.disposition")), ("Suspicious", "detected"));
}

#[test]
fn whether_it_was_blocked_is_one_field_for_all_modules() {
    for (id, extension, word) in [
        ("1000552", "act=Reset", json!("blocked")),
        ("1000552", "act=IDS:Reset", json!("detected")),
        ("1000552", "act=Detect Only: Reset", json!("detected")),
        ("4000000", "act=Quarantine", json!("blocked")),
        ("4000000", "act=Quarantine result=Quarantine failed", json!("detected")),
        ("4000000", "act=Quarantine result=Quarantine Failed (Scan Failed)", json!("detected")),
        ("4000000", "act=Quarantine result=Quarantined (Scan Failed)", json!("blocked")),
        ("4000000", "act=Clean result=Unable to clean", json!("detected")),
        ("4000000", "act=Delete result=Passed", json!("detected")),
        ("4000000", "act=Unspecified result=Deleted", json!("blocked")),
        ("4000000", "result=Access Denied", json!("blocked")),
        ("4000000", "act=Delete result=Another word", Value::Null),
        ("4000000", "act=Delete result=N/A", json!("blocked")),
        ("4000000", "act=Pass", json!("detected")),
        ("4000000", "act=Unspecified", Value::Null),
        ("5000000", "", json!("blocked")),
        ("5000001", "", json!("detected")),
        ("6002100", "", json!("blocked")),
        ("6001100", "", json!("detected")),
        ("6002100", "act=detectOnly", json!("detected")),
        ("7000000", "", json!("blocked")),
        ("30", "act=deleted", Value::Null),
        ("3002795", "", Value::Null),
    ] {
        let event = document(&agent_event(id, extension));
        assert_eq!(event.get("deepsecurity.disposition"), &word, "{id} {extension}");
    }
}

#[test]
fn an_address_in_the_place_of_a_name_is_a_related_address() {
    let event = document(&agent_event(
        "5000000",
        "dvchost=fe80:0:0:0:0:0:0:1 shost=10.0.0.7 request=http://[2001:db8::9]:81/x",
    ));
    let ips = event.get("related.ip").as_array().unwrap();
    for ip in ["fe80::1", "10.0.0.7", "2001:db8::9"] {
        assert!(ips.contains(&json!(ip)), "{ip}: {}", event.json);
    }
    assert!(!event.has("related.hosts"), "{}", event.json);
}

// Packets.

fn packet(extension: &str, payload: &[u8]) -> Document {
    let data = STANDARD.encode(payload).replace('=', "\\=");
    document(&agent_event("1000552", &format!("{extension} TrendMicroDsPacketData={data}")))
}

/// A ClientHello that asks for `name`, with an extension before it.
fn client_hello(name: &str) -> Vec<u8> {
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap().to_be_bytes().to_vec();
    let with_length = |bytes: Vec<u8>| [length(&bytes), bytes].concat();
    let names = with_length([vec![0], with_length(name.as_bytes().to_vec())].concat());
    let extensions = [vec![0, 23, 0, 0, 0, 0], with_length(names), vec![0, 43, 0, 3, 2, 3, 4]].concat();
    let body = [
        vec![3, 3],
        vec![7; 32],
        vec![4, 1, 2, 3, 4],
        with_length(vec![0x13, 1, 0x13, 2]),
        vec![1, 0],
        with_length(extensions),
    ]
    .concat();
    let message = [vec![1, 0], length(&body), body].concat();
    [vec![22, 3, 1], with_length(message)].concat()
}

#[test]
fn a_tls_client_tells_which_server_it_wants_unless_the_name_is_cut() {
    let hello = client_hello("app.example.com");
    let event = packet("proto=TCP dpt=443", &hello);
    assert_eq!(event.text("tls.client.server_name"), "app.example.com");
    assert_eq!(event.text("network.protocol"), "tls");
    assert!(event.get("related.hosts").as_array().unwrap().contains(&json!("app.example.com")));
    let end = hello.windows(15).position(|window| window == b"app.example.com").unwrap() + 15;
    for cut in 0..hello.len() {
        let event = packet("proto=TCP dpt=443", &hello[..cut]);
        assert_eq!(event.has("tls.client.server_name"), cut >= end, "{cut}");
    }
    assert!(!packet("proto=TCP", &client_hello("evil\"name")).has("tls"));
}

/// A DNS message with one question.
fn dns(flags: u16, labels: &[&[u8]], kind: u16) -> Vec<u8> {
    let mut message = [&[0x3d, 0x46][..], &flags.to_be_bytes(), &[0, 1, 0, 0, 0, 0, 0, 0]].concat();
    for label in labels {
        message.push(u8::try_from(label.len()).unwrap());
        message.extend_from_slice(label);
    }
    message.push(0);
    message.extend_from_slice(&kind.to_be_bytes());
    message.extend_from_slice(&[0, 1]);
    message
}

#[test]
fn a_dns_message_tells_what_was_asked() {
    let message = dns(0x8183, &[b"wpad", b"test", b"local"], 28);
    let event = packet("proto=UDP spt=53 dpt=4000", &message);
    assert_eq!(
        event.get("dns"),
        &json!({"type": "answer", "question": {"name": "wpad.test.local", "type": "AAAA"}})
    );
    assert_eq!(event.text("network.protocol"), "dns");
    assert!(event.get("related.hosts").as_array().unwrap().contains(&json!("wpad.test.local")));
    let root = packet("proto=UDP spt=4000 dpt=53", &dns(0x0100, &[], 2));
    assert_eq!(root.get("dns"), &json!({"type": "query", "question": {"name": ".", "type": "NS"}}));
    for (extension, message) in [
        ("proto=UDP spt=1 dpt=2", message.clone()),
        ("proto=TCP spt=53 dpt=2", message.clone()),
        ("proto=UDP spt=53 dpt=2", message[..14].to_vec()),
        ("proto=UDP spt=53 dpt=2", dns(0, &[b"a\x01b"], 1)),
        ("proto=UDP spt=53 dpt=2", dns(0, &[b"a.b"], 1)),
    ] {
        assert!(!packet(extension, &message).has("dns"), "{extension} {message:?}");
    }
}

/// An IPv4 packet with TCP between the two ends of the event.
fn tcp_packet(source: [u8; 4], destination: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(40 + payload.len()).unwrap().to_be_bytes();
    let ip = [&[0x45, 0][..], &length, &[0, 1, 0x40, 0, 64, 6, 0, 0], &source, &destination].concat();
    let tcp = [&[0xd3, 0x28, 0, 80][..], &[1; 8], &[0x50, 0x18, 1, 0, 0, 0, 0, 0]].concat();
    [&ip[..], &tcp, payload].concat()
}

#[test]
fn a_whole_ip_packet_is_looked_into() {
    let request = b"GET /deep?q=1 HTTP/1.1\r\nHost: a.example\r\nCookie: sid=0123456789abcdef\r\n\r\n";
    let bytes = tcp_packet([203, 0, 113, 9], [10, 0, 0, 5], request);
    let event = packet("src=203.0.113.9 dst=10.0.0.5 proto=TCP spt=54056 dpt=80", &bytes);
    assert_eq!((event.text("url.path"), event.text("url.domain")), ("/deep", "a.example"));
    assert!(event.text("deepsecurity.TrendMicroDsPacketData").contains("Cookie: [redacted]"));
    assert!(!event.json.contains("0123456789abcdef"));
    // A packet between others is not this event's.
    let other = packet("src=203.0.113.9 dst=10.0.0.6 proto=TCP", &bytes);
    assert!(!other.has("url"), "{}", other.json);
    let tls = tcp_packet([203, 0, 113, 9], [10, 0, 0, 5], &client_hello("b.example"));
    assert_eq!(packet("src=203.0.113.9 dst=10.0.0.5", &tls).text("tls.client.server_name"), "b.example");
}

#[test]
fn a_frame_of_ethernet_is_looked_into() {
    let request = b"GET /deep?q=1 HTTP/1.1\r\nHost: a.example\r\nCookie: sid=0123456789abcdef\r\n\r\n";
    let ip = tcp_packet([203, 0, 113, 9], [10, 0, 0, 5], request);
    let addresses = [0, 0x50, 0x56, 0xf5, 0x7f, 0x47, 0, 0x0c, 0x29, 0xeb, 0x35, 0xde];
    for kind in [&[8, 0][..], &[0x81, 0, 0, 5, 8, 0], &[0x88, 0xa8, 0, 1, 0x81, 0, 0, 5, 8, 0]] {
        let frame = [&addresses[..], kind, &ip].concat();
        let event = packet("src=203.0.113.9 dst=10.0.0.5 proto=TCP spt=54056 dpt=80", &frame);
        assert_eq!((event.text("url.path"), event.text("url.domain")), ("/deep", "a.example"));
        assert!(event.text("deepsecurity.TrendMicroDsPacketData").starts_with("GET /deep"));
        assert!(!event.json.contains("0123456789abcdef"));
        let other = packet("src=203.0.113.9 dst=10.0.0.6 proto=TCP", &frame);
        assert!(!other.has("url"), "{}", other.json);
    }
    for kind in [&[8, 6][..], &[0x81, 0], &[0x81, 0, 0, 5], &[]] {
        let frame = [&addresses[..], kind].concat();
        assert!(!packet("src=203.0.113.9 dst=10.0.0.5", &frame).has("url"));
    }
}

#[test]
fn a_response_tells_its_status() {
    let event = packet("out=5", b"HTTP/1.1 404 Not Found\r\nServer: x\r\n\r\n");
    assert_eq!((event.get("http.response.status_code"), event.text("http.version")), (&json!(404), "1.1"));
    assert_eq!(packet("in=5", b"GET / HTTP/2.0\r\n\r\n").text("http.version"), "2.0");
    assert!(!packet("out=5", b"HTTP/1.1 abc\r\n").has("http.response"));
}

#[test]
fn a_payload_that_a_message_quotes_is_cut_out_however_it_is_escaped() {
    let secret = "0123456789abcdef0123456789abcdef";
    let data = STANDARD.encode(format!("GET / HTTP/1.1\r\nCookie: s={secret}\r\n\r\n"));
    let inside: String = data.chars().skip(40).take(30).collect();
    for (equals, padded) in
        [("=", data.clone()), ("\\=", data.replace('=', "\\=")), ("\\\\=", data.replace('=', "\\\\="))]
    {
        for id in ["3002795", "1000552", "4000000"] {
            let extension = format!("cn1=1 msg=said: TrendMicroDsPacketData{equals}{padded} and more");
            let event = document(&agent_event(id, &extension));
            assert!(!event.json.contains(&inside), "{id} {equals}: {}", event.json);
            assert!(!event.json.contains(secret), "{id} {equals}: {}", event.json);
        }
        let message = format!(
            "LEEF: 2.0|Trend Micro|Deep Security Agent|20|3002795|cat=x\tmsg=said TrendMicroDsPacketData{equals}{padded} and more\tsev=3"
        );
        let event = document(&message);
        assert!(!event.json.contains(&inside), "{equals}: {}", event.json);
        assert!(event.text("event.original").ends_with("[cut] and more"), "{}", event.json);
    }
}

proptest! {
    #![proptest_config(crate::cases(96))]

    #[test]
    fn any_bytes_in_the_place_of_a_protocol_give_a_document_that_opensearch_takes(
        mut bytes in prop_oneof![
            Just(client_hello("app.example.com")),
            Just(dns(0x8180, &[b"a", b"example"], 1)),
            Just(tcp_packet([1, 2, 3, 4], [10, 0, 0, 5], &client_hello("app.example.com"))),
            proptest::collection::vec(any::<u8>(), 0..80),
        ],
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<proptest::sample::Index>(),
    ) {
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        let event = packet("src=1.2.3.4 dst=10.0.0.5 proto=UDP spt=53 dpt=53", &bytes);
        check_document(&event.json, plan().fields());
    }
}

// Keys that nobody knows.

#[test]
fn an_unknown_key_is_no_field_of_its_own_and_is_kept_as_it_is() {
    let loaded = load_bytes(
        plan(),
        &fluentd_line(&agent_event(
            "21",
            "newKey=new value newKey=again a.b[0]=x flexString1=y src=N/A cs7=z cs7Label=unheard",
        )),
    );
    let event = &loaded.documents[0];
    assert_eq!(
        event.get("deepsecurity.extra"),
        &json!({"newKey": ["new value", "again"], "a_b_0_": "x", "flexString1": "y"})
    );
    // Known keys whose values have no home stand beside the fields: their number is bounded.
    assert_eq!((event.text("deepsecurity.src"), event.text("deepsecurity.cs7")), ("N/A", "z"));
}

#[test]
fn a_long_value_of_an_unknown_key_leaves_room_for_its_path() {
    let loaded =
        load_bytes(plan(), &fluentd_line(&agent_event("21", &format!("foo={}", "語".repeat(11_000)))));
    check_document(&loaded.documents[0].json, plan().fields());
    assert!(loaded.documents[0].text("deepsecurity.extra.foo").ends_with("…[cut]"));
    assert_eq!(loaded.account.problems.count(Problem::StringCut), 2, "foo and @message");
}
