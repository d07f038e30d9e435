//! The places of some bytes in a text, for texts in which they stand near to each other: headers, lines, fields.
//!
//! A library's search is quicker in a long text, but here most searches end before it has begun. Does not know what the
//! bytes mean.

use memchr::memmem::Finder;
use memchr::{memchr, memchr2};
use wide::u8x16;

/// Bytes that are looked at as one.
const BLOCK: usize = 16;

/// Blocks that count as near.
const NEAR: usize = 4;

/// Whether a byte is one of the names that collectors give to fields, columns and labels.
pub(crate) fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@')
}

/// Where `byte` stands first.
#[inline]
pub(crate) fn first(byte: u8, text: &[u8]) -> Option<usize> {
    near([byte], text, |far| memchr(byte, far))
}

/// Where one of two bytes stands first.
#[inline]
pub(crate) fn first_of([one, other]: [u8; 2], text: &[u8]) -> Option<usize> {
    near([one, other], text, |far| memchr2(one, other, far))
}

#[inline]
fn near<const N: usize>(
    bytes: [u8; N],
    text: &[u8],
    search: impl FnOnce(&[u8]) -> Option<usize>,
) -> Option<usize> {
    let mut start = 0;
    for block in text.as_chunks().0.iter().take(NEAR) {
        let found = places(bytes, block);
        if found != 0 {
            return Some(start + found.trailing_zeros() as usize);
        }
        start += BLOCK;
    }
    let rest = text.get(start..)?;
    // For what is shorter than a block, the call alone takes longer than the search.
    let found =
        if rest.len() < BLOCK { rest.iter().position(|byte| bytes.contains(byte)) } else { search(rest) };
    found.map(|at| start + at)
}

/// A bit for each place of a block where one of `bytes` stands.
#[inline]
fn places<const N: usize>(bytes: [u8; N], block: &[u8; BLOCK]) -> u32 {
    let block = u8x16::new(*block);
    let none = u8x16::splat(0);
    bytes.iter().fold(none, |found, byte| found | block.simd_eq(u8x16::splat(*byte))).to_bitmask()
}

/// Where `byte` stands, from left to right.
#[inline]
pub(crate) fn each(byte: u8, text: &[u8]) -> impl Iterator<Item = usize> {
    each_of([byte; 1], text)
}

/// Where the text that `finder` looks for stands, from left to right. Its own iterator does the same with a copy of it, which takes
/// longer than to search a short text.
#[inline]
pub(crate) fn each_found(finder: &Finder<'_>, text: &[u8]) -> impl Iterator<Item = usize> {
    let mut next = 0;
    std::iter::from_fn(move || {
        let at = next + finder.find(text.get(next..)?)?;
        next = at + finder.needle().len();
        Some(at)
    })
}

/// Where one of some bytes stands, from left to right.
#[inline]
pub(crate) fn each_of<const N: usize>(bytes: [u8; N], text: &[u8]) -> impl Iterator<Item = usize> {
    Places { bytes, text, next: 0, start: 0, found: 0 }
}

struct Places<'t, const N: usize> {
    bytes: [u8; N],
    text: &'t [u8],
    /// Where the next block begins.
    next: usize,
    /// Where this one begins.
    start: usize,
    /// A bit for each place in this block that has not been given yet.
    found: u32,
}

impl<const N: usize> Places<'_, N> {
    /// A bit for each place in what is too short for a block.
    #[inline]
    fn look_at_rest(&self, rest: &[u8]) -> u32 {
        // The last bytes as a block, of which the front has been seen.
        if let Some(block) = self.text.last_chunk() {
            return places(self.bytes, block) >> (BLOCK - rest.len());
        }
        let is_one = |byte: &u8| u32::from(self.bytes.contains(byte));
        rest.iter().rev().fold(0, |found, byte| found << 1 | is_one(byte))
    }
}

impl<const N: usize> Iterator for Places<'_, N> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            let rest = self.text.get(self.next..).filter(|rest| !rest.is_empty())?;
            self.start = self.next;
            self.found = match rest.first_chunk() {
                Some(block) => {
                    self.next += BLOCK;
                    places(self.bytes, block)
                }
                None => {
                    self.next = self.text.len();
                    self.look_at_rest(rest)
                }
            };
        }
        let at = self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(self.start + at)
    }
}
