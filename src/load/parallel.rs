//! Loads a large object on several threads. Each worker in turn reads a chunk of lines and makes their documents. The caller's thread,
//! which is one of the workers, joins the chunks in order.
//!
//! The documents and the account are the same as on one thread, and so are the batches unless `batch_per_chunk` is set: the plain twin
//! is the loop in `load::all`, and `tests/core/parallel.rs` compares the two. Two cores load a large object 1.78 times
//! as fast as one (`docs/performance.md`).

use std::collections::BTreeMap;
use std::io::Read;
use std::mem;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::output::{Made, Output};
use super::reading::{EVENTS_TOGETHER, LineReader, NumberedLine};
use super::stages::Stages;
use crate::bytes::slice;
use crate::document::id::{Identity, Known};
use crate::read::object::Lines;
use crate::read::object::line::{Line, LineNumber};
use crate::read::record::csv::CsvLine;

/// Bytes of lines in a chunk: enough to make the hand-over cheap, and so few that the lines and their documents stay in the cache of
/// a core.
const CHUNK_BYTES: usize = 128 << 10;

/// The most lines in a chunk: empty lines take memory too.
const CHUNK_LINES: usize = 4 << 10;

/// The most chunks that wait for one before them: a slow worker does not stop the others at once.
const WAITING: usize = 8;

/// Lines that one worker makes documents of.
#[derive(Default)]
struct Chunk {
    /// Its number in the object.
    number: u64,
    bytes: Vec<u8>,
    lines: Vec<Kept>,
}

struct Kept {
    number: LineNumber,
    /// Where it ends in the chunk; it begins where the one before it ends.
    end: usize,
    cut: u64,
    /// A blank line has none.
    identity: Option<Known>,
    csv: Option<CsvLine>,
}

/// The rest of an object. The worker that holds the lock reads the next chunk.
struct Rest<'s, R> {
    lines: &'s mut Lines<R>,
    reading: &'s mut LineReader,
    /// Chunks that were read.
    chunks: u64,
    is_over: bool,
}

/// What the workers share. If a worker panics, the panic is propagated; shared state is not read after that.
struct Shared<'s, R> {
    rest: Mutex<Rest<'s, R>>,
    /// Memory of finished chunks, for the next ones: new memory for each chunk would cost a tenth of the work.
    spent: Mutex<Vec<(Chunk, Made)>>,
}

/// A worker: makes the documents of chunks.
struct Worker<'s, 'l, R> {
    shared: &'s Shared<'s, R>,
    stages: Stages<'l>,
    output: Output<'l>,
}

/// Loads the rest of an object.
pub(super) fn all<R: Read + Send>(
    lines: &mut Lines<R>,
    reading: &mut LineReader,
    stages: &mut Stages<'_>,
    output: &mut Output<'_>,
    workers: NonZero<usize>,
) -> ControlFlow<()> {
    let rest = Rest { lines, reading, chunks: 0, is_over: false };
    // What was left out before belongs to the lines before: a mark in the first chunk has to have it.
    output.add_exclusions(&stages.take_exclusions());
    let shared = &Shared { rest: Mutex::new(rest), spent: Mutex::default() };
    thread::scope(|scope| {
        let (done, done_by_others) = sync_channel(WAITING);
        let (limits, now) = (output.limits, output.now);
        for _ in 1..workers.get() {
            let (done, stages) = (done.clone(), stages.another());
            scope.spawn(move || {
                let mut worker = Worker { shared, stages, output: Output::waiting(limits, now) };
                // The receiver is gone once the sink has stopped the load.
                while worker.next().is_some_and(|made| done.send(made).is_ok()) {}
            });
        }
        drop(done);
        let mut worker = Worker { shared, stages: stages.another(), output: Output::waiting(limits, now) };
        let mut waiting: BTreeMap<u64, (Chunk, Made)> = BTreeMap::new();
        let mut next = 0;
        let mut is_over = false;
        loop {
            while let Some((chunk, mut made)) = waiting.remove(&next) {
                if !output.append(&mut made)? {
                    // The batch becomes full within this chunk. Its documents are made once more, so that batches end where they end on
                    // one thread.
                    for lines in chunk.parts() {
                        stages.lines(&lines, output)?;
                    }
                    output.add_exclusions(&stages.take_exclusions());
                }
                shared.give_back(chunk, made);
                next += 1;
            }
            let done = if is_over || waiting.len() >= WAITING {
                done_by_others.recv().ok()
            } else {
                done_by_others.try_recv().ok().or_else(|| worker.next())
            };
            match done {
                Some((chunk, made)) => drop(waiting.insert(chunk.number, (chunk, made))),
                // Other workers may still have chunks.
                None if !is_over => is_over = true,
                None => return ControlFlow::Continue(()),
            }
        }
    })
}

impl<R: Read> Worker<'_, '_, R> {
    /// Reads the next chunk, if there is one, and makes its documents.
    fn next(&mut self) -> Option<(Chunk, Made)> {
        let (mut chunk, next) = self.shared.take_spent();
        self.shared.read(&mut chunk)?;
        for lines in chunk.parts() {
            // This output has no sink that could stop it.
            let _ = self.stages.lines(&lines, &mut self.output);
        }
        Some((chunk, self.output.replace_made(next, &self.stages.take_exclusions())))
    }
}

impl<R: Read> Shared<'_, R> {
    /// Reads the next lines into an empty chunk. `None` means that there are no more.
    fn read(&self, chunk: &mut Chunk) -> Option<()> {
        let mut rest = self.rest.lock().ok()?;
        let Rest { lines, reading, chunks, is_over } = &mut *rest;
        while !*is_over && chunk.bytes.len() < CHUNK_BYTES && chunk.lines.len() < CHUNK_LINES {
            match reading.next(lines) {
                Some(lines) => chunk.add(&lines),
                None => *is_over = true,
            }
        }
        if chunk.lines.is_empty() {
            return None;
        }
        chunk.number = mem::replace(chunks, *chunks + 1);
        Some(())
    }

    fn give_back(&self, chunk: Chunk, made: Made) {
        lock(&self.spent).push((chunk, made));
    }

    fn take_spent(&self) -> (Chunk, Made) {
        let spent = lock(&self.spent).pop();
        spent.map(|(chunk, made)| (chunk.emptied(), made.emptied())).unwrap_or_default()
    }
}

impl Chunk {
    /// The same memory without lines, and no more of it than a usual chunk needs.
    fn emptied(mut self) -> Self {
        self.bytes.clear();
        self.bytes.shrink_to(2 * CHUNK_BYTES);
        self.lines.clear();
        self
    }

    fn add(&mut self, lines: &[NumberedLine<'_>]) {
        for NumberedLine { line, identity, csv } in lines {
            self.bytes.extend_from_slice(line.bytes);
            let identity = identity.as_ref().map(Identity::known);
            let (number, cut, csv) = (line.number, line.cut, csv.clone());
            self.lines.push(Kept { number, end: self.bytes.len(), cut, identity, csv });
        }
    }

    /// The lines, as many at a time as go through a stage together.
    fn parts(&self) -> impl Iterator<Item = Vec<NumberedLine<'_>>> {
        let mut start = 0;
        self.lines.chunks(EVENTS_TOGETHER).map(move |part| {
            part.iter()
                .map(|kept| {
                    let bytes = slice::bytes(&self.bytes, mem::replace(&mut start, kept.end)..kept.end);
                    let line = Line { number: kept.number, bytes, cut: kept.cut };
                    let identity = kept.identity.map(|known| known.identity_of(bytes));
                    NumberedLine { line, identity, csv: kept.csv.clone() }
                })
                .collect()
        })
    }
}

/// What stands behind a lock, whatever became of a thread that held it.
pub(crate) fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
