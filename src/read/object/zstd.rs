//! A zstd frame (RFC 8878), a skippable one among them.
//!
//! The window, which the writer chooses, is bounded: see [`WINDOW`].

use std::io::{self, Read};

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::members::{Codec, Step, Then, begins_with};
use super::source::Source;

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
    place: Place,
}

enum Place {
    Start,
    Skipping(u64),
    Blocks,
    /// The frame is over, but for text that waits for its place in the buffer.
    Over(Option<Then>),
}

/// A source as the decoder reads it, which remembers that it could not give what was asked for.
struct Input<'s, R> {
    source: &'s mut Source<R>,
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
    pub(crate) fn new() -> Self {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(WINDOW);
        Self { frame, place: Place::Start }
    }

    fn start<R: Read>(&mut self, source: &mut Source<R>) -> Option<Then> {
        if let Some([_, magic @ .., a, b, c, d]) = source.peek(8).first_chunk::<8>()
            && *magic == SKIPPABLE
        {
            self.place = Place::Skipping(8 + u64::from(u32::from_le_bytes([*a, *b, *c, *d])));
            return None;
        }
        let mut input = Input { source, starved: false };
        let started = self.frame.reset(&mut input);
        let starved = input.starved;
        self.place = Place::Blocks;
        Some(match started {
            Ok(()) => return None,
            Err(_) if starved => Then::Starved,
            Err(error) => Then::Damaged(reason(&error)),
        })
    }

    /// Decodes one more block; what is wrong with it, or the end of the frame, comes behind the text before it.
    fn block<R: Read>(&mut self, source: &mut Source<R>) {
        let mut input = Input { source, starved: false };
        let decoded = self.frame.decode_blocks(&mut input, BlockDecodingStrategy::UptoBlocks(1));
        let starved = input.starved;
        let then = match decoded {
            Ok(false) => return,
            Ok(true) => None,
            Err(_) if starved => Some(Then::Starved),
            Err(error) => Some(Then::Damaged(reason(&error))),
        };
        if then.is_some() {
            // The decoder keeps a window of text back until its frame ends: this end lets it go.
            let _ = self.frame.decode_blocks(&LAST_BLOCK[..], BlockDecodingStrategy::UptoBlocks(1));
        }
        self.place = Place::Over(then);
    }

    fn end(&self) -> Then {
        match self.frame.get_checksum_from_data() {
            Some(sum) if self.frame.get_calculated_checksum() != Some(sum) => {
                Then::Damaged("its check sum is wrong".to_owned())
            }
            _ => Then::End,
        }
    }
}

impl Codec for Zstd {
    const MEMBER: &'static str = "zstd frame";
    const MAGIC_LENGTH: usize = MAGIC.len();

    fn begins(first: &[u8]) -> bool {
        let is_skippable =
            matches!(first.split_first(), Some((0x50..=0x5f, rest)) if begins_with(rest, &SKIPPABLE));
        is_skippable || begins_with(first, &MAGIC)
    }

    fn decode<R: Read>(&mut self, source: &mut Source<R>, out: &mut [u8]) -> Step {
        loop {
            match &mut self.place {
                Place::Start => {
                    if let Some(then) = self.start(source) {
                        return Step { bytes: 0, then };
                    }
                }
                Place::Skipping(left) => {
                    let waiting = source.peek(1).len();
                    let passed = waiting.min(usize::try_from(*left).unwrap_or(usize::MAX));
                    source.consume(passed);
                    *left -= passed as u64;
                    let then = match (*left, waiting) {
                        (0, _) => Then::End,
                        (_, 0) => Then::Starved,
                        _ => continue,
                    };
                    return Step { bytes: 0, then };
                }
                Place::Blocks => {
                    let bytes = self.frame.read(out).unwrap_or_default();
                    if bytes > 0 {
                        return Step { bytes, then: Then::More };
                    }
                    self.block(source);
                }
                Place::Over(then) => {
                    let bytes = self.frame.read(out).unwrap_or_default();
                    let then = match bytes {
                        0 => then.take().unwrap_or_else(|| self.end()),
                        _ => Then::More,
                    };
                    return Step { bytes, then };
                }
            }
        }
    }

    fn restart(&mut self) {
        self.place = Place::Start;
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
