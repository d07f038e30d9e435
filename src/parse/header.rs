//! The pipe-separated header that CEF and LEEF share: fields ended by an unescaped pipe. CEF escapes pipes and
//! backslashes (rule H4), LEEF only pipes (rule L-4); any other backslash is one. Blanks and blank fields are kept.

use std::borrow::Cow;

use crate::bytes::find;

/// The two formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// ArcSight Common Event Format.
    Cef,
    /// IBM QRadar Log Event Extended Format.
    Leef,
}

/// A header field of CEF, or its counterpart in LEEF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderField {
    /// `cef.version`
    Version,
    /// `cef.device_vendor`
    DeviceVendor,
    /// `cef.device_product`
    DeviceProduct,
    /// `cef.device_version`
    DeviceVersion,
    /// `cef.device_event_class_id`
    DeviceEventClassId,
    /// `cef.name`
    Name,
    /// `cef.severity`
    Severity,
}

/// As many of the `N` fields as the text has, and what follows the last one's pipe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a, const N: usize> {
    /// The fields as written; those that are missing are empty.
    pub(crate) raw: [&'a str; N],
    /// How many were there.
    pub(crate) found: usize,
    /// The text behind them.
    pub(crate) rest: &'a str,
    /// A field may hold an escape.
    may_escape: bool,
}

/// Cuts up to `N` fields off the start of `text`.
pub(crate) fn fields<const N: usize>(format: Format, text: &str) -> Fields<'_, N> {
    let mut fields = Fields::new(text);
    fields.cut(format);
    fields
}

impl<'a, const N: usize> Fields<'a, N> {
    /// No fields yet of `text`.
    #[inline]
    pub(crate) fn new(text: &'a str) -> Self {
        Self { raw: [""; N], found: 0, rest: text, may_escape: false }
    }

    /// Cuts the fields off the rest, in place: handed on, so many would have to be copied.
    pub(crate) fn cut(&mut self, format: Format) {
        let text = self.rest;
        let bytes = text.as_bytes();
        let mut slots = self.raw.iter_mut();
        let mut start = 0;
        let mut escaped = None;
        for at in find::each_of([b'|', b'\\'], bytes) {
            if escaped == Some(at) {
                continue;
            }
            if bytes.get(at) == Some(&b'\\') {
                self.may_escape = true;
                escaped = bytes.get(at + 1).filter(|&&next| is_escapable(format, next)).map(|_| at + 1);
                continue;
            }
            let Some(slot) = slots.next() else { break };
            *slot = text.get(start..at).unwrap_or_default();
            start = at + 1;
            self.found += 1;
            if self.found == N {
                break;
            }
        }
        self.rest = text.get(start..).unwrap_or_default();
    }

    /// Takes the text where the next field should have ended for that field.
    pub(crate) fn cut_short(&mut self, last: &'a str) {
        if let Some(slot) = self.raw.get_mut(self.found) {
            *slot = last;
            self.may_escape = true;
        }
    }

    /// One of the fields with its escapes undone; borrowed where it has none.
    pub(crate) fn text(&self, format: Format, raw: &'a str) -> Cow<'a, str> {
        if self.may_escape { unescaped(format, raw) } else { Cow::Borrowed(raw) }
    }
}

/// How many blanks stand before the version that `text` starts with, if a pipe is behind it: blanks around it are allowed,
/// rsyslog writes one before it (rules H1, L-1).
pub(crate) fn blanks_before_version(text: &str) -> Option<usize> {
    let is_other = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let blanks = text.bytes().position(|byte| is_other(&byte))?;
    let number = text.as_bytes().get(blanks..)?;
    let end = number.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.')?;
    let (number, behind) = number.split_at_checked(end)?;
    let is_version = number.split(|byte| *byte == b'.').all(|part| !part.is_empty());
    (is_version && behind.iter().find(|byte| is_other(byte)) == Some(&b'|')).then_some(blanks)
}

fn unescaped(format: Format, raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        rest = after;
        match after.bytes().next().filter(|&next| is_escapable(format, next)) {
            Some(next) => {
                text.push(char::from(next));
                rest = after.get(1..).unwrap_or_default();
            }
            None => text.push('\\'),
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// Whether a backslash before this byte of a header is an escape.
fn is_escapable(format: Format, byte: u8) -> bool {
    byte == b'|' || format == Format::Cef && byte == b'\\'
}
