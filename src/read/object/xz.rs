//! An xz stream (the .xz file format 1.2).
//!
//! The dictionary, which the writer chooses up to 4 GiB, is bounded: see [`DICTIONARY`].

use std::io::Read;

use lzma_rust2::{Action, Status, XzStream};

use super::members::{Codec, Progress, begins_with, decode_with};
use super::stored::StoredBytes;

/// The first bytes of a stream.
const MAGIC: [u8; 6] = *b"\xfd7zXZ\0";

/// The largest dictionary that is read, in bytes: what `xz -9` writes. Smaller ones take less memory.
const DICTIONARY: u32 = 64 << 20;

/// What the decoder takes besides the dictionary, generously.
const BESIDE_DICTIONARY: u32 = 1 << 20;

/// The decoder of xz streams.
pub(crate) struct Xz {
    stream: XzStream,
}

impl Codec for Xz {
    const MEMBER: &'static str = "xz stream";
    const MAGIC_LENGTH: usize = MAGIC.len();

    fn new() -> Self {
        Self { stream: XzStream::new_mem_limit(false, (DICTIONARY + BESIDE_DICTIONARY) / 1024) }
    }

    fn begins(first: &[u8]) -> bool {
        begins_with(first, &MAGIC)
    }

    fn decode<R: Read>(&mut self, source: &mut StoredBytes<R>, out: &mut [u8]) -> Progress {
        let totals = |stream: &XzStream| (stream.total_in(), stream.total_out());
        decode_with(&mut self.stream, source, totals, |stream, input| {
            let verdict = stream.process(input, out, Action::Run);
            let needed = stream.memory_usage().unwrap_or_default();
            match verdict {
                Ok(result) => Ok(result.status == Status::StreamEnd),
                Err(_) if needed > stream.mem_limit() => Err(format!(
                    "its dictionary needs {} MiB of memory, and {} MiB is the limit; pack it with xz -9 or less",
                    needed / 1024,
                    DICTIONARY >> 20
                )),
                Err(error) => Err(error.to_string()),
            }
        })
    }
}
