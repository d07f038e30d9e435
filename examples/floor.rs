//! The floor under every loader that makes these requests of these objects: gunzip, cut lines, the SHA-256 of each, and a copy of the
//! bytes of the requests, which were made before. `scripts/bench` measures the loader against it.
//!
//! `floor FILE.gz REQUESTS`: one thread; what it counted goes to standard error.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::process::ExitCode;

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest, Sha256};

/// The bytes of one request.
const REQUEST: usize = 5_000_000;

/// Bytes of requests that are copied for each line; what is left over is copied at the end.
const COPY: usize = 2_048;

/// What went through.
#[derive(Default)]
struct Counts {
    lines: u64,
    bytes_in: u64,
    bytes_out: u64,
    /// A byte of each id, so that no id is left out.
    ids: u8,
}

fn main() -> ExitCode {
    let mut paths = std::env::args_os().skip(1);
    let (Some(object), Some(requests)) = (paths.next(), paths.next()) else {
        eprintln!("usage: floor FILE.gz REQUESTS");
        return ExitCode::from(2);
    };
    let counted = File::open(object).and_then(|object| run(object, File::open(requests)?));
    match counted {
        Ok(Counts { lines, bytes_in, bytes_out, ids }) => {
            eprintln!("{lines} lines, {bytes_in} bytes in, {bytes_out} bytes out, ids {ids:02x}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("floor: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(object: File, requests: File) -> io::Result<Counts> {
    let inflated = MultiGzDecoder::new(BufReader::with_capacity(64 * 1024, object));
    let mut reader = BufReader::with_capacity(256 * 1024, inflated);
    let mut requests = BufReader::with_capacity(256 * 1024, requests);
    let mut counts = Counts::default();
    let mut line = Vec::new();
    let mut request = Vec::with_capacity(REQUEST);
    while reader.read_until(b'\n', &mut line)? > 0 {
        counts.lines += 1;
        counts.bytes_in += line.len() as u64;
        counts.ids ^= Sha256::digest(&line).first().copied().unwrap_or_default();
        line.clear();
        counts.bytes_out += copy(&mut requests, &mut request)?;
    }
    loop {
        match copy(&mut requests, &mut request)? {
            0 => return Ok(counts),
            copied => counts.bytes_out += copied,
        }
    }
}

/// Copies the next bytes of the requests behind those of this request, which begins anew once it is full.
fn copy(requests: &mut BufReader<File>, request: &mut Vec<u8>) -> io::Result<u64> {
    if request.len() + COPY > REQUEST {
        request.clear();
    }
    Ok(requests.by_ref().take(COPY as u64).read_to_end(request)? as u64)
}
