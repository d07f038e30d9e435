//! Values that are not written, in the spellings and places that URLs and requests have in logs of the web.

use es_loader::document::problem::Problem;

use crate::support::{agent_event, all, document_by, load_bytes, packet_event, plan, tells};

const SECRET: &str = "s3cr3tV4lu3x";

/// An access log's line, with a request line and a referrer.
fn access(request: &str, referrer: &str) -> String {
    format!(
        "203.0.113.77 - - [21/Nov/2026:09:00:05 +0900] \"{request}\" 200 612 \"{referrer}\" \"curl/8.5.0\"\n"
    )
}

/// All documents of some lines, as they are sent, and how many of them say that something was taken out.
fn loaded(section: &str, lines: &str) -> (String, u64) {
    let loaded = load_bytes(all().named(section).unwrap(), lines.as_bytes());
    let count = lines.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(loaded.documents.len(), count, "{lines}");
    let count = loaded.account.problems.count(Problem::ParametersRedacted);
    (String::from_utf8(loaded.ndjson).unwrap(), count)
}

/// The document of a line of nginx.
fn nginx(request: &str) -> String {
    loaded("nginx-access", &access(request, "-")).0
}

/// The document of an agent's event whose payload is a request.
fn packet(target: &str) -> String {
    let request = format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n\r\n");
    document_by(plan(), &packet_event("203.0.113.9", request.as_bytes())).json
}

/// The document of an agent's event, as its own line, with an address.
fn agent(url: &str) -> String {
    let line = agent_event("5000000", &format!("request={} act=Log", url.replace('=', "\\=")));
    String::from_utf8(load_bytes(plan(), line.as_bytes()).ndjson).unwrap()
}

#[test]
fn a_line_of_secrets_takes_time_by_its_length_alone() {
    // A search that went back to the start of the line, or on to its end, for each name would look at it tens of thousands of times.
    for part in [
        "&password=a",
        "&sig=a",
        "?password=a",
        ";jsessionid=a",
        "%26token%3Da",
        "%3Ftoken%3Da",
        "http%3A%2F%2Fu%3Ap",
        "request=u:p",
        "%22token%22%3A%22",
        "%22token%22%3A%22a%22",
        "{\\x22token\\x22:\\x22",
        "\"token\":",
        "#token=/",
    ] {
        let long = part.repeat(300_000 / part.len());
        let (_, _) = loaded("nginx-access", &access(&format!("GET /?a=1{long} HTTP/1.1"), "-"));
    }
    for part in
        ["&password=a", "\"token\":\"", "\\\"token\\\":\\\"", "; name=token", " name=\"token\"", "token=\r\n"]
    {
        let body = part.repeat(150_000 / part.len());
        packet(&format!("/{body}"));
    }
    let line = agent_event("5000000", &format!("request=http://x/?a\\=1{}", "&password\\=a".repeat(80_000)));
    assert_eq!(load_bytes(plan(), line.as_bytes()).documents.len(), 1);
}

#[test]
fn urls_without_a_query_lose_their_secrets_too() {
    for (request, referrer) in [
        (format!("GET /app;jsessionid={SECRET} HTTP/1.1"), "-".to_owned()),
        (format!("GET /app;v=1;JSESSIONID={SECRET} HTTP/1.1"), "-".to_owned()),
        (format!("GET /app;jsessionid={SECRET};v=1/page HTTP/1.1"), "-".to_owned()),
        ("GET / HTTP/1.1".to_owned(), format!("https://x.example/cb#access_token={SECRET}")),
        ("GET / HTTP/1.1".to_owned(), format!("https://x.example/cb#state=1&id_token={SECRET}")),
        (format!("GET /cb#token={SECRET} HTTP/1.1"), "-".to_owned()),
        (format!("GET /cb?x=1#access_token={SECRET} HTTP/1.1"), "-".to_owned()),
    ] {
        let (text, count) = loaded("nginx-access", &access(&request, &referrer));
        assert!(!text.contains(SECRET), "{text}");
        assert_eq!(count, 1, "{text}");
    }
    for url in [
        format!("https://x.example/a;jsessionid={SECRET}"),
        format!("https://x.example/cb#access_token={SECRET}"),
        format!("https://x.example/cb?x=1#access_token={SECRET}&state=2"),
    ] {
        let text = agent(&url);
        assert!(!text.contains(SECRET), "{text}");
    }
    assert_eq!(loaded("nginx-access", &access("GET /a;b=1#c HTTP/1.1", "-")).1, 0);
}

#[test]
fn a_parameter_of_a_path_ends_with_its_segment() {
    for (target, shown) in [
        (
            "/shop;jsessionid=0123456789ABCDEF/../../WEB-INF/web.xml",
            "/shop;jsessionid=[redacted:16]/../../WEB-INF/web.xml",
        ),
        (
            "/admin;jsessionid=x/../../../etc/passwd?x=1",
            "/admin;jsessionid=[redacted:1]/../../../etc/passwd?x=1",
        ),
        (
            "/admin;jsessionid=x%2f..%2f..%2fetc/passwd",
            "/admin;jsessionid=[redacted:1]%2f..%2f..%2fetc/passwd",
        ),
        ("/a;token=x;y=/..;/manager/html", "/a;token=[redacted:1];y=/..;/manager/html"),
    ] {
        for text in [
            packet(target),
            nginx(&format!("GET {target} HTTP/1.1")),
            agent(&format!("http://a.example{target}")),
        ] {
            assert!(text.replace("\\\\=", "=").contains(shown), "{shown}: {text}");
        }
        let line = format!(
            r#"{{"timestamp":1795219205123,"action":"ALLOW","httpRequest":{{"clientIp":"203.0.113.77","uri":"{target}","args":""}}}}"#
        );
        let (text, _) = loaded("waf", &format!("{line}\n"));
        assert!(text.contains(shown), "{shown}: {text}");
    }
    // A way out of a folder is the attack wherever it stands.
    assert!(packet("/?token=../../etc/passwd").contains("token=../../etc/passwd"));
}

#[test]
fn a_plus_sign_is_a_blank_but_in_base64() {
    for attack in [
        "1+OR+1=1",
        "x+union+select+1",
        "x+UnIoN+SeLeCt+password+FrOm+users",
        "1+union+select+table_name+from+information_schema.tables",
        "cat+/etc/passwd",
        "admin+or+x=x--",
    ] {
        let shown = format!("/?password={attack}&x=1");
        for text in [
            packet(&shown),
            nginx(&format!("GET {shown} HTTP/1.1")),
            agent(&format!("http://a.example{shown}")),
        ] {
            assert!(text.replace("\\\\=", "=").contains(&format!("password={attack}")), "{attack}: {text}");
        }
        let form = format!("POST / HTTP/1.1\r\nHost: a.example\r\n\r\nuser=a&pwd={attack}");
        let text = document_by(plan(), &packet_event("203.0.113.9", form.as_bytes())).json;
        assert!(text.contains(attack), "{text}");
    }
    for base64 in [
        "nvv5dZFIccJ1lkeyX3K+9mAjOtY=",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "k6WGMNkEzR5BEM/SaF47gj+X9zBDO2m349OY2an0QPEaUm1ZOLrow==",
    ] {
        for text in [packet(&format!("/?token={base64}")), nginx(&format!("GET /?a=1&sig={base64} HTTP/1.1"))]
        {
            assert!(!tells(&text, base64) && text.contains("[redacted:"), "{base64}: {text}");
        }
    }
}

#[test]
fn secrets_are_found_in_each_spelling_of_a_request() {
    for request in [
        format!("GET /?a=1&x=1;password={SECRET};b=2 HTTP/1.1"),
        format!("GET /?q={{\"password\":\"{SECRET}\"}} HTTP/1.1"),
        format!("GET /?q=%7B%22password%22%3A%22{SECRET}%22%7D HTTP/1.1"),
        format!("GET /?q={{%22password%22:%22{SECRET}%22}} HTTP/1.1"),
        format!("GET /?q={{\\x22api_key\\x22:\\x22{SECRET}\\x22}} HTTP/1.1"),
        format!("GET /?q=%257B%2522password%2522%253A%2522{SECRET}%2522%257D HTTP/1.1"),
        format!("GET /?next=%2Fa%3Fnext%3D%252Fb%253Ftoken%253D{SECRET} HTTP/1.1"),
        format!("GET /?login.password={SECRET} HTTP/1.1"),
        format!("POST /?Input.Password={SECRET}&a=1 HTTP/1.1"),
        format!("POST /?loginForm%3Apassword={SECRET} HTTP/1.1"),
        format!("POST /?ctl00%24Main%24Password={SECRET} HTTP/1.1"),
        format!("GET /b/k?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1&Signature={SECRET}%3D HTTP/1.1"),
        format!("GET /?token={SECRET}"),
        format!("GET /app;token={SECRET}"),
        format!("CONNECT joe:{SECRET}@x.example:443 HTTP/1.1"),
        format!("GET http://joe:{SECRET}@x.example/a HTTP/1.1"),
    ] {
        let text = nginx(&request);
        assert!(!text.contains(SECRET), "{text}");
    }
    for url in [
        format!("joe:{SECRET}@x.example/a"),
        format!("//joe:{SECRET}@x.example/a"),
        format!("https://x.example/?q={{\"token\":\"{SECRET}\"}}"),
        format!("https://x.example/?a=1&amp;password={SECRET}&amp;b=2"),
        format!("https://x.example/?user.token={SECRET}"),
    ] {
        let text = agent(&url);
        assert!(!text.contains(SECRET), "{text}");
    }
    for request in [
        format!("CONNECT joe:{SECRET}@x.example:443 HTTP/1.1\r\n\r\n"),
        format!(
            "POST / HTTP/1.1\r\n\r\n--x\r\nContent-Disposition: form-data; name=password\r\n\r\n{SECRET}\r\n--x--"
        ),
        format!(
            "POST / HTTP/1.1\r\n\r\n--x\r\ncontent-disposition:form-data;name=token; a=b\n\n{SECRET}\n--x--"
        ),
        format!("POST / HTTP/1.1\r\n\r\nInput.Password={SECRET}&x=1"),
        format!("POST / HTTP/1.1\r\n\r\n{{\"secretAccessKey\":\"{SECRET}\"}}"),
    ] {
        let text = document_by(plan(), &packet_event("203.0.113.9", request.as_bytes())).json;
        assert!(!tells(&text, SECRET), "{request}\n{text}");
    }
    // A sentence is none of these.
    for text in ["a:b@c", "see (http://x/?q=1), then", "say {\"password\":\"x\"}", "name=password"] {
        let document =
            document_by(plan(), &agent_event("3002795", &format!("msg={}", text.replace('=', "\\="))));
        assert_eq!(document.text("event.original"), text);
    }
    let text =
        document_by(plan(), &agent_event("3002795", &format!("msg=see (http://x/?token\\={SECRET}), then")))
            .json;
    assert!(!text.contains(SECRET) && text.contains("[redacted:12]), then"), "{text}");
    // The name of a field is no name of a part where no form says so.
    let request = "GET /?name=token HTTP/1.1\r\nHost: a.example\r\n\r\nhello";
    assert!(document_by(plan(), &packet_event("203.0.113.9", request.as_bytes())).json.contains("hello"));
}

#[test]
fn records_of_json_lose_their_secrets_in_each_spelling() {
    let header = |members: &str| {
        format!(
            r#"{{"timestamp":1795219205123,"action":"ALLOW","httpRequest":{{"clientIp":"203.0.113.77","uri":"/","headers":[{{{members}}}]}}}}"#
        )
    };
    for line in [
        header(&format!(r#""value":"sid={SECRET}","name":"Cookie""#)),
        header(&format!(r#""value": "Bearer {SECRET}" , "name" : "authorization""#)),
        header(&format!(r#""name":"Cookie","value":"{SECRET}""#)),
        format!(
            r#"{{"timestamp":1795219205123,"httpRequest":{{"uri":"/","args":"a=1\u0026token={SECRET}"}}}}"#
        ),
        format!(r#"{{"timestamp":1795219205123,"httpRequest":{{"uri":"/?token\u003d{SECRET}\u0026a=1"}}}}"#),
        format!(r#"{{"timestamp":1795219205123,"more":"GET /?token={SECRET}"}}"#),
        format!(r#"{{"timestamp":1795219205123,"more":"https:\/\/a.example\/?a=1&password={SECRET}\/x"}}"#),
    ] {
        let (text, count) = loaded("waf", &format!("{line}\n"));
        assert!(!text.contains(SECRET), "{text}");
        assert_eq!(count, 1, "{text}");
    }
    for name in ["secretAccessKey", "masterUserPassword", "secretString", "SecretBinary"] {
        let line = format!(
            r#"{{"Records":[{{"eventTime":"2026-11-21T00:00:05Z","eventName":"X","eventID":"1","responseElements":{{"{name}":"{SECRET}"}}}}]}}"#
        );
        let loaded = load_bytes(all().named("cloudtrail").unwrap(), line.as_bytes());
        let text = String::from_utf8(loaded.ndjson).unwrap();
        assert!(!text.contains(SECRET) && text.contains(name), "{text}");
    }
}

#[test]
fn columns_that_hold_parts_of_a_request_are_masked_in_the_message_too() {
    let standard = |query: &str, cookie: &str| {
        format!(
            "2026-11-21\t00:00:05\tNRT57-C1\t2390\t203.0.113.77\tGET\td1.cloudfront.net\t/item\t200\t-\tcurl\t{query}\t{cookie}\tHit\tx==\tshop.example.com\thttps\t23\t0.001\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\n"
        )
    };
    let realtime = |query: &str, cookie: &str, headers: &str| {
        format!(
            "1795219205.123\t203.0.113.77\t0.002\t200\t16384\tGET\thttps\tshop.example.com\t/item\t36\tNRT57-C1\ta==\td1.cloudfront.net\t0.002\tHTTP/2.0\tIPv4\tcurl\t-\t{cookie}\t{query}\t-\t-\t-\t-\tHit\t-\t-\t-\t-\t-\t-\t1483\t-\tJP\t-\t-\t-\t{headers}\tHost%0AUser-Agent\t3\n"
        )
    };
    let v2 = |query: &str, cookie: &str| {
        format!("#Version: 1.0\n#Fields: c-ip cs-uri-query cs(Cookie)\n203.0.113.77\t{query}\t{cookie}\n")
    };
    let json = |members: &str| format!("{{\"c-ip\":\"203.0.113.77\",{members}}}\n");
    for (section, line) in [
        ("cloudfront-standard", standard(&format!("token={SECRET}"), "-")),
        ("cloudfront-standard", standard(&format!("a=1&Signature={SECRET}&Key-Pair-Id=K1"), "-")),
        ("cloudfront-standard", standard("-", &format!("sid={SECRET};%20b=a%20{SECRET}"))),
        ("cloudfront-standard", standard("-", SECRET)),
        ("cloudfront-standard", v2(&format!("a=1&token={SECRET}"), "-")),
        ("cloudfront-standard", v2("-", &format!("sid={SECRET}"))),
        ("cloudfront-standard", json(&format!(r#""cs-uri-query":"token={SECRET}""#))),
        ("cloudfront-standard", json(&format!(r#""cs-uri-query":"a=\"1\"\u0026token\u003d{SECRET}""#))),
        ("cloudfront-standard", json(&format!(r#""cs(Cookie)":"sid={SECRET}; b=\"{SECRET}\"""#))),
        ("cloudfront-standard", json(&format!(r#""cs(Referer)":"https:\/\/a.example\/?password={SECRET}""#))),
        ("cloudfront-realtime", realtime(&format!("password={SECRET}"), "-", "-")),
        ("cloudfront-realtime", realtime("-", &format!("sid={SECRET}"), "-")),
        (
            "cloudfront-realtime",
            realtime(
                "-",
                "-",
                &format!("Host:x%0ACookie:sid=S%20{SECRET}%0AAuthorization:Bearer%20{SECRET}"),
            ),
        ),
        ("cloudfront-realtime", realtime("-", "-", &format!("x-api-key:{SECRET}%0D%0AHost:x%0A"))),
        (
            "cloudfront-realtime",
            realtime(
                "-",
                "-",
                &format!("Host:x%0AReferer:https://a/?token=%22{SECRET}").replace("=%22", "="),
            ),
        ),
    ] {
        let (text, count) = loaded(section, &line);
        assert!(!text.contains(SECRET) && text.contains("[redacted:"), "{text}");
        assert_eq!(count, 1, "{text}");
    }
    let (text, count) = loaded("cloudfront-realtime", &realtime("q=1", "-", "Host:shop%0AUser-Agent:curl"));
    assert!(text.contains("Host:shop%0AUser-Agent:curl") && count == 0, "{text}");
    let (text, _) = loaded("cloudfront-standard", &standard("password=%27%20OR%201=1--", "-"));
    assert!(
        text.contains("GET\\td1.cloudfront.net\\t/item\\t200\\t-\\tcurl\\tpassword=%27%20OR%201=1--"),
        "{text}"
    );
    // Sections of the user's own.
    let plan = crate::support::plan_of_section(
        "own",
        "index_name = log-own\ns3_key = own/\nfile_format = text\nlog_pattern = (?P<ip>\\S+) (?P<q>\\S+) (?P<api_key>\\S+) \"(?P<cookie>[^\"]*)\"\nurl.query = q",
    );
    let line = format!("10.0.0.1 a=1&token={SECRET} {SECRET}x \"a={SECRET}; b\"\n");
    let loaded = load_bytes(&plan, line.as_bytes());
    let text = String::from_utf8(loaded.ndjson).unwrap();
    assert!(!text.contains(SECRET) && text.contains("10.0.0.1 a=1&token=[redacted:12]"), "{text}");
}

#[test]
fn a_scheme_before_a_name_is_no_user_with_a_password() {
    for target in ["mailto:joe@b.example", "sip:1000@203.0.113.9", "XMPP:joe@b.example"] {
        let line = access(&format!("GET {target} HTTP/1.1"), "-");
        let loaded = load_bytes(all().named("nginx-access").unwrap(), line.as_bytes());
        assert_eq!(loaded.documents[0].get("url.original"), target);
    }
}
