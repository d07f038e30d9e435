//! Error logs of web servers.

use super::request::{finish, site};
use crate::document::convert::address;
use crate::document::field_list::FieldId;
use crate::document::value::Value;
use crate::log_types::Profile;
use crate::log_types::record_view::RecordView;

/// The profile of the error logs of nginx and Apache httpd.
#[derive(Debug)]
pub(crate) struct ErrorLog;

/// The levels of a log that tell of no error.
const NO_ERROR: [&str; 3] = ["info", "notice", "debug"];

impl Profile for ErrorLog {
    fn takes_records(&self) -> bool {
        true
    }

    fn paths(&self) -> &'static [&'static str] {
        &["client_ip", "client_port", "log_level", "pid", "remote", "request_raw"]
    }

    fn dropped(&self) -> &'static [&'static str] {
        &[
            "client_ip",
            "client_ip6",
            "client_port",
            "connection_id",
            "datetime",
            "debug_message",
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
        if let Some(level) = record.text("log_level") {
            if level == "info" {
                record.fill("event.type", "info");
            } else if !NO_ERROR.contains(&level) && !level.starts_with("trace") {
                record.fill("event.type", "error");
            }
        }
        without_port(&mut record);
        site(&mut record);
        finish(&mut record);
        if let Some(peer) = record.text("remote").and_then(|remote| address(host_of(remote))) {
            record.relate(&[peer]);
        }
        // What is no request has no parts.
        if let Some(raw) = record.text("request_raw") {
            record.fill("url.original", raw);
        }
    }
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

/// The host of `192.0.2.1:443`, `2001:db8::1:443` and `[2001:db8::1]:443`.
fn host_of(peer: &str) -> &str {
    let host = peer.rsplit_once(':').map_or(peer, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}
