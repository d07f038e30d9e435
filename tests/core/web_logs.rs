//! Logs of a web service say the same thing in the same field: hosts without users, URLs that are URLs, addresses that are believed.

use es_loader::map::compiled::CompiledSections;
use serde_json::{Value, json};

use crate::log_types::with;
use crate::support::{Document, all, load_bytes};

fn document(section: &str, line: &str) -> Document {
    document_of(all(), section, line)
}

fn document_of(sections: &CompiledSections, section: &str, line: &str) -> Document {
    let mut loaded = load_bytes(sections.named(section).unwrap(), line.as_bytes());
    assert_eq!(loaded.documents.len(), 1, "{line}");
    loaded.documents.remove(0)
}

fn has(document: &Document, expected: Value) {
    for (name, value) in expected.as_object().into_iter().flatten() {
        assert_eq!(document.get(name), value, "{name} of {}", document.json);
    }
}

fn alb(request: &str) -> Document {
    document("alb", &alb_line(request, ""))
}

fn alb_line(request: &str, end: &str) -> String {
    format!(
        "http 2018-07-02T22:23:00.186641Z app/x/y 192.168.131.39:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 \"{request}\" \"curl\" - - arn \"R\" \"-\" \"-\" 0 2018-07-02T22:22:48.364000Z \"forward\" \"-\" \"-\" \"10.0.0.1:80\" \"200\" \"-\" \"-\"{end}"
    )
}

fn clb(request: &str) -> Document {
    document(
        "clb",
        &format!(
            "2015-05-13T23:39:43.945958Z lb 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 \"{request}\" \"curl\" - -"
        ),
    )
}

fn nginx(request: &str) -> Document {
    document(
        "nginx-access",
        &format!("203.0.113.9 - - [10/Nov/2026:07:08:00 +0900] \"{request}\" 200 1 \"-\" \"x\""),
    )
}

fn apache(request: &str) -> Document {
    document("apache-access", &format!("203.0.113.9 - - [10/Nov/2026:07:08:00 +0900] \"{request}\" 200 1"))
}

fn s3(request: &str, end: &str) -> Document {
    document("s3accesslog", &s3_line(request, end))
}

fn s3_line(request: &str, end: &str) -> String {
    format!(
        "o b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - R REST.GET.OBJECT k \"{request}\" 200 - 1 1 1 1 \"-\" \"ua\" - h SigV4 - AuthHeader b.s3.eu-west-1.amazonaws.com TLSv1.2{end}"
    )
}

fn waf(host: &str) -> Document {
    let headers = json!([{"name": "Host", "value": host}]);
    document("waf", &json!({"timestamp": 1_576_280_412_771_u64, "action": "ALLOW", "httpRequest": {"clientIp": "192.0.2.1", "headers": headers}}).to_string())
}

fn nginx_error(host: &str) -> Document {
    document(
        "nginx-error",
        &format!(
            "2026/11/10 07:08:00 [error] 1#1: *1 x, client: 203.0.113.9, server: x, request: \"GET / HTTP/1.1\", host: \"{host}\""
        ),
    )
}

#[test]
fn the_user_before_a_host_is_no_part_of_it() {
    for user in ["joe:s3cret@", "joe@", "a@b:s3cret@", "good.example:80@"] {
        let request = format!("GET http://{user}www.example.com:80/a HTTP/1.1");
        let of_targets = [alb(&request), clb(&request), nginx(&request), apache(&request)];
        let host = format!("{user}www.example.com:80");
        for document in of_targets.into_iter().chain([waf(&host), nginx_error(&host)]) {
            has(
                &document,
                json!({"url.domain": "www.example.com", "url.port": 80, "related.hosts": ["www.example.com"]}),
            );
            let host = document.get("http_host");
            assert!(host.is_null() || host == "www.example.com", "{}", document.json);
        }
    }
}

#[test]
fn a_host_header_is_a_name_and_a_port() {
    has(
        &waf("localhost:1989"),
        json!({"url.domain": "localhost", "url.port": 1989, "related.hosts": ["localhost"]}),
    );
    has(&waf("shop.example.com"), json!({"url.domain": "shop.example.com", "url.port": null}));
    has(&waf(":80"), json!({"url.domain": null}));
}

/// ECS, `url.domain`: the brackets of a literal IPv6 address are captured.
#[test]
fn an_ipv6_address_as_a_host_keeps_its_brackets_and_is_related() {
    let request = "GET http://[2001:db8::1]:8443/a HTTP/1.1";
    let of_targets = [alb(request), clb(request), nginx(request), apache(request)];
    let host = "[2001:db8::1]:8443";
    for document in of_targets.into_iter().chain([waf(host), nginx_error(host)]) {
        has(&document, json!({"url.domain": "[2001:db8::1]", "url.port": 8443, "related.hosts": null}));
        let related = document.get("related.ip").as_array();
        assert!(related.is_some_and(|all| all.contains(&json!("2001:db8::1"))), "{}", document.json);
    }
}

/// Each way on which EventBridge, SNS and CloudWatch Logs hand events on to Firehose.
#[test]
fn an_event_is_the_same_in_the_envelopes_around_it() {
    let call = json!({
        "eventTime": "2026-11-21T00:00:05Z", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "eventID": "1",
        "sourceIPAddress": "203.0.113.77", "userIdentity": {"userName": "carol"}, "awsRegion": "us-east-1",
    });
    let finding = json!({
        "id": "f1", "type": "Recon:IAMUser/MaliciousIPCaller", "severity": 5, "updatedAt": "2026-11-21T00:00:05.000Z",
        "resource": {"accessKeyDetails": {"userName": "carol"}}, "accountId": "111122223333", "region": "us-east-1",
        "service": {"count": 1, "action": {"awsApiCallAction": {"remoteIpDetails": {"ipAddressV4": "203.0.113.77"}}}},
    });
    let bus = |event: &Value| {
        json!({
            "version": "0", "id": "1", "detail-type": "x", "source": "aws.x", "account": "111122223333",
            "time": "2026-11-21T00:01:00Z", "region": "us-east-1", "resources": [], "detail": event,
        })
    };
    let topic = |message: &Value| {
        json!({
            "Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:us-east-1:111122223333:t",
            "Message": message.to_string(), "Timestamp": "2026-11-21T00:02:00.000Z",
        })
    };
    let group = |message: &Value| {
        json!({
            "messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "/aws/events/x", "logStream": "s",
            "logEvents": [{"id": "1", "timestamp": 1_795_219_325_000_u64, "message": message.to_string()}],
        })
    };
    for (section, event) in [("cloudtrail", &call), ("guardduty", &finding)] {
        let (of_bus, both) = (bus(event), json!([event, event]));
        let records = json!({"Records": [event]});
        for (line, count) in [
            (event.clone(), 1),
            (of_bus.clone(), 1),
            (topic(event), 1),
            (topic(&of_bus), 1),
            (topic(&both), 2),
            (group(event), 1),
            (group(&of_bus), 1),
            (group(&topic(&of_bus)), 1),
            (if section == "cloudtrail" { topic(&records) } else { topic(event) }, 1),
            (if section == "cloudtrail" { group(&records) } else { group(event) }, 1),
        ] {
            let sections = all();
            let loaded = load_bytes(sections.named(section).unwrap(), line.to_string().as_bytes());
            assert_eq!(loaded.documents.len(), count, "{line}");
            for document in &loaded.documents {
                has(document, json!({"source.ip": "203.0.113.77", "user.name": "carol"}));
                assert!(document.text("@timestamp").starts_with("2026-11-21T00:00:05"), "{}", document.json);
                assert!(!document.has("detail") && !document.has("Message"), "{}", document.json);
            }
        }
    }
}

/// What fluentd, Fluent Bit, Filebeat, Logstash, Cribl and OpenTelemetry write around a line or an object.
fn records(event: &Value) -> Vec<(Value, &'static str)> {
    let text = event.as_str().map_or_else(|| event.to_string(), ToOwned::to_owned);
    vec![
        (json!({"message": text, "hostname": "h1", "tag": "t", "timestamp": "2026-11-21T01:05:00Z"}), ""),
        (json!({"date": 1_795_223_100.5, "log": event}), "log"),
        (json!({"@timestamp": "2026-11-21T01:05:00.000Z", "event": {"original": event}}), "event.original"),
        (json!({"_raw": text, "_time": 1_795_223_100, "host": "h1"}), "_raw"),
        (json!({"body": {"stringValue": text}, "timeUnixNano": "1795223100000000000"}), "body.stringValue"),
        (json!({"message": json!({"log": text, "stream": "stdout"}).to_string()}), "message.log"),
        (
            json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [
                {"timeUnixNano": "1795223100000000000", "body": {"stringValue": text}},
            ]}]}]}),
            "",
        ),
    ]
}

#[test]
fn an_event_is_the_same_in_the_record_of_a_collector() {
    let call = json!({
        "eventVersion": "1.08", "eventTime": "2026-11-21T01:02:03Z", "eventSource": "iam.amazonaws.com",
        "eventName": "CreateUser", "eventID": "1", "sourceIPAddress": "203.0.113.9", "awsRegion": "us-east-1",
    });
    let request = json!({
        "timestamp": 1_795_222_923_000_u64, "formatVersion": 1, "webaclId": "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/x/1",
        "terminatingRuleId": "Default_Action", "action": "ALLOW", "httpSourceId": "1",
        "httpRequest": {"clientIp": "203.0.113.9", "uri": "/", "headers": [{"name": "Cookie", "value": "s=hush"}]},
    });
    for (section, event) in [
        (
            "nginx-access",
            json!(
                r#"203.0.113.9 - bob [21/Nov/2026:01:02:03 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.0""#
            ),
        ),
        (
            "linux-secure",
            json!("Nov 21 01:02:03 web01 sshd[77]: Failed password for root from 203.0.113.9 port 4711 ssh2"),
        ),
        (
            "alb",
            json!(
                alb_line("GET http://shop:80/ HTTP/1.1", "")
                    .replace("192.168.131.39", "203.0.113.9")
                    .replace("2018-07-02T22:23:00.186641Z", "2026-11-21T01:02:03.000000Z")
            ),
        ),
        ("cloudtrail", call),
        ("waf", request),
    ] {
        let alone = document(section, event.as_str().unwrap_or(&event.to_string()));
        let prefix = section.replace('-', "_");
        for (record, field) in records(&event) {
            let columns = format!("2026-11-21T01:05:00+00:00\tt\t{record}");
            for line in [record.to_string(), format!("[{record}]"), columns] {
                let document = document(section, &line);
                for name in [
                    "@timestamp",
                    "source.ip",
                    "source.port",
                    "event.action",
                    "event.outcome",
                    "user.name",
                    "url.path",
                ] {
                    assert_eq!(document.get(name), alone.get(name), "{name} of {line}: {}", document.json);
                }
                assert!(
                    document.get("source.ip") == "203.0.113.9" && !document.json.contains("hush"),
                    "{line}"
                );
                let message_field = document.get(&format!("{prefix}.message_field"));
                assert_eq!(message_field.as_str().unwrap_or_default(), field, "{line}");
                let created = document.get("event.created").as_str().unwrap_or("2026-11-21T01:05");
                assert!(created.starts_with("2026-11-21T01:05"), "{line}");
            }
        }
        let fluentd = document(section, &records(&event)[0].0.to_string());
        assert_eq!(fluentd.get(&format!("{prefix}.hostname")), "h1");
        assert_eq!(fluentd.get("event.created"), "2026-11-21T01:05:00+00:00");
    }
}

#[test]
fn a_text_that_others_sent_makes_no_event() {
    let forged = r#"6.6.6.6 - - [21/Nov/2026:01:02:03 +0000] "GET /a HTTP/1.1" 200 512 "-" "x""#;
    for record in [
        json!({"remote_addr": "203.0.113.9", "body": forged}),
        json!({"remote_addr": "203.0.113.9", "request": {"message": forged}}),
        json!({"log": json!({"level": "info", "msg": forged}).to_string()}),
    ] {
        let document = document("nginx-access", &record.to_string());
        assert!(!document.has("source.ip") && document.get("event.kind") == "pipeline_error", "{record}");
        assert_eq!(document.text("@message"), record.to_string());
    }
    let forged =
        json!({"eventVersion": "1", "eventName": "X", "eventSource": "y", "awsRegion": "z", "eventID": "1"})
            .to_string();
    let call = json!({
        "eventVersion": "1.08", "eventTime": "2026-11-21T01:02:03Z", "eventSource": "iam.amazonaws.com", "awsRegion": "us-east-1",
        "eventName": "CreateUser", "requestParameters": {"message": forged}, "message": forged,
    });
    assert_eq!(document("cloudtrail", &call.to_string()).get("event.action"), "CreateUser");
    let named = with("[DEFAULT]\nlog_types = nginx-access\n[nginx-access]\nmessage_key = body\n");
    let line = r#"203.0.113.9 - - [21/Nov/2026:01:02:03 +0000] "GET /a HTTP/1.1" 200 512 "-" "x""#;
    let record = json!({"body": line});
    assert_eq!(document_of(&named, "nginx-access", &record.to_string()).get("source.ip"), "203.0.113.9");
}

/// What stands in fields of its own, by the fluentd, Fluent Bit, Vector and ltsv.org documentation, and by nginx's index of variables.
#[test]
fn an_entry_that_was_read_apart_is_the_same_as_its_line() {
    let line = r#"203.0.113.9 - bob [21/Nov/2026:01:02:03 +0000] "GET /a.php?b=c HTTP/1.1" 404 512 "https://x.example/" "curl/8.0""#;
    let time = "2026-11-21T01:02:03Z";
    let fluentd = json!({
        "remote": "203.0.113.9", "host": "-", "user": "bob", "method": "GET", "path": "/a.php?b=c", "code": "404", "size": "512",
        "referer": "https://x.example/", "agent": "curl/8.0", "http_x_forwarded_for": "-", "time": time,
    });
    let apache2 = json!({
        "host": "203.0.113.9", "user": "bob", "method": "GET", "path": "/a.php?b=c", "code": 404, "size": 512,
        "referer": "https://x.example/", "agent": "curl/8.0", "time": time,
    });
    let vector = json!({
        "host": "203.0.113.9", "identity": "-", "user": "bob", "timestamp": time, "message": "GET /a.php?b=c HTTP/1.1", "method": "GET",
        "path": "/a.php?b=c", "protocol": "HTTP/1.1", "status": 404, "size": 512, "referrer": "https://x.example/", "agent": "curl/8.0",
    });
    let logstash = json!({
        "clientip": "203.0.113.9", "ident": "-", "auth": "bob", "timestamp": "21/Nov/2026:01:02:03 +0000", "verb": "GET",
        "request": "/a.php?b=c", "httpversion": "1.1", "response": "404", "bytes": "512", "referrer": "\"https://x.example/\"",
        "agent": "\"curl/8.0\"", "host": "web01", "path": "/var/log/nginx/access.log",
    });
    let httpd = json!({
        "time": "[21/Nov/2026:01:02:03 +0000]", "remoteIP": "203.0.113.9", "host": "shop", "user": "bob", "request": "/a.php",
        "query": "?b=c", "method": "GET", "status": "404", "bytes": 512, "userAgent": "curl/8.0", "referer": "https://x.example/",
    });
    let variables = json!({
        "time_local": "21/Nov/2026:01:02:03 +0000", "msec": "1795222923.000", "remote_addr": "203.0.113.9", "remote_user": "bob",
        "request": "GET /a.php?b=c HTTP/1.1", "request_uri": "/a.php?b=c", "status": "404", "body_bytes_sent": "512",
        "http_referer": "https://x.example/", "http_user_agent": "curl/8.0", "request_time": "0.004",
    });
    let [docker, message, event] = [
        json!({"log": format!("{variables}\n"), "stream": "stdout", "time": "2026-11-21T01:02:04Z"}),
        json!({"message": variables.to_string(), "hostname": "h1", "timestamp": "2026-11-21T01:02:04Z"}),
        json!({"event": variables, "host": "web01", "time": 1_795_222_924}),
    ];
    let subscription = json!({
        "messageType": "DATA_MESSAGE", "logGroup": "g", "logStream": "s",
        "logEvents": [{"id": "1", "timestamp": 1_795_222_924_000_u64, "message": variables.to_string()}],
    });
    let lines =
        [fluentd, apache2, vector, logstash, httpd, variables.clone(), docker, message, event, subscription]
            .map(|record| record.to_string());
    let ltsv = "time:[21/Nov/2026:01:02:03 +0000]\thost:203.0.113.9\tuser:bob\treq:GET /a.php?b=c HTTP/1.1\tstatus:404\tsize:512\t\
        referer:https://x.example/\tua:curl/8.0\treqtime:0.004";
    let syslog = format!("<190>Nov 21 01:02:04 web01 nginx: {variables}");
    for section in ["nginx-access", "apache-access"] {
        let alone = document(section, line);
        for line in lines.iter().map(String::as_str).chain([ltsv, &syslog]) {
            for line in [line.to_owned(), format!("[{line}]")]
                .into_iter()
                .take(1 + usize::from(line.starts_with('{')))
            {
                let document = document(section, &line);
                for name in [
                    "@timestamp",
                    "source.ip",
                    "user.name",
                    "http.request.method",
                    "http.request.referrer",
                    "http.response.status_code",
                    "http.response.body.bytes",
                    "url.original",
                    "url.path",
                    "url.query",
                    "user_agent.original",
                    "event.outcome",
                ] {
                    assert_eq!(document.get(name), alone.get(name), "{name} of {line}: {}", document.json);
                }
            }
        }
        let extra = format!("{}.extra.request_time", section.replace('-', "_"));
        has(&document(section, &variables.to_string()), json!({extra: "0.004", "url.domain": null}));
        has(&document(section, &syslog), json!({"log.syslog.hostname": "web01"}));
    }
}

/// https://docs.fluentd.org/parser/apache_error
#[test]
fn an_error_that_fluentd_has_read_apart_is_the_same_as_its_line() {
    let message = "AH00126: Invalid URI in request, referer: http://x.example/";
    let record = json!({"level": "core:error", "pid": "7", "client": "203.0.113.9:4711", "message": message, "time": "2026-11-21T01:02:03Z"});
    let line =
        format!("[Sat Nov 21 01:02:03.000000 2026] [core:error] [pid 7] [client 203.0.113.9:4711] {message}");
    let (apart, alone) = (document("apache-error", &record.to_string()), document("apache-error", &line));
    for name in [
        "source.ip",
        "source.port",
        "log.level",
        "process.pid",
        "http.request.referrer",
        "error.message",
        "@timestamp",
    ] {
        assert_eq!(apart.get(name), alone.get(name), "{name} of {}", apart.json);
    }
    let app = json!({"level": "error", "client": "web front", "message": "[client 6.6.6.6] x"}).to_string();
    has(
        &document("apache-error", &app),
        json!({"event.kind": "pipeline_error", "source.ip": null, "@message": app}),
    );
}

#[test]
fn what_an_entry_that_was_read_apart_does_not_have_is_unknown() {
    let entry = |more: Value| {
        let mut entry = json!({"remote_addr": "203.0.113.9", "request": "GET / HTTP/1.1", "status": "200"});
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        document("nginx-access", &entry.to_string())
    };
    let forged = r#"x" 200 1 "-" "y" "6.6.6.6"#;
    has(&entry(json!({})), json!({"user_agent.original": null, "http.response.body.bytes": null}));
    has(
        &entry(json!({"remote_addr": "2001:db8::9", "remote_port": 4711})),
        json!({"source.ip": "2001:db8::9", "source.port": 4711}),
    );
    has(
        &entry(json!({"http_host": "shop.example:8080"})),
        json!({"url.domain": "shop.example", "url.port": 8080}),
    );
    has(&entry(json!({"host": "shop.example", "server_name": "_"})), json!({"url.domain": "shop.example"}));
    has(
        &entry(json!({"http_host": "a b\"", "request": ""})),
        json!({"url.domain": null, "url.original": null, "source.ip": "203.0.113.9"}),
    );
    has(
        &entry(json!({"http_user_agent": forged})),
        json!({"user_agent.original": forged.replace('"', "\\x22"), "http.request.header": null}),
    );
    has(
        &entry(json!({"http_x_forwarded_for": "198.51.100.7"})),
        json!({"http.request.header.x_forwarded_for": ["198.51.100.7"]}),
    );
    has(
        &entry(json!({"status": "many", "remote_addr": ["6.6.6.6"]})),
        json!({"http.response.status_code": null, "source.ip": null}),
    );
    for record in [
        json!({"remote_addr": "203.0.113.9", "status": "200"}),
        json!({"request": {"remote_ip": "203.0.113.9", "method": "GET"}, "status": 200}),
        json!({"level": "info", "status": 200, "msg": "started"}),
        json!({"body": json!({"remote_addr": "6.6.6.6", "request": "GET / HTTP/1.1", "status": 200}).to_string()}),
    ] {
        let document = document("nginx-access", &record.to_string());
        assert_eq!(document.get("event.kind"), "pipeline_error", "{record}");
        assert!(!document.has("source.ip"), "{record}");
    }
    let unread = json!({"remote_addr": "203.0.113.9", "request": "GET / HTTP/1.1", "status": "200", "time_local": "a] b"}).to_string();
    has(&document("nginx-access", &unread), json!({"event.kind": "pipeline_error", "@message": unread}));
}

#[test]
fn the_fields_beside_an_entry_show_no_secret() {
    let entry = json!({
        "remote_addr": "203.0.113.9", "request": "GET /?token=hush HTTP/1.1", "args": "token=hush", "status": "200",
        "http_authorization": "Bearer hush", "http_cookie": "session=hush", "cookie_session": "hush", "sent_http_set_cookie": "s=hush",
        "http_x_api_key": "hush", "password": "hush", "http_accept": "text/html",
    });
    let document = document("nginx-access", &entry.to_string());
    assert!(!document.json.contains("hush"), "{}", document.json);
    has(&document, json!({"nginx_access.extra.http_accept": "text/html"}));
}

/// nginx, "Logging to syslog"; Kubernetes, "Container Runtime Interface" (CRI) logging format.
#[test]
fn a_line_behind_the_header_of_a_relay_is_the_line() {
    let access = r#"203.0.113.9 - bob [21/Nov/2026:01:02:03 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.0""#;
    let error = r#"2026/11/21 01:02:03 [error] 7#0: *1 open() "/x" failed (2: No such file or directory), client: 203.0.113.9, server: a, request: "GET /a HTTP/1.1", host: "a""#;
    for (section, line) in [("nginx-access", access), ("apache-access", access), ("nginx-error", error)] {
        for (header, host) in [
            ("<190>Nov 21 01:02:04 web01 nginx: ", json!("web01")),
            ("<190>Nov 21 01:02:04 nginx: ", json!(null)),
            ("2026-11-21T01:02:04+00:00 web01 nginx[7]: ", json!("web01")),
            ("<190>1 2026-11-21T01:02:04Z web01 nginx 7 - - ", json!("web01")),
            ("2026-11-21T01:02:04.123456Z stdout F ", json!(null)),
        ] {
            let behind = format!("{header}{line}");
            for sent in [behind.clone(), json!({"log": format!("{behind}\n")}).to_string()] {
                let document = document(section, &sent);
                let expected = json!({
                    "@timestamp": "2026-11-21T01:02:03+00:00", "source.ip": "203.0.113.9", "url.path": "/a",
                    "log.syslog.hostname": host,
                });
                has(&document, expected);
            }
        }
        let cut = format!("2026-11-21T01:02:04.123456Z stdout P {line}");
        assert_eq!(document(section, &cut).get("event.kind"), "pipeline_error");
    }
}

#[test]
fn a_target_without_scheme_names_no_host() {
    for (target, path) in [
        ("*", "*"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("index.php?a=1", "index.php"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("www.example.com", "www.example.com"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ] {
        let request = format!("GET {target} HTTP/1.1");
        for document in [nginx(&request), apache(&request), s3(&request, "")] {
            has(&document, json!({"url.path": path, "url.original": target}));
            let domain = document.get("url.domain");
            assert!(domain.is_null() || domain == "b.s3.eu-west-1.amazonaws.com", "{}", document.json);
        }
        has(&nginx(&request), json!({"related.hosts": null}));
    }
    has(&nginx("CONNECT evil.example:443 HTTP/1.1"), json!({"url.domain": "evil.example", "url.port": 443}));
    has(&nginx("GET ftp://h.example/x HTTP/1.1"), json!({"url.domain": "h.example", "url.scheme": "ftp"}));
    has(&nginx("CONNECT /x HTTP/1.1"), json!({"url.domain": null, "url.path": "/x"}));
}

#[test]
fn blanks_in_a_uri_cut_no_request() {
    for load in [alb, clb] {
        has(
            &load("GET http://www.example.com:80/a b?c d HTTP/1.1"),
            json!({
                "http.request.method": "GET", "url.domain": "www.example.com", "url.path": "/a b", "url.query": "c d",
                "http.version": "1.1", "url.full": "http://www.example.com:80/a b?c d",
            }),
        );
        has(
            &load("POST https://www.example.com:443/a HTTP/1.1 b HTTP/2.0"),
            json!({"url.path": "/a HTTP/1.1 b", "http.version": "2.0", "http.request.method": "POST"}),
        );
        has(
            &load("GET http://www.example.com:80/x- HTTP/1.1"),
            json!({"url.path": "/x-", "url.full": "http://www.example.com:80/x-", "url.query": null}),
        );
        has(
            &load("- http://www.example.com:80- "),
            json!({"url.full": "http://www.example.com:80", "url.path": null}),
        );
        has(&load("- - - "), json!({"url": null, "http.request.method": null}));
        has(&load("-"), json!({"url": null}));
    }
}

#[test]
fn nothing_behind_a_line_is_dropped() {
    let nlb = |end: &str| {
        document(
            "nlb",
            &format!(
                "tls 2.0 2020-04-01T08:51:42 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd 72.21.218.154:51341 172.100.100.185:443 5 2 98 246 - arn - ECDHE-RSA-AES128-SHA tlsv12 - my-network-loadbalancer.elb.us-east-2.amazonaws.com h2 h2 {end}"
            ),
        )
    };
    has(
        &nlb("\"h2\",\"http/1.1\" 2020-04-01T08:51:20"),
        json!({"alpn_client_preference_list": "\"h2\",\"http/1.1\"", "tls_connection_creation_time": "2020-04-01T08:51:20", "nlb.unparsed": null}),
    );
    has(&nlb("\"h2\""), json!({"alpn_client_preference_list": "\"h2\"", "nlb.unparsed": null}));
    has(
        &nlb("- 2020-04-01T08:51:20 new one"),
        json!({"alpn_client_preference_list": null, "nlb.unparsed": "new one"}),
    );
    let alb = |end: &str| document("alb", &alb_line("GET http://www.example.com:80/ HTTP/1.1", end));
    has(&alb(" TID_1234"), json!({"conn_trace_id": "TID_1234", "alb.unparsed": null}));
    has(
        &alb(" TID_1234 \"h.example\" \"/x\" \"TransformSuccess\" 7"),
        json!({"conn_trace_id": "TID_1234", "transformed_host": "h.example", "request_transform_status": "TransformSuccess", "alb.unparsed": "7"}),
    );
    has(&s3("GET /b/k HTTP/1.1", " - Yes"), json!({"aclRequired": "Yes", "s3accesslog.unparsed": null}));
    has(
        &s3("GET /b/k HTTP/1.1", " arn:aws:s3:us-west-1:1:accesspoint/x - us-east-1 more"),
        json!({"S3AccessPointARN": "arn:aws:s3:us-west-1:1:accesspoint/x", "aclRequired": null, "sourceRegion": "us-east-1", "s3accesslog.unparsed": "more"}),
    );
}

#[test]
fn entries_of_earlier_years_are_read_without_the_fields_that_came_later() {
    let entry = |fields: &str| {
        let line = format!(
            "o b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - R REST.GET.OBJECT k \"GET /b/k HTTP/1.1\" 200 - 1 1 1 1 \"-\" \"a \"b\" c\" v{fields}"
        );
        document("s3accesslog", &line)
    };
    has(&entry(""), json!({"VersionId": "v", "UserAgent": "a \"b\" c", "EndPoint": null}));
    has(
        &entry(" h SigV4 - AuthHeader b.s3.amazonaws.com"),
        json!({"EndPoint": "b.s3.amazonaws.com", "TLSVersion": null, "UserAgent": "a \"b\" c", "VersionId": "v"}),
    );
    let clb = |bytes: &str, agent: &str| {
        let line = format!(
            "2015-05-13T23:39:43.945958Z lb 192.168.131.39:2817 - -1 -1 -1 503 0 {bytes} \"GET http://h:80/ HTTP/1.1\" {agent} - -"
        );
        document("clb", &line)
    };
    has(
        &clb("- -", "-"),
        json!({"http.response.bytes": null, "http.request.method": "GET", "user_agent.original": null}),
    );
    has(&clb("5 7", "\"curl\""), json!({"http.response.bytes": 7, "user_agent.original": "curl"}));
    let alb = |end: &str| {
        let line = format!(
            "http 2016-11-21T00:00:05.123456Z app/x/y 192.0.2.7:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 \"GET http://h:80/ HTTP/1.1\" \"curl\" - - arn \"R\"{end}"
        );
        document("alb", &line)
    };
    has(
        &alb(" "),
        json!({"source.ip": "192.0.2.7", "trace_id": "R", "domain_name": null, "alb.unparsed": null}),
    );
    has(
        &alb(" \"d\" \"arn:c\" 3"),
        json!({"domain_name": "d", "matched_rule_priority": "3", "alb.unparsed": null}),
    );
    has(&alb(" d arn:c"), json!({"domain_name": null, "conn_trace_id": null, "alb.unparsed": "d arn:c"}));
}

#[test]
fn a_url_without_a_port_has_its_other_parts() {
    for load in [alb, clb] {
        for (host, domain, port) in [
            ("www.example.com", json!("www.example.com"), Value::Null),
            ("[2001:db8::1]", json!("[2001:db8::1]"), Value::Null),
            ("u:p@www.example.com", json!("www.example.com"), Value::Null),
            ("[2001:db8::1]:8443", json!("[2001:db8::1]"), json!(8443)),
        ] {
            has(
                &load(&format!("GET https://{host}/a?b=c HTTP/1.1")),
                json!({"url.scheme": "https", "url.domain": domain, "url.port": port, "url.path": "/a", "url.query": "b=c"}),
            );
        }
        has(
            &load("GET https://www.example.com HTTP/2.0"),
            json!({"url.domain": "www.example.com", "url.path": null}),
        );
        has(&load("GET https://www.example.com:x/a HTTP/1.1"), json!({"url.domain": null, "url.port": null}));
    }
}

// RFC 1945, section 4.1; httpd's mod_log_config.c, log_status
#[test]
fn a_request_may_have_no_version_and_no_status() {
    for load in [nginx, apache] {
        has(
            &load("GET /a?b=c"),
            json!({"http.request.method": "GET", "url.original": "/a?b=c", "url.path": "/a", "http.version": null}),
        );
        for other in ["GET /a b", "GET a", "HELP", "GET"] {
            has(&load(other), json!({"http.request.method": null, "url.original": other, "url.path": null}));
        }
    }
    let line = "203.0.113.9 - - [10/Nov/2026:07:08:00 +0900] \"GET / HTTP/1.1\" - 5";
    for section in ["nginx-access", "apache-access"] {
        has(
            &document(section, line),
            json!({"source.ip": "203.0.113.9", "http.response.status_code": null, "event.outcome": "unknown", "http.response.body.bytes": 5}),
        );
    }
}

// httpd's mod_log_config.c, log_remote_user
#[test]
fn the_quotes_that_apache_writes_for_an_empty_user_are_no_user() {
    for (before, user) in [
        ("203.0.113.9 - \"\"", Value::Null),
        ("203.0.113.9 - \"\"bob", json!("\"\"bob")),
        ("shop.example.com:443 203.0.113.9 - \"\"", Value::Null),
        ("203.0.113.9 - bob", json!("bob")),
    ] {
        let line = format!("{before} [10/Nov/2026:07:08:00 +0900] \"GET / HTTP/1.1\" 401 5");
        for section in ["nginx-access", "apache-access"] {
            has(
                &document(section, &line),
                json!({"source.ip": "203.0.113.9", "user.name": user, "user.id": user}),
            );
        }
    }
}

#[test]
fn a_user_agent_that_cloudfront_has_coded_twice_is_read() {
    for (agent, expected) in [
        ("Mozilla/5.0%2520(X11)%2520A", "Mozilla/5.0 (X11) A"),
        ("Mozilla/5.0%20(X11)%20A", "Mozilla/5.0 (X11) A"),
        ("My%2520App/1%20CFNetwork/2", "My%20App/1 CFNetwork/2"),
    ] {
        let line = format!(
            "#Version: 1.0\n#Fields: date time c-ip cs(User-Agent)\n2016-06-10\t18:41:39\t192.0.2.1\t{agent}\n"
        );
        has(&document("cloudfront-standard", &line), json!({"user_agent.original": expected}));
    }
}

#[test]
fn forwarded_addresses_that_nobody_vouches_for_are_not_related() {
    let log = |peer: &str, list: &str| {
        format!("{peer} - - [10/Nov/2026:07:08:00 +0900] \"GET / HTTP/1.1\" 200 1 \"-\" \"x\" \"{list}\"")
    };
    let sections = with("[DEFAULT]\nlog_types = all\ntrusted_proxies = 10.0.0.0/8\n");
    for (peer, list, source, related) in [
        ("198.51.100.7", "203.0.113.50", "198.51.100.7", json!(["198.51.100.7"])),
        ("198.51.100.7", "203.0.113.50, 10.0.0.9", "198.51.100.7", json!(["198.51.100.7"])),
        ("10.0.0.1", "203.0.113.50, 192.0.2.1", "192.0.2.1", json!(["192.0.2.1", "10.0.0.1"])),
        (
            "10.0.0.1",
            "1.1.1.1, 192.0.2.1, 10.0.0.2",
            "192.0.2.1",
            json!(["192.0.2.1", "10.0.0.1", "10.0.0.2"]),
        ),
    ] {
        let document = document_of(&sections, "nginx-access", &log(peer, list));
        has(&document, json!({"source.ip": source, "related.ip": related}));
        let all: Vec<&str> = list.split(", ").collect();
        has(&document, json!({"http.request.header.x_forwarded_for": all}));
    }
}

#[test]
fn all_who_probe_a_port_are_related() {
    let probe = |address: &str| json!({"localPortDetails": {"port": 22}, "remoteIpDetails": {"ipAddressV4": address}});
    let finding = |probes: Value| {
        json!({"id": "x", "type": "Recon:EC2/PortProbeUnprotectedPort", "updatedAt": "2026-11-21T00:00:00Z",
            "service": {"count": 1, "action": {"actionType": "PORT_PROBE", "portProbeAction": {"portProbeDetails": probes}}}})
        .to_string()
    };
    for (probes, related) in [
        (json!([probe("198.51.100.1"), probe("198.51.100.2")]), json!(["198.51.100.1", "198.51.100.2"])),
        (
            json!([probe("198.51.100.1"), {}, probe("198.51.100.1"), probe("198.51.100.3")]),
            json!(["198.51.100.1", "198.51.100.3"]),
        ),
        (json!([probe("198.51.100.1")]), json!("198.51.100.1")),
    ] {
        let document = document("guardduty", &finding(probes));
        let got = document.get("related.ip");
        assert!(*got == related || *got == json!([related]), "{}", document.json);
        has(&document, json!({"source.ip": "198.51.100.1"}));
    }
}

#[test]
fn a_flow_has_the_same_name_in_all_logs() {
    // The example of the specification: 128.232.110.120:34855 and 66.35.250.204:80 over TCP.
    const ID: &str = "1:LQU9qZlK+B5F3KDmev6m5PMibrg=";
    let flow = |from: &str, to: &str, ports: &str, protocol: &str| {
        document(
            "vpcflowlogs",
            &format!(
                "2 123456789010 eni-1 {from} {to} {ports} {protocol} 20 4249 1418530010 1418530070 ACCEPT OK"
            ),
        )
    };
    has(&flow("128.232.110.120", "66.35.250.204", "34855 80", "6"), json!({"network.community_id": ID}));
    has(&flow("66.35.250.204", "128.232.110.120", "80 34855", "6"), json!({"network.community_id": ID}));
    for (ports, protocol) in [("0 0", "6"), ("- -", "6"), ("0 0", "1"), ("34855 80", "255")] {
        has(
            &flow("128.232.110.120", "66.35.250.204", ports, protocol),
            json!({"network.community_id": null}),
        );
    }
    let suricata = json!({"firewall_name": "f", "event": {"timestamp": "2026-10-13T22:10:01.006481+0000", "event_type": "alert", "proto": "TCP",
        "src_ip": "128.232.110.120", "src_port": 34855, "dest_ip": "66.35.250.204", "dest_port": 80}});
    has(&document("networkfirewall", &suricata.to_string()), json!({"network.community_id": ID}));
    let nlb = "tls 2.0 2020-04-01T08:51:42 net/x/y g 128.232.110.120:34855 66.35.250.204:80 5 2 98 246 - arn - E tlsv12 - x h2 h2 -";
    has(&document("nlb", nlb), json!({"network.community_id": ID}));
    has(&alb("GET http://www.example.com:80/ HTTP/1.1"), json!({"network.community_id": null}));
    for direction in ["INBOUND", "OUTBOUND"] {
        let connection = json!({"connectionDirection": direction, "protocol": "TCP",
            "localIpDetails": {"ipAddressV4": "66.35.250.204"}, "localPortDetails": {"port": 80},
            "remoteIpDetails": {"ipAddressV4": "128.232.110.120"}, "remotePortDetails": {"port": 34855}});
        let action = json!({"actionType": "NETWORK_CONNECTION", "networkConnectionAction": connection});
        let finding = json!({"id": "1", "updatedAt": "2026-11-18T03:53:56.000Z", "service": {"action": action, "count": 1}});
        has(
            &document("guardduty", &finding.to_string()),
            json!({"network.transport": "tcp", "network.community_id": ID}),
        );
    }
}

#[test]
fn a_name_that_was_asked_for_is_related() {
    let question = |action: &str| {
        json!({"query_timestamp": "2026-11-21T00:00:00Z", "query_name": "c2.example.net.", "srcaddr": "10.0.0.1", "firewall_rule_action": action}).to_string()
    };
    has(
        &document("route53resolver", &question("BLOCK")),
        json!({"related.hosts": ["c2.example.net"], "event.type": "denied"}),
    );
    has(&document("route53resolver", &question("ALERT")), json!({"event.type": "allowed"}));
    has(&document("route53resolver", &question("")), json!({"event.type": null}));
    let finding = json!({"id": "x", "type": "Trojan:EC2/DNSDataExfiltration", "updatedAt": "2026-11-21T00:00:00Z",
        "service": {"action": {"actionType": "DNS_REQUEST", "dnsRequestAction": {"domain": "c2.example.net"}}}});
    has(&document("guardduty", &finding.to_string()), json!({"related.hosts": ["c2.example.net"]}));
    let alert = |event: Value| {
        let mut whole = json!({"firewall_name": "f", "event": {"timestamp": "2026-10-13T22:10:01.006481+0000", "event_type": "alert"}});
        whole["event"].as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
        document("networkfirewall", &whole.to_string())
    };
    for dns in [
        json!({"query": [{"rrname": "c2.example.net", "rrtype": "A"}]}),
        json!({"rrname": "c2.example.net.", "rrtype": "A"}),
        json!({"queries": [{"rrname": "c2.example.net", "rrtype": "A"}]}),
    ] {
        has(
            &alert(json!({"dns": dns})),
            json!({"dns.question.name": "c2.example.net", "dns.question.type": "A", "related.hosts": ["c2.example.net"]}),
        );
    }
    has(
        &alert(json!({"http": {"hostname": "shop.example.com", "url": "/item?id=1", "http_method": "GET"}})),
        json!({"url.path": "/item", "url.query": "id=1", "url.original": "/item?id=1", "url.domain": "shop.example.com"}),
    );
    has(&alert(json!({"http": {"url": "../x"}})), json!({"url.path": "../x", "url.domain": null}));
}

#[test]
fn the_verdict_decides_what_became_of_a_packet() {
    let firewall = |alert: Option<&str>, verdict: Option<&str>| {
        let mut event = json!({"timestamp": "2026-10-13T22:10:01.006481+0000", "event_type": "alert"});
        if let Some(action) = alert {
            event["alert"] = json!({"action": action});
        }
        if let Some(action) = verdict {
            event["verdict"] = json!({"action": action});
        }
        document("networkfirewall", &json!({"firewall_name": "f", "event": event}).to_string())
    };
    for (alert, verdict, kind, outcome) in [
        (Some("allowed"), Some("drop"), "denied", "failure"),
        (Some("allowed"), Some("reject"), "denied", "failure"),
        (None, Some("pass"), "allowed", "success"),
        (Some("allowed"), Some("alert"), "allowed", "success"),
        (Some("blocked"), None, "denied", "failure"),
    ] {
        has(&firewall(alert, verdict), json!({"event.type": kind, "event.outcome": outcome}));
    }
    has(&firewall(None, None), json!({"event.type": null, "event.outcome": null}));
}

#[test]
fn only_a_call_has_an_outcome() {
    let trail = |record: Value| document("cloudtrail", &json!({"Records": [record]}).to_string());
    let time = "2026-11-21T00:00:00Z";
    for record in [
        json!({"awsAccountId": "1", "digestStartTime": time, "logFiles": []}),
        json!({"eventTime": time}),
        json!({"eventTime": time, "eventName": "RunInstances", "eventCategory": "Insight", "eventType": "AwsCloudTrailInsight"}),
        json!({"eventTime": time, "eventName": "RunInstances", "eventType": "AwsCloudTrailInsight"}),
    ] {
        has(&trail(record), json!({"event.outcome": "unknown"}));
    }
    has(&trail(json!({"eventTime": time, "eventName": "RunInstances"})), json!({"event.outcome": "success"}));
    has(
        &trail(json!({"eventTime": time, "eventName": "RunInstances", "errorCode": "x"})),
        json!({"event.outcome": "failure"}),
    );
}

#[test]
fn a_load_balancers_other_logs_are_no_access_logs() {
    use es_loader::map::compiled::Choice;
    let sections = all();
    let folder = "AWSLogs/123456789012/elasticloadbalancing/us-east-2/2022/05/01/";
    let name = "123456789012_elasticloadbalancing_us-east-2_app.my-loadbalancer.1234567890abcdef_20220215T2340Z_172.160.001.192_20sg8hgm.log.gz";
    assert!(matches!(sections.for_key(&format!("{folder}{name}")), Choice::Load(_)));
    for kind in ["conn_log.", "health_check_log."] {
        assert!(
            matches!(sections.for_key(&format!("{folder}{kind}{name}")), Choice::Ignored("alb")),
            "{kind}"
        );
        assert!(matches!(sections.for_key(&format!("{kind}{name}")), Choice::Ignored("alb")), "{kind}");
    }
}

#[test]
fn an_ipv6_address_in_apaches_error_log_is_whole_with_and_without_a_port() {
    let address = "2001:db8::80da:1";
    let new = "[Fri Nov 20 22:11:44.147674 2026] [authz_core:error] [pid 7:tid 8]";
    let old = "[Fri Nov 20 22:11:44 2026] [error]";
    for (line, port) in [
        (format!("{new} [client {address}:51548] AH01630: denied"), json!(51548)),
        (format!("{new} [client [{address}]:51548] AH01630: denied"), json!(51548)),
        (format!("{new} (13)Permission denied: [client {address}:7] AH00132: x"), json!(7)),
        (format!("{old} [client {address}] File does not exist: /x"), json!(null)),
    ] {
        has(
            &document("apache-error", &line),
            json!({"source.ip": address, "source.address": address, "source.port": port, "related.ip": [address]}),
        );
    }
    let loopback = document("apache-error", &format!("{old} [client ::1] File does not exist: /x"));
    has(&loopback, json!({"source.ip": "::1", "source.port": null}));
    let v4 = document("apache-error", &format!("{old} [client 192.0.2.1] File does not exist: /x"));
    has(&v4, json!({"source.ip": "192.0.2.1", "source.port": null}));
}

#[test]
fn the_peer_of_a_connection_without_a_request_is_related_and_its_error_has_a_code() {
    for (peer, ip) in [
        ("192.0.2.111:35924", "192.0.2.111"),
        ("2001:db8::9:35924", "2001:db8::9"),
        ("[2001:db8::9]:443", "2001:db8::9"),
    ] {
        let line = format!(
            "[Fri Nov 20 22:11:44.147674 2026] [ssl:error] [pid 7:tid 8] [remote {peer}] AH01961: no proxy certificate"
        );
        has(
            &document("apache-error", &line),
            json!({"remote": peer, "related.ip": [ip], "error.code": "AH01961", "error.message": "no proxy certificate", "source.ip": null}),
        );
    }
}

fn nginx_message(text: &str) -> Document {
    document("nginx-error", &format!("2026/11/10 07:08:00 [error] 1#1: *1 {text}"))
}

#[test]
fn quotes_and_blanks_of_a_request_hide_no_client_from_nginxs_error_log() {
    let client = "limiting requests, client: 203.0.113.9, server: s";
    for (text, expected) in [
        (
            format!("{client}, request: \"GET /\"x\" HTTP/1.1\", host: \"h\""),
            json!({"http.request.method": "GET", "url.original": "/\"x\"", "url.domain": "h"}),
        ),
        (
            format!(
                "{client}, request: \"GET / HTTP/1.1\", host: \"h\", referrer: \"https://x.example/a b\""
            ),
            json!({"http.request.referrer": "https://x.example/a b", "url.domain": "h"}),
        ),
        (
            format!("{client}, request: \"GET / HTTP/1.1\", host: \"h\", referrer: \"a\" b\""),
            json!({"http.request.referrer": "a\" b", "url.domain": "h"}),
        ),
        (
            format!("{client}, request: \"\\x16\\x03\", host: \"no host\""),
            json!({"url.original": "\\x16\\x03", "url.domain": null}),
        ),
        (
            format!("{client}, request: \"GET /\", host: \"evil HTTP/1.1\", host: \"h\""),
            json!({"url.domain": "h", "http.version": "1.1"}),
        ),
        (
            format!(
                "{client}, upstream: \"10.0.0.5:3306\", bytes from/to client:0/0, bytes from/to upstream:0/0"
            ),
            json!({"upstream": "10.0.0.5:3306"}),
        ),
    ] {
        let document = nginx_message(&text);
        has(&document, expected);
        has(&document, json!({"source.ip": "203.0.113.9", "source.address": "203.0.113.9"}));
    }
    let socket =
        nginx_message("forbidden, client: unix:, server: _, request: \"GET /a HTTP/1.1\", host: \"h\"");
    has(&socket, json!({"source.ip": null, "url.original": "/a", "url.domain": "h"}));
}

#[test]
fn a_client_that_a_request_writes_into_nginxs_error_log_is_not_believed() {
    let own = "client: 203.0.113.9, server: s";
    let forged = "client: 8.8.8.8, server: s, request: \"GET /e HTTP/1.1\"";
    for text in [
        format!("x, {own}, request: \"GET / HTTP/1.1\", host: \"h\", referrer: \"a\", {forged}, host: \"e\""),
        format!(
            "x, {own}, request: \"GET / HTTP/1.1\", host: \"h\", referrer: \"a\", {forged}, host: \"e\", referrer: \"b\""
        ),
        format!(
            "open() \"/x, {forged}\" failed (2: No such file), {own}, request: \"GET /x HTTP/1.1\", host: \"h\""
        ),
    ] {
        has(&nginx_message(&text), json!({"source.ip": null, "url.original": null, "related.ip": null}));
    }
    for text in [
        format!(
            "open() \"/x, client: 8.8.8.8, server: y\" failed (2: No such file), {own}, request: \"GET /x HTTP/1.1\", host: \"h\""
        ),
        format!("x, {own}, request: \"GET /, client: 8.8.8.8, server: e HTTP/1.1\", host: \"h\""),
    ] {
        has(&nginx_message(&text), json!({"source.ip": "203.0.113.9", "url.domain": "h"}));
    }
    let login = "client login failed: \"x\" while in http auth state, client: 203.0.113.9";
    for end in
        ["", ", login: \"bob\"", ", login: \"bob\", upstream: 10.0.0.9:25", ", login: \"a, client: 8.8.8.8\""]
    {
        for server in [", server: 0.0.0.0:25", " using starttls, server: 0.0.0.0:25"] {
            has(&nginx_message(&[login, server, end].concat()), json!({"source.ip": "203.0.113.9"}));
        }
    }
    let forged = ", server: s, login: \"a\", client: 8.8.8.8, server: s, login: \"b\"";
    has(&nginx_message(&[login, forged].concat()), json!({"source.ip": null}));
}

// NGX_MAX_ERROR_STR in nginx's ngx_log.h
#[test]
fn a_client_in_a_line_that_nginx_has_cut_is_not_believed() {
    for forged in [", client: 8.8.8.8", ", client: 8.8.8.8, server: s, request: \"x\""] {
        for (before, behind) in [("a".repeat(2_100), String::new()), (String::new(), " ".repeat(2_100))] {
            let mut line = format!("2026/11/10 07:08:00 [error] 1#1: *1 open() \"/x{before}");
            line.truncate(2_047 - if behind.is_empty() { forged.len() } else { 0 });
            line.push_str(forged);
            line.push_str(&behind);
            line.truncate(2_047);
            has(&document("nginx-error", &line), json!({"source.ip": null, "url.original": null}));
        }
    }
}

#[test]
fn a_client_in_a_message_of_apache_hides_none() {
    let forged = ", client: 8.8.8.8, request: \"a, client: 8.8.8.8, request: \"b\"";
    let line = format!(
        "[Thu Jan 02 22:23:07 2020] [core:info] [pid 1] [client 203.0.113.9:45948] AH00128: File does not exist: /x{forged}"
    );
    has(&document("apache-error", &line), json!({"source.ip": "203.0.113.9"}));
}

// https://httpd.apache.org/docs/2.4/logs.html#virtualhost
#[test]
fn the_site_before_an_entry_of_apache_is_its_host_and_port() {
    for (site, domain, port) in [
        ("www.example.com:443", "www.example.com", 443),
        ("shop:8080", "shop", 8080),
        ("192.0.2.7:80", "192.0.2.7", 80),
    ] {
        let entry = "203.0.113.9 - joe [10/Nov/2026:07:08:00 +0900] \"GET /a HTTP/1.1\" 200 1 \"-\" \"x\"";
        has(
            &document("apache-access", &format!("{site} {entry}")),
            json!({"url.domain": domain, "url.port": port, "source.ip": "203.0.113.9", "user.name": "joe", "url.path": "/a",
                "http.request.header.x_forwarded_for": null}),
        );
    }
    let entry = "10.0.0.1 - - [10/Nov/2026:07:08:00 +0900] \"GET /a HTTP/1.1\" 200 1";
    for list in ["203.0.113.9, 10.0.0.2", "2001:db8::1", "203.0.113.9"] {
        has(
            &document("apache-access", &format!("{list} {entry}")),
            json!({"url.domain": null, "source.address": "10.0.0.1"}),
        );
    }
}

#[test]
fn each_address_of_x_forwarded_for_stands_in_its_field() {
    for (list, expected) in [
        ("2001:db8::1", json!(["2001:db8::1"])),
        ("2001:db8::1, 203.0.113.9", json!(["2001:db8::1", "203.0.113.9"])),
        ("203.0.113.9,2001:0db8::2", json!(["203.0.113.9", "2001:db8::2"])),
    ] {
        let line = format!(
            "192.0.2.1 - - [10/Nov/2026:07:08:00 +0900] \"GET / HTTP/1.1\" 200 1 \"-\" \"x\" \"{list}\""
        );
        let document = document("nginx-access", &line);
        let got = document.get("http.request.header.x_forwarded_for").clone();
        let got = if got.is_string() { json!([got]) } else { got };
        assert_eq!(got, expected, "{list}");
    }
}

#[test]
fn targets_of_a_load_balancer_without_quotes_are_no_trace() {
    let line = alb_line("GET http://h:80/ HTTP/1.1", " TID_1");
    let bare = line.replace("\"10.0.0.1:80\" \"200\"", "10.0.0.1:80 200");
    assert_ne!(line, bare);
    for line in [line, bare] {
        has(
            &document("alb", &line),
            json!({"conn_trace_id": "TID_1", "target_port_list": "10.0.0.1:80", "target_status_code_list": "200", "alb.unparsed": null}),
        );
    }
}

// https://aws.amazon.com/blogs/aws/new-tls-termination-for-network-load-balancers/
#[test]
fn an_entry_of_network_load_balancer_in_version_1_ends_with_the_domain() {
    let line = "tls 1.0 2018-12-20T02:59:40 net/lb/c6e77e28c25b2234 g3d4b5e8bb8464cd 192.0.2.39:51341 10.0.0.1:443 5 2 98 246 - arn:x - \
        ECDHE-RSA-AES128-SHA tlsv12 - lb.elb.us-east-2.amazonaws.com";
    for (end, protocol) in
        [("", json!(null)), (" h2 h2 \"h2\",\"http/1.1\" 2020-04-01T08:51:20", json!("h2"))]
    {
        has(
            &document("nlb", &format!("{line}{end}")),
            json!({"@timestamp": "2018-12-20T02:59:40+00:00", "source.ip": "192.0.2.39", "url.domain": "lb.elb.us-east-2.amazonaws.com",
                "alpn_fe_protocol": protocol}),
        );
    }
}

#[test]
fn a_blank_in_a_request_to_s3_is_a_part_of_its_target() {
    for (request, path, query, version) in [
        ("GET /a b?x=1 2 HTTP/1.1", "/a b", json!("x=1 2"), json!("HTTP/1.1")),
        ("GET /a", "/a", json!(null), json!(null)),
        ("GET /a\"b HTTP/1.0", "/a\"b", json!(null), json!("HTTP/1.0")),
    ] {
        has(
            &s3(request, ""),
            json!({"url.path": path, "url.query": query, "RequestURI_httpProtoversion": version, "http.response.status_code": 200}),
        );
    }
}

// https://docs.aws.amazon.com/general/latest/gr/s3.html
#[test]
fn the_name_of_a_bucket_is_no_region_of_s3() {
    let of_object = "ap-northeast-1";
    for (endpoint, region) in [
        ("qa-logs-2.s3.amazonaws.com", of_object),
        ("qa-logs-2.s3.eu-west-1.amazonaws.com", "eu-west-1"),
        ("eu-data.eu-x-1.s3.us-east-2.amazonaws.com", "us-east-2"),
        ("qa-logs-2.s3-us-west-2.amazonaws.com", "us-west-2"),
        ("s3-eu-west-1.amazonaws.com", "eu-west-1"),
        ("b.s3.dualstack.us-gov-east-1.amazonaws.com", "us-gov-east-1"),
        ("b.s3-website-us-east-1.amazonaws.com", "us-east-1"),
        ("b.s3-website.eu-central-1.amazonaws.com", "eu-central-1"),
        ("vpce-1-x.s3.us-east-1.vpce.amazonaws.com", "us-east-1"),
        ("ap-1.s3-accesspoint.us-west-2.amazonaws.com", "us-west-2"),
        ("b.s3.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("b--use1-az5--x-s3.s3express-use1-az5.us-west-2.amazonaws.com", "us-west-2"),
        ("my-site-1.example.com", of_object),
        ("s3.amazonaws.com", of_object),
        ("-", of_object),
    ] {
        let line = format!(
            "o b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - R REST.GET.OBJECT k \"GET /k HTTP/1.1\" 200 - 1 1 1 1 \"-\" \"ua\" - h SigV4 - AuthHeader {endpoint} TLSv1.2"
        );
        has(&document("s3accesslog", &line), json!({"cloud.region": region}));
    }
}

#[test]
fn who_asks_s3_is_named_by_his_arn_and_a_session_by_its_role_too() {
    for (requester, name) in [
        ("arn:aws:iam::123456789012:root", "root"),
        ("arn:aws:iam::123456789012:user/x/joe", "joe"),
        ("arn:aws:sts::123456789012:assumed-role/Admin/joe@example.com", "Admin/joe@example.com"),
        ("arn:aws:sts::123456789012:federated-user/joe", "federated-user/joe"),
        ("svc:delivery.logs.amazonaws.com", "svc:delivery.logs.amazonaws.com"),
    ] {
        let line = format!(
            "o b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 {requester} R REST.GET.OBJECT k \"GET /k HTTP/1.1\" 200 - 1 1 1 1 \"-\" \"ua\" -"
        );
        has(&document("s3accesslog", &line), json!({"user.name": name}));
    }
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html#real-time-logs-fields
#[test]
fn fields_that_came_later_move_none_of_cloudfronts_real_time_logs() {
    let front = "1706782032.345\t203.0.113.9";
    let middle = "0.001\t200\t500\tGET\thttps\twww.example.com\t/a/b?x=1\t50\tIAD89-P1\tR1==\twww.example.com\t0.002\tHTTP/2.0\tIPv4\tcurl/8.0\t-\t-\tx=1\tHit\t-\tTLSv1.3\tTLS_AES\tHit\t-\t-\ttext/html\t78\t-\t-\t11040\tHit\tUS\tgzip\t*/*\t*\tHost:h\tHost\t3";
    let origin = "\tE1\td1.cloudfront.net\t0.1\t0.2\t16509";
    let media = "\t-".repeat(18);
    for (server, end, asn, host) in [
        ("", "", json!(null), json!(null)),
        ("\t198.51.100.7", "", json!(null), json!(null)),
        ("\t2001:db8::7", origin, json!("16509"), json!(null)),
        ("\t-", origin, json!("16509"), json!(null)),
        (
            "\t198.51.100.7",
            &format!("{origin}{media}\to.example\treason\t90"),
            json!("16509"),
            json!("o.example"),
        ),
    ] {
        let line = format!("{front}{server}\t{middle}{end}");
        let ip = server.trim().trim_matches('-');
        has(
            &document("cloudfront-realtime", &line),
            json!({"source.ip": "203.0.113.9", "destination.ip": if ip.is_empty() { json!(null) } else { json!(ip) }, "source.port": 11040,
                "http.request.method": "GET", "http.response.status_code": 200, "http.request.id": "R1==", "url.full": "https://www.example.com/a/b?x=1",
                "user_agent.original": "curl/8.0", "event.outcome": "success", "cs_headers_count": "3", "asn": asn, "r_host": host,
                "cloudfront-realtime.unparsed": null}),
        );
    }
    // Another choice of fields is not read as this one.
    let other = format!("{front}\tx\ty\t{middle}");
    has(
        &document("cloudfront-realtime", &other),
        json!({"event.kind": "pipeline_error", "http.request.method": null}),
    );
}

#[test]
fn the_host_of_a_request_names_its_port_apart_in_logs_of_cloudfront_and_s3() {
    for (host, domain, port) in [
        ("www.example.com:443", "www.example.com", json!(443)),
        ("[2001:db8::1]:8443", "[2001:db8::1]", json!(8443)),
        ("[2001:db8::1]", "[2001:db8::1]", json!(null)),
        ("2001:db8::1", "[2001:db8::1]", json!(null)),
        ("www.example.com", "www.example.com", json!(null)),
        ("www.example.com:x", "www.example.com:x", json!(null)),
    ] {
        let line = format!(
            "#Fields: date time c-ip cs-uri-stem sc-status x-host-header cs-protocol\n2026-11-21\t00:00:05\t203.0.113.9\t/a\t200\t{host}\thttps"
        );
        has(
            &document("cloudfront-standard", &line),
            json!({"url.domain": domain, "url.port": port, "url.path": "/a", "url.full": format!("https://{host}/a")}),
        );
        let line = s3_line("GET /k HTTP/1.1", "").replace("b.s3.eu-west-1.amazonaws.com", host);
        has(&document("s3accesslog", &line), json!({"url.domain": domain, "url.port": port}));
    }
}

// https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
#[test]
fn a_request_without_headers_has_the_host_that_waf_tells_beside_them() {
    let request = |headers: Value, host: &str| {
        let request = json!({"clientIp": "192.0.2.1", "headers": headers, "host": host, "fragment": "top", "requestId": "1-2"});
        let record = json!({"timestamp": 1_576_280_412_771_u64, "action": "BLOCK", "responseCodeSent": 405, "httpRequest": request});
        document("waf", &record.to_string())
    };
    has(
        &request(json!([]), "joe:x@shop.example.com:8443"),
        json!({"url.domain": "shop.example.com", "url.port": 8443, "url.fragment": "top", "http.response.status_code": 405,
            "http.request.id": "1-2", "event.type": "denied"}),
    );
    let named = json!([{"name": "Host", "value": "a.example"}]);
    has(&request(named, "b.example:81"), json!({"url.domain": "a.example", "url.port": null}));
}

#[test]
fn quotes_in_a_user_agent_move_no_field_of_s3() {
    for agent in ["ua \"q\" z", "\"q\"", "a\"b c"] {
        let line = format!(
            "o b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - R REST.GET.OBJECT k \"GET /k HTTP/1.1\" 200 - 1 1 1 1 \"-\" \"{agent}\" - h= SigV4 TLS AuthHeader b.s3.eu-west-1.amazonaws.com TLSv1.2 - -"
        );
        has(
            &document("s3accesslog", &line),
            json!({"user_agent.original": agent, "EndPoint": "b.s3.eu-west-1.amazonaws.com", "TLSVersion": "TLSv1.2", "cloud.region": "eu-west-1"}),
        );
    }
}

#[test]
fn brackets_in_the_name_of_a_user_move_no_time() {
    for user in ["a] [b", "[b", "a [01/Jan/2020:00:00:00 +0000] b"] {
        let end = "[10/Nov/2026:07:08:00 +0900] \"GET / HTTP/1.1\" 401 1 \"-\" \"x\"";
        for section in ["nginx-access", "apache-access"] {
            let document = document(section, &format!("203.0.113.9 - {user} {end}"));
            has(&document, json!({"@timestamp": "2026-11-10T07:08:00+09:00", "user.name": user}));
        }
    }
}

/// A line of an access log: what stands before the time, behind the status and the length, and the expected fields.
fn of_access_log(sections: &[&str], front: &str, behind: &str, expected: &Value) {
    let line = format!("{front} [10/Nov/2026:07:08:00 +0900] \"GET /a?b=1 HTTP/1.1\" 200 12{behind}");
    for section in sections {
        let document = document(section, &line);
        has(&document, expected.clone());
        has(
            &document,
            json!({"http.response.status_code": 200, "url.path": "/a", "url.query": "b=1", "http.version": "1.1"}),
        );
    }
}

const ACCESS_LOGS: [&str; 2] = ["nginx-access", "apache-access"];

#[test]
fn the_site_before_an_entry_takes_no_place_of_the_client() {
    let site = |domain: &str, port: Value, client: &str| json!({"url.domain": domain, "url.port": port, "source.ip": client, "source.address": client, "user.name": null});
    for (front, expected) in [
        ("www.example.com 203.0.113.9 - -", site("www.example.com", json!(null), "203.0.113.9")),
        ("www.example.com:8080 203.0.113.9 - -", site("www.example.com", json!(8080), "203.0.113.9")),
        ("192.0.2.7:80 203.0.113.9 - -", site("192.0.2.7", json!(80), "203.0.113.9")),
        ("cafe.de 2001:db8::1 - -", site("cafe.de", json!(null), "2001:db8::1")),
        (
            "www.example.com 192.0.2.1, 192.0.2.2, 203.0.113.9 - -",
            site("www.example.com", json!(null), "203.0.113.9"),
        ),
        (
            "a.example:80 \"192.0.2.1, 192.0.2.2\" 203.0.113.9 - -",
            site("a.example", json!(80), "203.0.113.9"),
        ),
        (
            "192.0.2.7 192.0.2.1, 192.0.2.2 203.0.113.9 - -",
            json!({"source.ip": "203.0.113.9", "user.name": null, "url.domain": null}),
        ),
        ("- 203.0.113.9 - -", json!({"source.ip": "203.0.113.9", "url.domain": null})),
        (
            "a.example:80 unix: - -",
            json!({"source.ip": null, "source.address": null, "url.domain": "a.example"}),
        ),
    ] {
        of_access_log(&ACCESS_LOGS, front, " \"-\" \"x\"", &expected);
    }
}

// https://httpd.apache.org/docs/2.4/mod/core.html#hostnamelookups
/// `%h %l %u %t "%{X-Forwarded-For}i" "%r" %>s %b`.
#[test]
fn an_address_before_the_request_is_no_part_of_it() {
    for (before, forwarded) in
        [("-", json!(null)), ("198.51.100.7, 10.0.0.5", json!(["198.51.100.7", "10.0.0.5"]))]
    {
        for section in ["nginx-access", "apache-access"] {
            let line = format!(
                r#"203.0.113.9 - - [21/Nov/2026:01:02:03 +0000] "{before}" "GET /a HTTP/1.1" 200 5 "-" "curl/8.0""#
            );
            let expected = json!({
                "source.ip": "203.0.113.9", "http.request.method": "GET", "url.path": "/a", "http.response.status_code": 200,
                "http.request.header.x_forwarded_for": forwarded, "user_agent.original": "curl/8.0",
            });
            has(&document(section, &line), expected);
        }
    }
}

// https://nginx.org/en/docs/http/ngx_http_core_module.html#var_host
#[test]
fn a_site_before_the_request_is_no_part_of_it() {
    for (site, port) in [("shop.example.com", json!(null)), ("cafe.de", json!(null)), ("shop", json!(8443))] {
        let written = port.as_u64().map_or(site.to_owned(), |port| format!("{site}:{port}"));
        for before in [written.clone(), format!("\"{written}\"")] {
            let line = format!(
                "203.0.113.9 - - [21/Nov/2026:01:02:03 +0000] {before} \"GET /a HTTP/1.1\" 200 5 \"-\" \"x\""
            );
            for section in ACCESS_LOGS {
                let expected = json!({"url.domain": site, "url.port": port, "url.original": "/a", "http.request.method": "GET"});
                has(&document(section, &line), expected);
            }
        }
    }
}

// RFC 6302 asks servers to log the port of a client.
#[test]
fn the_port_of_a_client_is_no_part_of_its_address() {
    for (front, client) in [
        ("203.0.113.9:51234 - -", "203.0.113.9"),
        ("[2001:db8::9]:51234 - -", "2001:db8::9"),
        ("www.example.com:443 203.0.113.9:51234 - -", "203.0.113.9"),
        ("203.0.113.9:51234 ident -", "203.0.113.9"),
    ] {
        let expected = json!({"source.ip": client, "source.address": client, "source.port": 51234});
        of_access_log(&ACCESS_LOGS, front, " \"-\" \"x\"", &expected);
    }
}

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html#xff-client-port-preservation
#[test]
fn an_address_of_x_forwarded_for_may_have_a_port() {
    for (list, client) in [
        ("198.51.100.7:4711", "198.51.100.7"),
        ("192.0.2.1, 198.51.100.7:4711, 10.0.0.7", "198.51.100.7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
    ] {
        let expected =
            json!({"source.ip": client, "source.address": "10.0.0.9", "apache_access.unparsed": null});
        let behind = format!(" \"-\" \"x\" \"{list}\"");
        of_access_log(&["apache-access"], "10.0.0.9 - -", &behind, &expected);
    }
    let line = "10.0.0.9 - - [21/Nov/2026:01:02:03 +0000] \"198.51.100.7:4711\" \"GET / HTTP/1.1\" 200 5";
    for section in ACCESS_LOGS {
        has(&document(section, line), json!({"source.ip": "198.51.100.7"}));
    }
    let behind = " \"-\" \"x\" \"198.51.100.7:4711, 10.0.0.7\"";
    of_access_log(&["nginx-access"], "10.0.0.9 - -", behind, &json!({"source.ip": "198.51.100.7"}));
}

#[test]
fn the_port_of_a_proxy_is_none_of_the_client_behind_it() {
    let expected = json!({"source.ip": "198.51.100.7", "source.address": "10.0.0.9", "source.port": null});
    for front in ["198.51.100.7:4711, 10.0.0.9:443 - -", "198.51.100.7 10.0.0.9:443 - -"] {
        of_access_log(&ACCESS_LOGS, front, " \"-\" \"x\"", &expected);
    }
    of_access_log(&ACCESS_LOGS, "10.0.0.9:443 - -", " \"-\" \"x\" \"198.51.100.7\"", &expected);
}

/// `%{X-Forwarded-For}i %l %u` of a request that came without the header, as those of a load balancer's health checks do.
#[test]
fn a_client_may_be_a_hyphen() {
    for (front, user) in
        [("- - -", json!(null)), ("- - joe", json!("joe")), ("- - 8.8.8.8", json!("8.8.8.8"))]
    {
        let expected = json!({"source.ip": null, "source.address": null, "user.name": user});
        of_access_log(&ACCESS_LOGS, front, " \"-\" \"ELB-HealthChecker/2.0\"", &expected);
    }
}

/// nginx-proxy writes `$upstream_addr` where others write X-Forwarded-For.
#[test]
fn an_address_with_a_port_behind_the_user_agent_of_nginx_may_be_the_upstreams() {
    for upstream in ["172.17.0.5:8080", "172.17.0.5:80, 172.17.0.6:80"] {
        let expected = json!({"source.ip": "10.0.0.9", "http.request.header.x_forwarded_for": null,
            "nginx_access.unparsed": format!("\"{upstream}\"")});
        let behind = format!(" \"-\" \"x\" \"{upstream}\"");
        of_access_log(&["nginx-access"], "shop.example.com 10.0.0.9 - -", &behind, &expected);
    }
}

// https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format, https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats
#[test]
fn the_time_of_a_request_may_have_each_form_that_a_server_writes() {
    for (time, expected) in [
        ("21/Nov/2026:01:02:03 +0900", "2026-11-21T01:02:03+09:00"),
        ("21/Nov/2026:01:02:03.123456 +0900", "2026-11-21T01:02:03.123456+09:00"),
        ("2026-11-21T01:02:03+09:00", "2026-11-21T01:02:03+09:00"),
        ("1795222923.123", "2026-11-21T01:02:03.123+00:00"),
    ] {
        for section in ACCESS_LOGS {
            let line = format!("203.0.113.9 - - [{time}] \"GET / HTTP/1.1\" 200 5 \"-\" \"x\"");
            has(&document(section, &line), json!({"@timestamp": expected, "source.ip": "203.0.113.9"}));
        }
    }
}

#[test]
fn a_client_that_the_server_looked_up_is_a_name() {
    let expected = json!({"source.ip": null, "source.domain": "pc-7.example.com", "source.address": "pc-7.example.com",
        "user.name": "joe", "related.hosts": ["pc-7.example.com"], "related.ip": null});
    of_access_log(&ACCESS_LOGS, "pc-7.example.com - joe", " \"-\" \"x\"", &expected);
    of_access_log(&ACCESS_LOGS, "pc-7.example.com - joe", "", &expected);
}

#[test]
fn a_name_with_which_somebody_signs_in_is_no_client() {
    for user in [
        "8.8.8.8 - -",
        "x 8.8.8.8 - -",
        "8.8.8.8",
        "a b c",
        "[x] - root",
        "- - a",
        "www.example.com 8.8.8.8 - joe",
    ] {
        let expected = json!({"source.ip": "203.0.113.9", "user.name": user, "url.domain": null});
        of_access_log(&ACCESS_LOGS, &format!("203.0.113.9 - {user}"), " \"-\" \"x\"", &expected);
    }
    // Behind a list of a client's own, the client of another can be nobody's.
    let line = "8.8.8.8 9.9.9.9 - x 203.0.113.9 - - [10/Nov/2026:07:08:00 +0900] \"GET / HTTP/1.1\" 200 1";
    has(
        &document("apache-access", line),
        json!({"event.kind": "pipeline_error", "source.ip": null, "user.name": null}),
    );
    for user in ["a b", "jean-paul b", "a-b-c"] {
        let expected = json!({"source.address": "10.0.0.9", "user.name": user});
        let front = format!("192.0.2.5, 198.51.100.8 10.0.0.9 - {user}");
        of_access_log(&["apache-access"], &front, " \"-\" \"x\"", &expected);
    }
}

#[test]
fn what_stands_behind_a_user_agent_is_no_part_of_it() {
    let agent = |agent: &str, list: Value, unparsed: Value| {
        let agent = if agent.is_empty() { json!(null) } else { json!(agent) };
        json!({"user_agent.original": agent, "http.request.header.x_forwarded_for": list,
            "nginx_access.unparsed": unparsed, "apache_access.unparsed": null})
    };
    for (behind, mut expected) in [
        (r#" "-" "x y" "-""#, agent("x y", json!(null), json!(null))),
        (
            r#" "-" "x y" "192.0.2.1, 198.51.100.2""#,
            agent("x y", json!(["192.0.2.1", "198.51.100.2"]), json!(null)),
        ),
        (r#" "-" "x y" "unknown, 198.51.100.2""#, agent("x y", json!(["198.51.100.2"]), json!(null))),
        (r#" "-" "x \"y\" z""#, agent(r#"x \"y\" z"#, json!(null), json!(null))),
        (r#" "-" "x\\""#, agent(r"x\\", json!(null), json!(null))),
        (r#" "-" "x" rt=0.1 uct="0.0""#, agent("x", json!(null), json!(r#"rt=0.1 uct="0.0""#))),
        (r#" "-" "x" "a=1; b=2""#, agent("x", json!(null), json!(r#""a=1; b=2""#))),
        (r#" 98 "-" "x""#, agent("", json!(null), json!(r#"98 "-" "x""#))),
        (r#" "-" "x" "0.003""#, agent("x", json!(null), json!(r#""0.003""#))),
        (r#" "-" "x" "5f3a" "-""#, agent("x", json!(null), json!(r#""5f3a" "-""#))),
    ] {
        of_access_log(&["nginx-access"], "203.0.113.9 - -", behind, &expected);
        let unparsed = expected["nginx_access.unparsed"].take();
        expected["apache_access.unparsed"] = unparsed;
        of_access_log(&["apache-access"], "203.0.113.9 - -", behind, &expected);
    }
    of_access_log(
        &["apache-access"],
        "203.0.113.9 - -",
        r#" "-" "x" X-Forwarded-For="192.0.2.1""#,
        &json!({"user_agent.original": "x", "http.request.header.x_forwarded_for": ["192.0.2.1"], "apache_access.unparsed": null}),
    );
    // Nobody forges the status: a server escapes the quotes of a header.
    for forged in [r#" "-" "x HTTP/1.1\" 500 5 \"r\" \"b""#, r#" "x HTTP/1.1\" 500 5 " "b""#] {
        of_access_log(&ACCESS_LOGS, "203.0.113.9 - -", forged, &json!({"url.original": "/a?b=1"}));
    }
}

// https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/
#[test]
fn an_entry_of_ingress_nginx_has_its_upstream() {
    for (upstream, addresses, statuses) in [
        ("10.0.0.5:8080 59 0.000 200", json!("10.0.0.5:8080"), json!("200")),
        (
            "10.0.0.5:8080, [2001:db8::7]:80 -, 100 -, 0.004 502, 200",
            json!("10.0.0.5:8080, [2001:db8::7]:80"),
            json!("502, 200"),
        ),
        ("unix:/run/php.sock 59 0.002 200", json!("unix:/run/php.sock"), json!("200")),
        ("- - - -", json!(null), json!(null)),
    ] {
        for (front, services) in [
            ("203.0.113.9 - joe", "[shop-web-80] []"),
            ("203.0.113.9 - [203.0.113.9] - joe", "[shop-web-80]"),
        ] {
            of_access_log(
                &["nginx-access"],
                front,
                &format!(" \"-\" \"x\" 89 0.001 {services} {upstream} 529a007902362a5f51385a5fa7049884"),
                &json!({"source.ip": "203.0.113.9", "user.name": "joe", "http.request.bytes": 89, "user_agent.original": "x",
                    "request_time": "0.001", "proxy_upstream_name": "shop-web-80", "upstream_addr": addresses,
                    "upstream_status": statuses, "req_id": "529a007902362a5f51385a5fa7049884", "nginx_access.unparsed": null}),
            );
        }
    }
}

/// mod_authz_core.c, mod_authz_owner.c, mod_access_compat.c, mod_auth_basic.c of Apache httpd, ModSecurity's apache2_util.c.
#[test]
fn a_request_that_apache_refuses_is_denied_and_has_failed() {
    let front = "[Fri Nov 20 22:11:44.147674 2026] [authz_core:error] [pid 7:tid 8]";
    let denied = |user: Value| json!({"event.type": ["denied", "error"], "event.outcome": "failure", "event.category": "web", "user.name": user, "source.ip": "203.0.113.7", "source.port": 4711});
    let failed = |user: Value| json!({"event.type": "error", "event.outcome": "failure", "event.category": ["authentication", "web"], "user.name": user, "source.ip": "203.0.113.7", "source.port": 4711});
    for (message, expected) in [
        ("AH01630: client denied by server configuration: /srv/user root not found: /x", denied(json!(null))),
        ("AH01631: user joe: authorization failure for \"/a\": ", denied(json!("joe"))),
        (
            "AH01631: user joe: authorization failure for \"/a: authentication failure for \"b\": ",
            denied(json!("joe")),
        ),
        (
            "AH01637: Authorization of user joe to access /a failed, reason: file owner root does not match.",
            denied(json!("joe")),
        ),
        (
            "AH01663: access to /a failed, reason: user 'joe' does not meet 'require'ments",
            denied(json!(null)),
        ),
        ("AH01614: client used wrong authentication scheme: /a", failed(json!(null))),
        ("AH01618: user  not found: /a", failed(json!(null))),
        ("AH01618: user joe not found: /a", failed(json!("joe"))),
    ] {
        // Of a stream of HTTP/2 the client is called remote.
        for peer in ["client", "remote"] {
            let line = format!("{front} [{peer} 203.0.113.7:4711] {message}");
            has(&document("apache-error", &line), expected.clone());
        }
    }
    let told = format!(
        "{} [client 203.0.113.7:4711] access to /a failed, reason: x",
        front.replace("error", "info")
    );
    has(&document("apache-error", &told), json!({"event.type": "denied", "event.outcome": "failure"}));
}

/// ngx_http_access_module.c, ngx_http_limit_req_module.c, ngx_http_limit_conn_module.c, ModSecurity-nginx.
#[test]
fn a_request_that_nginx_refuses_is_denied_and_has_failed() {
    let of = |message: &str| {
        let line = format!(
            "2026/11/10 07:08:00 [error] 1#1: *1 {message}, client: 203.0.113.9, server: x, request: \"GET /.env HTTP/1.1\", host: \"x\""
        );
        document("nginx-error", &line)
    };
    for message in [
        "access forbidden by rule",
        "limiting requests, excess: 1.852 by zone \"one\"",
        "limiting connections by zone \"one\"",
        "[client 203.0.113.9] ModSecurity: Access denied with code 403 (phase 2). Matched \"x\" [id \"7\"]",
    ] {
        has(
            &of(message),
            json!({"event.type": ["denied", "error"], "event.outcome": "failure", "event.category": "web", "source.ip": "203.0.113.9", "url.path": "/.env"}),
        );
    }
    for message in
        ["delaying request, excess: 0.841, by zone \"one\"", "limiting requests, dry run, excess: 1.852"]
    {
        has(&of(message), json!({"event.type": "error", "event.outcome": null}));
    }
}

// https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat
#[test]
fn the_parts_before_a_message_of_apaches_error_log_are_told_apart() {
    let front = "[Fri Nov 20 22:11:44.147674 2026] [core:error] [pid 7:tid 8]";
    for (rest, code, detail, message) in [
        ("AH00094: Command line: 'httpd'", json!("AH00094"), json!(null), "Command line: 'httpd'"),
        ("Init: You should not use it", json!(null), json!(null), "Init: You should not use it"),
        (
            "core.c(12): (2)No such file: [client 203.0.113.7:1] AH00126: x",
            json!("AH00126"),
            json!("core.c(12): (2)No such file"),
            "x",
        ),
        (
            "(111)Connection refused: AH00957: x: y",
            json!("AH00957"),
            json!("(111)Connection refused"),
            "x: y",
        ),
        (
            "mod_rewrite.c(470): [client 203.0.113.7:1] applying: y",
            json!(null),
            json!("mod_rewrite.c(470)"),
            "applying: y",
        ),
    ] {
        has(
            &document("apache-error", &format!("{front} {rest}")),
            json!({"error.code": code, "apache.error.debug_message": detail, "error.message": message}),
        );
    }
}

#[test]
fn apaches_error_log_has_times_of_iso_8601() {
    for (time, expected) in [
        ("2026-07-22 15:45:51.323610", "2026-07-22T15:45:51.323610+00:00"),
        ("2026-07-22 15:45:51", "2026-07-22T15:45:51+00:00"),
        ("2026-07-22 15:45:51.323610 +0200", "2026-07-22T15:45:51.323610+02:00"),
        ("2026-07-22 15:45:51 +0200", "2026-07-22T15:45:51+02:00"),
    ] {
        let line = format!("[{time}] [core:notice] [pid 1:tid 2] AH00094: x");
        has(&document("apache-error", &line), json!({"@timestamp": expected, "error.code": "AH00094"}));
    }
}

#[test]
fn an_array_of_records_is_no_line_of_apaches_error_log_though_both_begin_with_a_bracket() {
    let line = "[Sat Nov 21 09:00:05.123456 2026] [core:error] [pid 4:tid 1] [client 203.0.113.9:41522] AH00126: Invalid URI, referer: https://a.example/";
    let alone = document("apache-error", line);
    let inside = document(
        "apache-error",
        &json!([{"message": line, "timestamp": "2026-11-21T18:00:07+09:00"}]).to_string(),
    );
    for name in ["@timestamp", "source.ip", "error.code", "error.message", "http.request.referrer"] {
        assert_eq!(inside.get(name), alone.get(name), "{name} of {}", inside.json);
    }
}

#[test]
fn the_hyphen_of_a_load_balancer_is_no_part_of_a_url() {
    for document in [alb("- http://www.example.com:80-/a "), clb("- http://www.example.com:80-/a ")] {
        has(
            &document,
            json!({"url.full": "http://www.example.com:80/a", "url.domain": "www.example.com", "url.port": 80, "url.path": "/a"}),
        );
    }
    has(
        &alb("GET http://www.example.com:80/a- HTTP/1.1"),
        json!({"url.full": "http://www.example.com:80/a-"}),
    );
}

#[test]
fn what_a_web_acl_blocks_is_denied_and_has_failed() {
    for (action, kind, outcome) in [
        ("ALLOW", json!("allowed"), "success"),
        ("BLOCK", json!("denied"), "failure"),
        ("CAPTCHA", json!("denied"), "failure"),
        ("CHALLENGE", json!("denied"), "failure"),
        ("EXCLUDED_AS_COUNT", json!(null), "unknown"),
    ] {
        let record = json!({"timestamp": 1_576_280_412_771_u64, "action": action,
            "httpRequest": {"clientIp": "192.0.2.1", "scheme": "https", "uri": "/"}});
        has(
            &document("waf", &record.to_string()),
            json!({"event.type": kind, "event.outcome": outcome, "url.scheme": "https"}),
        );
    }
}

// IAM Identity Center user guide, "Username in sign-in CloudTrail events"
#[test]
fn a_sign_in_to_identity_center_has_the_name_of_the_user() {
    for name in ["alice@example.com", "urn:alice", "company.com/alice"] {
        let record = json!({"userIdentity": {"type": "IdentityCenterUser", "arn": "", "accountId": "111122223333"},
            "eventTime": "2026-09-22T12:29:21Z", "eventSource": "signin.amazonaws.com", "eventName": "UserAuthentication",
            "eventType": "AwsServiceEvent", "additionalEventData": {"UserName": name, "CredentialType": "EXTERNAL_IDP"},
            "serviceEventDetails": {"UserAuthentication": "Success"}});
        has(
            &document("cloudtrail", &json!({"Records": [record]}).to_string()),
            json!({"user.name": name, "related.user": [name], "event.outcome": "success"}),
        );
    }
}

#[test]
fn a_status_of_success_is_no_error_of_a_call() {
    for (code, outcome) in [
        ("200", "success"),
        ("204", "success"),
        ("302", "failure"),
        ("403", "failure"),
        ("AccessDenied", "failure"),
    ] {
        let record = json!({"eventTime": "2026-01-15T08:07:37Z", "eventSource": "grafana.amazonaws.com", "eventName": "action",
            "eventType": "AwsApiCall", "errorCode": code});
        has(
            &document("cloudtrail", &json!({"Records": [record]}).to_string()),
            json!({"event.outcome": outcome, "error.code": code}),
        );
    }
}

#[test]
fn each_request_to_a_bucket_has_its_operation() {
    has(&s3("GET /b/k HTTP/1.1", ""), json!({"event.action": "REST.GET.OBJECT"}));
}

// Network Firewall developer guide, "Contents of a firewall log": the server's name of a TLS log stands in the event itself.
#[test]
fn a_tls_log_of_network_firewall_has_the_name_of_the_server() {
    let event = json!({"timestamp": "2026-01-20T14:35:18.307095Z", "src_ip": "203.0.113.9", "src_port": 5302,
        "dest_ip": "198.51.100.7", "dest_port": 443, "sni": "a.example.com", "tls_error": {"error_message": "x"}});
    has(
        &document("networkfirewall", &json!({"firewall_name": "f", "event": event}).to_string()),
        json!({"url.domain": "a.example.com", "related.hosts": ["a.example.com"]}),
    );
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html
#[test]
fn what_cloudwatch_exports_is_read_behind_its_time() {
    let flow =
        "2 123456789010 eni-1 203.0.113.9 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK";
    let access = r#"203.0.113.9 - - [21/Nov/2026:01:02:03 +0000] "GET /a HTTP/1.1" 200 5 "-" "x: y""#;
    let error =
        "[Fri Nov 20 22:11:44.147674 2026] [core:error] [pid 7:tid 8] [client 203.0.113.9:1] AH00126: x";
    let query = json!({"account_id": "1", "query_timestamp": "2021-02-04T17:51:55Z", "query_name": "a.example.", "srcaddr": "203.0.113.9"});
    let request = json!({"timestamp": 1576280412771_i64, "action": "BLOCK", "webaclId": "x", "httpRequest": {"clientIp": "203.0.113.9"}});
    for (section, line) in [
        ("vpcflowlogs", flow),
        ("nginx-access", access),
        ("apache-access", access),
        ("apache-error", error),
        ("nginx-access", &json!({"log": access, "stream": "stdout"}).to_string()),
        ("route53resolver", &query.to_string()),
        ("waf", &request.to_string()),
    ] {
        let exported = document(section, &format!("2026-11-21T01:02:04.000Z {line}"));
        let plain = document(section, line);
        for field in ["source.ip", "@timestamp", "event.kind", "event.outcome"] {
            assert_eq!(exported.get(field), plain.get(field), "{field} of {}", exported.json);
        }
        has(&exported, json!({"source.ip": "203.0.113.9"}));
    }
    for header in
        ["<190>Nov 21 01:02:04 web01", "2026-11-21T01:02:04+00:00 web01", "2026-11-21T01:02:04+00:00"]
    {
        let line = document("nginx-access", &format!("{header} {access}"));
        has(&line, json!({"event.kind": "pipeline_error", "url.domain": null}));
    }
}

// https://nginx.org/en/docs/syslog.html
#[test]
fn each_entry_behind_a_header_is_an_event_of_its_own() {
    let entry = r#"2026/11/21 01:02:03 [error] 7#8: *9 open() "/x" failed (2: No such file or directory), client: 203.0.113.9, server: s, request: "GET /x HTTP/1.1", host: "h""#;
    for header in [
        "<187>Nov 21 01:02:03 web01 nginx: ",
        "Nov 21 01:02:03 web01 nginx[7]: ",
        "<187>1 2026-11-21T01:02:03Z web01 nginx 7 - - ",
        "2026-11-21T01:02:03.123456+00:00 web01 nginx: ",
        "2026-11-21T01:02:04.000Z ",
        "2026-11-21T01:02:04+00:00\tnginx.error\t",
        "",
    ] {
        let entry =
            if header.ends_with('\t') { json!({"message": entry}).to_string() } else { entry.to_owned() };
        let text = format!("{header}{entry}\n{header}{entry}\n");
        let loaded = load_bytes(all().named("nginx-error").unwrap(), text.as_bytes());
        assert_eq!(loaded.documents.len(), 2, "{header}");
        for document in &loaded.documents {
            has(
                document,
                json!({"event.kind": "event", "@timestamp": "2026-11-21T01:02:03+00:00", "url.path": "/x"}),
            );
        }
        has(&loaded.documents[1], json!({"source.ip": "203.0.113.9"}));
    }
}

#[test]
fn a_word_before_the_request_that_can_be_no_site_is_none() {
    let line = |word: &str| {
        format!("203.0.113.9 - - [21/Nov/2026:01:02:03 +0000] {word} \"GET /a HTTP/1.1\" 200 5 \"-\" \"x\"")
    };
    for section in ACCESS_LOGS {
        let unparsed = format!("{}.unparsed", section.replace('-', "_"));
        for word in ["https", "0.005", "3f2a9c0d1e", "443", "TLSv1.3", "SSLv3", "web01"] {
            let mut expected =
                json!({"url.domain": null, "url.original": "/a", "http.request.method": "GET"});
            has(&document(section, &line(&format!("\"{word}\""))), expected.clone());
            expected[&unparsed] = json!(word);
            has(&document(section, &line(word)), expected);
        }
        let both = format!("{} more", line("https"));
        has(&document(section, &both), json!({(&unparsed): "https more"}));
        for (word, site) in [
            ("localhost", json!("localhost")),
            ("192.0.2.7", json!("192.0.2.7")),
            ("_", json!(null)),
            ("a.b-1.example", json!("a.b-1.example")),
        ] {
            has(
                &document(section, &line(word)),
                json!({"url.domain": site, "url.original": "/a", (&unparsed): null}),
            );
        }
    }
}

// https://nginx.org/en/docs/ngx_core_module.html#error_log
#[test]
fn an_entry_below_the_level_error_tells_of_no_error() {
    for (level, kind) in [
        ("debug", json!(null)),
        ("info", json!("info")),
        ("notice", json!(null)),
        ("warn", json!(null)),
        ("error", json!("error")),
        ("crit", json!("error")),
        ("alert", json!("error")),
        ("emerg", json!("error")),
    ] {
        let nginx = format!("2026/11/10 07:08:00 [{level}] 1#1: x");
        has(&document("nginx-error", &nginx), json!({"event.type": kind, "log.level": level}));
        let apache = format!("[Sat Nov 21 09:00:09.000003 2026] [core:{level}] [pid 7] x");
        has(&document("apache-error", &apache), json!({"event.type": kind, "log.level": level}));
    }
}

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
#[test]
fn one_id_finds_a_request_in_the_logs_of_waf_and_of_the_load_balancer() {
    let root = "1-67891233-abcdef012345678912345678";
    for trace in [
        format!("Root={root}"),
        format!("Self=1-67891234-12456789abcdef012345678;Root={root};CalledFrom=app"),
    ] {
        let line =
            alb_line("GET http://a.example:80/ HTTP/1.1", "").replace("\"R\"", &format!("\"{trace}\""));
        has(&document("alb", &line), json!({"http.request.id": root, "trace_id": trace}));
    }
    has(&alb("GET http://a.example:80/ HTTP/1.1"), json!({"http.request.id": null}));
    let waf = json!({"timestamp": 1_576_280_412_771_u64, "action": "ALLOW", "httpRequest": {"clientIp": "192.0.2.1", "requestId": root}});
    has(&document("waf", &waf.to_string()), json!({"http.request.id": root}));
    has(
        &document(
            "s3accesslog",
            &s3_line("GET /k HTTP/1.1", "").replace(" - R REST", " - 3E57427F3EXAMPLE REST"),
        ),
        json!({"http.request.id": "3E57427F3EXAMPLE"}),
    );
}

#[test]
fn waf_and_cloudfront_believe_forwarded_addresses_of_trusted_proxies_alone() {
    let sections = with("[DEFAULT]\nlog_types = all\ntrusted_proxies = 10.0.0.0/8\n");
    let waf = |peer: &str, lists: &[&str]| {
        let mut headers = vec![json!({"name": "X-Forwarded-For", "value": lists[0]})];
        headers.extend((0..200).map(|n| json!({"name": format!("h{n}"), "value": "x"})));
        headers.extend(lists[1..].iter().map(|list| json!({"name": "x-forwarded-for", "value": list})));
        let record = json!({"timestamp": 1_576_280_412_771_u64, "action": "ALLOW", "httpRequest": {"clientIp": peer, "headers": headers}});
        document_of(&sections, "waf", &record.to_string())
    };
    let believed = json!({"source.ip": "203.0.113.9", "source.address": "10.0.0.1", "related.ip": ["10.0.0.1", "203.0.113.9"]});
    has(&waf("10.0.0.1", &["8.8.8.8, 203.0.113.9"]), believed.clone());
    has(&waf("10.0.0.1", &["8.8.8.8", "203.0.113.9"]), believed.clone());
    let peer =
        json!({"source.ip": "198.51.100.7", "source.address": "198.51.100.7", "related.ip": "198.51.100.7"});
    has(&waf("198.51.100.7", &["8.8.8.8"]), peer.clone());
    let cloudfront = |peer: &str| {
        let lines = format!(
            "#Version: 1.0\n#Fields: date time c-ip x-forwarded-for c-port\n2026-11-21\t00:00:01\t{peer}\t8.8.8.8,%20203.0.113.9\t11040"
        );
        document_of(&sections, "cloudfront-standard", &lines)
    };
    has(&cloudfront("10.0.0.1"), believed);
    has(&cloudfront("10.0.0.1"), json!({"source.port": null}));
    has(&cloudfront("198.51.100.7"), peer);
}

#[test]
fn a_referrer_or_user_agent_of_s3_forges_nothing_that_stands_behind_it() {
    let forged = "M\" v h SigV4 C AuthHeader evil.s3.eu-west-2.amazonaws.com TLSv1.2 - -";
    let in_place_of_agent = "M\" - v h SigV4 C AuthHeader evil.s3.eu-west-2.amazonaws.com TLSv1.2 - -";
    let line = s3_line("GET /k HTTP/1.1", " - -");
    for line in [
        line.replace("\"ua\"", &format!("\"{forged}\"")),
        line.replace("\"-\" \"ua\"", &format!("\"{in_place_of_agent}\" \"ua\"")),
        line.replace("\"-\" \"ua\"", &format!("\"{in_place_of_agent}\" -")),
    ] {
        has(
            &document("s3accesslog", &line),
            json!({"url.domain": "b.s3.eu-west-1.amazonaws.com", "cloud.region": "eu-west-1", "HostId": "h"}),
        );
    }
}

// ngx_http_auth_basic_module.c, ngx_http_auth_pam_module.c; Apache httpd's mod_auth_basic.c, mod_auth_digest.c and mod_authnz_ldap.c.
#[test]
fn a_password_that_a_web_server_refused_is_a_failure_of_its_user() {
    let nginx = |message: &str| {
        let request = "client: 203.0.113.9, server: s, request: \"GET / HTTP/1.1\", host: \"h\"";
        document("nginx-error", &format!("2026/11/21 11:53:29 [error] 1#0: *6 {message}, {request}"))
    };
    let apache = |message: &str| {
        let head =
            "[Sat Nov 21 21:39:11.978080 2026] [auth_basic:error] [pid 1:tid 2] [client 203.0.113.9:51390]";
        document("apache-error", &format!("{head} {message}"))
    };
    let failed = json!({
        "event.outcome": "failure", "event.category": ["authentication", "web"], "user.name": "a b", "source.ip": "203.0.113.9",
        "auth_user": null,
    });
    for document in [
        nginx("user \"a b\" was not found in \"/etc/nginx/.htpasswd\""),
        nginx("user \"a b\": password mismatch"),
        nginx("PAM: user 'a b' - not authenticated: Authentication failure"),
        apache("AH01617: user a b: authentication failure for \"/\": Password Mismatch"),
        apache("AH01618: user a b not found: /basic/file, referer: http://h/"),
        apache("AH01790: user `a b' in realm `x' not found: /digest/"),
        apache("AH01792: user a b: password mismatch: /digest/"),
        apache("AH01695: auth_ldap authenticate: user a b authentication failed; URI / [x][y]"),
        apache("Digest: user a b: password mismatch: /digest/"),
    ] {
        has(&document, failed.clone());
    }
    // The name may be one that holds such words, too.
    let doubtful = nginx(
        "user \"x\": password mismatch, client: 198.51.100.6, server: s, request: \"GET / HTTP/1.1\", host: \"h\"\" was not found in \"/e\"",
    );
    has(&doubtful, json!({"event.outcome": "failure", "user.name": null, "source.ip": null}));
    let missing =
        nginx("open() \"/www/user \"root\": password mismatch\" failed (2: No such file or directory)");
    has(&missing, json!({"user.name": null, "event.outcome": null, "event.category": "web"}));
}

// Apache httpd's documentation, "ErrorLog": syslog has the time, so the line has none.
#[test]
fn what_apache_writes_to_syslog_has_its_level_and_its_client() {
    for (line, module) in [
        ("[error] [client 203.0.113.9] File does not exist: /x", json!(null)),
        (
            "[authz_core:error] [pid 22034] [client 203.0.113.9:58585] AH01630: client denied",
            json!("authz_core"),
        ),
        (
            "[:error] [pid 18154:tid 140680873617152] [client 203.0.113.9:48154] AH01630: client denied",
            json!(""),
        ),
    ] {
        let document = document("apache-error", &format!("Feb 16 22:32:48 srv httpd[22034]: {line}"));
        has(
            &document,
            json!({"log.level": "error", "source.ip": "203.0.113.9", "log.syslog.hostname": "srv"}),
        );
        assert_eq!(
            document.get("apache.error.module").as_str().unwrap_or_default(),
            module.as_str().unwrap_or_default()
        );
    }
}

#[test]
fn hyphens_in_the_place_of_a_user_are_none() {
    let line = "203.0.113.9 - - - [31/Jan/2026:14:29:44 +0000] \"GET / HTTP/1.1\" 200 814 \"-\" \"x\"";
    for section in ["apache-access", "nginx-access"] {
        has(&document(section, line), json!({"user.name": null, "source.ip": "203.0.113.9"}));
    }
}

/// Apache httpd writes a quote of the client's as `\"` (documentation, "Log Files"), and any client may choose the name of a user.
#[test]
fn what_a_client_writes_into_its_request_is_no_status_and_no_address() {
    for request in [
        r#"GET / HTTP/1.1\" 200 1 \"-\" \"y"#,
        r#"GET /x\" 200 1 \"a\" \"b"#,
        r#"GET /\" 200 1 "#,
        r#"-\" \"GET / HTTP/1.1\" 200 1 "#,
    ] {
        for end in [r#" "-" "x""#, r#" "x\" " "x""#] {
            let line = format!("203.0.113.9 - - [31/Jan/2026:14:29:44 +0000] \"{request}\" 404 814{end}");
            let document = document("apache-access", &line);
            has(
                &document,
                json!({"http.response.status_code": 404, "http.response.body.bytes": 814, "user_agent.original": "x"}),
            );
        }
    }
    let line = "10.0.0.7 - [198.51.100.6] - root [31/Jan/2026:14:29:44 +0000] \"GET / HTTP/1.1\" 401 814 \"-\" \"x\"";
    for section in ["apache-access", "nginx-access"] {
        has(
            &document(section, line),
            json!({"source.ip": "10.0.0.7", "http.request.header.x_forwarded_for": null}),
        );
    }
}
