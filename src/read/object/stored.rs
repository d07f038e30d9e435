//! The bytes of an object as they are stored, block by block.
//!
//! An error of the reader is kept apart from what a decoder says about the bytes: only the first is worth another try.

use std::io::{self, ErrorKind, Read};

use crate::bytes::slice::{bytes, bytes_mut};

/// The number of stored bytes that are read at once. The body of a network answer arrives in pieces of about this size.
const BLOCK: usize = 128 * 1024;

/// Why there is no more text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The object ended where it should.
    End,
    /// The bytes are wrong, and will be wrong at the next try.
    Damaged(String),
    /// The reader failed.
    SourceFailed(String),
}

/// What one call has decoded.
pub(crate) struct Filled {
    /// The number of bytes written to the front of the buffer.
    pub(crate) bytes: usize,
    /// Why nothing follows these bytes, if nothing does.
    pub(crate) stop: Option<Stop>,
}

/// A reader, the block that was read last, and how the reader ended.
pub(crate) struct StoredBytes<R> {
    reader: R,
    block: Box<[u8]>,
    start: usize,
    end: usize,
    consumed: u64,
    ended: Option<Result<(), String>>,
}

impl<R: Read> StoredBytes<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, block: vec![0; BLOCK].into_boxed_slice(), start: 0, end: 0, consumed: 0, ended: None }
    }

    /// Returns the bytes that are not used yet: at least `count`, if there are so many. `count` is at most a block, and much less where
    /// speed matters, because waiting bytes are moved to the front.
    pub(crate) fn peek(&mut self, count: usize) -> &[u8] {
        while self.end - self.start < count && self.ended.is_none() {
            self.block.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            match read(&mut self.reader, bytes_mut(&mut self.block, self.end..)) {
                Ok(0) => self.ended = Some(Ok(())),
                Ok(read) => self.end += read,
                Err(error) => self.ended = Some(Err(error.to_string())),
            }
        }
        bytes(&self.block, self.start..self.end)
    }

    /// Marks `count` bytes that `peek` has returned as used.
    pub(crate) fn consume(&mut self, count: usize) {
        let start = (self.start + count).min(self.end);
        self.consumed += (start - self.start) as u64;
        self.start = start;
    }

    /// Returns the number of bytes that have been used so far.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Moves bytes to `out`: first those that wait, then straight from the reader. Returns 0 at the end, or if `out` is empty.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> usize {
        // A reader that is asked for nothing gives nothing, which must not be taken for its end.
        if out.is_empty() {
            return 0;
        }
        let mut waiting = bytes(&self.block, self.start..self.end);
        if let Ok(count @ 1..) = waiting.read(out) {
            self.consume(count);
            return count;
        }
        if self.ended.is_some() {
            return 0;
        }
        match read(&mut self.reader, out) {
            Ok(0) => self.ended = Some(Ok(())),
            Ok(count) => {
                self.consumed += count as u64;
                return count;
            }
            Err(error) => self.ended = Some(Err(error.to_string())),
        }
        0
    }

    /// Returns the reader.
    pub(crate) fn reader(&self) -> &R {
        &self.reader
    }

    /// Returns why nothing follows the bytes that were used, where nothing does.
    pub(crate) fn stop(&self) -> Stop {
        self.failure().map_or(Stop::End, |reason| Stop::SourceFailed(reason.to_owned()))
    }

    /// Returns what the reader said when it failed.
    pub(crate) fn failure(&self) -> Option<&str> {
        match &self.ended {
            Some(Err(reason)) => Some(reason),
            _ => None,
        }
    }
}

/// Reads once, and again if a signal interrupted it. A reader that claims more bytes than there was room for has failed.
fn read(reader: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(out) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(count) if count <= out.len() => return Ok(count),
            Ok(_) => {
                return Err(io::Error::other("the reader says that it read more than there was room for"));
            }
        }
    }
}
