//! The plain text of an object, whatever it was packed in.
//!
//! The container is told by its first bytes, never by the key or the content type. Does not know lines.

use std::io::Read;

use super::gzip::{self, Gzip};
use super::source::Source;

/// What an object is packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    /// Text as it is.
    Plain,
    /// RFC 1952.
    Gzip,
}

impl Compression {
    /// As many first bytes as the longest magic number has.
    const MAGIC_LENGTH: usize = gzip::MAGIC.len();

    /// Tells the container by the first bytes of an object.
    fn of(first: &[u8]) -> Self {
        if first.starts_with(&gzip::MAGIC) { Self::Gzip } else { Self::Plain }
    }
}

/// Why there is no more text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The object ended where it should.
    End,
    /// The bytes are wrong, and will be wrong at the next try.
    Damaged(String),
    /// The reader failed.
    SourceFailed(String),
}

/// What one call decoded.
pub(crate) struct Filled {
    /// Bytes written to the front of the buffer.
    pub(crate) bytes: usize,
    /// Set if nothing follows them.
    pub(crate) stop: Option<Stop>,
}

/// The decoder, once the container is known.
enum Decoder {
    Unknown,
    Plain,
    Gzip(Box<Gzip>),
}

/// An object as a stream of text bytes.
pub(crate) struct Text<R> {
    source: Source<R>,
    decoder: Decoder,
}

impl<R: Read> Text<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { source: Source::new(reader), decoder: Decoder::Unknown }
    }

    /// Writes text to the front of `out`, which is not empty: at least one byte, unless it says why not.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> Filled {
        if let Decoder::Unknown = self.decoder {
            self.decoder = match Compression::of(self.source.peek(Compression::MAGIC_LENGTH)) {
                Compression::Plain => Decoder::Plain,
                Compression::Gzip => Decoder::Gzip(Box::new(Gzip::new())),
            };
        }
        match &mut self.decoder {
            Decoder::Gzip(gzip) => gzip.fill(&mut self.source, out),
            Decoder::Unknown | Decoder::Plain => match self.source.read(out) {
                0 => {
                    let failure = self.source.failure().map(str::to_owned);
                    Filled { bytes: 0, stop: Some(failure.map_or(Stop::End, Stop::SourceFailed)) }
                }
                bytes => Filled { bytes, stop: None },
            },
        }
    }
}
