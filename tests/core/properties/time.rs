//! Times and keys: whatever a text says, what is read of it is the same each time, and events with it have documents.

use es_loader::parse::syslog;
use es_loader::parse::time::{Zone, in_key, parse_collector};
use es_loader::read::record::decode;
use serde_json::json;

use super::document::check;

/// The bytes as an object's key, as a collector's time, and as the time of a header.
pub(super) fn property(bytes: &[u8]) {
    let (text, _) = decode(bytes);
    for zone in [Some(Zone::UTC), Zone::named("Asia/Kathmandu"), Zone::named("America/St_Johns")] {
        let zone = zone.expect("a zone");
        for key in [text.to_string(), format!("logs/{text}/x.gz"), format!("dt={text}/hour={text}")] {
            assert_eq!(in_key(&key, &zone), in_key(&key, &zone), "{key:?}");
        }
    }
    assert_eq!(parse_collector(&text), parse_collector(text.trim()), "{text:?}");
    let header = syslog::parse(&text);
    assert!(header.priority.is_none_or(|priority| priority <= 191), "{text:?}");
    assert!(header.hostname.is_none_or(|host| !host.contains(char::is_whitespace)), "{text:?}");
    let event = "CEF:0|Trend Micro|Deep Security Agent|20.0|20|Log|0|act=Log";
    check(format!("{text} h {event}").as_bytes());
    check(
        json!({"message": format!("{text} {event}"), "timestamp": text, "time": text}).to_string().as_bytes(),
    );
}
