//! Log Event Extended Format 1.0 and 2.0: header and attributes.
//!
//! Takes the text of one event and the place of its marker, gives header fields and pairs. Never fails and never
//! loses text. Does not know what a line, a mapping or ECS is.

mod attributes;
mod delimiter;

use crate::parse::syslog;
use std::borrow::Cow;

use super::header::Format;
use super::header::{Fields, fields};
use super::marker::Marker;
use super::pairs::pair::Pair;
use super::pairs::scan::{FirstKey, scan};
use crate::bytes::trim::trim;

/// The header fields. A field that a cut header does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header<'a> {
    /// `1.0`, `2.0`, …
    pub version: &'a str,
    /// Vendor.
    pub vendor: Cow<'a, str>,
    /// Product.
    pub product: Cow<'a, str>,
    /// Version of the product.
    pub product_version: Cow<'a, str>,
    /// EventID.
    pub event_id: Cow<'a, str>,
    /// The delimiter that the header names (rule L-3); nothing where the tab stands for want of a name.
    pub delimiter: Option<char>,
    /// A delimiter field that says nothing known; the tab was taken (rule L-3).
    pub delimiter_raw: Option<&'a str>,
}

/// What was odd about the event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Issues {
    /// Fewer header fields than LEEF has (rules L-9, H7); the last one that is there may be cut.
    pub incomplete_header: bool,
    /// The pipe behind the event id is missing, and no attribute follows (rules L-9, H6).
    pub missing_last_pipe: bool,
    /// The tab came as `#011` or `\011` (rule L-7).
    pub escaped_tab: bool,
    /// No delimiter anywhere: read as CEF's extension is (rule L-8).
    pub delimiter_guessed: bool,
    /// Text that belongs to no key (rule L-6).
    pub unparsed_text: bool,
}

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event<'a> {
    /// What stands before the marker, trimmed, without a byte order mark.
    pub prefix: &'a str,
    /// The header.
    pub header: Header<'a>,
    /// Text that belongs to no key.
    pub unparsed: &'a str,
    /// What was odd.
    pub issues: Issues,
}

/// Parses the event at `marker`; its attributes are appended to `pairs` in the order of the line.
///
/// From version 2 on a delimiter field may follow the event id. Deep Security writes `LEEF:2.0` without one, so the
/// text up to the next pipe is taken for it only if it holds no `=` (rule L-2). Values are verbatim: LEEF has no
/// escapes (rule L-5). Only where no tab is found at all, neither real nor escaped, and whitespace and a key come at
/// least twice, are the attributes cut at whitespace (rule L-8).
pub fn parse<'a>(text: &'a str, marker: Marker, pairs: &mut Vec<Pair<'a>>) -> Event<'a> {
    let earlier = pairs.len();
    let mut fields = fields::<5>(Format::Leef, text.get(marker.version..).unwrap_or_default());
    let rest = fields.rest.trim_end_matches(['\r', '\n', '\0']);
    let is_whole = fields.found == 5;
    let field = match fields.raw {
        [version, ..] if is_whole && has_delimiter_field(version) => delimiter::Field::take(rest),
        _ => delimiter::Field::none(rest),
    };
    let read = attributes::read(field.attributes, field.delimiter, is_whole, pairs);
    let mut unparsed = read.leading;
    let mut issues =
        Issues { escaped_tab: read.escaped_tab, delimiter_guessed: read.guessed, ..Issues::default() };
    if !is_whole {
        issues.missing_last_pipe = fields.found == 4 && !unparsed.is_empty() && pairs.len() == earlier;
        issues.incomplete_header = !issues.missing_last_pipe;
        fields.cut_short(std::mem::take(&mut unparsed));
    }
    issues.unparsed_text = !unparsed.is_empty();
    Event {
        prefix: syslog::trimmed_prefix(text.get(..marker.start).unwrap_or_default()),
        header: Header { delimiter: field.named, delimiter_raw: field.unknown, ..Header::new(&fields) },
        unparsed,
        issues,
    }
}

/// Cuts a value at every ` key=` whose key is one of `known`: gives the pair with what is left of its value, then
/// the pairs that stood in it.
///
/// For Deep Security, whose published LEEF samples hold blanks where tabs were (`sev=8 cn1=37 cn1Label=Host ID`).
/// The parser itself keeps to rule L-5; a caller who knows the sender's keys, and which values hold no free text, may
/// ask for more. One blank before a key is the separator.
pub fn split_blank_separated<'a>(pair: Pair<'a>, known: &[&str]) -> impl Iterator<Item = Pair<'a>> {
    let mut inner = Vec::new();
    let value = scan(
        pair.raw,
        FirstKey::BehindBlank,
        |word| known.contains(&word.text),
        |found| {
            inner.push(Pair { escapes: pair.escapes, ..found });
        },
    );
    std::iter::once(Pair { raw: value, ..pair }).chain(inner)
}

/// Whether this version of LEEF has a delimiter field: 2 and up.
fn has_delimiter_field(version: &str) -> bool {
    let major = trim(version).split('.').next().unwrap_or_default().trim_start_matches('0');
    !matches!(major, "" | "1")
}

impl<'a> Header<'a> {
    fn new(fields: &Fields<'a, 5>) -> Self {
        let [version, vendor, product, product_version, event_id] = fields.raw;
        let text = |raw| fields.text(Format::Leef, raw);
        Self {
            version: trim(version),
            vendor: text(vendor),
            product: text(product),
            product_version: text(product_version),
            event_id: text(event_id),
            ..Self::default()
        }
    }
}
