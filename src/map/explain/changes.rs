//! What was done to a value on its way to its field, and why a value does not fit a field.

use serde_json::Value as Json;

use super::redactions::redactions;
use super::sources::SourceText;
use crate::bytes::trim::trim;
use crate::config::log_type::LogType;
use crate::document::ecs::Type;
use crate::document::row::{CUT_MARK, MAX_STRING};
use crate::document::value::Value;
use crate::parse::pairs::event_keys::is_not_known;

/// What was done to a value, in order. `sources` is what it was read from, `written` what the document has.
pub(super) fn changes(
    sources: &[&SourceText<'_>],
    kind: Type,
    written: &Json,
    log_type: &LogType,
) -> Vec<String> {
    let mut changes = Vec::new();
    // What is made of several sources stands in none of them.
    if let [source] = sources {
        if let Some((_, pair)) = &source.pair {
            let value = pair.value();
            if value != pair.raw {
                changes.push("escapes undone".to_owned());
            }
            if trim(&value) != source.value {
                changes.push("packet payload cut out".to_owned());
            }
        }
        changes.extend(conversion(source.value, kind, written));
    }
    if written.as_str().is_some_and(|text| text.len() + 4 >= MAX_STRING && text.ends_with(CUT_MARK)) {
        changes.push(format!("cut to {MAX_STRING} bytes"));
    }
    changes.extend(redactions(written, log_type));
    changes
}

/// What a value of a type was made of a text by.
fn conversion(read: &str, kind: Type, written: &Json) -> Option<String> {
    let text = match written {
        Json::String(text) => text,
        Json::Number(_) => return Some(format!("read as {}", type_name(kind))),
        // The parts of a list are slices of the text.
        _ => return None,
    };
    if text == read {
        return None;
    }
    Some(match kind {
        Type::Lowercase | Type::Transport if text.eq_ignore_ascii_case(read) => "in lower case".to_owned(),
        Type::Ip if read.parse::<std::net::IpAddr>().is_ok() => {
            "written as addresses are (RFC 5952)".to_owned()
        }
        Type::Mac => "written as RFC 7042 does".to_owned(),
        Type::Date => "written as ISO 8601".to_owned(),
        _ if read.contains(text.as_str()) => "a part of the value".to_owned(),
        _ => "made of the value".to_owned(),
    })
}

/// Why a value does not fit a field of a type.
pub(super) fn misfit(value: &Value<'_>, kind: Type) -> String {
    match value {
        Value::Text(text) if is_not_known(text) => format!("{text} says that the agent did not know"),
        _ => format!("it is not {}", type_name(kind)),
    }
}

fn type_name(kind: Type) -> &'static str {
    match kind {
        Type::Keyword | Type::Lowercase | Type::Text => "a text of this kind",
        Type::Long => "an integer",
        Type::Count => "an integer that is not negative",
        Type::Port => "a port",
        Type::Transport => "a transport protocol",
        Type::Float => "a number",
        Type::Ip => "an address",
        Type::Date => "a time",
        Type::Mac => "a MAC address",
        Type::GeoPoint => "a place",
        Type::Flat => "an object",
    }
}
