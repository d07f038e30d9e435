//! Words of a text: where they begin and end.
//!
//! Clever: the text is looked at in blocks, whose findings are words of bits, so that no byte is looked at alone. Keys stand so near
//! to each other in a log that to search for each anew, byte by byte, takes 4 % more instructions for a whole load. The plain twins are
//! in the tests.

use wide::u8x16;

/// A block has as many bytes as a word has bits.
pub(crate) const BLOCK: usize = 64;

/// Bytes that are looked at as one.
const PART: usize = 16;

/// The starts of the words that stand between a blank and the byte that ends them, from left to right. No word holds either.
pub(crate) struct WordStarts<'t> {
    end: u8,
    text: &'t [u8],
    /// Where the next block begins.
    next: usize,
    /// A bit for each end in this block that has not been looked at yet.
    ends: u64,
    /// A bit for each end and each blank of this block.
    stops: u64,
    /// The last of them before this block.
    last_stop: Option<usize>,
}

impl<'t> WordStarts<'t> {
    pub(crate) fn new(end: u8, text: &'t [u8]) -> Self {
        Self { end, text, next: 0, ends: 0, stops: 0, last_stop: None }
    }

    /// Goes on to the next block, if there is one.
    #[inline]
    fn advance(&mut self) -> Option<()> {
        if self.stops != 0 {
            self.last_stop = Some(self.next - 1 - self.stops.leading_zeros() as usize);
        }
        let rest = self.text.get(self.next..).filter(|rest| !rest.is_empty())?;
        (self.ends, self.stops) = match rest.first_chunk() {
            Some(block) => ends_and_stops(block, self.end),
            None => {
                let mut block = [0; BLOCK];
                block.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
                ends_and_stops(&block, self.end)
            }
        };
        self.next += BLOCK;
        Some(())
    }

    /// The nearest blank or end before the next end; nothing inside where that is the first.
    #[inline]
    fn next_stop(&mut self) -> Option<Option<usize>> {
        while self.ends == 0 {
            self.advance()?;
        }
        let lowest = self.ends & self.ends.wrapping_neg();
        self.ends ^= lowest;
        Some(match self.stops & (lowest - 1) {
            0 => self.last_stop,
            stops => Some(self.next - 1 - stops.leading_zeros() as usize),
        })
    }
}

impl Iterator for WordStarts<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        loop {
            if let Some(stop) = self.next_stop()?
                && self.text.get(stop) != Some(&self.end)
            {
                return Some(stop + 1);
            }
        }
    }
}

/// A bit for each `end` of a block, and one for each `end` or blank.
#[inline]
fn ends_and_stops(block: &[u8; BLOCK], end: u8) -> (u64, u64) {
    let (parts, _) = block.as_chunks::<PART>();
    parts.iter().rev().fold((0, 0), |(ends, stops), part| {
        let bytes = u8x16::new(*part);
        let is = |byte| bytes.simd_eq(u8x16::splat(byte));
        let is_end = is(end);
        let is_stop = is_end | is(b' ') | is(b'\t') | is(b'\r') | is(b'\n');
        (ends << PART | u64::from(is_end.to_bitmask()), stops << PART | u64::from(is_stop.to_bitmask()))
    })
}

/// For each of some bytes, a bit for each place of a block where it stands.
#[inline]
pub(crate) fn places_of<const N: usize>(bytes: [u8; N], block: &[u8; BLOCK]) -> [u64; N] {
    let (parts, _) = block.as_chunks::<PART>();
    bytes.map(|byte| {
        let places = |part: &[u8; PART]| u8x16::new(*part).simd_eq(u8x16::splat(byte)).to_bitmask();
        parts.iter().rev().fold(0, |found, part| found << PART | u64::from(places(part)))
    })
}

/// Where the first byte stands that is no ASCII letter, no digit, no `_` and no `-`.
#[inline]
pub(crate) fn end_of_name(text: &[u8]) -> Option<usize> {
    let (parts, rest) = text.as_chunks::<PART>();
    let mut start = 0;
    for part in parts {
        let bytes = u8x16::new(*part);
        let is = |byte| bytes.simd_eq(u8x16::splat(byte));
        let is_letter = is_between(bytes | u8x16::splat(0x20), b'a', b'z');
        let is_name = is_letter | is_between(bytes, b'0', b'9') | is(b'_') | is(b'-');
        let others = !is_name.to_bitmask() & 0xffff;
        if others != 0 {
            return Some(start + others.trailing_zeros() as usize);
        }
        start += PART;
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    rest.iter().position(|byte| !is_name(byte)).map(|at| start + at)
}

/// All bits of each byte from `first` to `last`.
#[inline]
fn is_between(bytes: u8x16, first: u8, last: u8) -> u8x16 {
    let from_first = bytes - u8x16::splat(first);
    from_first.simd_eq(from_first.min(u8x16::splat(last - first)))
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert_eq, proptest};

    use super::{WordStarts, end_of_name};

    proptest! {
        #[test]
        fn words_start_where_a_plain_search_says(text in "[=a \t\r\n]{0,20}|[= ab\\\\é]{0,300}|(a{60,70}[ =]){0,5}") {
            let bytes = text.as_bytes();
            let is_stop = |byte: &u8| matches!(byte, b'=' | b' ' | b'\t' | b'\r' | b'\n');
            let ends = (0..bytes.len()).filter(|end| bytes[*end] == b'=');
            let stops = ends.filter_map(|end| bytes[..end].iter().rposition(is_stop));
            let starts = stops.filter(|stop| bytes[*stop] != b'=').map(|blank| blank + 1);
            prop_assert_eq!(WordStarts::new(b'=', bytes).collect::<Vec<_>>(), starts.collect::<Vec<_>>());
        }

        #[test]
        fn a_name_ends_where_a_plain_search_says(text in "[ -~é]{0,40}|[a-zA-Z0-9_-]{0,40}[^a-zA-Z0-9_-]?.{0,20}") {
            let plain = text.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_' && byte != b'-');
            prop_assert_eq!(end_of_name(text.as_bytes()), plain);
        }
    }
}
