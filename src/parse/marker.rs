//! Where the event of a text starts: at the leftmost `CEF:` or `LEEF:` with a version behind it (rules H1, H2, L-1), or where a relay
//! took the marker away (rule H8).

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::Finder;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::space0;
use nom::combinator::{peek, value};
use nom::sequence::terminated;
use nom::{IResult, Parser};

use super::cef::{self, is_blank, plain_key_start};
use super::header::{Format, HeaderFields, Marker, version};
use super::leef;
use super::quoting::is_within_other_text;
use super::severity::is_severity;
use super::syslog;
use crate::bytes::find;
use crate::bytes::slice::part;

/// Finds the marker of the event in `text`: the leftmost one, whatever stands before it.
///
/// Where a pipe comes earlier than that, the text may have lost its marker on the way (rule H8): fluentd's syslog parser
/// takes it for a tag. It is restored only if a whole header follows, so no ordinary text is taken for an event.
///
/// ```
/// use es_loader::parse::header::Format;
/// use es_loader::parse::marker;
///
/// let found = marker::find("Oct  2 16:41:16 host LEEF: 2.0|v|p|1|id|a=1").unwrap();
/// assert_eq!((found.format, found.start, found.version), (Format::Leef, 21, 27));
/// assert_eq!(marker::find("host-CEF:1-box"), None);
/// ```
pub fn find(text: &str) -> Option<Marker> {
    let pipe = memchr(b'|', text.as_bytes())?;
    let written = written(text).next();
    if written.is_some_and(|marker| marker.start < pipe) {
        return written;
    }
    restored(text, pipe).or(written)
}

/// Where the event of a text starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventStart {
    /// At this marker.
    At(Marker),
    /// There is no event.
    #[default]
    Nowhere,
    /// Nowhere in the text: the fields of its record are the event.
    InFields,
    /// There is a marker, but inside of other text, such as JSON: an event that is read there would swallow the rest of that text.
    WithinOtherText,
}

impl EventStart {
    /// The marker of the event, if there is one.
    pub fn marker(self) -> Option<Marker> {
        if let Self::At(marker) = self { Some(marker) } else { None }
    }
}

/// Where the event of `text` starts, which is text of its own: the leftmost marker tells, unless it stands inside of other text.
pub fn start(text: &str) -> EventStart {
    let Some(marker) = find(text) else { return EventStart::Nowhere };
    let before = part(text, ..marker.start);
    let before = syslog::repetition(before).map_or(before, |(before, _)| before);
    // Columns behind the event would pass for the end of its last value.
    let is_column = || {
        let (has_columns, has_label) = (memchr(b'\t', before.as_bytes()).is_some(), is_label(before));
        has_columns && has_label || (has_columns || has_label) && part(text, marker.start..).contains('\t')
    };
    if is_within_other_text(before) || is_column() {
        return EventStart::WithinOtherText;
    }
    EventStart::At(marker)
}

/// Whether a text begins with a label, as a value of LTSV does: `message:`. The hour of a time is none.
fn is_label(text: &str) -> bool {
    let label = text.bytes().take_while(|byte| find::is_of_name(*byte)).count();
    !text.starts_with(|first: char| first.is_ascii_digit())
        && label > 0
        && text.as_bytes().get(label) == Some(&b':')
}

/// Whether `text` is an event from its start on, or directly behind a syslog header.
pub(crate) fn is_event(text: &str) -> bool {
    let EventStart::At(marker) = start(text) else { return false };
    is_syslog_header_or_nothing(part(text, ..marker.start))
}

/// The markers in `text`, from left to right.
pub(super) fn written(text: &str) -> impl Iterator<Item = Marker> {
    /// Both markers end in this, so one search finds either. To prepare the search takes longer than to search a line.
    static END: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("EF:"));
    find::each_found(&END, text.as_bytes()).filter_map(|end| {
        let before = part(text, ..end);
        let start = before.strip_suffix('C').or_else(|| before.strip_suffix("LE"))?.len();
        let (from_version, format) = marker(part(text, start..)).ok()?;
        Some(Marker { format, start, version: text.len() - from_version.len(), restored: false })
    })
}

/// Reads `CEF:` or `LEEF:` and the blanks that rsyslog writes behind it, if a version follows (rules H1, L-1).
fn marker(input: &str) -> IResult<&str, Format> {
    let format = alt((value(Format::Cef, tag("CEF:")), value(Format::Leef, tag("LEEF:"))));
    terminated(format, (space0, peek(version))).parse(input)
}

/// The marker that was taken away before the first pipe of `text`, if a version stands there, and a whole header behind it
/// that cannot be anything else (rule H8).
fn restored(text: &str, pipe: usize) -> Option<Marker> {
    let head = part(text, ..pipe).trim_end_matches([' ', '\t']);
    let start = head.trim_end_matches(|character: char| character.is_ascii_digit() || character == '.').len();
    let format = match part(head, start..) {
        "1.0" | "2.0" => Format::Leef,
        number if number.is_empty() || number.contains('.') => return None,
        _ => Format::Cef,
    };
    let header = Header::read(format, part(text, start..));
    let is_header = header.is_whole && header.vendor.is_some_and(|vendor| !vendor.is_empty());
    let is_event = match format {
        Format::Cef => {
            let extension = header.rest.trim_start();
            is_severity(header.last_field) && (extension.is_empty() || plain_key_start(extension).is_ok())
        }
        Format::Leef => {
            let behind_delimiter =
                || header.rest.split_once('|').is_some_and(|(_, rest)| plain_key_start(rest).is_ok());
            plain_key_start(header.rest).is_ok() || behind_delimiter()
        }
    };
    let is_at_start = is_syslog_header_or_nothing(part(text, ..start));
    (is_header && is_event && is_at_start).then_some(Marker { format, start, version: start, restored: true })
}

fn is_syslog_header_or_nothing(before: &str) -> bool {
    if let Some((before, _)) = syslog::repetition(before) {
        return before.is_empty() || is_syslog_header(before);
    }
    // RFC 5424 section 6.4 has a mark between header and text.
    let before = before.trim_end_matches('\u{feff}');
    let prefix = syslog::trimmed_prefix(before);
    let apart = before.ends_with('>') || before.as_bytes().last().is_some_and(|&byte| is_blank(byte));
    prefix.is_empty() || apart && is_syslog_header(prefix)
}

pub(super) fn is_syslog_header(text: &str) -> bool {
    let header = syslog::parse(text);
    header.priority.is_some() || header.time.is_some()
}

/// What a header tells about itself.
pub(super) struct Header<'a> {
    pub(super) is_whole: bool,
    pub(super) vendor: Option<&'a str>,
    /// CEF's severity, where the header is whole.
    last_field: &'a str,
    /// What stands behind the header.
    pub(super) rest: &'a str,
}

impl<'a> Header<'a> {
    /// Reads the header whose version `text` starts with.
    pub(super) fn read(format: Format, text: &'a str) -> Self {
        match format {
            Format::Cef => Self::of(cef::header(text)),
            Format::Leef => Self::of(leef::header(text)),
        }
    }

    fn of<const N: usize>(read: IResult<&'a str, HeaderFields<'a, N>>) -> Self {
        let (rest, fields) = read.unwrap_or_default();
        Self {
            is_whole: fields.count == N,
            vendor: fields.raw.get(1).filter(|_| fields.count > 1).map(|vendor| vendor.trim()),
            last_field: fields.raw.last().map_or("", |field| field.trim()),
            rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, marker};

    #[test]
    fn h1_a_marker_has_blanks_and_a_version_behind_it() {
        assert_eq!(marker("CEF: 0|v|"), Ok(("0|v|", Format::Cef)));
        assert!(marker("CEF:|v|").is_err() && marker("CEF:1.|v|").is_err() && marker("cef:0|v|").is_err());
    }
}
