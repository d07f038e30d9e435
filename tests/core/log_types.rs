//! The built-in sections of a web service: samples after the vendors' documents, with the documents that they become.

use std::fs;

use es_loader::config::Config;
use es_loader::config::diagnostic::{File, Severity};
use es_loader::map::compiled::CompiledSections;
use es_loader::setup::template::index_template;
use serde_json::{Value, json};

use crate::config::root;
use crate::support::{
    Document, Loaded, agent_event, all, document, document_by, load_bytes, load_with, plan_of_section,
    plan_with,
};

const SAMPLES: [&str; 20] = [
    "clb.log",
    "nlb.log",
    "nginx-error.log",
    "apache-error.log",
    "cloudfront-standard.log",
    "cloudfront-standard.v2.log",
    "cloudfront-standard.v2.json",
    "cloudfront-realtime.log",
    "route53resolver.json",
    "networkfirewall.json",
    "linux-secure.log",
    "linux-os-syslog.log",
    "waf.log",
    "alb.log",
    "nginx-access.log",
    "apache-access.log",
    "cloudtrail.json",
    "vpcflowlogs.log",
    "guardduty.json",
    "s3accesslog.log",
];

#[allow(clippy::panic, clippy::unwrap_used, reason = "a helper of tests stands outside of test functions")]
pub(crate) fn with(text: &str) -> CompiledSections {
    let file = File { name: "user.ini".to_owned(), text: text.to_owned() };
    let config = Config::load(&[file]).unwrap_or_else(|findings| panic!("{findings:#?}"));
    assert!(config.warnings.is_empty(), "{:#?}", config.warnings);
    CompiledSections::new(config).unwrap()
}

#[allow(clippy::unwrap_used, reason = "a helper of tests stands outside of test functions")]
fn sample(name: &str) -> Loaded {
    let section = name.split_once('.').unwrap().0;
    let bytes = fs::read(root().join("fixtures/log_types").join(name)).unwrap();
    load_bytes(all().named(section).unwrap(), &bytes)
}

#[test]
fn each_sample_gives_its_expected_documents() {
    for name in SAMPLES {
        let loaded = sample(name);
        let path = root().join("fixtures/log_types").join(format!("{name}.expected.ndjson"));
        let mut got = String::new();
        for document in &loaded.documents {
            got.push_str(&format!(
                "{}\n",
                json!({"_index": document.index, "_id": document.id, "document": document.source})
            ));
        }
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            fs::write(&path, &got).unwrap();
        }
        assert_eq!(got, fs::read_to_string(&path).unwrap_or_default(), "{name}");
        let account = &loaded.account;
        assert_eq!(account.lines - account.blank_lines + account.further_events, account.documents, "{name}");
        assert_eq!(
            loaded.ndjson.iter().filter(|byte| **byte == b'\n').count(),
            2 * loaded.documents.len(),
            "{name}"
        );
    }
}

fn same(documents: &[Document], number: usize, expected: &Value) {
    for (name, value) in expected.as_object().into_iter().flatten() {
        assert_eq!(documents[number].get(name), value, "{name} of {}: {}", number, documents[number].json);
    }
}

#[test]
fn waf_tells_headers_acl_and_version_without_secrets() {
    let loaded = sample("waf.log");
    let documents = &loaded.documents;
    same(
        documents,
        0,
        &json!({
            "source.ip": "203.0.113.77", "event.action": "BLOCK", "event.type": "denied", "rule.name": "AWS-AWSManagedRulesSQLiRuleSet",
            "rule.ruleset": "shop-acl", "cloud.region": "ap-northeast-1", "cloud.account.id": "111122223333",
            "url.domain": "shop.example.com", "url.path": "/item", "url.query": "id=1%20OR%201", "http.version": "1.1",
            "user_agent.original": "sqlmap/1.7", "http.request.referrer": "https://shop.example.com/",
            "httpRequest.header.host": "shop.example.com", "httpRequest.header.authorization": "[redacted:16]",
            "httpRequest.country": "JP", "webaclId": "arn:aws:wafv2:ap-northeast-1:111122223333:regional/webacl/shop-acl/11111111-2222-3333-4444-555555555555",
        }),
    );
    same(
        documents,
        1,
        &json!({"rule.ruleset": "22222222-3333-4444-5555-666666666666", "source.ip": "2001:db8::77"}),
    );
    same(documents, 2, &json!({"cloud.region": "global"}));
    for secret in ["topsecret", "abc\\\"def"] {
        assert!(!documents.iter().any(|document| document.json.contains(secret)), "{secret}");
    }
    same(
        documents,
        3,
        &json!({"event.kind": "alert", "event.module": "waf", "waf.source": "forged", "waf._id": "1"}),
    );
}

#[test]
fn waf_puts_headers_into_the_record_s_own_request_where_there_is_one() {
    const HEADERS: &str = r#""headers":[{"name":"Host","value":"h"}]"#;
    let as_text = "[DEFAULT]\nlog_types = all\n[waf]\njson_to_text = httpRequest\n";
    let built_in = "[DEFAULT]\nlog_types = all\n";
    let request = |members: &str| format!(r#""httpRequest":{{{members}}},"x":1"#);
    for (ini, members, expected) in [
        (built_in, request(HEADERS), request(&format!(r#"{HEADERS},"header":{{"host":"h"}}"#))),
        (
            built_in,
            request(&format!(r#""header":{{"a":1}},{HEADERS},"z":null "#)),
            request(&format!(r#""header":{{"a":1,"host":"h"}},{HEADERS} "#)),
        ),
        (
            built_in,
            request(&format!(r#""header":null,{HEADERS},"z":null "#)),
            request(&format!(r#"{HEADERS} ,"header":{{"host":"h"}}"#)),
        ),
        (
            built_in,
            format!(r#""httpRequest.{}"#, &HEADERS[1..]),
            format!(r#""httpRequest.{},"httpRequest":{{"header":{{"host":"h"}}}}"#, &HEADERS[1..]),
        ),
        (
            as_text,
            request(HEADERS),
            format!(r#""httpRequest":{},"x":1"#, Value::String(format!("{{{HEADERS}}}"))),
        ),
    ] {
        let line = format!(r#"{{"timestamp":1795219200123,"action":"ALLOW",{members}}}"#);
        let loaded = load_bytes(with(ini).named("waf").unwrap(), line.as_bytes());
        let json = &loaded.documents[0].json;
        assert!(json.ends_with(&format!(r#""action":"ALLOW",{expected}}}"#)), "{members}: {json}");
    }
}

#[test]
fn load_balancers_tell_the_url_whole_and_in_parts() {
    let documents = sample("alb.log").documents;
    same(
        &documents,
        0,
        &json!({
            "source.ip": "203.0.113.77", "source.port": 41522, "destination.ip": "10.0.1.5", "http.response.status_code": 200,
            "url.full": "https://shop.example.com:443/item?id=1", "url.path": "/item", "url.query": "id=1", "url.domain": "shop.example.com",
            "url.port": 443, "http.request.method": "GET", "http.version": "2.0", "event.outcome": "success", "elb": "app/shop/0123456789abcdef",
            "trace_id": "Root=1-58337281-1d84f3d73c47ec4e58577259",
        }),
    );
    same(
        &documents,
        1,
        &json!({"event.outcome": "failure", "destination": null, "lambda_error_reason": "WAFForbidden"}),
    );
    same(
        &documents,
        2,
        &json!({"source.ip": "2001:db8::9", "client_ip": "2001:db8::9", "url.domain": "[2001:db8::1]"}),
    );
    same(
        &documents,
        3,
        &json!({"http.response.status_code": 400, "url.full": "http://shop.example.com:80", "classification": "Ambiguous"}),
    );
    same(&documents, 4, &json!({"event.kind": "pipeline_error"}));
}

#[test]
fn web_servers_believe_forwarded_addresses_of_trusted_proxies_alone() {
    let documents = sample("nginx-access.log").documents;
    same(
        &documents,
        0,
        &json!({"url.path": "/item", "url.query": "id=1", "url.fragment": "top", "event.outcome": "success", "remotehost": null}),
    );
    same(
        &documents,
        1,
        &json!({
            "source.ip": "203.0.113.77", "source.address": "10.0.1.9", "user.name": "alice", "event.outcome": "failure",
            "http.request.header.x_forwarded_for": ["198.51.100.1", "203.0.113.77", "10.0.2.2"],
        }),
    );
    same(&documents, 2, &json!({"source.ip": "198.51.100.9"}));
    same(
        &documents,
        3,
        &json!({"http.response.status_code": 400, "url.original": r"\x16\x03\x01\x00\xA5", "url.domain": null}),
    );
    same(&documents, 4, &json!({"event.kind": "pipeline_error"}));
    let documents = sample("apache-access.log").documents;
    same(
        &documents,
        0,
        &json!({"user.name": "frank", "http.response.body.bytes": 2326, "url.path": "/a.png"}),
    );
    same(
        &documents,
        1,
        &json!({"http.request.bytes": 312, "http.response.bytes": 421, "event.outcome": "failure"}),
    );
    same(&documents, 2, &json!({"source.ip": "198.51.100.7", "source.address": "10.0.0.2"}));
}

#[test]
fn cloudtrail_keeps_the_names_of_sessions_and_not_their_tokens() {
    let event = json!({
        "eventTime": "2026-01-02T00:00:00Z", "eventSource": "ssm.amazonaws.com", "eventName": "StartSession",
        "requestParameters": {"target": "i-0a1b2c3d", "sessionId": "carol-0a1b2c3d4e5f"},
        "responseElements": {"sessionId": "carol-0a1b2c3d4e5f", "credentials": {"sessionToken": "aSecretOfCarols"}},
    });
    let load = |config: &str| {
        let sections = with(&format!("[DEFAULT]\nlog_types = all\n{config}"));
        let loaded = load_bytes(sections.named("cloudtrail").unwrap(), event.to_string().as_bytes());
        String::from_utf8(loaded.ndjson).unwrap()
    };
    let text = load("");
    assert_eq!(text.matches("\"sessionId\":\"carol-0a1b2c3d4e5f\"").count(), 2, "{text}");
    assert!(!text.contains("aSecretOfCarols"), "{text}");
    // Further names for all sections change nothing of that, and the user's word for this one does.
    assert!(load("redact_keys = +pin").contains("\"sessionId\":\"carol"));
    assert!(!load("[cloudtrail]\nredact_keys = +session_id").contains("carol-0a1b2c3d4e5f"));
}

#[test]
fn cloudtrail_tells_who_did_what_and_whether_it_worked() {
    let loaded = sample("cloudtrail.json");
    let documents = &loaded.documents;
    same(
        documents,
        0,
        &json!({
            "@timestamp": "2026-11-21T00:00:05+00:00", "event.action": "GetBucketAcl", "event.module": "s3.amazonaws.com",
            "event.outcome": "success", "user.name": "carol", "user.id": "AKIAIOSFODNN7EXAMPLE", "cloud.region": "ap-northeast-1",
            "requestParameters.bucketName": "demo", "responseElements": null, "readOnly": true,
        }),
    );
    same(
        documents,
        1,
        &json!({"event.outcome": "failure", "user.name": "admin/dave", "cloud.instance.id": "i-0123456789abcdef0"}),
    );
    same(
        documents,
        2,
        &json!({"cloud.instance.id": "i-0fedcba9876543210", "source": {"address": "ssm.amazonaws.com"}}),
    );
    assert_eq!(documents[0].id, "11111111-aaaa-bbbb-cccc-000000000001");
    assert_eq!(documents.len(), 4);
}

#[test]
fn flow_logs_name_their_fields_in_any_order_and_lose_no_last_line() {
    let documents = sample("vpcflowlogs.log").documents;
    assert_eq!(documents.len(), 4);
    same(
        &documents,
        0,
        &json!({
            "source.ip": "203.0.113.77", "destination.port": 443, "network.transport": "tcp", "network.type": "ipv4", "network.bytes": 4249,
            "event.outcome": "success", "account_id": "111122223333", "cloud.instance.id": "i-0123456789abcdef0", "network.direction": "ingress",
        }),
    );
    same(&documents, 1, &json!({"event.outcome": "failure", "network.transport": "udp"}));
    same(&documents, 2, &json!({"event.outcome": "unknown", "log_status": "NODATA", "srcaddr": null}));
    same(
        &documents,
        3,
        &json!({"source.ip": "2001:db8::1", "srcport": "x", "network.transport": "ipv6-icmp"}),
    );
    let plans = all();
    let plan = plans.named("vpcflowlogs").unwrap();
    let gateway = b"resource-type srcaddr dstaddr end\nTransitGateway 192.0.2.1 192.0.2.2 1795219260";
    let document = &load_bytes(plan, gateway).documents[0];
    assert_eq!((document.text("@log_type"), document.text("source.ip")), ("transit-gateway", "192.0.2.1"));
}

#[test]
fn a_protocol_has_one_name_and_its_flow_one_id_in_every_log() {
    let plans = all();
    let flows = plans.named("vpcflowlogs").unwrap();
    // The baseline of the specification has those of TCP, UDP, SCTP and RSVP; of others count addresses and protocol.
    for (number, name, id) in [
        (6, "tcp", "1:wCb3OG7yAFWelaUydu0D+125CLM="),
        (17, "udp", "1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg="),
        (132, "sctp", "1:EKt4MsxuyaE6mL+hmrEkQ9csDD8="),
        (46, "rsvp", "1:ikv3kmf89luf73WPz1jOs49S768="),
        (33, "dccp", "1:zpuLOsyILDtkY+gjHOj++pjSW3M="),
        (50, "esp", "1:eKtYpeXT58xpY7Bm67SmcoOY/iM="),
        (136, "udplite", "1:fZyNXt8Ho7M2VJTo5mt3Y9MxXu4="),
    ] {
        let row = format!("srcaddr dstaddr srcport dstport protocol\n1.2.3.4 5.6.7.8 1122 3344 {number}\n");
        let flow = load_bytes(flows, row.as_bytes()).documents.remove(0);
        let packet = format!("src=1.2.3.4 dst=5.6.7.8 spt=1122 dpt=3344 proto=Other: {number}");
        for document in [flow, document(&agent_event("21", &packet))] {
            assert_eq!(document.text("network.transport"), name, "{}", document.json);
            assert_eq!(document.text("network.community_id"), id, "{}", document.json);
        }
    }
    // Without type and code an id of ICMP would be another's.
    let row = b"srcaddr dstaddr srcport dstport protocol\n1.2.3.4 5.6.7.8 0 0 1\n";
    assert!(!load_bytes(flows, row).documents[0].has("network.community_id"));
}

#[test]
fn what_is_related_stands_in_the_same_fields_in_every_log() {
    for (field, value, related) in [
        ("client.ip", "192.0.2.9", "related.ip"),
        ("observer.ip", "192.0.2.9", "related.ip"),
        ("server.ip", "192.0.2.9", "related.ip"),
        ("destination.domain", "192.0.2.9", "related.ip"),
        ("destination.domain", "db01", "related.hosts"),
        ("host.hostname", "db01", "related.hosts"),
        ("tls.client.server_name", "db01", "related.hosts"),
        ("user.target.name", "nora", "related.user"),
        ("destination.user.name", "nora", "related.user"),
    ] {
        let line = format!("{field} = extra");
        let settings = format!("{line}\n[DEFAULT]\nlog_types = vpcflowlogs");
        let row = format!("srcaddr dstaddr extra\n1.2.3.4 5.6.7.8 {value}\n");
        let flow = load_bytes(&plan_of_section("vpcflowlogs", &settings), row.as_bytes()).documents.remove(0);
        let event = document_by(&plan_with(&line), &agent_event("21", &format!("src=1.2.3.4 extra={value}")));
        for document in [flow, event] {
            let found = document.get(related).as_array().is_some_and(|found| found.contains(&json!(value)));
            assert!(found, "{field}: {}", document.json);
        }
    }
    // What the sender did not know is related to nothing.
    let event = document_by(&plan_with("user.target.name = extra"), &agent_event("21", "extra=N/A"));
    assert!(!event.has("related.user"), "{}", event.json);
}

#[test]
fn guardduty_tells_direction_ends_and_kind() {
    let documents = sample("guardduty.json").documents;
    same(
        &documents,
        0,
        &json!({
            "source.ip": "203.0.113.77", "destination.ip": "10.0.1.5", "destination.port": 22, "network.direction": "inbound",
            "rule.name": "203.0.113.77 is performing SSH brute force attacks", "severitylabel": "low", "ThreatPurpose": "UnauthorizedAccess",
            "ThreatFamilyName": "SSHBruteForce", "source.geo.location": {"lat": 35.6, "lon": 139.7}, "service.count": 3,
            "service.additionalInfo.unusual": "{\"a\":[1]}",
        }),
    );
    same(
        &documents,
        1,
        &json!({
            "network.direction": "outbound", "source.ip": "10.0.1.5", "destination": null, "event.category": "malware",
            "dns.question.name": "c2.example.net", "severitylabel": "high", "DetectionMechanism": "B", "Artifact": "DNS",
        }),
    );
    same(
        &documents,
        2,
        &json!({
            "user.name": "carol", "source.ip": "198.51.100.9", "severitylabel": "medium", "event.severity": 5, "severity": 5.5,
            "cloud.account.id": "111122223333",
        }),
    );
    assert_eq!(documents[0].id, "f0000000000000000000000000000001_3");
}

#[test]
fn s3_tells_the_requester_and_the_region_of_the_endpoint() {
    let documents = sample("s3accesslog.log").documents;
    same(
        &documents,
        0,
        &json!({
            "source.ip": "203.0.113.77", "user.name": "carol", "http.request.method": "GET", "url.original": "/report.pdf?versionId=1",
            "http.response.status_code": 200, "http.response.bytes": 2662992, "event.outcome": "success", "Key": "report.pdf",
        }),
    );
    same(&documents, 1, &json!({"event.outcome": "failure", "ErrorCode": "AccessDenied", "user": null}));
}

#[test]
fn classic_load_balancers_tell_what_application_load_balancers_tell() {
    let documents = sample("clb.log").documents;
    same(
        &documents,
        0,
        &json!({
            "source.ip": "203.0.113.77", "destination.ip": "10.0.0.1", "url.full": "http://shop.example.com:80/item?id=1",
            "url.path": "/item", "http.version": "1.1", "event.outcome": "success", "http.response.bytes": 29,
        }),
    );
    same(
        &documents,
        1,
        &json!({"destination": null, "http.response.status_code": 503, "event.outcome": "failure"}),
    );
    same(
        &documents,
        2,
        &json!({"http": {"request": {"bytes": 82}, "response": {"bytes": 305}}, "event.outcome": "unknown"}),
    );
    same(
        &documents,
        3,
        &json!({"user_agent.original": "a\" b", "url.query": "q=\"><script>&password=[redacted:7]"}),
    );
    same(&documents, 4, &json!({"event.kind": "pipeline_error"}));
}

#[test]
fn network_load_balancers_tell_the_ends_and_the_name_that_was_asked_for() {
    let documents = sample("nlb.log").documents;
    same(
        &documents,
        0,
        &json!({
            "@timestamp": "2026-11-21T00:00:05+00:00", "source.ip": "203.0.113.77", "destination.port": 443, "url.domain": "shop.example.com",
            "http.request.bytes": 98, "network.transport": "tcp", "alpn_client_preference_list": "\"h2,http/1.1\"",
        }),
    );
    same(&documents, 1, &json!({"source.ip": "2001:db8::9", "url.domain": null, "tls_cipher": null}));
    same(&documents, 2, &json!({"incoming_tls_alert": "70", "tls_protocol_version": "TLSv13"}));
    same(&documents, 3, &json!({"destination.port": null, "source.port": 0}));
    same(&documents, 4, &json!({"event.kind": "pipeline_error"}));
}

#[test]
fn error_logs_tell_the_request_behind_the_message() {
    let documents = sample("nginx-error.log").documents;
    same(
        &documents,
        0,
        &json!({
            "source.ip": "203.0.113.77", "http.request.method": "GET", "url.path": "/x.php", "url.query": "id=1", "url.domain": "shop.example.com",
            "url.extension": "php", "log.level": "error", "process.pid": 1234, "process.thread.id": "1235", "nginx.error.connection_id": "56",
        }),
    );
    same(
        &documents,
        1,
        &json!({"url.port": 8443, "http.request.referrer": "https://shop.example.com/", "upstream": "http://10.0.1.5:8080/login"}),
    );
    same(
        &documents,
        2,
        &json!({"source": null, "log.level": "emerg", "error.message": "bind() to 0.0.0.0:80 failed (98: Address already in use)"}),
    );
    assert!(documents[3].text("error.message").contains("\n#0 {main}\""));
    same(&documents, 3, &json!({"source.ip": "203.0.113.77", "url.path": "/a.php"}));
    same(&documents, 4, &json!({"source.ip": "198.51.100.66", "url.domain": "[2001:db8::1]"}));
    let documents = sample("apache-error.log").documents;
    same(
        &documents,
        0,
        &json!({
            "source.ip": "203.0.113.77", "source.port": 41522, "error.code": "AH00126", "apache.error.module": "core", "event.type": "error",
            "process.thread.id": "140", "log.level": "error", "message": null,
        }),
    );
    same(
        &documents,
        1,
        &json!({"http.request.referrer": "https://shop.example.com/", "error.code": "AH01630"}),
    );
    same(
        &documents,
        2,
        &json!({"event.type": "info", "source.port": null, "@timestamp": "2026-11-21T09:00:07+00:00"}),
    );
    same(&documents, 3, &json!({"source": null, "event.type": null}));
    same(&documents, 4, &json!({"source.ip": "2001:db8::9", "error.code": null}));
    same(&documents, 5, &json!({"event.kind": "pipeline_error"}));
}

#[test]
fn cloudfront_tells_the_url_that_was_asked_and_no_cookie() {
    let documents = sample("cloudfront-standard.log").documents;
    same(
        &documents,
        0,
        &json!({
            "@timestamp": "2026-11-21T00:00:05+00:00", "source.ip": "203.0.113.77", "source.port": 11040, "http.version": "2.0",
            "url.full": "https://shop.example.com/item?id=1", "url.domain": "shop.example.com", "cloud.region": "global",
            "user_agent.original": "curl/8.5.0 (x86_64)", "event.outcome": "success", "x_edge_location": "NRT57-C1",
        }),
    );
    same(&documents, 1, &json!({"event.outcome": "failure", "cs_cookie": null, "url.query": null}));
    same(&documents, 2, &json!({"event.outcome": "unknown", "source.port": null}));
    same(&documents, 3, &json!({"url.path": "/%3Cscript%3E", "source.port": null}));
    same(&documents, 4, &json!({"event.kind": "pipeline_error"}));
    let documents = sample("cloudfront-realtime.log").documents;
    same(
        &documents,
        0,
        &json!({
            "@timestamp": "2026-11-21T00:00:05.123+00:00", "url.path": "/item", "url.query": "id=1", "url.full": "https://shop.example.com/item?id=1",
            "source.port": 1483, "c_country": "JP",
        }),
    );
    same(&documents, 1, &json!({"event.outcome": "failure", "cs_cookie": null}));
    same(&documents, 3, &json!({"event.outcome": "unknown", "user_agent.original": "%"}));
}

#[test]
fn the_resolver_tells_question_answers_and_what_its_firewall_did() {
    let documents = sample("route53resolver.json").documents;
    same(
        &documents,
        0,
        &json!({
            "dns.question.name": "www.example.com", "dns.answers.data": ["shop.example.com", "192.0.2.10", "192.0.2.11"], "dns.resolved_ip": ["192.0.2.10", "192.0.2.11"],
            "source.ip": "10.0.1.5", "source.port": 56267, "cloud.instance.id": "i-0123456789abcdef0", "event.outcome": "success",
            "network.transport": "udp", "dns.response_code": "NOERROR",
        }),
    );
    same(
        &documents,
        1,
        &json!({"event.outcome": "failure", "event.action": "BLOCK", "rule.id": "rslvr-frg-0123456789"}),
    );
    same(&documents, 2, &json!({"source.ip": "2001:db8::5", "dns.resolved_ip": ["2001:db8::10"]}));
    same(&documents, 3, &json!({"event.outcome": "unknown", "route53resolver._id": "1"}));
}

#[test]
fn the_firewall_tells_what_it_did_and_by_which_rule() {
    let documents = sample("networkfirewall.json").documents;
    same(
        &documents,
        0,
        &json!({
            "event.kind": "alert", "event.category": "intrusion_detection", "event.type": "denied", "event.action": "blocked",
            "rule.id": "2000001", "source.ip": "203.0.113.77", "destination.port": 443, "network.transport": "tcp", "network.protocol": "http",
            "url.domain": "shop.example.com", "user_agent.original": "sqlmap/1.7", "event.flow_id": 1_582_438_383_425_873_u64,
        }),
    );
    same(
        &documents,
        1,
        &json!({"event.kind": "event", "network.bytes": 4249, "source.packets": 10, "event.module": "netflow"}),
    );
    same(&documents, 2, &json!({"event.type": "allowed", "url.domain": "c2.example.net"}));
    same(&documents, 3, &json!({"event.kind": "event", "networkfirewall.event_kind": "forged"}));
}

#[test]
fn linux_tells_who_signed_in_from_where_and_what_sudo_did() {
    let documents = sample("linux-secure.log").documents;
    same(
        &documents,
        0,
        &json!({
            "user.name": "ec2-user", "source.ip": "203.0.113.77", "source.port": 55555, "event.outcome": "success", "event.action": "Accepted",
            "event.category": "authentication", "process.name": "sshd", "process.pid": 4321, "cloud.instance.id": "i-0123456789abcdef0",
            "related.hosts": ["web-1", "i-0123456789abcdef0"],
        }),
    );
    same(&documents, 1, &json!({"user.name": "admin", "event.outcome": "failure"}));
    same(
        &documents,
        2,
        &json!({"user.name": "ec2-user", "event.action": "/bin/cat /etc/shadow", "event.outcome": "success"}),
    );
    same(
        &documents,
        3,
        &json!({"user.name": "mallory", "event.action": "/bin/sh", "event.outcome": "failure"}),
    );
    same(&documents, 4, &json!({"user.name": "ec2-user", "event.action": "session opened"}));
    same(&documents, 5, &json!({"event.action": "Received disconnect", "event.outcome": null}));
    same(&documents, 7, &json!({"event.kind": "pipeline_error"}));
    let documents = sample("linux-os-syslog.log").documents;
    same(&documents, 0, &json!({"process.name": "systemd", "event.module": "system", "user": null}));
    same(&documents, 2, &json!({"@timestamp": "2026-11-01T00:00:07+00:00"}));
    same(
        &documents,
        3,
        &json!({"source.ip": "2001:db8::9", "event.outcome": "failure", "event.module": "secure"}),
    );
    same(&documents, 4, &json!({"user": null, "event.outcome": null}));
}

#[test]
fn deep_security_alone_is_on_unless_somebody_asks() {
    let names =
        |text: &str| with(text).iter().map(|section| section.log_type().name.clone()).collect::<Vec<_>>();
    assert_eq!(names(""), ["deepsecurity"]);
    assert_eq!(names("[DEFAULT]\nlog_types = waf alb"), ["deepsecurity", "alb", "waf"]);
    assert_eq!(
        names("[DEFAULT]\nlog_types = cloudtrail\n[cloudtrail]\nindex_rotation = daily"),
        ["deepsecurity", "cloudtrail"]
    );
    assert_eq!(names("[DEFAULT]\nlog_types = all").len(), 19);
    let misspelled =
        File { name: "user.ini".to_owned(), text: "[DEFAULT]\nlog_types = waf abl\n".to_owned() };
    assert!(Config::load(&[misspelled]).unwrap_err()[0].message.contains("'abl' is no built-in section"));
    let whole =
        with("[DEFAULT]\nlog_types = all\n[waf]\nindex_name = log-waf\ns3_key = ^waf/\nsource.ip = src");
    assert_eq!(
        whole.named("waf").unwrap().log_type().mappings.len(),
        1,
        "a section that is whole in itself stays alone"
    );
    let changed = with("[DEFAULT]\nlog_types = all\n[cloudtrail]\nindex_rotation = daily");
    assert!(
        load_bytes(changed.named("cloudtrail").unwrap(), b"{\"eventTime\":\"2026-01-02T00:00:00Z\"}")
            .documents[0]
            .index
            .ends_with("-2026-01-02")
    );
}

#[test]
fn formats_that_are_not_there_yet_are_passed_over_with_one_warning() {
    let text = "[securitylake]\nindex_name = log-ocsf\ns3_key = lake/\nfile_format = parquet\nunknown_key = 1\n[windows-event]\nindex_name = log-w\ns3_key = w/\nfile_format = winevtxml\nxml_firstline = <E\n";
    let config = Config::load(&[File { name: "aws.ini".to_owned(), text: text.to_owned() }]).unwrap();
    assert_eq!(config.log_types.len(), 1);
    assert_eq!(config.warnings.len(), 2, "{:#?}", config.warnings);
    assert!(
        config
            .warnings
            .iter()
            .all(|warning| warning.severity == Severity::Warning && warning.message.contains("passed over"))
    );
}

#[test]
fn the_templates_of_log_types_take_no_name_from_the_log() {
    for section in all().iter().filter(|section| section.log_type().name != "deepsecurity") {
        let (_, template) = index_template(section);
        let mappings = &template["template"]["mappings"];
        assert_eq!(mappings["dynamic"], false, "{}", section.log_type().name);
        assert_eq!(mappings["properties"]["source.ip"]["type"], "ip");
    }
    let (_, cloudtrail) = index_template(all().named("cloudtrail").unwrap());
    assert_eq!(cloudtrail["template"]["mappings"]["properties"]["requestParameters"]["type"], "flat_object");
}

#[test]
fn rows_of_csv_may_have_quotes_and_another_delimiter() {
    let plans = with(
        "[shop]\nindex_name = log-shop\ns3_key = shop/\nfile_format = csv\ncsv_delimiter = ,\ntext_header_line_number = 1\nsource.ip = c_ip\nuser.name = who",
    );
    let plan = plans.named("shop").unwrap();
    let loaded = load_with(
        plan,
        crate::support::facts(),
        &es_loader::load::account::Limits::default(),
        b"#Version\nc-ip,who,cs-uri\n192.0.2.1,\"a, \"\"b\"\"\",/x\n192.0.2.2,c",
    );
    assert_eq!(loaded.documents.len(), 2);
    assert_eq!(loaded.documents[0].text("user.name"), "a, \"b\"");
    assert_eq!(loaded.documents[0].text("cs_uri"), "/x");
    assert_eq!(loaded.documents[1].text("@message"), "192.0.2.2,c");
}
