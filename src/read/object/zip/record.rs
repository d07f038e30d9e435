//! The records that a zip archive is made of, told by their signatures (APPNOTE.TXT 4.3).
//!
//! Reads what a stream needs of them, and passes over the rest. Does not decode entries.

use std::io::Read;

use crate::read::object::source::Source;

/// Local file header (4.3.7).
pub(super) const ENTRY: [u8; 4] = *b"PK\x03\x04";
/// End of central directory record (4.3.16).
pub(super) const END: [u8; 4] = *b"PK\x05\x06";
/// Zip64 end of central directory record (4.3.14).
pub(super) const END_64: [u8; 4] = *b"PK\x06\x06";
/// Data descriptor (4.3.9).
pub(super) const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
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

/// A length of 32 bits that says: look into the extra field.
const LOOK_INTO_EXTRA: u32 = u32::MAX;

/// Bytes of a name that messages show.
const SHOWN_NAME: usize = 100;

/// One record.
pub(super) enum Record {
    /// An entry, whose data follows.
    Entry(Header),
    /// A part of the directory, passed over.
    Directory,
    /// The end of the archive.
    End,
}

/// What the header of an entry says.
pub(super) struct Header {
    /// The name as messages show it.
    pub(super) name: String,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) lengths: Lengths,
}

/// What tells whether an entry is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lengths {
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) unpacked: u64,
}

/// Why an archive cannot be read on.
pub(super) enum Fault {
    /// The source has no more bytes.
    Cut,
    /// The bytes are wrong.
    Damaged(String),
    /// The archive may be right, but uses what is not read.
    Refused(String),
}

/// Reads the next record, up to the data of an entry.
pub(super) fn read<R: Read>(source: &mut Source<R>) -> Result<Record, Fault> {
    let signature = *source.peek(4).first_chunk().ok_or(Fault::Cut)?;
    match signature {
        ENTRY => return Ok(Record::Entry(header(source)?)),
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
            return Ok(Record::End);
        }
        _ => return Err(Fault::Damaged("there is no zip record where one should be".to_owned())),
    }
    Ok(Record::Directory)
}

/// Passes over the data descriptor, if there is one that says this, in any of its forms: with or without its
/// signature, with lengths of 64 bits or of 32. False if there is another.
pub(super) fn descriptor<R: Read>(source: &mut Source<R>, lengths: Lengths) -> Result<bool, Fault> {
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
    if is_cut { Err(Fault::Cut) } else { Ok(false) }
}

fn header<R: Read>(source: &mut Source<R>) -> Result<Header, Fault> {
    let fixed: [u8; 30] = take(source)?;
    let (packed, unpacked) = (u32_at(&fixed, 18), u32_at(&fixed, 22));
    let mut lengths =
        Lengths { crc: u32_at(&fixed, 14), packed: u64::from(packed), unpacked: u64::from(unpacked) };
    let name = peek(source, u16_at(&fixed, 26))?;
    let name_length = name.len();
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
    Ok(Header { name, flags: u16_at(&fixed, 6), method: u16_at(&fixed, 8), lengths })
}

/// Id and data of the first extra field, and the fields behind it.
fn extra_field(extra: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (head, rest) = extra.split_at_checked(4)?;
    let (field, rest) = rest.split_at_checked(usize::from(u16_at(head, 2)))?;
    Some((u16_at(head, 0), field, rest))
}

fn peek<R: Read>(source: &mut Source<R>, length: u16) -> Result<&[u8], Fault> {
    source.peek(usize::from(length)).get(..usize::from(length)).ok_or(Fault::Cut)
}

fn take<const N: usize, R: Read>(source: &mut Source<R>) -> Result<[u8; N], Fault> {
    let bytes = *source.peek(N).first_chunk().ok_or(Fault::Cut)?;
    source.consume(N);
    Ok(bytes)
}

fn pass<R: Read>(source: &mut Source<R>, length: u64) -> Result<(), Fault> {
    let mut left = length;
    while left > 0 {
        let passed = source.peek(1).len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if passed == 0 {
            return Err(Fault::Cut);
        }
        source.consume(passed);
        left -= passed as u64;
    }
    Ok(())
}

/// A number at an offset, which every caller knows to be there.
fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
