//! Zip archives as lines: whole, cut, and with what a stream cannot read.

use std::io::Read;

use es_loader::read::object::{Inflation, Lines};
use proptest::prelude::*;

use crate::support::packed;

/// The lines of an object, and why it broke off.
fn read(bytes: &[u8]) -> (Vec<String>, Option<String>) {
    read_from(bytes)
}

fn read_from(reader: impl Read) -> (Vec<String>, Option<String>) {
    let mut object = Lines::new(reader, 1 << 20, Inflation::default());
    let mut lines = Vec::new();
    while let Some(line) = object.next() {
        assert_eq!(line.number.0, lines.len() as u64 + 1);
        lines.push(String::from_utf8_lossy(line.bytes).into_owned());
    }
    (lines, object.broken().map(|broken| broken.reason.clone()))
}

fn lines() -> Vec<String> {
    String::from_utf8(packed("lines.txt")).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn entries_are_read_whether_deflated_or_stored_and_wherever_their_lengths_stand() {
    for name in ["lines.zip", "stored.zip", "stream.zip", "stream64.zip", "zip64.zip"] {
        assert_eq!(read(&packed(name)), (lines(), None), "{name}");
    }
}

/// Gives one byte at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let most = out.len().min(1);
        self.0.read(&mut out[..most])
    }
}

#[test]
fn entries_are_read_to_their_end_however_their_bytes_arrive() {
    for name in ["lines.zip", "stored.zip", "stream.zip", "stream64.zip", "zip64.zip", "entries.zip"] {
        let bytes = packed(name);
        assert_eq!(read_from(Drops(&bytes)), read(&bytes), "{name}");
    }
}

#[test]
fn entries_come_one_after_the_other_and_line_numbers_run_on() {
    for name in ["entries.zip", "entries-stream.zip"] {
        let (lines, broken) = read(&packed(name));
        // A directory and an empty entry give nothing, and a last line without an end stays a line of its own.
        assert_eq!(lines, ["a1", "a2", "b1", "c1"], "{name}");
        assert_eq!(broken, None, "{name}");
    }
}

/// A stored entry.
fn stored(name: &str, data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(data);
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    let mut entry = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0".to_vec();
    for part in
        [&crc.sum().to_le_bytes()[..], &length, &length, &[name.len() as u8, 0, 0, 0], name.as_bytes()]
    {
        entry.extend_from_slice(part);
    }
    [entry, data.to_vec()].concat()
}

#[test]
fn what_a_mac_adds_to_an_archive_is_passed_over() {
    let end = [&b"PK\x05\x06"[..], &[0; 18]].concat();
    let archive = [
        stored("logs/.DS_Store", b"\0\0\0\x01Bud1\n\n"),
        stored("logs/a.log", b"one"),
        stored("__MACOSX/logs/._a.log", b"\0\x05\x16\x07\nattr"),
        stored("logs/b.log", b"two\n"),
        end,
    ];
    assert_eq!(read(&archive.concat()), (vec!["one".to_owned(), "two".to_owned()], None));
}

#[test]
fn an_archive_without_entries_has_no_lines() {
    assert_eq!(read(&packed("empty.zip")), (vec![], None));
}

#[test]
fn an_encrypted_entry_is_refused_by_its_name() {
    let (lines, broken) = read(&packed("encrypted.zip"));
    assert!(lines.is_empty());
    assert_eq!(broken.unwrap(), "zip entry 1 ('lines.txt'): it is encrypted; store it without a password");
}

#[test]
fn other_compression_methods_are_refused_by_name() {
    let (lines, broken) = read(&packed("bzip2.zip"));
    assert!(lines.is_empty());
    let expected =
        "zip entry 1 ('lines.txt'): its compression method, bzip2, is not read; pack it with deflate";
    assert_eq!(broken.unwrap(), expected);
}

#[test]
fn a_stored_entry_of_unknown_length_is_refused_unless_it_is_empty() {
    let (lines, broken) = read(&packed("stored-stream.zip"));
    assert!(lines.is_empty());
    assert!(broken.unwrap().starts_with("zip entry 2 ('b'): it is stored with its length behind it"));
}

#[test]
fn archives_in_an_archive_are_refused_and_what_stands_before_them_is_kept() {
    let (seen, broken) = read(&packed("gzip-inside.zip"));
    assert_eq!(seen, lines());
    assert!(broken.unwrap().starts_with("zip entry 2 ('lines.gz'): gzip in zip: "));
    let (seen, broken) = read(&packed("zip-inside.zip"));
    assert!(seen.is_empty());
    assert!(broken.unwrap().starts_with("zip entry 1 ('lines.zip'): zip in zip: "));
}

#[test]
fn a_name_in_a_message_is_escaped_and_short() {
    let mut archive = packed("encrypted.zip");
    archive[30..39].copy_from_slice(b"\x1b[31m\n\xffab");
    let reason = read(&archive).1.unwrap();
    assert!(reason.starts_with(r"zip entry 1 ('\u{1b}[31m\n"), "{reason}");
    assert!(!reason.contains(['\x1b', '\n']));
}

#[test]
fn a_cut_archive_gives_what_was_before_the_cut() {
    let whole = packed("lines.zip");
    let all = lines();
    for length in (4..whole.len()).step_by(41) {
        let (seen, broken) = read(&whole[..length]);
        assert!(broken.unwrap().starts_with("the file ends inside "), "{length}");
        let kept = seen.len().saturating_sub(1);
        assert_eq!(seen[..kept], all[..kept]);
    }
    let reason = |length: usize| read(&whole[..length]).1.unwrap();
    assert_eq!(reason(20), "the file ends inside the zip archive");
    assert_eq!(reason(1_000), "the file ends inside zip entry 1 ('lines.txt')");
    assert_eq!(reason(whole.len() - 1), "the file ends inside the zip archive, behind entry 1");
    let stream = packed("stream.zip");
    let data_end = stream.windows(4).position(|bytes| bytes == b"PK\x07\x08").unwrap();
    let (seen, broken) = read(&stream[..data_end + 6]);
    assert_eq!(seen, all);
    assert!(broken.unwrap().starts_with("the file ends inside zip entry 1"));
}

#[test]
fn a_damaged_entry_breaks_the_archive() {
    for (name, at) in [("lines.zip", 14), ("lines.zip", 22), ("stored.zip", 14), ("stored.zip", 3_000)] {
        let mut archive = packed(name);
        archive[at] ^= 1;
        let (seen, broken) = read(&archive);
        assert_eq!(seen.len(), 60, "{name} {at}");
        let expected = "zip entry 1 ('lines.txt') is damaged: its length or its check sum is wrong";
        assert_eq!(broken.unwrap(), expected, "{name} {at}");
    }
    let mut archive = packed("stream.zip");
    let descriptor = archive.windows(4).position(|bytes| bytes == b"PK\x07\x08").unwrap();
    archive[descriptor + 5] ^= 1;
    assert!(read(&archive).1.unwrap().contains("is damaged: its length or its check sum is wrong"));
}

#[test]
fn a_directory_that_is_none_breaks_the_archive_behind_its_lines() {
    let mut archive = packed("lines.zip");
    let directory = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    archive[directory] = b'x';
    let (seen, broken) = read(&archive);
    assert_eq!(seen, lines());
    let expected = "the zip archive, behind entry 1 is damaged: there is no zip record where one should be";
    assert_eq!(broken.unwrap(), expected);
}

#[test]
fn behind_the_end_zeros_are_padding_and_anything_else_is_named() {
    let padded = [packed("lines.zip"), vec![0; 300_000]].concat();
    assert_eq!(read(&padded), (lines(), None));
    let (seen, broken) = read(&[packed("lines.zip"), b"\0\0more".to_vec()].concat());
    assert_eq!(seen, lines());
    assert_eq!(broken.unwrap(), "what follows the zip archive is not zeros");
}

#[test]
fn a_comment_of_the_archive_is_passed_over() {
    let mut archive = packed("lines.zip");
    let length = archive.len();
    archive[length - 2..].copy_from_slice(&9_u16.to_le_bytes());
    archive.extend_from_slice(b"PK\x03\x04 text");
    assert_eq!(read(&archive), (lines(), None));
}

proptest! {
    #![proptest_config(crate::cases(64))]

    #[test]
    fn any_damage_ends(
        name in prop_oneof![Just("lines.zip"), Just("stream64.zip"), Just("entries.zip"), Just("stored.zip")],
        flips in proptest::collection::vec((0.0..1.0f64, 1u8..), 1..4),
    ) {
        let mut archive = packed(name);
        let length = archive.len() as f64;
        for (at, mask) in flips {
            archive[4.max((length * at) as usize)] ^= mask;
        }
        let (lines, _) = read(&archive);
        prop_assert!(lines.len() <= 200);
    }
}
