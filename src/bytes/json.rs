//! JSON text of single values, appended to a vector.
//!
//! Strings are written the way serde_json writes them (RFC 8259, section 7: quotes, backslashes and control characters are escaped), only
//! faster, because a document is little else. Does not know documents.

use wide::u8x16;

use super::slice::start_in;

/// The text of an event: many of its values are slices of it.
#[derive(Clone, Copy, Debug)]
pub struct EventText<'t> {
    pub(crate) text: &'t str,
    /// So many bytes, from the first on, stand in JSON as they are.
    pub(crate) plain: usize,
}

impl<'t> From<&'t str> for EventText<'t> {
    /// A text of which nothing is known.
    fn from(text: &'t str) -> Self {
        Self { text, plain: 0 }
    }
}

impl<'t> EventText<'t> {
    /// A slice of `whole`, whose first `plain` bytes stand in JSON as they are.
    pub(crate) fn within(whole: &str, plain: usize, text: &'t str) -> Self {
        Self {
            text,
            plain: plain.checked_sub(start_in(text, whole)).map_or(0, |plain| plain.min(text.len())),
        }
    }
}

/// Text that is appended to every document: as a block of fixed size, which is quicker to copy than one whose size has to be
/// looked at.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    block: [u8; PIECE],
    /// Bytes of the block that count.
    length: u8,
    /// What does not fit into the block.
    rest: Box<[u8]>,
}

const PIECE: usize = 32;

/// Bytes that are looked at as one.
const BLOCK: usize = 16;

/// Bytes of a text that are copied at once.
const WINDOW: usize = 2 * BLOCK;

impl Piece {
    pub(crate) fn new(text: &[u8]) -> Self {
        let (start, rest) = text.split_at_checked(PIECE).unwrap_or((text, &[]));
        let mut block = [0; PIECE];
        for (place, byte) in block.iter_mut().zip(start) {
            *place = *byte;
        }
        // A block is shorter than 256 bytes.
        Self { block, length: u8::try_from(start.len()).unwrap_or_default(), rest: rest.into() }
    }

    #[inline]
    pub(crate) fn append(&self, out: &mut Vec<u8>) {
        let end = out.len() + usize::from(self.length);
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

/// The same as [`rest_of_string`], quicker for a slice of `text`: what is plain is not looked at, and behind a short slice what
/// follows is copied too, and cut off again, so that there is no branch on its length, which no processor can foretell.
#[inline]
pub(crate) fn rest_of_slice(slice: &str, text: EventText<'_>, out: &mut Vec<u8>) {
    let start = start_in(slice, text.text);
    let is_plain = text.plain.checked_sub(start).is_some_and(|plain| slice.len() <= plain);
    match window(start, slice, text) {
        Some(window) => {
            if !is_plain {
                let (halves, _) = window.as_slice().as_chunks::<BLOCK>();
                let found =
                    halves.iter().rev().fold(0, |found, half| found << BLOCK | u64::from(specials(half)));
                if found & ((1 << slice.len()) - 1) != 0 {
                    return escaped(slice.as_bytes(), out);
                }
            }
            append_start(&window, slice.len(), out);
            out.push(b'"');
        }
        None if is_plain => {
            out.extend_from_slice(slice.as_bytes());
            out.push(b'"');
        }
        None => rest_of_string(slice, out),
    }
}

/// Appends a slice of `text` as it is.
#[inline]
pub(crate) fn plain_slice(slice: &str, text: EventText<'_>, out: &mut Vec<u8>) {
    match window(start_in(slice, text.text), slice, text) {
        Some(window) => append_start(&window, slice.len(), out),
        None => out.extend_from_slice(slice.as_bytes()),
    }
}

/// A short slice of `text` with what stands behind it.
#[inline]
fn window(start: usize, slice: &str, text: EventText<'_>) -> Option<[u8; WINDOW]> {
    let window = text.text.as_bytes().get(start..start.wrapping_add(WINDOW))?;
    if slice.len() <= WINDOW { window.first_chunk().copied() } else { None }
}

#[inline]
fn append_start(window: &[u8; WINDOW], length: usize, out: &mut Vec<u8>) {
    let end = out.len() + length;
    out.extend_from_slice(window);
    out.truncate(end);
}

/// Appends a string whose opening quote is there already.
///
/// Short strings, which are most, are looked at and copied as two words that overlap: that needs neither a loop nor a call.
#[inline]
pub(crate) fn rest_of_string(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    if let (Some(first), Some(last)) = (bytes.first_chunk::<BLOCK>(), bytes.last_chunk::<BLOCK>()) {
        if bytes.len() > 2 * BLOCK {
            return long(bytes, out);
        }
        if specials(first) | specials(last) != 0 {
            return escaped(bytes, out);
        }
        overlapping(first, last, bytes.len(), out);
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        let mut both = [0; BLOCK];
        both.as_chunks_mut().0.iter_mut().zip([first, last]).for_each(|(place, half)| *place = *half);
        if specials(&both) != 0 {
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
fn escaped(bytes: &[u8], out: &mut Vec<u8>) {
    let mut start = 0;
    while let Some(block) = bytes.get(start..).and_then(<[u8]>::first_chunk) {
        let mut found = specials(block);
        let mut from = start;
        while found != 0 {
            let at = start + found.trailing_zeros() as usize;
            found &= found - 1;
            append_part(bytes, from, at, out);
            escape(bytes.get(at).copied().unwrap_or_default(), out);
            from = at + 1;
        }
        start += BLOCK;
        append_part(bytes, from, start, out);
    }
    for byte in bytes.get(start..).unwrap_or_default() {
        if needs_escape(*byte) {
            escape(*byte, out);
        } else {
            out.push(*byte);
        }
    }
    out.push(b'"');
}

/// Appends a part of `bytes` that is no longer than a block.
#[inline]
fn append_part(bytes: &[u8], from: usize, to: usize, out: &mut Vec<u8>) {
    match bytes.get(from..).and_then(<[u8]>::first_chunk::<BLOCK>) {
        Some(block) => {
            let end = out.len() + (to - from);
            out.extend_from_slice(block);
            out.truncate(end);
        }
        None => out.extend_from_slice(bytes.get(from..to).unwrap_or_default()),
    }
}

/// How many bytes from the start need no escape.
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut length = 0;
    for block in blocks {
        match specials(block) {
            0 => length += BLOCK,
            found => return length + found.trailing_zeros() as usize,
        }
    }
    // The last block overlaps the one before it, where nothing was found.
    match bytes.last_chunk().map(specials) {
        Some(0) => bytes.len(),
        Some(found) => bytes.len() - BLOCK + found.trailing_zeros() as usize,
        None => length + rest.iter().position(|byte| needs_escape(*byte)).unwrap_or(rest.len()),
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

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b'\\')
}

/// Not zero if a byte needs an escape.
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

#[inline]
fn escape(byte: u8, out: &mut Vec<u8>) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        // What else is escaped is below 0x20.
        byte => {
            let last = match byte & 0xf {
                digit @ 0..10 => b'0' + digit,
                letter => b'a' + letter - 10,
            };
            return out.extend_from_slice(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), last]);
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

/// The UTF-16 code unit of a `\uXXXX` that `text` starts with.
pub(crate) fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

/// The character that a backslash and `escaped` stand for; nothing for an escape that is longer, or is none.
#[inline]
pub(crate) fn meant(escaped: u8) -> Option<char> {
    Some(match escaped {
        b'"' | b'\\' | b'/' => char::from(escaped),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// Appends an integer.
pub(crate) fn integer(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}
