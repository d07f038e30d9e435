//! Slices of a text: what a parser gives must lie in what it was given.

use std::ops::Range;

/// Where `part` stands in `text`.
///
/// # Panics
///
/// It stands outside of it. An empty part may stand anywhere: it says nothing.
pub(super) fn place(text: &str, part: &str) -> Range<usize> {
    if part.is_empty() {
        return 0..0;
    }
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize);
    let start = start.unwrap_or_else(|| panic!("{part:?} stands before {text:?}"));
    assert_eq!(text.get(start..start + part.len()), Some(part), "{part:?} is no part of {text:?}");
    start..start + part.len()
}

/// Checks what is borrowed; what is owned has had escapes undone, which only makes it shorter.
pub(super) fn borrowed_or_shorter(text: &str, value: &str) {
    if text.as_bytes().as_ptr_range().contains(&value.as_ptr()) {
        place(text, value);
    } else {
        assert!(value.len() < text.len(), "{value:?} is longer than {text:?}");
    }
}

/// Checks that parts stand one behind the other, so that all of them together are no longer than the text.
pub(super) fn in_order<'a>(text: &str, parts: impl IntoIterator<Item = &'a str>) {
    let mut end = 0;
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        let place = place(text, part);
        assert!(place.start >= end, "{part:?} overlaps what came before it in {text:?}");
        end = place.end;
    }
}
