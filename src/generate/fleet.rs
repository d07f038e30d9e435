//! The computers that send events: a few dozen agents and their Manager, the same for a seed all along.

use std::net::{IpAddr, Ipv4Addr};

use super::event::{Event, Head};
use super::random::Random;
use super::truth::{Format, Module};

/// Agents of one seed.
const AGENTS: u64 = 60;

/// Which words an agent has for the labels of intrusion prevention: both are current.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Labels {
    /// `DPI Note`.
    Short,
    /// `Intrusion Prevention Note`.
    Long,
}

impl Labels {
    /// The label of a fact.
    pub(crate) fn of(self, fact: &str) -> String {
        let module = if self == Self::Short { "DPI" } else { "Intrusion Prevention" };
        format!("{module} {fact}")
    }
}

/// What runs on an agent's computer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum System {
    Linux,
    Windows,
}

pub(crate) struct Agent {
    pub(crate) number: u64,
    pub(crate) name: String,
    pub(crate) address: IpAddr,
    pub(crate) mac: String,
    pub(crate) labels: Labels,
    pub(crate) system: System,
    version: &'static str,
    tenant: Option<(&'static str, &'static str)>,
    /// Events name the agent by `dvchost`, not by `dvc`.
    by_name: bool,
    /// Its events come through the Manager: syslog's host is the Manager, and tags can be set.
    relayed: bool,
}

pub(crate) struct Fleet {
    agents: Vec<Agent>,
}

impl Fleet {
    pub(crate) fn new(random: &mut Random) -> Self {
        Self { agents: (0..AGENTS).map(|number| Agent::new(number, random)).collect() }
    }

    pub(crate) fn any(&self, random: &mut Random) -> Option<&Agent> {
        self.agents.get(random.index(self.agents.len()))
    }
}

impl Agent {
    fn new(number: u64, random: &mut Random) -> Self {
        let system = if random.chance(0.7) { System::Linux } else { System::Windows };
        let role = random.pick(&["web", "app", "api", "db", "batch", "proxy", "ad", "file"]);
        let address = private_address(random);
        Self {
            number: 2_300_000 + number * 37 + random.below(30),
            name: format!("{role}{number:02}.example.com"),
            address,
            mac: mac(random),
            labels: if random.chance(0.75) { Labels::Short } else { Labels::Long },
            system,
            version: random.pick(&[
                "20.0.0.1194",
                "20.0.0.1194",
                "20.0.1.690",
                "20.0.913",
                "12.0.327",
                "10.2.229",
            ]),
            tenant: random.weighted(&[
                (6, Some(("production tenant", "58535"))),
                (3, Some(("Primary", "0"))),
                (1, Some(("814726098539", "16005"))),
                (1, None),
            ]),
            by_name: random.chance(0.3),
            relayed: random.chance(0.2),
        }
    }

    /// The host in the syslog header. LEEF is only to be had through the Manager.
    pub(crate) fn syslog_host(&self, format: Format) -> String {
        if self.relayed || format == Format::Leef {
            return MANAGER_HOST.to_owned();
        }
        match self.address {
            IpAddr::V4(address) => format!("ip-{}", address.octets().map(|part| part.to_string()).join("-")),
            IpAddr::V6(_) => self.name.clone(),
        }
    }

    /// An event of this agent, with the keys that all modules have.
    pub(crate) fn event(
        &self,
        module: Module,
        id: u32,
        name: impl Into<std::borrow::Cow<'static, str>>,
        severity: u8,
    ) -> Event {
        let head = Head {
            product: "Deep Security Agent",
            version: if self.relayed { MANAGER_VERSION } else { self.version },
            id,
            name: name.into(),
            severity,
        };
        let mut event = Event::new(module, head);
        event.put_labeled(["cn1", "cn1Label"], "Host ID", self.number);
        if self.by_name {
            event.put("dvchost", self.name.clone());
        } else {
            event.put("dvc", self.address);
        }
        if self.relayed {
            event.put("TrendMicroDsTags", "FS");
        }
        if let Some((tenant, id)) = self.tenant {
            event.put("TrendMicroDsTenant", tenant);
            event.put("TrendMicroDsTenantId", id);
        }
        event
    }
}

pub(crate) const MANAGER_HOST: &str = "dsm01";
pub(crate) const MANAGER_VERSION: &str = "20.0.560";

/// An address inside: 10.0.0.0/8 (RFC 1918).
pub(crate) fn private_address(random: &mut Random) -> IpAddr {
    let [_, _, _, a, b, c, ..] = random.next().to_le_bytes();
    IpAddr::V4(Ipv4Addr::new(10, a % 2, b % 4, c.clamp(1, 254)))
}

/// An address outside: one of the blocks kept for documentation (RFC 5737), so that nobody is accused.
pub(crate) fn public_address(random: &mut Random) -> IpAddr {
    let [a, b, c] = random.pick(&[[203, 0, 113], [198, 51, 100], [192, 0, 2]]);
    IpAddr::V4(Ipv4Addr::new(a, b, c, random.byte().clamp(1, 254)))
}

pub(crate) fn mac(random: &mut Random) -> String {
    let vendor = random.pick(&["00:0C:29:C7", "00:50:56:F5", "0E:37:8C:B4", "06:1A:F0:DE"]);
    format!("{vendor}:{:02X}:{:02X}", random.byte() % 16, random.byte())
}
