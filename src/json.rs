//! JSON text of single values, appended to a vector.
//!
//! Strings are written the way serde_json writes them (RFC 8259, section 7: quotes, backslashes and control characters are escaped), only
//! faster, because a document is little else. Does not know documents.

use crate::row::Address;
use std::io::Write;

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
///
/// Short strings, which are most, are looked at and copied as two words that overlap: that needs neither a loop nor a call.
#[inline]
pub(crate) fn rest_of_string(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    if bytes.len() > 32 {
        return long(bytes, out);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<16>(), bytes.last_chunk::<16>()) {
        let mut both = [0; 32];
        both.as_chunks_mut().0.iter_mut().zip([first, last]).for_each(|(place, half)| *place = *half);
        if has_special(&both) {
            return escaped(bytes, out);
        }
        overlapping(first, last, bytes.len(), out);
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        if word_to_escape(*first) | word_to_escape(*last) != 0 {
            return escaped(bytes, out);
        }
        overlapping(first, last, bytes.len(), out);
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        if word_to_escape(joined(*first, *last)) != 0 {
            return escaped(bytes, out);
        }
        overlapping(first, last, bytes.len(), out);
    } else {
        for byte in bytes {
            if needs_escape(*byte) {
                escape(*byte, out);
            } else {
                out.push(*byte);
            }
        }
    }
    out.push(b'"');
}

/// Appends `length` bytes that begin with `first` and end with `last`.
#[inline]
fn overlapping<const N: usize>(first: &[u8; N], last: &[u8; N], length: usize, out: &mut Vec<u8>) {
    let end = out.len() + length;
    out.extend_from_slice(first);
    out.truncate(end - N);
    out.extend_from_slice(last);
}

fn joined(first: [u8; 4], last: [u8; 4]) -> [u8; 8] {
    (u64::from(u32::from_le_bytes(first)) | u64::from(u32::from_le_bytes(last)) << 32).to_le_bytes()
}

fn long(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len() + 1);
    let (plain, rest) = bytes.split_at_checked(plain_length(bytes)).unwrap_or((bytes, &[]));
    out.extend_from_slice(plain);
    if rest.is_empty() { out.push(b'"') } else { escaped(rest, out) }
}

/// Appends what needs escapes, and the closing quote.
#[inline(never)]
fn escaped(mut rest: &[u8], out: &mut Vec<u8>) {
    while let Some((before, special)) = rest.split_at_checked(plain_length(rest)) {
        out.extend_from_slice(before);
        rest = special;
        while let Some((byte, behind)) = rest.split_first()
            && needs_escape(*byte)
        {
            escape(*byte, out);
            rest = behind;
        }
        if rest.is_empty() {
            break;
        }
    }
    out.push(b'"');
}

/// How many bytes from the start need no escape.
fn plain_length(bytes: &[u8]) -> usize {
    let (blocks, _) = bytes.as_chunks::<32>();
    let mut length = 32 * blocks.iter().take_while(|block| !has_special(block)).count();
    let rest = bytes.get(length..).unwrap_or_default();
    // The last block overlaps the one before it, where nothing was found.
    if rest.len() < 32 && bytes.last_chunk::<32>().is_some_and(|last| !has_special(last)) {
        return bytes.len();
    }
    let (words, last) = rest.as_chunks();
    for word in words {
        match word_to_escape(*word) {
            0 => length += word.len(),
            found => return length + found.trailing_zeros() as usize / 8,
        }
    }
    length + last.iter().position(|byte| needs_escape(*byte)).unwrap_or(last.len())
}

/// Whether any of the bytes needs an escape: without a branch and summed up in one byte, because of this form the compiler
/// makes vector instructions.
#[inline]
fn has_special(bytes: &[u8; 32]) -> bool {
    let is_special = |byte: u8| u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\');
    bytes.iter().fold(0, |found, byte| found | is_special(*byte)) != 0
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b'\\')
}

/// The high bit of the lowest byte that needs an escape is set, and none below it: borrows only run upwards.
#[inline]
fn word_to_escape(word: [u8; 8]) -> u64 {
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
pub(crate) fn address(address: Address<'_>, out: &mut Vec<u8>) {
    out.push(b'"');
    match address.text {
        Some(text) => rest_of_string(text, out),
        // A vector takes everything.
        None => drop(write!(out, "{}\"", address.ip)),
    }
}

/// Appends a MAC address as RFC 7042 writes it: capital letters and hyphens. `written` is one with any separators.
pub(crate) fn mac(written: &[u8; 17], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(&written.map(|byte| UPPER.get(usize::from(byte)).copied().unwrap_or(byte)));
    out.push(b'"');
}

/// Digits of a MAC address in upper case, its separators as hyphens.
const UPPER: [u8; 256] = {
    let mut table = [b'-'; 256];
    let mut byte = 0_u8;
    let mut rest = table.as_mut_slice();
    while let Some((entry, behind)) = rest.split_first_mut() {
        if byte.is_ascii_hexdigit() {
            *entry = byte.to_ascii_uppercase();
        }
        byte = byte.wrapping_add(1);
        rest = behind;
    }
    table
};
