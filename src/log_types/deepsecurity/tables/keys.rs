//! The extension keys that Deep Security writes, and the field that takes each.
//!
//! LEEF spells some of them otherwise; both spellings are one key. Keys whose value has to be looked at (actions, packets, labels)
//! have their home in `profile` and `custom`.

use crate::document::field_list::FieldId;
use crate::parse::pairs::event_keys::KeyId;

/// Where a key's value goes when the table of user.ini has not taken it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// This field, as its type.
    Field(FieldId),
    /// This field, one value for each part between the separators.
    List(FieldId, &'static [char]),
    /// A hexadecimal digest: MD5, SHA-1 or SHA-256 by its length.
    Hash,
    /// Looked after by code.
    Code,
}

macro_rules! keys {
    ($($id:ident $name:literal $home:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, dead_code, reason = "only its discriminants are used")]
        #[repr(u16)]
        enum Number { $($id),* }

        /// The numbers of the keys.
        #[allow(dead_code, reason = "most keys are only ever found through their homes")]
        pub(crate) mod key {
            use super::{KeyId, Number};
            $(pub(crate) const $id: KeyId = KeyId(Number::$id as u16);)*
        }

        /// The names of the keys, by number.
        pub(crate) static KEYS: &[&str] = &[$($name),*];

        /// The homes of the keys, by number.
        pub(crate) static HOMES: &[Home] = {
            use Home::{Code, Field, Hash, List};
            &[$($home),*]
        };
    };
}

keys! {
    ACT "act" Field(FieldId::EVENT_ACTION);
    SRC "src" Field(FieldId::SOURCE_IP);
    SPT "spt" Field(FieldId::SOURCE_PORT);
    SMAC "smac" Field(FieldId::SOURCE_MAC);
    IN "in" Field(FieldId::SOURCE_BYTES);
    DST "dst" Field(FieldId::DESTINATION_IP);
    DPT "dpt" Field(FieldId::DESTINATION_PORT);
    DMAC "dmac" Field(FieldId::DESTINATION_MAC);
    OUT "out" Field(FieldId::DESTINATION_BYTES);
    PROTO "proto" Field(FieldId::NETWORK_TRANSPORT);
    CNT "cnt" Field(FieldId::EVENT_COUNT);
    MSG "msg" Field(FieldId::EVENT_ORIGINAL);
    FNAME "fname" Field(FieldId::FILE_PATH);
    FILE_PATH "filePath" Field(FieldId::FILE_PATH);
    FILE_NAME "fileName" Field(FieldId::FILE_PATH);
    OLD_FILE_PATH "oldfilePath" Field(FieldId::DS_OLD_FILE_PATH);
    FILE_IN_COMPRESSED_FILE "fileInCompressedFile" Field(FieldId::DS_FILE_IN_COMPRESSED_FILE);
    FSIZE "fsize" Field(FieldId::FILE_SIZE);
    FILE_HASH "fileHash" Hash;
    FILE_MD5 "TrendMicroDsFileMD5" Hash;
    FILE_SHA1 "TrendMicroDsFileSHA1" Hash;
    FILE_SHA256 "TrendMicroDsFileSHA256" Hash;
    DVC "dvc" Code;
    DVCHOST "dvchost" Code;
    SHOST "shost" Field(FieldId::SOURCE_DOMAIN);
    DHOST "dhost" Field(FieldId::DESTINATION_DOMAIN);
    SUSER "suser" Field(FieldId::USER_NAME);
    SUID "suid" Field(FieldId::USER_ID);
    DUSER "duser" Field(FieldId::DESTINATION_USER_NAME);
    SPROC "sproc" Code;
    PROCESS_NAME "processName" Code;
    DS_PROCESS "TrendMicroDsProcess" Code;
    DS_PROCESS_PID "TrendMicroDsProcessPid" Field(FieldId::PROCESS_PID);
    DS_COMMAND_LINE "TrendMicroDsCommandLine" Field(FieldId::PROCESS_COMMAND_LINE);
    REQUEST "request" Code;
    XFF "xff" Field(FieldId::NETWORK_FORWARDED_IP);
    PACKET_DATA "TrendMicroDsPacketData" Code;
    TENANT "TrendMicroDsTenant" Field(FieldId::DS_TENANT);
    TENANT_ID "TrendMicroDsTenantId" Field(FieldId::DS_TENANT_ID);
    TAGS "TrendMicroDsTags" List(FieldId::DS_TAGS, &[',', ';']);
    REASON_ID "TrendMicroDsReasonId" Field(FieldId::DS_REASON_ID);
    FRAME_TYPE "TrendMicroDsFrameType" Field(FieldId::DS_FRAME_TYPE);
    RESULT "result" Field(FieldId::DS_RESULT);
    MALWARE_TARGET "TrendMicroDsMalwareTarget" Field(FieldId::DS_MALWARE_TARGET);
    MALWARE_TARGET_TYPE "TrendMicroDsMalwareTargetType" Field(FieldId::DS_MALWARE_TARGET_TYPE);
    MALWARE_TARGET_COUNT "TrendMicroDsMalwareTargetCount" Field(FieldId::DS_MALWARE_TARGET_COUNT);
    DETECTION_CONFIDENCE "TrendMicroDsDetectionConfidence" Field(FieldId::DS_DETECTION_CONFIDENCE);
    RELEVANT_DETECTION_NAMES "TrendMicroDsRelevantDetectionNames" List(FieldId::DS_RELEVANT_DETECTION_NAMES, &[';']);
    CVE "TrendMicroDsCve" List(FieldId::VULNERABILITY_ID, &[',', ';']);
    MITRE "TrendMicroDsMitre" Code;
    BEHAVIOR_RULE_ID "TrendMicroDsBehaviorRuleID" Field(FieldId::DS_BEHAVIOR_RULE_ID);
    BEHAVIOR_TYPE "TrendMicroDsBehaviorType" Field(FieldId::DS_BEHAVIOR_TYPE);
    AGGREGATION_TYPE "aggregationType" Field(FieldId::DS_AGGREGATION_TYPE);
    REPEAT_COUNT "repeatCount" Field(FieldId::DS_REPEAT_COUNT);
    TARGET "target" Field(FieldId::DS_TARGET);
    TARGET_ID "targetID" Field(FieldId::DS_TARGET_ID);
    TARGET_TYPE "targetType" Field(FieldId::DS_TARGET_TYPE);
    DEVICE "device" Field(FieldId::DS_DEVICE);
    DEVICE_TYPE "deviceType" Field(FieldId::DS_DEVICE_TYPE);
    PERMISSION "permission" Field(FieldId::DS_PERMISSION);
    VENDOR "vendor" Field(FieldId::DEVICE_VENDOR_NAME);
    MODEL "model" Field(FieldId::DEVICE_MODEL_NAME);
    SERIAL "serial" Field(FieldId::DEVICE_SERIAL_NUMBER);
    COMPUTER_NAME "computerName" Field(FieldId::HOST_HOSTNAME);
    DOMAIN_NAME "domainName" Field(FieldId::HOST_DOMAIN);
    NAME "name" Code;
    DESC "desc" Code;
    SEV "sev" Code;
    CAT "cat" Code;
    CN1 "cn1" Code;
    CN1_LABEL "cn1Label" Code;
    CN2 "cn2" Code;
    CN2_LABEL "cn2Label" Code;
    CN3 "cn3" Code;
    CN3_LABEL "cn3Label" Code;
    CS1 "cs1" Code;
    CS1_LABEL "cs1Label" Code;
    CS2 "cs2" Code;
    CS2_LABEL "cs2Label" Code;
    CS3 "cs3" Code;
    CS3_LABEL "cs3Label" Code;
    CS4 "cs4" Code;
    CS4_LABEL "cs4Label" Code;
    CS5 "cs5" Code;
    CS5_LABEL "cs5Label" Code;
    CS6 "cs6" Code;
    CS6_LABEL "cs6Label" Code;
    CS7 "cs7" Code;
    CS7_LABEL "cs7Label" Code;
}

/// LEEF's spellings.
pub(crate) static ALIASES: &[(&str, KeyId)] = &[
    ("usrName", key::SUSER),
    ("srcMAC", key::SMAC),
    ("dstMAC", key::DMAC),
    ("srcPort", key::SPT),
    ("dstPort", key::DPT),
];

/// The names of all keys that have a meaning here, LEEF's spellings behind CEF's.
pub fn key_names() -> impl Iterator<Item = &'static str> {
    KEYS.iter().copied().chain(ALIASES.iter().map(|(name, _)| *name))
}
