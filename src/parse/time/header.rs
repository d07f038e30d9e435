//! The time of a syslog header as an instant: which zone its clock stands in, and which year is meant.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::zone::{Zone, ZonedTime};
use crate::parse::syslog::HeaderTime;

/// A time that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadTime {
    /// The time.
    pub time: ZonedTime,
    /// Neither the text nor a setting names the zone: UTC was assumed.
    pub zone_assumed: bool,
    /// The text names no year.
    pub year_assumed: bool,
}

/// What is meant by an hour that a clock shows twice, when it is put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twice {
    /// The first one.
    First,
    /// The second one, unless that would be too late.
    Second,
}

/// The time of a header by the clock of `zone`. A year that it does not name is the last one in which the time is not after `latest`;
/// a time with a year may be after it.
pub(super) fn read_header(
    header: HeaderTime,
    zone: &Zone,
    latest: Timestamp,
    twice: Twice,
) -> Option<ZonedTime> {
    let own = match header {
        HeaderTime::Bsd { offset: Some(offset), .. } => Some(Zone::Fixed(offset)),
        _ => None,
    };
    let zone = own.as_ref().unwrap_or(zone);
    let read = |clock| match twice {
        Twice::First => zone.read(clock),
        Twice::Second => zone.read_until(clock, latest),
    };
    match header {
        HeaderTime::Zoned(instant, offset) => Some(ZonedTime { instant, offset }),
        HeaderTime::Civil(clock) => read(clock),
        HeaderTime::Bsd { .. } => {
            let year = zone.date(latest).year();
            // February 29 may lie up to eight years back (1896 to 1904).
            (year - 8..=year).rev().find_map(|year| {
                let time = read(in_year(header, year)?)?;
                (time.instant.as_second() <= latest.as_second()).then_some(time)
            })
        }
    }
}

/// What the header's clock showed, if it was in this year; a year that the header names counts.
pub(super) fn in_year(header: HeaderTime, year: i16) -> Option<DateTime> {
    match header {
        HeaderTime::Bsd { month, day, time, .. } => Some(Date::new(year, month, day).ok()?.to_datetime(time)),
        HeaderTime::Civil(clock) => Some(clock),
        HeaderTime::Zoned(..) => None,
    }
}
