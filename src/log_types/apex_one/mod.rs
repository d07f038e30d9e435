//! What Trend Micro Apex One means by its events, which Apex Central sends as CEF: its facts stand in `config/log_types/apex_one/`.

mod tables;
mod profile;

pub(crate) use self::profile::ApexOne;
