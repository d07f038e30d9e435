//! The columns that fluent-plugin-s3, and what CloudWatch Logs exports to S3, have before the JSON of a record.
//!
//! The `out_file` formatter of the first writes `time<TAB>tag<TAB>{json}`; `output_time false` and `output_tag false` take a column away each.
//! The second writes `2024-11-10T07:08:00.123Z {json}`. Does not read the JSON.

use memchr::memchr;

/// What stood before the JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns<'a> {
    /// When the collector took the event.
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
    let exported = line.split_once(' ').filter(|(time, rest)| rest.starts_with('{') && is_instant(time));
    let (first, rest) = exported.or_else(|| split_at_tab(line))?;
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

/// Whether a word is a time in UTC as CloudWatch Logs writes it.
pub(crate) fn is_instant(word: &str) -> bool {
    let shape = "0000-00-00T00:00:00.000Z";
    let fits = |(byte, shape): (u8, u8)| byte == shape || shape == b'0' && byte.is_ascii_digit();
    word.len() == shape.len() && word.bytes().zip(shape.bytes()).all(fits)
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
