//! A gzip member (RFC 1952).
//!
//! zlib reads header, deflate stream and check sum itself. The raw inflater stands here instead of flate2's
//! readers because those drop the bytes that were decoded by the same call that met a damage; here they count.

use std::io::Read;

use flate2::{Decompress, FlushDecompress, Status};

use super::members::{Codec, Step, Then, begins_with, to_usize};
use super::source::Source;

/// The first bytes of a gzip member.
pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// zlib's largest window, which every encoder may use.
const WINDOW_BITS: u8 = 15;

/// The decoder of gzip members.
pub(crate) struct Gzip {
    inflate: Decompress,
}

impl Gzip {
    pub(crate) fn new() -> Self {
        Self { inflate: Decompress::new_gzip(WINDOW_BITS) }
    }
}

impl Codec for Gzip {
    const MEMBER: &'static str = "gzip member";
    const MAGIC_LENGTH: usize = MAGIC.len();

    fn begins(first: &[u8]) -> bool {
        begins_with(first, &MAGIC)
    }

    fn decode<R: Read>(&mut self, source: &mut Source<R>, out: &mut [u8]) -> Step {
        inflate(&mut self.inflate, source, out)
    }

    fn restart(&mut self) {
        self.inflate.reset(true);
    }
}

/// Inflates a part of a stream, whichever header `inflate` expects around it.
pub(crate) fn inflate<R: Read>(inflate: &mut Decompress, source: &mut Source<R>, out: &mut [u8]) -> Step {
    let input = source.peek(1);
    let (read_before, given_before) = (inflate.total_in(), inflate.total_out());
    let verdict = inflate.decompress(input, out, FlushDecompress::None);
    let at_end = input.is_empty();
    let read = to_usize(inflate.total_in() - read_before);
    let bytes = to_usize(inflate.total_out() - given_before);
    source.consume(read);
    let then = match verdict {
        Ok(Status::StreamEnd) => Then::End,
        Ok(_) if bytes > 0 || (read > 0 && !at_end) => Then::More,
        Ok(_) => Then::Starved,
        Err(error) => Then::Damaged(error.message().unwrap_or("no reason given").to_owned()),
    };
    Step { bytes, then }
}
