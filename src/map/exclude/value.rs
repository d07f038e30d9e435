//! A document's value as the text that a pattern is held against.

use crate::document::value::Value;

/// Whether the value, or one value of several, passes.
pub(super) fn any(value: Value<'_>, passes: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::Absent => false,
        Value::Text(text) | Value::Word(text) => passes(text),
        Value::Texts(texts) | Value::Words(texts) => texts.iter().any(|text| passes(text)),
        Value::Object(entries) => entries.iter().any(|entry| any(entry.value, passes)),
        Value::Long(number) => passes(&number.to_string()),
        Value::Float(number) => passes(&number.to_string()),
        Value::Ip(address) => passes(&address.ip.to_string()),
        Value::Ips(addresses) => addresses.iter().any(|address| passes(&address.ip.to_string())),
        Value::Json(json) => passes(json.trim_matches('"')),
        Value::Time(time) => written(|out| time.write(out), passes),
    }
}

fn written(write: impl FnOnce(&mut Vec<u8>), passes: &dyn Fn(&str) -> bool) -> bool {
    let mut text = Vec::new();
    write(&mut text);
    passes(String::from_utf8_lossy(&text).trim_matches('"'))
}
