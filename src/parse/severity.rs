//! The severity of a CEF event (rule H5).

use crate::bytes::trim::trim;

/// A severity as a number from 0 to 10: digits as they are, the standard's words by the middle of their range
/// (`Low` 2, `Medium` 5, `High` 8, `Very-High` 10); nothing for the rest (rule H5).
///
/// ```
/// use es_loader::parse::severity::severity_number;
///
/// assert_eq!((severity_number("7"), severity_number("High"), severity_number("Unknown")), (Some(7), Some(8), None));
/// ```
pub fn severity_number(severity: &str) -> Option<u8> {
    const WORDS: [(&str, u8); 4] = [("Low", 2), ("Medium", 5), ("High", 8), ("Very-High", 10)];
    let severity = trim(severity);
    if !severity.is_empty() && severity.bytes().all(|byte| byte.is_ascii_digit()) {
        return severity.parse().ok().filter(|&number| number <= 10);
    }
    WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(severity)).map(|&(_, number)| number)
}

/// Whether `text` is a severity that the standard knows (rule H6): a number from 0 to 10, or one of its words.
pub(crate) fn is_severity(text: &str) -> bool {
    severity_number(text).is_some() || text.eq_ignore_ascii_case("unknown")
}
