//! The keys in which events tell their time.

use super::full_names;

/// When an event was received, ended or started, the best first ("ArcSight extension dictionary").
pub(crate) const OWN_TIMES: [&str; 3] = ["rt", "end", "start"];

/// When an event of LEEF happened ("Predefined LEEF event attributes").
pub(crate) const LEEF_TIME: &str = "devTime";

/// How that is written.
pub(crate) const LEEF_TIME_FORMAT: &str = "devTimeFormat";

/// Whether `name` is a key or its full name.
pub(crate) fn is_called(name: &str, key: &str) -> bool {
    full_names::key_of(name).unwrap_or(name) == key
}

/// Whether a key is one that CEF or LEEF has for the time of an event.
pub(crate) fn is_time_key(name: &str) -> bool {
    OWN_TIMES.into_iter().chain([LEEF_TIME]).any(|key| is_called(name, key))
}
