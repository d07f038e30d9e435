//! What each stage of the data flow costs, and what hostile lines cost, in bytes and items a second.
//!
//! ```text
//! cargo bench --no-default-features -- --sort location            all of it, in the order of the data flow
//! cargo bench --no-default-features -- --sort location stages::   the stages on the generated corpus
//! cargo bench --no-default-features -- --sort location hostile::  lines of 10 MB
//! ```
//!
//! Every stage works on the same lines, so that the times can be set side by side: docs/performance.md does. `scripts/bench`
//! measures whole processes. Nothing here decides a test.

mod corpus;
mod hostile;
mod stages;

fn main() {
    divan::main();
}
