//! The documents of a large object, made on several threads: one reads lines and gives them out in turns, some make documents of
//! them, and the caller's thread puts these together in order.
//!
//! Gives the same documents and the same account as one thread does, and the same batches if that is asked for. Does not know what a document is.

use std::io::Read;
use std::mem;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use super::output::{Made, Output};
use super::reading::{FEW, Given, Reading};
use super::stages::Stages;
use crate::identity::{Identity, Known};
use crate::object::{Line, LineNumber, Lines};

/// Bytes of lines that are given to a thread at a time: enough to make the hand-over cheap, and little beside a batch.
const CHUNK_BYTES: usize = 64 << 10;

/// Chunks that wait between two threads, so that one that is held up does not hold the others up at once.
const WAITING: usize = 4;

/// Lines on their way to another thread.
#[derive(Default)]
struct Chunk {
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

/// Loads what is left of an object.
pub(super) fn all<R: Read + Send>(
    lines: &mut Lines<R>,
    reading: &mut Reading,
    stages: &mut Stages<'_>,
    output: &mut Output<'_>,
    makers: NonZero<usize>,
) -> ControlFlow<()> {
    thread::scope(|scope| {
        let mut to_makers = Vec::with_capacity(makers.get());
        let mut from_makers = Vec::with_capacity(makers.get());
        // What is done with goes back, because new memory for each chunk would cost a tenth of the work.
        let (spent_chunks, spare_chunks) = channel();
        for _ in 0..makers.get() {
            let (chunks, chunks_of_maker) = sync_channel(WAITING);
            let (made_by_maker, made) = sync_channel(WAITING);
            let (spent, spare) = channel();
            let (stages, ways) = (stages.another(), output.ways());
            scope
                .spawn(move || make(&chunks_of_maker, stages, Output::waiting(ways), &made_by_maker, &spare));
            to_makers.push(chunks);
            from_makers.push((made, spent));
        }
        scope.spawn(move || read(lines, reading, &to_makers, &spare_chunks));
        // A thread that has nothing in its turn has nothing any more, nor have those behind it.
        for (made, spent) in from_makers.iter().cycle() {
            let Ok((chunk, mut made)) = made.recv() else { break };
            if !output.append(&mut made)? {
                // The batch is full somewhere inside: made once more, documents and account divide where they do for one thread.
                for few in chunk.few() {
                    stages.lines(&few, output)?;
                }
            }
            give_back(chunk, &spent_chunks);
            give_back(made, spent);
        }
        ControlFlow::Continue(())
    })
}

/// Who is through wants nothing back.
fn give_back<T>(spent: T, to: &Sender<T>) {
    let _ = to.send(spent);
}

/// Gives out chunks in turns, until there are no more, or a thread wants none.
fn read<R: Read>(
    lines: &mut Lines<R>,
    reading: &mut Reading,
    to_makers: &[SyncSender<Chunk>],
    spare: &Receiver<Chunk>,
) {
    let mut turns = to_makers.iter().cycle();
    let mut chunk = Chunk::default();
    while let Some(given) = reading.next(lines) {
        chunk.add(&given);
        if chunk.bytes.len() >= CHUNK_BYTES {
            let next = spare.try_recv().map(Chunk::emptied).unwrap_or_default();
            let Some(Ok(())) = turns.next().map(|maker| maker.send(mem::replace(&mut chunk, next))) else {
                return;
            };
        }
    }
    if let Some(maker) = turns.next() {
        // Nobody takes it where nothing more is wanted.
        let _ = maker.send(chunk);
    }
}

fn make(
    chunks: &Receiver<Chunk>,
    mut stages: Stages<'_>,
    mut output: Output<'_>,
    made: &SyncSender<(Chunk, Made)>,
    spare: &Receiver<Made>,
) {
    while let Ok(chunk) = chunks.recv() {
        for few in chunk.few() {
            // This output takes all.
            let _ = stages.lines(&few, &mut output);
        }
        let next = spare.try_recv().map(Made::emptied).unwrap_or_default();
        if made.send((chunk, output.replace_made(next, &stages.take_exclusions()))).is_err() {
            return;
        }
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

    fn add(&mut self, given: &[Given<'_>]) {
        for Given { line, identity } in given {
            self.bytes.extend_from_slice(line.bytes);
            let identity = identity.as_ref().map(Identity::known);
            self.lines.push(Kept { number: line.number, end: self.bytes.len(), cut: line.cut, identity });
        }
    }

    /// The lines again, a few at a time.
    fn few(&self) -> impl Iterator<Item = Vec<Given<'_>>> {
        let mut start = 0;
        self.lines.chunks(FEW).map(move |few| {
            few.iter()
                .map(|kept| {
                    let bytes =
                        self.bytes.get(mem::replace(&mut start, kept.end)..kept.end).unwrap_or_default();
                    let line = Line { number: kept.number, bytes, cut: kept.cut };
                    Given { line, identity: kept.identity.map(|known| known.identity_of(bytes)) }
                })
                .collect()
        })
    }
}
