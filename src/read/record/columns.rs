//! The columns that fluent-plugin-s3 puts before the JSON of a record.
//!
//! Its `out_file` formatter writes `time<TAB>tag<TAB>{json}`; `output_time false` and `output_tag false` take a
//! column away each. Does not read the JSON.

use memchr::memchr;

/// What stood before the JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns<'a> {
    /// When fluentd took the event.
    pub(crate) time: Option<&'a str>,
    /// fluentd's tag.
    pub(crate) tag: Option<&'a str>,
}

/// A time in any usual format is shorter.
const LONGEST_TIME: usize = 64;

/// Splits the columns from a line, where it has some; what follows starts with `{`.
pub(crate) fn split(line: &str) -> Option<(Columns<'_>, &str)> {
    if line.starts_with('{') {
        return None;
    }
    let (first, rest) = split_at_tab(line)?;
    if rest.starts_with('{') {
        return if is_time(first) {
            Some((Columns { time: Some(first), tag: None }, rest))
        } else if is_tag(first) {
            Some((Columns { time: None, tag: Some(first) }, rest))
        } else {
            None
        };
    }
    let (second, rest) = split_at_tab(rest)?;
    let is_record = rest.starts_with('{') && is_time(first) && is_tag(second);
    is_record.then_some((Columns { time: Some(first), tag: Some(second) }, rest))
}

fn split_at_tab(text: &str) -> Option<(&str, &str)> {
    let (before, after) = text.split_at_checked(memchr(b'\t', text.as_bytes())?)?;
    Some((before, after.strip_prefix('\t')?))
}

/// The line of an event can hold tabs too (LEEF's delimiter is one): a pipe or an equals sign tells it.
fn is_time(column: &str) -> bool {
    column.len() <= LONGEST_TIME
        && column.bytes().any(|byte| byte.is_ascii_digit())
        && !column.contains(['|', '='])
        && (column.starts_with(|first: char| first.is_ascii_digit()) || column.contains(':'))
}

/// Tags are words with dots between them.
fn is_tag(column: &str) -> bool {
    !column.is_empty() && !column.contains(['|', '=', ' ', '"'])
}
