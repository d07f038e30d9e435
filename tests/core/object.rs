//! Objects as lines.

use std::io::{self, Cursor, ErrorKind, Read, Write};

use es_loader::read::object::line::Break;
use es_loader::read::object::{Inflation, Lines};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use crate::support::noise;

const MAX_LINE: usize = 1 << 20;

/// What an object gave: each line's number, bytes and missing bytes, the break, and how much text there was.
#[derive(Debug, PartialEq)]
struct Seen {
    lines: Vec<(u64, Vec<u8>, u64)>,
    broken: Option<Break>,
    decoded: u64,
}

impl Seen {
    fn text(&self) -> Vec<&[u8]> {
        self.lines.iter().map(|(_, bytes, _)| &bytes[..]).collect()
    }
}

fn read(reader: impl Read, max_line: usize) -> Seen {
    let mut object = Lines::new(reader, max_line, Inflation::default());
    let mut lines = Vec::new();
    while let Some(line) = object.next() {
        lines.push((line.number.0, line.bytes.to_vec(), line.cut));
    }
    assert!(object.next().is_none(), "the end stays the end");
    Seen { lines, broken: object.broken().cloned(), decoded: object.decoded_bytes() }
}

fn seen(bytes: &[u8]) -> Seen {
    read(bytes, MAX_LINE)
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// The lines as a plain split gives them.
fn split(text: &[u8]) -> Vec<&[u8]> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let last = lines.pop().unwrap();
    let mut lines: Vec<&[u8]> =
        lines.into_iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect();
    if !last.is_empty() {
        lines.push(last);
    }
    lines
}

/// Gives its bytes in pieces, interrupts now and then, and fails at the end if it is told so.
struct Pieces<'a> {
    bytes: &'a [u8],
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
    failure: Option<ErrorKind>,
    interrupted: bool,
}

impl<'a> Pieces<'a> {
    fn new(bytes: &'a [u8], sizes: &'a [usize], failure: Option<ErrorKind>) -> Self {
        Self { bytes, sizes: sizes.iter().cycle(), failure, interrupted: false }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(ErrorKind::Interrupted.into());
        }
        if self.bytes.is_empty()
            && let Some(kind) = self.failure
        {
            return Err(io::Error::new(kind, "connection reset by peer"));
        }
        let size = (*self.sizes.next().unwrap()).min(out.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(size);
        out[..size].copy_from_slice(now);
        self.bytes = later;
        Ok(size)
    }
}

#[test]
fn gzip_is_told_by_its_first_bytes_and_text_is_the_rest() {
    assert_eq!(seen(b"a\nb\n").text(), [b"a", b"b"]);
    assert_eq!(seen(&gzip(b"a\nb\n")), seen(b"a\nb\n"));
}

#[test]
fn lines_are_numbered_from_one_and_blank_lines_count() {
    let expected = vec![(1, b"a".to_vec(), 0), (2, vec![], 0), (3, vec![], 0), (4, b"b".to_vec(), 0)];
    assert_eq!(seen(b"a\n\n\r\nb\n").lines, expected);
}

#[test]
fn the_last_line_needs_no_line_end() {
    assert_eq!(seen(b"a\nb").text(), [b"a", b"b"]);
    assert_eq!(seen(b"a\nb\r").text(), [&b"a"[..], b"b\r"]);
}

#[test]
fn crlf_is_a_line_end_and_other_carriage_returns_are_text() {
    assert_eq!(seen(b"a\r\nb\rc\n\r\r\n").text(), [&b"a"[..], b"b\rc", b"\r"]);
}

#[test]
fn a_byte_order_mark_is_dropped_on_the_first_line_only() {
    let text = b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n";
    assert_eq!(seen(text).text(), [&b"a"[..], b"\xef\xbb\xbfb"]);
    assert_eq!(read(Pieces::new(text, &[1], None), MAX_LINE), seen(text));
    assert_eq!(seen(b"\xef\xbb\xbf").text(), Vec::<&[u8]>::new());
    assert_eq!(seen(b"\xef\xbb").text(), [b"\xef\xbb"]);
    assert_eq!(seen(b"\xef\xbb\xbf\n").text(), [b""]);
}

#[test]
fn nul_bytes_stay_in_the_line() {
    assert_eq!(seen(b"\0a\0\n\0\n").text(), [&b"\0a\0"[..], b"\0"]);
}

#[test]
fn objects_without_text_have_no_lines() {
    for bytes in [&b""[..], &gzip(b""), &[gzip(b""), gzip(b"")].concat()] {
        assert_eq!(seen(bytes), Seen { lines: vec![], broken: None, decoded: 0 });
    }
}

#[test]
fn one_byte_is_a_line_even_if_gzip_starts_with_it() {
    assert_eq!(seen(b"x").text(), [b"x"]);
    assert_eq!(seen(b"\x1f").text(), [b"\x1f"]);
    assert_eq!(seen(b"\n").text(), [b""]);
}

#[test]
fn all_members_of_a_gzip_are_read_and_a_line_may_cross_them() {
    let members = [gzip(b"a\nb"), gzip(b""), gzip(b"c\r"), gzip(b"\nd\n")].concat();
    assert_eq!(seen(&members).text(), [&b"a"[..], b"bc", b"d"]);
}

#[test]
fn zeros_behind_a_member_are_padding() {
    let padded = [gzip(b"a\n"), vec![0; 300_000]].concat();
    assert_eq!(seen(&padded), seen(b"a\n"));
    let between = [gzip(b"a\n"), vec![0; 511], gzip(b"b\n")].concat();
    assert_eq!(seen(&between), seen(b"a\nb\n"));
}

#[test]
fn garbage_behind_the_last_member_breaks_the_object_but_costs_no_line() {
    for garbage in [&b"garbage"[..], b"\x1f", b"\x1fx", b"\0\0x", b"\x1f\x8b\x08"] {
        let seen = seen(&[&gzip(b"a\nb")[..], garbage].concat());
        assert_eq!(seen.text(), [b"a", b"b"], "{garbage:?}");
        let broken = seen.broken.unwrap();
        assert_eq!((broken.offset, broken.source_failed), (3, false), "{garbage:?}");
        assert!(broken.reason.contains("gzip member"), "{}", broken.reason);
    }
}

#[test]
fn a_cut_gzip_gives_what_could_be_decoded_with_the_partial_line() {
    let text = noise(50_000);
    let whole = gzip(&text);
    let seen = seen(&whole[..whole.len() / 2]);
    assert_eq!(seen.lines.len() as u64, seen.decoded.div_ceil(100));
    assert!(seen.decoded > 20_000, "{}", seen.decoded);
    assert_eq!(seen.text(), split(&text[..seen.decoded as usize]));
    let broken = seen.broken.unwrap();
    assert_eq!(broken.offset, seen.decoded);
    assert_eq!(broken.reason, "the file ends inside gzip member 1");
    assert!(!broken.source_failed);
}

#[test]
fn a_gzip_that_is_cut_in_its_check_sum_has_all_lines_and_is_broken() {
    let whole = gzip(b"a\nb\n");
    for missing in 1..=8 {
        let seen = seen(&whole[..whole.len() - missing]);
        assert_eq!(seen.text(), [b"a", b"b"]);
        assert_eq!(seen.broken.unwrap().reason, "the file ends inside gzip member 1");
    }
}

#[test]
fn a_wrong_check_sum_breaks_the_object_behind_its_lines() {
    let mut bytes = gzip(b"a\nb\n");
    let length = bytes.len();
    bytes[length - 6] ^= 1;
    let seen = seen(&bytes);
    assert_eq!(seen.text(), [b"a", b"b"]);
    let broken = seen.broken.unwrap();
    assert_eq!(broken.reason, "gzip member 1 is damaged: incorrect data check");
    assert_eq!((broken.offset, broken.source_failed), (4, false));
}

#[test]
fn damage_in_the_middle_keeps_what_was_decoded_before_it() {
    let text = noise(200_000);
    let mut bytes = [gzip(b"first\n"), gzip(&text)].concat();
    let middle = bytes.len() / 2;
    // A run of ones is no valid code sequence for long.
    bytes[middle..middle + 64].fill(0xff);
    let seen = seen(&bytes);
    let broken = seen.broken.as_ref().unwrap();
    assert!(!broken.source_failed);
    assert!(broken.reason.starts_with("gzip member 2 is damaged: "), "{}", broken.reason);
    assert_eq!(broken.offset, seen.decoded);
    assert!(seen.decoded > 90_000, "{} bytes decoded", seen.decoded);
    assert_eq!(seen.text()[..800], split(&[b"first\n", &text[..]].concat())[..800]);
}

#[test]
fn two_magic_bytes_alone_are_a_cut_gzip() {
    let seen = seen(b"\x1f\x8b");
    assert!(seen.lines.is_empty());
    assert_eq!(seen.broken.unwrap().offset, 0);
}

#[test]
fn a_failed_source_is_told_from_a_damaged_object() {
    let text = b"a\nb\nhalf a li";
    for kind in [ErrorKind::ConnectionReset, ErrorKind::UnexpectedEof, ErrorKind::WouldBlock] {
        let plain = read(Pieces::new(text, &[4], Some(kind)), MAX_LINE);
        let packed = gzip(text);
        let cut = &packed[..packed.len() - 4];
        let packed = read(Pieces::new(cut, &[4], Some(kind)), MAX_LINE);
        for seen in [plain, packed] {
            let reason = "connection reset by peer".to_owned();
            assert_eq!(seen.broken, Some(Break { offset: 13, reason, source_failed: true }));
        }
    }
}

#[test]
fn half_a_line_of_a_failed_source_is_not_given_out() {
    let reset = Some(ErrorKind::ConnectionReset);
    assert_eq!(read(Pieces::new(b"a\nb\nhalf a li", &[4], reset), MAX_LINE).text(), [b"a", b"b"]);
    // Nor is the front of a line that is over the limit: how much of it is missing is not known.
    assert_eq!(read(Pieces::new(b"a\nb\nhalf a li", &[4], reset), 3).text(), [b"a", b"b"]);
}

#[test]
fn a_source_that_fails_behind_a_whole_gzip_is_a_failed_source() {
    let packed = gzip(b"a\n");
    let seen = read(Pieces::new(&packed, &[1000], Some(ErrorKind::TimedOut)), MAX_LINE);
    assert_eq!(seen.text(), [b"a"]);
    assert!(seen.broken.unwrap().source_failed);
}

#[test]
fn a_line_of_ten_megabytes_is_whole() {
    let mut text = vec![b'x'; 10 << 20];
    text.extend_from_slice(b"\nnext\n");
    let seen = read(&gzip(&text)[..], 16 << 20);
    assert_eq!(seen.text(), [&text[..10 << 20], b"next"]);
}

#[test]
fn a_line_over_the_limit_is_cut_and_tells_how_much_is_missing() {
    let text = b"12345\n123456\n12345\r\n123456\r\n12345\r7\n\n1234567";
    let expected =
        [("12345", 0), ("12345", 1), ("12345", 0), ("12345", 1), ("12345", 2), ("", 0), ("12345", 2)];
    for sizes in [&[1][..], &[3, 5], &[1000]] {
        let seen = read(Pieces::new(text, sizes, None), 5);
        let lines: Vec<(&str, u64)> =
            seen.lines.iter().map(|(_, bytes, cut)| (std::str::from_utf8(bytes).unwrap(), *cut)).collect();
        assert_eq!(lines, expected);
        assert_eq!(seen.lines.last().unwrap().0, 7);
    }
}

#[test]
fn objects_that_are_joined_without_line_ends_beyond_the_limit_are_lines_of_their_own() {
    let cases: [(&str, &[&str]); 5] = [
        (
            r#"{"a":"}{"}{"b":2}{"c":[{}]}{"d":4}"#,
            &[r#"{"a":"}{"}"#, r#"{"b":2}"#, r#"{"c":[{}]}"#, r#"{"d":4}"#],
        ),
        ("{\"a\":1} {\"b\":2}\n{\"c\":3}\n", &[r#"{"a":1}"#, r#" {"b":2}"#, r#"{"c":3}"#]),
        (r#"{"a":"\"}{"}{"b":2}"#, &[r#"{"a":"\"}{"}"#, r#"{"b":2}"#]),
        // One object alone is over the limit, or what stands behind the first is none.
        (r#"{"a":"12345678"}{"b":2}"#, &[r#"{"a":"123456"#]),
        (r#"{"a":1} and more"#, &[r#"{"a":1} and "#]),
    ];
    for (text, expected) in cases {
        for size in [1, 3, 1000] {
            let seen = read(Pieces::new(text.as_bytes(), &[size], None), 12);
            let lines: Vec<_> =
                seen.lines.iter().map(|(_, line, _)| std::str::from_utf8(line).unwrap()).collect();
            assert_eq!(lines, expected, "{size}");
        }
    }
}

#[test]
fn firehose_joins_more_than_the_limit_of_a_line() {
    let record = format!(r#"{{"message":"{}"}}"#, "x".repeat(1_000_000));
    let text = record.repeat(40);
    let seen = read(&gzip(text.as_bytes())[..], 16 << 20);
    assert!(
        seen.lines.iter().all(|(_, line, cut)| line.starts_with(b"{") && line.ends_with(b"}") && *cut == 0)
    );
    assert_eq!(seen.lines.iter().map(|(_, line, _)| line.len()).sum::<usize>(), text.len());
}

#[test]
fn a_huge_line_over_the_limit_is_passed_over_block_by_block() {
    // The reader holds nothing, and the line never stands whole anywhere.
    let body = io::repeat(b'x').take(40 << 20).chain(Cursor::new(b"\nnext\n"));
    let mut object = Lines::new(body, 1000, Inflation::default());
    let line = object.next().unwrap();
    assert_eq!((line.bytes.len(), line.cut), (1000, (40 << 20) - 1000));
    let next = object.next().unwrap();
    assert_eq!((next.number.0, next.bytes), (2, &b"next"[..]));
    assert_eq!(object.decoded_bytes(), (40 << 20) + 6);
}

#[test]
fn decoded_bytes_counts_text_and_not_gzip() {
    assert_eq!(seen(&gzip(&[b'a'; 100_000])).decoded, 100_000);
}

#[test]
fn the_object_of_the_real_chain_has_415_lines() {
    let bytes = std::fs::read("fixtures/real-chain.gz").unwrap();
    let seen = seen(&bytes);
    assert_eq!((seen.lines.len(), seen.decoded, seen.broken), (415, 421_590, None));
}

/// Bytes that are no container inside of one: the short magic numbers of gzip and compress begin alike, the others are too long to
/// be drawn.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => proptest::collection::vec(any::<u8>(), 0..8),
        4 => Just(b"\n".to_vec()),
        2 => Just(b"\r\n".to_vec()),
        1 => Just(b"\r".to_vec()),
        1 => Just(b"\xef\xbb\xbf".to_vec()),
        1 => (0..3000usize).prop_map(|length| vec![b'y'; length]),
    ];
    let text = proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat());
    // What begins as gzip, MessagePack or UTF-16 is no text of lines.
    text.prop_filter("may be packed", |text| {
        !matches!(text.first(), Some(0x1f | 0x80..=0x9f | 0xdc..=0xdf | 0xfe | 0xff))
    })
}

proptest! {
    #![proptest_config(crate::cases(200))]

    #[test]
    fn members_and_pieces_change_no_line(
        text in text(),
        sizes in proptest::collection::vec(1..50usize, 1..5),
        at in proptest::collection::vec(0.0..1.0f64, 0..3),
    ) {
        let mut borders: Vec<usize> = at.iter().map(|at| (text.len() as f64 * at) as usize).collect();
        borders.extend([0, text.len()]);
        borders.sort_unstable();
        let members: Vec<u8> = borders.windows(2).flat_map(|pair| gzip(&text[pair[0]..pair[1]])).collect();
        let seen = read(Pieces::new(&members, &sizes, None), MAX_LINE);
        prop_assert_eq!(seen.text(), split(&text));
        prop_assert_eq!((seen.broken, seen.decoded), (None, text.len() as u64));
        prop_assert!(seen.lines.iter().zip(1..).all(|(line, number)| line.0 == number));
    }

    #[test]
    fn plain_text_gives_the_same_lines_in_any_pieces(
        text in text(),
        sizes in proptest::collection::vec(1..50usize, 1..5),
    ) {
        let seen = read(Pieces::new(&text, &sizes, None), MAX_LINE);
        prop_assert_eq!(seen.text(), split(&text));
    }

    #[test]
    fn a_cut_gzip_gives_a_prefix_of_the_text(text in text(), at in 0.0..1.0f64) {
        let whole = gzip(&text);
        let seen = seen(&whole[..(whole.len() as f64 * at) as usize]);
        // The two magic bytes are what tells gzip.
        prop_assume!((whole.len() as f64 * at) as usize >= 2);
        let decoded = &text[..seen.decoded as usize];
        prop_assert_eq!(seen.text(), split(decoded));
        prop_assert_eq!(seen.broken.unwrap().offset, seen.decoded);
    }

    #[test]
    fn the_limit_cuts_each_line_and_nothing_else(text in text(), max_line in 0..40usize, size in 1..60usize) {
        let packed = gzip(&text);
        let seen = read(Pieces::new(&packed, &[size], None), max_line);
        let expected: Vec<(u64, Vec<u8>, u64)> = split(&text)
            .into_iter()
            .zip(1..)
            .map(|(line, number)| {
                let kept = line.len().min(max_line);
                (number, line[..kept].to_vec(), (line.len() - kept) as u64)
            })
            .collect();
        prop_assert_eq!(seen.lines, expected);
    }

    #[test]
    fn any_damage_ends_and_gives_whole_lines_before_it(
        flips in proptest::collection::vec((0.0..1.0f64, 1u8..), 1..4),
    ) {
        let text = noise(3000);
        let mut bytes = gzip(&text);
        let length = bytes.len() as f64;
        for (at, mask) in flips {
            bytes[10.max((length * at) as usize)] ^= mask;
        }
        let seen = seen(&bytes);
        // The check sum catches what the inflater lets pass, unless two flips undid each other.
        prop_assert!(seen.broken.is_some() || seen.text() == split(&text));
    }
}
