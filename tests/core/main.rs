//! The stages without network, each through its public face.

mod config;
mod generate;
mod pair;
mod marker;
mod syslog;
mod cef;
mod leef;
mod samples;
//! The stages, without network.

mod event;
mod object;
mod record;
