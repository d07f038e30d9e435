//! Packets: no value of a header to redact is shown, as text or as base64, whatever stands around it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bumpalo::Bump;
use es_loader::log_types::deepsecurity::{Decoded, Packet, Redaction};
use es_loader::read::record::decode;

use crate::support::{fluentd_line, load_bytes, packet_event, plan, tells};

/// Long enough that no id holds it by chance.
const SECRET: &str = "s3cr3t-0123456789abcdef-t0k3n";
const STARTS: [&[u8]; 6] = [
    b"",
    b"\r\n",
    b"GET /a HTTP/1.1\r\nHost: a.example\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"Accept: */*\r\n",
    b"\x17\x03\x01\x00\x80\xff",
];
const COLONS: [&str; 4] = [":", ": ", " : ", ":\t"];
const SCHEMES: [&str; 4] = ["", "Bearer ", "a=b; sid=", "\r\n "];

pub(super) fn property(bytes: &[u8]) {
    let (value, _) = decode(bytes);
    let arena = Bump::new();
    let redact = &plan().log_type().redact_headers;
    check_shape(&Packet::decode(&value, redact, &arena));
    check_shape(&Packet::decode(&STANDARD.encode(bytes), redact, &arena));

    let Some((choice, around)) = bytes.split_first_chunk::<4>() else { return };
    // A payload that says the secret in another place too, as base64 of its own, is no concern of the header's.
    if tells(&String::from_utf8_lossy(around), SECRET) {
        return;
    }
    let payload = with_secret(*choice, around, redact);
    let encoded = STANDARD.encode(&payload);
    let decoded = Packet::decode(&encoded, redact, &arena);
    check_shape(&decoded);
    assert_eq!(decoded.redaction, Redaction::Done, "{:?}", payload.escape_ascii().to_string());
    let (Packet::Text(shown) | Packet::Binary(shown) | Packet::Damaged(shown)) = decoded.packet;
    assert!(!tells(shown, SECRET), "{:?} shows {shown:?}", payload.escape_ascii().to_string());
    let shown = decoded.bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
    assert!(!shown, "{:?} keeps it", payload.escape_ascii().to_string());

    let loaded = load_bytes(plan(), &fluentd_line(&packet_event("10.0.0.1", &payload)));
    let ndjson = String::from_utf8(loaded.ndjson).unwrap();
    assert!(!tells(&ndjson, SECRET), "{:?} gives {ndjson}", payload.escape_ascii().to_string());
}

/// A payload with a secret header at a place where a server reads one: at the start, behind a line end, or behind the bytes
/// of another protocol.
fn with_secret(choice: [u8; 4], around: &[u8], redact: &[String]) -> Vec<u8> {
    let [place, header, style, letters] = choice.map(usize::from);
    let (front, behind) = around.split_at(around.len() * (place >> 4) / 16);
    let name: String = redact[header % redact.len()]
        .chars()
        .enumerate()
        .map(|(at, letter)| if letters >> (at % 8) & 1 == 1 { letter.to_ascii_uppercase() } else { letter })
        .collect();
    let line_end: &[u8] = if front.is_empty() { b"" } else { b"\r\n" };
    let line = [&name, COLONS[style % 4], SCHEMES[style / 4 % 4], SECRET].concat();
    let start = STARTS[place % STARTS.len()];
    // What stands behind the secret is of the same value, up to the line's end.
    [start, front, line_end, line.as_bytes(), behind].concat()
}

/// A binary payload is shown in the alphabet of base64, blanks of the sender's own among it and in its padding.
fn check_shape(decoded: &Decoded<'_>) {
    if let Packet::Binary(base64) = decoded.packet {
        let is_digit =
            |b: u8| b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || matches!(b, b'+' | b'/');
        assert!(
            base64.trim_end_matches(|c: char| c == '=' || c.is_ascii_whitespace()).bytes().all(is_digit),
            "{base64:?}"
        );
    }
}
