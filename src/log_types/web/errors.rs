//! Error logs of web servers.

use std::sync::LazyLock;

use regex::Regex;

use super::request::{finish, site};
use crate::document::convert::address;
use crate::document::field_list::FieldId;
use crate::document::value::Value;
use crate::log_types::Profile;
use crate::log_types::record_view::RecordView;
use crate::read::record::Record;

/// The profile of the error logs of nginx and Apache httpd.
#[derive(Debug)]
pub(crate) struct ErrorLog;

/// The levels of a log that tell of no error.
const NO_ERROR: [&str; 4] = ["info", "notice", "debug", "warn"];

/// What nginx tells of the request that a message is about.
const OF_THE_REQUEST: [FieldId; 9] = [
    FieldId::SOURCE_IP,
    FieldId::SOURCE_ADDRESS,
    FieldId::HTTP_REQUEST_METHOD,
    FieldId::HTTP_REQUEST_REFERRER,
    FieldId::HTTP_VERSION,
    FieldId::URL_ORIGINAL,
    FieldId::URL_DOMAIN,
    FieldId::URL_PORT,
    FieldId::USER_NAME,
];

impl Profile for ErrorLog {
    /// The entry of Apache httpd that fluentd's parser apache_error has read apart, without its time.
    fn line_of(&self, record: &Record<'_>) -> Option<String> {
        let part = |name| record.other(name).filter(|value| !value.contains(['[', ']']));
        let is_address = |client: &&str| client.chars().all(|c| c.is_ascii_hexdigit() || ".:".contains(c));
        let (level, client) = (part("level")?, part("client").filter(is_address)?);
        let pid = part("pid").map(|pid| format!(" [pid {pid}]")).unwrap_or_default();
        (!record.message_missing).then(|| format!("[-] [{level}]{pid} [client {client}] {}", record.message))
    }

    fn paths(&self) -> &'static [&'static str] {
        &[
            "auth_user",
            "client_ip",
            "client_port",
            "failed",
            "log_level",
            "message",
            "pid",
            "refused",
            "remote",
            "request_raw",
            "severity",
        ]
    }

    fn dropped(&self) -> &'static [&'static str] {
        &[
            "auth_user",
            "client_ip",
            "client_ip6",
            "client_port",
            "connection_id",
            "datetime",
            "debug_message",
            "failed",
            "host",
            "host_port",
            "log_level",
            "message",
            "message_code",
            "module",
            "pid",
            "process_id",
            "referer",
            "referrer",
            "refused",
            "request_method",
            "request_path",
            "request_raw",
            "request_version",
            "severity",
            "thread_id",
            "tid",
        ]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["cloud.instance.id", "service.name", "url.extension"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        let [failed, refused] = ["failed", "refused"].map(|part| record.text(part).is_some());
        let level = record.text("log_level").or_else(|| record.text("severity"));
        let is_error = level.is_some_and(|level| !NO_ERROR.contains(&level) && !level.starts_with("trace"));
        let types: &[&str] = match (refused, is_error) {
            (true, true) => &["denied", "error"],
            (true, false) => &["denied"],
            (false, true) => &["error"],
            (false, false) if level == Some("info") => &["info"],
            (false, false) => &[],
        };
        match types {
            [] => {}
            [one] => record.row.set(FieldId::EVENT_TYPE, Value::Word(one)),
            several => record.row.set(FieldId::EVENT_TYPE, Value::Words(several)),
        }
        if failed {
            record.row.set(FieldId::EVENT_CATEGORY, Value::Words(&["authentication", "web"]));
        }
        if failed || refused {
            record.row.set(FieldId::EVENT_OUTCOME, Value::Word("failure"));
        }
        without_port(&mut record);
        let peer = record.text("remote").map(host_and_port);
        // Of a stream of HTTP/2, Apache httpd calls the client so; of a connection to a backend, the backend, which signs nobody in.
        if let Some((host, port)) = peer.filter(|_| failed || refused)
            && !record.row.has(FieldId::SOURCE_ADDRESS)
        {
            record.set("source.ip", host);
            record.set("source.address", host);
            record.set("source.port", port);
        }
        let is_forged = has_doubtful_client(&record);
        if is_forged {
            for field in OF_THE_REQUEST {
                record.row.set(field, Value::Absent);
            }
        }
        site(&mut record);
        finish(&mut record);
        if let Some(peer) = peer.and_then(|(host, _)| address(host)) {
            record.relate(&[peer]);
        }
        // What is no request has no parts.
        if let Some(raw) = record.text("request_raw").filter(|_| !is_forged) {
            record.fill("url.original", raw);
        }
    }
}

/// Where nginx begins to tell of the request.
const CLIENT: &str = ", client: ";

/// What nginx tells of the request, to the end of the message. No quote in it is escaped.
static REQUEST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let client = r#"(?s)^, client: (?:unix:|[0-9a-fA-F.:]+)(?: using starttls)?(?:, server: [^,"]*)?"#;
    let rest = r#"(?:, (?:login|(?:sub)?request|upstream|host|referrer): ".*")?(?:, upstream: [^,"]*)?(?:, bytes from/to [^"]*)?\s*$"#;
    Regex::new(&[client, rest].concat()).ok()
});

/// The bytes that a message of nginx has at least where its line was cut: the line has 2,047 then (`NGX_MAX_ERROR_STR`), and blanks at its
/// end are few where a client is read.
const SHORTEST_CUT: usize = 1_950;

/// Whether a client in a message of nginx may be one that another wrote there. Who asks chooses path, login, host and referrer, and may write
/// a client into them: where several may be nginx's own, or its own may have been cut off, none is believed. Apache httpd, whose lines have a
/// `log_level`, tells the client before the message.
fn has_doubtful_client(record: &RecordView<'_, '_>) -> bool {
    let message = record.text("message").filter(|_| record.text("log_level").is_none());
    let Some(message) = message else { return false };
    let places = || message.match_indices(CLIENT);
    let is_request = |at: usize| {
        REQUEST.as_ref().zip(message.get(at..)).is_some_and(|(request, text)| request.is_match(text))
    };
    message.len() >= SHORTEST_CUT
        || places().nth(1).is_some() && places().filter(|(at, _)| is_request(*at)).count() > 1
}

/// Apache 2.2, which names no process, writes no port: there the last group of an IPv6 address is no port either.
fn without_port(record: &mut RecordView<'_, '_>) {
    let (Some(host), Some(last), None) =
        (record.text("client_ip"), record.text("client_port"), record.text("pid"))
    else {
        return;
    };
    if host.contains(':') {
        let whole: &str = record.arena.alloc_str(&[host, ":", last].concat());
        record.row.set(FieldId::SOURCE_PORT, Value::Absent);
        record.set("source.ip", whole);
        record.set("source.address", whole);
    }
}

/// The host and the port of `192.0.2.1:443`, `2001:db8::1:443` and `[2001:db8::1]:443`.
fn host_and_port(peer: &str) -> (&str, &str) {
    let (host, port) = peer.rsplit_once(':').unwrap_or((peer, ""));
    (host.trim_start_matches('[').trim_end_matches(']'), port)
}
