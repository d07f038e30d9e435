//! Events that are words: the Manager's own, lines of the host's logs, and URLs.

use std::sync::LazyLock;

use super::event::{Event, Head};
use super::fleet::{Agent, MANAGER_VERSION, System, private_address, public_address};
use super::random::Random;
use super::truth::{Module, Outcome};
use crate::bytes::table::fact_table;

/// A system event: id, name, severity, message.
type SystemEvent = (u32, &'static str, u8, &'static str);

static SYSTEM: LazyLock<Vec<(u64, SystemEvent)>> = LazyLock::new(|| {
    let table = fact_table!("src/generate/system_events.csv");
    table.rows(|row| {
        let event = (row.number("id")?, row.cell("name")?, row.number("severity")?, row.cell("message")?);
        Ok((row.number("weight")?, event))
    })
});

/// An event of the Manager: it has no agent.
pub(crate) fn system(random: &mut Random) -> Event {
    let (id, name, severity, message) = random.weighted(&SYSTEM);
    let product =
        random.pick(&["Deep Security Manager", "Deep Security Manager", "Workload Security Manager"]);
    let head = Head { product, version: MANAGER_VERSION, id, name: name.into(), severity };
    let mut event = Event::new(Module::System, head);
    event.put("src", private_address(random));
    event.put("suser", random.pick(&["MasterAdmin", "System", "kern.ellix"]));
    if id != 116 {
        event.put(
            "target",
            random.pick(&["MasterAdmin", "Krill (192.168.1.4)", "MYOB ((10.4.1.3))", "1002795 - Events"]),
        );
        event.put("targetID", random.between(1, 400));
        event.put("targetType", random.pick(&["User", "Host", "Rule"]));
    }
    event.put("msg", message);
    event.put("TrendMicroDsTenant", "Primary");
    event.put("TrendMicroDsTenantId", "0");
    event
}

/// A rule of log inspection: id, name, severity, what it found, and in which log.
type LogRule = (u32, &'static str, u8, &'static str, &'static str);

static LOG_RULES: LazyLock<Vec<(System, LogRule)>> = LazyLock::new(|| {
    let table = fact_table!("src/generate/log_inspection.csv");
    table.rows(|row| {
        let (id, severity) = (row.number("id")?, row.number("severity")?);
        let rule = (id, row.cell("name")?, severity, row.cell("description")?, row.cell("file")?);
        let systems = [("Windows", System::Windows), ("Linux", System::Linux)];
        Ok((row.one_of("system", row.cell("system")?, &systems)?, rule))
    })
});

pub(crate) fn log_inspection(agent: &Agent, random: &mut Random) -> Event {
    let rules: Vec<LogRule> =
        LOG_RULES.iter().filter(|(system, _)| *system == agent.system).map(|(_, rule)| *rule).collect();
    let (id, name, severity, description, file) = random.pick(&rules);
    let mut event = agent.event(Module::LogInspection, id, name, severity);
    if random.chance(0.5) {
        event.put_labeled(["cs1", "cs1Label"], "LI Description", description);
    } else {
        // The vendor's own example has the label first.
        event.put("cs1Label", "LI Description");
        event.put("cs1", description);
    }
    event.put("fname", file);
    if random.chance(0.6) {
        let source = if random.chance(0.5) { public_address(random) } else { private_address(random) };
        event.put("src", source);
        event.put("duser", random.pick(&["(no user)", "root", "admin"]));
    }
    event.put("shost", agent.name.clone());
    event.put("msg", log_line(agent, random));
    event
}

/// What the watched log said.
fn log_line(agent: &Agent, random: &mut Random) -> String {
    let number = random.between(300, 65_000);
    match agent.system {
        System::Windows => format!(
            "WinEvtLog Security: AUDIT_FAILURE(4625): Microsoft-Windows-Security-Auditing: (no user): no domain: \
             {name}: An account failed to log on. Subject: Security ID: S-1-0-0 Account Name: - Logon ID: 0x{number:X} \
             Failure Reason: %%2313 Status: 0xC000006D",
            name = agent.name
        ),
        System::Linux => random
            .pick(&[
                "sshd[{n}]: Failed password for invalid user admin from 203.0.113.9 port {n} ssh2",
                "td-agent[{n}]: message:Could not push log to Elasticsearch: {\"took\"=>329, \"errors\"=>true, \"items\"=>[]}",
                "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=198.51.100.4",
                "[error] [client 203.0.113.77:{n}] AH01797: client denied by server configuration: /var/www/html/.git",
            ])
            .replace("{n}", &number.to_string()),
    }
}

pub(crate) fn web_reputation(agent: &Agent, random: &mut Random) -> Event {
    let blocked = random.chance(0.7);
    let id = if blocked { 5_000_000 } else { 5_000_001 };
    let mut event = agent.event(Module::WebReputation, id, "WebReputation", random.pick(&[5, 6]));
    event.outcome = if blocked { Outcome::Blocked } else { Outcome::Detected };
    let page = random.below(1_000_000);
    let url = match random.below(4) {
        0 => "ads.example.net".to_owned(),
        1 => format!("http://rod.bnh4uln9imw.example.org/K4/{page:x}.com"),
        2 => format!("https://login.example.net/?next=/account&sid={page:x}&lang=ja"),
        _ => format!("http://203.0.113.66:8080/dl/{page}/setup.exe"),
    };
    event.put("request", url);
    let risks = ["Suspicious", "Highly Suspicious", "Dangerous", "Untested", "Blocked By Administrator"];
    event.put("msg", random.pick(&risks));
    event
}
