//! JSON text of single values, appended to a vector.
//!
//! Strings are written the way serde_json writes them (RFC 8259, section 7: quotes, backslashes and control characters are escaped), only
//! faster, because a document is little else. Does not know documents.

use std::io::Write;
use std::net::IpAddr;

/// Text that is appended to every document: as a block of fixed size, which is quicker to copy than one whose size has to be
/// looked at.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    block: [u8; BLOCK],
    /// Bytes of the block that count.
    length: usize,
    /// What does not fit into the block.
    rest: Box<[u8]>,
}

const BLOCK: usize = 32;

impl Piece {
    pub(crate) fn new(text: &[u8]) -> Self {
        let (start, rest) = text.split_at_checked(BLOCK).unwrap_or((text, &[]));
        let mut block = [0; BLOCK];
        for (place, byte) in block.iter_mut().zip(start) {
            *place = *byte;
        }
        Self { block, length: start.len(), rest: rest.into() }
    }

    pub(crate) fn append(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.length;
        out.extend_from_slice(&self.block);
        out.truncate(end);
        if !self.rest.is_empty() {
            out.extend_from_slice(&self.rest);
        }
    }
}

/// Appends a string with its quotes.
pub(crate) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    rest_of_string(text, out);
}

/// Appends a string whose opening quote is there already.
pub(crate) fn rest_of_string(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 1);
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
    } else {
        escaped(bytes, out);
    }
    out.push(b'"');
}

/// Whether nothing in a string needs an escape. Without a branch for each block, so that the compiler makes vector instructions of
/// the loop; the last block overlaps the one before it.
fn is_plain(bytes: &[u8]) -> bool {
    if let Some(last) = bytes.last_chunk() {
        let mut marks = [0; 16];
        mark(last, &mut marks);
        let (blocks, _) = bytes.as_chunks();
        for block in blocks {
            mark(block, &mut marks);
        }
        return u128::from_le_bytes(marks) == 0;
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return bytes_to_escape(*first) | bytes_to_escape(*last) == 0;
    }
    bytes.iter().all(|byte| !needs_escape(*byte))
}

fn mark(block: &[u8; 16], marks: &mut [u8; 16]) {
    for (mark, byte) in marks.iter_mut().zip(block) {
        *mark |= u8::from(*byte < 0x20) | u8::from(*byte == b'"') | u8::from(*byte == b'\\');
    }
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b'\\')
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
    length + last.iter().position(|byte| needs_escape(*byte)).unwrap_or(last.len())
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
