//! Lines of other people's agents: quotes, labels, permitted packets, keys behind `msg`, bytes by direction, and addresses that nobody
//! vouches for.

use es_loader::document::problem::Problem;
use serde_json::{Value, json};

use crate::support::{
    Document, agent_event, document, document_by, fluentd_line, load_bytes, packet_event, plan, plan_with,
};

fn read(id: &str, extension: &str) -> Document {
    document(&agent_event(id, extension))
}

#[test]
fn quotes_around_a_whole_value_are_no_part_of_it() {
    let event = read(
        "1000552",
        r#"dvchost="web01" act="IDS:Reset" src="203.0.113.9" dpt="80" cs1="CVE-2022-30522" cs1Label=DPI Note"#,
    );
    assert_eq!(event.text("rule.category"), "CVE-2022-30522");
    assert_eq!(event.get("vulnerability.id"), &json!(["CVE-2022-30522"]));
    assert_eq!((event.text("observer.hostname"), event.text("source.ip")), ("web01", "203.0.113.9"));
    assert_eq!(
        (event.text("event.action"), event.get("destination.port")),
        ("DetectOnly:NotReset", &json!(80))
    );
    let file = read("30", r#"act=updated filePath="C:\Program Files\x.dll" suser="""#);
    assert_eq!(file.text("file.path"), r"C:\Program Files\x.dll");
    assert!(!file.has("user.name"), "{}", file.json);
}

#[test]
fn quotes_that_belong_to_a_value_stay() {
    let event = read("4000000", r#"TrendMicroDsCommandLine="C:\a b.exe""#);
    assert_eq!(event.text("process.command_line"), r#""C:\a b.exe""#);
    let quoted = read("3002795", r#"msg="a line in quotes""#);
    assert_eq!(quoted.text("event.original"), r#""a line in quotes""#);
    let two = read("1000552", r#"cs1="a" or "b" cs1Label=DPI Note act=Reset"#);
    assert_eq!(two.text("rule.category"), r#""a" or "b""#);
}

/// An event in LEEF whose attributes these are.
fn leef(attributes: &str) -> Document {
    document(&format!("LEEF:2.0|Trend Micro|Deep Security Agent|20.0|1000552|{attributes}"))
}

/// The line in LEEF that has the keys of one in CEF.
fn leef_event(id: &str, extension: &str) -> String {
    format!("LEEF:2.0|Trend Micro|Deep Security Agent|20.0|{id}|name=n\t{}", extension.replace(' ', "\t"))
}

#[test]
fn blanks_for_tabs_end_each_value_that_holds_none() {
    let event = leef("cat=Intrusion Prevention\tname=n\tcn1=37 cn1Label=Host ID dvchost=web01\tact=Reset");
    assert_eq!((event.text("host.id"), event.text("host.name")), ("37", "web01"));
    let event = leef(
        "cat=Intrusion Prevention\tsrc=203.0.113.9 srcPort=54056 dst=10.0.1.7 dstPort=443\tcnt=1 act=Reset",
    );
    assert_eq!((event.text("source.ip"), event.get("source.port")), ("203.0.113.9", &json!(54056)));
    assert_eq!((event.text("destination.ip"), event.get("destination.port")), ("10.0.1.7", &json!(443)));
    assert_eq!(event.text("event.action"), "Reset");
    let event = leef(
        "cat=Intrusion Prevention\tdvc=10.0.1.7 TrendMicroDsTags=FS\tdstMAC=00:50:56:F5:7F:47 proto=TCP",
    );
    assert_eq!((event.text("host.ip"), event.text("destination.mac")), ("10.0.1.7", "00-50-56-F5-7F-47"));
    assert_eq!(event.text("network.transport"), "tcp");
    // What others may choose holds whatever it holds.
    let event = leef("cat=Intrusion Prevention\tname=x src=8.8.8.8 act=Log\tact=Reset\tsrc=203.0.113.9");
    assert_eq!((event.text("rule.name"), event.text("source.ip")), ("x src=8.8.8.8 act=Log", "203.0.113.9"));
    assert_eq!(event.text("event.action"), "Reset");
}

#[test]
fn a_label_decides_whichever_key_it_stands_at() {
    for (extension, category, host) in [
        ("cs1=x cs1Label=Something Else", None, None),
        ("cs1=x cs1Label=DPI Note", Some("x"), None),
        ("cs1=x cs1Label=LI Description", Some("x"), None),
        ("cs1=x cs1Label=TCP Flags", None, None),
        ("cs1=x", Some("x"), None),
        ("cs1Label=Threat Name cs1=x", None, None),
        ("cn1=7 cn1Label=Host ID", None, Some("7")),
        ("cn1=7 cn1Label=Session", None, None),
        ("cn1=7 cn1Label=DPI Reason", None, None),
        ("cn1=7", None, Some("7")),
    ] {
        let event = read("1000552", extension);
        assert_eq!(event.get("rule.category").as_str(), category, "{extension}");
        assert_eq!(event.get("host.id").as_str(), host, "{extension}");
    }
    let vulnerability = read("1000552", "cs1=CVE-2022-30522 cs1Label=Something Else");
    assert!(!vulnerability.has("vulnerability.id"), "{}", vulnerability.json);
    // A line of the user's own takes what it is told to take.
    let own = plan_with("rule.category = cs1");
    let event = document_by(&own, &agent_event("1000552", "cs1=x cs1Label=Something Else"));
    assert_eq!(event.text("rule.category"), "x");
    // Labels are those of CEF, whoever wrote the line.
    let foreign = document("CEF:0|Acme|Guard|1|1|n|1|cs1=x cs1Label=Threat cn1=4 cn1Label=Session");
    assert!(!foreign.has("rule.category") && !foreign.has("host.id"), "{}", foreign.json);
    let unlabelled = document("CEF:0|Acme|Guard|1|1|n|1|cs1=x cn1=4");
    assert!(!unlabelled.has("rule.category") && !unlabelled.has("host.id"), "{}", unlabelled.json);
    assert_eq!((unlabelled.text("deepsecurity.cs1"), unlabelled.text("deepsecurity.cn1")), ("x", "4"));
    let own = document(&agent_event("1000552", "cs1=x cn1=4"));
    assert_eq!((own.text("rule.category"), own.text("host.id")), ("x", "4"));
}

#[test]
fn the_reason_of_application_control_has_a_field_of_its_own() {
    for extension in ["cs1=notWhitelisted cs1Label=actionReason", "cs1=notWhitelisted"] {
        let event = read("6001200", extension);
        assert_eq!(event.text("deepsecurity.action_reason"), "notWhitelisted", "{extension}");
        assert!(!event.has("rule.category"), "{}", event.json);
    }
}

#[test]
fn what_a_rule_permits_is_allowed_and_not_detected() {
    for (id, act) in [("20", "Allow"), ("21", "bypass"), ("123", "Force Allow"), ("1000552", "Bypass")] {
        let event = read(id, &format!("act={act} src=203.0.113.9 dst=10.0.0.5"));
        assert_eq!(event.text("deepsecurity.disposition"), "allowed", "{act}");
        assert!(event.get("event.type").as_array().unwrap().contains(&json!("allowed")), "{}", event.json);
        assert!(!event.has("event.outcome"), "{}", event.json);
    }
    assert_eq!(read("20", "act=Log").text("deepsecurity.disposition"), "detected");
    assert_eq!(read("20", "act=IDS:Allow").text("deepsecurity.disposition"), "detected");
}

#[test]
fn malware_that_aims_at_the_registry_names_its_key() {
    for (id, extension) in [
        (
            "4000030",
            r"TrendMicroDsMalwareTarget=HKLM\\Software\\Run TrendMicroDsMalwareTargetType=Registry Key",
        ),
        ("4000020", r"TrendMicroDsMalwareTarget=HKLM\\Software\\Run"),
        ("4000010", r"cs3=HKLM\\Software\\Run cs3Label=Infected Resource cs4=11 cs4Label=Resource Type"),
        ("4000000", r"filePath=HKLM\\Software\\Run act=Clean"),
    ] {
        let event = read(id, extension);
        assert_eq!(event.text("registry.path"), r"HKLM\Software\Run", "{extension}");
        assert!(!event.has("file.name"), "{}", event.json);
    }
    for target in ["N/A", "Multiple"] {
        let pairs = format!("TrendMicroDsMalwareTarget={target} TrendMicroDsMalwareTargetType=Registry Key");
        assert!(!read("4000030", &pairs).has("registry"), "{target}");
    }
    assert!(
        !read("4000030", "TrendMicroDsMalwareTarget=/tmp/x TrendMicroDsMalwareTargetType=File System")
            .has("registry")
    );
    assert_eq!(read("30", r"filePath=hkcu\\Run act=updated").text("registry.path"), r"hkcu\Run");
}

fn forwarded(source: &str, chain: &str) -> Document {
    document(&packet_event(source, format!("GET / HTTP/1.1\r\nX-Forwarded-For: {chain}\r\n\r\n").as_bytes()))
}

#[test]
fn addresses_that_nobody_vouches_for_are_not_related() {
    for (source, chain, believed, unverified) in [
        ("203.0.113.200", "198.51.100.23", json!(["203.0.113.200", "10.0.0.5"]), json!(["198.51.100.23"])),
        (
            "10.0.3.77",
            "6.6.6.6, 203.0.113.181",
            json!(["203.0.113.181", "10.0.0.5", "10.0.3.77"]),
            json!(["6.6.6.6"]),
        ),
        (
            "10.0.3.77",
            "6.6.6.6, 203.0.113.181, 10.0.3.9",
            json!(["203.0.113.181", "10.0.0.5", "10.0.3.77", "10.0.3.9"]),
            json!(["6.6.6.6"]),
        ),
        ("10.0.3.77", "10.0.3.8", json!(["10.0.3.77", "10.0.0.5", "10.0.3.8"]), Value::Null),
    ] {
        let event = forwarded(source, chain);
        assert_eq!(event.get("related.ip"), &believed, "{chain}: {}", event.json);
        assert_eq!(event.get("deepsecurity.unverified_forwarded_for"), &unverified, "{chain}");
    }
}

#[test]
fn the_agent_s_own_word_for_the_client_counts_only_behind_a_trusted_proxy() {
    let told = read("1000552", "src=203.0.113.9 dst=10.0.0.5 xff=6.6.6.6");
    assert_eq!(told.get("related.ip"), &json!(["203.0.113.9", "10.0.0.5"]));
    assert_eq!(told.get("deepsecurity.unverified_forwarded_for"), &json!(["6.6.6.6"]));
    assert_eq!(told.text("network.forwarded_ip"), "6.6.6.6");
    let believed = read("1000552", "src=10.0.3.77 dst=10.0.0.5 xff=198.51.100.7");
    assert!(believed.get("related.ip").as_array().unwrap().contains(&json!("198.51.100.7")));
    assert!(!believed.has("deepsecurity.unverified_forwarded_for"), "{}", believed.json);
    assert_eq!((believed.text("source.ip"), believed.text("source.address")), ("198.51.100.7", "10.0.3.77"));
    let of_two_proxies = read("1000552", "src=10.0.3.77 dst=10.0.0.5 xff=10.0.9.9");
    assert_eq!(of_two_proxies.text("source.ip"), "10.0.3.77");
    // The packet has all of the header.
    let header = "GET / HTTP/1.1\r\nX-Forwarded-For: 203.0.113.7, 10.0.9.9\r\n\r\n";
    let line = format!("{} xff=10.0.9.9", packet_event("10.0.3.77", header.as_bytes()));
    assert_eq!(document(&line).text("source.ip"), "203.0.113.7");
}

#[test]
fn the_collector_is_related_only_where_it_is_the_host() {
    // fluentd runs on ip-10-0-1-7.
    assert!(!read("21", "dvc=10.0.0.9 src=203.0.113.9").has("related.hosts"));
    assert_eq!(read("21", "dvchost=web01").get("related.hosts"), &json!(["web01"]));
    assert_eq!(read("21", "dvchost=ip-10-0-1-7").get("related.hosts"), &json!(["ip-10-0-1-7"]));
    assert_eq!(read("21", "dvchost=web01").text("server.name"), "ip-10-0-1-7");
}

#[test]
fn bytes_belong_to_who_sent_them() {
    for (id, extension, source, destination) in [
        ("21", "in=60", Some(60), None),
        ("21", "out=60", Some(60), None),
        ("1000552", "in=0 out=60", Some(60), Some(0)),
        ("1000552", "in=60 out=0", Some(60), Some(0)),
        ("1000552", "in=60 out=50", Some(60), Some(50)),
        ("21", "in=-1 out=60", Some(60), None),
        // It is no packet that these are about.
        ("3002795", "out=60", None, Some(60)),
    ] {
        let event = read(id, &format!("src=203.0.113.9 dst=10.0.0.5 {extension}"));
        assert_eq!(event.get("source.bytes").as_i64(), source, "{extension}: {}", event.json);
        assert_eq!(event.get("destination.bytes").as_i64(), destination, "{extension}: {}", event.json);
    }
    let own = plan_with("destination.bytes = out");
    let event = document_by(&own, &agent_event("21", "src=203.0.113.9 dst=10.0.0.5 out=60"));
    assert_eq!(event.get("destination.bytes"), 60);
    assert!(!event.has("source.bytes"), "{}", event.json);
}

#[test]
fn the_ends_are_kept_as_they_were_read() {
    for (extension, source, destination) in [
        ("src=203.0.113.9 dst=10.0.0.5", Some("203.0.113.9"), Some("10.0.0.5")),
        ("src=10.0.XX.XX dst=db01", Some("10.0.XX.XX"), Some("db01")),
        ("src=fe80:0:0:0:0:0:0:1 dst=N/A", Some("fe80:0:0:0:0:0:0:1"), None),
        ("shost=ws44 dhost=db01", Some("ws44"), Some("db01")),
        ("act=Deny", None, None),
    ] {
        let event = read("21", extension);
        assert_eq!(event.get("source.address").as_str(), source, "{extension}");
        assert_eq!(event.get("destination.address").as_str(), destination, "{extension}");
    }
    let behind = forwarded("10.0.3.77", "203.0.113.181");
    assert_eq!((behind.text("source.address"), behind.text("source.ip")), ("10.0.3.77", "203.0.113.181"));
}

#[test]
fn keys_behind_msg_are_keys_where_the_module_quotes_nothing() {
    let scan = read(
        "4000000",
        "msg=Realtime scan filePath=/tmp/x cn1=7 cn1Label=Host ID dvchost=web01 result=Passed TrendMicroDsTenant=Primary",
    );
    assert_eq!(scan.text("event.original"), "Realtime scan");
    assert_eq!((scan.text("file.path"), scan.text("host.id")), ("/tmp/x", "7"));
    assert_eq!((scan.text("observer.hostname"), scan.text("deepsecurity.result")), ("web01", "Passed"));
    let url = read("5000000", "msg=Dangerous request=http://a.example/x?y=1 cnt=3");
    assert_eq!((url.text("event.reason"), url.get("event.count")), ("Dangerous", &json!(3)));
    let packet = read("21", "act=Deny msg=first packet spt=54056 dpt=80 proto=TCP in=60");
    assert_eq!((packet.get("source.port"), packet.get("source.bytes")), (&json!(54056), &json!(60)));
}

#[test]
fn all_keys_behind_a_message_of_the_product_s_own_are_keys() {
    let hash = "3395856CE81F2B7382DEE72602F798B642F14140";
    for word in ["Realtime", "Manual", "Scheduled", "Quick"] {
        let extension =
            format!("msg={word} new=1 TrendMicroDsFileSHA1={hash} suser=joe act=Delete filePath=/tmp/x");
        let loaded = load_bytes(plan(), &fluentd_line(&agent_event("4000000", &extension)));
        let scan = loaded.documents.first().unwrap();
        assert_eq!((scan.text("event.original"), scan.text("user.name")), (word, "joe"));
        assert_eq!((scan.text("event.action"), scan.text("file.path")), ("Delete", "/tmp/x"));
        assert_eq!(scan.text("file.hash.sha1"), hash.to_lowercase());
        assert_eq!(loaded.account.problems.count(Problem::KeysInMessage), 0);
    }
    // The same word of a module that writes other messages.
    assert!(!read("5000000", "msg=Realtime suser=eve").has("user.name"));
}

#[test]
fn what_is_not_certain_behind_msg_is_text_and_counted() {
    for (id, extension, text) in [
        // A module that quotes foreign text.
        ("3002795", "msg=x fname=/y cnt=3", "x fname=/y cnt=3"),
        // An id of no known module.
        ("8000000", "msg=x fname=/y", "x fname=/y"),
        // A key that the module does not write, or nobody.
        ("4000000", "msg=x filePath=/a spt=5", "x filePath=/a spt=5"),
        ("4000000", "msg=x filePath=/a foo=5", "x filePath=/a foo=5"),
        // A key that is set already.
        ("4000000", "filePath=/a msg=x filePath=/b", "x filePath=/b"),
        // A value of another kind.
        ("21", "msg=x dpt=http", "x dpt=http"),
        ("21", "msg=x in=-5", "x in=-5"),
        // Who did what is never taken from there.
        ("21", "msg=x src=6.6.6.6", "x src=6.6.6.6"),
        ("21", "msg=x dst=6.6.6.6 dpt=80", "x dst=6.6.6.6"),
        ("4000000", "msg=x suser=eve", "x suser=eve"),
        ("4000000", "msg=x act=Delete filePath=/a", "x act=Delete"),
    ] {
        let loaded = load_bytes(plan(), &fluentd_line(&agent_event(id, extension)));
        let event = loaded.documents.first().unwrap();
        assert_eq!(event.text("event.original"), text, "{id} {extension}");
        assert!(loaded.account.problems.count(Problem::KeysInMessage) > 0, "{id} {extension}");
        for field in ["source.ip", "destination.ip", "user.name"] {
            assert!(!event.has(field), "{field}: {}", event.json);
        }
    }
}

#[test]
fn what_stands_behind_the_header_of_another_event_fills_no_field_of_the_first() {
    const OTHER: &str = "CEF:0|Trend Micro|Deep Security Agent|20.0.1|4000000|Ransom|8|dvchost=web02 filePath=/b act=Delete \
                         TrendMicroDsFileSHA1=3395856CE81F2B7382DEE72602F798B642F14140 TrendMicroDsProcess=evil.exe cnt=7";
    for joint in [" ", "#012", "<134>", "\\n", "<134>Nov 22 15:08:34 web02 "] {
        for (own, field, start) in [
            ("dvchost=web01 filePath=/a act=Pass msg=Realtime", "event.original", "Realtime"),
            ("dvchost=web01 act=Pass filePath=/a", "file.path", "/a"),
        ] {
            let event = read("4000000", &format!("{own}{joint}{OTHER}"));
            assert!(event.text(field).starts_with(start), "{joint}: {}", event.json);
            assert_eq!((event.text("event.action"), event.text("host.name")), ("Pass", "web01"), "{joint}");
            for field in ["file.hash.sha1", "process.name", "event.count"] {
                assert!(!event.has(field), "{joint}: {}", event.json);
            }
        }
    }
    // Without a key behind it the header is a quoted one.
    let quoted = read("3002795", "msg=CEF:0|v|p|1|2|n|3| TrendMicroDsTenant=Primary");
    assert_eq!(quoted.text("deepsecurity.TrendMicroDsTenant"), "Primary");
}

#[test]
fn quoted_text_forges_nothing_in_leef_either() {
    let header =
        "LEEF:2.0|Trend Micro|Deep Security Agent|20.0.1.690|3003486|cat=Log Inspection\tname=x\tfname=/v";
    for forged in ["src=8.8.8.8", "usrName=root", "act=Deny", "dvchost=db01", "TrendMicroDsProcess=evil.exe"]
    {
        let event =
            document(&format!("{header}\tmsg=Invalid user bob\t{forged}\tTrendMicroDsTenant=Primary"));
        assert_eq!(event.text("event.original"), format!("Invalid user bob\t{forged}"));
        assert_eq!(event.text("deepsecurity.TrendMicroDsTenant"), "Primary");
    }
    let plain = document(&format!("{header}\tmsg=Invalid user bob\tsev=3"));
    assert_eq!(plain.text("event.original"), "Invalid user bob");
}

#[test]
fn log_text_holds_no_key_of_the_product_that_the_module_does_not_write() {
    let text = "login failed TrendMicroDsProcess=evil.exe TrendMicroDsMitre=T1003";
    let event = read("3003486", &format!("fname=/v msg={text} TrendMicroDsTenant=Primary"));
    assert_eq!(event.text("event.original"), text);
    assert!(!event.has("process.name") && !event.has("threat.technique"), "{}", event.json);
    assert_eq!(event.text("deepsecurity.TrendMicroDsTenant"), "Primary");
}

#[test]
fn full_names_of_keys_are_read_as_the_keys() {
    let event = read(
        "21",
        "deviceAction=Deny sourceAddress=203.0.113.9 sourcePort=4711 destinationAddress=192.0.2.7 destinationPort=80 \
         transportProtocol=TCP bytesIn=60 deviceHostName=web01 deviceCustomNumber1=113 deviceCustomNumber1Label=Host ID",
    );
    for (field, value) in [
        ("event.action", json!("Deny")),
        ("source.ip", json!("203.0.113.9")),
        ("source.port", json!(4711)),
        ("destination.ip", json!("192.0.2.7")),
        ("destination.port", json!(80)),
        ("network.transport", json!("tcp")),
        ("observer.hostname", json!("web01")),
        ("host.id", json!("113")),
    ] {
        assert_eq!(event.get(field), &value, "{field}: {}", event.json);
    }
    let both = read("21", "act=Deny sourceAddress=192.0.2.1 src=203.0.113.9");
    assert_eq!(both.text("source.ip"), "203.0.113.9");
    assert_eq!(both.get("deepsecurity.extra.sourceAddress"), &json!("192.0.2.1"));
    let quoted = read("21", "msg=x sourceAddress=6.6.6.6");
    assert!(!quoted.has("source.ip"), "{}", quoted.json);
}

#[test]
fn n_a_is_the_value_of_no_field_and_no_user_is_none() {
    for (id, extension) in [
        (
            "4000000",
            "act=N/A filePath=N/A TrendMicroDsCve=N/A cn1=N/A cn1Label=Host ID dvc=N/A suser=N/A msg=N/A",
        ),
        ("5000000", "request=N/A cs1=N/A cs1Label=DPI Note msg=N/A"),
        ("1000552", "act=N/A cs1=N/A cs1Label=DPI Note src=N/A shost=N/A TrendMicroDsPacketData=N/A"),
        ("600", "target=N/A suser=N/A src=N/A msg=N/A"),
        ("850", "target=N/A targetID=N/A targetType=N/A"),
        ("4000000", "filePath=n/a suser=n/a cs6=N/A | N/A | N/A cs6Label=Container TrendMicroDsCve=N/A,n/a"),
        ("21", "dvchost=n/a (N/A) [i-0bbafc96] proto=n/a"),
        ("3002795", "src=N/A suser=(no user) duser=(no user) msg=x"),
    ] {
        let event = read(id, extension);
        let mut ecs = event.source.clone();
        let own = ecs.as_object_mut().unwrap();
        own.retain(|name, _| !matches!(name.as_str(), "@message" | "deepsecurity"));
        assert!(
            !["N/A", "n/a", "(no user)"].iter().any(|none| ecs.to_string().contains(none)),
            "{}",
            event.json
        );
        for field in ["url", "vulnerability", "host.id", "related.hosts", "source.address", "user.name"] {
            assert!(!event.has(field), "{field}: {}", event.json);
        }
    }
    let part = read("4000000", "cs6=nginx:1 | N/A | n/a cs6Label=Container");
    assert_eq!(part.get("container"), &json!({"image": {"name": "nginx:1"}}));
    assert_eq!(part.text("deepsecurity.cs6"), "nginx:1 | N/A | n/a");
    let header = document("CEF:0|Trend Micro|Deep Security Agent|N/A|21|n/a|5|act=Deny");
    assert!(!header.has("rule.name") && !header.has("observer.version"), "{}", header.json);
    assert_eq!(header.text("agent.name"), "Trend Micro Deep Security Agent");
    let event = read("4000000", "act=N/A filePath=/tmp/x");
    assert_eq!(
        (event.text("event.action"), event.text("deepsecurity.extra.act")),
        ("malware-detected", "N/A")
    );
}

#[test]
fn the_name_that_a_manager_shows_for_a_computer_is_read_in_its_parts() {
    let event = read("21", "dvchost=web01.example.com (Event Test) [i-0bbafc95] act=Deny");
    assert_eq!(
        (event.text("host.name"), event.text("cloud.instance.id")),
        ("web01.example.com", "i-0bbafc95")
    );
    assert_eq!(event.text("observer.hostname"), "web01.example.com");
    let event = read("21", "dvchost=127.0.0.1 (web02) [i-0bbafc96] act=Deny");
    assert_eq!((event.text("host.name"), event.text("observer.hostname")), ("web02", "web02"));
    assert_eq!(event.get("related.hosts"), &json!(["web02"]));
    assert_eq!(event.text("cloud.instance.id"), "i-0bbafc96");
    let event = read("4000000", "dvchost=127.0.0.1 (EC2AMAZ-1) [ws-b2zwgx8lk] act=Delete");
    assert_eq!((event.text("host.name"), event.text("cloud.instance.id")), ("EC2AMAZ-1", "ws-b2zwgx8lk"));
}

#[test]
fn a_file_in_an_archive_without_a_folder_is_that_of_the_archive() {
    for (path, name, extension) in [
        (r"d:\\temp2\\new.zip(file.aspx)", "new.zip", Some("zip")),
        ("/tmp/new.tar.gz(a/b.sh)", "new.tar.gz", Some("gz")),
        (r"C:\\Program Files (x86)\\App\\a.zip(evil.exe)", "a.zip", Some("zip")),
        ("/opt/app(v2)/x.jar(com/evil/A.class)", "x.jar", Some("jar")),
        ("/tmp/report (final).docx(word/vba(1).bin)", "report (final).docx", Some("docx")),
        ("/tmp/a.zip(b.zip(c.exe))", "a.zip", Some("zip")),
        ("/tmp/report(2).docx", "report(2).docx", Some("docx")),
        ("/tmp/report.v1(2)", "report.v1(2)", None),
        ("/tmp/copy(a.txt)", "copy(a.txt)", None),
    ] {
        let event = read("4000000", &format!("filePath={path} act=Delete"));
        assert_eq!(event.text("file.name"), name, "{path}");
        assert_eq!(event.get("file.extension").as_str(), extension, "{path}");
    }
}

#[test]
fn what_integrity_monitoring_watches_besides_files_is_no_file() {
    for (path, category) in [
        ("Spooler", "configuration"),
        ("0.0.0.0/TCP/8080", "configuration"),
        ("/etc/passwd", "file"),
        (r"C:\\a.txt", "file"),
        (r"HKLM\\Software\\Run", "registry"),
    ] {
        let event = read("2002875", &format!("act=created filePath={path} suser=root"));
        assert_eq!(event.get("event.category"), &json!([category]), "{path}");
        assert_eq!(event.get("event.type"), &json!(["creation"]), "{path}");
        assert_eq!(event.has("file.name"), category == "file", "{path}");
        assert_eq!(event.has("file.path"), category == "file", "{path}");
        assert_eq!(event.has("registry.path"), category == "registry", "{path}");
        assert_eq!(event.has("deepsecurity.filePath"), category == "configuration", "{path}");
    }
    let event = read("2002875", "filePath=Spooler");
    assert_eq!((event.text("event.action"), event.get("event.type")), ("object-changed", &json!(["info"])));
}

#[test]
fn the_agent_s_word_for_what_integrity_monitoring_watches_beats_the_look_of_its_path() {
    for (kind, path, category) in [
        ("File", "name.txt", "file"),
        ("Directory", "/etc/cron.d", "file"),
        ("RegistryKey", r"HKLM\\Software\\Run", "registry"),
        ("RegistryValue", r"HKLM\\Software\\Run\\x", "registry"),
        ("Process", r"C:\\Windows\\x.exe", "process"),
        ("User", "ann", "iam"),
        ("Group", "/wheel", "iam"),
        ("InstalledSoftware", "openssl", "package"),
        ("Port", "tcp/22", "configuration"),
        ("Newkind", "/etc/passwd", "configuration"),
        ("Service", "sshd", "configuration"),
        ("N/A", "/etc/passwd", "file"),
    ] {
        let extension =
            format!("act=created filePath={path} suser=root sproc=N/A entityType={kind} msg=state");
        for line in [agent_event("2002875", &extension), leef_event("2002875", &extension)] {
            let event = document(&line);
            assert_eq!(event.get("event.category"), &json!([category]), "{line}");
            assert_eq!(event.text("deepsecurity.entity_type"), kind, "{line}");
            assert_eq!(event.has("registry.path"), category == "registry", "{line}");
            assert!(category == "file" || !event.has("file"), "{line}");
        }
    }
    for (kind, act, types) in [
        ("User", "deleted", json!(["user", "deletion"])),
        ("User", "", json!(["user", "info"])),
        ("Group", "updated", json!(["group", "change"])),
        ("InstalledSoftware", "created", json!(["installation"])),
        ("Process", "created", json!(["start"])),
        ("Process", "deleted", json!(["end"])),
        ("Service", "updated", json!(["change"])),
    ] {
        let event = read("2002875", &format!("act={act} filePath=x entityType={kind}"));
        assert_eq!(event.get("event.type"), &types, "{kind} {act}");
    }
    let process = read("2002875", r"act=created filePath=/usr/sbin/sshd sproc=/bin/sh entityType=Process");
    assert_eq!(
        (
            process.text("process.executable"),
            process.text("process.name"),
            process.text("deepsecurity.sproc")
        ),
        ("/usr/sbin/sshd", "sshd", "/bin/sh")
    );
    let account = read("2002875", "act=created filePath=eve suser=root entityType=User");
    assert_eq!((account.text("user.name"), account.text("user.target.name")), ("root", "eve"));
    assert_eq!(account.get("related.user"), &json!(["root", "eve"]));
    assert!(!account.has("deepsecurity.filePath"), "{}", account.json);
    let behind = read("2002875", "filePath=sshd msg=state entityType=Service");
    assert_eq!((behind.text("event.original"), behind.text("event.action")), ("state", "object-changed"));
}

#[test]
fn the_name_of_a_windows_log_is_no_file() {
    for log in ["Security", "Microsoft-Windows-Sysmon/Operational", "WinEvtLog"] {
        let event = read("3002795", &format!("fname={log} msg=x"));
        assert!(!event.has("file"), "{}", event.json);
        assert_eq!(event.text("deepsecurity.fname"), log);
    }
    for path in ["/var/log/messages", r"C:\\inetpub\\logs\\u_ex1.log"] {
        let event = read("3002795", &format!("fname={path} msg=x"));
        assert_eq!(event.text("file.path"), path.replace(r"\\", r"\"));
    }
    // A line of the user's own takes what it is told to take.
    let own = plan_with("file.path = fname");
    assert_eq!(document_by(&own, &agent_event("3002795", "fname=Security")).text("file.path"), "Security");
}

#[test]
fn a_frame_of_arp_is_no_packet_of_ip_and_has_no_ports() {
    for (frame, family) in [("ARP", "arp"), ("REVARP", "rarp"), ("IP", "ipv4"), ("IPv6", "ipv4")] {
        let event = read(
            "21",
            &format!(
                "act=Deny TrendMicroDsFrameType={frame} src=10.0.0.9 dst=10.0.0.5 proto=N/A spt=0 dpt=0"
            ),
        );
        assert_eq!(event.text("network.type"), family, "{frame}");
        assert!(!event.has("source.port") && !event.has("destination.port"), "{}", event.json);
    }
    let unseen = read("21", "src=10.0.0.9 dst=10.0.0.5 proto=UDP spt=0 dpt=0");
    assert_eq!((unseen.get("source.port"), unseen.get("destination.port")), (&json!(0), &json!(0)));
}

#[test]
fn an_account_whose_backslash_is_not_doubled_is_one_line() {
    let event = read("30", r"act=updated filePath=/etc/passwd suser=CORP\nora");
    assert_eq!(event.text("user.name"), r"CORP\nora");
    assert_eq!(read("3002795", r"duser=CORP\robin").text("destination.user.name"), r"CORP\robin");
    assert_eq!(read("30", r"act=updated suser=root\n").text("user.name"), "root");
}

#[test]
fn only_ids_of_cve_are_enumerated_by_it() {
    let event = |ids: &str| read("4000000", &format!("act=Delete TrendMicroDsCve={ids}"));
    assert_eq!(event("CVE-2022-30522").text("vulnerability.enumeration"), "CVE");
    assert!(!event("MS17-010").has("vulnerability.enumeration"));
}

#[test]
fn the_good_parts_of_a_list_are_kept_and_a_list_that_has_others_too_stays() {
    for (key, list, field, kept) in [
        ("TrendMicroDsMitre", "Execution,T1059", "threat.technique.id", json!(["T1059"])),
        ("TrendMicroDsMitre", "TA0002,TA2,T1059", "threat.tactic.id", json!(["TA0002"])),
        ("TrendMicroDsMitre", "T1059.003;T1059, ?", "threat.technique.subtechnique.id", json!(["T1059.003"])),
        ("TrendMicroDsMitre", "TA002", "threat", Value::Null),
        ("TrendMicroDsCve", "CVE-2021-44228,KB1234", "vulnerability.id", json!(["CVE-2021-44228"])),
        ("TrendMicroDsCve", "CVE-2021-44228,CVE-20x", "vulnerability.enumeration", json!("CVE")),
    ] {
        let read =
            load_bytes(plan(), &fluentd_line(&agent_event("4000000", &format!("{key}={list} act=Delete"))));
        let [event] = &read.documents[..] else { panic!("one document") };
        assert_eq!(event.get(field), &kept, "{list}");
        assert_eq!(event.text(&format!("deepsecurity.{key}")), list);
        assert_eq!(read.account.problems.count(Problem::ValueDoesNotFit), 1, "{list}");
    }
    let others = read("4000000", "act=Delete TrendMicroDsCve=MS17-010, KB1234");
    assert_eq!(others.get("vulnerability"), &json!({"id": ["MS17-010", "KB1234"]}));
    assert!(!others.has("deepsecurity.TrendMicroDsCve"), "{}", others.json);
}

#[test]
fn a_backslash_in_a_path_that_begins_with_a_slash_is_a_character_of_a_name() {
    let event = read("30", r"act=updated filePath=/var/www/a\\b.php sproc=/usr/bin/foo\\bar");
    for (field, value) in [
        ("file.path", r"/var/www/a\b.php"),
        ("file.directory", "/var/www"),
        ("file.name", r"a\b.php"),
        ("file.extension", "php"),
        ("process.executable", r"/usr/bin/foo\bar"),
        ("process.name", r"foo\bar"),
    ] {
        assert_eq!(event.text(field), value, "{}", event.json);
    }
    let windows = read("30", r"act=updated filePath=C:/a\\b.dll sproc=C:\\x\\y.exe");
    assert_eq!((windows.text("file.name"), windows.text("process.name")), ("b.dll", "y.exe"));
}

#[test]
fn a_key_of_the_registry_is_no_file() {
    for (id, key) in [("4000000", r"HKLM\\SOFTWARE\\Run"), ("2002779", r"HKEY_LOCAL_MACHINE\\SOFTWARE\\x.y")]
    {
        let event = read(id, &format!("filePath={key}"));
        assert_eq!(event.text("registry.path"), key.replace(r"\\", r"\"));
        assert!(!event.has("file") && !event.has("deepsecurity.filePath"), "{}", event.json);
    }
}

#[test]
fn an_end_that_is_a_host_s_name_is_a_domain() {
    for (end, is_name) in [
        ("web-1.example.com", true),
        ("PC_7", true),
        ("fe80", true),
        ("web-1.example.com.", true),
        ("300.1.2.3", false),
        ("4711", false),
        ("-web", false),
        ("a..b", false),
        ("a b", false),
        ("<script>", false),
        ("n/a", false),
    ] {
        let event = read("21", &format!("act=Deny src={end} dst={end}"));
        for side in ["source", "destination"] {
            let domain = event.get(&format!("{side}.domain")).as_str();
            assert_eq!(domain, is_name.then_some(end), "{}", event.json);
        }
        let hosts = event.get("related.hosts").as_array();
        assert_eq!(hosts.is_some_and(|hosts| hosts.contains(&json!(end))), is_name, "{end}");
    }
    let both = read("21", "src=web-1 shost=web-2 dst=192.0.2.1 dhost=db-1");
    assert_eq!((both.text("source.domain"), both.text("destination.domain")), ("web-2", "db-1"));
}

#[test]
fn a_protocol_by_its_number_has_its_name_in_events_of_any_product() {
    for line in [
        "CEF:0|Acme|Guard|1|1|n|1|proto=6".to_owned(),
        "LEEF:1.0|Acme|Guard|1|1|proto=6".to_owned(),
        agent_event("21", "proto=6"),
    ] {
        let read = document(&line);
        assert_eq!(
            (read.text("network.transport"), read.text("network.iana_number")),
            ("tcp", "6"),
            "{line}"
        );
    }
    let unassigned = document("CEF:0|Acme|Guard|1|1|n|1|proto=253");
    assert_eq!(unassigned.text("network.iana_number"), "253");
    assert!(!unassigned.has("network.transport"), "{}", unassigned.json);
}
