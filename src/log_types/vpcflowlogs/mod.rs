//! Flow logs of Amazon VPC and of transit gateways, in any version and order of fields.

use crate::document::field_list::FieldId;
use crate::document::protocol::Protocol;
use crate::document::value::Value;
use crate::log_types::record_view::RecordView;
use crate::log_types::{Profile, derived};

/// The profile of VPC flow logs.
#[derive(Debug)]
pub(crate) struct VpcFlowLogs;

impl Profile for VpcFlowLogs {
    fn paths(&self) -> &'static [&'static str] {
        &["account_id", "action", "protocol", "resource_type", "type"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        if record.text("resource_type").is_some() {
            record.row.set(FieldId::LOG_TYPE, Value::Word("transit-gateway"));
        } else {
            let (outcome, kind) = match record.text("action") {
                Some(action) if action.contains("ACCEPT") => ("success", "allowed"),
                Some(action) if action.contains("REJECT") => ("failure", "denied"),
                _ => ("unknown", "info"),
            };
            record.row.set_if_absent(FieldId::EVENT_OUTCOME, Value::Word(outcome));
            record.fill("event.type", kind);
        }
        let number = record.text("protocol").and_then(|number| number.parse::<u8>().ok());
        if let Some(Protocol { name, .. }) = number.and_then(Protocol::of_number) {
            record.row.set_if_absent(FieldId::NETWORK_TRANSPORT, Value::Word(name));
        }
        if let Some(family) = record.text("type") {
            record.set("network.type", family);
        }
        if record.text("account_id") == Some("unknown") {
            record.row.set(FieldId::CLOUD_ACCOUNT_ID, Value::Absent);
        }
        derived::flow(record.row, record.arena);
        derived::derive(record.row, record.arena);
    }
}
