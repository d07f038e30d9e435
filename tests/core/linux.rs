//! What Linux systems write to syslog: which year is meant, who signed in or failed to, and what sudo refused.

use serde_json::json;

use crate::support::{Document, Loaded, all, load_bytes};

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

/// The document of one message of a process.
fn told(process: &str, message: &str) -> Document {
    let line = format!("Nov 10 07:08:00 web-1 {process}[7]: {message}");
    let mut loaded = from_cloudwatch("linux-secure", &[(&line, 1_731_222_480_123)]);
    assert_eq!(loaded.documents.len(), 1, "{message}");
    loaded.documents.remove(0)
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

/// Checks fields of the document of a message; null stands for a field that is not there.
fn check(process: &str, message: &str, expected: &[(&str, &str)]) {
    let document = told(process, message);
    for (field, value) in expected {
        let got = document.get(field).as_str().unwrap_or_default();
        assert_eq!(got, *value, "{field} of {message}: {}", document.json);
    }
}

#[test]
fn the_address_of_a_sign_in_is_not_the_one_that_its_user_name_claims() {
    let failed = "Failed password for invalid user";
    for message in [
        format!("{failed} root from 8.8.8.8 port 22 from 203.0.113.9 port 4000 ssh2"),
        format!("{failed} root from 8.8.8.8 port 22 ssh2: x from 203.0.113.9 port 4000 ssh2"),
        "Accepted password for a from 8.8.8.8 port 22 from 203.0.113.9 port 4000 ssh2".to_owned(),
        "Invalid user x from 8.8.8.8 port 22 from 203.0.113.9 port 4000".to_owned(),
        "Invalid user x from 8.8.8.8 from 203.0.113.9".to_owned(),
        "error: maximum authentication attempts exceeded for invalid user x from 8.8.8.8 port 1 from 203.0.113.9 port 4000 ssh2 [preauth]".to_owned(),
        "Connection closed by invalid user x 8.8.8.8 port 22 203.0.113.9 port 4000 [preauth]".to_owned(),
        "Disconnecting invalid user x 8.8.8.8 port 22: y 203.0.113.9 port 4000: Too many authentication failures [preauth]".to_owned(),
        "Received disconnect from 203.0.113.9 port 4000:11: from 8.8.8.8 port 22".to_owned(),
        "Unable to negotiate with 203.0.113.9 port 4000: no matching host key type found. Their offer: from 8.8.8.8 port 22".to_owned(),
        "Bad protocol version identification 'x from 8.8.8.8 port 22' from 203.0.113.9 port 4000".to_owned(),
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=x rhost=8.8.8.8".to_owned(),
    ] {
        check("sshd", &message, &[("source.ip", "203.0.113.9")]);
    }
    let message = "Disconnecting invalid user x 8.8.8.8 port 22: y 203.0.113.9 port 1: Change of username or service not allowed: (x,s) -> (y,s)";
    check(
        "sshd",
        message,
        &[("source.ip", ""), ("event.outcome", "failure"), ("event.category", "authentication")],
    );
}

#[test]
fn the_id_of_a_certificate_is_no_address_and_no_user() {
    // OpenSSH's auth2-pubkey.c, format_key: who owns the key has chosen the id.
    let certificate = |id: &str| format!("ED25519-CERT SHA256:abc/+x ID {id} (serial 7) CA RSA SHA256:def");
    let from = "from 203.0.113.9 port 4000 ssh2";
    let forged = certificate("bob from 8.8.8.8 port 22 ssh2: RSA SHA256:abc");
    for (message, address, user) in [
        (format!("Accepted publickey for root {from}: {forged}"), "203.0.113.9", "root"),
        (format!("Accepted publickey for root {from}: {}", certificate("bob@example.com")), "203.0.113.9", "root"),
        (format!("Failed publickey for root {from}: {}", certificate("bob@example.com")), "203.0.113.9", "root"),
        (format!("Postponed publickey for root {from}: {}", certificate("b")), "203.0.113.9", "root"),
        (format!("Failed publickey for root {from}: RSA SHA256:abc/+x"), "203.0.113.9", "root"),
        // Whose address it is, the message does not tell for sure.
        (format!("Failed publickey for root {from}: {forged}"), "", ""),
        (format!("Partial publickey for root {from}: {forged}"), "", ""),
        (format!("Failed publickey for invalid user x from 8.8.8.8 port 1 ssh2: {forged} {from}: {forged}"), "", ""),
        // A name that looks like one moves nothing.
        (format!("Failed password for invalid user x from 8.8.8.8 port 1 ssh2 {from}"), "203.0.113.9", "x from 8.8.8.8 port 1 ssh2"),
        (r#"Accepted certificate ID "x from 8.8.8.8 port 1" (serial 7) signed by RSA CA SHA256:def via /ca"#.to_owned(), "", ""),
    ] {
        check("sshd", &message, &[("source.ip", address), ("user.name", user)]);
    }
}

#[test]
fn a_user_name_with_blanks_is_a_user_name() {
    for (message, user, outcome) in [
        ("Failed password for invalid user john doe from 203.0.113.9 port 4000 ssh2", "john doe", "failure"),
        (
            "Accepted publickey for DOMAIN\\john doe from 203.0.113.9 port 4000 ssh2: RSA SHA256:abc",
            "DOMAIN\\john doe",
            "success",
        ),
        ("Invalid user a b c from 203.0.113.9 port 4000", "a b c", "failure"),
        ("Failed none for invalid user  from 203.0.113.9 port 4000 ssh2", "", "failure"),
        (
            "Disconnected from authenticating user john doe 203.0.113.9 port 4000 [preauth]",
            "john doe",
            "failure",
        ),
    ] {
        let expected = [
            ("user.name", user),
            ("event.outcome", outcome),
            ("event.category", "authentication"),
            ("source.ip", "203.0.113.9"),
        ];
        check("sshd-session", message, &expected);
    }
}

#[test]
fn what_stands_before_the_terminal_says_why_sudo_refused() {
    for reason in [
        "a password is required",
        "sorry, you must have a tty to run sudo",
        "user NOT in sudoers",
        "3 incorrect password attempts",
        "1 incorrect password attempt",
        "command not allowed",
        "user NOT authorized on host",
        "unknown group: wheel",
    ] {
        let message =
            format!("joe : {reason} ; TTY=pts/0 ; PWD=/home/joe ; USER=root ; COMMAND=/bin/sh -c COMMAND=x");
        let expected = [
            ("user.name", "joe"),
            ("event.outcome", "failure"),
            ("event.reason", reason),
            ("event.action", "/bin/sh -c COMMAND=x"),
        ];
        check("sudo", &message, &expected);
        let message = format!("  joe : {reason} ; HOST=web ; PWD=/ ; USER=root ; COMMAND=/bin/sh");
        check("sudo", &message, &[("event.outcome", "failure"), ("user.name", "joe")]);
    }
    for fields in [
        "TTY=pts/0 ; PWD=/ ; USER=root",
        "PWD=/ ; USER=root",
        "HOST=web ; TTY=unknown ; PWD=/x ; y ; USER=root ; ENV=A=b",
    ] {
        let message = format!("joe : {fields} ; COMMAND=/bin/id");
        check(
            "sudo",
            &message,
            &[
                ("user.name", "joe"),
                ("event.outcome", "success"),
                ("event.action", "/bin/id"),
                ("event.reason", ""),
            ],
        );
    }
}

#[test]
fn a_sign_in_that_failed_says_so_with_its_user_and_its_address() {
    let address = "203.0.113.9";
    for (process, message, user, source) in [
        ("sshd", "User root from 203.0.113.9 not allowed because not listed in AllowUsers", "root", address),
        ("sshd", "User backup not allowed because account is locked", "backup", ""),
        (
            "sshd",
            "error: maximum authentication attempts exceeded for root from 203.0.113.9 port 4000 ssh2 [preauth]",
            "root",
            address,
        ),
        (
            "sshd",
            "maximum authentication attempts exceeded for invalid user a b from 203.0.113.9 port 4000 ssh2",
            "a b",
            address,
        ),
        (
            "sshd",
            "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root",
            "root",
            address,
        ),
        (
            "sshd",
            "PAM 1 more authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9",
            "",
            address,
        ),
        (
            "sshd",
            "Disconnecting invalid user admin 203.0.113.9 port 4000: Too many authentication failures [preauth]",
            "admin",
            address,
        ),
        (
            "sshd",
            "Disconnecting authenticating user root 203.0.113.9 port 4000: Change of username or service not allowed: (root,ssh-connection) -> (x,ssh-connection) [preauth]",
            "root",
            address,
        ),
        ("sshd", "Disconnecting: Too many authentication failures for root [preauth]", "root", ""),
        ("sshd", "Disconnecting: Too many authentication failures for invalid user x [preauth]", "x", ""),
        ("sshd", "input_userauth_request: invalid user admin [preauth]", "admin", ""),
        (
            "sshd",
            "error: PAM: Authentication failure for illegal user admin from 203.0.113.9",
            "admin",
            address,
        ),
        ("sshd", "ROOT LOGIN REFUSED FROM 203.0.113.9 port 4000", "root", address),
        ("sshd", "fatal: Timeout before authentication for 203.0.113.9 port 4000", "", address),
        (
            "sudo",
            "pam_unix(sudo:auth): authentication failure; logname=joe uid=1000 euid=0 tty=/dev/pts/0 ruser=joe rhost=  user=joe",
            "joe",
            "",
        ),
        (
            "vsftpd",
            "pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=x rhost=203.0.113.9  user=x",
            "x",
            address,
        ),
        ("sudo", "pam_unix(sudo:auth): auth could not identify password for [joe]", "joe", ""),
        ("su", "FAILED SU (to root) joe on pts/0", "joe", ""),
        ("su", "FAILED su for root by joe", "joe", ""),
        (
            "sshd",
            "fatal: Access denied for user john doe by PAM account configuration [preauth]",
            "john doe",
            "",
        ),
        ("sshd", "pam_sss(sshd:auth): received for user joe: 7 (Authentication failure)", "joe", ""),
        ("sshd", "pam_sss(sshd:account): Access denied for user joe: 6 (Permission denied)", "joe", ""),
        (
            "su",
            "pam_unix(su-l:auth): authentication failure; logname=joe uid=1000 euid=0 tty=pts/0 ruser=joe rhost=  user=root",
            "joe",
            "",
        ),
        ("login", "FAILED LOGIN (1) on '/dev/tty1' FOR 'root', Authentication failure", "root", ""),
        ("login", "FAILED LOGIN 2 FROM 203.0.113.9 FOR joe, Authentication failure", "joe", address),
    ] {
        let expected = [
            ("event.outcome", "failure"),
            ("event.category", "authentication"),
            ("user.name", user),
            ("source.ip", source),
            ("event.module", "secure"),
        ];
        check(process, message, &expected);
    }
    check("supervisord", "FAILED SU (to root) joe on pts/0", &[("event.outcome", ""), ("user.name", "")]);
}

#[test]
fn a_session_of_pam_has_its_user_whatever_program_asked_for_it() {
    for (process, message, user, outcome) in [
        ("su", "pam_unix(su-l:session): session closed for user root", "root", ""),
        ("CRON", "pam_unix(cron:session): session opened for user joe(uid=1000) by (uid=0)", "joe", ""),
        (
            "login",
            "pam_unix(login:session): session opened for user joe(uid=1000) by LOGIN(uid=0)",
            "joe",
            "success",
        ),
        (
            "sshd",
            "pam_sss(sshd:auth): authentication success; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9 user=joe",
            "joe",
            "success",
        ),
    ] {
        check(process, message, &[("user.name", user), ("event.outcome", outcome)]);
    }
    // shadow's login.c
    check("login", "ROOT LOGIN  on '/dev/tty1'", &[("event.outcome", "success"), ("source.ip", "")]);
}

/// What sshd writes behind the headers of the next tests.
const SIGN_IN: &str = "Accepted password for bob from 203.0.113.77 port 55555 ssh2";

/// Checks the first document of a line with [`SIGN_IN`]: what its header gives, and that the message was read behind it.
fn check_sign_in(loaded: &Loaded, host: &str, time: &str) {
    let document = &loaded.documents[0];
    assert_eq!(document.text("host.hostname"), host, "{}", document.json);
    assert_eq!(document.text("@timestamp"), time, "{}", document.json);
    assert_eq!((document.text("process.name"), document.text("user.name")), ("sshd", "bob"));
    assert_eq!(document.text("event.outcome"), "success");
}

#[test]
fn behind_the_header_of_a_relay_the_senders_counts() {
    for relay in [
        "Nov 10 07:08:09 relay ",
        "2024-11-10T07:08:09.123456+00:00 10.0.0.5 ",
        "Nov 10 07:08:09 10.0.0.5 <86>",
    ] {
        for (header, time) in [
            ("Nov 10 07:08:00 web-1 sshd[7]: ", "2024-11-10T07:08:00+00:00"),
            ("2024-11-10T07:08:00+09:00 web-1 sshd[7]: ", "2024-11-10T07:08:00+09:00"),
            ("1 2024-11-10T07:08:00Z web-1 sshd 7 - - ", "2024-11-10T07:08:00+00:00"),
        ] {
            let line = format!("{relay}{header}{SIGN_IN}");
            let loaded = from_cloudwatch("linux-secure", &[(&line, 1_731_222_480_123)]);
            check_sign_in(&loaded, "web-1", time);
        }
    }
    // The words of a message are no header.
    for (message, process) in [
        ("app[7]: Nov 10 07:08:00 evil sshd[1]: Accepted password for root from 1.1.1.1 port 1 ssh2", "app"),
        ("app: Nov 10 07:08:00 evil sshd[1]: Accepted password for root from 1.1.1.1 port 1 ssh2", "app"),
        ("Nov 10 07:08:00 hello world", ""),
        ("2024-11-10 07:08:00 INFO main: started", ""),
    ] {
        let line = format!("Nov 10 07:08:09 web-1 {message}");
        let loaded = from_cloudwatch("linux-secure", &[(&line, 1_731_222_480_123)]);
        let document = &loaded.documents[0];
        assert_eq!(document.text("host.hostname"), "web-1", "{}", document.json);
        assert_eq!(document.get("process.name").as_str().unwrap_or_default(), process);
        assert!(!document.has("source.ip"), "{}", document.json);
    }
}

/// CloudWatch Logs puts the time of each event before its line when it exports a log group to S3.
#[test]
fn the_time_that_cloudwatch_exports_before_a_line_is_no_part_of_its_header() {
    for (line, time) in [
        ("Nov 21 00:00:04 web-1 sshd[7]: ", "2026-11-21T00:00:04+00:00"),
        ("2026-11-21T00:00:04.123456+09:00 web-1 sshd[7]: ", "2026-11-21T00:00:04.123456+09:00"),
        ("<86>1 2026-11-21T00:00:04.500Z web-1 sshd 7 - - ", "2026-11-21T00:00:04.500+00:00"),
    ] {
        let line = format!("2026-11-21T00:00:05.000Z {line}{SIGN_IN}");
        for section in ["linux-secure", "linux-os-syslog"] {
            let loaded = load_bytes(all().named(section).unwrap(), line.as_bytes());
            check_sign_in(&loaded, "web-1", time);
        }
    }
}

/// Network devices write a zone or a year behind the clock, and BusyBox's syslogd a facility and a level before the tag.
#[test]
fn what_stands_between_clock_and_host_and_between_host_and_tag_is_neither() {
    for (header, host, time) in [
        ("Nov 10 07:08:00 2024 web-1 ", "web-1", "2024-11-10T07:08:00+00:00"),
        ("Nov 10 07:08:00 JST web-1 ", "web-1", "2024-11-10T07:08:00+09:00"),
        ("Nov 10 07:08:00.250 UTC 2024 web-1 ", "web-1", "2024-11-10T07:08:00.250+00:00"),
        ("Nov 10 07:08:00 web-1 authpriv.info ", "web-1", "2024-11-10T07:08:00+00:00"),
        ("Nov 10 07:08:00 TEST ", "TEST", "2024-11-10T07:08:00+00:00"),
        ("Nov 10 07:08:00 mail.local ", "mail.local", "2024-11-10T07:08:00+00:00"),
        ("Sun Nov 10 07:08:00 2024 web-1 ", "web-1", "2024-11-10T07:08:00+00:00"),
        ("Sun Nov 10 07:08:00 web-1 ", "web-1", "2024-11-10T07:08:00+00:00"),
        // It means several distances from UTC, so the time is CloudWatch's.
        ("Nov 10 07:08:00 CST web-1 ", "web-1", "2024-11-10T07:08:00.123+00:00"),
    ] {
        let line = format!("{header}sshd[7]: {SIGN_IN}");
        for section in ["linux-secure", "linux-os-syslog"] {
            let loaded = from_cloudwatch(section, &[(&line, 1_731_222_480_123)]);
            check_sign_in(&loaded, host, time);
        }
    }
}

/// OpenWrt, logread.
#[test]
fn a_level_right_behind_the_clock_is_no_host() {
    let line = "Sun Nov 10 07:08:00 2024 authpriv.info dropbear[7]: Password auth succeeded for 'root' from 203.0.113.9:4000";
    for section in ["linux-secure", "linux-os-syslog"] {
        let loaded = load_bytes(all().named(section).unwrap(), line.as_bytes());
        let document = &loaded.documents[0];
        let expected = json!({
            "@timestamp": "2024-11-10T07:08:00+00:00", "host.hostname": null, "process.name": "dropbear", "process.pid": 7,
            "user.name": "root", "source.ip": "203.0.113.9", "event.outcome": "success",
        });
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(document.get(name), value, "{name} of {}", document.json);
        }
    }
}

#[test]
fn a_line_may_have_a_time_of_iso_8601() {
    let rest = "web-1 sshd[4321]: Failed password for root from 203.0.113.9 port 4000 ssh2";
    for (time, expected) in [
        ("2024-11-10T07:08:00.123456+09:00", "2024-11-10T07:08:00.123456+09:00"),
        ("2024-11-10T07:08:00Z", "2024-11-10T07:08:00+00:00"),
        ("2024-11-10T07:08:00-0500", "2024-11-10T07:08:00-05:00"),
        ("2024-11-10 07:08:00", "2024-11-10T07:08:00+00:00"),
    ] {
        for section in ["linux-secure", "linux-os-syslog"] {
            let loaded = load_bytes(all().named(section).unwrap(), format!("{time} {rest}\n").as_bytes());
            let document = &loaded.documents[0];
            assert_eq!(document.get("@timestamp"), expected, "{}", document.json);
            assert_eq!(document.get("host.hostname"), "web-1");
            assert_eq!(document.get("process.name"), "sshd");
            assert_eq!(document.get("process.pid"), 4321);
            assert_eq!(document.get("source.ip"), "203.0.113.9");
            assert_eq!(document.get("event.outcome"), "failure");
        }
    }
}

/// Linux-PAM's pam_unix: `ruser` and `logname` are those who ask su and sudo. Elsewhere a remote peer may choose them.
#[test]
fn who_failed_to_become_another_is_the_user_and_the_other_is_related() {
    let failure = "authentication failure; logname=";
    for (process, message, user, related) in [
        (
            "su",
            "pam_unix(su:auth): F uid=1000 euid=0 tty=pts/0 ruser=alice rhost=  user=root",
            "alice",
            "alice+root",
        ),
        (
            "su",
            "pam_unix(su-l:auth): Falice uid=1000 euid=0 tty=pts/0 ruser= rhost=  user=root",
            "alice",
            "alice+root",
        ),
        (
            "su",
            "Falice uid=1000 euid=0 tty=pts/0 ruser=alice rhost=  user=x rhost=8.8.8.8",
            "alice",
            "alice+x rhost=8.8.8.8",
        ),
        ("su", "pam_unix(su:auth): F uid=1000 euid=0 tty=pts/0 ruser= rhost=  user=root", "root", "root"),
        (
            "sudo",
            "pam_unix(sudo:auth): Fbob uid=1000 euid=0 tty=/dev/pts/0 ruser=alice rhost=  user=alice",
            "alice",
            "alice",
        ),
        (
            "login",
            "pam_unix(login:auth): FLOGIN uid=0 euid=0 tty=/dev/tty1 ruser= rhost=  user=alice",
            "alice",
            "alice",
        ),
        (
            "vsftpd",
            "pam_unix(vsftpd:auth): F uid=0 euid=0 tty=ftp ruser=mallory rhost=203.0.113.9  user=alice",
            "alice",
            "alice",
        ),
        (
            "dovecot",
            "pam_unix(dovecot:auth): F uid=0 euid=0 tty=dovecot ruser=mallory rhost=  user=alice",
            "alice",
            "alice",
        ),
    ] {
        let document = told(process, &message.replace('F', failure));
        let related: Vec<&str> = related.split('+').collect();
        for (field, value) in [
            ("user.name", json!(user)),
            ("related.user", json!(related)),
            ("event.outcome", json!("failure")),
            ("source.ip", json!(null)),
        ] {
            let value =
                if process == "vsftpd" && field == "source.ip" { json!("203.0.113.9") } else { value };
            assert_eq!(*document.get(field), value, "{field} of {message}");
        }
    }
}

/// sudo's `USER=` is whose rights the command has. In a directory or a command with a semicolon it may be forged.
#[test]
fn whose_rights_sudo_gave_or_refused_is_related_where_nobody_can_have_forged_it() {
    for (message, users, category) in [
        (
            "alice : TTY=pts/0 ; PWD=/srv ; USER=postgres ; COMMAND=/usr/bin/psql",
            json!(["alice", "postgres"]),
            json!(null),
        ),
        (
            "alice : PWD=/ ; USER=postgres ; GROUP=dba ; TSID=01 ; ENV=A=b ; COMMAND=/bin/id",
            json!(["alice", "postgres"]),
            json!(null),
        ),
        (
            "alice : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id",
            json!(["alice", "root"]),
            json!(null),
        ),
        (
            "alice : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/id",
            json!(["alice", "root"]),
            json!("authentication"),
        ),
        (
            "alice : 1 incorrect password attempt ; PWD=/ ; USER=root ; COMMAND=/bin/sh -c a;b",
            json!(["alice"]),
            json!("authentication"),
        ),
        (
            "alice : PWD=/x ; USER=root ; COMMAND=/bin/a ; USER=bob ; COMMAND=/bin/id",
            json!(["alice"]),
            json!(null),
        ),
        (
            "alice : PWD=/ ; USER=alice ; COMMAND=/bin/sh -c  ; USER=root ; COMMAND=x",
            json!(["alice"]),
            json!(null),
        ),
    ] {
        let document = told("sudo", message);
        for (field, value) in
            [("related.user", users), ("event.category", category), ("user.name", json!("alice"))]
        {
            assert_eq!(*document.get(field), value, "{field} of {message}");
        }
    }
}

/// OpenSSH's packet.c: `ssh->log_preamble` is `invalid user …` or `authenticating user …` as long as nobody has signed in, then `user …`.
#[test]
fn a_connection_that_ends_before_its_user_signed_in_is_a_failure() {
    for action in ["Connection closed by", "Connection reset by", "Disconnected from"] {
        for (who, end, outcome) in [
            ("authenticating user root", " [preauth]", json!("failure")),
            ("invalid user root", " [preauth]", json!("failure")),
            ("user root", "", json!(null)),
        ] {
            let document = told("sshd", &format!("{action} {who} 203.0.113.9 port 5{end}"));
            let outcome = if outcome.is_null() {
                told("sshd", &format!("{action} 203.0.113.9 port 5")).get("event.outcome").clone()
            } else {
                outcome
            };
            for (field, value) in [
                ("event.outcome", outcome),
                ("user.name", json!("root")),
                ("source.ip", json!("203.0.113.9")),
                ("source.port", json!(5)),
            ] {
                assert_eq!(*document.get(field), value, "{field} of {action} {who}");
            }
        }
    }
    let message = "Timeout, client not responding from user alice 203.0.113.9 port 5";
    check("sshd", message, &[("user.name", "alice"), ("source.ip", "203.0.113.9"), ("event.outcome", "")]);
    check(
        "sshd",
        "Timeout, client not responding from 203.0.113.9",
        &[("user.name", ""), ("source.ip", "203.0.113.9")],
    );
}

#[test]
fn who_signs_in_as_root_at_a_terminal_is_root() {
    for message in ["ROOT LOGIN ON tty1 FROM 203.0.113.9", "ROOT LOGIN  on '/dev/tty1' from '203.0.113.9'"] {
        check(
            "login",
            message,
            &[("user.name", "root"), ("source.ip", "203.0.113.9"), ("event.action", "ROOT LOGIN")],
        );
    }
}
