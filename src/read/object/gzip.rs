//! A gzip member (RFC 1952).
//!
//! zlib reads the header, the deflate stream and the check sum. flate2's readers are not used, because they drop the bytes that the
//! same call decoded before it met damage; here those bytes count.

use std::io::Read;

use flate2::{Decompress, FlushDecompress, Status};

use super::members::{Codec, Progress, begins_with, decode_with};
use super::stored::StoredBytes;

/// The first bytes of a gzip member.
pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// zlib's largest window, which every encoder may use.
const WINDOW_BITS: u8 = 15;

/// The decoder of gzip members.
pub(crate) struct Gzip {
    inflate: Decompress,
}

impl Codec for Gzip {
    const MEMBER: &'static str = "gzip member";
    const MAGIC_LENGTH: usize = MAGIC.len();

    fn new() -> Self {
        Self { inflate: Decompress::new_gzip(WINDOW_BITS) }
    }

    fn begins(first: &[u8]) -> bool {
        begins_with(first, &MAGIC)
    }

    fn decode<R: Read>(&mut self, source: &mut StoredBytes<R>, out: &mut [u8]) -> Progress {
        inflate(&mut self.inflate, source, out)
    }

    fn restart(&mut self) {
        self.inflate.reset(true);
    }
}

/// Inflates a part of a stream, with the header that `inflate` was made for.
pub(crate) fn inflate<R: Read>(
    inflate: &mut Decompress,
    source: &mut StoredBytes<R>,
    out: &mut [u8],
) -> Progress {
    let totals = |inflate: &Decompress| (inflate.total_in(), inflate.total_out());
    decode_with(inflate, source, totals, |inflate, input| {
        let verdict = inflate.decompress(input, out, FlushDecompress::None);
        let status = verdict.map_err(|error| error.message().unwrap_or("no reason given").to_owned())?;
        Ok(status == Status::StreamEnd)
    })
}
