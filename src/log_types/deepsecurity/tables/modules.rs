//! Which product wrote an event, and which of its modules.
//!
//! The ranges of ids are those of the vendor's page "Syslog message formats" and of parsers that paraphrase it; an
//! id alone never decides, because 100 to 899 are system events of a Manager and network events of an Agent.

use crate::bytes::trim::trim;
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
    /// The product of a header; nothing where the event is not Deep Security's.
    pub fn of(vendor: &str, product: &str) -> Option<Self> {
        if !["trend micro", "trendmicro"].iter().any(|name| trim(vendor).eq_ignore_ascii_case(name)) {
            return None;
        }
        let product = trim(product);
        let ours = ["Deep Security", "Workload Security"].iter().any(|name| product.contains(name));
        match product {
            _ if !ours => None,
            _ if product.contains("Manager") => Some(Self::Manager),
            _ => Some(Self::Agent),
        }
    }

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

impl Module {
    /// The module of an event by product and signature id; unknown where the id is in no range.
    pub fn of_id(product: Product, signature_id: &str) -> Self {
        if product == Product::Manager {
            return Self::System;
        }
        match trim(signature_id).parse::<u64>() {
            Ok(20 | 21 | 100..=199) => Self::Firewall,
            Ok(30 | 2_000_000..=2_999_999) => Self::IntegrityMonitoring,
            Ok(40 | 3_000_000..=3_999_999) => Self::LogInspection,
            Ok(10 | 200..=899 | 1_000_000..=1_999_999) => Self::IntrusionPrevention,
            Ok(4_000_000..=4_999_999) => Self::AntiMalware,
            Ok(5_000_000..=5_999_999) => Self::WebReputation,
            // 60 comes with LEEF; no real line of it was at hand.
            Ok(60 | 6_000_000..=6_999_999) => Self::ApplicationControl,
            Ok(7_000_000..=7_999_999) => Self::DeviceControl,
            _ => Self::Unknown,
        }
    }

    /// The same, or the one that LEEF's `cat` names where the id is in no range.
    pub fn or_of_category(self, category: Option<&str>) -> Self {
        match self {
            Self::Unknown => category.and_then(Self::of_category).unwrap_or(Self::Unknown),
            known => known,
        }
    }

    /// The module that LEEF's `cat` names.
    pub fn of_category(category: &str) -> Option<Self> {
        Some(match category.trim().to_ascii_lowercase().as_str() {
            "system" => Self::System,
            "anti-malware" => Self::AntiMalware,
            "appcontrol" | "application control" => Self::ApplicationControl,
            "device control" => Self::DeviceControl,
            "firewall" => Self::Firewall,
            "integrity monitor" | "integrity monitoring" => Self::IntegrityMonitoring,
            "intrusion prevention" => Self::IntrusionPrevention,
            "log inspection" => Self::LogInspection,
            "web reputation" => Self::WebReputation,
            _ => return None,
        })
    }

    /// `event.provider`.
    pub fn provider(self) -> Option<&'static str> {
        Some(match self {
            Self::System => "system",
            Self::AntiMalware => "anti_malware",
            Self::ApplicationControl => "application_control",
            Self::DeviceControl => "device_control",
            Self::Firewall => "firewall",
            Self::IntegrityMonitoring => "integrity_monitoring",
            Self::IntrusionPrevention => "intrusion_prevention",
            Self::LogInspection => "log_inspection",
            Self::WebReputation => "web_reputation",
            Self::Unknown => return None,
        })
    }

    /// Its name in the console.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::System => "System",
            Self::AntiMalware => "Anti-Malware",
            Self::ApplicationControl => "Application Control",
            Self::DeviceControl => "Device Control",
            Self::Firewall => "Firewall",
            Self::IntegrityMonitoring => "Integrity Monitoring",
            Self::IntrusionPrevention => "Intrusion Prevention",
            Self::LogInspection => "Log Inspection",
            Self::WebReputation => "Web Reputation",
            Self::Unknown => return None,
        })
    }

    /// Whether what the module reports was done on and by the agent's own computer, so that `dvc` is its source.
    pub fn source_is_the_host(self) -> bool {
        matches!(
            self,
            Self::AntiMalware
                | Self::ApplicationControl
                | Self::DeviceControl
                | Self::IntegrityMonitoring
                | Self::WebReputation
        )
    }

    /// Whether `msg` quotes text that anybody may have written: log lines, names, addresses typed at a sign-in.
    pub fn quotes_foreign_text(self) -> bool {
        matches!(self, Self::LogInspection | Self::System)
    }

    /// Whether the module's events are about packets.
    pub fn is_network(self) -> bool {
        matches!(self, Self::Firewall | Self::IntrusionPrevention)
    }

    /// How much larger the signature id is than the rule's number in the console.
    pub fn rule_id_offset(self) -> u64 {
        match self {
            Self::IntegrityMonitoring => 1_000_000,
            Self::LogInspection => 2_000_000,
            _ => 0,
        }
    }
}
