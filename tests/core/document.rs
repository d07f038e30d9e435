//! Whole documents: every file of fixtures/lines, loaded, against the bulk requests beside it; what the article shows; and
//! what holds for any bytes at all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use es_loader::document::problem::Problem;
use es_loader::load::account::Limits;
use proptest::prelude::*;
use serde_json::json;

use crate::support::strict::check_document;
use crate::support::{
    Document, agent_event, document, document_by, facts, fluentd_line, load_bytes, load_with, plan,
    plan_of_section, plan_with,
};

fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder)
}

fn files_of_lines() -> Vec<PathBuf> {
    let files = fs::read_dir(fixtures("lines")).unwrap().map(|entry| entry.unwrap().path());
    let mut lines: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).collect();
    lines.sort();
    lines
}

/// To accept what the code gives: `UPDATE_FIXTURES=1 cargo test each_file_of_lines`, then read the difference.
#[test]
fn each_file_of_lines_gives_the_bulk_requests_beside_it() {
    let plan = plan();
    let update = std::env::var_os("UPDATE_FIXTURES").is_some();
    let files = files_of_lines();
    assert!(files.len() > 40, "the folder of lines is gone");
    for path in files {
        let loaded = load_bytes(plan, &fs::read(&path).unwrap());
        let expected_path = path.with_extension("expected.ndjson");
        if update {
            fs::write(&expected_path, &loaded.ndjson).unwrap();
            continue;
        }
        let expected = fs::read_to_string(&expected_path).unwrap();
        let given = String::from_utf8(loaded.ndjson).unwrap();
        for (number, (given, expected)) in (1..).zip(given.lines().zip(expected.lines())) {
            assert_eq!(given, expected, "{}:{number}", expected_path.display());
        }
        assert_eq!(given.lines().count(), expected.lines().count(), "{}", expected_path.display());
    }
}

#[test]
fn each_document_of_the_fixtures_is_one_that_opensearch_takes() {
    let plan = plan();
    for path in files_of_lines() {
        for document in load_bytes(plan, &fs::read(&path).unwrap()).documents {
            check_document(&document.json, plan.fields());
        }
    }
}

fn article() -> Vec<Document> {
    load_bytes(plan(), &fs::read(fixtures("lines/article.jsonl")).unwrap()).documents
}

#[test]
fn the_article_s_two_lines_go_to_the_indices_of_their_months() {
    let indices: Vec<String> = article().into_iter().map(|document| document.index).collect();
    assert_eq!(indices, ["log-deepsecurity-2020-10", "log-deepsecurity-2020-11"]);
}

#[test]
fn the_article_s_network_event_keeps_both_ends_the_note_and_its_time() {
    let document = &article()[0];
    assert_eq!(document.text("@timestamp"), "2020-10-28T14:46:28+09:00");
    assert_eq!(document.get("source")["ip"], "10.0.7.89");
    assert_eq!(document.get("source")["port"], 54056);
    assert_eq!(document.get("source")["mac"], "0E-28-7B-CF-58-50");
    assert_eq!(document.get("source")["bytes"], 5770);
    assert_eq!(document.get("destination")["ip"], "10.0.1.23");
    assert_eq!(document.get("destination")["port"], 80);
    assert_eq!(document.get("destination")["mac"], "0E-37-8C-B4-47-10");
    assert_eq!(document.text("rule.category"), "XSS Attack");
    assert_eq!(document.text("event.action"), "IDS:Log");
    assert_eq!(document.get("event.type"), &json!(["allowed"]));
    assert_eq!(document.text("host.id"), "2312751");
    assert_eq!(document.text("server.name"), "ip-10-0-1-23");
    assert_eq!(document.text("network.transport"), "tcp");
    assert_eq!(document.text("deepsecurity.TrendMicroDsTenant"), "tenant name");
}

#[test]
fn the_article_s_log_line_is_whole_in_event_original() {
    let document = &article()[1];
    assert_eq!(document.text("@timestamp"), "2020-11-28T10:33:58+09:00");
    assert_eq!(document.text("file.path"), "/var/log/messages");
    assert_eq!(
        document.text("event.original"),
        r#"Nov 28 10:33:57 ip-10-0-1-23 error: message:Could not push log to Elasticsearch: {"took"=>329, "errors"=>true, ..."#
    );
    assert!(!document.has("source.ip"), "{}", document.json);
}

#[test]
fn each_line_of_a_real_chain_is_one_document_and_only_the_cut_header_an_error() {
    let plan = plan();
    let loaded = load_bytes(plan, &fs::read(fixtures("real-chain.gz")).unwrap());
    assert_eq!((loaded.account.lines, loaded.account.documents), (415, 415));
    assert_eq!(loaded.documents.len(), 415);
    let ids: BTreeSet<&str> = loaded.documents.iter().map(|document| document.id.as_str()).collect();
    assert_eq!(ids.len(), 415);
    let errors: Vec<&Document> =
        loaded.documents.iter().filter(|document| document.text("event.kind") == "pipeline_error").collect();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].text("@message").ends_with("|20|cut head"));
    assert_eq!(loaded.account.pipeline_errors, 1);
    for document in &loaded.documents {
        check_document(&document.json, plan.fields());
        assert_eq!(document.text("deepsecurity.timestamp_source"), "syslog");
    }
}

#[test]
fn base_fields_say_where_the_document_came_from() {
    let document = document(&agent_event("21", "act=Deny"));
    assert_eq!(document.text("@id"), document.id);
    assert_eq!(document.text("@log_type"), "deepsecurity");
    assert_eq!(document.text("@log_s3bucket"), "example-siem-logs");
    assert_eq!(document.text("@log_s3key"), "ds_agent/2026/11/22/00_host_0.gz");
    assert_eq!(document.text("event.module"), "deepsecurity");
    assert_eq!(document.text("event.created"), "2026-11-22T15:08:40+09:00");
    assert_eq!(document.text("event.ingested"), "2026-11-23T00:00:00+00:00");
    assert_eq!(document.text("ecs.version"), "8.11.0");
    assert_eq!(document.get("cloud")["provider"], "aws");
    assert_eq!(document.get("cloud")["region"], "ap-northeast-1");
    assert_eq!(document.get("cloud")["account"]["id"], "123456789012");
}

#[test]
fn account_and_region_come_from_the_key_then_from_what_told_of_the_object_then_from_the_event() {
    use es_loader::local::open_object::Facts;
    let now = "2026-11-23T00:00:00Z".parse().unwrap();
    let mapped =
        plan_with("ecs = cloud.account.id cloud.region\ncloud.account.id = accountId\ncloud.region = place");
    let line = fluentd_line(&agent_event("21", "act=Deny accountId=999999999999 place=eu-west-3"));
    let of_key = |key: &str, account: Option<&str>, region: Option<&str>| {
        let facts = Facts {
            account: account.map(str::to_owned),
            region: region.map(str::to_owned),
            ..Facts::local(key.to_owned(), now)
        };
        let document =
            load_with(&mapped, facts.complete(&mapped), &Limits::default(), &line).documents.remove(0);
        (document.text("cloud.account.id").to_owned(), document.text("cloud.region").to_owned())
    };
    let pair = |account: &str, region: &str| (account.to_owned(), region.to_owned());
    let known = (Some("111111111111"), Some("us-east-1"));
    for (key, (account, region), expected) in [
        (
            "AWSLogs/123456789012/ap-northeast-1/2026/11/22/a.gz",
            known,
            pair("123456789012", "ap-northeast-1"),
        ),
        (
            "p/AWSLogs/o-1a2b/123456789012/waf/us-gov-west-1/a.gz",
            known,
            pair("123456789012", "us-gov-west-1"),
        ),
        ("AWSLogs/123456789012/elb/a.gz", known, pair("123456789012", "us-east-1")),
        ("ds_agent/123456789012/ap-northeast-1/a.gz", known, pair("111111111111", "us-east-1")),
        ("AWSLogs/12345678901/ap-northeast-/a.gz", (None, None), pair("999999999999", "eu-west-3")),
    ] {
        assert_eq!(of_key(key, account, region), expected, "{key}");
    }
}

#[test]
fn what_is_not_known_of_an_object_is_left_out() {
    let facts = es_loader::map::event::ObjectFacts { bucket: None, region: None, account: None, ..facts() };
    let line = fluentd_line(&agent_event("21", "act=Deny"));
    let document = load_with(plan(), facts, &Limits::default(), &line).documents.remove(0);
    assert!(!document.has("cloud") && !document.has("@log_s3bucket"), "{}", document.json);
}

#[test]
fn the_table_of_user_ini_decides_its_fields() {
    let plan = plan_with(
        "script_ecs = source.ip rule.category user.name\nuser.name = nobody duser suser\nrule.category = act",
    );
    let document = document_by(
        &plan,
        &agent_event("3002795", "act=Deny duser=joe suser=ann src=203.0.113.9 cs1=a note"),
    );
    assert_eq!(document.text("user.name"), "joe");
    assert_eq!(document.text("rule.category"), "Deny");
    // What the list leaves out, the profile still knows.
    assert_eq!(document.text("deepsecurity.li_description"), "a note");
    assert_eq!(document.get("related")["user"], json!(["joe", "ann"]));
}

#[test]
fn a_constant_of_user_ini_stands_in_every_document() {
    let plan = plan_with("static_ecs = labels.team event.dataset\nlabels.team = psirt\nevent.dataset = ds");
    for message in [agent_event("21", "act=Deny"), "no event".to_owned()] {
        let document = document_by(&plan, &message);
        assert_eq!((document.text("labels.team"), document.text("event.dataset")), ("psirt", "ds"));
    }
}

#[test]
fn all_header_and_syslog_fields_are_sources_too() {
    let sources = [
        ("cef.version", "0"),
        ("cef.device_vendor", "Trend Micro"),
        ("cef.device_product", "Deep Security Agent"),
        ("cef.device_version", "20.0.0.1194"),
        ("cef.device_event_class_id", "21"),
        ("cef.name", "A rule"),
        ("cef.severity", "6"),
        ("syslog.hostname", "ip-10-0-1-7"),
        ("syslog.priority", "134"),
        ("syslog.appname", "ds_agent"),
    ];
    let label = |source: &str| format!("labels.{}", source.replace('.', "_"));
    let names: Vec<_> = sources.map(|(source, _)| label(source)).into();
    let lines = sources.map(|(source, _)| format!("{} = {source}\n", label(source)));
    let plan = plan_with(&format!("ecs = {}\n{}", names.join(" "), lines.concat()));
    let event = agent_event("21", "act=Deny").replace("ip-10-0-1-7 ", "ip-10-0-1-7 ds_agent[7]: ");
    let document = document_by(&plan, &format!("<134>{event}"));
    for (source, value) in sources {
        assert_eq!(document.text(&label(source)), value, "{source}");
    }
}

#[test]
fn another_prefix_takes_what_the_table_leaves_over() {
    let plan = plan_with("field_prefix = trend");
    let document = document_by(&plan, &agent_event("21", "act=IDS:Deny newKey=x"));
    assert_eq!(document.text("trend.extra.newKey"), "x");
    assert_eq!(document.text("trend.act"), "IDS:Deny");
    assert!(!document.has("deepsecurity"));
    check_document(&document.json, plan.fields());
}

#[test]
fn raw_message_full_keeps_the_line_and_never_leaves_it_out() {
    let message = crate::support::packet_event("203.0.113.9", b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(document_by(&plan_with("raw_message = full"), &message).text("@message"), message);
    assert!(!document_by(&plan_with("raw_message = never"), &message).has("@message"));
    let cut = document(&message);
    assert!(
        cut.text("@message").ends_with("act=Reset TrendMicroDsPacketData=[cut]"),
        "{}",
        cut.text("@message")
    );
    // What could not be understood has nothing else to be found by.
    assert_eq!(document_by(&plan_with("raw_message = never"), "no event").text("@message"), "no event");
}

#[test]
fn lines_of_their_own_format_need_no_json() {
    let line = "CEF:0|Trend Micro|Deep Security Agent|20.0|21|FW|5|act=Deny src=198.51.100.4\n";
    let plan = plan_with("format = cef");
    let document = load_bytes(&plan, line.as_bytes()).documents.remove(0);
    assert_eq!(document.text("source.ip"), "198.51.100.4");
    // Here a brace is text.
    let document =
        load_bytes(&plan, &[b"{\"message\":\"x\"} ", line.as_bytes()].concat()).documents.remove(0);
    assert_eq!(document.text("source.ip"), "198.51.100.4");
    assert!(document.text("@message").starts_with("{\"message\""));
}

#[test]
fn lines_of_text_are_cut_by_the_names_of_a_pattern() {
    let plan = plan_of_section(
        "proxy",
        "index = log-proxy\ns3_key = proxy\nformat = text\nlog_pattern = (?P<client>\\S+) (?P<status>\\d+) (?P<TrendMicroDsPacketData>\\S*)(?P<none>x)?\necs = source.ip http.response.status_code\nsource.ip = client\nhttp.response.status_code = status",
    );
    let loaded = load_bytes(&plan, b"203.0.113.9 404 R0VUIC8gSFRUUC8xLjENCg==\nno match\n");
    let document = &loaded.documents[0];
    assert_eq!(document.text("source.ip"), "203.0.113.9");
    assert_eq!(document.get("http.response.status_code"), 404);
    assert_eq!(document.text("@message"), "203.0.113.9 404 [cut]");
    assert_eq!(loaded.documents[1].text("event.kind"), "pipeline_error");
    // The names of the pattern are the document's own, but the payload stands in its own field alone.
    assert_eq!(document.text("status"), "404");
    assert!(!document.json.contains("R0VUIC8g"), "{}", document.json);
    check_document(&loaded.documents[1].json, plan.fields());
}

#[test]
fn a_text_of_several_lines_keeps_its_backslashes_where_its_sender_did_not_double_them() {
    let path = document(&agent_event("4000000", r"act=Pass filePath=C:\new\readme.txt msg=one\ntwo"));
    assert_eq!(path.text("file.path"), r"C:\new\readme.txt");
    assert_eq!(path.text("event.original"), "one\ntwo");
    let doubled = document(&agent_event("4000000", r"act=Pass filePath=C:\\new\\readme.txt"));
    assert_eq!(doubled.text("file.path"), r"C:\new\readme.txt");
}

#[test]
fn a_value_that_does_not_fit_is_counted_once_and_kept_as_text() {
    let loaded = load_bytes(
        plan(),
        &fluentd_line(&agent_event("21", "src=N/A spt=http cn2=x cn2Label=DPI Reason cnt=2")),
    );
    assert_eq!(loaded.account.problems.count(Problem::ValueDoesNotFit), 3);
    let document = &loaded.documents[0];
    assert_eq!(document.text("deepsecurity.src"), "N/A");
    assert_eq!(document.text("deepsecurity.spt"), "http");
    assert_eq!(
        (document.text("deepsecurity.cn2"), document.text("deepsecurity.cn2Label")),
        ("x", "DPI Reason")
    );
    assert_eq!(document.get("event.count"), 2);
    assert!(!document.has("source"));
}

#[test]
fn a_severity_that_is_no_number_is_kept_as_text() {
    let message =
        |severity: &str| format!("CEF:0|Trend Micro|Deep Security Agent|20|21|n|{severity}|act=Deny");
    assert_eq!(document(&message("0")).get("event.severity"), 0);
    assert_eq!(document(&message("Very-High")).get("event.severity"), 10);
    for severity in ["Unknown", "11", "high!"] {
        let document = document(&message(severity));
        assert_eq!(document.text("deepsecurity.severity"), severity);
        assert!(!document.has("event.severity"));
    }
    assert!(!document(&message("")).has("deepsecurity.severity"));
}

#[test]
fn text_beyond_what_is_parsed_of_an_event_is_kept() {
    let filler = "a".repeat(1 << 18);
    let loaded =
        load_bytes(plan(), &fluentd_line(&agent_event("21", &format!("act=Deny foo={filler} dpt=80 bar=2"))));
    let document = &loaded.documents[0];
    assert_eq!(document.text("event.action"), "Deny");
    assert!(document.text("deepsecurity.unparsed").ends_with("dpt=80 bar=2"));
    assert!(!document.has("destination.port"));
    assert_eq!(loaded.account.problems.count(Problem::UnparsedText), 1);
    assert_eq!(loaded.account.problems.count(Problem::StringCut), 2, "foo and @message");
}

#[test]
fn a_string_is_cut_at_a_character_within_the_longest_term() {
    let document = document(&agent_event("3002831", &format!("msg=x{}", "語".repeat(11_000))));
    let text = document.text("event.original");
    assert!(text.len() <= 32_766 && text.len() > 32_750, "{}", text.len());
    let kept = text.strip_suffix("…[cut]").unwrap();
    assert!(kept.strip_prefix('x').unwrap().chars().all(|c| c == '語'));
}

/// Pieces of lines: what an agent writes, and what one who attacks the loader would.
fn message() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[ -~]{0,24}",
        1 => "\\PC{0,12}",
        1 => proptest::sample::select(vec![
            "Nov 22 15:08:33 host ", "<13>", "CEF: 0|", "CEF:0|Trend Micro|Deep Security Agent|20.0|", "LEEF:2.0|",
            "LEEF: 2.0|Trend Micro|Deep Security Agent|20|21|", "1000552|n|6|", "3002795|n|8|", "#011", "\t", "#012", "\n", "|", "\\|", "\\", "=", "\\=", " ",
            "src=1.2.3.4 ", "src=N/A ", "dvc=10.0.0.1 ", "dvchost=fe80::1 ", "act=IDS:Reset ", "cs1=x cs1Label=DPI Note ",
            "cn2=a cn2Label=DPI Reason ", "cs4=8 0 cs4Label=ICMP Type and Code ", "msg=", "cnt=1 ", "in=1 out=2 ", "proto=6 ", "smac=00:11:22:33:44:55 ",
            "TrendMicroDsPacketData=R0VUIC8gSFRUUC8xLjENCkhvc3Q6IGENCg\\=\\= ", "TrendMicroDsTags=a,,b;c ", "cs2= , ;  cs2Label=TCP Flags ",
            "request=http://u@h:80/p?q#f ", "TrendMicroDsCve=, ", "filePath=C:\\n ", "timestamp=x ", "tag=y ", "a.b[0]=1 ", "deepsecurity=z ", "name=q desc=q sev=3 ",
            "fileHash=00 ", "TrendMicroDsFileMD5=44D88612FEA8A8F36DE82E1278ABB02F ", "\u{feff}", "\0",
        ]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    let record = (message(), "[ -~]{0,12}", "[ -~]{0,12}", message(), "[ -~]{0,30}").prop_map(
        |(message, hostname, other, value, timestamp)| {
            let mut record = json!({"message": message, "hostname": hostname, "timestamp": timestamp});
            record[other] = json!(value);
            record.to_string().into_bytes()
        },
    );
    prop_oneof![
        4 => message().prop_map(|message| fluentd_line(&message)),
        3 => record,
        2 => message().prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..60),
    ]
}

/// Whether a line says nothing: byte order marks, blanks, NUL and record separators (RFC 7464) say nothing.
fn is_blank(mut line: &[u8]) -> bool {
    while let Some(behind) = line.strip_prefix("\u{feff}".as_bytes()) {
        line = behind;
    }
    line.iter().all(|byte| byte.is_ascii_whitespace() || matches!(byte, 0 | 0x1e))
}

proptest! {
    #![proptest_config(crate::cases(96))]

    #[test]
    fn any_lines_give_at_least_one_document_each_and_only_such_as_opensearch_takes(
        lines in proptest::collection::vec(line(), 1..6),
    ) {
        let plan = plan();
        let object = lines.join(&b'\n');
        let loaded = load_bytes(plan, &object);
        let filled = object.split(|byte| *byte == b'\n').filter(|line| !is_blank(line)).count();
        prop_assert!(loaded.documents.len() >= filled, "{} of {filled}", loaded.documents.len());
        prop_assert_eq!(loaded.documents.len() as u64, loaded.account.documents);
        let mut ids = BTreeSet::new();
        for document in &loaded.documents {
            check_document(&document.json, plan.fields());
            prop_assert!(document.index.starts_with("log-deepsecurity-"));
            prop_assert!(ids.insert(document.id.as_str()), "twice: {}", document.id);
        }
    }
}

/// Text before the first escape of fluentd's JSON is written without a look at it.
#[test]
fn what_json_escapes_is_escaped_wherever_it_stands_first() {
    for special in ["\"", "\\", "\u{1}", "\u{7f}", "語"] {
        for place in 0..4 {
            let value = |at: usize, word: &str| match at == place {
                true => format!("{word}{special}{word}"),
                false => word.to_owned(),
            };
            let (user, path, long) = (value(0, "ada"), value(1, "data"), value(2, &"words ".repeat(20)));
            let event = |user: &str| {
                agent_event(
                    "30",
                    &format!(
                        "act=updated cs5={} suser={user} filePath=/tmp/{path} msg={long}end",
                        value(3, "x")
                    ),
                )
            };
            let lines = [fluentd_line(&event(&user)), fluentd_line(&event("other"))];
            let loaded = load_bytes(plan(), &lines.concat());
            assert_eq!(loaded.documents.len(), 2);
            for (document, user) in loaded.documents.iter().zip([&*user, "other"]) {
                assert_eq!(document.text("user.name"), user);
                assert_eq!(document.text("file.path"), format!("/tmp/{path}"));
                assert_eq!(document.text("event.original"), format!("{long}end"), "{special:?} {place}");
                assert_eq!(document.text("@message"), event(user));
            }
        }
    }
}
