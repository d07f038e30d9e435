//! Several events in one text, one after the other (rule H3).
//!
//! What an event quotes can look like an event. So a text is split only where the sender itself, or a relay, must have put the joint: no
//! value that others can write gives a document of its own.

use memchr::memchr_iter;

use super::cef::plain_key_start;
use super::header::Marker;
use super::marker::{EventStart, Header, is_syslog_header, start, written};
use super::quoted_keys::quotes_others;
use super::syslog;
use crate::bytes::slice::part;

/// One event of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventText<'a> {
    /// Its text, with the syslog header.
    pub text: &'a str,
    /// Where its marker stands in that text.
    pub start: EventStart,
    /// How many whole headers of events stand in its values.
    pub quoted: u64,
}

/// Splits a text that holds several events (rule H3). Gives the text itself where there is only one; the separators are left out.
///
/// Behind a separator must stand a syslog header, a whole header of the first event's vendor and an unescaped `key=`. A whole header
/// is one that ends before the next marker. Which separator it is decides about the rest:
///
/// * a line end: the syslog header may be missing, and the last key before it is none of those that quote others.
/// * a line end that a relay has escaped, or nothing but `<PRI>`, with or without an octet count before it: the syslog header has its
///   time, and no key before it in its event is one of those that quote others, because a value of such a key can hold all of this.
/// * an octet count where the one in front of the first event says that it ends (RFC 6587 section 3.4.1): nothing more.
///
/// ```
/// let text = "CEF:0|v|p|1|2|n|3|act=Log\nCEF:0|v|p|1|2|n|3|act=Deny";
/// let events: Vec<&str> = es_loader::parse::joined::split(text).collect();
/// assert_eq!(events, ["CEF:0|v|p|1|2|n|3|act=Log", "CEF:0|v|p|1|2|n|3|act=Deny"]);
/// ```
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    events(text, start(text)).map(|event| event.text)
}

/// The same with the place of each event's marker; `first` is where the first event starts in `text`.
pub fn events(text: &str, first: EventStart) -> impl Iterator<Item = EventText<'_>> {
    let first_marker = first.marker();
    let behind = first_marker.map_or(text.len(), |first| first.version);
    let mut markers = written(part(text, behind..)).map(move |marker| marker.further_by(behind)).peekable();
    let mut next = Some((0, first));
    // Read once, and only where there is a second marker at all.
    let mut first_vendor = None;
    std::iter::from_fn(move || {
        let (from, start) = next?;
        let mut keys = Keys::behind(from);
        let mut quoted = 0;
        while let Some(marker) = markers.next() {
            let until = markers.peek().map_or(text.len(), |next| next.start);
            let header = Header::read(marker.format, part(text, marker.version..until));
            if !header.is_whole {
                continue;
            }
            let vendor = first_vendor.get_or_insert_with(|| {
                let first = first_marker?;
                Header::read(first.format, part(text, first.version..)).vendor
            });
            let is_event = header.vendor == *vendor && plain_key_start(header.rest).is_ok();
            let joint = if is_event { Joint::before(text, from, marker) } else { None };
            let joint = joint.filter(|joint| joint.is_sure(text, &mut keys));
            let Some(joint) = joint else {
                quoted += 1;
                continue;
            };
            // A number that may be of the value or not is odd.
            quoted += u64::from(joint.count == Count::Unclear);
            next = Some((joint.begin, EventStart::At(marker.behind(joint.begin))));
            return Some(EventText { text: part(text, from..joint.end), start, quoted });
        }
        next = None;
        Some(EventText { text: part(text, from..), start, quoted })
    })
}

/// Where in the values of an event another one begins, by its marker: a whole header, and an unescaped key behind it. What follows is that
/// event's, whether [`split`] parts them or not.
pub(crate) fn other_event(values: &str) -> Option<usize> {
    let mut markers = written(values).peekable();
    while let Some(marker) = markers.next() {
        let until = markers.peek().map_or(values.len(), |next| next.start);
        let header = Header::read(marker.format, part(values, marker.version..until));
        if header.is_whole && plain_key_start(header.rest).is_ok() {
            return Some(marker.start);
        }
    }
    None
}

/// A place where two events may have been joined.
struct Joint {
    /// Where the separator begins.
    end: usize,
    /// Where the separator ends: the event begins there, with its syslog header if it has one.
    begin: usize,
    /// The separator is a line end as it is.
    is_line_end: bool,
    /// The syslog header has a time.
    has_time: bool,
    /// What an octet count has to do with it.
    count: Count,
}

/// What an octet count in front of `<PRI>` says of a joint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    /// There is none.
    None,
    /// It is the length of the event behind it.
    Fits,
    /// It stands where the count of the event before it says that this ends: no value reaches as far.
    Framed,
    /// A number whose digits may be the value's: it is left to that.
    Unclear,
}

/// Line feeds, each with the carriage return in the same spelling.
const LINE_ENDS: [(&str, &str); 15] = [
    ("\n", "\r"),
    ("#012", "#015"),
    ("\\012", "\\015"),
    ("\\n", "\\r"),
    ("\\x0a", "\\x0d"),
    ("\\x0A", "\\x0D"),
    ("\\u000a", "\\u000d"),
    ("\\u000A", "\\u000D"),
    ("&#10;", "&#13;"),
    ("&#xa;", "&#xd;"),
    ("&#xA;", "&#xD;"),
    ("%0a", "%0d"),
    ("%0A", "%0D"),
    ("<LF>", "<CR>"),
    ("^J", "^M"),
];

/// The longest syslog header that is looked for, in bytes.
const LONGEST_HEADER: usize = 300;

impl Joint {
    /// The joint that `marker` stands behind, at once or with a syslog header between them. The event at hand starts at `from`.
    fn before(text: &str, from: usize, marker: Marker) -> Option<Self> {
        let window = text.floor_char_boundary(marker.start.saturating_sub(LONGEST_HEADER)).max(from);
        let near = part(text, window..marker.start);
        let line_ends =
            LINE_ENDS.into_iter().enumerate().filter_map(|(number, (line_feed, carriage_return))| {
                let at = near.rfind(line_feed)?;
                let before = part(near, ..at);
                let before = before.strip_suffix(carriage_return).unwrap_or(before);
                Some((at + line_feed.len(), before.len(), number == 0, Count::None))
            });
        // A priority alone joins events too, and an octet count before it belongs to it.
        let priority = near.rfind('<').map(|at| {
            let (counted, count) = counted(text, from, window + at);
            let begin = counted.saturating_sub(window);
            (begin, begin, false, count)
        });
        line_ends
            .chain(priority)
            .filter_map(|(begin, end, is_line_end, count)| {
                let header = part(near, begin..);
                let has_time = syslog::parse(header).time.is_some();
                // What lies between two markers ends nothing.
                let is_header =
                    header.is_empty() || is_syslog_header(header) && written(header).next().is_none();
                let joint = Self { end: window + end, begin: window + begin, is_line_end, has_time, count };
                (is_header && (is_line_end || has_time || count == Count::Framed)).then_some(joint)
            })
            // With a line end before the priority, that is the separator.
            .max_by_key(|joint| (joint.count == Count::Framed, joint.begin, joint.begin - joint.end))
    }

    /// Whether no value can hold the joint.
    fn is_sure(&self, text: &str, keys: &mut Keys) -> bool {
        keys.read_to(text, self.end);
        if self.count == Count::Framed {
            return true;
        }
        if self.is_line_end { !keys.is_last_foreign } else { self.has_time && !keys.has_foreign }
    }
}

/// Where the octet count begins that stands directly before `<` at `priority`, or else that place, and what the count says. A value can
/// end in digits itself, so only so many of them are the count as give the length of what follows. The event at hand starts at `from`.
fn counted(text: &str, from: usize, priority: usize) -> (usize, Count) {
    /// More digits than the length of an event has.
    const MOST_DIGITS: usize = 7;
    let Some(before) = part(text, from..priority).strip_suffix(' ') else { return (priority, Count::None) };
    let digits = before.bytes().rev().take(MOST_DIGITS).take_while(u8::is_ascii_digit).count();
    let number_end = from + before.len();
    let begins = (number_end - digits..number_end).filter(|begin| !part(text, *begin..).starts_with('0'));
    let framed = frame_end(text, from).filter(|end| begins.clone().any(|begin| begin == *end));
    if let Some(begin) = framed {
        return (begin, Count::Framed);
    }
    match begins.clone().find(|begin| frame_end(text, *begin).is_some_and(|end| ends_frame(text, end))) {
        Some(begin) => (begin, Count::Fits),
        None if digits == 0 => (priority, Count::None),
        // Counts that fit nothing are odd, but where they are used, digits behind a letter are one.
        None if frame_end(text, from).is_some()
            && before.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with(char::is_alphabetic) =>
        {
            (number_end - digits, Count::Unclear)
        }
        // Nothing else can stand at the start of a line.
        None if part(text, ..number_end - digits).ends_with('\n') => (number_end - digits, Count::None),
        None => (priority, Count::Unclear),
    }
}

/// Where the event ends by the octet count that stands at `begin`, if one does.
fn frame_end(text: &str, begin: usize) -> Option<usize> {
    // The count before may reach beyond the text, or into a character.
    let text = text.get(begin..)?;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let length: usize = part(text, ..digits).parse().ok()?;
    part(text, digits..).starts_with(" <").then(|| (begin + digits + 1).saturating_add(length))
}

/// Whether a frame can end here: the text does, but for a line end, or the next frame begins.
fn ends_frame(text: &str, end: usize) -> bool {
    let last = text.trim_end_matches(['\r', '\n', '\0']).len();
    (last..=text.len() + 2).contains(&end) || frame_end(text, end).is_some()
}

/// What is known of the keys of an event up to some place.
struct Keys {
    read: usize,
    has_foreign: bool,
    is_last_foreign: bool,
}

impl Keys {
    fn behind(start: usize) -> Self {
        Self { read: start, has_foreign: false, is_last_foreign: false }
    }

    /// Reads on to `end`: each part of an event is read once.
    fn read_to(&mut self, text: &str, end: usize) {
        let unread = part(text, self.read..end.max(self.read));
        for at in memchr_iter(b'=', unread.as_bytes()) {
            let before = part(unread, ..at);
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
            let name = part(before, before.trim_end_matches(is_name).len()..);
            if name.is_empty() {
                continue;
            }
            self.is_last_foreign = quotes_others(name);
            self.has_foreign |= self.is_last_foreign;
        }
        self.read = end.max(self.read);
    }
}
