//! The floor under every loader of fluentd objects: gunzip, JSON decode, JSON encode of the same fields, and
//! nothing else. `scripts/bench` measures the loader against it.
//!
//! `floor FILE.gz`: one thread; what it counted goes to standard error.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::process::ExitCode;

use flate2::bufread::MultiGzDecoder;
use serde::{Deserialize, Serialize};

/// fluentd's record, borrowed from the line wherever it has no escapes.
#[derive(Deserialize, Serialize)]
struct Record<'a> {
    #[serde(borrow)]
    message: Cow<'a, str>,
    #[serde(borrow)]
    hostname: Cow<'a, str>,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    #[serde(borrow)]
    tag: Cow<'a, str>,
}

/// What went through.
#[derive(Default)]
struct Counts {
    lines: u64,
    skipped: u64,
    bytes_in: u64,
    bytes_out: u64,
}

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: floor FILE.gz");
        return ExitCode::from(2);
    };
    match File::open(&path).and_then(run) {
        Ok(Counts { lines, skipped, bytes_in, bytes_out }) => {
            eprintln!("{lines} lines, {skipped} skipped, {bytes_in} bytes in, {bytes_out} bytes out");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cannot read {}: {error}", path.display());
            ExitCode::from(2)
        }
    }
}

fn run(file: File) -> io::Result<Counts> {
    let inflated = MultiGzDecoder::new(BufReader::with_capacity(64 * 1024, file));
    let mut reader = BufReader::with_capacity(256 * 1024, inflated);
    let mut counts = Counts::default();
    let mut line = Vec::new();
    let mut out = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        counts.lines += 1;
        counts.bytes_in += line.len() as u64;
        match serde_json::from_slice::<Record>(&line) {
            Ok(record) => {
                serde_json::to_writer(&mut out, &record)?;
                counts.bytes_out += out.len() as u64 + 1;
            }
            Err(_) => counts.skipped += 1,
        }
        line.clear();
        out.clear();
    }
    Ok(counts)
}
