//! Objects: whatever is packed in whatever way, lines are counted without a gap, are as long as allowed, and are the same
//! however the bytes arrive.

use std::io::Read;

use es_loader::read::object::line::Break;
use es_loader::read::object::{Inflation, Lines};

/// Small enough that bytes of a few kilobytes can go over it.
const MAX_LINE: usize = 4096;
const INFLATION: Inflation = Inflation { bytes: 4 << 20, ratio: 500, ratio_from: 1 << 20 };

/// What a decoder may have given when a bound stops it: one block more, and the text that was under way.
const SLACK: u64 = 1 << 20;

/// Gives few bytes at a time, as a network does.
struct Drops<'a> {
    bytes: &'a [u8],
    turn: usize,
}

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.turn = (self.turn + 7) % 61;
        let most = buffer.len().min(1 + self.turn);
        self.bytes.read(&mut buffer[..most])
    }
}

/// All that an object gives.
#[derive(Debug, PartialEq, Eq)]
struct Given {
    lines: Vec<(u64, Vec<u8>, u64)>,
    decoded: u64,
    broken: Option<Break>,
}

pub(super) fn property(bytes: &[u8]) {
    let at_once = given(bytes, |_| 1);
    let in_drops = given(Drops { bytes, turn: 0 }, |lines| lines % 5 + 1);
    check_equal(&at_once, &in_drops);

    let mut number = 1;
    for (line, text, cut) in &at_once.lines {
        assert_eq!(*line, number, "a line is left out");
        let line_feeds = text.iter().filter(|byte| **byte == b'\n').count() as u64;
        let is_json = matches!(text.trim_ascii().first(), Some(b'{' | b'['));
        assert!(line_feeds == 0 || is_json, "line {number} has a line end");
        assert!(text.len() <= MAX_LINE, "line {number} is {} long", text.len());
        number += 1 + line_feeds;
        assert!(*cut == 0 || text.len() == MAX_LINE, "line {number} is cut, and {} long", text.len());
    }
    let text: u64 = at_once.lines.iter().map(|(_, text, cut)| text.len() as u64 + cut).sum();
    assert!(text <= at_once.decoded, "{text} bytes in lines of {} decoded", at_once.decoded);
    let plain = bytes.len() as u64;
    assert!(at_once.decoded <= plain.max(INFLATION.bytes + SLACK), "{plain} gave {}", at_once.decoded);
    if let Some(broken) = &at_once.broken {
        assert!(!broken.source_failed && !broken.reason.is_empty(), "{broken:?}");
    }
}

/// How much of a damaged block a decoder has given before it says so depends on how much it was asked for: where both break
/// off, one has the front of the other's lines, the last of which may be half of one.
fn check_equal(at_once: &Given, in_drops: &Given) {
    let (Some(_), Some(_)) = (&at_once.broken, &in_drops.broken) else {
        return assert_eq!(at_once, in_drops, "lines depend on how bytes arrive");
    };
    let shorter = at_once.lines.len().min(in_drops.lines.len()).saturating_sub(1);
    assert_eq!(at_once.lines[..shorter], in_drops.lines[..shorter], "lines depend on how bytes arrive");
}

/// Reads an object to its end, as many lines at a time as `few` says for the number of those read.
fn given(reader: impl Read, few: impl Fn(usize) -> usize) -> Given {
    let mut lines = Lines::new(reader, MAX_LINE, INFLATION);
    let mut all = Vec::new();
    loop {
        let some = lines.next_few(few(all.len()));
        if some.is_empty() {
            break;
        }
        all.extend(some.iter().map(|line| (line.number.0, line.bytes.to_vec(), line.cut)));
    }
    Given { lines: all, decoded: lines.decoded_bytes(), broken: lines.broken().cloned() }
}
