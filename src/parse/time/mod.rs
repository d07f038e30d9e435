//! When an event happened: times as syslog headers, collectors, fields and S3 keys write them, and the choice among them.
//!
//! Knows no clock: the time of the load is an argument.

mod choice;
mod clock;
mod header;
mod key;
mod text;
mod zone;

pub use self::choice::{Chosen, Doubts, Said, Surroundings, TimeOrigin, choose, is_possible};
pub(crate) use self::choice::{candidates, read_collector};
pub use self::clock::HeaderClock;
pub use self::header::ReadTime;
pub use self::key::{KeyTime, by_pattern, in_key};
pub use self::text::{CollectorTime, TimeFormat, parse, parse_collector, parse_iso8601};
pub use self::zone::{WrittenOffset, Zone, ZonedTime};
