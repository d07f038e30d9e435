//! The bytes of an object as they are stored, block by block.
//!
//! Remembers the reader's own error apart from what a decoder says about the bytes: the one is worth another
//! try, the other is not. Does not know compression.

use std::io::{self, ErrorKind, Read};

/// Stored bytes that are read at once. A network body arrives in pieces of this order.
const BLOCK: usize = 128 * 1024;

/// A reader, the block that was read last, and how it ended.
pub(crate) struct Source<R> {
    reader: R,
    block: Box<[u8]>,
    start: usize,
    end: usize,
    consumed: u64,
    ended: Option<Result<(), String>>,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, block: vec![0; BLOCK].into_boxed_slice(), start: 0, end: 0, consumed: 0, ended: None }
    }

    /// Bytes that wait, at least `count` of them if there are so many. `count` is at most a block, and small in
    /// comparison where speed matters.
    pub(crate) fn peek(&mut self, count: usize) -> &[u8] {
        while self.end - self.start < count && self.ended.is_none() {
            self.block.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            let free = self.block.get_mut(self.end..).unwrap_or_default();
            match read(&mut self.reader, free) {
                Ok(0) => self.ended = Some(Ok(())),
                Ok(read) => self.end += read,
                Err(error) => self.ended = Some(Err(error.to_string())),
            }
        }
        self.block.get(self.start..self.end).unwrap_or_default()
    }

    /// Marks bytes that `peek` gave as used.
    pub(crate) fn consume(&mut self, count: usize) {
        let start = (self.start + count).min(self.end);
        self.consumed += (start - self.start) as u64;
        self.start = start;
    }

    /// How many bytes have been used so far.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Moves bytes to `out`: what waits first, then straight from the reader. Gives 0 at the end, or if there is no room.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> usize {
        // A reader that is asked for nothing gives nothing, which must not be taken for its end.
        if out.is_empty() {
            return 0;
        }
        let mut waiting = self.block.get(self.start..self.end).unwrap_or_default();
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

    /// What the reader said when it failed.
    pub(crate) fn failure(&self) -> Option<&str> {
        match &self.ended {
            Some(Err(reason)) => Some(reason),
            _ => None,
        }
    }
}

/// One read, again when a signal interrupted it, and never more than there was room for.
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
