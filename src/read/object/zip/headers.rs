//! The records that a zip archive consists of, told by their signatures (APPNOTE.TXT 4.3). Only the headers of entries and the descriptors
//! behind them are read; the directory is passed over.

use std::io::Read;

use crate::read::object::container::{ZIP_END as END, ZIP_END_64 as END_64, ZIP_ENTRY as ENTRY};
use crate::read::object::stored::StoredBytes;

/// Data descriptor (4.3.9).
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// Central directory header (4.3.12).
const DIRECTORY: [u8; 4] = *b"PK\x01\x02";
/// Archive extra data record (4.3.11).
const EXTRA_DATA: [u8; 4] = *b"PK\x06\x08";
/// Digital signature (4.3.13).
const SIGNATURE: [u8; 4] = *b"PK\x05\x05";
/// Zip64 end of central directory locator (4.3.15).
const LOCATOR_64: [u8; 4] = *b"PK\x06\x07";

/// The extra field with lengths of 64 bits (4.5.3).
const EXTRA_64: u16 = 1;

/// A length of 32 bits which says that the length stands in the extra field (4.4.8).
const LOOK_INTO_EXTRA: u32 = u32::MAX;

/// The most bytes of a name that messages show.
const SHOWN_NAME: usize = 100;

/// One record.
pub(super) enum ZipRecord {
    /// An entry, whose data follows.
    Entry(ZipHeader),
    /// A part of the directory, which has been passed over.
    Directory,
    /// The end of the archive.
    End,
}

/// What the header of an entry says.
pub(super) struct ZipHeader {
    /// The name as messages show it.
    pub(super) name: String,
    /// A Mac has added it to the archive, beside the files that were packed.
    pub(super) is_of_mac: bool,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) lengths: Lengths,
}

/// The check sum and the lengths of an entry, which tell whether it is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lengths {
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) unpacked: u64,
}

/// Why an archive cannot be read on.
pub(super) enum ZipFault {
    /// The archive ends too early, or the reader failed.
    Cut,
    /// The bytes are wrong.
    Damaged(String),
    /// The archive may be right, but uses something that is not read.
    Refused(String),
}

/// Reads the next record, up to the data of an entry.
pub(super) fn read<R: Read>(source: &mut StoredBytes<R>) -> Result<ZipRecord, ZipFault> {
    let signature = *source.peek(4).first_chunk().ok_or(ZipFault::Cut)?;
    match signature {
        ENTRY => return Ok(ZipRecord::Entry(header(source)?)),
        DIRECTORY => {
            let fixed: [u8; 46] = take(source)?;
            let following: u64 = [28, 30, 32].iter().map(|at| u64::from(u16_at(&fixed, *at))).sum();
            pass(source, following)?;
        }
        EXTRA_DATA => {
            let fixed: [u8; 8] = take(source)?;
            pass(source, u64::from(u32_at(&fixed, 4)))?;
        }
        SIGNATURE => {
            let fixed: [u8; 6] = take(source)?;
            pass(source, u64::from(u16_at(&fixed, 4)))?;
        }
        END_64 => {
            let fixed: [u8; 12] = take(source)?;
            pass(source, u64_at(&fixed, 4))?;
        }
        LOCATOR_64 => pass(source, 20)?,
        END => {
            let fixed: [u8; 22] = take(source)?;
            pass(source, u64::from(u16_at(&fixed, 20)))?;
            return Ok(ZipRecord::End);
        }
        _ => return Err(ZipFault::Damaged("there is no zip record where one should be".to_owned())),
    }
    Ok(ZipRecord::Directory)
}

/// Passes over a data descriptor that says the same as `lengths`, with or without its signature, with lengths of 64 bits or of 32. Returns
/// whether there is one.
pub(super) fn descriptor<R: Read>(source: &mut StoredBytes<R>, lengths: Lengths) -> Result<bool, ZipFault> {
    let Lengths { crc, packed, unpacked } = lengths;
    let wide = [packed.to_le_bytes(), unpacked.to_le_bytes()].concat();
    // Writers of 32 bits store what fits.
    #[expect(clippy::cast_possible_truncation, reason = "the low half is what stands there")]
    let narrow = [(packed as u32).to_le_bytes(), (unpacked as u32).to_le_bytes()].concat();
    let mut is_cut = false;
    for signature in [&DESCRIPTOR[..], &[]] {
        for lengths in [&wide, &narrow] {
            let expected = [signature, &crc.to_le_bytes(), lengths].concat();
            let waiting = source.peek(expected.len());
            if waiting.starts_with(&expected) {
                source.consume(expected.len());
                return Ok(true);
            }
            is_cut |= expected.starts_with(waiting);
        }
    }
    if is_cut { Err(ZipFault::Cut) } else { Ok(false) }
}

fn header<R: Read>(source: &mut StoredBytes<R>) -> Result<ZipHeader, ZipFault> {
    let fixed: [u8; 30] = take(source)?;
    let (packed, unpacked) = (u32_at(&fixed, 18), u32_at(&fixed, 22));
    let mut lengths =
        Lengths { crc: u32_at(&fixed, 14), packed: u64::from(packed), unpacked: u64::from(unpacked) };
    let name = peek(source, u16_at(&fixed, 26))?;
    let name_length = name.len();
    let is_of_mac = name.starts_with(b"__MACOSX/") || name.ends_with(b".DS_Store");
    let shown = name.get(..SHOWN_NAME).unwrap_or(name);
    let name = String::from_utf8_lossy(shown).escape_debug().to_string();
    source.consume(name_length);
    let mut extra = peek(source, u16_at(&fixed, 28))?;
    let extra_length = extra.len();
    while let Some((id, field, rest)) = extra_field(extra) {
        if id == EXTRA_64 {
            let mut values = field.chunks_exact(8).map(|value| u64_at(value, 0));
            for (short, long) in [(unpacked, &mut lengths.unpacked), (packed, &mut lengths.packed)] {
                if short == LOOK_INTO_EXTRA {
                    *long = values.next().unwrap_or(*long);
                }
            }
        }
        extra = rest;
    }
    source.consume(extra_length);
    Ok(ZipHeader { name, is_of_mac, flags: u16_at(&fixed, 6), method: u16_at(&fixed, 8), lengths })
}

/// Returns the id and the data of the first extra field, and the fields behind it.
fn extra_field(extra: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (head, rest) = extra.split_at_checked(4)?;
    let (field, rest) = rest.split_at_checked(usize::from(u16_at(head, 2)))?;
    Some((u16_at(head, 0), field, rest))
}

fn peek<R: Read>(source: &mut StoredBytes<R>, length: u16) -> Result<&[u8], ZipFault> {
    source.peek(usize::from(length)).get(..usize::from(length)).ok_or(ZipFault::Cut)
}

fn take<const N: usize, R: Read>(source: &mut StoredBytes<R>) -> Result<[u8; N], ZipFault> {
    let bytes = *source.peek(N).first_chunk().ok_or(ZipFault::Cut)?;
    source.consume(N);
    Ok(bytes)
}

fn pass<R: Read>(source: &mut StoredBytes<R>, length: u64) -> Result<(), ZipFault> {
    let mut left = length;
    while left > 0 {
        let passed = source.peek(1).len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if passed == 0 {
            return Err(ZipFault::Cut);
        }
        source.consume(passed);
        left -= passed as u64;
    }
    Ok(())
}

/// Returns the bytes of a number at an offset, where the caller knows that there is one.
fn number_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let number = bytes.get(at..).and_then(|bytes| bytes.first_chunk()).copied();
    debug_assert!(number.is_some(), "no number of {N} bytes at {at}");
    number.unwrap_or([0; N])
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(number_at(bytes, at))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(number_at(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(number_at(bytes, at))
}
