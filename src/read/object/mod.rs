//! One object's bytes, as lines: decompression by magic bytes, then lines.
//!
//! Takes a reader, gives lines one at a time out of a buffer that grows only with the longest line. Does not
//! know where the bytes come from, nor what a line holds.

pub mod line;
mod stop;
mod source;
mod container;
mod members;
mod gzip;
mod bzip2;
mod xz;
mod zstd;
mod zip;
mod inflation;
mod text;
mod lines;

pub use self::inflation::Inflation;
pub use self::lines::Lines;
