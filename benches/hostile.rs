//! Lines of 10 MB that are made to cost time, beside ordinary lines of as many bytes: no byte of them is to cost more than three
//! times an ordinary one.

use divan::Bencher;
use divan::counter::BytesCount;

use crate::corpus::{loaded, text};

/// Length of a line.
const BYTES: usize = 10_000_000;

/// So many are about as long.
const ORDINARY_LINES: u64 = 10_000;

/// What a line is filled with.
#[derive(Clone, Copy, Debug)]
enum Filling {
    Equals,
    Backslashes,
    Blanks,
    Markers,
    Arrays,
    Objects,
}

impl Filling {
    const ALL: [Self; 6] =
        [Self::Equals, Self::Backslashes, Self::Blanks, Self::Markers, Self::Arrays, Self::Objects];

    fn piece(self) -> &'static str {
        match self {
            Self::Equals => "a=",
            Self::Backslashes => "\\",
            Self::Blanks => " ",
            Self::Markers => "CEF:",
            Self::Arrays => "[",
            Self::Objects => "{\"a\":",
        }
    }
}

/// Ordinary lines, none of them twice.
#[divan::bench]
fn ordinary(bencher: Bencher<'_, '_>) {
    let lines = text(ORDINARY_LINES);
    bencher.counter(BytesCount::of_slice(&lines)).bench(|| loaded(&lines));
}

/// The line is nothing else. A line of blanks is blank.
#[divan::bench(args = Filling::ALL)]
fn alone(bencher: Bencher<'_, '_>, filling: Filling) {
    measure(bencher, &filled(filling.piece()));
}

/// fluentd's message is nothing else.
#[divan::bench(args = Filling::ALL)]
fn in_a_message(bencher: Bencher<'_, '_>, filling: Filling) {
    measure(bencher, &record("Nov 22 00:00:01 ip-10-0-0-10 ", filling));
}

/// It is the extension of an event.
#[divan::bench(args = Filling::ALL)]
fn in_an_event(bencher: Bencher<'_, '_>, filling: Filling) {
    let event = "Nov 22 00:00:01 ip-10-0-0-10 CEF: 0|Trend Micro|Deep Security Agent|20.0.560|21|Deny|5|act=Deny msg=";
    measure(bencher, &record(event, filling));
}

/// It is a field of fluentd's record, as JSON where it is JSON: nested, and cut.
#[divan::bench(args = Filling::ALL)]
fn as_a_field(bencher: Bencher<'_, '_>, filling: Filling) {
    measure(bencher, &format!(r#"{{"message":"text","field":{}"#, filled(filling.piece())));
}

fn measure(bencher: Bencher<'_, '_>, line: &str) {
    bencher.counter(BytesCount::of_str(line)).bench(|| loaded(line.as_bytes()));
}

fn filled(piece: &str) -> String {
    piece.repeat(BYTES / piece.len())
}

/// fluentd's record whose message is `start` and the filling, both escaped as JSON asks.
fn record(start: &str, filling: Filling) -> String {
    let piece = filling.piece().replace('\\', "\\\\").replace('"', "\\\"");
    let message = filled(&piece);
    format!(
        r#"{{"message":"{start}{message}","hostname":"ip-10-0-0-10","timestamp":"2026-11-22T00:00:02+00:00","tag":"ds_agent.var.log.dsa.log"}}"#
    )
}
