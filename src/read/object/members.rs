//! Files that are a row of members of one kind, each packed for itself: gzip, bzip2, xz and zstd.
//!
//! All members are read, one after the other, as the tools of each format do. Does not know how a member is packed.

use std::io::Read;

use super::source::Source;
use super::stop::{Filled, Stop};

/// One format of members.
pub(crate) trait Codec {
    /// What messages call a member: `gzip member`.
    const MEMBER: &'static str;

    /// Bytes that tell whether another member begins.
    const MAGIC_LENGTH: usize;

    /// Whether a member begins with these bytes. There may be fewer than the magic number has: a member that was
    /// cut off there.
    fn begins(first: &[u8]) -> bool;

    /// Decodes a part of the member into `out`, which is not empty.
    fn decode<R: Read>(&mut self, source: &mut Source<R>, out: &mut [u8]) -> Step;

    /// Makes ready for another member.
    fn restart(&mut self);
}

/// What one call decoded.
pub(crate) struct Step {
    /// Bytes written to the front of the buffer.
    pub(crate) bytes: usize,
    /// How the member goes on.
    pub(crate) then: Then,
}

/// How a member goes on.
pub(crate) enum Then {
    /// There may be more of it.
    More,
    /// It ended where it should.
    End,
    /// The source has no more bytes, and the member has not ended.
    Starved,
    /// Its bytes are wrong, for this reason.
    Damaged(String),
}

/// Where in the file the decoder stands.
enum Place {
    Member,
    BetweenMembers,
}

/// The decoder of one file of members.
pub(crate) struct Members<C> {
    codec: C,
    place: Place,
    count: u64,
}

impl<C: Codec> Members<C> {
    pub(crate) fn new(codec: C) -> Self {
        Self { codec, place: Place::Member, count: 1 }
    }

    /// Decodes into `out`, which is not empty: some bytes, or the reason why there are no more, or both.
    pub(crate) fn fill<R: Read>(&mut self, source: &mut Source<R>, out: &mut [u8]) -> Filled {
        loop {
            if let Place::BetweenMembers = self.place
                && let Some(stop) = self.next_member(source)
            {
                return Filled { bytes: 0, stop: Some(stop) };
            }
            let Step { bytes, then } = self.codec.decode(source, out);
            let (member, count) = (C::MEMBER, self.count);
            let stop = match then {
                Then::More => None,
                Then::End => {
                    self.place = Place::BetweenMembers;
                    None
                }
                Then::Starved => Some(source.failure().map_or_else(
                    || Stop::Damaged(format!("the file ends inside {member} {count}")),
                    |reason| Stop::SourceFailed(reason.to_owned()),
                )),
                Then::Damaged(reason) => {
                    Some(Stop::Damaged(format!("{member} {count} is damaged: {reason}")))
                }
            };
            if bytes > 0 || stop.is_some() {
                return Filled { bytes, stop };
            }
        }
    }

    /// Looks what follows a member: another one, nothing, or padding.
    fn next_member<R: Read>(&mut self, source: &mut Source<R>) -> Option<Stop> {
        if pass_zeros(source) {
            let failure = source.failure().map(str::to_owned);
            return Some(failure.map_or(Stop::End, Stop::SourceFailed));
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
        self.place = Place::Member;
        None
    }
}

/// Passes over zeros, with which tapes and block devices pad; true if nothing follows them.
pub(crate) fn pass_zeros<R: Read>(source: &mut Source<R>) -> bool {
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

/// Whether `first` begins with `magic`, or is the front of it because nothing follows.
pub(crate) fn begins_with(first: &[u8], magic: &[u8]) -> bool {
    magic.starts_with(first.get(..magic.len()).unwrap_or(first))
}

/// A difference of a decoder's counters, which is at most the length of a buffer.
pub(crate) fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
