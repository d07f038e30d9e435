//! ArcSight Common Event Format: header and extension.
//!
//! Takes the text of one event and the place of its marker, gives header fields and pairs. Never fails and never
//! loses text: what fits nowhere stands in [`Event::unparsed`]. Does not know what a line, a mapping or ECS is.

use crate::parse::severity::is_severity;
use crate::parse::syslog;
use std::borrow::Cow;

use super::header::Fields;
use super::header::Format;
use super::marker::Marker;
use super::pairs::key::is_padding;
use super::pairs::pair::Pair;
use super::pairs::scan::{FirstKey, scan};
use crate::bytes::trim::trim;

/// The seven header fields. A field that a cut header does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header<'a> {
    /// `0` for CEF 0.1, `1` for 1.x; any number is taken (rule H5).
    pub version: &'a str,
    /// Device Vendor.
    pub vendor: Cow<'a, str>,
    /// Device Product.
    pub product: Cow<'a, str>,
    /// Device Version.
    pub device_version: Cow<'a, str>,
    /// Device Event Class ID: Deep Security's signature id.
    pub event_class_id: Cow<'a, str>,
    /// Name.
    pub name: Cow<'a, str>,
    /// Severity as written, trimmed.
    pub severity: Cow<'a, str>,
}

/// What was odd about the event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Issues {
    /// Fewer than seven header fields (rule H7); the last one that is there may be cut.
    pub incomplete_header: bool,
    /// The pipe behind the severity is missing (rule H6).
    pub missing_last_pipe: bool,
    /// Text that belongs to no key (rules E2, E3).
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

/// Parses the event at `marker`; its pairs are appended to `pairs` in the order of the line.
///
/// A cut header gives what it has (rule H7): the text where the next field should end is that field, up to the first
/// `key=`, and keys are read from there.
pub fn parse<'a>(text: &'a str, marker: Marker, pairs: &mut Vec<Pair<'a>>) -> Event<'a> {
    let earlier = pairs.len();
    let mut issues = Issues::default();
    let mut fields = Fields::new(text.get(marker.version..).unwrap_or_default());
    fields.cut(Format::Cef);
    let leading = extension(fields.rest, pairs);
    let has_pairs = pairs.len() > earlier;
    let unparsed = match fields.found {
        7 => leading,
        6 if leading.is_empty() || has_pairs && !is_severity(leading) => {
            issues.incomplete_header = true;
            leading
        }
        found => {
            issues.missing_last_pipe = found == 6;
            issues.incomplete_header = found < 6;
            fields.cut_short(leading);
            ""
        }
    };
    issues.unparsed_text = !unparsed.is_empty();
    Event {
        prefix: syslog::trimmed_prefix(text.get(..marker.start).unwrap_or_default()),
        header: Header::new(&fields),
        unparsed,
        issues,
    }
}

impl<'a> Header<'a> {
    fn new(fields: &Fields<'a, 7>) -> Self {
        let [version, vendor, product, device_version, event_class_id, name, severity] = fields.raw;
        let text = |raw| fields.text(Format::Cef, raw);
        Self {
            version: trim(version),
            vendor: text(vendor),
            product: text(product),
            device_version: text(device_version),
            event_class_id: text(event_class_id),
            name: text(name),
            severity: text(trim(severity)),
        }
    }
}

/// Appends the pairs of the extension; gives the text before the first key (rule E3), with the pipes that one pipe
/// too many in the header leaves there (rule E2).
fn extension<'a>(text: &'a str, pairs: &mut Vec<Pair<'a>>) -> &'a str {
    let text = text.trim_end_matches(is_padding);
    let keys = text.trim_start_matches(|character| character == '|' || is_padding(character));
    let leading = scan(keys, FirstKey::AnyWhere, |word| word.is_key(), |pair| pairs.push(pair));
    let skipped = text.len() - keys.len();
    text.get(..skipped + leading.len()).unwrap_or_default().trim_matches(is_padding)
}
