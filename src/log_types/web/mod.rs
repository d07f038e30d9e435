//! Logs of web servers, load balancers and CloudFront. What they say of a request means the same in all of them.

mod cloudfront;
mod errors;
mod request;

use std::fmt::Write;
use std::sync::LazyLock;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::bytes::table::fact_table;
use crate::document::value::Value;
use crate::log_types::Profile;
use crate::log_types::record_fields::Parts;
use crate::log_types::record_view::RecordView;
use crate::read::record::Record;

pub(crate) use self::cloudfront::CloudFront;
pub(crate) use self::errors::ErrorLog;
use self::request::{finish, site};

/// The profile of nginx and Apache httpd.
#[derive(Debug)]
pub(crate) struct WebServer;

/// The parts of an entry of an access log.
static PARTS: LazyLock<Parts> =
    LazyLock::new(|| Parts::of(fact_table!("config/log_types/web/collected.csv")));

/// The profile of Application and Classic Load Balancer.
#[derive(Debug)]
pub(crate) struct LoadBalancer;

impl Profile for WebServer {
    /// The entry in the format combined, with the site and X-Forwarded-For where the record has them. Only an entry has a status and a
    /// request.
    fn line_of(&self, record: &Record<'_>) -> Option<String> {
        let part = |part| Some(escaped(unquoted(PARTS.get(record, part)?)));
        let or_none = |part: &str, fits: fn(&str) -> bool| {
            PARTS.get(record, part).filter(|value| fits(value)).unwrap_or("-").to_owned()
        };
        let is_number = |value: &str| value.bytes().all(|byte| byte.is_ascii_digit());
        let is_word = |value: &str| value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
        part("status")?;
        let request = request_line(record)?;
        let mut client = or_none("client", is_word);
        let port = or_none("port", is_number);
        if port != "-" && client != "-" {
            client =
                if client.contains(':') { format!("[{client}]:{port}") } else { format!("{client}:{port}") };
        }
        // nginx's own $host stands beside $remote_addr; collectors call other things so.
        let host = record.other("host").filter(|_| record.other("remote_addr").is_some());
        let site =
            PARTS.get(record, "site").filter(|site| is_site(site)).or(host.filter(|host| is_site(host)));
        let mut line = site.filter(|_| client != "-").map(|site| format!("{site} ")).unwrap_or_default();
        let [user, referrer, agent] =
            ["user", "referrer", "agent"].map(|name| part(name).unwrap_or("-".into()));
        // Others are the collector's: those count without being read here.
        let stamp = PARTS.get(record, "stamp").filter(|stamp| stamp.contains('/'));
        let time = PARTS.get(record, "time").filter(|time| *time != "-").or(stamp).unwrap_or("-");
        let time = escaped(time.trim_matches(['[', ']']));
        let [status, bytes] = ["status", "bytes"].map(|name| or_none(name, is_number));
        write!(line, "{client} - {user} [{time}] \"{request}\" {status} {bytes} \"{referrer}\" \"{agent}\"")
            .ok()?;
        if let Some(list) = part("forwarded").filter(|list| list != "-") {
            write!(line, " \"{list}\"").ok()?;
        }
        Some(line)
    }

    fn paths(&self) -> &'static [&'static str] {
        &["request_raw", "xff"]
    }

    fn dropped(&self) -> &'static [&'static str] {
        &[
            "authuser",
            "datetime",
            "ident",
            "request_bytes",
            "request_method",
            "request_path",
            "request_raw",
            "request_version",
            "referer",
            "remotehost",
            "remotename",
            "remoteport",
            "response_body_bytes",
            "response_bytes",
            "response_status",
            "useragent",
            "vhost",
            "vhost_port",
            "xff",
        ]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["cloud.instance.id", "http.request.header.x_forwarded_for", "service.name", "url.extension"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        record.outcome_of_status();
        site(&mut record);
        let list = record.text("xff").unwrap_or_default();
        let addresses = record.client_behind_proxies(list);
        let texts = addresses
            .iter()
            .map(|address| address.text.unwrap_or_else(|| record.arena.alloc_str(&address.ip.to_string())));
        let texts = ArenaVec::from_iter_in(texts, record.arena).into_bump_slice();
        if let (Some(field), false) =
            (record.fields.id("http.request.header.x_forwarded_for"), texts.is_empty())
        {
            record.row.set(field, Value::Texts(texts));
        }
        finish(&mut record);
        // What is no request has no parts.
        if let Some(raw) = record.text("request_raw") {
            record.fill("url.original", raw);
        }
    }
}

/// The request of an entry whose parts a collector has read apart. Some write no version, and some the query apart.
fn request_line(record: &Record<'_>) -> Option<String> {
    let part = |part| PARTS.get(record, part);
    let request = part("request").filter(|request| !request.starts_with('{'));
    let method = part("method").filter(|method| *method != "-");
    let whole = request.filter(|request| method.is_none() || request.contains(" HTTP/"));
    let (None, Some(method)) = (whole, method) else { return whole.map(escaped) };
    // Logstash has the path in the place of the request, and the name of a file in that of the path.
    let path = request.filter(|request| *request != "-").or(part("path"))?;
    let version = part("protocol").filter(|version| *version != "-").unwrap_or_default();
    let version = version.strip_prefix("HTTP/").unwrap_or(version);
    let query = part("query").filter(|query| *query != "-" && !path.contains('?'));
    let query = query.map(|query| ["?", query.trim_start_matches('?')].concat()).unwrap_or_default();
    Some(escaped(&format!("{method} {path}{query} HTTP/{version}")))
}

/// A value as nginx writes it into a line: no quote in it ends it.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            // Writing to a string cannot fail.
            '"' | '\0'..'\x20' => drop(write!(escaped, "\\x{:02X}", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A value without the quotes that Logstash leaves around it.
fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

/// Whether a text is a site's name, perhaps with its port. nginx calls a server without a name `_`.
fn is_site(text: &str) -> bool {
    let (name, port) = text.split_once(':').unwrap_or((text, "0"));
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(is_of_name)
        && !port.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
}

impl Profile for LoadBalancer {
    fn paths(&self) -> &'static [&'static str] {
        &["request", "trace_id"]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["http.request.id", "url.extension", "url.full"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        if let Some(url) = record.text("request").and_then(|request| url_of(request, record.arena)) {
            record.set("url.full", url);
        }
        // `Self=…;Root=1-67891233-abcdef012345678912345678`: the root is the id by which AWS WAF tells of the request.
        let trace = record.text("trace_id").unwrap_or_default();
        if let Some(id) =
            trace.split(';').find_map(|part| part.trim().strip_prefix("Root=")).filter(|id| !id.is_empty())
        {
            record.fill("http.request.id", id);
        }
        record.outcome_of_status();
        finish(&mut record);
    }
}

/// The URL of a request line `GET http://www.example.com:80/a b HTTP/1.1`, in which nothing codes blanks.
fn url_of<'a>(request: &'a str, arena: &'a Bump) -> Option<&'a str> {
    let (_, behind) = request.split_once(' ')?;
    let behind = behind.trim_end();
    let is_version = |text: &str| {
        text == "-"
            || text.split_once('/').is_some_and(|(protocol, version)| {
                protocol.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                    && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            })
    };
    let url =
        behind.rsplit_once(' ').filter(|(_, version)| is_version(version)).map_or(behind, |(url, _)| url);
    // A request without a path has a hyphen in its place, and so has one that was never read as far as there.
    let host = url.find("://").map_or(0, |at| at + "://".len());
    let path = url.get(host..)?.find('/').map_or(url.len(), |at| host + at);
    let (site, path) = url.split_at_checked(path)?;
    let url = match site.trim_end_matches('-') {
        site if path.is_empty() => site,
        shorter if shorter.len() < site.len() => arena.alloc_str(&[shorter, path].concat()),
        _ => url,
    };
    (!url.is_empty()).then_some(url)
}
