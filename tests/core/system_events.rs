//! System events of the Manager: whom and what they are about, who signed in from where, and what was administered.

use serde_json::{Value, json};

use crate::support::tables::deepsecurity;
use crate::support::{Document, agent_event, document, document_by, plan_with};

fn event(id: &str, name: &str, extension: &str) -> Document {
    document(&message(id, name, extension))
}

fn message(id: &str, name: &str, extension: &str) -> String {
    format!(
        "Nov 22 15:08:33 192.0.2.20 CEF: 0|Trend Micro|Deep Security Manager|20.0.560|{id}|{name}|3|{extension}"
    )
}

fn has(list: &Value, item: &str) -> bool {
    list.as_array().is_some_and(|items| items.contains(&json!(item)))
}

#[test]
fn a_computer_is_found_by_its_address_and_its_name_in_each_form_of_a_target() {
    for (target, address, name) in [
        ("192.0.2.4", Some("192.0.2.4"), None),
        ("2001:db8:0:0:0:0:0:7", Some("2001:db8::7"), None),
        ("web01 targetType=Host", None, Some("web01")),
        ("web01 targetType=Computer", None, Some("web01")),
        ("web01 (192.0.2.4)", Some("192.0.2.4"), Some("web01")),
        ("web01 ((192.0.2.4)) targetID=4", Some("192.0.2.4"), Some("web01")),
        ("192.0.2.4 (web01) [i-0abc12]", Some("192.0.2.4"), Some("web01")),
    ] {
        let read = event("9999", "Something", &format!("src=10.0.0.2 suser=System target={target}"));
        assert_eq!(read.get("host.ip").as_str(), address, "{target}");
        assert_eq!(read.get("host.name").as_str(), name, "{target}");
        assert!(address.is_none_or(|address| has(read.get("related.ip"), address)), "{}", read.json);
        assert!(name.is_none_or(|name| has(read.get("related.hosts"), name)), "{}", read.json);
    }
    let cloud = event("9999", "Something", "target=192.0.2.4 (web01) [i-0abc12]");
    assert_eq!(cloud.text("cloud.instance.id"), "i-0abc12");
}

#[test]
fn several_computers_are_all_related_and_none_is_the_computer() {
    let read = event("9999", "Something", "target=web01 (192.0.2.4), web02 (192.0.2.5)");
    for (field, item) in [
        ("related.ip", "192.0.2.4"),
        ("related.ip", "192.0.2.5"),
        ("related.hosts", "web01"),
        ("related.hosts", "web02"),
    ] {
        assert!(has(read.get(field), item), "{}", read.json);
    }
    assert!(!read.has("host.name") && !read.has("host.ip"), "{}", read.json);
}

#[test]
fn a_target_that_is_no_computer_names_none() {
    for (id, name, target) in [
        (
            "482",
            "Integrity Monitoring Rule Updated",
            "1011144 - AutoRun registries modified (ATT&CK T1547.001)",
        ),
        ("1600", "Relay Group Update Requested", "Default Relay Group"),
        ("652", "User Updated", "192.0.2.4"),
        ("660", "Role Created", "web01 targetType=Role"),
    ] {
        let read = event(id, name, &format!("suser=System target={target}"));
        assert!(!read.has("host"), "{}", read.json);
    }
}

#[test]
fn a_scan_that_the_manager_reports_is_an_alert() {
    for (id, name) in [
        ("850", "Reconnaissance Detected: Computer OS Fingerprint Probe"),
        ("851", "Reconnaissance Detected: Network or Port Scan"),
        ("854", "x"),
        ("7777", "Reconnaissance Detected: something new"),
    ] {
        let read = event(id, name, "src=10.0.0.2 suser=System target=web01 msg=scan");
        assert_eq!(read.text("event.kind"), "alert", "{id}");
        assert_eq!(read.get("event.category"), &json!(["intrusion_detection", "network"]));
        assert_eq!(read.get("event.type"), &json!(["info"]));
        assert_eq!(read.text("event.action"), "reconnaissance-detected");
        assert_eq!(read.text("host.name"), "web01");
    }
}

#[test]
fn a_rule_s_event_that_the_manager_writes_is_that_of_the_rule_s_module() {
    for (id, provider, kind) in [
        ("1000552", "intrusion_prevention", "alert"),
        ("4000000", "anti_malware", "alert"),
        ("3002795", "log_inspection", "event"),
        ("600", "system", "event"),
        ("1600", "system", "event"),
    ] {
        let read = event(id, "x", "act=Deny src=203.0.113.9");
        assert_eq!((read.text("event.provider"), read.text("event.kind")), (provider, kind), "{id}");
    }
}

#[test]
fn sign_ins_that_fail_and_that_succeed_are_found_by_user_and_source() {
    for (id, name, extension, outcome) in [
        ("600", "User Signed In", "suser=ann target=ann msg=User signed in from 203.0.113.7", "success"),
        (
            "160",
            "Authentication Failed",
            "suser=System target=ann msg=User password incorrect for username 'ann' on an attempt to sign in from 203.0.113.7",
            "failure",
        ),
        (
            "160",
            "Authentication Failed",
            "suser=System msg=User password incorrect for username 'ann' on an attempt to sign in from 203.0.113.7",
            "failure",
        ),
        ("397", "x", "suser=System target=ann msg=Sign in failed from 203.0.113.7.", "failure"),
    ] {
        let read = event(id, name, &format!("src=10.0.0.2 {extension}"));
        assert_eq!(read.text("user.name"), "ann", "{extension}");
        assert_eq!(read.text("source.user.name"), "ann", "{extension}");
        assert_eq!(read.text("source.ip"), "203.0.113.7", "{extension}");
        assert_eq!(read.text("client.ip"), "203.0.113.7");
        assert_eq!((read.text("observer.ip"), read.text("server.ip")), ("10.0.0.2", "10.0.0.2"));
        assert_eq!(read.get("event.category"), &json!(["authentication"]));
        assert_eq!(read.text("event.outcome"), outcome);
        assert!(!read.has("user.target"), "{}", read.json);
    }
    let failed = event("160", "Authentication Failed", "suser=System target=ann msg=x");
    assert_eq!(failed.text("deepsecurity.performed_by"), "System");
}

#[test]
fn an_event_in_another_language_is_told_by_its_id() {
    for (id, action, category) in [
        ("250", "computer-created", "configuration"),
        ("251", "computer-deleted", "configuration"),
        ("601", "user-signed-out", "authentication"),
        ("603", "user-locked-out", "authentication"),
        ("604", "user-unlocked", "iam"),
        ("608", "user-session-validation-failed", "authentication"),
        ("610", "user-session-validated", "authentication"),
        ("621", "user-signed-in-as-tenant", "session"),
        ("650", "user-created", "iam"),
        ("653", "user-password-set", "iam"),
    ] {
        let read = event(id, "イベント", "suser=System target=ann msg=x");
        assert_eq!(read.text("event.action"), action, "{id}");
        assert_eq!(read.get("event.category"), &json!([category]), "{id}");
    }
    let locked = event("603", "イベント", "src=10.0.0.2 suser=System target=ann msg=x");
    assert_eq!((locked.text("user.name"), locked.text("observer.ip")), ("ann", "10.0.0.2"));
    let created = event("650", "イベント", "src=10.0.0.2 suser=root target=ann targetID=9 msg=x");
    assert_eq!((created.text("user.name"), created.text("user.target.name")), ("root", "ann"));
    let viewed = event("618", "User Viewed Quarantined File Detail", "suser=root msg=x");
    assert_eq!(
        (viewed.text("event.action"), viewed.text("event.outcome")),
        ("user-viewed-quarantined-file-detail", "success")
    );
}

#[test]
fn the_manager_that_writes_of_a_scan_or_a_sign_in_is_not_who_did_it() {
    for (id, name, message, source) in [
        (
            "851",
            "Reconnaissance Detected: Network or Port Scan",
            "Port scan from 203.0.113.7",
            Some("203.0.113.7"),
        ),
        ("850", "x", "Probe from 2001:db8::7 to 10.0.0.5.", Some("2001:db8::7")),
        ("852", "x", "A scan of 10.0.0.5 was detected", None),
        ("7777", "Reconnaissance Detected: something new", "", None),
        ("600", "ユーザのサインイン", "ユーザは 203.0.113.7 からサインインしました", Some("203.0.113.7")),
        (
            "160",
            "認証の失敗",
            "203.0.113.7からのサインインで、ユーザ名「ann」のパスワードが正しくありません。",
            Some("203.0.113.7"),
        ),
        ("160", "認証の失敗", "サインイン元: 2001:db8::7。ユーザ名「ann」", Some("2001:db8::7")),
        ("160", "認証の失敗", "ユーザ名「8.8.8.8」 203.0.113.7", None),
        ("160", "認証の失敗", "ユーザ名「ann」のパスワードが正しくありません", None),
        ("600", "Benutzer angemeldet", "Anmeldung durch 203.0.113.7 erfolgt", Some("203.0.113.7")),
        ("160", "Authentication Failed", "User name unknown: '8.8.8.8'", None),
        ("602", "User Timed Out", "", None),
    ] {
        let read = event(id, name, &format!("src=10.0.0.2 suser=System target=ann msg={message}"));
        assert_eq!(read.get("source.ip").as_str(), source, "{message}: {}", read.json);
        assert_eq!(read.get("source.address").as_str(), source, "{message}: {}", read.json);
        assert_eq!((read.text("observer.ip"), read.text("server.ip")), ("10.0.0.2", "10.0.0.2"), "{message}");
    }
    let told = event("851", "x", "src=10.0.0.2 TrendMicroDsScannerIp=203.0.113.7 target=web01 msg=x");
    assert_eq!((told.text("source.ip"), told.text("source.address")), ("203.0.113.7", "203.0.113.7"));
    let read = document(&agent_event("851", "src=203.0.113.9 dst=10.0.0.5"));
    assert_eq!(read.text("source.ip"), "203.0.113.9");
}

#[test]
fn the_manager_is_the_source_of_none_of_its_system_events() {
    for (id, name, extension, user) in [
        ("650", "User Created", "suser=admin target=bob targetType=User msg=", Some("admin")),
        ("790", "Agent-Initiated Activation Requested", "suser=System target=web01 targetType=Host", None),
        ("352", "Policy Updated", "suser=ann target=Base msg=Moved from 203.0.113.9", Some("ann")),
        ("160", "Authentication Failed", "suser=System msg=x", None),
        ("5555", "イベント", "suser=System target=x", None),
    ] {
        let read = event(id, name, &format!("src=10.0.0.2 {extension}"));
        assert_eq!((read.text("observer.ip"), read.text("server.ip")), ("10.0.0.2", "10.0.0.2"), "{name}");
        assert_eq!(read.get("source.user.name").as_str(), user, "{name}: {}", read.json);
        assert_eq!(read.get("user.name").as_str(), user, "{name}");
        assert!(!read.has("source.ip") && !read.has("source.address"), "{}", read.json);
        assert!(!has(read.get("related.user"), "System"), "{}", read.json);
        if user.is_none() {
            assert_eq!(read.text("deepsecurity.performed_by"), "System", "{name}");
        }
    }
    // An Agent's account may have that name, and its `src` is a source.
    let leef = "LEEF:2.0|Trend Micro|Deep Security Agent|20.0|9000|cat=System\tname=x\tsrc=203.0.113.9\tusrName=System";
    for agent in [document(leef), document(&agent_event("30", "src=203.0.113.9 suser=System"))] {
        assert_eq!((agent.text("source.ip"), agent.text("user.name")), ("203.0.113.9", "System"));
    }
}

#[test]
fn the_host_is_one_computer_and_that_of_the_target_where_the_manager_tells_of_one() {
    let parts = ["host.name", "host.ip", "cloud.instance.id", "observer.hostname", "observer.ip"];
    for (extension, told) in [
        (
            "dvchost=dsm target=web01.example.com (10.0.0.7) [i-0123456789abcdef0] targetType=Host",
            [Some("web01.example.com"), Some("10.0.0.7"), Some("i-0123456789abcdef0"), Some("dsm"), None],
        ),
        (
            "dvc=10.0.0.2 dvchost=dsm target=web01 targetType=Host",
            [Some("web01"), None, None, Some("dsm"), Some("10.0.0.2")],
        ),
        (
            "dvchost=10.0.0.2 (dsm) [i-0bbafc96] target=10.0.0.7",
            [None, Some("10.0.0.7"), None, Some("dsm"), None],
        ),
        (
            "src=10.0.0.2 dvc=10.0.0.2 dvchost=dsm target=web01 (10.0.0.7), web02 (10.0.0.8)",
            [Some("dsm"), Some("10.0.0.2"), None, Some("dsm"), Some("10.0.0.2")],
        ),
    ] {
        let read = event("730", "Offline", &format!("suser=System {extension} msg=x"));
        assert_eq!(parts.map(|part| read.get(part).as_str()), told, "{extension}");
        assert!(has(read.get("related.hosts"), "dsm"), "{}", read.json);
    }
    // The Agent tells of its own computer.
    let leef = "LEEF:2.0|Trend Micro|Deep Security Agent|20.0|9000|cat=System\tname=x\tdvchost=web01\ttarget=web02 (10.0.0.8)";
    let agent = document(leef);
    assert_eq!((agent.text("host.name"), agent.has("host.ip")), ("web01", false));
    assert!(has(agent.get("related.hosts"), "web02") && has(agent.get("related.ip"), "10.0.0.8"));
}

#[test]
fn a_sign_in_from_a_host_tells_its_name() {
    for (message, domain) in [
        ("User signed in from pc-7.example.com", Some("pc-7.example.com")),
        ("User signed in from pc-7.example.com.", Some("pc-7.example.com")),
        ("User signed in from the console", None),
        ("User name unknown: 'x from pc-7.example.com'", None),
        ("User signed in from 203.0.113.7", None),
    ] {
        let read =
            event("600", "User Signed In", &format!("src=10.0.0.2 suser=ann target=ann msg={message}"));
        assert_eq!(read.get("source.domain").as_str(), domain, "{message}");
        assert_eq!(has(read.get("related.hosts"), "pc-7.example.com"), domain.is_some(), "{message}");
        assert_eq!(read.get("source.address").as_str().filter(|_| domain.is_some()), domain, "{message}");
        assert_eq!(read.text("observer.ip"), "10.0.0.2");
    }
}

#[test]
fn quotes_around_a_target_are_no_part_of_its_name() {
    let created = event("650", "User Created", r#"suser=admin target="bob" targetType=User"#);
    assert_eq!(created.text("user.target.name"), "bob");
    let signed_in =
        event("600", "User Signed In", r#"suser=ann target="ann" msg=User signed in from 203.0.113.7"#);
    assert_eq!((signed_in.text("user.name"), signed_in.text("deepsecurity.target")), ("ann", "ann"));
    let two = event("650", "User Created", r#"suser=admin target="bob" and "eve" targetType=User"#);
    assert_eq!(two.text("user.target.name"), r#""bob" and "eve""#);
}

#[test]
fn a_line_of_the_user_s_own_file_says_what_the_source_of_a_sign_in_is() {
    let own = plan_with("source.ip = src");
    let read = document_by(
        &own,
        &message("600", "User Signed In", "src=10.0.0.2 suser=ann msg=User signed in from 203.0.113.7"),
    );
    assert_eq!((read.text("source.ip"), read.text("client.ip")), ("10.0.0.2", "203.0.113.7"));
}

#[test]
fn whoever_signs_in_at_the_manager_itself_is_its_source() {
    let read = event(
        "600",
        "User Signed In",
        "src=203.0.113.7 suser=ann target=ann msg=User signed in from 203.0.113.7",
    );
    assert_eq!((read.text("source.ip"), read.text("client.ip")), ("203.0.113.7", "203.0.113.7"));
    assert!(!read.has("observer.ip") && !read.has("server.ip"), "{}", read.json);
}

#[test]
fn administration_is_iam_or_configuration_with_what_was_done() {
    for (id, name, category, types) in [
        ("650", "User Created", "iam", json!(["user", "creation"])),
        ("651", "User Deleted", "iam", json!(["user", "deletion"])),
        ("652", "User Updated", "iam", json!(["user", "change"])),
        ("660", "Role Created", "iam", json!(["group", "creation"])),
        ("662", "role updated", "iam", json!(["group", "change"])),
        ("350", "Policy Created", "configuration", json!(["creation"])),
        ("351", "ポリシーの削除", "configuration", json!(["deletion"])),
        ("252", "Computer Updated", "configuration", json!(["change"])),
        ("250", "Computer Created", "configuration", json!(["creation"])),
        ("492", "Log Inspection Rule Updated", "configuration", json!(["change"])),
        ("4321", "Widget Deleted", "configuration", json!(["deletion"])),
        ("4322", "Widget Renamed", "configuration", json!(["change"])),
        ("510", "IPリストの作成", "configuration", json!(["creation"])),
        ("2907", "Agentセルフプロテクションの無効化", "configuration", json!(["change"])),
        ("2909", "Agent Self-Protection disabled", "configuration", json!(["change"])),
        ("657", "APIキーの削除", "iam", json!(["admin", "deletion"])),
    ] {
        let read = event(id, name, "src=10.0.0.2 suser=admin target=x");
        assert_eq!(read.get("event.category"), &json!([category]), "{name}");
        assert_eq!(read.get("event.type"), &types, "{name}");
        assert_eq!(read.text("event.kind"), "event");
    }
}

#[test]
fn what_failed_is_a_failure_whichever_words_say_so() {
    for (id, name) in [
        ("566", "Backup Failed"),
        ("566", "バックアップの失敗"),
        ("793", "Manual Malware Scan Failure"),
        ("571", "Failed To Send Report"),
        ("4321", "Widget Failure"),
        ("4321", "Failed to turn a widget"),
        ("4321", "Unable to turn a widget"),
        ("675", "API Key Session Validation Failed"),
    ] {
        assert_eq!(event(id, name, "src=10.0.0.2").text("event.outcome"), "failure", "{name}");
    }
    for name in ["Manual Malware Scan Failure Resolved", "Files could not be scanned for malware"] {
        assert!(!event("4321", name, "src=10.0.0.2").has("event.outcome"), "{name}");
    }
}

#[test]
fn an_account_that_is_administered_is_the_target_and_the_administrator_the_user() {
    let read = event(
        "652",
        "User Updated",
        "src=10.0.0.2 suser=admin target=bob targetID=7 targetType=User msg=Name changed from 'bob' to 'robert'\\nRole: Auditor -> Full Access",
    );
    assert_eq!((read.text("user.name"), read.text("user.target.name")), ("admin", "bob"));
    assert_eq!(read.text("user.target.id"), "7");
    assert_eq!((read.text("user.changes.name"), read.text("user.changes.roles")), ("robert", "Full Access"));
    assert_eq!(read.get("related.user"), &json!(["admin", "bob"]));
    let created = event("650", "User Created", "suser=admin target=eve msg=Name changed from 'a' to 'b'");
    assert_eq!(created.text("user.target.name"), "eve");
    assert!(!created.has("user.changes"), "{}", created.json);
}

#[test]
fn each_document_has_an_action() {
    for (line, action) in [
        (agent_event("1000552", "src=203.0.113.9"), "rule-matched"),
        (agent_event("1000552", "act=Reset"), "Reset"),
        (agent_event("3002795", "msg=x"), "rule-matched"),
        (agent_event("2002779", "filePath=/etc/passwd"), "file-changed"),
        (agent_event("2002779", "filePath=HKEY_LOCAL_MACHINE\\\\x"), "registry-changed"),
        (agent_event("5000000", "request=a.example"), "url-blocked"),
        (agent_event("7001200", "device=x"), "device-write-blocked"),
        (agent_event("4000000", "filePath=/tmp/x"), "malware-detected"),
        (agent_event("21", "src=203.0.113.9"), "packet-reported"),
        (agent_event("8000000", "src=203.0.113.9"), "event-reported"),
        (message("600", "User Signed In", ""), "user-signed-in"),
        (message("12345", "Whatever Happened", ""), "system-event-reported"),
        ("CEF:0|Acme|Guard|1|1|n|1|src=203.0.113.9".to_owned(), "event-reported"),
        ("CEF:0|Acme|Guard|1|1|n|1|act=Alarm".to_owned(), "Alarm"),
        ("no event".to_owned(), "line-not-understood"),
        ("CEF:0|Trend Micro|Deep".to_owned(), "line-not-understood"),
        ("CEF:0|Trend Micro|Deep Security Agent|".to_owned(), "line-not-understood"),
        ("CEF:0|Trend Micro|Deep Security Agent|20.0|21|cut head".to_owned(), "line-not-understood"),
        ("CEF:0|Trend Micro|Deep Security Manager|20.0|600|User Signed In".to_owned(), "line-not-understood"),
        ("CEF:0|Acme|Guard|1|1|n".to_owned(), "line-not-understood"),
    ] {
        assert_eq!(document(&line).text("event.action"), action, "{line}");
    }
}

#[test]
fn the_page_names_each_word_for_an_action() {
    let page = std::fs::read_to_string("docs/deep-security.md").unwrap();
    let codes = deepsecurity("codes");
    let of_codes = codes.iter().filter(|row| row.cell("field") == "event.action").map(|row| row.cell("word"));
    for word in of_codes.chain(["event-reported", "line-not-understood", "registry-changed"]) {
        assert!(page.contains(&format!("`{word}`")), "docs/deep-security.md does not name {word}");
    }
    for row in deepsecurity("system_events") {
        let proof = row.cell("proof");
        assert!(["real", "documented", "named"].contains(&proof), "{}", row.place());
        assert_eq!(
            row.cell("id").is_empty(),
            proof == "named",
            "{}: only what is proved has an id",
            row.place()
        );
        let is_word = |c: char| c.is_ascii_lowercase() || matches!(c, '-');
        assert!(row.cell("action").chars().all(is_word), "{}", row.place());
    }
}
