//! Events in the records of other collectors than fluentd: the text of the event is found wherever it stands, and JSON's own source is
//! never read as one.

use es_loader::document::problem::Problem;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Document, Loaded, agent_event, load_bytes, packet_event, plan, plan_with, tells};

const EXTENSION: &str = "cn1=2 dvchost=web-1 act=Log src=10.0.0.7 spt=4711 dpt=443 proto=TCP dst=10.0.0.11";

fn event() -> String {
    agent_event("20", EXTENSION)
}

fn load_line(line: &str) -> Loaded {
    load_bytes(plan(), line.as_bytes())
}

fn only(loaded: &Loaded) -> &Document {
    assert_eq!(loaded.documents.len(), 1);
    &loaded.documents[0]
}

/// Whether a document is that of [`event`], whole.
fn is_whole(document: &Document) -> bool {
    document.get("event.kind") != "pipeline_error"
        && document.get("source.ip") == "10.0.0.7"
        && document.get("destination.ip") == "10.0.0.11"
        && document.get("destination.port") == 443
        && document.get("event.action") == "Log"
        && document.get("log.syslog.hostname") == "ip-10-0-1-7"
}

#[test]
fn the_collector_nearest_to_the_event_knows_its_clock_and_what_stands_around_it_is_kept() {
    let inner = json!({"message": event(), "timestamp": "2026-11-22T15:08:40+09:00", "hostname": "fl01", "tag": "ds"});
    let cloud_watch = json!({"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "g", "logStream": "s",
        "logEvents": [{"id": "1", "timestamp": 1_795_370_921_123_u64, "message": inner.to_string()}]});
    let vector =
        json!({"timestamp": "2026-11-22T18:08:41Z", "message": inner.to_string(), "hostname": "relay"});
    for record in [cloud_watch, vector] {
        let loaded = load_line(&record.to_string());
        let document = only(&loaded);
        assert!(is_whole(document), "{}", document.json);
        assert_eq!(document.text("@timestamp"), "2026-11-22T15:08:33+09:00");
        assert_eq!((document.text("server.name"), document.text("deepsecurity.tag")), ("fl01", "ds"));
        assert!(document.has("deepsecurity.extra.timestamp"), "{}", document.json);
    }
    // What is no time leaves the outer one.
    let vague = json!({"message": event(), "timestamp": "just now"});
    let record = json!({"timestamp": "2026-11-22T15:08:40+09:00", "message": vague.to_string()});
    assert_eq!(only(&load_line(&record.to_string())).text("@timestamp"), "2026-11-22T15:08:33+09:00");
}

#[test]
fn the_host_that_fluentds_parser_of_syslog_has_taken_off_is_that_of_the_header() {
    let rest = event();
    let rest = rest.split_once("CEF: ").unwrap().1;
    let record = json!({"host": "ip-10-0-1-7", "ident": "CEF", "message": rest, "timestamp": "2026-11-22T15:08:40+09:00"});
    let loaded = load_line(&record.to_string());
    assert!(is_whole(only(&loaded)), "{}", only(&loaded).json);
    let other = json!({"host": "collector", "message": rest});
    assert!(!only(&load_line(&other.to_string())).has("log.syslog.hostname"));
}

/// The names are those of each collector's documents: syslog-ng's macros, rsyslog's properties, NXLog's xm_syslog, Vector's source syslog,
/// Logstash's input syslog without and with ECS, Filebeat's processor syslog, the syslog parsers of fluentd and Fluent Bit.
#[test]
fn a_header_that_a_collector_has_written_into_fields_is_the_events() {
    let (event, read) = (event(), "2026-11-22T18:30:00+09:00");
    let rest = &event[event.find("CEF:").unwrap()..];
    let (bsd, iso) = ("Nov 22 15:08:33", "2026-11-22T15:08:33+09:00");
    for record in [
        json!({"MESSAGE": rest, "HOST": "web01", "PROGRAM": "dsa", "DATE": bsd, "PRI": "134"}),
        json!({"MESSAGE": rest, "HOST": "web01", "PROGRAM": "dsa", "ISODATE": iso, "FACILITY": "local0", "PRIORITY": "info"}),
        json!({"msg": format!(" {rest}"), "hostname": "web01", "syslogtag": "dsa[12]:", "pri": "134", "timereported": iso, "timegenerated": read}),
        json!({"msg": rest, "hostname": "web01", "app-name": "dsa", "syslogfacility": "16", "syslogseverity": "6", "timereported": iso, "$!": null}),
        json!({"Message": rest, "Hostname": "web01", "SourceName": "dsa", "SyslogFacilityValue": 16, "SyslogSeverityValue": 6, "EventTime": "2026-11-22 15:08:33", "EventReceivedTime": "2026-11-22 18:30:00"}),
        json!({"message": rest, "hostname": "web01", "appname": "dsa", "facility": "local0", "severity": "info", "timestamp": iso, "host": "web01"}),
        json!({"message": rest, "logsource": "web01", "program": "dsa", "priority": 134, "timestamp": bsd, "@timestamp": read, "host": "10.9.9.9"}),
        json!({"message": rest, "host": {"hostname": "web01"}, "process": {"name": "dsa"}, "log": {"syslog": {"priority": 134}}, "@timestamp": iso}),
        json!({"message": rest, "host": {"hostname": "collector"}, "log": {"syslog": {"priority": 134, "hostname": "web01", "appname": "dsa"}}, "@timestamp": iso}),
        json!({"message": rest, "host": "web01", "ident": "dsa", "pri": 134, "msgid": "-", "extradata": "-", "time": iso, "timestamp": read}),
    ] {
        let loaded = load_line(&record.to_string());
        let document = only(&loaded);
        let told =
            ["@timestamp", "log.syslog.hostname", "log.syslog.appname"].map(|field| document.text(field));
        assert_eq!([&told[0][..19], told[1], told[2]], [&iso[..19], "web01", "dsa"], "{record}");
        assert_eq!(document.get("log.syslog.priority"), 134, "{record}");
    }
    let record = json!({"message": event, "host": "web09", "ident": "dsa", "pri": 134, "time": read});
    let loaded = load_line(&record.to_string());
    assert_eq!(only(&loaded).text("@timestamp"), iso, "the event's own header tells more");
    assert_eq!(only(&loaded).text("log.syslog.hostname"), "ip-10-0-1-7");
}

#[test]
fn records_with_a_comma_behind_them_are_the_elements_of_an_array() {
    let record = json!({"message": event()}).to_string();
    for text in [format!("{record},\n{record},\n{record}\n"), format!("{record},{record} , {record},")] {
        let loaded = load_line(&text);
        assert_eq!(loaded.documents.len(), 3, "{text}");
        assert!(loaded.documents.iter().all(is_whole));
    }
    let loaded = load_line(&format!("{record}, and more\n"));
    assert_eq!(loaded.documents.len(), 2, "text behind a record is kept");
}

fn assert_whole(record: &Value, field: &str) {
    let loaded = load_line(&record.to_string());
    let document = only(&loaded);
    assert!(is_whole(document), "{record}\n{}", document.json);
    assert_eq!(document.get("deepsecurity.message_field"), field, "{record}");
}

#[test]
fn the_event_is_found_in_the_fields_that_other_collectors_write() {
    let event = event();
    for (record, field) in [
        (json!({"date": 1_795_359_600.5, "log": event}), "log"),
        (
            json!({"container_id": "ab", "container_name": "/dsa", "log": format!("{event}\n"), "source": "stdout"}),
            "log",
        ),
        (json!({"MESSAGE": event, "PRIORITY": "6", "_HOSTNAME": "web-1"}), "MESSAGE"),
        (json!({"MESSAGE": event.as_bytes(), "PRIORITY": "6"}), "MESSAGE"),
        (json!({"msg": event, "facility": "local0"}), "msg"),
        (json!({"_raw": event, "_time": 1_795_359_600, "cribl_pipe": "main"}), "_raw"),
        (json!({"event": event, "sourcetype": "cef"}), "event"),
        (json!({"event": {"original": event}, "@version": "1"}), "event.original"),
        (json!({"kubernetes": {"pod_name": "dsa-0"}, "log": event}), "log"),
        (json!({"data": {"attributes": {"payload": {"message": event}}}}), "data.attributes.payload.message"),
        (json!({"log": json!({"level": "info", "msg": event}).to_string()}), "log.msg"),
        (json!({"message": json!({"log": event}).to_string()}), "message.log"),
        (json!({"message": {"raw": event}}), "message.raw"),
        (json!({"message": "", "log": event}), "log"),
        (json!({"topic": "dsa", "partition": 0, "value": event}), "value"),
        (json!({"insertId": "1", "resource": {"type": "k8s"}, "textPayload": event}), "textPayload"),
        (json!({"SeverityNumber": 9, "Body": event}), "Body"),
        (json!({"message": "no event here", "log": event}), "log"),
    ] {
        assert_whole(&record, field);
    }
}

#[test]
fn what_rsyslog_writes_once_for_several_events_is_the_event_so_often() {
    let event =
        "0|Trend Micro|Deep Security Agent|20.0|21|n|5|act=Deny src=203.0.113.9 TrendMicroDsTenantId=0";
    for (line, count) in [
        (format!("Nov 22 15:08:33 web-1 CEF: message repeated 3 times: [ {event}]"), 3),
        (format!("Nov 22 15:08:33 web-1 CEF: message repeated 3 times: [{event}]#015"), 3),
        (format!("<134>2026-11-22T15:08:33Z web-1 dsa[7]: message repeated 12 times: [ CEF:{event}] "), 12),
        (
            json!({"log": format!("Nov 22 15:08:33 web-1 CEF: message repeated 3 times: [ {event}]")})
                .to_string(),
            3,
        ),
        (
            json!({"message": format!("message repeated 3 times: [ CEF:{event}]"), "ident": "CEF"})
                .to_string(),
            3,
        ),
    ] {
        let loaded = load_line(&line);
        let document = only(&loaded);
        assert_eq!(document.get("source.ip"), "203.0.113.9", "{}", document.json);
        assert_eq!(document.get("deepsecurity.TrendMicroDsTenantId"), "0", "{line}");
        assert_eq!(document.get("event.count"), count, "{line}");
        assert!(document.text("@message").contains("repeated"), "{line}");
    }
    let cut = format!("CEF: message repeated 3 times: [{event}{}", "x".repeat(900));
    for (length, is_cut) in [(799, false), (800, true)] {
        let text = format!("{}]", &cut[..cut.find('[').unwrap() + 1 + length]);
        let loaded = load_line(&text);
        assert_eq!(only(&loaded).has("error.type"), is_cut, "{length}");
        assert_eq!(only(&loaded).get("event.count"), 3);
    }
}

/// "Log Source Identifier" of the Manager is free text.
#[test]
fn a_sender_of_several_words_may_have_a_comma_among_them() {
    let event = "CEF:0|Trend Micro|Deep Security Agent|20.0|21|n|5|act=Deny src=203.0.113.9";
    for sender in ["DSM, Tokyo", "Acme, Inc.", "DSM; prod"] {
        for time in ["<134>2026-11-22T15:08:33Z", "Nov 22 15:08:33"] {
            let loaded = load_line(&format!("{time} {sender} {event}"));
            let document = only(&loaded);
            assert_eq!(document.get("event.action"), "Deny", "{time} {sender}");
            assert!(!document.has("log.syslog.hostname"), "{}", document.json);
        }
    }
}

#[test]
fn tabs_of_leef_behind_a_time_are_no_columns() {
    for before in
        ["2026-11-22T15:08:33+09:00 web01", "12:34:56", "127.0.0.1: local0.info: Nov 22 15:08:33 web01"]
    {
        let line = format!(
            "{before} LEEF:2.0|Trend Micro|Deep Security Agent|20.0|20|cat=Firewall\tact=Log\tsrc=10.0.0.7\tsev=6"
        );
        let loaded = load_line(&line);
        assert_eq!(only(&loaded).get("source.ip"), "10.0.0.7", "{}", only(&loaded).json);
        assert_eq!(only(&loaded).get("event.severity"), 6, "{before}");
    }
}

#[test]
fn u2_bytes_of_utf_8_that_rsyslog_escaped_are_what_they_were() {
    let escaped = |text: &str| -> String {
        let escape =
            |byte: &u8| if byte.is_ascii() { char::from(*byte).to_string() } else { format!("#{byte:03o}") };
        text.as_bytes().iter().map(escape).collect()
    };
    let event =
        agent_event("3002831", "cn1=2 fname=/var/log/ログ.txt duser=田中 shost=web-1 msg=表示 ソ 😀 #12");
    let (plain, relayed) = (load_line(&event), load_line(&escaped(&event)));
    for field in ["event.original", "destination.user.name", "file.path"] {
        assert_eq!(only(&plain).get(field), only(&relayed).get(field), "{field}");
    }
    for (sent, read) in [
        ("#343#201", "#343#201"),
        ("#343#201#202#343#201", "あ#343#201"),
        ("#343#201#202#012 b", "あ#012 b"),
        ("#343#203#140 #377#3", "#343#203#140 #377#3"),
        ("#3#343#201#202", "#3あ"),
    ] {
        let loaded = load_line(&agent_event("3002831", &format!("cn1=2 msg={sent}")));
        assert_eq!(only(&loaded).get("event.original"), read);
    }
}

#[test]
fn a_field_of_the_record_fills_no_key_of_the_event() {
    let record = json!({"rawmsg": event(), "msg": "10.9.9.9 says", "cs1": "x", "in": "7", "src": "10.9.9.9", "customer": "c1"});
    let loaded = load_line(&record.to_string());
    let document = only(&loaded);
    assert!(is_whole(document), "{}", document.json);
    for field in ["event.original", "rule.category", "source.bytes"] {
        assert!(document.get(field).is_null(), "{field}: {}", document.json);
    }
    assert_eq!(document.get("deepsecurity.extra.msg"), "10.9.9.9 says");
    let plan = plan_with("labels.customer = customer");
    assert_eq!(only(&load_bytes(&plan, record.to_string().as_bytes())).get("labels.customer"), "c1");
}

#[test]
fn what_ends_a_message_of_gelf_or_begins_a_text_of_rfc_7464_is_no_record() {
    let record = json!({"version": "1.1", "short_message": event()}).to_string();
    for line in [format!("{record}\0"), format!("\u{1e}{record}"), format!("{record}\0{record}\0")] {
        let loaded = load_line(&line);
        assert!(loaded.documents.iter().all(is_whole), "{line:?}");
        assert!(loaded.documents[0].get("deepsecurity.extra.before").is_null());
    }
}

#[test]
fn an_event_whose_marker_was_taken_is_found_in_json_behind_text_and_in_ltsv() {
    let event = event();
    let bare = event.split_once("CEF: ").map_or("", |(_, bare)| bare);
    let json = json!({"PROGRAM": "CEF", "MESSAGE": bare});
    for line in [
        format!("@cee: {json}"),
        format!("<134>1 2026-11-22T15:08:33+09:00 vm @syslog-ng - - - {json}"),
        format!("time:2026-11-22T15:08:33+09:00\tmessage:{bare}"),
    ] {
        let loaded = load_line(&line);
        assert_eq!(only(&loaded).get("source.ip"), "10.0.0.7", "{}", only(&loaded).json);
        let is_timed = only(&loaded).text("@timestamp") == "2026-11-22T15:08:33+09:00";
        assert_eq!(is_timed, !line.starts_with('@'), "{}", only(&loaded).json);
    }
}

#[test]
fn a_byte_order_mark_before_an_event_hides_it_in_no_field() {
    let marked = event().replace("CEF:", "\u{feff}CEF:");
    assert_whole(&json!({"rawmsg": marked}), "rawmsg");
    assert_whole(&json!({"MESSAGE": "a part of it", "SYSLOG_RAW": event()}), "SYSLOG_RAW");
}

#[test]
fn an_event_in_a_field_that_is_not_looked_at_is_told_with_the_field() {
    for (record, field) in [
        (json!({"blob": event(), "n": 1}), "'blob'"),
        (json!({"a": {"b": {"blob": event()}}}), "'a.b.blob'"),
        (json!({"log": format!("relay said: {}", event())}), "'log'"),
        // A field that the table knows does not make an event of a record that quotes one.
        (json!({"msg": format!("rule matched on {}", event()), "src": "10.9.9.9"}), "'msg'"),
    ] {
        let loaded = load_line(&record.to_string());
        let document = only(&loaded);
        assert_eq!(document.get("event.kind"), "pipeline_error", "{record}");
        assert_eq!(document.get("error.type"), "event_within_other_text", "{record}");
        let told = document.text("error.message");
        assert!(told.contains(field) && told.contains("message_key"), "{told}");
        assert!(!document.has("destination.ip"), "{}", document.json);
    }
    for record in [json!({"messages": [event()], "a": 1}), json!({"comments": [{"value": event()}]})] {
        let loaded = load_line(&record.to_string());
        assert_eq!(only(&loaded).get("error.type"), "event_within_other_text", "{record}");
    }
}

#[test]
fn what_stood_beside_the_event_is_kept() {
    let record = json!({"message": "words", "event": {"original": event(), "dataset": "dsa"}});
    let loaded = load_line(&record.to_string());
    let extra = only(&loaded).get("deepsecurity.extra").clone();
    assert_eq!(extra, json!({"event": r#"{"dataset":"dsa"}"#, "message": "words"}));
}

#[test]
fn message_wins_over_other_fields_and_the_nearest_over_those_in_objects() {
    let other = agent_event("21", "act=Deny dst=10.9.9.9");
    for record in [
        json!({"log": other, "message": event()}),
        json!({"a": {"log": other}, "msg": event()}),
        json!({"msg": other, "log": event()}),
    ] {
        let loaded = load_line(&record.to_string());
        assert_eq!(only(&loaded).text("event.action"), "Log", "{record}");
    }
    let loaded = load_line(&json!({"msg": other, "log": event(), "x": {"raw": other}}).to_string());
    assert_eq!(loaded.account.problems.count(Problem::FurtherEventField), 2);
}

#[test]
fn message_key_names_another_field() {
    let other = agent_event("21", "act=Deny");
    for (key, record) in [
        ("line_text", json!({"line_text": event(), "message": other})),
        ("kubernetes.tail", json!({"kubernetes": {"tail": event()}, "log": other})),
        ("a.b", json!({"a.b": event(), "message": "x"})),
    ] {
        let plan = plan_with(&format!("message_key = {key}"));
        let loaded = load_bytes(&plan, record.to_string().as_bytes());
        assert!(is_whole(only(&loaded)), "{key}");
        // Without the field the others are asked.
        let loaded = load_bytes(&plan, json!({"log": event()}).to_string().as_bytes());
        assert!(is_whole(only(&loaded)), "{key}");
    }
    // The named field may hold anything before its event, as message may.
    let plan = plan_with("message_key = t");
    let loaded = load_bytes(&plan, json!({"t": format!("relayed: {}", event())}).to_string().as_bytes());
    assert_eq!(only(&loaded).get("destination.ip"), "10.0.0.11");
}

#[test]
fn outside_of_message_an_event_stands_at_the_start_or_behind_a_syslog_header() {
    let bare = "CEF:0|Trend Micro|Deep Security Agent|20.0|20|Log|0|act=Log dst=10.0.0.11";
    for text in [bare.to_owned(), format!("<134>{bare}"), format!("<134>Nov 22 15:08:33 h {bare}")] {
        let loaded = load_line(&json!({"log": text}).to_string());
        assert_eq!(only(&loaded).get("destination.ip"), "10.0.0.11", "{text}");
    }
    for text in [format!("the user typed {bare}"), format!("x {bare}"), format!("[{bare}]")] {
        for record in [json!({"log": text}), json!({"a": {"msg": text}})] {
            let loaded = load_line(&record.to_string());
            assert_eq!(only(&loaded).text("event.kind"), "pipeline_error", "{record}");
            assert!(!only(&loaded).has("destination"), "{record}");
        }
    }
}

#[test]
fn each_text_of_an_array_of_events_is_one() {
    let events = [event(), event().replace("10.0.0.11", "10.0.0.12")];
    for line in [json!(events).to_string(), serde_json::to_string_pretty(&events).unwrap()] {
        let loaded = load_line(&line);
        let destinations: Vec<_> =
            loaded.documents.iter().map(|document| document.text("destination.ip")).collect();
        assert_eq!(destinations, ["10.0.0.11", "10.0.0.12"], "{line}");
    }
}

/// Azure Monitor's exports to Event Hubs, and answers of Graylog, Splunk and Datadog.
#[test]
fn an_object_that_is_nothing_but_a_list_of_records_is_its_records() {
    let records = json!([{"message": event(), "time": "2026-11-22T15:08:40Z"}, {"log": event()}]);
    for name in ["records", "logs", "events", "messages", "results"] {
        let loaded = load_line(&json!({name: records}).to_string());
        let destinations: Vec<_> =
            loaded.documents.iter().map(|document| document.text("destination.ip")).collect();
        assert_eq!(destinations, ["10.0.0.11"; 2], "{name}");
        assert_eq!(loaded.documents[0].text("event.created"), "2026-11-22T15:08:40+00:00");
    }
    for line in [
        json!({"records": records, "user": "x"}),
        json!({"comments": records}),
        json!({"records": [event()], "user": "x"}),
    ] {
        let loaded = load_line(&line.to_string());
        assert_eq!(only(&loaded).text("event.kind"), "pipeline_error", "{line}");
    }
}

#[test]
fn json_source_is_never_an_event() {
    let event = event();
    for line in [
        json!({"unknown": event}).to_string(),
        json!({"a": {"b": {"c": {"d": {"log": event}}}}}).to_string(),
        json!(["x", event]).to_string(),
        format!(r#"{{"log":"{event}"#),
        format!(r#"{{"message":"{event}","hostname":"w"#),
        format!(r#"app: {{"level":"info","text_of_it":"{event}"}}"#),
        format!(r#"{{'message': '{event}'}}"#),
        format!(r#"{{"message"=>"{event}"}}"#),
    ] {
        let loaded = load_line(&line);
        for document in &loaded.documents {
            assert_eq!(document.text("event.kind"), "pipeline_error", "{line}");
            assert!(!document.has("destination"), "{}", document.json);
            assert_eq!(document.text("event.action"), "line-not-understood", "{}", document.json);
        }
    }
}

#[test]
fn an_event_inside_of_other_text_is_counted_and_says_why() {
    let event = event();
    for line in [
        format!(r#""2026-11-22T15:08:40Z","{event}","web-1""#),
        format!("2026-11-22T15:08:40Z,web-1,{event},ds_agent"),
        format!("<event><data>{event}</data></event>"),
        format!(r#"level=info msg="{event}" host=web-1"#),
        format!("- message: '{event}'"),
        format!("web-1\t{event}\tds_agent"),
        format!("message:{event}\tno label"),
    ] {
        let loaded = load_line(&line);
        let document = only(&loaded);
        assert_eq!(document.text("error.type"), "event_within_other_text", "{line}");
        assert!(!document.has("destination"), "{}", document.json);
        assert_eq!(loaded.account.problems.count(Problem::EventWithinOtherText), 1);
    }
}

#[test]
fn json_behind_a_syslog_header_is_a_record() {
    let line = format!("<14>Nov 22 15:08:40 relay app[7]: {}", json!({"level": "info", "log": event()}));
    let loaded = load_line(&line);
    let document = only(&loaded);
    assert!(is_whole(document), "{}", document.json);
    let extra = document.get("deepsecurity.extra");
    assert_eq!(extra["before"], "<14>Nov 22 15:08:40 relay app[7]:");
    assert_eq!(extra["level"], "info");
}

#[test]
fn no_field_beside_the_event_shows_a_payload() {
    let secret = "Cookie: SESSION-of-somebody-0815";
    let event = packet_event("10.0.0.9", format!("GET / HTTP/1.1\r\n{secret}\r\n\r\n").as_bytes());
    for record in [
        json!({"log": event, "copy": event, "x": {"original": event}}),
        json!({"message": event, "event": {"original": event}}),
        json!({"event": {"original": event}}),
        json!({"unknown": event}),
    ] {
        let loaded = load_line(&record.to_string());
        assert!(!tells(&only(&loaded).json, "SESSION-of-somebody"), "{}", only(&loaded).json);
    }
}

#[test]
fn the_search_for_an_event_has_bounds() {
    let mut deep = json!({"log": event()});
    for _ in 0..100 {
        deep = json!({"o": deep});
    }
    let wide: serde_json::Map<String, Value> =
        (0..50_000).map(|at| (format!("k{at}"), json!({"a": 1}))).collect();
    let long = json!({"o": {"pad": "x".repeat(2 << 20), "log": event()}});
    for record in [deep, json!({"o": wide}), long] {
        let loaded = load_line(&record.to_string());
        assert_eq!(only(&loaded).text("event.kind"), "pipeline_error");
    }
}

/// What CloudWatch Logs sends to a subscription.
fn cloudwatch(kind: &str, messages: &[&str]) -> Value {
    let events: Vec<Value> = messages
        .iter()
        .enumerate()
        .map(|(at, message)| json!({"id": format!("3{at:05}"), "timestamp": 1_795_326_520_000_u64, "message": message}))
        .collect();
    json!({
        "messageType": kind, "owner": "210987654321", "logGroup": "/ds/agents", "logStream": "i-0abc",
        "subscriptionFilters": ["all"], "logEvents": events,
    })
}

#[test]
fn each_event_of_a_cloudwatch_envelope_is_a_document() {
    let second = agent_event("21", "act=Deny dst=10.0.0.12");
    let line = cloudwatch("DATA_MESSAGE", &[&event(), &second]).to_string();
    let loaded = load_line(&line);
    assert_eq!(loaded.documents.len(), 2);
    assert!(is_whole(&loaded.documents[0]), "{}", loaded.documents[0].json);
    assert_eq!(loaded.documents[1].text("event.action"), "Deny");
    for document in &loaded.documents {
        assert_eq!(document.text("@log_group"), "/ds/agents");
        assert_eq!(document.text("@log_stream"), "i-0abc");
        assert_eq!(document.text("cloud.account.id"), "210987654321");
        assert!(document.text("event.created").starts_with("2026-11-22T05:48:40"), "{}", document.json);
    }
    assert_ne!(loaded.documents[0].id, loaded.documents[1].id);
    assert_eq!((loaded.account.lines, loaded.account.further_events), (1, 1));
}

#[test]
fn envelopes_that_firehose_joined_are_read_one_after_the_other() {
    let one = cloudwatch("DATA_MESSAGE", &[&event()]).to_string();
    let control =
        cloudwatch("CONTROL_MESSAGE", &["CWL CONTROL MESSAGE: Checking health of destination Firehose."]);
    let empty = cloudwatch("DATA_MESSAGE", &[]);
    let line = format!("{one}{control}{one}{empty}{one}");
    let loaded = load_line(&line);
    assert_eq!(loaded.documents.len(), 3);
    assert!(loaded.documents.iter().all(is_whole));
    // Control messages are counted, and are no documents.
    assert_eq!(loaded.account.exclusions.excluded(), 2);
    assert_eq!(loaded.account.documents, 5);
}

#[test]
fn an_envelope_is_opened_in_every_format_and_inside_of_sns() {
    let envelope = cloudwatch("DATA_MESSAGE", &[&event()]);
    let notification = json!({
        "Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:eu-west-1:333333333333:ds",
        "Message": envelope.to_string(), "Timestamp": "2026-11-22T06:08:40.000Z",
    });
    for settings in ["", "via_cwl = True", "file_format = cef", "file_format = cef\nvia_cwl = yes"] {
        let plan = plan_with(settings);
        for record in [&envelope, &notification] {
            let loaded = load_bytes(&plan, record.to_string().as_bytes());
            assert!(
                settings.contains("cef") && record == &notification || is_whole(only(&loaded)),
                "{settings}"
            );
        }
    }
    let text = json!({
        "Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:eu-west-1:333333333333:ds",
        "Message": event(), "Timestamp": "2026-11-22T06:08:40.000Z",
    });
    let loaded = load_line(&text.to_string());
    assert!(is_whole(only(&loaded)));
    assert_eq!(only(&loaded).text("cloud.account.id"), "333333333333");
}

#[test]
fn a_line_outside_of_the_envelope_that_via_cwl_promises_is_counted() {
    let plan = plan_with("via_cwl = True");
    let loaded = load_bytes(&plan, json!({"message": event()}).to_string().as_bytes());
    assert!(is_whole(only(&loaded)));
    assert_eq!(loaded.account.problems.count(Problem::NotInEnvelope), 1);
    let loaded = load_bytes(&plan, cloudwatch("DATA_MESSAGE", &[&event()]).to_string().as_bytes());
    assert_eq!(loaded.account.problems.count(Problem::NotInEnvelope), 0);
}

#[test]
fn what_the_api_of_cloudwatch_logs_answers_is_its_events() {
    let events = json!([
        {"logStreamName": "i-0abc", "timestamp": 1_795_326_520_000_u64, "message": event(), "eventId": "1"},
        {"logStreamName": "i-0abc", "timestamp": 1_795_326_520_000_u64, "message": event(), "eventId": "2"},
    ]);
    for answer in [
        json!({"events": events, "searchedLogStreams": []}),
        json!({"events": events, "nextForwardToken": "f/1", "nextBackwardToken": "b/1"}),
    ] {
        for text in [answer.to_string(), serde_json::to_string_pretty(&answer).unwrap()] {
            let loaded = load_line(&text);
            assert_eq!(loaded.documents.len(), 2, "{text}");
            assert!(loaded.documents.iter().all(is_whole), "{text}");
            let created = loaded.documents[0].text("event.created");
            assert!(created.starts_with("2026-11-22T05:48:40"), "{created}");
        }
    }
}

#[test]
fn what_only_looks_like_an_envelope_is_a_record() {
    for record in [
        json!({"messageType": "DATA_MESSAGE", "log": event()}),
        json!({"messageType": "DATA_MESSAGE", "logEvents": "none", "log": event()}),
        json!({"logEvents": [], "message": event(), "messageType": "x"}),
    ] {
        assert!(is_whole(only(&load_line(&record.to_string()))), "{record}");
    }
    // Envelopes in each other end somewhere.
    let mut nested = event();
    for _ in 0..12 {
        nested =
            json!({"Type": "Notification", "MessageId": "1", "TopicArn": "a", "Message": nested}).to_string();
    }
    assert_eq!(only(&load_line(&nested)).text("event.kind"), "pipeline_error");
}

#[test]
fn a_record_written_over_several_lines_is_one() {
    let record = json!({"message": event(), "hostname": "web-1", "tags": ["a", {"b": 1}]});
    let pretty = serde_json::to_string_pretty(&record).unwrap();
    let array = serde_json::to_string_pretty(&json!([record, record])).unwrap();
    for (object, documents, lines) in [
        (pretty.clone(), 1, 1),
        (format!("{pretty}\n"), 1, 1),
        (format!("{}\n{}\r\n{}", event(), pretty.replace('\n', "\r\n"), event()), 3, 3),
        (array, 2, 1),
        (pretty.replacen("{\n", "{", 1), 1, 1),
    ] {
        let loaded = load_line(&object);
        assert_eq!((loaded.documents.len(), loaded.account.lines), (documents, lines), "{object}");
        assert!(loaded.documents.iter().all(is_whole), "{object}");
    }
    // What never ends is lines.
    let loaded = load_line(&format!("{{\n{}\n[\n{}\n", event(), event()));
    assert_eq!(loaded.documents.iter().filter(|document| is_whole(document)).count(), 2);
    // Many lines that open something take linear time.
    let loaded = load_line(&"{\n".repeat(5_000));
    assert_eq!(loaded.account.lines, 5_000);
}

#[test]
fn ltsv_is_read_where_each_value_has_a_label() {
    let event = event();
    for line in [
        format!("time:2026-11-22T15:08:40+09:00\tmessage:{event}\thost:web-1"),
        format!("message:{event}\ttag:ds_agent"),
        format!("host:web-1\tlog:{event}"),
        format!("message:{event}\ttime:2026-11-22T15:08:40+09:00\t@n:1"),
    ] {
        let loaded = load_line(&line);
        assert!(is_whole(only(&loaded)), "{}", only(&loaded).json);
    }
}

#[test]
fn utf_16_and_the_named_encoding_are_decoded() {
    let line = agent_event("3002831", "cn1=2 fname=/var/log/ログ.txt shost=web-1 msg=表示 ソ 能");
    let is_read = |loaded: &Loaded| {
        assert_eq!(only(loaded).text("event.original"), "表示 ソ 能", "{}", only(loaded).json);
        assert_eq!(loaded.account.problems.count(Problem::NotUtf8), 0);
    };
    let units: Vec<u16> = format!("\u{feff}{line}\r\n").encode_utf16().collect();
    is_read(&load_bytes(plan(), &units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()));
    is_read(&load_bytes(plan(), &units.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<_>>()));
    let json = json!({"message": line}).to_string();
    for (name, encoding) in [
        ("shift_jis", encoding_rs::SHIFT_JIS),
        ("euc-jp", encoding_rs::EUC_JP),
        ("iso-2022-jp", encoding_rs::ISO_2022_JP),
    ] {
        let plan = plan_with(&format!("encoding = {name}"));
        is_read(&load_bytes(&plan, &encoding.encode(&json).0));
        is_read(&load_bytes(&plan, &encoding.encode(&line).0));
        if name != "iso-2022-jp" {
            is_read(&load_bytes(&plan, json.as_bytes()));
        }
    }
    let long: Vec<u16> = format!("\u{feff}{}", format!("{line}\n").repeat(9_000)).encode_utf16().collect();
    let loaded = load_bytes(plan(), &long.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>());
    assert_eq!((loaded.documents.len(), loaded.account.pipeline_errors), (9_000, 0));
}

#[test]
fn msgpack_is_refused_by_name() {
    for object in
        [&b"\x84\xa7message\xa1x\xa3tag\xa1y"[..], b"\x82\xd9\x03log\xa1x", b"\xde\x00\x10\xa3log\xa1x"]
    {
        let loaded = load_bytes(plan(), object);
        assert!(loaded.documents.is_empty());
        assert!(loaded.account.broken.unwrap().reason.contains("msgpack"));
    }
}

#[test]
fn nul_bytes_in_front_of_a_line_are_padding() {
    let record = json!({"message": event()}).to_string();
    for line in
        [format!("{}{record}", "\0".repeat(4096)), format!("\0{}", event()), format!("\u{feff}\0\0{record}")]
    {
        assert!(is_whole(only(&load_line(&line))), "{line:?}");
    }
}

#[test]
fn an_object_of_other_lines_says_what_it_looks_like() {
    for (line, expected) in [
        ("root:x:0:0:root:/root:/bin/bash", "/etc/passwd"),
        ("a,b,c", "CSV"),
        ("<Event><System/></Event>", "XML"),
        (r#"{"level":"info","text_of_it":"x"}"#, "message_key"),
        ("host:a\tstatus:200\tmethod:GET", "LTSV"),
        ("\u{fffd}\u{fffd}P\0N\0", "encoding"),
        ("Nov 22 15:08:33 web01 CEF:0|Trend Micro|Deep", "text without"),
        (
            r#"203.0.113.9 - - [22/Nov/2026:15:08:33 +0900] "GET / HTTP/1.1" 200 5 "-" "curl/8.0""#,
            "lines of apache-access or nginx-access, which a section of their own reads: ES_LOADER_LOG_TYPES=apache-access",
        ),
        (
            r#"{"timestamp":1795219205123,"formatVersion":1,"webaclId":"arn:aws:wafv2:us-east-1:1:regional/webacl/shop/1","action":"BLOCK","httpSourceId":"1-app/shop/0","httpRequest":{"clientIp":"203.0.113.9"}}"#,
            "lines of waf, ",
        ),
    ] {
        let object = format!("{line}\n{line}\n{}\n", event());
        let account = load_line(&object).account;
        assert!(account.is_mostly_errors(), "{line}");
        let looks_like = account.looks_like.unwrap();
        assert!(looks_like.contains(expected), "{line}: {looks_like}");
    }
    let few = format!("{0}\n{0}\nodd\n", event());
    assert!(!load_line(&few).account.is_mostly_errors());
}

/// A text that stands around an event.
fn contained(event: &str, container: usize) -> String {
    let quoted = Value::from(event).to_string();
    match container {
        0 => event.to_owned(),
        1 => format!(r#"{{"message":{quoted},"hostname":"h"}}"#),
        2 => format!(r#"{{"date":1,"log":{quoted},"k":{{"a":"b"}}}}"#),
        3 => format!(r#"{{"a":{{"b":{{"raw":{quoted},"z":1}}}}}}"#),
        4 => format!(r#"{{"messageType":"DATA_MESSAGE","logEvents":[{{"message":{quoted}}}]}}"#),
        5 => format!(r#"{{"log":{}}}"#, Value::from(format!(r#"{{"msg":{quoted},"n":1}}"#))),
        6 => format!(r#"{{"other":{quoted},"host":"h"}}"#),
        7 => format!("time:2026-11-22T15:08:40Z\tmessage:{event}\thost:web-1"),
        8 => format!("\"{}\",\"web-1\",\"x\"", event.replace('"', "\"\"")),
        9 => format!("2026-11-22,web-1,{event},x"),
        10 => format!("<e><d>{event}</d></e>"),
        11 => format!("Nov 22 15:08:40 relay app: {{\"log\":{quoted},\"l\":\"i\"}}"),
        12 => format!(r#"{{"message":{quoted},"ho"#),
        _ => format!("level=info msg={quoted} host=web-1"),
    }
}

proptest! {
    #![proptest_config(crate::cases(256))]

    #[test]
    fn whatever_stands_around_an_event_its_values_are_whole_or_the_line_is_an_error(
        octet in 1_u8..250,
        port in 1_u16..65000,
        rule in "[a-zA-Z][a-zA-Z ]{0,12}[a-z]",
        note in "[a-zA-Z\"'{},:<>/-]{1,12}",
        container in 0_usize..14,
    ) {
        let extension = format!(
            "cn1=2 cn1Label=Host ID src=10.1.1.{octet} spt={port} cs1={note} cs1Label=DPI Note act=IDS:Reset dst=10.2.2.{octet}"
        );
        let event = agent_event("1000552", &extension).replace("A rule", &rule);
        let line = contained(&event, container);
        let loaded = load_line(&line);
        let document = only(&loaded);
        if document.get("event.kind") == "pipeline_error" {
            prop_assert!(!document.has("destination") && !document.has("source"), "{}", document.json);
        } else {
            prop_assert_eq!(document.text("destination.ip"), format!("10.2.2.{octet}"), "{}", line);
            prop_assert_eq!(document.text("source.ip"), format!("10.1.1.{octet}"));
            prop_assert_eq!(document.get("source.port"), port);
            prop_assert_eq!(document.text("rule.name"), &rule);
            prop_assert!(document.json.contains(Value::from(note).to_string().trim_matches('"')));
        }
    }
}

/// Values as RFC 4180 writes them, all in quotes.
fn csv_line(values: &[&str]) -> String {
    let quoted: Vec<_> = values.iter().map(|value| format!("\"{}\"", value.replace('"', "\"\""))).collect();
    format!("{}\n", quoted.join(","))
}

#[test]
fn csv_behind_names_of_columns_is_read() {
    let event = event();
    let lines = [
        format!("time,tag,message\n{}", csv_line(&["2026-11-22T15:08:40+09:00", "dsa", &event])),
        format!("\"hostname\",\"log\"\n{}", csv_line(&["web-1", &event])),
        format!("@timestamp;MESSAGE\n2026-11-22T15:08:40+09:00;{event}\n"),
        format!("host\traw\nweb-1\t{event}\n"),
    ];
    for lines in lines {
        let loaded = load_line(&lines);
        assert!(is_whole(only(&loaded)), "{lines}\n{}", only(&loaded).json);
        assert_eq!(loaded.account.exclusions.excluded(), 1, "{lines}");
    }
    // Joined files have their header again, and quotes and commas are values of the event.
    let quoting = agent_event("20", "act=Log dst=10.0.0.11 msg=\"a\", b");
    let lines = format!("time,message\n{0}time,message\n{0}", csv_line(&["1795359600", &quoting]));
    let loaded = load_line(&lines);
    assert_eq!(loaded.documents.len(), 2);
    assert!(loaded.documents.iter().all(|document| document.get("destination.ip") == "10.0.0.11"));
    assert_eq!(
        loaded.documents[0].text("event.created"),
        "2026-11-22T15:00:00.000Z".replace(".000Z", "+00:00")
    );
    let plan = plan_with("message_key = dsa_line");
    let loaded = load_bytes(&plan, format!("at,dsa_line\n{}", csv_line(&["1", &event])).as_bytes());
    assert!(is_whole(only(&loaded)));
}

#[test]
fn csv_without_names_of_columns_or_with_other_numbers_of_values_is_refused() {
    let event = event();
    for lines in [
        csv_line(&["1", &event]),
        format!("a,b\n{}", csv_line(&["1", &event])),
        format!("time,message\n{}", csv_line(&["1", "2", &event])),
        format!("time,message,host\n{}", csv_line(&["1", &event])),
        format!("message,message\n{}", csv_line(&["1", &event])),
    ] {
        let loaded = load_line(&lines);
        for document in &loaded.documents {
            assert_eq!(document.text("event.kind"), "pipeline_error", "{lines}");
            assert!(!document.has("destination"), "{lines}");
        }
        assert!(!loaded.documents.is_empty(), "{lines}");
    }
}

#[test]
fn no_line_of_a_value_of_csv_is_an_event() {
    let event = event();
    let text = format!("words\n{event}\n1,{event}\n\n\"\"1\"\",\"\"{event}\"\"\nend");
    let lines = format!("time,message\n1,\"{text}\"\n{}", csv_line(&["1", &event]));
    for lines in [lines.clone(), lines.replace('\n', "\r\n")] {
        let loaded = load_line(&lines);
        let whole = loaded.documents.iter().filter(|document| is_whole(document)).count();
        assert_eq!(whole, 1, "{lines}");
        let errors =
            loaded.documents.iter().filter(|document| document.get("event.kind") == "pipeline_error");
        assert_eq!(errors.count(), loaded.documents.len() - 1);
    }
}

#[test]
fn several_records_in_one_field_are_events_each() {
    let event = |id: u32| agent_event("21", &format!("act=Deny cn1={id}"));
    let record = |id: u32| json!({"message": event(id), "hostname": format!("web{id}")}).to_string();
    let ids = |line: &str| -> Vec<String> {
        let loaded = load_bytes(plan(), line.as_bytes());
        loaded.documents.iter().map(|document| document.text("host.id").to_owned()).collect()
    };
    for field in ["message", "log", "events"] {
        for value in [
            json!(format!("{}\n{}", record(1), record(2))),
            json!(format!("{}{}", record(1), record(2))),
            json!(format!("[{},{}]", record(1), record(2))),
            json!([event(1), event(2)]),
            json!([{"message": event(1)}, {"message": json!([event(2)]).to_string()}]),
        ] {
            let line = json!({field: value, "tag": "outer", "hostname": "outer"}).to_string();
            assert_eq!(ids(&line), ["1", "2"], "{line}");
        }
    }
    // Kafka Connect writes a text as JSON.
    assert_eq!(ids(&json!(event(1)).to_string()), ["1"]);
    assert_eq!(ids(&json!(record(1)).to_string()), ["1"]);
    assert_eq!(ids(&json!(format!("{}\n{}", event(1), event(2))).to_string()), ["1", "2"]);
    let line = json!({"messages": [{"message": event(1)}, {"hostname": "own", "message": "no event"}], "hostname": "outer"});
    let loaded = load_bytes(plan(), line.to_string().as_bytes());
    assert_eq!(loaded.documents.len(), 2);
    assert_eq!(loaded.documents[0].text("server.name"), "outer");
    assert_eq!(loaded.documents[1].text("event.kind"), "pipeline_error");
    // Arrays of anything else are no records.
    for line in
        [json!({"message": ["a", "b"]}), json!({"message": [1, event(1)]}), json!({"message": [[event(1)]]})]
    {
        assert_eq!(load_bytes(plan(), line.to_string().as_bytes()).documents.len(), 1, "{line}");
    }
}

#[test]
fn two_members_of_one_name_and_half_a_surrogate_pair_are_counted() {
    let count = |line: &str, problem| load_line(line).account.problems.count(problem);
    let record =
        json!({"message": event(), "hostname": "web01", "timestamp": "2026-11-22T15:08:40Z"}).to_string();
    let beside = |member: &str| record.replacen('{', &format!("{{{member},"), 1);
    let (repeated, replaced) = (Problem::RepeatedKey, Problem::NotUtf8);
    assert_eq!((count(&record, repeated), count(&record, replaced)), (0, 0));
    for member in [
        r#""timestamp":"2020-01-01T00:00:00Z""#,
        r#""hostname":"forged""#,
        r#""a":"1","a":"2""#,
        r#""message":null"#,
    ] {
        assert_eq!(count(&beside(member), repeated), 1, "{member}");
    }
    for member in [r#""a":"\ud800""#, r#""a":"\udc00 and more""#] {
        assert_eq!(count(&beside(member), replaced), 1, "{member}");
    }
    assert_eq!(count(&beside(r#""a":"\ud83d\ude00 \ufffd""#), replaced), 0, "a whole pair is a character");
    let in_message = record.replace("A rule", "A \\ud800 rule");
    assert_eq!(count(&in_message, replaced), 1);
}

#[test]
fn the_time_of_a_record_that_is_cut_behind_it_is_the_collectors() {
    for name in ["timestamp", "@timestamp", "time"] {
        let line = format!(r#"{{"{name}":"2026-11-22T15:08:40Z","message":"{}"#, event());
        let loaded = load_line(&line);
        let document = only(&loaded);
        assert_eq!(document.text("event.kind"), "pipeline_error");
        assert_eq!(document.text("@timestamp"), "2026-11-22T15:08:40+00:00", "{}", document.json);
    }
}
