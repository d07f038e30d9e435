//! CEF's custom keys, `cs1` to `cs7` and `cn1` to `cn3`, as Deep Security uses them.
//!
//! The label says what a value is; where there is none, the module does. A label is only ever compared with the labels
//! known here: it never becomes a name.

use std::sync::LazyLock;

use super::tables::keys::key;
use super::tables::modules::Module;
use crate::bytes::word::Ends;
use crate::document::field_list::FieldId;
use crate::parse::pairs::event_keys::{KeyId, KeyTable};

/// What a custom value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// This field, as its type.
    Field(FieldId),
    /// This field, a list of words.
    Words(FieldId),
    /// ICMP type and code, two numbers.
    Icmp,
    /// A digest.
    Hash,
    /// Image, name and id of a container.
    Container,
}

/// The custom keys with their labels.
pub(super) static CUSTOM: &[(KeyId, KeyId)] = &[
    (key::CN1, key::CN1_LABEL),
    (key::CN2, key::CN2_LABEL),
    (key::CN3, key::CN3_LABEL),
    (key::CS1, key::CS1_LABEL),
    (key::CS2, key::CS2_LABEL),
    (key::CS3, key::CS3_LABEL),
    (key::CS4, key::CS4_LABEL),
    (key::CS5, key::CS5_LABEL),
    (key::CS6, key::CS6_LABEL),
    (key::CS7, key::CS7_LABEL),
];

/// What the value of `custom` is in an event of `module`.
pub(super) fn meaning(custom: KeyId, label: Option<&str>, module: Module) -> Option<Meaning> {
    match label {
        Some(label) => by_label(label),
        None => by_module(custom, module),
    }
}

fn by_label(label: &str) -> Option<Meaning> {
    let KeyId(number) = LABEL_NUMBERS.get(label, Ends::of(label))?;
    LABELS.get(usize::from(number)).map(|(_, meaning)| *meaning)
}

static LABEL_NUMBERS: LazyLock<KeyTable> =
    LazyLock::new(|| KeyTable::new(&LABELS.map(|(label, _)| label), &[]));

/// The labels of custom keys that have a meaning here.
pub fn label_names() -> impl Iterator<Item = &'static str> {
    LABELS.iter().map(|(label, _)| *label)
}

/// Version 20 still writes "DPI …", the vendor's page writes "Intrusion Prevention …".
static LABELS: [(&str, Meaning); 24] = {
    use Meaning::{Container, Field, Hash, Icmp, Words};
    [
        ("Host ID", Field(FieldId::HOST_ID)),
        ("TCP Flags", Words(FieldId::DS_TCP_FLAGS)),
        ("Fragmentation Bits", Words(FieldId::DS_FRAGMENTATION_BITS)),
        ("ICMP Type and Code", Icmp),
        ("DPI Note", Field(FieldId::DS_DPI_NOTE)),
        ("Intrusion Prevention Note", Field(FieldId::DS_DPI_NOTE)),
        ("DPI Reason", Field(FieldId::DS_DPI_REASON)),
        ("Intrusion Prevention Reason", Field(FieldId::DS_DPI_REASON)),
        ("DPI Flags", Field(FieldId::DS_DPI_FLAGS)),
        ("Intrusion Prevention Flags", Field(FieldId::DS_DPI_FLAGS)),
        ("DPI Packet Position", Field(FieldId::DS_PACKET_POSITION)),
        ("Intrusion Prevention Packet Position", Field(FieldId::DS_PACKET_POSITION)),
        ("DPI Stream Position", Field(FieldId::DS_STREAM_POSITION)),
        ("Intrusion Prevention Stream Position", Field(FieldId::DS_STREAM_POSITION)),
        ("LI Description", Field(FieldId::DS_LI_DESCRIPTION)),
        ("Container", Container),
        ("Infected Resource", Field(FieldId::DS_INFECTED_RESOURCE)),
        ("Resource Type", Field(FieldId::DS_RESOURCE_TYPE)),
        ("Risk Level", Field(FieldId::DS_RISK_LEVEL)),
        ("Quarantine File Size", Field(FieldId::DS_QUARANTINE_FILE_SIZE)),
        ("actionReason", Field(FieldId::DS_ACTION_REASON)),
        ("sha1", Hash),
        ("md5", Hash),
        ("sha256", Hash),
    ]
};

fn by_module(custom: KeyId, module: Module) -> Option<Meaning> {
    use Meaning::{Container, Field, Hash, Icmp, Words};
    Some(match (module, custom) {
        (_, key::CN1) => Field(FieldId::HOST_ID),
        (Module::Firewall | Module::IntrusionPrevention, key::CS2) => Words(FieldId::DS_TCP_FLAGS),
        (Module::Firewall | Module::IntrusionPrevention, key::CS3) => Words(FieldId::DS_FRAGMENTATION_BITS),
        (Module::Firewall | Module::IntrusionPrevention, key::CS4) => Icmp,
        (Module::IntrusionPrevention, key::CS1) => Field(FieldId::DS_DPI_NOTE),
        (Module::IntrusionPrevention, key::CS5) => Field(FieldId::DS_STREAM_POSITION),
        (Module::IntrusionPrevention, key::CS6) => Field(FieldId::DS_DPI_FLAGS),
        (Module::IntrusionPrevention, key::CN2) => Field(FieldId::DS_DPI_REASON),
        (Module::IntrusionPrevention, key::CN3) => Field(FieldId::DS_PACKET_POSITION),
        (Module::AntiMalware, key::CN2) => Field(FieldId::DS_QUARANTINE_FILE_SIZE),
        (Module::AntiMalware, key::CS3) => Field(FieldId::DS_INFECTED_RESOURCE),
        (Module::AntiMalware, key::CS4) => Field(FieldId::DS_RESOURCE_TYPE),
        (Module::AntiMalware, key::CS5) => Field(FieldId::DS_RISK_LEVEL),
        (Module::AntiMalware, key::CS6) => Container,
        (Module::ApplicationControl, key::CS1) => Field(FieldId::DS_ACTION_REASON),
        (Module::ApplicationControl, key::CS2 | key::CS3) => Hash,
        (Module::LogInspection, key::CS1) => Field(FieldId::DS_LI_DESCRIPTION),
        _ => return None,
    })
}
