//! Rows of values, and lines at the front of objects: what names the values, and that no line is lost.

use es_loader::load::account::Limits;
use es_loader::map::compiled::CompiledSections;
use serde_json::{Value, json};

use crate::log_types::with;
use crate::support::{Document, Loaded, all, facts, load_bytes, load_with};

const NAMES: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

fn flow(destination: &str) -> String {
    format!(
        "2 123456789010 eni-1 172.31.16.139 {destination} 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"
    )
}

fn envelope(messages: &[&str]) -> String {
    let events: Vec<Value> = messages
        .iter()
        .enumerate()
        .map(|(id, message)| json!({"id": id.to_string(), "timestamp": 1_418_530_010_000_u64, "message": message}))
        .collect();
    json!({"messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "g", "logStream": "s", "logEvents": events})
        .to_string()
}

fn load(section: &str, text: &str) -> Loaded {
    load_bytes(all().named(section).unwrap(), text.as_bytes())
}

fn shop(text: &str) -> Loaded {
    load_bytes(shop_sections().named("shop").unwrap(), text.as_bytes())
}

fn shop_sections() -> CompiledSections {
    with(
        "[shop]\nindex_name = log-shop\ns3_key = shop/\nfile_format = csv\ncsv_delimiter = ,\nsource.ip = c_ip\nuser.name = who",
    )
}

fn texts<'d>(documents: &'d [Document], field: &str) -> Vec<&'d str> {
    documents.iter().map(|document| document.get(field).as_str().unwrap_or("-")).collect()
}

#[test]
fn flow_logs_without_a_line_of_names_are_in_the_default_format() {
    let (one, two) = (flow("10.0.0.1"), flow("10.0.0.2"));
    for text in [
        format!("{one}\n{two}\n"),
        envelope(&[&one, &two]),
        format!("{}\n{}\n", envelope(&[&one]), envelope(&[&two])),
        format!("{}\n{}", json!({"message": one}), json!({"message": two})),
        format!("{NAMES}\n{}\n{two}", envelope(&[&one])),
    ] {
        let loaded = load("vpcflowlogs", &text);
        assert_eq!(texts(&loaded.documents, "destination.ip"), ["10.0.0.1", "10.0.0.2"], "{text}");
        let document = &loaded.documents[0];
        assert_eq!(document.get("source.port"), 20641);
        assert_eq!(document.text("event.outcome"), "success");
        assert_eq!(document.text("@timestamp"), "2014-12-14T04:07:50+00:00");
    }
}

// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html#flow-log-records
#[test]
fn flow_logs_of_a_transit_gateway_need_no_line_of_names_either() {
    let row = "6 TransitGateway 123456789010 tgw-1 tgw-attach-1 111111111111 222222222222 vpc-1 vpc-2 subnet-1 subnet-2 eni-1 eni-2 \
        use1-az1 use1-az2 tgw-attach-2 10.0.0.1 10.1.0.1 40000 443 6 10 2000 1739865042 1739865043 OK IPv4 0 0 0 0 3 us-east-1 ingress - -";
    for text in [row.to_owned(), envelope(&[row]), json!({"message": row}).to_string()] {
        let documents = load("vpcflowlogs", &format!("{}\n{text}\n", flow("10.0.0.9"))).documents;
        assert_eq!(texts(&documents, "destination.ip"), ["10.0.0.9", "10.1.0.1"], "{text}");
        assert_eq!(documents[1].text("@log_type"), "transit-gateway");
        assert_eq!(documents[1].text("network.direction"), "ingress");
        assert_eq!(documents[1].get("network.packets"), 10);
        assert_eq!(documents[1].text("@timestamp"), "2025-02-18T07:50:43+00:00");
    }
}

// Vector's parse_aws_vpc_flow_log, and what Athena and Lambda functions make of flow logs
#[test]
fn a_flow_log_may_be_an_object_of_json() {
    let object = json!({"version": 2, "account_id": 123456789010_i64, "interface_id": "eni-1", "srcaddr": "10.0.0.9", "dstaddr": "10.0.0.1",
        "srcport": 20641, "dstport": 22, "protocol": 6, "packets": 20, "bytes": 4249, "start": 1418530010, "end": 1418530070,
        "action": "REJECT", "log_status": "OK", "tcp_flags": null});
    let hyphens = object.to_string().replace("account_id", "account-id").replace("log_status", "log-status");
    for text in [object.to_string(), hyphens, json!({"message": object.to_string()}).to_string()] {
        let loaded = load("vpcflowlogs", &text);
        let document = &loaded.documents[0];
        for (field, expected) in [
            ("event.outcome", json!("failure")),
            ("event.type", json!("denied")),
            ("network.transport", json!("tcp")),
            ("source.port", json!(20641)),
            ("cloud.account.id", json!("123456789010")),
            ("@timestamp", json!("2014-12-14T04:07:50+00:00")),
            ("interface_id", json!("eni-1")),
            ("tcp_flags", json!(null)),
            ("vpcflowlogs.extra", json!(null)),
        ] {
            assert_eq!(*document.get(field), expected, "{field} of {}", document.json);
        }
    }
}

/// What Athena writes, and tools that export flow logs.
#[test]
fn a_flow_log_may_have_commas_and_stand_in_an_array() {
    let row = flow("10.0.0.1");
    let commas = |line: &str| line.split(' ').collect::<Vec<_>>().join(",");
    let quoted = |line: &str| format!("\"{}\"", line.split(' ').collect::<Vec<_>>().join("\",\""));
    let object: Value = NAMES
        .split(' ')
        .zip(row.split(' '))
        .map(|(name, value)| (name.replace('-', "_"), json!(value)))
        .collect();
    for (text, count) in [
        (format!("{}\n{}\n", commas(NAMES), commas(&row)), 1),
        (commas(&row), 1),
        (format!("{}\n{}\n", quoted(NAMES), quoted(&row)), 1),
        (json!([object, object]).to_string(), 2),
        (serde_json::to_string_pretty(&[&object, &object]).unwrap(), 2),
        (json!([{"message": row}, {"message": row}]).to_string(), 2),
    ] {
        let loaded = load("vpcflowlogs", &text);
        assert_eq!(texts(&loaded.documents, "destination.ip"), vec!["10.0.0.1"; count], "{text}");
        assert_eq!(texts(&loaded.documents, "event.kind"), vec!["event"; count], "{text}");
    }
}

#[test]
fn a_row_whose_values_have_other_shapes_is_not_in_the_default_format() {
    for row in [
        "5 10.0.0.1 10.0.0.2 40000 443 6 10 100 1418530010 1418530070 ACCEPT OK vpc-1 eni-1",
        "2 123456789010 eni-1 172.31.16.139 20641 10.0.0.1 22 6 20 4249 1418530010 1418530070 ACCEPT OK",
        "eni-1 123456789010 2 172.31.16.139 10.0.0.1 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK",
    ] {
        let documents = load("vpcflowlogs", &format!("{row}\n{}\n", flow("10.0.0.1"))).documents;
        assert_eq!(texts(&documents, "event.kind"), ["pipeline_error", "event"], "{row}");
        assert!(documents[0].get("destination.port").is_null());
    }
    let nothing = "2 123456789010 eni-1 - - - - - - - 1431280876 1431280934 - NODATA";
    assert_eq!(load("vpcflowlogs", nothing).documents[0].text("event.kind"), "event");
}

#[test]
fn the_text_of_a_flow_log_names_no_field() {
    for text in ["10.0.0.1 10.0.0.2 6 ACCEPT\n", "alice bob carol\n", "2 1 eni-1 -\n", "{\"a\":\"1\"}\n"] {
        let loaded = load("vpcflowlogs", &text.repeat(2));
        assert_eq!(loaded.documents.len(), 2, "{text}");
        for document in &loaded.documents {
            assert_eq!(document.text("event.kind"), "pipeline_error", "{text}");
        }
    }
    for text in ["192.0.2.1,a\n192.0.2.2,b\n", "alice,bob\ncarol,dave\n"] {
        let documents = shop(text).documents;
        assert_eq!(texts(&documents, "event.kind"), ["pipeline_error"; 2], "{text}");
        assert!(documents[1].get("alice").is_null());
    }
}

#[test]
fn a_line_of_names_stands_anywhere_in_an_object() {
    let (one, two) = (flow("10.0.0.1"), flow("10.0.0.2"));
    for text in [
        format!("{NAMES}\n{one}\n{NAMES}\n{two}\n"),
        format!("\n\u{feff} \n{NAMES}\n{one}\n{two}"),
        format!("{one}\n{NAMES}\n{two}\n"),
        format!("{NAMES}\n{one}\nsrcaddr dstaddr end\n172.31.16.139 10.0.0.2 1418530070\n"),
    ] {
        let loaded = load("vpcflowlogs", &text);
        assert_eq!(texts(&loaded.documents, "destination.ip"), ["10.0.0.1", "10.0.0.2"], "{text}");
        let account = &loaded.account;
        assert_eq!(account.lines - account.blank_lines, account.documents);
        assert_eq!(account.exclusions.excluded(), account.documents - 2, "lines of names are counted");
    }
    let documents = shop("c-ip,who\n192.0.2.1,who\nc-ip,who\n192.0.2.2,c-ip\nx,who\n").documents;
    assert_eq!(texts(&documents, "user.name"), ["who", "c-ip", "who"]);
}

#[test]
fn names_of_the_section_fit_rows_of_as_many_values() {
    let sections = with(
        "[shop]\nindex_name = log-shop\ns3_key = shop/\nfile_format = csv\ncsv_columns = c-ip who\nsource.ip = c_ip",
    );
    let section = sections.named("shop").unwrap();
    let documents = load_bytes(section, b"192.0.2.1 a\n192.0.2.2\n192.0.2.3 a b\n").documents;
    assert_eq!(texts(&documents, "source.ip"), ["192.0.2.1", "-", "-"]);
    assert_eq!(texts(&documents, "event.kind")[1..], ["pipeline_error", "pipeline_error"]);
    let sections = with(
        "[shop]\nindex_name = log-shop\ns3_key = shop/\nfile_format = csv\ncsv_columns = c-ip who | n c-ip who\nsource.ip = c_ip",
    );
    let documents = load_bytes(sections.named("shop").unwrap(), b"192.0.2.1 a\n7 192.0.2.2 b\n").documents;
    assert_eq!(texts(&documents, "source.ip"), ["192.0.2.1", "192.0.2.2"]);
}

#[test]
fn a_row_with_a_name_among_its_values_is_a_row_where_the_section_names_the_columns() {
    let sections = with(
        "[shop]\nindex_name = log-shop\ns3_key = shop/\nfile_format = csv\ncsv_delimiter = ,\ncsv_columns = when user act\nuser.name = user\nevent.action = act",
    );
    let section = sections.named("shop").unwrap();
    let documents = load_bytes(section, b"monday,user,login\ntuesday,bob,logout\nuser,act,act\n").documents;
    assert_eq!(texts(&documents, "user.name"), ["user", "bob"]);
    assert_eq!(texts(&documents, "event.action"), ["login", "logout"]);
}

#[test]
fn a_line_of_other_names_is_passed_over_where_the_section_names_the_columns() {
    let sections = with(
        "[shop]\nindex_name = log-shop\ns3_key = shop/\nfile_format = csv\ncsv_delimiter = ,\ntext_header_line_number = 1\ncsv_columns = who ip\nsource.ip = ip",
    );
    let section = sections.named("shop").unwrap();
    let documents = load_bytes(section, b"Person,Address\nbob,192.0.2.1\n").documents;
    assert_eq!(texts(&documents, "source.ip"), ["192.0.2.1"]);
    let unnamed = shop("Person,Address\nbob,192.0.2.1\n").documents;
    assert!(unnamed.iter().all(|row| row.text("error.message").contains("csv_columns")), "{unnamed:?}");
}

#[test]
fn a_value_in_quotes_may_have_line_ends() {
    for (text, second) in [
        ("c-ip,who\n192.0.2.1,\"a\nb\"\n192.0.2.2,c\n", "a\nb"),
        ("c-ip,who\r\n192.0.2.1,\"a\r\n\r\n\"\"b\"\"\"\r\n192.0.2.2,c\r\n", "a\r\n\r\n\"b\""),
        ("who,c-ip\n\"x,\n192.0.2.9,y\",192.0.2.1\nc,192.0.2.2", "x,\n192.0.2.9,y"),
    ] {
        let loaded = shop(text);
        assert_eq!(texts(&loaded.documents, "user.name"), [second, "c"], "{text}");
        assert_eq!(texts(&loaded.documents, "source.ip"), ["192.0.2.1", "192.0.2.2"], "{text}");
    }
}

#[test]
fn a_quote_that_nothing_closes_takes_no_other_row() {
    for broken in ["192.0.2.1,\"a", "192.0.2.1,\"a\",\"", "\"192.0.2.1,a"] {
        let text = format!("c-ip,who\n{broken}\n192.0.2.2,c\n192.0.2.3,\"d\"\n");
        let documents = shop(&text).documents;
        assert_eq!(texts(&documents, "source.ip"), ["-", "192.0.2.2", "192.0.2.3"], "{text}");
        assert_eq!(documents[0].text("event.kind"), "pipeline_error");
    }
    // A quote inside of a value opens none.
    assert_eq!(
        texts(&shop("c-ip,who\n192.0.2.1,5\" x\n192.0.2.2,c\n").documents, "user.name"),
        ["5\" x", "c"]
    );
}

#[test]
fn rows_over_blocks_and_on_several_threads_are_the_same() {
    let mut text = String::from("c-ip,who\n");
    let long = "a".repeat(700);
    for number in 0..1500 {
        text.push_str(&format!("192.0.2.{},\"{long}\n{number}\"\n", number % 250));
    }
    let sections = shop_sections();
    let section = sections.named("shop").unwrap();
    let alone = load_bytes(section, text.as_bytes());
    let limits = Limits { workers: 3.try_into().unwrap(), ..Limits::default() };
    let shared = load_with(section, facts(), &limits, text.as_bytes());
    assert_eq!(alone.documents.len(), 1500);
    assert_eq!(alone.account.documents, shared.account.documents);
    assert!(alone.documents[1499].text("user.name").ends_with("a\n1499"));
    assert!(alone.documents.iter().zip(&shared.documents).all(|(one, other)| one.id == other.id));
}

#[test]
fn values_beyond_the_names_are_kept_and_counted() {
    for (text, rest) in [("c-ip,who\n192.0.2.1,a,b,c\n", "b,c"), ("c-ip\n192.0.2.1,\"b,\nc\"\n", "b,\nc")] {
        let loaded = shop(text);
        assert_eq!(loaded.documents[0].text("shop.unparsed"), rest);
        assert_eq!(loaded.account.problems.iter().count(), 2, "and the time");
    }
    let documents = load("vpcflowlogs", &format!("{NAMES}\n{} more of it\n", flow("10.0.0.1"))).documents;
    assert_eq!(documents[0].text("vpcflowlogs.unparsed"), "more of it");
}

fn request(client: &str) -> String {
    format!(
        "2019-12-04\t21:02:31\tLAX1\t392\t{client}\tGET\td1.cloudfront.net\t/i\t200\t-\tMozilla\t-\t-\tHit\tid==\td1.cloudfront.net\thttps\t23\t0.001\t-\tTLSv1.2\tECDHE\tHit\tHTTP/2.0\t-\t-\t11040\t0.001\tHit\ttext/html\t78\t-\t-"
    )
}

/// The fields of [`request`].
const DIRECTIVE: &str = "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end";

#[test]
fn cloudfront_passes_over_directives_and_no_request() {
    let (one, two) = (request("192.0.2.1"), request("192.0.2.2"));
    for (text, directives) in [
        (format!("#Version: 1.0\n{DIRECTIVE}\n{one}\n{two}\n"), 2),
        (format!("{one}\n{two}\n"), 0),
        (format!("{DIRECTIVE}\n{one}\n#Version: 1.0\n{DIRECTIVE}\n{two}"), 3),
        (envelope(&[&one, &two]), 0),
    ] {
        let loaded = load("cloudfront-standard", &text);
        assert_eq!(texts(&loaded.documents, "source.ip"), ["192.0.2.1", "192.0.2.2"], "{text}");
        assert_eq!(loaded.account.exclusions.excluded(), directives, "{text}");
    }
    let loaded =
        load("cloudfront-standard", "{\"day\":\"2026-11-21\"}\n{\"c-ip\":\"192.0.2.1\"} x\n[1]\nx\n");
    assert_eq!(texts(&loaded.documents, "event.kind"), ["pipeline_error"; 4]);
}

// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-new-line-delimiter.html
#[test]
fn entries_of_cloudfront_in_json_are_apart_where_firehose_has_joined_them() {
    let entry = |client: &str| {
        json!({"date": "2026-11-21", "time": "00:00:05", "c-ip": client, "cs-uri-stem": "/} {/", "sc-status": "200"})
            .to_string()
    };
    let (one, two) = (entry("192.0.2.1"), entry("192.0.2.2"));
    for text in
        [format!("{one}{two}"), format!("{one} {two}\n"), format!("{one}\n{two}"), envelope(&[&one, &two])]
    {
        let loaded = load("cloudfront-standard", &text);
        assert_eq!(texts(&loaded.documents, "source.ip"), ["192.0.2.1", "192.0.2.2"], "{text}");
        assert_eq!(texts(&loaded.documents, "url.path"), ["/} {/"; 2]);
    }
    let loaded = load("cloudfront-standard", &format!("{one}{{\"date\":"));
    assert_eq!(texts(&loaded.documents, "event.kind"), ["event", "pipeline_error"]);
}

#[test]
fn a_directive_names_the_values_behind_it_and_each_entry_has_all_of_them() {
    let loaded = load(
        "cloudfront-standard",
        "#Fields: c-ip timestamp(ms) sc-status\n192.0.2.1\t1795219205123\t200\n192.0.2.2\t1795219205123\n192.0.2.3\t1795219205123\t20\t1\n\
         #Fields:\tsc-status\ttime\tdate\tc-ip\n403\t00:00:05\t2026-11-21\t192.0.2.4\r\n403\t\"\t2026-11-21\t192.0.2.5\n",
    );
    let documents = &loaded.documents;
    assert_eq!(documents.len(), 5);
    for (number, source, status, time) in [
        (0, "192.0.2.1", 200, "2026-11-21T00:00:05.123+00:00"),
        (3, "192.0.2.4", 403, "2026-11-21T00:00:05+00:00"),
    ] {
        assert_eq!(documents[number].get("source.ip"), source);
        assert_eq!(documents[number].get("http.response.status_code"), status);
        assert_eq!(documents[number].get("@timestamp"), time);
    }
    for cut in [1, 2] {
        assert_eq!(documents[cut].get("event.kind"), "pipeline_error");
    }
    // Fields that came in 2019 stand behind those that were there before.
    let cut = |text: &str, gap| text.split(gap).take(26).collect::<Vec<_>>().join(gap);
    let (names, old) =
        (cut(DIRECTIVE.trim_start_matches("#Fields: "), " "), cut(&request("192.0.2.6"), "\t"));
    for text in [format!("{old}\n"), format!("#Fields: {names}\n{old}\n")] {
        let loaded = load("cloudfront-standard", &text);
        assert_eq!(
            loaded.documents[0].get("url.full"),
            "https://d1.cloudfront.net/i",
            "{}",
            loaded.documents[0].json
        );
        assert_eq!(loaded.account.problems.iter().count(), 0, "{text}");
    }
    // Nothing quotes.
    assert_eq!(documents[4].get("source.ip"), "192.0.2.5");
}

#[test]
fn an_entry_of_json_gives_what_its_line_gives() {
    let line = request("192.0.2.1");
    let names = DIRECTIVE.trim_start_matches("#Fields: ").split(' ');
    let members: serde_json::Map<String, serde_json::Value> =
        names.zip(line.split('\t')).map(|(name, value)| (name.to_owned(), value.into())).collect();
    let json = serde_json::Value::Object(members).to_string();
    let document = |text: &str| {
        let mut documents = load("cloudfront-standard", text).documents;
        assert_eq!(documents.len(), 1, "{text}");
        let mut source = documents.remove(0).source;
        for own in ["@id", "@message", "@log_group", "@log_stream", "cloud"] {
            source.as_object_mut().unwrap().remove(own);
        }
        source
    };
    assert_eq!(document(&format!("{json}\n")), document(&format!("{DIRECTIVE}\n{line}\n")));
    assert_eq!(document(&format!(" {json} \n")), document(&format!("{line}\n")));
    assert_eq!(document(&envelope(&[&json])), document(&envelope(&[&line])));
}

#[test]
fn lines_that_user_ini_passes_over_are_counted() {
    let sections = with(
        "[proxy]\nindex_name = log-proxy\ns3_key = proxy/\nfile_format = text\ntext_header_line_number = 2\nlog_pattern = (?P<client>\\S+)\nsource.ip = client",
    );
    let section = sections.named("proxy").unwrap();
    for (text, passed) in [
        ("a\nb\n192.0.2.1\n".to_owned(), 2),
        (envelope(&["192.0.2.1"]), 0),
        ("a\n".to_owned() + &envelope(&["192.0.2.1"]), 1),
    ] {
        let loaded = load_bytes(section, text.as_bytes());
        assert_eq!(texts(&loaded.documents, "source.ip"), ["192.0.2.1"], "{text}");
        assert_eq!(loaded.account.exclusions.excluded(), passed, "{text}");
        assert_eq!(loaded.account.lines, text.lines().count() as u64, "{text}");
    }
}

#[test]
fn an_object_at_the_front_that_user_ini_passes_over_is_no_event_too() {
    let sections = with(
        "[shop]\nindex_name = log-shop\ns3_key = shop/\nfile_format = json\njson_delimiter = sales\ntext_header_line_number = 1\nuser.name = who",
    );
    let loaded = load_bytes(sections.named("shop").unwrap(), b"{\"who\":\"a\"}\n{\"who\":\"b\"}\n");
    assert_eq!(texts(&loaded.documents, "user.name"), ["b"]);
    assert_eq!((loaded.documents.len(), loaded.account.exclusions.excluded()), (1, 1));
}

#[test]
fn a_column_with_an_odd_name_keeps_the_others_their_names() {
    for (names, rows) in [
        ("who,c_ip,2fa", "bob,192.0.2.1,1"),
        (",who,c_ip", "0,bob,192.0.2.1\n,bob,192.0.2.1"),
        ("who,c_ip,", "bob,192.0.2.1,"),
        ("who,c_ip,kB/s", "bob,192.0.2.1,4"),
        (",who,c_ip,2fa,", "1,bob,192.0.2.1,4,"),
    ] {
        let loaded = shop(&format!("{names}\n{rows}\n{names}\n{rows}\n"));
        assert!(texts(&loaded.documents, "user.name").iter().all(|name| *name == "bob"), "{names}");
        assert!(texts(&loaded.documents, "source.ip").iter().all(|ip| *ip == "192.0.2.1"), "{names}");
        assert_eq!(loaded.documents.len(), 2 * rows.lines().count(), "{names}");
    }
}

#[test]
fn a_column_is_found_by_its_name_with_a_hyphen() {
    let sections = with(
        "[shop]\nindex_name = log-shop\ns3_key = shop/\nfile_format = csv\ncsv_delimiter = ,\nsource.ip = src-ip\ntimestamp_key = my-time",
    );
    let text = b"src-ip,my-time\n192.0.2.1,2026-11-22T01:02:03Z\n";
    let document = load_bytes(sections.named("shop").unwrap(), text).documents.remove(0);
    assert_eq!(document.text("source.ip"), "192.0.2.1");
    assert_eq!(document.text("@timestamp"), "2026-11-22T01:02:03+00:00");
}
