//! Documents that OpenSearch refused for good, as records that outlive the load.
//!
//! Gives one line of NDJSON for each, and reads it again: `docs/dead-letter.md` describes the format. Does not know where records
//! are kept.

pub mod letter;
mod cause;
pub mod remake;

pub use self::cause::{Cause, general};
pub use self::letter::{DeadLetter, EXTENSION, FORMAT, Origin, ReadError, Refused};
pub use self::remake::Remade;
