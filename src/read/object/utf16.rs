//! UTF-16 becomes UTF-8: Windows tools write text so, behind a byte order mark.

use std::io::Read;

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};

use super::plain::PlainText;
use super::stored::Filled;
use crate::bytes::slice::bytes;

/// The most bytes of UTF-8 that a byte of UTF-16 becomes, rounded up.
const GROWTH: usize = 3;

/// The decoder of an object's text.
pub(crate) struct Utf16(Decoder);

impl Utf16 {
    /// Returns the decoder that the byte order mark at the front of a text asks for, and the length of the mark.
    pub(crate) fn of(head: &[u8]) -> Option<(Self, usize)> {
        let (encoding, length) = Encoding::for_bom(head)?;
        let is_utf16 = encoding == UTF_16LE || encoding == UTF_16BE;
        is_utf16.then(|| (Self(encoding.new_decoder_without_bom_handling()), length))
    }

    /// Writes text to the front of `out`, as [`PlainText::fill`] does.
    pub(crate) fn fill<R: Read>(&mut self, text: &mut PlainText<R>, out: &mut [u8]) -> Filled {
        let mut raw = vec![0; out.len() / GROWTH];
        loop {
            let Filled { bytes: read, stop } = text.fill(&mut raw);
            let written = self.decode(bytes(&raw, ..read), stop.is_some(), out);
            if written > 0 || stop.is_some() {
                return Filled { bytes: written, stop };
            }
        }
    }

    /// Decodes to the front of `out`, which has room for three times as much. Returns how much was written.
    pub(crate) fn decode(&mut self, raw: &[u8], is_last: bool, out: &mut [u8]) -> usize {
        let (_, _, written, _) = self.0.decode_to_utf8(raw, out, is_last);
        written
    }
}
