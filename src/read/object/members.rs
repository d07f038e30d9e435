//! Files that consist of members of one format, one after the other: gzip, bzip2, xz and zstd.
//!
//! All members are read, as the tools of each format do.

use std::io::Read;

use super::stored::{Filled, Stop, StoredBytes};

/// One format of members.
pub(crate) trait Codec: Sized {
    /// The word for a member in messages: `gzip member`.
    const MEMBER: &'static str;

    /// The number of bytes that tell whether another member begins.
    const MAGIC_LENGTH: usize;

    /// The decoder at the front of a member.
    fn new() -> Self;

    /// Whether a member begins with these bytes. There may be fewer of them than the magic number has, if the member was cut off there.
    fn begins(first: &[u8]) -> bool;

    /// Decodes a part of the member into `out`, which is not empty.
    fn decode<R: Read>(&mut self, source: &mut StoredBytes<R>, out: &mut [u8]) -> Progress;

    /// Makes the decoder ready for another member.
    fn restart(&mut self) {
        *self = Self::new();
    }
}

/// What one call has decoded.
pub(crate) struct Progress {
    /// The number of bytes written to the front of the buffer.
    pub(crate) bytes: usize,
    /// How the member goes on.
    pub(crate) outcome: MemberState,
}

/// How a member goes on.
pub(crate) enum MemberState {
    /// The member may have more text.
    More,
    /// The member ended where it should.
    End,
    /// The source has no more bytes, and the member has not ended.
    Starved,
    /// The bytes of the member are wrong, for this reason.
    Damaged(String),
}

/// The decoder of one file of members.
pub(crate) struct Members<C> {
    codec: C,
    /// A member has ended, and no other has begun.
    is_between: bool,
    count: u64,
}

impl<C: Codec> Members<C> {
    pub(crate) fn new() -> Self {
        Self { codec: C::new(), is_between: false, count: 1 }
    }

    /// Decodes into `out`, which is not empty. Returns some bytes, or the reason why there are no more, or both.
    pub(crate) fn fill<R: Read>(&mut self, source: &mut StoredBytes<R>, out: &mut [u8]) -> Filled {
        loop {
            if self.is_between
                && let Some(stop) = self.next_member(source)
            {
                return Filled { bytes: 0, stop: Some(stop) };
            }
            let Progress { bytes, outcome } = self.codec.decode(source, out);
            let (member, count) = (C::MEMBER, self.count);
            let stop = match outcome {
                MemberState::More => None,
                MemberState::End => {
                    self.is_between = true;
                    None
                }
                MemberState::Starved => Some(source.failure().map_or_else(
                    || Stop::Damaged(format!("the file ends inside {member} {count}")),
                    |reason| Stop::SourceFailed(reason.to_owned()),
                )),
                MemberState::Damaged(reason) => {
                    Some(Stop::Damaged(format!("{member} {count} is damaged: {reason}")))
                }
            };
            if bytes > 0 || stop.is_some() {
                return Filled { bytes, stop };
            }
        }
    }

    /// Goes on to the next member. Returns the end of the file, or why there is neither a member nor an end.
    fn next_member<R: Read>(&mut self, source: &mut StoredBytes<R>) -> Option<Stop> {
        if pass_zeros(source) {
            return Some(source.stop());
        }
        if !C::begins(source.peek(C::MAGIC_LENGTH)) {
            return Some(Stop::Damaged(format!(
                "what follows {} {} is neither another one nor zeros",
                C::MEMBER,
                self.count
            )));
        }
        self.count += 1;
        self.codec.restart();
        self.is_between = false;
        None
    }
}

/// Gives a decoder the bytes that wait, and says how the member goes on. `totals` are the bytes that the decoder has read and written so far;
/// `decode` gives whether the member has ended, or what is wrong with it.
pub(crate) fn decode_with<D, R: Read>(
    decoder: &mut D,
    source: &mut StoredBytes<R>,
    totals: fn(&D) -> (u64, u64),
    decode: impl FnOnce(&mut D, &[u8]) -> Result<bool, String>,
) -> Progress {
    let input = source.peek(1);
    let at_end = input.is_empty();
    let (read_before, given_before) = totals(decoder);
    let verdict = decode(decoder, input);
    let (read, given) = totals(decoder);
    let (read, bytes) = (to_usize(read - read_before), to_usize(given - given_before));
    source.consume(read);
    let outcome = match verdict {
        Ok(true) => MemberState::End,
        Ok(false) if bytes > 0 || (read > 0 && !at_end) => MemberState::More,
        Ok(false) => MemberState::Starved,
        Err(reason) => MemberState::Damaged(reason),
    };
    Progress { bytes, outcome }
}

/// Passes over zeros, with which tapes and block devices pad files. Returns whether nothing follows them.
pub(crate) fn pass_zeros<R: Read>(source: &mut StoredBytes<R>) -> bool {
    loop {
        let input = source.peek(1);
        let waiting = input.len();
        let zeros = input.iter().take_while(|byte| **byte == 0).count();
        source.consume(zeros);
        if zeros < waiting {
            return false;
        }
        if waiting == 0 {
            return true;
        }
    }
}

/// Whether `first` begins with `magic`, or is too short to tell and agrees with it so far.
pub(crate) fn begins_with(first: &[u8], magic: &[u8]) -> bool {
    magic.starts_with(first.get(..magic.len()).unwrap_or(first))
}

/// Converts the difference of two counters of a decoder, which is at most the length of a buffer.
fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
