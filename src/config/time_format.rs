//! Time formats: `epoch`, `syslog`, `iso8601`, and patterns with Python's strptime codes.
//!
//! A pattern is tried out on a time of ours, so that one that cannot be read back is refused at start-up.

use super::diagnostic::quoted;
use super::resolved::QUOTES;
use super::suggestion::did_you_mean;
use super::value::{ValueError, words};
use crate::parse::time::TimeFormat;

const WORDS: [(&str, TimeFormat); 3] =
    [("epoch", TimeFormat::Epoch), ("syslog", TimeFormat::Syslog), ("iso8601", TimeFormat::Iso8601)];

/// `timestamp_format`: one word or one pattern.
pub(super) fn one(text: &str) -> Result<TimeFormat, ValueError> {
    // Upstream's own file has quotes around it.
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    let text = inside('"').or_else(|| inside('\'')).unwrap_or(text);
    if text.starts_with(QUOTES) || text.ends_with(QUOTES) || text.ends_with(',') {
        let problem = ValueError::of(0, text, "has a quote or a comma at its end");
        return Err(problem.help("write it without them, and of several formats one a line"));
    }
    if let Some((_, format)) = WORDS.iter().find(|(word, _)| *word == text) {
        return Ok(format.clone());
    }
    if !text.contains('%') {
        let problem = ValueError::of(0, text, "is no time format");
        let help = did_you_mean(text, WORDS.map(|(word, _)| word));
        let otherwise = "write epoch, syslog, iso8601 or a pattern such as '%Y-%m-%d %H:%M:%S'";
        return Err(problem.help(help.unwrap_or_else(|| otherwise.to_owned())));
    }
    pattern(text)?;
    Ok(TimeFormat::Strptime(text.to_owned()))
}

/// The ways to read `format`: Python's `%z` takes offsets with and without a colon, jiff has a code for each.
pub(super) fn ways(format: TimeFormat) -> Vec<TimeFormat> {
    match &format {
        TimeFormat::Strptime(pattern) if pattern.contains("%z") => {
            let colon = TimeFormat::Strptime(pattern.replace("%z", "%:z"));
            vec![format, colon]
        }
        _ => vec![format],
    }
}

/// `timestamp_format_list`: a list in JSON, as upstream has it; or words; or one format a line.
pub(super) fn list(text: &str) -> Result<Vec<TimeFormat>, ValueError> {
    if text.starts_with('[') {
        let formats: Vec<String> = serde_json::from_str(text).map_err(|error| {
            ValueError::new(0, format!("the list is no JSON: {error}"))
                .help(r#"write it like '["iso8601", "%Y/%m/%d %H:%M:%S"]', or one format a line"#)
        })?;
        return formats
            .iter()
            .map(|format| one(format).map_err(|problem| ValueError { offset: 0, ..problem }))
            .collect();
    }
    let mut formats = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let at = |problem: ValueError| ValueError { offset: problem.offset + start, ..problem };
        if line.contains('%') {
            formats.push(one(line.trim()).map_err(at)?);
        } else {
            for (offset, word) in words(line) {
                let at = |problem| ValueError { offset: offset + start, ..problem };
                formats.push(one(word.trim_end_matches(',')).map_err(at)?);
            }
        }
        start += line.len() + 1;
    }
    Ok(formats)
}

/// Codes that jiff reads and Python knows, or that are plain additions to them.
const CODES: &str = "aAbBdeDfFgGhHIjklmMnNpPQRsStTuUVwWyYz%";

fn pattern(text: &str) -> Result<(), ValueError> {
    let mut seen = Vec::new();
    let mut rest = text.char_indices();
    while let Some((offset, c)) = rest.next() {
        if c != '%' {
            continue;
        }
        // Flags, widths and colons stand between the sign and its letter.
        let code = rest
            .by_ref()
            .map(|(_, c)| c)
            .find(|c| !matches!(c, '-' | '_' | '^' | '#' | '.' | ':' | '0'..='9'));
        let (message, help) = match code {
            None => ("'%' at the end".to_owned(), "write '%%' for a percent sign"),
            Some('Z') => (
                "code '%Z' (a zone's name) cannot be read".to_owned(),
                "read an offset with '%z', or name the zone in 'timestamp_tz'",
            ),
            Some(code @ ('c' | 'x' | 'X')) => (
                format!("code '%{code}' depends on a locale and cannot be read"),
                "write its parts out, such as '%Y-%m-%d %H:%M:%S'",
            ),
            Some(code) if !CODES.contains(code) => {
                let code = quoted(&format!("%{code}"));
                return Err(ValueError::new(offset, format!("there is no code {code}")));
            }
            Some('%') => continue,
            Some(code) if seen.contains(&code) => (
                format!("code '%{code}' stands there twice"),
                "a list of formats belongs into 'timestamp_format_list', one a line",
            ),
            Some(code) => {
                seen.push(code);
                continue;
            }
        };
        return Err(ValueError::new(offset, message).help(help));
    }
    confused(&seen)
        .map_or_else(|| read_back(text), |help| Err(ValueError::of(0, text, "mixes up codes").help(help)))
}

/// What tells that one code was written for another: `%M` for `%m`, `%h` for `%H`, `%s` for `%S`.
fn confused(codes: &[char]) -> Option<&'static str> {
    let count = |of: &str| codes.iter().filter(|code| of.contains(**code)).count();
    if count("bBhm") > 1 {
        Some("'%m' and '%b' are the month, '%h' is its name too: the hour is '%H', the minute '%M'")
    } else if count("HIkl") > 1 {
        Some("'%H' and '%I' are the hour: write one of them")
    } else if count("M") > 0 && count("HIklTR") == 0 {
        Some("'%M' is the minute, and there is no hour: the month is '%m'")
    } else if count("Il") > 0 && count("pP") == 0 {
        Some("'%I' goes to 12 and asks for '%p': the hour of 24 is '%H'")
    } else if count("s") > 0 && count("sfN") < codes.len() {
        Some("'%s' is all seconds since 1970: the second is '%S'")
    } else {
        None
    }
}

/// Writes a time by the pattern, and reads it again.
fn read_back(text: &str) -> Result<(), ValueError> {
    // A Thursday with two-digit parts, so that no padding is in play.
    const SECOND: i64 = 1_607_598_916;
    let refused = |reason: &dyn std::fmt::Display| {
        ValueError::new(0, format!("{} cannot be read: {reason}", quoted(text)))
    };
    let sample = jiff::Timestamp::from_second(SECOND)
        .map_err(|error| refused(&error))?
        .to_zoned(jiff::tz::TimeZone::UTC);
    let written = jiff::fmt::strtime::format(text, &sample).map_err(|error| refused(&error))?;
    let read = jiff::fmt::strtime::parse(text, &written).map_err(|error| refused(&error))?;
    if read.to_timestamp().is_err() && read.to_date().is_err() {
        let problem = ValueError::of(0, text, "names no day of a year");
        return Err(problem.help("a time without a year is read by 'syslog'"));
    }
    Ok(())
}
