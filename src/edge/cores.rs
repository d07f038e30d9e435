//! How many cores there are to make documents on.

use std::env;
use std::num::NonZero;
use std::thread::available_parallelism;

/// Memory in MB for which a Lambda function gets one more vCPU (AWS Lambda Developer Guide, "Configure Lambda function memory"). It
/// sees two from the start, but only a share of their time.
const MEMORY_OF_A_CORE: usize = 1_769;

/// Only one thread at a time reads, and reading is a fifth of the work: more than these would wait for their turn.
const MOST: usize = 4;

/// Threads that work on a large object: as many as this process has cores, but no more than can be busy.
pub fn makers() -> NonZero<usize> {
    let cores = match env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok().and_then(|memory| memory.parse().ok())
    {
        Some::<usize>(memory) => memory / MEMORY_OF_A_CORE,
        None => available_parallelism().map_or(1, NonZero::get),
    };
    NonZero::new(cores.min(MOST)).unwrap_or(NonZero::<usize>::MIN)
}
