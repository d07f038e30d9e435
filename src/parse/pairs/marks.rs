//! The places of `=` and backslashes in a text, each with the start of the name before it.
//!
//! Keys come so often that a search which starts anew behind each costs more than the text itself. So the text is looked at
//! in blocks, and what was found in one is a word of bits. Does not know what an escape is.

use wide::u8x16;

/// A block has as many bytes as a word has bits.
const BLOCK: usize = 64;

/// An `=` or a backslash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Where it stands.
    pub(crate) at: usize,
    /// From here to there stand letters, digits, `_` and `-` only; the byte before is none of them, or there is none.
    pub(crate) behind_name: usize,
}

/// All of them, from left to right.
pub(crate) struct Marks<'t> {
    blocks: std::slice::Iter<'t, [u8; BLOCK]>,
    rest: &'t [u8],
    /// Where the next block begins.
    next: usize,
    /// The marks of this block that have not been given yet.
    marks: u64,
    /// The bytes of this block that are none of a name.
    others: u64,
    /// Behind the last byte before this block that is none of a name.
    behind_name: usize,
}

impl<'t> Marks<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        let (blocks, rest) = text.as_chunks();
        Self { blocks: blocks.iter(), rest, next: 0, marks: 0, others: 0, behind_name: 0 }
    }

    /// Goes on to the next block; gives whether there was one.
    fn advance(&mut self) -> bool {
        if self.others != 0 {
            self.behind_name = self.next - self.others.leading_zeros() as usize;
        }
        let found = match self.blocks.next() {
            Some(block) => look_at(block),
            None if self.rest.is_empty() => return false,
            None => {
                let mut block = [0; BLOCK];
                block.iter_mut().zip(std::mem::take(&mut self.rest)).for_each(|(place, byte)| *place = *byte);
                look_at(&block)
            }
        };
        (self.marks, self.others) = found;
        self.next += BLOCK;
        true
    }
}

impl Iterator for Marks<'_> {
    type Item = Mark;

    #[inline]
    fn next(&mut self) -> Option<Mark> {
        while self.marks == 0 {
            if !self.advance() {
                return None;
            }
        }
        let start = self.next - BLOCK;
        let at = self.marks.trailing_zeros() as usize;
        let lowest = self.marks & self.marks.wrapping_neg();
        self.marks ^= lowest;
        let before = self.others & (lowest - 1);
        let behind_name = match before {
            0 => self.behind_name,
            _ => start + BLOCK - before.leading_zeros() as usize,
        };
        Some(Mark { at: start + at, behind_name })
    }
}

/// A bit for each mark of a block, and one for each byte that is none of a name.
#[inline]
fn look_at(block: &[u8; BLOCK]) -> (u64, u64) {
    let (parts, _) = block.as_chunks();
    parts.iter().rev().fold((0, 0), |(marks, others), part| {
        let bytes = u8x16::new(*part);
        let is = |byte| bytes.simd_eq(u8x16::splat(byte));
        let letter = between(bytes | u8x16::splat(0x20), b'a', b'z');
        let name = letter | between(bytes, b'0', b'9') | is(b'_') | is(b'-');
        let mark = is(b'=') | is(b'\\');
        (marks << 16 | u64::from(mark.to_bitmask()), others << 16 | u64::from(!name.to_bitmask() & 0xffff))
    })
}

/// All bits of each byte from `first` to `last`.
#[inline]
fn between(bytes: u8x16, first: u8, last: u8) -> u8x16 {
    let from_first = bytes - u8x16::splat(first);
    from_first.simd_eq(from_first.min(u8x16::splat(last - first)))
}
