//! Forms in which collectors and relays write events and times, beside those that most have.

use es_loader::document::problem::Problem;
use es_loader::parse::time::Surroundings;
use serde_json::{Value, json};

use crate::support::{Document, Loaded, agent_event, facts, load_bytes, load_with, plan, plan_of_section};

const EVENT: &str = "CEF:0|Trend Micro|Deep Security Agent|20.0|21|FW|6|act=Deny src=203.0.113.9";

fn loaded(text: &str) -> Loaded {
    load_bytes(plan(), text.as_bytes())
}

fn only(text: &str) -> Document {
    let mut loaded = loaded(text);
    assert_eq!(loaded.documents.len(), 1, "{text}");
    loaded.documents.remove(0)
}

fn count(text: &str, problem: Problem) -> u64 {
    loaded(text).account.problems.count(problem)
}

#[test]
fn another_event_beside_the_message_is_counted_and_a_copy_is_not() {
    let other = "CEF:0|Trend Micro|Deep Security Agent|20.0|22|FW|6|act=Reset src=203.0.113.7";
    let sent = format!("<134>Nov 22 07:08:00 web01 {EVENT}");
    for (record, further) in [
        (json!({"message": EVENT, "log": other}), 1),
        (json!({"message": sent, "log": other, "MESSAGE": other}), 2),
        (json!({"message": EVENT, "event": {"original": other}}), 1),
        (json!({"message": EVENT, "log": EVENT}), 0),
        (json!({"message": EVENT, "event": {"original": sent}}), 0),
        (json!({"message": EVENT, "log": format!("{EVENT}\n")}), 0),
        (json!({"message": EVENT, "note": format!("see {other}")}), 0),
        (json!({"message": EVENT, "tag": "t"}), 0),
    ] {
        assert_eq!(count(&record.to_string(), Problem::FurtherEventField), further, "{record}");
    }
}

#[test]
fn a_time_beside_a_nested_event_is_when_it_was_collected() {
    let time = "2026-11-22T05:00:00Z";
    for record in [
        json!({"_index": "i", "_source": {"@timestamp": time, "message": EVENT}}),
        json!({"_source": {"@timestamp": time, "event": {"original": EVENT}}}),
        json!({"preview": false, "result": {"_time": time, "_raw": EVENT}}),
        json!({"message": json!({"timestamp": time, "msg": EVENT}).to_string()}),
        json!({"record": {"TimeGenerated": time, "SyslogMessage": EVENT}}),
        json!({"TimeGenerated": time, "SyslogMessage": EVENT}),
    ] {
        let read = only(&record.to_string());
        assert_eq!(read.get("@timestamp"), "2026-11-22T05:00:00+00:00", "{record}");
        assert_eq!(read.get("event.created"), "2026-11-22T05:00:00+00:00", "{record}");
        assert_eq!(read.get("source.ip"), "203.0.113.9", "{record}");
    }
    // The record's own time is the nearer one.
    let record =
        json!({"@timestamp": "2026-11-22T06:00:00Z", "_source": {"@timestamp": time, "message": EVENT}});
    assert_eq!(only(&record.to_string()).get("@timestamp"), "2026-11-22T06:00:00+00:00");
}

#[test]
fn a_collectors_time_is_read_in_each_form_that_names_its_moment() {
    let nine = "2026-11-22T07:08:00+09:00";
    let utc = "2026-11-22T07:08:00+00:00";
    for (written, expected) in [
        (json!("2026-11-22 07:08:00 UTC"), utc),
        (json!("2026-11-22 07:08:00.0 JST"), nine),
        (json!("2026/11/22 07:08:00 GMT"), utc),
        (json!("2026/11/22 07:08:00 +0900"), nine),
        (json!("Sun, 22 Nov 2026 07:08:00 +0900"), nine),
        (json!("22 Nov 2026 07:08:00 GMT"), utc),
        (json!([1_795_331_280, 0]), utc),
        (json!([1_795_331_280, 5_000_000]), "2026-11-22T07:08:00.005+00:00"),
        (json!({"$date": "2026-11-22T07:08:00Z"}), utc),
        (json!({"$date": 1_795_331_280_000_i64}), utc),
        (json!({"$date": {"$numberLong": "1795331280000"}}), utc),
    ] {
        for name in ["time", "@timestamp", "timestamp"] {
            let record = json!({"message": EVENT, name: written});
            assert_eq!(only(&record.to_string()).get("event.created"), expected, "{record}");
            assert_eq!(count(&record.to_string(), Problem::CollectorTimeUnread), 0, "{record}");
        }
    }
    // A clock without a zone is read, and its zone assumed.
    let record = json!({"message": EVENT, "time": "2026/11/22 07:08:00"});
    assert_eq!(only(&record.to_string()).get("@timestamp"), utc);
    // syslog-ng has taken the header off, and its time is that of the message.
    let record = json!({"MESSAGE": EVENT, "DATE": "Nov 22 07:08:00", "HOST": "web01"});
    assert_eq!(only(&record.to_string()).get("@timestamp"), utc);
}

#[test]
fn a_collectors_time_that_is_not_read_is_counted_in_each_field() {
    for record in [
        json!({"message": EVENT, "time": "yesterday"}),
        json!({"message": EVENT, "@timestamp": "2026-11-22 07:08:00 XYZ"}),
        json!({"message": EVENT, "timestamp": "2026-11-22 07:08:00 CST"}),
        json!({"message": EVENT, "_time": [1_795_331_280, 2, 3]}),
    ] {
        assert_eq!(count(&record.to_string(), Problem::CollectorTimeUnread), 1, "{record}");
        assert_eq!(count(&record.to_string(), Problem::TimeFallback), 1, "{record}");
        let field = loaded(&record.to_string()).account.unread_time;
        assert!(field.is_some_and(|field| record.get(field).is_some()), "{record}");
    }
    let read = json!({"message": EVENT, "date": "x", "time": "2026-11-22T07:08:00Z"});
    assert_eq!(count(&read.to_string(), Problem::CollectorTimeUnread), 0);
}

#[test]
fn a_header_time_is_read_with_its_year_and_its_zone_wherever_they_stand() {
    let utc = "2026-11-20T07:08:00+00:00";
    let nine = "2026-11-20T07:08:00+09:00";
    for (header, expected, host) in [
        ("2026 Nov 20 07:08:00 web01", utc, "web01"),
        ("*Nov 20 2026 07:08:00 UTC:", utc, ""),
        (".Nov 20 07:08:00.123 JST: web01", "2026-11-20T07:08:00.123+09:00", "web01"),
        ("Nov 20 07:08:00+09:00 web01", nine, "web01"),
        ("<134>Nov 20 07:08:00Z web01 dsa:", utc, "web01"),
        ("[2026-11-20T07:08:00Z] web01", utc, "web01"),
        ("[2026-11-20 07:08:00+0900]", nine, ""),
        ("Nov 20 07:08:00 JST web01", nine, "web01"),
        ("Nov 20 2026 07:08:00 KST web01 dsa:", nine, "web01"),
        ("2026-11-20 07:08:00 UTC web01", utc, "web01"),
        ("Nov 20 07:08:00 Z web01", utc, "web01"),
    ] {
        let loaded = loaded(&format!("{header} {EVENT}\n"));
        let read = &loaded.documents[0];
        assert_eq!(read.get("@timestamp"), expected, "{header}: {}", read.json);
        assert_eq!(read.get("log.syslog.hostname").as_str().unwrap_or_default(), host, "{header}");
        let is_zoned = loaded.account.problems.count(Problem::ZoneAssumed) == 0;
        assert_eq!(is_zoned, header != "2026 Nov 20 07:08:00 web01", "{header}");
    }
}

#[test]
fn a_zone_that_nobody_knows_is_no_host_and_its_time_is_none() {
    for header in ["Nov 20 07:08:00 CST web01", "<134>Nov 20 2026 07:08:00 EDT web01 dsa:"] {
        let loaded = loaded(&format!("{header} {EVENT}\n"));
        let read = &loaded.documents[0];
        assert_eq!(read.get("log.syslog.hostname"), "web01", "{}", read.json);
        assert_ne!(read.get("deepsecurity.timestamp_source"), "syslog", "{}", read.json);
        assert_eq!(loaded.account.problems.count(Problem::TimeFallback), 1, "{header}");
    }
    // One word of capitals is a host.
    assert_eq!(only(&format!("Nov 20 07:08:00 WEB {EVENT}")).get("log.syslog.hostname"), "WEB");
    // Several words are a name, and no host (rule F5).
    let named = only(&format!("<134>Nov 20 07:08:00 DSM PROD {EVENT}"));
    assert_eq!(named.get("@timestamp"), "2026-11-20T07:08:00+00:00");
    assert_eq!(named.get("log.syslog.hostname"), &Value::Null);
}

#[test]
fn a_clock_that_was_never_set_chooses_no_index() {
    for time in ["1970-01-01T00:00:00Z", "1980-01-01T00:00:10+09:00", "2000-01-01T00:00:00Z"] {
        let loaded = loaded(&format!("<134>1 {time} web01 dsa - - - {EVENT}\n"));
        assert!(loaded.documents[0].index.ends_with("2026-11"), "{}", loaded.documents[0].index);
        assert_eq!(loaded.account.problems.count(Problem::TimeFallback), 1, "{time}");
        let record = json!({"message": format!("{time} web01 {EVENT}"), "time": "2026-11-22T07:08:00Z"});
        assert_eq!(only(&record.to_string()).get("@timestamp"), "2026-11-22T07:08:00+00:00");
    }
    let plan = plan_of_section(
        "own",
        "file_format = json\ns3_key = x\nindex_name = log-own\ntimestamp_key = t\ntimestamp_format = iso8601",
    );
    let loaded = load_bytes(&plan, br#"{"t":"1970-01-01T00:00:09Z","a":"b"}"#);
    assert!(loaded.documents[0].index.ends_with("2026-11"), "{}", loaded.documents[0].index);
}

/// A text with nothing around it that tells a time but the load.
fn loaded_alone(text: &str) -> Loaded {
    let around = Surroundings { key: None, object: None, load: "2026-12-05T00:00:00Z".parse().unwrap() };
    let facts = es_loader::map::event::ObjectFacts { around, ..facts() };
    load_with(plan(), facts, &Default::default(), text.as_bytes())
}

#[test]
fn an_events_own_time_is_better_than_that_of_the_load() {
    let leef = |attributes: &str| {
        format!("LEEF:1.0|Trend Micro|Deep Security Agent|20|21|src=203.0.113.9\t{attributes}")
    };
    for (text, expected) in [
        (format!("{EVENT} rt=1795331280123"), "2026-11-22T07:08:00.123+00:00"),
        (format!("{EVENT} rt=Nov 22 2026 07:08:00 JST"), "2026-11-22T07:08:00+09:00"),
        (format!("{EVENT} end=Nov 22 2026 07:08:00"), "2026-11-22T07:08:00+00:00"),
        (leef("devTime=Nov 22 2026 07:08:00.5 UTC"), "2026-11-22T07:08:00.500+00:00"),
        (leef("devTime=1795331280000\tdevTimeFormat=epoch"), "2026-11-22T07:08:00+00:00"),
        (leef("devTime=2026-11-22T07:08:00+09:00"), "2026-11-22T07:08:00+09:00"),
        (format!("{EVENT} deviceReceiptTime=1795331280123"), "2026-11-22T07:08:00.123+00:00"),
        (format!("{EVENT} startTime=Nov 22 2026 07:08:00 JST"), "2026-11-22T07:08:00+09:00"),
        (format!("{EVENT} rt= end= rt=1795331280123"), "2026-11-22T07:08:00.123+00:00"),
    ] {
        let loaded = loaded_alone(&text);
        assert_eq!(loaded.documents[0].get("@timestamp"), expected, "{text}");
        assert_eq!(loaded.documents[0].get("deepsecurity.timestamp_source"), "field", "{text}");
        assert!(loaded.documents[0].index.ends_with("2026-11"), "{text}");
    }
    // A header and a collector say more.
    let read = only(&format!("Nov 20 07:08:00 h {EVENT} rt=1795331280123"));
    assert_eq!(read.get("@timestamp"), "2026-11-20T07:08:00+00:00");
}

#[test]
fn the_format_that_leef_names_is_how_its_time_is_read() {
    let read = |time: &str, format: &str| {
        let text =
            format!("LEEF:1.0|Acme|Wall|1|2|src=203.0.113.9\tdevTime={time}\tdevTimeFormat={format}\tcat=x");
        loaded_alone(&text)
    };
    for (time, format, expected) in [
        ("03/04/2026 07:08:09", "dd/MM/yyyy HH:mm:ss", "2026-04-03T07:08:09+00:00"),
        ("2026-03-04 07:08:09", "yyyy-dd-MM HH:mm:ss", "2026-04-03T07:08:09+00:00"),
        ("Nov 22 2026 07:08:09 PM", "MMM dd yyyy hh:mm:ss a", "2026-11-22T19:08:09+00:00"),
        ("November 22 2026 12:08:09 am", "MMMM dd yyyy hh:mm:ss a", "2026-11-22T00:08:09+00:00"),
        ("2026-11-22 07:08:09.5 JST", "yyyy-MM-dd HH:mm:ss.SSS z", "2026-11-22T07:08:09.005+09:00"),
        ("Sun Nov 22 07:08:09 GMT+09:00 2026", "EEE MMM d HH:mm:ss z yyyy", "2026-11-22T07:08:09+09:00"),
        ("20261122070809.123", "yyyyMMddHHmmss.SSS", "2026-11-22T07:08:09.123+00:00"),
        ("2026-11-22T07:08:09-0500", "yyyy-MM-dd'T'HH:mm:ssZ", "2026-11-22T07:08:09-05:00"),
        ("2026-11-22T07:08:09Z", "yyyy-MM-dd'T'HH:mm:ssXXX", "2026-11-22T07:08:09+00:00"),
        ("22.11.26 7:8:9", "d.M.yy H:m:s", "2026-11-22T07:08:09+00:00"),
    ] {
        assert_eq!(read(time, format).documents[0].get("@timestamp"), expected, "{time} {format}");
    }
    // What the format does not say, or says otherwise, is not guessed.
    for (time, format) in [
        ("2026-11-22 07:08:09", "dd/MM/yyyy HH:mm:ss"),
        ("2026-11-22 07:08:09", "%Y-%m-%d %H:%M:%S"),
        ("2026-47-7 07:08:09", "YYYY-ww-u HH:mm:ss"),
        ("Nov 22 07:08:09", "MMM dd HH:mm:ss"),
        ("2026-22-11 07:08:09", "yyyy-MM-dd HH:mm:ss"),
        ("2026-11-22 07:08:09 PST", "yyyy-MM-dd HH:mm:ss z"),
        ("2026-11-22 07:08:09 x", "yyyy-MM-dd HH:mm:ss"),
        ("99999-11-22 07:08:09", "yy-MM-dd HH:mm:ss"),
        ("2026-11-22 07:08:09", "yyyy-MM-dd HH:mm:ss 'x"),
    ] {
        let loaded = read(time, format);
        assert_ne!(loaded.documents[0].get("deepsecurity.timestamp_source"), "field", "{time} {format}");
        assert_eq!(loaded.account.problems.count(Problem::ValueDoesNotFit), 1, "{time} {format}");
    }
}

#[test]
fn no_time_is_taken_from_what_an_event_quotes() {
    let foreign = EVENT.replace("Trend Micro", "Acme");
    for text in [
        format!("{EVENT} msg=user said rt=1790000000123"),
        format!("{EVENT} filePath=/tmp/a start=1790000000123 end=1790000000123"),
        format!("{foreign} msg=user said rt=1790000000123"),
        format!("{foreign} requestUrl=/a?x rt=1790000000123"),
        // LEEF's own attribute is none in CEF.
        format!("{EVENT} devTime=1790000000123"),
    ] {
        let loaded = loaded_alone(&text);
        assert_eq!(loaded.documents[0].get("deepsecurity.timestamp_source"), "load", "{text}");
        assert_eq!(loaded.account.problems.count(Problem::TimeFallback), 1, "{text}");
    }
    let text = format!("{foreign} rt=1795331280123 msg=user said rt=1790000000123");
    let loaded = loaded_alone(&text);
    assert_eq!(loaded.documents[0].get("@timestamp"), "2026-11-22T07:08:00.123+00:00");
}

#[test]
fn the_records_of_opentelemetry_are_events_each() {
    let record = |event: &str, time: &str| json!({"timeUnixNano": time, "body": {"stringValue": event}, "attributes": [{"key": "log.file.name", "value": {"stringValue": "x"}}]});
    let scope = |records: Value| json!({"scope": {}, "logRecords": records});
    let resource = json!({"attributes": [{"key": "host.name", "value": {"stringValue": "web01"}}]});
    let request = json!({"resourceLogs": [
        {"resource": resource, "scopeLogs": [scope(json!([record(EVENT, "1795331280000000000"), record(&agent_event("21", "act=Log"), "1795331281000000000")]))]},
        {"scopeLogs": [scope(json!([record("no event", "1795331281000000000")]))]},
    ]});
    for text in [request.to_string(), format!("{request}\n{request}\n")] {
        let lines = text.lines().count();
        let loaded = loaded(&text);
        assert_eq!(loaded.documents.len(), 3 * lines);
        assert_eq!(loaded.documents[0].get("source.ip"), "203.0.113.9");
        assert_eq!(loaded.documents[0].get("@timestamp"), "2026-11-22T07:08:00+00:00");
        assert_eq!(loaded.documents[1].get("event.action"), "Log");
        assert_eq!(loaded.documents[2].get("event.kind"), "pipeline_error");
        let account = &loaded.account;
        assert_eq!(account.lines - account.blank_lines + account.further_events, account.documents);
    }
    let nothing = loaded(&json!({"resourceLogs": []}).to_string());
    assert_eq!(nothing.account.pipeline_errors, 0);
}

#[test]
fn leef_names_its_delimiter_by_a_decimal_number_in_brackets_too() {
    for text in [
        "LEEF:2.0|Trend Micro|Deep Security Agent|20|21|<009>|cat=Firewall\tsrc=203.0.113.9\tact=Deny",
        "LEEF:2.0|Trend Micro|Deep Security Agent|20|21|<009>|cat=Firewall<009>src=203.0.113.9<009>act=Deny",
        "LEEF:2.0|Trend Micro|Deep Security Agent|20|21|<094>|cat=Firewall^src=203.0.113.9^act=Deny",
        "LEEF:1.0|Trend Micro|Deep Security Agent|20|21|cat=Firewall<009>src=203.0.113.9<009>act=Deny",
    ] {
        let read = only(text);
        assert_eq!((read.text("source.ip"), read.text("event.action")), ("203.0.113.9", "Deny"), "{text}");
        assert!(!read.has("deepsecurity.unparsed"), "{}", read.json);
    }
}

#[test]
fn an_object_is_no_text_of_a_field() {
    let settings = "file_format = json\ns3_key = x\nindex_name = log-own\necs = user.name source.ip event.action\nuser.name = user\nsource.ip = ip\nevent.action = acts";
    let plan = plan_of_section("own", settings);
    for (record, odd) in [
        (json!({"user": {"name": "joe"}, "ip": "203.0.113.9"}), 1),
        (json!({"user": {"id": 7}, "acts": {"a": 1}}), 2),
        (json!({"acts": [{"a": 1}, {"b": 2}]}), 1),
        (json!({"user": "joe", "acts": ["a", "b"]}), 0),
    ] {
        let loaded = load_bytes(&plan, record.to_string().as_bytes());
        let read = &loaded.documents[0];
        assert!(!read.get("user.name").as_str().is_some_and(|name| name.contains('{')), "{}", read.json);
        assert!(!read.get("event.action").to_string().contains('{'), "{}", read.json);
        assert_eq!(loaded.account.problems.count(Problem::ValueDoesNotFit), odd, "{record}: {}", read.json);
    }
}

#[test]
fn a_key_that_is_lost_inside_of_a_value_is_counted() {
    for (extension, odd) in [
        ("TrendMicroDsMalwareTargetType=N/TrendMicroDsFileMD5=44D88612FEA8A8F36DE82E1278ABB02F", 1),
        ("filePath=/tmp/x,TrendMicroDsFileSHA1=3395856CE81F2B7382DEE72602F798B642F14140 act=Delete", 1),
        ("TrendMicroDsMalwareTargetType=N/A TrendMicroDsFileMD5=44D88612FEA8A8F36DE82E1278ABB02F", 0),
        ("msg=a/TrendMicroDsFileMD5=4 act=Delete", 0),
        ("filePath=/tmp/TrendMicroDs act=Delete", 0),
    ] {
        let text = agent_event("4000000", extension);
        assert_eq!(count(&text, Problem::KeyInValue), odd, "{extension}");
    }
}
