//! Regexes in values: compiled, or refused with the place and the reason.
//!
//! Upstream's are Python's; what the regex crate does not have, because it takes linear time on any text, is named.

use regex::{Regex, RegexBuilder};

use super::value::ValueError;
use crate::bytes::line_pattern::LinePattern;
use crate::bytes::slice::part;

/// A regex that is looked for anywhere in a text, as upstream does with keys.
pub(super) fn search(text: &str) -> Result<Regex, ValueError> {
    compiled(text).map_err(|error| problem(text, &error))
}

/// `s3_key`, which has a counterpart for what must not match.
pub(super) fn s3_key(text: &str) -> Result<Regex, ValueError> {
    search(text).map_err(|error| match error.help.as_deref() {
        Some(LOOK_AROUND) => error.help(format!("{LOOK_AROUND}, and 's3_key_ignored' for what must not")),
        _ => error,
    })
}

/// A regex that a line must begin with, as upstream does with `log_pattern`. It must name the parts it takes out.
pub(super) fn from_start(text: &str) -> Result<LinePattern, ValueError> {
    let plain = search(text)?;
    if plain.capture_names().flatten().next().is_none() {
        return Err(ValueError::new(0, "the pattern names no part of a line")
            .help("name the parts: '(?P<client>[0-9.]+) (?P<user>\\S+)'"));
    }
    compiled(&format!(r"\A(?:{text})")).map(LinePattern::new).map_err(|error| problem(text, &error))
}

/// A regex that the first line of an event begins with (`multiline_firstline`).
pub(super) fn first_line(text: &str) -> Result<regex::bytes::Regex, ValueError> {
    search(text)?;
    regex::bytes::Regex::new(&format!(r"\A(?:{text})")).map_err(|error| problem(text, &error))
}

/// A regex whose groups `year`, `month`, `day`, … are a time in the key of an object (`file_timestamp_format`).
pub(super) fn of_time(text: &str) -> Result<Regex, ValueError> {
    let pattern = search(text)?;
    let has = |name: &&&str| pattern.capture_names().flatten().any(|group| group == **name);
    match ["year", "month", "day"].iter().find(|name| !has(name)) {
        None => Ok(pattern),
        Some(name) => Err(ValueError::new(0, format!("the pattern has no group '{name}'"))
            .help(r"name the parts: '(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})'")),
    }
}

/// A regex that must match a text as a whole. What is wrong comes with its way out.
pub(crate) fn whole(text: &str) -> Result<Regex, (String, Option<String>)> {
    let compile = || {
        search(text)?;
        compiled(&format!(r"\A(?:{text})\z")).map_err(|error| problem(text, &error))
    };
    compile().map_err(|ValueError { message, help, .. }| (message, help))
}

fn compiled(text: &str) -> Result<Regex, regex::Error> {
    // Counted repetitions in each other multiply: within this bound, start-up stays a matter of milliseconds.
    const LARGEST: usize = 2 * 1024 * 1024;
    RegexBuilder::new(text).size_limit(LARGEST).build()
}

/// Constructs of Python's that the regex crate does not have, and what to do.
const PYTHON_ONLY: [(&str, &str); 9] = [
    ("(?=", LOOK_AROUND),
    ("(?!", LOOK_AROUND),
    ("(?<=", LOOK_AROUND),
    ("(?<!", LOOK_AROUND),
    ("(?P=", BACK_REFERENCE),
    ("(?(", "a condition on a group is not there: write both cases with '|'"),
    ("(?#", "a comment is not there: take it out"),
    ("(?>", "an atomic group is not there: write '(?:'"),
    (r"\Z", r"the end of the text is '\z'"),
];
const LOOK_AROUND: &str = "look-around is not there: write what does match";
const BACK_REFERENCE: &str = "a back-reference is not there: write the repeated part out";

fn problem(text: &str, error: &regex::Error) -> ValueError {
    let regex::Error::Syntax(report) = error else {
        return ValueError::new(0, "the regex is too big when it is compiled")
            .help("write smaller counts of repetition");
    };
    // The report repeats the pattern, then marks the place in it, then tells the reason on its last line.
    let reason = report.lines().last().unwrap_or_default();
    let reason = reason.strip_prefix("error: ").unwrap_or(reason);
    let offset = if text.contains('\n') { 0 } else { marked(text, report) };
    let character = part(text, ..offset).chars().count() + 1;
    let problem = ValueError::new(offset, format!("no regex: {reason}, at character {character}"));
    ValueError { help: help(text, offset, reason), ..problem }
}

/// The byte of `text` that the report's caret stands below.
fn marked(text: &str, report: &str) -> usize {
    let mut lines = report.lines();
    let indent = lines.find_map(|line| line.strip_suffix(text).filter(|indent| indent.trim().is_empty()));
    let caret = lines.next().and_then(|mark| mark.find('^'));
    let column = caret.unwrap_or_default().saturating_sub(indent.map_or(0, str::len));
    text.char_indices().nth(column).map_or(0, |(offset, _)| offset)
}

fn help(text: &str, offset: usize, reason: &str) -> Option<String> {
    let near = |construct: &str| {
        text.match_indices(construct).any(|(start, _)| (start..=start + construct.len()).contains(&offset))
    };
    if let Some((_, help)) = PYTHON_ONLY.iter().find(|(construct, _)| near(construct)) {
        return Some((*help).to_owned());
    }
    if reason.contains("backreference") {
        return Some(BACK_REFERENCE.to_owned());
    }
    if reason.contains("character class") {
        return Some(r"inside a class, a bracket is written '\['".to_owned());
    }
    if reason.contains("repetition quantifier") {
        return Some(r"a brace that is text is written '\{'".to_owned());
    }
    if reason.contains("repetition operator missing expression") {
        return Some(r"write '.*' for any text, or '\*' for a star".to_owned());
    }
    None
}
