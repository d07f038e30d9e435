//! Words of a text: where they begin and end.
//!
//! Clever: the text is looked at in blocks, whose findings are words of bits, so that no byte is looked at alone. Keys stand so near
//! to each other in a log that to search for each anew, byte by byte, takes 4 % more instructions for a whole load. The plain twins are
//! in the tests.

use wide::u8x16;

/// A block has as many bytes as a word has bits.
const BLOCK: usize = 64;

/// Bytes that are looked at as one.
const PART: usize = 16;

/// A word that stands between a blank and the byte that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) start: usize,
    /// Where the byte stands that ends it.
    pub(crate) end: usize,
}

/// Hands each word that stands between a blank and `end` to `each`, from left to right. No word holds either.
#[inline]
pub(crate) fn each_word(end: u8, text: &[u8], mut each: impl FnMut(Word)) {
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let mut last = [0; BLOCK];
    last.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
    // Where a word may begin: behind the last blank or end, and nowhere behind an end.
    let mut last_start = None;
    for (block, from) in blocks.iter().chain([&last]).zip((0..).step_by(BLOCK)) {
        let (ends, stops) = ends_and_stops(block, end);
        let start_behind = |stops: u64| {
            let stop = (BLOCK - 1) - stops.leading_zeros() as usize;
            (ends >> stop & 1 == 0).then_some(from + stop + 1)
        };
        let mut rest = ends;
        while rest != 0 {
            let before = stops & ((rest & rest.wrapping_neg()) - 1);
            let start = if before == 0 { last_start } else { start_behind(before) };
            if let Some(start) = start {
                each(Word { start, end: from + rest.trailing_zeros() as usize });
            }
            rest &= rest - 1;
        }
        if stops != 0 {
            last_start = start_behind(stops);
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

/// Where the first byte stands that is no ASCII letter, no digit, no `_` and no `-`.
#[inline]
pub(crate) fn end_of_name(text: &[u8]) -> Option<usize> {
    let (parts, rest) = text.as_chunks::<PART>();
    let others =
        parts.iter().map(others_than_names).zip((0..).step_by(PART)).find(|(others, _)| *others != 0);
    match others {
        Some((others, start)) => Some(start + others.trailing_zeros() as usize),
        None => {
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            rest.iter().position(|byte| !is_name(byte)).map(|at| text.len() - rest.len() + at)
        }
    }
}

/// Whether a word of `text` has only the bytes of a name: without a branch on its length, which no processor can foretell.
#[inline]
pub(crate) fn is_name(text: &[u8], word: Word) -> bool {
    let Some(name) = text.get(word.start..word.end) else { return false };
    let behind_start = text.get(word.start..word.start + PART).and_then(<[u8]>::first_chunk);
    match (behind_start, name.last_chunk()) {
        (Some(part), None) => others_than_names(part) & ((1 << name.len()) - 1) == 0,
        // The two halves of a long name overlap.
        (Some(first), Some(last)) if name.len() <= 2 * PART => {
            others_than_names(first) | others_than_names(last) == 0
        }
        _ => end_of_name(name).is_none(),
    }
}

/// A bit for each byte that stands in no name.
#[inline]
fn others_than_names(part: &[u8; PART]) -> u32 {
    let bytes = u8x16::new(*part);
    let is = |byte| bytes.simd_eq(u8x16::splat(byte));
    let is_letter = is_between(bytes | u8x16::splat(0x20), b'a', b'z');
    let is_name = is_letter | is_between(bytes, b'0', b'9') | is(b'_') | is(b'-');
    !is_name.to_bitmask() & 0xffff
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

    use super::{Word, each_word, end_of_name, is_name};

    proptest! {
        #[test]
        fn words_stand_where_a_plain_search_says(text in "[=a \t\r\n]{0,20}|[= ab\\\\é]{0,300}|(a{60,70}[ =]){0,5}") {
            let bytes = text.as_bytes();
            let is_stop = |byte: &u8| matches!(byte, b'=' | b' ' | b'\t' | b'\r' | b'\n');
            let ends = (0..bytes.len()).filter(|end| bytes[*end] == b'=');
            let words = ends.filter_map(|end| {
                let stop = bytes[..end].iter().rposition(is_stop)?;
                (bytes[stop] != b'=').then_some(Word { start: stop + 1, end })
            });
            let mut found = Vec::new();
            each_word(b'=', bytes, |word| found.push(word));
            prop_assert_eq!(found, words.collect::<Vec<_>>());
        }

        #[test]
        fn a_name_is_what_a_plain_search_finds_no_end_in(text in "[a-zA-Z0-9_-]{0,40}.{0,20}", start in 0..9usize, length in 0..40usize) {
            let start = start.min(text.len());
            let end = (start + length).min(text.len());
            let plain = end_of_name(&text.as_bytes()[start..end]).is_none();
            prop_assert_eq!(is_name(text.as_bytes(), Word { start, end }), plain);
        }

        #[test]
        fn a_name_ends_where_a_plain_search_says(text in "[ -~é]{0,40}|[a-zA-Z0-9_-]{0,40}[^a-zA-Z0-9_-]?.{0,20}") {
            let plain = text.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_' && byte != b'-');
            prop_assert_eq!(end_of_name(text.as_bytes()), plain);
        }
    }
}
