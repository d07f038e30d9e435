//! What each stage of the data flow costs, and what hostile lines cost, in bytes and items a second.
//!
//! ```text
//! cargo bench --no-default-features -- --sort location           all of it, in the order in which data flows
//! cargo bench --no-default-features -- --sort location stages    the stages, on the generated corpus
//! cargo bench --no-default-features -- --sort location hostile   lines of 10 MB
//! ```
//!
//! Every stage works on the same lines, so that the times can be set side by side: docs/performance.md does. `scripts/bench`
//! measures whole processes. Nothing here decides a test.

mod corpus;
mod hostile;
mod stages;

use std::time::Duration;

/// For one benchmark: `--max-time` says otherwise.
const MAX_TIME: Duration = Duration::from_secs(2);

fn main() {
    divan::Divan::default().max_time(MAX_TIME).config_with_args().main();
}
