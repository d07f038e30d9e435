//! Objects of Deep Security logs, out of a seed: what agents and their Manager send, as rsyslog writes it and
//! fluentd puts it into S3. [`LogType`] is for objects of the services around a shop in the web.
//!
//! Gives lines and, beside each of Deep Security, what it holds; the same seed gives the same lines for ever. Knows
//! nothing of the stages that read such lines: it is what they are measured and tested with.

mod random;
mod truth;
mod event;
mod packet;
mod fleet;
mod network;
mod endpoint;
mod notice;
mod hostile;
mod clock;
mod chain;
mod visit;
mod waf;
mod alb;
mod cloudtrail;
mod vpcflowlogs;
mod nginx_access;

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use jiff::tz::Offset;

use self::chain::Control;
use self::clock::{Clock, Times};
use self::event::Event;
use self::fleet::{Agent, Fleet, MANAGER_HOST};
use self::random::Random;
use self::visit::Visit;

pub use self::truth::{Format, Hostile, Module, ModuleSummary, Outcome, Summary, Truth};

/// What to generate.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Determines everything that the other options leave open.
    pub seed: u64,
    /// Lines, blank ones included.
    pub lines: u64,
    /// Share of events in LEEF, 0 to 1.
    pub leef_share: f64,
    /// Share of lines that start something hostile, 0 to 1 (see [`Hostile`]).
    pub hostile_share: f64,
    /// Share of lines that fluentd reads late, hours after they were written, 0 to 1.
    pub outage_share: f64,
    /// Time of the first line.
    pub start: Timestamp,
    /// Milliseconds from line to line, on average.
    pub gap: u64,
    /// The clock of the machine that runs rsyslog and fluentd.
    pub offset: Offset,
    /// What [`run`] writes.
    pub encoding: Encoding,
}

impl Default for Options {
    /// An hour of 100,000 lines, from 2026-11-22T00:00:00Z on.
    fn default() -> Self {
        Self {
            seed: 1,
            lines: 100_000,
            leef_share: 0.1,
            hostile_share: 0.02,
            outage_share: 0.005,
            start: Timestamp::constant(1_795_305_600, 0),
            gap: 36,
            offset: Offset::UTC,
            encoding: Encoding::Gzip,
        }
    }
}

/// The form of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One gzip member, as fluentd's S3 plugin stores it.
    Gzip,
    /// The lines themselves.
    Plain,
}

/// Writes a whole object to `out` and tells what is in it. Memory does not depend on the number of lines.
///
/// # Errors
///
/// Whatever `out` says.
pub fn run(options: &Options, out: &mut dyn Write) -> io::Result<Summary> {
    encoded(options, out, |out| write_lines(options, out))
}

/// Gives `write` what takes text, and puts that into `out` as `options` say.
fn encoded(
    options: &Options,
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<Summary>,
) -> io::Result<Summary> {
    match options.encoding {
        Encoding::Plain => write(out),
        Encoding::Gzip => {
            let mut encoder = GzEncoder::new(out, Compression::new(6));
            let summary = write(&mut encoder)?;
            encoder.finish()?;
            Ok(summary)
        }
    }
}

/// A log type beside Deep Security's. All of them tell of the same visits, so that one address is found in all.
#[derive(Debug)]
pub struct LogType {
    /// The name of its section.
    pub name: &'static str,
    /// A key as the service gives its objects.
    pub key: &'static str,
    /// What stands in front of the events of an object, between two of them, and behind them.
    around: [&'static str; 3],
    /// The event of a visit, if the service sees it.
    event: fn(&mut Visit) -> Option<String>,
}

/// The log types.
pub static LOG_TYPES: [LogType; 5] = [
    LogType {
        name: "waf",
        key: "AWSLogs/111122223333/WAFLogs/ap-northeast-1/shop-acl/2026/11/22/00/00/111122223333_waflogs_ap-northeast-1_shop-acl_20261122T0000Z_0a1b2c3d.log.gz",
        around: ["", "\n", "\n"],
        event: |visit| Some(waf::event(visit)),
    },
    LogType {
        name: "alb",
        key: "AWSLogs/111122223333/elasticloadbalancing/ap-northeast-1/2026/11/22/111122223333_elasticloadbalancing_ap-northeast-1_app.shop.0123456789abcdef_20261122T0000Z_203.0.113.80_0a1b2c3d.log.gz",
        around: ["", "\n", "\n"],
        event: |visit| Some(alb::event(visit)),
    },
    LogType {
        name: "cloudtrail",
        key: "AWSLogs/111122223333/CloudTrail/ap-northeast-1/2026/11/22/111122223333_CloudTrail_ap-northeast-1_20261122T0000Z_0a1b2c3d4e5f6a7b.json.gz",
        around: ["{\"Records\":[", ",", "]}"],
        event: |visit| Some(cloudtrail::event(visit)),
    },
    LogType {
        name: "vpcflowlogs",
        key: "AWSLogs/111122223333/vpcflowlogs/ap-northeast-1/2026/11/22/111122223333_vpcflowlogs_ap-northeast-1_fl-0123456789abcdef0_20261122T0000Z_0a1b2c3d.log.gz",
        around: [vpcflowlogs::NAMES, "\n", "\n"],
        event: |visit| Some(vpcflowlogs::event(visit)),
    },
    LogType {
        name: "nginx-access",
        key: "AWSLogs/111122223333/Nginx/Access/ap-northeast-1/web-site-name=shop/2026/11/22/access.log.gz",
        around: ["", "\n", "\n"],
        event: nginx_access::event,
    },
];

impl LogType {
    /// Writes an object of as many events as `options` have lines, and counts them. What only Deep Security's events have does not matter
    /// here.
    ///
    /// # Errors
    ///
    /// Whatever `out` says.
    pub fn run(&self, options: &Options, out: &mut dyn Write) -> io::Result<Summary> {
        encoded(options, out, |out| self.write_events(options, out))
    }

    fn write_events(&self, options: &Options, out: &mut dyn Write) -> io::Result<Summary> {
        let [front, between, end] = self.around;
        let visits = (0..).map(|number| Visit::new(options.seed, number, options.start, options.gap));
        let events = visits.filter_map(|mut visit| (self.event)(&mut visit));
        let count = usize::try_from(options.lines).unwrap_or(usize::MAX);
        let mut summary = Summary { lines: options.lines, documents: options.lines, ..Summary::default() };
        let mut put = |text: &str| {
            summary.bytes += text.len() as u64;
            out.write_all(text.as_bytes())
        };
        put(front)?;
        for (number, event) in events.take(count).enumerate() {
            put(if number > 0 { between } else { "" })?;
            put(&event)?;
        }
        put(end)?;
        out.flush()?;
        Ok(summary)
    }
}

/// Bytes handed on at a time.
const CHUNK: usize = 64 * 1024;

fn write_lines(options: &Options, out: &mut dyn Write) -> io::Result<Summary> {
    let mut generator = Generator::new(options);
    let mut summary = Summary::default();
    let mut buffer = Vec::with_capacity(2 * CHUNK);
    let mut start = 0;
    while let Some(truth) = generator.write_line(&mut buffer) {
        summary.add(&truth, (buffer.len() - start) as u64);
        if buffer.len() >= CHUNK {
            out.write_all(&buffer)?;
            buffer.clear();
        }
        start = buffer.len();
    }
    out.write_all(&buffer)?;
    out.flush()?;
    Ok(summary)
}

/// The lines of one seed, one at a time.
pub struct Generator {
    random: Random,
    fleet: Fleet,
    clock: Clock,
    /// Its lines are those that are left.
    options: Options,
    repeat: Option<Repeat>,
}

/// A line that is to come again.
struct Repeat {
    line: Vec<u8>,
    truth: Truth,
    times: u32,
}

/// How often each module's events come: network events outnumber all others.
const MODULES: [(u64, Module); 9] = [
    (46, Module::IntrusionPrevention),
    (28, Module::Firewall),
    (7, Module::LogInspection),
    (6, Module::IntegrityMonitoring),
    (4, Module::WebReputation),
    (3, Module::AntiMalware),
    (3, Module::System),
    (2, Module::ApplicationControl),
    (1, Module::DeviceControl),
];

impl Generator {
    /// Starts at the first line. `options.encoding` does not matter here.
    pub fn new(options: &Options) -> Self {
        let mut random = Random::new(options.seed);
        Self {
            fleet: Fleet::new(&mut random),
            random,
            clock: Clock::new(options.start, options.gap, options.outage_share),
            options: options.clone(),
            repeat: None,
        }
    }

    /// Appends the next line to `out`, its `\n` included, and tells what it holds; nothing after the last line.
    pub fn write_line(&mut self, out: &mut Vec<u8>) -> Option<Truth> {
        self.options.lines = self.options.lines.checked_sub(1)?;
        if let Some(repeat) = &mut self.repeat {
            out.extend_from_slice(&repeat.line);
            let truth = repeat.truth.clone();
            repeat.times -= 1;
            if repeat.times == 0 {
                self.repeat = None;
            }
            return Some(truth);
        }
        let start = out.len();
        let truth = self.write_new_line(out)?;
        out.push(b'\n');
        if truth.hostile == Some(Hostile::Repeated) {
            let line = out.get(start..)?.to_vec();
            self.repeat = Some(Repeat { line, truth: truth.clone(), times: 2 });
        }
        Some(truth)
    }

    fn write_new_line(&mut self, out: &mut Vec<u8>) -> Option<Truth> {
        let random = &mut self.random;
        let times = self.clock.tick(random);
        let hostile =
            random.chance(self.options.hostile_share).then(|| random.pick(&Hostile::ALL.map(Some))).flatten();
        if hostile == Some(Hostile::Blank) {
            out.extend_from_slice(random.pick(&["", " ", "\r"]).as_bytes());
            return Some(Truth { hostile, ..Truth::default() });
        }
        let leef = random.chance(self.options.leef_share);
        let format = if leef { Format::Leef } else { Format::Cef };
        let format = hostile.and_then(Hostile::format).unwrap_or(format);
        let module = random.weighted(&MODULES.map(|(weight, module)| (weight, Some(module))))?;
        let module = hostile.and_then(Hostile::module).unwrap_or(module);
        let agent = self.fleet.any(random)?;
        let mut event = new_event(module, agent, random);
        if let Some(hostile) = hostile {
            hostile.bend(&mut event, agent, format, random);
        }

        let mut text = Vec::with_capacity(2048);
        event.write(format, " ", &mut text);
        if hostile == Some(Hostile::JoinedEvents) {
            text.push(b'\n');
            event.set("cnt", random.between(2, 9));
            event.write(format, "", &mut text);
        }
        let host = if module == Module::System { MANAGER_HOST.to_owned() } else { agent.syslog_host(format) };
        let control = match hostile {
            // A relay that escapes the line end writes a header of its own behind it, or the events are one text.
            Some(Hostile::RealTabs | Hostile::JoinedEvents) => Control::Kept,
            Some(Hostile::ControlCharacters) if random.chance(0.5) => Control::Kept,
            _ => Control::Escaped,
        };
        let mut message = chain::rsyslog(times, self.options.offset, &host, &text, control);
        match hostile {
            Some(Hostile::CutHeader) => hostile::cut_header(&mut message, random),
            // A message that long is to be whole: its rsyslog was given a larger limit.
            Some(Hostile::LongMessage) => {}
            _ => message.truncate(chain::RSYSLOG_LIMIT),
        }

        if hostile == Some(Hostile::ByteOrderMark) {
            out.extend_from_slice("\u{FEFF}".as_bytes());
        }
        let start = out.len();
        chain::fluentd(times, self.options.offset, &message, out);
        if hostile == Some(Hostile::CutJson) {
            hostile::cut_json(out, start, random);
        }
        Some(truth(&event, format, hostile, times))
    }
}

fn new_event(module: Module, agent: &Agent, random: &mut Random) -> Event {
    match module {
        Module::System => notice::system(random),
        Module::AntiMalware => endpoint::anti_malware(agent, random),
        Module::ApplicationControl => endpoint::application_control(agent, random),
        Module::DeviceControl => endpoint::device_control(agent, random),
        Module::Firewall => network::firewall(agent, random),
        Module::IntegrityMonitoring => endpoint::integrity_monitoring(agent, random),
        Module::IntrusionPrevention => network::intrusion_prevention(agent, random),
        Module::LogInspection => notice::log_inspection(agent, random),
        Module::WebReputation => notice::web_reputation(agent, random),
    }
}

fn truth(event: &Event, format: Format, hostile: Option<Hostile>, times: Times) -> Truth {
    Truth {
        module: Some(event.module),
        format: Some(format),
        signature: Some(event.head.id),
        severity: Some(event.head.severity),
        source: event.address("src"),
        destination: event.address("dst"),
        client: event.client,
        action: event.action,
        outcome: Some(event.outcome),
        hostile,
        documents: if hostile == Some(Hostile::JoinedEvents) { 2 } else { 1 },
        unparsable: hostile.is_some_and(Hostile::unparsable),
        event_time: Some(times.event),
        read_time: Some(times.read),
    }
}
