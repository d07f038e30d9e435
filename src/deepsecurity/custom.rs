//! CEF's custom keys, `cs1` to `cs7` and `cn1` to `cn3`, as Deep Security uses them.
//!
//! The label says what a value is; where there is none, the module does. A label is only ever compared with the labels
//! known here: it never becomes a name.

use super::keys::key;
use super::module::Module;
use crate::field::FieldId;
use crate::keys::KeyId;

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
    use Meaning::{Field, Hash, Icmp, Words};
    // Version 20 still writes "DPI …", the vendor's page writes "Intrusion Prevention …".
    let word = label.strip_prefix("Intrusion Prevention ").or_else(|| label.strip_prefix("DPI "));
    if let Some(word) = word {
        return match word {
            "Note" => Some(Field(FieldId::DS_DPI_NOTE)),
            "Reason" => Some(Field(FieldId::DS_DPI_REASON)),
            "Flags" => Some(Field(FieldId::DS_DPI_FLAGS)),
            "Packet Position" => Some(Field(FieldId::DS_PACKET_POSITION)),
            "Stream Position" => Some(Field(FieldId::DS_STREAM_POSITION)),
            _ => None,
        };
    }
    Some(match label {
        "Host ID" => Field(FieldId::HOST_ID),
        "TCP Flags" => Words(FieldId::DS_TCP_FLAGS),
        "Fragmentation Bits" => Words(FieldId::DS_FRAGMENTATION_BITS),
        "ICMP Type and Code" => Icmp,
        "LI Description" => Field(FieldId::DS_LI_DESCRIPTION),
        "Container" => Field(FieldId::DS_CONTAINER),
        "Infected Resource" => Field(FieldId::DS_INFECTED_RESOURCE),
        "Resource Type" => Field(FieldId::DS_RESOURCE_TYPE),
        "Risk Level" => Field(FieldId::DS_RISK_LEVEL),
        "Quarantine File Size" => Field(FieldId::DS_QUARANTINE_FILE_SIZE),
        "actionReason" => Field(FieldId::DS_ACTION_REASON),
        "sha1" | "md5" | "sha256" => Hash,
        _ => return None,
    })
}

fn by_module(custom: KeyId, module: Module) -> Option<Meaning> {
    use Meaning::{Field, Hash, Icmp, Words};
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
        (Module::AntiMalware, key::CS6) => Field(FieldId::DS_CONTAINER),
        (Module::ApplicationControl, key::CS1) => Field(FieldId::DS_ACTION_REASON),
        (Module::ApplicationControl, key::CS2 | key::CS3) => Hash,
        (Module::LogInspection, key::CS1) => Field(FieldId::DS_LI_DESCRIPTION),
        _ => return None,
    })
}
