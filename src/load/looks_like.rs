//! What a line without an event looks like, for people who wonder what was stored there.

use std::sync::LazyLock;

use crate::config::diagnostic::File;
use crate::config::log_type::FileFormat;
use crate::config::{Config, is_log_type};
use crate::map::compiled::{CompiledSection, CompiledSections};
use crate::parse::marker;

/// Says what the text of a line looks like. A section of another format than CEF, LEEF and fluentd's records expects something else
/// there; `are_events` says that those of its JSON are events themselves.
pub(super) fn looks_like(text: &str, format: &FileFormat, are_events: bool) -> String {
    let names = log_types_of(text);
    match names.first() {
        Some(first) => {
            let names = names.join(" or ");
            format!("lines of {names}, which a section of their own reads: ES_LOADER_LOG_TYPES={first}")
        }
        None => form(text, format, are_events).to_owned(),
    }
}

/// The names of the built-in log types whose sections would read a line. A line with the marker of an event is one of CEF or LEEF that is
/// cut.
fn log_types_of(line: &str) -> Vec<&'static str> {
    static ALL: LazyLock<Option<CompiledSections>> = LazyLock::new(|| {
        let file = File { name: "log_types".to_owned(), text: "[DEFAULT]\nlog_types = all\n".to_owned() };
        CompiledSections::new(Config::load(&[file]).ok()?).ok()
    });
    if marker::find(line).is_some() {
        return Vec::new();
    }
    let reads = |section: &&CompiledSection| match &section.log_type().file_format {
        FileFormat::Text(pattern) => pattern.is_match(line),
        FileFormat::Json => section.is_event(line),
        FileFormat::Csv(_) | FileFormat::Cef | FileFormat::Leef => false,
    };
    let sections = ALL.iter().flat_map(CompiledSections::iter).filter(reads);
    sections.map(|section| section.log_type().name.as_str()).filter(|name| is_log_type(name)).collect()
}

fn form(text: &str, format: &FileFormat, are_events: bool) -> &'static str {
    match format {
        FileFormat::Text(_) => return "text that log_pattern does not match",
        FileFormat::Csv(_) => return "rows without values, or without a line of names",
        FileFormat::Json if are_events => return "something other than an object of JSON",
        FileFormat::Json | FileFormat::Cef | FileFormat::Leef => {}
    }
    let text = text.trim();
    let count = |character: char| text.matches(character).count();
    if text.contains('\0') || count(char::REPLACEMENT_CHARACTER) > text.len() / 20 {
        return "binary data, or text in another encoding: 'encoding' in user.ini names one";
    }
    match text.as_bytes().first() {
        Some(b'{' | b'[') => {
            return "JSON without an event in a field that is looked at: 'message_key' in user.ini names another";
        }
        Some(b'<') if !text.as_bytes().get(1).is_some_and(u8::is_ascii_digit) => return "XML or HTML",
        _ => {}
    }
    let is_label = |piece: &str| {
        let label = piece.split(':').next().unwrap_or_default();
        label.len() < piece.len()
            && !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if text.contains('\t') {
        return if text.split('\t').all(is_label) { "LTSV" } else { "columns between tabs" };
    }
    if count(':') >= 5 && !text.contains(' ')
        || text.split(':').count() == 7 && text.split(':').nth(1) == Some("x")
    {
        return "columns between colons, as in /etc/passwd";
    }
    if count(',') >= 2 || count(';') >= 2 {
        return "CSV";
    }
    "text without CEF or LEEF events"
}
