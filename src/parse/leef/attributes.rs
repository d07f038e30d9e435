//! LEEF's attributes: segments between delimiters, cut at their first `=` (rules L-5 to L-8).

use memchr::{Memchr3, memchr3_iter};

use super::delimiter::Delimiter;
use crate::bytes::find;
use crate::bytes::trim::trim;
use crate::parse::pairs::key::{is_blank, is_padding, starts_with_key};
use crate::parse::pairs::pair::{Escapes, Pair};
use crate::parse::pairs::scan::{FirstKey, scan};

/// What was found besides pairs.
pub(super) struct Read<'a> {
    /// The text before the first key.
    pub(super) leading: &'a str,
    /// A tab came as `#011` or `\011`.
    pub(super) escaped_tab: bool,
    /// There was no delimiter: the text was cut at whitespace.
    pub(super) guessed: bool,
}

/// Appends the attributes of `text` to `pairs`. Behind a cut header the first segment is what is left of a field, so
/// there one key is enough to cut at whitespace.
pub(super) fn read<'a>(
    text: &'a str,
    delimiter: Delimiter,
    behind_whole_header: bool,
    pairs: &mut Vec<Pair<'a>>,
) -> Read<'a> {
    let attributes = text.trim_start_matches('|');
    let skipped = text.len() - attributes.len();
    let mut segments = Segments::new(attributes, delimiter);
    let first = segments.next();
    let guess = segments.cuts == 0 && delimiter == Delimiter::Tab;
    let least = if behind_whole_header { 2 } else { 1 };
    let (leading, guessed) = match guess.then(|| cut_at_blanks(attributes, least, pairs)).flatten() {
        Some(leading) => (leading, true),
        None => (cut_at_delimiters(attributes, first.into_iter().chain(&mut segments), pairs), false),
    };
    let leading = text.get(..skipped + leading.len()).unwrap_or_default().trim_matches(is_padding);
    Read { leading, escaped_tab: segments.escaped_tab, guessed }
}

/// Rule L-8: CEF's way, if whitespace and a key come at least `least` times. Gives the text before the first key.
fn cut_at_blanks<'a>(text: &'a str, least: usize, pairs: &mut Vec<Pair<'a>>) -> Option<&'a str> {
    let earlier = pairs.len();
    let text = text.trim_end_matches(is_padding);
    let leading = scan(
        text,
        FirstKey::AnyWhere,
        |word| word.is_key(),
        |pair| pairs.push(Pair { escapes: Escapes::None, ..pair }),
    );
    let at_start = usize::from(leading.is_empty() && text.bytes().next().is_some_and(|byte| !is_blank(byte)));
    if pairs.len() - earlier < least + at_start {
        pairs.truncate(earlier);
        return None;
    }
    Some(leading)
}

/// Appends a pair for every segment with an `=`; one without belongs to the value before (rule L-6). Gives the text
/// before the first key.
fn cut_at_delimiters<'a>(
    text: &'a str,
    segments: impl Iterator<Item = Segment>,
    pairs: &mut Vec<Pair<'a>>,
) -> &'a str {
    let mut leading = 0;
    let mut open: Option<Open<'a>> = None;
    for Segment { start, end } in segments {
        let segment = text.get(start..end).unwrap_or_default();
        let equals = find::first(b'=', segment.as_bytes());
        let key =
            equals.and_then(|at| Some((at, trim(segment.get(..at)?)))).filter(|(_, key)| !key.is_empty());
        match (key, &mut open) {
            (Some((equals, key)), _) => {
                let next = Open { key, value: start + equals + 1, end };
                pairs.extend(open.replace(next).map(|open| open.close(text)));
            }
            (None, _) if segment.trim().is_empty() => {}
            (None, Some(open)) => open.end = end,
            (None, None) => leading = end,
        }
    }
    pairs.extend(open.map(|open| open.close(text)));
    text.get(..leading).unwrap_or_default()
}

/// A key whose value may go on in the next segment.
struct Open<'a> {
    key: &'a str,
    value: usize,
    end: usize,
}

impl<'a> Open<'a> {
    fn close(self, text: &'a str) -> Pair<'a> {
        let raw = text.get(self.value..self.end).unwrap_or_default();
        Pair { key: self.key, raw, escapes: Escapes::None }
    }
}

/// The text between two delimiters, by its byte offsets.
struct Segment {
    start: usize,
    end: usize,
}

struct Segments<'a> {
    text: &'a str,
    from: Option<usize>,
    delimiter: Delimiter,
    /// What may be a tab (rule L-7), searched for once from end to end.
    tabs: Memchr3<'a>,
    cuts: usize,
    escaped_tab: bool,
}

impl<'a> Segments<'a> {
    fn new(text: &'a str, delimiter: Delimiter) -> Self {
        let tabs = memchr3_iter(b'\t', b'#', b'\\', text.as_bytes());
        Self { text, from: Some(0), delimiter, tabs, cuts: 0, escaped_tab: false }
    }

    /// The next tab, or the next `#011` or `\011` with a key behind it (rule L-7).
    fn tab(&mut self) -> Option<Cut> {
        let text = self.text;
        self.tabs.find_map(|at| {
            let found = text.get(at..)?;
            if found.starts_with('\t') {
                return Some(Cut { at, length: 1, escaped: false });
            }
            let behind = found.get(1..)?.strip_prefix("011")?;
            let is_tab = starts_with_key(behind.trim_start_matches([' ', '\t']));
            is_tab.then_some(Cut { at, length: "#011".len(), escaped: true })
        })
    }
}

impl Iterator for Segments<'_> {
    type Item = Segment;

    fn next(&mut self) -> Option<Segment> {
        let start = self.from?;
        let cut = match self.delimiter {
            Delimiter::Tab => self.tab(),
            Delimiter::Other(character) => {
                let rest = self.text.get(start..)?;
                let at = rest.find(character).map(|at| start + at);
                at.map(|at| Cut { at, length: character.len_utf8(), escaped: false })
            }
        };
        self.from = cut.as_ref().map(|cut| cut.at + cut.length);
        self.cuts += usize::from(cut.is_some());
        self.escaped_tab |= cut.as_ref().is_some_and(|cut| cut.escaped);
        Some(Segment { start, end: cut.map_or(self.text.len(), |cut| cut.at) })
    }
}

/// A delimiter, by its byte offset and length.
struct Cut {
    at: usize,
    length: usize,
    escaped: bool,
}
