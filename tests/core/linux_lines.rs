//! Lines of Linux's syslog as daemons write them: with and without host, process and number, and what older daemons say.

use serde_json::{Value, json};

use crate::support::{Document, all, load_bytes};

fn document(section: &str, line: &str) -> Document {
    let mut loaded = load_bytes(all().named(section).unwrap(), line.as_bytes());
    assert_eq!(loaded.documents.len(), 1, "{line}");
    loaded.documents.remove(0)
}

fn has(section: &str, line: &str, expected: Value) {
    let document = document(section, line);
    for (name, value) in expected.as_object().into_iter().flatten() {
        assert_eq!(document.get(name), value, "{name} of {line}: {}", document.json);
    }
}

/// The document of one message of a process.
fn says(process: &str, message: &str, expected: Value) {
    has("linux-secure", &format!("Nov 10 07:08:00 web-1 {process}[7]: {message}"), expected);
}

#[test]
fn a_line_without_a_host_has_none_and_keeps_its_process() {
    for tag in ["sshd[7]:", "sshd:", "[sshd]:", "sshd[main]:"] {
        for section in ["linux-secure", "linux-os-syslog"] {
            has(
                section,
                &format!("Nov 10 07:08:00 {tag} Connection closed by 203.0.113.9"),
                json!({"hostname": null, "process.name": "sshd", "syslog_message": "Connection closed by 203.0.113.9", "related.hosts": null}),
            );
        }
    }
    let expected = json!({"hostname": "2001:db8::5", "process.name": "sshd", "process.pid": 7});
    has("linux-secure", "Nov 10 07:08:00 2001:db8::5 sshd[7]: hi", expected);
}

#[test]
fn a_message_without_a_process_is_whole() {
    for message in [
        "last message repeated 3 times",
        "-- MARK --",
        "backup started at 10:20 today",
        "done in 3 s: ok",
        "[   12.345678] usb 1-1: new device",
        "time=10:20:30 level=info",
    ] {
        has(
            "linux-os-syslog",
            &format!("Nov 10 07:08:00 web-1 {message}"),
            json!({"hostname": "web-1", "process.name": null, "syslog_message": message}),
        );
    }
}

#[test]
fn the_name_of_a_process_is_whole_with_its_number() {
    for (tag, name, number) in [
        ("C++app[12]:", "C++app", json!(12)),
        ("node@3[12]:", "node@3", json!(12)),
        ("pool:web[12]:", "pool:web", json!(12)),
        ("(systemd)[12]:", "systemd", json!(12)),
        ("sshd(pam_unix)[12]:", "sshd", json!(12)),
        ("/usr/sbin/cron[12]:", "/usr/sbin/cron", json!(12)),
        ("postfix/smtpd[12]:", "postfix/smtpd", json!(12)),
        ("gdm-password]:", "gdm-password", json!(null)),
        ("kernel:", "kernel", json!(null)),
    ] {
        has(
            "linux-os-syslog",
            &format!("Nov 10 07:08:00 web-1 {tag} hi: there"),
            json!({"process.name": name, "process.pid": number, "syslog_message": "hi: there"}),
        );
    }
}

#[test]
fn the_year_behind_the_day_and_a_priority_are_no_part_of_the_host() {
    for (head, time) in [
        ("Nov 10 2024 07:08:00", "2024-11-10T07:08:00"),
        ("<38>Nov 10 2024 07:08:00", "2024-11-10T07:08:00"),
        ("Nov  1 2024 07:08:00", "2024-11-01T07:08:00"),
        ("<86>2024-11-10T07:08:00+00:00", "2024-11-10T07:08:00"),
    ] {
        let document = document("linux-secure", &format!("{head} web-1 sshd[7]: hi"));
        assert!(document.text("@timestamp").starts_with(time), "{head}: {}", document.json);
        assert_eq!(document.get("hostname"), "web-1", "{head}");
        assert_eq!(document.get("process.name"), "sshd", "{head}");
    }
}

#[test]
fn what_rsyslog_writes_once_for_several_messages_means_what_each_of_them_means() {
    for (process, message, outcome) in [
        ("sshd", "Failed password for root from 203.0.113.9 port 22 ssh2", "failure"),
        ("sshd", "Accepted password for root from 203.0.113.9 port 22 ssh2", "success"),
        (
            "vsftpd",
            "pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser= rhost=203.0.113.9  user=root",
            "failure",
        ),
    ] {
        for repeated in [
            format!("message repeated 3 times: [ {message}]"),
            format!("message repeated 3 times: [{message}]"),
        ] {
            let expected = json!({
                "event.outcome": outcome, "event.count": 3, "user.name": "root", "source.ip": "203.0.113.9",
            });
            says(process, &repeated, expected);
        }
    }
    let closed = "Connection closed by invalid user bob 203.0.113.9 port 22 [preauth]";
    says(
        "sshd",
        &format!("message repeated 2 times: [ {closed}]"),
        json!({"user.name": "bob", "event.count": 2}),
    );
    says("sshd", "Failed password for root from 203.0.113.9 port 22 ssh2", json!({"event.count": null}));
}

/// The fields of journald, which may be arrays, of Filebeat, of the syslog parsers of fluentd and Fluent Bit, of Vector, of rsyslog's templates, of syslog-ng's GELF, of Graylog
/// and of Azure Monitor's table Syslog.
#[test]
fn a_message_whose_header_a_collector_read_apart_is_that_of_its_program() {
    let (failed, forged) = (
        "Failed password for root from 203.0.113.9 port 4711 ssh2",
        "Nov 29 01:02:03 web01 sshd[77]: Accepted password for root from 198.51.100.6 port 4711 ssh2",
    );
    let records = |program: &str, message: &str| {
        [
            json!({"MESSAGE": message, "_HOSTNAME": "web01", "SYSLOG_IDENTIFIER": program, "_PID": "77", "__REALTIME_TIMESTAMP": "1795222923000000"}),
            json!({"host": "web01", "ident": program, "pid": "77", "message": message, "timestamp": "2026-11-21T01:02:03Z"}),
            json!({"hostname": "web01", "appname": program, "procid": 77, "message": message, "timestamp": "2026-11-21T01:02:03Z"}),
            json!({"hostname": "web01", "programname": program, "procid": "77", "msg": format!(" {message}"), "timereported": "2026-11-21T01:02:03Z"}),
            json!({"host": "web01", "_program": program, "_pid": "77", "short_message": message, "timestamp": 1_795_222_923}),
            json!({"source": "web01", "application_name": program, "process_id": "77", "message": message, "timestamp": "2026-11-21T01:02:03.000Z"}),
            json!({"HostName": "web01", "ProcessName": program, "ProcessID": 77, "SyslogMessage": message, "TimeGenerated": "2026-11-21T01:02:03Z"}),
            json!({"MESSAGE": message.as_bytes(), "_HOSTNAME": ["web01"], "SYSLOG_IDENTIFIER": program, "_PID": "77", "__REALTIME_TIMESTAMP": "1795222923000000"}),
            json!({"MESSAGE": [message, "of another unit"], "_HOSTNAME": "web01", "SYSLOG_IDENTIFIER": program, "_PID": "77", "__REALTIME_TIMESTAMP": "1795222923000000"}),
            json!({"message": message, "host": {"hostname": "web01"}, "syslog": {"identifier": program}, "process": {"pid": 77}, "@timestamp": "2026-11-21T01:02:03.000Z"}),
            json!({"message": message, "log": {"syslog": {"appname": program, "procid": "77", "hostname": "web01"}}, "@timestamp": "2026-11-21T01:02:03.000Z"}),
        ]
    };
    for record in records("sshd", failed) {
        let expected = json!({
            "@timestamp": "2026-11-21T01:02:03+00:00", "event.outcome": "failure", "source.ip": "203.0.113.9", "user.name": "root",
            "host.hostname": "web01", "process.name": "sshd", "process.pid": 77,
        });
        has("linux-secure", &record.to_string(), expected.clone());
        let queued = json!({"log": record.to_string(), "host": "queue", "pid": "1"});
        has("linux-secure", &queued.to_string(), expected);
    }
    let quoted = records("sshd", failed)[1].to_string();
    for line in [format!("Nov 21 01:02:03 web01 app[7]: {quoted}"), format!("1 - web01 app 7 - - {quoted}")] {
        has("linux-secure", &line, json!({"source.ip": null, "user.name": null, "process.name": "app"}));
    }
    for record in records("bob", forged).into_iter().chain(records("sshd[1]: Accepted", forged)) {
        let expected =
            json!({"event.outcome": null, "source.ip": null, "user.name": null, "host.hostname": "web01"});
        has("linux-secure", &record.to_string(), expected);
    }
}

/// OpenSSH writes what a client with hostbased authentication calls its user behind the address (auth2-hostbased.c).
#[test]
fn the_user_of_a_client_host_names_no_address() {
    let failed = |user: &str, client: &str| {
        format!(
            "Failed hostbased for {user} from 203.0.113.9 port 22 ssh2: RSA SHA256:x, client user \"{client}\", client host \"h\""
        )
    };
    let none = json!({"event.outcome": "failure", "source.ip": null});
    says(
        "sshd",
        &failed("root", "bob"),
        json!({"event.outcome": "failure", "source.ip": "203.0.113.9", "user.name": "root"}),
    );
    says("sshd", &failed("root", "bob from 198.51.100.6 port 1 ssh2"), none.clone());
    says("sshd", &failed("x from 198.51.100.6 port 1 ssh2: client user \"y\", client host", "bob"), none);
}

/// OpenSSH writes two blanks where the name is empty, of which a collector may leave one.
#[test]
fn a_user_without_a_name_hides_no_address() {
    for message in [
        "Connection closed by invalid user 203.0.113.9 port 4711 [preauth]",
        "Connection reset by invalid user  203.0.113.9 port 4711 [preauth]",
        "Disconnected from invalid user 203.0.113.9 port 4711 [preauth]",
        "Disconnected from illegal user bob 203.0.113.9 port 4711 [preauth]",
        "Connection closed by invalid user 198.51.100.6 port 1 203.0.113.9 port 4711 [preauth]",
        "[ID 800047 auth.info] Failed password for root from 203.0.113.9 port 4711 ssh2",
    ] {
        says("sshd", message, json!({"source.ip": "203.0.113.9", "source.port": 4711}));
    }
}

/// login(1) of util-linux, and the lines in which sudo goes on with a long command.
#[test]
fn who_signed_in_at_a_terminal_did_so_and_a_part_of_a_command_was_not_refused() {
    let signed_in = json!({"event.outcome": "success", "user.name": "bob", "source.ip": "203.0.113.9"});
    says("login", "LOGIN ON pts/1 BY bob FROM 203.0.113.9", signed_in);
    says("login", "ROOT LOGIN ON tty1", json!({"event.outcome": "success", "event.action": "ROOT LOGIN"}));
    let part = "bob : (command continued) x ; TTY=pts/1 ; COMMAND=/bin/ls";
    says("sudo", part, json!({"event.outcome": null, "event.action": null, "user.name": "bob"}));
}

/// svr-authpasswd.c, svr-auth.c and svr-authpubkey.c of Dropbear.
#[test]
fn dropbear_tells_of_sign_ins_too() {
    for (message, outcome, user) in [
        ("Bad password attempt for 'root' from 203.0.113.9:4711", "failure", json!("root")),
        (
            "Bad password attempt for 'a' from 198.51.100.6:1' from 203.0.113.9:4711",
            "failure",
            json!("a' from 198.51.100.6:1"),
        ),
        ("Login attempt for nonexistent user from 203.0.113.9:4711", "failure", json!(null)),
        ("Password auth succeeded for 'root' from 203.0.113.9:4711", "success", json!("root")),
        (
            "Pubkey auth succeeded for 'root' with ssh-rsa key SHA256:x from 203.0.113.9:4711",
            "success",
            json!("root"),
        ),
    ] {
        let expected = json!({
            "event.outcome": outcome, "user.name": user, "source.ip": "203.0.113.9", "source.port": 4711,
        });
        says("dropbear", message, expected);
    }
}

#[test]
fn older_daemons_name_the_address_without_a_port() {
    for message in [
        "Connection closed by 203.0.113.9",
        "Connection closed by 203.0.113.9 [preauth]",
        "Connection reset by 203.0.113.9",
        "Received disconnect from 203.0.113.9: 11: Bye Bye",
        "error: Received disconnect from 203.0.113.9: 3: com.jcraft.jsch.JSchException: Auth fail [preauth]",
        "Did not receive identification string from 203.0.113.9",
        "Bad protocol version identification 'x from 8.8.8.8' from 203.0.113.9",
        "refused connect from mail.example.com (203.0.113.9)",
        "refused connect from 203.0.113.9 (203.0.113.9)",
        "Unable to negotiate with 203.0.113.9: no matching key exchange method found. Their offer: x",
        "fatal: Unable to negotiate with 203.0.113.9 port 22: no matching cipher found. Their offer: x",
        "Read error from remote host 203.0.113.9: Connection reset by peer",
        "Address 203.0.113.9 maps to a.example.com, but this does not map back to the address - POSSIBLE BREAK-IN ATTEMPT!",
        "drop connection #10 from [203.0.113.9]:40000 on [10.0.0.1]:22 past MaxStartups",
    ] {
        says("sshd", message, json!({"source.ip": "203.0.113.9", "source.address": "203.0.113.9"}));
    }
    for message in ["Connection reset by peer", "Connection closed by remote host"] {
        says("sshd", message, json!({"source.ip": null, "source.address": null}));
    }
}

#[test]
fn the_address_of_a_failure_of_pam_is_not_the_one_that_a_name_claims() {
    let head = "authentication failure; logname= uid=0 euid=0 tty=ftp";
    for (message, address, user) in [
        (format!("(pam_unix) {head} ruser= rhost=203.0.113.9  user=joe"), json!("203.0.113.9"), json!("joe")),
        (format!("{head} ruser= rhost=203.0.113.9"), json!("203.0.113.9"), json!(null)),
        (format!("pam_unix: {head} ruser=x rhost=203.0.113.9"), json!("203.0.113.9"), json!(null)),
        (
            format!("pam_unix(f:auth): {head} ruser=john doe rhost=203.0.113.9  user=joe"),
            json!("203.0.113.9"),
            json!("joe"),
        ),
        (
            format!("pam_sss(f:auth): {head} ruser=x rhost=8.8.8.8 rhost=203.0.113.9  user=joe"),
            json!(null),
            json!(null),
        ),
        (
            format!("pam_sss(f:auth): {head} ruser=x rhost=203.0.113.9  user=y rhost=8.8.8.8"),
            json!(null),
            json!(null),
        ),
    ] {
        let expected = json!({"event.outcome": "failure", "source.ip": address, "user.name": user});
        says("vsftpd", &message, expected);
    }
}

#[test]
fn a_change_of_user_and_of_accounts_has_an_outcome() {
    for (process, message, user, category, outcome) in [
        ("su", "Successful su for root by joe", "joe", "authentication", "success"),
        ("su", "(to root) joe on pts/0", "joe", "authentication", "success"),
        (
            "su",
            "pam_unix(su-l:session): session opened for user root(uid=0) by joe(uid=1000)",
            "joe",
            "authentication",
            "success",
        ),
        ("su", "FAILED SU (to root) joe on pts/0", "joe", "authentication", "failure"),
        ("unix_chkpwd", "password check failed for user (joe)", "joe", "authentication", "failure"),
        (
            "sshd",
            "pam_faillock(sshd:auth): Consecutive login failures for user joe account temporarily locked",
            "joe",
            "authentication",
            "failure",
        ),
        ("useradd", "new user: name=joe, UID=1001, GID=1001, home=/home/joe", "joe", "iam", "success"),
        ("userdel", "delete user 'joe'", "joe", "iam", "success"),
        ("passwd", "pam_unix(passwd:chauthtok): password changed for joe", "joe", "iam", "success"),
    ] {
        let expected = json!({"user.name": user, "event.category": category, "event.outcome": outcome});
        says(process, message, expected);
    }
}

// https://www.rfc-editor.org/rfc/rfc5424#section-6
#[test]
fn a_line_of_rfc_5424_says_the_same_as_one_of_rfc_3164() {
    let message = "Failed password for root from 2001:db8::5 port 29160 ssh2";
    let told = json!({"@timestamp": "2026-11-10T07:08:00.500+09:00", "hostname": "web-1", "process.name": "sshd", "process.pid": 7,
        "syslog_message": message, "user.name": "root", "source.ip": "2001:db8::5", "source.port": 29160, "event.outcome": "failure"});
    for section in ["linux-secure", "linux-os-syslog"] {
        for header in
            ["- -", "ID47 [a@1 b=\"c \\] d\"][e@2 f=\"g\"]", "- [timeQuality tzKnown=\"1\"]", "- - \u{feff}"]
        {
            let gap = if header.ends_with('\u{feff}') { "" } else { " " };
            let line = format!("<86>1 2026-11-10T07:08:00.5+09:00 web-1 sshd 7 {header}{gap}{message}");
            has(section, &line, told.clone());
        }
        has(
            section,
            "<86>1 2026-11-10T07:08:00Z - - main - - hi: there",
            json!({"hostname": null, "process.name": null, "process.pid": null, "syslog_message": "hi: there", "related.hosts": null}),
        );
        has(
            section,
            "<86>1 2026-11-10T07:08:00Z web-1 sshd 7 ID47 [a@1 b=\"c\"]",
            json!({"hostname": "web-1", "msgid": "ID47", "structured_data": "[a@1 b=\"c\"]", "syslog_message": null}),
        );
        has(section, "<86>1 - web-1 sshd 7 - - hi", json!({"hostname": "web-1", "syslog_message": "hi"}));
        has(
            section,
            "<86>2 2026-11-10T07:08:00Z web-1 sshd 7 - - hi",
            json!({"event.kind": "pipeline_error"}),
        );
    }
}

// https://github.com/shadow-maint/shadow/tree/master/src
#[test]
fn what_is_done_to_accounts_and_groups_is_told() {
    for (process, message, action, user, outcome) in [
        ("useradd", "failed adding user 'aol', exit code: 4", "failed adding user", json!("aol"), "failure"),
        ("useradd", "new group: name=apache, GID=48", "new group", json!(null), "success"),
        ("useradd", "add 'bob' to shadow group 'wheel'", "add", json!("bob"), "success"),
        (
            "usermod",
            "change user 'bob' expiration from 'never' to '2026-01-01'",
            "change user",
            json!("bob"),
            "success",
        ),
        ("usermod", "change user name 'bob' to 'rob'", "change user", json!("bob"), "success"),
        ("usermod", "lock user 'bob' password", "lock user", json!("bob"), "success"),
        ("usermod", "add 'bob' to group 'wheel'", "add", json!("bob"), "success"),
        ("usermod", "delete 'bob' from group 'wheel'", "delete", json!("bob"), "success"),
        ("userdel", "delete 'bob' from shadow group 'wheel'", "delete", json!("bob"), "success"),
        ("userdel", "removed group 'bob' owned by 'bob'", "removed", json!(null), "success"),
        ("groupadd", "group added to /etc/gshadow: name=fleet", "group added", json!(null), "success"),
        (
            "groupmod",
            "group changed in /etc/group (group fleet/1001, new name: fleets)",
            "group changed",
            json!(null),
            "success",
        ),
        ("groupdel", "group 'fleet' removed from /etc/group", "removed", json!(null), "success"),
        ("gpasswd", "user bob added by root to group sudo", "added", json!("root"), "success"),
        ("passwd", "password for 'bob' changed by 'root'", "changed", json!("root"), "success"),
        ("chage", "changed password expiry for bob", "changed password expiry", json!("bob"), "success"),
    ] {
        let expected = json!({"event.category": "iam", "event.action": action, "user.name": user, "event.outcome": outcome, "event.module": "secure"});
        says(process, message, expected);
    }
    says("gpasswd", "user bob removed by root from group sudo", json!({"related.user": ["root", "bob"]}));
}

// The formats of doas.c, pkexec.c, polkitbackendinteractiveauthority.c, logind-session.c, cron's do_command.c, Dovecot's login_log_format and
// mech log lines, vsftpd's logging.c, shadow's su.c and gpasswd.c, FreeBSD's su.c.
#[test]
fn what_other_programs_of_a_linux_system_write_has_user_outcome_and_address() {
    let bob_as_root = json!({"user.name": "bob", "user.effective.name": "root", "event.outcome": "success", "related.user": ["bob", "root"]});
    let bob_failed = json!({"user.name": "bob", "user.effective.name": null, "event.outcome": "failure"});
    let from = |outcome: &str| json!({"user.name": "bob", "source.ip": "203.0.113.9", "event.outcome": outcome, "event.category": "authentication"});
    let doubtful = json!({"user.name": null, "source.ip": null, "event.outcome": "failure"});
    for (process, message, expected) in [
        ("doas", "bob ran command ls /root as root from /home/bob", bob_as_root.clone()),
        (
            "doas",
            "bob ran command id as joe from /h as root from /",
            json!({"user.name": "bob", "user.effective.name": null}),
        ),
        ("doas", "command not permitted for bob: cat /etc/shadow", bob_failed.clone()),
        ("doas", "failed auth for bob", bob_failed.clone()),
        (
            "pkexec",
            "bob: Executing command [USER=root] [TTY=unknown] [CWD=/home/bob] [COMMAND=/bin/id]",
            bob_as_root.clone(),
        ),
        (
            "pkexec",
            "bob: Error executing command as another user: Not authorized [USER=root] [TTY=unknown] [CWD=/] [COMMAND=/bin/id]",
            bob_failed.clone(),
        ),
        (
            "pkexec",
            "pam_unix(polkit-1:session): session opened for user root(uid=0) by bob(uid=1000)",
            bob_as_root.clone(),
        ),
        (
            "polkitd",
            "Operator of unix-session:2 successfully authenticated as unix-user:root to gain ONE-SHOT authorization for action a for unix-process:1:2 [id (owned by unix-user:eve)] (owned by unix-user:bob)",
            bob_as_root.clone(),
        ),
        (
            "polkitd",
            "Operator of unix-session:2 FAILED to authenticate to gain authorization for action a for unix-process:1:2 [pkexec id] (owned by unix-user:bob)",
            bob_failed.clone(),
        ),
        ("su", "+ pts/0 bob:root", bob_as_root.clone()),
        ("su", "- /dev/pts/0 bob:root", bob_failed.clone()),
        ("su", "bob to root on /dev/ttyp0", bob_as_root.clone()),
        ("su", "FAILED SU (to root) bob on pts/1", bob_failed),
        ("sudo", "bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/bash", bob_as_root),
        (
            "gpasswd",
            "members of group docker set by root to bob,joe",
            json!({"user.name": "root", "group.name": "docker"}),
        ),
        (
            "gpasswd",
            "user bob added by root to group sudo",
            json!({"user.name": "root", "user.target.name": "bob", "group.name": "sudo"}),
        ),
        ("usermod", "add 'bob' to shadow group 'sudo'", json!({"user.name": "bob", "group.name": "sudo"})),
        ("groupadd", "new group: name=fleet, GID=1001", json!({"user.name": null, "group.name": "fleet"})),
        (
            "CRON",
            "(bob) CMD (run-parts /etc/cron.hourly)",
            json!({"user.name": "bob", "event.category": "process"}),
        ),
        (
            "systemd-logind",
            "New session 5 of user bob.",
            json!({"user.name": "bob", "event.category": "session"}),
        ),
        (
            "systemd-logind",
            "New session '5' of user 'bob' with class 'user' and type 'tty'.",
            json!({"user.name": "bob", "event.outcome": null}),
        ),
        (
            "sshd-session",
            "pam_unix(sshd:session): session opened for user bob(uid=1000) by root(uid=0)",
            json!({"user.name": "bob", "user.effective.name": null, "event.outcome": "success"}),
        ),
        (
            "dovecot",
            "imap-login: Login: user=<bob>, method=PLAIN, rip=203.0.113.9, lip=10.0.0.1, mpid=33, TLS, session=<L4Xp2bXv>",
            from("success"),
        ),
        (
            "dovecot",
            "imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<bob>, method=PLAIN, rip=203.0.113.9, lip=10.0.0.1, TLS, session=<L4Xp2bXv>",
            from("failure"),
        ),
        (
            "dovecot",
            "imap-login: Login aborted: Connection closed: read(size=1003) failed (auth failed, 1 attempts in 0 secs) (auth_failed): user=<bob>, rip=203.0.113.9, lip=10.0.0.1",
            from("failure"),
        ),
        (
            "dovecot",
            "auth-worker(304): conn unix:auth-worker (uid=143): auth-worker<7>: pam(bob,203.0.113.9,<Yx7+W8>): pam_authenticate() failed: Authentication failure (Password mismatch?)",
            from("failure"),
        ),
        (
            "dovecot",
            "imap-login: Disconnected (auth failed, 1 attempts): user=<x>, rip=198.51.100.6, lip=1, session=<>, method=PLAIN, rip=203.0.113.9, lip=10.0.0.1",
            doubtful.clone(),
        ),
        ("vsftpd", "[bob] OK LOGIN: Client \"::ffff:203.0.113.9\", anon password \"x\"", from("success")),
        ("vsftpd", "[bob] FAIL LOGIN: Client \"203.0.113.9\"", from("failure")),
        ("vsftpd", "[x] FAIL LOGIN: Client \"198.51.100.6\"] FAIL LOGIN: Client \"203.0.113.9\"", doubtful),
    ] {
        says(process, message, expected);
    }
}

/// ECS, allowed values of event.category, with the types that each may have.
#[test]
fn what_is_told_of_accounts_and_sign_ins_has_a_type() {
    for (process, message, kind) in [
        ("useradd", "new user: name=joe, UID=1001, GID=1001", json!(["user", "creation"])),
        ("usermod", "change user 'joe' UID from '1001' to '0'", json!(["user", "change"])),
        ("userdel", "delete user 'joe'", json!(["user", "deletion"])),
        ("passwd", "password for 'joe' changed by 'root'", json!(["user", "change"])),
        ("chsh", "changed user 'joe' shell to '/bin/bash'", json!(["user", "change"])),
        ("groupadd", "new group: name=ops, GID=1004", json!(["group", "creation"])),
        ("groupmod", "change group 'ops' to 'dev'", json!(["group", "change"])),
        ("usermod", "add 'joe' to group 'wheel'", json!(["group", "change"])),
        ("gpasswd", "user joe added by root to group wheel", json!(["group", "change"])),
        ("groupmems", "user 'joe' added by 'root' to group 'wheel'", json!(["group", "change"])),
        ("groupdel", "group 'ops' removed", json!(["group", "deletion"])),
        ("sshd", "Accepted password for joe from 203.0.113.9 port 4711 ssh2", json!(["start"])),
        ("sshd", "Failed password for joe from 203.0.113.9 port 4711 ssh2", json!(["start"])),
        ("sshd", "pam_unix(sshd:session): session closed for user joe", json!(["end"])),
        ("systemd-logind", "New session 5 of user joe.", json!(["start"])),
        ("sshd", "Server listening on 0.0.0.0 port 22.", json!(null)),
    ] {
        says(process, message, json!({"event.type": kind}));
    }
    let by_root = json!({"user.name": "root", "user.target.name": "joe", "group.name": "wheel"});
    says("groupmems", "user 'joe' added by 'root' to group 'wheel'", by_root);
}

/// pam_access.c, pam_listfile.c, pam_unix_acct.c, pam_tally2.c of Linux-PAM.
#[test]
fn whom_a_module_of_pam_turns_away_has_failed() {
    for (message, address) in [
        ("pam_access(sshd:account): access denied for user `joe' from `203.0.113.9'", json!("203.0.113.9")),
        ("pam_listfile(sshd:auth): Refused user joe for service sshd", json!(null)),
        ("pam_unix(sshd:account): account joe has expired (account expired)", json!(null)),
        ("pam_tally2(sshd:auth): user joe (1000) tally 6, deny 5", json!(null)),
    ] {
        let expected = json!({"user.name": "joe", "event.outcome": "failure", "event.category": "authentication", "source.ip": address});
        says("sshd", message, expected);
    }
    let forged =
        "pam_access(sshd:account): access denied for user `a' from `198.51.100.6'' from `203.0.113.9'";
    says("sshd", forged, json!({"source.ip": "203.0.113.9"}));
}

/// login.c of shadow and of util-linux, which writes the terminal where there is no host.
#[test]
fn who_failed_at_a_terminal_came_from_where_login_says() {
    for (message, address) in [
        (
            "FAILED LOGIN (1) on '/dev/pts/1' from '203.0.113.9' FOR 'joe', Authentication failure",
            json!("203.0.113.9"),
        ),
        ("FAILED LOGIN (1) on '/dev/tty1' FOR `joe', User not known", json!(null)),
        ("FAILED LOGIN 1 FROM 203.0.113.9 FOR joe, Authentication failure", json!("203.0.113.9")),
        ("FAILED LOGIN 1 FROM tty1 FOR joe, Authentication failure", json!(null)),
        ("FAILED LOGIN 1 FROM (null) FOR joe, Authentication failure", json!(null)),
        ("TOO MANY LOGIN TRIES (5) FROM 203.0.113.9 FOR joe, Authentication failure", json!("203.0.113.9")),
    ] {
        let expected = json!({"user.name": "joe", "event.outcome": "failure", "source.ip": address, "source.address": address});
        says("login", message, expected);
    }
}

#[test]
fn the_name_of_a_directorys_user_may_have_blanks() {
    let by_joe = json!({"user.name": "joe", "user.effective.name": "Jane Doe"});
    says("sudo", "pam_unix(sudo:session): session opened for user Jane Doe(uid=7) by joe(uid=8)", by_joe);
    let jane = json!({"user.name": "Jane Doe"});
    for (process, message) in [
        ("sudo", "Jane Doe : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls"),
        ("sudo", "Jane Doe : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls"),
        ("sshd", "pam_unix(sshd:session): session opened for user Jane Doe(uid=7) by (uid=0)"),
        ("sshd", "pam_unix(sshd:session): session closed for user Jane Doe"),
        ("CRON", "pam_unix(cron:session): session opened for user Jane Doe(uid=7) by (uid=0)"),
    ] {
        says(process, message, jane.clone());
    }
}

/// Postfix's smtpd_sasl_glue.c and smtpd.c, ProFTPD's mod_auth.c, Pure-FTPd's ftpd.c, Dovecot's login_log_format.
#[test]
fn who_signs_in_to_a_server_of_mail_or_files_is_told_and_its_other_lines_are_of_the_system() {
    let of = |outcome: &str, user: Value| json!({"event.module": "secure", "event.category": "authentication", "event.outcome": outcome, "user.name": user, "source.ip": "203.0.113.9"});
    let other = json!({"event.module": "system", "event.outcome": null});
    for (process, message, expected) in [
        (
            "postfix/smtpd",
            "warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6",
            of("failure", json!(null)),
        ),
        (
            "postfix/submission/smtpd",
            "warning: h.example[203.0.113.9]:4711: SASL PLAIN authentication failed: (reason unavailable), sasl_username=joe",
            of("failure", json!("joe")),
        ),
        (
            "postfix/smtpd",
            "4B2C1: client=h.example[203.0.113.9], sasl_method=PLAIN, sasl_username=joe@example.com",
            of("success", json!("joe@example.com")),
        ),
        ("postfix/qmgr", "4B2C1: from=<joe@example.com>, size=7, nrcpt=1 (queue active)", other.clone()),
        (
            "proftpd",
            "ftp.example (h.example[203.0.113.9]) - USER joe: no such user found from h.example [203.0.113.9] to 192.0.2.1:21",
            of("failure", json!("joe")),
        ),
        (
            "proftpd",
            "ftp.example (h.example[203.0.113.9]): USER joe (Login failed): Incorrect password.",
            of("failure", json!("joe")),
        ),
        (
            "proftpd",
            "ftp.example (h[203.0.113.9]) - USER joe: Login successful.",
            of("success", json!("joe")),
        ),
        (
            "proftpd",
            "ftp.example (h[203.0.113.9]) - USER a: Login successful.: no such user found from h [203.0.113.9] to 192.0.2.1:21",
            of("failure", json!("a: Login successful.")),
        ),
        ("proftpd", "ftp.example (h[203.0.113.9]) - FTP session closed.", other.clone()),
        (
            "pure-ftpd",
            "(?@203.0.113.9) [WARNING] Authentication failed for user [joe]",
            of("failure", json!("joe")),
        ),
        ("pure-ftpd", "(?@203.0.113.9) [INFO] joe is now logged in", of("success", json!("joe"))),
        (
            "dovecot",
            "imap-login: Disconnected (no auth attempts in 4 secs): user=<>, rip=203.0.113.9, lip=192.0.2.1, TLS handshaking: SSL_accept() failed: x, session=<aB3+>",
            json!({"source.ip": "203.0.113.9", "user.name": null, "event.outcome": null}),
        ),
        ("dovecot", "imap(joe): Logged out in=1 out=2", other),
    ] {
        has("linux-os-syslog", &format!("Nov 10 07:08:00 web-1 {process}[7]: {message}"), expected);
    }
}

/// Netfilter's nf_log_syslog.c, with UFW's prefix, iptables', Shorewall's and none.
#[test]
fn what_netfilter_logs_is_a_flow() {
    let tail = "IN=eth0 OUT= MAC=00:16:3e:aa:bb:cc:00:16:3e:dd:ee:ff:08:00 SRC=203.0.113.9 DST=10.0.0.1 LEN=40 TOS=0x00 PREC=0x00 TTL=244 ID=1 PROTO=TCP SPT=40000 DPT=22 WINDOW=65535 RES=0x00 SYN URGP=0";
    let (denied, allowed, neither) =
        ((json!(["denied"]), "failure"), (json!(["allowed"]), "success"), (json!(null), ""));
    for (prefix, action, (kind, outcome)) in [
        ("[12.345678] [UFW BLOCK] ", json!("UFW BLOCK"), denied.clone()),
        ("[12.345678] [UFW ALLOW] ", json!("UFW ALLOW"), allowed.clone()),
        ("[12.345678] [UFW AUDIT] ", json!("UFW AUDIT"), neither.clone()),
        ("[ 9.1] iptables denied: ", json!("iptables denied"), denied.clone()),
        ("Shorewall:net2fw:DROP:", json!("Shorewall:net2fw:DROP"), denied.clone()),
        ("filter_IN_public_REJECT: ", json!("filter_IN_public_REJECT"), denied.clone()),
        ("SFW2-INext-ACC-TCP ", json!("SFW2-INext-ACC-TCP"), allowed),
        ("DROP(src wan)", json!("DROP(src wan)"), denied.clone()),
        ("DROP", json!("DROP"), denied),
        ("dropbear-seen ", json!("dropbear-seen"), neither.clone()),
        ("", json!(null), neither),
    ] {
        let line = format!("Nov 10 07:08:00 web-1 kernel: {prefix}{tail}");
        let outcome = Some(outcome).filter(|outcome| !outcome.is_empty());
        let expected = json!({
            "event.type": kind, "event.outcome": outcome, "event.action": action, "event.category": "network", "event.module": "system", "source.ip": "203.0.113.9", "source.port": 40000,
            "destination.ip": "10.0.0.1", "destination.port": 22, "network.transport": "tcp",
        });
        has("linux-os-syslog", &line, expected);
    }
    let inner = "IN=eth0 OUT= MAC= SRC=203.0.113.9 DST=10.0.0.1 LEN=56 PROTO=ICMP TYPE=3 CODE=3 [SRC=10.0.0.1 DST=203.0.113.9 LEN=28 PROTO=UDP SPT=53 DPT=4000 LEN=8 ]";
    says(
        "kernel",
        inner,
        json!({"network.transport": "icmp", "source.ip": "203.0.113.9", "destination.port": null}),
    );
}

/// OpenSSH's log.c cuts a message at 500 bytes, in which each byte of a name that is no text takes four (packet.c, sshpkt_fmt_connection_id).
#[test]
fn the_end_of_a_message_that_sshd_has_cut_is_no_address() {
    let cut = |head: &str, tail: &str| {
        let name = "\\377".repeat(125);
        format!("{head}{}{tail}", &name[..500 - head.len() - tail.len()])
    };
    let certificate =
        "Failed publickey for root from 203.0.113.9 port 4000 ssh2: ED25519-CERT SHA256:abc ID ";
    for message in [
        cut("Connection closed by invalid user ", " 198.51.100.6 port 22"),
        cut("Connection reset by authenticating user ", " 198.51.100.6 port 22"),
        cut("Disconnected from invalid user ", " from 198.51.100.6 port 22"),
        cut("Disconnecting invalid user A 198.51.100.6 port 22: ", ""),
        cut(
            "Disconnecting invalid user x 198.51.100.6 port 22: Change of username or service not allowed: (a,b) -> (c,",
            ")",
        ),
        cut("Bad protocol version identification '", "' from 198.51.100.6 port 22"),
        cut(certificate, " from 198.51.100.6 port 22"),
        cut(certificate, " from 198.51.100.6 port 22 ssh2: RSA SHA256:x"),
        format!("{certificate}a from 198.51.100.6 port 22,b (serial 7) CA RSA SHA256:def"),
    ] {
        assert!(message.len() <= 500);
        says("sshd", &message, json!({"source.ip": null, "user.name": null, "event.outcome": "failure"}));
    }
}

#[test]
fn a_connection_that_ended_has_its_own_address() {
    for message in [
        "Connection from invalid user x from 198.51.100.6 port 22 203.0.113.9 port 4000 timed out",
        "ssh_dispatch_run_fatal: Connection from authenticating user x from 198.51.100.6 port 22 203.0.113.9 port 4000: Broken pipe [preauth]",
        "Received request from 203.0.113.9 port 4000 to connect to host x from 198.51.100.6 port 9, but the request was denied.",
        "Starting session: shell on pts/0 for bob from 203.0.113.9 port 4000 id 0",
    ] {
        says("sshd", message, json!({"source.ip": "203.0.113.9", "source.port": 4000}));
    }
    let offer = "Unable to negotiate with user bob 203.0.113.9 port 4000: no matching cipher found. Their offer: x from 198.51.100.6 port 1";
    says("sshd", offer, json!({"source.ip": null}));
    // vsftpd writes the name as ruser, too.
    let forged = "pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser= rhost=198.51.100.6  user=x rhost=203.0.113.9  user= rhost=198.51.100.6  user=x";
    says("vsftpd", forged, json!({"source.ip": null, "user.name": null, "event.outcome": "failure"}));
}
