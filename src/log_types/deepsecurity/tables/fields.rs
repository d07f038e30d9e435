//! The fields that only Deep Security's documents have, in document order.

use crate::document::ecs::Type;
use crate::document::field_list::{FieldId, ListedField, fields};

fields! {
    OWN_FIELDS from FieldId::FIRST_OWN;
    DS_ACT "%.act" Keyword "The agent's own word, where event.action was renamed";
    DS_DISPOSITION "%.disposition" Keyword "blocked or detected, where the event tells";
    DS_TENANT "%.TrendMicroDsTenant" Keyword "Tenant";
    DS_TENANT_ID "%.TrendMicroDsTenantId" Keyword "Number of the tenant";
    DS_TAGS "%.TrendMicroDsTags" Keyword "Tags of the event";
    DS_FRAME_TYPE "%.TrendMicroDsFrameType" Keyword "Frame type: IP, IPv6, ARP, …";
    DS_PACKET_DATA "%.TrendMicroDsPacketData" Text "Payload of the packet: text decoded and redacted, binary as base64";
    DS_TCP_FLAGS "%.tcp_flags" Keyword "TCP flags";
    DS_FRAGMENTATION_BITS "%.fragmentation_bits" Keyword "Fragmentation bits";
    DS_ICMP_TYPE "%.icmp_type" Long "ICMP type";
    DS_ICMP_CODE "%.icmp_code" Long "ICMP code";
    DS_DPI_NOTE "%.dpi_note" Keyword "Note of the rule";
    DS_DPI_REASON "%.dpi_reason" Long "Error code of packet inspection";
    DS_DPI_FLAGS "%.dpi_flags" Long "Flags of packet inspection, a sum of bits";
    DS_PACKET_POSITION "%.packet_position" Long "Where in the packet";
    DS_STREAM_POSITION "%.stream_position" Long "Where in the stream";
    DS_LI_DESCRIPTION "%.li_description" Keyword "Sub-rule of log inspection";
    DS_CONTAINER "%.container" Keyword "The container, where it is not told by image, name and id";
    DS_INFECTED_RESOURCE "%.infected_resource" Keyword "Spyware item";
    DS_RESOURCE_TYPE "%.resource_type" Keyword "Kind of the spyware item, a code";
    DS_RESOURCE_TYPE_NAME "%.resource_type_name" Keyword "The same in words";
    DS_RISK_LEVEL "%.risk_level" Long "Risk of the spyware, 0 to 100";
    DS_RISK_LEVEL_NAME "%.risk_level_name" Keyword "The same in words";
    DS_QUARANTINE_FILE_SIZE "%.quarantine_file_size" Count "Size of the quarantined file in bytes";
    DS_SCAN_TYPE "%.scan_type" Keyword "Which scan found the malware: real-time, manual, scheduled or quick";
    DS_FILE_IN_COMPRESSED_FILE "%.fileInCompressedFile" Keyword "File inside of the archive";
    DS_ACTION_REASON "%.action_reason" Keyword "Why application control acted";
    DS_RESULT "%.result" Keyword "Outcome of the action";
    DS_MALWARE_TARGET "%.TrendMicroDsMalwareTarget" Keyword "What the malware aimed at";
    DS_MALWARE_TARGET_TYPE "%.TrendMicroDsMalwareTargetType" Keyword "Kind of that target";
    DS_MALWARE_TARGET_COUNT "%.malware_target_count" Count "Number of targets";
    DS_DETECTION_CONFIDENCE "%.detection_confidence" Count "Confidence of machine learning in percent";
    DS_RELEVANT_DETECTION_NAMES "%.TrendMicroDsRelevantDetectionNames" Keyword "Likely threats";
    DS_BEHAVIOR_RULE_ID "%.TrendMicroDsBehaviorRuleID" Keyword "Behavior rule";
    DS_BEHAVIOR_TYPE "%.TrendMicroDsBehaviorType" Keyword "Kind of behavior";
    DS_AGGREGATION_TYPE "%.aggregation_type" Long "How events were merged";
    DS_AGGREGATION_NAME "%.aggregation_name" Keyword "The same in words";
    DS_REPEAT_COUNT "%.repeat_count" Count "How many were merged";
    DS_TARGET "%.target" Keyword "What a system event is about";
    DS_TARGET_ID "%.targetID" Keyword "Its number";
    DS_TARGET_TYPE "%.targetType" Keyword "Its kind";
    DS_REASON_ID "%.TrendMicroDsReasonId" Keyword "Number of the description";
    DS_DEVICE "%.device" Keyword "Name of the device";
    DS_DEVICE_TYPE "%.device_type" Long "0 unknown, 1 USB, 2 mobile";
    DS_PERMISSION "%.permission" Long "0 block, 2 read-only";
    DS_PERMISSION_NAME "%.permission_name" Keyword "The same in words";
    DS_OLD_FILE_PATH "%.oldfilePath" Keyword "Path before a renaming";
    DS_CHANGED_ATTRIBUTES "%.changed_attributes" Keyword "What of the file was changed";
}

/// The fields that only Deep Security's documents have, in document order.
pub fn own_fields() -> &'static [ListedField] {
    OWN_FIELDS
}
