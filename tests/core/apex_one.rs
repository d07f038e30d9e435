//! What Apex Central's events become by `config/log_types/apex_one/`: each file of `fixtures/apex_one` against the documents beside it.
//!
//! A file is `real`, with the shape of a public line and other values, or `documented`, made after a page of the vendor.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use es_loader::config::Config;
use es_loader::config::diagnostic::File;
use es_loader::document::problem::Problem;
use es_loader::map::compiled::{CompiledSection, CompiledSections};
use es_loader::parse::{cef, marker};
use serde_json::{Value, json};

use crate::support::strict::check_document;
use crate::support::{Document, agent_event, arena, document, document_by, load_bytes};

/// The section as its folder has it.
fn section() -> &'static CompiledSection {
    static SECTION: LazyLock<CompiledSection> = LazyLock::new(|| {
        let name = "config/log_types/apex_one/user.ini".to_owned();
        let text = fs::read_to_string(&name).unwrap();
        let config = Config::load(&[File { name, text }]).unwrap_or_else(|findings| panic!("{findings:#?}"));
        assert!(config.warnings.is_empty(), "{:#?}", config.warnings);
        CompiledSections::new(config).unwrap().named("apex_one").unwrap().clone()
    });
    &SECTION
}

fn files() -> Vec<PathBuf> {
    let files = fs::read_dir("fixtures/apex_one").unwrap().map(|entry| entry.unwrap().path());
    let mut lines: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).collect();
    lines.sort();
    lines
}

fn event(header: &str, extension: &str) -> Document {
    document_by(section(), &format!("Nov 22 15:08:33 apex CEF:0|{header}|3|{extension}"))
}

/// To accept what the code gives: `UPDATE_FIXTURES=1 cargo test apex_one`, then read the difference.
#[test]
fn each_kind_of_event_gives_the_documents_beside_it() {
    let files = files();
    assert_eq!(files.len(), 10, "the folder of lines is gone");
    for path in files {
        let loaded = load_bytes(section(), &fs::read(&path).unwrap());
        let expected_path = path.with_extension("expected.ndjson");
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            fs::write(&expected_path, &loaded.ndjson).unwrap();
            continue;
        }
        let expected = fs::read_to_string(&expected_path).unwrap();
        assert_eq!(String::from_utf8(loaded.ndjson).unwrap(), expected, "{}", expected_path.display());
        for document in loaded.documents {
            check_document(&document.json, section().fields());
        }
    }
}

#[test]
fn every_value_of_an_event_is_in_its_document() {
    for path in files() {
        let lines = fs::read_to_string(&path).unwrap();
        let documents = load_bytes(section(), lines.as_bytes()).documents;
        for (line, mut document) in lines.lines().zip(documents) {
            let record: Value = serde_json::from_str(line).unwrap();
            let message = record["message"].as_str().unwrap();
            let mut pairs = Vec::new();
            cef::parse(message, marker::find(message).unwrap(), arena(), &mut pairs);
            document.source.as_object_mut().unwrap().remove("@message");
            let fields = document.source.to_string().to_lowercase();
            for pair in pairs.iter().filter(|pair| !pair.key.ends_with("Label")) {
                // A folder has lost the separator at its end, and a digest its capital letters.
                let value = pair.value().trim().to_owned();
                let folder = value.trim_end_matches(['\\', '/']);
                let value = json!(if folder.is_empty() { &value } else { folder }).to_string();
                let value = value.trim_matches('"').to_lowercase();
                assert!(fields.contains(&value), "{}={value} is not in {fields}", pair.key);
            }
        }
    }
}

#[test]
fn the_section_has_its_own_fields_and_none_of_another_log_type() {
    let has = |name| section().fields().id(name).is_some();
    assert!(has("apex_one.disposition") && has("apex_one.scan_type") && has("host.domain"));
    assert!(!has("apex_one.tcp_flags") && !has("apex_one.TrendMicroDsPacketData"));
}

#[test]
fn the_header_is_told_by_vendor_and_product_in_any_case() {
    for vendor in ["Trend Micro", "TREND MICRO", "trend micro ", "TrendAI™", "trendai™"] {
        let document = event(&format!("{vendor}|Apex Central|2019|AV:File cleaned|X"), "act=File cleaned");
        assert_eq!(document.text("event.provider"), "virus_malware", "{vendor}");
        assert_eq!(document.text("observer.vendor"), vendor.trim());
        assert_eq!(document.text("observer.product"), "Apex Central");
        assert_eq!(document.text("observer.version"), "2019");
    }
    for header in ["Trend|Apex Central|2019|AV:File cleaned|X", "Trend Micro|Apex|2019|AV:File cleaned|X"] {
        let document = event(header, "act=File cleaned");
        assert!(!document.has("event.provider") && !document.has("event.outcome"), "{}", document.json);
    }
}

#[test]
fn each_product_is_recognised_in_its_own_section_only() {
    let message = agent_event("1000552", "act=Reset src=203.0.113.9 dst=192.0.2.5 dvchost=web01");
    assert!(document(&message).has("event.provider"));
    let elsewhere = document_by(section(), &message);
    assert!(!elsewhere.has("event.provider") && !elsewhere.has("event.kind"), "{}", elsewhere.json);
    assert_eq!(elsewhere.text("source.ip"), "203.0.113.9");
    assert_eq!(elsewhere.text("apex_one.dvchost"), "web01");

    let message =
        "CEF:0|Trend Micro|Apex Central|2019|WB:7|7|3|act=2 src=192.0.2.5 request=http://example.com/";
    assert!(document_by(section(), message).has("event.provider"));
    let elsewhere = document(message);
    assert!(!elsewhere.has("event.provider") && !elsewhere.has("url.domain"), "{}", elsewhere.json);
}

#[test]
fn a_code_means_what_its_kind_of_event_says() {
    for (header, risk) in [("VAD|X", "Low"), ("BM:1000|X", "High")] {
        let event =
            event(&format!("Trend Micro|Apex Central|2019|{header}"), "cn1Label=Risk_Level cn1=1 cs5Label=x");
        assert_eq!(event.text("apex_one.risk_level_name"), risk, "{header}");
    }
}

#[test]
fn an_action_that_is_not_in_the_table_is_told_and_not_judged() {
    for (header, action) in [
        ("AV:File teleported|X", "act=File teleported"),
        ("WB:1|1", "act=99"),
        ("BM:1|Behavior Monitoring", "act=4711"),
        ("Spyware Detected|Spyware Detected", "cs5Label=ActionResult cs5=Thinking"),
        ("700107|Device Access Control", "cn3Label=Permission cn3=9"),
    ] {
        let document = event(&format!("Trend Micro|Apex Central|2019|{header}"), action);
        let (_, word) = action.rsplit_once('=').unwrap();
        assert_eq!(document.text("event.action"), word);
        assert_eq!(document.get("event.type"), &json!(["info"]));
        assert!(!document.has("event.outcome") && !document.has("apex_one.disposition"), "{}", document.json);
    }
}

#[test]
fn a_number_for_an_action_becomes_its_words_and_stays_beside_them() {
    let blocked = event("Trend Micro|Apex Central|2019|WB:7|7", "act=2");
    assert_eq!(blocked.text("event.action"), "Block");
    assert_eq!(blocked.text("apex_one.act"), "2");
    assert_eq!(blocked.get("event.type"), &json!(["denied"]));
    assert_eq!(blocked.text("event.outcome"), "success");
    let words = event("TrendAI™|Apex Central|2019|WB:7|7", "act=block");
    assert_eq!(words.text("event.action"), "Block");
    let by_id = event("Trend Micro|Apex Central|2019|PML:Unable to delete file|X", "act=32");
    assert_eq!(by_id.text("event.action"), "Unable to delete file");
    assert_eq!(by_id.text("apex_one.act"), "32");
    assert_eq!(by_id.text("event.outcome"), "failure");
    assert!(!by_id.has("rule.id"), "an action is no rule: {}", by_id.json);
}

#[test]
fn a_line_of_user_ini_goes_before_what_the_log_type_means() {
    let name = "user.ini".to_owned();
    let text =
        "[apex_one]\nindex_name = x\ns3_key = x\nevent.action = cat\nrule.name = cs6\nhost.name = dvchost\n";
    let config = Config::load(&[File { name, text: text.to_owned() }]).unwrap();
    let sections = CompiledSections::new(config).unwrap();
    let message = "CEF:0|Trend Micro|Apex Central|2019|WB:7|7|3|act=2 cat=mine cs6=my rule cs1Label=SLF_PolicyName cs1=theirs dvchost=a shost=b";
    let document = document_by(sections.named("apex_one").unwrap(), message);
    assert_eq!(document.text("event.action"), "mine");
    assert_eq!(document.text("rule.name"), "my rule");
    assert_eq!(document.text("host.name"), "a");
    assert_eq!(document.text("apex_one.cs1"), "theirs");
    assert_eq!(document.get("apex_one.extra"), &json!({"act": "2"}));
    assert_eq!(document.text("event.outcome"), "success");
}

#[test]
fn the_path_of_a_file_is_made_of_its_folder_and_its_name() {
    for (extension, path, name) in [
        (r"fname=a.exe filePath=C:\\x\\", Some(r"C:\x\a.exe"), Some("a.exe")),
        (r"fname=a.exe filePath=C:\\x", Some(r"C:\x\a.exe"), Some("a.exe")),
        (r"fname=a.exe filePath=C:\\x\\a.exe", Some(r"C:\x\a.exe"), Some("a.exe")),
        (r"fname=a.exe filepath=/opt/x/", Some("/opt/x/a.exe"), Some("a.exe")),
        (r"fname=C:\\x\\a.exe filePath=C:\\x\\a.exe", Some(r"C:\x\a.exe"), Some("a.exe")),
        (r"fname=C:\\x\\a.exe", Some(r"C:\x\a.exe"), Some("a.exe")),
        (r"fname=a.exe", None, Some("a.exe")),
        (r"fname=a.exe filePath=a.exe", None, Some("a.exe")),
        (r"filePath=C:\\x\\a.exe", Some(r"C:\x\a.exe"), Some("a.exe")),
        ("cnt=1", None, None),
    ] {
        let document = event("Trend Micro|Apex Central|2019|AV:File cleaned|X", extension);
        assert_eq!(document.get("file.path").as_str(), path, "{extension}");
        assert_eq!(document.get("file.name").as_str(), name, "{extension}");
        assert!(!document.has("apex_one.fname") && !document.has("apex_one.filePath"), "{}", document.json);
    }
}

#[test]
fn what_does_not_fit_is_kept_and_counted() {
    let lines = fs::read("fixtures/apex_one/hostile.documented.jsonl").unwrap();
    let loaded = load_bytes(section(), &lines);
    assert_eq!(loaded.documents.len(), 7);
    assert_eq!(loaded.account.problems.count(Problem::IncompleteHeader), 1);
    let odd = &loaded.documents[5];
    assert_eq!(odd.text("apex_one.fileHash"), "zz");
    assert_eq!(odd.text("apex_one.src"), "not-an-address");
    assert_eq!(odd.text("apex_one.cn3"), "-1");
    assert_eq!(odd.text("file.path"), r"\");
    assert_eq!(odd.text("apex_one.filePath"), "/");
    assert_eq!(odd.text("apex_one.severity"), "odd");
    assert_eq!(odd.text("event.action"), "File cleaned");
    assert!(!odd.has("host.name") && !odd.has("user.name"), "{}", odd.json);
    assert_eq!(loaded.account.problems.count(Problem::ValueDoesNotFit), 4);
}
