//! Logs of web servers, load balancers and CloudFront. What they say of a request means the same in all of them.

mod cloudfront;
mod errors;
mod request;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::document::field_list::FieldId;
use crate::document::value::Value;
use crate::log_types::Profile;
use crate::log_types::record_view::RecordView;

pub(crate) use self::cloudfront::CloudFront;
pub(crate) use self::errors::ErrorLog;
use self::request::{finish, site};

/// The profile of nginx and Apache httpd.
#[derive(Debug)]
pub(crate) struct WebServer;

/// The profile of Application and Classic Load Balancer.
#[derive(Debug)]
pub(crate) struct LoadBalancer;

impl Profile for WebServer {
    fn paths(&self) -> &'static [&'static str] {
        &["request_raw", "xff"]
    }

    fn dropped(&self) -> &'static [&'static str] {
        &[
            "authuser",
            "datetime",
            "ident",
            "request_bytes",
            "request_method",
            "request_path",
            "request_raw",
            "request_version",
            "referer",
            "remotehost",
            "remotename",
            "remoteport",
            "response_body_bytes",
            "response_bytes",
            "response_status",
            "useragent",
            "vhost",
            "vhost_port",
            "xff",
        ]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["cloud.instance.id", "http.request.header.x_forwarded_for", "service.name", "url.extension"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        record.outcome_of_status();
        site(&mut record);
        let mut believed: &[_] = &[];
        if let Some(list) = record.text("xff") {
            let addresses;
            (addresses, believed) = record.forwarded_for(list);
            let texts = addresses.iter().map(|address| {
                address.text.unwrap_or_else(|| record.arena.alloc_str(&address.ip.to_string()))
            });
            let texts = ArenaVec::from_iter_in(texts, record.arena).into_bump_slice();
            if let (Some(field), false) =
                (record.fields.id("http.request.header.x_forwarded_for"), texts.is_empty())
            {
                record.row.set(field, Value::Texts(texts));
            }
        }
        let peer = record.row.text(FieldId::SOURCE_ADDRESS).and_then(crate::document::convert::address);
        record.relate(peer.as_slice());
        record.relate(believed);
        finish(&mut record);
        // What is no request has no parts.
        if let Some(raw) = record.text("request_raw") {
            record.fill("url.original", raw);
        }
    }
}

impl Profile for LoadBalancer {
    fn paths(&self) -> &'static [&'static str] {
        &["request"]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["url.extension", "url.full"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        if let Some(url) = record.text("request").and_then(|request| url_of(request, record.arena)) {
            record.set("url.full", url);
        }
        record.outcome_of_status();
        finish(&mut record);
    }
}

/// The URL of a request line `GET http://www.example.com:80/a b HTTP/1.1`, in which nothing codes blanks.
fn url_of<'a>(request: &'a str, arena: &'a Bump) -> Option<&'a str> {
    let (_, behind) = request.split_once(' ')?;
    let behind = behind.trim_end();
    let is_version = |text: &str| {
        text == "-"
            || text.split_once('/').is_some_and(|(protocol, version)| {
                protocol.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                    && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            })
    };
    let url =
        behind.rsplit_once(' ').filter(|(_, version)| is_version(version)).map_or(behind, |(url, _)| url);
    // A request without a path has a hyphen in its place, and so has one that was never read as far as there.
    let host = url.find("://").map_or(0, |at| at + "://".len());
    let path = url.get(host..)?.find('/').map_or(url.len(), |at| host + at);
    let (site, path) = url.split_at_checked(path)?;
    let url = match site.trim_end_matches('-') {
        site if path.is_empty() => site,
        shorter if shorter.len() < site.len() => arena.alloc_str(&[shorter, path].concat()),
        _ => url,
    };
    (!url.is_empty()).then_some(url)
}
