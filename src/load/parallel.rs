//! The documents of a large object, made on several threads: each of them reads some lines in its turn and makes documents of them,
//! and the caller's thread, which is one of them, puts all together in order.
//!
//! Gives the same documents and the same account as one thread does, and the same batches if that is asked for. Does not know what a document is.

use std::collections::BTreeMap;
use std::io::Read;
use std::mem;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::output::{Made, Output};
use super::reading::{EVENTS_TOGETHER, NumberedLine, Reading};
use super::stages::Stages;
use crate::document::id::{Identity, Known};
use crate::read::object::Lines;
use crate::read::object::line::{Line, LineNumber};

/// Bytes of lines that a thread reads at a time: enough to make the hand-over cheap, and little enough to stay in its core's cache with
/// their documents.
const CHUNK_BYTES: usize = 128 << 10;

/// Lines that a thread reads at a time at most: those without a byte take memory too.
const CHUNK_LINES: usize = 4 << 10;

/// Chunks whose documents wait for those before them, so that a thread that is held up does not hold the others up at once.
const WAITING: usize = 8;

/// Lines that one thread makes documents of.
#[derive(Default)]
struct Chunk {
    /// Its number in the object.
    number: u64,
    bytes: Vec<u8>,
    lines: Vec<Kept>,
}

/// A line of a chunk.
struct Kept {
    number: LineNumber,
    /// Where it ends in the chunk; it begins where the one before it ends.
    end: usize,
    cut: u64,
    /// A blank line has none.
    identity: Option<Known>,
}

/// What is left of an object, for whose turn it is.
struct Rest<'s, R> {
    lines: &'s mut Lines<R>,
    reading: &'s mut Reading,
    /// Chunks that were read.
    chunks: u64,
    is_over: bool,
}

/// What the threads share. Whatever a thread leaves behind that panics is not looked at: its panic is the load's.
struct Shared<'s, R> {
    rest: Mutex<Rest<'s, R>>,
    /// Memory of chunks that are done with, because new memory for each of them would cost a tenth of the work.
    spent: Mutex<Vec<(Chunk, Made)>>,
}

/// Makes documents of chunks.
struct Worker<'s, 'l, R> {
    shared: &'s Shared<'s, R>,
    stages: Stages<'l>,
    output: Output<'l>,
}

/// Loads what is left of an object.
pub(super) fn all<R: Read + Send>(
    lines: &mut Lines<R>,
    reading: &mut Reading,
    stages: &mut Stages<'_>,
    output: &mut Output<'_>,
    workers: NonZero<usize>,
) -> ControlFlow<()> {
    let rest = Rest { lines, reading, chunks: 0, is_over: false };
    let shared = &Shared { rest: Mutex::new(rest), spent: Mutex::default() };
    thread::scope(|scope| {
        let (done, done_by_others) = sync_channel(WAITING);
        for _ in 1..workers.get() {
            let (done, stages, options) = (done.clone(), stages.another(), output.options());
            scope.spawn(move || {
                let mut worker = Worker { shared, stages, output: Output::waiting(options) };
                // Who is through wants nothing more.
                while worker.next().is_some_and(|made| done.send(made).is_ok()) {}
            });
        }
        drop(done);
        let mut worker =
            Worker { shared, stages: stages.another(), output: Output::waiting(output.options()) };
        let mut waiting: BTreeMap<u64, (Chunk, Made)> = BTreeMap::new();
        let mut next = 0;
        let mut is_over = false;
        loop {
            while let Some((chunk, mut made)) = waiting.remove(&next) {
                if !output.append(&mut made)? {
                    // The batch is full somewhere inside: made once more, documents and account divide where they do for one thread.
                    for few in chunk.few() {
                        stages.lines(&few, output)?;
                    }
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
                // The others may have some yet.
                None if !is_over => is_over = true,
                None => return ControlFlow::Continue(()),
            }
        }
    })
}

impl<R: Read> Worker<'_, '_, R> {
    /// Reads some lines, if there are any left, and makes their documents.
    fn next(&mut self) -> Option<(Chunk, Made)> {
        let (mut chunk, next) = self.shared.take_spent();
        self.shared.read(&mut chunk)?;
        for few in chunk.few() {
            // This output takes all.
            let _ = self.stages.lines(&few, &mut self.output);
        }
        Some((chunk, self.output.replace_made(next, &self.stages.take_exclusions())))
    }
}

impl<R: Read> Shared<'_, R> {
    /// Reads the next lines into an empty chunk; nothing means that there are no more.
    fn read(&self, chunk: &mut Chunk) -> Option<()> {
        let mut rest = self.rest.lock().ok()?;
        let Rest { lines, reading, chunks, is_over } = &mut *rest;
        while !*is_over && chunk.bytes.len() < CHUNK_BYTES && chunk.lines.len() < CHUNK_LINES {
            match reading.next(lines) {
                Some(given) => chunk.add(&given),
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
        self.spent.lock().unwrap_or_else(PoisonError::into_inner).push((chunk, made));
    }

    fn take_spent(&self) -> (Chunk, Made) {
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spent.map(|(chunk, made)| (chunk.emptied(), made.emptied())).unwrap_or_default()
    }
}

impl Chunk {
    /// The memory of a usual chunk, without its lines.
    fn emptied(mut self) -> Self {
        self.bytes.clear();
        self.bytes.shrink_to(2 * CHUNK_BYTES);
        self.lines.clear();
        self
    }

    fn add(&mut self, given: &[NumberedLine<'_>]) {
        for NumberedLine { line, identity } in given {
            self.bytes.extend_from_slice(line.bytes);
            let identity = identity.as_ref().map(Identity::known);
            self.lines.push(Kept { number: line.number, end: self.bytes.len(), cut: line.cut, identity });
        }
    }

    /// The lines again, a few at a time.
    fn few(&self) -> impl Iterator<Item = Vec<NumberedLine<'_>>> {
        let mut start = 0;
        self.lines.chunks(EVENTS_TOGETHER).map(move |few| {
            few.iter()
                .map(|kept| {
                    let bytes =
                        self.bytes.get(mem::replace(&mut start, kept.end)..kept.end).unwrap_or_default();
                    let line = Line { number: kept.number, bytes, cut: kept.cut };
                    NumberedLine { line, identity: kept.identity.map(|known| known.identity_of(bytes)) }
                })
                .collect()
        })
    }
}
