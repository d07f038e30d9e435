//! Compresses the bodies of requests.

use std::sync::Mutex;

use flate2::{Compress, Compression, FlushCompress, Status};

use crate::load::parallel::lock;

/// Compressors that wait for their next body: as many as there are requests at a time, mostly.
const IDLE: usize = 4;

/// The most bytes of a window, as a power of two.
const WINDOW: u8 = 15;

/// Compressors of one level, which are used again: each has 270 kB of aligned memory, and where such blocks come and go, the heap of glibc
/// before 2.38 grows by holes that it cannot use (bug 14581): with requests of 64 kB that were often sent again, to 140 MB.
#[derive(Debug)]
pub(super) struct Gzip {
    level: Compression,
    idle: Mutex<Vec<Compress>>,
}

impl Gzip {
    /// Of a level from 1 (fast) to 9.
    pub(super) fn new(level: u32) -> Self {
        Self { level: Compression::new(level.min(9)), idle: Mutex::default() }
    }

    /// The body as a gzip stream. Should that fail, it is empty: such a body is refused, and nothing is lost.
    pub(super) fn compress(&self, body: &[u8]) -> Vec<u8> {
        let idle = lock(&self.idle).pop();
        let mut compressor = idle.unwrap_or_else(|| Compress::new_gzip(self.level, WINDOW));
        let compressed = stream(&mut compressor, body).unwrap_or_default();
        compressor.reset();
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE {
            idle.push(compressor);
        }
        compressed
    }
}

fn stream(compressor: &mut Compress, body: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len() / 4 + 64);
    let mut rest = body;
    loop {
        let before = compressor.total_in();
        let status = compressor.compress_vec(rest, &mut out, FlushCompress::Finish).ok()?;
        if status == Status::StreamEnd {
            return Some(out);
        }
        let taken = usize::try_from(compressor.total_in() - before).ok()?;
        rest = rest.get(taken..)?;
        out.reserve(rest.len() / 4 + 64);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that panics has failed")]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn one_compressor_gives_one_whole_stream_after_the_other() {
        let gzip = Gzip::new(1);
        let noise: Vec<u8> =
            (0..300_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for body in [&b""[..], b"{}\n", &noise, &noise[..1], &b"abc".repeat(100_000)] {
            let mut text = Vec::new();
            GzDecoder::new(&gzip.compress(body)[..]).read_to_end(&mut text).unwrap();
            assert_eq!(text, body);
        }
        assert_eq!(gzip.idle.lock().unwrap().len(), 1);
    }
}
