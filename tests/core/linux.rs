//! What Linux systems write to syslog: which year is meant, who signed in or failed to, and what sudo refused.

use serde_json::json;

use crate::log_types::all;
use crate::support::{Loaded, load_bytes};

/// Lines as CloudWatch Logs brings them, each with the time at which its agent read it.
fn from_cloudwatch(section: &str, lines: &[(&str, i64)]) -> Loaded {
    let events =
        lines.iter().map(|(message, time)| json!({"id": "0", "timestamp": time, "message": message}));
    let envelope = json!({
        "messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "g", "logStream": "s",
        "subscriptionFilters": [], "logEvents": events.collect::<Vec<_>>(),
    });
    load_bytes(all().named(section).unwrap(), envelope.to_string().as_bytes())
}

#[test]
fn a_clock_ahead_of_the_collector_does_not_put_a_line_a_year_back() {
    // 07:08:00 UTC on November 10, 2024.
    const READ: i64 = 1_731_222_480_123;
    for (line, expected) in [
        (
            "Nov 10 16:08:00 h sshd[1]: Failed password for root from 203.0.113.9 port 1 ssh2",
            "2024-11-10T16:08:00",
        ),
        (
            "Nov 10 07:14:00 h sshd[1]: Failed password for root from 203.0.113.9 port 1 ssh2",
            "2024-11-10T07:14:00",
        ),
        (
            "Nov 10 21:08:00 h sshd[1]: Failed password for root from 203.0.113.9 port 1 ssh2",
            "2024-11-10T21:08:00",
        ),
        (
            "Nov 10 07:07:00 h sshd[1]: Failed password for root from 203.0.113.9 port 1 ssh2",
            "2024-11-10T07:07:00",
        ),
        (
            "Nov 12 07:08:00 h sshd[1]: Failed password for root from 203.0.113.9 port 1 ssh2",
            "2023-11-12T07:08:00",
        ),
    ] {
        let documents = from_cloudwatch("linux-secure", &[(line, READ)]).documents;
        assert!(documents[0].text("@timestamp").starts_with(expected), "{line}: {}", documents[0].json);
        assert!(documents[0].index.ends_with(&expected[..7]), "{line}: {}", documents[0].index);
    }
    // At the turn of a year, 16:30:00 UTC on December 31 is the new year in Tokyo.
    let line = "Jan  1 01:30:00 h sshd[1]: Connection closed by 203.0.113.9 port 1";
    let documents = from_cloudwatch("linux-os-syslog", &[(line, 1_735_662_600_000)]).documents;
    assert!(documents[0].text("@timestamp").starts_with("2025-01-01T01:30:00"), "{}", documents[0].json);
}

#[test]
fn the_zone_of_a_field_is_told_by_the_times_at_which_its_lines_were_read() {
    const READ: i64 = 1_731_222_480_123;
    let error = "2024/11/10 16:08:00 [error] 1#1: *1 open() failed, client: 203.0.113.9, server: s";
    let line = "Nov 10 16:07:59 h sshd[1]: Connection closed by 203.0.113.9 port 1";
    for (section, line) in [("nginx-error", error), ("linux-secure", line), ("linux-os-syslog", line)] {
        let account = from_cloudwatch(section, &[(line, READ); 3]).account;
        let zone = account.clocks.wrong_zone().map(|wrong| wrong.zone.to_string());
        assert_eq!(zone.as_deref(), Some("+09:00"), "{section}");
    }
    let fresh = "Nov 10 07:07:59 h sshd[1]: Connection closed by 203.0.113.9 port 1";
    assert!(from_cloudwatch("linux-secure", &[(fresh, READ); 3]).account.clocks.wrong_zone().is_none());
}
