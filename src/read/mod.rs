//! From the bytes of an object to its records: [`object`] undoes containers and splits lines, [`record`] reads
//! what a line holds.

pub mod object;
pub mod record;
