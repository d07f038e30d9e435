//! One event in both formats: CEF and LEEF give the same document, but for the raw line and the id that is made from it.

use es_loader::document::problem::Problem;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{document, fluentd_line, load_bytes, plan};

/// An event before a format is chosen.
struct Event<'a> {
    product: &'a str,
    id: &'a str,
    category: &'a str,
    name: &'a str,
    severity: &'a str,
    pairs: Vec<(&'a str, String)>,
}

fn pairs<'a>(pairs: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
    pairs.iter().map(|(key, value)| (*key, (*value).to_owned())).collect()
}

impl Event<'_> {
    fn cef(&self) -> String {
        let Self { product, id, name, severity, .. } = self;
        let escaped = |value: &str| {
            value.replace('\\', "\\\\").replace('=', "\\=").replace('\n', "\\n").replace('\r', "\\r")
        };
        let extension: Vec<String> =
            self.pairs.iter().map(|(key, value)| format!("{key}={}", escaped(value))).collect();
        format!(
            "Nov 22 15:08:33 h CEF: 0|Trend Micro|Deep Security {product}|20.0.1|{id}|{name}|{severity}|{}",
            extension.join(" ")
        )
    }

    /// As Deep Security writes LEEF: backslashes doubled and line breaks as `\n`, an equals sign as it is.
    fn leef(&self, tab: &str) -> String {
        let Self { product, id, category, name, severity, .. } = self;
        let spelled = |key: &str| match key {
            "suser" => "usrName".to_owned(),
            "smac" => "srcMAC".to_owned(),
            "dmac" => "dstMAC".to_owned(),
            "spt" => "srcPort".to_owned(),
            "dpt" => "dstPort".to_owned(),
            key => key.to_owned(),
        };
        let escaped = |value: &str| value.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
        let header = [("cat", *category), ("name", *name), ("desc", *name), ("sev", *severity)];
        let header = header.into_iter().map(|(key, value)| format!("{key}={value}"));
        let attributes = self.pairs.iter().map(|(key, value)| format!("{}={}", spelled(key), escaped(value)));
        let attributes: Vec<String> = header.chain(attributes).collect();
        format!(
            "Nov 22 15:08:33 h LEEF: 2.0|Trend Micro|Deep Security {product}|20.0.1|{id}|{}",
            attributes.join(tab)
        )
    }
}

/// The document without what comes from the line as it stands.
fn without_the_line(message: &str) -> Value {
    let mut source = document(message).source;
    for name in ["@message", "@id"] {
        source.as_object_mut().unwrap().remove(name).unwrap();
    }
    source
}

const NETWORK: [(&str, &str); 16] = [
    ("cn1", "1"),
    ("cn1Label", "Host ID"),
    ("dvchost", "web01"),
    ("dmac", "00:50:56:F5:7F:47"),
    ("smac", "00-0C-29-EB-35-DE"),
    ("TrendMicroDsFrameType", "IP"),
    ("src", "203.0.113.9"),
    ("dst", "10.0.0.5"),
    ("in", "291"),
    ("cs3", "DF 0"),
    ("cs3Label", "Fragmentation Bits"),
    ("proto", "TCP"),
    ("spt", "49617"),
    ("dpt", "80"),
    ("cnt", "1"),
    ("act", "IDS:Reset"),
];

fn events() -> Vec<Event<'static>> {
    let packet = [
        ("cs1", "XSS | \"Attack\""),
        ("cs1Label", "DPI Note"),
        ("cn2", "-309"),
        ("cn2Label", "DPI Reason"),
        ("cs5", "10"),
        ("cs5Label", "Intrusion Prevention Stream Position"),
        ("xff", "198.51.100.7"),
        (
            "TrendMicroDsPacketData",
            "R0VUIC9hP2I9YyBIVFRQLzEuMQ0KSG9zdDogYS5leGFtcGxlDQpDb29raWU6IHM9MQ0KDQo=",
        ),
    ];
    let agent = |id, category, name, severity, list: &[(&'static str, &str)]| Event {
        product: "Agent",
        id,
        category,
        name,
        severity,
        pairs: pairs(list),
    };
    vec![
        Event {
            product: "Manager",
            id: "160",
            category: "System",
            name: "Authentication Failed",
            severity: "3",
            pairs: pairs(&[
                ("src", "192.168.1.20"),
                ("suser", "System"),
                ("target", "MasterAdmin"),
                ("msg", "User password incorrect\nfor C:\\new on an attempt to sign in from 172.20.4.1"),
                ("TrendMicroDsTenant", "Primary"),
                ("TrendMicroDsTenantId", "0"),
            ]),
        },
        agent("21", "Firewall", "Out Of Allowed Policy", "0", &NETWORK),
        agent(
            "20",
            "Firewall",
            "Values that fit no field",
            "0",
            &[("smac", "N/A"), ("dmac", "10.0.0.5"), ("spt", "x"), ("dpt", "-1"), ("suser", "N/A")],
        ),
        agent("1000552", "Intrusion Prevention", "A rule", "10", &[&NETWORK[..], &packet].concat()),
        agent(
            "4000010",
            "Anti-Malware",
            "SPYWARE",
            "6",
            &[
                ("dvc", "10.0.0.9"),
                ("suser", "u05434"),
                ("filePath", "C:\\new\\test=1\\a b.exe"),
                ("cs4", "10"),
                ("cs4Label", "Resource Type"),
                ("cs6", "Image:1 | Name | Id"),
                ("cs6Label", "Container"),
                ("act", "Quarantine"),
                ("msg", "Realtime"),
                ("TrendMicroDsMitre", "T1068,T1547.001"),
                ("TrendMicroDsFileMD5", "44D88612FEA8A8F36DE82E1278ABB02F"),
                ("TrendMicroDsCommandLine", "cmd /c \"a=b\" C:\\run"),
            ],
        ),
        agent(
            "60",
            "AppControl",
            "blocked",
            "6",
            &[
                ("suser", "root"),
                ("suid", "0"),
                ("act", "blocked"),
                ("filePath", "/tmp/miner"),
                ("fsize", "20"),
                ("cs2", "0CC9713BA896193A527213D9C94892D41797EB7C"),
                ("cs2Label", "sha1"),
                ("newKey", "v=1"),
            ],
        ),
        agent(
            "7001200",
            "Device Control",
            "DeviceControl",
            "6",
            &[
                ("device", "Flash Disk"),
                ("processName", "C:\\Windows\\explorer.exe"),
                ("fileName", "E:\\plan.xlsx"),
                ("vendor", "SanDisk Corp."),
                ("deviceType", "1"),
                ("permission", "2"),
            ],
        ),
        agent(
            "2002779",
            "Integrity Monitor",
            "File modified",
            "8",
            &[
                ("act", "renamed"),
                ("filePath", "c:\\windows\\r.dll"),
                ("oldfilePath", "c:\\windows\\n.dll"),
                ("sproc", "C:\\Windows\\notepad.exe"),
                ("msg", "lastModified,sha1,size"),
            ],
        ),
        agent(
            "3002795",
            "Log Inspection",
            "Microsoft Windows Events",
            "8",
            &[
                ("cs1", "Multiple Windows Logon Failures"),
                ("cs1Label", "LI Description"),
                ("fname", "Security"),
                ("src", "127.0.0.1"),
                ("duser", "(no user)"),
                ("shost", "WIN-RM6HM42G65V"),
                ("msg", "WinEvtLog: \"a\"=>1, {b=2}\nnext C:\\temp | end"),
            ],
        ),
        agent(
            "5000001",
            "Web Reputation",
            "WebReputation",
            "5",
            &[("request", "http://a.example:8080/x?y=z#f"), ("msg", "Suspicious")],
        ),
    ]
}

#[test]
fn leef_gives_the_document_of_the_same_event_in_cef() {
    for event in events() {
        let cef = without_the_line(&event.cef());
        for tab in ["\t", "#011"] {
            assert_eq!(without_the_line(&event.leef(tab)), cef, "{}", event.id);
        }
    }
}

/// Values of an attribute: no tab and no key in them, which neither format could tell from its own.
fn value() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9:/.(){}\"'|,;語\\\\\n-]{0,6}( [a-zA-Z0-9:/.|語\\\\-]{1,6}){0,3}"
}

proptest! {
    #![proptest_config(crate::cases(64))]

    #[test]
    fn any_values_are_the_same_in_both_formats(
        values in proptest::collection::vec(value(), 6),
        module in proptest::sample::select(vec![("21", "Firewall"), ("1000552", "Intrusion Prevention"), ("4000000", "Anti-Malware"), ("30", "Integrity Monitor")]),
    ) {
        let keys = ["filePath", "suser", "cs1", "newKey", "act", "sproc"];
        let pairs = keys.into_iter().zip(values).collect();
        let event = Event { product: "Agent", id: module.0, category: module.1, name: "n", severity: "3", pairs };
        prop_assert_eq!(without_the_line(&event.leef("\t")), without_the_line(&event.cef()));
    }
}

#[test]
fn a_delimiter_field_that_names_none_is_kept_and_counted() {
    let line = "LEEF:2.0|Trend Micro|Deep Security Agent|20|21|three words here|cat=Firewall\tact=Deny\tsrc=203.0.113.9";
    let loaded = load_bytes(plan(), &fluentd_line(line));
    let document = loaded.documents.first().unwrap();
    assert_eq!(document.text("source.ip"), "203.0.113.9");
    assert_eq!(document.text("deepsecurity.unparsed"), "three words here");
    assert_eq!(loaded.account.problems.count(Problem::UnparsedText), 1);
    let named = "LEEF:2.0|Trend Micro|Deep Security Agent|20|21|^|cat=Firewall^act=Deny^src=203.0.113.9";
    let loaded = load_bytes(plan(), &fluentd_line(named));
    assert_eq!(loaded.account.problems.count(Problem::UnparsedText), 0);
    assert!(!loaded.documents.first().unwrap().has("deepsecurity.unparsed"));
}

#[test]
fn a_windows_path_whose_backslashes_nobody_doubled_is_kept_in_leef_too() {
    for path in [r"C:\new\readme.txt", r"C:\Users\x", r"\\server\share"] {
        let line = format!(
            "LEEF:2.0|Trend Micro|Deep Security Agent|20|4000000|cat=Anti-Malware\tact=Pass\tfilePath={path}"
        );
        let expected = if path.starts_with(r"\\") { r"\\server\share" } else { path };
        assert_eq!(document(&line).text("file.path"), expected);
    }
}

#[test]
fn an_event_whose_tabs_became_blanks_is_read_and_counted() {
    let line =
        "LEEF:2.0|Trend Micro|Deep Security Agent|20|21|cat=Firewall act=Deny src=203.0.113.9 dstPort=80";
    let loaded = load_bytes(plan(), &fluentd_line(line));
    let document = loaded.documents.first().unwrap();
    assert_eq!(
        (document.text("source.ip"), document.get("destination.port").as_u64()),
        ("203.0.113.9", Some(80))
    );
    assert_eq!(loaded.account.problems.count(Problem::DelimiterGuessed), 1);
}
