//! An xz stream (the .xz file format 1.2).
//!
//! The dictionary, which the writer chooses up to 4 GiB, is bounded: see [`DICTIONARY`].

use std::io::Read;

use lzma_rust2::{Action, Status, XzStream};

use super::members::{Codec, MemberState, Progress, begins_with, to_usize};
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
        let input = source.peek(1);
        let at_end = input.is_empty();
        let (read_before, given_before) = (self.stream.total_in(), self.stream.total_out());
        let verdict = self.stream.process(input, out, Action::Run);
        let read = to_usize(self.stream.total_in() - read_before);
        let bytes = to_usize(self.stream.total_out() - given_before);
        source.consume(read);
        let needed = self.stream.memory_usage().unwrap_or_default();
        let outcome = match verdict {
            Ok(result) if result.status == Status::StreamEnd => MemberState::End,
            Ok(_) if bytes > 0 || (read > 0 && !at_end) => MemberState::More,
            Ok(_) => MemberState::Starved,
            Err(_) if needed > self.stream.mem_limit() => MemberState::Damaged(format!(
                "its dictionary needs {} MiB of memory, and {} MiB is the limit; pack it with xz -9 or less",
                needed / 1024,
                DICTIONARY >> 20
            )),
            Err(error) => MemberState::Damaged(error.to_string()),
        };
        Progress { bytes, outcome }
    }
}
