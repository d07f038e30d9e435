//! Containers, told by their first bytes and never by a name.
//!
//! Names those that are not read, too: their bytes would otherwise pass for thousands of odd lines. Does not decode.

use super::bzip2::Bzip2;
use super::gzip::Gzip;
use super::members::Codec;
use super::xz::Xz;
use super::zip;
use super::zstd::Zstd;

/// Bytes of an object's front that tell its container: tar's magic number ends there.
pub(crate) const HEAD: usize = 262;

/// Where tar's magic number stands.
const TAR_MAGIC: usize = 257;

/// What an object is packed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    /// RFC 1952.
    Gzip,
    /// bzip2
    Bzip2,
    /// The .xz file format.
    Xz,
    /// RFC 8878.
    Zstd,
    /// ZIP (APPNOTE.TXT).
    Zip,
    /// One that is not read, by its name.
    Other(&'static str),
}

/// First bytes of containers that are not read. None of them is text.
const OTHERS: [(&[u8], &str); 8] = [
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"LZIP\x01", "lzip"),
    (b"\x1f\x9d", "compress"),
    (b"\xff\x06\x00\x00sNaPpY", "snappy"),
    (b"PAR1\x15", "parquet"),
    (b"PK\x07\x08", "split zip"),
];

impl Container {
    /// The container of an object, or of what stands in another container; nothing if it is text. `head` is its
    /// front, of [`HEAD`] bytes if there are so many.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        // A front that is shorter than a magic number is text, unless it is enough to tell.
        let begins = |least: usize, is_magic: fn(&[u8]) -> bool| head.len() >= least && is_magic(head);
        if begins(2, Gzip::begins) {
            return Some(Self::Gzip);
        }
        if begins(4, Bzip2::begins) {
            return Some(Self::Bzip2);
        }
        if begins(4, Xz::begins) {
            return Some(Self::Xz);
        }
        if begins(4, Zstd::begins) {
            return Some(Self::Zstd);
        }
        if zip::begins(head) {
            return Some(Self::Zip);
        }
        let other = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, name)| *name);
        let tar = || head.get(TAR_MAGIC..).is_some_and(|magic| magic.starts_with(b"ustar")).then_some("tar");
        other.or_else(tar).map(Self::Other)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
            Self::Zip => "zip",
            Self::Other(name) => name,
        }
    }

    /// Why what begins with `head` is not read out of this container, if it is one itself.
    pub(crate) fn refuses(self, head: &[u8]) -> Option<String> {
        let (outer, inner) = (self.name(), Self::of(head)?.name());
        Some(format!("{inner} in {outer}: an archive in another one is not read; store the logs packed once"))
    }

    /// Why this container is not read.
    pub(crate) fn unread(name: &str) -> String {
        format!("{name}: such files are not read; store the logs as text, gzip, bzip2, xz, zstd or zip")
    }
}
