//! One entry of a zip archive: its data, and the check whether it is whole.

use std::io::Read;

use flate2::{Crc, Decompress};

use super::headers;
use super::headers::{Lengths, ZipFault, ZipHeader};
use crate::bytes::slice;
use crate::bytes::slice::bytes_mut;
use crate::read::object::container::{Container, HEAD};
use crate::read::object::gzip::inflate as inflate_part;
use crate::read::object::members::{MemberState, Progress};
use crate::read::object::stored::StoredBytes;

/// Flags of an entry that cannot be read (APPNOTE.TXT 4.4.4): encrypted, strongly encrypted, header masked.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;

/// The flag of an entry whose lengths stand behind it.
const DESCRIBED_BEHIND: u16 = 1 << 3;

const STORED: u16 = 0;
const DEFLATE: u16 = 8;

/// How an entry ended.
pub(super) type End = Result<(), ZipFault>;

/// One entry.
pub(super) struct ZipEntry {
    header: ZipHeader,
    crc: Crc,
    packed: u64,
    unpacked: u64,
}

impl ZipEntry {
    pub(super) fn new(header: ZipHeader) -> Self {
        Self { header, crc: Crc::new(), packed: 0, unpacked: 0 }
    }

    pub(super) fn name(&self) -> &str {
        &self.header.name
    }

    /// Whether its bytes are no log.
    pub(super) fn is_passed_over(&self) -> bool {
        self.header.is_of_mac
    }

    /// Whether none of its text has been decoded.
    pub(super) fn is_at_start(&self) -> bool {
        self.unpacked == 0
    }

    /// Decodes into `out`. Returns the number of bytes, and how the entry ended, if it did. `inflate` is the same at each call.
    pub(super) fn fill<R: Read>(
        &mut self,
        inflate: &mut Decompress,
        source: &mut StoredBytes<R>,
        out: &mut [u8],
    ) -> (usize, Option<End>) {
        if let Some(reason) = self.unreadable() {
            return (0, Some(Err(ZipFault::Refused(reason))));
        }
        // The front has to tell whether it is another container.
        let is_front = self.is_at_start();
        let wanted = if is_front { HEAD } else { 1 };
        let (mut bytes, mut end) = (0, None);
        while bytes < wanted && end.is_none() {
            let room = bytes_mut(out, bytes..);
            let Progress { bytes: more, outcome } = match self.header.method {
                STORED => self.copy(source, room),
                _ => inflate_part(inflate, source, room),
            };
            self.crc.update(slice::bytes(room, ..more));
            self.unpacked += more as u64;
            bytes += more;
            end = match outcome {
                MemberState::More => None,
                MemberState::End => Some(self.finish(inflate, source)),
                MemberState::Starved => Some(Err(ZipFault::Cut)),
                MemberState::Damaged(reason) => Some(Err(ZipFault::Damaged(reason))),
            };
        }
        let head = slice::bytes(out, ..bytes);
        match is_front.then(|| Container::Zip.refuses(head)).flatten() {
            Some(reason) => (0, Some(Err(ZipFault::Refused(reason)))),
            None => (bytes, end),
        }
    }

    fn unreadable(&self) -> Option<String> {
        if self.header.flags & ENCRYPTED != 0 {
            return Some("it is encrypted; store it without a password".to_owned());
        }
        let method = match self.header.method {
            STORED | DEFLATE => return None,
            9 => "deflate64".to_owned(),
            12 => "bzip2".to_owned(),
            14 => "lzma".to_owned(),
            93 => "zstd".to_owned(),
            95 => "xz".to_owned(),
            other => format!("number {other}"),
        };
        Some(format!("its compression method, {method}, is not read; pack it with deflate"))
    }

    fn copy<R: Read>(&mut self, source: &mut StoredBytes<R>, out: &mut [u8]) -> Progress {
        let left = self.header.lengths.packed - self.packed;
        let count = out.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let bytes = source.read(bytes_mut(out, ..count));
        self.packed += bytes as u64;
        let outcome = match (left, bytes) {
            (0, _) => MemberState::End,
            (_, 0) => MemberState::Starved,
            _ => MemberState::More,
        };
        Progress { bytes, outcome }
    }

    /// Compares the data with what the header, or the descriptor behind the entry, says of it.
    fn finish<R: Read>(&self, inflate: &Decompress, source: &mut StoredBytes<R>) -> End {
        let packed = if self.header.method == STORED { self.packed } else { inflate.total_in() };
        let found = Lengths { crc: self.crc.sum(), packed, unpacked: self.unpacked };
        let is_whole = if self.header.flags & DESCRIBED_BEHIND == 0 {
            found == self.header.lengths
        } else {
            headers::descriptor(source, found)?
        };
        if is_whole {
            return Ok(());
        }
        if self.header.method == STORED && packed == 0 {
            let reason =
                "it is stored with its length behind it, where a stream cannot know it; pack it with deflate";
            return Err(ZipFault::Refused(reason.to_owned()));
        }
        Err(ZipFault::Damaged("its length or its check sum is wrong".to_owned()))
    }
}
