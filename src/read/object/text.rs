//! The plain text of an object, whatever it was packed in.
//!
//! Chooses the decoder and holds it to the bounds. Does not know lines.

use super::stop::{Filled, Stop};
use std::io::Read;

use super::bzip2::Bzip2;
use super::container::{Container, HEAD};
use super::gzip::Gzip;
use super::inflation::Inflation;
use super::members::Members;
use super::source::Source;
use super::xz::Xz;
use super::zip::Zip;
use super::zstd::Zstd;

/// The decoder, once the container is known.
enum Decoder {
    Unknown,
    Plain,
    Gzip(Box<Members<Gzip>>),
    Bzip2(Box<Members<Bzip2>>),
    Xz(Box<Members<Xz>>),
    Zstd(Box<Members<Zstd>>),
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
            Some(Container::Zip) => Self::Zip(Box::new(Zip::new())),
            Some(Container::Other(name)) => Self::Unread(name),
        }
    }
}

/// An object as a stream of text bytes.
pub(crate) struct Text<R> {
    source: Source<R>,
    decoder: Decoder,
    bounds: Inflation,
    given: u64,
}

impl<R: Read> Text<R> {
    pub(crate) fn new(reader: R, bounds: Inflation) -> Self {
        Self { source: Source::new(reader), decoder: Decoder::Unknown, bounds, given: 0 }
    }

    /// Writes text to the front of `out`, which has room for [`HEAD`] bytes and some: at least one byte, unless it
    /// says why not.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> Filled {
        if let Decoder::Unknown = self.decoder { self.begin(out) } else { self.decode(out) }
    }

    /// Finds the decoder, and decodes as much as tells whether there is another container inside.
    fn begin(&mut self, out: &mut [u8]) -> Filled {
        let container = Container::of(self.source.peek(HEAD));
        self.decoder = Decoder::of(container);
        let mut filled = self.decode(out);
        let Some(container) = container else { return filled };
        while filled.bytes < HEAD && filled.stop.is_none() {
            let more = self.decode(out.get_mut(filled.bytes..).unwrap_or_default());
            filled = Filled { bytes: filled.bytes + more.bytes, stop: more.stop };
        }
        match container.refuses(out.get(..filled.bytes).unwrap_or_default()) {
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
