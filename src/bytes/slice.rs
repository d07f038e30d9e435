//! Slices of texts and bytes that are known to be there.

use std::slice::SliceIndex;

/// The part of `text` that stands in `range`, where the caller has found it.
///
/// Debug builds panic where the range is wrong, as indexing would; release builds give the empty text.
pub(crate) fn part<R: SliceIndex<str, Output = str>>(text: &str, range: R) -> &str {
    let part = text.get(range);
    debug_assert!(part.is_some(), "the range is outside of {text:?}, or cuts a character in two");
    part.unwrap_or_default()
}

/// The bytes that stand in `range`, where the caller knows that there are so many.
///
/// Debug builds panic where the range is wrong, as indexing would; release builds give no bytes.
pub(crate) fn bytes<R: SliceIndex<[u8], Output = [u8]>>(bytes: &[u8], range: R) -> &[u8] {
    let part = bytes.get(range);
    debug_assert!(part.is_some(), "the range is outside of {} bytes", bytes.len());
    part.unwrap_or_default()
}

/// Where a slice of `text` begins in it; far behind its end if it is none.
#[inline]
pub(crate) fn start_in(slice: &str, text: &str) -> usize {
    slice.as_ptr().addr().wrapping_sub(text.as_ptr().addr())
}

/// Whether two texts are the same, of which one is often an empty `String`. That points to no memory, and where the C library compares
/// no byte of it by a masked instruction of AVX-512, the processor takes hundreds of cycles.
#[inline]
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}

/// The same as [`bytes`], to write to.
pub(crate) fn bytes_mut<R: SliceIndex<[u8], Output = [u8]>>(bytes: &mut [u8], range: R) -> &mut [u8] {
    let length = bytes.len();
    let part = bytes.get_mut(range);
    debug_assert!(part.is_some(), "the range is outside of {length} bytes");
    part.unwrap_or_default()
}

/// The first characters of a text, with `…` behind them where there are more.
pub(crate) fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", part(text, ..end)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_part_is_what_stands_in_the_range() {
        assert_eq!((part("a|b", ..1), part("a|b", 2..), part("a|b", 3..)), ("a", "b", ""));
    }

    #[test]
    #[should_panic(expected = "outside")]
    #[cfg(debug_assertions)]
    fn a_wrong_range_is_a_defect_that_tests_find() {
        part("a|b", 4..);
    }
}
