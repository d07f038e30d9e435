//! A zstd frame (RFC 8878), a skippable one among them.
//!
//! The window, which the writer chooses, is bounded: see [`WINDOW`].

use std::io::{self, Read};

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::members::{Codec, MemberState, Progress, begins_with};
use super::stored::StoredBytes;

/// The first bytes of a frame.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The bytes behind the first of a skippable frame; the first is 0x50 to 0x5f.
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

/// The largest window that is read, in bytes. `zstd -19` and what most libraries write is 8 MiB.
const WINDOW: u64 = 64 << 20;

/// An empty last block, and a check sum for frames that have one.
const LAST_BLOCK: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

/// The decoder of zstd frames.
pub(crate) struct Zstd {
    frame: FrameDecoder,
    position: FramePosition,
}

enum FramePosition {
    Start,
    Skipping(u64),
    Blocks,
    /// All blocks are decoded; the decoder still holds text.
    Over(Option<MemberState>),
}

/// The stored bytes as the decoder reads them. It remembers whether the decoder has asked for more than there was.
struct Input<'s, R> {
    source: &'s mut StoredBytes<R>,
    starved: bool,
}

impl<R: Read> Read for Input<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut waiting = self.source.peek(1);
        let count = waiting.read(out)?;
        self.source.consume(count);
        self.starved |= count == 0 && !out.is_empty();
        Ok(count)
    }
}

impl Zstd {
    fn start<R: Read>(&mut self, source: &mut StoredBytes<R>) -> Option<MemberState> {
        if let Some([_, magic @ .., a, b, c, d]) = source.peek(8).first_chunk::<8>()
            && *magic == SKIPPABLE
        {
            self.position = FramePosition::Skipping(8 + u64::from(u32::from_le_bytes([*a, *b, *c, *d])));
            return None;
        }
        let mut input = Input { source, starved: false };
        let started = self.frame.reset(&mut input);
        let starved = input.starved;
        self.position = FramePosition::Blocks;
        Some(match started {
            Ok(()) => return None,
            Err(_) if starved => MemberState::Starved,
            Err(error) => MemberState::Damaged(reason(&error)),
        })
    }

    /// Decodes one more block. Damage or the end of the frame is told behind the text that was decoded before.
    fn block<R: Read>(&mut self, source: &mut StoredBytes<R>) {
        let mut input = Input { source, starved: false };
        let decoded = self.frame.decode_blocks(&mut input, BlockDecodingStrategy::UptoBlocks(1));
        let starved = input.starved;
        let outcome = match decoded {
            Ok(false) => return,
            Ok(true) => None,
            Err(_) if starved => Some(MemberState::Starved),
            Err(error) => Some(MemberState::Damaged(reason(&error))),
        };
        if outcome.is_some() {
            // The decoder keeps a window of text back until its frame ends: this end lets it go.
            let _ = self.frame.decode_blocks(&LAST_BLOCK[..], BlockDecodingStrategy::UptoBlocks(1));
        }
        self.position = FramePosition::Over(outcome);
    }

    fn end(&self) -> MemberState {
        match self.frame.get_checksum_from_data() {
            Some(sum) if self.frame.get_calculated_checksum() != Some(sum) => {
                MemberState::Damaged("its check sum is wrong".to_owned())
            }
            _ => MemberState::End,
        }
    }
}

impl Codec for Zstd {
    const MEMBER: &'static str = "zstd frame";
    const MAGIC_LENGTH: usize = MAGIC.len();

    fn new() -> Self {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(WINDOW);
        Self { frame, position: FramePosition::Start }
    }

    fn begins(first: &[u8]) -> bool {
        let is_skippable =
            matches!(first.split_first(), Some((0x50..=0x5f, rest)) if begins_with(rest, &SKIPPABLE));
        is_skippable || begins_with(first, &MAGIC)
    }

    fn decode<R: Read>(&mut self, source: &mut StoredBytes<R>, out: &mut [u8]) -> Progress {
        loop {
            match &mut self.position {
                FramePosition::Start => {
                    if let Some(outcome) = self.start(source) {
                        return Progress { bytes: 0, outcome };
                    }
                }
                FramePosition::Skipping(left) => {
                    let waiting = source.peek(1).len();
                    let passed = waiting.min(usize::try_from(*left).unwrap_or(usize::MAX));
                    source.consume(passed);
                    *left -= passed as u64;
                    let outcome = match (*left, waiting) {
                        (0, _) => MemberState::End,
                        (_, 0) => MemberState::Starved,
                        _ => continue,
                    };
                    return Progress { bytes: 0, outcome };
                }
                FramePosition::Blocks => {
                    let bytes = self.frame.read(out).unwrap_or_default();
                    if bytes > 0 {
                        return Progress { bytes, outcome: MemberState::More };
                    }
                    self.block(source);
                }
                FramePosition::Over(outcome) => {
                    let bytes = self.frame.read(out).unwrap_or_default();
                    let outcome = match bytes {
                        0 => outcome.take().unwrap_or_else(|| self.end()),
                        _ => MemberState::More,
                    };
                    return Progress { bytes, outcome };
                }
            }
        }
    }

    fn restart(&mut self) {
        self.position = FramePosition::Start;
    }
}

fn reason(error: &FrameDecoderError) -> String {
    match error {
        FrameDecoderError::WindowSizeTooBig { requested, .. } => format!(
            "its window is {} MiB, and {} MiB is the limit; pack it with zstd -19 or less, without --long",
            requested >> 20,
            WINDOW >> 20
        ),
        FrameDecoderError::DictNotProvided { dict_id } => {
            format!("it needs dictionary {dict_id}, which nobody has here; pack it without a dictionary")
        }
        error => error.to_string().to_lowercase(),
    }
}
