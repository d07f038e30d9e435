//! The stages without network, each through its public face.

mod config;
mod event;
mod object;
mod record;
mod marker;
mod syslog;
mod pair;
mod cef;
mod leef;
mod samples;
mod generate;
mod bulk;
mod support;
mod document;
mod url;
mod convert;
mod row;
mod deepsecurity;
mod time;
mod index_name;
mod identity;
mod load;
mod hostile;
mod report;
mod template;
mod plan;
