//! The bytes of one object become lines: the first bytes tell the container, a decoder undoes it, and the text is split.
//!
//! The lines are lent from one buffer, which grows only with the longest line.
//!
//! ```
//! use es_loader::read::object::{Inflation, Lines};
//!
//! let object = b"first\r\nsecond, which is too long";
//! let mut lines = Lines::new(&object[..], 20, Inflation::default());
//!
//! let first = lines.next().unwrap();
//! assert_eq!((first.number.0, first.bytes), (1, &b"first"[..]));
//!
//! let second = lines.next().unwrap();
//! assert_eq!((second.bytes, second.cut), (&b"second, which is too"[..], 5));
//!
//! assert!(lines.next().is_none());
//! assert_eq!(lines.broken(), None);
//! ```

pub mod line;
mod stored;
mod container;
mod members;
mod gzip;
mod twice;
mod bzip2;
mod xz;
mod zstd;
#[cfg(feature = "zip")]
mod zip;
mod inflation;
mod plain;
mod utf16;
mod nesting;
mod lines;
mod array;
mod rows;
pub(crate) mod first_line;

pub use self::inflation::Inflation;
pub use self::lines::{Grouping, Lines};
