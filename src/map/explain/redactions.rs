//! What is not written of a value, and which setting says so. The masks in the value and the names before them tell.

use serde_json::Value as Json;

use crate::bytes::slice::part;
use crate::config::log_type::LogType;

/// What a mask begins with.
const MASK: &str = "[redacted";

/// More than this is a list that nobody reads.
const MOST: usize = 10;

/// The parts of a value that were redacted, and why, each once.
pub(super) fn redactions(written: &Json, log_type: &LogType) -> Vec<String> {
    let mut told = Vec::new();
    let mut texts = vec![written];
    while let Some(value) = texts.pop() {
        match value {
            Json::String(text) => {
                for (at, _) in text.match_indices(MASK) {
                    let reason = reason(part(text, ..at), part(text, at..), log_type);
                    if told.len() < MOST && !told.contains(&reason) {
                        told.push(reason);
                    }
                }
            }
            Json::Array(values) => texts.extend(values.iter().rev()),
            Json::Object(fields) => texts.extend(fields.values()),
            _ => {}
        }
    }
    told
}

/// Why the value that stood between `before` and the end of its mask is not written.
fn reason(before: &str, mask: &str, log_type: &LogType) -> String {
    if mask.starts_with("[redacted]") {
        let line = before.trim_end().rsplit(['\n', '\r']).next().unwrap_or_default();
        let name = line.rsplit(':').nth(1).unwrap_or_default();
        let name = name.trim().rsplit(|c: char| !is_name(c)).next().unwrap_or_default();
        return if name.is_empty() {
            "a header that began in another packet is not written: redact_headers".to_owned()
        } else {
            format!("the header {name} is not written: redact_headers names it")
        };
    }
    let is_member = before.ends_with('"');
    let front = before.trim_end_matches(['"', '\\', '=']);
    let front = if is_member { front.trim_end().trim_end_matches(':').trim_end() } else { front };
    let front = front.trim_end_matches(['"', '\\']);
    let name = part(front, front.trim_end_matches(is_name).len()..);
    let is_in_url = || {
        let user = before.strip_suffix(':').or_else(|| before.strip_suffix("%3A")).unwrap_or_default();
        user.rfind("//").is_some_and(|at| !part(user, at + 2..).contains(['/', '?', ' ', '\n']))
    };
    if before.ends_with('=') && !name.is_empty() {
        format!("the parameter {name} is not written: redact_params names it")
    } else if is_member && !name.is_empty() {
        format!("the member {name} of JSON is not written: redact_keys names it")
    } else if is_in_url() || before.ends_with("%3A") || before.ends_with("%3a") {
        "the password of a URL is not written: redact_params names password".to_owned()
    } else if log_type.redaction.cards {
        "a value is not written: redact_cards, redact_params or redact_keys asks for it".to_owned()
    } else {
        "a value is not written: redact_params or redact_keys names it".to_owned()
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '%' | '[' | ']' | '~')
}
