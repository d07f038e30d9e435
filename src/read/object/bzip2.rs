//! A bzip2 stream.
//!
//! Its blocks are at most 900 kB, so that the decoder takes less than 5 MB whatever the stream says.

use std::io::Read;

use ::bzip2::{Decompress, Error, Status};

use super::members::{Codec, Progress, begins_with, decode_with};
use super::stored::StoredBytes;

/// The first bytes of a stream. Behind them stands the size of its blocks, a digit from 1 to 9.
const MAGIC: [u8; 3] = *b"BZh";

/// The bytes behind the digit: the first block begins, or a stream without blocks ends.
const FIRST_BLOCK: [[u8; 6]; 2] = [*b"1AY&SY", [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]];

/// The decoder of bzip2 streams.
pub(crate) struct Bzip2 {
    decompress: Decompress,
}

impl Codec for Bzip2 {
    const MEMBER: &'static str = "bzip2 stream";
    const MAGIC_LENGTH: usize = 10;

    fn new() -> Self {
        Self { decompress: Decompress::new(false) }
    }

    fn begins(first: &[u8]) -> bool {
        let (magic, rest) = first.split_at_checked(MAGIC.len()).unwrap_or((first, &[]));
        begins_with(magic, &MAGIC)
            && match rest.split_first() {
                Some((level, block)) => {
                    matches!(level, b'1'..=b'9') && FIRST_BLOCK.iter().any(|magic| begins_with(block, magic))
                }
                None => true,
            }
    }

    fn decode<R: Read>(&mut self, source: &mut StoredBytes<R>, out: &mut [u8]) -> Progress {
        let totals = |decompress: &Decompress| (decompress.total_in(), decompress.total_out());
        decode_with(&mut self.decompress, source, totals, |decompress, input| {
            match decompress.decompress(input, out) {
                Ok(Status::MemNeeded) => Err("no memory for its block".to_owned()),
                Ok(status) => Ok(status == Status::StreamEnd),
                Err(Error::DataMagic) => Err("it has no bzip2 header".to_owned()),
                Err(_) => Err("a block cannot be decoded, or its check sum is wrong".to_owned()),
            }
        })
    }
}
