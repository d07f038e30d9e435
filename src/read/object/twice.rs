//! Gzip in gzip: a subscription of CloudWatch Logs packs each of its objects, and a delivery stream of Firehose can pack them all once
//! more.

use std::io::{self, Read};

use super::gzip::Gzip;
use super::inflation::Inflation;
use super::members::Members;
use super::stored::{Filled, Stop, StoredBytes};

/// The text of an object that is packed twice.
pub(crate) struct PackedTwice<R> {
    inner: Members<Gzip>,
    source: StoredBytes<Outer<R>>,
}

/// What the outer gzip holds.
struct Outer<R> {
    source: StoredBytes<R>,
    gzip: Members<Gzip>,
    /// What was decoded before it was known to be packed.
    ahead: io::Cursor<Vec<u8>>,
    given: u64,
    bounds: Inflation,
    stop: Option<Stop>,
}

impl<R: Read> PackedTwice<R> {
    /// Goes on where `gzip` has decoded `ahead`, and stopped there if `stop` says so.
    pub(crate) fn new(
        source: StoredBytes<R>,
        gzip: Members<Gzip>,
        ahead: Filled,
        bytes: &[u8],
        bounds: Inflation,
    ) -> Self {
        let ahead_bytes = io::Cursor::new(bytes.to_vec());
        let given = bytes.len() as u64;
        let outer = Outer { source, gzip, ahead: ahead_bytes, given, bounds, stop: ahead.stop };
        Self { inner: Members::new(), source: StoredBytes::new(outer) }
    }

    /// Writes text to the front of `out`, as [`Members::fill`] does.
    pub(crate) fn fill(&mut self, out: &mut [u8]) -> Filled {
        let filled = self.inner.fill(&mut self.source, out);
        match (&filled.stop, &self.source.reader().stop) {
            // It is the outer gzip that is damaged, which no other try will mend.
            (Some(Stop::SourceFailed(_)), Some(Stop::Damaged(reason))) => {
                Filled { stop: Some(Stop::Damaged(reason.clone())), ..filled }
            }
            _ => filled,
        }
    }

    /// Returns the number of stored bytes that have been used so far.
    pub(crate) fn consumed(&self) -> u64 {
        self.source.reader().source.consumed()
    }
}

impl<R: Read> Read for Outer<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ahead = self.ahead.read(out)?;
        if ahead > 0 || out.is_empty() {
            return Ok(ahead);
        }
        if self.stop.is_none() {
            let filled = self.gzip.fill(&mut self.source, out);
            self.given += filled.bytes as u64;
            let exceeded = self.bounds.exceeded(self.given, self.source.consumed());
            self.stop = exceeded.map(Stop::Damaged).or(filled.stop);
            if filled.bytes > 0 {
                return Ok(filled.bytes);
            }
        }
        match &self.stop {
            None | Some(Stop::End) => Ok(0),
            Some(Stop::Damaged(reason) | Stop::SourceFailed(reason)) => Err(io::Error::other(reason.clone())),
        }
    }
}
