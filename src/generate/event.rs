//! One event of Deep Security before it is text, and its two written forms.
//!
//! Knows how an agent and the Manager write CEF and LEEF: order, escapes, key names. Does not know what
//! happens to the text on its way.

use std::borrow::Cow;
use std::net::IpAddr;

use super::truth::{Format, Module, Outcome};

/// A value, and whether the sender escapes it as CEF asks.
#[derive(Clone)]
pub(crate) struct EventValue {
    bytes: Cow<'static, [u8]>,
    bare: bool,
}

impl EventValue {
    /// A value that goes out as it is, whatever it holds.
    pub(crate) fn bare(value: impl Into<Self>) -> Self {
        Self { bare: true, ..value.into() }
    }
}

impl From<&'static str> for EventValue {
    fn from(text: &'static str) -> Self {
        Self { bytes: Cow::Borrowed(text.as_bytes()), bare: false }
    }
}

impl From<String> for EventValue {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

impl From<Vec<u8>> for EventValue {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes: Cow::Owned(bytes), bare: false }
    }
}

impl From<u64> for EventValue {
    fn from(number: u64) -> Self {
        Self::from(number.to_string())
    }
}

impl From<IpAddr> for EventValue {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::from(address.to_string()),
            // Deep Security writes all eight groups.
            IpAddr::V6(address) => Self::from(address.segments().map(|group| format!("{group:x}")).join(":")),
        }
    }
}

/// What stands in the header, and what LEEF makes attributes of.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) product: &'static str,
    pub(crate) version: &'static str,
    pub(crate) id: u32,
    pub(crate) name: Cow<'static, str>,
    pub(crate) severity: u8,
}

#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) module: Module,
    pub(crate) head: Head,
    pub(crate) action: Option<&'static str>,
    pub(crate) outcome: Outcome,
    pub(crate) client: Option<IpAddr>,
    pairs: Vec<(&'static str, EventValue)>,
    /// Blanks in front of each pair but the first; one, unless the line is hostile.
    pub(crate) blanks: usize,
}

impl Event {
    pub(crate) fn new(module: Module, head: Head) -> Self {
        Self {
            module,
            head,
            action: None,
            outcome: Outcome::Observed,
            client: None,
            pairs: Vec::with_capacity(32),
            blanks: 1,
        }
    }

    pub(crate) fn put(&mut self, key: &'static str, value: impl Into<EventValue>) {
        self.pairs.push((key, value.into()));
    }

    /// Adds a `csN` or `cnN` with its label.
    pub(crate) fn put_labeled(
        &mut self,
        [key, label_key]: [&'static str; 2],
        label: impl Into<EventValue>,
        value: impl Into<EventValue>,
    ) {
        self.put(key, value);
        self.put(label_key, label);
    }

    pub(crate) fn act(&mut self, action: &'static str, outcome: Outcome) {
        self.action = Some(action);
        self.outcome = outcome;
        self.put("act", action);
    }

    /// Gives `key` another value, if the event has it; else adds it at the end.
    pub(crate) fn set(&mut self, key: &'static str, value: impl Into<EventValue>) {
        let value = value.into();
        match self.pairs.iter_mut().find(|(present, _)| *present == key) {
            Some((_, old)) => *old = value,
            None => self.put(key, value),
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.pairs.retain(|(present, _)| *present != key);
    }

    /// The first value of `key` as an address.
    pub(crate) fn address(&self, key: &str) -> Option<IpAddr> {
        let (_, value) = self.pairs.iter().find(|(present, _)| *present == key)?;
        std::str::from_utf8(&value.bytes).ok()?.parse().ok()
    }

    /// Appends the event as `format` has it, from the marker on. `gap` stands behind the marker's colon.
    pub(crate) fn write(&self, format: Format, gap: &str, out: &mut Vec<u8>) {
        match format {
            Format::Cef => self.write_cef(gap, out),
            Format::Leef => self.write_leef(gap, out),
        }
    }

    fn write_cef(&self, gap: &str, out: &mut Vec<u8>) {
        let Head { product, version, id, severity, .. } = &self.head;
        out.extend_from_slice(format!("CEF:{gap}0|Trend Micro|{product}|{version}|{id}|").as_bytes());
        for &byte in self.head.name.as_bytes() {
            if matches!(byte, b'|' | b'\\') {
                out.push(b'\\');
            }
            out.push(byte);
        }
        out.extend_from_slice(format!("|{severity}|").as_bytes());
        for (number, (key, value)) in self.pairs.iter().enumerate() {
            if number > 0 {
                out.extend(std::iter::repeat_n(b' ', self.blanks));
            }
            out.extend_from_slice(key.as_bytes());
            out.push(b'=');
            write_cef_value(value, out);
        }
    }

    fn write_leef(&self, gap: &str, out: &mut Vec<u8>) {
        let Head { product, version, id, name, severity } = &self.head;
        let cat = category(self.module);
        out.extend_from_slice(
            format!(
                "LEEF:{gap}2.0|Trend Micro|{product}|{version}|{id}|cat={cat}\tname={name}\tdesc={name}\tsev={severity}"
            )
            .as_bytes(),
        );
        for (key, value) in &self.pairs {
            out.push(b'\t');
            out.extend_from_slice(leef_key(key).as_bytes());
            out.push(b'=');
            for &byte in value.bytes.iter() {
                // The vendor's own LEEF lines have newlines as two characters.
                match byte {
                    b'\n' if !value.bare => out.extend_from_slice(b"\\n"),
                    _ => out.push(byte),
                }
            }
        }
    }
}

fn write_cef_value(value: &EventValue, out: &mut Vec<u8>) {
    if value.bare {
        out.extend_from_slice(&value.bytes);
        return;
    }
    for &byte in value.bytes.iter() {
        match byte {
            b'=' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            _ => out.push(byte),
        }
    }
}

/// LEEF's `cat` of a module.
fn category(module: Module) -> &'static str {
    match module {
        Module::System => "System",
        Module::AntiMalware => "Anti-Malware",
        Module::ApplicationControl => "AppControl",
        Module::DeviceControl => "Device Control",
        Module::Firewall => "Firewall",
        Module::IntegrityMonitoring => "Integrity Monitor",
        Module::IntrusionPrevention => "Intrusion Prevention",
        Module::LogInspection => "Log Inspection",
        Module::WebReputation => "Web Reputation",
    }
}

/// LEEF's own word for a CEF key.
fn leef_key(key: &'static str) -> &'static str {
    match key {
        "suser" => "usrName",
        "smac" => "srcMAC",
        "dmac" => "dstMAC",
        "spt" => "srcPort",
        "dpt" => "dstPort",
        other => other,
    }
}
