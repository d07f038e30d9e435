//! A text, and the same text with its codes undone: `%3D`, `\x3d` as nginx writes it, `\u003d` as JSON does.
//!
//! A URL in a parameter of another one, and JSON in a form, are read as what they are. What is found there is masked where it is written.

use std::borrow::Cow;
use std::ops::Range;

use crate::bytes::slice;

/// A text whose codes were undone so many times. The text as it is written is its own layer.
pub(super) struct Layer<'b> {
    pub(super) bytes: Cow<'b, [u8]>,
    /// How often codes were undone.
    depth: u8,
    /// Where each byte, and the end, is written. Nothing for the text as it is written.
    places: Vec<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    at: u32,
    /// The layer in which the byte was a code no longer; 0 where it is written as it is.
    depth: u8,
}

/// A value that is to be redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RedactedValue {
    pub(super) value: Range<usize>,
    /// Its mask needs quotes: it is a number in JSON.
    pub(super) quoted: bool,
}

impl<'b> Layer<'b> {
    /// The text as it is written.
    pub(super) fn written(bytes: &'b [u8]) -> Self {
        Self { bytes: Cow::Borrowed(bytes), depth: 0, places: Vec::new() }
    }

    /// The text with the codes of this layer undone; nothing where no name or URL can be behind them.
    pub(super) fn undone(&self) -> Option<Layer<'static>> {
        if !has_coded_mark(&self.bytes) {
            return None;
        }
        let depth = self.depth + 1;
        let mut places = Vec::with_capacity(self.bytes.len() + 1);
        let mut next = 0;
        for (at, _, length) in codes(&self.bytes) {
            places.extend((next..at).map(|at| self.place(at)));
            places.push(Place { depth, ..self.place(at) });
            next = at + length;
        }
        places.extend((next..=self.bytes.len()).map(|at| self.place(at)));
        Some(Layer { bytes: Cow::Owned(without_codes(&self.bytes)), depth, places })
    }

    /// Whether codes were undone.
    pub(super) fn is_undone(&self) -> bool {
        self.depth > 0
    }

    /// Whether the byte is none, or another one, in the layer before. What has no such byte was found there.
    pub(super) fn is_new(&self, at: usize) -> bool {
        self.place(at).depth == self.depth
    }

    /// Whether the byte is written as it is.
    pub(super) fn is_written(&self, at: usize) -> bool {
        self.place(at).depth == 0
    }

    /// A value in this layer, as it is written.
    pub(super) fn value(&self, value: Range<usize>) -> RedactedValue {
        let at = |at| usize::try_from(self.place(at).at).unwrap_or(usize::MAX);
        let value = if self.is_undone() { at(value.start)..at(value.end) } else { value };
        RedactedValue { value, quoted: false }
    }

    fn place(&self, at: usize) -> Place {
        let as_written = Place { at: u32::try_from(at).unwrap_or(u32::MAX), depth: 0 };
        self.places.get(at).copied().unwrap_or(as_written)
    }
}

/// Whether a code stands for a byte behind which a name or a URL can be.
pub(super) fn has_coded_mark(bytes: &[u8]) -> bool {
    let is_mark = |byte| matches!(byte, b'=' | b'?' | b'&' | b'#' | b';' | b'"' | b':' | b'%' | b'\\');
    codes(bytes).any(|(_, byte, _)| is_mark(byte))
}

/// The byte that a code at this place stands for, and the code's length.
pub(super) fn code(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let rest = bytes.get(at..)?;
    let digits = match rest {
        [b'%', ..] => 1,
        [b'\\', b'x', ..] => 2,
        [b'\\', b'u', b'0', b'0', ..] => 4,
        _ => return None,
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let [high, low] = *rest.get(digits..digits + 2)?.first_chunk()?;
    let byte = u8::try_from(digit(high)? * 16 + digit(low)?).ok()?;
    Some((byte, digits + 2))
}

/// The codes of a text from left to right: where each stands, the byte that it stands for, and its length. None holds the start of
/// another.
fn codes(bytes: &[u8]) -> impl Iterator<Item = (usize, u8, usize)> {
    memchr::memchr2_iter(b'%', b'\\', bytes)
        .filter_map(|at| code(bytes, at).map(|(byte, length)| (at, byte, length)))
}

/// A text with its codes undone once.
pub(super) fn without_codes(bytes: &[u8]) -> Vec<u8> {
    let mut undone = Vec::with_capacity(bytes.len());
    let mut next = 0;
    for (at, byte, length) in codes(bytes) {
        undone.extend_from_slice(slice::bytes(bytes, next..at));
        undone.push(byte);
        next = at + length;
    }
    undone.extend_from_slice(slice::bytes(bytes, next..));
    undone
}
