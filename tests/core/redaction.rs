//! Values that are not written: of parameters, fields of forms and members of JSON, wherever HTTP and URLs stand.

use es_loader::deliver::bulk::fault::Fault;
use es_loader::deliver::dead_letter::letter::{DeadLetter, LetterOrigin, Refused};
use es_loader::document::problem::Problem;
use es_loader::load::account::Account;
use es_loader::map::compiled::CompiledSection;
use es_loader::read::object::line::LineNumber;
use es_loader::report::{ObjectReport, Outcome, Report};

use crate::support::{
    Document, agent_event, document_by, fluentd_line, load_bytes, packet_event, plan, plan_with,
};

const SECRET: &str = "s3cr3tV4lu3";

fn packet(plan: &CompiledSection, payload: &str) -> String {
    document_by(plan, &packet_event("203.0.113.9", payload.as_bytes())).json
}

fn payload(text: &str) -> String {
    let event = document_by(plan(), &packet_event("203.0.113.9", text.as_bytes()));
    event.text("deepsecurity.TrendMicroDsPacketData").to_owned()
}

fn request(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n\r\n")
}

fn post(kind: &str, body: &str) -> String {
    format!("POST /login HTTP/1.1\r\nHost: a.example\r\nContent-Type: {kind}\r\n\r\n{body}")
}

#[test]
fn forty_kinds_of_secrets_stand_in_no_document() {
    let form = "application/x-www-form-urlencoded";
    let json = "application/json";
    let kinds = [
        request(&format!("/?password={SECRET}")),
        request(&format!("/?a=1&token={SECRET}&b=2")),
        request(&format!("/?PASSWD={SECRET}")),
        request(&format!("/?pass%77ord={SECRET}")),
        request(&format!("/?user[password]={SECRET}")),
        request(&format!("/?user%5Bpassword%5D={SECRET}")),
        request(&format!("/?password[]={SECRET}")),
        request(&format!("/?user[password][0]={SECRET}")),
        request(&format!("/?next=http%3A%2F%2Fb.example%2F%3Ftoken%3D{SECRET}")),
        request(&format!("/?next=http%3a%2f%2fb.example%2f%3fa%3d1%26api_key%3d{SECRET}%26b%3d2&c=3")),
        format!("GET / HTTP/1.1\r\nHost: a.example\r\nX_API_KEY: {SECRET}\r\n\r\n"),
        request(&format!("/?api-key={SECRET}")),
        request(&format!("/?apiKey={SECRET}")),
        request(&format!("/?access_key={SECRET}#top")),
        request(&format!("http://a.example/x?session={SECRET}")),
        request(&format!("/?X-Amz-Signature={SECRET}")),
        request(&format!("/?a=1;secret={SECRET}")),
        post(form, &format!("user=a&password={SECRET}")),
        post(form, &format!("pwd={SECRET}")),
        post(form, &format!("pwd={SECRET}&user=a")),
        post(form, &format!("client_secret={SECRET}\r\n")),
        post(form, &format!("refresh_token={SECRET}%3D%3D")),
        post(json, &format!("{{\"password\":\"{SECRET}\"}}")),
        post(json, &format!("{{\"user\":\"a\", \"passwd\" : \"{SECRET}\"}}")),
        post(json, &format!("{{\"u\":{{\"apiKey\":\"{SECRET}\"}}}}")),
        post(json, &format!("{{\"token\":[\"{SECRET}\",\"{SECRET}x\"]}}")),
        post(json, &format!("{{\"body\":\"{{\\\"password\\\":\\\"{SECRET}\\\"}}\"}}")),
        post(json, &format!("{{\"Secret-Key\":\"{SECRET}\"")),
        post(json, &format!("{{\"access_token\":\"{SECRET}")),
        post(json, &format!("[{{\"a\":1}},{{\"session\":\"{SECRET}\"}}]")),
        post(
            "multipart/form-data",
            &format!("--x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{SECRET}\r\n--x--"),
        ),
        post(
            "multipart/form-data",
            &format!(
                "--x\r\nContent-Disposition: form-data; name=\"api_key\"\r\nContent-Type: text/plain\r\n\r\n{SECRET}"
            ),
        ),
        format!("GET / HTTP/1.1\r\nReferer: https://b.example/?token={SECRET}\r\n\r\n"),
        format!("HTTP/1.1 302 Found\r\nLocation: https://b.example/?id_token={SECRET}&x=1\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nCookie: a={SECRET}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\ncOOkie:{SECRET}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nAuthorization : Bearer {SECRET}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nX-Api-Key:\t{SECRET}\r\n\r\n"),
        format!("HTTP/1.1 200 OK\r\nSet-Cookie: sid={SECRET}; Path=/\r\n\r\n"),
        // Packets that begin in the middle.
        format!("er=a&password={SECRET}&x=1"),
        format!("password={SECRET}"),
        format!("\"a\":1,\"password\":\"{SECRET}\"}}"),
        format!("&token={SECRET}"),
        format!("\u{1}\u{2}binary password={SECRET}&x"),
        request(&format!("/?password={SECRET}&password={SECRET}")),
    ];
    assert_eq!(kinds.len(), 45);
    for kind in kinds {
        let loaded = load_bytes(plan(), &fluentd_line(&packet_event("203.0.113.9", kind.as_bytes())));
        let text = String::from_utf8_lossy(&loaded.ndjson).into_owned();
        assert!(!crate::support::tells(&text, SECRET), "{kind}\n{text}");
        assert_eq!(loaded.account.problems.count(Problem::PacketRedacted), 1, "{kind}");
        // What a refusal writes of a document, and what the report says of its load.
        for document in &loaded.documents {
            let letter = dead_letter(document);
            assert!(!crate::support::tells(&letter, SECRET), "{kind}\n{letter}");
        }
        let report = report(loaded.account);
        assert!(!crate::support::tells(&report, SECRET), "{kind}\n{report}");
    }
}

#[test]
fn names_in_odd_places_and_spellings_are_found() {
    let form = "application/x-www-form-urlencoded";
    let json = "application/json";
    for kind in [
        request(&format!("/login;jsessionid={SECRET}?a=1")),
        request(&format!("/login;jsessionid={SECRET}")),
        request(&format!("/?sv=2&sig={SECRET}")),
        format!("GET / HTTP/1.1\r\nReferer: https://b.example/cb#access_token={SECRET}&state=1\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nReferer: https://b.example/cb#state=1&id_token={SECRET}\r\n\r\n"),
        post(form, &format!("j_username=a&j_password={SECRET}")),
        post(form, &format!("data=%7B%22user%22%3A%22a%22%2C%22password%22%3A%22{SECRET}%22%7D&x=1")),
        post(form, &format!("data=%7b%22Api-Key%22%3a+%22{SECRET}")),
        post(json, &format!("{{\"pass\\u0077ord\":\"{SECRET}\"}}")),
        post(json, &format!("{{\"body\":\"{{\\\"pass\\\\u0077ord\\\":\\\"{SECRET}\\\"}}\"}}")),
    ] {
        let loaded = load_bytes(plan(), &fluentd_line(&packet_event("203.0.113.9", kind.as_bytes())));
        let text = String::from_utf8_lossy(&loaded.ndjson).into_owned();
        assert!(!crate::support::tells(&text, SECRET), "{kind}\n{text}");
    }
    // The attack stays there too.
    for (kind, attack) in [
        (post(form, "data=%7B%22password%22%3A%22%27+OR+1%3D1--%22%7D"), "OR"),
        (request("/login;jsessionid=<script>?a=1"), "script"),
    ] {
        let loaded = load_bytes(plan(), &fluentd_line(&packet_event("203.0.113.9", kind.as_bytes())));
        assert!(String::from_utf8_lossy(&loaded.ndjson).contains(attack), "{kind}");
    }
}

/// The record of a document that OpenSearch refuses and quotes.
fn dead_letter(document: &Document) -> String {
    let refused = Refused {
        line: LineNumber(1),
        raw_line: None,
        index: document.index.clone(),
        id: document.id.clone(),
        document: document.json.clone().into_bytes(),
        fault: Fault::new(400, "mapper_parsing_exception", &format!("failed to parse: {}", document.json)),
    };
    let mut letter = Vec::new();
    let time = "2026-11-22T06:08:33.5Z".parse().unwrap();
    DeadLetter::new(refused, &LetterOrigin::default(), time).write(&mut letter);
    String::from_utf8(letter).unwrap()
}

/// The screen of a load, with all that it tells of the object.
fn report(account: Account) -> String {
    let mut report = Report::default();
    report.add(&ObjectReport { account, ..ObjectReport::not_loaded("a.gz", Outcome::Loaded) });
    report.screen("indexed", std::time::Duration::from_secs(1)).to_string()
}

#[test]
fn passwords_before_the_hosts_of_urls_are_redacted() {
    for (written, shown) in [
        (format!("https://root:{SECRET}@db.example/x"), "https://root:[redacted:11]@db.example/x"),
        (format!("ftp://:{SECRET}@10.0.0.5"), "ftp://:[redacted:11]@10.0.0.5"),
        (
            format!("postgres://a%40b:{SECRET}%2B%2B@db:5432/x?ssl=1"),
            "postgres://a%40b:[redacted:17]@db:5432/x?ssl=1",
        ),
        (format!("see amqp://u:{SECRET}@mq.example, then"), "see amqp://u:[redacted:11]@mq.example, then"),
        (format!("https%3A%2F%2Fu%3A{SECRET}%40h.example"), "https%3A%2F%2Fu%3A[redacted:11]%40h.example"),
    ] {
        let line = agent_event(
            "5000000",
            &format!("request={} msg={}", written.replace('=', "\\="), written.replace('=', "\\=")),
        );
        let document = document_by(plan(), &line);
        assert_eq!(document.text("url.original"), shown, "{}", document.json);
        assert_eq!(document.text("event.original"), shown);
        assert!(!document.json.contains(SECRET), "{}", document.json);
        let text = packet(plan(), &format!("GET / HTTP/1.1\r\nReferer: {written}\r\n\r\n"));
        assert!(!crate::support::tells(&text, SECRET), "{text}");
        let body = format!("{{\"to\":\"{}\"}}", written.replace('/', "\\/"));
        let text = packet(plan(), &post("application/json", &body));
        assert!(!crate::support::tells(&text, SECRET), "{text}");
    }
    // The attack, times and addresses stay; and so does everything where password is none of the names.
    for shown in
        ["http://a:b'or1=1@h/", "http://h:8080/a@b", "http://10.0.0.1:80", "12:30:45 a@b", "a//u:p@h"]
    {
        let document =
            document_by(plan(), &agent_event("5000000", &format!("msg={}", shown.replace('=', "\\="))));
        assert_eq!(document.text("event.original"), shown);
    }
    let open = plan_with("redact_params = token");
    let document = document_by(&open, &agent_event("5000000", &format!("msg=http://u:{SECRET}@h/")));
    assert!(document.json.contains(SECRET));
}

#[test]
fn explain_tells_what_was_redacted_and_by_which_setting() {
    let payload =
        "POST /a?token=abc HTTP/1.1\r\nHost: a.example\r\nCookie: s=1\r\n\r\n{\"password\":\"abc\"}";
    let changes = crate::explain::changes_of(
        &packet_event("203.0.113.9", payload.as_bytes()),
        "deepsecurity.TrendMicroDsPacketData",
    );
    for told in [
        "the parameter token is not written: redact_params names it",
        "the header Cookie is not written: redact_headers names it",
        "the member password of JSON is not written: redact_keys names it",
    ] {
        assert!(changes.iter().any(|change| change == told), "{told}: {changes:?}");
    }
    let changes = crate::explain::changes_of(&packet_event("203.0.113.9", payload.as_bytes()), "url.query");
    assert!(
        changes.contains(&"the parameter token is not written: redact_params names it".to_owned()),
        "{changes:?}"
    );
    let line = agent_event("5000000", "request=ftp://u:abc@h/ msg=x");
    let changes = crate::explain::changes_of(&line, "url.original");
    assert!(
        changes.contains(&"the password of a URL is not written: redact_params names password".to_owned()),
        "{changes:?}"
    );
}

#[test]
fn a_value_is_replaced_by_its_length() {
    let text = packet(plan(), &request("/a?password=hunter2&user=root"));
    assert!(text.contains("password=[redacted:7]&user=root"), "{text}");
    let text = packet(plan(), &post("application/json", "{\"pin\":1,\"password\":12345}"));
    assert!(text.contains(r#"\"password\":\"[redacted:5]\""#), "{text}");
}

#[test]
fn a_password_with_the_signs_that_rules_ask_for_is_a_secret() {
    for (password, coded) in [
        ("P@ssw0rd!", "P%40ssw0rd%21"),
        ("Tr0ub4dor$3^", "Tr0ub4dor%243%5E"),
        ("Wint*er2026", "Wint%2Aer2026"),
    ] {
        for request in [
            request(&format!("/login?password={coded}&a=1")),
            post("application/x-www-form-urlencoded", &format!("user=bob&password={password}")),
            post("application/json", &format!("{{\"password\":\"{password}\"}}")),
        ] {
            let text = packet(plan(), &request);
            assert!(
                text.contains("[redacted:") && !text.contains(password) && !text.contains(coded),
                "{text}"
            );
        }
    }
    let text = packet(plan(), &post("application/json", "{\"password\":\"P@ss#2026\"}"));
    assert!(text.contains("[redacted:9]"), "{text}");
}

#[test]
fn the_attack_stays() {
    for shown in [
        "/?password=' OR 1=1--",
        "/?password=%27%20OR%201%3D1--",
        "/?password=%2527%2520OR",
        "/?token=<script>",
        "/?secret=${jndi:ldap://x/a}",
        "/?pwd=a|id",
        "/?pwd=$(id)",
        "/?pwd=*",
        "/?pwd=*)(uid",
        "/?pwd={$ne:1}",
    ] {
        let text = packet(plan(), &request(shown));
        let expected = shown.split('=').nth(1).unwrap();
        assert!(text.contains(expected) && !text.contains("redacted"), "{shown}: {text}");
    }
}

#[test]
fn the_first_line_of_a_payload_is_no_end_of_a_secret_header_where_it_cannot_be_one() {
    for line in [
        "get /x?id=1 union select http/1.1",
        "' or 1=1 --",
        "id=1&x=<script>alert(1)</script>",
        "INVITE sip:a@b SIP/2.0",
    ] {
        let shown = payload(&format!("{line}\r\nHost: a\r\n\r\n"));
        assert!(shown.starts_with(line), "{shown}");
    }
    let end = payload("ssion=0123456789abcdef; theme=dark\r\nHost: a\r\n\r\n");
    assert!(end.starts_with(" [redacted]"), "{end}");
}

#[test]
fn the_continuation_of_a_secret_header_is_its_value_though_another_one_stands_in_it() {
    for line in [" s3cr3tV4lu3 cookie: a", "\ts3cr3tV4lu3\u{ff}cookie: a", " Cookie: s3cr3tV4lu3"] {
        let shown =
            packet(plan(), &format!("GET / HTTP/1.1\r\nX-Auth-Token:\r\n{line}\r\nHost: a.example\r\n"));
        assert!(!shown.contains(SECRET) && shown.contains("a.example"), "{shown}");
    }
}

#[test]
fn free_text_is_left_alone() {
    for text in ["Failed password for root", "password=hunter2 was wrong", "token: abc", "the secret key=abc"]
    {
        let document =
            document_by(plan(), &agent_event("3002795", &format!("msg={}", text.replace('=', "\\="))));
        assert_eq!(document.text("event.original"), text);
    }
}

#[test]
fn urls_in_the_event_lose_the_same_parameters_and_its_id_does_not_change() {
    let line = |value: &str| {
        agent_event(
            "5000000",
            &format!(
                "request=http://a.example/x?token\\={value}&q\\=1 msg=see http://b.example/?password\\={value}"
            ),
        )
    };
    let open = document_by(&plan_with("redact_params ="), &line(SECRET));
    let document = document_by(plan(), &line(SECRET));
    assert!(!document.json.contains(SECRET), "{}", document.json);
    assert!(open.json.contains(SECRET));
    assert_eq!(document.id, open.id);
    assert!(document.text("@message").contains("[redacted:11]"), "{}", document.json);
    assert!(document.text("event.original").contains("?password=[redacted:11]"), "{}", document.json);
    let full = document_by(&plan_with("raw_message = full"), &line(SECRET));
    assert!(full.text("@message").contains(SECRET));
}

#[test]
fn json_that_is_a_value_loses_the_same_in_the_whole_line() {
    for extension in [
        format!(r#"dpt={{"token":"{SECRET}"}} act=Log"#),
        format!(r#"act=Log msg= [{{"password": "{SECRET}"}}, 1]"#),
        format!(
            r#"TrendMicroDsTags={{"api_key":"{SECRET}","q":"a\=b"}} dvchost={{\"secret\":\"{SECRET}\"}}"#
        ),
    ] {
        let document = document_by(plan(), &agent_event("21", &extension));
        assert!(!document.json.contains(SECRET), "{}", document.json);
        assert!(document.text("@message").contains("[redacted:11]"), "{}", document.json);
        let full = document_by(&plan_with("raw_message = full"), &agent_event("21", &extension));
        assert!(full.text("@message").contains(SECRET));
    }
    let open = r#"dpt={"token":"' OR 1=1--"} cs7={"user":"joe"}"#;
    assert!(document_by(plan(), &agent_event("21", open)).text("@message").ends_with(open));
}

#[test]
fn names_are_added_or_replace_the_built_in_ones() {
    let added = plan_with("redact_params = +pin +otp\nredact_keys = +pin");
    let text = packet(&added, &request("/?pin=1234&password=hunter2"));
    assert!(text.contains("pin=[redacted:4]&password=[redacted:7]"), "{text}");
    let replaced = plan_with("redact_params = pin");
    let text = packet(&replaced, &request("/?pin=1234&password=hunter2"));
    assert!(text.contains("pin=[redacted:4]&password=hunter2"), "{text}");
    let headers = plan_with("redact_headers = +x-tenant");
    let text = packet(&headers, "GET / HTTP/1.1\r\nX-Tenant: abc\r\nCookie: defg\r\n\r\n");
    assert!(!text.contains("abc") && !text.contains("defg"), "{text}");
}

#[test]
fn carried_over_json_and_messages_of_other_logs_lose_the_same() {
    let plan =
        crate::support::plan_of_section("web", "index_name = log-web\ns3_key = web/\nurl.original = uri");
    let line = format!(
        r#"{{"uri":"/login?token={SECRET}&x=1","request":{{"headers":[{{"name":"Cookie","value":"a=b {SECRET}"}},{{"name":"Host","value":"a.example"}}],"args":"password={SECRET}","body":{{"api_key":"{SECRET}"}}}},"authorization":"Bearer {SECRET}"}}"#
    );
    let loaded = load_bytes(&plan, format!("{line}\n").as_bytes());
    let document = loaded.documents.first().unwrap();
    assert!(document.text("url.original").contains("token=[redacted:11]&x=1"), "{}", document.json);
    assert!(document.json.contains("a.example"), "{}", document.json);
    assert!(!document.json.contains(SECRET), "{}", document.json);
    let line = format!(
        r#"{{"uri":"/","query":"a=1&password={SECRET}","cookie":["x {SECRET}"],"n":{{"secret":"1{SECRET}"}}}}"#
    );
    let loaded = load_bytes(&plan, line.as_bytes());
    assert!(!loaded.documents[0].json.contains(SECRET), "{}", loaded.documents[0].json);
    let attack = r#"{"uri":"/","query":"id=1' OR password='x' --&token=<script>"}"#;
    assert!(load_bytes(&plan, attack.as_bytes()).documents[0].json.contains("token=<script>"));
}

#[test]
fn equal_values_stay_comparable_by_a_key() {
    let text = "[deepsecurity]\nredact = hash\n";
    let file = es_loader::config::diagnostic::File { name: "user.ini".to_owned(), text: text.to_owned() };
    let config = es_loader::config::Config::load(&[file]).unwrap();
    let sections = es_loader::map::compiled::CompiledSections::new(config).unwrap();
    let mask = |key: &str, value: &str| {
        let sections = sections.clone().with_redact_key(Some(key));
        let text = packet(sections.named("deepsecurity").unwrap(), &request(&format!("/?password={value}")));
        text.split("[redacted:").nth(1).unwrap().split(']').next().unwrap().to_owned()
    };
    assert_eq!(mask("k", "hunter2"), mask("k", "hunter2"));
    assert_ne!(mask("k", "hunter2"), mask("k", "hunter3"));
    assert_ne!(mask("k", "hunter2"), mask("other", "hunter2"));
    assert!(mask("k", "hunter2").starts_with("7:"));
    assert_eq!(sections.clone().with_redact_key(None).warnings().len(), 1);
}

#[test]
fn card_numbers_are_redacted_where_that_is_asked_for() {
    let on = plan_with("redact_cards = True");
    let body = |number: &str| post("application/x-www-form-urlencoded", &format!("card={number}"));
    for number in ["4111111111111111", "5555555555554444", "378282246310005", "2223003122003222"] {
        assert!(!packet(&on, &body(number)).contains(number), "{number}");
        assert!(packet(plan(), &body(number)).contains(number), "{number}");
    }
    // Another check digit, another issuer, a part of a longer word.
    for number in ["4111111111111112", "1234567812345670", "x4111111111111111", "41111111111111111111"] {
        assert!(packet(&on, &body(number)).contains(number), "{number}");
    }
}
