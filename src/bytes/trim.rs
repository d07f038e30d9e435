//! Trimming, quick where nothing or only ASCII stands at the ends, as it nearly always is.

/// The same as [`str::trim`].
#[inline]
pub(crate) fn trim(text: &str) -> &str {
    if has_no_blank_end(text) { text } else { without_blanks(text) }
}

fn without_blanks(text: &str) -> &str {
    let trimmed = text.trim_ascii();
    if has_no_blank_end(trimmed) { trimmed } else { trimmed.trim() }
}

/// One look at each end tells.
#[inline]
fn has_no_blank_end(text: &str) -> bool {
    let is_inside = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    is_inside(text.as_bytes().first()) && is_inside(text.as_bytes().last())
}
