//! Trimming, quick where nothing or only ASCII stands at the ends, as it nearly always is.

/// The same as [`str::trim`].
pub(crate) fn trim(text: &str) -> &str {
    let trimmed = text.trim_ascii();
    match trimmed.as_bytes() {
        [] => "",
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => trimmed,
        _ => trimmed.trim(),
    }
}
