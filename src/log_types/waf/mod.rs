//! Full logs of AWS WAF, versions 1 and 2.

use std::borrow::Cow;

use bumpalo::Bump;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::bytes::json::string;
use crate::log_types::record_view::RecordView;
use crate::log_types::{Profile, derived};

/// The profile of AWS WAF.
#[derive(Debug)]
pub(crate) struct Waf;

/// A header of a request as the log has it.
#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    value: &'a RawValue,
}

/// More headers of one request are left as the log has them.
const MAX_HEADERS: usize = 100;

impl Profile for Waf {
    fn takes_records(&self) -> bool {
        true
    }

    fn paths(&self) -> &'static [&'static str] {
        &["action", "httpRequest.headers", "httpRequest.httpVersion", "webaclId"]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["rule.ruleset"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        headers(&mut record);
        web_acl(&mut record);
        if let Some(version) = record.text("httpRequest.httpVersion").and_then(|text| text.split_once('/')) {
            record.set("http.version", version.1);
        }
        match record.text("action") {
            Some("ALLOW") => record.set("event.type", "allowed"),
            Some("BLOCK" | "CAPTCHA" | "CHALLENGE") => record.set("event.type", "denied"),
            _ => {}
        }
        derived::derive(record.row, record.arena);
    }
}

/// The headers of the request become fields, and an object of their names.
fn headers(record: &mut RecordView<'_, '_>) {
    let Some(raw) = record.source.json("httpRequest.headers") else { return };
    let Ok(headers) = serde_json::from_str::<Vec<Header<'_>>>(raw) else { return };
    let mut members: Vec<(&str, &str)> = Vec::with_capacity(headers.len().min(MAX_HEADERS));
    for Header { name, value } in headers.iter().take(MAX_HEADERS) {
        let Some(value) = text_of(value, record.arena) else { continue };
        let letters = name.bytes().map(|byte| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() });
        let name: &[u8] = record.arena.alloc_slice_fill_iter(letters);
        let is_safe = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let name = std::str::from_utf8(name).unwrap_or_default();
        if value.is_empty() || name.is_empty() || !is_safe {
            continue;
        }
        let field = match name {
            "host" => "url.domain",
            "user_agent" => "user_agent.original",
            "referer" => "http.request.referrer",
            _ => "",
        };
        if !field.is_empty() {
            record.set(field, value);
        }
        // As in upstream's documents, the last of several headers with one name is meant.
        members.retain(|(other, _)| *other != name);
        members.push((name, value));
    }
    let mut json = Vec::with_capacity(raw.len());
    for (name, value) in &members {
        json.push(if json.is_empty() { b' ' } else { b',' });
        string(name, &mut json);
        json.push(b':');
        string(value, &mut json);
    }
    if !json.is_empty() {
        let json = record.arena.alloc_str(String::from_utf8_lossy(&json).trim_start());
        record.added.push(("httpRequest.header", json));
    }
}

/// The text of a string of JSON; nothing of any other value.
fn text_of<'a>(value: &'a RawValue, arena: &'a Bump) -> Option<&'a str> {
    let inner = value.get().strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(inner);
    }
    serde_json::from_str::<String>(value.get()).ok().map(|text| &*arena.alloc_str(&text))
}

/// Account, region and ruleset stand in the ARN of version 2; version 1 has an id.
fn web_acl(record: &mut RecordView<'_, '_>) {
    let Some(acl) = record.text("webaclId") else { return };
    let parts: Vec<&str> = acl.splitn(6, ':').collect();
    let &[_, _, _, region, account, resource] = parts.as_slice() else {
        return record.set("rule.ruleset", acl);
    };
    let steps: Vec<&str> = resource.split('/').collect();
    if let [scope, _, ruleset, ..] = steps.as_slice() {
        record.set("rule.ruleset", ruleset);
        record.set("cloud.region", if *scope == "global" { "global" } else { region });
        record.set("cloud.account.id", account);
    } else {
        record.set("rule.ruleset", acl);
    }
}
