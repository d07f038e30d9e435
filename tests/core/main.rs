//! The stages without network, each through its public face.

mod config;
mod generate;
