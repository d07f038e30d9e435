//! Where the event starts in a text: the leftmost `CEF:` or `LEEF:` with a version and a pipe behind it
//! (rules H1, H2, L-1), or the place where a relay has eaten the marker (rule H8).
//!
//! Does not know what the header fields and the text behind them mean.

use crate::parse::severity;
use std::sync::LazyLock;

use memchr::memchr_iter;
use memchr::memmem::Finder;

use super::header::{Format, blanks_before_version, fields};
use super::pairs::key::{is_blank, starts_with_key};
use super::syslog;
use crate::bytes::find;

/// Where an event starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Which format.
    pub format: Format,
    /// Byte offset of the marker: what stands before is the prefix.
    pub start: usize,
    /// Byte offset of the version, behind `CEF:` and blanks.
    pub version: usize,
    /// The marker was missing, and a whole header told what it must have been (rule H8).
    pub restored: bool,
}

/// Finds the leftmost marker in `text`.
///
/// A marker is `CEF:` or `LEEF:` in capitals, blanks, digits (`.digits`), blanks and a pipe, whatever stands before
/// it. Where a pipe comes earlier than that, the text may have lost its marker on the way (rule H8): fluentd's
/// syslog parser takes it for a tag. It is restored only at the very start or right behind a syslog header, and only
/// if a whole header follows, so no ordinary text is taken for an event.
pub fn find(text: &str) -> Option<Marker> {
    for at in find::each_of([b':', b'|'], text.as_bytes()) {
        let (_, rest) = text.split_at_checked(at)?;
        if rest.starts_with('|') {
            let written =
                || memchr_iter(b':', rest.as_bytes()).find_map(|colon| marker_at_colon(text, at + colon));
            return restore(text, at).or_else(written);
        }
        if let Some(marker) = marker_at_colon(text, at) {
            return Some(marker);
        }
    }
    None
}

/// Splits a text that holds several events, one after the other (rule H3): at a line end, or a `#012`, that is
/// followed by a full marker. Gives the text itself where there is only one.
///
/// A full marker is one with its whole header behind it: six more unescaped pipes for CEF, four for LEEF, before the
/// next place where the text could be split. The separators themselves are left out.
///
/// `#012` (`\012`) is how rsyslog writes a line end, but any log text that an event quotes can hold those
/// characters. So there the header must in addition name the vendor of the text's first event, and an unescaped
/// `key=` must follow it at once: a sender that escapes, as Deep Security does, writes `key\=` inside a value. A
/// sender that does not escape can be made to forge an event this way; the raw line tells.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut joints = joints(text).peekable();
    let mut start = Some(0);
    // Read once, and only where there is a joint at all.
    let mut first_vendor = None;
    std::iter::from_fn(move || {
        let from = start?;
        while let Some(joint) = joints.next() {
            let until = joints.peek().map_or(text.len(), |next| next.end);
            let event = text.get(joint.marker.version..until).unwrap_or_default();
            let first_vendor = first_vendor.get_or_insert_with(|| {
                let first = find(text)?;
                vendor(first.format, text.get(first.version..)?)
            });
            if joint.starts_event(event, *first_vendor) {
                start = Some(joint.begin);
                return text.get(from..joint.end);
            }
        }
        start = None;
        text.get(from..)
    })
}

/// The marker that ends with the colon at `at`, if a version and a pipe follow.
fn marker_at_colon(text: &str, at: usize) -> Option<Marker> {
    let before = text.as_bytes().get(..at)?;
    let (format, length) = if before.ends_with(b"CEF") {
        (Format::Cef, 3)
    } else if before.ends_with(b"LEEF") {
        (Format::Leef, 4)
    } else {
        return None;
    };
    let blanks = blanks_before_version(text.get(at + 1..)?)?;
    Some(Marker { format, start: at - length, version: at + 1 + blanks, restored: false })
}

/// The marker that was lost before the first pipe of `text`, if a whole header begins there (rule H8).
fn restore(text: &str, pipe: usize) -> Option<Marker> {
    let head = text.get(..pipe)?.trim_end_matches([' ', '\t']);
    let start = head.trim_end_matches(|character: char| character.is_ascii_digit() || character == '.').len();
    let (before, number) = head.split_at_checked(start)?;
    let behind = text.get(pipe + 1..)?;
    let format = match number {
        "1.0" | "2.0" => is_whole_leef(behind).then_some(Format::Leef),
        "" => None,
        _ if number.contains('.') => None,
        _ => is_whole_cef(behind).then_some(Format::Cef),
    }?;
    is_header_or_nothing(before).then_some(Marker { format, start, version: start, restored: true })
}

fn is_whole_cef(behind_version: &str) -> bool {
    let header = fields::<6>(Format::Cef, behind_version);
    let [vendor, .., severity] = header.raw;
    let extension = header.rest.trim_start();
    header.found == 6
        && !vendor.trim().is_empty()
        && severity::is_severity(severity.trim())
        && (extension.is_empty() || starts_with_key(extension))
}

fn is_whole_leef(behind_version: &str) -> bool {
    let header = fields::<4>(Format::Leef, behind_version);
    let [vendor, ..] = header.raw;
    let behind_delimiter = || header.rest.split_once('|').is_some_and(|(_, rest)| starts_with_key(rest));
    header.found == 4 && !vendor.trim().is_empty() && (starts_with_key(header.rest) || behind_delimiter())
}

fn is_header_or_nothing(before: &str) -> bool {
    let prefix = syslog::trimmed_prefix(before);
    let apart = before.ends_with('>') || before.as_bytes().last().is_some_and(|&byte| is_blank(byte));
    if prefix.is_empty() || !apart {
        return prefix.is_empty();
    }
    let header = syslog::parse(prefix);
    header.priority.is_some() || header.time.is_some()
}

/// A place where two events may have been joined.
struct Joint {
    /// Where the separator begins.
    end: usize,
    /// Where it ends: the event begins there, with its syslog header if it has one.
    begin: usize,
    /// Whether the separator is a line end that a relay has escaped.
    escaped: bool,
    /// The marker behind the separator.
    marker: Marker,
}

/// The joints behind the first event's marker, from left to right.
fn joints(text: &str) -> impl Iterator<Item = Joint> {
    let mut first = None;
    let mut last_begin = None;
    // Both markers end alike, so one search finds either.
    find::each_found(&MARKER_END, text.as_bytes()).filter_map(move |end| {
        let before = text.get(..end)?;
        let before = before.strip_suffix('C').or_else(|| before.strip_suffix("LE"))?;
        let (kept, begin, escaped) = last_line_end(before)?;
        let marker = marker_at_colon(text, end + "EF".len())?;
        // Only now, because most texts hold one event.
        let first = *first.get_or_insert_with(|| find(text).map_or(text.len(), |first| first.start));
        // Of two markers behind one line end the leftmost counts: what lies between them ends nothing.
        let is_joint = marker.start > first && last_begin.replace(begin) != Some(begin);
        is_joint.then_some(Joint { end: kept, begin, escaped, marker })
    })
}

/// The longest syslog header that is looked for between a line end and a marker, in bytes.
const LONGEST_HEADER: usize = 300;

/// The line end that a marker stands behind, at once or with a syslog header between them: where the text before it ends, where
/// the text behind it begins, and whether it was escaped.
fn last_line_end(before: &str) -> Option<(usize, usize, bool)> {
    let window = before.floor_char_boundary(before.len().saturating_sub(LONGEST_HEADER));
    let near = before.get(window..)?;
    // Most markers have none before them.
    memchr::memchr3(b'\n', b'#', b'\\', near.as_bytes())?;
    let ends = [("\n", "\r", false), ("#012", "#015", true), ("\\012", "\\015", true)];
    let found = ends.into_iter().filter_map(|(end, carriage_return, escaped)| {
        let at = near.rfind(end)?;
        let kept = near.get(..at)?;
        let kept = kept.strip_suffix(carriage_return).unwrap_or(kept).len();
        Some((at + end.len(), kept, escaped))
    });
    let (begin, kept, escaped) = found.max()?;
    let header = near.get(begin..)?;
    let is_header = || {
        let header = syslog::parse(header);
        header.time.is_some() || header.priority.is_some()
    };
    (header.is_empty() || is_header()).then_some((window + kept, window + begin, escaped))
}

/// Made once: to prepare the search takes longer than to search a line.
static MARKER_END: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("EF:"));

impl Joint {
    /// Whether `event`, the text from the version behind this joint to the next joint, is an event of its own.
    fn starts_event(&self, event: &str, first_vendor: Option<&str>) -> bool {
        let (whole, rest) = match self.marker.format {
            Format::Cef => {
                let header = fields::<7>(Format::Cef, event);
                (header.found == 7, header.rest)
            }
            Format::Leef => {
                let header = fields::<5>(Format::Leef, event);
                (header.found == 5, header.rest)
            }
        };
        whole && (!self.escaped || starts_with_key(rest) && vendor(self.marker.format, event) == first_vendor)
    }
}

/// The vendor of the event whose version `event` starts with.
fn vendor(format: Format, event: &str) -> Option<&str> {
    let header = fields::<2>(format, event);
    let [_, vendor] = header.raw;
    (header.found == 2).then(|| vendor.trim())
}
