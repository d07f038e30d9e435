//! A zip archive (APPNOTE.TXT), read from its front as a stream: the entries one after the other, as one text.
//!
//! The directory at its end, which could only be used by seeking, is passed over: each entry's own header and what
//! stands behind it are enough. Memory does not depend on the archive. Does not know lines, but ends the last line
//! of each entry before the next one's first.

mod entry;
mod record;

use std::io::Read;

use flate2::Decompress;

use self::entry::{End, Entry};
use self::record::{Fault, Record};
use super::members::pass_zeros;
use super::source::Source;
use super::stop::{Filled, Stop};

/// Whether a zip archive begins with these bytes: an entry, or the end of an archive without any.
pub(crate) fn begins(head: &[u8]) -> bool {
    [record::ENTRY, record::END, record::END_64].iter().any(|signature| head.starts_with(signature))
}

/// Where in the archive the decoder stands.
enum Place {
    BetweenRecords,
    Entry(Box<Entry>),
    BehindEnd,
}

/// The decoder of one archive.
pub(crate) struct Zip {
    inflate: Decompress,
    place: Place,
    entries: u64,
    /// The text so far ends inside a line.
    line_is_open: bool,
}

impl Zip {
    pub(crate) fn new() -> Self {
        Self {
            inflate: Decompress::new(false),
            place: Place::BetweenRecords,
            entries: 0,
            line_is_open: false,
        }
    }

    /// Decodes into `out`, which has room for a container's head and some: some bytes, or the reason why there are
    /// no more, or both.
    pub(crate) fn fill<R: Read>(&mut self, source: &mut Source<R>, out: &mut [u8]) -> Filled {
        loop {
            let (bytes, end) = match &mut self.place {
                Place::BetweenRecords => (0, self.next_record(source).err().map(Err)),
                Place::Entry(entry) => {
                    entry_text(entry, &mut self.inflate, &mut self.line_is_open, source, out)
                }
                Place::BehindEnd => return Filled { bytes: 0, stop: Some(behind_end(source)) },
            };
            let stop = match end {
                Some(Err(fault)) => Some(self.stop(fault, source)),
                Some(Ok(())) => {
                    self.place = Place::BetweenRecords;
                    None
                }
                None => None,
            };
            if bytes > 0 || stop.is_some() {
                return Filled { bytes, stop };
            }
        }
    }

    fn next_record<R: Read>(&mut self, source: &mut Source<R>) -> Result<(), Fault> {
        match record::read(source)? {
            Record::Entry(header) => {
                self.entries += 1;
                self.inflate.reset(false);
                self.place = Place::Entry(Box::new(Entry::new(header)));
            }
            Record::Directory => {}
            Record::End => self.place = Place::BehindEnd,
        }
        Ok(())
    }

    fn stop<R: Read>(&self, fault: Fault, source: &Source<R>) -> Stop {
        let count = self.entries;
        let what = match &self.place {
            Place::Entry(entry) => format!("zip entry {count} ('{}')", entry.name()),
            _ if count == 0 => "the zip archive".to_owned(),
            _ => format!("the zip archive, behind entry {count}"),
        };
        match (fault, source.failure()) {
            (Fault::Cut, Some(reason)) => Stop::SourceFailed(reason.to_owned()),
            (Fault::Cut, None) => Stop::Damaged(format!("the file ends inside {what}")),
            (Fault::Damaged(reason), _) => Stop::Damaged(format!("{what} is damaged: {reason}")),
            (Fault::Refused(reason), _) => Stop::Damaged(format!("{what}: {reason}")),
        }
    }
}

/// Text of an entry, with the end of the line before it that its own first line needs.
fn entry_text<R: Read>(
    entry: &mut Entry,
    inflate: &mut Decompress,
    line_is_open: &mut bool,
    source: &mut Source<R>,
    out: &mut [u8],
) -> (usize, Option<End>) {
    let before = usize::from(*line_is_open && entry.is_at_start());
    let (bytes, end) = entry.fill(inflate, source, out.get_mut(before..).unwrap_or_default());
    if bytes == 0 {
        return (0, end);
    }
    if let Some(first) = out.first_mut().filter(|_| before > 0) {
        *first = b'\n';
    }
    *line_is_open = out.get(before + bytes - 1) != Some(&b'\n');
    (before + bytes, end)
}

fn behind_end<R: Read>(source: &mut Source<R>) -> Stop {
    if !pass_zeros(source) {
        return Stop::Damaged("what follows the zip archive is not zeros".to_owned());
    }
    source.failure().map_or(Stop::End, |reason| Stop::SourceFailed(reason.to_owned()))
}
