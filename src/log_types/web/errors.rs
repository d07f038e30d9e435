//! Error logs of web servers.

use super::request::{finish, site};
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
        &["log_level", "request_raw"]
    }

    fn dropped(&self) -> &'static [&'static str] {
        &[
            "client_ip",
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
        site(&mut record);
        finish(&mut record);
        // What is no request has no parts.
        if let Some(raw) = record.text("request_raw") {
            record.fill("url.original", raw);
        }
    }
}
