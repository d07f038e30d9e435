//! What was generated: one [`Truth`] for each line, and their [`Summary`].
//!
//! Tests compare them with what came out of the loader; nothing here knows how a loader works.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Serialize;

/// The protection module that an event came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Module {
    /// Events of the Manager itself.
    System,
    /// Malware and spyware found.
    AntiMalware,
    /// Programs that are on no list.
    ApplicationControl,
    /// USB and mobile devices.
    DeviceControl,
    /// Packets against firewall rules.
    Firewall,
    /// Changed files and registry keys.
    IntegrityMonitoring,
    /// Packets against intrusion prevention rules.
    IntrusionPrevention,
    /// Lines of the host's own logs.
    LogInspection,
    /// URLs of bad repute.
    WebReputation,
}

/// The format of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// ArcSight Common Event Format.
    Cef,
    /// IBM QRadar Log Event Extended Format.
    Leef,
}

/// What became of the thing that the event is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was stopped: dropped, reset, quarantined, refused.
    Blocked,
    /// It was seen and let through.
    Detected,
    /// There was nothing to stop: a log line, a change, a notice.
    #[default]
    Observed,
}

/// What can be wrong with a hostile line: what it is, the module whose events show it, where not those of all do, and the format, where
/// it is not to be seen in both.
macro_rules! hostile {
    ($($kind:ident $meaning:literal $(in $module:ident)? $(as $format:ident)?;)*) => {
        /// What is wrong with a hostile line.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Hostile {
            $(#[doc = $meaning] $kind,)*
        }

        impl Hostile {
            /// All kinds.
            pub const ALL: [Self; [$($meaning),*].len()] = [$(Self::$kind),*];

            pub(super) fn module(self) -> Option<Module> {
                match self {
                    $($(Self::$kind => Some(Module::$module),)?)*
                    _ => None,
                }
            }

            pub(super) fn format(self) -> Option<Format> {
                match self {
                    $($(Self::$kind => Some(Format::$format),)?)*
                    _ => None,
                }
            }
        }
    };
}

hostile! {
    CutPacket "A long packet that rsyslog cut at 8 KiB, inside the base64." in IntrusionPrevention;
    ForgedKey "Free text that reads like further keys: ` act=Deny src=8.8.8.8`." in IntrusionPrevention;
    NestedHeader "A whole CEF header quoted in free text." in LogInspection;
    JoinedEvents "Two events in one datagram, joined by a line end: two documents. Module, action and addresses are the same." in Firewall as Cef;
    DuplicateKey "The same key twice with different values: the first one counts." in IntrusionPrevention;
    QuotesAndPipes "Quotes, and pipes both escaped and plain." in LogInspection;
    EmptyValues "Keys without a value." in Firewall;
    TwoBlanks "Two blanks between pairs." as Cef;
    UnescapedEquals "`=` in values that nobody escaped." in WebReputation as Cef;
    BareBackslashes "Paths whose backslashes nobody doubled." in IntegrityMonitoring as Cef;
    NotAvailable "`N/A` where addresses and numbers belong." in Firewall;
    HostNameAsAddress "Host names where addresses belong." in Firewall;
    Ipv6 "IPv6 addresses in their long form." in Firewall;
    ShiftJis "Japanese text in Shift_JIS: not UTF-8." in LogInspection;
    BrokenBytes "Bytes that are text in no encoding." in LogInspection;
    Japanese "Japanese text in UTF-8." in LogInspection;
    LongMessage "A message of 9,000 characters." in System;
    ControlCharacters "Control characters, as rsyslog's `#033` or as JSON escapes." in LogInspection;
    RealTabs "LEEF with real tabs, from an rsyslog that was told not to escape them." as Leef;
    Repeated "Three equal lines: three documents." in Firewall;
    CutHeader "The line ends inside the event's header.";
    CutJson "The JSON object ends in the middle.";
    ByteOrderMark "A byte order mark in front of the JSON object.";
    Blank "Nothing, or blanks: no document.";
}

/// What one line holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// The module; nothing on a blank line.
    pub module: Option<Module>,
    /// The format; nothing on a blank line.
    pub format: Option<Format>,
    /// The id in the event's header.
    pub signature: Option<u32>,
    /// The severity in the event's header, 0 to 10.
    pub severity: Option<u8>,
    /// The value of the event's own `src`, where it is an address.
    pub source: Option<IpAddr>,
    /// The value of the event's own `dst`, where it is an address.
    pub destination: Option<IpAddr>,
    /// Where `source` is a proxy of one's own (a private address): the right-most address of the packet's
    /// X-Forwarded-For that is not private.
    pub client: Option<IpAddr>,
    /// The event's own `act`, as the agent writes it; the first, where a forged one follows. Nothing where the
    /// module has no such key.
    pub action: Option<&'static str>,
    /// What became of it; nothing on a blank line.
    pub outcome: Option<Outcome>,
    /// What is wrong with the line.
    pub hostile: Option<Hostile>,
    /// How many documents the line is worth: 1, but 0 for a blank line and 2 for [`Hostile::JoinedEvents`].
    pub documents: u64,
    /// A person would say that this is no event any more: its header or the JSON around it is not whole.
    pub unparsable: bool,
    /// The event's time, as the syslog header has it without year and zone.
    pub event_time: Option<jiff::Timestamp>,
    /// When fluentd read the line.
    pub read_time: Option<jiff::Timestamp>,
}

/// What came from one module. Unparsable lines are not counted here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ModuleSummary {
    /// Documents.
    pub documents: u64,
    /// Documents whose outcome is [`Outcome::Blocked`].
    pub blocked: u64,
    /// Documents whose outcome is [`Outcome::Detected`].
    pub detected: u64,
    /// Documents by the agent's own word for its action; those without one are not in it.
    pub actions: BTreeMap<&'static str, u64>,
}

/// What a whole corpus holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Lines, blank ones included.
    pub lines: u64,
    /// Bytes of text before compression, line ends included.
    pub bytes: u64,
    /// Blank lines.
    pub blank: u64,
    /// Documents that the lines are worth.
    pub documents: u64,
    /// Documents that a person would call unparsable.
    pub unparsable: u64,
    /// Lines by what is wrong with them.
    pub hostile: BTreeMap<Hostile, u64>,
    /// Parsable documents by format.
    pub formats: BTreeMap<Format, u64>,
    /// Parsable documents by module.
    pub modules: BTreeMap<Module, ModuleSummary>,
}

impl Summary {
    /// Counts one line of `bytes` bytes.
    pub fn add(&mut self, truth: &Truth, bytes: u64) {
        self.lines += 1;
        self.bytes += bytes;
        self.documents += truth.documents;
        if let Some(hostile) = truth.hostile {
            *self.hostile.entry(hostile).or_default() += 1;
        }
        if truth.documents == 0 {
            self.blank += 1;
            return;
        }
        if truth.unparsable {
            self.unparsable += truth.documents;
            return;
        }
        if let Some(format) = truth.format {
            *self.formats.entry(format).or_default() += truth.documents;
        }
        let Some(module) = truth.module else { return };
        let module = self.modules.entry(module).or_default();
        module.documents += truth.documents;
        match truth.outcome {
            Some(Outcome::Blocked) => module.blocked += truth.documents,
            Some(Outcome::Detected) => module.detected += truth.documents,
            Some(Outcome::Observed) | None => {}
        }
        if let Some(action) = truth.action {
            *module.actions.entry(action).or_default() += truth.documents;
        }
    }
}
