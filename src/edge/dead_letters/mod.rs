//! Dead letters: where they are written, and how they are read again.

pub mod write;
#[cfg(feature = "cli")]
pub(crate) mod files;
