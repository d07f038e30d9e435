//! What the generator promises to those who test and measure with it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use es_loader::generate::{
    Encoding, Format, Generator, Hostile, LOG_TYPES, LogType, Module, Options, Outcome, Summary, Truth, run,
};
use es_loader::map::compiled::Choice;
use jiff::tz::Offset;
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{Loaded, all, load_bytes};

fn plain(lines: u64) -> Options {
    Options { lines, encoding: Encoding::Plain, ..Options::default() }
}

fn tame(lines: u64) -> Options {
    Options { hostile_share: 0.0, ..plain(lines) }
}

fn all_hostile(lines: u64) -> Options {
    Options { hostile_share: 1.0, ..plain(lines) }
}

/// Every line without its line end, with its truth.
fn lines(options: &Options) -> Vec<(Vec<u8>, Truth)> {
    let mut generator = Generator::new(options);
    let mut all = Vec::new();
    let mut line = Vec::new();
    while let Some(truth) = generator.write_line(&mut line) {
        assert_eq!(line.pop(), Some(b'\n'));
        all.push((std::mem::take(&mut line), truth));
    }
    all
}

fn object(options: &Options) -> (Vec<u8>, Summary) {
    let mut bytes = Vec::new();
    let summary = run(options, &mut bytes).unwrap();
    (bytes, summary)
}

/// The `message` of a line that is JSON.
fn message(line: &[u8]) -> String {
    let record: Value = serde_json::from_slice(line).unwrap();
    record["message"].as_str().unwrap().to_owned()
}

/// The raw text of the first `key=` of a tame line.
fn value<'a>(message: &'a str, key: &str, format: Format) -> Option<&'a str> {
    let (gap, fields) = if format == Format::Cef { (" ", 8) } else { ("#011", 6) };
    let extension = message.splitn(fields, '|').last()?;
    let start = match extension.strip_prefix(&format!("{key}=")) {
        Some(rest) => rest,
        None => extension.split_once(&format!("{gap}{key}="))?.1,
    };
    Some(start.split(gap).next().unwrap())
}

#[test]
fn the_first_thousand_lines_of_seed_1_are_the_same_for_ever() {
    let (bytes, _) = object(&plain(1000));
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, "d7eed4bb5230676fceb27997db37018aa66e7b277fe52b59a950aad0bf6c23e5");
}

#[test]
fn another_seed_gives_other_lines_and_the_same_seed_the_same() {
    let one = object(&plain(50)).0;
    assert_eq!(one, object(&plain(50)).0);
    assert_ne!(one, object(&Options { seed: 2, ..plain(50) }).0);
}

#[test]
fn more_lines_of_a_seed_begin_with_the_fewer() {
    let fewer = object(&plain(40)).0;
    assert!(object(&plain(60)).0.starts_with(&fewer));
}

#[test]
fn a_line_is_a_fluentd_object_with_its_four_keys_in_order() {
    for (line, _) in lines(&tame(300)) {
        let text = std::str::from_utf8(&line).unwrap();
        let keys = ["{\"message\":\"", "\",\"hostname\":\"", "\",\"timestamp\":\"", "\",\"tag\":\""];
        let places: Vec<usize> = keys.iter().map(|key| text.find(key).unwrap()).collect();
        assert!(places.is_sorted() && places[0] == 0, "{text}");
        let record: BTreeMap<String, String> = serde_json::from_str(text).unwrap();
        assert_eq!(record.len(), 4);
        assert!(!text.contains("\\/"), "{text}");
    }
}

#[test]
fn all_nine_modules_come_in_both_formats() {
    let options = Options { leef_share: 0.5, ..tame(2500) };
    let seen: BTreeSet<_> =
        lines(&options).into_iter().map(|(_, truth)| (truth.module, truth.format)).collect();
    assert_eq!(seen.len(), 18, "{seen:?}");
}

#[test]
fn a_share_of_nothing_gives_none_and_a_share_of_one_gives_all() {
    for (share, format) in [(0.0, Format::Cef), (1.0, Format::Leef)] {
        let options = Options { leef_share: share, ..tame(100) };
        assert!(
            lines(&options).iter().all(|(_, truth)| truth.format == Some(format) && truth.hostile.is_none())
        );
    }
    assert!(lines(&all_hostile(100)).iter().all(|(_, truth)| truth.hostile.is_some()));
}

#[test]
fn the_text_of_a_tame_line_says_what_its_truth_says() {
    for (line, truth) in lines(&Options { leef_share: 0.3, ..tame(600) }) {
        let message = message(&line);
        let format = truth.format.unwrap();
        let header: Vec<&str> = message.split('|').collect();
        assert_eq!(header[4], truth.signature.unwrap().to_string(), "{message}");
        let severity = match format {
            Format::Cef => header[6],
            Format::Leef => value(&message, "sev", format).unwrap(),
        };
        assert_eq!(severity, truth.severity.unwrap().to_string(), "{message}");
        // An action can hold a blank.
        let action = value(&message, "act", format);
        assert_eq!(action.is_some(), truth.action.is_some(), "{message}");
        assert!(truth.action.unwrap_or_default().starts_with(action.unwrap_or_default()), "{message}");
        assert_eq!(
            value(&message, "src", format),
            truth.source.map(|at| at.to_string()).as_deref(),
            "{message}"
        );
        assert_eq!(
            value(&message, "dst", format),
            truth.destination.map(|at| at.to_string()).as_deref(),
            "{message}"
        );
    }
}

#[test]
fn the_marker_has_the_blank_that_rsyslog_puts_behind_it_and_leef_has_no_tab_left() {
    for (line, truth) in lines(&Options { leef_share: 0.5, ..tame(200) }) {
        let message = message(&line);
        match truth.format.unwrap() {
            Format::Cef => assert!(message.contains(" CEF: 0|Trend Micro|"), "{message}"),
            Format::Leef => {
                assert!(message.contains(" LEEF: 2.0|Trend Micro|"), "{message}");
                assert!(message.contains("|cat=") && message.contains("#011name="), "{message}");
            }
        }
        assert!(!message.contains(char::is_control), "{message}");
    }
}

#[test]
fn detect_only_actions_are_not_counted_as_blocked() {
    for (_, truth) in lines(&tame(800)) {
        match truth.action {
            Some(action) if action.starts_with("IDS:") => assert_eq!(truth.outcome, Some(Outcome::Detected)),
            Some("Deny" | "Reset" | "Block" | "Quarantine" | "blocked") => {
                assert_eq!(truth.outcome, Some(Outcome::Blocked));
            }
            Some("Log" | "Pass" | "detectOnly") => assert_eq!(truth.outcome, Some(Outcome::Detected)),
            _ => {}
        }
    }
}

#[test]
fn packets_are_base64_and_tell_the_client_that_the_truth_names() {
    let (mut http, mut clients, mut private) = (0, 0, 0);
    for (line, truth) in lines(&Options { leef_share: 0.0, ..tame(800) }) {
        let message = message(&line);
        let Some(data) = value(&message, "TrendMicroDsPacketData", Format::Cef) else { continue };
        let packet = STANDARD.decode(data.replace("\\=", "=")).unwrap();
        let text = String::from_utf8_lossy(&packet);
        if text.contains(" HTTP/1.1\r\nHost: ") {
            http += 1;
        }
        if let Some(client) = truth.client {
            clients += 1;
            let source = truth.source.unwrap().to_string();
            assert!(source.starts_with("10."), "{source}");
            let list = text.split_once("X-Forwarded-For: ").unwrap().1.split_once("\r\n").unwrap().0;
            let last = list.rsplit(", ").find(|address| !address.starts_with("10."));
            assert_eq!(last, Some(client.to_string().as_str()), "{list}");
            private += u32::from(!list.ends_with(&client.to_string()));
        }
    }
    assert!(http > 200 && clients > 50 && private > 20, "{http} {clients} {private}");
}

#[test]
fn every_kind_of_hostile_line_comes_and_only_five_kinds_are_no_json() {
    let mut kinds = BTreeSet::new();
    let mut broken = BTreeSet::new();
    for (line, truth) in lines(&all_hostile(700)) {
        kinds.insert(truth.hostile.unwrap());
        if serde_json::from_slice::<Value>(&line).is_err() {
            broken.insert(truth.hostile.unwrap());
        }
    }
    assert_eq!(kinds, BTreeSet::from(Hostile::ALL));
    assert_eq!(
        broken,
        BTreeSet::from([
            Hostile::ShiftJis,
            Hostile::BrokenBytes,
            Hostile::CutJson,
            Hostile::ByteOrderMark,
            Hostile::Blank
        ])
    );
}

#[test]
fn hostile_lines_are_what_their_kind_says() {
    for (line, truth) in lines(&all_hostile(700)) {
        let format = truth.format;
        let text = String::from_utf8_lossy(&line);
        let shows = |part: &str| assert!(text.contains(part), "{:?}: {text}", truth.hostile);
        match truth.hostile.unwrap() {
            Hostile::CutPacket => {
                let message = message(&line);
                assert_eq!(message.len(), 8092);
                assert_eq!(message.matches("TrendMicroDsPacketData=").count(), 1);
            }
            Hostile::ForgedKey if format == Some(Format::Cef) => shows(" act=Log src=8.8.8.8 dst=8.8.4.4 "),
            Hostile::ForgedKey => shows("#011act=Log#011src=8.8.8.8#011"),
            Hostile::NestedHeader => {
                shows(" CEF:0|Trend Micro|Deep Security Agent|20.0|21|Deny all|5|act=Deny ")
            }
            Hostile::JoinedEvents => {
                shows("\\nCEF:0|Trend Micro|Deep Security Agent|");
                assert_eq!(truth.documents, 2);
                assert_eq!(text.matches(" src=").count(), 2);
            }
            Hostile::DuplicateKey => assert_eq!(text.matches("act=").count(), 2, "{text}"),
            Hostile::QuotesAndPipes if format == Some(Format::Cef) => {
                shows("|XSS \\\\| \\\"quoted\\\" \\\\\\\\ name|")
            }
            Hostile::QuotesAndPipes => shows("name=XSS | \\\"quoted\\\" \\\\ name"),
            Hostile::EmptyValues => assert!(text.contains("cs3= ") || text.contains("cs3=#011"), "{text}"),
            Hostile::TwoBlanks => shows("  "),
            Hostile::UnescapedEquals => shows("request=http://example.net/?a=1&b==2&"),
            Hostile::BareBackslashes => shows("filePath=c:\\\\new\\\\readme\\\\table.dll"),
            Hostile::NotAvailable => {
                shows("src=N/A");
                assert_eq!((truth.source, truth.destination), (None, None));
            }
            Hostile::HostNameAsAddress => {
                shows("src=client-7.example.com");
                assert_eq!(truth.source, None);
            }
            Hostile::Ipv6 => {
                shows("src=fe80:0:0:0:");
                assert!(truth.source.unwrap().is_ipv6() && truth.destination.unwrap().is_ipv6());
            }
            Hostile::ShiftJis | Hostile::BrokenBytes => assert!(std::str::from_utf8(&line).is_err()),
            Hostile::Japanese => shows("山田"),
            Hostile::LongMessage => assert!(line.len() > 9000),
            Hostile::ControlCharacters => {
                assert!(text.contains("#007 #033[31m") || text.contains("\\u0007 \\u001b[31m"), "{text}");
            }
            Hostile::RealTabs => shows("\\tname="),
            Hostile::Repeated => {}
            Hostile::CutHeader => {
                assert!(message(&line).matches('|').count() <= 3);
                assert!(truth.unparsable);
            }
            Hostile::CutJson => assert!(truth.unparsable && !line.ends_with(b"}")),
            Hostile::ByteOrderMark => assert!(line.starts_with(b"\xEF\xBB\xBF{")),
            Hostile::Blank => {
                assert!(line.trim_ascii().is_empty());
                assert_eq!(truth, Truth { hostile: Some(Hostile::Blank), ..Truth::default() });
            }
        }
    }
}

#[test]
fn a_repeated_line_stands_three_times_in_a_row() {
    let lines = lines(&all_hostile(700));
    let repeated: Vec<&[u8]> = lines
        .iter()
        .filter(|(_, truth)| truth.hostile == Some(Hostile::Repeated))
        .map(|(line, _)| line.as_slice())
        .collect();
    assert!(repeated.len() > 30);
    for three in repeated.chunks_exact(3) {
        assert!(three.iter().all(|line| *line == three[0]));
    }
}

#[test]
fn the_summary_is_the_sum_of_the_truths() {
    let options = Options { hostile_share: 0.5, ..plain(600) };
    let (bytes, summary) = object(&options);
    let mut expected = Summary::default();
    for (line, truth) in lines(&options) {
        expected.add(&truth, line.len() as u64 + 1);
    }
    assert_eq!(summary, expected);
    assert_eq!(summary.bytes, bytes.len() as u64);
    assert_eq!(summary.lines, 600);
    let joined = summary.hostile[&Hostile::JoinedEvents];
    assert_eq!(summary.documents, summary.lines - summary.blank + joined);
    let parsable: u64 = summary.modules.values().map(|module| module.documents).sum();
    assert_eq!(parsable + summary.unparsable, summary.documents);
    let firewall = &summary.modules[&Module::Firewall];
    assert_eq!(firewall.actions.values().sum::<u64>(), firewall.documents);
    assert_eq!(firewall.blocked + firewall.detected, firewall.documents);
}

#[test]
fn the_summary_is_json_with_names_for_keys() {
    let (_, summary) = object(&plain(300));
    let json = serde_json::to_value(&summary).unwrap();
    assert!(json["modules"]["intrusion_prevention"]["actions"]["IDS:Reset"].as_u64().unwrap() > 0);
    assert!(json["formats"]["leef"].as_u64().unwrap() > 0);
}

#[test]
fn gzip_holds_the_plain_lines_in_one_member() {
    let (plain_bytes, plain_summary) = object(&plain(200));
    let (gzip, summary) = object(&Options { encoding: Encoding::Gzip, ..plain(200) });
    assert_eq!(summary, plain_summary);
    let mut inflated = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(gzip.as_slice());
    decoder.read_to_end(&mut inflated).unwrap();
    assert!(inflated == plain_bytes);
    assert!(decoder.into_inner().is_empty());
}

#[test]
fn a_line_is_about_a_kilobyte_and_deflates_to_a_seventh() {
    let (bytes, summary) = object(&plain(3000));
    let mean = bytes.len() as u64 / summary.lines;
    assert!((900..1100).contains(&mean), "{mean}");
    let gzip = object(&Options { encoding: Encoding::Gzip, ..plain(3000) }).0;
    let ratio = bytes.len() as f64 / gzip.len() as f64;
    assert!((6.5..8.0).contains(&ratio), "{ratio}");
}

#[test]
fn a_sink_that_fails_is_an_error() {
    let error = run(&plain(200), &mut [0u8; 100].as_mut_slice()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WriteZero);
}

#[test]
fn fluentd_reads_at_once_but_hours_late_after_an_outage() {
    let seconds_late =
        |truth: &Truth| truth.read_time.unwrap().as_second() - truth.event_time.unwrap().as_second();
    let calm = lines(&Options { outage_share: 0.0, ..tame(500) });
    assert!(calm.iter().all(|(_, truth)| (0..=31).contains(&seconds_late(truth))));
    let late = lines(&Options { outage_share: 0.5, ..tame(1500) });
    let hours = late.iter().filter(|(_, truth)| seconds_late(truth) >= 3600).count();
    assert!((100..1400).contains(&hours), "{hours}");
    assert!(late.iter().all(|(_, truth)| seconds_late(truth) >= 0));
    assert!(late.is_sorted_by_key(|(_, truth)| truth.read_time));
}

#[test]
fn the_header_has_the_local_time_without_a_year_and_fluentd_the_offset() {
    let options = Options {
        start: "2026-12-31T14:59:50Z".parse().unwrap(),
        offset: Offset::constant(9),
        gap: 1000,
        ..tame(40)
    };
    let all = lines(&options);
    let first = message(&all[0].0);
    assert!(first.starts_with("Dec 31 23:59:"), "{first}");
    let last = all.last().unwrap();
    let record: Value = serde_json::from_slice(&last.0).unwrap();
    assert!(record["message"].as_str().unwrap().starts_with("Jan  1 00:00:"), "{record}");
    let read: jiff::Timestamp = record["timestamp"].as_str().unwrap().parse().unwrap();
    assert_eq!(Some(read), last.1.read_time);
    assert!(record["timestamp"].as_str().unwrap().ends_with("+09:00"));
}

#[test]
fn an_offset_west_of_greenwich_keeps_its_half_hour() {
    let options = Options { offset: Offset::from_seconds(-(3 * 3600 + 1800)).unwrap(), ..tame(1) };
    let record: Value = serde_json::from_slice(&lines(&options)[0].0).unwrap();
    assert!(record["timestamp"].as_str().unwrap().ends_with("-03:30"), "{record}");
}

proptest! {
    #![proptest_config(crate::cases(48))]

    #[test]
    fn any_options_give_as_many_lines_as_asked_for(
        seed: u64,
        count in 0u64..40,
        leef_share: f64,
        hostile_share in -0.5f64..1.5,
        outage_share: f64,
        second in -377_705_023_201i64..=253_402_207_200,
        gap: u64,
        offset in -93_599i32..=93_599,
    ) {
        let options = Options {
            seed,
            lines: count,
            leef_share,
            hostile_share,
            outage_share,
            start: jiff::Timestamp::from_second(second).unwrap(),
            gap,
            offset: Offset::from_seconds(offset).unwrap(),
            encoding: Encoding::Plain,
        };
        let (bytes, summary) = object(&options);
        prop_assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count() as u64, count);
        prop_assert_eq!(summary.lines, count);
    }
}

fn object_of(log_type: &LogType, options: &Options) -> Vec<u8> {
    let mut bytes = Vec::new();
    let summary = log_type.run(options, &mut bytes).unwrap();
    assert_eq!((summary.lines, summary.documents), (options.lines, options.lines), "{}", log_type.name);
    if options.encoding == Encoding::Plain {
        assert_eq!(summary.bytes, bytes.len() as u64, "{}", log_type.name);
    }
    bytes
}

/// An object of a log type, loaded by the section that takes its key.
fn loaded(log_type: &LogType) -> &'static Loaded {
    static LOADED: LazyLock<Vec<Loaded>> = LazyLock::new(|| LOG_TYPES.iter().map(load).collect());
    &LOADED[LOG_TYPES.iter().position(|other| other.name == log_type.name).unwrap()]
}

fn load(log_type: &LogType) -> Loaded {
    let Choice::Load(section) = all().for_key(log_type.key) else { panic!("{}", log_type.key) };
    assert_eq!(section.log_type().name, log_type.name);
    load_bytes(section, &object_of(log_type, &Options { lines: 3000, ..Options::default() }))
}

#[test]
fn the_first_thousand_events_of_a_log_type_are_the_same_for_ever() {
    let digests = [
        "e7073593384d85f494e2d1059e658a84fb45f1b8ed217c8984e0e0f0436d6255",
        "efe46fff0cd20d8b1fd3561bf8a4a6d9cdbef4cb0b8b6cd211e514518b1d528a",
        "3bc74f294895cee438f9d1f83df1f5b18d2f0c48c4af545d8bc9d270b21b8970",
        "ff53734ea59316a0fbc2d9688e51545c5a0f44e7d10a7ec6bcccd1d0f89bc1da",
        "705f6591b59475d27d20b842750c5f873a13b3a3e79d2ac224da0983f9fa44c2",
    ];
    let digest_of = |log_type: &LogType| {
        let digest = Sha256::digest(object_of(log_type, &plain(1000)));
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    assert_eq!(LOG_TYPES.each_ref().map(digest_of), digests);
    for log_type in &LOG_TYPES {
        let other = Options { seed: 2, ..plain(20) };
        assert_ne!(object_of(log_type, &plain(20)), object_of(log_type, &other), "{}", log_type.name);
    }
}

#[test]
fn each_event_of_a_log_type_loads_without_anything_odd_and_has_its_fields() {
    let web = ["source.ip", "event.outcome", "http.response.status_code", "http.version", "url.path"];
    for log_type in &LOG_TYPES {
        let name = log_type.name;
        let loaded = loaded(log_type);
        assert_eq!(loaded.account.problems.iter().collect::<Vec<_>>(), [], "{name}");
        assert_eq!(loaded.documents.len(), 3000, "{name}");
        let fields: &[&str] = match name {
            "waf" => {
                &["source.ip", "event.action", "event.type", "rule.name", "url.domain", "user_agent.original"]
            }
            "alb" => &[
                "source.ip",
                "event.outcome",
                "http.response.status_code",
                "url.full",
                "user_agent.original",
            ],
            "cloudtrail" => {
                &["source.address", "event.action", "event.outcome", "cloud.region", "cloud.account.id"]
            }
            "vpcflowlogs" => &["event.outcome", "cloud.account.id"],
            _ => &web,
        };
        for document in &loaded.documents {
            let has = |field: &str| assert!(document.has(field), "{name} has no {field}: {}", document.json);
            ["@timestamp", "event.kind"].iter().chain(fields).copied().for_each(has);
            assert_ne!(document.get("event.kind"), "pipeline_error", "{}", document.json);
            assert!(document.text("@timestamp").starts_with("2026-11-22T00:0"), "{}", document.json);
            match name {
                "vpcflowlogs" if document.get("log_status") == "OK" => {
                    ["source.ip", "destination.ip", "network.transport", "event.action"]
                        .into_iter()
                        .for_each(has);
                }
                "cloudtrail" if document.get("userIdentity.type") != "AWSService" => {
                    ["source.ip", "user.name"].into_iter().for_each(has);
                }
                _ => {}
            }
        }
    }
}

#[test]
fn the_events_of_a_log_type_are_of_all_kinds() {
    for (name, field, expected) in [
        ("waf", "terminatingRuleType", &["MANAGED_RULE_GROUP", "RATE_BASED", "REGULAR"][..]),
        ("waf", "event.type", &["allowed", "denied"]),
        ("alb", "event.outcome", &["failure", "success"]),
        ("alb", "url.scheme", &["http", "https"]),
        (
            "cloudtrail",
            "userIdentity.type",
            &["AWSAccount", "AWSService", "AssumedRole", "FederatedUser", "IAMUser", "Root"],
        ),
        ("cloudtrail", "eventType", &["AwsApiCall", "AwsConsoleSignIn"]),
        ("cloudtrail", "event.outcome", &["failure", "success"]),
        ("vpcflowlogs", "event.type", &["allowed", "denied", "info"]),
        ("vpcflowlogs", "network.transport", &["icmp", "tcp", "udp"]),
        ("nginx-access", "http.request.method", &["GET", "HEAD", "POST"]),
    ] {
        let log_type = LOG_TYPES.iter().find(|log_type| log_type.name == name).unwrap();
        let documents = &loaded(log_type).documents;
        let seen: BTreeSet<&str> =
            documents.iter().filter_map(|document| document.get(field).as_str()).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), expected, "{name} {field}");
    }
}

#[test]
fn one_search_finds_what_an_attacker_did_in_all_log_types() {
    for log_type in &LOG_TYPES {
        let documents = &loaded(log_type).documents;
        let found =
            |address: &str| documents.iter().filter(|document| document.get("source.ip") == address).count();
        assert!((1..=16).all(|number| found(&format!("203.0.113.{number}")) > 0), "{}", log_type.name);
    }
    // The same request, at the same time.
    let [of_waf, of_alb] = [0, 1].map(|at| &loaded(&LOG_TYPES[at]).documents);
    for (one, other) in of_waf.iter().zip(of_alb) {
        for field in ["source.ip", "url.path", "url.query", "http.request.method", "user_agent.original"] {
            assert_eq!(one.get(field), other.get(field), "{field} of {} and {}", one.json, other.json);
        }
    }
}
