//! This machine: its settings, files and cores, its standard output, and loads that need nothing else.

pub mod settings;
pub mod files;
pub mod cores;
pub mod progress;
pub mod not_used;
pub mod open_object;
pub mod sink;
