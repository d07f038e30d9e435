//! The plain text of an object, whatever the object is packed in. The text is held to the bounds of [`Inflation`].

use std::io::Read;
use std::mem;

use super::bzip2::Bzip2;
use super::container::{Container, HEAD};
use super::gzip::Gzip;
use super::inflation::Inflation;
use super::members::Members;
use super::stored::{Filled, Stop, StoredBytes};
use super::twice::PackedTwice;
use super::xz::Xz;
#[cfg(feature = "zip")]
use super::zip::Zip;
use super::zstd::Zstd;
use crate::bytes::slice::{bytes, bytes_mut};

/// The decoder, once the container is known.
enum Decoder {
    Unknown,
    Plain,
    Gzip(Box<Members<Gzip>>),
    Bzip2(Box<Members<Bzip2>>),
    Xz(Box<Members<Xz>>),
    Zstd(Box<Members<Zstd>>),
    #[cfg(feature = "zip")]
    Zip(Box<Zip>),
    Unread(&'static str),
}

impl Decoder {
    fn of(container: Option<Container>) -> Self {
        match container {
            None => Self::Plain,
            Some(Container::Gzip) => Self::Gzip(Box::new(Members::new())),
            Some(Container::Bzip2) => Self::Bzip2(Box::new(Members::new())),
            Some(Container::Xz) => Self::Xz(Box::new(Members::new())),
            Some(Container::Zstd) => Self::Zstd(Box::new(Members::new())),
            #[cfg(feature = "zip")]
            Some(Container::Zip) => Self::Zip(Box::new(Zip::new())),
            Some(Container::Other(name)) => Self::Unread(name),
        }
    }
}

/// An object as a stream of text bytes.
pub(crate) struct PlainText<R> {
    /// `None` where the object is packed twice.
    source: Option<StoredBytes<R>>,
    decoder: Decoder,
    twice: Option<Box<PackedTwice<R>>>,
    bounds: Inflation,
    /// Bytes of text so far.
    given: u64,
}

impl<R: Read> PlainText<R> {
    pub(crate) fn new(reader: R, bounds: Inflation) -> Self {
        let source = Some(StoredBytes::new(reader));
        Self { source, decoder: Decoder::Unknown, twice: None, bounds, given: 0 }
    }

    /// Writes text to the front of `out`, which has room for more than [`HEAD`] bytes. Writes at least one byte, or returns why there is
    /// none.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> Filled {
        if let (Decoder::Unknown, None) = (&self.decoder, &self.twice) {
            self.begin(out)
        } else {
            self.decode(out)
        }
    }

    /// Finds the decoder, and decodes enough to tell whether there is another container inside.
    fn begin(&mut self, out: &mut [u8]) -> Filled {
        let container = self.source.as_mut().and_then(|source| Container::of(source.peek(HEAD)));
        self.decoder = Decoder::of(container);
        let mut filled = self.decode_head(out);
        let Some(container) = container else { return filled };
        let inner = Container::of(bytes(out, ..filled.bytes));
        if (container, inner) == (Container::Gzip, Some(Container::Gzip)) {
            filled = self.begin_twice(filled, out);
        }
        match container.refuses(bytes(out, ..filled.bytes)) {
            Some(reason) => Filled { bytes: 0, stop: Some(Stop::Damaged(reason)) },
            None => filled,
        }
    }

    /// Decodes enough to tell a container, if there is so much.
    fn decode_head(&mut self, out: &mut [u8]) -> Filled {
        let mut filled = self.decode(out);
        while !matches!(self.decoder, Decoder::Plain) && filled.bytes < HEAD && filled.stop.is_none() {
            let more = self.decode(bytes_mut(out, filled.bytes..));
            filled = Filled { bytes: filled.bytes + more.bytes, stop: more.stop };
        }
        filled
    }

    /// Goes on with the gzip that the gzip holds; `filled` tells how much of it stands in `out`.
    fn begin_twice(&mut self, filled: Filled, out: &mut [u8]) -> Filled {
        let decoder = mem::replace(&mut self.decoder, Decoder::Unknown);
        let (Decoder::Gzip(gzip), Some(source)) = (decoder, self.source.take()) else { return filled };
        let ahead = bytes(out, ..filled.bytes).to_vec();
        self.twice = Some(Box::new(PackedTwice::new(source, *gzip, filled, &ahead, self.bounds)));
        self.given = 0;
        self.decode_head(out)
    }

    fn decode(&mut self, out: &mut [u8]) -> Filled {
        let (filled, consumed) = if let Some(twice) = &mut self.twice {
            (twice.fill(out), twice.consumed())
        } else {
            let Some(source) = &mut self.source else { return Filled { bytes: 0, stop: Some(Stop::End) } };
            let filled = match &mut self.decoder {
                Decoder::Gzip(gzip) => gzip.fill(source, out),
                Decoder::Bzip2(bzip2) => bzip2.fill(source, out),
                Decoder::Xz(xz) => xz.fill(source, out),
                Decoder::Zstd(zstd) => zstd.fill(source, out),
                #[cfg(feature = "zip")]
                Decoder::Zip(zip) => zip.fill(source, out),
                Decoder::Unread(name) => {
                    return Filled { bytes: 0, stop: Some(Stop::Damaged(Container::unread(name))) };
                }
                Decoder::Unknown | Decoder::Plain => {
                    let bytes = source.read(out);
                    return Filled { bytes, stop: (bytes == 0).then(|| source.stop()) };
                }
            };
            (filled, source.consumed())
        };
        self.given += filled.bytes as u64;
        match self.bounds.exceeded(self.given, consumed) {
            Some(reason) => Filled { bytes: filled.bytes, stop: Some(Stop::Damaged(reason)) },
            None => filled,
        }
    }
}
