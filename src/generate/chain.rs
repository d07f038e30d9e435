//! What an event goes through on its way: rsyslog writes it to a file, fluentd reads it from there.

use jiff::tz::{Offset, TimeZone};

use super::clock::Times;

/// A line of rsyslog is never longer than this, in bytes: what `$MaxMessageSize 8k` leaves.
pub(crate) const RSYSLOG_LIMIT: usize = 8092;

/// Host name of the machine that runs rsyslog and fluentd.
const RELAY: &str = "ip-10-0-0-10";
const TAG: &str = "ds_agent.var.log.dsa.log";

/// What rsyslog does with control characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// `#` and three octal digits: its default.
    Escaped,
    /// Left as they are.
    Kept,
}

/// A line of rsyslog's file: the header in front of `event`, control characters as `control` says.
pub(crate) fn rsyslog(times: Times, offset: Offset, host: &str, event: &[u8], control: Control) -> Vec<u8> {
    let time = offset.to_datetime(times.event).strftime("%b %e %H:%M:%S");
    let mut line = format!("{time} {host} ").into_bytes();
    for &byte in event {
        if byte.is_ascii_control() && control == Control::Escaped {
            line.extend_from_slice(format!("#{byte:03o}").as_bytes());
        } else {
            line.push(byte);
        }
    }
    line
}

/// Appends fluentd's JSON object for a line of rsyslog's file, without line end. Bytes that are not UTF-8 go
/// through as they are, so that the line need not be JSON for a strict reader.
pub(crate) fn fluentd(times: Times, offset: Offset, message: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"message\":\"");
    for &byte in message {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    let time = times.read.to_zoned(TimeZone::fixed(offset)).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    let rest = format!("\",\"hostname\":\"{RELAY}\",\"timestamp\":\"{time}\",\"tag\":\"{TAG}\"}}");
    out.extend_from_slice(rest.as_bytes());
}
