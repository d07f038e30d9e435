//! JSON text of single values, appended to a vector.
//!
//! Strings are written the way serde_json writes them (RFC 8259, section 7: quotes, backslashes and control characters are escaped), only
//! faster, because a document is little else. Does not know documents.

use std::io::Write;
use std::net::IpAddr;

/// Appends a string with its quotes.
pub(crate) fn string(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
    } else {
        escaped(bytes, out);
    }
    out.push(b'"');
}

/// Whether nothing in a string needs an escape. Without a branch for each word, so that the compiler makes vector instructions of
/// the loop; the last word overlaps the one before it.
fn is_plain(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk() else {
        return bytes.iter().all(|byte| *byte >= 0x20 && !matches!(byte, b'"' | b'\\'));
    };
    let (words, _) = bytes.as_chunks();
    words.iter().fold(bytes_to_escape(*last), |found, word| found | bytes_to_escape(*word)) == 0
}

fn escaped(mut rest: &[u8], out: &mut Vec<u8>) {
    while let Some((before, special)) = rest.split_at_checked(plain_length(rest)) {
        out.extend_from_slice(before);
        let Some((byte, behind)) = special.split_first() else { break };
        escape(*byte, out);
        rest = behind;
    }
}

/// How many bytes from the start need no escape.
fn plain_length(bytes: &[u8]) -> usize {
    let (words, last) = bytes.as_chunks();
    let mut length = 0;
    for word in words {
        match bytes_to_escape(*word) {
            0 => length += word.len(),
            found => return length + found.trailing_zeros() as usize / 8,
        }
    }
    length + last.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')).unwrap_or(last.len())
}

/// The high bit of the lowest byte that needs an escape is set, and none below it: borrows only run upwards.
fn bytes_to_escape(word: [u8; 8]) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    let word = u64::from_le_bytes(word);
    let quote = word ^ (ONES * 0x22);
    let backslash = word ^ (ONES * 0x5c);
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (control | (quote.wrapping_sub(ONES) & !quote) | (backslash.wrapping_sub(ONES) & !backslash)) & HIGHS
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        0x08 => out.extend_from_slice(b"\\b"),
        0x0c => out.extend_from_slice(b"\\f"),
        // A vector takes everything.
        byte => drop(write!(out, "\\u{byte:04x}")),
    }
}

/// Appends an integer.
pub(crate) fn integer(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends an address as a string.
pub(crate) fn address(ip: IpAddr, out: &mut Vec<u8>) {
    out.push(b'"');
    match ip {
        IpAddr::V4(ip) => {
            for (number, octet) in ip.octets().iter().enumerate() {
                if number > 0 {
                    out.push(b'.');
                }
                out.extend_from_slice(itoa::Buffer::new().format(*octet).as_bytes());
            }
        }
        // A vector takes everything.
        IpAddr::V6(ip) => drop(write!(out, "{ip}")),
    }
    out.push(b'"');
}
