//! The ceiling over delivery: sends bulk bodies that were rendered beforehand, and does nothing else. `scripts/bench`
//! measures the loader against it.
//!
//! `bulk_bodies URL FILE`: FILE is what `es-loader load --to ndjson` wrote. It is read and cut into bodies as the loader cuts
//! them before the clock starts; compressing them counts as sending. Each connection has a thread of its own. What was sent,
//! and in how many seconds, goes to standard output as JSON.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use clap::Parser;
use es_loader::edge::aws::auth::Auth;
use es_loader::edge::delivery::outcome::Options;
use es_loader::edge::opensearch::client::{Compression, Settings};
use es_loader::edge::opensearch::endpoint::Endpoint;
use es_loader::load::account::Limits;
use flate2::write::GzEncoder;
use opensearch::http::Method;
use opensearch::http::headers::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use opensearch::http::transport::Transport;
use serde_json::{Value, json};

/// What the loader asks for too.
const FILTER: [(&str, &str); 1] = [("filter_path", "took,errors,items.*.status,items.*.error")];

type Failure = Box<dyn Error + Send + Sync>;

/// Where a setting is not given, it is the loader's.
#[derive(Parser)]
struct Args {
    url: String,
    file: PathBuf,
    /// Bytes of a request before its compression, at most
    #[arg(long, default_value_t = Limits::default().batch_bytes)]
    bytes: usize,
    /// Requests at the same time
    #[arg(long, default_value_t = Options::default().in_flight)]
    connections: usize,
    /// Level of compression; 0 sends bodies as they are
    #[arg(long)]
    gzip: Option<u32>,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(sent) => {
            println!("{sent}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bulk_bodies: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<Value, Failure> {
    let text = std::fs::read(&args.file)?;
    let (bodies, documents) = bodies(&text, args.bytes);
    let compression = match (args.gzip, Settings::new(Endpoint::parse(&args.url)?, Auth::None).compression) {
        (Some(0), _) | (None, Compression::Off) => None,
        (Some(level), _) | (None, Compression::Gzip(level)) => Some(flate2::Compression::new(level.min(9))),
    };
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    let sent = thread::scope(|scope| {
        let connect = || scope.spawn(|| send(&args.url, &bodies, &next, compression));
        let connections: Vec<_> = (0..args.connections).map(|_| connect()).collect();
        connections.into_iter().try_fold(0, |sum, connection| {
            Ok::<u64, Failure>(sum + connection.join().map_err(|_| "a thread panicked")??)
        })
    })?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(json!({"documents": documents, "requests": bodies.len(), "bytes": sent, "seconds": seconds}))
}

/// Bodies of whole documents, an action and a source each, none larger than `most` but for a single document; and how many
/// documents there are.
fn bodies(text: &[u8], most: usize) -> (Vec<&[u8]>, usize) {
    let ends: Vec<usize> = memchr::memchr_iter(b'\n', text).skip(1).step_by(2).map(|end| end + 1).collect();
    let mut bodies = Vec::new();
    let (mut start, mut end) = (0, 0);
    for next in &ends {
        if next - start > most && end > start {
            bodies.extend(text.get(start..end));
            start = end;
        }
        end = *next;
    }
    bodies.extend(text.get(start..end).filter(|body| !body.is_empty()));
    (bodies, ends.len())
}

/// One connection: takes the next body as long as there is one. Gives the bytes that went over the wire.
fn send(
    url: &str,
    bodies: &[&[u8]],
    next: &AtomicUsize,
    compression: Option<flate2::Compression>,
) -> Result<u64, Failure> {
    let transport = Transport::single_node(url)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut headers =
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"))]);
    if compression.is_some() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let mut sent = 0;
    while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
        let packed = match compression {
            Some(level) => {
                let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 8), level);
                encoder.write_all(body)?;
                Some(encoder.finish()?)
            }
            None => None,
        };
        let body = packed.as_deref().unwrap_or(body);
        let answer = runtime.block_on(async {
            let headers = headers.clone();
            let answer =
                transport.send(Method::Post, "_bulk", headers, Some(&FILTER), Some(body), None).await?;
            answer.error_for_status_code()?.bytes().await
        })?;
        if memchr::memmem::find(&answer, br#""errors":false"#).is_none() {
            return Err("the cluster refused documents: see its answer to what the loader sends".into());
        }
        sent += body.len() as u64;
    }
    Ok(sent)
}
