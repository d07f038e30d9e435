//! The memory of messages that are done with, for those to come: one a line, and too much to be asked for each time.
//!
//! Does not know what stood in them.

use std::borrow::Cow;
use std::mem;

/// Bytes of a text whose memory is kept: most messages take less.
const MOST: usize = 4 << 10;

/// Texts that are kept, of which an event needs one.
const TEXTS: usize = 64;

/// Empty texts with the memory of messages.
#[derive(Debug, Default)]
pub struct Spare(Vec<String>);

impl Spare {
    /// Takes back the memory of a message, if it has any of its own.
    pub fn give_back(&mut self, message: &mut Cow<'_, str>) {
        if let Cow::Owned(text) = message
            && text.capacity() <= MOST
            && self.0.len() < TEXTS
        {
            text.clear();
            self.0.push(mem::take(text));
        }
    }

    /// An empty text.
    pub(super) fn take(&mut self) -> String {
        self.0.pop().unwrap_or_default()
    }
}
