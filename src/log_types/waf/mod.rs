//! Full logs of AWS WAF, versions 1 and 2.

use std::array;

use bumpalo::Bump;

use crate::document::field_list::FieldId;
use crate::document::value::Value;
use crate::log_types::record_view::RecordView;
use crate::log_types::{Profile, derived};
use crate::packet::url::split_authority;
use crate::parse::json;
use crate::parse::json::{behind_blanks, byte};

/// The profile of AWS WAF.
#[derive(Debug)]
pub(crate) struct Waf;

/// More headers of one request are left as the log has them.
const MAX_HEADERS: usize = 100;

impl Profile for Waf {
    fn paths(&self) -> &'static [&'static str] {
        &[
            "action",
            "httpRequest",
            "httpRequest.header",
            "httpRequest.headers",
            "httpRequest.host",
            "httpRequest.httpVersion",
            "webaclId",
        ]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["rule.ruleset"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        headers(&mut record);
        if let Some(value) = record.text("httpRequest.host").filter(|_| !record.row.has(FieldId::URL_DOMAIN))
        {
            host(&mut record, value);
        }
        web_acl(&mut record);
        record.http_version("httpRequest.httpVersion");
        let (kind, outcome) = match record.text("action") {
            Some("ALLOW") => ("allowed", "success"),
            Some("BLOCK" | "CAPTCHA" | "CHALLENGE") => ("denied", "failure"),
            _ => ("", "unknown"),
        };
        if !kind.is_empty() {
            record.set("event.type", kind);
        }
        record.row.set_if_absent(FieldId::EVENT_OUTCOME, Value::Word(outcome));
        derived::derive(record.row, record.arena);
    }
}

/// The headers of the request become fields, and an object of their names.
fn headers(record: &mut RecordView<'_, '_>) {
    let Some(raw) = record.source.json("httpRequest.headers") else { return };
    let Some(headers) = headers_in(raw, record.arena) else { return };
    // Proxies may add a header of their own instead of a value, behind any number of others.
    let is_forwarded = |name: &str| name.eq_ignore_ascii_case("x-forwarded-for");
    let forwarded = headers.iter().filter(|(name, _)| is_forwarded(name));
    let forwarded: Vec<&str> = forwarded.filter_map(|(_, value)| text_of(value, record.arena)).collect();
    if !forwarded.is_empty() {
        record.client_behind_proxies(record.arena.alloc_str(&forwarded.join(",")));
    }
    let mut members: Vec<(&str, &str)> = Vec::with_capacity(headers.len().min(MAX_HEADERS));
    for (name, value) in headers.into_iter().take(MAX_HEADERS) {
        let Some(value) = text_of(value, record.arena) else { continue };
        // Another header's name may look like one that means something: `User_Agent`.
        let is_itself = !name.contains('_');
        let letters = name.bytes().map(|byte| if byte == b'-' { b'_' } else { byte.to_ascii_lowercase() });
        let name: &[u8] = record.arena.alloc_slice_fill_iter(letters);
        let is_safe = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let name = std::str::from_utf8(name).unwrap_or_default();
        if value.is_empty() || name.is_empty() || !is_safe {
            continue;
        }
        let field = match name {
            _ if !is_itself => "",
            "user_agent" => "user_agent.original",
            "referer" => "http.request.referrer",
            _ => "",
        };
        // What stands before an @ is a user, perhaps with a password.
        let value = if name == "host" { value.rsplit('@').next().unwrap_or(value) } else { value };
        if name == "host" {
            host(record, value);
        }
        if !field.is_empty() {
            record.set(field, value);
        }
        // As in upstream's documents, the last of several headers with one name is meant.
        members.retain(|(other, _)| *other != name);
        members.push((name, value));
    }
    record.add("httpRequest.header", members);
}

/// The headers in a list of JSON, each with its name and the JSON of its value. Nothing where one of them is something else.
fn headers_in<'a>(raw: &'a str, arena: &'a Bump) -> Option<Vec<(&'a str, &'a str)>> {
    let behind_comma = |at: usize| {
        let at = behind_blanks(raw, at);
        behind_blanks(raw, at + usize::from(byte(raw, at) == b','))
    };
    let mut headers = Vec::new();
    let mut at = behind_blanks(raw, raw.strip_prefix('[').map(|_| 1)?);
    while byte(raw, at) == b'{' {
        let (mut name, mut value) = (None, None);
        at = behind_blanks(raw, at + 1);
        while byte(raw, at) == b'"' {
            let key = json::string(raw, at).ok()?;
            let start = behind_blanks(raw, behind_blanks(raw, key.end) + 1);
            let end = json::value(raw, start).ok()?;
            let place = match text_of(raw.get(at..key.end)?, arena)? {
                "name" => Some(&mut name),
                "value" => Some(&mut value),
                _ => None,
            };
            if place.is_some_and(|place| place.replace(raw.get(start..end)).is_some()) {
                return None;
            }
            at = behind_comma(end);
        }
        headers.push((text_of(name??, arena)?, value??));
        at = behind_comma(at + 1);
    }
    (byte(raw, at) == b']').then_some(headers)
}

/// The text of a string of JSON; nothing of any other value.
fn text_of<'a>(raw: &'a str, arena: &'a Bump) -> Option<&'a str> {
    Some(json::unescaped(raw.strip_prefix('"')?.strip_suffix('"')?, arena))
}

/// The host and port that a request asks for.
fn host<'a>(record: &mut RecordView<'_, 'a>, value: &'a str) {
    let (domain, port) = split_authority(value);
    if let Some(domain) = domain {
        record.set("url.domain", domain);
    }
    if let Some(port) = port {
        record.row.set_if_absent(FieldId::URL_PORT, Value::Long(i64::from(port)));
    }
}

/// Account, region and ruleset stand in the ARN of version 2; version 1 has an id.
fn web_acl(record: &mut RecordView<'_, '_>) {
    let Some(acl) = record.text("webaclId") else { return };
    let mut parts = acl.splitn(6, ':');
    let [_, _, _, Some(region), Some(account), Some(resource)] = array::from_fn(|_| parts.next()) else {
        return record.set("rule.ruleset", acl);
    };
    let mut steps = resource.split('/');
    if let [Some(scope), _, Some(ruleset)] = array::from_fn(|_| steps.next()) {
        record.set("rule.ruleset", ruleset);
        record.set("cloud.region", if scope == "global" { "global" } else { region });
        record.set("cloud.account.id", account);
    } else {
        record.set("rule.ruleset", acl);
    }
}
