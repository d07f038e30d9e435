//! JSON text of single values, appended to a vector.
//!
//! Strings are written the way serde_json writes them (RFC 8259, section 7: quotes, backslashes and control characters are escaped), only
//! faster, because a document is little else. Does not know documents.

use std::io::Write;
use std::net::IpAddr;

/// Appends a string with its quotes.
pub(crate) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some((before, special)) = rest.split_at_checked(plain_length(rest)) {
        out.extend_from_slice(before);
        let Some((byte, behind)) = special.split_first() else { break };
        escape(*byte, out);
        rest = behind;
    }
    out.push(b'"');
}

/// How many bytes from the start need no escape.
///
/// Blocks are looked at as a whole, without a branch for each byte: the compiler makes vector instructions of that. What is
/// left goes by words.
fn plain_length(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<16>();
    let mut length = blocks.iter().take_while(|block| !any_needs_escape(block)).count() * 16;
    let (words, last) = bytes.get(length..).unwrap_or_default().as_chunks::<8>();
    for word in words {
        let found = bytes_to_escape(*word);
        if found != 0 {
            return length + first_byte(found);
        }
        length += 8;
    }
    let mut word = [b' '; 8];
    for (filler, byte) in word.iter_mut().zip(last) {
        *filler = *byte;
    }
    match bytes_to_escape(word) {
        0 => bytes.len(),
        found => length + first_byte(found),
    }
}

fn any_needs_escape(block: &[u8; 16]) -> bool {
    let mut any = 0;
    for byte in block {
        any |= u8::from((*byte < 0x20) | (*byte == b'"') | (*byte == b'\\'));
    }
    any != 0
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

fn first_byte(found: u64) -> usize {
    found.trailing_zeros() as usize / 8
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
