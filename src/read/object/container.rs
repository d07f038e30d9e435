//! The containers of objects. Their first bytes tell them, never the name of the object.
//!
//! Some containers that are not read are listed too: their bytes would otherwise pass for thousands of odd lines.

use super::bzip2::Bzip2;
use super::gzip::Gzip;
use super::members::Codec;
use super::xz::Xz;
use super::zstd::Zstd;
use crate::bytes::find::is_of_name;

/// The number of bytes at the front of an object that tell its container: tar's magic number ends there.
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
    #[cfg(feature = "zip")]
    Zip,
    /// A container that is not read, with its name.
    Other(&'static str),
}

/// A zip archive, which is not read without the feature `zip`.
#[cfg(feature = "zip")]
const ZIP: Container = Container::Zip;
#[cfg(not(feature = "zip"))]
const ZIP: Container = Container::Other("zip");

/// First bytes of a zip archive: the header of its first entry (APPNOTE.TXT 4.3.7).
pub(crate) const ZIP_ENTRY: [u8; 4] = *b"PK\x03\x04";
/// First bytes of a zip archive without entries: its end (4.3.16).
pub(crate) const ZIP_END: [u8; 4] = *b"PK\x05\x06";
/// The same with lengths of 64 bits (4.3.14).
pub(crate) const ZIP_END_64: [u8; 4] = *b"PK\x06\x06";

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

/// Whether these bytes begin a map of MessagePack whose first key is a name, as fluentd's formatter of that name writes a record.
fn is_msgpack(head: &[u8]) -> bool {
    let behind_map = match head {
        [0x81..=0x8f, rest @ ..] | [0xde, _, _, rest @ ..] => rest,
        _ => return false,
    };
    let name = match behind_map {
        [length @ 0xa1..=0xbf, rest @ ..] => rest.get(..usize::from(length & 0x1f)),
        [0xd9, length, rest @ ..] => rest.get(..usize::from(*length)),
        _ => None,
    };
    name.is_some_and(|name| !name.is_empty() && name.iter().copied().all(is_of_name))
}

impl Container {
    /// Returns the container that begins with `head`, or `None` for text. `head` is the first [`HEAD`] bytes of an object or of what a
    /// container holds, or all of it if it is shorter.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        // A front that is shorter than a magic number is text, unless it is enough to tell.
        let begins = |least: usize, is_magic: fn(&[u8]) -> bool| head.len() >= least && is_magic(head);
        let known = [
            (begins(2, Gzip::begins), Self::Gzip),
            (begins(4, Bzip2::begins), Self::Bzip2),
            (begins(4, Xz::begins), Self::Xz),
            (begins(4, Zstd::begins), Self::Zstd),
        ];
        if let Some((_, container)) = known.into_iter().find(|(begins, _)| *begins) {
            return Some(container);
        }
        if [ZIP_ENTRY, ZIP_END, ZIP_END_64].iter().any(|signature| head.starts_with(signature)) {
            return Some(ZIP);
        }
        if is_msgpack(head) {
            return Some(Self::Other("msgpack"));
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
            #[cfg(feature = "zip")]
            Self::Zip => "zip",
            Self::Other(name) => name,
        }
    }

    /// Returns the reason why the content of this container is not read, if its content, which begins with `head`, is a container too.
    pub(crate) fn refuses(self, head: &[u8]) -> Option<String> {
        let (outer, inner) = (self.name(), Self::of(head)?.name());
        if inner == "msgpack" {
            return Some(Self::unread(inner));
        }
        Some(format!("{inner} in {outer}: an archive in another one is not read; store the logs packed once"))
    }

    /// Returns the reason why a container of this name is not read.
    pub(crate) fn unread(name: &str) -> String {
        let formats = if cfg!(feature = "zip") { "xz, zstd or zip" } else { "xz or zstd" };
        format!("{name}: such files are not read; store the logs as text, gzip, bzip2, {formats}")
    }
}
