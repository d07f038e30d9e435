//! A zip archive (APPNOTE.TXT), read from its front as a stream: the entries one after the other, as one text. The last line of an entry
//! ends before the first line of the next.
//!
//! The directory at the end of the archive, which only a reader that seeks could use, is passed over: the header of each entry and the
//! descriptor behind it are enough. The memory does not depend on the archive.
//!
//! This is code of our own, behind the feature `zip`, because no crate that is well kept reads zip archives like this: `zip` refuses
//! lengths behind an entry where it cannot seek, `async_zip` is asynchronous, and `rc-zip-sync` advises against its reader of streams.

mod entry;
mod headers;

use std::io::Read;

use flate2::Decompress;

use self::entry::{End, ZipEntry};
use self::headers::{ZipFault, ZipRecord};
use super::members::pass_zeros;
use super::stored::{Filled, Stop, StoredBytes};
use crate::bytes::slice::bytes_mut;

/// Where in the archive the decoder stands.
enum ZipPosition {
    BetweenRecords,
    Entry(Box<ZipEntry>),
    BehindEnd,
}

/// The decoder of one archive.
pub(crate) struct Zip {
    inflate: Decompress,
    position: ZipPosition,
    entries: u64,
    /// Whether the text so far ends inside a line.
    line_is_open: bool,
}

impl Zip {
    pub(crate) fn new() -> Self {
        Self {
            inflate: Decompress::new(false),
            position: ZipPosition::BetweenRecords,
            entries: 0,
            line_is_open: false,
        }
    }

    /// Decodes into `out`, which has room for more than a container's head. Returns some bytes, or the reason why there are no more, or both.
    pub(crate) fn fill<R: Read>(&mut self, source: &mut StoredBytes<R>, out: &mut [u8]) -> Filled {
        loop {
            let (bytes, end) = match &mut self.position {
                ZipPosition::BetweenRecords => (0, self.next_record(source).err().map(Err)),
                ZipPosition::Entry(entry) if entry.is_passed_over() => {
                    (0, entry.fill(&mut self.inflate, source, out).1)
                }
                ZipPosition::Entry(entry) => {
                    entry_text(entry, &mut self.inflate, &mut self.line_is_open, source, out)
                }
                ZipPosition::BehindEnd => return Filled { bytes: 0, stop: Some(behind_end(source)) },
            };
            let stop = match end {
                Some(Err(fault)) => Some(self.stop(fault, source)),
                Some(Ok(())) => {
                    self.position = ZipPosition::BetweenRecords;
                    None
                }
                None => None,
            };
            if bytes > 0 || stop.is_some() {
                return Filled { bytes, stop };
            }
        }
    }

    fn next_record<R: Read>(&mut self, source: &mut StoredBytes<R>) -> Result<(), ZipFault> {
        match headers::read(source)? {
            ZipRecord::Entry(header) => {
                self.entries += 1;
                self.inflate.reset(false);
                self.position = ZipPosition::Entry(Box::new(ZipEntry::new(header)));
            }
            ZipRecord::Directory => {}
            ZipRecord::End => self.position = ZipPosition::BehindEnd,
        }
        Ok(())
    }

    fn stop<R: Read>(&self, fault: ZipFault, source: &StoredBytes<R>) -> Stop {
        let count = self.entries;
        let what = match &self.position {
            ZipPosition::Entry(entry) => format!("zip entry {count} ('{}')", entry.name()),
            _ if count == 0 => "the zip archive".to_owned(),
            _ => format!("the zip archive, behind entry {count}"),
        };
        match (fault, source.failure()) {
            (ZipFault::Cut, Some(reason)) => Stop::SourceFailed(reason.to_owned()),
            (ZipFault::Cut, None) => Stop::Damaged(format!("the file ends inside {what}")),
            (ZipFault::Damaged(reason), _) => Stop::Damaged(format!("{what} is damaged: {reason}")),
            (ZipFault::Refused(reason), _) => Stop::Damaged(format!("{what}: {reason}")),
        }
    }
}

/// Decodes text of an entry, behind the end of the line before it, if that is missing.
fn entry_text<R: Read>(
    entry: &mut ZipEntry,
    inflate: &mut Decompress,
    line_is_open: &mut bool,
    source: &mut StoredBytes<R>,
    out: &mut [u8],
) -> (usize, Option<End>) {
    let before = usize::from(*line_is_open && entry.is_at_start());
    let (bytes, end) = entry.fill(inflate, source, bytes_mut(out, before..));
    if bytes == 0 {
        return (0, end);
    }
    if let Some(first) = out.first_mut().filter(|_| before > 0) {
        *first = b'\n';
    }
    *line_is_open = out.get(before + bytes - 1) != Some(&b'\n');
    (before + bytes, end)
}

fn behind_end<R: Read>(source: &mut StoredBytes<R>) -> Stop {
    if !pass_zeros(source) {
        return Stop::Damaged("what follows the zip archive is not zeros".to_owned());
    }
    source.stop()
}
