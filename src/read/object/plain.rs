//! The plain text of an object, whatever the object is packed in. The text is held to the bounds of [`Inflation`].

use std::io::Read;

use super::bzip2::Bzip2;
use super::container::{Container, HEAD};
use super::gzip::Gzip;
use super::inflation::Inflation;
use super::members::Members;
use super::stop::{Filled, Stop};
use super::stored::StoredBytes;
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
            Some(Container::Gzip) => Self::Gzip(Box::new(Members::new(Gzip::new()))),
            Some(Container::Bzip2) => Self::Bzip2(Box::new(Members::new(Bzip2::new()))),
            Some(Container::Xz) => Self::Xz(Box::new(Members::new(Xz::new()))),
            Some(Container::Zstd) => Self::Zstd(Box::new(Members::new(Zstd::new()))),
            #[cfg(feature = "zip")]
            Some(Container::Zip) => Self::Zip(Box::new(Zip::new())),
            Some(Container::Other(name)) => Self::Unread(name),
        }
    }
}

/// An object as a stream of text bytes.
pub(crate) struct PlainText<R> {
    source: StoredBytes<R>,
    decoder: Decoder,
    bounds: Inflation,
    given: u64,
}

impl<R: Read> PlainText<R> {
    pub(crate) fn new(reader: R, bounds: Inflation) -> Self {
        Self { source: StoredBytes::new(reader), decoder: Decoder::Unknown, bounds, given: 0 }
    }

    /// Writes text to the front of `out`, which has room for more than [`HEAD`] bytes. Writes at least one byte, or returns why there is
    /// none.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> Filled {
        if let Decoder::Unknown = self.decoder { self.begin(out) } else { self.decode(out) }
    }

    /// Finds the decoder, and decodes enough to tell whether there is another container inside.
    fn begin(&mut self, out: &mut [u8]) -> Filled {
        let container = Container::of(self.source.peek(HEAD));
        self.decoder = Decoder::of(container);
        let mut filled = self.decode(out);
        let Some(container) = container else { return filled };
        while filled.bytes < HEAD && filled.stop.is_none() {
            let more = self.decode(bytes_mut(out, filled.bytes..));
            filled = Filled { bytes: filled.bytes + more.bytes, stop: more.stop };
        }
        match container.refuses(bytes(out, ..filled.bytes)) {
            Some(reason) => Filled { bytes: 0, stop: Some(Stop::Damaged(reason)) },
            None => filled,
        }
    }

    fn decode(&mut self, out: &mut [u8]) -> Filled {
        let source = &mut self.source;
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
                let failure = source.failure().map(str::to_owned);
                let stop = (bytes == 0).then(|| failure.map_or(Stop::End, Stop::SourceFailed));
                return Filled { bytes, stop };
            }
        };
        self.given += filled.bytes as u64;
        match self.bounds.exceeded(self.given, self.source.consumed()) {
            Some(reason) => Filled { bytes: filled.bytes, stop: Some(Stop::Damaged(reason)) },
            None => filled,
        }
    }
}
