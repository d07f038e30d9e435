//! JSON text of strings, appended to a vector (RFC 8259, section 7), exactly as serde_json writes it.
//!
//! A document is little else than strings, most of them short. serde_json looks up each byte in a table, and copies with a call; here
//! 16 bytes are looked at together ([`plain_length`]), and a short text is copied as two blocks of fixed size that overlap
//! ([`append`]), which takes neither a loop nor a call. Mind that both read the last bytes of a text twice. `tests/core/row.rs` holds
//! the text to serde_json's.

use wide::u8x16;

use super::slice::bytes;

/// Bytes that are looked at together.
const BLOCK: usize = 16;

/// Appends a text as a string, quotes included.
pub(crate) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let length = plain_length(rest);
        append(bytes(rest, ..length), out);
        let Some((special, behind)) = bytes(rest, length..).split_first() else { break };
        escape(*special, out);
        rest = behind;
    }
    out.push(b'"');
}

/// Appends a text in which nothing needs an escape as a string, quotes included.
pub(crate) fn plain_string(text: &str, out: &mut Vec<u8>) {
    debug_assert_eq!(plain_length(text.as_bytes()), text.len(), "{text:?}");
    out.push(b'"');
    append(text.as_bytes(), out);
    out.push(b'"');
}

/// Appends bytes as they are, like [`Vec::extend_from_slice`], but short ones without a call.
#[inline]
pub(crate) fn append(text: &[u8], out: &mut Vec<u8>) {
    match text.len() {
        0..4 => out.extend(text),
        4..8 => append_overlapping::<4>(text, out),
        8..16 => append_overlapping::<8>(text, out),
        16..=32 => append_overlapping::<16>(text, out),
        _ => out.extend_from_slice(text),
    }
}

/// Appends `N` to `2 * N` bytes as their first and their last `N`.
#[inline]
fn append_overlapping<const N: usize>(text: &[u8], out: &mut Vec<u8>) {
    if let (Some(first), Some(last)) = (text.first_chunk::<N>(), text.last_chunk::<N>()) {
        let end = out.len() + text.len();
        out.extend_from_slice(first);
        out.truncate(end - N);
        out.extend_from_slice(last);
    }
}

/// The number of bytes before the first that needs an escape.
#[inline]
fn plain_length(text: &[u8]) -> usize {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    for (number, block) in blocks.iter().enumerate() {
        let found = specials(block);
        if found != 0 {
            return number * BLOCK + found.trailing_zeros() as usize;
        }
    }
    // Fewer bytes than a block as the end of one; the block before it has been seen.
    let mut last = [b' '; BLOCK];
    let block = text.last_chunk().unwrap_or_else(|| {
        last.iter_mut().rev().zip(rest.iter().rev()).for_each(|(place, byte)| *place = *byte);
        &last
    });
    match specials(block) {
        0 => text.len(),
        found => text.len() + found.trailing_zeros() as usize - BLOCK,
    }
}

/// A bit for each byte that needs an escape.
#[inline]
fn specials(block: &[u8; BLOCK]) -> u32 {
    let bytes = u8x16::new(*block);
    let is_control = bytes.simd_eq(bytes.min(u8x16::splat(0x1f)));
    let is_quoting = bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\'));
    (is_control | is_quoting).to_bitmask()
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        byte => return out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
    };
    out.extend_from_slice(&[b'\\', short]);
}
