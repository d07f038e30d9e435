//! How many cores this process has to make documents on.

use std::env;
use std::num::NonZero;
use std::thread::available_parallelism;

/// A Lambda function gets one more vCPU for this much memory, in MB (AWS Lambda Developer Guide, "Configure Lambda function memory").
/// Below that it sees two vCPUs, but gets only a share of their time.
const MEMORY_PER_CORE: usize = 1_769;

/// Only one worker reads at a time, and reading is a fifth of the work: more workers than these would wait for their turn.
const MOST_WORKERS: usize = 4;

/// The number of threads that share the work on a large object: one for each core of this process, but no more than can be busy.
pub fn workers() -> NonZero<usize> {
    let memory = env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok().and_then(|memory| memory.parse().ok());
    let cores = match memory {
        Some::<usize>(memory) => memory / MEMORY_PER_CORE,
        None => available_parallelism().map_or(1, NonZero::get),
    };
    NonZero::new(cores.min(MOST_WORKERS)).unwrap_or(NonZero::<usize>::MIN)
}
