//! What SQS tells of a message beside its body: by that the message can be hidden for some time.

use std::collections::HashMap;

use serde_json::Value;

/// The receipt of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The handle that SQS knows it by.
    pub handle: String,
    /// The ARN of its queue.
    pub queue: String,
    /// How often it was received, this time included.
    pub count: u64,
}

/// The receipts of an event of SQS, by the ids of the messages. A message that lacks one of these facts has none.
pub fn receipts(event: &Value) -> HashMap<&str, Receipt> {
    let records = event.get("Records").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |record: &Value, name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
    records
        .iter()
        .filter_map(|record| {
            let id = record.get("messageId").and_then(Value::as_str)?;
            let count = record.pointer("/attributes/ApproximateReceiveCount")?;
            let count = count.as_u64().or_else(|| count.as_str()?.parse().ok())?;
            let (handle, queue) = (text(record, "receiptHandle")?, text(record, "eventSourceARN")?);
            Some((id, Receipt { handle, queue, count }))
        })
        .collect()
}
