//! Packed objects as lines: every container, whole, damaged, one in another, and too much of it.

use std::io::{ErrorKind, Read, Write};

use es_loader::read::object::line::Break;
use es_loader::read::object::{Inflation, Lines};
use flate2::write::GzEncoder;
use proptest::prelude::*;

use crate::support::noise;
use crate::support::packed;

/// The lines of an object, and its break.
type Seen = (Vec<Vec<u8>>, Option<Break>);

fn read_within(inflation: Inflation, reader: impl Read) -> Seen {
    let mut object = Lines::new(reader, 1 << 20, inflation);
    let mut lines = Vec::new();
    while let Some(line) = object.next() {
        assert_eq!(line.number.0, lines.len() as u64 + 1);
        lines.push(line.bytes.to_vec());
    }
    let broken = object.broken().cloned();
    assert!(broken.as_ref().is_none_or(|broken| broken.offset == object.decoded_bytes()));
    (lines, broken)
}

fn read(bytes: &[u8]) -> Seen {
    read_within(Inflation::default(), bytes)
}

fn reason(seen: &Seen) -> &str {
    let broken = seen.1.as_ref().unwrap();
    assert!(!broken.source_failed);
    &broken.reason
}

fn split(text: &[u8]) -> Vec<Vec<u8>> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn xz(text: &[u8]) -> Vec<u8> {
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
}

/// A format of members, and what messages call one.
type Packer = (fn(&[u8]) -> Vec<u8>, &'static str);

const PACKERS: [Packer; 4] =
    [(gzip, "gzip member"), (bzip2, "bzip2 stream"), (xz, "xz stream"), (zstd, "zstd frame")];

/// A source that fails when it has given its bytes.
struct Failing<'b>(&'b [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(out)? {
            0 => Err(ErrorKind::ConnectionReset.into()),
            read => Ok(read),
        }
    }
}

#[test]
fn what_the_tools_pack_gives_the_lines_that_went_in() {
    let lines = split(&packed("lines.txt"));
    assert_eq!(lines.len(), 60);
    for name in ["lines.txt", "lines.gz", "lines.bz2", "lines.xz", "lines.zst", "skippable.zst"] {
        assert_eq!(read(&packed(name)), (lines.clone(), None), "{name}");
    }
}

#[test]
fn a_large_object_comes_out_whole_from_every_container() {
    let text = noise(1_000_000);
    let lines = split(&text);
    for (pack, member) in PACKERS {
        assert_eq!(read(&pack(&text)), (lines.clone(), None), "{member}");
    }
}

#[test]
fn all_members_are_read_and_a_line_may_cross_them() {
    for (pack, member) in PACKERS {
        let file = [pack(b"a\nb"), pack(b""), pack(b"c\n"), pack(b"d")].concat();
        assert_eq!(read(&file), (split(b"a\nbc\nd"), None), "{member}");
    }
}

#[test]
fn skippable_frames_of_zstd_are_passed_over_wherever_they_stand() {
    let skippable =
        |length: u32| [&b"\x5a\x2a\x4d\x18"[..], &length.to_le_bytes(), &vec![7; length as usize]].concat();
    let file = [skippable(300_000), zstd(b"a\n"), skippable(0), zstd(b"b\n"), skippable(5)].concat();
    assert_eq!(read(&file), (split(b"a\nb"), None));
    assert_eq!(read(&skippable(9)), (vec![], None));
    let cut = skippable(9);
    assert_eq!(reason(&read(&cut[..cut.len() - 1])), "the file ends inside zstd frame 1");
}

#[test]
fn zeros_behind_a_member_are_padding() {
    for (pack, member) in PACKERS {
        let file = [pack(b"a\n"), vec![0; 511], pack(b"b\n"), vec![0; 300_000]].concat();
        assert_eq!(read(&file), (split(b"a\nb"), None), "{member}");
    }
}

#[test]
fn garbage_behind_a_member_breaks_the_object_but_costs_no_line() {
    for (pack, member) in PACKERS {
        for garbage in [&b"garbage"[..], b"\0\0x", b"PK\x03\x04"] {
            let seen = read(&[&pack(b"a\nb")[..], garbage].concat());
            assert_eq!(seen.0, split(b"a\nb"), "{member} {garbage:?}");
            let expected = format!("what follows {member} 1 is neither another one nor zeros");
            assert_eq!(reason(&seen), expected);
        }
    }
}

#[test]
fn a_cut_object_gives_a_prefix_of_its_lines_and_says_that_it_is_cut() {
    let text = noise(600_000);
    let lines = split(&text);
    for (pack, member) in PACKERS {
        let whole = pack(&text);
        for part in [1, 3, 5, 7] {
            let seen = read(&whole[..whole.len() * part / 8]);
            assert_eq!(reason(&seen), format!("the file ends inside {member} 1"));
            let whole_lines = seen.0.len().saturating_sub(1);
            assert_eq!(seen.0[..whole_lines], lines[..whole_lines], "{member}");
        }
        let seen = read(&whole[..whole.len() * 7 / 8]);
        assert!(seen.0.len() > 3_000, "{member}: {} of {} lines", seen.0.len(), lines.len());
    }
}

#[test]
fn an_object_that_is_cut_behind_its_text_has_all_lines_and_is_broken() {
    for (pack, member) in PACKERS {
        let whole = pack(b"a\nb\n");
        let seen = read(&whole[..whole.len() - 1]);
        assert_eq!(reason(&seen), format!("the file ends inside {member} 1"));
    }
    let whole = packed("lines.zst");
    let seen = read(&whole[..whole.len() - 1]);
    assert_eq!(seen.0, split(&packed("lines.txt")), "only the check sum is missing");
}

#[test]
fn damage_keeps_what_was_decoded_before_it() {
    // bzip2 -1 packs 100,000 bytes at a time, so there is a block before the damage.
    let text = noise(600_000);
    let lines = split(&text);
    for (pack, member) in PACKERS {
        let mut bytes = pack(&text);
        let at = bytes.len() * 3 / 4;
        bytes[at..at + 64].fill(0xff);
        let seen = read(&bytes);
        assert!(reason(&seen).starts_with(&format!("{member} 1 is damaged: ")), "{}", reason(&seen));
        assert!(seen.0.len() > 3_000, "{member}: {} lines", seen.0.len());
        assert_eq!(seen.0[..3_000], lines[..3_000], "{member}");
    }
}

#[test]
fn a_wrong_check_sum_breaks_the_object() {
    let mut bytes = packed("lines.zst");
    *bytes.last_mut().unwrap() ^= 1;
    let seen = read(&bytes);
    assert_eq!(seen.0, split(&packed("lines.txt")));
    assert_eq!(reason(&seen), "zstd frame 1 is damaged: its check sum is wrong");
    for (name, from_end) in [("lines.bz2", 6), ("lines.xz", 60)] {
        let mut bytes = packed(name);
        let at = bytes.len() - from_end;
        bytes[at] ^= 1;
        assert!(reason(&read(&bytes)).contains(" 1 is damaged: "), "{name}");
    }
}

#[test]
fn a_failed_source_is_told_from_a_cut_object() {
    let text = noise(200_000);
    for (pack, member) in PACKERS {
        let whole = pack(&text);
        for bytes in [&whole[..whole.len() / 2], &whole] {
            let broken = read_within(Inflation::default(), Failing(bytes)).1.unwrap();
            assert!(broken.source_failed, "{member}: {}", broken.reason);
        }
    }
}

#[test]
fn a_dictionary_or_window_over_the_limit_is_refused_with_the_way_out() {
    let seen = read(&packed("huge-dictionary.xz"));
    assert!(seen.0.is_empty());
    let expected = "xz stream 1 is damaged: its dictionary needs 1536 MiB of memory, and 64 MiB is the limit";
    assert!(reason(&seen).starts_with(expected), "{}", reason(&seen));
    let seen = read(&packed("huge-window.zst"));
    let expected = "zstd frame 1 is damaged: its window is 2048 MiB, and 64 MiB is the limit";
    assert!(reason(&seen).starts_with(expected), "{}", reason(&seen));
}

#[test]
fn text_that_begins_almost_like_a_container_is_text() {
    for text in
        [&b"BZ"[..], b"BZh", b"BZhx is a name", b"BZh9 is one too", b"PK", b"PK\x03", b"7z", b"LZIP it", b"P"]
    {
        assert_eq!(read(text), (split(text), None), "{text:?}");
    }
}

#[test]
fn an_archive_in_another_one_is_refused_by_name() {
    let text = noise(1_000);
    let tar = packed("lines.tar");
    for (outer, outer_name) in PACKERS {
        let outer_name = outer_name.split(' ').next().unwrap();
        for (inner, inner_name) in PACKERS {
            let inner_name = inner_name.split(' ').next().unwrap();
            if (outer_name, inner_name) == ("gzip", "gzip") {
                continue;
            }
            let seen = read(&outer(&inner(&text)));
            assert!(seen.0.is_empty());
            let expected = format!("{inner_name} in {outer_name}: an archive in another one is not read");
            assert!(reason(&seen).starts_with(&expected), "{}", reason(&seen));
        }
        let seen = read(&outer(&tar));
        assert!(seen.0.is_empty());
        assert!(reason(&seen).starts_with(&format!("tar in {outer_name}: ")), "{}", reason(&seen));
        assert!(reason(&read(&outer(&packed("lines.zip")))).starts_with(&format!("zip in {outer_name}: ")));
    }
}

#[test]
fn gzip_in_gzip_is_read_as_a_subscription_and_a_delivery_stream_write_it() {
    let once = read(&packed("lines.gz"));
    assert_eq!(read(&packed("lines.gz.gz")).0, once.0);
    let gzip = PACKERS.iter().find(|(_, name)| name.starts_with("gzip")).unwrap().0;
    let text = noise(300_000);
    // Members that were joined, packed once more.
    let joined = gzip(&[gzip(&text), gzip(&text)].concat());
    assert_eq!(read(&joined).0, read(&[&text[..], &text[..]].concat()).0);
    let seen = read(&gzip(&gzip(&gzip(&text))));
    assert!(seen.0.is_empty());
    assert!(reason(&seen).starts_with("gzip in gzip: "));
    // A cut on either level keeps what came before it, and is no failure of the reader.
    let cut_inner = gzip(&gzip(&text)[..20_000]);
    for seen in [read(&cut_inner), read(&joined[..20_000])] {
        assert!(!seen.1.as_ref().unwrap().source_failed, "{:?}", seen.1);
    }
}

#[test]
fn a_container_that_is_not_read_is_named() {
    for (bytes, name) in [
        (packed("lines.tar"), "tar"),
        (packed("lines.lz4"), "lz4"),
        (b"7z\xbc\xaf\x27\x1c\0\x04".to_vec(), "7z"),
        (b"Rar!\x1a\x07\x01\0".to_vec(), "rar"),
        (b"PAR1\x15\x04".to_vec(), "parquet"),
    ] {
        let seen = read(&bytes);
        assert!(seen.0.is_empty());
        assert!(reason(&seen).starts_with(&format!("{name}: such files are not read")), "{}", reason(&seen));
    }
}

#[test]
fn a_bomb_is_stopped_at_its_ratio_and_names_the_bound() {
    let bounds = Inflation { bytes: u64::MAX, ratio: 100, ratio_from: 100_000 };
    let bomb = vec![b'\n'; 3_000_000];
    for (pack, member) in PACKERS {
        let seen = read_within(bounds, &pack(&bomb)[..]);
        assert!(
            reason(&seen).contains("more than 100-fold, which is the limit"),
            "{member}: {}",
            reason(&seen)
        );
        let lines = seen.0.len();
        assert!((100_000..2_500_000).contains(&lines), "{member}: {lines} lines were kept");
    }
}

#[test]
fn a_small_object_may_grow_as_it_likes() {
    let text = vec![b'\n'; 100_000];
    let bounds = Inflation { bytes: u64::MAX, ratio: 1, ratio_from: 100_000 };
    for (pack, member) in PACKERS {
        assert_eq!(read_within(bounds, &pack(&text)[..]).1, None, "{member}");
    }
}

#[test]
fn the_absolute_bound_holds_for_packed_objects_and_not_for_text() {
    let bounds = Inflation { bytes: 500_000, ratio: u64::MAX, ratio_from: 0 };
    let text = noise(700_000);
    for (pack, member) in PACKERS {
        let seen = read_within(bounds, &pack(&text)[..]);
        assert!(reason(&seen).starts_with("it inflates to more than 500000 bytes"), "{member}");
        assert!((5_000..7_000).contains(&seen.0.len()), "{member}: {} lines", seen.0.len());
    }
    assert_eq!(read_within(bounds, &text[..]), (split(&text), None));
}

/// What containers begin with.
const MAGIC_NUMBERS: [&[u8]; 5] =
    [b"BZh11AY&SY", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"PK\x05\x06"];

proptest! {
    #![proptest_config(crate::cases(24))]

    #[test]
    fn any_damage_ends_and_costs_no_line_before_it(
        which in 0..PACKERS.len(),
        flips in proptest::collection::vec((0.0..1.0f64, 1u8..), 0..4),
        cut in 0.0..1.2f64,
    ) {
        let text = noise(30_000);
        let (pack, _) = PACKERS[which];
        let mut bytes = pack(&text);
        let length = bytes.len() as f64;
        for (at, mask) in &flips {
            bytes[10.max((length * at) as usize)] ^= mask;
        }
        bytes.truncate(((length * cut) as usize).max(10));
        let seen = read(&bytes);
        let all = split(&text);
        // zstd of this packer has no check sum, so a flipped literal goes unseen.
        if flips.is_empty() {
            let whole = seen.0.len().saturating_sub(1);
            prop_assert_eq!(&seen.0[..whole], &all[..whole]);
            prop_assert_eq!(seen.1.is_none(), cut >= 1.0);
        }
    }

    #[test]
    fn any_bytes_behind_a_magic_number_end(
        magic in proptest::sample::select(&MAGIC_NUMBERS[..]),
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let (_, broken) = read(&[magic, &bytes].concat());
        // An archive's end with zeros behind it is an archive.
        prop_assert!(broken.is_some() || magic == b"PK\x05\x06");
    }
}
