//! Dead letters: records of documents that OpenSearch refused for good, one line of NDJSON each. `docs/dead-letter.md` describes the
//! format.

pub mod letter;
mod cause;
pub mod remake;

pub use self::cause::{Cause, general};
pub use self::letter::{DeadLetter, FORMAT, LetterOrigin, ReadError, Refused};
pub use self::remake::Remade;
