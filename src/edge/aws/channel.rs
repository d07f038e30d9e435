//! Lets a thread that blocks read the pieces of bytes that an async task sends.

use std::io::{self, Read};

use tokio::sync::mpsc::Receiver;

/// The blocking end of a channel of byte pieces. The channel's bound limits the memory.
///
/// Reading blocks its thread, and panics in an async task, as tokio's `blocking_recv` does.
#[derive(Debug)]
pub struct ChannelReader<B> {
    pieces: Receiver<io::Result<B>>,
    piece: Option<B>,
    read: usize,
}

impl<B: AsRef<[u8]>> ChannelReader<B> {
    /// A reader of what comes through `pieces`: the end of the channel is the end of the bytes, and an error is passed on as it is.
    pub fn new(pieces: Receiver<io::Result<B>>) -> Self {
        Self { pieces, piece: None, read: 0 }
    }
}

impl<B: AsRef<[u8]>> Read for ChannelReader<B> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            let mut rest =
                self.piece.as_ref().and_then(|piece| piece.as_ref().get(self.read..)).unwrap_or_default();
            if !rest.is_empty() {
                let taken = rest.read(out)?;
                self.read += taken;
                return Ok(taken);
            }
            self.piece = match self.pieces.blocking_recv() {
                Some(piece) => Some(piece?),
                None => return Ok(0),
            };
            self.read = 0;
        }
    }
}
