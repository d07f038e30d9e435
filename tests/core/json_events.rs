//! Events in JSON, as a Manager publishes them to SNS: each gives the document of its CEF line.

use std::collections::BTreeMap;

use es_loader::document::problem::Problem;
use serde_json::{Value, json};

use crate::support::{Document, Loaded, load_bytes, plan, plan_with, tells};

/// Fields that are about the record, the line or the relay, and not about the event.
const AROUND: [&str; 10] = [
    "@id",
    "@message",
    "cef.version",
    "event.id",
    "event.created",
    "event.ingested",
    "log.syslog",
    "server.name",
    "deepsecurity.extra",
    "deepsecurity.tag",
];

fn load_json(value: &Value) -> Loaded {
    load_bytes(plan(), value.to_string().as_bytes())
}

fn only(mut loaded: Loaded) -> Document {
    assert_eq!(loaded.documents.len(), 1);
    loaded.documents.remove(0)
}

fn leaves(value: &Value, path: &str, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(value, &path, found);
            }
        }
        _ => _ = found.insert(path.to_owned(), value.clone()),
    }
}

fn event_fields(document: &Document) -> BTreeMap<String, Value> {
    let mut fields = BTreeMap::new();
    leaves(&document.source, "", &mut fields);
    fields.retain(|name, _| !AROUND.iter().any(|around| name.starts_with(around)));
    fields
}

/// An event with what the Manager writes into each, over which `fields` go.
fn event(kind: &str, fields: Value) -> Value {
    let mut event = json!({
        "EventType": kind, "EventID": 838_236, "LogDate": "2026-11-22T15:08:33.000Z", "HostAgentVersion": "20.0.0.1194",
        "Hostname": "web01.example.com", "HostID": 9341, "HostOS": "Amazon Linux 2023", "Origin": 0, "OriginString": "Agent",
        "TenantID": 42, "TenantName": "Example", "Tags": "", "HostInstanceID": "i-0bbafc95",
    });
    for (name, value) in fields.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

/// The same event as a CEF line.
fn cef(id: &str, name: &str, severity: &str, extension: &str) -> String {
    format!(
        "2026-11-22T15:08:33.000Z CEF:0|Trend Micro|Deep Security Agent|20.0.0.1194|{id}|{name}|{severity}|cn1=9341 cn1Label=Host ID \
         dvchost=web01.example.com {extension} TrendMicroDsTenant=Example TrendMicroDsTenantId=42"
    )
}

/// Asks that an event gives the document of a CEF line; `missing` are fields that JSON does not carry.
fn assert_same(event: &Value, cef: &str, missing: &[&str]) {
    let of_json = only(load_json(event));
    let of_cef = only(load_bytes(plan(), json!({ "message": cef }).to_string().as_bytes()));
    let mut expected = event_fields(&of_cef);
    for name in missing {
        assert!(expected.remove(*name).is_some(), "{name} is no field of {}", of_cef.json);
    }
    let found = event_fields(&of_json);
    for (name, value) in &expected {
        assert_eq!(found.get(name), Some(value), "{name}\n{}\n{}", of_json.json, of_cef.json);
    }
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{}", of_json.json);
}

fn firewall(fields: Value) -> Value {
    let mut event = event(
        "PacketLog",
        json!({
            "Action": 6, "ActionString": "Log Only", "DestinationIP": "192.0.2.44", "DestinationMAC": "0E:37:8C:B4:47:10",
            "DestinationPort": 443, "Direction": 1, "DirectionString": "Outgoing", "Flags": "SYN DF=1", "FrameString": "IP",
            "PacketSize": 74, "Protocol": 6, "ProtocolString": "TCP", "Reason": "Log All - Outbound", "RepeatCount": 3,
            "SourceIP": "10.0.0.7", "SourceMAC": "0E:28:7B:CF:58:50", "SourcePort": 36248, "Status": 0,
        }),
    );
    for (name, value) in fields.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

const PACKET: &str = "src=10.0.0.7 spt=36248 smac=0E:28:7B:CF:58:50 dst=192.0.2.44 dpt=443 dmac=0E:37:8C:B4:47:10 proto=TCP \
                      TrendMicroDsFrameType=IP cs2=SYN cs2Label=TCP Flags cs3=DF cs3Label=Fragmentation Bits cnt=3";

#[test]
fn a_firewall_event_is_that_of_its_cef_line() {
    let line = cef("20", "Log All - Outbound", "0", &format!("act=Log out=74 {PACKET}"));
    assert_same(&firewall(json!({})), &line, &["event.severity"]);
    let line = cef("21", "Rule 7", "5", &format!("act=IDS:Deny in=74 {PACKET}"));
    let denied =
        json!({"ActionString": "Detect Only: Deny", "DirectionString": "Incoming", "Reason": "Rule 7"});
    assert_same(&firewall(denied), &line, &["event.severity"]);
    let line = cef("123", "Out Of Allowed Policy", "5", &format!("act=Deny in=74 {PACKET}"));
    let built_in = json!({"ActionString": "Deny", "DirectionString": "Incoming", "Reason": "Out Of Allowed Policy", "Status": 123});
    assert_same(&firewall(built_in), &line, &["event.severity"]);
}

#[test]
fn an_intrusion_prevention_event_is_that_of_its_cef_line() {
    use base64::Engine as _;
    let payload =
        b"GET /?s=q&password=Tr0ub4dor HTTP/1.1\r\nHost: www.example.com\r\nCookie: id=s3cr3tvalue\r\n\r\n";
    let hex: String = payload.iter().map(|byte| format!("{byte:02X}")).collect();
    let base64 = base64::engine::general_purpose::STANDARD.encode(payload).replace('=', "\\=");
    let mut event = firewall(json!({
        "EventType": "PayloadLog", "ActionString": "Reset", "DirectionString": "Incoming", "Severity": 2, "SeverityString": "Medium",
        "Reason": "1000552 - Generic Cross Site Scripting(XSS) Prevention", "Status": -501, "PositionInBuffer": 10,
        "PositionInStream": 60218, "PacketData": hex,
    }));
    let line = cef(
        "1000552",
        "Generic Cross Site Scripting(XSS) Prevention",
        "6",
        &format!(
            "act=Reset in=74 {PACKET} cn2=-501 cn2Label=DPI Reason cn3=10 cn3Label=DPI Packet Position cs5=60218 \
             cs5Label=DPI Stream Position TrendMicroDsPacketData={base64}"
        ),
    );
    assert_same(&event, &line, &[]);
    // The payload stands in its own field only, without its secrets, however the source spells it.
    let spelled = event.to_string().replace(&hex[..2], &format!("\\u003{}{}", &hex[..1], &hex[1..2]));
    for source in [event.to_string(), spelled] {
        let document = only(load_bytes(plan(), source.as_bytes()));
        for secret in ["Tr0ub4dor", "s3cr3tvalue"] {
            let in_hex: String = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
            assert!(!tells(&document.json, secret) && !document.json.contains(&in_hex), "{}", document.json);
        }
        assert_eq!(document.get("url.domain"), "www.example.com", "{}", document.json);
    }
    // A reason that is no rule is a name.
    event["Reason"] = json!("Invalid UTF8 encoding");
    let document = only(load_json(&event));
    assert_eq!(document.get("rule.name"), "Invalid UTF8 encoding");
    assert_eq!(document.get("rule.ruleset"), "Intrusion Prevention");
}

#[test]
fn an_anti_malware_event_is_that_of_its_cef_line() {
    let malware = |fields: Value| {
        let mut event = event(
            "AntiMalwareEvent",
            json!({
                "AMTargetTypeString": "N/A", "ATSEDetectionLevel": 0, "FileSHA1": "3395856CE81F2B7382DEE72602F798B642F14140",
                "InfectedFilePath": "d:\\temp2\\new.zip(file.aspx)", "MajorVirusType": 2, "MajorVirusTypeString": "Virus",
                "MalwareName": "Eicar_test_file", "ScanResultString": "Quarantined", "ScanType": 0, "ScanTypeString": "Real Time",
            }),
        );
        for (name, value) in fields.as_object().unwrap() {
            event[name] = value.clone();
        }
        event
    };
    let line = |id: &str, action: &str, scan: &str, rest: &str| {
        let hash =
            "TrendMicroDsMalwareTargetType=N/A TrendMicroDsFileSHA1=3395856CE81F2B7382DEE72602F798B642F14140";
        cef(
            id,
            "Eicar_test_file",
            "6",
            &format!(r"filePath=d:\\temp2\\new.zip(file.aspx) {action} msg={scan} {hash} {rest}"),
        )
    };
    let quarantined = line("4000000", "act=Quarantine result=Quarantined", "Realtime", "");
    assert_same(&malware(json!({})), &quarantined, &["event.severity"]);
    let spyware = json!({"MajorVirusTypeString": "Spyware", "ScanTypeString": "Scheduled", "ScanResultString": "Deleted"});
    assert_same(
        &malware(spyware),
        &line("4000012", "act=Delete result=Deleted", "Scheduled", ""),
        &["event.severity"],
    );
    let container =
        json!({"ContainerImageName": "nginx:1.27", "ContainerName": "web", "ContainerID": "4f5a"});
    let contained = line(
        "4000000",
        "act=Quarantine result=Quarantined",
        "Realtime",
        "cs6=nginx:1.27 | web | 4f5a cs6Label=Container",
    );
    assert_same(&malware(container), &contained, &["event.severity"]);
}

#[test]
fn events_of_the_other_modules_are_those_of_their_cef_lines() {
    let integrity = event(
        "IntegrityEvent",
        json!({
            "ChangeString": "Updated", "Key": "c:\\windows\\message.dll", "User": "admin", "SeverityString": "High",
            "Process": "C:\\Windows\\System32\\notepad.exe", "Reason": "1002779 - Microsoft Windows - System file modified",
            "EntityType": "File",
        }),
    );
    let line = cef(
        "2002779",
        "Microsoft Windows - System file modified",
        "8",
        r"act=updated filePath=c:\\windows\\message.dll suser=admin sproc=C:\\Windows\\System32\\notepad.exe entityType=File",
    );
    assert_same(&integrity, &line, &[]);
    let inspection = event(
        "LogInspectionEvent",
        json!({
            "OSSEC_Description": "Multiple Windows Logon Failures", "OSSEC_Location": "Security", "OSSEC_SourceIP": "127.0.0.1",
            "OSSEC_SourcePort": "54056", "OSSEC_SourceUser": "nora", "OSSEC_DestinationIP": "192.0.2.7", "OSSEC_DestinationPort": "22",
            "OSSEC_ProgramName": "sshd", "OSSEC_URL": "/login",
            "OSSEC_Hostname": "ws44.example.com", "OSSEC_DestinationUser": "(no user)", "SeverityString": "High",
            "OSSEC_FullLog": "Nov 22 ws44 sshd[71]: a=b act=Deny src=192.0.2.1", "Reason": "1002795 - Microsoft Windows Events",
        }),
    );
    let line = cef(
        "3002795",
        "Microsoft Windows Events",
        "8",
        "cs1=Multiple Windows Logon Failures cs1Label=LI Description fname=Security src=127.0.0.1 spt=54056 suser=nora dst=192.0.2.7 \
         dpt=22 sproc=sshd request=/login shost=ws44.example.com duser=(no user) msg=Nov 22 ws44 sshd[71]: a\\=b act\\=Deny src\\=192.0.2.1",
    );
    assert_same(&inspection, &line, &[]);
    let short = event(
        "LogInspectionEvent",
        json!({"OSSEC_Log": "a line", "Reason": "1002795 - n", "SeverityString": "High"}),
    );
    assert_same(&short, &cef("3002795", "n", "8", "msg=a line"), &[]);
    let reputation = event(
        "WebReputationEvent",
        json!({"URL": "http://bad.example.com/x.htm", "TargetIP": "203.0.113.9", "RiskString": "Dangerous"}),
    );
    let line = cef(
        "5000000",
        "WebReputation",
        "5",
        "request=http://bad.example.com/x.htm dst=203.0.113.9 msg=Dangerous",
    );
    // Without DetectOnly there is no id, and so neither name nor severity, nor whether it was stopped.
    let by_id = [
        "event.code",
        "event.severity",
        "event.type",
        "event.outcome",
        "event.action",
        "rule.id",
        "rule.name",
    ];
    let same = |document: &Document| {
        let mut fields = event_fields(document);
        fields.retain(|name, _| !by_id.contains(&name.as_str()) && name != "deepsecurity.disposition");
        fields
    };
    let of_json = only(load_json(&reputation));
    assert_eq!(
        same(&of_json),
        same(&only(load_bytes(plan(), json!({ "message": line }).to_string().as_bytes())))
    );
    assert_eq!((of_json.text("event.action"), of_json.get("event.type")), ("url-reported", &json!(["info"])));
    assert!(!of_json.has("event.outcome") && !of_json.has("event.code"));
    let control = event(
        "AppControlEvent",
        json!({
            "Action": "Execution of Unrecognized Software Blocked", "FilePath": "/opt/tool", "FileName": "run.sh", "FileSize": 20,
            "UserName": "root", "UserID": 0, "SHA1": "3395856CE81F2B7382DEE72602F798B642F14140", "AggregationType": 0, "RepeatCount": 1,
        }),
    );
    let line = cef(
        "6002200",
        "",
        "6",
        "act=blocked filePath=/opt/tool/run.sh fsize=20 suser=root suid=0 cs1=notWhitelisted cs1Label=actionReason \
         cs2=3395856CE81F2B7382DEE72602F798B642F14140 cs2Label=sha1 aggregationType=0 repeatCount=1",
    );
    assert_same(&control, &line, &["event.severity"]);
}

#[test]
fn a_web_reputation_event_that_says_whether_it_only_detects_is_judged_by_it() {
    for (detect_only, id) in [(true, "5000001"), (false, "5000000")] {
        let event = event(
            "WebReputationEvent",
            json!({"URL": "http://bad.example.com/x.htm", "RiskString": "Dangerous", "DetectOnly": detect_only}),
        );
        let line = cef(id, "WebReputation", "5", "request=http://bad.example.com/x.htm msg=Dangerous");
        assert_same(&event, &line, &["event.severity", "rule.name"]);
    }
}

#[test]
fn processes_containers_users_and_files_of_json_are_those_of_the_cef_line() {
    let packet = firewall(json!({
        "EventType": "PayloadLog", "ActionString": "Reset", "DirectionString": "Incoming", "Reason": "1000552 - A rule",
        "PosInBuffer": 10, "PosInStream": 60218, "PayloadFlags": 9, "ImageName": "nginx:1.27", "ContainerName": "web",
        "ContainerID": "4f5a", "ProcessName": "/usr/sbin/nginx", "ProcessID": 9,
    }));
    let of_packet = "cn3=10 cn3Label=DPI Packet Position cs5=60218 cs5Label=DPI Stream Position cs6=9 cs6Label=DPI Flags \
                     processName=/usr/sbin/nginx TrendMicroDsProcessPid=9 cs7=nginx:1.27 | web | 4f5a cs7Label=Container";
    let line = cef(
        "1000552",
        "A rule",
        "6",
        &format!("act=Reset in=74 cn2=0 cn2Label=DPI Reason {PACKET} {of_packet}"),
    );
    assert_same(&packet, &line, &["event.severity"]);
    let malware = event(
        "AntiMalwareEvent",
        json!({
            "InfectedFilePath": "/tmp/demo", "MalwareName": "TM_MALWARE_BEHAVIOR", "Process": "testsys_m64", "UserName": "root",
            "ScanResultString": "Passed", "ScanTypeString": "Real Time", "MajorVirusTypeString": "Suspicious Activity",
        }),
    );
    let of_malware =
        "filePath=/tmp/demo act=Pass result=Passed msg=Realtime TrendMicroDsProcess=testsys_m64 suser=root";
    assert_same(&malware, &cef("4000020", "TM_MALWARE_BEHAVIOR", "6", of_malware), &["event.severity"]);
    let control = event(
        "AppControlEvent",
        json!({
            "Action": "Execution of Software Blocked by Rule", "Path": "/usr/bin/", "FileName": "script.sh",
            "ProcessName": "/usr/bin/bash", "ProcessID": 77,
        }),
    );
    let of_control =
        "act=blocked filePath=/usr/bin/script.sh processName=/usr/bin/bash TrendMicroDsProcessPid=77";
    assert_same(&control, &cef("6002100", "", "6", of_control), &["event.severity"]);
    let integrity = event(
        "IntegrityEvent",
        json!({
            "ChangeString": "Updated", "Key": "/etc/hosts", "SeverityString": "High", "Reason": "1002779 - A rule",
            "Description": "Size changed from 1,024 to 2,048 bytes.", "IsHash": "3395856CE81F2B7382DEE72602F798B642F14140",
        }),
    );
    let of_integrity = "act=updated filePath=/etc/hosts fileHash=3395856CE81F2B7382DEE72602F798B642F14140 \
                        msg=Size changed from 1,024 to 2,048 bytes.";
    assert_same(&integrity, &cef("2002779", "A rule", "8", of_integrity), &[]);
}

#[test]
fn a_system_event_is_that_of_its_cef_line() {
    let event = json!({
        "ActionBy": "MasterAdmin", "Description": "User signed in from 198.51.100.7", "EventID": 6813, "EventType": "SystemEvent",
        "LogDate": "2026-11-22T15:08:33.000Z", "ManagerNodeID": 123, "ManagerNodeName": "job7-123", "Number": 600, "Origin": 3,
        "OriginString": "Manager", "Severity": 1, "SeverityString": "Info", "Tags": "", "TargetID": 1, "TargetName": "MasterAdmin",
        "TargetType": "User", "TenantID": 42, "TenantName": "Example", "Title": "User Signed In",
    });
    let line = "2026-11-22T15:08:33.000Z CEF:0|Trend Micro|Deep Security Manager||600|User Signed In|3|suser=MasterAdmin \
                target=MasterAdmin targetID=1 targetType=User msg=User signed in from 198.51.100.7 TrendMicroDsTenant=Example \
                TrendMicroDsTenantId=42";
    assert_same(&event, line, &[]);
    assert_eq!(only(load_json(&event)).get("source.ip"), "198.51.100.7");
}

#[test]
fn log_date_is_the_time_and_chooses_the_index() {
    let mut event = firewall(json!({"LogDate": "2026-11-20T01:07:17.080Z"}));
    let document = only(load_json(&event));
    assert_eq!(document.text("@timestamp"), "2026-11-20T01:07:17.080+00:00");
    assert_eq!(document.index, "log-deepsecurity-2026-11");
    event["LogDate"] = json!("soon");
    let document = only(load_json(&event));
    assert_eq!(document.get("deepsecurity.extra.LogDate"), "soon");
    assert_eq!(document.get("source.ip"), "10.0.0.7");
}

#[test]
fn arrays_notifications_and_invocations_give_a_document_for_each_event() {
    let events = json!([firewall(json!({})), firewall(json!({"SourceIP": "10.0.0.8"}))]);
    let notification = json!({
        "Type": "Notification", "MessageId": "882160ff", "TopicArn": "arn:aws:sns:us-east-1:435663754235:deep-security",
        "Message": events.to_string(), "Timestamp": "2026-11-22T15:08:40.000Z", "SignatureVersion": "1",
    });
    let invocation =
        json!({"Records": [{"EventVersion": "1.0", "EventSource": "aws:sns", "Sns": notification}]});
    let logs = json!({
        "messageType": "DATA_MESSAGE", "owner": "435663754235", "logGroup": "/aws/lambda/ds", "logStream": "s",
        "logEvents": [{"id": "1", "timestamp": 1_795_360_120_000_u64, "message": events.to_string()}],
    });
    let lines = format!("{}\n{}\n", events[0], events[1]);
    let joined = format!("{notification}{notification}");
    for (bytes, count) in [
        (events.to_string(), 2),
        (serde_json::to_string_pretty(&events[0]).unwrap(), 1),
        (notification.to_string(), 2),
        (invocation.to_string(), 2),
        (lines, 2),
        (joined, 4),
        (json!({"messageId": "1", "body": events.to_string()}).to_string(), 2),
        (json!({"log": events.to_string(), "time": "2026-11-22T15:08:40Z"}).to_string(), 2),
        (json!({"message": events, "source_type": "aws_sqs"}).to_string(), 2),
        (logs.to_string(), 2),
    ] {
        let loaded = load_bytes(plan(), bytes.as_bytes());
        let addresses: Vec<_> = loaded.documents.iter().map(|document| document.text("source.ip")).collect();
        let expected: Vec<_> = ["10.0.0.7", "10.0.0.8"].into_iter().cycle().take(count).collect();
        assert_eq!(addresses, expected, "{bytes}");
        assert_eq!(loaded.account.problems.count(Problem::MessageMissing), 0);
        let ids: std::collections::BTreeSet<_> =
            loaded.documents.iter().map(|document| &document.id).collect();
        assert_eq!(ids.len(), count);
    }
    let document = load_json(&notification).documents.remove(0);
    assert_eq!(document.get("cloud.account.id"), "435663754235");
}

#[test]
fn an_event_is_found_where_a_collector_put_it() {
    let event = firewall(json!({}));
    let text = event.to_string();
    let mut expected = event_fields(&only(load_json(&event)));
    // An envelope may tell another account.
    expected.remove("cloud.account.id");
    let bus = json!({
        "version": "0", "id": "1", "detail-type": "x", "source": "s", "account": "123456789012",
        "time": "2026-11-22T15:08:40Z", "region": "us-east-1", "detail": event,
    });
    let notification = json!({
        "Type": "Notification", "MessageId": "882160ff", "TopicArn": "arn:aws:sns:us-east-1:435663754235:deep-security",
        "Message": json!([event]).to_string(), "Timestamp": "2026-11-22T15:08:40.000Z",
    });
    let group = |message: &str| {
        json!({
            "messageType": "DATA_MESSAGE", "owner": "435663754235", "logGroup": "/aws/lambda/ds", "logStream": "s",
            "logEvents": [{"id": "1", "timestamp": 1_795_360_120_000_u64, "message": message}],
        })
    };
    for line in [
        json!({"message": text, "timestamp": "2026-11-22T15:08:40Z", "tag": "ds"}).to_string(),
        json!({"message": event}).to_string(),
        json!({"log": format!("{text}\n"), "stream": "stdout", "time": "2026-11-22T15:08:40Z"}).to_string(),
        json!({"time": 1_795_360_120, "event": event}).to_string(),
        json!({"Records": [], "data": {"body": text}}).to_string(),
        format!("<134>Nov 22 15:08:40 relay dsm: @cee: {text}"),
        format!("2026-11-22T15:08:40Z stdout F {text}"),
        bus.to_string(),
        group(&text).to_string(),
        group(&format!("2026-11-22T15:08:40.000Z\t1\tINFO\t{text}")).to_string(),
        group(&notification.to_string()).to_string(),
        json!({"message": notification.to_string(), "source_type": "aws_sqs"}).to_string(),
        json!({"messageId": "1", "body": notification.to_string()}).to_string(),
    ] {
        let document = only(load_bytes(plan(), line.as_bytes()));
        let mut fields = event_fields(&document);
        fields.retain(|name, _| expected.contains_key(name));
        assert_eq!(fields, expected, "{line}");
    }
}

#[test]
fn what_stands_around_an_event_stays() {
    let text = firewall(json!({})).to_string();
    let record =
        json!({"message": text, "timestamp": "2026-11-22T15:08:40Z", "hostname": "relay", "site": "tokyo"});
    let document = only(load_json(&record));
    assert_eq!(document.text("event.created"), "2026-11-22T15:08:40+00:00");
    assert_eq!(document.text("server.name"), "relay");
    assert_eq!(document.text("deepsecurity.extra.site"), "tokyo");
    let document = only(load_bytes(plan(), format!("<134>Nov 22 15:08:40 relay dsm: {text}").as_bytes()));
    assert_eq!(document.text("deepsecurity.extra.before"), "<134>Nov 22 15:08:40 relay dsm:");
    let document = only(load_json(&json!({"log": text})));
    assert_eq!(document.text("deepsecurity.message_field"), "log");
}

#[test]
fn what_cef_does_not_know_stands_in_extra_and_user_ini_can_map_it() {
    let event = firewall(json!({"HostOwnerID": "123", "Rank": 7, "Hidden": {"a": [1]}}));
    let extra = only(load_json(&event)).get("deepsecurity.extra").clone();
    assert_eq!(extra["HostOS"], "Amazon Linux 2023");
    assert_eq!(extra["Rank"], "7");
    assert_eq!(extra["Hidden"], r#"{"a":[1]}"#);
    for mapped in ["SourceIP", "ActionString", "EventType", "LogDate", "DirectionString", "Hostname"] {
        assert!(extra.get(mapped).is_none(), "{mapped}: {extra}");
    }
    let plan = plan_with("static_ecs =\nhost.os.full = HostOS");
    let document = only(load_bytes(&plan, event.to_string().as_bytes()));
    assert_eq!(document.get("host.os.full"), "Amazon Linux 2023");
    assert!(document.get("deepsecurity.extra.HostOS").is_null());
}

#[test]
fn values_that_others_write_stay_values() {
    let quoted =
        "\n<134>Nov 22 15:08:33 h CEF:0|Trend Micro|Deep Security Agent|20.0|20|Log|0|act=Log dst=10.0.0.11";
    for (kind, key) in
        [("LogInspectionEvent", "OSSEC_FullLog"), ("SystemEvent", "Description"), ("PacketLog", "log")]
    {
        let event = event(kind, json!({ key: quoted, "message_": quoted, "msg": quoted.trim() }));
        let document = only(load_json(&event));
        assert_ne!(document.get("destination.ip"), "10.0.0.11", "{}", document.json);
        assert_ne!(document.get("event.kind"), "pipeline_error", "{}", document.json);
    }
}

#[test]
fn an_event_that_a_parser_of_cef_has_taken_apart_is_that_of_its_line() {
    use base64::Engine as _;
    let packet = base64::engine::general_purpose::STANDARD
        .encode(b"GET /?password=Tr0ub4dor HTTP/1.1\r\nHost: a\r\n\r\n");
    let extension = format!("act=IDS:Reset {PACKET} TrendMicroDsPacketData={}", packet.replace('=', "\\="));
    let line = cef("1000552", "Generic XSS", "6", &extension);
    let own = json!({
        "cn1": 9341, "cn1Label": "Host ID", "TrendMicroDsTenant": "Example", "TrendMicroDsTenantId": "42", "TrendMicroDsFrameType": "IP",
        "cs2": "SYN", "cs2Label": "TCP Flags", "cs3": "DF", "cs3Label": "Fragmentation Bits", "TrendMicroDsPacketData": packet,
        "syslog_timestamp": "2026-11-22T15:08:33.000Z",
    });
    let keys = json!({
        "act": "IDS:Reset", "src": "10.0.0.7", "spt": "36248", "smac": "0E:28:7B:CF:58:50", "dst": "192.0.2.44", "dpt": "443",
        "dmac": "0E:37:8C:B4:47:10", "proto": "TCP", "cnt": "3", "dvchost": "web01.example.com",
        "cef_version": "0", "cef_device_vendor": "Trend Micro", "cef_device_product": "Deep Security Agent", "cef_severity": "6",
        "cef_device_version": "20.0.0.1194", "cef_device_event_class_id": "1000552", "cef_name": "Generic XSS",
    });
    let full_names = json!({
        "deviceAction": "IDS:Reset", "sourceAddress": "10.0.0.7", "sourcePort": "36248", "sourceMacAddress": "0E:28:7B:CF:58:50",
        "destinationAddress": "192.0.2.44", "destinationPort": "443", "destinationMacAddress": "0E:37:8C:B4:47:10",
        "transportProtocol": "TCP", "baseEventCount": "3", "deviceHostName": "web01.example.com",
        "cefVersion": "0", "deviceVendor": "Trend Micro", "deviceProduct": "Deep Security Agent", "severity": "6",
        "deviceVersion": "20.0.0.1194", "deviceEventClassId": "1000552", "name": "Generic XSS",
    });
    for mut event in [keys, full_names] {
        event.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        assert_same(&event, &line, &[]);
        assert!(
            !only(load_json(&event)).json.contains(&packet),
            "the packet is decoded, and its secret taken out"
        );
    }
}

#[test]
fn the_message_of_a_parsed_event_is_its_key_msg() {
    let line = cef("4000000", "Eicar", "6", r"act=Delete filePath=C:\\a.exe msg=Realtime");
    let event = json!({
        "syslog": "Nov 22 15:08:33 ip-10-0-1-7", "timestamp": "2026-11-22T15:08:40+09:00",
        "cefVersion": "0", "deviceVendor": "Trend Micro", "deviceProduct": "Deep Security Agent", "severity": "6",
        "deviceVersion": "20.0.0.1194", "deviceEventClassId": "4000000", "name": "Eicar", "deviceAction": "Delete",
        "filePath": "C:\\a.exe", "deviceCustomNumber1": "9341", "deviceCustomNumber1Label": "Host ID", "message": "Realtime",
    });
    let of_line = crate::support::document(&line);
    for record in [event.clone(), json!({"log": event.to_string()})] {
        let document = only(load_json(&record));
        for field in ["event.original", "file.path", "event.action", "event.kind", "host.id"] {
            assert_eq!(document.get(field), of_line.get(field), "{field}: {}", document.json);
        }
        assert_eq!(document.text("@timestamp"), "2026-11-22T15:08:33+09:00");
        assert_eq!(document.text("log.syslog.hostname"), "ip-10-0-1-7");
    }
}

#[test]
fn a_parsed_event_of_another_product_is_mapped_by_the_table_alone() {
    let event = json!({"deviceVendor": "Acme", "deviceProduct": "Box", "deviceEventClassId": "7", "act": "IDS:Reset", "host": "a"});
    let loaded = load_json(&event);
    assert_eq!(loaded.account.problems.count(Problem::UnknownProduct), 1);
    let document = only(loaded);
    assert_eq!(
        (document.get("event.action"), document.get("deepsecurity.extra.host")),
        (&json!("IDS:Reset"), &json!("a"))
    );
}

#[test]
fn objects_that_are_no_such_event_are_told_as_before() {
    for value in [
        json!({"EventType": "TestSNS"}),
        json!({"EventType": "PacketLog"}),
        json!({"EventType": ["PacketLog"], "LogDate": "2026-11-22T15:08:33.000Z"}),
        json!({"CreationTime": "2026-11-22T15:08:33.000Z", "ATSEDetectionLevel": 0}),
        json!({"Records": [{"eventSource": "aws:s3"}]}),
        json!({"message": json!({"EventType": "PacketLog"}).to_string()}),
        json!({"note": firewall(json!({})).to_string()}),
        json!({"message": format!("{} and more", firewall(json!({})))}),
    ] {
        let document = only(load_json(&value));
        assert_eq!(document.get("event.kind"), "pipeline_error", "{value}");
    }
}

#[test]
fn flags_of_a_packet_of_which_a_word_is_not_read_stay() {
    for (flags, tcp, bits) in [
        ("ACK PSH DF=1", json!(["ACK", "PSH"]), json!(["DF"])),
        ("DF=1 MF=1", Value::Null, json!(["DF", "MF"])),
        ("ACK SYN DF=1 URG=0x3", json!(["ACK", "SYN"]), json!(["DF"])),
        ("DF=0 MF=0", Value::Null, Value::Null),
        ("Type=8 Code=1", Value::Null, Value::Null),
        ("SYN ECE=1", json!(["SYN"]), Value::Null),
    ] {
        let read = only(load_json(&event(
            "PacketLog",
            json!({"Flags": flags, "Reason": "x", "ActionString": "Deny"}),
        )));
        assert_eq!(read.get("deepsecurity.tcp_flags"), &tcp, "{flags}: {}", read.json);
        assert_eq!(read.get("deepsecurity.fragmentation_bits"), &bits, "{flags}: {}", read.json);
        let is_read = matches!(flags, "ACK PSH DF=1" | "DF=1 MF=1");
        assert_eq!(read.get("deepsecurity.extra.Flags").as_str(), (!is_read).then_some(flags));
    }
}
