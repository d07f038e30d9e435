//! Lines that are made to cost time or memory: each is loaded in time linear in its length.
//!
//! `HOSTILE_BYTES=10000000 cargo test --release --no-default-features --test core hostile -- --nocapture --test-threads 1`
//! shows how long lines of that length take.

use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::strict::check_document;
use crate::support::{agent_event, fluentd_line, load_bytes, plan};

/// Length of a line: at this, what is quadratic takes minutes.
const BYTES: usize = 100_000;

fn length() -> usize {
    std::env::var("HOSTILE_BYTES").ok().and_then(|bytes| bytes.parse().ok()).unwrap_or(BYTES)
}

/// `piece` over and over, as long as a hostile line is.
fn filled(piece: &str) -> String {
    piece.repeat(length() / piece.len())
}

/// Loads the line; all documents that it gives are fit for OpenSearch.
fn load(what: &str, line: &[u8]) {
    let started = Instant::now();
    let loaded = load_bytes(plan(), line);
    let took = started.elapsed();
    println!("{:>8} ms {:>8} documents  {what}", took.as_millis(), loaded.documents.len());
    assert!(!loaded.documents.is_empty());
    for document in loaded.documents.iter().take(100) {
        check_document(&document.json, plan().fields());
    }
}

fn event(what: &str, signature_id: &str, extension: &str) {
    load(what, &fluentd_line(&agent_event(signature_id, extension)));
}

#[test]
fn keys_without_end() {
    event("one key over and over", "21", &filled("a=1 "));
    event("known keys over and over", "21", &filled("src=1.2.3.4 act=Deny cs1=x "));
    let many: String = (0..length() / 8).map(|n| format!("k{n:x}=1 ")).collect();
    event("each key another", "21", &many);
    event("keys in a quoted line", "3002795", &format!("msg=x {}", filled("act=1 ")));
    event(
        "keys of the sender's own in a quoted line",
        "3002795",
        &format!("msg=x {}", filled("TrendMicroDsTags=1 ")),
    );
    event("labels", "21", &filled("cs1Label=x cs1=y "));
    event("keys that need another name", "21", &filled("a.b=1 a[0]=2 a_b=3 "));
    event("equals signs", "21", &filled("="));
    event("blanks and equals signs", "21", &filled(" ="));
    event("key-like words without an equals sign", "21", &filled("a.b[0] "));
}

#[test]
fn characters_without_end() {
    for piece in [
        " ", "\\", "\\\\=", "\\n", "|", "\\|", "\"", "\t", "#", "#011", "\u{feff}", "語", "\0", ":", "%", "@",
    ] {
        load(&format!("{piece:?} alone"), &fluentd_line(&filled(piece)));
        event(&format!("{piece:?} in a value"), "21", &format!("foo={}", filled(piece)));
        load(&format!("{piece:?} not in JSON"), format!("x{}x", filled(piece)).as_bytes());
    }
}

#[test]
fn headers_without_end() {
    load("markers", &fluentd_line(&filled("CEF:0|")));
    load("markers behind line ends", &fluentd_line(&filled("#012CEF:0|")));
    load("markers of LEEF", &fluentd_line(&filled("#012LEEF:2.0|a|b|c|d|")));
    load("colons", &fluentd_line(&filled("CEF:")));
    load("pipes before a marker", &fluentd_line(&filled("0|a|b|c|d|e|f|")));
    load("a name", &fluentd_line(&format!("CEF:0|a|b|c|d|{}|5|a=b", filled("\\|"))));
    load("a prefix", &fluentd_line(&format!("{}CEF:0|a|b|c|d|e|5|a=b", filled("host "))));
    load("digits", &fluentd_line(&format!("CEF:{}|a", filled("0"))));
    load(
        "LEEF attributes",
        &fluentd_line(&format!("LEEF:2.0|Trend Micro|Deep Security Agent|20|21|{}", filled("a=1#011"))),
    );
    load(
        "LEEF without tabs",
        &fluentd_line(&format!("LEEF:2.0|Trend Micro|Deep Security Agent|20|21|{}", filled("a=1 "))),
    );
    load(
        "LEEF with blanks where tabs were",
        &fluentd_line(&format!("LEEF:2.0|Trend Micro|Deep Security Agent|20|21|sev=1 {}", filled("cn1=1 "))),
    );
}

#[test]
fn json_without_end() {
    for (what, open, close) in
        [("arrays", "[", "]"), ("objects", "{\"a\":", "}"), ("arrays of objects", "[{\"a\":", "}]")]
    {
        load(&format!("{what}, not closed"), filled(open).as_bytes());
        let depth = length() / (open.len() + close.len());
        let closed = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        load(&format!("{what}, closed"), closed.as_bytes());
        load(&format!("{what} in a record"), format!("{{\"message\":\"x\",\"deep\":{closed}}}").as_bytes());
    }
    load("objects one after the other, broken", filled("{\"a\":\"\u{1}\"").as_bytes());
    load("fields of a record", format!("{{\"message\":\"x\"{}}}", filled(",\"k\":\"v\"")).as_bytes());
    let many: String = (0..length() / 12).map(|n| format!(",\"k{n:x}\":\"v\"")).collect();
    load("fields of a record, each another", format!("{{\"message\":\"x\"{many}}}").as_bytes());
    load(
        "messages of a record",
        format!("{{\"message\":\"x\"{}}}", filled(",\"message\":\"CEF:0|\"")).as_bytes(),
    );
    load("escapes", format!("{{\"message\":\"{}\"}}", filled("\\u0000")).as_bytes());
    load("halves of surrogate pairs", format!("{{\"message\":\"{}\"}}", filled("\\ud800")).as_bytes());
    load("bytes that are not UTF-8", &vec![0xff; length()]);
}

#[test]
fn packets_without_end() {
    let encoded = |payload: &str| STANDARD.encode(payload).replace('=', "\\=");
    for (what, payload) in [
        ("secret headers", filled("Cookie: a=b\r\n")),
        ("secret names in a request", format!("GET / HTTP/1.1\r\n{}", filled("x cookie:"))),
        ("blanks, then secret names", format!("GET / HTTP/1.1\r\n{}{}", filled(" "), filled("x cookie:"))),
        ("colons", format!("GET / HTTP/1.1\r\n{}", filled(":"))),
        ("folds", format!("GET / HTTP/1.1\r\nCookie: a{}", filled("\r\n b"))),
        ("line ends", format!("GET / HTTP/1.1\r\nA: b{}", filled("\r"))),
        ("forwarded addresses", format!("GET / HTTP/1.1\r\nX-Forwarded-For: {}\r\n", filled("1.2.3.4, "))),
        ("forwarded words", format!("GET / HTTP/1.1\r\nX-Forwarded-For: {}\r\n", filled("x, 1.2.3.4,"))),
        ("a target", format!("GET {} HTTP/1.1\r\n", filled("/?#@:"))),
        ("binary", filled("\u{1}cookie:")),
    ] {
        event(what, "1000552", &format!("src=10.0.0.1 TrendMicroDsPacketData={}", encoded(&payload)));
    }
    event("packets", "1000552", &filled("TrendMicroDsPacketData=R0VUIC8gSFRUUC8xLjENCg\\=\\= "));
    event(
        "packets that are no base64",
        "1000552",
        &format!("TrendMicroDsPacketData={}", filled("R0VUIC8gSFRUUC8xLjENCg?")),
    );
    event("a payload", "1000552", &format!("TrendMicroDsPacketData={}", filled("\\=")));
    load("packets in no event", &fluentd_line(&filled("TrendMicroDsPacketData=")));
    load(
        "packets behind what is parsed",
        &fluentd_line(&format!("{}{}", filled("x "), filled("TrendMicroDsPacketData=AAAA\\="))),
    );
}

#[test]
fn values_without_end() {
    event("tags", "21", &format!("TrendMicroDsTags={}", filled("a,")));
    event("empty tags", "21", &format!("TrendMicroDsTags={}", filled(",")));
    event("flags", "21", &format!("cs2={}cs2Label=TCP Flags", filled("A ")));
    event("a URL", "5000000", &format!("request={}", filled("http://a@b:c/?#")));
    event("a path", "4000000", &format!("filePath={}", filled("C:\\n")));
    event("a process", "30", &format!("sproc={}", filled("/")));
    event("a MAC address", "21", &format!("smac={}", filled(":")));
    event("a number", "21", &format!("cnt={}", filled("9")));
    event("an address", "21", &format!("src={}", filled(":")));
}
