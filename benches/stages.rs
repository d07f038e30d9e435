//! The stages in the order in which data flows, each on all lines of the corpus, through its public face.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot start has no other way out")]

use std::io::Write as _;
use std::ops::ControlFlow;

use bumpalo::Bump;
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use es_loader::deliver::bulk::judge;
use es_loader::document::id::{Identities, Identity};
use es_loader::document::problem::Problems;
use es_loader::load::account::Limits;
use es_loader::load::batch::Batch;
use es_loader::load::load;
use es_loader::log_types::deepsecurity::Packet;
use es_loader::map::Documents;
use es_loader::map::event::Event;
use es_loader::parse::header::Format;
use es_loader::parse::joined;
use es_loader::parse::marker;
use es_loader::parse::{cef, leef, syslog};
use es_loader::read::object::line::LineNumber;
use es_loader::read::object::{Inflation, Lines};
use es_loader::read::record;
use es_loader::read::record::Spare;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::corpus::{
    EVENTS, LINES_OF_BYTES, LINES_OF_TEXT, PACKETS, PLAN, PREFIXES, RECORDS, TEXT, counts, facts, loaded,
    marked,
};

/// What the corpus is packed in.
#[derive(Clone, Copy, Debug)]
enum Container {
    Text,
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

impl Container {
    fn pack(self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Text => text.to_vec(),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            Self::Bzip2 => {
                let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            Self::Xz => {
                let options = lzma_rust2::XzOptions::with_preset(6);
                let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            Self::Zstd => {
                ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
            }
        }
    }
}

/// Inflates and splits into lines.
#[divan::bench(args = [Container::Text, Container::Gzip, Container::Bzip2, Container::Xz, Container::Zstd])]
fn object(bencher: Bencher<'_, '_>, container: Container) {
    let object = container.pack(&TEXT);
    let limits = Limits::default();
    let counts = (BytesCount::of_slice(&*TEXT), ItemsCount::new(LINES_OF_BYTES.len()));
    bencher.counter(counts.0).counter(counts.1).bench(|| {
        let mut lines = Lines::new(&object[..], limits.line_bytes, Inflation::default());
        while !lines.next_few(16).is_empty() {}
        lines.decoded_bytes()
    });
}

/// Hashes each line, and makes the id of its document.
#[divan::bench]
fn identity(bencher: Bencher<'_, '_>) {
    let (bytes, items) = counts(&LINES_OF_BYTES);
    bencher.counter(bytes).counter(items).bench(|| {
        let mut identities = Identities::default();
        for few in LINES_OF_BYTES.chunks(16) {
            for identity in identities.next_few(few) {
                black_box(identity.document(0));
            }
        }
    });
}

/// Reads lines as UTF-8.
#[divan::bench]
fn text(bencher: Bencher<'_, '_>) {
    let (bytes, items) = counts(&LINES_OF_BYTES);
    bencher.counter(bytes).counter(items).bench(|| {
        for line in &*LINES_OF_BYTES {
            black_box(record::decode(line));
        }
    });
}

/// Reads lines as fluentd's JSON.
#[divan::bench]
fn record(bencher: Bencher<'_, '_>) {
    let (bytes, items) = counts(&LINES_OF_BYTES);
    bencher.counter(bytes).counter(items).bench(|| {
        let mut spare = Spare::default();
        for line in &*LINES_OF_TEXT {
            let record = record::records(line, &mut spare).map(black_box).last();
            spare.give_back(&mut record.unwrap_or_default().message);
        }
    });
}

/// Splits messages into events, and finds where each starts.
#[divan::bench]
fn marker(bencher: Bencher<'_, '_>) {
    let (bytes, items) = counts(&EVENTS);
    bencher.counter(bytes).counter(items).bench(|| {
        for record in &*RECORDS {
            joined::split(&record.message).for_each(|event| {
                black_box(marker::find(event));
            });
        }
    });
}

/// Reads syslog headers.
#[divan::bench]
fn syslog_header(bencher: Bencher<'_, '_>) {
    let (bytes, items) = counts(&PREFIXES);
    bencher.counter(bytes).counter(items).bench(|| {
        for prefix in &*PREFIXES {
            black_box(syslog::parse(prefix));
        }
    });
}

/// Reads the header and the pairs of all CEF events.
#[divan::bench]
fn cef(bencher: Bencher<'_, '_>) {
    let events = marked(Format::Cef);
    let bytes: usize = events.iter().map(|(text, _)| text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).counter(ItemsCount::new(events.len())).bench(|| {
        let (arena, mut pairs) = (Bump::new(), Vec::new());
        for (text, marker) in &events {
            pairs.clear();
            black_box(cef::parse(text, *marker, &arena, &mut pairs));
        }
    });
}

/// Reads the header and the attributes of all LEEF events.
#[divan::bench]
fn leef(bencher: Bencher<'_, '_>) {
    let events = marked(Format::Leef);
    let bytes: usize = events.iter().map(|(text, _)| text.len()).sum();
    bencher.counter(BytesCount::new(bytes)).counter(ItemsCount::new(events.len())).bench(|| {
        let (arena, mut pairs) = (Bump::new(), Vec::new());
        for (text, marker) in &events {
            pairs.clear();
            black_box(leef::parse(text, *marker, &arena, &mut pairs));
        }
    });
}

/// Decodes and redacts packets.
#[divan::bench]
fn packet(bencher: Bencher<'_, '_>) {
    let bytes: usize = PACKETS.iter().map(|packet| packet.len()).sum();
    let redact = &PLAN.log_type().redact_headers;
    bencher.counter(BytesCount::new(bytes)).counter(ItemsCount::new(PACKETS.len())).bench(|| {
        let mut arena = Bump::new();
        for packet in &*PACKETS {
            black_box(Packet::decode(packet, redact, &arena).redaction);
            arena.reset();
        }
    });
}

/// How far events go.
#[derive(Clone, Copy, Debug)]
enum Until {
    /// Parsed, the table and the profile applied, what is left over kept.
    Row,
    /// The row written as a bulk operation.
    Json,
}

/// Makes the documents of all events.
#[divan::bench(args = [Until::Row, Until::Json])]
fn document(bencher: Bencher<'_, '_>, until: Until) {
    let mut identities = Identities::default();
    let identities: Vec<Identity<'_>> = LINES_OF_BYTES.iter().map(|line| identities.next(line)).collect();
    // Which line an event is of makes no difference here.
    let numbered = RECORDS.iter().zip(identities.iter().cycle()).zip(1..);
    let events: Vec<Event<'_>> = numbered
        .flat_map(|((record, identity), line)| {
            let texts = joined::split(&record.message).enumerate();
            texts.map(move |(part, text)| Event {
                record,
                text,
                start: marker::start(text),
                line: LineNumber(line),
                identity,
                part,
                columns: None,
            })
        })
        .collect();
    let (bytes, items) = counts(&EVENTS);
    bencher.counter(bytes).counter(items).bench_local(|| {
        let mut documents = Documents::new(&PLAN, facts());
        let mut problems = Problems::default();
        let mut body = Vec::with_capacity(Limits::default().batch_bytes);
        for few in events.chunks(16) {
            let _ = documents.make(few, &mut |mut document| {
                match until {
                    Until::Row => {
                        black_box(document.row());
                    }
                    Until::Json => {
                        document.write(&mut body, &mut problems);
                    }
                }
                ControlFlow::Continue(())
            });
            if body.len() > Limits::default().batch_bytes - 1_000_000 {
                body.clear();
            }
        }
    });
}

/// All stages: a gzip object to batches.
#[divan::bench]
fn object_to_batches(bencher: Bencher<'_, '_>) {
    let object = Container::Gzip.pack(&TEXT);
    let documents = loaded(&object).documents;
    bencher
        .counter(BytesCount::of_slice(&*TEXT))
        .counter(ItemsCount::new(documents))
        .bench(|| loaded(&object).documents);
}

/// OpenSearch's answer to a request, as the loader asks for it.
#[divan::bench]
fn verdicts(bencher: Bencher<'_, '_>) {
    let mut whole = Batch::default();
    load(&TEXT[..], &PLAN, facts(), &Limits::default(), &mut |batch: &mut Batch| {
        whole = std::mem::take(batch);
        ControlFlow::Break(())
    });
    let items = vec![r#"{"index":{"status":201}}"#; whole.len()].join(",");
    let answer = format!(r#"{{"took":7,"errors":true,"items":[{items}]}}"#);
    bencher
        .counter(BytesCount::of_str(&answer))
        .counter(ItemsCount::new(whole.len()))
        .bench(|| judge(&whole, 200, answer.as_bytes()));
}
