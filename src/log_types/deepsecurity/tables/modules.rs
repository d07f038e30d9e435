//! Which product wrote an event, and which of its modules: `modules.csv`.

use super::class::EventClass;
use crate::bytes::table::{FactRow, FactTable, TableError};
use crate::log_types::event::DeviceKind;

/// The writer of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// Deep Security Agent, whoever relayed the event.
    Agent,
    /// Deep Security Manager or Workload Security Manager.
    Manager,
}

impl Product {
    /// Its number as a kind of device.
    pub(crate) fn device_kind(self) -> DeviceKind {
        DeviceKind(self as u8)
    }

    /// The product of a kind of device.
    pub(crate) fn of_device_kind(kind: DeviceKind) -> Option<Self> {
        [Self::Agent, Self::Manager].into_iter().find(|product| product.device_kind() == kind)
    }
}

/// A protection module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Module {
    /// System events of the Manager.
    System,
    /// Anti-Malware.
    AntiMalware,
    /// Application Control.
    ApplicationControl,
    /// Device Control.
    DeviceControl,
    /// Firewall.
    Firewall,
    /// Integrity Monitoring.
    IntegrityMonitoring,
    /// Intrusion Prevention.
    IntrusionPrevention,
    /// Log Inspection.
    LogInspection,
    /// Web Reputation.
    WebReputation,
    /// An id that is in no known range.
    Unknown,
}

/// What the table says of a module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ModuleFacts {
    /// Its name in the console.
    pub(crate) name: Option<&'static str>,
    /// `event.provider`.
    pub(crate) provider: Option<&'static str>,
    /// How much larger the signature id is than the rule's number in the console.
    pub(crate) rule_id_offset: u64,
    /// What it reports was done on and by the agent's own computer, so that `dvc` is its source.
    pub(crate) is_on_the_host: bool,
    /// `msg` quotes text that anybody may have written: log lines, names, addresses typed at a sign-in.
    pub(crate) quotes_text: bool,
    /// What the product itself writes as `msg`: no text that somebody else has written goes on behind it.
    pub(crate) messages: &'static [&'static str],
    /// Its events are about packets.
    pub(crate) has_packets: bool,
    /// What ECS calls its events.
    pub(crate) class: EventClass,
}

impl ModuleFacts {
    pub(super) const UNKNOWN: Self = Self {
        name: None,
        provider: None,
        rule_id_offset: 0,
        is_on_the_host: false,
        quotes_text: false,
        messages: &[],
        has_packets: false,
        class: EventClass::UNKNOWN,
    };
}

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    pub(super) facts: PerModule<Option<ModuleFacts>>,
    /// The ids of an Agent's events, as ranges from and to, in order. None holds a part of another.
    pub(super) ids: Vec<(u64, u64, Module)>,
    /// The values of LEEF's `cat`.
    pub(super) categories: Vec<(&'static str, Module)>,
    /// The values of `EventType` in JSON.
    pub(super) event_types: Vec<(&'static str, Module)>,
}

/// A value for each module.
#[derive(Debug, Default)]
pub(super) struct PerModule<T>([T; Module::Unknown as usize + 1]);

impl<T> PerModule<T> {
    pub(super) fn get(&self, module: Module) -> Option<&T> {
        self.0.get(module as usize)
    }

    pub(super) fn get_mut(&mut self, module: Module) -> Option<&mut T> {
        self.0.get_mut(module as usize)
    }
}

impl Modules {
    pub(super) fn read(table: FactTable) -> Result<Self, TableError> {
        let mut modules = Self::default();
        table.read(|row| modules.add(&row))?;
        modules.ids.sort_unstable();
        Ok(modules)
    }

    fn add(&mut self, row: &FactRow<'_>) -> Result<(), TableError> {
        let name = row.cell("module")?;
        let module = Module::read(row, name)?;
        let offset = Some(row.cell("rule id offset")?).filter(|offset| !offset.is_empty());
        let facts = ModuleFacts {
            name: Some(name),
            provider: Some(row.cell("provider")?),
            rule_id_offset: offset.map_or(Ok(0), |offset| number(row, offset))?,
            is_on_the_host: row.flag("on the host")?,
            quotes_text: row.flag("quotes text")?,
            messages: row.list("messages")?,
            has_packets: row.flag("packets")?,
            class: EventClass::read(row)?,
        };
        if let Some(slot) = self.facts.get_mut(module) {
            *slot = Some(facts);
        }
        for range in row.list("ids")? {
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            let (from, to) = (number(row, from)?, number(row, to)?);
            if from > to || self.ids.iter().any(|(other, last, _)| from <= *last && *other <= to) {
                return Err(row.error(format_args!("the range {range} holds ids of another one, or none")));
            }
            self.ids.push((from, to, module));
        }
        self.categories.extend(row.list("cat")?.iter().map(|category| (*category, module)));
        self.event_types.extend(row.list("event type")?.iter().map(|name| (*name, module)));
        Ok(())
    }
}

fn number(row: &FactRow<'_>, text: &str) -> Result<u64, TableError> {
    text.parse().map_err(|_| row.error(format_args!("'{text}' is no number")))
}

impl Module {
    /// The modules by their names in tables.
    const NAMES: [(&str, Self); 9] = [
        ("System", Self::System),
        ("Anti-Malware", Self::AntiMalware),
        ("Application Control", Self::ApplicationControl),
        ("Device Control", Self::DeviceControl),
        ("Firewall", Self::Firewall),
        ("Integrity Monitoring", Self::IntegrityMonitoring),
        ("Intrusion Prevention", Self::IntrusionPrevention),
        ("Log Inspection", Self::LogInspection),
        ("Web Reputation", Self::WebReputation),
    ];

    /// All modules that are known.
    pub(super) fn all() -> Vec<Self> {
        Self::NAMES.iter().map(|(_, module)| *module).collect()
    }

    /// The module that a table calls `name`.
    pub(super) fn read(row: &FactRow<'_>, name: &str) -> Result<Self, TableError> {
        row.one_of("module", name, &Self::NAMES)
    }
}
