//! Gzip (RFC 1952): all members of it, one after the other.
//!
//! zlib reads header, deflate stream and check sum itself. The raw inflater stands here instead of flate2's
//! readers because those drop the bytes that were decoded by the same call that met a damage; here they count.
//! Does not know lines.

use std::io::Read;

use flate2::{Decompress, FlushDecompress, Status};

use super::source::Source;
use super::text::{Filled, Stop};

/// The first bytes of a gzip member.
pub(crate) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// zlib's largest window, which every encoder may use.
const WINDOW_BITS: u8 = 15;

/// Where in the file the inflater stands.
enum Place {
    Member,
    BetweenMembers,
}

/// The decoder of one gzip file.
pub(crate) struct Gzip {
    inflate: Decompress,
    place: Place,
    members: u64,
}

impl Gzip {
    pub(crate) fn new() -> Self {
        Self { inflate: Decompress::new_gzip(WINDOW_BITS), place: Place::Member, members: 1 }
    }

    /// Decodes into `out`, which is not empty: some bytes, or the reason why there are no more, or both.
    pub(crate) fn fill<R: Read>(&mut self, source: &mut Source<R>, out: &mut [u8]) -> Filled {
        loop {
            if let Place::BetweenMembers = self.place
                && let Some(stop) = self.next_member(source)
            {
                return Filled { bytes: 0, stop: Some(stop) };
            }
            let input = source.peek(1);
            let (read_before, given_before) = (self.inflate.total_in(), self.inflate.total_out());
            let verdict = self.inflate.decompress(input, out, FlushDecompress::None);
            let at_end = input.is_empty();
            let read = to_usize(self.inflate.total_in() - read_before);
            let bytes = to_usize(self.inflate.total_out() - given_before);
            source.consume(read);
            let stop = match verdict {
                Ok(Status::StreamEnd) => {
                    self.place = Place::BetweenMembers;
                    None
                }
                Ok(_) if bytes > 0 || (read > 0 && !at_end) => None,
                Ok(_) => Some(source.failure().map_or_else(
                    || Stop::Damaged(format!("the file ends inside gzip member {}", self.members)),
                    |reason| Stop::SourceFailed(reason.to_owned()),
                )),
                Err(error) => Some(Stop::Damaged(format!(
                    "gzip member {} is damaged: {}",
                    self.members,
                    error.message().unwrap_or("no reason given")
                ))),
            };
            if bytes > 0 || stop.is_some() {
                return Filled { bytes, stop };
            }
        }
    }

    /// Looks what follows a member: another one, nothing, or zeros (tapes and block devices pad with them).
    fn next_member<R: Read>(&mut self, source: &mut Source<R>) -> Option<Stop> {
        loop {
            let input = source.peek(1);
            let waiting = input.len();
            let zeros = input.iter().take_while(|byte| **byte == 0).count();
            source.consume(zeros);
            if zeros < waiting {
                break;
            }
            if waiting == 0 {
                let failure = source.failure().map(str::to_owned);
                return Some(failure.map_or(Stop::End, Stop::SourceFailed));
            }
        }
        let magic = source.peek(MAGIC.len());
        // A single first byte at the end may be a member that was cut off: the inflater will say so.
        if !MAGIC.starts_with(magic.get(..MAGIC.len()).unwrap_or(magic)) {
            return Some(Stop::Damaged(format!(
                "what follows gzip member {} is neither another member nor zeros",
                self.members
            )));
        }
        self.members += 1;
        self.inflate.reset(true);
        self.place = Place::Member;
        None
    }
}

/// A difference of zlib's counters, which is at most the length of a buffer.
fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
