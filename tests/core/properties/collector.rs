//! What collectors put around events: whatever stands in the containers, every line is accounted for, and each document is one that
//! OpenSearch takes.

use es_loader::read::record::decode;
use serde_json::{Value, json};

use super::document::check;

/// The bytes as an envelope's records, as messages in it, and as a notification.
pub(super) fn envelope(bytes: &[u8]) {
    let (text, _) = decode(bytes);
    check(format!(r#"{{"messageType":"DATA_MESSAGE","owner":"1","logEvents":{text}}}"#).as_bytes());
    let message = json!({"messageType": text, "logGroup": text, "logEvents": [{"message": text, "timestamp": text}, 5]});
    check(message.to_string().as_bytes());
    let notification = json!({"Type": "Notification", "MessageId": "1", "TopicArn": text, "Message": text});
    check(notification.to_string().repeat(2).as_bytes());
}

/// The bytes as fields of records, and in fields of them.
pub(super) fn event_field(bytes: &[u8]) {
    let (text, _) = decode(bytes);
    check(format!(r#"{{"log":{text},"a":{{"b":{text}}}}}"#).as_bytes());
    let inner: Value = json!({"raw": text, "o": {"msg": text}});
    check(
        json!({"log": text, "text": inner.to_string(), "event": inner, "message": text})
            .to_string()
            .as_bytes(),
    );
    check(format!("<13>Nov 22 15:08:33 h app: {{\"log\":{}}}", Value::from(text.as_ref())).as_bytes());
}

/// The bytes as fields of an event in JSON, as its values, and as events around it.
pub(super) fn json_event(bytes: &[u8]) {
    let (text, _) = decode(bytes);
    for kind in ["SystemEvent", "PayloadLog", "AntiMalwareEvent", "AppControlEvent", "LogInspectionEvent"] {
        let event = json!({
            "EventType": kind, "LogDate": "2026-11-22T15:08:33.000Z", "PacketData": text, "Flags": text, "Reason": text,
            "DirectionString": "Outgoing", "PacketSize": text, "Hostname": text, "FilePath": text, "FileName": text,
            "Description": text, "OSSEC_FullLog": text, "URL": text, "ContainerID": text, "TargetName": text, "LogDate2": text,
        });
        check(format!("[{event},{event}]").as_bytes());
    }
    check(
        format!(r#"{{"EventType":"PayloadLog","LogDate":"2026-11-22T15:08:33.000Z","SourceIP":{text}}}"#)
            .as_bytes(),
    );
    check(format!(r#"{{"EventType":"PayloadLog","LogDate":{text},"ActionString":{text}}}"#).as_bytes());
}

/// The bytes as values of CSV, as its lines, and as its header.
pub(super) fn csv(bytes: &[u8]) {
    let (text, _) = decode(bytes);
    check(format!("time,message,host\n1,\"{}\",h\n{text}\n2,b,c\n", text.replace('"', "\"\"")).as_bytes());
    check(format!("time;log\n{text}").as_bytes());
    check(format!("{text},message\n{text},{text}\n").as_bytes());
}

/// The bytes as values of LTSV, and as its lines.
pub(super) fn ltsv(bytes: &[u8]) {
    let (text, _) = decode(bytes);
    check(format!("time:1\tmessage:{text}\thost:h").as_bytes());
    check(text.replace(' ', "\t").as_bytes());
}
