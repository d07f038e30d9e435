//! How far the clock of syslog headers stands from UTC, told by the collector's time of the same lines.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::header::in_year;
use super::zone::ZonedTime;
use crate::parse::syslog::HeaderTime;

/// What one line says of the clock of its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderClock {
    /// It stands where it was taken to stand: the event is as old as a line is that was just written.
    AsRead,
    /// It stands a whole number of quarter hours from UTC, another one than it was taken for.
    Elsewhere(Offset),
    /// The line says nothing of it.
    Unknown,
}

/// A collector reads a line so many seconds after it was written.
const USUAL_DELAY: i64 = 5 * 60;

/// A clock may be this many seconds ahead of the collector's.
const USUAL_LEAD: i64 = 60;

const QUARTER_HOUR: i64 = 15 * 60;

impl HeaderClock {
    /// What a header without a zone says that `collector` read at this time. `time` is what the header was taken for.
    pub(super) fn of(header: HeaderTime, time: Option<ZonedTime>, collector: Timestamp) -> Self {
        let is_fresh = |behind: i64| (-USUAL_LEAD..=USUAL_DELAY).contains(&behind);
        if time.is_some_and(|time| is_fresh(collector.as_second() - time.instant.as_second())) {
            return Self::AsRead;
        }
        let year = Offset::UTC.to_datetime(collector).year();
        // The header's clock read as UTC is ahead of the collector by its zone's distance.
        let ahead = (year - 1..=year + 1)
            .filter_map(|year| Offset::UTC.to_timestamp(in_year(header, year)?).ok())
            .map(|clock| clock.as_second() - collector.as_second())
            .min_by_key(|ahead| ahead.abs());
        let offset = ahead.and_then(|ahead| {
            let quarters = (ahead + USUAL_DELAY).div_euclid(QUARTER_HOUR);
            let offset = quarters * QUARTER_HOUR;
            let is_zone = (-12 * 3600..=14 * 3600).contains(&offset) && is_fresh(offset - ahead);
            is_zone.then(|| Offset::from_seconds(i32::try_from(offset).ok()?).ok()).flatten()
        });
        offset.map_or(Self::Unknown, Self::Elsewhere)
    }
}
