//! Logs of CloudFront: the standard ones and those in real time.

use percent_encoding::percent_decode_str;

use super::request::finish;
use crate::log_types::Profile;
use crate::log_types::record_view::RecordView;

/// The profile of CloudFront.
#[derive(Debug)]
pub(crate) struct CloudFront;

impl Profile for CloudFront {
    /// Developer guide, "Standard log file fields" and "Output file format". Whoever switches standard logging (v2) on chooses the fields.
    fn is_w3c(&self) -> bool {
        true
    }

    fn paths(&self) -> &'static [&'static str] {
        &[
            "cs_protocol",
            "cs_protocol_version",
            "cs_uri_query",
            "cs_uri_stem",
            "cs_user_agent",
            "distributionid",
            "x_forwarded_for",
        ]
    }

    fn dropped(&self) -> &'static [&'static str] {
        // Secrets of cookies do not belong into an index, and `distribution_id` has the other.
        &["cs_cookie", "distributionid"]
    }

    fn header_columns(&self) -> &'static [(&'static str, Option<&'static str>)] {
        &[("cs_cookie", Some("cookie")), ("cs_headers", None)]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["http.version", "url.extension", "url.full"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        if let Some(stem) = record.text("cs_uri_stem") {
            url(&mut record, stem);
        }
        record.http_version("cs_protocol_version");
        if let Some(agent) = record.text("cs_user_agent") {
            let mut agent = percent_decode_str(agent).decode_utf8_lossy();
            // Older logs code the code: each blank of `Mozilla/5.0 (…)` is `%2520` there.
            if agent.contains("%20") && !agent.contains(' ') {
                agent = percent_decode_str(&agent).decode_utf8_lossy().into_owned().into();
            }
            record.set("user_agent.original", record.arena.alloc_str(&agent));
        }
        if let Some(list) = record.text("x_forwarded_for") {
            let list = percent_decode_str(list).decode_utf8_lossy();
            record.client_behind_proxies(record.arena.alloc_str(&list));
        }
        let distribution = record.text("distributionid").or_else(|| distribution(record.key));
        record.add("", [("distribution_id", distribution.unwrap_or("unknown"))]);
        record.outcome_of_status();
        finish(&mut record);
    }
}

/// The path, and the whole URL. In real-time logs the query stands behind the path too.
fn url<'a>(record: &mut RecordView<'_, 'a>, stem: &'a str) {
    let path = stem.split_once('?').map_or(stem, |(path, _)| path);
    record.set("url.path", path);
    let domain = record.fields.id("url.domain").and_then(|field| record.row.text(field));
    if let (Some(protocol), Some(domain)) = (record.text("cs_protocol"), domain) {
        let query = record.text("cs_uri_query").filter(|_| stem.len() == path.len());
        let (mark, query) = query.map_or(("", ""), |query| ("?", query));
        let url = [protocol, "://", domain, stem, mark, query].concat();
        record.set("url.full", record.arena.alloc_str(&url));
    }
}

/// The id of the distribution in a key: `…/EDFDVBD6EXAMPLE.2026-11-21-00.abcd1234.gz`, or a folder of its own.
fn distribution(key: &str) -> Option<&str> {
    let is_id = |text: &&str| {
        (12..=14).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
            && text.bytes().any(|byte| byte.is_ascii_uppercase())
    };
    key.split(|c: char| !c.is_ascii_alphanumeric()).find(is_id)
}
